"""A worker: answers one question after the other over a socket, until it is killed.

It is forked from the zygote, so that the data are there already, or it opens them on the disk. It
has given up the network, its files and its hope to outlive the zygote; its stack is large, because a
query may nest; its memory is limited. Time is the pool's business.
"""

import contextlib
import fcntl
import gc
import json
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import count
from typing import BinaryIO, Final

from stadsgraaf.errors import EvaluationFailed, QueryMemoryLimit, ResultTooLarge, StadsgraafError
from stadsgraaf.media import Form, Format
from stadsgraaf.store import sandbox
from stadsgraaf.store.base import Limits, Question
from stadsgraaf.store.evaluation import Engine
from stadsgraaf.store.origin import Errand
from stadsgraaf.store.output import BYTES
from stadsgraaf.store.remote import Fetch, RemoteEngine
from stadsgraaf.store.service import Call
from stadsgraaf.store.shape import multiplies
from stadsgraaf.store.wire import (
    ANSWERED,
    ARRIVING,
    BROKEN,
    CALL,
    DATA,
    END,
    FAILED,
    FETCH,
    HEAD,
    HEADER,
    MARK,
    PIECE,
    QUESTION,
    READY,
    WHOLE,
    decode_error,
    decode_question,
    encode_error,
    encode_head,
    encode_whole,
    frame,
)

__all__ = ["STACK", "Opened", "become", "run", "size"]

#: Bytes of its stack, for a query may nest.
STACK: Final = 256 << 20
#: Gives a worker its engine.
Opened = Callable[[], Engine]

_MIB: Final = 1 << 20
#: The worker's socket and the file with its size; beside them and the standard streams nothing is
#: opened but the files of a store on the disk.
_SOCKET, _STATM = 3, 4
_ABOVE = 16
_PAGE = resource.getpagesize()
#: Bytes that are collected before they go out, and for how long at most, in seconds.
_PIECE = 65_536
_PATIENCE = 0.02
#: A worker that has kept this part of its memory after a query asks to be replaced.
_TIRED = 0.25
_END, _TIRED_END = frame(END), frame(END, b"tired")


def run(connection: int, opened: Opened, zygote: int) -> None:
    """Become a worker at the other end of a socket, with the engine that ``opened`` gives. Never returns."""
    try:
        (number,) = become(zygote, connection)
        link = socket.socket(fileno=number)
        sandbox.deny_system_calls()
        engine = opened()
        sandbox.drop_limits(_STATM + 1 + engine.files)
        gc.enable()
        threading.stack_size(STACK)
        thread = threading.Thread(target=_serve, args=(link, engine), name="sparql")
        thread.start()
        thread.join()
    finally:
        os._exit(0)


def become(zygote: int, *wanted: int) -> list[int]:
    """Be a child that ends with its zygote, with nothing open but these descriptors and its size.

    They have new numbers: the first is 3, others follow the file with the size.
    """
    sandbox.die_with_parent(zygote)
    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(which, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):  # on the third it leaves its last words
        os.dup2(nothing, number)
    kept = (wanted[0], os.open("/proc/self/statm", os.O_RDONLY), *wanted[1:])
    away = [fcntl.fcntl(number, fcntl.F_DUPFD, _ABOVE) for number in kept]
    for place, number in enumerate(away, _SOCKET):
        os.dup2(number, place)
    os.closerange(_SOCKET + len(away), 1 << 20)
    return [_SOCKET, *range(_STATM + 1, _SOCKET + len(away))]


def _serve(link: socket.socket, engine: Engine) -> None:
    base = size()
    link.sendall(frame(READY))
    with contextlib.suppress(OSError), link.makefile("rb") as received:
        call = _caller(link, received) if engine.services else None
        if isinstance(engine, RemoteEngine):
            engine.fetch = _fetcher(link, received)
        while message := _receive(received):
            kind, payload = message
            if kind == QUESTION:  # else it is the rest of what was given up
                question, limits = decode_question(payload)
                _answer(link, engine, question, limits, base, call)


