"""The label index of a release: what each thing is called, and search over all names.

SQLite with FTS5 (https://www.sqlite.org/fts5.html): a label takes microseconds and a search
milliseconds, however large the graph, where CONTAINS in SPARQL grows with it. `indexing` writes it.
"""

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from stadsgraaf.closing import Closing
from stadsgraaf.errors import Language
from stadsgraaf.naming import CODES
from stadsgraaf.ranking import Found, Hit, SearchResult, by_kind, nearest, ranked, trigrams

__all__ = ["MARK", "MAX_TEXT", "MOST", "Entry", "LabelIndex"]

_CODED = (
    "SELECT DISTINCT name.iri FROM name_fts JOIN name ON name.id = name_fts.rowid"  # noqa: S608 – marks only
    f" WHERE name_fts MATCH ? AND property IN ({','.join('?' * len(CODES))})"
    " AND lower(name.text) = lower(?) ORDER BY 1"
)
_ENTRIES = (
    "SELECT iri, kind, label_nl, label_en, label FROM json_each(?) CROSS JOIN thing ON iri = value"
)
#: Comes after every character that an IRI has.
_LAST = "\U0010ffff"

#: Begins the word that stands for the kind of its thing in what is searched of a name: a character that
#: is of no word that people type.
MARK = "\ue000"
#: Characters that are read of a search.
MAX_TEXT = 200
#: Names that a search looks at.
MOST = 300
#: So many parts of three characters are looked for, however often they are there.
_FEWEST_GRAMS = 3


class Entry(NamedTuple):
    """What the index has of a thing: its kind, its labels by language, and one for any language."""

    kind: str | None
    nl: str | None
    en: str | None
    any: str

    def label(self, language: Language) -> str:
        """The label in a language, else in the other, else any."""
        own, other = (self.nl, self.en) if language == "nl" else (self.en, self.nl)
        if own is not None:
            return own
        return self.any if other is None else other

    def other_label(self, language: Language) -> str | None:
        """The label in the language that is not this one, when it has one."""
        return self.en if language == "nl" else self.nl


