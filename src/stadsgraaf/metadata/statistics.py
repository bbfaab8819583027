"""Counts of what a dataset holds, in the terms of VoID.

https://www.w3.org/TR/void/#statistics
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from operator import attrgetter

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from stadsgraaf.comparing import comparable_kind
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.records import Count, StatisticsRecord

__all__ = ["Counts", "ordered", "ranked", "statistics"]

_TYPE = PREFIXES["rdf"] + "type"


class Counts:
    """What is counted while quads go by; the same triple in two graphs counts in both of these.

    ::

        counts = Counts()
        counts.add(sorted(quads, key=str))
        counts.as_json()
    """

    def __init__(self) -> None:
        self._graphs: Counter[str] = Counter()
        self._instances: Counter[str] = Counter()
        self._properties: Counter[str] = Counter()
        self._per_class: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._kinds: defaultdict[str, set[str]] = defaultdict(set)
        self._subjects = 0
        self._objects: set[int] = set()

    def add(self, quads: Iterable[Quad]) -> None:
        """Count more quads. All of one subject come together, as in sorted N-Quads, and only once.

        So one subject at a time is held, and of each object 64 bits.
        """
        for _, about in groupby(quads, key=attrgetter("subject")):
            triples: dict[tuple[str, NamedNode | BlankNode | Literal | Triple], None] = {}
            for quad in about:
                graph = quad.graph_name
                self._graphs[graph.value if isinstance(graph, NamedNode) else ""] += 1
                triples[quad.predicate.value, quad.object] = None
            self._add(triples)

    def _add(
        self, triples: Collection[tuple[str, NamedNode | BlankNode | Literal | Triple]]
    ) -> None:
        used = Counter(predicate for predicate, _ in triples)
        self._subjects += 1
        self._properties.update(used)
        self._objects.update(hash(value) for _, value in triples)
        for predicate, value in triples:
            self._kinds[predicate].add(comparable_kind(value))
            if predicate == _TYPE and isinstance(value, NamedNode):
                self._instances[value.value] += 1
                self._per_class[value.value].update(used)

    def as_json(self) -> StatisticsRecord:
        """The counts as a release has them; ``triples`` counts each triple once."""
        return {
            "triples": self._properties.total(),
            "subjects": self._subjects,
            "objects": len(self._objects),
            "graphs": dict(sorted(self._graphs.items())),
            "classes": [
                {"iri": iri, "count": count, "properties": ranked(self._per_class[iri])}
                for iri, count in ordered(self._instances)
            ],
            "properties": ranked(self._properties),
            "kinds": {
                iri: kind
                for iri, kinds in sorted(self._kinds.items())
                for kind in kinds
                if kind and len(kinds) == 1
            },
        }


def statistics(quads: Iterable[Quad]) -> StatisticsRecord:
    """Counts of triples per graph, of instances per class and of uses per property; of few quads."""
    counts = Counts()
    counts.add(sorted(quads, key=str))
    return counts.as_json()


def ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The largest counts first, equal ones by their IRIs."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def ranked(counts: Mapping[str, int]) -> list[Count]:
    """The same as ``statistics.json`` lists them."""
    return [{"iri": iri, "count": count} for iri, count in ordered(counts)]
