"""SHACL: shapes against the shapes of SHACL itself, then the data against the shapes.

https://www.w3.org/TR/shacl/

pySHACL is the reference. What it is asked is arranged so that it gives the same results sooner:
property shapes judge all their focus nodes at once (``batching``), and queries run once for all
focus nodes where that gives the same (``setbased``). ``turbo`` is the optional second engine;
``both`` takes the word of pySHACL and tells wherever the other one differs.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import rdflib
from pyoxigraph import Quad, Store, Triple
from rdflib import RDF, SH, BNode, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from stadsgraaf import turtle
from stadsgraaf.validation import bridge, setbased, turbo
from stadsgraaf.validation.apart import Apart
from stadsgraaf.validation.batching import TARGETS, Batched, batch
from stadsgraaf.validation.blaming import judged_apart
from stadsgraaf.validation.focusing import MOST, Focus, focused, judge_anything
from stadsgraaf.validation.results import Outcome, Result
from stadsgraaf.validation.standby import Asked, Standby
from stadsgraaf.validation.wellformed import plainly_well_formed

__all__ = [
    "ADVANCED",
    "ENGINES",
    "Begun",
    "Data",
    "Outcome",
    "ask_pyshacl_of_shapes",
    "begin",
    "check_shapes",
    "get_ready",
    "validate_data",
]

#: What pySHACL does and what queries do are two parts, worth a process each from so many triples on.
_PARTS = 2
_WORTH_A_PROCESS = 5_000


class Data:
    """The data graph, in each of the forms that engines want; each is made once.

    ``counted`` is told how many queries ran, of how many. A process on ``standby`` judges
    data that are sent to it sooner than it takes to get ready.
    """

    def __init__(
        self,
        triples: Sequence[Triple],
        counted: Callable[[int, int], None] = lambda *_: None,
        standby: Standby | None = None,
    ) -> None:
        self.triples, self.counted, self.standby = triples, counted, standby

    @cached_property
    def store(self) -> Store:
        """A store with the triples in its default graph."""
        store = Store()
        store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in self.triples)
        return store

    @cached_property
    def graph(self) -> rdflib.Graph:
        """The same for pySHACL."""
        return bridge.data_graph(self.triples)

    @cached_property
    def profile(self) -> setbased.Profile:
        """What decides which queries can run once."""
        return setbased.Profile.of(self.triples)


def check_shapes(shapes: Sequence[Triple]) -> list[Result]:
    """What the shapes of SHACL itself say of the shapes.

    Raises RuntimeError when the engine fails on them.
    """
    return [] if plainly_well_formed(shapes) else ask_pyshacl_of_shapes(shapes)


def ask_pyshacl_of_shapes(shapes: Sequence[Triple]) -> list[Result]:
    """The same by pySHACL, whatever the shapes. Raises RuntimeError when it fails."""
    given = bridge.data_graph(shapes)
    rules = batch(bridge.graph(shapes_of_shapes().triples))
    _spare_iris(rules, given)
    outcome = _pyshacl(given, rules.shapes, rules.stands_for)
    if outcome.faults:
        raise RuntimeError(outcome.faults[0][1])
    return outcome.results


@cache
def shapes_of_shapes() -> turtle.TurtleDocument:
    """The shapes that SHACL gives for shapes, https://www.w3.org/TR/shacl/#shacl-shacl."""
    source = files("pyshacl").joinpath("assets", "shacl-shacl.ttl").read_text(encoding="utf-8")
    return turtle.read(Path("shacl-shacl.ttl"), text=source, blank_prefix="shsh")


def _spare_iris(batched: Batched, given: rdflib.Graph) -> None:
    """Ask the costly questions that an IRI always passes of other nodes only.

    SHACL's own shapes say “this is well-formed, or it is an IRI” of each path and of each shape.
    """
    rules = batched.shapes
    for rule in sorted(set(rules.subjects(SH["or"], None)), key=str):
        targets = [(t, o) for t in TARGETS for o in rules.objects(rule, t)]
        if targets and all(_passes_iris(rules, one) for one in rules.objects(rule, SH["or"])):
            _split(batched, rule, _not_only_iris(rules, rule, targets, given))


def _split(batched: Batched, rule: Node, nodes: set[Node]) -> None:
    """Two copies of a rule: one without its alternatives, one with nothing else for some nodes.

    The rule itself stays for those that refer to it.
    """
    rules, wide, narrow = batched.shapes, BNode(), BNode()
    named = batched.stands_for.get(rule, rule)
    batched.stands_for |= {wide: named, narrow: named}
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


def validate_data(
    data: Data | Sequence[Triple],
    shapes: Sequence[Triple],
    engine: str = "pyshacl",
    *,
    processes: int = 1,
    focus: Focus | None = None,
) -> Outcome:
    """Validate the data with one of ``ENGINES``, in so many ``processes`` at once.

    With a ``focus`` the results of other nodes are left out.
    Raises KeyError for an engine that is not there, EngineMissing for one that is not installed.
    """
    return begin(data, shapes, engine, processes=processes, focus=focus).outcome()


