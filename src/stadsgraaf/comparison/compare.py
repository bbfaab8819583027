"""Two datasets beside each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pyoxigraph import Quad

from stadsgraaf.canonical import canonical_nquads
from stadsgraaf.comparison.breaking import Breaking, breaking
from stadsgraaf.comparison.side import Side
from stadsgraaf.comparison.things import ThingChange, things
from stadsgraaf.comparison.versions import Bump, Header, headers
from stadsgraaf.difference import Difference, compare_lines
from stadsgraaf.namespaces import PREFIXES

__all__ = ["Breaks", "Comparison", "compare"]

_OWNERS: Final = (PREFIXES["rdfs"] + "isDefinedBy", PREFIXES["skos"] + "inScheme")


@dataclass(frozen=True)
class Breaks:
    """What breaks those who used ``old`` when they get ``new``.

    ``headers`` is what carries a version; ``allowed`` are IRIs whose breaking changes are meant.
    """

    old: Side
    new: Side
    breaking: Sequence[Breaking]
    headers: Sequence[Header]
    allowed: frozenset[str] = frozenset()

    @classmethod
    def between(
        cls,
        old: Iterable[Quad],
        new: Iterable[Quad],
        base_iri: str | None = None,
        allowed: Iterable[str] = (),
    ) -> "Breaks":
        """Look for what breaks. ``base_iri`` is the namespace of the dataset's own IRIs."""
        sides = Side(old), Side(new)
        return cls(*sides, breaking(*sides, base_iri), tuple(headers(*sides)), frozenset(allowed))

    @cached_property
    def undeclared(self) -> list[Breaking]:
        """Breaking changes that no version announces and nobody allowed."""
        return [
            change
            for change in self.breaking
            if change.thing not in self.allowed
            and not any(header.declares(Bump.MAJOR) for header in self.headers_of(change.thing))
        ]

    def headers_of(self, thing: str) -> list[Header]:
        """What carries the version that a thing belongs to, the nearest first found."""
        owners = {
            owner
            for side in (self.old, self.new)
            for predicate in _OWNERS
            for owner in side.iri_values(thing, predicate)
        }
        own = [header for header in self.headers if header.iri in owners]
        around = [h for h in self.headers if thing.startswith(h.iri.rstrip("/#"))]
        return own or around or list(self.headers)


@dataclass(frozen=True)
class Comparison(Breaks):
    """What changed. ``difference`` has every statement, ``things`` the same by thing."""

    difference: Difference = field(kw_only=True)
    things: Sequence[ThingChange] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def moved(self) -> int:
        """How many statements went from one named graph to another and are otherwise the same."""
        gone, come = (
            {quad.triple for sign, quad in self.difference.quads() if sign == wanted}
            for wanted in "-+"
        )
        return len(gone & come)

    @cached_property
    def bump(self) -> Bump:
        """What the change is worth: breaking, more, or other words for the same."""
        if self.breaking:
            return Bump.MAJOR
        if any(change.status == "added" for change in self.things):
            return Bump.MINOR
        return Bump.PATCH if self.difference else Bump.NONE


def compare(
    old: Iterable[Quad],
    new: Iterable[Quad],
    *,
    prefixes: Mapping[str, str] = PREFIXES,
    base_iri: str | None = None,
    allowed: Iterable[str] = (),
) -> Comparison:
    """Compare two datasets.

    ``prefixes`` shorten IRIs in texts. ``base_iri`` is the namespace of the dataset's own IRIs;
    ``allowed`` are IRIs whose breaking changes are meant.
    """
    before, after = list(old), list(new)
    found = Breaks.between(before, after, base_iri, allowed)
    return Comparison(
        **vars(found),
        difference=compare_lines(_lines(before), _lines(after)),
        things=tuple(things(found.old, found.new, prefixes)),
        prefixes=prefixes,
    )


def _lines(quads: Iterable[Quad]) -> list[bytes]:
    return canonical_nquads(quads).splitlines(keepends=True)
