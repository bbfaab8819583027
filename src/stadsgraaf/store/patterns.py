"""The triple patterns in a block of triples, one by one, as they would be written alone.

https://www.w3.org/TR/sparql11-query/#rTriplesSameSubjectPath

>>> from stadsgraaf.store.structure import read_structure
>>> query = "ASK { ?s a <x:T> ; <x:p>/<x:q> 'a'@nl , ?o . ?o <x:r> -1 }"
>>> (block,) = read_structure(query).where.elements
>>> [pattern.text for pattern in triple_patterns(query, block)]
['?s a <x:T>', "?s <x:p>/<x:q> 'a'@nl", '?s <x:p>/<x:q> ?o', '?o <x:r> -1']
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from stadsgraaf.store.lexer import Token, after_literal
from stadsgraaf.store.structure import Element

__all__ = ["Pattern", "constants", "triple_patterns"]

_OPENING: Final = {"(": ")", "[": "]", "<<": ">>", "<<(": ")>>", "{": "}"}
_SIGNS: Final = ("+", "-")
_POSTFIXES: Final = ("*", "+", "?")


@dataclass(frozen=True)
class Pattern:
    """A triple pattern; ``start`` is where its predicate, or all of it, stands in the query.

    Subject, predicate and object are as written; empty when the pattern is not as simple as that:
    then it is a sentence with brackets, whole.
    """

    text: str
    start: int
    subject: str = ""
    predicate: str = ""
    object: str = ""


def triple_patterns(query: str, element: Element) -> Iterator[Pattern]:
    """The patterns of an element of kind ``triples``, in order."""
    for sentence in _sentences(element.tokens):
        yield from _Sentence(query, sentence).patterns()


def constants(element: Element) -> Iterator[str]:
    """The IRIs and literals in an element that are no functions and no datatypes, as written.

    >>> from stadsgraaf.store.structure import read_structure
    >>> query = "ASK { FILTER(?l = 'a'@nl || x:f(?l) IN (x:b, '1'^^<x:t>, 2)) }"
    >>> list(constants(read_structure(query).where.elements[0]))
    ["'a'@nl", 'x:b', "'1'^^<x:t>", '2']
    """
    found = element.tokens
    for at, token in enumerate(found):
        after = [each.text for each in found[at + 1 : at + 3]]
        if token.kind == "string":
            yield "".join(each.text for each in found[at : after_literal(found, at)])
        elif token.kind == "number" or _is_name(token, found[at - 1], after):
            yield token.text


def _is_name(token: Token, before: Token, after: Sequence[str]) -> bool:
    """Whether it is the IRI of a thing."""
    is_iri = token.kind in ("iri", "prefixed")
    return is_iri and before.text != "^^" and after[:1] != ["("]


def _sentences(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    sentence: list[Token] = []
    depth = 0
    for token in tokens:
        depth += (token.text in _OPENING) - (token.text in _OPENING.values())
        if token.text == "." and depth == 0:
            if sentence:
                yield sentence
            sentence = []
        else:
            sentence.append(token)
    if sentence:
        yield sentence


class _Sentence:
    """One subject, and all that is said of it."""

    def __init__(self, query: str, tokens: Sequence[Token]) -> None:
        self._query = query
        self._tokens = tokens
        self._at = 0

    def patterns(self) -> list[Pattern]:
        whole = self._text(0, len(self._tokens))
        try:
            found = self._simple()
        except IndexError:
            found = []
        return found or [Pattern(whole, self._tokens[0].start)]

    def _simple(self) -> list[Pattern]:
        """The patterns; none when there are brackets that say more than a path."""
        found: list[Pattern] = []
        subject = self._term()
        while subject and self._at < len(self._tokens):
            start = self._tokens[self._at].start
            verb = self._verb()
            while True:
                term = self._term()
                if not term or (self._at < len(self._tokens) and self._sign not in (",", ";")):
                    return []
                found.append(Pattern(f"{subject} {verb} {term}", start, subject, verb, term))
                if self._at >= len(self._tokens) or self._sign == ";":
                    break
                self._at += 1
            while self._at < len(self._tokens) and self._sign == ";":
                self._at += 1
        return found

    @property
    def _sign(self) -> str:
        return self._tokens[self._at].text

    def _text(self, first: int, last: int) -> str:
        """The text of tokens, from one up to another."""
        end = self._tokens[last - 1]
        return self._query[self._tokens[first].start : end.start + len(end.text)]

    def _term(self) -> str:
        """One term as written; nothing where brackets are."""
        first = self._at
        token = self._tokens[first]
        if token.kind == "punctuation" and token.text not in _SIGNS:
            return ""
        self._at += 2 if token.kind == "punctuation" else 1
        if token.kind == "string":
            self._at = after_literal(self._tokens, first)
        return self._text(first, self._at)

    def _verb(self) -> str:
        """A predicate or a path."""
        first = self._at
        while True:
            while self._sign in ("^", "!"):
                self._at += 1
            if self._sign == "(":
                self._skip()
            else:
                self._at += 1
            if self._sign in _POSTFIXES and not self._is_signed_number():
                self._at += 1
            if self._sign not in ("/", "|"):
                return self._text(first, self._at)
            self._at += 1

    def _is_signed_number(self) -> bool:
        sign, number = self._tokens[self._at], self._tokens[self._at + 1]
        return number.kind == "number" and number.start == sign.start + 1

    def _skip(self) -> None:
        depth = 0
        while True:
            depth += (self._sign == "(") - (self._sign == ")")
            self._at += 1
            if depth == 0:
                return
