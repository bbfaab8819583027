"""A worker that answers connections of clients itself, until it is killed.

It is confined as every `worker` is. It looks at a request without taking it from the socket, and takes it
when it is answered: whatever differs from what it was told goes back as it came. Clients have turns.
"""

import contextlib
import gc
import marshal
import os
import select
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Protocol, TypeVar

from stadsgraaf.errors import ResultTooLarge
from stadsgraaf.media import Form, Format
from stadsgraaf.store import sandbox
from stadsgraaf.store.blackboard import PLACES, Blackboard, Sending
from stadsgraaf.store.evaluation import Engine
from stadsgraaf.store.output import BYTES
from stadsgraaf.store.stationery import LARGEST, LONGEST_QUERY, Stationery, opened
from stadsgraaf.store.worker import STACK, Opened, become, size

__all__ = [
    "BACK",
    "COME",
    "GOING",
    "HEADER",
    "LONGEST_REQUEST",
    "LOOK",
    "READY",
    "Waiting",
    "in_turn",
    "run",
]

#: To the worker: a connection, as a descriptor, with its stationery; to see who is called back.
COME: Final = b"C"
LOOK: Final = b"L"
#: From it: that it is ready, or goes; a connection that it lets go of, with what is still to be written.
READY: Final = b"R"
GOING: Final = b"G"
BACK: Final = b"B"
#: A letter and which connection.
HEADER: Final = struct.Struct("<cH")
#: Bytes of a request that is looked at.
LONGEST_REQUEST: Final = 8192

_LINK: Final = 3
#: Beyond the link and the file with its size: the blackboard's until it is mapped, and what waits.
_OWN: Final = _LINK + 4
_LARGEST_MESSAGE: Final = 1 << 17
#: Answers after which it is seen how much memory is kept, and the part of it that makes one tired.
_OFTEN: Final = 256
_TIRED: Final = 0.25
#: Seconds after which it is seen who else has asked something meanwhile.
_ROUND: Final = 0.005
_MIB: Final = 1 << 20


def run(link: int, board: int, opened: Opened, zygote: int) -> None:
    """Become such a worker, with the engine that ``opened`` gives. Never returns."""
    try:
        kept = become(zygote, link, board)
        work = _Counter(socket.socket(fileno=kept[0]), Blackboard(kept[1]))
        os.close(kept[1])
        with contextlib.suppress(OSError):  # who wakes beside it goes first: it is never waited for
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        sandbox.deny_system_calls()
        engine = opened()
        sandbox.drop_limits(_OWN + PLACES + engine.files)
        gc.enable()
        threading.stack_size(STACK)
        thread = threading.Thread(target=work.serve, args=(engine,), name="lane")
        thread.start()
        thread.join()
    finally:
        os._exit(0)


class _Customer:
    """A connection, and what went over it here."""

    def __init__(
        self, place: int, line: socket.socket, client: str, stationery: Iterable[bytes]
    ) -> None:
        self.place = place
        self.line = line
        self.client = client
        #: When it was attended to last, in turns.
        self.turn = 0
        self.known = {each.head: each for each in map(_stationery, stationery)}
        self.written = 0
        self.read = 0


#: Many connections have the same.
_stationery = lru_cache(maxsize=256)(Stationery.of)


class Waiting(Protocol):
    """Who waits, and when their last turn was."""

    client: str
    turn: int


_Waiting = TypeVar("_Waiting", bound=Waiting)


def in_turn(waiting: list[_Waiting]) -> list[_Waiting]:
    """One of each client, then the second of each; whose last turn is longest ago goes first."""
    had: Counter[str] = Counter()
    rounds: dict[_Waiting, int] = {}
    for each in sorted(waiting, key=lambda each: each.turn):
        rounds[each] = had[each.client]
        had[each.client] += 1
    return sorted(rounds, key=rounds.__getitem__)


class _TakenBackError(Exception):
    """Somebody else is to answer; with what is still to be written first."""

    def __init__(self, rest: bytes = b"") -> None:
        self.rest = rest


