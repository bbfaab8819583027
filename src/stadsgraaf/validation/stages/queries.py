"""Every query parses, and names only what is declared; those inside shapes too."""

import codecs
import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Store, Triple

from stadsgraaf.dataset import Document
from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES, shorten
from stadsgraaf.store.lexer import Token
from stadsgraaf.turtle.scan import Lines, token_end
from stadsgraaf.validation import asking, sparql
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import NO_TEXT, Finding, Span
from stadsgraaf.validation.shapes import Shapes
from stadsgraaf.validation.stages.subject import Subject, unknown_message
from stadsgraaf.validation.terms import Kind, Unknown, namespace_of

__all__ = ["broken_queries", "queries"]

_SH = PREFIXES["sh"]


def queries(subject: Subject) -> Iterator[Finding]:
    """Every query parses, and names only what is declared; those inside shapes too."""
    if subject.scope is not None and not subject.scope.queries:
        return
    for path in subject.query_files:
        content, start = path.read_bytes(), Span(subject.path_of(path), 1, 1, 1, 1)
        if content.startswith(codecs.BOM_UTF8):
            found = rule("syntax/byte-order-mark")
            yield found.finding(span=start, message=found.mend)
        content = content.removeprefix(codecs.BOM_UTF8)
        if reason := _no_text(content):
            yield _broken_query(start, reason, "", "")
            continue
        text = content.decode("utf-8", "replace")
        yield from _check_query(subject, subject.path_of(path), text)
    yield from _queries_in_shapes(subject)


def _no_text(content: bytes) -> Text | None:
    """Why these bytes are no query, whatever they say."""
    try:
        if "\0" not in content.decode():
            return None
    except UnicodeDecodeError:
        pass
    return Text("The file is not UTF-8: save it so.", "Het bestand is geen UTF-8: bewaar het zo.")


def _check_query(subject: Subject, file: str, text: str) -> Iterator[Finding]:
    lines = Lines(text)
    reason = sparql.too_complex(text)
    if reason is not None:
        yield _too_complex(file, text, reason)
        return
    if file.endswith(".ru"):
        yield from _check_update(file, text)
        return
    try:
        Store().query(text)
    except SyntaxError as error:
        yield _query_syntax(file, text, *_gave_up(error, lines))
        return
    except RuntimeError:
        pass  # a function of others: that is no fault of syntax
    yield from _in_vain(subject, file, text)
    words = sparql.tokens(text)
    seen: set[str] = set()
    for iri, word in sparql.mentioned(words, sparql.prefixes_of(words)):
        unknown = subject.vocabulary.unknown(iri, Kind.PREDICATE)
        if unknown is None or iri in seen:
            continue
        seen.add(iri)
        line, column = lines.at(word.start)
        span = Span(file, line, column, line, column + len(word.text))
        yield _query_name(subject, span, unknown, text.split("\n")[line - 1])


def _too_complex(file: str, text: str, reason: Text) -> Finding:
    found = rule("query/too-complex")
    return found.finding(
        span=Span(file, 1, 1, 1, 1),
        message=reason,
        excerpt=text.split("\n", 1)[0],
    )


def _query_name(subject: Subject, span: Span, unknown: Unknown, excerpt: str) -> Finding:
    found = rule("query/undeclared")
    name = shorten(unknown.iri, subject.prefixes)
    return found.finding(
        span=span,
        message=unknown_message(subject, name, unknown),
        value=f"<{unknown.iri}>",
        excerpt=excerpt,
        meant=unknown.near,
    )


#: Variables that SHACL binds, https://www.w3.org/TR/shacl/#pre-binding-of-variables
_PREBOUND = frozenset({"this", "PATH", "shapesGraph", "currentShape"})
_QUERY_ERROR = re.compile(r"(?:error )?at (?:line )?(\d+)(?::| column )(\d+):? ?(.*)", re.DOTALL)


def _check_update(file: str, text: str) -> Iterator[Finding]:
    """An update is read and never done, https://www.w3.org/TR/sparql11-update/ ."""
    # their import takes as long as all of ours, and hardly anybody has updates
    from pyparsing import ParseException  # noqa: PLC0415 – as said
    from rdflib.plugins.sparql.algebra import translateUpdate  # noqa: PLC0415 – as said
    from rdflib.plugins.sparql.parser import parseUpdate  # noqa: PLC0415 – as said

    try:
        translateUpdate(parseUpdate(text))
    except ParseException as error:
        yield _query_syntax(file, text, str(error), error.loc, update=True)
    except Exception as error:  # noqa: BLE001 – rdflib raises a plain one for a prefix
        yield _query_syntax(file, text, str(error), 0, update=True)


def _query_syntax(file: str, text: str, message: str, at: int, *, update: bool = False) -> Finding:
    lines = Lines(text)
    declared = sparql.prefixes_of(sparql.tokens(text))
    fault = asking.explain(text, message, at, declared, update=update)
    (line, column), (end_line, end_column) = lines.at(fault.start), lines.at(fault.end)
    excerpt = text.split("\n")[line - 1]
    span = Span(file, line, column, end_line, end_column)
    return _broken_query(span, fault.reason, message, excerpt)


