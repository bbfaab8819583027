"""The parts of a query that can be asked alone: each triple pattern, each other element of a group.

What explains a query and what looks for the reason of an empty answer both ask about parts.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from stadsgraaf.errors import NotSupported, Text
from stadsgraaf.store.counted import Names
from stadsgraaf.store.lexer import position, tokens
from stadsgraaf.store.patterns import Pattern, triple_patterns
from stadsgraaf.store.service import Ask, Row
from stadsgraaf.store.structure import (
    Element,
    Group,
    Structure,
    UnreadableError,
    read_structure,
)

__all__ = ["OutOfTimeError", "Part", "Parts"]

#: Graphs that are named at most.
_GRAPHS: Final = 1000


class OutOfTimeError(Exception):
    """Nothing more is asked about a query."""


@dataclass(frozen=True)
class Part:
    """An element of a group, or one triple pattern of its triples."""

    element: Element
    text: str
    start: int
    pattern: Pattern | None = None

    @property
    def variables(self) -> frozenset[str]:
        """Names of its variables: of one pattern its own, not those of the block that it stands in."""
        if self.pattern is None:
            return self.element.variables
        found = tokens(self.text)
        return frozenset(token.text[1:] for token in found if token.kind == "variable")

    @property
    def written(self) -> str:
        """As it stands in a group with others."""
        return f"{self.text} ." if self.element.kind == "triples" else self.text


class Parts:
    """A query in parts. Raises NotSupported for one that cannot be taken apart."""

    def __init__(self, query: str, ask: Ask, names: Names | None = None) -> None:
        self.query = query
        self._asked = ask
        self._end = float("inf")
        try:
            self.structure: Structure = read_structure(query)
        except UnreadableError:
            reason = Text("a query of this form", "een query van deze vorm")
            raise NotSupported(reason=reason) from None
        #: What is counted of the graphs that the query is about.
        self.names: Names = {} if self.structure.dataset else (names or {})

    def hurry(self, seconds: float) -> None:
        """After that many seconds, what asks raises OutOfTimeError."""
        self._end = time.monotonic() + seconds

    def _ask(self, select: str, most: int) -> Sequence[Row]:
        if time.monotonic() > self._end:
            raise OutOfTimeError
        return self._asked(select, most)

    def of(self, group: Group) -> Iterator[Part]:
        """The parts of a group, in order."""
        for element in group.elements:
            if element.kind == "triples":
                for pattern in triple_patterns(self.query, element):
                    yield Part(element, pattern.text, pattern.start, pattern)
            else:
                yield Part(element, self.query[element.start : element.end], element.start)

    def inside(self, part: Part) -> Iterator[Part]:
        """The parts of the groups in a part, at any depth, as they stand in the text."""
        for group in part.element.groups:
            for inner in self.of(group):
                yield inner
                yield from self.inside(inner)

    def place(self, part: Part) -> dict[str, object]:
        """Its text, and line and column, from 1."""
        line, column = position(self.query, part.start)
        return {"text": " ".join(part.text.split()), "line": line, "column": column}

    def rows(self, head: str, pattern: str, most: int, tail: str = "") -> Sequence[Row]:
        """Solutions of a SELECT with the prologue and dataset of the query."""
        return self._ask(f"{self._select(head, pattern)} {tail} LIMIT {most}", most)

    def graphs(self) -> list[str]:
        """The IRIs of graphs that there are, whichever the query names."""
        graphs = "SELECT DISTINCT ?it WHERE { GRAPH ?it { ?s ?p ?o } }"
        rows = self._ask(f"{self.structure.prologue}{graphs} LIMIT {_GRAPHS}", _GRAPHS)
        return [it.value for row in rows if isinstance(it := row["it"], NamedNode)]

    def graphs_with(self, pattern: str, most: int) -> list[str]:
        """The IRIs of graphs that have solutions of a pattern, whichever the query names."""
        graphs = f"SELECT DISTINCT ?it WHERE {{ GRAPH ?it {{ {pattern}\n}} }} LIMIT {most}"
        rows = self._ask(f"{self.structure.prologue}{graphs}", most)
        return [it.value for row in rows if isinstance(it := row["it"], NamedNode)]

    def count(self, pattern: str) -> Row:
        """The number of solutions as ``?matches``, without LIMIT: Virtuoso would count that many."""
        (row,) = self._ask(self._select("(COUNT(*) AS ?matches)", pattern), 1)
        return row

    def _select(self, head: str, pattern: str) -> str:
        prologue, dataset = self.structure.prologue, self.structure.dataset
        return f"{prologue}SELECT {head} {dataset}WHERE {{ {pattern}\n}}"

    def has_solutions(self, parts: Sequence[Part]) -> bool:
        """Whether these together have any."""
        return bool(self.rows("*", "\n".join(part.written for part in parts), 1))
