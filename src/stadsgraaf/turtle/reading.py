"""Reads Turtle: pyoxigraph decides on syntax and triples, ``scan`` says where they stand.

After a syntax error reading goes on at the next statement, so that one file reports several.
"""

import io
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin

from pyoxigraph import BlankNode, NamedNode, Quad, QuadParser, RdfFormat, Triple, parse

from stadsgraaf.errors import SyntaxFault, Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.turtle.document import Positions, TurtleDocument
from stadsgraaf.turtle.faults import Repair, Trouble, explain
from stadsgraaf.turtle.scan import Lines, Scan, scan, token_end, words

__all__ = ["MAX_DEPTH", "read", "undeclared"]

#: Syntax errors told of one file; whoever has more has another kind of file.
MAX_FAULTS = 100
#: Triple terms nested deeper than this are refused: the parser has no limit but the stack's.
MAX_DEPTH = 64

_UNDECLARED = "urn:stadsgraaf:undeclared:"


def undeclared(iri: str) -> tuple[str, str] | None:
    """The prefix and the name of an IRI in ``unread`` whose prefix its file does not declare.

    >>> undeclared("urn:stadsgraaf:undeclared:ex#a"), undeclared("http://example.org/a")
    (('ex', 'a'), None)
    """
    if not iri.startswith(_UNDECLARED):
        return None
    prefix, _, local = iri.removeprefix(_UNDECLARED).partition("#")
    return prefix, local


_DECLARED = re.compile(r"(?i)\bprefix\s+([\w.-]*):\s*<([^<>\s]*)>")
_DOT_ENDS = re.compile(r"\.[ \t]*(?:\#[^\n]*)?(?:\n|\Z)")
_LONG_QUOTES = ('"""', "'''")
#: Characters that no text has.
_CONTROLS = frozenset(map(chr, {*range(9), *range(14, 27), *range(28, 32)}))
_BLANK_MARKS = ("[", "(", "_:", "<<", "{|", "~")


def read(
    path: Path, *, text: str | None = None, base_iri: str | None = None, blank_prefix: str = ""
) -> TurtleDocument:
    """Read a Turtle file, or ``text`` in its place.

    Syntax errors are in ``faults``, never raised. Blank nodes are numbered in the order in which
    they appear, after ``blank_prefix``: the same in each run, and different between files when the
    prefix is. Raises OSError when the file cannot be opened.

    >>> read(Path("a.ttl"), text="<http://e/a> <http://e/p> 1 .").positions[0][2]
    Position(line=1, column=27)
    """
    decoded, trouble = (text, []) if text is not None else _decode(path.read_bytes())
    marked = decoded.startswith("\ufeff")
    reading = _Reading(path, _in_lines(decoded.removeprefix("\ufeff")), base_iri)
    for fault in trouble:
        reading.report(fault)
    if not any(fault.resume < 0 for fault in trouble):
        reading.run()
    return TurtleDocument(
        path=path,
        triples=_rename(reading.triples, reading.text, blank_prefix),
        positions=Positions(len(reading.triples), reading.places),
        prefixes={n: i for n, i in reading.prefixes.items() if not i.startswith(_UNDECLARED)},
        base=reading.base,
        faults=sorted(reading.faults, key=_place),
        text=reading.original,
        marked=marked,
        unread=frozenset(reading.unread),
    )


def _in_lines(text: str) -> str:
    r"""The text of an old Mac with lines that others know too; a text of more lines stays as it is.

    >>> _in_lines("a\rb"), _in_lines("a\r\nb")
    ('a\nb', 'a\r\nb')
    """
    if "\r" not in text or "\n" in text or any(quotes in text for quotes in _LONG_QUOTES):
        return text
    return text.replace("\r", "\n")


def _place(fault: SyntaxFault) -> tuple[int, int]:
    line, column = fault.members["line"], fault.members["column"]
    assert isinstance(line, int)  # noqa: S101 – both are set by _Reading.report
    assert isinstance(column, int)  # noqa: S101 – as above
    return line, column


