"""The facts of a thing: ordered, grouped and named by the shapes, each value with its sources."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import Literal

from stadsgraaf.errors import Language
from stadsgraaf.namespaces import PREFIXES, SG, well_known
from stadsgraaf.naming import LABELS
from stadsgraaf.web.asking import Term, term_iri
from stadsgraaf.web.cards import Named
from stadsgraaf.web.claims import LINKS
from stadsgraaf.web.portrait.nested import Nested
from stadsgraaf.web.portrait.origins import Origins
from stadsgraaf.web.portrait.subject import FEW_VALUES, SAME, Subject
from stadsgraaf.web.shapes import Expectation
from stadsgraaf.web.thing import TYPE, Statement
from stadsgraaf.web.tree import SCHEME
from stadsgraaf.web.values import Fact, Value

__all__ = ["CLAIM_PARTS", "Facts", "Group"]

#: What says in a sentence what the thing is; shown on top.
_SUMMARIES: Final = well_known("skos:definition dct:description rdfs:comment schema:description")
#: What a claim shows in its card, not among its facts.
CLAIM_PARTS: Final = frozenset(
    [
        SG + name
        for name in ("claimSubject", "claimPredicate", "claimObject", "modality", "polarity")
    ]
    + [
        SG + name
        for name in ("force", "holder", "speaker", "reporter", "date", "earliest", "latest")
    ]
    + [*LINKS, PREFIXES["oa"] + "hasTarget"]
)
_TOP: Final = PREFIXES["skos"] + "hasTopConcept"
#: A text of so many characters is read, not recognised as a name is.
_LONG: Final = 60


@dataclass(frozen=True)
class Group:
    """Facts that belong together; ``label`` is None for those of no group."""

    label: str | None
    facts: tuple[Fact, ...]


class Facts:
    """Reads the facts of a thing."""

    def __init__(self, subject: Subject, origins: Origins) -> None:
        self.subject, self.origins, self.nested = subject, origins, Nested(subject)

    def summary(self) -> Value | None:
        """What says in a sentence what the thing is."""
        for predicate in _SUMMARIES:
            values = self.subject.thing.values(predicate)
            if values:
                return self.nested.value(self.subject.read_first(values)[0])
        return None

    def _hidden(self, *, is_claim: bool) -> set[str]:
        hidden = {TYPE, *self._names_shown(), *SAME}
        if SCHEME in self.subject.thing.classes:
            hidden.add(_TOP)
        summaries = [p for p in _SUMMARIES if self.subject.thing.values(p)]
        return hidden | set(summaries[:1]) | (CLAIM_PARTS if is_claim else set())

    def _names_shown(self) -> set[str]:
        """Label properties of which every value is on top of the page."""
        top = {
            self.subject.view.label(self.subject.thing.iri),
            self.subject.view.site.other_label(self.subject.thing.iri, self.subject.view.language),
        }
        return {
            predicate
            for predicate in LABELS
            if {value.value for value in self.subject.thing.values(predicate)} <= top
        }

    def groups(self, *, is_claim: bool) -> tuple[Group, ...]:
        """The facts, in the groups and the order of the shapes."""
        hidden = self._hidden(is_claim=is_claim)
        by_predicate: dict[str, list[Statement]] = {}
        for statement in self.subject.thing.statements:
            if statement.predicate not in hidden:
                by_predicate.setdefault(statement.predicate, []).append(statement)
        ordered = sorted(by_predicate, key=self._position_of)
        groups: dict[str | None, list[Fact]] = {}
        for predicate in ordered:
            expectation = self.subject.expected.get(predicate)
            group = expectation.group if expectation else None
            groups.setdefault(group, []).append(self._fact(predicate, by_predicate[predicate]))
        return tuple(
            Group(self.subject.name(group) if group else None, tuple(facts))
            for group, facts in groups.items()
        )

    def _position_of(self, predicate: str) -> tuple[float, float, str]:
        expectation = self.subject.expected.get(predicate) or Expectation(predicate)
        return *expectation.position, self.subject.property_name(predicate).casefold()

    def _fact(self, predicate: str, statements: Sequence[Statement]) -> Fact:
        by_value = {statement.value: statement for statement in statements}
        readable = self._readable(self._in_order(list(by_value)))
        shown = [
            replace(shown, sources=sources)
            if (sources := self.origins.of(by_value[value]))
            else shown
            for value in readable[:FEW_VALUES]
            for shown in (self.nested.value(value),)
        ]
        more = max(self.subject.thing.counts.get(predicate, len(by_value)) - len(shown), 0)
        return Fact(
            label=self.subject.property_name(predicate),
            values=tuple(shown),
            iri=predicate,
            href=self.subject.view.link(predicate),
            more=more,
            more_href=self.subject.values_page(predicate, "out") if more else None,
            foreign=0 < more == len(by_value) - len(readable),
        )

    def _readable(self, values: Sequence[Term]) -> Sequence[Term]:
        """Without long texts in other languages, when there is one in the page's language."""
        languages = {value.language for value in values if isinstance(value, Literal)}
        if self.subject.view.language not in languages:
            return values
        return [
            value for value in values if not _is_long_in_another(value, self.subject.view.language)
        ]

    def _in_order(self, values: Sequence[Term]) -> list[Term]:
        if any(isinstance(value, Literal) and value.language for value in values):
            return self.subject.read_first(values)
        return sorted(values, key=lambda v: self.subject.labels.get(v.value, v.value).casefold())

    def same(self) -> tuple[tuple[str, Named], ...]:
        """The same thing elsewhere, or nearly, with where and how."""
        found = []
        for statement in self.subject.thing.statements:
            iri = term_iri(statement.value)
            if statement.predicate in SAME and iri:
                host = urlsplit(iri).hostname or ""
                tail = iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1] or iri
                text = self.subject.name(iri) if self.subject.view.knows(iri) else tail
                title = (
                    f"{host.removeprefix('www.')} · {self.subject.view.term(statement.predicate)}"
                )
                found.append((title, Named(text, self.subject.view.link(iri), iri)))
        return tuple(sorted(found, key=lambda item: (item[0], item[1].text)))


def _is_long_in_another(value: Term, language: Language) -> bool:
    """Whether it is a text to read, and in another language than the page."""
    if not isinstance(value, Literal) or not value.language or len(value.value) < _LONG:
        return False
    return value.language.partition("-")[0] != language
