"""SHACL: shapes against the shapes of SHACL itself, then the data against the shapes.

https://www.w3.org/TR/shacl/

pySHACL is the reference. What it is asked is arranged so that it gives the same results sooner:
property shapes judge all their focus nodes at once (``batching``), and queries run once for all
focus nodes where that gives the same (``setbased``). ``turbo`` is the optional second engine;
``both`` takes the word of pySHACL and tells wherever the other one differs.
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyshacl
import pyshacl.shape
import rdflib
from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.errors import ShapeRecursionWarning
from rdflib import RDF, SH, BNode, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from stadsgraaf import turtle
from stadsgraaf.validation import bridge, setbased, turbo
from stadsgraaf.validation.batching import TARGETS, batch
from stadsgraaf.validation.results import Result, read_report
from stadsgraaf.validation.wellformed import plainly_well_formed

__all__ = [
    "ENGINES",
    "Outcome",
    "ask_pyshacl_of_shapes",
    "check_shapes",
    "store_of",
    "validate_data",
]

Progress = Callable[[str], None]


@dataclass
class Outcome:
    """What an engine said. ``faults`` are shapes that it cannot use: the shape, and why.

    ``recursions`` are what the engine says of shapes that refer to themselves.
    ``differences`` are results that one of two engines has and the other has not, each with the
    name of the engine that has it.
    """

    results: list[Result] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    recursions: list[str] = field(default_factory=list)
    differences: list[tuple[Result, str]] = field(default_factory=list)


def check_shapes(shapes: Sequence[Triple]) -> list[Result]:
    """What the shapes of SHACL itself say of the shapes.

    Raises RuntimeError when the engine fails on them.
    """
    return [] if plainly_well_formed(shapes) else ask_pyshacl_of_shapes(shapes)


def ask_pyshacl_of_shapes(shapes: Sequence[Triple]) -> list[Result]:
    """The same by pySHACL, whatever the shapes. Raises RuntimeError when it fails."""
    given = bridge.data_graph(shapes)
    rules = batch(bridge.graph(shapes_of_shapes().triples))
    _spare_iris(rules.shapes, given)
    outcome = _pyshacl(given, rules.shapes, rules.stands_for)
    if outcome.faults:
        raise RuntimeError(outcome.faults[0][1])
    return outcome.results


@cache
def shapes_of_shapes() -> turtle.TurtleDocument:
    """The shapes that SHACL gives for shapes, https://www.w3.org/TR/shacl/#shacl-shacl."""
    source = files("pyshacl").joinpath("assets", "shacl-shacl.ttl").read_text(encoding="utf-8")
    return turtle.read(Path("shacl-shacl.ttl"), text=source, blank_prefix="shsh")


def _spare_iris(rules: rdflib.Graph, given: rdflib.Graph) -> None:
    """Ask the costly questions that an IRI always passes of other nodes only.

    SHACL's own shapes say “this is well-formed, or it is an IRI” of each path and of each shape.
    """
    for rule in sorted(set(rules.subjects(SH["or"], None)), key=str):
        targets = [(t, o) for t in TARGETS for o in rules.objects(rule, t)]
        if targets and all(_passes_iris(rules, one) for one in rules.objects(rule, SH["or"])):
            _split(rules, rule, _not_only_iris(rules, rule, targets, given))


def _split(rules: rdflib.Graph, rule: Node, nodes: set[Node]) -> None:
    """Two copies of a rule: one without its alternatives, one with nothing else for some nodes.

    The rule itself stays for those that refer to it.
    """
    wide, narrow = BNode(), BNode()
    for predicate, thing in list(rules.predicate_objects(rule)):
        if predicate in TARGETS:
            rules.remove((rule, predicate, thing))
            rules.add((wide, predicate, thing))
        elif predicate == SH["or"]:
            rules.add((narrow, predicate, thing))
        else:
            rules.add((wide, predicate, thing))
            if predicate in {SH.path, RDF.type}:
                rules.add((narrow, predicate, thing))
    for node in nodes:
        rules.add((narrow, SH.targetNode, node))


def _not_only_iris(
    rules: rdflib.Graph, rule: Node, targets: list[tuple[URIRef, Node]], given: rdflib.Graph
) -> set[Node]:
    """The focus nodes of a rule that have a value which is no IRI."""
    path = rules.value(rule, SH.path)
    nodes = _targeted(given, targets)
    if path is None:
        return {node for node in nodes if not isinstance(node, URIRef)}
    return {
        node
        for node in nodes
        if any(not isinstance(value, URIRef) for value in given.objects(node, path))
    }


def _passes_iris(rules: rdflib.Graph, alternatives: Node) -> bool:
    """Whether one of the alternatives asks for an IRI and for nothing else."""
    return any(
        set(rules.predicate_objects(member)) == {(SH.nodeKind, SH.IRI)}
        for member in Collection(rules, alternatives)
    )


def _targeted(given: rdflib.Graph, targets: list[tuple[URIRef, Node]]) -> set[Node]:
    """The focus nodes of a shape of SHACL's own: its classes have no subclasses."""
    found: set[Node] = set()
    for kind, thing in targets:
        if kind == SH.targetClass:
            found.update(given.subjects(RDF.type, thing))
        elif kind == SH.targetSubjectsOf:
            found.update(s for s, _ in given.subject_objects(thing))
        elif kind == SH.targetObjectsOf:
            found.update(o for _, o in given.subject_objects(thing))
    return found


