"""Names of places on a drawing, written where none covers another.

A drawing is shown small on a phone, where its names have to be larger in its own units, and fewer.

>>> spots = [Spot(name, 100, 50, has_outline=True) for name in ("seen", "hidden")]
>>> [label.text for label in write_names(spots, NORMAL) if label]
['seen']
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from stadsgraaf.web.places import WIDTH

__all__ = ["LARGE", "NORMAL", "Label", "Spot", "write_names"]

#: Height of the letters in the drawing's units, as the style sheet has it.
NORMAL: Final = 10.5
#: On a phone.
LARGE: Final = 22.0

_WIDTH_OF_LETTER: Final = 0.57
_LINE: Final = 1.14
_BASE: Final = 0.38
_DOT: Final = 4.0
_GAP: Final = 7.0

_Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Spot:
    """A place with its name: on an outline it stands in the middle, else beside the dot."""

    text: str
    x: float
    y: float
    has_outline: bool = False


@dataclass(frozen=True)
class Label:
    """A name where it fits; ``anchor`` is what SVG calls ``text-anchor``."""

    text: str
    x: float
    y: float
    anchor: str


def write_names(spots: Sequence[Spot], size: float) -> list[Label | None]:
    """For each place its name, the first first; None when there is no room for it."""
    dotted = not any(spot.has_outline for spot in spots)
    taken = [_around(spot) for spot in spots] if dotted else []
    return [_write(spot, size, taken) for spot in spots]


def _write(spot: Spot, size: float, taken: list[_Box]) -> Label | None:
    for anchor, x, box in _places(spot, size):
        if _is_free(box, taken, but=_around(spot)):
            taken.append(box)
            return Label(spot.text, round(x, 1), round(spot.y + _BASE * size, 1), anchor)
    return None


def _around(spot: Spot) -> _Box:
    return (spot.x - _DOT, spot.y - _DOT, spot.x + _DOT, spot.y + _DOT)


def _places(spot: Spot, size: float) -> Iterator[tuple[str, float, _Box]]:
    """Where the name can stand: on an outline in its middle, else right or left of the dot."""
    width, half = len(spot.text) * size * _WIDTH_OF_LETTER, size * _LINE / 2
    lefts = [("middle", spot.x, spot.x - width / 2)] if spot.has_outline else []
    lefts += [
        ("start", spot.x + _GAP, spot.x + _GAP),
        ("end", spot.x - _GAP, spot.x - _GAP - width),
    ]
    for anchor, x, left in lefts:
        yield anchor, x, (left, spot.y - half, left + width, spot.y + half)


def _is_free(box: _Box, taken: Iterable[_Box], but: _Box) -> bool:
    inside = box[0] > 0 and box[2] < WIDTH
    return inside and not any(_overlap(box, other) for other in taken if other != but)


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
