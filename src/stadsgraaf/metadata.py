"""What a dataset says of itself: counted statistics, and VoID triples made from them.

VoID: https://www.w3.org/TR/void/
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from stadsgraaf.namespaces import PREFIXES

__all__ = ["statistics", "void"]

_TYPE = PREFIXES["rdf"] + "type"
_VOID = PREFIXES["void"]
_INTEGER = NamedNode(PREFIXES["xsd"] + "integer")


def statistics(quads: Iterable[Quad]) -> dict[str, Any]:
    """Counts of triples per graph, of instances per class and of uses per property.

    The same triple in two graphs counts in both, as it does in the union's statistics of VoID
    partitions; ``triples`` counts each once.
    """
    graphs: Counter[str] = Counter()
    types: defaultdict[str, set[str]] = defaultdict(set)
    uses: list[tuple[str, str]] = []
    seen: set[str] = set()
    for quad in quads:
        subject, predicate = str(quad.subject), quad.predicate.value
        graphs[quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""] += 1
        key = f"{subject} {predicate} {quad.object}"
        if key in seen:
            continue
        seen.add(key)
        uses.append((subject, predicate))
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


def void(
    dataset: NamedNode,
    counted: Mapping[str, Any],
    vocabularies: Sequence[str],
    graph: NamedNode,
) -> list[Quad]:
    """VoID triples of a dataset: size, classes, properties, vocabularies."""
    quads = [Quad(dataset, _void("triples"), _number(counted["triples"]), graph)]
    quads += [Quad(dataset, _void("vocabulary"), NamedNode(iri), graph) for iri in vocabularies]
    for number, entry in enumerate(counted["classes"]):
        quads += _partition(dataset, f"class{number}", "class", "entities", entry, graph)
    for number, entry in enumerate(counted["properties"]):
        quads += _partition(dataset, f"property{number}", "property", "triples", entry, graph)
    return quads


def _partition(
    dataset: NamedNode,
    label: str,
    kind: str,
    measure: str,
    entry: Mapping[str, Any],
    graph: NamedNode,
) -> list[Quad]:
    node = BlankNode(f"void{label}")
    return [
        Quad(dataset, _void(f"{kind}Partition"), node, graph),
        Quad(node, _void(kind), NamedNode(entry["iri"]), graph),
        Quad(node, _void(measure), _number(entry["count"]), graph),
    ]


def _void(name: str) -> NamedNode:
    return NamedNode(_VOID + name)


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=_INTEGER)
