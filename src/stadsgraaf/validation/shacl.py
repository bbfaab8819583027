"""SHACL: shapes against the shapes of SHACL itself, then the data against the shapes.

https://www.w3.org/TR/shacl/

pySHACL is the reference. What it is asked is arranged so that it gives the same results sooner:
property shapes judge all their focus nodes at once (``batching``), and queries run once for all
focus nodes where that gives the same (``setbased``).
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files

import pyshacl
import rdflib
from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple
from pyshacl.errors import ShapeRecursionWarning
from rdflib import SH, BNode, URIRef
from rdflib.term import Node

from stadsgraaf.validation import bridge, setbased
from stadsgraaf.validation.batching import TARGETS, batch
from stadsgraaf.validation.results import Result, read_report

__all__ = ["ENGINES", "Outcome", "check_shapes", "store_of", "validate_data"]

Progress = Callable[[str], None]


@dataclass
class Outcome:
    """What an engine said. ``faults`` are shapes that it cannot use: the shape, and why."""

    results: list[Result] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


def check_shapes(shapes: Sequence[Triple]) -> list[Result]:
    """What the shapes of SHACL itself say of the shapes."""
    given = bridge.graph(shapes)
    source = files("pyshacl").joinpath("assets", "shacl-shacl.ttl").read_text(encoding="utf-8")
    rules = batch(rdflib.Graph(bind_namespaces="none").parse(data=source, format="turtle"))
    _spare_plain_paths(rules.shapes, given)
    return _pyshacl(given, rules.shapes, rules.stands_for).results


def _spare_plain_paths(rules: rdflib.Graph, given: rdflib.Graph) -> None:
    """Let only paths that are no IRI be judged as paths: an IRI always is one, at some cost."""
    complex_paths = {
        s for s, path in given.subject_objects(SH.path) if not isinstance(path, URIRef)
    }
    for rule in list(rules.subjects(SH.path, SH.path)):
        alternatives = list(rules.objects(rule, SH["or"]))
        if not alternatives or not any((rule, target, None) in rules for target in TARGETS):
            continue
        rules.remove((rule, SH["or"], None))
        narrow = BNode()
        rules.add((narrow, SH.path, SH.path))
        for alternative in alternatives:
            rules.add((narrow, SH["or"], alternative))
        for shape in complex_paths:
            rules.add((narrow, SH.targetNode, shape))


def validate_data(
    triples: Sequence[Triple], shapes: Sequence[Triple], engine: str = "pyshacl"
) -> Outcome:
    """Validate the data with one of ``ENGINES``.

    Raises KeyError for an engine that is not there, ImportError for one that is not installed.
    """
    return ENGINES[engine](triples, shapes)


def _fast(triples: Sequence[Triple], shapes: Sequence[Triple]) -> Outcome:
    """pySHACL, with its work arranged."""
    given, data = bridge.graph(shapes), bridge.graph(triples)
    outcome = _queries_once(triples, given)
    for shape, constraint in setbased.alone(given):
        single = _pyshacl(data, setbased.isolated(given, shape, constraint), {})
        name = str(bridge.term(constraint))
        outcome.results += single.results
        outcome.faults += [(name, reason) for _, reason in single.faults]
        given.remove((shape, SH.sparql, constraint))
    batched = batch(given)
    core = _pyshacl(data, batched.shapes, batched.stands_for)
    outcome.results += core.results
    outcome.faults += core.faults
    return outcome


def _queries_once(triples: Sequence[Triple], shapes: rdflib.Graph) -> Outcome:
    """Run the constraints that can run once, and take them out of the shapes."""
    store, outcome = store_of(triples), Outcome()
    for constraint in setbased.plan(shapes, store, setbased.altered_predicates(triples)):
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
    with warnings.catch_warnings(), bridge.quiet():
        # a recursive shape is undefined in SHACL; pySHACL leaves it out and warns
        warnings.simplefilter("ignore", ShapeRecursionWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            _, report, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
        except Exception as error:  # noqa: BLE001 – rdflib fails in many ways on a valid query
            return Outcome(faults=[("", f"{type(error).__name__}: {error}")])
    if not isinstance(report, rdflib.Graph):
        return Outcome(faults=[("", str(text))])
    results = list(dict.fromkeys(read_report(report)))
    names = {bridge.term(new): bridge.term(old) for new, old in stands_for.items()}
    return Outcome([_named(result, names) for result in results])


def _named(result: Result, names: dict[bridge.Term, bridge.Term]) -> Result:
    original = names.get(result.shape)
    if isinstance(original, NamedNode | BlankNode):
        return replace(result, shape=original)
    return result


ENGINES: dict[str, Callable[[Sequence[Triple], Sequence[Triple]], Outcome]] = {
    "pyshacl": _fast,
    "pyshacl-plain": _plain,
}
