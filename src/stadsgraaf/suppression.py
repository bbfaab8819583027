"""What may not be published, although the data have it: a list of IRIs, one on a line.

::

    # asked by the person on 3 November
    https://example.org/id/person/jansen
    https://example.org/id/claim/jansen-*

An IRI that ends with an asterisk stands for all that begin like it. ``suppressed.txt`` in a folder
counts for builds of that folder; ``suppressed`` in an archive for all that is in the archive, older
releases too.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from stadsgraaf.errors import UsageError

__all__ = ["NOTHING", "Suppressed"]

#: What a list begins with that nobody wrote yet.
HEAD = "# IRIs that are not published, one on a line; a * at the end stands for anything.\n"


@dataclass(frozen=True)
class Suppressed:
    """A list: whole IRIs, and beginnings of IRIs."""

    iris: frozenset[str] = frozenset()
    starts: tuple[str, ...] = ()

    @classmethod
    def read(cls, *paths: Path) -> "Suppressed":
        """What lists say together; one that does not exist says nothing.

        Raises UsageError for a line that is not an IRI, with file and line.
        """
        found: set[str] = set()
        for path in paths:
            if path.is_file():
                lines = path.read_text(encoding="utf-8").splitlines()
                found |= {
                    _checked(text, f"{path}:{number}")
                    for number, line in enumerate(lines, 1)
                    if (text := line.strip()) and not text.startswith("#")
                }
        return cls.of(found)

    @classmethod
    def checked(cls, entries: Iterable[str]) -> "Suppressed":
        """The list with these entries. Raises UsageError when one is not an IRI."""
        return cls.of(_checked(each, "given") for each in entries)

    @classmethod
    def of(cls, entries: Iterable[str]) -> "Suppressed":
        """The list with these entries."""
        known = sorted(set(entries))
        return cls(
            frozenset(each for each in known if not each.endswith("*")),
            tuple(each[:-1] for each in known if each.endswith("*")),
        )

    @property
    def entries(self) -> Sequence[str]:
        """Its lines, in order."""
        return sorted([*self.iris, *(f"{start}*" for start in self.starts)])

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of what it says."""
        return hashlib.sha256("\n".join(self.entries).encode()).hexdigest()

    def __bool__(self) -> bool:
        """Whether anything is suppressed."""
        return bool(self.iris or self.starts)

    def __contains__(self, iri: object) -> bool:
        """Whether an IRI is suppressed."""
        return isinstance(iri, str) and (iri in self.iris or iri.startswith(self.starts))

    def mentions(self, text: str) -> bool:
        """Whether a text has any of these IRIs in it."""
        return any(each in text for each in (*self.iris, *self.starts))

    def kept(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """The quads that may be published.

        None that has a suppressed IRI in any place, also within a literal or a triple term, and no
        blank nodes that only hung from such quads.
        """
        if not self:
            yield from quads
            return
        blank: list[Quad] = []
        loose: set[BlankNode] = set()
        for quad in quads:
            if any(self._hides(term) for term in quad):
                loose |= {quad.object} if isinstance(quad.object, BlankNode) else set()
            elif isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
                blank.append(quad)
            else:
                yield quad
        while loose:
            free = loose - {quad.object for quad in blank}
            gone = [quad for quad in blank if quad.subject in free]
            blank = [quad for quad in blank if quad.subject not in free]
            loose = {quad.object for quad in gone if isinstance(quad.object, BlankNode)}
        yield from blank

    def _hides(self, term: object) -> bool:
        if isinstance(term, NamedNode):
            return term.value in self
        if isinstance(term, Literal):
            return self.mentions(term.value)
        if isinstance(term, Triple):
            return any(self._hides(each) for each in term)
        return False


NOTHING = Suppressed()


def _checked(text: str, place: str) -> str:
    try:
        NamedNode(text.removesuffix("*"))
    except ValueError:
        raise UsageError(reason=f"{place}: “{text}” is not an IRI") from None
    return text
