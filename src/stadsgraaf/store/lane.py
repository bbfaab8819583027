"""The lane: connections whose requests workers answer by themselves, as long as all goes well.

Whoever holds a connection invites it as a guest when it asks one small new question after the other.
A worker of the lane then has the same socket. It answers what is quick, small and of the form that it
was told; anything else it leaves where it is, and the connection comes back. One that is at a question
for too long is killed, and all its connections come back: what it had done of the last answer the
kernel tells (`traffic`), so that nothing is answered twice, or in vain. What is limited, refused or
charged is so by who holds the connection: here nothing is but time.
"""

import asyncio
import contextlib
import marshal
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, runtime_checkable

from stadsgraaf.errors import StoreUnavailable
from stadsgraaf.store.blackboard import PLACES, Blackboard, Sending, Stage
from stadsgraaf.store.lane_worker import BACK, COME, HEADER, LOOK, READY
from stadsgraaf.store.spawner import Spawner
from stadsgraaf.store.traffic import Traffic, traffic

__all__ = ["Guest", "Host", "Hosting", "Lane", "settle"]

#: Seconds between looks at what the workers are at.
_TICK: Final = 0.025
#: Seconds of a processor that a question may take, and seconds that it may take whatever it waits for.
_LONG: Final = 0.02
_LONGEST: Final = 0.25
#: Seconds after which workers go that have had no guests, and after which one that did not start is
#: tried again.
_IDLE: Final = 10.0
#: Which part of the places one client may have.
_SHARE: Final = 2
_LARGEST_MESSAGE: Final = 1 << 17


class Guest(Protocol):
    """A connection in the lane, for who holds it."""

    #: Whose it is.
    client: str

    @property
    def line(self) -> Any:
        """The connection, as `asyncio` shows a socket; None when it is closed."""
        ...

    @property
    def note(self) -> bytes:
        """What its answers say about the client, as lines of a head."""
        ...

    def answered(self, seconds: Sequence[float]) -> None:
        """So many answers went out, which took so long each."""
        ...

    def came_back(self, rest: bytes = b"") -> None:
        """It is not in the lane any more, and this is still to be written to it."""
        ...

    def broke_off(self) -> None:
        """It is not in the lane any more, and has part of an answer of which the rest is lost."""
        ...


class Host(Protocol):
    """Who has the lane: what it is told of clients."""

    #: How many workers ended, by why; how many answers those of the lane gave.
    ends: Counter[str]
    lane_answers: int

    def charge(self, client: str, seconds: float, *, was_slow: bool = False) -> None:
        """A question of this client kept a worker so long."""
        ...

    def is_welcome(self, client: str) -> bool:
        """Whether this client may have connections in the lane."""
        ...


@runtime_checkable
class Hosting(Protocol):
    """A store of which workers may answer connections themselves."""

    @property
    def lane(self) -> "Lane | None":
        """Where these go; None while there is no such place."""
        ...


@dataclass(eq=False)
class _Place:
    """A place that is taken, and what the connection had carried when it was."""

    guest: Guest
    before: Traffic


