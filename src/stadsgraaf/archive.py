"""An archive: the folder that builds write to and that is served.

::

    ARCHIVE/releases/<id>/   the immutable releases
    ARCHIVE/current          a symbolic link to the one that is served, switched atomically
    ARCHIVE/history          a line for each switch: when, and to which release
    ARCHIVE/suppressed       what may not be published, see `Suppressed`
    ARCHIVE/superseded       a line for each release that was written anew without it: old and new
    ARCHIVE/departed.sqlite  what was in a release and not in the next, see `Departures`
    ARCHIVE/lock             held, and naming the process, while one writes

Whatever ends a process, at any moment, ``current`` is a whole release: a release gets its name when
all of it is on the disk, and the link is replaced in one step.
"""

import contextlib
import ctypes
import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from stadsgraaf.departures import Departures
from stadsgraaf.errors import ArchiveLocked, NoSuchRelease, UsageError
from stadsgraaf.release import Release
from stadsgraaf.suppression import HEAD as SUPPRESSED_HEAD
from stadsgraaf.suppression import Suppressed

__all__ = ["MAKING", "Archive", "Switch"]

#: What a release is called, and the beginning of the folder that one is made in.
_IDENTIFIER: Final = re.compile(r"[0-9a-f]{16}")
_HERE: Final = -100
_EXCHANGE: Final = 2
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
        return cls(path.resolve()) if link.is_symlink() and (path / "releases").is_dir() else None

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
        folder = self.releases / self._superseded().get(identifier, identifier)
        if _IDENTIFIER.fullmatch(identifier) and Release.is_at(folder):
            with contextlib.suppress(UsageError):
                return Release.open(folder)
        known = [each.identifier for each in self.kept()]
        raise NoSuchRelease(release=identifier, known=known)

    def kept(self) -> list[Switch]:
        """The releases that are there, the one that was switched on last first."""
        switched = {identifier: at for at, identifier in self._history()}
        latest = list(dict.fromkeys(identifier for _, identifier in reversed(self._history())))
        superseded = self._superseded()
        present = [
            folder.name
            for folder in self._folders()
            if folder.name not in superseded
            and _IDENTIFIER.fullmatch(folder.name)
            and Release.is_at(folder)
        ]
        order = [each for each in latest if each in present]
        order += [each for each in present if each not in switched]
        return [Switch(each, switched.get(each, "")) for each in order]

    def readable(self) -> list[Release]:
        """Those of them that this version can open, in that order."""
        found = []
        for each in self.kept():
            with contextlib.suppress(NoSuchRelease):
                found.append(self.open(each.identifier))
        return found

    def switches(self) -> list[Switch]:
        """Those of them that this version can open, and when each was switched on."""
        readable = {release.identifier for release in self.readable()}
        return [each for each in self.kept() if each.identifier in readable]

    def folders(self) -> list[Path]:
        """The folder of every release that should be whole, also of one that is not, or not there."""
        named = {path for path in self._folders() if _IDENTIFIER.fullmatch(path.name)}
        found = {path for path in named if path.is_dir()}
        return sorted(found | ({self.releases / self.identifier} if self.identifier else set()))

    def _folders(self) -> list[Path]:
        """What is in the folder of the releases. Raises PermissionError when it may not be read."""
        try:
            return sorted(self.releases.iterdir())
        except FileNotFoundError:
            return []

    @property
    def suppressed(self) -> Suppressed:
        """What may not be published of any release here. Raises UsageError when it is no list."""
        return Suppressed.read(self.path / "suppressed")

    def has_suppressed(self, iri: str) -> bool:
        """Whether a thing is on that list, of which a damaged line is passed over: to serve by."""
        path = self.path / "suppressed"
        try:
            state = path.stat()
        except FileNotFoundError:
            return False
        return iri in _suppressed(path, state.st_mtime_ns, state.st_size)

    def _superseded(self) -> dict[str, str]:
        """What took the place of each release that was written anew."""
        found: dict[str, str] = {}
        for old, new in self._lines("superseded"):
            found = {name: new if last == old else last for name, last in found.items()}
            found[old] = new
        return found

    def _history(self) -> list[tuple[str, str]]:
        new = self._superseded()
        return [(at, new.get(each, each)) for at, each in self._lines("history")]

    def _lines(self, name: str) -> list[tuple[str, str]]:
        """Lines that say something of a release; one that was cut off or damaged says nothing."""
        try:
            text = (self.path / name).read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return []
        pairs = (line.rpartition(" ")[::2] for line in text.splitlines())
        return [(said, each) for said, each in pairs if said and _IDENTIFIER.fullmatch(each)]

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
        for old in self._superseded():
            shutil.rmtree(self.releases / old, ignore_errors=True)
        for leftover in self.path.glob(".*-*"):
            leftover.unlink(missing_ok=True)

    def add(self, made: Path, identifier: str, *, anew: bool = False) -> Path:
        """Give a release that was written in full its name; where it is then.

        One of that name that is there already stays, unless it is to be written ``anew``.
        """
        target = self.releases / identifier
        if identifier in (superseded := self._superseded()):
            del superseded[identifier]  # it is back, with nothing in it that is suppressed
            self._note_superseded(superseded)
        is_there = target.is_dir() and (Release.is_at(target) or anew)
        if anew or not is_there:
            for path in [*made.rglob("*"), made]:
                sync(path)
            if is_there:
                _exchange(made, target)
            else:
                made.rename(target)
            sync(self.releases)
        return target

    def suppress(self, entries: Iterable[str]) -> None:
        """Add IRIs to the list of what may not be published."""
        path = self.path / "suppressed"
        listed = self.suppressed.entries
        fresh = [each for each in entries if each not in listed]
        known = path.read_text("utf-8", "replace") if path.is_file() else SUPPRESSED_HEAD
        known += "" if known.endswith("\n") else "\n"
        if fresh:
            self._write("suppressed", known + "".join(f"{each}\n" for each in fresh))

    def supersede(self, old: str, new: str) -> None:
        """Have a release take the place of another, which is removed."""
        if old == new:
            return
        if self.identifier == old:
            self._link(new)
        self._note_superseded({**self._superseded(), old: new})
        self.remove(old)

    def _note_superseded(self, known: Mapping[str, str]) -> None:
        self._write("superseded", "".join(f"{old} {new}\n" for old, new in known.items()))

    def _write(self, name: str, text: str) -> None:
        fresh = self.path / f".{name}-{os.getpid()}"
        fresh.write_text(text, encoding="utf-8")
        sync(fresh)
        fresh.replace(self.path / name)
        sync(self.path)

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
            history.write(f"{at} {fresh.path.name}\n")
            history.flush()
            os.fsync(history.fileno())
        self._link(fresh.path.name)

    def _link(self, identifier: str) -> None:
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
            self.remove(identifier)
        return gone

    def remove(self, identifier: str) -> None:
        """Remove a release. Only for who has the lock, and not the current one."""
        going = self.releases / f".going-{identifier}"
        (self.releases / identifier).rename(going)
        shutil.rmtree(going)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change names in one step, renameat2(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = (os.fsencode(one), os.fsencode(other))
    if libc.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE):
        raise OSError(ctypes.get_errno(), "cannot exchange", str(one), None, str(other))


@lru_cache(maxsize=8)
def _suppressed(path: Path, changed: int, size: int) -> Suppressed:
    """The list as it was when it was last changed: it is asked for with every page."""
    del changed, size
    return Suppressed.readable(path)


def sync(path: Path) -> None:
    """Have what is written at a path on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
