"""Arguments and output that the commands share."""

import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import click

from stadsgraaf.errors import Language, UsageError

__all__ = [
    "DIRECTORY",
    "OUTPUT",
    "QUIET",
    "STRICT",
    "Steps",
    "cache_for",
    "cache_for_store",
    "cache_for_validation",
    "counted",
    "language_option",
    "outputs",
    "reader_may_leave",
    "spoken",
]

#: So many triples are worth a mention while one waits.
_MANY = 100_000

DIRECTORY = click.argument(
    "directory", type=click.Path(path_type=Path), default=Path(), required=False
)


OUTPUT = click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="Folder for the releases; default: a folder in the user's cache.",
)

QUIET = click.option("--quiet", "-q", is_flag=True, help="Show no progress.")

STRICT = click.option(
    "--strict",
    is_flag=True,
    help="Refuse a folder with violations, also one that does not describe itself.",
)


def spoken() -> Language:
    """The language of the user: Dutch where the environment says so, else English."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return "nl" if said.startswith("nl") else "en"


def language_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option ``--language``, which says of what it is."""
    text = f"{what} Default: that of the user (LANG), else English."
    return click.option("--language", type=click.Choice(["nl", "en"]), default=spoken, help=text)


def counted(number: int, noun: str) -> str:
    """So many of something.

    >>> counted(1, "file"), counted(2, "file")
    ('1 file', '2 files')
    """
    return f"{number} {noun}" + ("" if number == 1 else "s")


def cache_for(directory: Path) -> Path:
    """Where releases of a folder are kept when nobody names a place."""
    return _cache(str(directory.resolve()))


def cache_for_store(address: str) -> Path:
    """Where what is known of a store is kept when nobody names a place."""
    return _cache(f"store {address}")


def cache_for_validation() -> Path:
    """Where what validation found is kept. Raises RuntimeError for who has no home."""
    return _caches() / "validation"


def _cache(name: str) -> Path:
    return _caches() / hashlib.sha256(name.encode()).hexdigest()[:16]


def _caches() -> Path:
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "stadsgraaf"


def outputs(given: Sequence[str], known: Iterable[str]) -> list[tuple[str, Path | None]]:
    """What --format FORMAT[=FILE] asks for: formats, with the files to write to.

    A file of an earlier run is deleted, whatever happens; a device or a pipe stays. Raises UsageError
    for a format that is not one of those ``known``, for a folder, and for a file in no folder.
    """
    found: list[tuple[str, Path | None]] = []
    for form in given or ("text",):
        name, _, file = form.partition("=")
        if name not in known:
            raise UsageError(reason=f"--format {name}: there are {', '.join(known)}")
        found.append((name, Path(file) if file else None))
    for _, path in found:
        if path is not None:
            if not path.parent.is_dir():
                raise UsageError(reason=f"{path.parent} is no folder to write {path.name} to")
            if path.is_dir():
                raise UsageError(reason=f"{path} is a folder: name a file in it")
            if path.is_file():
                path.unlink()
    return found


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Let who reads stdout have read enough: the command goes on, and its exit code is its own."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Steps:
    """Progress on stderr: one line that rewrites itself on a terminal, else a line per step.

    On a terminal the line of a step that takes long tells for how many seconds it has, of how many
    ``triples`` there are, and how many queries ran.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.triples = 0
        self._counted = (0, 0)
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._files = 0
        self._ticking: threading.Event | None = None

    def read(self, file: str) -> None:
        """A file is read. These are summed up, unless a person watches."""
        self._files += 1
        if self._terminal and not self._quiet:
            click.echo(f"\r\033[K  {self._files} {file}", nl=False, err=True)

    def __call__(self, step: str) -> None:
        """Show a step."""
        if self._quiet:
            return
        if self._files:
            click.echo(
                ("\r\033[K" if self._terminal else "") + f"  read {counted(self._files, 'file')}",
                err=True,
            )
            self._files = 0
        self.end()
        self._counted = (0, 0)
        if self._terminal:
            self._ticking = threading.Event()
            click.echo(f"  {step}", nl=False, err=True)
            threading.Thread(target=self._tick, args=(step, self._ticking), daemon=True).start()
        else:
            click.echo(f"  {step}", err=True)

    def count(self, done: int, of: int) -> None:
        """So many queries of the step ran, of so many."""
        self._counted = (done, of)

    def end(self) -> None:
        """The last step has ended."""
        if self._ticking is not None:
            self._ticking.set()
            self._ticking = None
            click.echo(err=True)

    def _tick(self, step: str, ended: threading.Event) -> None:
        start = monotonic()
        while not ended.wait(1):
            line = self.line(step, monotonic() - start)
            click.echo(f"\r\033[K  {line}", nl=False, err=True)

    def line(self, step: str, seconds: float) -> str:
        """What is shown of a step that has taken so many seconds."""
        told = [f"{step} {seconds:.0f} s"]
        if self.triples >= _MANY:
            told.append(f"{self.triples:,} triples")
        done, of = self._counted
        if of:
            told.append(f"{done} of {of} queries")
        return ", ".join(told)