def _receive(received: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next frame from the pool; None when it is gone."""
    header = received.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    return kind, received.read(length)


def _caller(link: socket.socket, received: BinaryIO) -> Call:
    """Services are reached by asking the pool, which has the network."""

    def call(service: str, query: str) -> bytes:
        link.sendall(frame(CALL, json.dumps([service, query]).encode("ascii")))
        kind, payload = _next(received)
        while kind not in (ANSWERED, FAILED):  # the rest of what was given up
            kind, payload = _next(received)
        if kind != ANSWERED:
            raise decode_error(payload)
        return payload

    return call


def _next(received: BinaryIO) -> tuple[bytes, bytes]:
    """The next frame. Raises ConnectionError when the pool is gone."""
    message = _receive(received)
    if message is None:
        raise ConnectionError
    return message


def _fetcher(link: socket.socket, received: BinaryIO) -> Fetch:
    """Another store is reached the same way; a fetch that is not read to its end is given up."""
    numbers = count(1)

    def fetch(errand: Errand) -> tuple[str, str, Iterator[bytes]]:
        number = next(numbers)
        link.sendall(frame(FETCH, MARK.pack(number) + json.dumps(asdict(errand)).encode("ascii")))
        kind, payload = _marked(received, number)
        if kind != ARRIVING:
            raise decode_error(payload)
        media_type, coding = json.loads(payload)
        return media_type, coding, pieces(number)

    def pieces(number: int) -> Iterator[bytes]:
        while True:
            kind, payload = _marked(received, number)
            if kind == BROKEN:
                raise decode_error(payload)
            if kind != PIECE:
                return
            yield payload

    return fetch


def _marked(received: BinaryIO, number: int) -> tuple[bytes, bytes]:
    """The next frame of a fetch; those of earlier ones are passed over."""
    while True:
        kind, payload = _next(received)
        if MARK.unpack_from(payload)[0] == number:
            return kind, payload[MARK.size :]


def _answer(
    link: socket.socket,
    engine: Engine,
    question: Question,
    limits: Limits,
    base: int,
    call: Call | None,
) -> None:
    sandbox.limit_memory(base + limits.memory_mib * _MIB)
    sink = _Sink(link, question.query, limits.held)
    try:
        engine.answer(question, limits, sink, call)
    except StadsgraafError as error:
        sink.fail(error)
    except MemoryError:
        sink.fail(QueryMemoryLimit(limit=limits.memory_mib))
    except OSError:  # the pool is gone
        raise
    except BaseException as error:  # noqa: BLE001 – a panic of the engine is a BaseException
        sink.fail(EvaluationFailed(reason=str(error)))
    else:
        sink.end(tired=size() - base > limits.memory_mib * _MIB * _TIRED)


def size() -> int:
    """Bytes of its address space."""
    return int(os.pread(_STATM, 64, 0).split()[0]) * _PAGE


class _Sink:
    """Frames on their way out; an answer that fails before any went out leaves no trace.

    One that may be far larger than the data goes out when it is complete, and has to be smaller.
    """

    def __init__(self, link: socket.socket, query: str, held: int) -> None:
        self._link = link
        self._query = query
        self._most_held = held
        self._is_held: bool | None = None
        self._head: tuple[Form, Format] | None = None
        self._pieces: list[bytes] = []
        self._size = 0
        self._since = 0.0

    def begin(self, form: Form, chosen: Format) -> None:
        """Part of `Sink`."""
        self._head = (form, chosen)

    def write(self, data: bytes) -> None:
        """Part of `Sink`."""
        if not self._pieces:
            self._since = time.monotonic()
        self._pieces.append(data)
        self._size += len(data)
        if self._is_held:
            if self._size > self._most_held:
                raise ResultTooLarge(limit=self._most_held, unit=BYTES)
        elif self._size >= _PIECE or time.monotonic() - self._since > _PATIENCE:
            self._flush()

    def _flush(self) -> None:
        if self._is_held is None:  # asked when bytes are to go out: a small answer never needs it
            self._is_held = multiplies(self._query)
        if not self._is_held:
            self._link.sendall(self._taken())

    def _taken(self) -> bytes:
        data = b"".join(self._pieces)
        head = frame(HEAD, encode_head(*self._head)) if self._head else b""
        self._head, self._pieces, self._size = None, [], 0
        return head + (frame(DATA, data) if data else b"")

    def end(self, *, tired: bool) -> None:
        """The answer is complete."""
        if self._head and self._size <= _PIECE:
            body = b"".join(self._pieces)
            self._link.sendall(frame(WHOLE, encode_whole(*self._head, body, tired=tired)))
        else:
            self._link.sendall(self._taken() + (_TIRED_END if tired else _END))

    def fail(self, error: StadsgraafError) -> None:
        """There is no answer, or no whole one."""
        self._link.sendall(frame(FAILED, encode_error(error)))
