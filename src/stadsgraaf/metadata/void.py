"""VoID: sizes, partitions, subsets and linksets.

https://www.w3.org/TR/void/
"""

from collections.abc import Iterable, Sequence
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from stadsgraaf.metadata.codes import FORMATS
from stadsgraaf.metadata.profile import Names, Profile, Statements, iri, text, texts
from stadsgraaf.records import Count, StatisticsRecord

__all__ = ["access", "counts", "linkset", "partitions", "subsets"]

_FEATURES: Final = "http://www.w3.org/ns/formats/"
_FEATURE_NAMES: Final = {"nq": "N-Quads", "trig": "TriG", "ttl": "Turtle", "nt": "N-Triples"}


def counts(said: Statements, dataset: NamedNode, counted: StatisticsRecord) -> None:
    """How much there is, and which vocabularies are in use."""
    said.add(dataset, "rdf:type", iri("void:Dataset"))
    said.add(dataset, "void:triples", _number(counted["triples"]))
    said.add(dataset, "void:classes", _number(len(counted["classes"])))
    said.add(dataset, "void:properties", _number(len(counted["properties"])))
    said.add(dataset, "void:vocabulary", *map(NamedNode, _vocabularies(counted)))


def partitions(
    said: Statements, dataset: NamedNode | BlankNode, counted: StatisticsRecord, *, nested: bool
) -> None:
    """How many things of each class and how many uses of each property.

    ``nested`` adds the properties within each class.
    """
    for number, entry in enumerate(counted["classes"]):
        node = _partition(said, dataset, f"class{number}", "class", "entities", entry)
        for inner, use in enumerate(entry["properties"] if nested else ()):
            label = f"class{number}property{inner}"
            _partition(said, node, label, "property", "triples", use)
    for number, use in enumerate(counted["properties"]):
        _partition(said, dataset, f"property{number}", "property", "triples", use)


def subsets(said: Statements, names: Names, profile: Profile) -> None:
    """The named graphs, with their sizes and dumps."""
    for graph, title in profile.graphs.items():
        subset = NamedNode(graph)
        said.add(names.dataset, "void:subset", subset)
        said.add(subset, "rdf:type", iri("void:Dataset"), iri("sd:Graph"))
        said.add(subset, "dct:title", *texts(title))
        said.add(subset, "void:triples", _number(profile.statistics["graphs"].get(graph, 0)))
        said.add(subset, "void:sparqlEndpoint", names.endpoint)
        said.add(subset, "void:dataDump", *_dumps(names, profile.graph_dumps.get(graph, ())))


def linkset(said: Statements, names: Names, profile: Profile) -> None:
    """The links to things of others, by property and host."""
    for each in profile.linksets:
        subset, target = names.thing("linkset", each.name), BlankNode(f"target{each.name}")
        said.add(names.dataset, "void:subset", subset)
        said.add(subset, "rdf:type", iri("void:Linkset"))
        said.add(subset, "void:linkPredicate", NamedNode(each.property))
        said.add(subset, "void:subjectsTarget", names.dataset)
        said.add(subset, "void:objectsTarget", target)
        said.add(target, "rdf:type", iri("void:Dataset"))
        said.add(target, "void:uriSpace", text(each.space))
        said.add(subset, "void:triples", _number(each.triples))
        dumps = [name for name in profile.dumps if name.startswith(f"{each.name}.nt")]
        said.add(subset, "void:dataDump", *_dumps(names, dumps))


def access(said: Statements, names: Names, profile: Profile) -> None:
    """Where it is to be had: endpoint, dumps, look-ups, features."""
    dataset, counted = names.dataset, profile.statistics
    # a store of others may not have had the time to count these
    if "subjects" in counted:
        said.add(dataset, "void:distinctSubjects", _number(counted["subjects"]))
    if "objects" in counted:
        said.add(dataset, "void:distinctObjects", _number(counted["objects"]))
    said.add(dataset, "void:sparqlEndpoint", names.endpoint)
    said.add(dataset, "void:uriLookupEndpoint", names.at("/lookup?iri="))
    whole = [name for name in profile.dumps if name.startswith("dataset.")]
    said.add(dataset, "void:dataDump", *_dumps(names, whole))
    if profile.base_iri:
        said.add(dataset, "void:uriSpace", text(profile.base_iri))
    for suffix in FORMATS:
        if suffix in _FEATURE_NAMES:
            said.add(dataset, "void:feature", NamedNode(_FEATURES + _FEATURE_NAMES[suffix]))


def _dumps(names: Names, dumps: Sequence[str]) -> list[NamedNode]:
    return [names.dump(name) for name in dumps]


def _partition(
    said: Statements,
    whole: NamedNode | BlankNode,
    label: str,
    kind: str,
    measure: str,
    entry: Count,
) -> BlankNode:
    node = BlankNode(f"void{label}")
    said.add(whole, f"void:{kind}Partition", node)
    said.add(node, f"void:{kind}", NamedNode(entry["iri"]))
    said.add(node, f"void:{measure}", _number(entry["count"]))
    return node


def _vocabularies(counted: StatisticsRecord) -> Iterable[str]:
    """Namespaces of the classes and properties in use."""
    iris = [entry["iri"] for entry in (*counted["classes"], *counted["properties"])]
    return sorted({each[: max(each.rfind("/"), each.rfind("#")) + 1] for each in iris} - {""})


def _number(value: int) -> Literal:
    return text(value, "integer")
