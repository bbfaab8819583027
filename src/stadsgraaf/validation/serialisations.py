"""Other serialisations than Turtle, read for validation.

https://www.w3.org/TR/n-triples/ https://www.w3.org/TR/n-quads/ https://www.w3.org/TR/trig/
https://www.w3.org/TR/rdf-syntax-grammar/ https://www.w3.org/TR/json-ld11/

N-Triples, N-Quads and TriG become Turtle of the same length, with spaces where a graph is named, so
that every triple keeps its line and column. RDF/XML and JSON-LD have no such places: they are read
apart (``guarding``), and what is found in them is looked for in the text (``sighting``).
Named graphs are read as one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Triple, parse, serialize

from stadsgraaf import turtle
from stadsgraaf.errors import SyntaxFault, Text
from stadsgraaf.turtle import MAX_DEPTH, TurtleDocument
from stadsgraaf.turtle.scan import Lines, scan, tokens
from stadsgraaf.unreadable import in_words
from stadsgraaf.validation.sighting import Sighted

__all__ = ["ENDINGS", "read"]

#: What a file is by its ending.
ENDINGS = {
    ".ttl": RdfFormat.TURTLE,
    ".turtle": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}
#: Syntax errors told of one file.
_MAX_FAULTS = 100


def read(
    path: Path, *, base_iri: str | None = None, blank_prefix: str = "", confined: bool = False
) -> TurtleDocument:
    """Read a file of any serialisation in ``ENDINGS``. Syntax errors are in ``faults``.

    A process that is ``confined`` itself reads all in itself: it may start no other.

    Raises KeyError for another ending, OSError when the file cannot be opened.
    """
    other = _other_syntax(path)
    if other:
        words = path.read_text(encoding="utf-8", errors="replace")
        return _unplaced(path, words, [], blank_prefix, [_no_rdf(path, other)])
    form = _form(path)
    if form == RdfFormat.TURTLE or not path.stat().st_size:
        return turtle.read(path, base_iri=base_iri, blank_prefix=blank_prefix)
    if form in {RdfFormat.RDF_XML, RdfFormat.JSON_LD}:
        from stadsgraaf.guarding import give, read_apart  # noqa: PLC0415 – few have such files

        reading = give if confined else read_apart
        return _apart(path, reading, form, base_iri, blank_prefix)
    content = path.read_bytes()
    text = _readable(content)
    if text is None:
        # the reader of Turtle tells where, and what it could be; the parser might break
        return turtle.read(path, base_iri=base_iri, blank_prefix=blank_prefix)
    faults = list(_faults(path, text, form, base_iri))
    as_turtle = _flattened(text) if form == RdfFormat.TRIG else _without_graphs(text)
    found = turtle.read(path, text=as_turtle, base_iri=base_iri, blank_prefix=blank_prefix)
    marked = content.startswith(b"\xef\xbb\xbf")
    if not faults and (found.faults or not _is_whole(found, text, form, base_iri)):
        return _unplaced(path, text, _parsed(text, form, base_iri), blank_prefix)
    if form == RdfFormat.TRIG:
        # the dot may be one that stands for a brace
        faults = [f for f in found.faults if f.members["rule"] != "early-dot"] or faults
        if opened := list(_open_graphs(path, text)):
            faults = [*opened, *(fault for fault in found.faults if fault in faults)]
    return replace(found, text=text, faults=faults, marked=marked)


def _readable(content: bytes) -> str | None:
    """The text, unless it is none or nests too deep."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "<<" in text and scan(text).depth > MAX_DEPTH else text


def _form(path: Path) -> RdfFormat:
    form = ENDINGS[path.suffix.lower()]
    if path.suffix.lower() == ".owl":
        start = path.read_bytes()[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
        return form if start.startswith((b"<?xml", b"<rdf", b"<!")) else RdfFormat.TURTLE
    return form


def _other_syntax(path: Path) -> str:
    """The name of a syntax of OWL that is no RDF, or an empty text."""
    if path.suffix.lower() != ".owl":
        return ""
    start = path.read_bytes()[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"Prefix(", b"Ontology(")):
        return "OWL functional syntax"
    if start.startswith((b"Prefix:", b"Ontology:")):
        return "Manchester syntax"
    return "OWL/XML" if start.startswith(b"<") and b"<Ontology" in start else ""


def _no_rdf(path: Path, name: str) -> SyntaxFault:
    reason = Text(
        f"This is {name}, which is no serialisation of RDF: save it as Turtle or RDF/XML.",
        f"Dit is {name}, en dat is geen serialisatie van RDF: bewaar het als Turtle of RDF/XML.",
    )
    return SyntaxFault(file=str(path), line=1, column=1, reason=reason, rule="serialisation")


