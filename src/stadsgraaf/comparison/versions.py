"""Version numbers of what is published, and how far they went up.

Semantic Versioning 2.0.0, https://semver.org/
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from pyoxigraph import Literal

from stadsgraaf.comparison.side import Side
from stadsgraaf.namespaces import well_known
from stadsgraaf.revisions import VERSIONS

__all__ = ["Bump", "Header", "headers"]

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?\Z")
_HEADERS: Final = well_known("owl:Ontology skos:ConceptScheme dcat:Dataset")


class Bump(IntEnum):
    """Which part of a version number goes up."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def of(self, version: str) -> str | None:
        """The next version; before 1.0.0 what breaks raises the second number, the rest the third.

        None when the version does not have numbers.

        >>> Bump.MAJOR.of("1.4.2"), Bump.MAJOR.of("0.4.2"), Bump.MINOR.of("2026-11-01")
        ('2.0.0', '0.5.0', None)
        """
        numbers = _numbers(version)
        if numbers is None or self is Bump.NONE:
            return None if numbers is None else version
        major, minor, patch = numbers
        at = self if major else Bump(max(Bump.PATCH, self - 1))
        raised = {
            Bump.PATCH: (major, minor, patch + 1),
            Bump.MINOR: (major, minor + 1, 0),
            Bump.MAJOR: (major + 1, 0, 0),
        }[at]
        return ".".join(map(str, raised))


@dataclass(frozen=True)
class Header:
    """What carries a version: an ontology, a concept scheme, a dataset. Versions are as written."""

    iri: str
    before: str | None
    after: str | None

    def declares(self, bump: Bump) -> bool:
        """Whether the version went up at least that far.

        One that is no number, such as a date, declares whatever it is when it differs.
        """
        if self.before is None or self.after is None:
            return self.before is None and self.after is not None
        suggested = bump.of(self.before)
        old, new = _numbers(suggested or ""), _numbers(self.after)
        if old is None or new is None:
            return self.before != self.after
        return new >= old


def headers(old: Side, new: Side) -> Iterator[Header]:
    """What carries a version on both sides."""
    for iri in sorted(old.iris & new.iris):
        if not new.types(iri).isdisjoint(_HEADERS):
            before, after = _version(old, iri), _version(new, iri)
            if before or after:
                yield Header(iri, before, after)


def _version(side: Side, iri: str) -> str | None:
    values = (value for predicate in VERSIONS for value in side.values(iri, predicate))
    return next((value.value for value in values if isinstance(value, Literal)), None)


def _numbers(version: str) -> tuple[int, int, int] | None:
    found = _VERSION.match(version.strip())
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
