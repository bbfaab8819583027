"""What is called plainly well-formed, SHACL's own shapes accept; whatever they refuse is in doubt."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from test_shacl import PREFIXES, SHAPES, WRONG, triples

from stadsgraaf.namespaces import PREFIXES as KNOWN
from stadsgraaf.turtle import read
from stadsgraaf.validation import shacl
from stadsgraaf.validation.wellformed import plainly_well_formed

SH, XSD = KNOWN["sh"], KNOWN["xsd"]


def refused(shapes: Sequence[Triple]) -> bool:
    return bool(shacl.ask_pyshacl_of_shapes(shapes))


def mutated(shapes: Sequence[Triple], seed: int) -> list[Triple]:
    """The same shapes with one slip: another value, a value too many, a property too few."""
    chance = random.Random(seed)
    found = list(shapes)
    number = chance.randrange(len(found))
    old = found[number]
    about = [t for t in found if t.predicate.value.startswith(SH)]
    thing = chance.choice(
        [
            Literal("x"),
            Literal("1", datatype=NamedNode(XSD + "boolean")),
            Literal("one", datatype=NamedNode(XSD + "integer")),
            Literal("x", language="nl"),
            NamedNode("http://e/A"),
            NamedNode(SH + "IRI"),
            BlankNode("new"),
            chance.choice(found).object,
            chance.choice(found).subject,
        ]
    )
    kind = chance.randrange(4)
    if kind == 0:
        found[number] = Triple(old.subject, old.predicate, thing)
    elif kind == 1:
        found.append(Triple(old.subject, old.predicate, thing))
    elif kind == 2:
        found.append(Triple(old.subject, chance.choice(about).predicate, thing))
    else:
        del found[number]
    return found


def test_ordinary_shapes_are_plain(root: Path) -> None:
    assert plainly_well_formed(triples(SHAPES))
    ours = [
        triple
        for path in sorted((root / "shapes").glob("*.ttl"))
        for triple in read(path, base_iri="http://b/", blank_prefix=path.stem).triples
    ]
    assert plainly_well_formed(ours)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_shacl_refuses_is_never_plain(wrong: str) -> None:
    shapes = triples(PREFIXES + wrong)
    assert refused(shapes)
    assert not plainly_well_formed(shapes)


@pytest.mark.parametrize("seed", range(30))
def test_no_slip_that_shacl_refuses_is_plain(seed: int) -> None:
    shapes = triples(SHAPES)
    plain, told = 0, 0
    for number in range(4):
        slip = mutated(shapes, seed * 10 + number)
        if plainly_well_formed(slip):
            plain += 1
            assert not refused(slip), [str(t) for t in set(slip) - set(shapes)]
        else:
            told += 1
    assert plain + told == 4
