"""The label index of a release: what each thing is called, and search over all names.

SQLite with FTS5 (https://www.sqlite.org/fts5.html): a label takes microseconds and a search
milliseconds, however large the graph, where CONTAINS in SPARQL grows with it.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from itertools import accumulate, groupby, islice
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from unicodedata import normalize
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, Quad

from stadsgraaf.errors import Language
from stadsgraaf.namespaces import PREFIXES, SG, well_known
from stadsgraaf.ranking import Found, Hit, SearchResult, by_kind, nearest, ranked, trigrams
from stadsgraaf.remembering import remembering

__all__ = [
    "CODES",
    "LABELS",
    "OTHER_NAMES",
    "Entry",
    "LabelIndex",
    "build_labels",
    "local_name",
]

#: Properties that name a thing, the preferred first.
LABELS = (
    *well_known("skos:prefLabel rdfs:label sh:name dct:title schema:name foaf:name"),
    "http://schema.org/name",
    "http://purl.org/dc/elements/1.1/title",
)

#: Properties that somebody may know a thing by, besides its labels.
OTHER_NAMES = well_known(
    "skos:altLabel skos:hiddenLabel skos:notation dct:identifier dct:alternative"
    " schema:alternateName schema:identifier schema:legalName org:identifier adms:identifier"
)

#: Those of them that are codes: one of them is meant exactly.
CODES = tuple(iri for iri in OTHER_NAMES if re.search("(?i:notation|identifier)$", iri))
_CODED = (
    "SELECT DISTINCT name.iri FROM name_fts JOIN name ON name.id = name_fts.rowid"  # noqa: S608 – marks only
    f" WHERE name_fts MATCH ? AND property IN ({','.join('?' * len(CODES))})"
    " AND lower(name.text) = lower(?) ORDER BY 1"
)
_ENTRIES = (
    "SELECT iri, kind, label_nl, label_en, label FROM json_each(?) CROSS JOIN thing ON iri = value"
)
#: KiB of the file that stay in memory: with SQLite's own 2 MiB a label takes half as long again.
_CACHED_KIB = 32_768
#: Comes after every character that an IRI has.
_LAST = "\U0010ffff"

#: Begins the word that stands for the kind of its thing in what is searched of a name: a character that
#: is of no word that people type.
_MARK = "\ue000"
#: Beginnings of words of so many characters are looked up; FTS5 has to collect what begins with longer ones.
_BEGINNINGS = " ".join(map(str, range(1, 17)))
_SCHEMA = f"""
CREATE TABLE thing(
    iri TEXT PRIMARY KEY, kind TEXT, label_nl TEXT, label_en TEXT, label TEXT NOT NULL,
    degree INTEGER NOT NULL, claims INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE kind(number INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, things INTEGER NOT NULL);
CREATE TABLE name(
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL,
    property TEXT NOT NULL);
CREATE VIRTUAL TABLE name_fts USING fts5(
    text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2", prefix='{_BEGINNINGS}');
CREATE VIRTUAL TABLE name_trigram USING fts5(
    text, content='', columnsize=0, tokenize='trigram', detail=none);
CREATE TABLE gram(term TEXT PRIMARY KEY, names INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX name_iri ON name(iri);
CREATE INDEX thing_kind ON thing(kind);
"""
_COUNT_KINDS = """
INSERT INTO kind(iri, things)
SELECT kind, count(*) FROM thing WHERE kind IS NOT NULL GROUP BY kind ORDER BY 2 DESC, 1
"""
_FILL_NAMES = """
INSERT INTO name_fts(rowid, text)
SELECT name.id, name.text || coalesce(' ' || ? || number, '')
FROM name JOIN thing USING (iri) LEFT JOIN kind ON kind.iri = thing.kind ORDER BY name.id
"""
_FILL_REST = """
INSERT INTO name_trigram(rowid, text) SELECT id, text FROM name ORDER BY id;
INSERT INTO name_fts(name_fts) VALUES ('optimize');
INSERT INTO name_trigram(name_trigram) VALUES ('optimize');
CREATE VIRTUAL TABLE temp.counted USING fts5vocab(main, name_trigram, row);
INSERT INTO gram SELECT term, doc FROM temp.counted;
"""
_TYPE = PREFIXES["rdf"] + "type"
_NAMING = frozenset((*LABELS, *OTHER_NAMES))
#: Characters that are read of a search.
MAX_TEXT = 200
#: Names that a search looks at.
MOST = 300
#: So many parts of three characters are looked for, however often they are there.
_FEWEST_GRAMS = 3
#: Last parts of IRIs that are remembered.
_NAMES_REMEMBERED = 4096
#: Types that say nothing of what a thing is.
_WEAK = {
    PREFIXES["owl"] + "NamedIndividual",
    PREFIXES["owl"] + "Thing",
    PREFIXES["rdfs"] + "Resource",
}


@remembering(_NAMES_REMEMBERED)
def local_name(iri: str) -> str:
    """The last part of an IRI, readable: what to show when there is no label.

    >>> local_name("http://example.org/ns#hasMember"), local_name("http://example.org/caf%C3%A9")
    ('has member', 'café')
    """
    tail = re.split(r"[/#:]", iri.rstrip("/#"))[-1] or iri
    with suppress(UnicodeDecodeError):
        plain = unquote(tail, errors="strict")
        tail = plain if plain.isprintable() else tail
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tail).replace("_", " ").lower() or iri


#: What is collected before it is known how much there is of it; it may be more than memory holds.
_COLLECTED = """
PRAGMA temp_store = FILE;
CREATE TEMP TABLE found(iri TEXT, property TEXT, language TEXT, text TEXT);
"""
_IN_ORDER = "SELECT DISTINCT * FROM found ORDER BY iri, property, language, text"
#: The shorter a name, and the more there is about its thing, the earlier it is found.
_NUMBER_NAMES = """
INSERT INTO name(iri, property, language, text)
SELECT DISTINCT iri, property, language, text FROM found JOIN thing USING (iri)
WHERE property NOT IN (?, '') ORDER BY length(text), degree DESC, iri, property, language, text
"""
#: What nobody named is found by the last part of its IRI, but for the parts of shapes.
_NAME_THE_REST = """
INSERT INTO name(iri, property, language, text)
SELECT iri, '', '', label FROM thing
WHERE iri NOT IN (SELECT iri FROM name) AND NOT coalesce(substr(kind, 1, length(?1)) = ?1, 0)
ORDER BY length(label), degree DESC, iri
"""
_ROWS = 10_000
#: More than any index has: all of it is read where the system keeps it, and not copied.
_MAPPED = 1 << 40

#: IRI, property, language, and class or text.
Read = tuple[str, str, str, str]


def build_labels(quads: Iterable[Quad], path: Path, own: str | None) -> None:
    """Write the index of these quads. ``own`` is the namespace of the dataset's own classes.

    The file's bytes depend on the quads only, not on their order or on the day.
    """
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.executescript(_SCHEMA + _COLLECTED)
        counts = _Counts()
        found = counts.reading(quads)
        while rows := list(islice(found, _ROWS)):
            database.executemany("INSERT INTO found VALUES (?, ?, ?, ?)", rows)
        everything = database.cursor().execute(_IN_ORDER)
        for iri, rows_of in groupby(everything, key=itemgetter(0)):
            _write(database, iri, list(rows_of), counts, own)
        database.execute(_NUMBER_NAMES, (_TYPE,))
        database.execute(_NAME_THE_REST, (PREFIXES["sh"],))
        database.execute("DROP TABLE found")
        database.execute(_COUNT_KINDS)
        database.execute(_FILL_NAMES, (_MARK,))
        database.executescript(_FILL_REST)
    database.execute("VACUUM")
    database.close()


class _Counts:
    """What is counted while the quads go by, each in whatever graphs once."""

    def __init__(self) -> None:
        self.classes: Counter[str] = Counter()
        self.degrees: Counter[str] = Counter()
        self.claims: Counter[str] = Counter()

    def reading(self, quads: Iterable[Quad]) -> Iterator[Read]:
        """Types and names of things: IRI, property, language, and class or text.

        A thing is what something is said of; of each there is a row without any of these too, at least
        once, and once when its quads are neighbours.
        """
        before = None
        for quad in quads:
            subject, predicate, value = quad.subject, quad.predicate.value, quad.object
            if isinstance(value, NamedNode):
                self._count(predicate, value.value)
            if not isinstance(subject, NamedNode):
                continue
            self.degrees[subject.value] += 1
            if subject != before:
                before = subject
                yield subject.value, "", "", ""
            if predicate == _TYPE and isinstance(value, NamedNode):
                yield subject.value, _TYPE, "", value.value
            elif isinstance(value, Literal) and predicate in _NAMING:
                yield subject.value, predicate, value.language or "", value.value

    def _count(self, predicate: str, value: str) -> None:
        if predicate == _TYPE:
            self.classes[value] += 1
        else:
            self.degrees[value] += 1
        if predicate == SG + "claimSubject":
            self.claims[value] += 1


def _write(
    database: sqlite3.Connection, iri: str, found: list[Read], counts: _Counts, own: str | None
) -> None:
    types = {text for _, name, _, text in found if name == _TYPE}
    texts = [(name, language, text) for _, name, language, text in found if name not in ("", _TYPE)]
    database.execute(
        "INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            iri,
            _kind(types, counts.classes, own),
            _best(texts, "nl"),
            _best(texts, "en"),
            _best(texts, "") or _best(texts, None) or local_name(iri),
            counts.degrees[iri],
            counts.claims[iri],
        ),
    )


def _kind(types: set[str], classes: Counter[str], own: str | None) -> str | None:
    """The type that says most: one of the dataset's own classes, else the rarest."""
    strong = types - _WEAK or types
    ranked = sorted(strong, key=lambda iri: (not iri.startswith(own or "\0"), classes[iri], iri))
    return ranked[0] if ranked else None


def _best(texts: Iterable[tuple[str, str, str]], language: str | None) -> str | None:
    """The preferred label in a language (``""``: without one; None: in any)."""
    found = [
        (LABELS.index(predicate), text)
        for predicate, tag, text in texts
        if predicate in LABELS and (language is None or tag.split("-")[0] == language)
    ]
    return min(found)[1] if found else None


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


class LabelIndex:
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

    def __enter__(self) -> Self:
        """The index itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

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
        return self._names("name_fts", f'{match} "{_MARK}{row[0]}"', language) if row else []

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
