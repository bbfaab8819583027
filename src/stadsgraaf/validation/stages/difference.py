"""The difference to the last release: what breaks those who use it, and no new version declares."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import shorten
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.stages.subject import Subject, about

if TYPE_CHECKING:
    from stadsgraaf.comparison import Breaking, Breaks

__all__ = ["difference"]


def difference(subject: Subject) -> Iterator[Finding]:
    """Breaking changes since the last release, when it is known, that no new version declares."""
    if subject.released is None:
        return
    from stadsgraaf.comparison import Breaks  # noqa: PLC0415 – its import takes long

    dataset = subject.dataset
    found = Breaks.between(subject.released, dataset.asserted, dataset.base_iri)
    # what could not be read is not gone
    changes = [one for one in found.undeclared if one.thing not in subject.unread]
    named = [NamedNode(one.thing) for one in changes]
    subject.places.learn([*named, *(NamedNode(header.iri) for header in found.headers)])
    for change, thing in zip(changes, named, strict=True):
        yield _told(subject, found, change, thing)


def _told(subject: Subject, found: "Breaks", change: "Breaking", thing: NamedNode) -> Finding:
    """A finding where the thing stands, else where the version stands that must go up."""
    headers = found.headers_of(change.thing)
    places = [subject.places.locate(NamedNode(header.iri)) for header in headers]
    span = subject.places.locate(thing) or next(filter(None, places), Span())
    name = shorten(change.thing, subject.prefixes)
    versions = ", ".join(
        f"{shorten(header.iri, subject.prefixes)} ({header.after or header.before})"
        for header in headers
    )
    told = about(
        subject,
        rule(f"breaking/{change.rule}"),
        span,
        Text(f"{name} {change.message.en}.", f"{name} {change.message.nl}."),
        focus=thing,
    )
    if not versions:
        return told
    return replace(
        told,
        mend=Text(
            f"{told.mend.en} Or declare it: raise the version of {versions}.",
            f"{told.mend.nl} Of kondig het aan: verhoog de versie van {versions}.",
        ),
    )
