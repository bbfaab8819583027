"""A finding: one thing that is wrong, where it is, why, and how to mend it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath

from stadsgraaf.errors import Language, Text
from stadsgraaf.turtle import Position

__all__ = ["NO_TEXT", "RULES", "Finding", "Severity", "Span"]

#: Where the page of a built-in rule lives; its name follows.
RULES = "https://w3id.org/stadsgraaf/def/rule/"


NO_TEXT = Text("", "")


class Severity(StrEnum):
    """How bad a finding is, as in SHACL: only violations fail."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file: from a line and column, both from 1, to another, exclusive.

    ``file`` is a path below the root with forward slashes; it is empty when there is no place.
    ``line`` is 0 when nobody knows where in the file.
    """

    file: str = ""
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    @classmethod
    def between(cls, file: str, begin: Position, end: Position) -> "Span":
        """From one position of a file to another."""
        return cls(file, begin.line, begin.column, end.line, end.column)

    @property
    def place(self) -> str:
        """Line and column, or a dash when nobody knows them."""
        return f"{self.line}:{self.column}" if self.line else "–"

    def __str__(self) -> str:
        return f"{self.file}:{self.place}" if self.line else self.file


_ALSO = Text("Also", "Ook")
#: As many names as are told of what stands beneath a finding.
_NAMED = 5


def _listed(names: "Sequence[str]") -> str:
    return ", ".join([*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])])


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    ``rule`` is an IRI and ``name`` its short form. ``focus`` and ``value`` are RDF terms in
    N-Triples notation, ``path`` is a SPARQL property path. ``thing`` says the focus node to
    people: its label and CURIE, or for a blank node those of its nearest owner that has an IRI.
    ``message`` says what to do; ``reason`` says what the rule found; ``engine`` is what the
    engine said. ``excerpt`` is the line of the file; ``shape`` is the IRI of a SHACL shape, or
    empty, ``declared`` the place of the rule itself. ``meant`` is the IRI that was probably meant.
    ``mentions`` are the IRIs that the query of the rule names, which is ``paired`` when it finds
    two things that have the same, "by value" when that is the value; ``targets`` are the classes whose things the shape judges, none when it judges others
    too. ``also`` is what else is said of the same mistake. ``order`` tells equal findings apart.
    """

    rule: str
    name: str
    severity: Severity
    span: Span
    message: Text
    reason: Text = NO_TEXT
    mend: Text = NO_TEXT
    engine: str = ""
    focus: str = ""
    thing: Text = NO_TEXT
    curie: str = ""
    path: str = ""
    value: str = ""
    shape: str = ""
    component: str = ""
    declared: Span | None = None
    excerpt: str = ""
    details: tuple["Finding", ...] = ()
    meant: str = ""
    stable_focus: str = ""
    mentions: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    paired: str = ""
    also: tuple["Finding", ...] = ()
    order: int = 0

    def sentence(self, language: Language) -> str:
        """The message with the name of the thing before it, unless it names the thing itself."""
        message = self.all_said(language)
        return f"{self.curie}: {message}" if self.curie and self.curie not in message else message

    def all_said(self, language: Language) -> str:
        """The message, and the rules that say something of the same mistake."""
        message = self.message.say(language)
        if self.also:
            places = dict.fromkeys(f"{one.name} {self._way_to(one)}".strip() for one in self.also)
            message += f" ({_ALSO.say(language)}: {_listed(list(places))}.)"
        return message

    def _way_to(self, other: "Finding") -> str:
        """Where another finding is, if it is on another line."""
        here, there = self.span, other.span
        return str(there) if (here.file, here.line) != (there.file, there.line) else ""

    @property
    def beneath(self) -> "list[tuple[str, Finding]]":
        """What else is said of the mistake, each with its place if that is another line."""
        return [(self._way_to(one), one) for one in self.also]

    @property
    def apart(self) -> "tuple[Finding, ...]":
        """All that is said of the mistake, each for itself."""
        return (replace(self, also=()), *self.also) if self.also else (self,)

    @property
    def fingerprint(self) -> str:
        """The same for the same finding when lines move; 32 hex digits."""
        focus = self.stable_focus or self.focus
        # a finding without focus node is known by the name of its file and the words of its line
        where = focus or f"{PurePosixPath(self.span.file).name}|{self.excerpt.strip()}"
        # blank nodes are numbered anew when one comes before them
        value = "[]" if self.value.startswith("_:") else self.value
        parts = (self.rule, self.component, where, self.path, value, str(self.order))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    @property
    def key(self) -> tuple[str, int, int, int, str, str, str]:
        """What findings are sorted by."""
        span = self.span
        return (
            span.file,
            span.line,
            span.column,
            self.severity.rank,
            self.name,
            self.value,
            self.focus,
        )
