"""The groups of a query, and what stands in each: read from its tokens, with offsets into its text.

https://www.w3.org/TR/sparql11-query/#rGroupGraphPattern

>>> query = read_structure("SELECT * { ?s ?p ?o OPTIONAL { ?o ?q ?r } FILTER(?r > 1) }")
>>> [element.kind for element in query.where.elements]
['triples', 'optional', 'filter']

This serves what is put in the place of a part (a SERVICE) and questions about parts (why an answer is
empty). The text must be known to be SPARQL; of any other, what is read means nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from stadsgraaf.store.lexer import Token, tokens

__all__ = [
    "Element",
    "ElementKind",
    "Group",
    "Structure",
    "UnreadableError",
    "read_structure",
    "walk",
]

ElementKind = Literal[
    "triples",
    "group",
    "union",
    "optional",
    "minus",
    "lateral",
    "graph",
    "service",
    "filter",
    "bind",
    "values",
    "query",
]

_WITH_GROUP: Final[dict[str, ElementKind]] = {
    "OPTIONAL": "optional",
    "MINUS": "minus",
    "LATERAL": "lateral",
}
#: Words that end a block of triples.
_KEYWORDS: Final = frozenset(
    (*_WITH_GROUP, "GRAPH", "SERVICE", "FILTER", "BIND", "VALUES", "UNION")
)
_CLOSING: Final = {"{": "}", "(": ")", "[": "]"}


class UnreadableError(ValueError):
    """The text is no query, or one that is not understood here."""


@dataclass(frozen=True)
class Element:
    """One part of a group. ``groups`` are those inside it, in order; of a UNION its alternatives.

    ``tokens`` are those of the element itself. For SERVICE and GRAPH ``name`` is the IRI, prefixed
    name or variable as it is written; ``silent`` is for SERVICE only.
    """

    kind: ElementKind
    start: int
    end: int
    tokens: Sequence[Token] = ()
    groups: Sequence["Group"] = ()
    name: Token | None = None
    silent: bool = False

    @property
    def variables(self) -> frozenset[str]:
        """Names of the variables that stand in it, at any depth."""
        return frozenset(token.text[1:] for token in self.tokens if token.kind == "variable")


@dataclass(frozen=True)
class Group:
    """What lies between two braces, these included in ``start`` and ``end``.

    With ``is_query`` it holds a nested query, whose WHERE and EXISTS groups are those of its one
    element.
    """

    start: int
    end: int
    elements: Sequence[Element] = ()
    is_query: bool = False

    @property
    def certain(self) -> frozenset[str]:
        """Variables that each of its solutions binds, because they stand in its triples."""
        plain = (element.variables for element in self.elements if element.kind == "triples")
        return frozenset().union(*plain)


@dataclass(frozen=True)
class Structure:
    """A query. ``prologue`` ends where its form begins; ``dataset`` is the text of FROM clauses.

    ``outside`` are groups of EXISTS in SELECT, HAVING and ORDER BY.
    """

    prologue: str
    form: str
    dataset: str
    where: Group
    outside: Sequence[Group] = field(default_factory=tuple)


def read_structure(query: str) -> Structure:
    """The structure of a query. Raises UnreadableError."""
    try:
        return _Reader(query).query()
    except IndexError:
        raise UnreadableError(query) from None


class _Reader:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = list(tokens(query))
        self._at = 0

    # --- tokens ---------------------------------------------------------------------------------

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    @property
    def _word(self) -> str:
        """The token in capitals; that of a string or name is none."""
        token = self._token
        return token.text.upper() if token.kind in ("word", "punctuation") else ""

    @property
    def _end(self) -> int:
        """Where the token before ends."""
        token = self._tokens[self._at - 1]
        return token.start + len(token.text)

    @property
    def _has_more(self) -> bool:
        return self._at < len(self._tokens)

    def _take(self, text: str = "") -> Token:
        token = self._token
        if text and self._word != text:
            raise UnreadableError(token.text)
        self._at += 1
        return token

    def _skip(self) -> list[Group]:
        """Take brackets and what is between them; the groups that are inside."""
        closing = _CLOSING[self._take().text]
        groups: list[Group] = []
        while self._word != closing:
            groups += self._skip_one()
        self._take()
        return groups

    def _skip_one(self) -> list[Group]:
        word = self._word
        if word == "EXISTS":
            self._take()
            return [self._group()]
        if word in _CLOSING:
            return self._skip()
        self._take()
        return []

    # --- a query --------------------------------------------------------------------------------

    def query(self) -> Structure:
        while self._word not in ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK"):
            self._take()
        prologue = self._query[: self._token.start]
        form = self._word
        outside, dataset = self._head()
        where = self._group() if self._has_more and self._word == "{" else None
        if where is None:  # DESCRIBE of IRIs, or nothing to describe
            where = Group(len(self._query), len(self._query))
        while self._has_more:
            outside += self._skip_one()
        return Structure(prologue, form, dataset, where, tuple(outside))

    def _head(self) -> tuple[list[Group], str]:
        """From the form up to the group of WHERE."""
        outside: list[Group] = []
        dataset = ""
        template = self._take().text.upper() == "CONSTRUCT"
        while self._has_more and (self._word != "{" or template):
            if self._word == "FROM":
                begin = self._take().start
                self._at += self._word == "NAMED"
                self._take()
                dataset += self._query[begin : self._end] + " "
            elif self._word == "{":
                self._skip()
                template = False
            else:
                template = template and self._word != "WHERE"
                outside += self._skip_one()
        return outside, dataset

    # --- a group --------------------------------------------------------------------------------

    def _group(self) -> Group:
        start = self._take("{").start
        if self._word == "SELECT":
            return self._nested_query(start)
        elements: list[Element] = []
        while self._word != "}":
            if self._word == ".":
                self._take()
            else:
                elements.append(self._element())
        self._take()
        return Group(start, self._end, tuple(elements))

    def _nested_query(self, start: int) -> Group:
        first = self._at
        groups: list[Group] = []
        while self._word != "}":
            if self._word == "{":
                groups.append(self._group())
            elif self._word == "VALUES":
                self._values()
            else:
                groups += self._skip_one()
        inside = Element(
            "query",
            self._tokens[first].start,
            self._end,
            tuple(self._tokens[first : self._at]),
            tuple(groups),
        )
        self._take()
        return Group(start, self._end, (inside,), is_query=True)

    def _element(self) -> Element:
        first, word = self._at, self._word
        name: Token | None = None
        kind: ElementKind = "triples"
        groups: list[Group] = []
        silent = False
        if word == "{":
            kind, groups = self._alternatives()
        elif word in _WITH_GROUP:
            self._take()
            kind, groups = _WITH_GROUP[word], [self._group()]
        elif word in ("GRAPH", "SERVICE"):
            self._take()
            silent = self._word == "SILENT"
            self._at += silent
            name = self._take()
            kind, groups = ("graph" if word == "GRAPH" else "service"), [self._group()]
        elif word == "FILTER":
            self._take()
            kind, groups = "filter", self._constraint()
        elif word == "BIND":
            self._take()
            kind, groups = "bind", self._skip()
        elif word == "VALUES":
            kind = "values"
            self._values()
        else:
            self._triples()
        found = tuple(self._tokens[first : self._at])
        return Element(kind, found[0].start, self._end, found, tuple(groups), name, silent)

    def _alternatives(self) -> tuple[ElementKind, list[Group]]:
        groups = [self._group()]
        while self._word == "UNION":
            self._take()
            groups.append(self._group())
        return ("union" if len(groups) > 1 else "group"), groups

    def _constraint(self) -> list[Group]:
        """Brackets, [NOT] EXISTS with its group, or the call of a function."""
        if self._word == "NOT":
            self._take()
        if self._word not in ("EXISTS", "("):
            self._take()
            return self._skip()
        return self._skip_one()

    def _values(self) -> None:
        self._take("VALUES")
        while self._word != "{":
            self._take()
        self._skip()

    def _triples(self) -> None:
        if self._word in _KEYWORDS:
            raise UnreadableError(self._token.text)
        while self._word not in ("{", "}") and self._word not in _KEYWORDS:
            if self._word in ("(", "["):
                self._skip()
            else:
                self._take()
            if self._is_annotation():
                self._skip()

    def _is_annotation(self) -> bool:
        """Whether ``{|`` follows, which SPARQL 1.2 writes behind a triple."""
        here = self._tokens[self._at : self._at + 2]
        return [token.text for token in here] == ["{", "|"] and here[0].start + 1 == here[1].start


def walk(group: Group) -> Iterator[Element]:
    """All elements of a group, at any depth, as they stand in the text."""
    for element in group.elements:
        yield element
        for inner in element.groups:
            yield from walk(inner)
