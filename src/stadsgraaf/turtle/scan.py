"""Where each triple of a Turtle document stands, by the structure of its tokens alone.

https://www.w3.org/TR/turtle/#sec-grammar

pyoxigraph decides what is Turtle and which triples it means; this scanner only follows along, so
it need not expand a name or decode a string. It lists, for each triple in the very order in which
the parser gives them, the offsets of subject, predicate and object:

>>> found = scan("<a> <p> 1 , 2 .")
>>> list(zip(found.subjects, found.predicates, found.objects, strict=True))
[(0, 4, 8), (0, 4, 12)]
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = [
    "Lines",
    "Scan",
    "comments",
    "last_end",
    "last_token",
    "scan",
    "stray_quote",
    "token_end",
    "tokens",
    "words",
]

_SKIP = r"(?:[ \t\r\n]++|\#[^\r\n]*+)*+"
_IRI = r'<[^\x00-\x20<>"{}|^`]*+>'
# letters, digits, “_:%-” and all beyond ASCII; said by what is not among them it compiles in no time
_NAME_CHARS = r"(?:[^\x00-\x24&-,./;-@\[-^`{-\x7f]|\\[^\r\n])++"
_NAME = rf"{_NAME_CHARS}(?:\.++{_NAME_CHARS})*+"
_EXPONENT = "[eE][+-]?[0-9]++"
_NUMBER = rf"[+-]?(?:[0-9]++\.[0-9]*+{_EXPONENT}|\.?[0-9]++{_EXPONENT}|[0-9]*+\.[0-9]++|[0-9]++)"
_STRING = "|".join(
    rf"{quote * 3}(?:[^{quote}\\]++|\\.|{quote}(?!{quote * 2}))*+{quote * 3}"
    rf"|{quote}(?!{quote * 2})[^{quote}\\\r\n]*+(?:\\.[^{quote}\\\r\n]*+)*+{quote}"
    for quote in ('"', "'")
)
_SUFFIX = (
    rf"(?:{_SKIP}(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?"
    rf"|\^\^{_SKIP}(?:{_IRI}|{_NAME})))?"
)
_TOKEN = re.compile(
    rf"""{_SKIP}(?:
        ({_IRI}|{_NUMBER}|{_NAME}|(?:{_STRING}){_SUFFIX})  # 1 a term
        |(<<\(?|\)?>>|\{{\||\|\}}|~)                       # 2 what RDF 1.2 added
        |([.,;\[\]()])                                     # 3 a mark
        |(@[A-Za-z]++)                                     # 4 a directive
        |(\"\"\"|'''|"|'|.)                                # 5 nothing that Turtle knows
        |(\Z)                                              # 6 the end
    )""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"\#([^\r\n]*)")
_TERM, _MODERN, _MARK, _DIRECTIVE, _STRAY, _END = range(1, 7)
_AT_SUBJECT, _AT_PREDICATE, _AT_OBJECT, _AFTER_OBJECT, _IN_DIRECTIVE, _IN_MODERN = range(6)

#: Terms that follow a SPARQL-style directive, which has no dot at its end.
_DIRECTIVES = {"prefix": 2, "base": 1, "version": 1}


class Lines:
    r"""Turns offsets into lines and columns, both from 1.

    >>> Lines("ab\ncd").at(4)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column; past the end, that of the last line."""
        return self.starts[min(line, len(self.starts)) - 1] + column - 1


_Offsets = tuple[int, int, int]


def _offsets() -> "array[int]":
    return array("L")


@dataclass
class Scan:
    """Offsets of the triples and of the statements that they stand in.

    ``first[i]`` is the number of triples before statement ``i``. In a statement of ``modern``
    (one with triple terms, reifiers or annotations) triples are not counted. ``open`` is where a
    statement or directive begins that has no end, or None. ``depth`` is the deepest nesting of
    triple terms.
    """

    subjects: "array[int]" = field(default_factory=_offsets)
    predicates: "array[int]" = field(default_factory=_offsets)
    objects: "array[int]" = field(default_factory=_offsets)
    statements: "array[int]" = field(default_factory=_offsets)
    first: "array[int]" = field(default_factory=_offsets)
    modern: set[int] = field(default_factory=set)
    open: int | None = None
    depth: int = 0

    def add(self, subject: int, predicate: int, thing: int) -> None:
        """One more triple."""
        self.subjects.append(subject)
        self.predicates.append(predicate)
        self.objects.append(thing)


@dataclass
class _Frame:
    """What one ``[…]`` or ``(…)`` adds to, or the statement itself.

    In a collection, subject and predicate are its parenthesis: its cells have no words. ``lead``
    is the triple that leads to a collection's first cell, None when it is a subject.
    """

    subject: int
    predicate: int
    collection: bool = False
    as_subject: bool = False
    lead: _Offsets | None = None
    filled: bool = False


