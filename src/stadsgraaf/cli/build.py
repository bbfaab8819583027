"""``stadsgraaf build``."""

import os
from pathlib import Path

import click

from stadsgraaf.cli.options import DIRECTORY, STRICT, Steps, cache_for, spoken
from stadsgraaf.settings import Settings

__all__ = ["build"]


@click.command()
@DIRECTORY
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Folder for the releases; default: a folder in the user's cache.",
)
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
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
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

    A dataset that describes itself (dataset.ttl, with its namespace) has to keep every rule: with a
    violation the old release stays, and the exit code is 1. Any other folder that can be read is
    published as it is, and its violations are told; with --strict it is treated like that too. Told, too, is which RDF is left out, for it is no Turtle, and where names of what is suppressed (suppressed.txt, or
    the command suppress) still stand in texts of other things.

    \b
    Examples:
      stadsgraaf build
      stadsgraaf build some/folder --output archive --strict
      stadsgraaf build generated --no-validate
    """
    from stadsgraaf.build import Options
    from stadsgraaf.build import build as make
    from stadsgraaf.validation import Report, Severity

    def show(report: Report) -> None:
        if not report.conforms:
            steps.end()
            click.echo(report.render("text", language=spoken(), least=Severity.VIOLATION), err=True)

    def tell(line: str) -> None:
        steps.end()
        click.echo(line, err=True)

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
        release = make(
            directory,
            output or cache_for(directory),
            steps,
            steps.read,
            show,
            options,
            tell,
        )
    finally:
        steps.end()
    click.echo(release.path)