def _decode(content: bytes) -> tuple[str, list[Trouble]]:
    """The text, and what is wrong with it as text; ``resume`` -1 means that it is no text at all."""
    for signature, name in _OTHER_FILES.items():
        if content.startswith(signature):
            trouble = _no_text(name)
            if name != "UTF-16":
                return "", [trouble]
            # the words can be known all the same, so that nothing else seems to be missing
            return content.decode("utf-16", "replace"), [replace(trouble, resume=0)]
    for beginning, name, said in _OTHER_FORMATS:
        if beginning.match(content[:200]):
            return "", [_other_format(name, said)]
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        if _is_binary(content):
            return "", [_no_text("binary")]
        at = len(content[: error.start].decode("utf-8").removeprefix("\ufeff"))
        wrong = content[error.start : error.start + 1]
        guess = wrong.decode("cp1252", "replace")
        reason = Text(
            f"The file is not UTF-8: byte 0x{wrong.hex().upper()} (“{guess}” in Windows-1252)"
            " is no character here. Save the file as UTF-8.",
            f"Het bestand is geen UTF-8: byte 0x{wrong.hex().upper()} (“{guess}” in Windows-1252)"
            " is hier geen teken. Bewaar het bestand als UTF-8.",
        )
        trouble = Trouble("not-utf8", at, at + 1, 0, reason, str(error))
        return content.decode("utf-8", "replace"), [trouble]


_OTHER_FILES = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "ZIP",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


#: What a file begins with that is no Turtle, what it is then, and what to do.
_OTHER_FORMATS = (
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html)[\s>]", re.IGNORECASE),
        "HTML",
        Text(
            "perhaps the page of an error; fetch it again",
            "misschien een foutpagina; haal het opnieuw op",
        ),
    ),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|rdf:RDF)[\s>]"),
        "XML",
        Text("RDF/XML is named .rdf", "RDF/XML heet .rdf"),
    ),
    (
        re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*\{)\s*"'),
        "JSON",
        Text("JSON-LD is named .jsonld", "JSON-LD heet .jsonld"),
    ),
)


def _other_format(name: str, said: Text) -> Trouble:
    reason = Text(
        f"The file is {name}, not Turtle: {said.en}.",
        f"Het bestand is {name}, geen Turtle: {said.nl}.",
    )
    return Trouble("other-format", 0, 0, -1, reason, "")


def _is_binary(content: bytes) -> bool:
    """Whether it is no text of any encoding: of its first characters many control something."""
    start = content[:2000].decode("latin-1")
    return sum(character in _CONTROLS for character in start) * 50 > len(start)


def _no_text(name: str) -> Trouble:
    if name == "binary":
        reason = Text(
            "The file is binary, not Turtle in UTF-8: unpack it, or give it another ending.",
            "Het bestand is binair, geen Turtle in UTF-8: pak het uit, of geef het een ander achtervoegsel.",
        )
        return Trouble("not-utf8", 0, 0, -1, reason, "")
    reason = Text(
        f"The file is {name}, not Turtle in UTF-8: unpack it or save it as UTF-8.",
        f"Het bestand is {name}, geen Turtle in UTF-8: pak het uit of bewaar het als UTF-8.",
    )
    return Trouble("not-utf8", 0, 0, -1, reason, "")


