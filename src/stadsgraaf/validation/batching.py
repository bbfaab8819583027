"""Shapes rewritten so that pySHACL judges all focus nodes of a property shape at once.

https://www.w3.org/TR/shacl/#PropertyConstraintComponent

pySHACL follows ``sh:property`` anew for each focus node. For a node shape with targets its value
nodes are its focus nodes, and ``sh:property`` yields no result of its own; so a property shape
gives the same results when it has these targets itself. Nothing else of a shape changes; what
other shapes refer to stays as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

__all__ = ["TARGETS", "Batched", "batch", "copy_of"]

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_REFERENCES = (SH.node, SH.property, SH.qualifiedValueShape, SH["not"], RDF.first)
_CLASSES = (RDFS.Class, OWL.Class)
_PARTS = frozenset({SH.property, *TARGETS})


@dataclass
class Batched:
    """Rewritten shapes, and the shapes that stand for others in them."""

    shapes: Graph
    stands_for: dict[Node, Node] = field(default_factory=dict)


def copy_of(shapes: Graph) -> Graph:
    """Another graph with the same triples and prefixes."""
    made = Graph(bind_namespaces="none")
    made += shapes
    for prefix, namespace in shapes.namespaces():
        made.bind(prefix, namespace)
    return made


def batch(shapes: Graph) -> Batched:
    """Rewrite a copy of the shapes."""
    made = Batched(copy_of(shapes))
    referred = {thing for predicate in _REFERENCES for thing in shapes.objects(None, predicate)}
    for shape in sorted(set(shapes.subjects(SH.property, None)), key=str):
        targets = list(_targets(shapes, shape))
        if targets and _can_move(shapes, shape):
            _move(made, shape, targets, keep=shape in referred)
    return made


def _targets(shapes: Graph, shape: Node) -> Iterator[tuple[URIRef, Node]]:
    for predicate in TARGETS:
        for thing in shapes.objects(shape, predicate):
            yield predicate, thing
    kinds = set(shapes.objects(shape, RDF.type))
    if kinds.intersection(_CLASSES):
        yield SH.targetClass, shape


def _can_move(shapes: Graph, shape: Node) -> bool:
    """Not when a shape is itself a property shape, is off, or its property shapes know siblings."""
    if (shape, SH.path, None) in shapes or (shape, SH.target, None) in shapes:
        return False
    if Literal(True) in set(shapes.objects(shape, SH.deactivated)):
        return False
    return not any(
        (member, SH.qualifiedValueShapesDisjoint, None) in shapes
        or (member, SH.target, None) in shapes
        for member in shapes.objects(shape, SH.property)
    )


def _move(
    made: Batched,
    shape: Node,
    targets: list[tuple[URIRef, Node]],
    *,
    keep: bool,
) -> None:
    """Give the targets to the property shapes; ``keep`` the shape for those that refer to it."""
    shapes = made.shapes
    members = list(shapes.objects(shape, SH.property))
    remaining = shape
    if keep:
        remaining = _stand_in(made, shape, targets)
    if (remaining, SH.closed, None) in shapes:
        _ignore(shapes, remaining, members)
    for member in members:
        for predicate, thing in targets:
            shapes.add((member, predicate, thing))
        if not keep:
            shapes.remove((shape, SH.property, member))


def _stand_in(made: Batched, shape: Node, targets: list[tuple[URIRef, Node]]) -> Node:
    """A shape with the targets and the own constraints of another; the other loses its targets."""
    shapes, stand_in = made.shapes, BNode()
    made.stands_for[stand_in] = shape
    for predicate, thing in list(shapes.predicate_objects(shape)):
        if predicate in TARGETS or (predicate == RDF.type and thing in _CLASSES):
            shapes.remove((shape, predicate, thing))
        elif predicate not in _PARTS:
            shapes.add((stand_in, predicate, thing))
    shapes.add((stand_in, RDF.type, SH.NodeShape))
    for predicate, thing in targets:
        shapes.add((stand_in, predicate, thing))
    return stand_in


def _ignore(shapes: Graph, shape: Node, members: list[Node]) -> None:
    """A closed shape allows the paths of its property shapes: say so without the property shapes."""
    given = shapes.value(shape, SH.ignoredProperties)
    allowed = list(Collection(shapes, given)) if given is not None else []
    allowed += [
        path
        for member in members
        for path in shapes.objects(member, SH.path)
        if isinstance(path, URIRef)
    ]
    shapes.remove((shape, SH.ignoredProperties, None))
    # an empty list is rdf:nil; Collection would leave a node without triples
    node: Node = BNode() if allowed else RDF.nil
    if allowed:
        Collection(shapes, node, allowed)
    shapes.add((shape, SH.ignoredProperties, node))
