"""The times of a thing: its own dates, those of what stands near it, those of claims about it."""

from collections.abc import Iterable
from typing import Final

from pyoxigraph import Literal

from stadsgraaf.datatypes import DATE_TYPES
from stadsgraaf.namespaces import well_known
from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.claims import CLAIM
from stadsgraaf.web.kinds import Sort
from stadsgraaf.web.portrait.facts import CLAIM_PARTS
from stadsgraaf.web.portrait.roles import CLAIM_ROLES
from stadsgraaf.web.portrait.subject import Subject
from stadsgraaf.web.timeline import OWN, Moment, Timeline, gather, timeline

__all__ = ["Moments"]

#: When a description was made says nothing of the time of what it describes.
_CLERICAL: Final = well_known("dct:created dct:modified dct:issued")
_TIMELESS: Final = ("term", "concept", "data")
#: Nor does the time at which somebody wrote it down.
_MAKING: Final = well_known("prov:wasGeneratedBy prov:wasAttributedTo")


#: So many moments are drawn and listed with a thing; the rest has a page of its own.
_MOST_SHOWN: Final = 24


class Moments:
    """Reads the times of a thing."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def timeline(self) -> Timeline | None:
        """The timeline, when there is more than one moment: of many the latest."""
        line = timeline(self.all(), most=_MOST_SHOWN)
        return line if line and (line.total > 1 or line.moments[0].members) else None

    def all(self) -> list[Moment]:
        """Every moment once, those of one kind at one time as one when they are many."""
        moments: dict[tuple[str, str], Moment] = {}
        for moment in self._moments():
            moments.setdefault((moment.label, moment.date), moment)
        return gather(moments.values())

    def _moments(self) -> Iterable[Moment]:
        yield from self._own_moments()
        yield from self._dates_of_others()
        yield from self._claimed_moments()

    def _dates_of_others(self) -> Iterable[Moment]:
        """Dates of things that are near, but for those that it was made by."""
        thing, view = self.subject.thing, self.subject.view
        made_by = {
            iri for name in _MAKING for term in thing.values(name) if (iri := term_iri(term))
        }
        kinds: dict[str, tuple[Sort, str]] = {}
        for dated in thing.dated:
            kind = view.site.kind(dated.thing) or ""
            if kind not in kinds:
                kinds[kind] = self.subject.taxonomy.sort([kind]), view.term(kind) if kind else ""
            sort, name = kinds[kind]
            clerical = dated.predicate in _CLERICAL and sort in _TIMELESS
            if dated.thing not in made_by and not clerical:
                label, href = self.subject.name(dated.thing), view.link(dated.thing)
                yield Moment(label, dated.date, href, sort, kind=name)

    def _claimed_moments(self) -> Iterable[Moment]:
        """Dates of the claims about it, or of the claim that it is."""
        thing = self.subject.thing
        about = {
            iri
            for inverse in thing.inverse
            if inverse.predicate in CLAIM_ROLES[:3]
            for iri in inverse.subjects
        }
        for iri, claim in thing.claims.items():
            if claim.date and (iri in about or iri == thing.iri):
                yield Moment(
                    self.subject.view.label(iri),
                    claim.date,
                    self.subject.view.urls.of(iri),
                    "claim",
                    doubtful=not claim.is_asserted,
                    kind=self.subject.view.term(CLAIM),
                )

    def _own_moments(self) -> Iterable[Moment]:
        for statement in self.subject.thing.statements:
            value, predicate = statement.value, statement.predicate
            is_date = isinstance(value, Literal) and value.datatype.value in DATE_TYPES
            clerical = predicate in _CLERICAL and self.subject.sort in _TIMELESS
            if is_date and predicate not in CLAIM_PARTS and not clerical:
                label = self.subject.property_name(predicate)
                yield Moment(label, value.value, None, OWN)