class Begun:
    """A validation that goes on in a process of its own, if any, until its outcome is asked for."""

    def __init__(
        self, ended: Callable[[], Outcome], beside: Apart[Outcome] | Asked[Outcome] | None = None
    ) -> None:
        self._ended, self.beside = ended, beside

    def outcome(self) -> Outcome:
        """What the engine said; waits for it."""
        return self._ended()

    def then(self, last: Callable[[Outcome], Outcome]) -> "Begun":
        """The same with something to do at the end."""
        return Begun(lambda: last(self._ended()), self.beside)

    def stop(self) -> None:
        """End what goes on, when nobody asks for the outcome any more."""
        if self.beside is not None:
            self.beside.stop()


def begin(
    data: Data | Sequence[Triple],
    shapes: Sequence[Triple],
    engine: str = "pyshacl",
    *,
    processes: int = 1,
    focus: Focus | None = None,
    advanced: bool = False,
) -> Begun:
    """Begin what ``validate_data`` does, so that other work can be done meanwhile.

    ``advanced`` has the engine evaluate SHACL-AF too, all of it by itself.
    """
    given = data if isinstance(data, Data) else Data(data)
    if advanced:
        return ADVANCED[engine](given, shapes)
    if focus is None or len(focus.nodes) > MOST:
        return ENGINES[engine](given, shapes, processes)
    narrow = focused(shapes, given.triples, focus)
    if not judge_anything(narrow):
        return Begun(Outcome)
    return ENGINES[engine](given, narrow, processes).then(
        lambda outcome: replace(
            outcome,
            results=list(filter(focus.asks, outcome.results)),
            differences=[one for one in outcome.differences if focus.asks(one[0])],
        )
    )


def _fast(data: Data, shapes: Sequence[Triple], processes: int = 1) -> Begun:
    """pySHACL, with its work arranged."""
    if data.standby is not None and data.standby.is_free:
        asked = data.standby.ask(_all_of, data.triples, shapes)
        return Begun(asked.result, asked)
    given, others = _arranged(shapes)
    if processes < _PARTS or len(data.triples) < _WORTH_A_PROCESS:
        return Begun(lambda: _queries(data, given).joined(_rest(data, given, others)))
    beside = Apart(lambda: _rest(data, given, others))
    return _beside(beside, lambda: _queries(data, given))


def _beside(beside: Apart[Outcome], ask: Callable[[], Outcome]) -> Begun:
    """The queries at once; the rest goes on in a process of its own."""
    try:
        queries = ask()
    except BaseException:
        beside.stop()
        raise
    return Begun(lambda: queries.joined(beside.result()), beside)


def _arranged(shapes: Sequence[Triple]) -> tuple[rdflib.Graph, list[tuple[Node, Node]]]:
    """The shapes without the constraints that run for each focus node, and these."""
    given = bridge.graph(shapes)
    others = setbased.bound_to_each(given)
    for shape, constraint in others:
        given.remove((shape, SH.sparql, constraint))
    return given, others


def _all_of(triples: Sequence[Triple], shapes: Sequence[Triple]) -> Outcome:
    """What a process on standby does."""
    return _fast(Data(triples), shapes).outcome()


def _rest(data: Data, shapes: rdflib.Graph, others: Sequence[tuple[Node, Node]]) -> Outcome:
    """The same; of the ``shapes`` it takes out the queries that may run once."""
    outcome = _one_by_one(data, shapes, others)
    for shape, constraint in setbased.alone(shapes):
        shapes.remove((shape, SH.sparql, constraint))
    return outcome.joined(_core(data, shapes))


def _core(data: Data, shapes: rdflib.Graph) -> Outcome:
    """All but the queries of node shapes; a shape that pySHACL fails on is told and left out."""
    batched = batch(shapes)
    outcome = _pyshacl(data.graph, batched.shapes, batched.stands_for)
    if not outcome.faults:
        return outcome
    return judged_apart(shapes, lambda some: _pyshacl(data.graph, some, {}))


def _queries(data: Data, shapes: rdflib.Graph) -> Outcome:
    """Run the queries of node shapes: together where they can, else one by one with pySHACL."""
    outcome = _queries_once(data, shapes)
    return outcome.joined(_one_by_one(data, shapes, setbased.alone(shapes)))


def _one_by_one(
    data: Data, shapes: rdflib.Graph, constraints: Sequence[tuple[Node, Node]]
) -> Outcome:
    """Run each of the constraints with pySHACL, so that a fault of one is not that of others."""
    outcome = Outcome()
    for shape, constraint in constraints:
        single = _pyshacl(data.graph, setbased.isolated(shapes, shape, constraint), {})
        name = str(bridge.term(constraint))
        faults = [(name, reason) for _, reason in single.faults]
        outcome = outcome.joined(replace(single, faults=faults))
    return outcome


