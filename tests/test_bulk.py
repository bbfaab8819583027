"""A folder that is read and not kept gives what a dataset gives."""

from pathlib import Path

import pytest
from pyoxigraph import Quad

from stadsgraaf.bulk import Bulk
from stadsgraaf.canonical import canonical_nquads
from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import NothingToServe, SyntaxFault

METADATA = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix vann: <http://purl.org/vocab/vann/> .
<http://e/dataset> a dcat:Dataset ; vann:preferredNamespaceUri "http://e/" .
"""
CLAIMS = """
@prefix e: <http://e/> .
@prefix sg: <https://w3id.org/stadsgraaf/def/ont/> .
e:c a sg:Claim ; e:has [ e:q 1 ] ; e:of <thing> .
e:c a sg:Claim .
"""
RULE = """#+ summary: Claims are things
#+ description: Every claim is a thing.
#+ graph: http://e/graph/facts
CONSTRUCT { ?c a <http://e/Thing> } WHERE { ?c a <https://w3id.org/stadsgraaf/def/ont/Claim> }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data" / "claims").mkdir(parents=True)
    (tmp_path / "queries" / "rules").mkdir(parents=True)
    (tmp_path / "data" / "dataset.ttl").write_text(METADATA, encoding="utf-8")
    (tmp_path / "data" / "claims" / "a.ttl").write_text(CLAIMS, encoding="utf-8")
    (tmp_path / "queries" / "rules" / "claims-are-things.rq").write_text(RULE, encoding="utf-8")
    return tmp_path


def test_it_gives_what_a_dataset_gives(folder: Path) -> None:
    bulk, dataset = Bulk.open(folder), Dataset.load(folder)
    assert not dataset.faults
    assert canonical_nquads(bulk.stream()) == canonical_nquads(dataset.stream())
    assert bulk.description == dataset.description
    assert bulk.base_iri == dataset.base_iri == "http://e/"
    assert bulk.prefixes == dataset.prefixes
    assert bulk.graph_iris("claims") == dataset.graph_iris("claims")
    assert [(graph.iri, graph.role) for graph in bulk.graphs] == [
        (graph.iri, graph.role) for graph in dataset.graphs
    ]
    assert {quad.subject for quad in bulk.asserted} <= {quad.subject for quad in dataset.asserted}


def test_it_can_be_read_again(folder: Path) -> None:
    bulk = Bulk.open(folder)

    def ground() -> list[Quad]:
        return [quad for quad in bulk.stream() if "_:" not in str(quad)]

    assert ground() == ground() != []


def test_a_syntax_error_says_where(folder: Path) -> None:
    path = folder / "data" / "claims" / "a.ttl"
    path.write_text(CLAIMS + "e:c e:p .\n", encoding="utf-8")
    with pytest.raises(SyntaxFault) as caught:
        list(Bulk.open(folder).stream())
    assert caught.value.members["file"] == str(path)
    assert caught.value.members["line"] == 6


def test_a_folder_without_turtle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToServe):
        Bulk.open(tmp_path)
