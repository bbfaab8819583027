"""The stages of validation, each from a dataset to findings.

Syntax, lexical forms, names, SHACL, verify rules, queries: each looks at what the one before let
through. A thing in a statement that could not be read counts as there, so that one syntax error
does not bring a hundred findings of absence.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
)

from stadsgraaf.dataset import Dataset, Document
from stadsgraaf.errors import SyntaxFault, Text
from stadsgraaf.namespaces import PREFIXES, shorten
from stadsgraaf.turtle.scan import Lines, token_end
from stadsgraaf.validation import shacl, sparql
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.catalogue import Rule, rule, rules
from stadsgraaf.validation.finding import NO_TEXT, Finding, Severity, Span
from stadsgraaf.validation.lexical import faulty, hint
from stadsgraaf.validation.places import Places
from stadsgraaf.validation.results import Result
from stadsgraaf.validation.sentences import MENDS, REASONS
from stadsgraaf.validation.shapes import Shapes, said
from stadsgraaf.validation.terms import Kind, Unknown, Vocabulary, uses

__all__ = ["STAGES", "Subject"]

_SH = PREFIXES["sh"]
_SEVERITIES = {
    _SH + "Violation": Severity.VIOLATION,
    _SH + "Warning": Severity.WARNING,
    _SH + "Info": Severity.INFO,
}
_SHAPE_KINDS = frozenset({_SH + "NodeShape", _SH + "PropertyShape"})
_SHAPE_MARKS = frozenset(
    _SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)
#: Constraints on the number of values point at the last one, which is one too many.
_TOO_MANY = frozenset({"MaxCount", "UniqueLang", "QualifiedMaxCount"})


@dataclass(frozen=True)
class Subject:
    """What is validated, with what the stages share."""

    dataset: Dataset
    engine: str = "pyshacl"
    languages: tuple[str, ...] = ("nl", "en")

    @cached_property
    def places(self) -> Places:
        """Where things stand."""
        return Places(self.dataset.documents, self.prefixes)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefixes to shorten IRIs with."""
        return dict(PREFIXES) | self.dataset.prefixes

    @cached_property
    def unread(self) -> frozenset[str]:
        """IRIs in statements that could not be read."""
        return frozenset(
            iri for document in self.dataset.documents for iri in document.turtle.unread
        )

    @property
    def is_whole(self) -> bool:
        """Whether every file could be read at least in part."""
        return not any(
            document.turtle.faults and not document.turtle.triples
            for document in self.dataset.documents
        )

    @cached_property
    def triples(self) -> list[Triple]:
        """The data graph: the union of all graphs with what rules add.

        Shapes and queries are not data: they are checked as what they are.
        """
        dataset = self.dataset
        aside = {graph.iri for graph in dataset.graphs if graph.role in {"shapes", "queries"}}
        return list(
            dict.fromkeys(
                quad.triple
                for quad in dataset.quads
                if not (isinstance(quad.graph_name, NamedNode) and quad.graph_name.value in aside)
            )
        )

    @cached_property
    def store(self) -> Store:
        """The same in a store, as its default graph."""
        return shacl.store_of(self.triples)

    @cached_property
    def shape_documents(self) -> list[Document]:
        """The files that hold shapes: those of the folder for shapes, else any with shapes."""
        documents = self.dataset.documents
        own = [document for document in documents if document.role == "shapes"]
        return own or [document for document in documents if _has_shapes(document)]

    @cached_property
    def shapes(self) -> Shapes:
        """What the shapes say."""
        return Shapes(self.shape_documents, self.prefixes)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What is declared."""
        return Vocabulary(self.dataset.quads, self.dataset.base_iri, self.unread)

    def learn_subjects(self, places: Iterable[tuple[int, int]]) -> None:
        """Let ``places`` know the subjects of these triples, by document and triple."""
        documents = self.dataset.documents
        subjects = (documents[number].turtle.triples[index].subject for number, index in places)
        self.places.learn(s for s in subjects if not isinstance(s, Triple))

    def path_of(self, path: Path) -> str:
        """A path below the root, with forward slashes."""
        root = self.dataset.root
        inside = path.is_relative_to(root) and path != root
        return (path.relative_to(root) if inside else Path(path.name)).as_posix()


def _has_shapes(document: Document) -> bool:
    return any(
        triple.predicate.value in _SHAPE_MARKS
        or (isinstance(triple.object, NamedNode) and triple.object.value in _SHAPE_KINDS)
        for triple in document.turtle.triples
    )


# --- syntax -------------------------------------------------------------------------------------


def syntax(subject: Subject) -> Iterator[Finding]:
    """Syntax errors, and files that hold nothing."""
    told: set[int] = set()
    for document in subject.dataset.documents:
        for fault in document.turtle.faults:
            told.add(id(fault))
            yield _syntax_fault(subject, fault, document)
        yield from _odd_file(document)
    for fault in subject.dataset.faults:
        if id(fault) not in told:
            yield _syntax_fault(subject, fault, None)


def _syntax_fault(subject: Subject, fault: SyntaxFault, document: Document | None) -> Finding:
    members = fault.members
    name = str(members.get("rule", "syntax")) if document else "query/syntax"
    found = rules().get(f"syntax/{name}") or rules().get(name) or rule("syntax/syntax")
    line, column = _number(members, "line"), _number(members, "column")
    span = Span(
        document.path.as_posix() if document else subject.path_of(Path(str(members["file"]))),
        line,
        column,
        _number(members, "end_line", line),
        _number(members, "end_column", column),
    )
    reason = members["reason"]
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=found.severity,
        span=span,
        message=reason if isinstance(reason, Text) else Text(str(reason), str(reason)),
        reason=found.why,
        mend=found.mend,
        engine=str(members.get("engine", "")),
        excerpt=document.turtle.line(line) if document else "",
    )


def _number(members: Mapping[str, object], name: str, default: int = 1) -> int:
    value = members.get(name)
    return value if isinstance(value, int) else default


def _odd_file(document: Document) -> Iterator[Finding]:
    turtle = document.turtle
    name = (
        "syntax/byte-order-mark"
        if turtle.marked
        else "syntax/empty-file"
        if not turtle.triples and not turtle.faults
        else ""
    )
    if name:
        found = rule(name)
        span = Span(document.path.as_posix())
        yield Finding(
            found.iri, name, found.severity, span, found.title, found.why, found.mend,
            excerpt=turtle.line(1),
        )  # fmt: skip


# --- lexical forms ------------------------------------------------------------------------------


def lexical(subject: Subject) -> Iterator[Finding]:
    """Literals that their datatype does not know, as the files have them."""
    found = [
        (number, index, literal)
        for number, document in enumerate(subject.dataset.documents)
        for index, literal in faulty(document.turtle.triples)
    ]
    subject.learn_subjects((number, index) for number, index, _ in found)
    for number, index, literal in found:
        yield _bad_literal(subject, (number, index), literal)


def _bad_literal(subject: Subject, place: tuple[int, int], literal: Literal) -> Finding:
    triple = subject.dataset.documents[place[0]].turtle.triples[place[1]]
    datatype = shorten(literal.datatype.value, subject.prefixes)
    value, mend = _cut(literal.value), hint(literal)
    return _about(
        subject,
        rule("lexical/literal"),
        subject.places.span(place, 2),
        Text(
            f"“{value}” is not a valid {datatype}. {mend.en}",
            f"“{value}” is geen geldige {datatype}. {mend.nl}",
        ),
        focus=triple.subject,
        path=str(triple.predicate),
        value=literal,
        mend=mend,
    )


def _cut(text: str, length: int = 80) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _about(
    subject: Subject,
    found: Rule,
    span: Span,
    message: Text,
    *,
    focus: Term | Triple,
    path: str = "",
    value: Term | None = None,
    mend: Text | None = None,
    severity: Severity | None = None,
) -> Finding:
    """A finding of a built-in rule about a thing."""
    places = subject.places
    thing = focus if isinstance(focus, NamedNode | BlankNode | Literal) else None
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=severity or found.severity,
        span=span,
        message=message,
        reason=found.why,
        mend=mend or found.mend,
        focus=str(focus),
        thing=places.label(thing) if thing is not None else NO_TEXT,
        curie=places.curie(thing) if thing is not None else "",
        path=path,
        value="" if value is None else str(value),
        excerpt=places.excerpt(span),
        stable_focus=places.stable(thing) if thing is not None else "",
    )


# --- names --------------------------------------------------------------------------------------


def terms(subject: Subject) -> Iterator[Finding]:
    """Names that nobody declares, each once per file."""
    verdicts: dict[tuple[str, Kind], Unknown | None] = {}
    found: dict[tuple[int, str], tuple[int, int, Unknown]] = {}
    count: Counter[tuple[int, str]] = Counter()
    for number, document in enumerate(subject.dataset.documents):
        for iri, kind, index, part in uses(document.turtle.triples):
            if (iri, kind) not in verdicts:
                verdicts[iri, kind] = subject.vocabulary.unknown(iri, kind)
            verdict = verdicts[iri, kind]
            if verdict is not None:
                found.setdefault((number, iri), (index, part, verdict))
                count[number, iri] += 1
    subject.learn_subjects((number, index) for (number, _), (index, _, _) in found.items())
    for (number, iri), (index, part, verdict) in found.items():
        yield _unknown_name(subject, (number, index, part), verdict, count[number, iri])


def _unknown_name(
    subject: Subject, place: tuple[int, int, int], unknown: Unknown, count: int
) -> Finding:
    number, index, part = place
    triple = subject.dataset.documents[number].turtle.triples[index]
    name = shorten(unknown.iri, subject.prefixes)
    message = _unknown_message(subject, name, unknown)
    if count > 1:
        message = Text(
            f"{message.en} ({count} times in this file)",
            f"{message.nl} ({count} keer in dit bestand)",
        )
    return _about(
        subject,
        rule("term/unknown" if unknown.foreign else "term/undeclared"),
        subject.places.span((number, index), part),
        message,
        focus=triple.subject,
        path=str(triple.predicate),
        value=NamedNode(unknown.iri),
    )


def _unknown_message(subject: Subject, name: str, unknown: Unknown) -> Text:
    if unknown.foreign:
        text = Text(
            f"{name} is no term of its vocabulary.", f"{name} is geen term van zijn vocabulaire."
        )
    else:
        text = Text(
            f"Nothing declares or describes {name}.", f"Niets declareert of beschrijft {name}."
        )
    if not unknown.near:
        return text
    near = shorten(unknown.near, subject.prefixes)
    return Text(f"{text.en} Did you mean {near}?", f"{text.nl} Bedoelde je {near}?")


# --- SHACL --------------------------------------------------------------------------------------


def shapes(subject: Subject) -> Iterator[Finding]:
    """The shapes against the shapes of SHACL, then the data against the shapes."""
    documents = subject.shape_documents
    if not documents:
        return
    known = subject.shapes
    ill_formed = shacl.check_shapes(known.triples)
    subject.places.learn(_all_terms(ill_formed))
    for result in ill_formed:
        yield _ill_formed(subject, known, result)
    outcome = shacl.validate_data(subject.triples, known.triples, subject.engine)
    for shape, reason in outcome.faults:
        yield _unusable(known, shape, reason)
    yield from _told(
        subject, known, [r for r in outcome.results if not _rests_on_unread(subject, r)]
    )


def _rests_on_unread(subject: Subject, result: Result) -> bool:
    named = {t.value for t in (result.focus, result.value) if isinstance(t, NamedNode)}
    return bool(named & subject.unread)


def _ill_formed(subject: Subject, known: Shapes, result: Result) -> Finding:
    found = rule("shacl/shapes")
    component = _component(result.component)
    places = subject.places
    span = places.locate(result.focus, result.path, result.value) or Span()
    texts = _texts(subject, known, result, component, places)
    reason = Text(*(REASONS.get(component, found.title)._replace()))
    filled = Text(reason.en.format(**texts), reason.nl.format(**texts))
    return _about(
        subject,
        found,
        span,
        Text(
            f"The shape {places.curie(result.focus)} is not well-formed: {filled.en}",
            f"De vorm {places.curie(result.focus)} klopt niet: {filled.nl}",
        ),
        focus=result.focus,
        path=result.path,
        value=result.value,
    )


def _unusable(known: Shapes, shape: str, reason: str) -> Finding:
    found = rule("shacl/engine")
    node = (
        NamedNode(shape[1:-1]) if shape.startswith("<") else BlankNode(shape[2:]) if shape else None
    )
    span = (known.span(node) if node is not None else None) or Span(
        known.documents[0].path.as_posix()
    )
    name = known.name(node) if node is not None else ""
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=found.severity,
        span=span,
        message=Text(
            f"The shape {name} cannot be used, so the data were not checked against it: {reason}",
            f"De vorm {name} is niet te gebruiken; de data zijn er dus niet op gecontroleerd: {reason}",
        ),
        reason=found.why,
        mend=found.mend,
        engine=reason,
        focus=shape,
        stable_focus=name,
    )


def _component(iri: str) -> str:
    return iri.removeprefix(_SH).removesuffix("ConstraintComponent")


def _terms_of(result: Result) -> list[Term]:
    return [result.focus, *([] if result.value is None else [result.value])]


def _all_terms(results: Iterable[Result]) -> Iterator[Term]:
    for result in results:
        yield from _terms_of(result)
        yield from _all_terms(result.details)


def _told(subject: Subject, known: Shapes, results: Sequence[Result]) -> Iterator[Finding]:
    subject.places.learn(_all_terms(results))
    for result in results:
        yield _shacl_finding(subject, known, result)


def _shacl_finding(subject: Subject, known: Shapes, result: Result) -> Finding:
    places, component = subject.places, _component(result.component)
    declared = known.span(result.shape)
    span = (
        places.locate(result.focus, result.path, result.value, last=component in _TOO_MANY)
        or declared
        or Span()
    )
    texts = _texts(subject, known, result, component, places)
    reason, mend = (
        Text(text.en.format(**texts), text.nl.format(**texts))
        for text in (
            REASONS.get(component, REASONS["SPARQL"]),
            MENDS.get(component, NO_TEXT),
        )
    )
    own = known.message(result.shape)
    message = said(result.messages) if component == "SPARQL" and result.messages else own
    iri, name = _shape_name(known, result, component)
    return Finding(
        rule=iri,
        name=name,
        severity=_SEVERITIES.get(result.severity, Severity.VIOLATION),
        span=span,
        message=message
        if message.en
        else Text(f"{reason.en} {mend.en}".strip(), f"{reason.nl} {mend.nl}".strip()),
        reason=reason,
        mend=mend if mend.en else message,
        engine=" ".join(m.value for m in result.messages if not own.en),
        focus=str(result.focus),
        thing=places.label(result.focus),
        curie=places.curie(result.focus),
        path=result.path,
        value="" if result.value is None else str(result.value),
        shape=result.shape.value if isinstance(result.shape, NamedNode) else "",
        component=component,
        declared=declared,
        excerpt=places.excerpt(span),
        details=tuple(_shacl_finding(subject, known, detail) for detail in result.details),
        stable_focus=places.stable(result.focus),
    )


def _texts(
    subject: Subject, known: Shapes, result: Result, component: str, places: Places
) -> dict[str, str]:
    """What the sentences on a result name."""
    value = result.value
    return {
        "focus": places.curie(result.focus),
        "value": _cut(places.curie(value)) if value is not None else places.curie(result.focus),
        "path": _short_path(result.path, subject.prefixes),
        "wanted": known.wanted(result.shape, component),
        "shape": known.name(result.shape),
    }


def _short_path(path: str, prefixes: Mapping[str, str]) -> str:
    return re.sub(r"<([^<>]*)>", lambda found: shorten(found[1], prefixes), path)


def _shape_name(known: Shapes, result: Result, component: str) -> tuple[str, str]:
    """The rule of a result: its shape, or the part of the nearest shape with an IRI."""
    owner, name = known.owner(result.shape), known.name(result.shape)
    if owner == result.shape:
        return result.shape.value, name
    path = re.split(r"[/#<>]", result.path.strip("<>()"))[-1] or "shape"
    base = owner.value if isinstance(owner, NamedNode) else "urn:stadsgraaf:shape"
    return f"{base}-{path}-{component}", f"{name}-{path}-{component}"


# --- verify rules -------------------------------------------------------------------------------


def verify(subject: Subject) -> Iterator[Finding]:
    """The rules that are queries: every solution is a finding."""
    for found in rules().values():
        if found.query:
            yield from run_check(subject, found)


def run_check(subject: Subject, found: Rule) -> Iterator[Finding]:
    """The findings of one verify rule."""
    answer = subject.store.query(found.query)
    if not isinstance(answer, QuerySolutions):
        message = f"{found.name} is not a SELECT query"
        raise TypeError(message)
    names = {variable.value for variable in answer.variables}
    rows = [{name: row[name] for name in names if row[name] is not None} for row in answer]
    rows = [row for row in rows if _is_read(subject, row)]
    subject.places.learn(
        term for row in rows for term in row.values() if not isinstance(term, Triple)
    )
    for row in rows:
        yield _check_finding(subject, found, row)


def _is_read(subject: Subject, row: Mapping[str, Term]) -> bool:
    return not any(
        isinstance(term, NamedNode) and term.value in subject.unread for term in row.values()
    )


def _check_finding(subject: Subject, found: Rule, row: Mapping[str, Term]) -> Finding:
    places, focus, value = subject.places, row["this"], row.get("value")
    path = row.get("path")
    path_text = str(path) if isinstance(path, NamedNode) else ""
    span = places.locate(focus, path_text, value) or Span()
    shown = {name: places.curie(term) for name, term in row.items()}
    message = Text(_filled(found.title.en, shown), _filled(found.title.nl, shown))
    return _about(
        subject,
        found,
        span,
        message,
        focus=focus,
        path=path_text,
        value=value,
        mend=Text(_filled(found.mend.en, shown), _filled(found.mend.nl, shown)),
    )


def _filled(text: str, shown: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: shown.get(found[1], "…"), text)


# --- queries ------------------------------------------------------------------------------------


def queries(subject: Subject) -> Iterator[Finding]:
    """Every query parses, and names only what is declared; those inside shapes too."""
    for query in (*subject.dataset.queries, *subject.dataset.rules):
        text = query.path.read_text(encoding="utf-8")
        yield from _check_query(subject, subject.path_of(query.path), text)
    yield from _queries_in_shapes(subject)


def _check_query(subject: Subject, file: str, text: str) -> Iterator[Finding]:
    lines = Lines(text)
    try:
        answer = Store().query(text)
        assert isinstance(answer, QuerySolutions | QueryBoolean | QueryTriples)  # noqa: S101 – all there is
    except SyntaxError as error:
        yield _query_syntax(file, text, lines, error)
        return
    words = sparql.tokens(text)
    seen: set[str] = set()
    for iri, word in sparql.mentioned(words, sparql.prefixes_of(words)):
        unknown = subject.vocabulary.unknown(iri, Kind.PREDICATE)
        if unknown is None or iri in seen:
            continue
        seen.add(iri)
        line, column = lines.at(word.at)
        span = Span(file, line, column, line, column + len(word.text))
        yield _query_name(subject, span, unknown, text.split("\n")[line - 1])


def _query_name(subject: Subject, span: Span, unknown: Unknown, excerpt: str) -> Finding:
    found = rule("query/undeclared")
    name = shorten(unknown.iri, subject.prefixes)
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=found.severity,
        span=span,
        message=_unknown_message(subject, name, unknown),
        reason=found.why,
        mend=found.mend,
        value=f"<{unknown.iri}>",
        excerpt=excerpt,
    )


_QUERY_ERROR = re.compile(r"(?:error )?at (?:line )?(\d+)(?::| column )(\d+):? ?(.*)", re.DOTALL)


def _query_syntax(file: str, text: str, lines: Lines, error: SyntaxError) -> Finding:
    found = rule("query/syntax")
    message = str(error.msg or error)
    place = _QUERY_ERROR.search(message)
    line = error.lineno or (int(place[1]) if place else 1)
    column = error.offset or (int(place[2]) if place else 1)
    reason = " ".join((place[3] if place else message).split())
    end = token_end(text, min(lines.offset(line, column), len(text)))
    end_line, end_column = lines.at(end)
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=found.severity,
        span=Span(file, line, column, end_line, end_column),
        message=Text(f"This is not SPARQL: {reason}.", f"Dit is geen SPARQL: {reason}."),
        reason=found.why,
        mend=found.mend,
        engine=message,
        excerpt=text.split("\n")[line - 1] if line <= len(lines.starts) else "",
    )


def _queries_in_shapes(subject: Subject) -> Iterator[Finding]:
    """Names in ``sh:select`` and ``sh:ask``; their syntax is SHACL's to judge."""
    for document in subject.shape_documents:
        for index, triple in enumerate(document.turtle.triples):
            if triple.predicate.value in {f"{_SH}select", f"{_SH}ask"}:
                yield from _check_shape_query(subject, subject.shapes, document, index)


