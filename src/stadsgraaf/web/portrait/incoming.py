"""The things that point at a thing, by property, the first of them by name."""

from dataclasses import dataclass
from typing import Final

from stadsgraaf.web.cards import Named
from stadsgraaf.web.portrait.subject import FEW_VALUES, IN_SCHEME, Subject
from stadsgraaf.web.tree import SCHEME

__all__ = ["Links", "incoming"]

_FEW_LINKS: Final = 12


@dataclass(frozen=True)
class Links:
    """Things that point here by one property."""

    relation: str
    relation_href: str | None
    things: tuple[tuple[Named, str | None], ...]
    count: int
    more_href: str | None


def incoming(subject: Subject) -> tuple[Links, ...]:
    """What points at the thing, claims and details apart, by property."""
    expected = subject.shapes.of(subject.classes, inverse=True)
    found = []
    for inverse in subject.thing.inverse:
        if inverse.predicate in IN_SCHEME and SCHEME in subject.thing.classes:
            continue
        things = [
            iri
            for iri in inverse.subjects
            if iri not in subject.thing.parts and not subject.is_claim(iri)
        ]
        if not things:
            continue
        count = inverse.count if inverse.count > len(inverse.subjects) else len(things)
        shown = sorted(things, key=lambda iri: subject.name(iri).casefold())
        listed = shown[: FEW_VALUES if count <= FEW_VALUES else _FEW_LINKS]
        named = expected.get(inverse.predicate)
        found.append(
            Links(
                relation=(named and named.name(subject.view.language))
                or subject.view.term(inverse.predicate),
                relation_href=subject.view.link(inverse.predicate),
                things=tuple((subject.named(iri), subject.kind_name(iri)) for iri in listed),
                count=count,
                more_href=subject.values_page(inverse.predicate, "in")
                if count > len(listed)
                else None,
            )
        )
    return tuple(sorted(found, key=lambda links: (-links.count, links.relation)))