def _parsed(text: str, form: RdfFormat, base_iri: str | None) -> list[Triple]:
    return [quad.triple for quad in parse(text.encode(), form, base_iri=base_iri)]


def _is_whole(found: TurtleDocument, text: str, form: RdfFormat, base_iri: str | None) -> bool:
    """Whether what was read as Turtle is what the parser of the serialisation reads."""
    expected = _parsed(text, form, base_iri)
    return len(found.triples) == len(expected) and all(
        one.predicate == other.predicate for one, other in zip(found.triples, expected, strict=True)
    )


def _faults(path: Path, text: str, form: RdfFormat, base_iri: str | None) -> Iterator[SyntaxFault]:
    """Syntax errors: in N-Triples and N-Quads one for each line that is wrong."""
    try:
        for _ in parse(text.encode(), form, base_iri=base_iri):
            pass
    except SyntaxError as error:
        if form == RdfFormat.TRIG:
            yield _fault(path, error, 0)
            return
    else:
        return
    told = 0
    for number, line in enumerate(text.splitlines()):
        try:
            for _ in parse(line.encode(), form):
                pass
        except SyntaxError as error:
            yield _of_line(path, line, number) or _fault(path, error, number)
            told += 1
            if told == _MAX_FAULTS:
                return


def _of_line(path: Path, line: str, number: int) -> SyntaxFault | None:
    """What is wrong with a line of N-Triples or N-Quads, if it would be wrong in Turtle too."""
    faults = turtle.read(path, text=_without_graphs(line)).faults
    if not faults:
        return None
    told = {**faults[0].members, "line": number + 1, "end_line": number + 1}
    if told["rule"] in {"unfinished", "missing-dot", "missing-separator"}:
        end = len(line.rstrip())
        told |= {"rule": "missing-dot", "reason": _NO_DOT, "column": end, "end_column": end + 1}
    return SyntaxFault(**told)


_NO_DOT = Text(
    "A line is a statement and ends with a dot: put “.” here, or what is missing before it.",
    "Een regel is een uitspraak en eindigt met een punt: zet hier “.”, of wat ervoor ontbreekt.",
)
_FOURTH = Text(
    "A fourth term names a graph, which N-Triples does not have: delete it, or name the file .nq.",
    "Een vierde term noemt een graaf, en die heeft N-Triples niet: haal hem weg, of noem het bestand"
    " .nq.",
)
_PLAIN = Text(
    "Here a line is <subject> <predicate> <object> with a dot, each IRI in full, without prefixes.",
    "Hier is een regel <onderwerp> <predicaat> <object> met een punt, elke IRI voluit, zonder"
    " voorvoegsels.",
)


def _line_reason(path: Path, message: str) -> Text:
    """What a parser says of a line, in plain words."""
    if path.suffix.lower() == ".trig":
        return in_words(message)
    return _FOURTH if message.startswith("Quads must") else _PLAIN


def _fault(path: Path, error: SyntaxError, lines_before: int) -> SyntaxFault:
    message = re.sub(
        r"^Parser error.*?(?:column(?:s)? [\d and]+|line \d+ column \d+): ", "", error.msg
    )
    line, column = (error.lineno or 1) + lines_before, error.offset or 1
    return SyntaxFault(
        file=str(path),
        line=line,
        column=column,
        end_line=(error.end_lineno or 1) + lines_before,
        end_column=error.end_offset or column,
        reason=_line_reason(path, message),
        rule="serialisation",
        engine=error.msg,
    )


_GRAPH = re.compile(
    r"""^(\s*+(?:<[^>]*>|_:\S+)\s*+<[^>]*>\s*+
        (?:<[^>]*>|_:[^\s.]\S*|"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^>]*>)?)\s*+)
        (<[^>]*>|_:\S+?)(?=\s*\.)""",
    re.MULTILINE | re.VERBOSE,
)


#: IRIs as they stand in RDF/XML and JSON-LD.
_ABSOLUTE = re.compile(r"""["'](https?://[^"'<>\s]+|urn:[^"'<>\s]+)["']""")


def _without_graphs(text: str) -> str:
    """N-Quads with spaces where the graph was.

    >>> _without_graphs("<a> <b> <c> <g> .")
    '<a> <b> <c>     .'
    """
    return _GRAPH.sub(lambda found: found[1] + " " * len(found[2]), text)


