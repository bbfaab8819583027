"""Plots as SVG: bars beside each other, on a logarithmic axis; readable without colour."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

from measuring import number

__all__ = ["bars"]

_COLOURS: Final = ("#1b4f8a", "#d9822b", "#6b8e23", "#8b5a9f", "#555555")
_WIDTH: Final = 960
_LEFT: Final = 170
_BAR: Final = 11
_GAP: Final = 14
_TOP: Final = 76
_FONT: Final = 'font-family="sans-serif" font-size="11"'


def bars(title: str, unit: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    """A plot: for each row a bar per name, each with its value written beside it.

    >>> "<svg" in bars("Queries", "ms", {"star": {"one": 1.5, "other": 12.0}})
    True
    """
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    values = [value for row in rows.values() for value in row.values() if value > 0]
    low, high = _bounds(values)
    height = _TOP + 12 + len(rows) * (len(names) * _BAR + _GAP)
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} {_FONT}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="20" font-size="15">{escape(title)} ({escape(unit)}, logarithmic)</text>',
        *_legend(names),
        *_axis(low, high, height),
    ]
    top = _TOP
    for label, row in rows.items():
        middle = top + len(names) * _BAR / 2 + 4
        parts.append(f'<text x="{_LEFT - 8}" y="{middle}" text-anchor="end">{escape(label)}</text>')
        for at, name in enumerate(names):
            if row.get(name, 0) > 0:
                parts += _bar(top + at * _BAR, row[name], _place(row[name], low, high), at)
        top += len(names) * _BAR + _GAP
    return "\n".join([*parts, "</svg>", ""])


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """Whole powers of ten, beyond which there is nothing."""
    if not values:
        return 0.1, 1.0
    low = 10.0 ** floor(log10(min(values)))
    low = low / 10 if low == min(values) else low
    return low, max(10.0 ** ceil(log10(max(values))), low * 10)


def _axis(low: float, high: float, height: int) -> Iterator[str]:
    """A line at each power of ten."""
    for power in range(round(log10(low)), round(log10(high)) + 1):
        x, text = _LEFT + _place(10.0**power, low, high), f"{10.0**power:,.10g}"
        yield f'<path d="M{x:.1f} {_TOP - 6}V{height - 8}" stroke="#cccccc"/>'
        yield f'<text x="{x:.1f}" y="{_TOP - 10}" text-anchor="middle" fill="#444444">{text}</text>'


def _place(value: float, low: float, high: float) -> float:
    """The length of a bar."""
    return (_WIDTH - _LEFT - 60) * log10(value / low) / log10(high / low)


def _legend(names: Sequence[str]) -> list[str]:
    parts = []
    for at, name in enumerate(names):
        x = _LEFT + at * 150
        colour = _COLOURS[at % len(_COLOURS)]
        parts += [
            f'<rect x="{x}" y="32" width="11" height="11" fill="{colour}"/>',
            f'<text x="{x + 16}" y="42">{escape(name)}</text>',
        ]
    return parts


def _bar(y: float, value: float, length: float, at: int) -> list[str]:
    colour = _COLOURS[at % len(_COLOURS)]
    return [
        f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR - 1}" fill="{colour}"/>',
        f'<text x="{_LEFT + length + 4:.1f}" y="{y + _BAR - 2}" font-size="10">{number(value)}</text>',
    ]
