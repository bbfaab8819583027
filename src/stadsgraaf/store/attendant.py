"""A worker of the lane as the lane sees it, and the connections that it has.

What it was at when it ended is told by its blackboard and by the kernel (`settle`), so that no request is
answered twice, or in vain.
"""

import asyncio
import contextlib
import marshal
import os
import socket
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from stadsgraaf.store.blackboard import PLACES, Blackboard, Sending, Stage
from stadsgraaf.store.lane_worker import BACK, COME, GOING, HEADER, LONGEST_REQUEST, LOOK, READY
from stadsgraaf.store.processor import processor_time
from stadsgraaf.store.spawner import Spawner
from stadsgraaf.store.traffic import Traffic, traffic

__all__ = ["Attendant", "Guest", "Keeper", "Place", "settle"]

#: Seconds of a processor that a question may take, for others wait meanwhile, and seconds that it may
#: take whatever it waits for.
_LONG: Final = 0.04
_LONGEST: Final = 1.0
#: Seconds in which a connection that is recalled must be back.
_PATIENCE: Final = 2.0
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


class Keeper(Protocol):
    """What such a worker tells the lane."""

    def account(self, worker: "Attendant") -> None:
        """It may have answered something."""
        ...

    def left(self, guest: Guest) -> None:
        """A place is free again."""
        ...

    def lost(self, worker: "Attendant", client: str | None) -> None:
        """It is gone, and had been at a question of a client."""
        ...


@dataclass(eq=False)
class Place:
    """A place that is taken, what the connection had carried when it was, and when it was answered last.

    ``recalled`` is when it was told to come back.
    """

    guest: Guest
    before: Traffic
    since: float
    recalled: float | None = None


class Attendant:
    """A worker as the lane sees it: starting, ready, or to be gone."""

    def __init__(self, lane: Keeper, spawner: Spawner, loop: asyncio.AbstractEventLoop) -> None:
        self.places: dict[int, Place] = {}
        self.is_ready = self.was_ready = False
        self.reason = "lost"
        self._lane = lane
        self._loop = loop
        #: Which was free longest is taken next: of the others it may not be told yet that they are.
        self._free = deque(range(PLACES))
        self._slow: str | None = None
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

    def take(self, guest: Guest, write: Callable[[], Sequence[bytes]]) -> bool:
        """Give it a connection, with the stationery of ``write``; False when it has no room."""
        line = guest.line
        if self._is_dying or not self._free or not line:
            return False
        before = traffic(line)
        if before is None or not all(before):  # it carried something: this kernel does not count
            return False
        place = self._free[0]
        self._board.welcome(place, guest.note)
        message = HEADER.pack(COME, place) + marshal.dumps((guest.client, *write()))
        try:
            socket.send_fds(self._link, [message], [line.fileno()])
        except OSError:
            return False
        self.places[self._free.popleft()] = Place(guest, before, self._loop.time())
        return True

    def recall(self, guest: Guest) -> None:
        """Have one come back, if it is here."""
        for place, taken in self.places.items():
            if taken.guest is guest:
                self._call_back(place, taken)
                self._wake(place)

    def recall_of(self, client: str | None = None) -> None:
        """Have all come back; of one client, or of everybody."""
        for place, taken in self.places.items():
            if client in (None, taken.guest.client):
                self._call_back(place, taken)
        self._wake(0)

    def _call_back(self, place: int, taken: Place) -> None:
        self._board.call_back(place)
        taken.recalled = taken.recalled or self._loop.time()

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
        for _ in range(PLACES):
            try:
                message = self._link.recv(_LARGEST_MESSAGE)
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionResetError:
                continue  # it left something unread; what it said is there still
            except OSError:
                message = b""
            if not message:
                self._end()
                return
            if len(message) < HEADER.size:
                self.kill("lost")
                return
            kind, place = HEADER.unpack_from(message)
            if kind == READY:
                self.was_ready, self.is_ready = True, not self._is_dying
            elif kind == GOING:
                self.kill("replaced")
            elif kind == BACK and place in self.places:
                self._lane.account(self)
                self._free.append(place)
                self._leave(self.places.pop(place)).came_back(message[HEADER.size :])

    def _leave(self, taken: Place) -> Guest:
        self._lane.left(taken.guest)
        return taken.guest

    def _end(self) -> None:
        """It is gone, or hung up and has to go; what it was at is seen."""
        self._loop.remove_reader(self._link.fileno())
        self._link.close()
        self.kill(self.reason)
        self._lane.account(self)
        stage, at = self._board.stage, self._board.place
        culprit = self.places[at].guest if stage != Stage.IDLE and at in self.places else None
        self._lane.lost(self, self._slow or (culprit.client if culprit else None))
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
        now = self._loop.time()
        for place, microseconds in self._board.read():
            if taken := self.places.get(place):
                taken.since = now
                found.setdefault(taken.guest, []).append(microseconds / 1e6)
        return found

    def look(self, now: float) -> None:
        """Kill it when it is at one question for too long, or keeps a connection that is to come back."""
        board = self._board
        if self._is_dying or not self.is_ready:
            return
        if any(each.recalled and now - each.recalled > _PATIENCE for each in self.places.values()):
            self.kill("lost")
            return
        if board.stage == Stage.IDLE:
            self._at = None
            return
        at = (board.number, board.place)
        if self._at is None or self._at[:2] != at:
            self._at = (*at, now, processor_time(self.birth.pid))
        elif now - self._at[2] > _LONGEST or processor_time(self.birth.pid) - self._at[3] > _LONG:
            taken = self.places.get(board.place)  # when it is gone it may be at another question
            self._slow = taken.guest.client if taken else None
            self.kill("slow")


def settle(line: Any, before: Traffic, sending: Sending) -> bool:
    """Whether an answer was not begun, or is whole; then its request is taken, if it was not.

    ``before`` is what the connection had carried when the worker got it.
    """
    carried = traffic(line) if line else None
    if carried is None or sending.request > LONGEST_REQUEST:
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
