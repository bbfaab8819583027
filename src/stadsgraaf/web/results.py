"""The result of a query as a table for people: labels for IRIs, dates in words, links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from markupsafe import Markup
from pyoxigraph import BlankNode

from stadsgraaf.web.asking import Table, Term, term_iri
from stadsgraaf.web.excerpt import Beginning
from stadsgraaf.web.markup import safe
from stadsgraaf.web.pieces.values import inline
from stadsgraaf.web.site import View
from stadsgraaf.web.turns import Steps, at_once, in_pieces
from stadsgraaf.web.values import Value, show

__all__ = ["Grid", "as_grid", "read_grid"]

_LONGEST_NODE: Final = 12
_NO_HEADS: Final[Mapping[str, str]] = MappingProxyType({})
#: Rows of which the labels are looked up in one step.
_LOOKED_UP: Final = 50

_Values = tuple[Value | None, ...]


@dataclass(frozen=True)
class Grid:
    """A table; ``numeric`` columns are aligned to the right, and ``body`` is its rows in a page.

    ``total`` counts all rows, or those that were read when they are not the ``whole`` result.
    """

    columns: tuple[str, ...]
    numeric: frozenset[int]
    rows: tuple[_Values, ...]
    body: Markup
    total: int
    truth: bool | None = None
    whole: bool = True


async def read_grid(
    view: View, begun: Beginning, most: int, client: str, heads: Mapping[str, str] = _NO_HEADS
) -> Grid:
    """The table of what came of a client's query, its first rows at most, when it is its turn.

    Raises StoreUnavailable when that is no result, and what ``Turns.of`` raises.
    """
    async with view.site.turns.of(client):
        table = await in_pieces(begun.rows(most))
        return await in_pieces(_grid(view, table, most, heads, whole=begun.whole))


def as_grid(view: View, table: Table, most: int, *, heads: Mapping[str, str] = _NO_HEADS) -> Grid:
    """The table of a result, its first rows at most; ``heads`` name variables."""
    return at_once(_grid(view, table, most, heads))


def _grid(
    view: View, table: Table, most: int, heads: Mapping[str, str], *, whole: bool = True
) -> Steps[Grid]:
    shown = table.rows[:most]
    values: dict[Term, Value] = {}
    rows: list[_Values] = []
    for start in range(0, len(shown), _LOOKED_UP):
        part = shown[start : start + _LOOKED_UP]
        labels = view.labels(
            {iri for row in part for each in row.values() if (iri := term_iri(each))}
        )
        yield
        for row in part:
            for term in row.values():
                if term not in values:
                    values[term] = _cell(view, term, labels.get(term.value))
            rows.append(
                tuple([values[row[name]] if name in row else None for name in table.variables])
            )
            yield
    numeric = _numeric(rows, len(table.variables))
    body = yield from _body(view, rows, numeric)
    columns = tuple(heads.get(name, name) for name in table.variables)
    total = len(table.rows) + table.more
    return Grid(columns, numeric, tuple(rows), body, total, table.truth, whole)


def _cell(view: View, term: Term, label: str | None) -> Value:
    """A term in a table; a blank node by its label, so that rows about the same one show it."""
    if isinstance(term, BlankNode):
        return Value("code", f"_:{term.value[:_LONGEST_NODE]}")
    return show(view, term, label)


def _numeric(rows: Sequence[_Values], columns: int) -> frozenset[int]:
    """The columns that hold nothing but numbers."""
    if not rows:
        return frozenset()
    return frozenset(
        index
        for index in range(columns)
        if all((value := row[index]) is None or value.kind == "number" for row in rows)
    )


def _body(view: View, rows: Sequence[_Values], numeric: frozenset[int]) -> Steps[Markup]:
    """The rows as they stand in a page; what comes again is written once."""
    written: dict[int, str] = {}
    lines = []
    for row in rows:
        line = "<tr>"
        for index, value in enumerate(row):
            text = ""
            if value is not None:
                text = written.get(id(value)) or written.setdefault(id(value), inline(view, value))
            line += f'<td class="num">{text}</td>' if index in numeric else f"<td>{text}</td>"
        lines.append(line + "</tr>\n")
        yield
    return safe("".join(lines))