def get_ready() -> None:
    """Import what pySHACL needs, which takes longer than judging a few things."""
    from stadsgraaf.validation import reference  # noqa: PLC0415, F401 – as said


def _pyshacl(data: rdflib.Graph, shapes: rdflib.Graph, stands_for: dict[Node, Node]) -> Outcome:
    from stadsgraaf.validation import reference  # noqa: PLC0415 – its import takes long

    return reference.validate(data, shapes, stands_for)


def _queries_once(data: Data, shapes: rdflib.Graph) -> Outcome:
    """Run the constraints that can run once, and take them out of the shapes."""
    outcome = Outcome()
    planned = setbased.plan(shapes, data.store, data.profile)
    for number, constraint in enumerate(planned):
        data.counted(number, len(planned))
        try:
            outcome.results += setbased.run(constraint, data.store)
        except (SyntaxError, RuntimeError, ValueError) as error:
            outcome.faults.append((str(bridge.term(constraint.constraint)), str(error)))
        shapes.remove((constraint.shape, SH.sparql, constraint.constraint))
    return outcome


def _plain(data: Data, shapes: Sequence[Triple], _processes: int = 1) -> Begun:
    """PySHACL as it comes."""
    return Begun(lambda: _pyshacl(bridge.graph(data.triples), bridge.graph(shapes), {}))


def _turbo(data: Data, shapes: Sequence[Triple], processes: int = 1) -> Begun:
    """pyshacl-turbo, but for the queries that run once."""
    turbo.require()
    given, rest = bridge.graph(shapes), bridge.graph(shapes)
    for one in setbased.eligible(given, data.profile):
        rest.remove((one.shape, SH.sparql, one.constraint))
    if processes < _PARTS or len(data.triples) < _WORTH_A_PROCESS:
        return Begun(lambda: _queries_once(data, given).joined(_by_turbo(data.triples, rest)))
    beside = Apart(lambda: _by_turbo(data.triples, rest))
    return _beside(beside, lambda: _queries_once(data, given))


def _by_turbo(
    triples: Sequence[Triple], shapes: rdflib.Graph, *, advanced: bool = False
) -> Outcome:
    results, recursions, refusal = turbo.validate(triples, shapes, advanced=advanced)
    return Outcome(results, [("", refusal)] if refusal else [], recursions=recursions)


def _turbo_plain(data: Data, shapes: Sequence[Triple], _processes: int = 1) -> Begun:
    """pyshacl-turbo as it comes."""
    return Begun(lambda: _by_turbo(data.triples, bridge.graph(shapes)))


def _both(data: Data, shapes: Sequence[Triple], processes: int = 1) -> Begun:
    """pySHACL, and where pyshacl-turbo as it comes says something else."""
    return _fast(data, shapes, processes).then(
        lambda outcome: _compared(outcome, _turbo_plain(data, shapes).outcome())
    )


def _by_pyshacl(data: Data, shapes: Sequence[Triple]) -> Outcome:
    """PySHACL as it comes, with SHACL-AF: rules write into a graph of its own."""
    from stadsgraaf.validation import reference  # noqa: PLC0415 – its import takes long

    given, rules = bridge.graph(data.triples), bridge.graph(shapes)
    return reference.validate(given, rules, {}, advanced=True)


def _all_by_turbo(data: Data, shapes: Sequence[Triple]) -> Outcome:
    """pyshacl-turbo as it comes, with SHACL-AF."""
    return _by_turbo(data.triples, bridge.graph(shapes), advanced=True)


#: The engines with SHACL-AF, https://www.w3.org/TR/shacl-af/
ADVANCED: dict[str, Callable[[Data, Sequence[Triple]], Begun]] = {
    "pyshacl": lambda data, shapes: Begun(lambda: _by_pyshacl(data, shapes)),
    "turbo": lambda data, shapes: Begun(lambda: _all_by_turbo(data, shapes)),
    "both": lambda data, shapes: Begun(
        lambda: _compared(_by_pyshacl(data, shapes), _all_by_turbo(data, shapes))
    ),
}


def _compared(outcome: Outcome, other: Outcome) -> Outcome:
    mine, others = set(outcome.results), set(other.results)
    outcome.differences += [
        (result, "pyshacl") for result in outcome.results if result not in others
    ]
    outcome.differences += [(result, "turbo") for result in other.results if result not in mine]
    if not outcome.faults:
        outcome.faults += other.faults
    return outcome


ENGINES: dict[str, Callable[[Data, Sequence[Triple], int], Begun]] = {
    "pyshacl": _fast,
    "turbo": _turbo,
    "both": _both,
    "pyshacl-plain": _plain,
    "turbo-plain": _turbo_plain,
}