class _Scanner:
    """The state between two tokens.

    The parser gives the triples that one token completes in reverse order; it completes a string
    at its suffix, or at the next token when there is none. ``step`` holds what a token completes,
    the last first; ``late`` is a string without suffix.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.found = Scan()
        self.role = _AT_SUBJECT
        self.frame = _Frame(0, 0)
        self.outer: list[_Frame] = []
        self.expected = -1
        self.nested = 0
        self.late: _Offsets | None = None
        self.step: list[_Offsets] = []

    def run(self, start: int, end: int) -> Scan:
        for match in _TOKEN.finditer(self.text, start, end):
            kind = match.lastindex or _END
            at = match.start(kind)
            if self.late:
                self.step.append(self.late)
                self.late = None
            if kind == _MARK:
                self._mark(at, self.text[at])
            elif kind == _TERM:
                self._term(at, match)
            elif kind == _DIRECTIVE:
                self._directive(at)
            elif kind == _MODERN:
                self._modern(at, match[kind])
            elif kind == _STRAY:
                break
            while self.step:
                self.found.add(*self.step.pop())
        return self.found

    def _term(self, at: int, match: re.Match[str]) -> None:
        frame = self.frame
        if self.role == _AT_OBJECT:
            if frame.collection:
                self._new_cell(at)
            else:
                self.role = _AFTER_OBJECT
            triple = (frame.subject, frame.predicate, at)
            if self.text[at] not in "\"'":
                self.step.append(triple)
            elif self.text[match.end() - 1] in "\"'":
                self.late = triple
            else:
                self.step.insert(0, triple)
        elif self.role == _AT_PREDICATE:
            frame.predicate = at
            self.role = _AT_OBJECT
        elif self.role == _AT_SUBJECT:
            self.expected = _DIRECTIVES.get(match[_TERM].lower(), -1)
            if self.expected > 0:
                self._directive(at)
            else:
                self._begin(at)
        elif self.role == _IN_DIRECTIVE and self.expected > 0:
            self.expected -= 1
            if self.expected == 0:
                self._finish()

    def _begin(self, at: int) -> None:
        self.found.statements.append(at)
        self.found.first.append(len(self.found.subjects))
        self.found.open = at
        self.frame = _Frame(at, at)
        self.role = _AT_PREDICATE

    def _directive(self, at: int) -> None:
        if self.role == _AT_SUBJECT:
            self.found.open = at
            self.role = _IN_DIRECTIVE

    def _finish(self) -> None:
        self.role, self.found.open = _AT_SUBJECT, None
        self.outer.clear()
        self.expected, self.nested = -1, 0

    def _mark(self, at: int, mark: str) -> None:
        if mark == ".":
            self._finish()
        elif self.role in (_IN_DIRECTIVE, _IN_MODERN):
            pass
        elif mark == ",":
            self.role = _AT_OBJECT
        elif mark == ";":
            self.role = _AT_PREDICATE
        elif mark in "[(":
            self._enter(at, collection=mark == "(")
        elif self.outer:
            self._leave(at)

    def _enter(self, at: int, *, collection: bool) -> None:
        as_subject, lead = self.role == _AT_SUBJECT, None
        if as_subject:
            self._begin(at)
        else:
            lead = (self.frame.subject, self.frame.predicate, at)
            if self.frame.collection:
                self._new_cell(at)
        self.outer.append(self.frame)
        self.frame = _Frame(at, at, collection, as_subject, lead)
        self.role = _AT_OBJECT if collection else _AT_PREDICATE

    def _new_cell(self, at: int) -> None:
        """The triple that leads to a cell: from the cell before, or from outside."""
        frame = self.frame
        if frame.filled:
            self.step.append((frame.subject, at, frame.subject))
        elif frame.lead:
            self.step.append(frame.lead)
        frame.filled = True

    def _leave(self, at: int) -> None:
        inner, self.frame = self.frame, self.outer.pop()
        if inner.collection and inner.filled:
            self.step.append((inner.subject, at, at))
        elif inner.lead:
            self.step.append(inner.lead)
        if inner.as_subject:
            self.role = _AT_PREDICATE
        else:
            self.role = _AT_OBJECT if self.frame.collection else _AFTER_OBJECT

    def _modern(self, at: int, word: str) -> None:
        if self.role == _AT_SUBJECT:
            self._begin(at)
        self.role = _IN_MODERN
        if self.found.statements:
            self.found.modern.add(len(self.found.statements) - 1)
        self.nested += ("<<" in word) - (">>" in word)
        self.found.depth = max(self.found.depth, self.nested)


def scan(text: str, start: int = 0, end: int | None = None) -> Scan:
    """Follow a Turtle document, or a piece of it that begins between two statements.

    It ends where a quotation mark begins no string, or a character no word: nobody can say what
    comes after.
    """
    return _Scanner(text).run(start, len(text) if end is None else end)


def token_end(text: str, offset: int) -> int:
    """Where the token that begins at an offset ends.

    >>> token_end('<a> <p> "x"@en .', 8)
    14
    """
    match = _TOKEN.match(text, offset)
    return match.end() if match else offset


def last_end(text: str, start: int, end: int) -> int:
    """Where the last token of a piece ends, without the space and comments after it."""
    last = start
    for match in _TOKEN.finditer(text, start, end):
        if match.lastindex != _END:
            last = match.end()
    return last


def last_token(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the last token of a piece begins and ends."""
    last = start, start
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastindex or _END
        if kind != _END:
            last = match.span(kind)
    return last


def stray_quote(text: str, start: int, end: int) -> int | None:
    """The first quotation mark in a piece that begins no string."""
    for match in _TOKEN.finditer(text, start, end):
        stray = match[_STRAY]
        if stray and stray[0] in "\"'":
            return match.start(_STRAY)
    return None


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Where each token begins and ends, whatever it is.

    >>> list(tokens("<g> { } # so"))
    [(0, 3), (4, 5), (6, 7)]
    """
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        kind = match.lastindex or _END
        if kind != _END:
            yield match.span(kind)


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Every comment, with its offset and without the mark; a mark in an IRI or text begins none.

    >>> list(comments('<http://e/#a> <p> "#b" . # c'))
    [(25, ' c')]
    """
    for match in _TOKEN.finditer(text):
        for found in _COMMENT.finditer(text, match.start(), match.start(match.lastindex or _END)):
            yield found.start(), found[1]


def words(text: str, start: int, end: int) -> list[str]:
    """The terms of a piece of Turtle as they are written."""
    return [match[_TERM] for match in _TOKEN.finditer(text, start, end) if match[_TERM]]
