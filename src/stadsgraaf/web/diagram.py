"""A thing amid its neighbours, as a drawing: what points at it on the left, what it points at right.

>>> drawn = diagram([], [Branch("knows", [Node("Ada", "/ada")])])
>>> [(node.label, node.anchor) for node in drawn.nodes]
[('Ada', 'start')]
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

__all__ = ["MOST_NODES", "Branch", "Diagram", "Drawn", "Node", "diagram"]

WIDTH: Final = 860
#: So many neighbours by one relation are drawn, and so many relations on a side.
MOST_NODES: Final = 6
_MOST_BRANCHES = 5
_ROW = 24
_GAP = 14
_HEAD = 22
_RADIUS = 46
_SIDE = 262
_LONGEST = 34


class Node(NamedTuple):
    """A neighbour: its name, its page, and the sort of thing that it is."""

    label: str
    href: str | None
    sort: str = "other"


@dataclass(frozen=True)
class Branch:
    """The neighbours by one relation; ``more`` are not drawn."""

    relation: str
    nodes: Sequence[Node]
    more: int = 0


class Drawn(NamedTuple):
    """A line of the drawing: a neighbour, or (``node`` is None) the name of a relation."""

    label: str
    x: float
    y: float
    anchor: Literal["start", "end"]
    node: Node | None = None
    curve: str = ""


@dataclass(frozen=True)
class Diagram:
    """The drawing, in its coordinates."""

    height: int
    middle: tuple[float, float]
    nodes: tuple[Drawn, ...]
    heads: tuple[Drawn, ...] = field(default=())
    radius: int = _RADIUS
    width: int = WIDTH


def diagram(left: Sequence[Branch], right: Sequence[Branch]) -> Diagram:
    """The drawing of what points at a thing and what it points at."""
    sides = (left[:_MOST_BRANCHES], right[:_MOST_BRANCHES])
    heights = [
        sum(_HEAD + _ROW * len(branch.nodes) + _GAP for branch in branches) for branches in sides
    ]
    height = max(*heights, 2 * _RADIUS + 2 * _GAP)
    middle = (WIDTH / 2, height / 2)
    nodes: list[Drawn] = []
    heads: list[Drawn] = []
    for branches, tall, sign in zip(sides, heights, (-1, 1), strict=True):
        y = (height - tall) / 2 + _HEAD / 2
        x = middle[0] + sign * (WIDTH / 2 - _SIDE)
        anchor: Literal["start", "end"] = "start" if sign > 0 else "end"
        for branch in branches:
            more = f" (+{branch.more})" if branch.more else ""
            heads.append(Drawn(_short(branch.relation) + more, x + sign * 12, y, anchor))
            y += _HEAD
            for node in branch.nodes:
                curve = _curve(middle, (x, y), sign)
                nodes.append(Drawn(_short(node.label), x + sign * 12, y, anchor, node, curve))
                y += _ROW
            y += _GAP
    return Diagram(round(height), middle, tuple(nodes), tuple(heads))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _curve(middle: tuple[float, float], end: tuple[float, float], sign: int) -> str:
    start, bend = middle[0] + sign * _RADIUS, middle[0] + sign * (_RADIUS + 60)
    return (
        f"M{start:g} {middle[1]:g}C{bend:g} {middle[1]:g} {bend:g} {end[1]:g} {end[0]:g} {end[1]:g}"
    )
