"""The claims in which a thing has a role: about it, by it; which of them clash and hang together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from stadsgraaf.namespaces import SG
from stadsgraaf.web.cards import Card
from stadsgraaf.web.claims import CLAIM, LINKS
from stadsgraaf.web.contests import Contest, contests
from stadsgraaf.web.portrait.subject import Subject, iris
from stadsgraaf.web.thing import Inverse

__all__ = ["CLAIM_ROLES", "ClaimList", "Roles"]

CLAIM_ROLES: Final = tuple(
    SG + name
    for name in ("claimSubject", "claimObject", "holder", "speaker", "reporter", "claimPredicate")
)
_MOST_SHOWN: Final = 12


@dataclass(frozen=True)
class ClaimList:
    """Claims in which the thing has one role; those ``above`` are in a list before this one."""

    title: str
    count: int
    above: int
    href: str
    cards: tuple[Card, ...]
    cut: bool


class Roles:
    """Reads the claims of a thing."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def lists(self) -> tuple[ClaimList, ...]:
        """Claims by the role that the thing has in them, each claim once."""
        inverse = {item.predicate: item for item in self.subject.thing.inverse}
        roles = [*CLAIM_ROLES, *(p for p in inverse if p not in CLAIM_ROLES and p not in LINKS)]
        by_claims: dict[tuple[str, ...], list[str]] = {}
        for role in roles:
            item = inverse.get(role)
            claims = (
                tuple(iri for iri in item.subjects if self.subject.is_claim(iri)) if item else ()
            )
            if claims:
                by_claims.setdefault(claims, []).append(role)
        lists, seen = [], set[str]()
        for claims, same in by_claims.items():
            fresh = [iri for iri in claims if iri not in seen]
            if fresh:
                seen.update(fresh)
                lists.append(self._claim_list(same, inverse[same[0]], claims, fresh))
        return tuple(lists)

    def _claim_list(
        self, roles: Sequence[str], item: Inverse, claims: Sequence[str], fresh: Sequence[str]
    ) -> ClaimList:
        known = self.subject.thing.claims
        found = sorted(
            (iri for iri in fresh if iri in known),
            key=lambda iri: (not known[iri].is_contested, iri),
        )
        shown = found[:_MOST_SHOWN]
        cards = self.subject.cards.ahead(shown)
        titles = [
            self.subject.view.t(f"role_{role.removeprefix(SG)}", name=self.subject.own_name)
            if role in CLAIM_ROLES
            else self.subject.view.term(role)
            for role in roles
        ]
        return ClaimList(
            title=f" {self.subject.view.t('and')} ".join(
                title if not at else title[:1].lower() + title[1:]
                for at, title in enumerate(titles)
            ),
            count=item.count if item.count > len(item.subjects) else len(claims),
            above=len(claims) - len(fresh),
            href=self.subject.view.urls.claims(
                where=f"{NamedNode(roles[0])} {NamedNode(self.subject.thing.iri)}"
            ),
            cards=tuple([cards[iri] for iri in shown]),
            cut=len(found) > _MOST_SHOWN or item.count > len(item.subjects),
        )

    @staticmethod
    def count(lists: Sequence[ClaimList]) -> int:
        """How many claims there are at least."""
        shown = sum(len(listed.cards) for listed in lists)
        return max([shown, *(listed.count for listed in lists)])

    def contests(self, lists: Iterable[ClaimList]) -> tuple[Contest, ...]:
        """The claims of the page that clash, each with what it clashes with."""
        if self.subject.thing.iri in self.subject.cards and CLAIM in self.subject.thing.classes:
            return contests(self.subject.cards, [self.subject.thing.iri])
        return contests(self.subject.cards, [card.iri for listed in lists for card in listed.cards])

    def related(self) -> tuple[tuple[str, tuple[Card, ...]], ...]:
        """Other claims that this claim supports, refines or follows on, and the other way round."""
        found: list[tuple[str, tuple[Card, ...]]] = []
        for link in LINKS[2:]:
            name = link.removeprefix(SG)
            forward = [
                self.subject.cards[i]
                for i in iris(self.subject.thing.values(link))
                if i in self.subject.cards
            ]
            if forward:
                found.append((name, tuple(forward)))
            for inverse in self.subject.thing.inverse:
                if inverse.predicate == link:
                    back = [
                        self.subject.cards[iri]
                        for iri in inverse.subjects
                        if iri in self.subject.cards
                    ]
                    found.append((f"{name}_back", tuple(back)))
        return tuple(found)