def _broken_query(span: Span, reason: Text, message: str, excerpt: str) -> Finding:
    found = rule("query/syntax")
    return found.finding(
        span=span,
        message=reason,
        engine=message,
        excerpt=excerpt,
    )


def _gave_up(error: SyntaxError, lines: Lines) -> tuple[str, int]:
    """What the parser says, and the offset at which it gave up."""
    message = str(error.msg or error)
    place = _QUERY_ERROR.search(message)
    line = error.lineno or (int(place[1]) if place else 1)
    column = error.offset or (int(place[2]) if place else 1)
    return message, lines.offset(line, column)


def _in_vain(subject: Subject, file: str, text: str) -> Iterator[Finding]:
    """Variables that are never bound, and names that the data do not use but nearly."""
    lines, words = Lines(text), sparql.tokens(text)
    for word in asking.unbound(text):
        yield _of_word("query/unbound", Span(file, *_place(lines, word)), word, text, _UNBOUND)
    prefixes = sparql.prefixes_of(words)
    seen: set[str] = set()
    for iri, word in sparql.mentioned(words, prefixes):
        told = iri in seen or subject.vocabulary.unknown(iri, Kind.PREDICATE) is not None
        near = "" if told else subject.nearly_used(iri)
        seen.add(iri)
        space = namespace_of(iri)
        if near and namespace_of(near) != space:
            near = "" if space in seen else near
            seen.add(space)
        if near:
            name = shorten(near, {**subject.prefixes, **prefixes})
            mend = Text(f" Did you mean {name}?", f" Bedoelde u {name}?")
            span = Span(file, *_place(lines, word))
            yield replace(
                _of_word("query/unused-name", span, word, text, _UNUSED, mend), value=f"<{iri}>"
            )


def _place(lines: Lines, word: Token) -> tuple[int, int, int, int]:
    line, column = lines.at(word.start)
    return line, column, line, column + len(word.text)


_UNBOUND = Text(
    "{0} is asked for and stands nowhere else in the query.",
    "Om {0} wordt gevraagd en zij staat verder nergens in de query.",
)
_UNUSED = Text("The data do not use {0}.", "De data gebruiken {0} niet.")


def _of_word(
    name: str,
    span: Span,
    word: Token,
    text: str,
    said: Text,
    mend: Text = NO_TEXT,
) -> Finding:
    found = rule(name)
    return found.finding(
        span=span,
        message=Text(said.en.format(word.text) + mend.en, said.nl.format(word.text) + mend.nl),
        value=word.text,
        excerpt=text.split("\n")[span.line - 1],
    )


def _queries_in_shapes(subject: Subject) -> Iterator[Finding]:
    """Names in ``sh:select`` and ``sh:ask``, and variables that are never bound.

    Whether they are SPARQL is told with the shapes, which are not asked else.
    """
    for document in subject.shape_documents:
        for index, triple in enumerate(document.turtle.triples):
            if triple.predicate.value in {f"{_SH}select", f"{_SH}ask"}:
                yield from _check_shape_query(subject, subject.shapes, document, index)


def broken_queries(
    subject: Subject, constraints: Collection[object]
) -> Iterator[tuple[Term, Finding]]:
    """Those of the ``constraints`` with a query that is no SPARQL, each with what is wrong."""
    for document in subject.shape_documents:
        for index, triple in enumerate(document.turtle.triples):
            asks = triple.predicate.value in {f"{_SH}select", f"{_SH}ask"}
            if not asks or not isinstance(triple.object, Literal):
                continue
            if triple.subject not in constraints:
                continue
            if isinstance(triple.subject, Triple) or sparql.too_complex(triple.object.value):
                continue
            finding = _broken_in_shape(subject.shapes, document, index, triple.subject)
            if finding is not None:
                yield triple.subject, finding


def _broken_in_shape(
    known: Shapes, document: Document, index: int, constraint: Term
) -> Finding | None:
    query = getattr(document.turtle.triples[index].object, "value", "")
    declared = known.declared_prefixes(constraint)
    header = "".join(f"PREFIX {name}: <{iri}> " for name, iri in declared.items())
    try:
        Store().query(header + query)
    except RuntimeError as error:
        return _unknown_function(known, document, index, str(error))
    except SyntaxError as error:
        message, at = _gave_up(error, Lines(header + query))
        if _other_parser_reads(header + query):
            return None
    else:
        return None
    names = declared | sparql.prefixes_of(sparql.tokens(query))
    fault = asking.explain(query, message, max(at - len(header), 0), names)
    span = _span_within(document, index, query, fault)
    line = document.turtle.line(span.line)
    return _broken_query(span, _in_shape(fault.reason), message, line)


def _span_within(document: Document, index: int, query: str, fault: asking.Fault) -> Span:
    """Where a fault of a query is in its file: all of the literal where that is not written as it is."""
    turtle = document.turtle
    start = turtle.positions.offsets(index)[2]
    inside = turtle.text[start : token_end(turtle.text, start)].find(query)
    begin, end = turtle.position(start), turtle.end(start)
    if inside >= 0:
        begin = turtle.position(start + inside + fault.start)
        end = turtle.position(start + inside + fault.end)
    return Span.between(document.path.as_posix(), begin, end)


