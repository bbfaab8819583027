"""What the pool, its zygote and its workers say to each other.

Between pool and worker: frames of a letter, a length and that many bytes, over a stream. Between
pool and zygote: one small message per packet.
"""

import json
import marshal
import struct
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

from stadsgraaf.errors import EvaluationFailed, StadsgraafError, Text
from stadsgraaf.media import RDF, RESULTS, Form, Format
from stadsgraaf.store.base import Limits, Question

__all__ = [
    "ANSWERED",
    "ARRIVING",
    "BROKEN",
    "CALL",
    "DATA",
    "END",
    "FAILED",
    "FETCH",
    "HEAD",
    "HEADER",
    "LAST",
    "MARK",
    "PIECE",
    "QUESTION",
    "READY",
    "WHOLE",
    "Frames",
    "decode_error",
    "decode_head",
    "decode_question",
    "decode_whole",
    "encode_error",
    "encode_head",
    "encode_question",
    "encode_whole",
    "frame",
]

#: Frames to a worker, and from it. CALL asks for a SERVICE: ANSWERED or FAILED comes back. A small
#: answer is WHOLE, a large one HEAD, DATA and END. FETCH asks another store: ARRIVING comes back, then
#: PIECEs and LAST, or BROKEN at any moment. All of these begin with the number of the FETCH, as MARK has
#: it: one may be given up for the next.
QUESTION: Final = b"Q"
ANSWERED: Final = b"A"
CALL: Final = b"C"
READY: Final = b"R"
HEAD: Final = b"H"
DATA: Final = b"D"
END: Final = b"E"
WHOLE: Final = b"W"
FAILED: Final = b"X"
FETCH: Final = b"F"
ARRIVING: Final = b"O"
PIECE: Final = b"P"
LAST: Final = b"L"
BROKEN: Final = b"B"
MARK: Final = struct.Struct("<I")

HEADER: Final = struct.Struct("<cI")
_FORMATS = {each.name: each for each in (*RESULTS, *RDF)}


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """One frame: a letter, four bytes of length, the payload."""
    return HEADER.pack(kind, len(payload)) + payload


class Frames:
    """Takes bytes as they come and gives whole frames.

    >>> frames = Frames()
    >>> list(frames.feed(frame(DATA, b"abc") + b"E")), list(frames.feed(frame(END)[1:]))
    ([(b'D', b'abc')], [(b'E', b'')])
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterable[tuple[bytes, bytes]]:
        """The frames that are complete now."""
        if not self._buffer and len(data) >= HEADER.size:
            kind, length = HEADER.unpack_from(data)
            if HEADER.size + length == len(data):  # as nearly always
                return ((kind, data[HEADER.size :]),)
        return self._gathered(data)

    def _gathered(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        self._buffer += data
        start, end = 0, len(self._buffer)
        while end - start >= HEADER.size:
            kind, length = HEADER.unpack_from(self._buffer, start)
            stop = start + HEADER.size + length
            if stop > end:
                break
            yield kind, bytes(self._buffer[start + HEADER.size : stop])
            start = stop
        del self._buffer[:start]


def encode_question(question: Question, limits: Limits) -> bytes:
    """A question and what it may cost."""
    fields = (
        question.query,
        question.results.name if question.results else None,
        question.rdf.name if question.rdf else None,
        question.base_iri,
        question.default_graphs,
        question.named_graphs,
        dict(question.bindings),
        question.task,
        question.labels,
        (limits.seconds, limits.memory_mib, limits.rows, limits.bytes, limits.held),
    )
    return marshal.dumps(fields)


def decode_question(payload: bytes) -> tuple[Question, Limits]:
    """The question and its limits again."""
    fields = marshal.loads(payload)  # noqa: S302 – from the pool, whose child this is
    query, results, rdf, base, default, named, bindings, task, labels, limits = fields
    formats = _FORMATS.get(results), _FORMATS.get(rdf)
    question = Question(query, *formats, base, default, named, bindings, "", task, labels)
    return question, _limits(*limits)


#: Most questions have the same.
_limits = lru_cache(maxsize=64)(Limits)


@cache
def encode_head(form: Form, chosen: Format) -> bytes:
    """What an answer is."""
    return json.dumps([form, chosen.name]).encode("ascii")


@cache
def decode_head(payload: bytes) -> tuple[Form, Format]:
    """The form and the format again; there are not many."""
    form, name = json.loads(payload)
    return form, _FORMATS[name]


@cache
def _whole_start(form: Form, chosen: Format, tired: bool) -> bytes:  # noqa: FBT001 – a key of the cache
    head = encode_head(form, chosen)
    return bytes((tired, len(head))) + head


def encode_whole(form: Form, chosen: Format, body: bytes, *, tired: bool) -> bytes:
    """An answer in one piece, and whether its worker is tired."""
    return _whole_start(form, chosen, tired) + body


def decode_whole(payload: bytes) -> tuple[tuple[Form, Format], bytes, bool]:
    """What it is, its bytes, and whether the worker is tired.

    >>> decode_whole(encode_whole("ask", RESULTS[0], b"{}", tired=False))[1:]
    (b'{}', False)
    """
    start = 2 + payload[1]
    return decode_head(payload[2:start]), payload[start:], bool(payload[0])


def encode_error(error: StadsgraafError) -> bytes:
    """An error, by its slug and members."""
    members = {
        name: {"text": list(member)} if isinstance(member, Text) else member
        for name, member in error.members.items()
    }
    return json.dumps([error.slug, members], default=str).encode("ascii")


def decode_error(payload: bytes) -> StadsgraafError:
    """The error again.

    >>> decode_error(encode_error(EvaluationFailed(reason=Text("a", "b")))).detail("nl")
    'De query kon niet worden uitgevoerd: b'
    """
    slug, members = json.loads(payload)
    said = {
        name: Text(*member["text"]) if isinstance(member, dict) else member
        for name, member in members.items()
    }
    return _ERRORS.get(slug, EvaluationFailed)(**said)


def _errors(base: type[StadsgraafError]) -> Iterator[type[StadsgraafError]]:
    yield base
    for each in base.__subclasses__():
        yield from _errors(each)


_ERRORS = {each.slug: each for each in _errors(StadsgraafError)}