def _flattened(text: str) -> str:
    """TriG with spaces where a graph is named, and a dot where its last statement has none.

    >>> _flattened("<g> { <a> <b> <c> } <d> <e> <f> .")
    '      <a> <b> <c> . <d> <e> <f> .'
    """
    made = list(text)
    inside, before, begun = False, "", 0
    last: list[tuple[int, str]] = []
    for start, end in tokens(text):
        word = text[start:end]
        if word == "{" and inside:
            # the graph before was not closed: its last statement must not be lost with the name
            begun = _name_before(last, start)
            ended = [one for at, one in last if at < begun][-1:] in ([], ["."], ["{"])
            _blank(made, begun, end)
            made[begun] = " " if ended else "."
            before = "."
        elif word == "{":
            # what stands between the last statement and the brace names the graph
            _blank(made, begun, end)
            inside, before = True, "."
        elif word == "}" and inside:
            made[start] = " " if before == "." else "."
            inside, before, begun = False, ".", end
        else:
            if not inside and before == ".":
                begun = start
            if not inside and word == ".":
                begun = end
            before = word
        last = [*last[-2:], (start, word)]
    return "".join(made)


def _name_before(last: Sequence[tuple[int, str]], brace: int) -> int:
    """Where the name of a graph begins, with the word GRAPH, that stands before a brace."""
    for at, word in last[-2:]:
        if word.upper() == "GRAPH":
            return at
    return last[-1][0] if last and last[-1][1] not in (".", "{") else brace


def _open_graphs(path: Path, text: str) -> Iterator[SyntaxFault]:
    """Graphs that are not closed where another begins."""
    opened: int | None = None
    last: list[tuple[int, str]] = []
    lines = Lines(text)
    for start, end in tokens(text):
        word = text[start:end]
        if word == "{":
            if opened is not None:
                line, column = lines.at(_name_before(last, start))
                row = lines.at(opened)[0]
                reason = Text(
                    f"The graph that begins on line {row} is not closed: put “}}” before this.",
                    f"De graaf die op regel {row} begint is niet gesloten: zet hiervoor “}}”.",
                )
                yield SyntaxFault(
                    file=str(path), line=line, column=column, end_line=line, end_column=column + 1,
                    reason=reason, rule="serialisation",
                )  # fmt: skip
            opened = start
        elif word == "}":
            opened = None
        last = [*last[-2:], (start, word)]


def _blank(made: list[str], start: int, end: int) -> None:
    for at in range(start, end):
        if made[at] not in "\r\n":
            made[at] = " "


def _declared(text: str) -> Iterator[tuple[str, str]]:
    """Prefixes and namespaces of RDF/XML and JSON-LD.

    >>> dict(_declared('<!ENTITY e "http://e/"> <rdf:RDF xmlns:e="&e;" xmlns:f="http://f/">'))
    {'e': 'http://e/', 'f': 'http://f/'}
    """
    entities = dict(_ENTITY.findall(text))
    for name, _, namespace in _NAMESPACE.findall(text):
        yield name, re.sub(r"&(\w+);", lambda found: entities.get(found[1], found[0]), namespace)
    for name, namespace in _TERM.findall(text):
        yield name, namespace


_ENTITY = re.compile(r"""<!ENTITY\s+(\w+)\s+["']([^"'<>]*)["']""")
_NAMESPACE = re.compile(r"""\bxmlns:([\w.-]+)\s*=\s*(["'])(.*?)\2""")
_TERM = re.compile(r""""([A-Za-z][\w.-]*)"\s*:\s*"([A-Za-z][\w+.-]*:[^"\s]*[#/])\"""")


def _unplaced(
    path: Path,
    text: str,
    triples: list[Triple],
    blank_prefix: str,
    faults: list[SyntaxFault] | None = None,
) -> TurtleDocument:
    """A document that knows what it says, but not for sure where."""
    content = serialize(
        (Quad(t.subject, t.predicate, t.object) for t in triples), format=RdfFormat.N_QUADS
    )
    named = turtle.read(path, text=(content or b"").decode(), blank_prefix=blank_prefix)
    return TurtleDocument(
        path=path,
        triples=named.triples,
        positions=Sighted(text, named.triples),
        prefixes=dict(_declared(text)),
        base=None,
        faults=faults or [],
        text=text,
        placed=False,
        unread=frozenset(_ABSOLUTE.findall(text)) if faults else frozenset(),
    )


def _apart(
    path: Path,
    reading: Callable[[Path, RdfFormat, str | None], bytes],
    form: RdfFormat,
    base_iri: str | None,
    blank_prefix: str,
) -> TurtleDocument:
    """Read a file whose parser tells no places."""
    faults: list[SyntaxFault] = []
    triples: list[Triple] = []
    try:
        triples = _parsed(reading(path, form, base_iri).decode(), RdfFormat.N_QUADS, None)
    except SyntaxFault as fault:
        faults.append(fault)
    text = path.read_text(encoding="utf-8", errors="replace")
    return _unplaced(path, text, triples, blank_prefix, faults)
