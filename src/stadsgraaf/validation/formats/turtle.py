"""The report in SHACL's own words, as Turtle, https://www.w3.org/TR/shacl/#validation-report.

A finding that no shape made has its rule as source shape and component. What conforms has no
violation, as everywhere here; the report says so in the word of SHACL 1.2 for it.
"""

import re
from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.finding import Finding, Severity
from stadsgraaf.validation.report import Report

__all__ = ["render", "triples"]

_SH, _RDF = PREFIXES["sh"], PREFIXES["rdf"]
_TYPE = NamedNode(_RDF + "type")
_SEVERITIES = {Severity.VIOLATION: "Violation", Severity.WARNING: "Warning", Severity.INFO: "Info"}
_MARKS = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}
_PATH = re.compile(r"<[^<>]*>|[()^*+?/|]")


def _sh(name: str) -> NamedNode:
    return NamedNode(_SH + name)


def render(report: Report) -> str:
    """The report as Turtle."""
    all_triples = list(triples(report))
    named = {
        term.value
        for triple in all_triples
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, NamedNode)
    }
    prefixes = {
        name: namespace
        for name, namespace in {**PREFIXES, **report.prefixes}.items()
        if any(iri.startswith(namespace) for iri in named) or name == "xsd"
    }
    content = serialize(all_triples, format=RdfFormat.TURTLE, prefixes=prefixes)
    return (content or b"").decode()


def triples(report: Report, node: NamedNode | BlankNode | None = None) -> Iterator[Triple]:
    """The report as triples; ``node`` is the report itself."""
    subject = node or BlankNode("report")
    yield Triple(subject, _TYPE, _sh("ValidationReport"))
    yield Triple(subject, _sh("conforms"), Literal(report.conforms))
    yield Triple(subject, _sh("conformanceDisallows"), _sh("Violation"))
    results = (one for finding in report.findings for one in finding.apart)
    for number, finding in enumerate(results):
        result = BlankNode(f"result{number}")
        yield Triple(subject, _sh("result"), result)
        yield from _result(result, finding)


def _result(result: BlankNode, finding: Finding) -> Iterator[Triple]:
    component = (
        _sh(f"{finding.component}ConstraintComponent")
        if finding.component
        else NamedNode(finding.rule)
    )
    yield Triple(result, _TYPE, _sh("ValidationResult"))
    yield Triple(result, _sh("resultSeverity"), _sh(_SEVERITIES[finding.severity]))
    yield Triple(result, _sh("sourceConstraintComponent"), component)
    yield Triple(result, _sh("sourceShape"), NamedNode(finding.shape or finding.rule))
    if finding.focus and not finding.focus.startswith("<<"):
        yield Triple(result, _sh("focusNode"), _term(finding.focus))
    if finding.value:
        yield Triple(result, _sh("value"), _term(finding.value))
    if finding.path:
        path = _Path(finding.path, f"{result.value}p")
        yield Triple(result, _sh("resultPath"), path.node)
        yield from path.triples
    for language, words in (("en", finding.message.en), ("nl", finding.message.nl)):
        yield Triple(result, _sh("resultMessage"), Literal(words, language=language))
    if finding.span.file:
        yield Triple(result, NamedNode(PREFIXES["dct"] + "source"), Literal(str(finding.span)))
    for number, detail in enumerate(finding.details):
        inner = BlankNode(f"{result.value}d{number}")
        yield Triple(result, _sh("detail"), inner)
        yield from _result(inner, detail)


def _term(text: str) -> NamedNode | BlankNode | Literal:
    """A term in N-Triples notation."""
    quads: list[Quad] = list(parse(f"<urn:s> <urn:p> {text} .".encode(), RdfFormat.N_TRIPLES))
    found = quads[0].object
    if isinstance(found, Triple):
        message = f"a triple term is no focus node or value: {text}"
        raise TypeError(message)
    return found


class _Path:
    """A SPARQL property path as a SHACL path."""

    def __init__(self, text: str, prefix: str) -> None:
        self.triples: list[Triple] = []
        self._words: list[str] = _PATH.findall(text)
        self._at = 0
        self._prefix = prefix
        self._count = 0
        self.node = self._alternatives()

    def _next(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _take(self) -> str:
        self._at += 1
        return self._words[self._at - 1]

    def _blank(self) -> BlankNode:
        self._count += 1
        return BlankNode(f"{self._prefix}{self._count}")

    def _several(
        self, mark: str, one: "list[NamedNode | BlankNode]"
    ) -> "list[NamedNode | BlankNode]":
        while self._next() == mark:
            self._take()
            one.append(self._sequence() if mark == "|" else self._element())
        return one

    def _alternatives(self) -> NamedNode | BlankNode:
        members = self._several("|", [self._sequence()])
        return (
            members[0] if len(members) == 1 else self._wrap("alternativePath", self._list(members))
        )

    def _sequence(self) -> NamedNode | BlankNode:
        members = self._several("/", [self._element()])
        return members[0] if len(members) == 1 else self._list(members)

    def _element(self) -> NamedNode | BlankNode:
        if self._next() == "^":
            self._take()
            return self._wrap("inversePath", self._element())
        if self._next() == "(":
            self._take()
            inner = self._alternatives()
            self._take()
        else:
            inner = NamedNode(self._take()[1:-1])
        while self._next() in _MARKS:
            inner = self._wrap(_MARKS[self._take()], inner)
        return inner

    def _wrap(self, name: str, inner: NamedNode | BlankNode) -> BlankNode:
        node = self._blank()
        self.triples.append(Triple(node, _sh(name), inner))
        return node

    def _list(self, members: "list[NamedNode | BlankNode]") -> NamedNode | BlankNode:
        rest: NamedNode | BlankNode = NamedNode(_RDF + "nil")
        for member in reversed(members):
            cell = self._blank()
            self.triples.append(Triple(cell, NamedNode(_RDF + "first"), member))
            self.triples.append(Triple(cell, NamedNode(_RDF + "rest"), rest))
            rest = cell
        return rest
