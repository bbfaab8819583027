"""With some focus nodes only, a shape says of these what it says of them among all."""

import random

import pytest
from pyoxigraph import BlankNode, NamedNode, Triple
from test_engines import is_known
from test_shacl import PREFIXES, SHAPES, data, triples

from stadsgraaf.validation.focusing import MOST, Focus, focused
from stadsgraaf.validation.shacl import validate_data


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("engine", ["pyshacl", "turbo", "pyshacl-plain"])
def test_the_results_are_those_of_all_that_are_asked_for(engine: str, seed: int) -> None:
    given, shapes = triples(data(seed)), triples(SHAPES)
    terms = {term for t in given for term in (t.subject, t.object) if not isinstance(term, Triple)}
    wanted = Focus(frozenset(random.Random(seed).sample(sorted(terms, key=str), 8)))
    whole = validate_data(given, shapes, engine)
    some = validate_data(given, shapes, engine, focus=wanted)
    assert some.faults == []
    expected = {result for result in whole.results if wanted.asks(result)}
    assert expected
    # what engines make of comparisons that SPARQL has no word for depends on how they are asked
    assert all(map(is_known, set(some.results) ^ expected))


def test_shapes_without_focus_nodes_go_and_what_others_share_stays() -> None:
    shapes = triples(SHAPES)
    given = triples(PREFIXES + "ex:n1 a ex:B . ex:n2 a ex:A .")
    left = {
        str(t.subject) for t in focused(shapes, given, Focus(frozenset({NamedNode("http://e/n1")})))
    }
    assert left >= {"<http://e/Referred>", "<http://e/Named-label>", "<http://e/Path>"}
    assert not left & {"<http://e/Named>", "<http://e/Named-p>", "<http://e/Sibling>"}


def test_instances_of_subclasses_are_focus_nodes() -> None:
    given = triples(
        PREFIXES + "ex:D rdfs:subClassOf ex:C . ex:E rdfs:subClassOf ex:D . ex:n1 a ex:E ."
    )
    shapes = triples(
        PREFIXES
        + "ex:C a rdfs:Class, sh:NodeShape ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
    )
    for focus, number in (
        (Focus(frozenset({NamedNode("http://e/n1")})), 1),
        (Focus(frozenset()), 0),
    ):
        assert len(validate_data(given, shapes, focus=focus).results) == number


def test_blank_nodes_are_always_judged() -> None:
    given = triples(PREFIXES + "[] a ex:A . ex:n1 a ex:A . ex:n2 a ex:A .")
    shapes = triples(
        PREFIXES
        + "ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ;"
        ' sh:sparql [ sh:select "SELECT $this { FILTER NOT EXISTS { $this <http://e/p> ?x } }" ] .'
    )
    results = validate_data(
        given, shapes, focus=Focus(frozenset({NamedNode("http://e/n1")}))
    ).results
    judged = [isinstance(result.focus, BlankNode) for result in results]
    assert sorted(judged) == [False, False, True, True]


def test_too_many_to_name_are_judged_among_all() -> None:
    given = triples(PREFIXES + "".join(f"ex:n{n} a ex:A .\n" for n in range(MOST + 2)))
    shapes = triples(
        PREFIXES + "ex:S sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
    )
    focus = Focus(frozenset(NamedNode(f"http://e/n{n}") for n in range(MOST + 1)))
    assert len(validate_data(given, shapes, focus=focus).results) == MOST + 2


def test_of_shapes_that_are_spared_the_results_of_all_are_given() -> None:
    given = triples(PREFIXES + "ex:n1 a ex:A . ex:n2 a ex:A .")
    shapes = triples(
        PREFIXES
        + "ex:S sh:targetClass ex:A ; sh:property ex:P . ex:P sh:path ex:p ; sh:minCount 1 ."
    )
    spared = frozenset({NamedNode("http://e/S"), NamedNode("http://e/P")})
    for engine in ("pyshacl", "turbo"):
        assert (
            len(validate_data(given, shapes, engine, focus=Focus(frozenset(), spared)).results) == 2
        )
