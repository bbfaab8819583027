"""Our thing for anybody's IRI: an index of a release, filled from the dataset's own links.

Nothing here knows a register by name. What counts as a link is what the dataset itself uses as one:
the linking properties of OWL, SKOS and schema.org, properties that it declares to be below those,
and addresses that it writes as ``xsd:anyURI``.

Registers give one thing several addresses: its name, its page, its data. So an IRI is looked for as
it is, then with the other scheme and the other ending, and then by the site and the code in its
path: ``https://www.wikidata.org/wiki/Q1`` means what ``http://www.wikidata.org/entity/Q1`` does.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from pyoxigraph import Literal, NamedNode, Quad

from stadsgraaf.metadata.linksets import LINKING
from stadsgraaf.namespaces import PREFIXES

__all__ = ["LookupIndex", "Match", "build_lookup"]

_BELOW: Final = PREFIXES["rdfs"] + "subPropertyOf"
_ADDRESS: Final = NamedNode(PREFIXES["xsd"] + "anyURI")
#: Links that say the same when they are read from their end.
_BOTH_WAYS: Final = frozenset(
    iri for iri in LINKING if iri.endswith(("sameAs", "exactMatch", "closeMatch", "relatedMatch"))
)
_SCHEMA: Final = """
CREATE TABLE link(
    target TEXT NOT NULL, site TEXT NOT NULL, code TEXT NOT NULL, property TEXT NOT NULL,
    thing TEXT NOT NULL, PRIMARY KEY (target, property, thing)) WITHOUT ROWID;
CREATE INDEX link_code ON link(code, site);
"""
_EXACT: Final = "SELECT DISTINCT thing, property, target FROM link WHERE target IN ({})"
_BY_CODE: Final = (
    "SELECT DISTINCT thing, property, target FROM link WHERE site = ? AND code IN ({})"
)
_SUFFIX: Final = re.compile(r"\.(?:html?|json(?:ld)?|ttl|rdf|nt|xml)\Z")
_COUNTRY = 2
_SHORT = 3
_MOST_CODES: Final = 16


@dataclass(frozen=True)
class Match:
    """A thing of ours, the property that links it, and what it links to.

    ``exact`` is whether that is the IRI that was asked for, give or take its scheme and ending.
    """

    thing: str
    property: str
    target: str
    exact: bool


def build_lookup(read: Callable[[], Iterable[Quad]], path: Path, own: str | None) -> None:
    """Write the index of the quads that ``read`` gives, which is called twice.

    ``own`` is the namespace of the dataset's own things.
    """
    linking = _linking(read())
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.executescript(_SCHEMA)
        links = (link for quad in read() for link in _links(quad, linking, own))
        rows = ((target, *_key(target), name, thing) for target, name, thing in links)
        database.executemany("INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?, ?)", rows)
    database.execute("VACUUM")
    database.close()


def _linking(quads: Iterable[Quad]) -> frozenset[str]:
    """The linking properties, and those that the dataset declares to be below them."""
    below = [
        (quad.subject.value, quad.object.value)
        for quad in quads
        if quad.predicate.value == _BELOW
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, NamedNode)
    ]
    found = set(LINKING)
    while more := {low for low, high in below if high in found} - found:
        found |= more
    return frozenset(found)


def _links(quad: Quad, linking: frozenset[str], own: str | None) -> Iterator[tuple[str, str, str]]:
    subject, name, value = quad.subject, quad.predicate.value, quad.object
    if not isinstance(subject, NamedNode):
        return
    if isinstance(value, Literal):
        if value.datatype == _ADDRESS:
            yield value.value, name, subject.value
    elif isinstance(value, NamedNode) and name in linking:
        ours, theirs = (own is None or node.value.startswith(own) for node in (subject, value))
        if ours:
            yield value.value, name, subject.value
        if theirs and name in _BOTH_WAYS:
            yield subject.value, name, value.value


def _key(iri: str) -> tuple[str, str]:
    """The site of an IRI, and the code that it ends in; empty texts when it has none.

    >>> _key("https://sws.geonames.org/2758401/"), _key("http://www.wikidata.org/entity/Q1")
    (('geonames.org', '2758401'), ('wikidata.org', 'q1'))
    """
    site, codes = _parts(iri)
    return site, codes[-1] if codes else ""


def _parts(iri: str) -> tuple[str, list[str]]:
    """The site of an IRI, and the parts of its path and fragment that can be a code, folded."""
    try:
        parts = urlsplit(iri)
        host = parts.hostname or ""
    except ValueError:
        return "", []
    segments = [*parts.path.split("/"), *parts.path.split(":"), parts.fragment]
    names = (_SUFFIX.sub("", unquote(each)).casefold() for each in segments if "/" not in each)
    return _site(host), [name for name in dict.fromkeys(names) if name]


def _site(host: str) -> str:
    """The host without the label of one service; of ``x.co.uk`` nothing can be left out."""
    labels = host.lower().split(".")
    national = len(labels[-1]) == _COUNTRY and len(labels[-2:][0]) <= _SHORT
    return ".".join(labels[-3:] if national else labels[-2:])


def _variants(iri: str) -> list[str]:
    """The IRI, with the other scheme, with and without a slash at its end.

    >>> _variants("http://x.example/1")[:3]
    ['http://x.example/1', 'http://x.example/1/', 'https://x.example/1']
    """
    scheme, colon, rest = iri.partition("://")
    schemes = ("http", "https") if scheme in ("http", "https") else (scheme,)
    first = [scheme, *(each for each in schemes if each != scheme)]
    ends = [rest, rest.rstrip("/") if rest.endswith("/") else f"{rest}/"]
    return [f"{each}{colon}{end}" for each in first for end in ends]


class LookupIndex:
    """The index at a path; without a file there it knows nothing.

    ::

        LookupIndex(path).find("https://www.wikidata.org/wiki/Q803")
    """

    def __init__(self, path: Path) -> None:
        self._database = None
        if path.is_file():
            uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)

    def close(self) -> None:
        """Close the file."""
        if self._database:
            self._database.close()

    def find(self, iri: str) -> list[Match]:
        """Things that link to an IRI: exactly, else by its site and code; identities first."""
        variants = _variants(iri)
        found = self._rows(_EXACT, variants)
        exact = bool(found)
        if not exact:
            site, codes = _parts(iri)
            found = self._rows(_BY_CODE, codes[-_MOST_CODES:], site) if site and codes else []
        matches = [Match(*row, exact=exact) for row in found]
        return sorted(matches, key=lambda match: (_rank(match.property), match.thing))

    def _rows(self, query: str, values: list[str], *more: str) -> list[tuple[str, str, str]]:
        if self._database is None:
            return []
        marks = ",".join("?" * len(values))
        return self._database.execute(query.format(marks), (*more, *values)).fetchall()


def _rank(name: str) -> int:
    """How much a property says: that it is the same thing, or only that it is like it."""
    return LINKING.index(name) if name in LINKING else len(LINKING)