def _check_shape_query(
    subject: Subject, known: Shapes, document: Document, index: int
) -> Iterator[Finding]:
    triple = document.turtle.triples[index]
    if not isinstance(triple.object, Literal) or isinstance(triple.subject, Triple):
        return
    words = sparql.tokens(triple.object.value)
    prefixes = known.declared_prefixes(triple.subject) | sparql.prefixes_of(words)
    start = document.turtle.positions.offsets(index)[2]
    raw = document.turtle.text[start : token_end(document.turtle.text, start)]
    seen: set[str] = set()
    for iri, word in sparql.mentioned(words, prefixes):
        unknown = subject.vocabulary.unknown(iri, Kind.PREDICATE)
        if unknown is None or iri in seen:
            continue
        seen.add(iri)
        inside = raw.find(word.text)
        at = start + max(inside, 0)
        begin, end = document.turtle.position(at), document.turtle.position(at + len(word.text))
        span = Span(document.path.as_posix(), begin.line, begin.column, end.line, end.column)
        yield _query_name(subject, span, unknown, document.turtle.line(begin.line))


#: In order. The first three look at files; the others at the dataset as a whole.
STAGES: dict[str, Callable[[Subject], Iterator[Finding]]] = {
    "syntax": syntax,
    "lexical": lexical,
    "terms": terms,
    "shacl": shapes,
    "verify": verify,
    "queries": queries,
}
