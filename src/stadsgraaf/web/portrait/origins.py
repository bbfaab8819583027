"""What the values on a page rest on: asserted claims, else the named graphs that they stand in."""

from collections.abc import Iterable
from itertools import product

from stadsgraaf.web.asking import Term
from stadsgraaf.web.cards import Source
from stadsgraaf.web.portrait.subject import Subject
from stadsgraaf.web.thing import TYPE, Statement

__all__ = ["Origins"]


class Origins:
    """The sources of each statement of a thing, by number."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.fact_graphs = set(subject.view.site.release.manifest.graphs_with("facts"))
        self.supporting = self._all_support()
        self.single = self._single_source()

    def of(self, statement: Statement) -> tuple[int, ...]:
        """Numbers of the sources of a statement; none when the whole page has one source."""
        return self._numbers(self._origins(statement))

    def _support(self, statement: Statement) -> list[str]:
        """Asserted claims that say what a triple says."""
        return self.supporting.get((statement.predicate, statement.value), [])

    def _all_support(self) -> dict[tuple[str, Term], list[str]]:
        found: dict[tuple[str, Term], list[str]] = {}
        for claim in self.subject.thing.claims.values():
            predicates, values = claim.things("claimPredicate"), claim.all("claimObject")
            if claim.is_asserted and self.subject.thing.iri in claim.things("claimSubject"):
                for key in product(predicates, values):
                    found.setdefault(key, []).append(claim.iri)
        return found

    def _origins(self, statement: Statement) -> list[str]:
        """Claims that a fact rests on, else the graphs that it stands in."""
        if self.fact_graphs.intersection(statement.graphs):
            return self._support(statement) or list(statement.graphs)
        return list(statement.graphs)

    def _single_source(self) -> Source | None:
        """The one source of everything: then no value needs its number."""
        found = {
            origin
            for statement in self.subject.thing.statements
            if statement.predicate != TYPE
            for origin in self._origins(statement)
        }
        if len(found) != 1 or any(iri in self.subject.cards for iri in found):
            return None
        self.subject.sources.number(next(iter(found)))
        return next(iter(self.subject.sources))

    def _numbers(self, origins: Iterable[str]) -> tuple[int, ...]:
        return (
            ()
            if self.single
            else tuple(sorted({self.subject.sources.number(iri) for iri in origins}))
        )
