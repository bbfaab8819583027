"""``stadsgraaf serve``."""

import contextlib
import functools
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from stadsgraaf import logs
from stadsgraaf.archive import Archive
from stadsgraaf.cli.options import DIRECTORY, cache_for
from stadsgraaf.errors import NoSuchPath
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings

__all__ = ["serve"]


def _setting_options(command: Callable[..., None]) -> Callable[..., None]:
    """One option for each row of the table of settings."""
    for setting in reversed(Settings.table()):
        option = "--" + setting.name.replace("_", "-")
        kind = type(setting.default)
        text = f"{setting.help} Default: {setting.default or 'none'}."
        command = click.option(option, type=kind, default=None, help=text)(command)
    return command


@click.command()
@DIRECTORY
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Folder for the releases; default: a folder in the user's cache.",
)
@_setting_options
def serve(directory: Path, output: Path | None, **flags: Any) -> None:
    """Serve a folder of Turtle, or a release, as SPARQL endpoint and pages.

    A folder is built and validated first, unless nothing in it changed since the last time; on
    SIGHUP it is built again. An archive (what build --output writes) is followed: when another
    release in it becomes current, that one is served, and no request fails.
    Every option can be set in the environment too: --port is STADSGRAAF_PORT.

    \b
    Examples:
      stadsgraaf serve
      stadsgraaf serve some/folder --port 8080
      stadsgraaf serve archive --public-url https://data.example.org
    """
    from stadsgraaf.web.server import run

    settings = Settings.load(os.environ, flags)
    logs.configure(settings)
    _check_places(settings)
    source = _source(directory, output or cache_for(directory), settings)
    announce = functools.partial(_announce, source.release, settings)
    run(source.release, settings, announce, source.archive, source.rebuild)


def _check_places(settings: Settings) -> None:
    """See that one can listen where it is wanted, before a build that may take long."""
    from stadsgraaf.web.listening import Place, administration, listen

    for place in (Place(settings.host, settings.port), administration(settings)):
        with listen(place) if place else contextlib.nullcontext():
            pass


class _Source(NamedTuple):
    """What is served: a release, the archive that it is followed in, and how it is built again."""

    release: Release
    archive: Archive | None = None
    rebuild: Sequence[str] = ()


def _source(directory: Path, output: Path, settings: Settings) -> _Source:
    """The archive at a path, or one release, or what is built of the folder there.

    The build runs in a process of its own: what it loads (rdflib, pySHACL) never weighs on serving.
    """
    archive = Archive.at(directory)
    if archive is not None:
        return _Source(Release.open((archive.path / "current").resolve()), archive)
    if Release.is_at(directory):
        return _Source(Release.open(directory.resolve()))
    if not directory.exists():
        raise NoSuchPath(path=str(directory))
    options = [f"--output={output}", f"--disk-triples={settings.disk_triples}"]
    command = [sys.executable, "-m", "stadsgraaf", "build", str(directory), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise click.exceptions.Exit(done.returncode)
    release = Release.open(Path(done.stdout.strip()))
    return _Source(release, Archive(output.resolve()), command)


def _announce(release: Release, settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    root = settings.public_url.rstrip("/") or f"http://{host}:{settings.port}"
    manifest = release.manifest
    click.echo(
        f"{manifest.name('en')}: {manifest.triples} triples in {len(manifest.graphs)} graphs"
    )
    if not manifest.validated:
        click.echo("  not validated: it was built with --no-validate")
    for path, words in (
        ("/", "start here"),
        ("/sparql", "ask a question in SPARQL; the endpoint"),
        ("/queries", "questions that are answered already"),
        ("/search", "look something up"),
        ("/browse", "everything by kind"),
    ):
        click.echo(f"  {root + path:<42} {words}")
    click.echo("Press Ctrl+C to stop.")
