"""The one border between pyoxigraph and rdflib: terms and graphs, never normalised.

rdflib would turn ``"01"^^xsd:integer`` into 1 before a shape sees it; here lexical forms stay.
"""

import logging
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib.paths import Path
from rdflib.store import Store
from rdflib.term import Node

from stadsgraaf.namespaces import PREFIXES

__all__ = ["Term", "data_graph", "graph", "quiet", "rdflib_term", "term"]

Term = NamedNode | BlankNode | Literal

_STRING = PREFIXES["xsd"] + "string"


def rdflib_term(term: Term) -> rdflib.URIRef | rdflib.BNode | rdflib.Literal:
    """The same term for rdflib.

    >>> str(rdflib_term(Literal("01", datatype=NamedNode(PREFIXES["xsd"] + "integer"))))
    '01'
    """
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    if datatype == _STRING:
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(datatype), normalize=False)


def term(node: Node) -> Term:
    """The same term for pyoxigraph. Raises TypeError for what is no RDF term."""
    if isinstance(node, rdflib.URIRef):
        return NamedNode(str(node))
    if isinstance(node, rdflib.BNode):
        return BlankNode(str(node))
    if isinstance(node, rdflib.Literal):
        if node.language:
            return Literal(str(node), language=node.language)
        return Literal(str(node), datatype=NamedNode(str(node.datatype or _STRING)))
    message = f"not an RDF term: {node!r}"
    raise TypeError(message)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep rdflib from writing about literals that are not well-formed: findings tell of them."""
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


_Node = rdflib.URIRef | rdflib.BNode | rdflib.Literal
_Pattern = tuple[Node | None, Node | None, Node | None]


class _Store(Store):
    """The indexes that SHACL asks for, of triples that are only read.

    rdflib's own store keeps a context for each triple; pySHACL spends most of its time there.
    """

    context_aware = True  # pySHACL asks for both; there is one context
    graph_aware = True

    def __init__(self) -> None:
        super().__init__()
        self.by_subject: dict[Any, dict[Any, dict[Any, None]]] = {}
        self.by_predicate: dict[Any, dict[Any, dict[Any, None]]] = {}
        self.size = 0
        self.graph: rdflib.Graph | None = None

    def insert(self, subject: _Node, predicate: _Node, thing: _Node) -> None:
        """One more triple."""
        things = self.by_subject.setdefault(subject, {}).setdefault(predicate, {})
        if thing not in things:
            things[thing] = None
            self.by_predicate.setdefault(predicate, {}).setdefault(thing, {})[subject] = None
            self.size += 1

    def __len__(self, context: Any = None) -> int:
        return self.size

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[Any]:  # noqa: ARG002 – there is one
        """The triples that match a pattern, each with its context."""
        for triple in self.match(*triple_pattern):
            yield triple, iter((self.graph,))

    def match(self, subject: Any, predicate: Any, thing: Any) -> Iterator[Any]:
        """The triples that match a pattern."""
        if subject is not None:
            about = self.by_subject.get(subject, _NOTHING)
            for one in (predicate,) if predicate is not None else about:
                things = about.get(one, _NOTHING)
                for value in things if thing is None else (thing,) if thing in things else ():
                    yield subject, one, value
        else:
            for one in (predicate,) if predicate is not None else self.by_predicate:
                things = self.by_predicate.get(one, _NOTHING)
                for value in (thing,) if thing is not None else things:
                    for start in things.get(value, _NOTHING):
                        yield start, one, value

    def namespaces(self) -> Iterator[Any]:
        """No prefixes: findings shorten IRIs themselves."""
        return iter(())

    def contexts(self, triple: Any = None) -> Generator[rdflib.Graph, None, None]:  # noqa: ARG002 – there is one
        """The one context."""
        if self.graph is not None:
            yield self.graph


class Indexed(rdflib.Graph):
    """A graph that is only read."""

    def __init__(self) -> None:
        self.indexes = _Store()
        self._queries: dict[str, Any] = {}
        super().__init__(store=self.indexes, bind_namespaces="none")
        self.indexes.graph = self

    def query(
        self,
        query_object: Any,
        processor: Any = "sparql",
        result: Any = "sparql",
        initNs: Any = None,  # noqa: N803 – rdflib's signature
        *given: Any,
        **named: Any,
    ) -> Any:
        """The answer to a query. PySHACL asks the same one for each focus node: it is read once.

        https://rdflib.readthedocs.io/en/stable/intro_to_sparql/#prepared-queries
        """
        if isinstance(query_object, str) and not initNs:
            query_object = self._prepared(query_object)
        return super().query(query_object, processor, result, initNs, *given, **named)

    def _prepared(self, query: str) -> Any:
        from rdflib.plugins.sparql import prepareQuery  # noqa: PLC0415 – its import takes long

        if query not in self._queries:
            self._queries[query] = prepareQuery(query)
        return self._queries[query]

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool = False) -> Any:  # noqa: FBT001, FBT002 – rdflib's signature
        """The objects of a subject and predicate."""
        if subject is None or predicate is None or isinstance(predicate, Path):
            return super().objects(subject, predicate, unique)
        return iter(self.indexes.by_subject.get(subject, _NOTHING).get(predicate, _NOTHING))

    def subjects(self, predicate: Any = None, object: Any = None, unique: bool = False) -> Any:  # noqa: A002, FBT001, FBT002 – rdflib's signature
        """The subjects of a predicate and object."""
        if object is None or predicate is None or isinstance(predicate, Path):
            return super().subjects(predicate, object, unique)
        return iter(self.indexes.by_predicate.get(predicate, _NOTHING).get(object, _NOTHING))


_NOTHING: dict[Any, Any] = {}


def _translated(triples: Iterable[Triple]) -> Iterator[tuple[_Node, _Node, _Node]]:
    known: dict[Term, _Node] = {}

    def translate(term: Term) -> _Node:
        found = known.get(term)
        if found is None:
            found = known[term] = rdflib_term(term)
        return found

    with quiet():
        for triple in triples:
            subject, thing = triple.subject, triple.object
            if isinstance(subject, Triple) or isinstance(thing, Triple):
                continue
            yield translate(subject), translate(triple.predicate), translate(thing)


def graph(triples: Iterable[Triple]) -> rdflib.Graph:
    """An rdflib graph of these triples. Those with triple terms (RDF 1.2) are left out."""
    made = rdflib.Graph(bind_namespaces="none")
    for triple in _translated(triples):
        made.add(triple)
    return made


def data_graph(triples: Iterable[Triple]) -> rdflib.Graph:
    """The same, to be read by pySHACL."""
    made = Indexed()
    for subject, predicate, thing in _translated(triples):
        made.indexes.insert(subject, predicate, thing)
    return made
