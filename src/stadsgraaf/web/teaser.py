"""The beginning of an answer: what a canned query says, in a few words."""

from dataclasses import dataclass
from typing import Final

from stadsgraaf.canned import CannedQuery
from stadsgraaf.web.asking import Table, term_iri
from stadsgraaf.web.default_answer import default_answer
from stadsgraaf.web.site import View

__all__ = ["Teaser", "read_teaser"]

_MOST_NAMES: Final = 4
_MOST_LETTERS: Final = 90


@dataclass(frozen=True)
class Teaser:
    """Yes or no, or the first names of an answer and how many more there are."""

    truth: bool | None = None
    names: tuple[str, ...] = ()
    more: int = 0


async def read_teaser(view: View, query: CannedQuery) -> Teaser | None:
    """The teaser of a canned query with its default parameters; None when it has no answer."""
    table = await default_answer(view.site, query)
    if table is None or (table.truth is None and not table.rows):
        return None
    if table.truth is not None:
        return Teaser(table.truth)
    return _names(view, table)


def _names(view: View, table: Table) -> Teaser | None:
    """The things in the column that has most different ones."""
    columns = [
        list(dict.fromkeys(iri for row in table.rows if (iri := term_iri(row.get(name)))))
        for name in table.variables
    ]
    things = max(columns, key=len, default=[])
    if not things:
        return None
    labels = view.labels(things)
    shown: list[str] = []
    for iri in things[:_MOST_NAMES]:
        if shown and len(", ".join([*shown, labels[iri]])) > _MOST_LETTERS:
            break
        shown.append(labels[iri])
    return Teaser(None, tuple(shown), len(things) - len(shown))