class LabelIndex(Closing):
    """Read-only access to a release's label index.

    ::

        with LabelIndex(path) as labels:
            labels.label("https://w3id.org/stadsgraaf/id/network/g5", "nl")
    """

    def __init__(self, path: Path) -> None:
        """Open the index; raises sqlite3.OperationalError when it cannot be read."""
        self._database = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def entries(self, iris: Iterable[str]) -> dict[str, Entry]:
        """What is known of many things; the unknown are left out."""
        rows = self._database.execute(_ENTRIES, (json.dumps(list(iris)),))
        return {iri: Entry(*known) for iri, *known in rows}

    def label(self, iri: str, language: Language) -> str | None:
        """The thing's label in a language, else in the other, else any; None when unknown."""
        return self.labels([iri], language).get(iri)

    def labels(self, iris: Iterable[str], language: Language) -> dict[str, str]:
        """Labels of many things; the unknown are left out."""
        return {iri: entry.label(language) for iri, entry in self.entries(iris).items()}

    def other_label(self, iri: str, language: Language) -> str | None:
        """The label in the language that is not this one, when it has one."""
        entry = self.entries([iri]).get(iri)
        return entry.other_label(language) if entry else None

    def kind(self, iri: str) -> str | None:
        """The IRI of the class that says most of what the thing is."""
        entry = self.entries([iri]).get(iri)
        return entry.kind if entry else None

    def __contains__(self, iri: object) -> bool:
        """Whether something is said of it."""
        return isinstance(iri, str) and iri in self.entries([iri])

    def coded(self, code: str) -> list[str]:
        """Things that have this very name or code, letter case aside; no labels."""
        words = " ".join(re.findall(r"\w+", code[:MAX_TEXT]))
        if not words:
            return []
        rows = self._database.execute(_CODED, (f'"{words}"', *CODES, code))
        return [iri for (iri,) in rows]

    def count(self, within: str = "") -> int:
        """How many things there are whose IRI begins with a text."""
        if not within:  # counted when the index was made
            return sum(self.kinds.values()) + self.count_without_kind()
        row = self._database.execute(
            "SELECT count(*) FROM thing WHERE iri >= ? AND iri < ?", (within, within + _LAST)
        ).fetchone()
        return int(row[0])

    def iris(self, limit: int, offset: int = 0, within: str = "") -> list[str]:
        """IRIs of things that begin with a text, in order."""
        rows = self._database.execute(
            "SELECT iri FROM thing WHERE iri >= ? AND iri < ? ORDER BY iri LIMIT ? OFFSET ?",
            (within, within + _LAST, limit, offset),
        )
        return [iri for (iri,) in rows]

    def of_kind(
        self, kind: str | None, language: Language, limit: int, offset: int = 0
    ) -> list[Hit]:
        """Things of a kind, or of none, by label."""
        column, other = ("label_nl", "label_en") if language == "nl" else ("label_en", "label_nl")
        rows = self._database.execute(
            f"SELECT iri, coalesce({column}, {other}, label) AS shown FROM thing WHERE kind IS ?"  # noqa: S608 – the columns are ours
            " ORDER BY shown COLLATE NOCASE, iri LIMIT ? OFFSET ?",
            (kind, limit, offset),
        )
        return [Hit(iri, label, kind, None) for iri, label in rows]

    def iris_of_kind(self, kind: str, limit: int, offset: int = 0) -> list[str]:
        """IRIs of things of a kind, in order."""
        rows = self._database.execute(
            "SELECT iri FROM thing WHERE kind = ? ORDER BY iri LIMIT ? OFFSET ?",
            (kind, limit, offset),
        )
        return [iri for (iri,) in rows]

    def count_without_kind(self) -> int:
        """How many things there are that have no kind."""
        row = self._database.execute("SELECT count(*) FROM thing WHERE kind IS NULL").fetchone()
        return int(row[0])

    @cached_property
    def hubs(self) -> Mapping[str, int]:
        """About how many statements and links the things have that have many."""
        return dict(self._database.execute("SELECT iri, links FROM hub ORDER BY links DESC, iri"))

    @cached_property
    def kinds(self) -> Mapping[str, int]:
        """How many things there are of each kind, most first. Read once: every page asks."""
        return dict(self._database.execute("SELECT iri, things FROM kind ORDER BY number"))

    def search(
        self,
        text: str,
        language: Language,
        limit: int = 20,
        offset: int = 0,
        kind: str | None = None,
    ) -> SearchResult:
        """Things by the beginnings of their words, diacritics ignored; else the nearest spelling.

        Of more than `MOST` names that fit, the shortest are looked at. Their order is that of `ranked`.
        """
        words = list(dict.fromkeys(re.findall(r"\w+", normalize("NFC", text[:MAX_TEXT]))))
        if not words:
            return SearchResult([], 0, {})
        match = " ".join(f'"{word}"*' for word in words)
        names = self._names("name_fts", match, language)
        corrected, more = not names, len(names) == MOST
        if corrected:
            names = self._spelt_like(" ".join(words), language)
        counts = by_kind(names)
        if more and kind:
            names = self._names_of_kind(kind, match, language)
        hits, total = ranked(names, text, limit, offset, kind)
        return SearchResult(hits, total, counts, corrected, more)

    def _names_of_kind(self, kind: str, match: str, language: Language) -> list[Found]:
        row = self._database.execute("SELECT number FROM kind WHERE iri = ?", (kind,)).fetchone()
        return self._names("name_fts", f'{match} "{MARK}{row[0]}"', language) if row else []

    def _names(self, table: str, match: str, language: Language) -> list[Found]:
        """Names that fit, in the order of their numbers: the shortest first."""
        column, other = ("label_nl", "label_en") if language == "nl" else ("label_en", "label_nl")
        rows = self._database.execute(
            f"SELECT thing.iri, coalesce({column}, {other}, label), kind, name.text, degree"  # noqa: S608 – table and columns are ours
            f" FROM {table} CROSS JOIN name ON name.id = {table}.rowid"
            f" CROSS JOIN thing ON thing.iri = name.iri"
            f" WHERE {table} MATCH ? ORDER BY {table}.rowid LIMIT {MOST}",
            (match,),
        )
        return list(map(Found._make, rows))

    def _spelt_like(self, text: str, language: Language) -> list[Found]:
        wanted = trigrams(text)
        match = " OR ".join(f'"{gram}"' for gram in self._rarest(wanted))
        return nearest(self._names("name_trigram", match, language), wanted) if match else []

    def _rarest(self, grams: Collection[str]) -> list[str]:
        """Those that tell most: the rarest that are there, together in not too many names."""
        known = self._database.execute(
            f"SELECT term, names FROM gram WHERE term IN ({','.join('?' * len(grams))})"  # noqa: S608 – marks only
            " ORDER BY names, term",
            list(grams),
        ).fetchall()
        together = accumulate(names for _, names in known)
        return [
            term
            for number, ((term, _), sum_) in enumerate(zip(known, together, strict=True))
            if sum_ <= MOST or number < _FEWEST_GRAMS
        ]
