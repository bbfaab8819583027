"""``stadsgraaf publish``."""

import os
from pathlib import Path

import click

from stadsgraaf.archive import Archive
from stadsgraaf.cli.options import DIRECTORY, Steps, cache_for
from stadsgraaf.errors import NoSuchPath
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings

__all__ = ["publish"]


@click.command()
@DIRECTORY
@click.option("--to", "address", required=True, help="Address of the store's query endpoint.")
@click.option(
    "--engine",
    type=click.Choice(
        ["oxigraph", "virtuoso", "fuseki", "graphdb", "stardog", "neptune", "qlever"]
    ),
    help="Kind of store; default: recognised by its answers.",
)
@click.option(
    "--chunk", type=click.IntRange(min=1), default=50_000, help="Statements to send at once."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=600.0,
    help="Seconds that one exchange with the store may take.",
)
@click.option("--force", is_flag=True, help="Send it even if the store already has it.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors only.")
def publish(
    directory: Path,
    address: str,
    engine: str | None,
    chunk: int,
    timeout: float,
    *,
    force: bool,
    quiet: bool,
) -> None:
    """Load a release into another SPARQL store, for `serve --store`.

    DIRECTORY is a release, an archive (its current release), or a folder that was built. Readers of
    the store see the old release until the new one is complete, and then the new one. If a run is
    broken off, the old release stays; the next run removes what the broken one had loaded. Name and
    password, or a token, are the settings store_user, store_password and store_token: set them in
    the environment.

    \b
    Examples:
      stadsgraaf publish archive --to http://localhost:7878/query
      STADSGRAAF_STORE_USER=dba STADSGRAAF_STORE_PASSWORD=… \\
        stadsgraaf publish archive --to http://localhost:8890/sparql
    """
    from stadsgraaf.publishing import Target
    from stadsgraaf.publishing import publish as load

    settings = Settings.load(os.environ)
    release = _release(directory)
    steps = Steps(quiet=quiet)
    with Target.open(address, settings, engine, timeout) as target:
        load(release, target, steps, chunk=chunk, force=force)
    steps.end()
    click.echo(release.identifier)


def _release(directory: Path) -> Release:
    """The release at a path, or the current one of an archive."""
    if not Archive.at(directory) and Release.is_at(directory):
        return Release.open(directory.resolve())
    archive = Archive.at(directory) or Archive.at(cache_for(directory))
    release = archive.current() if archive else None
    if release is None:
        raise NoSuchPath(path=str(directory / "current"))
    return release
