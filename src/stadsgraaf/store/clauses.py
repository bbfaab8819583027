"""What a query says outside its groups: names of its prologue, and its dataset.

https://www.w3.org/TR/sparql11-query/#rPrologue, https://www.w3.org/TR/sparql11-query/#rDatasetClause

>>> read_clauses("PREFIX e: <http://e/> SELECT * FROM e:a FROM NAMED <b> { }", "http://x/y")
(['http://e/a'], ['http://x/b'])
>>> read_clauses("CONSTRUCT { ?s ?p ?o } FROM <http://e/a> WHERE { ?s ?p ?o }", None)
(['http://e/a'], [])
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, RdfFormat, parse

from stadsgraaf.store.lexer import Token, tokens

__all__ = ["Names", "read_clauses"]

_ESCAPED = re.compile(r"\\(.)")


@dataclass
class Names:
    """BASE and PREFIX, as far as they were read."""

    base: str
    prefixes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: str, base_iri: str | None) -> "Names":
        """Those of a query."""
        names = cls(base_iri or "")
        words = _head(tokens(query))
        for word in words:
            names.read(word, words)
        return names

    def read(self, word: Token, words: Iterator[Token]) -> None:
        """Take in a declaration that begins with a word; the rest of it is next."""
        if word.text.upper() == "BASE":
            self.base = _resolved(next(words).text, self.base)
        elif word.text.upper() == "PREFIX":
            prefix = next(words).text
            self.prefixes[prefix] = _resolved(next(words).text, self.base)

    def iri(self, name: Token) -> str:
        """The IRI that is meant by one, or by a prefixed name.

        Raises KeyError for a prefix that is not declared, ValueError for what is no IRI.
        """
        if name.kind == "iri":
            return _resolved(name.text, self.base)
        prefix, _, local = name.text.partition(":")
        return self.prefixes[prefix + ":"] + _ESCAPED.sub(r"\1", local)


def read_clauses(query: str, base_iri: str | None) -> tuple[list[str], list[str]]:
    """IRIs of the graphs of FROM, and of those of FROM NAMED.

    Raises KeyError for a prefix that is not declared, ValueError for what is no IRI: the engine says
    so better.
    """
    names = Names(base_iri or "")
    graphs: tuple[list[str], list[str]] = ([], [])
    words = _head(tokens(query))
    for word in words:
        names.read(word, words)
        if word.text.upper() == "FROM":
            name = next(words)
            named = name.text.upper() == "NAMED"
            graphs[named].append(names.iri(next(words) if named else name))
    return graphs


def _resolved(iri: str, base: str) -> str:
    """An IRI in angle brackets, as the engine reads it. Raises ValueError for what is none."""
    try:
        (quad,) = parse(f"<x:s> <x:p> {iri} .", RdfFormat.TURTLE, base_iri=base or None)
    except SyntaxError as error:
        raise ValueError(iri) from error
    if not isinstance(quad.object, NamedNode):
        raise ValueError(iri)  # noqa: TRY004 – it is the text that is wrong
    return quad.object.value


def _head(found: Iterator[Token]) -> Iterator[Token]:
    """What stands outside braces: FROM comes behind a template, and behind EXISTS in SELECT."""
    depth = 0
    for token in found:
        if token.text == "{":
            depth += 1
        elif token.text == "}":
            depth -= 1
        elif depth == 0:
            yield token
