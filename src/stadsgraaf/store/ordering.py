"""ORDER BY by an order that is total, for an engine that gives up on one that is not.

SPARQL says how terms of a kind are ordered, https://www.w3.org/TR/sparql11-query/#modOrderBy. The engine
compares what it can as values and all others as texts, which is no order where both meet, and a sort that
finds that out ends its process. So where values may be of several kinds, terms are ordered by their kind and datatype first, numbers together
and texts together, and what is of one of these by its value.

>>> print(in_total_order("SELECT * { ?s ?p ?o } ORDER BY STR(?o)"))
SELECT * { ?s ?p ?o } ORDER BY STR(?o)
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store.lexer import Token, tokens
from stadsgraaf.store.uniform import Kinds, is_uniform

__all__ = ["in_total_order"]

_ENDS: Final = frozenset(("LIMIT", "OFFSET", "VALUES", "}"))
_DIRECTIONS: Final = frozenset(("ASC", "DESC"))
#: Functions that make values of one datatype only, or IRIs, or texts.
_OF_ONE_KIND: Final = frozenset(
    (
        "BOUND",
        "CONCAT",
        "CONTAINS",
        "COUNT",
        "DATATYPE",
        "DAY",
        "ENCODE_FOR_URI",
        "GROUP_CONCAT",
        "HOURS",
        "IRI",
        "ISBLANK",
        "ISIRI",
        "ISLITERAL",
        "ISNUMERIC",
        "ISURI",
        "LANG",
        "LANGMATCHES",
        "LCASE",
        "MD5",
        "MINUTES",
        "MONTH",
        "RAND",
        "REGEX",
        "REPLACE",
        "SAMETERM",
        "SHA1",
        "SHA256",
        "SHA384",
        "SHA512",
        "STR",
        "STRAFTER",
        "STRBEFORE",
        "STRENDS",
        "STRLEN",
        "STRSTARTS",
        "SUBSTR",
        "TZ",
        "UCASE",
        "URI",
        "YEAR",
    )
)

_XSD: Final = PREFIXES["xsd"]
_IS_TEXT: Final = f"DATATYPE({{0}}) IN (<{_XSD}string>,<{PREFIXES['rdf']}langString>)"
#: Whether a date, a time or a duration is one, and not only said to be.
_VALIDITY: Final = f'COALESCE(IF(isLiteral({{0}}+"PT0S"^^<{_XSD}dayTimeDuration>),"",""),IF(TZ({{0}})="","",""),"!")'
_LITERAL: Final = (
    f'IF({_IS_TEXT},"5",IF(isNumeric({{0}}),IF({{0}}={{0}},"3","4"),'
    f'CONCAT("6",STR(DATATYPE({{0}})),{_VALIDITY})))'
)
#: No value first, then blank nodes, IRIs, numbers, NaN, texts, literals by datatype, and triples.
_KIND: Final = f'COALESCE({_LITERAL},IF(isIRI({{0}}),"2",IF(isBlank({{0}}),"1","7")),"0")'
#: What values of a kind are compared by: a time without a zone as if it were in UTC, a duration, of which
#: no order is defined, as a text.
_OTHER_VALUE: Final = (
    f"IF(DATATYPE({{0}})=<{_XSD}duration>,STR({{0}}),"
    'IF(TZ({0})="",STRDT(CONCAT(STR({0}),"Z"),DATATYPE({0})),{0}))'
)
_VALUE: Final = f"COALESCE(IF(isNumeric({{0}}),<{_XSD}double>({{0}}),IF({_IS_TEXT},{{0}},{_OTHER_VALUE})),{{0}})"
#: Numbers that are equal as doubles: those that may be rounded first, others exactly.
_EXACTNESS: Final = f'COALESCE(IF(isNumeric({{0}}),IF(DATATYPE({{0}}) IN (<{_XSD}double>,<{_XSD}float>),"","b"),""),"")'
_NUMBER: Final = "COALESCE(IF(isNumeric({0}),{0},0),0)"
_KEYS: Final = (_KIND, _VALUE, _EXACTNESS, _NUMBER)


def in_total_order(query: str, kinds: Kinds | None = None) -> str:
    """The query with each ORDER BY made total where it may need it, by the kinds of values of properties.

    One that is no query, or not understood here, stays as it is.
    """
    if "order" not in query.lower() or is_uniform(query, kinds or {}):
        return query
    return _in_total_order(query)


@lru_cache(32)
def _in_total_order(query: str) -> str:
    try:
        return _ordered(query, list(tokens(query)))
    except (IndexError, ValueError):
        return query  # the engine says so better


def _ordered(query: str, found: Sequence[Token]) -> str:
    plain = _of_one_kind(found)
    pieces: list[str] = []
    copied = 0
    for at, token in enumerate(found):
        if token.start >= copied and _is_order(found, at):
            conditions, end = _conditions(query, found, at + 2, plain)
            pieces += [query[copied : found[at + 2].start], *conditions]
            copied = end
    return "".join((*pieces, query[copied:]))


def _is_order(found: Sequence[Token], at: int) -> bool:
    words = [token.text.upper() for token in found[at : at + 2]]
    return words == ["ORDER", "BY"]


def _of_one_kind(found: Sequence[Token]) -> frozenset[str]:
    """Variables that only functions with results of one kind give a value: counts, often."""
    made: set[str] = set()
    others: set[str] = set()
    is_order = False
    for at, token in enumerate(found):
        word = token.text.upper()
        if _is_order(found, at):
            is_order = True
        elif word in _ENDS:
            is_order = False
        elif token.kind == "variable" and not is_order:
            is_made = found[at - 1].text.upper() == "AS" and _is_result(found, at - 2)
            (made if is_made else others).add(token.text[1:])
    return frozenset(made - others)


def _is_result(found: Sequence[Token], last: int) -> bool:
    """Whether the expression that ends there is a call of such a function: ``(COUNT(?s) AS ?n)``."""
    depth = 0
    for at in range(last, 1, -1):
        depth += (found[at].text == ")") - (found[at].text == "(")
        if depth <= 0:
            return found[at - 1].text.upper() in _OF_ONE_KIND and found[at - 2].text == "("
    return False


def _conditions(
    query: str, found: Sequence[Token], at: int, plain: frozenset[str]
) -> tuple[list[str], int]:
    """What to order by instead, and where the conditions end in the text."""
    made: list[str] = []
    end = found[at].start
    while at < len(found) and found[at].text.upper() not in _ENDS:
        first, direction = at, "ASC"
        if found[at].text.upper() in _DIRECTIONS:
            direction, at = found[at].text.upper(), at + 1
        after = _after(found, at)
        end = found[after - 1].start + len(found[after - 1].text)
        if _is_plain(found[at:after], plain):
            made.append(f"{' ' if made else ''}{query[found[first].start : end]}")
        else:
            made += _keys(query[found[at].start : end], direction)
        at = after
    return made, end


def _after(found: Sequence[Token], at: int) -> int:
    """Behind a condition: a variable, brackets, or the call of a function."""
    if found[at].kind == "variable":
        return at + 1
    while found[at].text not in ("(", "{"):
        at += 1
    depth = 0
    while True:
        depth += (found[at].text in ("(", "{")) - (found[at].text in (")", "}"))
        at += 1
        if depth == 0:
            return at


def _is_plain(condition: Sequence[Token], plain: frozenset[str]) -> bool:
    """Whether all values of a condition are of one kind."""
    while condition[0].text == "(" and _after(condition, 0) == len(condition):
        condition = condition[1:-1]
    first = condition[0]
    if first.kind == "variable" and len(condition) == 1:
        return first.text[1:] in plain
    word = first.text.upper()
    if word in ("EXISTS", "NOT"):
        return _after(condition, 0) == len(condition)
    return word in _OF_ONE_KIND and _after(condition, 1) == len(condition)


def _keys(expression: str, direction: str) -> Iterator[str]:
    for key in _KEYS:
        yield f" {direction}({key.format(expression)})"
