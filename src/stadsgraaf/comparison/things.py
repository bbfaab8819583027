"""The difference by thing: what was added, removed or changed of each, blank nodes with their owner."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pyoxigraph import BlankNode, Triple
from pyoxigraph import Literal as LiteralTerm

from stadsgraaf.comparison.side import Side, Term

__all__ = ["PropertyChange", "Status", "ThingChange", "things"]

Status = Literal["added", "removed", "changed"]
#: Of blank nodes that no thing with an IRI leads to.
_NOBODY: Final = ""

_Value = tuple[str, str]


@dataclass(frozen=True)
class PropertyChange:
    """One value that went, came, or took another's place; values are as Turtle writes them."""

    predicate: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class ThingChange:
    """What changed of one thing. ``iri`` is empty for blank nodes that belong to nothing."""

    iri: str
    status: Status
    changes: tuple[PropertyChange, ...]


def things(old: Side, new: Side, prefixes: Mapping[str, str]) -> Iterator[ThingChange]:
    """What changed of each thing, by IRI."""
    for iri in sorted(old.iris | new.iris | {_NOBODY}):
        if _is_plainly_equal(old, new, iri):
            continue
        before = dict(_said(old, iri, prefixes))
        after = dict(_said(new, iri, prefixes))
        changes = tuple(
            change
            for predicate in sorted({*before, *after})
            for change in _paired(predicate, before.get(predicate, []), after.get(predicate, []))
        )
        if changes:
            status: Status = "changed" if before and after else "added" if after else "removed"
            yield ThingChange(iri, status, changes)


def _is_plainly_equal(old: Side, new: Side, iri: str) -> bool:
    """Whether all values are the same without a look inside: so it is with nearly every thing."""
    if iri == _NOBODY:
        return False
    before = old.properties(iri)
    return before == new.properties(iri) and not any(
        isinstance(value, BlankNode | Triple) for values in before.values() for value in values
    )


def _said(side: Side, iri: str, prefixes: Mapping[str, str]) -> Iterator[tuple[str, list[_Value]]]:
    """Values by predicate, each with what it is compared by: its language or datatype."""
    if iri == _NOBODY:
        texts = sorted(side.text(node, prefixes) for node in side.roots)
        yield from [(_NOBODY, [("", text) for text in texts])] if texts else ()
        return
    for predicate, values in side.properties(iri).items():
        yield predicate, [(_kind(value), side.text(value, prefixes)) for value in values]


def _kind(value: Term) -> str:
    if isinstance(value, LiteralTerm):
        return value.language or value.datatype.value
    return "triple" if isinstance(value, Triple) else "node"


def _paired(
    predicate: str, before: Sequence[_Value], after: Sequence[_Value]
) -> Iterator[PropertyChange]:
    """Values that differ: those of one language or datatype take each other's place, in order."""
    gone = _without(before, after)
    come = _without(after, before)
    for kind in sorted({kind for kind, _ in (*gone, *come)}):
        old = sorted(text for each, text in gone if each == kind)
        new = sorted(text for each, text in come if each == kind)
        shared = min(len(old), len(new))
        for one, other in zip(old[:shared], new[:shared], strict=True):
            yield PropertyChange(predicate, one, other)
        yield from (PropertyChange(predicate, before=text) for text in old[shared:])
        yield from (PropertyChange(predicate, after=text) for text in new[shared:])


def _without(values: Sequence[_Value], others: Sequence[_Value]) -> list[_Value]:
    """The values that are not among the others; equal ones count each."""
    left = list(others)
    found: list[_Value] = []
    for value in values:
        if value in left:
            left.remove(value)
        else:
            found.append(value)
    return found
