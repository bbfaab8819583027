"""What the shapes of SHACL let pass and an engine stops at, or checks nothing by.

https://www.w3.org/TR/shacl/
"""

from collections.abc import Iterator
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.shapes import Shapes

__all__ = ["Demand", "demands"]

_SH, _XSD = PREFIXES["sh"], PREFIXES["xsd"]
_TYPE, _NODE_SHAPE = NamedNode(PREFIXES["rdf"] + "type"), NamedNode(_SH + "NodeShape")
_LIMITS = (
    ("minCount", "maxCount"),
    ("minLength", "maxLength"),
    ("qualifiedMinCount", "qualifiedMaxCount"),
    ("minInclusive", "maxInclusive"),
    ("minInclusive", "maxExclusive"),
    ("minExclusive", "maxInclusive"),
    ("minExclusive", "maxExclusive"),
)
_COUNTS = frozenset(name for pair in _LIMITS[:3] for name in pair)
_NUMBERS = frozenset(
    _XSD + name for name in ("integer", "decimal", "double", "float", "int", "long")
)


class Demand(NamedTuple):
    """What is wrong with a shape, by which rule, at which triple; ``barred`` stops an engine."""

    rule: str
    place: int
    reason: Text
    barred: Triple | None = None


def demands(known: Shapes) -> Iterator[Demand]:
    """What is wrong with the shapes."""
    for index, triple in enumerate(known.triples):
        shape = triple.subject
        if isinstance(shape, Triple):
            continue
        name = triple.predicate.value.removeprefix(_SH)
        if name == "qualifiedValueShape" and not (
            known.values(shape, "qualifiedMinCount") or known.values(shape, "qualifiedMaxCount")
        ):
            yield Demand("shacl/shapes", index, _UNCOUNTED, triple)
        elif name == "path" and _NODE_SHAPE in known.types(shape):
            yield Demand("shacl/shapes", index, _PATH_OF_NODE, Triple(shape, _TYPE, _NODE_SHAPE))
        elif name in _COUNTS and (number := _number(known, shape, name)) is not None and number < 0:
            yield Demand("shacl/shapes", index, _negative(name), triple)
        else:
            for least, most in _LIMITS:
                if name == least and (limit := _exceeded(known, shape, least, most)):
                    yield Demand("shacl/contradiction", index, limit)


def _negative(name: str) -> Text:
    return Text(
        f"sh:{name} is a number from 0 on: write one.",
        f"sh:{name} is een getal vanaf 0: schrijf er een.",
    )


_UNCOUNTED = Text(
    "sh:qualifiedValueShape checks nothing without sh:qualifiedMinCount or sh:qualifiedMaxCount: add one.",
    "sh:qualifiedValueShape controleert niets zonder sh:qualifiedMinCount of sh:qualifiedMaxCount: voeg"
    " er een toe.",
)
_PATH_OF_NODE = Text(
    "A shape with sh:path is a property shape: write sh:PropertyShape in place of sh:NodeShape.",
    "Een vorm met sh:path is een eigenschapsvorm: schrijf sh:PropertyShape in plaats van sh:NodeShape.",
)


def _exceeded(known: Shapes, shape: NamedNode | BlankNode, least: str, most: str) -> Text | None:
    """Why nothing can meet both limits, if so."""
    low, high = _number(known, shape, least), _number(known, shape, most)
    if low is None or high is None or low < high:
        return None
    if low == high and "Exclusive" not in least + most:
        return None
    return Text(
        f"Nothing can meet this: sh:{least} is {low:g} and sh:{most} {high:g}.",
        f"Hieraan kan niets voldoen: sh:{least} is {low:g} en sh:{most} {high:g}.",
    )


def _number(known: Shapes, shape: NamedNode | BlankNode, name: str) -> float | None:
    found = [
        value
        for value in known.values(shape, name)
        if isinstance(value, Literal) and value.datatype.value in _NUMBERS
    ]
    try:
        return float(found[0].value) if len(found) == 1 else None
    except ValueError:
        return None
