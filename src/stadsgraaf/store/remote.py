"""Answering one question with another store: asked there, read and written anew here.

What arrives is read by the engine's own parsers, as it comes, and written by the same writers as the
answers of our own data: so every format is on offer, limits hold, and what is not an answer never
passes for one. A worker does this, so a document made to break its reader costs one worker.
"""

import contextlib
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Final, cast

from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse,
    parse_query_results,
)

from stadsgraaf.errors import (
    NotSupported,
    ResultTooLarge,
    StadsgraafError,
    StoreUnavailable,
    Text,
)
from stadsgraaf.store.base import Limits, Question
from stadsgraaf.store.evaluation import MAX_LENGTH, Engine, clauses_of, graphs_of, refuse_formats
from stadsgraaf.store.exchange import ASKED, Unpacking
from stadsgraaf.store.labelling import PROPERTIES, label_of, labelled
from stadsgraaf.store.origin import ACCEPT_RDF, ACCEPT_RESULTS, GARBAGE, TOO_LARGE, Errand
from stadsgraaf.store.output import Sink
from stadsgraaf.store.portable import portable
from stadsgraaf.store.precheck import MAX_DEPTH, Profile
from stadsgraaf.store.service import BLANK_NODE, Ask, Row

__all__ = ["Body", "Fetch", "RemoteEngine"]

_RESULTS: Final[Mapping[str, QueryResultsFormat]] = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
#: RDF/XML is not among them: entities in it can grow without bounds.
_RDF: Final[Mapping[str, RdfFormat]] = {
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/plain": RdfFormat.N_TRIPLES,
    "text/turtle": RdfFormat.TURTLE,
    "application/x-turtle": RdfFormat.TURTLE,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
}
#: How much larger an answer may be that arrives than one that goes out: it is another format.
_WIDER: Final = 4
#: Bytes of an answer that go out only when they are known to be good: most answers as a whole.
_HELD: Final = 1_048_576
#: IRIs whose labels are asked for at once, and of one answer at most.
_BATCH: Final = 500
_LABELLED: Final = 20_000
_IRIS: Final = Text("IRIs with labels", "IRI's met labels")

#: What Virtuoso has names of its own for, and what they are: blank nodes in JSON, which have no label,
#: and the datatype of geometries, in JSON and N-Triples. In a string neither can stand: quotation marks
#: have backslashes there.
_OWN_NAMES: Final = (
    (re.compile(rb'("type":\s{0,4}"bnode",\s{0,4}"value":\s{0,4}")nodeID://'), rb"\1nodeID-"),
    (
        re.compile(
            rb'("datatype":\s{0,4}"|[^\\]"\^\^<)http://www\.openlinksw\.com/schemas/virtrdf#Geometry'
        ),
        rb"\1http://www.opengis.net/ont/geosparql#wktLiteral",
    ),
)
#: Bytes that the longest of them can have.
_NAME_LENGTH: Final = 128
#: Levels that JSON may nest: a triple term in a triple term takes four, and a reader its stack.
_DEEPEST: Final = 256
_NO_BRACKETS: Final = bytes(each for each in range(256) if each not in b"{}[]")

#: Sends an errand; the media type, the content coding, and the pieces of the answer, which raise
#: StadsgraafError when there are no more though there should be.
Fetch = Callable[[Errand], tuple[str, str, Iterator[bytes]]]


class _Nesting:
    r"""How deep JSON nests, of which the pieces come one after the other.

    >>> nesting = _Nesting()
    >>> nesting.feed(b'{"a{": [{"b": "\\\\" '), nesting.feed(b'}]'), nesting.feed(b'"[[')
    (3, 1, 1)
    """

    def __init__(self) -> None:
        self._in_string = False
        self._escape = b""
        self._open = b""

    def feed(self, piece: bytes) -> int:
        """How many levels are open after a piece; more where it closes and opens very many."""
        piece = (self._escape + piece).replace(b"\\\\", b"").replace(b'\\"', b"")
        self._escape = b"\\" if piece.endswith(b"\\") else b""
        parts = piece.removesuffix(b"\\").split(b'"')
        outside = b"".join(parts[self._in_string :: 2])
        self._in_string = (self._in_string + len(parts) - 1) % 2 == 1
        left = self._open + outside.translate(None, _NO_BRACKETS)
        before = None
        while before != left:
            before, left = left, left.replace(b"{}", b"").replace(b"[]", b"")
        self._open = left[-_DEEPEST - 1 :]
        return len(left)