class Lane:
    """So many workers of one zygote; they are there when there are guests."""

    def __init__(self, spawner: Spawner, number: int, host: Host) -> None:
        self._spawner = spawner
        self._number = number
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._workers: list[_Attendant] = []
        self._timer: asyncio.TimerHandle | None = None
        self._idle_since = 0.0
        self._not_before = 0.0
        self._has_ended = False
        self.clients: Counter[str] = Counter()

    @property
    def pids(self) -> list[int]:
        """Its processes."""
        return [each.birth.pid for each in self._workers if each.birth.pid]

    @property
    def guests(self) -> int:
        """How many connections it has."""
        return self.clients.total()

    def invite(self, guest: Guest, write: Callable[[], Sequence[bytes]]) -> bool:
        """Have a worker answer a connection, with the stationery of ``write``; False when that cannot be now."""
        if self._has_ended or self._loop.time() < self._not_before:
            return False
        if not self._host.is_welcome(guest.client):
            return False
        if self.clients[guest.client] >= PLACES * self._number // _SHARE:
            return False
        self._fill()
        if len(self._workers) < self._number or not all(each.is_ready for each in self._workers):
            return False
        worker = min(self._workers, key=lambda each: len(each.places))
        if not worker.take(guest, write()):
            return False
        self.clients[guest.client] += 1
        self._look_after()
        return True

    def recall(self, guest: Guest) -> None:
        """Have one come back, as soon as a worker is not answering it."""
        for worker in self._workers:
            worker.recall(guest)

    def end(self) -> None:
        """Have all come back, and none come any more."""
        self._has_ended = True
        for worker in list(self._workers):
            worker.recall_all()
        self._look_after()

    def _fill(self) -> None:
        for _ in range(self._number - len(self._workers)):
            try:
                self._workers.append(_Attendant(self, self._spawner, self._loop))
            except (StoreUnavailable, OSError):
                return
        self._look_after()

    # --- what becomes of workers and their guests -----------------------------------------------

    def left(self, guest: Guest) -> None:
        """A place is free again."""
        self.clients[guest.client] -= 1
        if not self.clients[guest.client]:
            del self.clients[guest.client]

    def lost(self, worker: "_Attendant", client: str | None, seconds: float) -> None:
        """A worker is gone, and had been at a question of a client for so long."""
        self._host.ends[worker.reason] += 1
        if worker in self._workers:
            self._workers.remove(worker)
        if not worker.was_ready and worker.reason == "lost":
            self._not_before = self._loop.time() + _IDLE
        if client is None:
            return
        if worker.reason == "slow":
            self._host.charge(client, seconds, was_slow=True)
        elif worker.reason == "lost":
            worker.birth.exit.add_done_callback(lambda exit_: self._judge(client, exit_))

    def _judge(self, client: str, exit_: "asyncio.Future[int]") -> None:
        """Whose question the engine does not survive is as good as slow; who is killed is not to blame."""
        if not exit_.cancelled() and exit_.result() != -signal.SIGKILL:
            self._host.charge(client, 0.0, was_slow=True)

    # --- looking after --------------------------------------------------------------------------

    def _look_after(self) -> None:
        if self._timer is None and self._workers:
            self._timer = self._loop.call_later(_TICK, self._tick)

    def _tick(self) -> None:
        self._timer, now = None, self._loop.time()
        for worker in list(self._workers):
            self.account(worker)
            worker.look(now)
        if self.clients:
            self._idle_since = 0.0
        elif not self._idle_since:
            self._idle_since = now
        if not self.clients and (self._has_ended or now - self._idle_since > _IDLE):
            self._dismiss()
        self._look_after()

    def account(self, worker: "_Attendant") -> None:
        """Take over what a worker has answered since the last time."""
        for guest, seconds in worker.read().items():
            self._host.charge(guest.client, sum(seconds))
            self._host.lane_answers += len(seconds)
            guest.answered(seconds)
            worker.write(guest)
            if not self._host.is_welcome(guest.client):
                worker.recall(guest)

    def _dismiss(self) -> None:
        self._idle_since = 0.0
        for worker in list(self._workers):
            worker.kill("replaced")
        self._workers.clear()

    def close(self) -> None:
        """Kill the workers; connections that are still here are broken off."""
        self._has_ended = True
        if self._timer:
            self._timer.cancel()
            self._timer = None
        for worker in list(self._workers):
            worker.kill("replaced")
            worker.abandon()
        self._workers.clear()


