"""What the graph knows of a thing, read from the store in a few small questions.

Nothing here depends on the language of the page or on the class of the thing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.web.asking import Asker, Row, Term, iris, term_iri
from stadsgraaf.web.claims import CLAIM, Claim, read_claims
from stadsgraaf.web.dates import DATE_TYPES
from stadsgraaf.web.kinds import Taxonomy
from stadsgraaf.web.site import Site

__all__ = ["TYPE", "Dated", "Inverse", "Pairs", "Statement", "Thing", "read_thing", "read_values"]

TYPE: Final = PREFIXES["rdf"] + "type"
#: Values and links that one page shows; the rest is on pages of its own.
MOST_VALUES = 600
MOST_LINKS = 400
MOST_CLAIMS = 60
_PER_PROPERTY = 40

Pairs = Sequence[tuple[str, Term]]

_PREFIXES = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("sg", "time", "prov", "dct", "rdf")
)
_STATEMENTS = "SELECT ?p ?o ?g WHERE {{ GRAPH ?g {{ {thing} ?p ?o }} }} LIMIT {limit}"
_COUNT_OUT = "SELECT ?p (COUNT(*) AS ?n) WHERE {{ {thing} ?p ?o }} GROUP BY ?p"
_IS_FACT = (
    "ASK {{ VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }}"
    " {claim} <" + SG + "claimSubject> ?s ; <" + SG + "claimPredicate> ?p ;"
    " <" + SG + "claimObject> ?o }}"
)
_COUNT_IN = "SELECT ?p (COUNT(*) AS ?n) WHERE {{ ?s ?p {thing} {no_types} }} GROUP BY ?p"
_NO_TYPES = f"FILTER(?p != <{TYPE}>)"
_LINKS = "SELECT ?s ?p WHERE {{ ?s ?p {thing} {no_types} }} LIMIT {limit}"
_LINKS_OF = "{{ SELECT ?s ?p WHERE {{ VALUES ?p {{ {p} }} ?s ?p {thing} }} LIMIT {limit} }}"
_PAIRS = "SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {things} }} ?s ?p ?o . FILTER(!isBlank(?o)) }}"
_SUPPORT = (
    _PREFIXES
    + """SELECT ?s ?p ?o ?claim WHERE {{
  BIND({thing} AS ?s)
  ?claim sg:claimSubject {thing} ; sg:claimPredicate ?p ; sg:claimObject ?o .
}} LIMIT 2000"""
)
_DATED = (
    _PREFIXES
    + """SELECT ?n ?p ?d WHERE {{
  VALUES ?n {{ {things} }} ?n ?p ?d . FILTER(isLiteral(?d) && DATATYPE(?d) IN ({types}))
}}"""
)
_PERIODS = (
    _PREFIXES
    + """SELECT DISTINCT ?n ?begin ?end WHERE {{
  VALUES ?n {{ {things} }}
  ?n ?any ?period . ?period time:hasBeginning|time:hasEnd ?moment .
  OPTIONAL {{ ?period time:hasBeginning/(sg:date|time:inXSDDate) ?begin }}
  OPTIONAL {{ ?period time:hasEnd/(sg:date|time:inXSDDate) ?end }}
}}"""
)
_VALUES_OUT = "SELECT DISTINCT ?v WHERE {{ {thing} {p} ?v }} ORDER BY ?v LIMIT {n} OFFSET {offset}"
_VALUES_IN = "SELECT DISTINCT ?v WHERE {{ ?v {p} {thing} }} ORDER BY ?v LIMIT {n} OFFSET {offset}"


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


@dataclass(frozen=True)
class Dated:
    """Something near the thing that has a date or a period, as EDTF."""

    thing: str
    date: str
    predicate: str | None = None


@dataclass
class Thing:
    """What is known of a thing. ``counts`` are those of its own properties."""

    iri: str
    statements: list[Statement] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    inverse: list[Inverse] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)
    support: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    parts: dict[str, list[tuple[str, Term]]] = field(default_factory=dict)
    dated: list[Dated] = field(default_factory=list)
    instances: int = 0
    is_fact: bool = False

    @property
    def classes(self) -> list[str]:
        """IRIs of its classes."""
        return [iri for s in self.statements if s.predicate == TYPE and (iri := term_iri(s.value))]

    def values(self, predicate: str) -> list[Term]:
        """The values of a property."""
        return [s.value for s in self.statements if s.predicate == predicate]

    @property
    def exists(self) -> bool:
        """Whether the graph says anything of it."""
        return bool(self.statements or self.inverse or self.instances)


async def read_thing(site: Site, iri: str) -> Thing:
    """Read a thing. Raises ValueError when the IRI is none."""
    asker, thing, node = site.asker, Thing(iri), str(NamedNode(iri))
    classes = site.release.statistics["classes"]
    thing.instances = next((entry["count"] for entry in classes if entry["iri"] == iri), 0)
    await asyncio.gather(
        _read_statements(asker, thing, node),
        _read_links(asker, thing, node, _NO_TYPES if thing.instances else ""),
    )
    graphs = site.release.manifest.graphs_with("facts")
    if any(not set(graphs).isdisjoint(statement.graphs) for statement in thing.statements):
        await _read_support(asker, thing, node)
    neighbours = _neighbours(thing)
    kinds = {neighbour: site.kind(neighbour) for neighbour in neighbours}
    claims = [iri for iri, kind in kinds.items() if kind == CLAIM]
    supporting = [claim for found in thing.support.values() for claim in found]
    others = [n for n, kind in kinds.items() if kind not in (CLAIM, None)]
    taxonomy = await site.once("taxonomy", lambda: Taxonomy.read(asker))
    details = [n for n in others if taxonomy.is_detail([kinds[n] or ""])]
    thing.claims, parts, dated, periods = await asyncio.gather(
        read_claims(
            asker, [*claims[:MOST_CLAIMS], *supporting[:MOST_CLAIMS], *_self_if_claim(thing)]
        ),
        _read_parts(asker, details),
        _read_dated(asker, others),
        _read_periods(asker, [*details, iri] if details else []),
    )
    if CLAIM in thing.classes and graphs:
        thing.is_fact = await asker.ask(_IS_FACT.format(graphs=iris(graphs), claim=node))
    thing.parts |= parts
    thing.dated = dated + periods
    return thing


def _self_if_claim(thing: Thing) -> list[str]:
    return [thing.iri] if CLAIM in thing.classes else []


def _neighbours(thing: Thing) -> list[str]:
    found = [term_iri(statement.value) for statement in thing.statements]
    found += [subject for inverse in thing.inverse for subject in inverse.subjects]
    return [iri for iri in dict.fromkeys(found) if iri and iri != thing.iri]


async def _read_statements(asker: Asker, thing: Thing, node: str) -> None:
    rows = await asker.rows(_STATEMENTS.format(thing=node, limit=MOST_VALUES + 1))
    found: dict[tuple[str, Term], list[str]] = {}
    for row in rows:
        graph = term_iri(row.get("g"))
        found.setdefault((row["p"].value, row["o"]), []).extend([graph] if graph else [])
    if len(rows) > MOST_VALUES:
        counted = await asker.rows(_COUNT_OUT.format(thing=node))
        thing.counts = {row["p"].value: _integer(row["n"]) for row in counted}
    if any(isinstance(value, BlankNode) for _, value in found):
        # only within one answer do blank nodes keep their names
        found = {key: graphs for key, graphs in found.items() if not isinstance(key[1], BlankNode)}
        for triple in await asker.triples(f"DESCRIBE {node}"):
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


def _plain(term: object) -> Term:
    return term if isinstance(term, NamedNode | BlankNode | Literal) else Literal(str(term))


async def _read_links(asker: Asker, thing: Thing, node: str, no_types: str) -> None:
    rows = await asker.rows(_LINKS.format(thing=node, no_types=no_types, limit=MOST_LINKS + 1))
    if len(rows) <= MOST_LINKS:
        thing.inverse = _inverse(rows, {})
        return
    counted = await asker.rows(_COUNT_IN.format(thing=node, no_types=no_types))
    counts = {row["p"].value: _integer(row["n"]) for row in counted}
    union = " UNION ".join(
        _LINKS_OF.format(p=iris([predicate]), thing=node, limit=_PER_PROPERTY)
        for predicate in sorted(counts)
    )
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


async def _read_support(asker: Asker, thing: Thing, node: str) -> None:
    for row in await asker.rows(_SUPPORT.format(thing=node)):
        key = (row["s"].value, row["p"].value, str(row["o"]))
        thing.support.setdefault(key, []).append(row["claim"].value)


async def _read_parts(asker: Asker, things: Sequence[str]) -> dict[str, list[tuple[str, Term]]]:
    found: dict[str, list[tuple[str, Term]]] = {}
    if things:
        for row in await asker.rows(_PAIRS.format(things=iris(things))):
            found.setdefault(row["s"].value, []).append((row["p"].value, row["o"]))
    return found


async def _read_dated(asker: Asker, things: Sequence[str]) -> list[Dated]:
    if not things:
        return []
    query = _DATED.format(
        things=iris(things), types=", ".join(f"<{t}>" for t in sorted(DATE_TYPES))
    )
    return [
        Dated(row["n"].value, row["d"].value, row["p"].value) for row in await asker.rows(query)
    ]


async def _read_periods(asker: Asker, things: Sequence[str]) -> list[Dated]:
    found: list[Dated] = []
    if not things:
        return found
    for row in await asker.rows(_PERIODS.format(things=iris(things))):
        begin, end = (_outer(row.get(name), last) for name, last in (("begin", 0), ("end", -1)))
        found.append(Dated(row["n"].value, f"{begin}/{end}"))
    return found


def _outer(term: Term | None, part: int) -> str:
    """The outer bound of a moment that may itself be a period: the begin of a begin, and so on."""
    return term.value.split("/")[part] if isinstance(term, Literal) else ".."


async def read_values(
    asker: Asker, iri: str, predicate: str, *, inverse: bool, limit: int, offset: int
) -> list[Term]:
    """One page of the values of a property, or of the things that point here by it."""
    template = _VALUES_IN if inverse else _VALUES_OUT
    query = template.format(thing=iris([iri]), p=iris([predicate]), n=limit, offset=offset)
    return [row["v"] for row in await asker.rows(query)]


def _integer(term: Term) -> int:
    return int(term.value) if isinstance(term, Literal) else 0