@dataclass
class _Reading:
    """A document while it is read. ``prefixes`` and ``base`` are those at the current statement.

    ``original`` is the text as it was given: in ``text`` a dot that was meant as a semicolon is one.
    ``whole`` is all of it, when it could be read at once.
    """

    path: Path
    text: str
    base: str | None
    prefixes: dict[str, str] = field(default_factory=dict)
    triples: list[Triple] = field(default_factory=list)
    offsets: "list[array[int]]" = field(default_factory=lambda: [array("L") for _ in range(3)])
    faults: list[SyntaxFault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    original: str = ""
    whole: "_Piece | None" = None

    def __post_init__(self) -> None:
        self.original = self.text

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.text)

    def run(self) -> None:
        """Read it all, from syntax error to syntax error."""
        self._check_nul()
        start = 0
        while start < len(self.text) and len(self.faults) < MAX_FAULTS:
            start = self._read_on(start)

    def places(self) -> "tuple[Lines, Sequence[array[int]]]":
        """The lines, and the offsets of each triple."""
        if self.whole is not None:
            return self.lines, _align(self.triples, self.whole)
        return self.lines, self.offsets

    def report(self, trouble: Trouble) -> None:
        """Note a syntax error."""
        line, column = self.lines.at(trouble.start)
        end_line, end_column = self.lines.at(max(trouble.end, trouble.start))
        self.faults.append(
            SyntaxFault(
                file=str(self.path),
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
                reason=trouble.reason,
                rule=trouble.rule,
                engine=trouble.engine,
            )
        )

    def _check_nul(self) -> None:
        at = self.text.find("\0")
        if at >= 0:
            reason = Text(
                "The file holds the character U+0000, which XML and many tools refuse: delete it.",
                "Het bestand bevat het teken U+0000, dat XML en veel programma's weigeren: haal het"
                " weg.",
            )
            self.report(Trouble("nul-character", at, at + 1, 0, reason, ""))

    def _header(self) -> str:
        """The prefixes that hold here, in one line."""
        return "".join(f"@prefix {name}: <{iri}> . " for name, iri in self.prefixes.items())

    def _read_on(self, start: int) -> int:
        """Read from a statement on. Returns where the first statement begins that is not read."""
        if "<<" in self.text and scan(self.text, start).depth > MAX_DEPTH:
            self.report(_too_deep(self.text.index("<<", start)))
            return len(self.text)
        piece = _Piece(self._header(), self.text, start, len(self.text), "", self.base)
        parser = piece.parser()
        quads: list[Quad] = []
        try:
            quads.extend(parser)
        except SyntaxError as error:
            return self._mend(piece, error)
        if start == 0 and not self.faults:
            self.whole = piece
            self.triples = [quad.triple for quad in quads]
            self.prefixes, self.base = dict(parser.prefixes), parser.base_iri
        else:
            self._accept(quads, piece, parser)
        return len(self.text)

    def _mend(self, piece: "_Piece", error: SyntaxError) -> int:
        """Keep what is good before a syntax error; say where to go on."""
        at = piece.offset(self.lines, error.lineno, error.offset)
        end = piece.offset(self.lines, error.end_lineno, error.end_offset)
        if self.text[at : at + 1] == "\0":
            # told already, and no reason to lose what follows
            self.text = f"{self.text[:at]} {self.text[at + 1 :]}"
            return piece.start
        unfinished = scan(self.text, piece.start, at).open
        began = at if unfinished is None else unfinished
        prefixes = {**self.prefixes, **dict(_DECLARED.findall(self.text, piece.start, at))}
        trouble = explain(error.msg, self.text, (began, at, end), prefixes)
        for repair in trouble.repairs:
            if self._go_on(piece, repair, trouble):
                told = replace(trouble, rule=repair.rule, reason=repair.reason)
                self.report(replace(told, start=repair.start, end=repair.start + 1))
                return piece.start
        self.report(trouble)
        if trouble.declares is not None:
            name, iri = trouble.declares
            self.prefixes[name] = iri or PREFIXES.get(name, f"{_UNDECLARED}{name}#")
        if trouble.prefix is not None and trouble.prefix not in self.prefixes:
            # what everybody means by it is meant here too; the rest is left out
            usual = PREFIXES.get(trouble.prefix)
            self.prefixes[trouble.prefix] = usual or f"{_UNDECLARED}{trouble.prefix}#"
            return piece.start
        self._keep(piece.start, began)
        if not trouble.closing or not self._keep(began, trouble.resume, trouble.closing):
            self._skip(began, trouble.resume)
        return max(trouble.resume, piece.start + 1)

    def _go_on(self, piece: "_Piece", repair: Repair, trouble: Trouble) -> bool:
        """Read a character as the one that it was meant to be, when that makes sense."""
        at = repair.at
        text = f"{self.text[:at]}{repair.mark}{self.text[at + 1 :]}"
        end = max(trouble.resume, at + 1)
        end = self._statement_end(end) if repair.separates else end
        try:
            list(replace(piece, text=text, end=end, closing="").parser())
        except SyntaxError as error:
            if not repair.separates or (error.lineno or 1) <= piece.row(self.lines, at):
                return False
        self.text = text
        return True

    def _statement_end(self, start: int) -> int:
        """Where a statement ends that goes on after ``start``, as well as can be told."""
        found = _DOT_ENDS.search(self.text, start)
        return found.end() if found else len(self.text)

    def _keep(self, start: int, end: int, closing: str = "") -> bool:
        piece = _Piece(self._header(), self.text, start, end, closing, self.base)
        parser = piece.parser()
        try:
            quads = list(parser)
        except SyntaxError:
            return False
        self._accept(quads, piece, parser)
        return True

    def _skip(self, start: int, end: int) -> None:
        """Remember what a statement speaks of that is not read."""
        for word in words(self.text, start, end):
            prefix, colon, local = word.partition(":")
            if word.startswith("<"):
                self.unread.add(_resolved(word[1:-1], self.base))
            elif colon and prefix in self.prefixes:
                self.unread.add(self.prefixes[prefix] + local.replace("\\", ""))

    def _accept(self, quads: list[Quad], piece: "_Piece", parser: QuadParser) -> None:
        """Add triples with their positions, but not those with an undeclared prefix."""
        triples = [quad.triple for quad in quads]
        offsets = _align(triples, piece)
        if any(iri.startswith(_UNDECLARED) for iri in self.prefixes.values()):
            kept = [i for i, triple in enumerate(triples) if _UNDECLARED not in str(triple)]
            for number in set(range(len(triples))).difference(kept):
                self.unread |= _iris(triples[number])
            triples = [triples[i] for i in kept]
            offsets = [array("L", [column[i] for i in kept]) for column in offsets]
        self.triples += triples
        for mine, more in zip(self.offsets, offsets, strict=True):
            mine.extend(more)
        self.prefixes, self.base = dict(parser.prefixes), parser.base_iri