def _in_shape(reason: Text) -> Text:
    """A reason as it is for the query of a shape, which declares its prefixes elsewhere."""
    if "PREFIX" not in reason.en:
        return reason
    return Text(
        reason.en.split(":", 2)[0] + ":” is not declared: name it in sh:prefixes (sh:declare).",
        reason.nl.split(":", 2)[0]
        + ":” is niet gedeclareerd: noem het in sh:prefixes (sh:declare).",
    )


def _unknown_function(known: Shapes, document: Document, index: int, said: str) -> Finding | None:
    """A function that no engine knows: it gives no value, so that the query finds nothing."""
    called = re.search(r"function <(.*?)>", said)
    if called is None or _FUNCTION in known.types(NamedNode(called[1])):
        return None  # those of SHACL-AF are told where they are declared
    turtle = document.turtle
    start = turtle.positions.offsets(index)[2]
    begin, end = turtle.position(start), turtle.end(start)
    return rule("shacl/engine").finding(
        span=Span.between(document.path.as_posix(), begin, end),
        message=Text(
            f"Nobody here knows the function <{called[1]}>, so the data are not checked by this query:"
            " say it without.",
            f"Niemand hier kent de functie <{called[1]}>; deze query controleert de data dus niet: zeg het"
            " zonder.",
        ),
        value=f"<{called[1]}>",
        engine=said,
        excerpt=turtle.line(begin.line),
    )


_FUNCTION = NamedNode(f"{_SH}SPARQLFunction")


def _other_parser_reads(query: str) -> bool:
    """Whether the parser of pySHACL reads a query all the same."""
    from rdflib.plugins.sparql import prepareQuery  # noqa: PLC0415 – its import takes long

    try:
        prepareQuery(query)
    except Exception:  # noqa: BLE001 – whatever it says, it does not read it
        return False
    return True


_NO_THIS = Text(
    "The query does not give $this, so nothing is found by it: write SELECT $this.",
    "De query geeft $this niet, dus er wordt niets mee gevonden: schrijf SELECT $this.",
)
#: What leads to a query that has to give the focus node.
_CONSTRAINTS = frozenset(
    f"{_SH}{name}" for name in ("sparql", "nodeValidator", "propertyValidator")
)


def _gives_no_focus(subject: Subject, triple: Triple) -> Token | None:
    """The SELECT of a constraint that does not give the focus node, if so."""
    if triple.predicate.value != f"{_SH}select" or not isinstance(triple.object, Literal):
        return None
    word = asking.gives(triple.object.value, "this")
    if word is None:
        return None
    asked = any(
        one.object == triple.subject and one.predicate.value in _CONSTRAINTS
        for one in subject.shapes.triples
    )
    return word if asked else None


class _Literal:
    """The query of a shape as it is written in its file: ``raw`` has the quotation marks and escapes."""

    def __init__(self, document: Document, index: int, query: str) -> None:
        self._document = document
        self._query = query
        self._start = document.turtle.positions.offsets(index)[2]
        text = document.turtle.text
        self.raw = text[self._start : token_end(text, self._start)]

    def span(self, offset: int, word: Token) -> Span:
        """The place of a word at an offset of ``raw``."""
        turtle, at = self._document.turtle, self._start + offset
        begin, end = turtle.position(at), turtle.position(at + len(word.text))
        return Span.between(self._document.path.as_posix(), begin, end)

    def finding(self, name: str, word: Token, said: Text) -> Finding:
        """A finding of a rule about a word of the query."""
        until = self._query[: word.start + len(word.text)]
        span = self.span(self.raw.rfind(until) + word.start, word)
        found = _of_word(name, replace(span, line=1), word, self._query, said)
        return replace(found, span=span, excerpt=self._document.turtle.line(span.line))


def _check_shape_query(
    subject: Subject, known: Shapes, document: Document, index: int
) -> Iterator[Finding]:
    triple = document.turtle.triples[index]
    if not isinstance(triple.object, Literal) or isinstance(triple.subject, Triple):
        return
    query = triple.object.value
    here = _Literal(document, index, query)
    asks_nothing = _gives_no_focus(subject, triple)
    if asks_nothing is not None:
        yield here.finding("shacl/no-this", asks_nothing, _NO_THIS)
    for word in asking.unbound(query):
        if word.text[1:] not in _PREBOUND and asks_nothing is None:
            yield here.finding("query/unbound", word, _UNBOUND)
    words = sparql.tokens(query)
    prefixes = known.declared_prefixes(triple.subject) | sparql.prefixes_of(words)
    seen: set[str] = set()
    for iri, word in sparql.mentioned(words, prefixes):
        unknown = subject.vocabulary.unknown(iri, Kind.PREDICATE)
        if unknown is None or iri in seen:
            continue
        seen.add(iri)
        span = here.span(max(here.raw.find(word.text), 0), word)
        yield _query_name(subject, span, unknown, document.turtle.line(span.line))
