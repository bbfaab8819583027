"""Writing the label index of a release, which `labels` reads."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import chain, groupby, islice
from operator import itemgetter
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from stadsgraaf.labels import MARK
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.naming import LABELS, OTHER_NAMES, local_name

__all__ = ["build_labels"]

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
CREATE TABLE hub(iri TEXT PRIMARY KEY, links INTEGER NOT NULL) WITHOUT ROWID;
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
#: What has so many statements and links, or instances, is a hub; and there are so many of these at most.
_FEWEST_LINKS = 50
_MOST_HUBS = 10_000
_TYPE = PREFIXES["rdf"] + "type"
_NAMING = frozenset((*LABELS, *OTHER_NAMES))
#: Types that say nothing of what a thing is.
_WEAK = {
    PREFIXES["owl"] + "NamedIndividual",
    PREFIXES["owl"] + "Thing",
    PREFIXES["rdfs"] + "Resource",
}


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
        database.executemany("INSERT INTO hub VALUES (?, ?)", counts.hubs())
        database.execute(_FILL_NAMES, (MARK,))
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

    def hubs(self) -> list[tuple[str, int]]:
        """What has most statements and links, or instances, and how many."""
        together = chain(self.degrees.items(), self.classes.items())
        found = {iri: n for iri, n in together if n >= _FEWEST_LINKS}
        return nlargest(_MOST_HUBS, found.items(), key=lambda each: (each[1], each[0]))

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
