"""The portrait of a thing, put together from its parts.

Order, grouping and names come from the dataset's shapes and vocabulary; the rest of the order is
alphabetical. See ``templates/thing.html`` for how it looks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stadsgraaf.web.cards import Card, GraphInfo, Named, Source, statement
from stadsgraaf.web.claims import CLAIM
from stadsgraaf.web.contests import Contest
from stadsgraaf.web.details import ORIGINS, DetailTable, Tables
from stadsgraaf.web.diagram import Diagram
from stadsgraaf.web.kinds import Sort, Taxonomy
from stadsgraaf.web.neighbours import neighbourhood
from stadsgraaf.web.portrait.facts import Facts, Group
from stadsgraaf.web.portrait.gaps import gaps
from stadsgraaf.web.portrait.incoming import Links, incoming
from stadsgraaf.web.portrait.moments import Moments
from stadsgraaf.web.portrait.origins import Origins
from stadsgraaf.web.portrait.roles import ClaimList, Roles
from stadsgraaf.web.portrait.subject import IN_SCHEME, SAME, Subject
from stadsgraaf.web.shapes import Shapes
from stadsgraaf.web.site import View
from stadsgraaf.web.thing import Thing
from stadsgraaf.web.timeline import Timeline
from stadsgraaf.web.values import Value

__all__ = ["Portrait", "portray"]


@dataclass(frozen=True)
class Portrait:
    """Everything that the page of a thing shows."""

    iri: str
    name: str
    other_name: str | None
    sort: Sort
    kinds: tuple[Named, ...]
    summary: Value | None
    groups: tuple[Group, ...]
    details: tuple[DetailTable, ...]
    timeline: Timeline | None
    claim_lists: tuple[ClaimList, ...]
    contests: tuple[Contest, ...]
    card: Card | None
    statement: tuple[Value, ...]
    related: tuple[tuple[str, tuple[Card, ...]], ...]
    links: tuple[Links, ...]
    around: Diagram | None
    same: tuple[tuple[str, Named], ...]
    sources: tuple[Source, ...]
    single_source: Source | None
    gaps: tuple[str, ...]
    instances: int
    fact_count: int
    claim_count: int
    link_count: int
    thing: Thing


def portray(
    view: View,
    thing: Thing,
    taxonomy: Taxonomy,
    shapes: Shapes,
    graphs: Mapping[str, GraphInfo],
) -> Portrait:
    """The portrait of a thing in the view's language."""
    subject = Subject(view, thing, taxonomy, shapes, graphs)
    is_claim = CLAIM in thing.classes
    origins, roles = Origins(subject), Roles(subject)
    facts = Facts(subject, origins)
    groups, summary = facts.groups(is_claim=is_claim), facts.summary()
    details = Tables(
        view, thing, taxonomy, shapes, subject.labels, subject.cards, subject.sources
    ).read()
    line, lists, links = Moments(subject).timeline(), roles.lists(), incoming(subject)
    return Portrait(
        iri=thing.iri,
        name=subject.own_name,
        other_name=view.site.other_label(thing.iri, view.language),
        sort=subject.sort,
        kinds=_kinds(subject),
        summary=summary,
        groups=groups,
        details=details,
        timeline=line,
        claim_lists=lists,
        contests=roles.contests(lists),
        card=subject.cards.get(thing.iri),
        statement=statement(view, thing.claims[thing.iri]) if thing.iri in thing.claims else (),
        related=roles.related() if is_claim else (),
        links=links,
        around=None if is_claim else _around(subject),
        same=facts.same(),
        sources=tuple(subject.sources),
        single_source=origins.single,
        gaps=gaps(subject),
        instances=thing.instances,
        fact_count=sum(len(fact.values) + fact.more for group in groups for fact in group.facts),
        claim_count=roles.count(lists),
        link_count=sum(link.count for link in links) + sum(t.count for t in details),
        thing=thing,
    )


def _kinds(subject: Subject) -> tuple[Named, ...]:
    view, classes = subject.view, subject.thing.classes
    main = view.site.kind(subject.thing.iri)
    ordered = sorted(classes, key=lambda iri: (iri != main, subject.name(iri)))
    return tuple(Named(view.term(iri), view.urls.browse(iri), iri) for iri in ordered)


def _around(subject: Subject) -> Diagram | None:
    left_out = {*SAME, *IN_SCHEME, *ORIGINS}
    return neighbourhood(subject.view, subject.thing, subject.taxonomy, subject.labels, left_out)
