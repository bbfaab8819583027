"""A claim as a page shows it, and the numbered sources of a page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from stadsgraaf.web import dates
from stadsgraaf.web.claims import LINKS, TENSIONS, Claim, Evidence
from stadsgraaf.web.site import View
from stadsgraaf.web.values import Value, show

__all__ = ["Card", "Cards", "GraphInfo", "Named", "Passage", "Source", "Sources", "statement"]


class Named(NamedTuple):
    """Something with a name, and where a reader goes for it."""

    text: str
    href: str | None = None
    iri: str | None = None


@dataclass(frozen=True)
class Passage:
    """Where a claim stands: the document, and the characters of it."""

    document: Named
    start: int | None
    end: int | None
    digest: str | None
    reader: str | None


@dataclass(frozen=True)
class Card:
    """One claim, every word in the page's language."""

    iri: str
    href: str
    text: str
    modality: Named | None
    forces: tuple[Named, ...]
    denied: bool
    asserted: bool
    date: str | None
    date_machine: str | None
    voices: tuple[tuple[tuple[str, ...], tuple[Named, ...]], ...]
    passages: tuple[Passage, ...]
    documents: tuple[Named, ...]
    against: tuple[tuple[Named, bool], ...]


_VOICES = ("holder", "speaker", "reporter")


def statement(view: View, claim: Claim) -> tuple[Value, ...]:
    """What a claim says: subject, property and value, as far as it has them."""
    terms = [claim.one(name) for name in ("claimSubject", "claimPredicate", "claimObject")]
    return tuple(show(view, term) for term in terms if term is not None)


def _voices(
    found: Iterable[tuple[str, tuple[Named, ...]]],
) -> tuple[tuple[tuple[str, ...], tuple[Named, ...]], ...]:
    """Who speaks, each once: often the same one holds, says and reports it."""
    by_people: dict[tuple[Named, ...], list[str]] = {}
    for word, people in found:
        if people:
            by_people.setdefault(people, []).append(word)
    return tuple((tuple(words), people) for people, words in by_people.items())


class Cards(Mapping[str, Card]):
    """Cards by the claim's IRI, each made when it is first asked for: a page shows some of many."""

    def __init__(self, view: View, claims: Mapping[str, Claim]) -> None:
        self._view, self._claims = view, claims
        self._made: dict[str, Card] = {}
        self._ahead: set[str] = set()
        self._named: dict[str, Named] = {}

    def __getitem__(self, iri: str) -> Card:
        """The card of a claim."""
        if iri not in self._made:
            if iri not in self._ahead:
                self.ahead([iri])
            self._made[iri] = self._card(self._claims[iri])
        return self._made[iri]

    def _card(self, claim: Claim) -> Card:
        view = self._view
        voices = [(name, self._all_named(claim.things(name))) for name in _VOICES]
        modality = self._all_named(claim.things("modality")[:1])
        return Card(
            iri=claim.iri,
            href=view.urls.of(claim.iri),
            text=view.label(claim.iri),
            modality=modality[0] if modality else None,
            forces=self._all_named(claim.things("force")),
            denied=claim.is_denied,
            asserted=claim.is_asserted,
            date=dates.say(claim.date, view.language) if claim.date else None,
            date_machine=claim.date,
            voices=_voices(voices),
            passages=tuple([self._passage(each) for each in claim.evidence]),
            documents=self._all_named(claim.sources),
            against=tuple(
                [
                    (self._name(iri), predicate == LINKS[0])
                    for iri, predicate in sorted(claim.against.items())
                    if predicate in TENSIONS
                ]
            ),
        )

    def _passage(self, evidence: Evidence) -> Passage:
        reader = self._view.urls.article(evidence.source, evidence.start)
        document = self._name(evidence.source)
        return Passage(document, evidence.start, evidence.end, evidence.digest, reader)

    def _name(self, iri: str) -> Named:
        if iri not in self._named:
            self._named[iri] = Named(self._view.label(iri), self._view.link(iri), iri)
        return self._named[iri]

    def _all_named(self, iris: Iterable[str]) -> tuple[Named, ...]:
        return tuple([self._name(iri) for iri in iris])

    def __contains__(self, iri: object) -> bool:
        """Whether there is one."""
        return iri in self._claims

    def __iter__(self) -> Iterator[str]:
        """The claims, in their order."""
        return iter(self._claims)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._claims)

    def ahead(self, iris: Iterable[str]) -> "Cards":
        """The same, with what cards mention that will be asked for looked up at once."""
        claims = [self._claims[iri] for iri in iris if iri in self._claims]
        self._ahead.update([claim.iri for claim in claims])
        self._view.site.read_names(
            {iri for claim in claims for iri in (claim.iri, *claim.mentions)}
        )
        return self


@dataclass(frozen=True)
class GraphInfo:
    """What the metadata say of a named graph."""

    sources: tuple[str, ...] = ()
    licence: str | None = None


@dataclass(frozen=True)
class Source:
    """One source of the page: a claim, or a named graph with what it was made from."""

    number: int
    title: str
    href: str | None
    card: Card | None = None
    made_from: Sequence[Named] = ()
    licence: Named | None = None

    @property
    def anchor(self) -> str:
        """Names its popover."""
        return f"source-{self.number}"


@dataclass
class Sources:
    """The sources of a page, numbered in the order in which they are first needed."""

    view: View
    cards: Mapping[str, Card]
    graphs: Mapping[str, GraphInfo]
    listed: dict[str, Source] = field(default_factory=dict)

    def number(self, iri: str) -> int:
        """The number of a source: a claim of the page, a named graph, or a document."""
        if iri not in self.listed:
            self.listed[iri] = self._source(iri, len(self.listed) + 1)
        return self.listed[iri].number

    def __iter__(self) -> Iterator[Source]:
        """In order."""
        return iter(self.listed.values())

    def _source(self, iri: str, number: int) -> Source:
        if found := self.cards.get(iri):
            return Source(number, found.text, found.href, found)
        title = self.view.graph_title(iri)
        if info := self.graphs.get(iri):
            named = tuple(
                Named(self.view.label(source), self.view.link(source), source)
                for source in info.sources
            )
            licence = info.licence and Named(
                self.view.label(info.licence), self.view.link(info.licence)
            )
            return Source(number, title, self.view.urls.of(iri), None, named, licence or None)
        is_graph = any(graph.iri == iri for graph in self.view.site.release.manifest.graphs)
        return Source(number, title, self.view.urls.of(iri) if is_graph else self.view.link(iri))
