"""Names that nobody declares, each once per file, and namespaces that look like another."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from pyoxigraph import NamedNode

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import shorten
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.stages.subject import Subject, about, unknown_message
from stadsgraaf.validation.terms import Kind, Unknown, uses

__all__ = ["terms"]


def terms(subject: Subject) -> Iterator[Finding]:
    """Names that nobody declares, each once per file."""
    yield from _namespaces(subject)
    verdicts: dict[tuple[str, Kind], Unknown | None] = {}
    found: dict[tuple[int, str], tuple[int, int, Unknown]] = {}
    words: dict[tuple[int, str], set[int]] = defaultdict(set)
    for number, document in enumerate(subject.dataset.documents):
        if subject.vocabulary.all_is_well(document.turtle):
            continue
        for iri, kind, index, part in uses(document.turtle.triples):
            if (iri, kind) not in verdicts:
                verdicts[iri, kind] = _verdict(subject, iri, kind)
            verdict = verdicts[iri, kind]
            if verdict is not None:
                found.setdefault((number, iri), (index, part, verdict))
                # one predicate of several objects is one word
                words[number, iri].add(document.turtle.positions.offsets(index)[part])
    subject.learn_subjects((number, index) for (number, _), (index, _, _) in found.items())
    for (number, iri), (index, part, verdict) in found.items():
        yield _unknown_name(subject, (number, index, part), verdict, len(words[number, iri]))


def _verdict(subject: Subject, iri: str, kind: Kind) -> Unknown | None:
    """What is wrong with a name; of a thing, also that one is described that is nearly called so."""
    unknown = subject.vocabulary.unknown(iri, kind)
    if unknown is not None or kind != Kind.THING:
        return unknown
    near = subject.vocabulary.slip(iri)
    return Unknown(iri, near, foreign=False, slip=True) if near else None


def _namespaces(subject: Subject) -> Iterator[Finding]:
    """Prefixes whose namespace is nearly one that everybody knows: its names mean nothing."""
    found = rule("term/namespace")
    for document in subject.dataset.documents:
        for prefix, namespace in document.turtle.prefixes.items():
            meant = subject.vocabulary.meant_namespace(prefix, namespace)
            place = meant and re.search(
                rf"""(?i)(?:prefix\s+{re.escape(prefix)}:|\bxmlns:{re.escape(prefix)}\s*=|"{re.escape(prefix)}"\s*:)\s*[<"']""",
                document.turtle.text,
            )
            if not place:
                continue
            start = place.end() - 1
            begin = document.turtle.position(start)
            end = replace(begin, column=begin.column + len(namespace) + 2)
            span = Span.between(document.path.as_posix(), begin, end)
            yield found.finding(
                span=span,
                message=Text(
                    f"The prefix {prefix}: is not bound to its namespace. Did you mean <{meant}>?",
                    f"Het voorvoegsel {prefix}: hoort niet bij deze naamruimte. Bedoelde u <{meant}>?",
                ),
                value=f"<{namespace}>",
                excerpt=document.turtle.line(begin.line),
                meant=meant,
            )


def _place(subject: Subject, place: tuple[int, int, int], name: str) -> Span:
    """Where a name stands; where only its file is known, at the word itself."""
    number, index, part = place
    span, turtle = (
        subject.places.span((number, index), part),
        subject.dataset.documents[number].turtle,
    )
    if span.line:
        return span
    found = re.search(rf"(?<![\w:.-]){re.escape(name)}(?![\w-])", turtle.text)
    return (
        Span.between(span.file, turtle.position(found.start()), turtle.position(found.end()))
        if found
        else span
    )


def _unknown_name(
    subject: Subject, place: tuple[int, int, int], unknown: Unknown, count: int
) -> Finding:
    number, index, _ = place
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
        rule(
            "term/slip"
            if unknown.slip
            else "term/unknown"
            if unknown.foreign
            else "term/undeclared"
        ),
        _place(subject, place, name),
        message,
        focus=triple.subject,
        path=str(triple.predicate),
        value=NamedNode(unknown.iri),
        meant=unknown.near,
    )
