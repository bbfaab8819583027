"""What the data say of a thing, in RDF: a bounded description, https://www.w3.org/submissions/CBD/.

Its statements and the claims about it, with their blank nodes three deep and with their lists; what
points at it; and the names of what it points at.

Our own engine is asked for all of it at once. Other stores spend their time on the paths through blank
nodes and lists, so one elsewhere is asked in steps: for what has names, then for trees of blank nodes,
deeper each time. A blank node keeps its name within one answer only, so all of them are from one.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.errors import ResultTooLarge, StoreUnavailable, Text
from stadsgraaf.media import Form, Format
from stadsgraaf.namespaces import PREFIXES, SG, prologue, well_known
from stadsgraaf.store.base import Answer, Elsewhere, Question, Whole
from stadsgraaf.store.evaluation import write_triples
from stadsgraaf.web.asking import Asker, iris
from stadsgraaf.web.site import Site
from stadsgraaf.web.urls import LANGUAGES

__all__ = ["account"]

_Node = NamedNode | BlankNode | Triple

_MOST_CLAIMS: Final = 200
_MOST_LINKS: Final = 1000
#: What a document says of itself where it has not all of these.
_BOUNDED: Final = Text(
    f"Of what points here this has the first {_MOST_LINKS}, and of the claims about it the first"
    f" {_MOST_CLAIMS}; the rest is in the dumps and at the SPARQL endpoint.",
    f"Van wat hierheen verwijst staan hier de eerste {_MOST_LINKS}, en van de beweringen erover de eerste"
    f" {_MOST_CLAIMS}; de rest staat in de dumps en is bij het SPARQL-endpoint op te vragen.",
)
#: How far blank nodes are followed; the cells of a list count as one.
_DEEP: Final = 3
#: Statements in a row that a store elsewhere is asked for, where each cell of a list counts; most things
#: need the first. Forty are more than Virtuoso's stack holds. What is longer is asked for at once.
_STEPS: Final = (4, 8, 16, 24)
_LOST: Final = Text(
    "it leaves out part of a long list", "hij laat een deel van een lange lijst weg"
)
_REST: Final = NamedNode(PREFIXES["rdf"] + "rest")
_LABELS: Final = iris(well_known("rdfs:label skos:prefLabel dct:title")).replace(" ", ", ")
_PROLOGUE: Final = prologue("rdf", "rdfs", "foaf", "dct", "void") + f"PREFIX sg: <{SG}>\n"


async def account(site: Site, iri: str, about: str, chosen: Format, document: NamedNode) -> Answer:
    """The account of a thing in an RDF format.

    ``about`` is what the document says of itself, as rows of VALUES with the prefixes rdf, foaf, dct
    and void; one that cannot hold all says so too.
    Of an IRI that is a property and nothing else that it is one is all that can be said.
    Raises what ``Store.answer`` raises.
    """
    thing, limits = NamedNode(iri), site.asker.limits
    if site.counted("properties", iri) and not site.knows(iri):
        about += f" ({thing} rdf:type rdf:Property)"
    if site.release.labels.hubs.get(iri, 0) > _MOST_LINKS:
        said = (Literal(_BOUNDED.say(each), language=each) for each in LANGUAGES)
        about += "".join(f" ({document} rdfs:comment {each})" for each in said)
    if isinstance(site.store, Elsewhere) and site.store.is_elsewhere:
        triples = await _in_steps(site.asker, thing, about)
        kept = _Kept()
        prefixes = dict(site.release.manifest.prefixes)
        write_triples(_by_subject(triples, thing), prefixes, chosen, limits, kept)
        return _whole(bytes(kept.body), chosen)
    question = Question(_at_once(thing, about), rdf=chosen)
    try:
        answer = await site.store.answer(question, limits)
        return _whole(await answer.read(), chosen)
    except ResultTooLarge:  # it has very many statements of its own: these are streamed
        return await site.store.answer(question, site.asker.widest)


def _whole(body: bytes, chosen: Format) -> Answer:
    return Answer("graph", chosen, Whole(body), len(body))


# --- at once ----------------------------------------------------------------------------------------


def _claims(thing: NamedNode) -> str:
    return (
        f"SELECT DISTINCT ?x WHERE {{ {{ ?x sg:claimSubject {thing} }}"
        f" UNION {{ ?x sg:claimObject {thing} }} FILTER(isIRI(?x)) }} LIMIT {_MOST_CLAIMS}"
    )


def _stated(about: str) -> str:
    """What the document says of itself."""
    return f"VALUES (?s ?p ?o) {{ {about} }}"


def _around(thing: NamedNode) -> str:
    """What points at a thing, and the names of what it points at."""
    return (
        f"{{ SELECT ?s ?p ({thing} AS ?o) WHERE {{ ?s ?p {thing} }} LIMIT {_MOST_LINKS} }}\n"
        # as VALUES, all names of the graph would be read first, to be joined with the few things
        f"  UNION {{ {thing} ?any ?s . ?s ?p ?o . FILTER(isIRI(?s) && ?p IN ({_LABELS})) }}"
    )


def _at_once(thing: NamedNode, about: str) -> str:
    first = "?x ?p1 ?b1 . FILTER(isBlank(?b1)) ?b1 rdf:rest*"
    second = f"{first} ?l1 . ?l1 ?p2 ?b2 . FILTER(?p2 != rdf:rest && isBlank(?b2)) ?b2 rdf:rest*"
    third = f"{second} ?l2 . ?l2 ?p3 ?b3 . FILTER(?p3 != rdf:rest && isBlank(?b3)) ?b3 rdf:rest*"
    trees = "\n    ".join(
        f"UNION {{ {path} ?s . FILTER(isBlank(?s)) ?s ?p ?o }}" for path in (first, second, third)
    )
    itself = f"UNION {{ {_stated(about)} }}" if about else ""
    return f"""{_PROLOGUE}CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{
    {{ SELECT ?x WHERE {{ {{ BIND({thing} AS ?x) }} UNION {{ {_claims(thing)} }} }} }}
    {{ ?x ?p ?o . BIND(?x AS ?s) }}
    {trees}
  }}
  {itself}
  UNION {_around(thing)}
}}"""


# --- in steps ---------------------------------------------------------------------------------------


async def _in_steps(asker: Asker, thing: NamedNode, about: str) -> list[Triple]:
    claims = [row["x"] for row in await asker.rows(_PROLOGUE + _claims(thing))]
    roots = dict.fromkeys([thing, *(each for each in claims if isinstance(each, NamedNode))])
    found = await asker.triples(_with_names(thing, roots))
    if about:  # by itself: beside others Virtuoso leaves it out
        stated = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {_stated(about)} }}"
        found += await asker.triples(_PROLOGUE + stated)
    named = [each for each in found if not _has_blank_node(each)]
    if len(named) < len(found):
        named += await _trees(asker, thing, roots)
    return named


def _has_blank_node(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)


def _with_names(thing: NamedNode, roots: Iterable[NamedNode]) -> str:
    return f"""{_PROLOGUE}CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ VALUES ?s {{ {" ".join(map(str, roots))} }} ?s ?p ?o }}
  UNION {_around(thing)}
}}"""


async def _trees(asker: Asker, thing: NamedNode, roots: Collection[NamedNode]) -> list[Triple]:
    """What has blank nodes in an account. Raises StoreUnavailable when the store leaves some out."""
    before = 0
    for steps in _STEPS:
        found = set(await asker.triples(_with_blank_nodes(thing, roots, steps)))
        kept, is_whole = _pruned(found, thing, roots)
        if is_whole or len(found) == before:
            return kept
        before = len(found)
    found = set(filter(_has_blank_node, await asker.triples(_at_once(thing, ""))))
    kept, is_whole = _pruned(found, thing, roots)
    if not is_whole:
        raise StoreUnavailable(reason=_LOST)
    return kept


def _pruned(
    found: Collection[Triple], thing: NamedNode, roots: Collection[NamedNode]
) -> tuple[list[Triple], bool]:
    """Those that belong to an account, and whether each blank node in them has its statements."""
    reached = _reached(found, roots)
    own = {*roots, *reached}
    kept = [each for each in found if each.subject in own or each.object == thing]
    return kept, reached.issubset(each.subject for each in kept)


def _with_blank_nodes(thing: NamedNode, roots: Iterable[NamedNode], steps: int) -> str:
    """The statements of blank nodes, so many in a row, and those that point at the thing."""
    wanted = " ".join(f"?b{n} ?p{n} ?b{n + 1} ." for n in range(steps))
    rest = ""
    for n in reversed(range(1, steps)):
        rest = f"OPTIONAL {{ ?b{n} ?p{n} ?b{n + 1} . FILTER(isBlank(?b{n})) {rest} }}"
    return f"""CONSTRUCT {{ {wanted} ?s ?p {thing} }} WHERE {{
  {{ VALUES ?b0 {{ {" ".join(map(str, roots))} }} ?b0 ?p0 ?b1 . FILTER(isBlank(?b1)) {rest} }}
  UNION {{ SELECT ?s ?p WHERE {{ ?s ?p {thing} . FILTER(isBlank(?s)) }} LIMIT {_MOST_LINKS} }}
}}"""


def _reached(triples: Iterable[Triple], roots: Collection[NamedNode]) -> set[_Node]:
    """The blank nodes that belong to an account."""
    nested: dict[_Node, list[tuple[int, BlankNode]]] = defaultdict(list)
    for triple in triples:
        if isinstance(triple.object, BlankNode):
            is_cell = triple.predicate == _REST and triple.subject not in roots
            nested[triple.subject].append((0 if is_cell else 1, triple.object))
    depths: dict[_Node, int] = dict.fromkeys(roots, 0)
    waiting: deque[_Node] = deque(roots)
    while waiting:
        node = waiting.popleft()
        for deeper, inner in nested[node]:
            depth = depths[node] + deeper
            if depth <= _DEEP and depth < depths.get(inner, _DEEP + 1):
                depths[inner] = depth
                waiting.append(inner)
    return depths.keys() - set(roots)


# --- writing ----------------------------------------------------------------------------------------


class _Kept:
    """A `Sink` that keeps all of it."""

    def __init__(self) -> None:
        self.body = bytearray()

    def begin(self, form: Form, chosen: Format) -> None:
        """Part of `Sink`."""

    def write(self, data: bytes) -> None:
        """Part of `Sink`."""
        self.body += data


def _by_subject(triples: Collection[Triple], thing: NamedNode) -> list[Triple]:
    """Those of the thing first, those of blank nodes last, as the formats group them."""
    places = {each: place for place, each in enumerate(dict.fromkeys(t.subject for t in triples))}

    def place(triple: Triple) -> tuple[bool, bool, int]:
        subject = triple.subject
        return subject != thing, isinstance(subject, BlankNode), places[subject]

    return sorted(dict.fromkeys(triples), key=place)
