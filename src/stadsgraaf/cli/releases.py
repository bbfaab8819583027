"""``stadsgraaf releases`` and ``stadsgraaf rollback``."""

from pathlib import Path

import click

from stadsgraaf.archive import Archive
from stadsgraaf.cli.options import DIRECTORY, archive_for
from stadsgraaf.errors import NoSuchRelease

__all__ = ["releases", "rollback"]

OUTPUT = click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Folder of the releases; default: a folder in the user's cache.",
)


@click.command()
@DIRECTORY
@OUTPUT
def releases(directory: Path, output: Path | None) -> None:
    """List the releases that are kept, the last one first.

    DIRECTORY is an archive (what build --output writes) or a folder that was built. The current
    release has an asterisk.

    \b
    Examples:
      stadsgraaf releases
      stadsgraaf releases archive
    """
    archive = archive_for(directory, output)
    for each in archive.kept():
        release = archive.open(each.identifier)
        mark = "*" if each.identifier == archive.identifier else " "
        version = release.manifest.version or "-"
        click.echo(
            f"{mark} {each.identifier}  {each.at or '-':20}  {version}  {release.manifest.triples} triples"
        )


@click.command()
@DIRECTORY
@OUTPUT
@click.option("--to", "identifier", help="The release; default: the one that was current before.")
def rollback(directory: Path, output: Path | None, identifier: str | None) -> None:
    """Switch back to an earlier release.

    A server that follows the archive serves it without a failed request. What has been suppressed
    since stays suppressed.

    \b
    Examples:
      stadsgraaf rollback archive
      stadsgraaf rollback archive --to 0f3cfc1a5d1a9cb2
    """
    archive = archive_for(directory, output)
    with archive.locked():
        wanted = identifier or _before(archive)
        archive.switch(wanted)
    click.echo(archive.releases / wanted)


def _before(archive: Archive) -> str:
    """The release that was current before the current one."""
    earlier = [each.identifier for each in archive.kept() if each.identifier != archive.identifier]
    if not earlier:
        raise NoSuchRelease(release="before", known=[each.identifier for each in archive.kept()])
    return earlier[0]