def _resolved(iri: str, base: str | None) -> str:
    """An IRI in full, as far as that can be told of a statement that is not read.

    >>> _resolved("c1", "http://e/kos/"), _resolved("http://e/a", None)
    ('http://e/kos/c1', 'http://e/a')
    """
    try:
        return urljoin(base, iri) if base else iri
    except ValueError:
        return iri


def _too_deep(at: int) -> Trouble:
    reason = Text(
        f"Triple terms nest deeper than {MAX_DEPTH} levels.",
        f"Tripeltermen zijn dieper genest dan {MAX_DEPTH} niveaus.",
    )
    return Trouble("too-deep", at, at + 2, 0, reason, "")


def _iris(triple: Triple) -> set[str]:
    terms = (triple.subject, triple.predicate, triple.object)
    return {term.value for term in terms if isinstance(term, NamedNode)}


@dataclass(frozen=True)
class _Piece:
    """A part of a document from one statement to another, and what it needs to stand alone."""

    header: str
    text: str
    start: int
    end: int
    closing: str
    base: str | None

    def parser(self) -> QuadParser:
        return self.parse(self.chunk(self.header, self.start, self.end) + self.closing.encode())

    def parse(self, source: bytes | io.RawIOBase) -> QuadParser:
        return parse(source, RdfFormat.TURTLE, base_iri=self.base)  # type: ignore[arg-type]  # the stub asks for IO[bytes]; read() is all it calls

    def row(self, lines: Lines, at: int) -> int:
        """The line of an offset as the parser counts it in this piece."""
        return lines.at(at)[0] - lines.at(self.start)[0] + 1

    def chunk(self, header: str, start: int, end: int) -> bytes:
        return (header + self.text[start:end]).encode("utf-8", "replace")

    def offset(self, lines: Lines, line: int | None, column: int | None) -> int:
        """The offset in the document of a position in header and piece."""
        row, place = line or 1, column or 1
        if row == 1:
            found = max(self.start, self.start + place - 1 - len(self.header))
        else:
            found = lines.offset(lines.at(self.start)[0] + row - 1, place)
        return min(found, self.end)


