"""What any SHACL engine reports, in one form, so that engines can be compared.

https://www.w3.org/TR/shacl/#results-validation-result
"""

from dataclasses import dataclass, field

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import RDF, SH
from rdflib.collection import Collection
from rdflib.term import Node

from stadsgraaf.validation.bridge import Term, term

__all__ = ["Outcome", "Result", "path_text", "read_report"]

_SUFFIXES = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


@dataclass(frozen=True)
class Result:
    """One validation result. ``path`` is a SPARQL property path or empty.

    ``constraint`` is the ``sh:sparql`` constraint that found it, if any; ``messages`` are those
    that the engine gives.
    """

    focus: Term
    path: str
    value: Term | None
    severity: str
    component: str
    shape: NamedNode | BlankNode
    constraint: Term | None = field(default=None, compare=False)
    messages: tuple[Literal, ...] = field(default=(), compare=False)
    details: tuple["Result", ...] = field(default=(), compare=False)


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

    def joined(self, other: "Outcome") -> "Outcome":
        """What two engines, or one on two parts of the shapes, said."""
        return Outcome(
            [*self.results, *other.results],
            [*self.faults, *other.faults],
            [*self.recursions, *other.recursions],
            [*self.differences, *other.differences],
        )


def path_text(graph: rdflib.Graph, path: Node) -> str:
    """A SHACL property path as SPARQL writes it; unlike rdflib's, the same for the same path."""
    if isinstance(path, rdflib.URIRef):
        return f"<{path}>"
    alternatives = graph.value(path, SH.alternativePath)
    if alternatives is not None:
        return "(" + "|".join(path_text(graph, one) for one in _items(graph, alternatives)) + ")"
    inverse = graph.value(path, SH.inversePath)
    if inverse is not None:
        return "^" + path_text(graph, inverse)
    for predicate, suffix in _SUFFIXES.items():
        inner = graph.value(path, predicate)
        if inner is not None:
            return path_text(graph, inner) + suffix
    return "(" + "/".join(path_text(graph, one) for one in _items(graph, path)) + ")"


def _items(graph: rdflib.Graph, head: Node) -> list[Node]:
    return list(Collection(graph, head))


def read_report(report: rdflib.Graph) -> list[Result]:
    """The results of a SHACL validation report."""
    reports = set(report.subjects(RDF.type, SH.ValidationReport))
    return [_read(report, node) for one in reports for node in report.objects(one, SH.result)]


def _read(report: rdflib.Graph, node: Node) -> Result:
    def one(predicate: rdflib.URIRef) -> Node | None:
        return report.value(node, predicate)

    def term_of(predicate: rdflib.URIRef) -> Term | None:
        found = one(predicate)
        return None if found is None else term(found)

    focus, shape, path = term_of(SH.focusNode), term_of(SH.sourceShape), one(SH.resultPath)
    if focus is None or shape is None or isinstance(shape, Literal):
        message = "a validation result without focus node or source shape"
        raise TypeError(message)
    messages = map(term, report.objects(node, SH.resultMessage))
    return Result(
        focus=focus,
        path="" if path is None else path_text(report, path),
        value=term_of(SH.value),
        severity=str(one(SH.resultSeverity)),
        component=str(one(SH.sourceConstraintComponent)),
        shape=shape,
        constraint=term_of(SH.sourceConstraint),
        messages=tuple(sorted((m for m in messages if isinstance(m, Literal)), key=str)),
        details=tuple(
            sorted((_read(report, detail) for detail in report.objects(node, SH.detail)), key=repr)
        ),
    )
