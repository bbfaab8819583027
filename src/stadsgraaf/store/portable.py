r"""A query as it is sent to another store: the same tokens, and nothing that engines read differently.

Comments go, and characters written as ``\u…`` are written out: SPARQL 1.1,
https://www.w3.org/TR/sparql11-query/#codepointEscape, lets an engine read those before it looks for
tokens, so that one in a comment or a string could end it, and what follows would be query.

>>> portable('ASK { ?s ?p "caf\\u00E9" } # \\u000A SERVICE <http://e/> {}')
'ASK { ?s ?p "café" }'
>>> portable("SELECT * { ?s ?p ?o } OFFSET 5")
'SELECT * { ?s ?p ?o } LIMIT 2147483647 OFFSET 5'
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from stadsgraaf.errors import NotSupported, Text
from stadsgraaf.store.lexer import Token, position, tokens

__all__ = ["portable"]

_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
#: What cannot stand in a string as it is.
_IN_STRINGS: Final[Mapping[str, str]] = {
    **{character: "\\" + character for character in "\"'\\"},
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\b": r"\b",
    "\f": r"\f",
}
#: As good as none: an answer has fewer rows, by far.
_NO_LIMIT: Final = "LIMIT 2147483647"
#: Beginnings of IRIs by which engines call what is no SPARQL: SQL and built-in functions of Virtuoso,
#: which reach files and networks, and classes of Java in Jena.
_INSIDE: Final = (
    "bif:",
    "sql:",
    "java:",
    "http://www.openlinksw.com/schemas/bif",
    "http://www.openlinksw.com/schemas/sql",
)


def portable(query: str, base_iri: str | None = None, *, has_dataset: bool = False) -> str:
    """The query for another engine; relative IRIs in it are those of a base IRI.

    Where it has a dataset, FROM goes: the graphs are sent beside the query, as the Protocol has it,
    and not every engine lets those come first. OFFSET gets a LIMIT beside it, without which Virtuoso
    fails. The query has to be one already. Raises NotSupported for what calls the inside of an engine.
    """
    found = list(tokens(query))
    if has_dataset:
        found = list(_without_from(found))
    text = "".join(_pieces(query, found, set(_unlimited(found))))
    is_relative = any(each.kind == "iri" and not _ABSOLUTE.match(each.text) for each in found)
    return f"BASE <{base_iri}>\n{text}" if is_relative and base_iri else text


def _without_from(found: Sequence[Token]) -> Iterator[Token]:
    """The tokens without ``FROM <g>`` and ``FROM NAMED <g>``, which stand outside all braces."""
    depth = 0
    rest = iter(found)
    for token in rest:
        depth += (token.text == "{") - (token.text == "}") if token.kind == "punctuation" else 0
        if token.kind == "word" and token.text.upper() == "FROM" and depth == 0:
            if next(rest).text.upper() == "NAMED":
                next(rest)
        else:
            yield token


def _unlimited(found: Sequence[Token]) -> Iterator[Token]:
    """Each OFFSET of a query, or of one within it, that has no LIMIT beside it.

    What is sorted is left as it is: Virtuoso sorts no more than 10,000 rows for a LIMIT, and has no
    need of one there.
    """
    is_sorted = [False]
    for at, token in enumerate(found):
        word = token.text.upper() if token.kind in ("word", "punctuation") else ""
        if word == "{":
            is_sorted.append(False)
        elif word == "}":
            is_sorted.pop()
        elif word == "ORDER":
            is_sorted[-1] = True
        elif word == "OFFSET" and not is_sorted[-1]:
            beside = (*found[max(at - 2, 0) : at], *found[at + 2 : at + 3])
            if not any(each.kind == "word" and each.text.upper() == "LIMIT" for each in beside):
                yield token


def _pieces(query: str, found: list[Token], unlimited: Collection[Token]) -> Iterator[str]:
    end = 0
    for token in found:
        if token.start > end:
            yield "\n" if "\n" in query[end : token.start] else " " if end else ""
        if token in unlimited:
            yield f"{_NO_LIMIT} "
        text = _written_out(token) if "\\" in token.text else token.text
        if token.kind == "iri" and text[1:].lower().startswith(_INSIDE):
            line, column = position(query, token.start)
            raise NotSupported(
                reason=Text(f"calling {text}", f"{text} aanroepen"), line=line, column=column
            )
        yield text
        end = token.start + len(token.text)


def _written_out(token: Token) -> str:
    """The token without codes of characters."""
    if token.kind not in ("iri", "string"):
        return token.text

    def replaced(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if not code:
            return found[0]
        character = chr(int(code, 16))
        return _IN_STRINGS.get(character, character) if token.kind == "string" else character

    return _ESCAPE.sub(replaced, token.text)
