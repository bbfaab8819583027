"""Turtle that is not in the one format, each file once, at its first such line."""

from collections.abc import Iterable, Iterator

from stadsgraaf.dataset import Document
from stadsgraaf.errors import Text
from stadsgraaf.formatting import format_texts
from stadsgraaf.validation.apart import Apart
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.stages.subject import Subject

__all__ = ["formatting"]

#: Two processes, when there are so many files.
_PARTS, _WORTH_A_PROCESS = 2, 20


def formatting(subject: Subject) -> Iterator[Finding | None]:
    """Files that ``stadsgraaf fmt`` would change; one that it leaves alone is no finding.

    Gives None before it waits for another process that looks.
    """
    scope = subject.scope
    documents = [
        document
        for document in subject.dataset.documents
        if document.path.suffix == ".ttl"
        and document.turtle.triples
        and not document.turtle.faults
        and (scope is None or document.path.name in scope.files)
    ]
    if subject.processes < _PARTS or len(documents) < _WORTH_A_PROCESS:
        yield from _unformatted(documents)
        return
    beside = Apart(lambda: list(_unformatted(documents)))
    try:
        yield None
        yield from beside.result()
    finally:
        beside.stop()


def _unformatted(documents: Iterable[Document]) -> Iterator[Finding]:
    named = {document.path.as_posix(): document for document in documents}
    texts = {name: document.turtle.text for name, document in named.items()}
    found = rule("format/turtle")
    for name, made in format_texts(texts).items():
        if made.changed:
            row = made.line
            yield found.finding(
                span=Span(name, row, 1, row, 1),
                message=Text(
                    "This file is not formatted from here on: run “stadsgraaf fmt” on it.",
                    "Dit bestand is vanaf hier niet opgemaakt: voer “stadsgraaf fmt” erop uit.",
                ),
                engine=next(iter(made.after.split("\n")[row - 1 : row]), ""),
                excerpt=named[name].turtle.line(row),
            )
