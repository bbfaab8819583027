"""An archive: the folder that builds write to and that is served.

::

    ARCHIVE/releases/<id>/   the immutable releases
    ARCHIVE/current          a symbolic link to the one that is served, switched atomically
    ARCHIVE/history          a line for each switch: when, and to which release
    ARCHIVE/departed.sqlite  what was in a release and not in the next, see `Departures`
    ARCHIVE/lock             held, and naming the process, while one writes

Whatever ends a process, at any moment, ``current`` is a whole release: a release gets its name when
all of it is on the disk, and the link is replaced in one step.
"""

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from stadsgraaf.departures import Departures
from stadsgraaf.errors import ArchiveLocked, NoSuchRelease, UsageError
from stadsgraaf.release import Release

__all__ = ["Archive", "Switch"]

#: What a release is called, and the beginning of the folder that one is made in.
_IDENTIFIER: Final = re.compile(r"[0-9a-f]{16}")
MAKING: Final = "new-"


@dataclass(frozen=True)
class Switch:
    """A release and when it was last switched on: UTC, ISO 8601, to the second; "" if unknown."""

    identifier: str
    at: str


@dataclass(frozen=True)
class Archive:
    """The archive in a folder, which need not exist yet."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> "Archive | None":
        """The archive that a path means: its folder, or the link in it to the current release."""
        if path.name == "current" and path.is_symlink():
            path = path.parent
        link = path / "current"
        return cls(path.resolve()) if link.is_symlink() and Release.is_at(link) else None

    @property
    def releases(self) -> Path:
        """The folder of the releases."""
        return self.path / "releases"

    @property
    def departures(self) -> Departures:
        """What was in a release and not in the next."""
        return Departures(self.path / "departed.sqlite")

    @property
    def identifier(self) -> str | None:
        """The identifier of the current release: what the link says, without opening it."""
        try:
            return (self.path / "current").readlink().name
        except OSError:
            return None

    def current(self) -> Release | None:
        """The release that is switched on, or None; also when another version wrote it."""
        try:
            return self.open(self.identifier or "")
        except NoSuchRelease:
            return None

    def open(self, identifier: str) -> Release:
        """A release that is kept. Raises NoSuchRelease, which lists those that are."""
        folder = self.releases / identifier
        if _IDENTIFIER.fullmatch(identifier) and Release.is_at(folder):
            with contextlib.suppress(UsageError):
                return Release.open(folder)
        known = [each.identifier for each in self.kept()]
        raise NoSuchRelease(release=identifier, known=known)

    def kept(self) -> list[Switch]:
        """The releases that are there, the one that was switched on last first."""
        switched = {identifier: at for at, identifier in self._history()}
        latest = list(dict.fromkeys(identifier for _, identifier in reversed(self._history())))
        present = [
            folder.name
            for folder in sorted(self.releases.glob("*"))
            if _IDENTIFIER.fullmatch(folder.name) and Release.is_at(folder)
        ]
        order = [each for each in latest if each in present]
        order += [each for each in present if each not in switched]
        return [Switch(each, switched.get(each, "")) for each in order]

    def _history(self) -> list[tuple[str, str]]:
        try:
            lines = (self.path / "history").read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return []
        words = (line.split() for line in lines)
        return [(each[0], each[1]) for each in words if len(each) == 2]  # noqa: PLR2004 – when and which

    # --- writing --------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one that writes; what others left half done is removed.

        Raises ArchiveLocked, with the number of the process, when another one is at work.
        """
        self.releases.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise ArchiveLocked(path=str(self.path), pid=lock.read().strip() or "?") from None
            lock.seek(0)
            lock.truncate()
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            self._sweep()
            yield

    def _sweep(self) -> None:
        for leftover in [*self.releases.glob(f"{MAKING}*"), *self.releases.glob(".going-*")]:
            shutil.rmtree(leftover, ignore_errors=True)
        for leftover in self.path.glob(".current-*"):
            leftover.unlink(missing_ok=True)

    def switch(self, identifier: str) -> None:
        """Make a release the current one, in one step: there is always one that serves.

        Only for who has the lock. Raises NoSuchRelease.
        """
        fresh, present = self.open(identifier), self.current()
        if present and present.identifier == identifier:
            return
        if present:
            self.departures.record(present.path, fresh.path)
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with (self.path / "history").open("a", encoding="ascii") as history:
            history.write(f"{at} {identifier}\n")
            history.flush()
            os.fsync(history.fileno())
        link = self.path / f".current-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(Path("releases") / identifier)
        link.replace(self.path / "current")
        sync(self.path)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the ``keep`` releases that were current last; says which.

        Only for who has the lock. The current one stays.
        """
        gone = [each.identifier for each in self.kept()[max(1, keep) :]]
        gone = [each for each in gone if each != self.identifier]
        for identifier in gone:
            going = self.releases / f".going-{identifier}"
            (self.releases / identifier).rename(going)
            shutil.rmtree(going)
        return gone


def sync(path: Path) -> None:
    """Have what is written at a path on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
