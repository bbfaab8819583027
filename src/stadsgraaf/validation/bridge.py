"""The one border between pyoxigraph and rdflib: terms and graphs, never normalised.

rdflib would turn ``"01"^^xsd:integer`` into 1 before a shape sees it; here lexical forms stay.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib.term import Node

from stadsgraaf.namespaces import PREFIXES

__all__ = ["Term", "graph", "quiet", "rdflib_term", "term"]

Term = NamedNode | BlankNode | Literal

_STRING = PREFIXES["xsd"] + "string"
_LANGUAGE_STRING = PREFIXES["rdf"] + "langString"


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


def graph(triples: Iterable[Triple]) -> rdflib.Graph:
    """An rdflib graph of these triples. Those with triple terms (RDF 1.2) are left out."""
    made = rdflib.Graph(bind_namespaces="none")
    add = made.store.add
    known: dict[Term, rdflib.URIRef | rdflib.BNode | rdflib.Literal] = {}

    def translate(term: Term) -> rdflib.URIRef | rdflib.BNode | rdflib.Literal:
        found = known.get(term)
        if found is None:
            found = known[term] = rdflib_term(term)
        return found

    with quiet():
        for triple in triples:
            subject, thing = triple.subject, triple.object
            if isinstance(subject, Triple) or isinstance(thing, Triple):
                continue
            add((translate(subject), translate(triple.predicate), translate(thing)), made)
    return made
