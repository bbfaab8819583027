"""The thing that a page is about, with what every part of its portrait needs: names, cards, sources."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from pyoxigraph import Literal

from stadsgraaf.namespaces import well_known
from stadsgraaf.web.asking import Term, term_iri
from stadsgraaf.web.cards import Cards, GraphInfo, Named, Sources
from stadsgraaf.web.claims import CLAIM
from stadsgraaf.web.kinds import Taxonomy
from stadsgraaf.web.shapes import Shapes
from stadsgraaf.web.site import View
from stadsgraaf.web.thing import Thing

__all__ = ["FEW_VALUES", "IN_SCHEME", "SAME", "Subject", "iris"]


#: The same thing elsewhere, or nearly.
SAME: Final = well_known(
    "owl:sameAs schema:sameAs skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch"
    " skos:relatedMatch"
)
IN_SCHEME: Final = well_known("skos:inScheme skos:topConceptOf")
FEW_VALUES: Final = 25


def iris(terms: Iterable[Term]) -> list[str]:
    """The IRIs among the terms."""
    return [iri for term in terms if (iri := term_iri(term))]


class Subject:
    """A thing in the language of a view; one for each page."""

    def __init__(
        self,
        view: View,
        thing: Thing,
        taxonomy: Taxonomy,
        shapes: Shapes,
        graphs: Mapping[str, GraphInfo],
    ) -> None:
        self.view, self.thing, self.taxonomy, self.shapes = view, thing, taxonomy, shapes
        self.classes = sorted(taxonomy.all_of(thing.classes))
        self.expected = shapes.of(self.classes)
        self.labels = view.labels(self._mentioned())
        self.cards = Cards(view, thing.claims)
        self.sources = Sources(view, self.cards, graphs)
        self.sort = taxonomy.sort(thing.classes)

    @cached_property
    def own_name(self) -> str:
        """What the page is headed with: a thing without a label has the last part of its IRI."""
        return self.view.term(self.thing.iri)

    def _mentioned(self) -> set[str]:
        thing = self.thing
        found = {thing.iri, *thing.classes}
        for statement in thing.statements:
            found.add(statement.predicate)
            found.update(iris([statement.value]))
        for inverse in thing.inverse:
            found.update((inverse.predicate, *inverse.subjects))
        for iri, pairs in thing.parts.items():
            found.add(iri)
            for predicate, value in pairs:
                found.update((predicate, *iris([value])))
        found.update(dated.thing for dated in thing.dated)
        found.update(dated.predicate for dated in thing.dated if dated.predicate)
        found.update(e.group for e in self.expected.values() if e.group)
        return found

    def name(self, iri: str) -> str:
        """What a thing is called."""
        return self.labels.get(iri) or self.view.label(iri)

    def named(self, iri: str) -> Named:
        """A thing by its name, with the way to it."""
        return Named(self.name(iri), self.view.link(iri), iri)

    def property_name(self, predicate: str) -> str:
        """What a property is called: by the shapes, else by the vocabulary."""
        expectation = self.expected.get(predicate)
        return (expectation and expectation.name(self.view.language)) or self.view.term(predicate)

    def kind_name(self, iri: str | None) -> str | None:
        """What the main class of a thing is called."""
        kind = self.view.site.kind(iri or "")
        return self.view.term(kind) if kind else None

    def is_claim(self, iri: str) -> bool:
        """Whether a thing is a claim."""
        return self.view.site.kind(iri) == CLAIM

    def values_page(self, predicate: str, direction: str) -> str:
        """Address of all values of a property, ``out`` or ``in``."""
        return self.view.urls.values(self.thing.iri, predicate, direction)

    def read_first(self, values: Sequence[Term]) -> list[Term]:
        """The values in the page's language first, then those of no language, then the rest."""

        def rank(term: Term) -> tuple[int, str]:
            language = (term.language or "") if isinstance(term, Literal) else ""
            return (0 if language == self.view.language else 1 if not language else 2), str(term)

        return sorted(values, key=rank)
