"""What a query's tokens say before the engine sees it: clear refusals, and one fact.

This is help, not safety: the engine cuts some texts into other tokens than `lexer` does. What keeps
a query from the network and from harm is the sandbox of the workers.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from stadsgraaf.errors import (
    MalformedQuery,
    QueryTooComplex,
    QueryTooDeep,
    ServiceNotAllowed,
    Text,
    UpdateNotAllowed,
)
from stadsgraaf.store.lexer import Token, position, prologue, tokens

__all__ = ["MAX_DEPTH", "MAX_OPERATORS", "MAX_TOKENS", "Profile", "check"]

#: Levels of brackets; the settings may say otherwise.
MAX_DEPTH = 64
MAX_TOKENS = 20_000
#: Operators nest in the engine's tree, although they are flat in the text.
MAX_OPERATORS = 1_000

_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
)
_PROLOGUE = frozenset(("PREFIX", "BASE", "VERSION"))
_OPERATOR_WORDS = frozenset(
    ("FILTER", "BIND", "UNION", "OPTIONAL", "MINUS", "EXISTS", "VALUES", "GRAPH", "AS")
)
_OPERATORS = frozenset(("||", "&&", "/", "|", "+", "-", "!", "^", "*"))
_OPENING = frozenset(("{", "(", "[", "<<", "<<("))
_CLOSING = frozenset(("}", ")", "]", ">>", ")>>"))
#: In a text without any of these, and with few operators, there is nothing to find.
_SUSPECT = ("service", "from", "\x00", *(word.lower() for word in _UPDATES))
#: An IRI says nothing, whatever words are in it.
_IRI = re.compile(r'<[^\x00-\x20<>"{}|^`\\]*+>')
_OPERATOR_TEXTS = (*_OPERATORS - {"||", "&&"}, "&", *(word.lower() for word in _OPERATOR_WORDS))


@dataclass(frozen=True)
class Profile:
    """What the tokens tell: whether the query names its dataset, and whether it calls SERVICE."""

    has_dataset: bool = False
    has_service: bool = False


_NOTHING = Profile()


@dataclass
class _Reading:
    """The state of one pass over the tokens."""

    query: str
    max_depth: int
    depth: int = 0
    operators: int = 0
    expects_form: bool = True
    has_dataset: bool = False
    services: bool = False
    service: Token | None = None

    def any_(self, token: Token) -> None:
        """After SERVICE comes what it calls. Raises ServiceNotAllowed where nothing may be called."""
        if self.service and not self.services and token.text.upper() != "SILENT":
            line, column = position(self.query, self.service.start)
            raise ServiceNotAllowed(service=token.text.strip("<>"), line=line, column=column)

    def word(self, token: Token) -> None:
        word = token.text.upper()
        if word == "SERVICE":
            self.service = token
        if self.expects_form and word in _UPDATES:
            raise UpdateNotAllowed(operation=word)
        self.expects_form = self.expects_form and word in _PROLOGUE
        self.has_dataset |= word == "FROM" and self.depth == 0
        self.operators += word in _OPERATOR_WORDS

    def punctuation(self, token: Token) -> None:
        if token.text in _OPENING:
            self.depth += 1
            if self.depth > self.max_depth:
                line, column = position(self.query, token.start)
                raise QueryTooDeep(limit=self.max_depth, line=line, column=column)
        elif token.text in _CLOSING:
            self.depth -= 1
        elif token.text == ";" and self.depth == 0:
            self.expects_form = True
        self.operators += token.text in _OPERATORS


def check(query: str, max_depth: int = MAX_DEPTH, *, services: bool = False) -> Profile:
    """Read the tokens once; ``services`` says whether SERVICE may be called at all.

    Raises ServiceNotAllowed, UpdateNotAllowed, QueryTooDeep, QueryTooComplex, and MalformedQuery
    for a character that no text may have.

    >>> check("SELECT * FROM <http://example.org/g> { ?s ?p ?o }").has_dataset
    True
    """
    if len(query) < MAX_TOKENS and _brackets(query) <= max_depth:
        few = len(query) <= MAX_OPERATORS or _operators(query.lower()) <= MAX_OPERATORS
        first, rest = prologue(query)
        if few and not _is_suspect(rest) and not _is_first_suspect(first):
            return _NOTHING
    if "\x00" in query:
        line, column = position(query, query.index("\x00"))
        reason = Text("U+0000 cannot stand in a query", "U+0000 kan niet in een query staan")
        raise MalformedQuery(line=line, column=column, reason=reason)
    reading = _Reading(query, max_depth, services=services)
    for number, token in enumerate(tokens(query)):
        reading.any_(token)
        if token.kind == "word":
            reading.word(token)
        elif token.kind == "punctuation":
            reading.punctuation(token)
        _check_size(number, reading.operators)
    return Profile(reading.has_dataset, reading.service is not None)


def _is_suspect(text: str) -> bool:
    return _has_suspects(text) and _has_suspects(_IRI.sub("", text))


def _has_suspects(text: str) -> bool:
    text = text.lower()
    return any(word in text for word in _SUSPECT)


#: Most queries begin with the same prefixes.
_is_first_suspect = lru_cache(maxsize=64)(_is_suspect)


def _operators(text: str) -> int:
    """At least as many as there are; what stands in IRIs and literals counts too."""
    return sum(map(text.count, _OPERATOR_TEXTS))


def _brackets(query: str) -> int:
    """At least as many as the levels that they can make."""
    return query.count("{") + query.count("(") + query.count("[") + query.count("<<")


def _check_size(number: int, operators: int) -> None:
    if number >= MAX_TOKENS:
        raise QueryTooComplex(
            reason=Text(f"more than {MAX_TOKENS} tokens", f"meer dan {MAX_TOKENS} tekens")
        )
    if operators > MAX_OPERATORS:
        raise QueryTooComplex(
            reason=Text(
                f"more than {MAX_OPERATORS} operators", f"meer dan {MAX_OPERATORS} operatoren"
            )
        )
