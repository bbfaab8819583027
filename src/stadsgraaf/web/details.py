"""Tables of what says something of a thing, such as memberships: a row for each, a cell for each part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stadsgraaf.namespaces import well_known
from stadsgraaf.naming import LABELS
from stadsgraaf.web.asking import Term, term_iri
from stadsgraaf.web.cards import Card, Named, Sources
from stadsgraaf.web.kinds import Taxonomy
from stadsgraaf.web.shapes import Expectation, Shapes
from stadsgraaf.web.site import View
from stadsgraaf.web.thing import TYPE, Inverse, Thing
from stadsgraaf.web.values import Value, show

__all__ = ["ORIGINS", "DetailRow", "DetailTable", "Tables"]

#: Where what a detail says comes from.
ORIGINS: Final = well_known("prov:wasDerivedFrom dct:source prov:hadPrimarySource")
_MOST_ROWS = 25
_MOST_COLUMNS = 4
#: In so many rows a column that says the same in each is said once, above them.
_FEWEST_SHARING = 3


@dataclass(frozen=True)
class DetailRow:
    """One detail: its name, a cell for each column, its sources, and the claims among these."""

    name: Named
    cells: tuple[tuple[Value, ...], ...]
    sources: tuple[int, ...]
    claims: tuple[Card, ...]


@dataclass(frozen=True)
class DetailTable:
    """Details of one kind; ``shared`` are columns that say the same in each row."""

    title: str
    relation: str
    columns: tuple[str, ...]
    shared: tuple[tuple[str, tuple[Value, ...]], ...]
    rows: tuple[DetailRow, ...]
    count: int
    more_href: str | None

    @property
    def rests_on_claims(self) -> bool:
        """Whether some row says how sure it is."""
        return any(row.claims for row in self.rows)


@dataclass(frozen=True)
class Tables:
    """Makes the tables of one page."""

    view: View
    thing: Thing
    taxonomy: Taxonomy
    shapes: Shapes
    labels: Mapping[str, str]
    cards: Mapping[str, Card]
    sources: Sources

    def read(self) -> tuple[DetailTable, ...]:
        """A table for each property by which details point at the thing."""
        found = []
        for inverse in self.thing.inverse:
            details = [iri for iri in inverse.subjects if iri in self.thing.parts]
            if details:
                found.append(self._table(inverse, details))
        return tuple(found)

    def _table(self, inverse: Inverse, details: Sequence[str]) -> DetailTable:
        kinds = [self.view.site.kind(iri) or "" for iri in details]
        main = max(sorted(set(kinds)), key=kinds.count)
        expected = self.shapes.of(sorted(self.taxonomy.all_of([main])))
        columns = self._columns(details, inverse.predicate, expected)
        same = self._same(details, columns) if inverse.count == len(details) else ()
        columns = [column for column in columns if column not in same][:_MOST_COLUMNS]
        rows = sorted(
            (self._row(iri, columns) for iri in details), key=lambda row: row.name.text.casefold()
        )

        def named(column: str) -> str:
            expectation = expected.get(column)
            own = expectation.name(self.view.language) if expectation else None
            return own or self.view.term(column)

        return DetailTable(
            title=self.view.term(main or inverse.predicate),
            relation=self.view.term(inverse.predicate),
            columns=tuple(map(named, columns)),
            shared=tuple((named(column), self._cells(details[0], column)) for column in same),
            rows=tuple(rows[:_MOST_ROWS]),
            count=inverse.count,
            more_href=self.view.urls.values(self.thing.iri, inverse.predicate, "in")
            if inverse.count > _MOST_ROWS
            else None,
        )

    def _columns(
        self, details: Iterable[str], own: str, expected: Mapping[str, Expectation]
    ) -> list[str]:
        present: dict[str, int] = {}
        for iri in details:
            for predicate in {predicate for predicate, _ in self.thing.parts[iri]}:
                present[predicate] = present.get(predicate, 0) + 1
        hidden = {TYPE, own, *LABELS, *ORIGINS}

        def rank(predicate: str) -> tuple[float, float, int, str]:
            position = (expected.get(predicate) or Expectation(predicate)).position
            return *position, -present[predicate], self.view.term(predicate)

        return sorted((predicate for predicate in present if predicate not in hidden), key=rank)

    def _same(self, details: Sequence[str], columns: Iterable[str]) -> tuple[str, ...]:
        if len(details) < _FEWEST_SHARING:
            return ()
        return tuple(
            column
            for column in columns
            if len({tuple(map(str, self._terms(iri, column))) for iri in details}) == 1
        )

    def _row(self, iri: str, columns: Iterable[str]) -> DetailRow:
        origins = [
            value.value
            for predicate, value in self.thing.parts[iri]
            if predicate in ORIGINS and term_iri(value)
        ]
        return DetailRow(
            name=Named(self._name(iri), self.view.link(iri), iri),
            cells=tuple(self._cells(iri, column) for column in columns),
            sources=tuple(sorted({self.sources.number(origin) for origin in origins})),
            claims=tuple(self.cards[origin] for origin in origins if origin in self.cards),
        )

    def _terms(self, iri: str, column: str) -> list[Term]:
        """The values, of texts those in the page's language when there are any."""
        values = [value for predicate, value in self.thing.parts[iri] if predicate == column]
        own = [v for v in values if getattr(v, "language", None) == self.view.language]
        return own or values

    def _cells(self, iri: str, column: str) -> tuple[Value, ...]:
        return tuple(
            show(self.view, value, self.labels.get(term_iri(value) or ""))
            for value in self._terms(iri, column)
        )

    def _name(self, iri: str) -> str:
        return self.labels.get(iri) or self.view.label(iri)
