"""Which shapes an engine fails on, so that the others still judge the data.

An engine stops at the first shape that it cannot use and says nothing of the others. The shapes
with targets are halved until those are left alone at which it stops.
"""

from collections.abc import Callable, Sequence

from rdflib import RDF, RDFS, SH, Graph
from rdflib.term import Node

from stadsgraaf.validation.batching import TARGETS
from stadsgraaf.validation.bridge import term
from stadsgraaf.validation.results import Outcome

__all__ = ["judged_apart"]

#: What leads to things that a shape names, and that are no part of it.
_NAMED = frozenset({RDF.type, RDFS.subClassOf, SH["class"], *TARGETS})


def judged_apart(shapes: Graph, judge: Callable[[Graph], Outcome]) -> Outcome:
    """What the shapes find that the engine can use, with a fault for each of the others."""
    roots = sorted({node for target in TARGETS for node in shapes.subjects(target, None)}, key=str)
    roots += sorted(set(shapes.subjects(RDF.type, RDFS.Class)) - set(roots), key=str)
    return _judged(shapes, roots, judge)


def _judged(shapes: Graph, roots: Sequence[Node], judge: Callable[[Graph], Outcome]) -> Outcome:
    if not roots:
        return Outcome()
    outcome = judge(_only(shapes, roots))
    if not outcome.faults:
        return outcome
    if len(roots) == 1:
        (_, reason), *_ = outcome.faults
        return Outcome(faults=[(str(term(roots[0])), reason)])
    middle = len(roots) // 2
    one, other = (_judged(shapes, half, judge) for half in (roots[:middle], roots[middle:]))
    return one.joined(other)


def _only(shapes: Graph, roots: Sequence[Node]) -> Graph:
    """These shapes with all that they consist of, and what any shape may use."""
    common = set(shapes.subjects(RDF.type, SH.ConstraintComponent))
    common |= set(shapes.subjects(SH.declare, None)) | set(
        shapes.subjects(RDF.type, SH.SPARQLFunction)
    )
    made = Graph(bind_namespaces="none")
    todo, seen = [*roots, *common], set[Node]()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        for predicate, thing in shapes.predicate_objects(node):
            if node in roots or predicate not in TARGETS:
                made.add((node, predicate, thing))
            if predicate not in _NAMED:
                todo.append(thing)
    return made