def _align(triples: list[Triple], piece: _Piece) -> "Sequence[array[int]]":
    """Offsets of each triple. They are exact, or those of its statement when in doubt."""
    found = scan(piece.text, piece.start, piece.end)
    if not found.modern and _agrees(triples, found, piece.text):
        return found.subjects, found.predicates, found.objects
    return _by_statement(found, piece)


def _agrees(triples: list[Triple], found: Scan, text: str) -> bool:
    """Whether scan and parser speak of the same triples: a predicate's word means one IRI."""
    if len(triples) != len(found.subjects):
        return False
    known: dict[str, NamedNode] = {}
    last = -1
    for triple, subject, offset in zip(triples, found.subjects, found.predicates, strict=True):
        if offset == last or text[subject] == "(":
            continue
        last = offset
        predicate = triple.predicate
        word = text[offset : token_end(text, offset)]
        if known.setdefault(word, predicate) != predicate:
            return False
    return True


class _Feed(io.RawIOBase):
    """Gives the parser one statement at a time, so that its triples can be told apart."""

    def __init__(self, chunks: list[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = b""
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, never beyond the end of a statement."""
        while not self._rest and self.given < len(self._chunks):
            self._rest = self._chunks[self.given]
            self.given += 1
        cut = len(self._rest) if size < 0 else size
        out, self._rest = self._rest[:cut], self._rest[cut:]
        return out


def _by_statement(found: Scan, piece: _Piece) -> "Sequence[array[int]]":
    """Offsets by counting the triples of each statement; exact where the scan counts the same."""
    starts = [*found.statements, piece.end]
    chunks = [piece.chunk(piece.header, piece.start, starts[0])]
    chunks += [piece.chunk("", start, end) for start, end in pairwise(starts)]
    chunks[-1] += piece.closing.encode()
    feed = _Feed(chunks)
    counts = [0] * len(chunks)
    for _ in piece.parse(feed):
        counts[feed.given - 1] += 1
    firsts = [*found.first, len(found.subjects)]
    offsets = [array("L") for _ in range(3)]
    for number, ((first, last), count) in enumerate(zip(pairwise(firsts), counts[1:], strict=True)):
        exact = number not in found.modern and last - first == count
        for column, known in zip(
            offsets, (found.subjects, found.predicates, found.objects), strict=True
        ):
            column.extend(known[first:last] if exact else [found.statements[number]] * count)
    return offsets


def _rename(triples: list[Triple], text: str, prefix: str) -> list[Triple]:
    """The triples with blank nodes numbered as they appear."""
    if not any(mark in text for mark in _BLANK_MARKS):
        return triples
    names: dict[str, BlankNode] = {}

    def name(node: BlankNode) -> BlankNode:
        return names.setdefault(node.value, BlankNode(f"{prefix}n{len(names)}"))

    def renamed(triple: Triple) -> Triple:
        subject, thing = triple.subject, triple.object
        if isinstance(subject, BlankNode):
            subject = name(subject)
        if isinstance(thing, BlankNode):
            thing = name(thing)
        elif isinstance(thing, Triple):
            thing = renamed(thing)
        return Triple(subject, triple.predicate, thing)

    # most are as they should be, which is seen without a call
    return [
        renamed(triple)
        if type(triple.subject) is not NamedNode or type(triple.object) in (BlankNode, Triple)
        else triple
        for triple in triples
    ]