class _Attendant:
    """A worker as the lane sees it: starting, ready, or to be gone."""

    def __init__(self, lane: Lane, spawner: Spawner, loop: asyncio.AbstractEventLoop) -> None:
        self.places: dict[int, _Place] = {}
        self.is_ready = self.was_ready = False
        self.reason = "lost"
        self._lane = lane
        self._loop = loop
        self._free = list(range(PLACES))
        self._board, descriptor = Blackboard.made()
        self._at: tuple[int, int, float, float] | None = None
        try:
            self._link, self.birth = spawner.fork_for_lane(descriptor)
        except BaseException:
            self._board.close()
            raise
        finally:
            os.close(descriptor)
        self._is_dying = False
        loop.add_reader(self._link.fileno(), self._hear)

    # --- to the worker --------------------------------------------------------------------------

    def take(self, guest: Guest, stationery: Sequence[bytes]) -> bool:
        """Give it a connection; False when it has no room."""
        line = guest.line
        if self._is_dying or not self._free or not line or (before := traffic(line)) is None:
            return False
        place = self._free[-1]
        self._board.welcome(place, guest.note)
        message = HEADER.pack(COME, place) + marshal.dumps(tuple(stationery))
        try:
            socket.send_fds(self._link, [message], [line.fileno()])
        except OSError:
            return False
        self.places[self._free.pop()] = _Place(guest, before)
        return True

    def recall(self, guest: Guest) -> None:
        """Have one come back, if it is here."""
        for place, taken in self.places.items():
            if taken.guest is guest:
                self._board.call_back(place)
                self._wake(place)

    def recall_all(self) -> None:
        """Have all come back."""
        for place in self.places:
            self._board.call_back(place)
        self._wake(0)

    def _wake(self, place: int) -> None:
        with contextlib.suppress(OSError):  # then it has enough to wake up for
            self._link.send(HEADER.pack(LOOK, place))

    def write(self, guest: Guest) -> None:
        """Have its answers say what is true now."""
        for place, taken in self.places.items():
            if taken.guest is guest:
                self._board.write(place, guest.note)

    def kill(self, reason: str) -> None:
        """Its guests come back when it is gone, which is soon."""
        if not self._is_dying:
            self._is_dying, self.is_ready, self.reason = True, False, reason
            self.birth.home.kill(self.birth)

    # --- from the worker ------------------------------------------------------------------------

    def _hear(self) -> None:
        while True:
            try:
                message = self._link.recv(_LARGEST_MESSAGE)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                message = b""
            if not message:
                self._end()
                return
            kind, place = HEADER.unpack_from(message)
            if kind == READY:
                self.was_ready, self.is_ready = True, not self._is_dying
            elif kind == BACK and place in self.places:
                self._lane.account(self)
                self._free.append(place)
                self._leave(self.places.pop(place)).came_back(message[HEADER.size :])

    def _leave(self, taken: _Place) -> Guest:
        self._lane.left(taken.guest)
        return taken.guest

    def _end(self) -> None:
        """It is gone; what it was at is seen."""
        self._loop.remove_reader(self._link.fileno())
        self._link.close()
        self.is_ready, self._is_dying = False, True
        self._lane.account(self)
        stage, at = self._board.stage, self._board.place
        culprit = self.places[at].guest if stage != Stage.IDLE and at in self.places else None
        seconds = self._loop.time() - self._at[2] if self._at else 0.0
        self._lane.lost(self, culprit.client if culprit else None, seconds)
        places, self.places = self.places, {}
        for taken in places.values():
            guest = self._leave(taken)
            if (
                guest is not culprit
                or stage != Stage.SENDING
                or settle(taken.guest.line, taken.before, self._board.sending)
            ):
                guest.came_back()
            else:
                guest.broke_off()
        self._board.close()

    def abandon(self) -> None:
        """Nobody hears of it any more."""
        self._loop.remove_reader(self._link.fileno())
        self._link.close()
        places, self.places = self.places, {}
        for taken in places.values():
            self._leave(taken).broke_off()
        self._board.close()

    # --- looking after --------------------------------------------------------------------------

    def read(self) -> dict[Guest, list[float]]:
        """What it has answered since the last time."""
        found: dict[Guest, list[float]] = {}
        for place, microseconds in self._board.read():
            if taken := self.places.get(place):
                found.setdefault(taken.guest, []).append(microseconds / 1e6)
        return found

    def look(self, now: float) -> None:
        """Kill it when it is at one question for too long."""
        board = self._board
        if self._is_dying or not self.is_ready or board.stage == Stage.IDLE:
            self._at = None
            return
        at = (board.number, board.place)
        if self._at is None or self._at[:2] != at:
            self._at = (*at, now, self._processor())
        elif now - self._at[2] > _LONGEST or self._processor() - self._at[3] > _LONG:
            self.kill("slow")

    def _processor(self) -> float:
        """Seconds of a processor that it has used."""
        pid = self.birth.pid
        with contextlib.suppress(OSError):
            return time.clock_gettime((~pid << 3) | 2) if pid else 0.0
        return 0.0


def settle(line: Any, before: Traffic, sending: Sending) -> bool:
    """Whether an answer was not begun, or is whole; then its request is taken, if it was not.

    ``before`` is what the connection had carried when the worker got it.
    """
    carried = traffic(line) if line else None
    if carried is None:
        return False
    written = carried.written - before.written - sending.written
    read = carried.read - before.read - sending.read
    if written == sending.answer:
        if read < sending.request:
            _skip(line, sending.request)
        return True
    return written == 0 and read < sending.request


def _skip(line: Any, number: int) -> None:
    """Take bytes that are there, and that nobody is to read."""
    with socket.socket(fileno=os.dup(line.fileno())) as connection:
        connection.recv(number)