class Body(io.RawIOBase):
    """The answer of a store, unpacked, as a file that is read once."""

    def __init__(
        self, pieces: Iterator[bytes], coding: str, most: int, *, is_json: bool = False
    ) -> None:
        """Of at most so many bytes. Raises StoreUnavailable for a coding that is not known."""
        try:
            self._unpacked = self._unpack(Unpacking(coding), pieces)
        except zlib.error:
            raise StoreUnavailable(reason=GARBAGE) from None
        self._most = most
        self._is_json = is_json
        self._rest = memoryview(b"")
        #: What went wrong: the engine that reads this tells it in words of its own.
        self.error: StadsgraafError | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as one piece goes."""
        while not self._rest:
            piece: bytes | None = None
            try:
                piece = next(self._unpacked, None)
            except zlib.error:
                self.error = StoreUnavailable(reason=GARBAGE)
            except StadsgraafError as error:
                self.error = error
            if self.error:
                raise OSError
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        taken = min(len(buffer), len(self._rest))
        buffer[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken

    def _unpack(self, unpacking: Unpacking, packed: Iterator[bytes]) -> Iterator[bytes]:
        size = 0
        held, nesting = b"", _Nesting()
        for piece in self._all(unpacking, packed):
            size += len(piece)
            if size > self._most:
                raise StoreUnavailable(reason=TOO_LARGE)
            if self._is_json and nesting.feed(piece) > _DEEPEST:
                raise StoreUnavailable(reason=GARBAGE)
            data = held + piece
            for name, meant in _OWN_NAMES:
                data = name.sub(meant, data)
            held = data[-_NAME_LENGTH:]
            yield data[: len(data) - len(held)]
        yield held

    @staticmethod
    def _all(unpacking: Unpacking, packed: Iterator[bytes]) -> Iterator[bytes]:
        for piece in packed:
            yield from unpacking.feed(piece)
        yield from unpacking.end()


class RemoteEngine(Engine):
    """A dataset elsewhere, and how questions about it are answered. For one thread."""

    def __init__(
        self,
        *,
        prefixes: Mapping[str, str] | None = None,
        max_depth: int = MAX_DEPTH,
        max_length: int = MAX_LENGTH,
        services: bool = False,
    ) -> None:
        super().__init__(
            Store(),
            merged=False,
            prefixes=prefixes,
            max_depth=max_depth,
            max_length=max_length,
            services=services,
        )
        #: How the store is reached; who runs the engine says it.
        self.fetch: Fetch = _nowhere
        self._most = 0
        self._body: Body | None = None

    def answer(self, question: Question, limits: Limits, sink: Sink, call: Any = None) -> None:
        """Answer; see `Engine.answer`. Raises StoreUnavailable, StoreTimeout and StoreBusy too."""
        self._most = _WIDER * limits.bytes
        self._body = None
        held = _Held(sink)
        super().answer(question, limits, held, call)
        held.release()

    def _answer(
        self, query: str, question: Question, profile: Profile, limits: Limits, sink: Sink
    ) -> None:
        form = Store().query(
            query, base_iri=question.base_iri
        )  # a mistake is found before it is sent
        if profile.has_service and BLANK_NODE in query:
            raise NotSupported(
                reason=Text(
                    "SERVICE that gives blank nodes, beside the data of another store",
                    "SERVICE die blank nodes geeft, naast de data van een andere opslag",
                )
            )
        refuse_formats(form, question)
        with self._reading():
            result = self._ask(query, question, profile, is_graph=isinstance(form, QueryTriples))
            if isinstance(form, QueryBoolean):
                result = _truth(result)
            if question.labels and isinstance(result, QuerySolutions) and result.variables:
                result = self._labelled(result, question.labels)
            if isinstance(form, QuerySolutions) and not isinstance(result, QuerySolutions):
                raise StoreUnavailable(reason=GARBAGE)
            self._write(result, question, limits, sink)

    def _query(self, query: str, question: Question, profile: Profile) -> Any:
        """The solutions of a SELECT of our own."""
        return self._ask(query, question, profile, is_graph=False)

    def _ask(self, query: str, question: Question, profile: Profile, *, is_graph: bool) -> Any:
        """What the store says: solutions, a truth, or triples."""
        default, named = graphs_of(question)
        if profile.has_dataset and not (default or named):
            default, named = clauses_of(query, question.base_iri)
        media_type, coding, pieces = self.fetch(
            Errand(
                portable(query, question.base_iri, has_dataset=profile.has_dataset),
                ACCEPT_RDF if is_graph else ACCEPT_RESULTS,
                [each.value for each in dict.fromkeys(default)],
                [each.value for each in named],
            )
        )
        self._body = Body(pieces, coding, self._most, is_json=media_type.endswith("json"))
        content = cast("IO[bytes]", io.BufferedReader(self._body, 65_536))
        with self._reading():
            if is_graph:
                return _triples(parse(content, _known(_RDF, media_type)))
            return parse_query_results(content, _known(_RESULTS, media_type))

    def _asker(self, question: Question, profile: Profile) -> Ask:
        ask = super()._asker(question, profile)

        def guarded(select: str, most: int) -> Sequence[Row]:
            with self._reading():
                return ask(select, most)

        return guarded

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """What the parsers of the engine complain of is the store's fault."""
        try:
            yield
        except StadsgraafError:
            raise
        except (SyntaxError, OSError, ValueError, UnicodeError):
            error = self._body.error if self._body else None
            raise error or StoreUnavailable(reason=GARBAGE) from None

    # --- labels ---------------------------------------------------------------------------------

    def _labelled(self, result: QuerySolutions, languages: Sequence[str]) -> QuerySolutions:
        """The solutions with labels, which the store is asked for when it has given all of them."""
        rows = list(result)
        names = {term for row in rows for term in row if isinstance(term, NamedNode)}
        if len(names) > _LABELLED:
            raise ResultTooLarge(limit=_LABELLED, unit=_IRIS)
        known = Store()
        wanted = iter(sorted(names, key=str))
        while batch := list(islice(wanted, _BATCH)):
            things = " ".join(map(str, batch))
            naming = " ".join(map(str, PROPERTIES))
            found = self._query(
                f"SELECT ?s ?p ?o {{ VALUES ?s {{ {things} }} VALUES ?p {{ {naming} }} ?s ?p ?o }}",
                Question(""),
                Profile(),
            )
            known.extend(
                Quad(row["s"], row["p"], row["o"]) for row in found if isinstance(row["o"], Literal)
            )
        return labelled(_Kept(result.variables, rows), label_of(known, languages))


