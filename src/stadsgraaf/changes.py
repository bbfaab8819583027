"""What changed from the release before to a large one: worked out when it is built, read page by page."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, parse

from stadsgraaf.closing import Closing
from stadsgraaf.difference import Difference, differing

__all__ = ["CHANGES", "LARGE", "Changes", "write_changes"]

#: What the file is called in a release.
CHANGES: Final = "changes.sqlite"
#: Releases of more triples are not compared while somebody waits.
LARGE: Final = 2_000_000
#: Of more changes than this both dumps say more than a list.
_MOST: Final = 1_000_000
#: Changes of one thing that are read.
_MOST_OF_ONE: Final = 500
_BATCH: Final = 10_000
_SCHEMA: Final = """
CREATE TABLE change(sign TEXT NOT NULL, subject TEXT NOT NULL, graph TEXT NOT NULL, line TEXT NOT NULL);
CREATE TABLE known(before TEXT NOT NULL, things INTEGER NOT NULL);
"""
_COUNT: Final = """
CREATE INDEX change_subject ON change(subject);
CREATE TABLE counted AS SELECT graph, sum(sign = '-') AS removed, sum(sign = '+') AS added
FROM change GROUP BY graph ORDER BY graph;
"""
#: Things that have names stand first.
_SUBJECTS: Final = (
    "SELECT DISTINCT subject FROM change WHERE subject != '' ORDER BY subject LIMIT ? OFFSET ?"
)


def write_changes(before: str, old: Path, new: Path, path: Path) -> bool:
    """Write what changed between two files of canonical N-Quads, the old one of release ``before``.

    False when that is too much; then there is no file.
    """
    with (
        old.open("rb") as left,
        new.open("rb") as right,
        closing(sqlite3.connect(path)) as database,
    ):
        database.executescript(_SCHEMA)
        found, count = differing(left, right), 0
        while batch := list(islice(found, _BATCH)):
            count += len(batch)
            if count > _MOST:
                path.unlink()
                return False
            database.executemany("INSERT INTO change VALUES (?, ?, ?, ?)", _rows(batch))
        database.executescript(_COUNT)
        database.execute(
            "INSERT INTO known SELECT ?, count(DISTINCT subject) FROM change", (before,)
        )
        database.commit()
    return True


def _rows(batch: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, str, str]]:
    quads = parse("\n".join(line for _, line in batch), RdfFormat.N_QUADS)
    for (sign, line), quad in zip(batch, quads, strict=True):
        subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
        yield sign, subject, getattr(quad.graph_name, "value", ""), line


class Changes(Closing):
    """Read-only access to what changed."""

    def __init__(self, path: Path) -> None:
        """Open the file; raises sqlite3.OperationalError when it cannot be read."""
        self._database = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        row = self._database.execute("SELECT before, things FROM known").fetchone()
        self.before, self.things = str(row[0]), int(row[1])

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def by_graph(self) -> dict[str, tuple[int, int]]:
        """How many quads were removed from and added to each named graph; "" is the default graph."""
        rows = self._database.execute("SELECT graph, removed, added FROM counted")
        return {graph: (removed, added) for graph, removed, added in rows}

    def about(self, limit: int, offset: int) -> Difference:
        """What changed of some things, the nameless last."""
        subjects = [row[0] for row in self._database.execute(_SUBJECTS, (limit, offset))]
        if len(subjects) < limit and offset + len(subjects) < self.things:
            subjects.append("")
        return Difference(*(self._of(sign, subjects) for sign in "-+"))

    def _of(self, sign: str, subjects: Sequence[str]) -> list[str]:
        query = "SELECT line FROM change WHERE subject = ? AND sign = ? LIMIT ?"
        return [
            row[0]
            for subject in subjects
            for row in self._database.execute(query, (subject, sign, _MOST_OF_ONE))
        ]

    def lines(self, sign: str) -> Iterator[str]:
        """All that was removed, or added, in no order."""
        for row in self._database.execute("SELECT line FROM change WHERE sign = ?", (sign,)):
            yield row[0]

    def mentions(self, text: str) -> bool:
        """Whether a text stands in any of it."""
        query = "SELECT 1 FROM change WHERE instr(line, ?) LIMIT 1"
        return self._database.execute(query, (text,)).fetchone() is not None
