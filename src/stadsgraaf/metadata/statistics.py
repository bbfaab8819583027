"""Counts of what a dataset holds, in the terms of VoID.

https://www.w3.org/TR/void/#statistics
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from pyoxigraph import NamedNode, Quad

from stadsgraaf.namespaces import PREFIXES

__all__ = ["statistics"]

_TYPE = PREFIXES["rdf"] + "type"


def statistics(quads: Iterable[Quad]) -> dict[str, Any]:
    """Counts of triples per graph, of instances per class and of uses per property.

    The same triple in two graphs counts in both, as it does in the union's statistics of VoID
    partitions; ``triples`` counts each once.
    """
    graphs: Counter[str] = Counter()
    types: defaultdict[str, set[str]] = defaultdict(set)
    uses: list[tuple[str, str]] = []
    seen: set[str] = set()
    objects: set[str] = set()
    for quad in quads:
        subject, predicate, value = str(quad.subject), quad.predicate.value, str(quad.object)
        graphs[quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""] += 1
        key = f"{subject} {predicate} {value}"
        if key in seen:
            continue
        seen.add(key)
        uses.append((subject, predicate))
        objects.add(value)
        if predicate == _TYPE and isinstance(quad.object, NamedNode):
            types[subject].add(quad.object.value)
    instances: Counter[str] = Counter(iri for found in types.values() for iri in found)
    properties = Counter(predicate for _, predicate in uses)
    per_class: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for subject, predicate in uses:
        for iri in types.get(subject, ()):
            per_class[iri][predicate] += 1
    return {
        "triples": len(seen),
        "subjects": len({subject for subject, _ in uses}),
        "objects": len(objects),
        "graphs": dict(sorted(graphs.items())),
        "classes": [
            {"iri": iri, "count": count, "properties": _ranked(per_class[iri])}
            for iri, count in _order(instances)
        ],
        "properties": _ranked(properties),
    }


def _order(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _ranked(counts: Counter[str]) -> list[dict[str, object]]:
    return [{"iri": iri, "count": count} for iri, count in _order(counts)]
