"""Every query parses, and names only what is declared; those inside shapes too."""

import difflib
import re
from collections.abc import Iterator

from pyoxigraph import Literal, Store, Triple

from stadsgraaf.dataset import Document
from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES, shorten
from stadsgraaf.turtle.scan import Lines, token_end
from stadsgraaf.validation import sparql
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.shapes import Shapes
from stadsgraaf.validation.stages.subject import Subject, unknown_message
from stadsgraaf.validation.terms import Kind, Unknown

__all__ = ["queries"]

_SH = PREFIXES["sh"]


def queries(subject: Subject) -> Iterator[Finding]:
    """Every query parses, and names only what is declared; those inside shapes too."""
    if subject.scope is not None and not subject.scope.queries:
        return
    for path in subject.query_files:
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from _check_query(subject, subject.path_of(path), text)
    yield from _queries_in_shapes(subject)


def _check_query(subject: Subject, file: str, text: str) -> Iterator[Finding]:
    lines = Lines(text)
    reason = sparql.too_complex(text)
    if reason is not None:
        yield _too_complex(file, text, reason)
        return
    try:
        Store().query(text)
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


def _too_complex(file: str, text: str, reason: Text) -> Finding:
    found = rule("query/too-complex")
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=found.severity,
        span=Span(file, 1, 1, 1, 1),
        message=reason,
        reason=found.why,
        mend=found.mend,
        excerpt=text.split("\n", 1)[0],
    )


def _query_name(subject: Subject, span: Span, unknown: Unknown, excerpt: str) -> Finding:
    found = rule("query/undeclared")
    name = shorten(unknown.iri, subject.prefixes)
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=found.severity,
        span=span,
        message=unknown_message(subject, name, unknown),
        reason=found.why,
        mend=found.mend,
        value=f"<{unknown.iri}>",
        excerpt=excerpt,
        meant=unknown.near,
    )


_QUERY_ERROR = re.compile(r"(?:error )?at (?:line )?(\d+)(?::| column )(\d+):? ?(.*)", re.DOTALL)


def _query_syntax(file: str, text: str, lines: Lines, error: SyntaxError) -> Finding:
    found = rule("query/syntax")
    message = str(error.msg or error)
    place = _QUERY_ERROR.search(message)
    line = error.lineno or (int(place[1]) if place else 1)
    column = error.offset or (int(place[2]) if place else 1)
    reason = " ".join((place[3] if place else message).split())
    start = min(lines.offset(line, column), len(text))
    end = token_end(text, start)
    slip, keyword = _slip(text, start)
    if slip is not None:
        start, end = slip.at, slip.at + len(slip.text)
        line, column = lines.at(start)
        reason = f"did you mean {keyword} in place of {slip.text}?"
    end_line, end_column = lines.at(end)
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=found.severity,
        span=Span(file, line, column, end_line, end_column),
        message=Text(
            f"This is not SPARQL: {reason}".rstrip("?.") + ("?" if reason.endswith("?") else "."),
            f"Dit is geen SPARQL: {reason}".rstrip("?.") + ("?" if reason.endswith("?") else "."),
        ),
        reason=found.why,
        mend=found.mend,
        engine=message,
        excerpt=text.split("\n")[line - 1] if line <= len(lines.starts) else "",
    )


def _slip(text: str, at: int) -> tuple[sparql.Token | None, str]:
    """A word at or shortly before the place of an error that is nearly a keyword, and the keyword."""
    words = [word for word in sparql.tokens(text) if word.kind == "word" and word.at <= at]
    for word in reversed(words[-2:]):
        near = difflib.get_close_matches(word.upper, _KEYWORDS, 1, 0.7)
        if near and near[0] != word.upper and word.upper != "A":
            return word, near[0]
    return None, ""


_KEYWORDS = [
    "SELECT",
    "CONSTRUCT",
    "ASK",
    "DESCRIBE",
    "WHERE",
    "PREFIX",
    "BASE",
    "FILTER",
    "OPTIONAL",
    "UNION",
    "MINUS",
    "GRAPH",
    "SERVICE",
    "BIND",
    "VALUES",
    "DISTINCT",
    "REDUCED",
    "ORDER",
    "GROUP",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "EXISTS",
    "COUNT",
]


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
