"""``stadsgraaf build``."""

import os
from pathlib import Path

import click

from stadsgraaf.cli.options import DIRECTORY, Steps, cache_for
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
@click.option("--force", is_flag=True, help="Also when it loses more than half of its triples.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def build(
    directory: Path, output: Path | None, keep: int | None, *, force: bool, quiet: bool
) -> None:
    """Validate a folder and build a release of it.

    The release is switched on only when the dataset has no violation; else the old one stays.
    Exit code 1 when it has.

    \b
    Examples:
      stadsgraaf build
      stadsgraaf build some/folder --output archive
    """
    from stadsgraaf.build import build as make
    from stadsgraaf.validation import Report, Severity

    def show(report: Report) -> None:
        if not report.conforms:
            click.echo(report.render("text", least=Severity.VIOLATION), err=True)

    steps = Steps(quiet=quiet)
    release = make(
        directory,
        output or cache_for(directory),
        steps,
        steps.read,
        show,
        keep=keep or Settings.load(os.environ).keep_releases,
        force=force,
    )
    click.echo(release.path)
