"""What is published speaks only of terms that the vocabulary declares, also where software wrote it."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse
from reading import SG

from stadsgraaf.build import build
from stadsgraaf.dataset import Dataset
from stadsgraaf.media import RDF
from stadsgraaf.metadata import description
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.web.service_description import describe

ROOT = "https://portal.example"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OWL_PROPERTIES = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
#: The languages that declare; OWL 2 DL lets no ontology declare their terms again.
BUILT_IN = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2002/07/owl#",
)


@pytest.fixture(scope="module")
def release(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build(root, tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def service(release: Release) -> list[Triple]:
    """The endpoint as it describes itself, with another endpoint that it may ask."""
    (chosen,) = (form for form in RDF if form.name == "N-Triples")
    settings = Settings(services="there=https://there.example/sparql")
    body = describe(release, settings, f"{ROOT}/sparql", chosen)
    return [quad.triple for quad in parse(body, RdfFormat.N_TRIPLES)]


@pytest.fixture(scope="module")
def catalogue(release: Release) -> list[Triple]:
    """The dataset as it is described where it is served, with a release before this one."""
    versions = [("second", "2026-01-02T00:00:00Z"), ("first", "2026-01-01T00:00:00Z")]
    return description(release.profile, ROOT, versions)


def used(statements: Iterable[Triple | Quad]) -> tuple[set[str], set[str]]:
    """The properties and the classes that statements use."""
    properties, classes = set(), set()
    for statement in statements:
        properties.add(statement.predicate.value)
        if statement.predicate.value == TYPE and isinstance(statement.object, NamedNode):
            classes.add(statement.object.value)
    return properties, classes


@pytest.fixture(scope="module")
def vocabulary(our_dataset: Dataset) -> dict[str, set[str]]:
    """What is declared: the kinds of each term that has a label in both languages."""
    kinds: dict[str, set[str]] = {}
    languages: dict[str, set[str | None]] = {}
    for document in our_dataset.documents:
        if document.path.parent.name != "ontology":
            continue
        for triple in document.turtle.triples:
            if isinstance(triple.subject, NamedNode):
                term, value = triple.subject.value, triple.object
                if triple.predicate.value == TYPE and isinstance(value, NamedNode):
                    kinds.setdefault(term, set()).add(value.value)
                if triple.predicate.value == LABEL and isinstance(value, Literal):
                    languages.setdefault(term, set()).add(value.language)
    return {
        term: kinds.get(term, set()) for term, said in languages.items() if said >= {"nl", "en"}
    }


def undeclared(statements: Iterable[Triple | Quad], vocabulary: dict[str, set[str]]) -> set[str]:
    """The terms that have no label in both languages, or are not declared to be what they serve as."""
    properties, classes = used(statements)
    owl = BUILT_IN[-1]
    wanted = [(term, {owl + kind for kind in OWL_PROPERTIES}) for term in properties]
    wanted += [(term, {owl + "Class"}) for term in classes]
    return {
        term
        for term, kinds in wanted
        if term not in vocabulary or not (term.startswith(BUILT_IN) or kinds & vocabulary[term])
    }


def test_every_term_of_every_published_graph_is_declared(
    release: Release, vocabulary: dict[str, set[str]]
) -> None:
    quads = list(parse(path=str(release.path / "data.nq"), format=RdfFormat.N_QUADS))
    names = {quad.graph_name.value.rpartition("/")[2] for quad in quads}
    assert {"dataset", "validation", "facts", "shapes", "queries", "vocabulary"} <= names
    assert undeclared(quads, vocabulary) == set()


def test_every_term_of_the_description_of_the_dataset_is_declared(
    catalogue: list[Triple], vocabulary: dict[str, set[str]]
) -> None:
    assert "http://spdx.org/rdf/terms#checksum" in used(catalogue)[0]
    assert undeclared(catalogue, vocabulary) == set()


def test_every_term_of_the_description_of_the_endpoint_is_declared(
    service: list[Triple], vocabulary: dict[str, set[str]]
) -> None:
    assert undeclared(service, vocabulary) == set()


def test_the_limits_in_the_vocabulary_are_those_that_an_endpoint_tells(
    service: list[Triple], our_dataset: Dataset
) -> None:
    domain, limited = "http://www.w3.org/2000/01/rdf-schema#domain", "sparql-service-description#"
    declared = {
        quad.subject.value
        for quad in our_dataset.asserted
        if quad.predicate.value == domain
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, NamedNode)
        and quad.object.value.endswith(limited + "Service")
    }
    assert {term for term in used(service)[0] if term.startswith(SG)} == declared


@pytest.mark.parametrize("term", ["knows", "Claim"])
def test_a_term_that_nobody_declares_is_found(term: str, vocabulary: dict[str, set[str]]) -> None:
    """A class is no property, and a property that nobody declared is none."""
    node = NamedNode("https://thing.example/1")
    assert undeclared([Triple(node, NamedNode(SG + term), node)], vocabulary) == {SG + term}
