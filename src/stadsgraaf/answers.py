"""Answers that a release has had since it was built, by the question, https://www.sqlite.org/.

What pages ask that takes the longer the larger the graph is, is asked once, when there is time for it.
"""

import hashlib
import sqlite3
import zlib
from pathlib import Path
from typing import Final

from stadsgraaf.closing import Closing

__all__ = ["FILE", "Answers", "Notes"]

#: What the file is called in a release.
FILE: Final = "answers.sqlite"
_SCHEMA: Final = (
    "CREATE TABLE answer(question BLOB PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID"
)
_READ: Final = "SELECT answer FROM answer WHERE question = ?"
_KEY: Final = 16


class Answers(Closing):
    """Read-only access to the answers of a release."""

    def __init__(self, path: Path) -> None:
        """Open them; raises sqlite3.OperationalError when they cannot be read."""
        self._database = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )

    def get(self, question: str) -> bytes | None:
        """The answer, if there is one."""
        row = self._database.execute(_READ, (_key(question),)).fetchone()
        return zlib.decompress(row[0]) if row else None

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class Notes(Closing):
    """Answers that are being written.

    ::

        with Notes(path) as notes:
            notes.add("SELECT …", b"…")
    """

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.execute(_SCHEMA)

    def get(self, question: str) -> bytes | None:
        """The answer, if it was added."""
        row = self._database.execute(_READ, (_key(question),)).fetchone()
        return zlib.decompress(row[0]) if row else None

    def add(self, question: str, answer: bytes) -> None:
        """Note an answer."""
        row = (_key(question), zlib.compress(answer))
        self._database.execute("INSERT OR REPLACE INTO answer VALUES (?, ?)", row)

    def close(self) -> None:
        """Keep them and close the file."""
        self._database.commit()
        self._database.execute("VACUUM")
        self._database.close()


def _key(question: str) -> bytes:
    return hashlib.blake2b(question.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()
