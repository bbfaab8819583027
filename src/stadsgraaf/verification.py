"""Whether a release is what was written: its files against the digests in its manifest.

``manifest.sha256`` has the digest of the manifest, the manifest those of all other files, and the
name of the release is made of what the manifest says: no byte can change unnoticed.

What an archive remembers beside its releases has no digests, for it grows: of that is told what
cannot be read.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from stadsgraaf.archive import Archive
from stadsgraaf.errors import ReleaseDamaged, UsageError
from stadsgraaf.release import Release, digest_line
from stadsgraaf.suppression import Suppressed
from stadsgraaf.writing import digest_of

__all__ = ["Damage", "check", "verify", "verify_memory"]

Kind = Literal["missing", "truncated", "changed", "extra", "misnamed", "unreadable"]

_OWN: Final = frozenset(("manifest.json", "manifest.sha256"))
_NAME: Final = re.compile("[0-9a-f]{16}")
#: So many are told one by one.
_MOST: Final = 5
#: What a line is in the files that say something of releases.
_LINES: Final = {
    "history": re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [0-9a-f]{16}\n"),
    "superseded": re.compile(rb"[0-9a-f]{16} [0-9a-f]{16}\n"),
}


@dataclass(frozen=True)
class Damage:
    """One thing that is wrong: a file, below the release or the archive, and how it differs."""

    file: str
    kind: Kind
    detail: str = ""

    def __str__(self) -> str:
        """The damage in one line."""
        return f"{self.file}: {self.kind}{f' ({self.detail})' if self.detail else ''}"


def verify(folder: Path, *, quick: bool = False) -> Iterator[Damage]:
    """Everything that is wrong with the release in a folder.

    ``quick`` looks at the names and sizes of the files, and not at their content.
    """
    manifest = folder / "manifest.json"
    try:
        content = manifest.read_bytes()
        release = Release.open(folder)
        noted = (folder / "manifest.sha256").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError as error:
        yield Damage(Path(error.filename).name, "missing")
        return
    except (UsageError, UnicodeDecodeError) as error:
        yield Damage("manifest.json", "changed", str(error))
        return
    if noted != digest_line(content):
        is_as_written = release.manifest.as_json().encode() == content
        is_named = folder.name in (release.identifier, "current")
        file = "manifest.sha256" if is_as_written and is_named else "manifest.json"
        yield Damage(file, "changed")
        return
    if _NAME.fullmatch(folder.name) and folder.name != release.identifier:
        yield Damage(folder.name, "misnamed", f"its content is that of {release.identifier}")
    yield from _files(release, quick=quick)


def _files(release: Release, *, quick: bool) -> Iterator[Damage]:
    known = release.manifest.files
    for name, entry in known.items():
        path = release.path / name
        if not path.is_file() or path.is_symlink():
            yield Damage(name, "missing")
        elif path.stat().st_size != entry["bytes"]:
            yield Damage(name, "truncated", f"{path.stat().st_size} bytes, not {entry['bytes']}")
        elif not quick and digest_of(path) != entry["sha256"]:
            yield Damage(name, "changed")
    for path in sorted(release.path.rglob("*")):
        name = path.relative_to(release.path).as_posix()
        if (not path.is_dir() or path.is_symlink()) and name not in known and name not in _OWN:
            yield Damage(name, "extra")


def verify_memory(archive: Archive) -> Iterator[Damage]:
    """What cannot be read of that which an archive remembers: beside its releases, of them all."""
    for name, pattern in _LINES.items():
        yield from _unlike(archive.path / name, pattern)
    try:
        Suppressed.read(archive.path / "suppressed")
    except (OSError, UsageError) as error:
        yield Damage("suppressed", "unreadable", str(error))
    try:
        archive.departures.check()
    except (OSError, sqlite3.Error) as error:
        yield Damage("departed.sqlite", "unreadable", str(error))


def _unlike(path: Path, pattern: re.Pattern[bytes]) -> Iterator[Damage]:
    """The lines of a file that are not as they are written."""
    try:
        with path.open("rb") as lines:
            wrong = [str(n) for n, line in enumerate(lines, 1) if not pattern.fullmatch(line)]
    except FileNotFoundError:
        return
    except OSError as error:
        yield Damage(path.name, "unreadable", error.strerror or str(error))
        return
    if wrong:
        more = f" and {len(wrong) - _MOST} more" if len(wrong) > _MOST else ""
        yield Damage(path.name, "unreadable", f"line {', '.join(wrong[:_MOST])}{more}")


def check(release: Release, most: int) -> None:
    """Refuse a release that is damaged, before it is served.

    Its bytes are read when they are no more than ``most``, else only names and sizes are looked
    at. Raises ReleaseDamaged.
    """
    size = sum(int(entry["bytes"]) for entry in release.manifest.files.values())
    found = [str(each) for each in verify(release.path, quick=size > most) if each.kind != "extra"]
    if found:
        raise ReleaseDamaged(release=release.identifier, reason="; ".join(found[:_MOST]))
