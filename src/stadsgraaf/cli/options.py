"""Arguments and output that the commands share."""

import hashlib
import os
import sys
from pathlib import Path

import click

from stadsgraaf.archive import Archive
from stadsgraaf.errors import NoSuchPath

__all__ = ["DIRECTORY", "Steps", "archive_for", "cache_for"]

DIRECTORY = click.argument(
    "directory", type=click.Path(path_type=Path), default=Path(), required=False
)


def cache_for(directory: Path) -> Path:
    """Where releases of a folder are kept when nobody names a place."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "stadsgraaf" / hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:16]


def archive_for(directory: Path, output: Path | None) -> Archive:
    """The archive at a path, or that of the folder there. Raises NoSuchPath when there is none."""
    found = Archive.at(directory) or Archive.at(output or cache_for(directory))
    if found is None:
        raise NoSuchPath(path=str((output or directory) / "current"))
    return found


class Steps:
    """Progress on stderr: one line that rewrites itself on a terminal, else a line per step."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._files = 0

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
                ("\r\033[K" if self._terminal else "") + f"  read {self._files} files", err=True
            )
            self._files = 0
        click.echo(f"  {step}", err=True)
