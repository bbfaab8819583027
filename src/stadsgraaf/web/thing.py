"""What the graph knows of a thing, read from the store in a few small questions.

Nothing here depends on the language of the page or on the class of the thing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.errors import ResultTooLarge
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.web.asking import Asker, Row, Term, iris, term_iri
from stadsgraaf.web.claims import CLAIM, ROLES, Claim, read_claims
from stadsgraaf.web.kinds import taxonomy_of
from stadsgraaf.web.nearby import PERIOD_ENDS, Dated, read_nearby
from stadsgraaf.web.site import Site

__all__ = ["TYPE", "Inverse", "Statement", "Thing", "read_thing", "read_values"]

TYPE: Final = PREFIXES["rdf"] + "type"
#: Values and links that one page shows; the rest is on pages of its own.
MOST_VALUES = 600
MOST_LINKS = 100
MOST_CLAIMS = 60
#: The evidence of a claim is read with the claim.
_TARGET = PREFIXES["oa"] + "hasTarget"
_SOURCE = PREFIXES["oa"] + "hasSource"
_PER_PROPERTY = 25
#: Triples of blank nodes that are read for a page.
_MOST_PARTS = 10_000


#: The thing's own triples with their graphs, and what points at it, in one question.
_FIRST = (
    "SELECT ?p ?o ?g ?s WHERE {{"
    " {{ SELECT ?p ?o ?g WHERE {{ GRAPH ?g {{ {thing} ?p ?o }} }} LIMIT {values} }}"
    " UNION {{ SELECT ?s ?p WHERE {{ ?s ?p {thing} {no_types} }} LIMIT {links} }} }}"
)
_COUNT_OUT = "SELECT ?p (COUNT(*) AS ?n) WHERE {{ {thing} ?p ?o }} GROUP BY ?p"
#: What has no name is shown with what has it as a value, or not at all.
_NAMED = "FILTER(isIRI(?s))"
_COUNT_IN = (
    f"SELECT ?p (COUNT(*) AS ?n) WHERE {{{{ ?s ?p {{thing}} {{no_types}} {_NAMED} }}}} GROUP BY ?p"
)
_NO_TYPES = f"FILTER(?p != <{TYPE}>)"
_LINKS_OF = (
    "{{ SELECT ?s ?p WHERE {{ VALUES ?p {{ {p} }} ?s ?p {thing} "
    f"{_NAMED} }}}} LIMIT {{limit}} }}}}"
)
_VALUES_OF = "{{ SELECT ?p ?o ?g WHERE {{ VALUES ?p {{ {p} }} GRAPH ?g {{ {thing} ?p ?o }} }} LIMIT {limit} }}"
#: The first blank nodes that are values, each with what is said of it.
_BLANK_OF = "{{ SELECT ?p ?b WHERE {{ VALUES ?p {{ {p} }} {thing} ?p ?b FILTER(isBlank(?b)) }} LIMIT {limit} }}"
_BLANK = "CONSTRUCT {{ {thing} ?p ?b . ?b ?q ?v }} WHERE {{ {{ {union} }} OPTIONAL {{ ?b ?q ?v }} }} LIMIT {most}"
_IS_FACT = (
    "ASK {{ VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }}"
    " {claim} <" + SG + "claimSubject> ?s ; <" + SG + "claimPredicate> ?p ;"
    " <" + SG + "claimObject> ?o }}"
)
_VALUES_OUT = "SELECT DISTINCT ?v WHERE {{ {thing} {p} ?v }}"
_VALUES_IN = "SELECT DISTINCT ?v WHERE {{ ?v {p} {thing} FILTER(isIRI(?v)) }}"
#: Of a thing with more statements and links values are in the order of the store: who waits does not
#: wait until all are sorted.
_MOST_SORTED: Final = 2_000


@dataclass(frozen=True)
class Statement:
    """One triple of the thing, and the named graphs that it stands in."""

    predicate: str
    value: Term
    graphs: tuple[str, ...]


@dataclass(frozen=True)
class Inverse:
    """The things that point at this one by a property: how many, and the first of them."""

    predicate: str
    count: int
    subjects: tuple[str, ...]


@dataclass
class Thing:
    """What is known of a thing. ``counts`` are those of its own properties.

    ``instances`` and ``uses`` are how often it is a class and a property; ``is_mentioned`` is whether
    it is a subject or an object of anything, also of what has no name; ``is_source``, whether evidence
    is in it.
    """

    iri: str
    statements: list[Statement] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    inverse: list[Inverse] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)
    parts: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)
    dated: list[Dated] = field(default_factory=list)
    instances: int = 0
    uses: int = 0
    is_mentioned: bool = False
    is_fact: bool = False
    is_source: bool = False

    @property
    def classes(self) -> list[str]:
        """IRIs of its classes."""
        return [iri for s in self.statements if s.predicate == TYPE and (iri := term_iri(s.value))]

    def values(self, predicate: str) -> list[Term]:
        """The values of a property."""
        return [s.value for s in self.statements if s.predicate == predicate]

    @property
    def exists(self) -> bool:
        """Whether it is in the graph."""
        return bool(self.is_mentioned or self.instances or self.uses)


async def read_thing(site: Site, iri: str) -> Thing:
    """Read a thing. Raises ValueError when the IRI is none."""
    asker, thing, node = site.asker, Thing(iri), str(NamedNode(iri))
    thing.instances, thing.uses = site.counted("classes", iri), site.counted("properties", iri)
    no_types = _NO_TYPES if thing.instances else ""
    has_many = site.release.labels.hubs.get(iri, 0) > MOST_LINKS
    links = (
        0 if has_many else MOST_LINKS + 1
    )  # of very many, only some are read once they are counted
    rows = await asker.rows(
        _FIRST.format(thing=node, no_types=no_types, values=MOST_VALUES + 1, links=links)
    )
    thing.is_mentioned = has_many or bool(rows)
    await _take_statements(asker, thing, node, [row for row in rows if "o" in row])
    found = None if has_many else [row for row in rows if "s" in row]
    await _take_links(asker, thing, node, no_types, found)
    await _read_around(site, thing)
    graphs = site.release.manifest.graphs_with("facts")
    if CLAIM in thing.classes and graphs:
        thing.is_fact = await asker.ask(_IS_FACT.format(graphs=iris(graphs), claim=node))
    return thing


async def _read_around(site: Site, thing: Thing) -> None:
    taxonomy = await taxonomy_of(site)
    neighbours = _neighbours(thing)
    site.read_names([thing.iri, *neighbours])
    kinds = {neighbour: site.kind(neighbour) for neighbour in neighbours}
    others = [iri for iri, kind in kinds.items() if kind not in (CLAIM, None)]
    of_details = {kind for kind in {*kinds.values()} if kind and taxonomy.is_detail([kind])}
    details = [iri for iri in others if kinds[iri] in of_details]
    about = [s for item in thing.inverse if item.predicate in ROLES[:1] for s in item.subjects]
    claims = [iri for iri in (*about, *kinds) if kinds.get(iri) == CLAIM][:MOST_CLAIMS]
    own = [thing.iri] if CLAIM in thing.classes else []
    has_periods = any(site.counted("properties", each) for each in PERIOD_ENDS)
    nearby = await read_nearby(
        site.asker,
        details=details,
        others=others,
        periods=[*details, thing.iri] if details and has_periods else [],
        claims=[*own, *claims],
    )
    thing.parts |= {iri: [] for iri in details} | nearby.parts
    thing.dated = nearby.dated
    thing.claims = nearby.claims
    against = [iri for claim in thing.claims.values() for iri in claim.against]
    missing = [iri for iri in dict.fromkeys(against) if iri not in thing.claims]
    thing.claims |= await read_claims(site.asker, missing[:MOST_CLAIMS])


def _neighbours(thing: Thing) -> list[str]:
    found = [term_iri(statement.value) for statement in thing.statements]
    found += [subject for inverse in thing.inverse for subject in inverse.subjects]
    return [iri for iri in dict.fromkeys(found) if iri and iri != thing.iri]


async def _take_statements(asker: Asker, thing: Thing, node: str, rows: Sequence[Row]) -> None:
    if len(rows) > MOST_VALUES:
        counted = await asker.rows(_COUNT_OUT.format(thing=node))
        thing.counts = {row["p"].value: _integer(row["n"]) for row in counted}
        union = _of_each(_VALUES_OF, node, thing.counts)
        rows = await asker.rows(f"SELECT ?p ?o ?g WHERE {{ {union} }}")
    found: dict[tuple[str, Term], list[str]] = {}
    for row in rows:
        graph = term_iri(row.get("g"))
        found.setdefault((row["p"].value, row["o"]), []).extend([graph] if graph else [])
    blank = {key for key in found if isinstance(key[1], BlankNode)}
    if any(predicate != _TARGET for predicate, _ in blank):
        # only within one answer do blank nodes keep their names
        found = {key: graphs for key, graphs in found.items() if key not in blank}
        for triple in await _describe(asker, node, {name for name, _ in blank}):
            if isinstance(triple.subject, BlankNode):
                pairs = thing.parts.setdefault(triple.subject.value, [])
                pairs.append((triple.predicate.value, _plain(triple.object)))
            elif isinstance(triple.object, BlankNode):
                found.setdefault((triple.predicate.value, triple.object), [])
    thing.statements = [
        Statement(predicate, value, tuple(sorted(set(graphs))))
        for (predicate, value), graphs in sorted(found.items(), key=lambda item: str(item[0][1]))
    ]
    if not thing.counts:
        for statement in thing.statements:
            thing.counts[statement.predicate] = thing.counts.get(statement.predicate, 0) + 1


async def _describe(asker: Asker, node: str, predicates: Iterable[str]) -> list[Triple]:
    """A thing with the blank nodes that are its values; the first of them, when they are very many."""
    try:
        return await asker.triples(f"DESCRIBE {node}")
    except ResultTooLarge:
        union = _of_each(_BLANK_OF, node, predicates)
        return await asker.triples(_BLANK.format(thing=node, union=union, most=_MOST_PARTS))


def _of_each(template: str, node: str, predicates: Iterable[str]) -> str:
    """A UNION that asks for the first of each property, so that none is lost among others."""
    return " UNION ".join(
        template.format(p=iris([predicate]), thing=node, limit=_PER_PROPERTY)
        for predicate in sorted(predicates)
    )


def _plain(term: object) -> Term:
    return term if isinstance(term, NamedNode | BlankNode | Literal) else Literal(str(term))


async def _take_links(
    asker: Asker, thing: Thing, node: str, no_types: str, rows: Sequence[Row] | None
) -> None:
    if rows is not None and len(rows) <= MOST_LINKS:
        thing.is_source = any(row["p"].value == _SOURCE for row in rows)
        thing.inverse = _inverse(rows, {})
        return
    counted = await asker.rows(_COUNT_IN.format(thing=node, no_types=no_types))
    counts = {row["p"].value: _integer(row["n"]) for row in counted}
    thing.is_source = _SOURCE in counts
    if not counts:
        return
    union = _of_each(_LINKS_OF, node, counts)
    thing.inverse = _inverse(await asker.rows(f"SELECT ?s ?p WHERE {{ {union} }}"), counts)


def _inverse(rows: Iterable[Row], counts: Mapping[str, int]) -> list[Inverse]:
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        if subject := term_iri(row["s"]):
            found[row["p"].value][subject] = None
    return [
        Inverse(predicate, counts.get(predicate, len(subjects)), tuple(sorted(subjects)))
        for predicate, subjects in sorted(found.items())
    ]


async def read_values(
    site: Site, iri: str, predicate: str, *, inverse: bool, limit: int, offset: int
) -> list[Term]:
    """One page of the values of a property, or of the things that point here by it."""
    template = _VALUES_IN if inverse else _VALUES_OUT
    query = template.format(thing=iris([iri]), p=iris([predicate]))
    order = " ORDER BY ?v" if site.release.labels.hubs.get(iri, 0) <= _MOST_SORTED else ""
    rows = await site.asker.rows(f"{query}{order} LIMIT {limit} OFFSET {offset}")
    return [row["v"] for row in rows]


def _integer(term: Term) -> int:
    return int(term.value) if isinstance(term, Literal) else 0
