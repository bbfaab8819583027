"""The result of a query as a table for people: labels for IRIs, dates in words, links."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pyoxigraph import BlankNode

from stadsgraaf.web.asking import Table, Term, term_iri
from stadsgraaf.web.site import View
from stadsgraaf.web.values import Value, show

__all__ = ["Grid", "as_grid"]


@dataclass(frozen=True)
class Grid:
    """A table; ``numeric`` columns are aligned to the right.

    ``total`` counts all rows, or those that were read when they are not the ``whole`` result.
    """

    columns: tuple[str, ...]
    numeric: frozenset[int]
    rows: tuple[tuple[Value | None, ...], ...]
    total: int
    truth: bool | None = None
    whole: bool = True


def as_grid(
    view: View,
    table: Table,
    most: int,
    *,
    heads: Mapping[str, str] = MappingProxyType({}),
    whole: bool = True,
) -> Grid:
    """The table of a result, its first rows at most; ``heads`` name variables."""
    shown = table.rows[:most]
    labels = view.labels({iri for row in shown for term in row.values() if (iri := term_iri(term))})
    rows = tuple(
        tuple(
            _cell(view, row[name], labels.get(row[name].value)) if name in row else None
            for name in table.variables
        )
        for row in shown
    )
    numeric = frozenset(
        index
        for index in range(len(table.variables))
        if rows and all(row[index] is None or row[index].kind == "number" for row in rows)  # type: ignore[union-attr]  # None was just seen to
    )
    columns = tuple(heads.get(name, name) for name in table.variables)
    total = len(table.rows) + table.more
    return Grid(columns, numeric, rows, total, table.truth, whole)


def _cell(view: View, term: Term, label: str | None) -> Value:
    """A term in a table; a blank node by its label, so that rows about the same one show it."""
    if isinstance(term, BlankNode):
        return Value("code", f"_:{term.value[:_LONGEST_NODE]}")
    return show(view, term, label)


_LONGEST_NODE = 12
