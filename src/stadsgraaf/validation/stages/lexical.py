"""Literals that their datatype does not know, and slips of the pen, as the files have them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from pyoxigraph import Literal

from stadsgraaf.dataset import Document
from stadsgraaf.errors import Text
from stadsgraaf.namespaces import shorten
from stadsgraaf.turtle.scan import tokens
from stadsgraaf.validation.apart import Apart
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.lexical import faulty, hint
from stadsgraaf.validation.stages.subject import Subject, about, cut
from stadsgraaf.validation.writing import Slip, addresses, decimal_commas, misread

__all__ = ["lexical"]


#: Two processes, when there are so many files.
_PARTS, _WORTH_A_PROCESS = 2, 50


def lexical(subject: Subject) -> Iterator[Finding | None]:
    """Literals that their datatype does not know, and slips of the pen, as the files have them.

    Gives None before it waits for another process that looks.
    """
    documents = [
        (number, document)
        for number, document in enumerate(subject.dataset.documents)
        if subject.files is None or document.path.as_posix() in subject.files
    ]
    if subject.processes < _PARTS or len(documents) < _WORTH_A_PROCESS:
        yield from _found_in(subject, documents)
        return
    beside = Apart(lambda: list(_found_in(subject, documents)))
    try:
        yield None
        yield from beside.result()
    finally:
        beside.stop()


def _found_in(subject: Subject, documents: Sequence[tuple[int, Document]]) -> Iterator[Finding]:
    for _, document in documents:
        yield from _slips(document)
    found = [
        (number, index, literal)
        for number, document in documents
        for index, literal in faulty(document.turtle.triples)
    ]
    subject.learn_subjects((number, index) for number, index, _ in found)
    for number, index, literal in found:
        yield _bad_literal(subject, (number, index), literal)


def _slips(document: Document) -> Iterator[Finding]:
    """What is written wrong, outside of comments; and an address outside of a text."""
    text = document.turtle.text
    wrong = [("lexical/address", slip) for slip in addresses(text)]
    wrong += [("lexical/encoding", slip) for slip in misread(text)]
    if document.turtle.placed:
        wrong += [("lexical/decimal-comma", slip) for slip in decimal_commas(text)]
    if not wrong:
        return
    words = list(tokens(text)) if document.turtle.placed else []
    starts = [start for start, _ in words]
    for name, slip in wrong:
        at = bisect_right(starts, slip.start) - 1
        inside = at >= 0 and slip.start < words[at][1]
        begins = inside and starts[at] == slip.start - 1
        if name == "lexical/decimal-comma":
            begins = inside = at >= 0 and starts[at] == slip.start
        if not words or (begins if name == "lexical/address" else inside):
            yield _slip(document, name, slip)


_WHAT = {
    "lexical/address": Text("address", "adres"),
    "lexical/encoding": Text("text", "tekst"),
    "lexical/decimal-comma": Text("single number", "enkel getal"),
}


def _slip(document: Document, name: str, slip: Slip) -> Finding:
    found = rule(name)
    begin, end = document.turtle.position(slip.start), document.turtle.position(slip.end)
    what = _WHAT[name]
    return found.finding(
        span=Span.between(document.path.as_posix(), begin, end),
        message=Text(
            f"“{cut(slip.written)}” is no {what.en} as it was meant. Did you mean “{cut(slip.meant)}”?",
            f"“{cut(slip.written)}” is geen {what.nl} zoals bedoeld. Bedoelde u “{cut(slip.meant)}”?",
        ),
        value=slip.written,
        excerpt=document.turtle.line(begin.line),
        meant=slip.meant,
    )


def _bad_literal(subject: Subject, place: tuple[int, int], literal: Literal) -> Finding:
    triple = subject.dataset.documents[place[0]].turtle.triples[place[1]]
    datatype = shorten(literal.datatype.value, subject.prefixes)
    value, mend = cut(literal.value), hint(literal)
    return about(
        subject,
        rule("lexical/literal"),
        subject.places.span(place, 2),
        Text(
            f"“{value}” is not a valid {datatype}. {mend.en}",
            f"“{value}” is geen geldige {datatype}. {mend.nl}",
        ),
        focus=triple.subject,
        path=str(triple.predicate),
        value=literal,
        mend=mend,
    )
