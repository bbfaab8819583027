"""Mistakes with variables and terms that the engine refuses, and tells without a place or without words.

They are looked for in the tokens of a query that the engine has refused already: a mistake that is
none would only hide the true one, so what is unsure is left to the engine's own complaint.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stadsgraaf.errors import Text
from stadsgraaf.store.lexer import Token

__all__ = ["Mistake", "of_select", "of_terms"]

_AGGREGATES: Final = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
_AFTER_KEYS: Final = frozenset(("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"))
_BEFORE_GROUP: Final = frozenset(("WHERE", "FROM"))
_SHORT: Final = frozenset(("DISTINCT", "REDUCED"))
#: Escapes of a string, and those that are none or are half of a character.
_ESCAPE: Final = re.compile(
    r"\\(?:u(?P<four>[0-9A-Fa-f]{4})|U(?P<eight>[0-9A-Fa-f]{8})|[tbnrf\\\"']|(?P<none>.))",
    re.DOTALL,
)
_SURROGATES: Final = range(0xD800, 0xE000)
_CHARACTERS: Final = 0x110000
#: What begins like an IRI, as far as it goes, and the first character that cannot be in one.
_BEGINS: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:[^<>\n]*>")
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\"{}|^`\\]")


class Mistake(NamedTuple):
    """Where it is, what stands there, and what is wrong with it."""

    start: int
    near: str
    reason: Text


@dataclass
class _Select:
    """One SELECT: what it names, in order, and by what it groups; ``depth`` counts its braces."""

    depth: int
    plain: list[Token] = field(default_factory=list)
    named: list[Token] = field(default_factory=list)
    keys: set[str] | None = None
    has_aggregate: bool = False
    part: str = "head"
    within: set[str] = field(default_factory=set)


def of_terms(query: str, found: Sequence[Token]) -> Iterator[Mistake]:
    """Terms with characters that they cannot have."""
    yield from _iris(query, found)
    yield from _escapes(found)


def of_select(found: Sequence[Token], complaint: str) -> Iterator[Mistake]:
    """Variables and expressions that are not where they can be.

    Whether a name after AS is taken depends on scopes: that is told when the engine complains of it.
    """
    yield from _heads(found)
    yield from _filters(found)
    yield from _binds(found)
    for select in _selects(found):
        yield from _twice(select)
        yield from _ungrouped(select)
        if "overrides an existing variable" in complaint:
            yield from _taken(select)


# --- terms -----------------------------------------------------------------------------------------


def _iris(query: str, found: Sequence[Token]) -> Iterator[Mistake]:
    for token in found:
        begins = _BEGINS.match(query, token.start) if token.text == "<" else None
        wrong = _FORBIDDEN.search(begins[0]) if begins else None
        if begins and wrong:
            shown = "\\\\" if wrong[0] == "\\" else wrong[0]
            yield Mistake(
                token.start + wrong.start(),
                begins[0],
                Text(f"an IRI cannot have “{shown}” in it", f"in een IRI kan geen “{shown}” staan"),
            )


def _escapes(found: Sequence[Token]) -> Iterator[Mistake]:
    for token in found:
        if token.kind == "string" and "\\" in token.text:
            for escape in _ESCAPE.finditer(token.text):
                code = int(escape["four"] or escape["eight"] or "0", 16)
                if escape["none"] or code in _SURROGATES or code >= _CHARACTERS:
                    reason = Text(
                        f"“{escape[0]}” stands for no character",
                        f"“{escape[0]}” staat voor geen teken",
                    )
                    yield Mistake(token.start + escape.start(), escape[0], reason)


# --- SELECT ----------------------------------------------------------------------------------------


def _filters(found: Sequence[Token]) -> Iterator[Mistake]:
    """Aggregates within the brackets of a FILTER."""
    brackets = 0
    inside = False
    for before, token in zip((None, *found), found, strict=False):
        if token.text == "(":
            inside = inside or (before is not None and before.text.upper() == "FILTER")
            brackets += inside
        elif token.text == ")" and inside:
            brackets -= 1
            inside = brackets > 0
        elif token.text == "{":
            brackets, inside = 0, False
        elif inside and token.kind == "word" and token.text.upper() in _AGGREGATES:
            reason = Text(
                f"{token.text} cannot stand in FILTER: use HAVING, or a nested SELECT",
                f"{token.text} kan niet in FILTER staan: neem HAVING, of een SELECT erbinnen",
            )
            yield Mistake(token.start, token.text, reason)


def _selects(found: Sequence[Token]) -> Iterator[_Select]:
    """Each SELECT once it is read to its end, the inner ones first."""
    opened: list[_Select] = []
    depth = brackets = 0
    last = ""
    for token in found:
        word = token.text.upper() if token.kind in ("word", "punctuation") else ""
        if opened and depth == opened[-1].depth:
            _read(opened[-1], token, word, brackets, last)
        elif token.kind == "variable":
            for select in opened:
                select.within.add(token.text[1:])
        if word == "SELECT":
            if opened and opened[-1].depth == depth:  # one after the other is no SPARQL either
                yield opened.pop()
            opened.append(_Select(depth))
        elif word in ("{", "}"):
            depth += 1 if word == "{" else -1
            if opened and depth < opened[-1].depth:
                yield opened.pop()
        brackets += (word == "(") - (word == ")")
        last = word
    yield from reversed(opened)


def _read(select: _Select, token: Token, word: str, brackets: int, last: str) -> None:
    """Take in a token that stands in a SELECT itself, not in its group."""
    if word in _BEFORE_GROUP or word == "{":
        select.part = "group"
    elif word == "GROUP":
        select.part, select.keys = "keys", set()
    elif word in _AFTER_KEYS:
        select.part = word
    elif word in _AGGREGATES and select.part in ("head", "HAVING", "ORDER"):
        select.has_aggregate = True
    elif token.kind != "variable":
        return
    elif select.part == "head" and last == "AS":
        select.named.append(token)
    elif select.part == "head" and not brackets:
        select.plain.append(token)
    elif select.part == "keys" and select.keys is not None and (not brackets or last == "AS"):
        select.keys.add(token.text[1:])


def _twice(select: _Select) -> Iterator[Mistake]:
    seen: set[str] = set()
    for token in sorted((*select.plain, *select.named), key=lambda each: each.start):
        if token.text[1:] in seen:
            name = token.text
            reason = Text(f"{name} stands in SELECT twice", f"{name} staat dubbel in SELECT")
            yield Mistake(token.start, name, reason)
        seen.add(token.text[1:])


def _taken(select: _Select) -> Iterator[Mistake]:
    for token in select.named:
        if token.text[1:] in select.within:
            yield Mistake(token.start, token.text, _in_use(token))


def _ungrouped(select: _Select) -> Iterator[Mistake]:
    if select.keys is None and not select.has_aggregate:
        return
    for token in select.plain:
        if token.text[1:] not in (select.keys or ()):
            name = token.text
            reason = Text(
                f"{name} is neither grouped nor counted: put it in GROUP BY, or take SAMPLE({name})",
                f"{name} is niet gegroepeerd en niet geteld: zet hem in GROUP BY, of neem "
                f"SAMPLE({name})",
            )
            yield Mistake(token.start, name, reason)


def _binds(found: Sequence[Token]) -> Iterator[Mistake]:
    """BIND to a variable that stands in the same group before it."""
    groups: list[set[str]] = [set()]
    brackets = 0
    last = ""
    for token in found:
        if token.text == "{":
            groups.append(set())
        elif token.text == "}" and len(groups) > 1:
            groups.pop()
        elif token.text in ("(", ")"):
            brackets += 1 if token.text == "(" else -1
        elif token.kind == "variable" and len(groups) > 1 and (not brackets or last == "AS"):
            name = token.text[1:]
            if brackets and name in groups[-1]:
                yield Mistake(token.start, token.text, _in_use(token))
            groups[-1].add(name)
        last = token.text.upper()


def _in_use(token: Token) -> Text:
    return Text(
        f"{token.text} stands in the group already: choose another name after AS",
        f"{token.text} staat al in de groep: kies een andere naam na AS",
    )


def _heads(found: Sequence[Token]) -> Iterator[Mistake]:
    """Expressions after SELECT without brackets or without a name."""
    in_head = False
    brackets = 0
    opening = named = None
    for token in found:
        word = token.text.upper() if token.kind in ("word", "punctuation") else ""
        if word == "SELECT":
            in_head, brackets = True, 0
        elif word in ("WHERE", "FROM", "{"):
            in_head = False
        elif not in_head:
            continue
        elif word == "(":
            opening, named = (token, None) if not brackets else (opening, named)
            brackets += 1
        elif word == ")":
            brackets -= 1
            if not brackets and opening and not named:
                yield Mistake(opening.start, opening.text, _NEEDS_NAME)
        elif word == "AS":
            named = token
        elif not brackets and token.kind == "word" and word not in _SHORT:
            yield Mistake(token.start, token.text, _NEEDS_NAME)


_NEEDS_NAME: Final = Text(
    "an expression in SELECT needs brackets and a name: (COUNT(*) AS ?n)",
    "een expressie in SELECT heeft haakjes en een naam nodig: (COUNT(*) AS ?n)",
)
