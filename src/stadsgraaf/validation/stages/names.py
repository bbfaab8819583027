"""Names that nobody declares, each once per file."""

from collections import Counter
from collections.abc import Iterator

from pyoxigraph import NamedNode

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import shorten
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding
from stadsgraaf.validation.stages.subject import Subject, about, unknown_message
from stadsgraaf.validation.terms import Kind, Unknown, uses

__all__ = ["terms"]


def terms(subject: Subject) -> Iterator[Finding]:
    """Names that nobody declares, each once per file."""
    verdicts: dict[tuple[str, Kind], Unknown | None] = {}
    found: dict[tuple[int, str], tuple[int, int, Unknown]] = {}
    count: Counter[tuple[int, str]] = Counter()
    for number, document in enumerate(subject.dataset.documents):
        for iri, kind, index, part in uses(document.turtle.triples):
            if (iri, kind) not in verdicts:
                verdicts[iri, kind] = subject.vocabulary.unknown(iri, kind)
            verdict = verdicts[iri, kind]
            if verdict is not None:
                found.setdefault((number, iri), (index, part, verdict))
                count[number, iri] += 1
    subject.learn_subjects((number, index) for (number, _), (index, _, _) in found.items())
    for (number, iri), (index, part, verdict) in found.items():
        yield _unknown_name(subject, (number, index, part), verdict, count[number, iri])


def _unknown_name(
    subject: Subject, place: tuple[int, int, int], unknown: Unknown, count: int
) -> Finding:
    number, index, part = place
    triple = subject.dataset.documents[number].turtle.triples[index]
    name = shorten(unknown.iri, subject.prefixes)
    message = unknown_message(subject, name, unknown)
    if count > 1:
        message = Text(
            f"{message.en} ({count} times in this file)",
            f"{message.nl} ({count} keer in dit bestand)",
        )
    return about(
        subject,
        rule("term/unknown" if unknown.foreign else "term/undeclared"),
        subject.places.span((number, index), part),
        message,
        focus=triple.subject,
        path=str(triple.predicate),
        value=NamedNode(unknown.iri),
        meant=unknown.near,
    )
