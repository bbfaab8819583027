"""The questions of a survey: graphs, counts, and the statements that name and sort things.

Statements are asked for property by property, in pages that begin where the last one ended, so that
any store can give them whose answers are short; what is more than the bounds is left out, and said.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from stadsgraaf.dataset import CLAIM, TYPE, Role
from stadsgraaf.errors import NotSupported, StoreTimeout, StoreUnavailable, Text
from stadsgraaf.metadata.linksets import LINKING
from stadsgraaf.metadata.statistics import ordered, ranked
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.naming import LABELS, OTHER_NAMES
from stadsgraaf.records import StatisticsRecord
from stadsgraaf.store.literals import literal
from stadsgraaf.store.origin import GARBAGE, Origin
from stadsgraaf.store.published import DOCUMENTS, PUBLISHED, Published, document

__all__ = ["SURVEYED", "Surveyor"]

#: The graph that surveyed statements are kept in: which one they come from, the store knows.
SURVEYED: Final = NamedNode("urn:x-stadsgraaf:surveyed")
#: What names, sorts and links things; in this order.
_PROPERTIES: Final = tuple(
    dict.fromkeys(
        (
            TYPE.value,
            *LABELS,
            *OTHER_NAMES,
            *LINKING,
            PREFIXES["rdfs"] + "subPropertyOf",
            PREFIXES["skos"] + "inScheme",
            PREFIXES["skos"] + "broader",
        )
    )
)
_ROLES: Final[Mapping[str, Role]] = {
    PREFIXES["owl"] + "Ontology": "vocabulary",
    PREFIXES["sh"] + "NodeShape": "shapes",
    CLAIM.value: "claims",
}
_OWN: Final = "urn:x-stadsgraaf:"
#: Graphs of Virtuoso itself, which is known by the first.
_SYSTEM: Final = (
    "http://www.openlinksw.com/schemas/virtrdf#",
    "http://www.openlinksw.com/schemas/oplweb#",
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/ns/ldp#",
    "http://localhost:8890/DAV/",
    "http://localuriqaserver/sparql",
    "http://localhost:8890/sparql",
    "urn:activitystreams-owl:map",
    "urn:core:services:sparql",
)
#: Solutions on a page: what every store gives at once, Virtuoso with its own settings too.
_PAGE: Final = 10_000
#: Graphs, classes and properties that are counted, the largest first.
_KINDS: Final = 10_000
#: Bytes of one answer.
_LENGTH: Final = 268_435_456

_GRAPHS: Final = (
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g "
    f"ORDER BY DESC(?n) LIMIT {_KINDS}"
)
_CLASSES: Final = (
    "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER (isIRI(?c)) } GROUP BY ?c "
    f"ORDER BY DESC(?n) LIMIT {_KINDS}"
)
_USES: Final = (
    f"SELECT ?p (COUNT(*) AS ?n) {{ ?s ?p ?o }} GROUP BY ?p ORDER BY DESC(?n) LIMIT {_KINDS}"
)
_PER_CLASS: Final = (
    "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o FILTER (isIRI(?c)) } GROUP BY ?c ?p"
)
_SUBJECTS: Final = (
    "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    Text("the number of subjects", "het aantal subjecten"),
)
_OBJECTS: Final = (
    "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    Text("the number of objects", "het aantal objecten"),
)
_OF_CLASSES: Final = Text("the properties of each class", "de eigenschappen van elke klasse")
_DEFAULT_GRAPH: Final = Text(
    "the default graph, which is apart from the named graphs",
    "de standaardgraaf, die los staat van de benoemde grafen",
)
_TRIPLES: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

Row = Mapping[str, Mapping[str, str]]


class Surveyor:
    """Asks a store. ``statements`` of one property are read at most; a question may take ``seconds``.

    ::

        surveyor = Surveyor(origin, statements=200_000, seconds=30)
        graphs = await surveyor.graphs()
        counted = await surveyor.statistics()
        await surveyor.collect(counted, lambda quads: ...)
        surveyor.left_out                            # in words, for who looks after the server

    What is asked raises what `Origin.open` raises.
    """

    def __init__(self, origin: Origin, *, statements: int, seconds: float) -> None:
        self.left_out: list[Text] = []
        self._origin = origin
        self._statements = statements
        self._seconds = seconds

    async def published(self) -> Published | None:
        """Which release was published to the store; None when none was. Raises StoreTimeout."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._origin.look()
        except TimeoutError:
            raise StoreTimeout(limit=self._seconds) from None

    async def graphs(self) -> tuple[dict[str, int], bool]:
        """Triples of each named graph, the largest first; and whether there are others, of the store."""
        try:
            rows = await self._rows(_GRAPHS, whole=False)
        except NotSupported:  # it knows no named graphs
            return {}, False
        if len(rows) == _KINDS:
            self.left_out.append(
                Text(
                    f"named graphs beyond the largest {_KINDS}",
                    f"benoemde grafen na de grootste {_KINDS}",
                )
            )
        found = _counts(rows, "g")
        shown = {iri: n for iri, n in found.items() if not iri.startswith(_OWN)}
        system = _SYSTEM if _SYSTEM[0] in shown else ()
        return {iri: n for iri, n in shown.items() if iri not in system}, bool(system)

    async def default_graph(self) -> None:
        """See whether the store has a default graph apart from its named graphs; it is left out.

        Beside named graphs it cannot be asked for: the Protocol has no name for it.
        """
        if not await self._origin.lacks_merge():
            return
        for row in await self._perhaps(_TRIPLES, _DEFAULT_GRAPH, whole=False):
            if n := _number(row):
                self.left_out.append(
                    Text(
                        f"the default graph, which cannot be named beside named graphs (triples: {n})",
                        f"de standaardgraaf, die naast benoemde grafen niet te noemen is (triples: {n})",
                    )
                )

    async def roles(self) -> dict[str, Role]:
        """Roles of named graphs by what is in them; the graphs of data are left out."""
        classes = " ".join(f"<{each}>" for each in _ROLES)
        query = f"SELECT DISTINCT ?g ?c {{ VALUES ?c {{ {classes} }} GRAPH ?g {{ ?s a ?c }} }}"
        try:
            rows = await self._rows(query, whole=False)
        except NotSupported:
            return {}
        found = sorted((_value(row, "g"), _value(row, "c")) for row in rows)
        order = list(_ROLES)
        found.sort(key=lambda pair: -order.index(pair[1]))
        return {graph: _ROLES[kind] for graph, kind in found}

    async def documents(self) -> dict[str, str]:
        """What a published release says beside its data, by the name of the file."""
        values = " ".join(f"<{document(name)}>" for name in DOCUMENTS)
        query = f"SELECT ?d ?o {{ VALUES ?d {{ {values} }} GRAPH <{PUBLISHED}> {{ ?d ?p ?o }} }}"
        rows = await self._rows(query, whole=False)
        return {_value(row, "d").rpartition("/")[2]: _value(row, "o") for row in rows}

    async def statistics(self) -> StatisticsRecord:
        """Counts as a release has them; what takes too long to be counted is left out."""
        uses = _counts(await self._rows(_USES), "p")
        classes = _counts(await self._rows(_CLASSES), "c")
        if _KINDS in (len(uses), len(classes)):
            self.left_out.append(
                Text(
                    f"classes and properties beyond the {_KINDS} most used",
                    f"klassen en eigenschappen na de {_KINDS} meest gebruikte",
                )
            )
        per_class: dict[str, dict[str, int]] = {}
        for row in await self._perhaps(_PER_CLASS, _OF_CLASSES):
            per_class.setdefault(_value(row, "c"), {})[_value(row, "p")] = _number(row)
        counted: StatisticsRecord = {
            "triples": sum(uses.values()),
            "graphs": {},
            "classes": [
                {"iri": iri, "count": n, "properties": ranked(per_class.get(iri, {}))}
                for iri, n in ordered(classes)
            ],
            "properties": ranked(uses),
        }
        for row in await self._perhaps(*_SUBJECTS):
            counted["subjects"] = _number(row)
        for row in await self._perhaps(*_OBJECTS):
            counted["objects"] = _number(row)
        return counted

    async def collect(self, counted: StatisticsRecord, keep: Callable[[list[Quad]], None]) -> None:
        """Read what names, sorts and links things, page by page."""
        uses = {each["iri"]: each["count"] for each in counted["properties"]}
        for name in _PROPERTIES:
            if not uses.get(name):
                continue
            read = 0
            async for page in self._pages(name):
                keep(page[: self._statements - read])
                read += len(page)
                if read >= self._statements:
                    break
            if uses[name] > self._statements:
                most = self._statements
                self.left_out.append(
                    Text(
                        f"of {uses[name]} statements of <{name}> all but the first {most} "
                        "(survey_statements)",
                        f"van {uses[name]} uitspraken met <{name}> alles na de eerste {most} "
                        "(survey_statements)",
                    )
                )

    async def _pages(self, name: str) -> AsyncIterator[list[Quad]]:
        """Statements of a property in the order of their subjects."""
        where, least = "", ""
        while True:
            rows = await self._rows(
                f"SELECT ?s ?o {{ ?s <{name}> ?o FILTER (isIRI(?s){where}) }} "
                f"ORDER BY STR(?s) LIMIT {_PAGE}"
            )
            is_last = len(rows) < _PAGE
            subject = _value(rows[-1], "s") if rows else ""
            if rows and not is_last and subject < least:  # it would go round for ever
                self.left_out.append(
                    Text(
                        f"statements of <{name}>: the store does not sort them",
                        f"uitspraken met <{name}>: de opslag sorteert ze niet",
                    )
                )
                return
            if not is_last and _value(rows[0], "s") != subject:  # its other values may follow
                rows = [row for row in rows if _value(row, "s") != subject]
                where, least = f" && STR(?s) >= {Literal(subject)}", subject
            else:
                where, least = f" && STR(?s) > {Literal(subject)}", f"{subject}\0"
            yield [quad for row in rows if (quad := _quad(row, NamedNode(name)))]
            if is_last:
                return

    # --- asking ---------------------------------------------------------------------------------

    async def _perhaps(self, query: str, what: Text, *, whole: bool = True) -> Sequence[Row]:
        """The solutions, or none when that takes too long for the store or for us."""
        try:
            return await self._rows(query, whole=whole)
        except (StoreTimeout, StoreUnavailable, NotSupported):
            self.left_out.append(what)
            return ()

    async def _rows(self, query: str, *, whole: bool = True) -> list[Row]:
        """Solutions, of the dataset that is served or, unless ``whole``, of just what the query names."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._origin.rows(query, most=_LENGTH, is_of_dataset=whole)
        except TimeoutError:
            raise StoreTimeout(limit=self._seconds) from None


def _value(row: Row, name: str) -> str:
    try:
        return str(row[name]["value"])
    except (KeyError, TypeError):
        raise StoreUnavailable(reason=GARBAGE) from None


def _number(row: Row) -> int:
    try:
        return int(_value(row, "n"))
    except ValueError:
        raise StoreUnavailable(reason=GARBAGE) from None


def _counts(rows: Sequence[Row], name: str) -> dict[str, int]:
    """A count by IRI. A group of nothing has no IRI, and counts nothing."""
    return {_value(row, name): _number(row) for row in rows if name in row and _number(row)}


def _quad(row: Row, predicate: NamedNode) -> Quad | None:
    """A statement; None with a blank node, or when it is none that RDF allows."""
    try:
        term = row["o"]
        value: NamedNode | Literal
        if term["type"] == "uri":
            value = NamedNode(term["value"])
        elif term["type"] == "bnode":
            return None
        else:
            value = literal(term)
        return Quad(NamedNode(_value(row, "s")), predicate, value, SURVEYED)
    except (KeyError, TypeError, ValueError):
        return None
