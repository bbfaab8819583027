"""Turtle that is not in the one format, each file once, at its first such line."""

from collections.abc import Iterator

from stadsgraaf.errors import Text
from stadsgraaf.formatting import format_texts
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.stages.subject import Subject

__all__ = ["formatting"]


def formatting(subject: Subject) -> Iterator[Finding]:
    """Files that ``stadsgraaf fmt`` would change; one that it leaves alone is no finding."""
    found, scope = rule("format/turtle"), subject.scope
    documents = {
        document.path.as_posix(): document
        for document in subject.dataset.documents
        if document.path.suffix == ".ttl"
        and document.turtle.triples
        and not document.turtle.faults
        and (scope is None or document.path.name in scope.files)
    }
    texts = {name: document.turtle.text for name, document in documents.items()}
    for name, made in format_texts(texts).items():
        if made.changed:
            row = made.line
            yield Finding(
                rule=found.iri,
                name=found.name,
                severity=found.severity,
                span=Span(name, row, 1, row, 1),
                message=Text(
                    "This file is not formatted from here on: run “stadsgraaf fmt” on it.",
                    "Dit bestand is vanaf hier niet opgemaakt: voer “stadsgraaf fmt” erop uit.",
                ),
                reason=found.why,
                mend=found.mend,
                engine=next(iter(made.after.split("\n")[row - 1 : row]), ""),
                excerpt=documents[name].turtle.line(row),
            )
