"""The description of the dataset: DCAT-AP and DCAT-AP-NL, and every named graph with its sources.

DCAT-AP 3.0.1, https://semiceu.github.io/DCAT-AP/releases/3.0.1/; DCAT-AP-NL 3.0,
https://docs.geostandaarden.nl/dcat/dcat-ap-nl30/.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from described import SHAPES, violations
from pyoxigraph import Literal, NamedNode, Quad
from rdflib import Graph, URIRef
from reading import Described

from stadsgraaf.dataset import Dataset, report_graph

BASE = "https://w3id.org/stadsgraaf/"
DATASET = BASE + "id/dataset/stadsgraaf"
DCT = "http://purl.org/dc/terms/"
#: The claims name their sources one by one; the sources are the graph of that name.
ATTRIBUTED_ONE_BY_ONE = {"claims", "sources", "vocabulary"}


@pytest.fixture
def description(our_dataset: Dataset) -> Graph:
    """The graph of the description, and what is said of the things that it names."""
    home = NamedNode(BASE + "graph/dataset")
    own = [quad for quad in our_dataset.asserted if quad.graph_name == home]
    about = {quad.subject for quad in own}
    named = {quad.object for quad in own if isinstance(quad.object, NamedNode)} - about
    around = [
        quad
        for quad in our_dataset.asserted
        if quad.subject in named and quad.graph_name != NamedNode(BASE + "graph/shapes")
    ]
    return as_rdflib([*own, *around])


def as_rdflib(quads: Iterable[Quad]) -> Graph:
    lines = (f"{quad.subject} {quad.predicate} {quad.object} ." for quad in quads)
    return Graph().parse(data="\n".join(lines), format="nt")


@pytest.mark.parametrize("shapes", SHAPES)
def test_the_description_has_no_violation_of_dcat_ap_and_its_dutch_profile(
    shapes: str, description: Graph, shared: Path
) -> None:
    assert violations(description, shared / "standards" / shapes) == set()


@pytest.mark.parametrize(
    ("gone", "shapes"),
    [
        ("http://purl.org/dc/terms/title", "dcat-ap/shapes.ttl"),
        ("http://purl.org/dc/terms/publisher", "dcat-ap-nl/dcat-ap-nl-SHACL.ttl"),
        ("http://purl.org/dc/terms/identifier", "dcat-ap-nl/dcat-ap-nl-SHACL.ttl"),
        ("http://www.w3.org/ns/dcat#contactPoint", "dcat-ap-nl/dcat-ap-nl-SHACL.ttl"),
        ("http://www.w3.org/ns/dcat#theme", "dcat-ap-nl/dcat-ap-nl-SHACL.ttl"),
    ],
)
def test_a_description_that_lacks_something_is_refused(
    gone: str, shapes: str, description: Graph, shared: Path
) -> None:
    description.remove((URIRef(DATASET), URIRef(gone), None))
    found = violations(description, shared / "standards" / shapes)
    assert (DATASET, gone) in {(focus, path) for focus, path, _ in found}


def test_the_dataset_names_every_named_graph_and_no_other(
    our_dataset: Dataset, described: Described
) -> None:
    parts = described[NamedNode(DATASET)][DCT + "hasPart"]
    published = {graph.iri for graph in our_dataset.graphs}
    published.add(report_graph(our_dataset.base_iri or "").iri)
    assert {part.value for part in parts if isinstance(part, NamedNode)} == published


def test_every_named_graph_has_title_and_description_in_both_languages_and_a_licence(
    our_dataset: Dataset, described: Described
) -> None:
    for graph in our_dataset.graphs:
        said = described[NamedNode(graph.iri)]
        for name in ("title", "description"):
            texts = [term for term in said[DCT + name] if isinstance(term, Literal)]
            assert sorted(str(text.language) for text in texts) == ["en", "nl"], graph.iri
        (licence,) = said[DCT + "license"]
        assert DCT + "identifier" in described[licence], graph.iri
        assert said[DCT + "isPartOf"] == {NamedNode(DATASET)}, graph.iri


def test_a_graph_names_every_source_that_its_things_name(
    our_dataset: Dataset, described: Described
) -> None:
    missing = {
        (quad.graph_name.value, quad.object.value)
        for quad in our_dataset.asserted
        if quad.predicate.value == DCT + "source"
        and quad.graph_name.value.removeprefix(BASE + "graph/") not in ATTRIBUTED_ONE_BY_ONE
        and quad.object not in described[quad.graph_name].get(DCT + "source", ())
        and not quad.subject.value.startswith(BASE + "graph/")
    }
    assert missing == set()


def test_every_source_of_a_graph_is_a_described_document(
    our_dataset: Dataset, described: Described
) -> None:
    for graph in our_dataset.graphs:
        for source in described[NamedNode(graph.iri)].get(DCT + "source", ()):
            assert described.get(source, {}).get(DCT + "title"), source
            assert described[source].get(DCT + "publisher"), source