class _Counter:
    """Where connections are served, each in turn."""

    def __init__(self, link: socket.socket, board: Blackboard) -> None:
        self._link = link
        self._board = board
        self._epoll = select.epoll()
        self._customers: dict[int, _Customer] = {}
        self._scratch = memoryview(bytearray(LONGEST_REQUEST))
        self._engine: Engine
        self._base = 0
        self._number = self._room = self._turns = 0

    def serve(self, engine: Engine) -> None:
        """Until the lane is gone, or this one is tired."""
        self._engine, self._base = engine, size()
        self._epoll.register(self._link.fileno(), select.EPOLLIN)
        with contextlib.suppress(OSError):
            self._link.send(HEADER.pack(READY, 0))
            while not self._is_tired():
                ready = [descriptor for descriptor, _ in self._epoll.poll()]
                if self._link.fileno() in ready:
                    self._obey()
                self._attend_to(
                    [self._customers[each] for each in ready if each in self._customers]
                )

    def _is_tired(self) -> bool:
        """Whether memory is kept that a new worker would not have."""
        self._number += 1
        if self._number % _OFTEN:
            return False
        return bool(self._room) and size() - self._base > self._room * _TIRED

    def _obey(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self._link, _LARGEST_MESSAGE, 1)
        if not message:
            raise ConnectionError
        kind, place = HEADER.unpack_from(message)
        if kind == COME and descriptors:
            line = socket.socket(fileno=descriptors[0])
            client, *stationery = marshal.loads(message[HEADER.size :])  # noqa: S302 – from the lane, whose child this is
            self._customers[line.fileno()] = _Customer(place, line, client, stationery)
            self._epoll.register(line.fileno(), select.EPOLLIN)
        elif kind == COME:
            self._link.send(HEADER.pack(BACK, place))
        for customer in list(self._customers.values()):
            if self._board.is_leaving(customer.place):
                self._let_go(customer, b"")

    def _attend_to(self, customers: list[_Customer]) -> None:
        """Each client has one of their connections attended to, and then another; not for long."""
        end = time.perf_counter() + _ROUND
        for customer in in_turn(customers) if len(customers) > 1 else customers:
            self._turns += 1
            customer.turn = self._turns
            self._attend(customer)
            if time.perf_counter() > end:
                return

    def _attend(self, customer: _Customer) -> None:
        try:
            self._answer(customer)
        except _TakenBackError as taken:
            self._let_go(customer, taken.rest)
        except BaseException:  # noqa: BLE001 – whatever it is, it is told on the ordinary way
            self._let_go(customer, b"")

    def _let_go(self, customer: _Customer, rest: bytes) -> None:
        del self._customers[customer.line.fileno()]
        self._epoll.unregister(customer.line.fileno())
        customer.line.close()
        self._link.send(HEADER.pack(BACK, customer.place) + rest)
        self._board.leave()

    def _answer(self, customer: _Customer) -> None:
        """Raises whatever keeps it from being answered here."""
        board, line = self._board, customer.line
        if board.is_leaving(customer.place):
            raise _TakenBackError
        board.begin(customer.place)
        begun = time.perf_counter()
        request = line.recv(LONGEST_REQUEST, socket.MSG_PEEK)
        head, query = opened(request)
        stationery = customer.known.get(head)
        if stationery is None or not query or len(query) > LONGEST_QUERY:
            raise _TakenBackError
        question = stationery.read(query)
        etag = stationery.tag(question)
        if etag and board.was_asked(int(etag[1:17], 16)):
            raise _TakenBackError
        limits = stationery.limits
        self._room = limits.memory_mib * _MIB
        sandbox.limit_memory(self._base + self._room)
        sink = _Sheaf()
        self._engine.answer(question, limits, sink)
        note = board.note(customer.place)
        response = stationery.answer(sink.chosen, etag, b"".join(sink.pieces), note)
        if board.is_leaving(customer.place):
            raise _TakenBackError
        board.send(Sending(len(request), len(response), customer.written, customer.read))
        sent = line.send(response)
        line.recv_into(self._scratch, len(request))
        customer.written += sent
        customer.read += len(request)
        if sent < len(response):
            raise _TakenBackError(response[sent:])
        board.end(customer.place, int((time.perf_counter() - begun) * 1e6))


class _Sheaf:
    """A small answer. Raises ResultTooLarge for another."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.chosen: Format
        self._room = LARGEST

    def begin(self, form: Form, chosen: Format) -> None:  # noqa: ARG002 – part of `Sink`
        """Part of `Sink`."""
        self.chosen = chosen

    def write(self, data: bytes) -> None:
        """Part of `Sink`."""
        self.pieces.append(data)
        self._room -= len(data)
        if self._room <= 0:
            raise ResultTooLarge(limit=LARGEST, unit=BYTES)
