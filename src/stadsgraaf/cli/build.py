"""``stadsgraaf build``."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stadsgraaf.cli.options import DIRECTORY, OUTPUT, QUIET, STRICT, Steps, cache_for, spoken
from stadsgraaf.settings import Settings

if TYPE_CHECKING:
    from stadsgraaf.build import Listener
    from stadsgraaf.validation import Report

__all__ = ["build"]


@click.command()
@DIRECTORY
@OUTPUT
@click.option(
    "--keep",
    type=click.IntRange(1),
    help="Releases that stay; older ones are removed. Default: the setting keep_releases.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Also when nothing changed, or when more than half of the triples are lost.",
)
@click.option(
    "--no-validate",
    is_flag=True,
    help="Check the syntax only; the release says so. For more data than can be validated.",
)
@STRICT
@click.option(
    "--disk-triples",
    type=click.IntRange(0),
    help="Triples from which on there is a store on disk. Default: the setting disk_triples.",
)
@QUIET
def build(
    directory: Path,
    output: Path | None,
    keep: int | None,
    disk_triples: int | None,
    *,
    force: bool,
    no_validate: bool,
    strict: bool,
    quiet: bool,
) -> None:
    """Validate a folder and build a release of it.

    A dataset that describes itself (dataset.ttl, with its namespace) has to keep every rule: when it
    breaks one, the old release stays and the exit code is 1. Any other folder is published as it is,
    as long as it can be read, and its violations are listed; --strict holds it to the rules as well.

    Also listed: RDF that is left out because it is not Turtle, and names of suppressed things
    (suppressed.txt, or the command suppress) that still occur in texts of other things.

    \b
    Examples:
      stadsgraaf build
      stadsgraaf build some/folder --output archive --strict
      stadsgraaf build generated --no-validate
    """
    from stadsgraaf.build import Options
    from stadsgraaf.build import build as make

    flags = {"keep_releases": keep, "disk_triples": disk_triples}
    settings = Settings.load(os.environ, flags)
    options = Options(
        keep=settings.keep_releases,
        force=force,
        validated=not no_validate,
        strict=strict,
        disk_triples=settings.disk_triples,
    )
    steps = Steps(quiet=quiet)
    try:
        release = make(directory, output or cache_for(directory), options, _listener(steps))
    finally:
        steps.end()
    click.echo(release.path)


def _listener(steps: Steps) -> "Listener":
    """Shows on stderr how a build goes."""
    from stadsgraaf.build import Listener
    from stadsgraaf.validation import Severity

    class OnStderr(Listener):
        def step(self, step: str) -> None:
            steps(step)

        def file(self, name: str) -> None:
            steps.read(name)

        def validated(self, report: "Report") -> None:
            if not report.conforms:
                self.left(report.render("text", language=spoken(), least=Severity.VIOLATION))

        def left(self, line: str) -> None:
            steps.end()
            click.echo(line, err=True)

    return OnStderr()
