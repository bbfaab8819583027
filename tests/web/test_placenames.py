"""Names on a drawing: none covers another, none leaves it, and there are fewer large ones."""

from itertools import combinations

import pytest

from stadsgraaf.web.placenames import LARGE, NORMAL, Label, Spot, write_names
from stadsgraaf.web.places import WIDTH

PLACES = [
    Spot(f"Place {x} {y}", 20 + x * 37, 20 + y * 19, has_outline=True)
    for x in range(16)
    for y in range(30)
]


def extent(label: Label, size: float) -> tuple[float, float, float, float]:
    """What a name covers, its letters taken a little narrower than they are planned."""
    width = 0.5 * size * len(label.text)
    left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
    return left, label.y - size, left + width, label.y


@pytest.mark.parametrize("size", [NORMAL, LARGE])
def test_no_name_covers_another_or_leaves_the_drawing(size: float) -> None:
    boxes = [extent(label, size) for label in write_names(PLACES, size) if label]
    assert len(boxes) > 20
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= WIDTH
        assert top < bottom
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


def test_fewer_names_fit_when_they_are_large_and_the_first_come_first() -> None:
    normal, large = (write_names(PLACES, size) for size in (NORMAL, LARGE))
    assert 0 < len(list(filter(None, large))) < len(list(filter(None, normal)))
    assert large[0]
    assert large[0].text == PLACES[0].text


def test_a_name_stands_beside_a_dot_and_on_an_outline() -> None:
    (beside,) = write_names([Spot("Dot", 100, 50)], NORMAL)
    (upon,) = write_names([Spot("Land", 100, 50, has_outline=True)], NORMAL)
    (left,) = write_names([Spot("At the end", WIDTH - 10, 50)], NORMAL)
    assert beside
    assert upon
    assert left
    assert (beside.anchor, upon.anchor, left.anchor) == ("start", "middle", "end")
    assert beside.x > 100 == upon.x
    assert left.x < WIDTH - 10
