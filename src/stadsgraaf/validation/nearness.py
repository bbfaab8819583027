"""What of the data a difference can affect, and what of them tells how.

The results of a node rest on the triples from which a trail leads to it, and on no others. So with
the nodes that a difference can affect, and the triples from which trails lead to these, shapes and
queries find of them what they find with all of the data.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from pyoxigraph import NamedNode, Triple

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.focusing import MOST
from stadsgraaf.validation.patterns import OBJECT, SUBJECT
from stadsgraaf.validation.reads import Reads
from stadsgraaf.validation.trails import Around, TooMany, Trail, trails_of

__all__ = ["Basis", "Near"]

#: More triples than these are not picked from all.
_MANY = 20_000
_TYPE, _SUBCLASS = PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "subClassOf"


class Near:
    """What is near to a difference: ``delta`` are the triples that came or went, ``sides`` all."""

    def __init__(self, delta: Collection[Triple] = (), *sides: Iterable[Triple]) -> None:
        self.delta = delta
        self.around = Around(*sides, delta)
        self.of_shapes, self.of_rules = Basis(self.around), Basis(self.around)
        self._queries: dict[str, Collection[NamedNode] | None] = {}

    def nodes(self, trails: Iterable[Trail]) -> frozenset[Term] | None:
        """The nodes to which trails lead from the difference; None for too many."""
        try:
            return self.around.nodes(trails, self.delta, MOST)
        except TooMany:
            return None

    def nodes_of(self, query: str) -> Collection[NamedNode] | None:
        """The nodes for which a rule may give other solutions of ``?this``; None when any may be."""
        if query not in self._queries:
            self._queries[query] = self._nodes_of(query)
        return self._queries[query]

    def _nodes_of(self, query: str) -> Collection[NamedNode] | None:
        trails = trails_of(query, {})
        nodes = None if trails is None else self.nodes(trails)
        if trails is None or nodes is None:
            return None
        named = [node for node in nodes if isinstance(node, NamedNode)]
        if len(named) < len(nodes):
            return None
        if named:
            self.of_rules.rests_on(trails, named)
        return named

    def about(self, nodes: Collection[Term]) -> set[Triple]:
        """What is said of nodes, and which classes are below others."""
        said = (Trail(None, SUBJECT), Trail(None, OBJECT))
        return self.around.triples(said, nodes, _MANY).union(self.around.of([_SUBCLASS]))


class Basis:
    """The triples that something rests on."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._trails: list[tuple[Sequence[Trail], Collection[Term]]] = []
        self._read: list[Reads] = []

    def rests_on(self, trails: Sequence[Trail], nodes: Collection[Term]) -> None:
        """Have what tells of these ``nodes`` at hand."""
        self._trails.append((trails, nodes))

    def rests_on_all(self, reads: Reads) -> None:
        """Have all at hand that somebody reads."""
        self._read.append(reads)

    @cached_property
    def triples(self) -> frozenset[Triple] | None:
        """What has to be at hand, of all sides; None when that is all, or most of it."""
        if any(reads.everything for reads in self._read):
            return None
        names = {_SUBCLASS}.union(*(reads.iris | {_TYPE} for reads in self._read))
        found = set(self._around.of(names))
        try:
            for trails, nodes in self._trails:
                found |= self._around.triples(trails, nodes, _MANY)
        except TooMany:
            return None
        return frozenset(found)