class _Looked(list[Any]):
    """A list that is looked up as a set: pySHACL asks for each predicate of each shape."""

    def __init__(self, members: Iterable[Any]) -> None:
        super().__init__(members)
        self._set = frozenset(self)

    def __contains__(self, member: object) -> bool:
        return member in self._set


def _hasten() -> None:
    """Let pySHACL find the parameters of constraints faster; it makes no other difference."""
    vars(pyshacl.shape)["CONSTRAINT_PARAMS"] = (
        _Looked(ALL_CONSTRAINT_PARAMETERS),
        CONSTRAINT_PARAMETERS_MAP,
    )


def validate_data(
    triples: Sequence[Triple], shapes: Sequence[Triple], engine: str = "pyshacl"
) -> Outcome:
    """Validate the data with one of ``ENGINES``.

    Raises KeyError for an engine that is not there, EngineMissing for one that is not installed.
    """
    return ENGINES[engine](triples, shapes)


def _fast(triples: Sequence[Triple], shapes: Sequence[Triple]) -> Outcome:
    """pySHACL, with its work arranged."""
    given, data = bridge.graph(shapes), bridge.data_graph(triples)
    outcome = _queries_once(triples, given)
    for shape, constraint in setbased.alone(given):
        single = _pyshacl(data, setbased.isolated(given, shape, constraint), {})
        name = str(bridge.term(constraint))
        outcome.results += single.results
        outcome.recursions += single.recursions
        outcome.faults += [(name, reason) for _, reason in single.faults]
        given.remove((shape, SH.sparql, constraint))
    batched = batch(given)
    core = _pyshacl(data, batched.shapes, batched.stands_for)
    outcome.results += core.results
    outcome.faults += core.faults
    outcome.recursions += core.recursions
    return outcome


def _queries_once(triples: Sequence[Triple], shapes: rdflib.Graph) -> Outcome:
    """Run the constraints that can run once, and take them out of the shapes."""
    store, outcome = store_of(triples), Outcome()
    for constraint in setbased.plan(shapes, store, setbased.Profile.of(triples)):
        try:
            outcome.results += setbased.run(constraint, store)
        except (SyntaxError, RuntimeError, ValueError) as error:
            outcome.faults.append((str(bridge.term(constraint.constraint)), str(error)))
        shapes.remove((constraint.shape, SH.sparql, constraint.constraint))
    return outcome


def store_of(triples: Iterable[Triple]) -> Store:
    """A store with these triples in its default graph."""
    store = Store()
    store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    return store


def _plain(triples: Sequence[Triple], shapes: Sequence[Triple]) -> Outcome:
    """PySHACL as it comes."""
    return _pyshacl(bridge.graph(triples), bridge.graph(shapes), {})


def _pyshacl(data: rdflib.Graph, shapes: rdflib.Graph, stands_for: dict[Node, Node]) -> Outcome:
    _hasten()
    with warnings.catch_warnings(record=True) as warned, bridge.quiet():
        warnings.simplefilter("always", ShapeRecursionWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            _, report, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
        except Exception as error:  # noqa: BLE001 – rdflib fails in many ways on a valid query
            return Outcome(faults=[("", f"{type(error).__name__}: {error}")])
    if not isinstance(report, rdflib.Graph):
        return Outcome(faults=[("", str(text))])
    results = list(dict.fromkeys(read_report(report)))
    names = {bridge.term(new): bridge.term(old) for new, old in stands_for.items()}
    # a recursive shape is undefined in SHACL; pySHACL leaves it out and warns
    recursions = [str(one.message) for one in warned if one.category is ShapeRecursionWarning]
    return Outcome([_named(result, names) for result in results], recursions=recursions)


def _named(result: Result, names: dict[bridge.Term, bridge.Term]) -> Result:
    original = names.get(result.shape)
    if isinstance(original, NamedNode | BlankNode):
        return replace(result, shape=original)
    return result


def _turbo(triples: Sequence[Triple], shapes: Sequence[Triple]) -> Outcome:
    """pyshacl-turbo, but for the queries that run once."""
    given = bridge.graph(shapes)
    outcome = _queries_once(triples, given)
    _add(outcome, turbo.validate(triples, given))
    return outcome


def _turbo_plain(triples: Sequence[Triple], shapes: Sequence[Triple]) -> Outcome:
    """pyshacl-turbo as it comes."""
    outcome = Outcome()
    _add(outcome, turbo.validate(triples, bridge.graph(shapes)))
    return outcome


def _add(outcome: Outcome, said: tuple[list[Result], list[str], str]) -> None:
    results, recursions, refusal = said
    outcome.results += results
    outcome.recursions += recursions
    if refusal:
        outcome.faults.append(("", refusal))


def _both(triples: Sequence[Triple], shapes: Sequence[Triple]) -> Outcome:
    """pySHACL, and where pyshacl-turbo as it comes says something else."""
    outcome, other = _fast(triples, shapes), _turbo_plain(triples, shapes)
    mine, others = set(outcome.results), set(other.results)
    outcome.differences += [
        (result, "pyshacl") for result in outcome.results if result not in others
    ]
    outcome.differences += [(result, "turbo") for result in other.results if result not in mine]
    if not outcome.faults:
        outcome.faults += other.faults
    return outcome


ENGINES: dict[str, Callable[[Sequence[Triple], Sequence[Triple]], Outcome]] = {
    "pyshacl": _fast,
    "turbo": _turbo,
    "both": _both,
    "pyshacl-plain": _plain,
    "turbo-plain": _turbo_plain,
}
