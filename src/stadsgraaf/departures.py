"""Where things went that are no longer in the dataset.

Two sources. A dataset may say itself that a thing moved or ended: all that it still says of it is
``dct:isReplacedBy``, ``owl:deprecated`` and a note. And an archive remembers what was in a release
and not in the next, also after the old one has been removed.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from stadsgraaf.namespaces import well_known
from stadsgraaf.records import Tombstone
from stadsgraaf.suppression import Suppressed

__all__ = ["Departure", "Departures", "tombstones"]

_REPLACED, _DEPRECATED = well_known("dct:isReplacedBy owl:deprecated")
_NOTES: Final = well_known(
    "skos:changeNote skos:historyNote skos:note rdfs:comment dct:description dct:provenance"
)
_TRUE: Final = ("true", "1")
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS departed(
    iri TEXT PRIMARY KEY, release TEXT NOT NULL, replaced_by TEXT) WITHOUT ROWID
"""


@dataclass(frozen=True)
class Departure:
    """A thing that is not published any more, by its IRI.

    ``replaced_by`` is what took its place and ``release`` the last one that it was in, where that
    is known; ``note`` maps a language tag to what is said about it.
    """

    iri: str
    replaced_by: str | None = None
    release: str | None = None
    note: Mapping[str, str] = field(default_factory=dict)


def tombstones(quads: Iterable[Quad]) -> dict[str, Tombstone]:
    """What the dataset says to have moved or ended, by IRI, as ``moved.json`` has it."""
    marked: set[str] = set()
    alive: set[str] = set()
    targets: dict[str, str] = {}
    notes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        if not isinstance(quad.subject, NamedNode):
            continue
        iri, predicate, value = quad.subject.value, quad.predicate.value, quad.object
        if predicate == _REPLACED and isinstance(value, NamedNode):
            marked.add(iri)
            targets[iri] = value.value
        elif predicate == _DEPRECATED and isinstance(value, Literal) and value.value in _TRUE:
            marked.add(iri)
        elif predicate in _NOTES and isinstance(value, Literal):
            notes[iri][value.language or ""] = value.value
        else:
            alive.add(iri)
    return {iri: _tombstone(targets.get(iri), notes[iri]) for iri in sorted(marked - alive)}


def _tombstone(target: str | None, notes: Mapping[str, str]) -> Tombstone:
    found: Tombstone = {}
    if target:
        found["replaced_by"] = target
    if notes:
        found["note"] = notes
    return found


@dataclass(frozen=True)
class Departures:
    """What went with a release of an archive; ``path`` is an SQLite file, which need not exist."""

    path: Path

    def record(self, old: Path, new: Path) -> None:
        """Remember what the release in folder ``old`` has and the one in ``new`` has not."""
        replaced = _replacements(old / "data.nq")
        self._start_anew_if_damaged()
        with closing(sqlite3.connect(self.path)) as database, database:
            database.execute(_TABLE)
            for name, folder in (("old", old), ("new", new)):
                address = f"{(folder / 'labels.sqlite').absolute().as_uri()}?mode=ro&immutable=1"
                database.execute(f"ATTACH ? AS {name}", (address,))
            gone = database.execute(
                "SELECT iri FROM old.thing WHERE iri NOT IN (SELECT iri FROM new.thing)"
            ).fetchall()
            database.executemany(
                "INSERT OR REPLACE INTO departed VALUES (?, ?, ?)",
                [(iri, old.name, replaced.get(iri)) for (iri,) in gone],
            )

    def forget(self, suppressed: Suppressed) -> None:
        """Forget what may not be published."""
        if not suppressed:
            return
        self._start_anew_if_damaged()
        if not self.path.is_file():
            return
        with closing(sqlite3.connect(self.path)) as database, database:
            database.execute(_TABLE)
            known = database.execute("SELECT iri, replaced_by FROM departed").fetchall()
            gone = [(iri,) for iri, to in known if iri in suppressed or to in suppressed]
            database.executemany("DELETE FROM departed WHERE iri = ?", gone)

    def find(self, iri: str) -> Departure | None:
        """What is remembered of a thing; nothing where the file is damaged, or being made."""
        try:
            return self._found(iri)
        except sqlite3.DatabaseError:
            return None

    def _found(self, iri: str) -> Departure | None:
        if not self.path.is_file():
            return None
        with closing(
            sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
        ) as database:
            row = database.execute(
                "SELECT replaced_by, release FROM departed WHERE iri = ?", (iri,)
            ).fetchone()
        return Departure(iri, *row) if row else None

    def check(self) -> None:
        """Read all of the file, if there is one. Raises sqlite3.DatabaseError when it is damaged."""
        if not self.path.is_file():
            return
        address = f"{self.path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise sqlite3.DatabaseError(said)
            database.execute("SELECT iri, release, replaced_by FROM departed").fetchone()

    def _start_anew_if_damaged(self) -> None:
        """What went is known of the releases that are still there, too; a release must not wait for it."""
        try:
            self._found("")
        except sqlite3.OperationalError:  # it has no table yet, or somebody else writes
            return
        except sqlite3.DatabaseError:
            self.path.unlink()


def _replacements(data: Path) -> dict[str, str]:
    """What each thing was replaced by, when that is one thing."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    needle = f"<{_REPLACED}>".encode()
    with data.open("rb") as lines:
        for line in lines:
            if needle in line:
                for quad in parse(line, RdfFormat.N_QUADS):
                    if quad.predicate.value == _REPLACED and isinstance(quad.object, NamedNode):
                        found[getattr(quad.subject, "value", "")].add(quad.object.value)
    return {iri: next(iter(targets)) for iri, targets in found.items() if len(targets) == 1}
