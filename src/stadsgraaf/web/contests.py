"""Claims side by side with those that do not go together with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stadsgraaf.web.cards import Card

__all__ = ["Contest", "contests"]


@dataclass(frozen=True)
class Contest:
    """A claim, and those that do not go together with it: whether each contradicts it outright."""

    card: Card
    against: tuple[tuple[Card, bool], ...]


def contests(shown: Mapping[str, Card], wanted: Iterable[str]) -> tuple[Contest, ...]:
    """Claims beside those that do not go together with them, each pair once.

    The claim that clashes with most others comes first, so that it is not said again for each.
    """
    pairs = _pairs(shown, sorted(set(wanted) & set(shown)))
    found = []
    while pairs:
        most = min(pairs, key=lambda iri: (-len(pairs[iri]), iri))
        against = pairs.pop(most)
        for other in against:
            if other in pairs:
                pairs[other].pop(most, None)
                if not pairs[other]:
                    del pairs[other]
        ordered = sorted(against.items(), key=lambda item: (not item[1], item[0]))
        found.append(Contest(shown[most], tuple((shown[iri], flat) for iri, flat in ordered)))
    return tuple(found)


def _pairs(shown: Mapping[str, Card], wanted: Iterable[str]) -> dict[str, dict[str, bool]]:
    """Of each claim those against it, as far as both are shown, and whether it is contradiction."""
    found: dict[str, dict[str, bool]] = {}
    for iri in wanted:
        against = {
            other.iri: contradiction
            for other, contradiction in shown[iri].against
            if other.iri is not None and other.iri in shown and other.iri != iri
        }
        if against:
            found[iri] = against
    return found
