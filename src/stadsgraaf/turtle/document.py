"""What was read from one Turtle file, and where each triple stands in it."""

from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import overload

from pyoxigraph import Literal, NamedNode, Triple

from stadsgraaf.errors import SyntaxFault
from stadsgraaf.turtle.scan import Lines, scan, token_end

__all__ = ["Position", "Positions", "TurtleDocument"]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A line and a column, from 1. Columns count Unicode code points."""

    line: int
    column: int


Triplet = tuple[Position, Position, Position]


class Positions(Sequence[Triplet]):
    """Where subject, predicate and object of each triple begin; worked out when asked for.

    ``work`` gives the lines of the text and, of each triple, the three offsets in it: most
    documents are right, and nobody asks where in them anything stands.
    """

    def __init__(
        self, count: int, work: "Callable[[], tuple[Lines, Sequence[array[int]]]]"
    ) -> None:
        self._count, self._work = count, work

    @cached_property
    def _known(self) -> "tuple[Lines, Sequence[array[int]]]":
        return self._work()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Triplet: ...
    @overload
    def __getitem__(self, index: slice) -> list[Triplet]: ...
    def __getitem__(self, index: int | slice) -> Triplet | list[Triplet]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        subject, predicate, thing = self.offsets(index)
        at = self._known[0].at
        return Position(*at(subject)), Position(*at(predicate)), Position(*at(thing))

    def offsets(self, index: int) -> tuple[int, int, int]:
        """The same, in characters from the beginning of the text."""
        subjects, predicates, objects = self._known[1]
        return subjects[index], predicates[index], objects[index]


@dataclass(frozen=True)
class TurtleDocument:
    """What one file says, where it says it, and every syntax error in it.

    ``text`` is what was read, without a byte order mark; ``marked`` tells whether it began with
    one. ``unread`` holds the IRIs in statements that could not be read. ``placed`` is False when
    nobody knows where the triples stand (RDF/XML, JSON-LD).
    """

    path: Path
    triples: list[Triple]
    positions: Positions
    prefixes: dict[str, str]
    base: str | None
    faults: list[SyntaxFault]
    text: str = ""
    marked: bool = False
    unread: frozenset[str] = frozenset()
    placed: bool = True

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text."""
        return Lines(self.text)

    @cached_property
    def described(self) -> frozenset[str]:
        """IRIs of the subjects."""
        return _iris({triple.subject for triple in self.triples})

    @cached_property
    def terms(self) -> frozenset[str]:
        """IRIs of the predicates, and of the datatypes of what has no language."""
        typed = {
            one.datatype for one in self._objects if isinstance(one, Literal) and not one.language
        }
        return _iris({triple.predicate for triple in self.triples} | typed)

    @cached_property
    def things(self) -> frozenset[str]:
        """IRIs of the objects."""
        return _iris(self._objects)

    @property
    def _objects(self) -> set[object]:
        return {triple.object for triple in self.triples}

    def position(self, offset: int) -> Position:
        """The position of an offset."""
        return Position(*self.lines.at(offset))

    def end(self, offset: int) -> Position:
        """Where the token that begins at an offset ends, exclusive."""
        return self.position(token_end(self.text, offset))

    def statement(self, number: int) -> str:
        """The text of the statement that begins on a line, from 1, to the line of the next one."""
        starts = sorted({self.lines.at(offset)[0] for offset in scan(self.text).statements})
        after = next((line for line in starts if line > number), len(self.lines.starts) + 1)
        return "\n".join(self.text.split("\n")[number - 1 : after - 1])

    def line(self, number: int) -> str:
        """The text of a line, from 1, without its end."""
        starts = self.lines.starts
        if not 0 < number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")


def _iris(nodes: Collection[object]) -> frozenset[str]:
    return frozenset(node.value for node in nodes if isinstance(node, NamedNode))
