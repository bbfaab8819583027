"""How far a shape reads: what is different further away changes none of its results."""

import random
from collections import defaultdict

import pytest
from pyoxigraph import NamedNode, Triple
from test_shacl import PREFIXES, SHAPES, data, triples

from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.reach import Reach, reach_of
from stadsgraaf.validation.shacl import validate_data
from stadsgraaf.validation.trails import Around, TooMany, trails_of

SHAPE = NamedNode("http://e/S")


def about(shapes: list[Triple]) -> dict[Term, list[tuple[str, Term]]]:
    found: dict[Term, list[tuple[str, Term]]] = defaultdict(list)
    for triple in shapes:
        assert not isinstance(triple.subject, Triple)
        assert not isinstance(triple.object, Triple)
        found[triple.subject].append((triple.predicate.value, triple.object))
    return found


def reach(said: str) -> Reach | None:
    return reach_of(SHAPE, about(triples(f"{PREFIXES} ex:S {said} .")))


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ("sh:targetClass ex:A", 0),
        ("sh:closed true", 0),
        ("sh:property [ sh:path ex:p ; sh:minCount 1 ]", 0),
        ("sh:path ex:p ; sh:equals ex:q", 0),
        ("sh:path ex:p ; sh:lessThan ex:q", None),
        ("sh:property [ sh:path ex:p ; sh:class ex:A ]", 1),
        ("sh:property [ sh:path ex:p ; sh:closed true ]", 1),
        ("sh:property [ sh:path ( ex:p ex:q ) ; sh:minCount 1 ]", 1),
        ("sh:property [ sh:path ( ex:p [ sh:inversePath ex:q ] ex:r ) ; sh:class ex:A ]", 3),
        (
            "sh:property [ sh:path [ sh:alternativePath ( ex:p ( ex:q ex:r ) ) ] ; sh:maxCount 1 ]",
            1,
        ),
        (
            "sh:or ( [ sh:property [ sh:path ex:p ; sh:node [ sh:class ex:A ] ] ] [ sh:class ex:B ] )",
            1,
        ),
        (
            "sh:property [ sh:path ex:p ; sh:qualifiedValueShape [ sh:path ex:q ; sh:class ex:A ] ]",
            2,
        ),
        ("sh:property [ sh:path [ sh:zeroOrMorePath ex:p ] ; sh:class ex:A ]", None),
        ('sh:sparql [ sh:select "SELECT $this { $this ?p ?o }" ]', 0),
        (
            'sh:property [ sh:path ex:p ; sh:sparql [ sh:select "SELECT $this { $this ?p ?o }" ] ]',
            None,
        ),
        ("sh:property [ sh:path ex:p ; sh:node ex:S ]", None),
    ],
)
def test_the_steps_of_a_shape(said: str, steps: int | None) -> None:
    found = reach(said)
    assert (found.steps if found else None) == steps


def queries_of(shape: Term, said: dict[Term, list[tuple[str, Term]]]) -> list[str]:
    asked = [thing for name, thing in said[shape] if name.endswith("#sparql")]
    return [
        getattr(thing, "value", "")
        for constraint in asked
        for name, thing in said[constraint]
        if name.endswith("#select")
    ]


@pytest.mark.parametrize("seed", range(30))
def test_what_a_change_does_not_reach_keeps_its_results(seed: int) -> None:
    chance = random.Random(seed)
    before = triples(data(seed))
    others = [t for t in triples(data(seed + 100)) if t not in before]
    gone, come = chance.sample(before, 2), chance.sample(others, 2)
    after = [t for t in before if t not in gone] + come
    delta = set(before) ^ set(after)
    if any(t.predicate.value.endswith("subClassOf") for t in delta):
        pytest.skip("what is below what is another matter")
    shapes = triples(SHAPES)
    said = about(shapes)
    targeted = {t.subject for t in shapes if "#target" in t.predicate.value}
    compared = 0
    for shape in sorted(targeted, key=str):
        assert not isinstance(shape, Triple)
        found = reach_of(shape, said)
        if found is None:
            continue
        others = [t for t in shapes if t.subject == shape or "#target" not in t.predicate.value]
        asked = [trails_of(query, {"ex": "http://e/"}) for query in queries_of(shape, said)]
        if None in asked:
            continue
        trails = [*found.trails, *(trail for trails in asked for trail in trails or ())]
        try:
            nodes = Around(before, after).nodes(trails, delta, 1_000)
        except TooMany:
            continue
        one, other = (set(validate_data(given, others).results) for given in (before, after))
        assert {result.focus for result in one ^ other} <= nodes
        compared += len(one | other)
    assert compared > 10
