"""A claim as a page shows it, and the numbered sources of a page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from stadsgraaf.web import dates
from stadsgraaf.web.claims import LINKS, TENSIONS, Claim, Evidence
from stadsgraaf.web.site import View
from stadsgraaf.web.values import Value, show

__all__ = ["Card", "GraphInfo", "Named", "Passage", "Source", "Sources", "card", "cards"]


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
    statement: tuple[Value, ...]
    against: tuple[tuple[Named, bool], ...]


_VOICES = ("holder", "speaker", "reporter")


def card(view: View, claim: Claim, labels: Mapping[str, str]) -> Card:
    """The claim as a card; ``labels`` has what it mentions."""

    def named(iri: str) -> Named:
        return Named(labels.get(iri) or view.label(iri), view.link(iri), iri)

    def all_named(name: str) -> tuple[Named, ...]:
        return tuple(named(iri) for iri in claim.things(name))

    statement = [claim.one(name) for name in ("claimSubject", "claimPredicate", "claimObject")]
    return Card(
        iri=claim.iri,
        href=view.urls.of(claim.iri),
        text=labels.get(claim.iri) or view.label(claim.iri),
        modality=next(iter(all_named("modality")), None),
        forces=all_named("force"),
        denied=claim.is_denied,
        asserted=claim.is_asserted,
        date=dates.say(claim.date, view.language) if claim.date else None,
        date_machine=claim.date,
        voices=_voices([(name, all_named(name)) for name in _VOICES]),
        passages=tuple(_passage(view, item, named(item.source)) for item in claim.evidence),
        documents=tuple(named(iri) for iri in claim.sources),
        statement=tuple(show(view, term) for term in statement if term is not None),
        against=tuple(
            (named(iri), predicate == LINKS[0])
            for iri, predicate in sorted(claim.against.items())
            if predicate in TENSIONS
        ),
    )


def _voices(
    found: Iterable[tuple[str, tuple[Named, ...]]],
) -> tuple[tuple[tuple[str, ...], tuple[Named, ...]], ...]:
    """Who speaks, each once: often the same one holds, says and reports it."""
    by_people: dict[tuple[Named, ...], list[str]] = {}
    for word, people in found:
        if people:
            by_people.setdefault(people, []).append(word)
    return tuple((tuple(words), people) for people, words in by_people.items())


def _passage(view: View, evidence: Evidence, document: Named) -> Passage:
    reader = view.urls.article(evidence.source, evidence.start)
    return Passage(document, evidence.start, evidence.end, evidence.digest, reader)


def cards(view: View, claims: Iterable[Claim]) -> dict[str, Card]:
    """Cards by the claim's IRI."""
    listed = list(claims)
    wanted = {iri for claim in listed for iri in claim.mentions} | {claim.iri for claim in listed}
    labels = view.labels(wanted)
    return {claim.iri: card(view, claim, labels) for claim in listed}


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
