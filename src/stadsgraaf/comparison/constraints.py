"""Which shapes refuse what they let pass before.

SHACL, https://www.w3.org/TR/shacl/#core-components

A constraint that comes tightens, one that goes loosens. One that changes is weighed where it can
be: numbers by their size, lists by their members, classes by their subclasses; else it counts as
tighter, because some data that conformed may not any more. Shapes that only warn break nobody.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from stadsgraaf.comparison.side import Side, Term, iri_of
from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES

__all__ = ["tightened"]

_SH: Final = PREFIXES["sh"]
_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"
#: Larger is tighter, and smaller is tighter.
_LEAST: Final = frozenset(
    ("minCount", "minLength", "minInclusive", "minExclusive", "qualifiedMinCount")
)
_MOST: Final = frozenset(
    ("maxCount", "maxLength", "maxInclusive", "maxExclusive", "qualifiedMaxCount")
)
#: Lists of what is allowed: one member less is tighter.
_CHOICES: Final = frozenset(("in", "languageIn", "or", "xone"))
_PLAIN: Final = frozenset(
    (
        "datatype",
        "nodeKind",
        "class",
        "pattern",
        "flags",
        "hasValue",
        "node",
        "not",
        "and",
        "equals",
        "disjoint",
        "lessThan",
        "lessThanOrEquals",
        "uniqueLang",
        "closed",
        "sparql",
        "qualifiedValueShape",
        "qualifiedValueShapesDisjoint",
    )
)
_PARAMETERS: Final = (*sorted(_LEAST | _MOST | _CHOICES | _PLAIN),)
#: What harms nobody when it comes at these values.
_HARMLESS: Final = {"minCount": "0", "minLength": "0", "closed": "false", "uniqueLang": "false"}
_TARGETS: Final = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_KINDS: Final = {
    name: frozenset(name.replace("Or", " ").split())
    for name in (
        "IRI",
        "BlankNode",
        "Literal",
        "BlankNodeOrIRI",
        "BlankNodeOrLiteral",
        "IRIOrLiteral",
    )
}


def tightened(old: Side, new: Side) -> Iterator[tuple[str, Text]]:
    """IRIs of shapes, each with what it demands from now on."""
    for shape in sorted(new.iris):
        if not _is_shape(new, shape) or not _matters(new, shape):
            continue
        if shape not in old or not _is_shape(old, shape):
            if _is_demanded(old, new, shape):
                yield (
                    shape,
                    Text(
                        "is new, and its breach a violation",
                        "is nieuw, en schending een overtreding",
                    ),
                )
            continue
        yield from ((shape, message) for message in _compared(old, new, shape))


def _is_shape(side: Side, shape: Term | str) -> bool:
    properties = side.properties(shape)
    return any(
        _SH + name in properties for name in ("path", "property", *_TARGETS, *_PARAMETERS)
    ) or not side.types(shape).isdisjoint({_SH + "NodeShape", _SH + "PropertyShape"})


def _matters(side: Side, shape: Term | str) -> bool:
    severity = side.iri_values(shape, _SH + "severity")
    return not side.holds(shape, _SH + "deactivated") and severity <= {_SH + "Violation"}


def _is_demanded(old: Side, new: Side, shape: str) -> bool:
    """Whether a new shape is put on data that had to meet less: it has targets or is a part."""
    if any(new.values(shape, _SH + name) for name in _TARGETS):
        return True
    parents = [iri_of(parent) for parent in new.subjects(_SH + "property", shape)]
    return any(parent in old for parent in parents) and _constrains(new, shape)


def _constrains(side: Side, shape: Term | str) -> bool:
    return any(
        _is_harmful(name, value) for name in _PARAMETERS for value in side.values(shape, _SH + name)
    )


def _is_harmful(name: str, value: Term) -> bool:
    return not (isinstance(value, Literal) and value.value == _HARMLESS.get(name))


def _compared(old: Side, new: Side, shape: str) -> Iterator[Text]:
    if not _matters(old, shape):
        yield _VIOLATION_NOW
    yield from _other_path(old, new, shape)
    yield from _no_longer_allowed(old, new, shape)
    for name in _TARGETS:
        for value in new.values(shape, _SH + name):
            if value not in old.values(shape, _SH + name):
                text = new.text(value, PREFIXES)
                yield Text(f"sh:{name} {text} is new", f"sh:{name} {text} is nieuw")
    yield from _parameters(old, new, shape, shape)
    before, after = (_anonymous(side, shape) for side in (old, new))
    for path, node in after.items():
        if not _matters(new, node):
            continue
        if path not in before:
            if _constrains(new, node):
                yield Text(f"demands something of {path}", f"stelt een eis aan {path}")
        else:
            woken = (
                []
                if _matters(old, before[path]) or not _constrains(new, node)
                else [_VIOLATION_NOW]
            )
            for message in (*woken, *_parameters(old, new, before[path], node)):
                yield Text(f"{path}: {message.en}", f"{path}: {message.nl}")


_VIOLATION_NOW: Final = Text("is a violation now", "is nu een overtreding")


def _other_path(old: Side, new: Side, shape: str) -> Iterator[Text]:
    """What a property shape demands of another path than before."""
    was, now = (
        {side.text(path, PREFIXES) for path in side.values(shape, _SH + "path")}
        for side in (old, new)
    )
    if was and now and was != now and _constrains(new, shape):
        yield _message("path", sorted(was), sorted(now))


def _no_longer_allowed(old: Side, new: Side, shape: str) -> Iterator[Text]:
    """Properties that a closed shape let pass."""
    if not new.holds(shape, _SH + "closed"):
        return
    if old.holds(shape, _SH + "closed"):
        for path in sorted(_allowed(old, shape) - _allowed(new, shape)):
            yield Text(f"no longer lets {path} pass", f"laat {path} niet meer toe")


def _allowed(side: Side, shape: str) -> frozenset[str]:
    """The properties that a closed shape lets pass."""
    paths = {
        side.text(path, PREFIXES)
        for part in side.values(shape, _SH + "property")
        for path in side.values(part, _SH + "path")
    }
    lists = side.values(shape, _SH + "ignoredProperties")
    return frozenset(paths.union(*(_members(side, head) for head in lists)))


def _anonymous(side: Side, shape: str) -> Mapping[str, BlankNode]:
    """The property shapes of a shape that have no IRI, by their path."""
    found: dict[str, BlankNode] = {}
    for node in side.values(shape, _SH + "property"):
        path = side.value(node, _SH + "path")
        if isinstance(node, BlankNode) and path is not None:
            text = side.text(path, PREFIXES)
            while text in found:
                text += " (again)"
            found[text] = node
    return found


def _parameters(old: Side, new: Side, before: Term | str, after: Term | str) -> Iterator[Text]:
    for name in _PARAMETERS:
        was, now = old.values(before, _SH + name), new.values(after, _SH + name)
        texts = {old.text(value, PREFIXES) for value in was}
        fresh = [value for value in now if new.text(value, PREFIXES) not in texts]
        if not fresh:
            continue
        if was and all(_is_looser(old, new, name, was, value) for value in fresh):
            continue
        if any(_is_harmful(name, value) for value in fresh):
            yield _message(
                name, sorted(texts), sorted(new.text(value, PREFIXES) for value in fresh)
            )


def _message(name: str, was: Sequence[str], now: Sequence[str]) -> Text:
    said = f"sh:{name} is {', '.join(now)}" + (f", was {', '.join(was)}" if was else "")
    return Text(said, said)


def _is_looser(old: Side, new: Side, name: str, was: tuple[Term, ...], now: Term) -> bool:
    """Whether one new value lets pass all that the old ones did."""
    if name in _LEAST | _MOST:
        one, other = _number(was[0]), _number(now)
        if one is None or other is None:
            return False
        return other <= one if name in _LEAST else other >= one
    if name in _CHOICES:
        return _members(old, was[0]) <= _members(new, now)
    if name == "class":
        return any(iri_of(now) in new.above(iri_of(one), _SUBCLASS) for one in was)
    if name == "nodeKind":
        narrow, wide = (_KINDS.get(iri_of(v).removeprefix(_SH), frozenset()) for v in (was[0], now))
        return narrow <= wide
    return not _is_harmful(name, now)


def _number(term: Term) -> Decimal | None:
    """A number; dates and the like are not weighed."""
    if not isinstance(term, Literal):
        return None
    try:
        return Decimal(term.value)
    except InvalidOperation:
        return None


def _members(side: Side, head: Term) -> frozenset[str]:
    if isinstance(head, NamedNode | BlankNode):
        return frozenset(side.text(member, PREFIXES) for member in side.members(head) or ())
    return frozenset()
