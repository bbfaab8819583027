"""Pictures of a result: a map, bars, a timeline, as far as its columns allow.

Nothing needs to be said about the columns: places are points or things that have one, bars are the
first number that varies, a timeline the first date that does. Each says the same as the table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stadsgraaf.web import dates
from stadsgraaf.web.pages.atlas import Pin, pins_of, read_chart
from stadsgraaf.web.places import Chart, Dot, Place
from stadsgraaf.web.results import Grid
from stadsgraaf.web.site import View
from stadsgraaf.web.timeline import Moment, Timeline, gather, timeline
from stadsgraaf.web.values import Value

__all__ = ["Bar", "Bars", "Figures", "Map", "figures"]

_FEWEST: Final = 2
_MOST_BARS: Final = 60
_MOST_MOMENTS: Final = 40
_MOST_PINS: Final = 500
_NAMES: Final = frozenset(("thing", "outward", "text"))

Row = Sequence[Value | None]


@dataclass(frozen=True)
class Map:
    """Places on the map of all places of the dataset."""

    chart: Chart
    pins: Sequence[Pin]


@dataclass(frozen=True)
class Bar:
    """One number as a bar: where it begins and how long it is, in hundredths of the width."""

    name: Value
    value: Value
    start: float
    length: float


@dataclass(frozen=True)
class Bars:
    """The numbers of a column, each with the name of its row."""

    column: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Figures:
    """The pictures that a result allows; None for those that it does not."""

    map: Map | None = None
    bars: Bars | None = None
    line: Timeline | None = None

    def __bool__(self) -> bool:
        return bool(self.map or self.bars or self.line)


async def figures(view: View, grid: Grid) -> Figures:
    """The pictures of a table."""
    if len(grid.rows) < _FEWEST:
        return Figures()
    names = _names(grid)
    return Figures(await _map(view, grid, names), _bars(grid, names), _line(grid, names))


def _column(grid: Grid, index: int) -> list[Value | None]:
    return [row[index] for row in grid.rows]


def _distinct(values: Iterable[Value | None]) -> int:
    return len({value.machine or value.text for value in values if value})


def _names(grid: Grid) -> int | None:
    """The column that tells the rows apart best, in words."""
    best: tuple[int, int] | None = None
    for index in range(len(grid.columns)):
        values = _column(grid, index)
        if all(value is None or value.kind in _NAMES or value.iri for value in values):
            found = (_distinct(values), -index)
            best = found if best is None or found > best else best
    return -best[1] if best and best[0] else None


def _bars(grid: Grid, names: int | None) -> Bars | None:
    if names is None or len(grid.rows) > _MOST_BARS:
        return None
    for index in sorted(grid.numeric):
        pairs = [(row[names], row[index]) for row in grid.rows]
        known = [(name, value) for name, value in pairs if name and value]
        if len(known) >= _FEWEST and _distinct(value for _, value in known) >= _FEWEST:
            return Bars(grid.columns[index], _scaled(known))
    return None


def _scaled(known: Sequence[tuple[Value, Value]]) -> list[Bar]:
    numbers = [float(value.machine or 0) for _, value in known]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    scale = 100 / (high - low)
    return [
        Bar(
            name,
            value,
            start=round((min(number, 0.0) - low) * scale, 2),
            length=round(abs(number) * scale, 2),
        )
        for (name, value), number in zip(known, numbers, strict=True)
    ]


def _line(grid: Grid, names: int | None) -> Timeline | None:
    if names is None:
        return None
    for index in range(len(grid.columns)):
        values = _column(grid, index)
        if any(value and value.kind != "date" for value in values):
            continue
        if _distinct(values) < _FEWEST:
            continue
        moments = [
            Moment(name.text, value.machine, name.href, words=value.text, kind=grid.columns[names])
            for name, value in ((row[names], row[index]) for row in grid.rows)
            if name and value and value.machine and dates.bounds(value.machine)
        ]
        return timeline(gather(moments), rows=_MOST_MOMENTS) if len(moments) >= _FEWEST else None
    return None


async def _map(view: View, grid: Grid, names: int | None) -> Map | None:
    chart = await read_chart(view.site)
    known = chart.by_iri if chart else {}
    found: dict[str, Place | None] = {}
    for row in grid.rows:
        for iri, place in _places(row, names, known):
            found.setdefault(iri, place)
    if not _FEWEST <= len(found) <= _MOST_PINS:
        return None
    own = [place for place in found.values() if place]
    if own or chart is None:  # points of the result itself: they have a drawing of their own
        chart = Chart.of(own)
    return Map(chart, pins_of(view, chart, {iri: () for iri in found if iri in chart.by_iri}))


def _places(
    row: Row, names: int | None, known: Mapping[str, Dot]
) -> list[tuple[str, Place | None]]:
    """Where a row is: its point, named by what names it, else its things that have a place."""
    points = [value.machine for value in row if value and value.kind == "place" and value.machine]
    name = row[names] if names is not None else None
    if points and name and name.iri:
        latitude, longitude = map(float, points[0].split(","))
        return [(name.iri, Place(name.iri, longitude, latitude))]
    return [(value.iri, None) for value in row if value and value.iri in known and value.iri]
