"""The dataset that a query names itself: its FROM and FROM NAMED clauses.

https://www.w3.org/TR/sparql11-query/#rDatasetClause

>>> read_clauses("PREFIX e: <http://e/> SELECT * FROM e:a FROM NAMED <b> { }", "http://x/y")
(['http://e/a'], ['http://x/b'])
"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from stadsgraaf.store.lexer import Token, tokens

__all__ = ["read_clauses"]

_ESCAPED = re.compile(r"\\(.)")


def read_clauses(query: str, base_iri: str | None) -> tuple[list[str], list[str]]:
    """IRIs of the graphs of FROM, and of those of FROM NAMED.

    Raises KeyError for a prefix that is not declared: the engine says so better.
    """
    base = base_iri or ""
    prefixes: dict[str, str] = {}
    graphs: tuple[list[str], list[str]] = ([], [])
    words = _prologue(tokens(query))
    for word in words:
        if word.text.upper() == "BASE":
            base = urljoin(base, next(words).text[1:-1])
        elif word.text.upper() == "PREFIX":
            prefix = next(words).text
            prefixes[prefix] = urljoin(base, next(words).text[1:-1])
        elif word.text.upper() == "FROM":
            name = next(words)
            named = name.text.upper() == "NAMED"
            graphs[named].append(_resolve(next(words) if named else name, prefixes, base))
    return graphs


def _prologue(found: Iterator[Token]) -> Iterator[Token]:
    """What stands before the first brace."""
    for token in found:
        if token.text == "{":
            return
        yield token


def _resolve(name: Token, prefixes: dict[str, str], base: str) -> str:
    if name.kind == "iri":
        return urljoin(base, name.text[1:-1])
    prefix, _, local = name.text.partition(":")
    return prefixes[prefix + ":"] + _ESCAPED.sub(r"\1", local)
