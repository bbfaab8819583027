"""Shapes for the focus nodes whose results somebody asks for.

https://www.w3.org/TR/shacl/#targets

A shape judges each of its focus nodes by itself, so with fewer of them it gives the results of
these as before. Targets become ``sh:targetNode``; what is left without focus nodes goes. Blank
nodes cannot be named there: a shape that has some among its focus nodes stays as it is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Triple

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.results import Result

__all__ = ["MOST", "Focus", "busy_shapes", "focused", "judge_anything"]

#: More focus nodes than this are not named one by one.
MOST = 1_000

_SH, _RDFS = PREFIXES["sh"], PREFIXES["rdfs"]
_TYPE = PREFIXES["rdf"] + "type"
_SUBCLASS = _RDFS + "subClassOf"
_CLASSES = frozenset({_RDFS + "Class", PREFIXES["owl"] + "Class"})
_CLASS, _NODE, _SUBJECTS, _OBJECTS = (
    _SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)
_TARGETS = frozenset({_CLASS, _NODE, _SUBJECTS, _OBJECTS})
_TARGET_NODE = NamedNode(_NODE)


@dataclass(frozen=True)
class Focus:
    """The ``nodes`` whose results are asked for; of the shapes ``spared`` those of all are.

    So are those of all ``blank`` nodes, unless one is told which of them are asked for.
    """

    nodes: frozenset[Term]
    spared: frozenset[Term] = frozenset()
    blank: bool = True

    def asks(self, result: Result) -> bool:
        """Whether a result is asked for."""
        return self.has(result.focus) or result.shape in self.spared

    def has(self, node: Term | Triple) -> bool:
        """Whether the results of a node are asked for."""
        return node in self.nodes or (self.blank and isinstance(node, BlankNode))


def focused(shapes: Sequence[Triple], data: Iterable[Triple], focus: Focus) -> list[Triple]:
    """The shapes with no other focus nodes in this data than those asked for.

    A shape whose focus nodes are told in another way than SHACL Core has keeps them all.
    """
    targets = _targets(shapes)
    found = _found(targets, data, focus)
    narrow = {
        shape: those
        for shape, those in found.items()
        if not any(isinstance(node, BlankNode) for node in those)
    }
    made = [triple for triple in shapes if not _is_target(triple, narrow)]
    for shape, those in narrow.items():
        made += [Triple(shape, _TARGET_NODE, node) for node in those]
    idle = {shape for shape, those in narrow.items() if not those}
    return list(_without_idle(made, idle, targets.keys() - idle))


def busy_shapes(shapes: Sequence[Triple], data: Iterable[Triple], focus: Focus) -> frozenset[Term]:
    """The shapes that have one of the nodes asked for among their focus nodes."""
    found = _found(_targets(shapes), data, focus)
    return frozenset(shape for shape, nodes in found.items() if nodes)


def _found(
    targets: dict[NamedNode | BlankNode, set[tuple[str, Term]]],
    data: Iterable[Triple],
    focus: Focus,
) -> dict[NamedNode | BlankNode, set[Term]]:
    """The focus nodes that are asked for, of each shape with targets that is not spared."""
    nodes = _Nodes(data, focus, targets)
    return {
        shape: {node for kind, iri in told for node in nodes.of(kind, iri)}
        for shape, told in targets.items()
        if shape not in focus.spared
    }


def judge_anything(shapes: Iterable[Triple]) -> bool:
    """Whether any of these shapes has targets, so that it may judge something."""
    return any(
        triple.predicate.value.startswith(_SH + "target")
        or (triple.predicate.value == _TYPE and getattr(triple.object, "value", "") in _CLASSES)
        for triple in shapes
    )


def _targets(
    shapes: Iterable[Triple],
) -> dict[NamedNode | BlankNode, set[tuple[str, Term]]]:
    """The targets of each shape: kind and value."""
    found: dict[NamedNode | BlankNode, set[tuple[str, Term]]] = defaultdict(set)
    classes, ours, others = set[NamedNode](), set[object](), set[object]()
    for triple in shapes:
        subject, predicate, thing = triple.subject, triple.predicate.value, triple.object
        if isinstance(subject, Triple) or isinstance(thing, Triple):
            continue
        if predicate in _TARGETS:
            found[subject].add((predicate, thing))
        elif predicate == _TYPE and getattr(thing, "value", "") in _CLASSES:
            if isinstance(subject, NamedNode):
                classes.add(subject)
        elif predicate == _SH + "target":
            others.add(subject)
        if predicate.startswith(_SH) or getattr(thing, "value", "").startswith(_SH):
            ours.add(subject)
    for shape in classes & ours:
        found[shape].add((_CLASS, shape))
    return {shape: told for shape, told in found.items() if shape not in others}


def _is_target(triple: Triple, shapes: Collection[object]) -> bool:
    if triple.subject not in shapes:
        return False
    return triple.predicate.value in _TARGETS or (
        triple.predicate.value == _TYPE and getattr(triple.object, "value", "") in _CLASSES
    )


class _Nodes:
    """The nodes that are asked for, by what makes them focus nodes; one pass over the data."""

    def __init__(
        self,
        data: Iterable[Triple],
        focus: Focus,
        targets: dict[NamedNode | BlankNode, set[tuple[str, Term]]],
    ) -> None:
        self._focus = focus
        self._found: dict[tuple[str, object], set[Term]] = defaultdict(set)
        self._below: dict[object, set[object]] = defaultdict(set)
        told = {pair for pairs in targets.values() for pair in pairs}
        subjects = {iri for kind, iri in told if kind == _SUBJECTS}
        objects = {iri for kind, iri in told if kind == _OBJECTS}
        for triple in data:
            subject, predicate, thing = triple.subject, triple.predicate, triple.object
            if predicate.value == _TYPE:
                self._add(_CLASS, thing, subject)
            elif predicate.value == _SUBCLASS:
                self._below[thing].add(subject)
            if predicate in subjects:
                self._add(_SUBJECTS, predicate, subject)
            if predicate in objects:
                self._add(_OBJECTS, predicate, thing)

    def _add(self, kind: str, by: object, node: Term | Triple) -> None:
        if not isinstance(node, Triple) and self._focus.has(node):
            self._found[kind, by].add(node)

    def of(self, kind: str, thing: Term) -> Iterator[Term]:
        """The focus nodes by one target."""
        if kind == _NODE:
            yield from {thing} if self._focus.has(thing) else ()
            return
        for one in _reached([thing], self._below) if kind == _CLASS else [thing]:
            yield from self._found.get((kind, one), ())


def _without_idle(
    shapes: Sequence[Triple], idle: Collection[object], busy: Collection[object]
) -> Iterator[Triple]:
    """The shapes without those that judge nothing and what belongs to no other."""
    parts: dict[object, set[object]] = defaultdict(set)
    for triple in shapes:
        parts[triple.subject].add(triple.object)
    gone = _reached(idle, parts)
    gone -= _reached([*busy, *(node for node in parts if node not in gone)], parts)
    return (triple for triple in shapes if triple.subject not in gone)


def _reached(start: Iterable[object], edges: dict[object, set[object]]) -> set[object]:
    """Everything that edges lead to, the start included."""
    todo, seen = list(start), set[object]()
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += edges.get(node, ())
    return seen
