"""Literals that their datatype does not know, as the files have them."""

from collections.abc import Iterator

from pyoxigraph import Literal

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import shorten
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding
from stadsgraaf.validation.lexical import faulty, hint
from stadsgraaf.validation.stages.subject import Subject, about, cut

__all__ = ["lexical"]


def lexical(subject: Subject) -> Iterator[Finding]:
    """Literals that their datatype does not know, as the files have them."""
    found = [
        (number, index, literal)
        for number, document in enumerate(subject.dataset.documents)
        for index, literal in faulty(document.turtle.triples)
    ]
    subject.learn_subjects((number, index) for number, index, _ in found)
    for number, index, literal in found:
        yield _bad_literal(subject, (number, index), literal)


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
