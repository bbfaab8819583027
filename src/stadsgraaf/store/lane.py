"""The lane: connections whose requests workers answer by themselves, as long as all goes well.

Whoever holds a connection invites it as a guest when one small new question comes on it after the other.
A worker of the lane then shares its socket, and answers what is quick, small and of the form that it was
told. It does not touch anything else: the connection comes back. A worker that is at a question for too
long is killed, and all its connections come back. Limits, charges and refusals stay with whoever holds the
connection; the lane only sees to it that nobody waits long for another.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Protocol, runtime_checkable

from stadsgraaf.errors import StoreUnavailable
from stadsgraaf.store.attendant import Attendant, Guest
from stadsgraaf.store.blackboard import PLACES
from stadsgraaf.store.recent import Recent
from stadsgraaf.store.spawner import Spawner

__all__ = ["Host", "Hosting", "Lane"]

#: Seconds between looks at what the workers are at.
_TICK: Final = 0.025
#: Seconds after which workers go that have had no guests, and after which one that did not start is
#: tried again.
_IDLE: Final = 10.0
#: Seconds in which a client has no place whose question ended a worker, or whose questions take long:
#: so many seconds on average, of about so many of them.
_LATELY: Final = 10.0
_DEAR: Final = 0.01
_SEVERAL: Final = 16
#: Seconds after which a place of which nothing was asked is there for somebody else.
_RESTING: Final = 1.0
#: Which part of the places one client may have.
_SHARE: Final = 2


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


class Lane:
    """So many workers of one zygote; they are there when there are guests."""

    def __init__(self, spawner: Spawner, number: int, host: Host) -> None:
        self._spawner = spawner
        self._number = number
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._workers: list[Attendant] = []
        self._timer: asyncio.TimerHandle | None = None
        self._idle_since = 0.0
        self._not_before = 0.0
        self._had_slow = Recent(_LATELY, self._loop.time)
        self._means: dict[str, float] = {}
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
        if not self._is_open(guest.client):
            return False
        self._fill()
        if len(self._workers) < self._number or not all(each.is_ready for each in self._workers):
            return False
        worker = min(self._workers, key=lambda each: len(each.places))
        if len(worker.places) >= PLACES:
            self._make_room()
            return False
        if not worker.take(guest, write):
            return False
        self.clients[guest.client] += 1
        self._look_after()
        return True

    def _is_open(self, client: str) -> bool:
        """Whether a client may have a place now, if there is one."""
        return (
            not self._has_ended
            and self._loop.time() >= self._not_before
            and client not in self._had_slow
            and self._host.is_welcome(client)
            and self.clients[client] < PLACES * self._number // _SHARE
        )

    def recall(self, guest: Guest) -> None:
        """Have one come back, as soon as a worker is not answering it."""
        for worker in self._workers:
            worker.recall(guest)

    def _make_room(self) -> None:
        """Who has asked nothing for longest comes back, if that is long: others would ask."""
        taken = [each for worker in self._workers for each in worker.places.values()]
        idlest = min(taken, key=lambda each: each.since)
        if not idlest.recalled and self._loop.time() - idlest.since > _RESTING:
            self.recall(idlest.guest)

    def _send_home(self, client: str) -> None:
        """Have all of a client come back, and none come for a while."""
        self._had_slow.note(client)
        for worker in self._workers:
            worker.recall_of(client)

    def end(self) -> None:
        """Have all come back, and none come any more."""
        self._has_ended = True
        for worker in list(self._workers):
            worker.recall_of()
        self._look_after()

    def _fill(self) -> None:
        for _ in range(self._number - len(self._workers)):
            try:
                self._workers.append(Attendant(self, self._spawner, self._loop))
            except (StoreUnavailable, OSError):
                return
        self._look_after()

    # --- what becomes of workers and their guests -----------------------------------------------

    def left(self, guest: Guest) -> None:
        """A place is free again."""
        self.clients[guest.client] -= 1
        if not self.clients[guest.client]:
            del self.clients[guest.client]
            self._means.pop(guest.client, None)

    def lost(self, worker: Attendant, client: str | None) -> None:
        """A worker is gone, and had been at a question of a client."""
        self._host.ends[worker.reason] += 1
        if worker in self._workers:
            self._workers.remove(worker)
        if not worker.was_ready and worker.reason == "lost":
            self._not_before = self._loop.time() + _IDLE
        if client is None:
            return
        if (
            worker.reason == "slow"
        ):  # whether it is one of the slow ones is seen on the ordinary way
            self._send_home(client)
        elif worker.reason == "lost":
            worker.birth.exit.add_done_callback(lambda exit_: self._judge(client, exit_))

    def _judge(self, client: str, exit_: "asyncio.Future[int]") -> None:
        """Whose question the engine does not survive is as good as slow; who is killed is not to blame."""
        if not exit_.cancelled() and exit_.result() != -signal.SIGKILL:
            self._send_home(client)
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

    def account(self, worker: Attendant) -> None:
        """Take over what a worker has answered since the last time."""
        for guest, seconds in worker.read().items():
            self._host.charge(guest.client, sum(seconds))
            self._host.lane_answers += len(seconds)
            guest.answered(seconds)
            worker.write(guest)
            if self._mean(guest.client, seconds) > _DEAR:
                self._send_home(guest.client)
            elif not self._host.is_welcome(guest.client):
                worker.recall(guest)

    def _mean(self, client: str, seconds: Sequence[float]) -> float:
        """What questions of a client take on average, these the last."""
        mean = self._means.get(client, 0.0)
        for each in seconds:
            mean += (each - mean) / _SEVERAL
        self._means[client] = mean
        return mean

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
