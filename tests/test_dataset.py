"""Files become named graphs with roles; rules add what follows from them."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from stadsgraaf.dataset import Dataset
from stadsgraaf.folder import source_files

PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix ex: <http://example.org/> .
@prefix vann: <http://purl.org/vocab/vann/> .
"""
FILES = {
    "ontology/terms.ttl": "ex:Claim a ex:Class .",
    "shapes/claim.ttl": "ex:ClaimShape a ex:Shape .",
    "data/dataset.ttl": (
        'ex:set a dcat:Dataset ; vann:preferredNamespaceUri "http://example.org/" .'
        " <http://example.org/graph/reference/register> ex:title 'Register' ."
    ),
    "data/reference/register.ttl": "ex:a ex:p [ ex:q 1 ] .",
    "data/reference/other.ttl": "ex:a ex:p ex:b .",
    "data/claims/one.ttl": "ex:c a <https://w3id.org/stadsgraaf/def/ont/Claim> .",
    "data/claims/deep/two.ttl": "ex:d ex:p [ ex:q 2 ] .",
    "tests/broken.ttl": "this is never read",
}
RULE = """\
#+ summary: Everything that a has
#+ graph: http://example.org/graph/facts
CONSTRUCT { ?s <http://example.org/known> ?o } WHERE { ?s <http://example.org/p> ?o . FILTER isIRI(?o) }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(PREFIXES + text, encoding="utf-8")
    (tmp_path / "queries" / "rules").mkdir(parents=True)
    (tmp_path / "queries" / "rules" / "know.rq").write_text(RULE, encoding="utf-8")
    (tmp_path / "queries" / "ask-all.rq").write_text("#+ summary: All\nASK {}", encoding="utf-8")
    return tmp_path


def test_folders_become_graphs_with_roles(folder: Path) -> None:
    found = {
        graph.iri.removeprefix("http://example.org/graph/"): graph.role
        for graph in Dataset.load(folder).graphs
    }
    assert found == {
        "vocabulary": "vocabulary",
        "shapes": "shapes",
        "dataset": "metadata",
        "reference": "data",
        "reference/register": "data",
        "claims": "claims",
        "queries": "queries",
        "facts": "facts",
    }


def test_description_and_namespace_are_read_from_the_metadata(folder: Path) -> None:
    dataset = Dataset.load(folder)
    assert dataset.base_iri == "http://example.org/"
    assert dataset.description == NamedNode("http://example.org/set")


def test_rules_put_their_triples_in_their_own_graph(folder: Path) -> None:
    facts = [
        quad
        for quad in Dataset.load(folder).derived
        if quad.graph_name == NamedNode("http://example.org/graph/facts")
    ]
    assert [(quad.subject.value, quad.object.value) for quad in facts] == [
        ("http://example.org/a", "http://example.org/b")
    ]


def test_blank_nodes_of_two_files_stay_apart_and_are_the_same_each_time(folder: Path) -> None:
    first, second = Dataset.load(folder), Dataset.load(folder)
    assert first.quads == second.quads
    holders = {str(q.subject) for q in first.quads if q.predicate.value == "http://example.org/q"}
    assert len(holders) == 2


def test_only_the_layout_is_read_where_there_is_one(folder: Path) -> None:
    assert "broken.ttl" not in {path.name for path in source_files(folder)}


def test_any_folder_is_a_dataset_with_a_graph_per_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "no.ttl").write_text("not read")
    (tmp_path / "one.ttl").write_text('<http://e/a> <http://e/p> "é"@fr .', encoding="utf-8")
    (tmp_path / "two.TTL").write_text("<#x> <http://e/p> 2 .")
    (tmp_path / "sub" / "my file.ttl").write_text("<#x> <http://e/p> <y> .")
    dataset = Dataset.load(tmp_path)
    assert [graph.iri for graph in dataset.graphs] == [
        "urn:stadsgraaf:graph:one",
        "urn:stadsgraaf:graph:sub/my%20file",
        "urn:stadsgraaf:graph:two",
    ]
    assert dataset.base_iri is None
    assert Literal("é", language="fr") in [quad.object for quad in dataset.quads]


def test_a_single_file_is_a_dataset_too(tmp_path: Path) -> None:
    (tmp_path / "one.ttl").write_text("<http://e/a> <http://e/p> 1 .")
    assert len(Dataset.load(tmp_path / "one.ttl").quads) == 1


def test_every_syntax_error_of_every_file_is_collected(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/p> .")
    (tmp_path / "b.ttl").write_text("<http://e/a> <http://e/p> 1 .")
    (tmp_path / "c.ttl").write_text("@prefix : <http://e/> .\n:a :b c:d .")
    dataset = Dataset.load(tmp_path)
    assert sorted(Path(str(fault.members["file"])).name for fault in dataset.faults) == [
        "a.ttl",
        "c.ttl",
    ]
    assert len(dataset.quads) == 1
