"""ORDER BY by an order that is total, for an engine that gives up on one that is not.

SPARQL says how terms of a kind are ordered, https://www.w3.org/TR/sparql11-query/#modOrderBy. Of literals
the engine compares numbers as values and all others as texts, which is no order where both meet, and a
sort that finds that out ends its process. So where they may, terms are ordered by their kind first, then
by their datatype, numbers together, then by themselves.

>>> print(in_total_order("SELECT * { ?s ?p ?o } ORDER BY ?o LIMIT 9", None, bool)[-15:])
ASC(?o) LIMIT 9
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Final

from stadsgraaf.store.clauses import Names
from stadsgraaf.store.lexer import Token, tokens
from stadsgraaf.store.patterns import Pattern, triple_patterns
from stadsgraaf.store.structure import read_structure, walk

__all__ = ["in_total_order"]

_ENDS: Final = frozenset(("LIMIT", "OFFSET", "VALUES", "}"))
_DIRECTIONS: Final = frozenset(("ASC", "DESC"))
_KIND: Final = "COALESCE(IF(isBlank({0}),1,IF(isIRI({0}),2,IF(isLiteral({0}),3,4))),0)"
_DATATYPE: Final = (
    'COALESCE(IF(isNumeric({0}),"",CONCAT(STR(DATATYPE({0})),'
    'COALESCE(IF(TZ({0})="","","Z"),""))),"")'
)


_ORDER: Final = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"[?$](\w+)")
#: What stands before a variable: a property that is easy to read, or nothing that could be one.
_NAME: Final = re.compile(r"(?:<([A-Za-z][A-Za-z0-9+.-]*:[^<>\\]*)>|([\w-]+):([\w-]+))\Z")
_NO_PREDICATE: Final = re.compile(r"(?:.*[({.;&|=]|AS)?\Z", re.IGNORECASE)
_LONGEST: Final = 200
#: What may be a path of no length.
_ANY_LENGTH: Final = re.compile(r"[\w>)]\s*[*?](?!\w)")

#: Whether a property, by its IRI, has numbers and other literals as values.
IsMixed = Callable[[str], bool]


def in_total_order(query: str, base_iri: str | None, is_mixed: IsMixed) -> str:
    """The query with each ORDER BY made total, if it orders by a variable that may need it.

    One that is no query, or not understood here, stays as it is.
    """
    if "order" not in query.lower() or _is_plain(query, is_mixed):
        return query
    try:
        found = list(tokens(query))
        if _is_mixed(query, found, base_iri, is_mixed):
            return _ordered(query, found)
    except (IndexError, KeyError, StopIteration, ValueError):
        pass  # the engine says so better
    return query


def _is_plain(query: str, is_mixed: IsMixed) -> bool:
    """Whether it is plain to see that a query needs no other order, as nearly always: without a parser."""
    order = _ORDER.search(query)
    if order is None:
        return True
    body, conditions = query[query.find("{") : order.start()], query[order.end() :]
    if _ORDER.search(conditions) or _ANY_LENGTH.search(body):
        return False
    keys = set(_VARIABLE.findall(conditions))
    return not any(
        _may_have_mixed(query, body[max(0, found.start() - _LONGEST) : found.start()], is_mixed)
        for found in _VARIABLE.finditer(body)
        if found[1] in keys
    )


def _may_have_mixed(query: str, before: str, is_mixed: IsMixed) -> bool:
    """Whether what stands before a variable may be a property with numbers and other literals."""
    last = before.split()[-1:] or [""]
    name = _NAME.match(last[0])
    if name is None:
        return _NO_PREDICATE.match(last[0]) is None
    iri = name[1] or _expanded(query, name[2], name[3])
    return iri is None or is_mixed(iri)


def _expanded(query: str, prefix: str, local: str) -> str | None:
    """The IRI of a prefixed name; None when that is not plain to see."""
    found = re.findall(rf"(?<![\w-]){re.escape(prefix)}:\s*<([^<>\\]*)>", query)
    return f"{found[0]}{local}" if len(found) == 1 and ":" in found[0] else None


def _is_mixed(query: str, found: Sequence[Token], base_iri: str | None, is_mixed: IsMixed) -> bool:
    """Whether what a query is ordered by may be numbers and other literals."""
    keys = set(_keyed(found))
    if not keys:
        return False
    structure = read_structure(query)
    names = Names.of(query, base_iri)
    elements = chain.from_iterable(map(walk, (structure.where, *structure.outside)))
    blocks = (each for each in elements if each.kind == "triples" and each.variables & keys)
    return any(
        _may_be_mixed(pattern, keys, names, is_mixed)
        for block in blocks
        for pattern in triple_patterns(query, block)
    )


def _keyed(found: Sequence[Token]) -> Iterator[str]:
    """The variables that conditions consist of, with ASC, DESC and brackets or without."""
    is_order = False
    for before, token, after in zip((None, *found), found, (*found[1:], None), strict=False):
        if token.text.upper() == "BY" and before and before.text.upper() == "ORDER":
            is_order = True
        elif token.text.upper() in _ENDS:
            is_order = False
        elif is_order and token.kind == "variable" and before:
            is_alone = before.text not in ("(", ",")
            if is_alone or (before.text == "(" and after is not None and after.text == ")"):
                yield token.text[1:]


def _may_be_mixed(pattern: Pattern, keys: set[str], names: Names, is_mixed: IsMixed) -> bool:
    """Whether one of the variables is a value in a pattern that has numbers and other literals."""
    if not pattern.subject:  # brackets
        return any(t.kind == "variable" and t.text[1:] in keys for t in tokens(pattern.text))
    path = list(tokens(pattern.predicate))
    if any(token.text in ("*", "?") for token in path):  # of no length: both ends may be anything
        return any(
            each[:1] in "?$" and each[1:] in keys for each in (pattern.subject, pattern.object)
        )
    if pattern.object[:1] not in "?$" or pattern.object[1:] not in keys:
        return False
    if any(token.kind == "variable" or token.text == "!" for token in path):
        return True
    return any(is_mixed(names.iri(t)) for t in path if t.kind in ("iri", "prefixed"))


def _ordered(query: str, found: Sequence[Token]) -> str:
    pieces: list[str] = []
    copied = 0
    for at, token in enumerate(found):
        if token.text.upper() == "ORDER" and found[at + 1].text.upper() == "BY":
            conditions, end = _conditions(query, found, at + 2)
            pieces += [query[copied : found[at + 2].start], *conditions]
            copied = end
    return "".join((*pieces, query[copied:]))


def _conditions(query: str, found: Sequence[Token], at: int) -> tuple[list[str], int]:
    """What to order by instead, and where the conditions end in the text."""
    made: list[str] = []
    end = 0
    while at < len(found) and found[at].text.upper() not in _ENDS:
        direction = "ASC"
        if found[at].text.upper() in _DIRECTIONS:
            direction, at = found[at].text.upper(), at + 1
        after = _after(found, at)
        last = found[after - 1]
        end = last.start + len(last.text)
        made += _keys(query[found[at].start : end], direction)
        at = after
    return made, end


def _after(found: Sequence[Token], at: int) -> int:
    """Behind a condition: a variable, brackets, or the call of a function."""
    if found[at].kind == "variable":
        return at + 1
    if found[at].text != "(":
        at += 1
    if found[at].text != "(":  # EXISTS
        raise ValueError(found[at].text)
    depth = 0
    while True:
        depth += (found[at].text == "(") - (found[at].text == ")")
        at += 1
        if depth == 0:
            return at


def _keys(expression: str, direction: str) -> Iterator[str]:
    for key in (_KIND, _DATATYPE, "{0}"):
        yield f" {direction}({key.format(expression)})"
