"""What may not be published, although the data have it: a list of IRIs, one on a line.

::

    # asked by the person on 3 November
    https://example.org/id/person/jansen
    https://example.org/id/claim/jansen-*

An IRI that ends with an asterisk stands for all that begin like it. ``suppressed.txt`` in a folder
counts for builds of that folder; ``suppressed`` in an archive for all that is in the archive, older
releases too.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from stadsgraaf.errors import UsageError

__all__ = ["HEAD", "NOTHING", "Suppressed"]

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

        Raises UsageError for a line that is not an IRI, with file and line, and for what is no text.
        """
        return cls.of(
            _checked(text, f"{path}:{number}") for path in paths for number, text in _lines(path)
        )

    @classmethod
    def readable(cls, path: Path) -> "Suppressed":
        """What can be read of a list, although some line of it may be damaged."""
        found, lines = set[str](), list[tuple[int, str]]()
        with contextlib.suppress(UsageError):
            lines += _lines(path)
        for number, text in lines:
            with contextlib.suppress(UsageError):
                found.add(_checked(text, f"{path}:{number}"))
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


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a list that say something, by their numbers."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return  # a file that is published by itself has no folder for one
    except IsADirectoryError:
        raise UsageError(reason=f"{path} is a folder, and not a list of IRIs") from None
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        text = line.decode("utf-8", "replace").strip()
        if text and not text.startswith("#"):
            yield number, text


def _checked(text: str, place: str) -> str:
    try:
        NamedNode(text.removesuffix("*"))
    except ValueError:
        pass
    else:
        if "\ufffd" not in text:
            return text
    raise UsageError(
        reason=f"{place}: “{text}” is not an IRI: a line has one, or is a note after #"
    )
