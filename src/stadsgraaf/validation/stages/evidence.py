"""Evidence against its source: every passage has the words, and the source the text, of its digest.

Where the file of the source is not known or not there, the report says that nothing was checked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from stadsgraaf.copies import explain
from stadsgraaf.dataset import Document
from stadsgraaf.errors import EvidenceMismatch, Text
from stadsgraaf.evidence import Evidence, Passage, SourceText, check_evidence
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.reads import Reads
from stadsgraaf.validation.stages.subject import Subject, about

__all__ = ["evidence"]

_DIGEST = SG + "sha256"
_TARGET, _SELECTOR, _END = (PREFIXES["oa"] + name for name in ("hasTarget", "hasSelector", "end"))
_OTHERS = {PREFIXES["oa"] + "hasSource", PREFIXES["oa"] + "start", SG + "characters"}
_STEPS = frozenset({_DIGEST, _TARGET, _SELECTOR, _END})
#: A number of a document and of a triple in it.
_Place = tuple[int, int]


def evidence(subject: Subject) -> Iterator[Finding]:
    """Passages and the source against their digests."""
    steps = _Steps(subject.dataset.documents)
    if not steps.claims:
        return
    if subject.source is None or not subject.source.is_file():
        subject.notices.append(_unchecked(len(steps.claims), subject.source))
        return
    if subject.scope is not None and not subject.scope.touches(Reads(_STEPS | _OTHERS)):
        return
    try:
        source = SourceText.read(subject.source)
    except EvidenceMismatch as error:
        source, reason = SourceText("", ""), str(error.members["reason"])
    else:
        reason = ""
    found = check_evidence(subject.dataset.asserted, source)
    if source.digest not in {digest.lower() for digest in found.digests}:
        yield from _other_text(subject, steps, found, reason or _became(source, found))
        return
    subject.learn_subjects(place for places in steps.claims.values() for place in places)
    for passage in found.mismatches:
        yield _mismatch(subject, steps, passage, source)


def _unchecked(count: int, source: Path | None) -> Text:
    where = Text(
        f"{source} is not there" if source else "nobody says where the source is (--source)",
        f"{source} is er niet" if source else "niemand zegt waar de bron staat (--source)",
    )
    if count == 1:
        return Text(
            f"The digest of 1 passage was not checked: {where.en}.",
            f"De digest van 1 passage is niet gecontroleerd: {where.nl}.",
        )
    return Text(
        f"The digests of {count} passages were not checked: {where.en}.",
        f"De digests van {count} passages zijn niet gecontroleerd: {where.nl}.",
    )


def _became(source: SourceText, found: Evidence) -> str:
    return "; ".join(explain(source, found, found.digests)[:3])


def _other_text(
    subject: Subject, steps: "_Steps", found: Evidence, reason: str
) -> Iterator[Finding]:
    """One finding for each source: that its passages do not match either goes without saying."""
    path = subject.source or Path()
    for iri in sorted({passage.source for passage in found.passages}):
        node = NamedNode(iri)
        place = next(iter(steps.digests.get(node, ())), None)
        subject.places.learn([node])
        span = subject.places.span(place, 2) if place else subject.places.locate(node)
        wrong = sum(passage.source == iri for passage in found.mismatches)
        yield about(
            subject,
            rule("evidence/source"),
            span or Span(),
            Text(
                f"{path.name} is not the text that this digest was made of, and {wrong} passages"
                f" do not match: {reason}.",
                f"{path.name} is niet de tekst waarvan deze digest is gemaakt, en {wrong} passages"
                f" kloppen niet: {reason}.",
            ),
            focus=node,
            path=f"<{_DIGEST}>",
        )


def _mismatch(subject: Subject, steps: "_Steps", passage: Passage, source: SourceText) -> Finding:
    outside = not 0 <= passage.start < passage.end <= len(source.text)
    claim = NamedNode(passage.claim)
    place = steps.end(passage) if outside else steps.digest(passage)
    where = f"{passage.start}–{passage.end}"
    message = (
        Text(
            f"There is no passage {where}: the source has {len(source.text)} characters.",
            f"Er is geen passage {where}: de bron telt {len(source.text)} tekens.",
        )
        if outside
        else Text(
            f"The words at {where} are not those of the digest.",
            f"De woorden op {where} zijn niet die van de digest.",
        )
    )
    return about(
        subject,
        rule("evidence/offsets" if outside else "evidence/passage"),
        (subject.places.span(place, 2) if place else subject.places.locate(claim)) or Span(),
        message,
        focus=claim,
        path=f"<{_TARGET}>",
    )


class _Steps:
    """The triples that lead from claims to digests and offsets, by subject."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = list(documents)
        self._found: dict[str, dict[object, list[_Place]]] = {
            step: defaultdict(list) for step in _STEPS
        }
        for number, document in enumerate(self._documents):
            for index, triple in enumerate(document.turtle.triples):
                step = triple.predicate.value
                if step in _STEPS:
                    self._found[step][triple.subject].append((number, index))
        self.digests = self._found[_DIGEST]
        self.claims = {
            claim: places
            for claim, places in self._found[_TARGET].items()
            if any(self._triple(place).object in self.digests for place in places)
        }

    def _triple(self, place: _Place) -> Triple:
        return self._documents[place[0]].turtle.triples[place[1]]

    def _targets(self, passage: Passage) -> Iterator[object]:
        for place in self.claims.get(NamedNode(passage.claim), ()):
            yield self._triple(place).object

    def digest(self, passage: Passage) -> _Place | None:
        """Where the digest of a passage stands."""
        for target in self._targets(passage):
            for place in self.digests.get(target, ()):
                if getattr(self._triple(place).object, "value", "").lower() == passage.digest:
                    return place
        return None

    def end(self, passage: Passage) -> _Place | None:
        """Where the end of a passage stands."""
        for target in self._targets(passage):
            for step in self._found[_SELECTOR].get(target, ()):
                for place in self._found[_END].get(self._triple(step).object, ()):
                    if getattr(self._triple(place).object, "value", "") == str(passage.end):
                        return place
        return None
