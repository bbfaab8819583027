"""``stadsgraaf serve``."""

import contextlib
import functools
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from stadsgraaf import logs
from stadsgraaf.archive import Archive
from stadsgraaf.cli.options import DIRECTORY, OUTPUT, STRICT, cache_for, cache_for_store, counted
from stadsgraaf.errors import NoSuchPath, StoreUnavailable
from stadsgraaf.release import Release
from stadsgraaf.settings import ENVIRONMENT_PREFIX, Settings

__all__ = ["serve"]

#: What a survey ends with when its store is away, among failures that pass as well.
_AWAY: Final = StoreUnavailable.exit_code
_DEFAULT: Final = click.core.ParameterSource.DEFAULT


def _setting_options(command: Callable[..., None]) -> Callable[..., None]:
    """One option for each row of the table of settings."""
    for setting in reversed(Settings.table()):
        option = "--" + setting.name.replace("_", "-")
        kind = type(setting.default)
        text = f"{setting.help} Default: {_shown(setting.default)}."
        command = click.option(option, type=kind, default=None, help=text)(command)
    return command


def _shown(default: object) -> str:
    """A default as a person reads it: nothing is none, and what is off is not."""
    if isinstance(default, bool):
        return "on" if default else "off"
    return "none" if default == "" else str(default)


@click.command()
@DIRECTORY
@OUTPUT
@STRICT
@_setting_options
def serve(directory: Path, output: Path | None, *, strict: bool, **flags: Any) -> None:
    """Serve a folder of Turtle, or a release, as a SPARQL endpoint and pages.

    A folder is first built and validated, unless nothing in it changed since the last time; SIGHUP
    builds it again. A folder that cannot be read is refused, and so is a dataset that describes itself
    (dataset.ttl) and has violations. Violations in any other folder are only listed, unless you add
    --strict.

    An archive (what build --output writes) is followed: when another release in it becomes current,
    the server switches to that one without a failed request. With --store and no folder, that store is
    surveyed instead, and again on SIGHUP; its data stay there.

    Every option can also be set in the environment: --port is STADSGRAAF_PORT.

    \b
    Examples:
      stadsgraaf serve
      stadsgraaf serve some/folder --port 8080
      stadsgraaf serve archive --public-url https://data.example.org
      stadsgraaf serve --store http://localhost:8890/sparql
    """
    from stadsgraaf.web.server import run

    settings = Settings.load(os.environ, flags)
    logs.configure(settings)
    _check_places(settings)
    is_named = click.get_current_context().get_parameter_source("directory") != _DEFAULT
    if settings.store and not is_named:
        source = _surveyed(output or cache_for_store(settings.store), settings, flags)
    else:
        source = _source(directory, output or cache_for(directory), settings, strict=strict)
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


def _source(directory: Path, output: Path, settings: Settings, *, strict: bool) -> _Source:
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
    options += ["--strict"] if strict else []
    return _made(["build", str(directory), *options], output)


def _surveyed(output: Path, settings: Settings, flags: Mapping[str, Any]) -> _Source:
    """What the store that is set says of itself. Who may ask it is told by the environment alone."""
    for name in ("store_user", "store_password", "store_token", "store_timeout", "survey_timeout"):
        if flags[name] is not None:
            os.environ[ENVIRONMENT_PREFIX + name.upper()] = str(flags[name])
    options = [
        f"--store={settings.store}",
        f"--output={output}",
        f"--survey-statements={settings.survey_statements}",
    ]
    try:
        return _made(["survey", *options], output)
    except click.exceptions.Exit as ended:
        if ended.exit_code != _AWAY:
            raise
    from stadsgraaf.web.away import wait

    click.echo("the store is asked again until it answers; meanwhile every page says so", err=True)
    command = _command("survey", *options)
    if not wait(settings, command):
        raise click.exceptions.Exit(0)
    archive = Archive(output.resolve())
    return _Source(Release.open((archive.path / "current").resolve()), archive, command)


def _made(arguments: Sequence[str], output: Path) -> _Source:
    """What a command of ours makes in an archive, and how it is made again."""
    command = _command(*arguments)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise click.exceptions.Exit(done.returncode)
    release = Release.open(Path(done.stdout.strip()))
    return _Source(release, Archive(output.resolve()), command)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "stadsgraaf", *arguments]


def _announce(release: Release, settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    root = settings.public_url.rstrip("/") or f"http://{host}:{settings.port}"
    manifest = release.manifest
    click.echo(
        f"{manifest.name('en')}: {counted(manifest.triples, 'triple')}"
        f" in {counted(len(manifest.graphs), 'graph')}"
    )
    if manifest.survey:
        click.echo(f"  the data are in {settings.store}; here is what was asked of it")
        for each in manifest.survey["left_out"]:
            click.echo(f"  left out: {each['en']}")
    elif not manifest.validated:
        click.echo("  not validated: it was built with --no-validate")
    elif release.violations:
        many = counted(release.violations, "violation")
        click.echo(f"  {many}: stadsgraaf validate tells more, --strict refuses")
    for path, words in (
        ("/", "start here"),
        ("/sparql", "ask a question in SPARQL; the endpoint"),
        ("/queries", "questions that are answered already"),
        ("/search", "look something up"),
        ("/browse", "everything by kind"),
    ):
        click.echo(f"  {root + path:<42} {words}")
    click.echo("Press Ctrl+C to stop.")
