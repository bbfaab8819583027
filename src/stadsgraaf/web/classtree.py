"""The classes of a dataset as a drawing: what lies under what, and how many things each has.

>>> rows = class_tree([Node("urn:a", (Node("urn:b"),))], {"urn:b": 3}).rows
>>> [(row.iri, row.depth, row.count) for row in rows]
[('urn:a', 0, 0), ('urn:b', 1, 3)]
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stadsgraaf.web.tree import Node

__all__ = ["ClassRow", "ClassTree", "class_tree"]

WIDTH: Final = 860
_ROW = 26
_STEP = 26
_BARS = 470
_LONGEST_BAR = WIDTH - _BARS - 70


@dataclass(frozen=True)
class ClassRow:
    """A class: where its name stands, its bar, and the line to the class above it."""

    iri: str
    depth: int
    count: int
    y: float
    bar: float
    line: str

    @property
    def x(self) -> int:
        """Where the name begins."""
        return _STEP * self.depth + 4


@dataclass(frozen=True)
class ClassTree:
    """The drawing; bars grow with the order of magnitude."""

    rows: tuple[ClassRow, ...]
    width: int = WIDTH
    bars: int = _BARS

    @property
    def height(self) -> int:
        """Height of the drawing."""
        return _ROW * len(self.rows) + 8


def class_tree(roots: Sequence[Node], counts: Mapping[str, int]) -> ClassTree:
    """The tree of classes with how many things each has."""
    most = max(counts.values(), default=1)
    found: list[ClassRow] = []
    for node, depth, above in _walk(roots):
        count, y = counts.get(node.iri, 0), _ROW * len(found) + 18.0
        bar = _LONGEST_BAR * math.log1p(count) / math.log1p(max(most, 1))
        line = ""
        if above is not None:
            x = _STEP * (depth - 1) + 10
            line = f"M{x} {_ROW * above + 26}V{y - 4:g}h10"
        found.append(ClassRow(node.iri, depth, count, y, round(bar, 1), line))
    return ClassTree(tuple(found))


def _walk(roots: Iterable[Node]) -> Iterator[tuple[Node, int, int | None]]:
    """Each class, how deep it lies, and the row of the class above it."""
    row = 0

    def below(
        nodes: Iterable[Node], depth: int, above: int | None
    ) -> Iterator[tuple[Node, int, int | None]]:
        nonlocal row
        for node in nodes:
            own = row
            yield node, depth, above
            row += 1
            yield from below(node.children, depth + 1, own)

    yield from below(roots, 0, None)