@dataclass(frozen=True)
class _Kept:
    """Solutions that were read already: part of `Solutions`."""

    variables: Sequence[Variable]
    rows: Sequence[QuerySolution]

    def __iter__(self) -> Iterator[QuerySolution]:
        return iter(self.rows)


class _Held:
    """Keeps the beginning of an answer back until more of it is known to be good."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._pieces: list[bytes] | None = []
        self._size = 0

    def begin(self, form: Any, chosen: Any) -> None:
        """Part of `Sink`."""
        self._sink.begin(form, chosen)

    def write(self, data: bytes) -> None:
        """Part of `Sink`."""
        if self._pieces is None:
            self._sink.write(data)
            return
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _HELD:
            self.release()

    def release(self) -> None:
        """All that was kept goes out, and all that follows."""
        if self._pieces:
            self._sink.write(b"".join(self._pieces))
        self._pieces = None


def _known(formats: Mapping[str, Any], media_type: str) -> Any:
    """The format of a media type. Raises StoreUnavailable for one that was not asked for."""
    if media_type not in formats:
        raise StoreUnavailable(
            reason=Text(
                f"its answer is of the media type “{media_type[:80]}”, which was not asked for",
                f"zijn antwoord heeft het mediatype “{media_type[:80]}”; daar was niet om gevraagd",
            )
        )
    return formats[media_type]


def _truth(result: QuerySolutions | QueryBoolean) -> QueryBoolean:
    """What an ASK is answered with; Virtuoso does so with a solution."""
    if isinstance(result, QueryBoolean):
        return result
    if [variable.value for variable in result.variables] != [ASKED]:
        raise StoreUnavailable(reason=GARBAGE)
    truth = any(term is not None and term.value == "1" for row in result for term in row)
    written = json.dumps({"head": {}, "boolean": truth}).encode()
    read = parse_query_results(written, QueryResultsFormat.JSON)
    assert isinstance(read, QueryBoolean)  # noqa: S101 – it was written so
    return read


def _triples(quads: Iterable[Quad]) -> Iterator[Triple]:
    return (quad.triple for quad in quads)


def _nowhere(errand: Errand) -> tuple[str, str, Iterator[bytes]]:  # noqa: ARG001 – a `Fetch`
    raise StoreUnavailable(reason=Text("nobody asks it", "niemand vraagt hem"))
