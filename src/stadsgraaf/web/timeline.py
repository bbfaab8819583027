"""A timeline as a drawing: exact days as points, periods as bars, doubt as a dashed bar.

>>> line = timeline([Moment("begin", "2017-01-25", None), Moment("plan", "2017-23~", None)])
>>> [mark.shape for mark in line.marks]
['point', 'vague']
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal, NamedTuple

from stadsgraaf.web import dates
from stadsgraaf.web.dates import day_number

__all__ = ["LONGEST", "OWN", "Mark", "Moment", "Timeline", "gather", "timeline"]

Shape = Literal["point", "vague", "period"]

WIDTH: Final = 860
_MARGIN = 14
_TOP = 26
_ROW = 24
_MOST_TICKS = 12
_MOST_ROWS = 24
_CHARACTER = 7.2
_GAP = 12
#: The sort of a moment of the thing itself.
OWN: Final = "own"
#: Longest label on the drawing; the list has it whole.
LONGEST: Final = 70
#: A date no vaguer than this many days is drawn as a point.
_SHORT = 31
#: So many of one kind at one time are drawn as one.
_CROWD: Final = 4


class Moment(NamedTuple):
    """Something with a date or a period, as EDTF; ``doubtful`` when it is hoped or planned.

    ``words`` are those of the date, when they are not the usual ones; ``members`` are the moments of one ``kind`` that it stands for, when they are many.
    """

    label: str
    date: str
    href: str | None
    sort: str = "other"
    words: str = ""
    doubtful: bool = False
    kind: str = ""
    members: tuple["Moment", ...] = ()


_Dated = tuple[Moment, tuple[date | None, date | None]]


class Mark(NamedTuple):
    """A moment on the drawing, in its coordinates."""

    moment: Moment
    shape: Shape
    x0: float
    x1: float
    y: float
    label_x: float
    anchor: Literal["start", "end"]
    inside: bool
    open_begin: bool
    open_end: bool

    @property
    def middle(self) -> float:
        """Where a point is drawn."""
        return round((self.x0 + self.x1) / 2, 1)


@dataclass(frozen=True)
class Timeline:
    """The drawing, and the same as a list in order of time.

    Of ``total`` moments, in the years of the ``span``, the latest; ``left_out`` are not drawn.
    """

    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    height: float
    moments: tuple[Moment, ...]
    first: int
    last: int
    total: int
    span: tuple[int, int]
    left_out: int = 0

    @property
    def width(self) -> int:
        """Width of the drawing."""
        return WIDTH


def gather(moments: Iterable[Moment]) -> list[Moment]:
    """The moments, those of one kind at one time as one when they are many.

    >>> crowd = [Moment(name, "2018", None, kind="member") for name in "abcd"]
    >>> [(moment.label, len(moment.members)) for moment in gather(crowd)]
    [('4 × member', 4)]
    """
    found: dict[tuple[str, str, str, bool], list[Moment]] = {}
    for moment in moments:
        key = (moment.date, moment.sort, moment.kind, moment.doubtful)
        found.setdefault(key, []).append(moment)
    gathered = []
    for (_, _, kind, _), alike in found.items():
        if not kind or len(alike) < _CROWD:
            gathered += alike
            continue
        members = tuple(sorted(alike, key=lambda moment: moment.label.casefold()))
        label = f"{len(alike)} × {kind}"
        gathered.append(alike[0]._replace(label=label, href=None, members=members))
    return gathered


def timeline(
    moments: Iterable[Moment], rows: int = _MOST_ROWS, most: int | None = None
) -> Timeline | None:
    """The timeline of moments, so many rows drawn; None when none has a date that can be read.

    Of more than ``most`` it has those of the thing's own, and of the others the latest.
    """
    dated = [(moment, ends) for moment in moments if (ends := dates.bounds(moment.date))]
    span = _years_of(dated)
    if span is None:
        return None
    dated.sort(key=lambda item: (item[1][0] or date.min, item[1][1] or date.max, item[0].label))
    shown = _latest(dated, most) if most is not None and len(dated) > most else dated
    first, last = _years_of(shown) or span
    years = _Years(first, last + 1)
    drawn = shown[:rows]
    return Timeline(
        marks=tuple([_mark(moment, ends, row, years) for row, (moment, ends) in enumerate(drawn)]),
        ticks=tuple(
            (years.x(date(year, 1, 1)), str(year)) for year in years.ticks if year < years.last
        ),
        height=_TOP + _ROW * len(drawn) + 6,
        moments=tuple([moment for moment, _ in shown]),
        first=first,
        last=last,
        total=len(dated),
        span=span,
        left_out=len(shown) - len(drawn),
    )


def _years_of(dated: Iterable[_Dated]) -> tuple[int, int] | None:
    known = [day.year for _, ends in dated for day in ends if day]
    return (min(known), max(known)) if known else None


def _latest(dated: Sequence[_Dated], most: int) -> list[_Dated]:
    """So many, in their order: the own ones, and of the others the last."""
    own = sum(moment.sort == OWN for moment, _ in dated)
    others = range(len(dated) - own)
    wanted = iter(others)
    skipped = len(dated) - max(most, own)
    return [item for item in dated if item[0].sort == OWN or next(wanted) >= skipped]


@dataclass(frozen=True)
class _Years:
    """The scale: from the first of January of one year to that of another."""

    first: int
    last: int

    @cached_property
    def days(self) -> tuple[int, int]:
        return day_number(date(self.first, 1, 1)), day_number(date(self.last, 1, 1))

    def x(self, day: date) -> float:
        begin, end = self.days
        part = (day_number(day) - begin) / (end - begin)
        return round(_MARGIN + part * (WIDTH - 2 * _MARGIN), 1)

    @property
    def ticks(self) -> Sequence[int]:
        steps = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
        span = self.last - self.first
        step = next((step for step in steps if span / step <= _MOST_TICKS), steps[-1])
        start = -(-self.first // step) * step
        return range(start, self.last + 1, step)


def _mark(moment: Moment, ends: tuple[date | None, date | None], row: int, years: _Years) -> Mark:
    first = ends[0] or date(years.first, 1, 1)
    last = ends[1] or date(years.last, 1, 1)
    x0, x1 = years.x(first), max(years.x(last), years.x(first) + 4)
    shape = _shape(moment, ends)
    width = min(len(moment.label), LONGEST) * _CHARACTER
    right = x1 + _GAP + width < WIDTH
    left = not right and x0 - _GAP - width > 0
    return Mark(
        moment=moment,
        shape=shape,
        x0=x0,
        x1=x1,
        y=_TOP + _ROW * row,
        label_x=x1 + _GAP if right else x0 - _GAP if left else x0 + _GAP,
        anchor="end" if left else "start",
        inside=not right and not left,
        open_begin=ends[0] is None,
        open_end=ends[1] is None,
    )


def _shape(moment: Moment, ends: tuple[date | None, date | None]) -> Shape:
    begin, end = dates.read(moment.date) or (None, None)
    if begin is None or end is None or begin != end:
        return "period"
    first, last = ends
    is_short = first is not None and last is not None and (last - first).days <= _SHORT
    return "point" if is_short and not begin.qualifier else "vague"
