"""A store whose queries run in processes that can be killed.

::

    store = await PoolStore.start(Path("release/data.nq"), workers=2)
    answer = await store.answer(Question("ASK {}", results=RESULTS[0]), Limits(seconds=3))

One zygote holds the data; workers are forked from it and share its memory. A query that takes long
leaves its place to a new worker, so that cheap queries never wait for dear ones; how many may take
long at once is limited, and so is each client's part of that. A worker that is out of time, or has
nobody left to answer, is killed; one that crashes costs one answer; one that somebody else kills
costs nothing, as long as nothing of its answer has been read.

A store on the disk answers at once, one in memory faster: with both, the first answers until the
other is loaded, and questions under way end where they began.
"""

import asyncio
import contextlib
import itertools
import logging
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stadsgraaf.errors import (
    ClientTimeUsed,
    EvaluationFailed,
    QueryMemoryLimit,
    QueryStopped,
    QueryTimeout,
    QueryTooComplex,
    QueryTooLong,
    ServiceNotAllowed,
    StadsgraafError,
    StoreBusy,
    StoreUnavailable,
    Text,
    TooManyRequests,
)
from stadsgraaf.store.base import Answer, Door, Limits, Question, Running, Share
from stadsgraaf.store.budget import Budget
from stadsgraaf.store.evaluation import MAX_LENGTH, is_longer
from stadsgraaf.store.inquiry import Inquiry
from stadsgraaf.store.lane import Lane
from stadsgraaf.store.link import Worker
from stadsgraaf.store.neighbourhood import neighbourhood
from stadsgraaf.store.origin import GARBAGE, Origin
from stadsgraaf.store.precheck import MAX_DEPTH
from stadsgraaf.store.priority import Yielding
from stadsgraaf.store.recent import Recent
from stadsgraaf.store.reply import KilledElsewhereError, Reply, Spool
from stadsgraaf.store.service import HIDDEN
from stadsgraaf.store.spawner import Spawner
from stadsgraaf.store.waiting import RETRY_AFTER, WaitingRoom
from stadsgraaf.store.wire import encode_question

__all__ = ["PoolStore", "State"]

#: How often running queries are looked at, in seconds.
_TICK: Final = 0.05
#: Seconds of a processor after which a query is one of the slow ones: one that has to wait for a
#: processor is not dear. Of those that wait for others, and of another store, all seconds count.
_SLOW_AFTER: Final = 0.1
#: Seconds after which it is slow all the same, and after which a slow one has to give way to others.
_SLOW_ANYWAY: Final = 0.5
_YIELDING_AFTER: Final = 0.5
#: Seconds in which it counts whether a client's queries were slow or quick.
_LATELY: Final = 10.0
#: Seconds that a query may take when its client has its part of slow queries already, or when there
#: are as many as there may be; and how many times that number there may be for so long.
_BEYOND_SHARE: Final = 1.0
_ROOM: Final = 2
#: Seconds that there is a worker more when a slow query has ended: there may be more of them.
_SPARE: Final = 5.0
#: How much longer these are for another store, which is asked over a network.
_ELSEWHERE: Final = 10
#: Seconds that an answer may wait for its reader while questions wait for a worker.
_STALLED: Final = 1.0
#: Seconds that a question may wait for a worker.
_QUEUED: Final = 5.0
#: Seconds after which who asked for what was stopped may ask again.
_STOPPED: Final = 60
_BACKOFF: Final = (0.0, 0.05, 0.2, 0.5, 1.0, 2.0)
_log = logging.getLogger(__name__)

#: Numbers of questions, of all pools: one that is replaced by another may still be answering.
_NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True)
class State:
    """How the pool is: its processes by number, and what they do.

    ``lane`` are those that answer connections themselves, and ``guests`` how many these are. ``loading`` tells whether another zygote is reading the data into memory.
    """

    zygote: int | None
    loading: bool
    workers: tuple[int, ...]
    idle: int
    slow: int
    waiting: int
    lane: tuple[int, ...] = ()
    guests: int = 0


class PoolStore:
    """Workers around one dataset. Made by `start`, in the event loop that uses it."""

    def __init__(  # noqa: PLR0913 – by name, each a row of the settings
        self,
        order: Mapping[str, object],
        *,
        memory: Path | None = None,
        workers: int,
        slow_workers: int,
        queue_length: int,
        client_time: float = 0.0,
        lane_workers: int = 0,
        door: Door | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.spool = Spool()
        self.origin = origin
        self._slow_after = _SLOW_AFTER * (_ELSEWHERE if origin else 1)
        self._beyond_share = _BEYOND_SHARE * (_ELSEWHERE if origin else 1)
        self._order = order
        self._memory = memory
        self._loading: asyncio.Task[None] | None = None
        self._length_limit = int(str(order["max_length"]))
        self._door = door
        self._wanted = workers
        self._lane_workers = lane_workers if sys.platform == "linux" and not origin else 0
        self._lane: Lane | None = None
        self.lane_answers = 0
        self._slow_places = slow_workers
        self._slow_share = max(1, slow_workers // 2)
        self._loop = asyncio.get_running_loop()
        self._budget = Budget(client_time, self._loop.time)
        self._spawner: Spawner | None = None
        self._spawners: set[Spawner] = set()
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []
        self._slow: Counter[str] = Counter()
        self._had_slow = Recent(_LATELY, self._loop.time)
        self._had_quick = Recent(_LATELY, self._loop.time)
        self._waiting: WaitingRoom[Inquiry] = WaitingRoom(queue_length)
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        #: How many workers ended, by why: what killed them, else "replaced" or "lost".
        self.ends: Counter[str] = Counter()
        self._failures = 0
        self._closed = False

    @classmethod
    async def start(  # noqa: PLR0913 – by name, each a row of the settings
        cls,
        data: Path | Origin,
        *,
        memory: Path | None = None,
        workers: int = 2,
        slow_workers: int = 4,
        queue_length: int = 256,
        client_time: float = 0.0,
        lane_workers: int = 0,
        prefixes: Mapping[str, str] | None = None,
        max_depth: int = MAX_DEPTH,
        max_length: int = MAX_LENGTH,
        door: Door | None = None,
    ) -> "PoolStore":
        """Load N-Quads and start the workers; returns when the first one can be asked.

        Data on the disk are opened, not loaded; ``memory`` is where they are as N-Quads, which are
        loaded meanwhile and then answer in their place.
        In place of data it can be another store that the workers ask and read, as many queries at once
        as there are workers; the store is closed with this one, and may be away for a while.
        ``slow_workers`` is how many more there may be while queries take long; ``client_time`` is
        how many seconds of evaluation a client may use per minute, 0 for any number; ``lane_workers`` is
        how many there may be that answer connections themselves. Without a ``door``
        no SERVICE is allowed; with one, it is closed with the store. Raises StoreUnavailable when
        the data cannot be read.
        """
        order = {
            "data": None if isinstance(data, Origin) else str(data),
            "prefixes": dict(prefixes or {}),
            "max_depth": max_depth,
            "max_length": max_length,
            "services": door is not None,
        }
        store = cls(
            order,
            memory=memory,
            workers=workers,
            slow_workers=slow_workers,
            queue_length=queue_length,
            client_time=client_time,
            lane_workers=lane_workers,
            door=door,
            origin=data if isinstance(data, Origin) else None,
        )
        try:
            await store._start()
        except BaseException:
            await store.close()
            raise
        return store

    async def _start(self) -> None:
        spawner = await self._first()
        if self._spawner is None:  # else memory was there before the disk
            self._use(spawner)
        self._fill()
        if self._memory and not self._is_loading and spawner.data != str(self._memory):
            self._loading = self._spawn_task(self._move(str(self._memory)))

    async def _first(self) -> Spawner:
        """What answers first. A store on the disk that cannot be opened is one less to wait for."""
        data = self._order["data"]
        try:
            return await self._open(data)
        except StoreUnavailable as error:
            if self._memory is None:
                raise
            _log.warning("the store on disk is not used", extra={"reason": str(error)})
        return await self._open(str(self._memory))

    async def _open(self, data: object) -> Spawner:
        spawner = Spawner({**self._order, "data": data}, self._zygote_lost)
        self._spawners.add(spawner)
        try:
            await spawner.start()
        except BaseException:
            await self._dismiss(spawner)
            raise
        return spawner

    async def _dismiss(self, spawner: Spawner) -> None:
        self._spawners.discard(spawner)
        await spawner.close()

    async def _move(self, data: str) -> None:
        """Load the data into memory. Workers there take over when the first of them is ready."""
        try:
            self._use(await self._open(data))
        except (StoreUnavailable, OSError) as error:
            _log.warning("the data stay on disk", extra={"reason": str(error)})
        self._fill()

    def _use(self, spawner: Spawner) -> None:
        """Have workers come from here from now on."""
        self._spawner = spawner
        if self._lane:
            self._lane.end()
        self._lane = Lane(spawner, self._lane_workers, self) if self._lane_workers else None

    @property
    def lane(self) -> "Lane | None":
        """Part of `Hosting`."""
        return self._lane

    @property
    def _is_loading(self) -> bool:
        return self._loading is not None and not self._loading.done()

    @property
    def is_elsewhere(self) -> bool:
        """Part of `Elsewhere`."""
        return self.origin is not None

    @property
    def trouble(self) -> Text | None:
        """Part of `Elsewhere`."""
        return self.origin.trouble if self.origin else None

    async def unexpected(self) -> str | None:
        """Part of `Elsewhere`."""
        return await self.origin.compare() if self.origin else None

    # --- asking ---------------------------------------------------------------------------------

    async def answer(self, question: Question, limits: Limits) -> Answer:
        """Begin to answer; see `Store.answer`."""
        return await self.begin(question, limits).answer()

    def begin(
        self, question: Question, limits: Limits, told: Callable[[], None] | None = None
    ) -> Inquiry:
        """Part of `Prompt`."""
        if is_longer(question.query, self._length_limit):
            raise QueryTooLong(limit=self._length_limit)
        if wait := self._budget.wait(question.client):
            raise ClientTimeUsed(limit=self._budget.seconds, retry_after=wait)
        inquiry = Inquiry(
            self,
            next(_NUMBERS),
            question.client,
            question.query,
            encode_question(question, limits),
            limits,
            told,
            self._loop.time(),
        )
        self.put(inquiry)
        return inquiry

    def put(self, inquiry: Inquiry) -> None:
        """Part of `Desk`."""
        if self._closed:
            raise StoreUnavailable(reason="it is closed")
        if self._idle and self._entrance()(inquiry.client):
            self._idle.pop().ask(inquiry)
        else:
            inquiry.waiting_since = self._loop.time()
            if sent_away := self._waiting.join(inquiry.client, inquiry, self._turn):
                sent_away.fail(StoreBusy(retry_after=RETRY_AFTER))
        self._look_after()

    def withdraw(self, inquiry: Inquiry) -> None:
        """Part of `Desk`."""
        self._waiting.leave(inquiry.client, inquiry)

    def _entrance(self) -> Callable[[str], bool]:
        """Whether a client gets a worker now: with its part of slow ones, only if others keep one.

        Of more than one worker one is left for clients that had a quick one lately.
        """
        busy = [each.client for each in self._workers if each.reply and not each.is_slow]
        has_room = sum(map(self._is_unproven, busy)) < max(1, self._wanted - 1)
        keeps_one = len(self._idle) > 1

        def may_enter(client: str) -> bool:
            if not client:
                return True
            is_within = self._slow[client] < self._slow_share or keeps_one
            return is_within and (has_room or not self._is_unproven(client))

        return may_enter

    def _is_unproven(self, client: str) -> bool:
        return bool(client) and client not in self._had_quick

    def _turn(self, client: str) -> int:
        """Whose question is called first: of who had quick ones lately, of who is new, of who had slow ones.

        Who is new among neighbours that had slow ones is one of them.
        """
        if not client:
            return 0
        if self._slow[client] or client in self._had_slow:
            return 2
        if client in self._had_quick:
            return 0
        return 2 if neighbourhood(client) in self._had_slow else 1

    def _note_slow(self, client: str) -> None:
        if client:
            self._had_slow.note(client)
            self._had_slow.note(neighbourhood(client))

    # --- what workers tell ----------------------------------------------------------------------

    def ready(self, worker: Worker) -> None:
        """Part of `Owner`."""
        self._failures = 0
        if self._is_relieved(worker):
            self._kill(worker, None)
            return
        self._offer(worker)
        for other in [each for each in self._idle if self._is_relieved(each)]:
            self._kill(other, None)

    def _is_relieved(self, worker: Worker) -> bool:
        """Whether there are workers with the same data in memory, and this one has them on the disk."""
        return worker.birth.home is not self._spawner and any(
            each.is_ready and each.birth.home is self._spawner for each in self._workers
        )

    def finished(self, worker: Worker, *, tired: bool) -> None:
        """Part of `Owner`."""
        if worker.client and not worker.is_slow:
            self._had_quick.note(worker.client)
        if tired or self._is_relieved(worker) or not self._recovers(worker):
            self._kill(worker, None)
            return
        self._charge(worker)
        self._offer(worker)

    def _recovers(self, worker: Worker) -> bool:
        """Make it one of the quick ones again: it has its part of the data at hand."""
        if worker.yielding and not worker.yielding.restore():
            return False
        worker.yielding = None
        if worker.is_slow:
            self._leave_slow(worker)
            self._loop.call_later(_SPARE, self._retire)
        return True

    def _retire(self) -> None:
        """One of more workers than wanted goes: that which was idle longest."""
        quick = sum(not worker.is_slow for worker in self._workers)
        if self._closed or quick <= self._wanted:
            return
        if self._idle:
            self._kill(self._idle[0], None)
        else:
            self._loop.call_later(_SPARE, self._retire)

    def _charge(self, worker: Worker) -> None:
        """What a question cost goes on the account of its client, once."""
        if worker.asked:
            self._budget.charge(worker.client, self._loop.time() - worker.since)
            worker.asked = None

    def abandon(self, worker: Worker) -> None:
        """Part of `Owner`."""
        self._kill(worker, None)

    async def call(self, service: str, query: str) -> bytes:
        """Part of `Owner`."""
        if self._door is None:
            raise ServiceNotAllowed(service=service)
        return await self._door.ask(service, query)

    def lost(self, worker: Worker) -> None:
        """Part of `Owner`."""
        self.ends["lost"] += 1
        self._failures += not worker.is_ready
        reply, worker.reply = worker.reply, None
        self._forget(worker)
        if reply:
            self._spawn_task(self._explain(worker, reply))

    def _offer(self, worker: Worker) -> None:
        """A worker is free: for who waits, else for who comes."""
        if worker.is_dead or self._closed:
            return
        self._idle.append(worker)
        while self._idle and (inquiry := self._waiting.call(self._entrance(), self._turn)):
            self._idle.pop().ask(inquiry)

    async def _explain(self, worker: Worker, reply: Reply) -> None:
        """Why a worker ended that nobody of us killed."""
        status: int | None = None
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(2):
                status = await asyncio.shield(worker.birth.exit)
        if status in (None, -signal.SIGKILL) and not reply.was_read:
            reply.fail(KilledElsewhereError())
        elif self.origin and worker.is_fetching and status in _CRASHES:
            self.origin.failed()
            reply.fail(StoreUnavailable(reason=GARBAGE))
        else:
            cause = _cause(status, worker.birth.said, reply.limits)
            if isinstance(cause, EvaluationFailed):
                _log.warning("the engine ended", extra={"reason": worker.birth.said or str(cause)})
            reply.fail(cause)

    # --- looking after --------------------------------------------------------------------------

    def _look_after(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = self._loop.call_later(_TICK, self._tick)

    def _tick(self) -> None:
        """Look at every running query: out of time, slow, or held up by its reader."""
        self._timer = None
        now = self._loop.time()
        busy = [worker for worker in self._workers if worker.reply]
        for worker in busy:
            if worker.reply:  # else it made room for one before it
                self._check(worker, now)
        self._send_away(now)
        self._make_room(busy, now)
        self._fill()
        if busy or len(self._waiting):
            self._look_after()

    def _check(self, worker: Worker, now: float) -> None:
        assert worker.reply  # noqa: S101 – only busy workers are checked
        age, limit = now - worker.since, worker.reply.limits.seconds
        if age >= limit:
            self._note_slow(worker.client)  # however little it wanted to wait
            self._kill(worker, QueryTimeout(limit=limit))
        elif worker.reprieved and age > self._beyond_share:
            self._kill(worker, worker.reprieved)
        elif not worker.is_slow:
            if age > self._slow_after and (self._is_dear(worker) or age > _SLOW_ANYWAY):
                self._mark_slow(worker)
        elif worker.yielding:
            worker.yielding.look(now)
        elif age > _YIELDING_AFTER and self._is_dear(worker):
            worker.yielding = Yielding(worker.birth.pid, now)

    def _is_dear(self, worker: Worker) -> bool:
        is_elsewhere = self.origin is not None or worker.is_waiting
        return is_elsewhere or worker.processor_time > self._slow_after

    def _mark_slow(self, worker: Worker) -> None:
        """It leaves its place to a new one; beyond what there is room for it has not long to go.

        One of a client that had quick ones only is not the one that there is no room for.
        """
        is_trusted = not worker.client or self._turn(worker.client) == 0
        if self._is_dear(worker):
            self._note_slow(worker.client)
        if self._slow_places and self._slow.total() >= _ROOM * self._slow_places:
            beyond = self._beyond(worker) if is_trusted else worker
            self._kill(beyond, beyond.reprieved or StoreBusy(retry_after=RETRY_AFTER))
        if worker.is_dead:
            return
        slow = self._slow.total()
        if worker.client and self._slow[worker.client] >= self._slow_share:
            worker.reprieved = TooManyRequests(retry_after=RETRY_AFTER)
        elif self._slow_places and slow >= self._slow_places:
            worker.reprieved = StoreBusy(retry_after=RETRY_AFTER)
        worker.is_slow = True
        self._slow[worker.client] += 1

    def _beyond(self, worker: Worker) -> Worker:
        """The one that has had most of the time of those that have not long to go, else this one."""
        reprieved = [each for each in self._workers if each.reprieved]
        return min(reprieved, key=lambda each: each.since, default=worker)

    def _send_away(self, now: float) -> None:
        """Who has waited too long is to come back later."""
        for inquiry in self._waiting:
            if now - inquiry.waiting_since > min(_QUEUED, inquiry.limits.seconds):
                self._waiting.leave(inquiry.client, inquiry)
                inquiry.fail(StoreBusy(retry_after=RETRY_AFTER))

    def _make_room(self, busy: list[Worker], now: float) -> None:
        """While others wait, the answer that waits longest for its reader is broken off."""
        held_up = [worker for worker in busy if worker.stalled_since and not worker.is_dead]
        if held_up and len(self._waiting):
            longest = min(held_up, key=lambda worker: worker.stalled_since or now)
            if now - (longest.stalled_since or now) > _STALLED:
                self._kill(longest, StoreBusy(retry_after=RETRY_AFTER))

    # --- workers come and go --------------------------------------------------------------------

    def _kill(self, worker: Worker, error: StadsgraafError | None) -> None:
        self.ends[error.slug if error else "replaced"] += 1
        worker.die(error)
        if worker.yielding:
            worker.yielding.restore()  # it has its memory to give back first
        worker.birth.home.kill(worker.birth)
        self._forget(worker)

    def _forget(self, worker: Worker) -> None:
        self._workers.discard(worker)
        worker.is_dead = True
        if worker in self._idle:
            self._idle.remove(worker)
        self._leave_slow(worker)
        self._charge(worker)
        self._fill()
        home = worker.birth.home
        if home is not self._spawner and all(each.birth.home is not home for each in self._workers):
            self._spawn_task(self._dismiss(home))

    def _leave_slow(self, worker: Worker) -> None:
        """Its place among the slow ones is free again."""
        if worker.is_slow:
            worker.is_slow, worker.reprieved = False, None
            self._slow[worker.client] -= 1
            if not self._slow[worker.client]:
                del self._slow[worker.client]

    def _fill(self) -> None:
        """See to it that there are as many workers as wanted beside the slow ones."""
        own = [each for each in self._workers if each.birth.home is self._spawner]
        missing = self._wanted - sum(not each.is_slow for each in own)
        room = self._wanted + _ROOM * self._slow_places - len(own)
        for _ in range(min(missing, room)):
            self._spawn_worker()

    def _spawn_worker(self) -> None:
        if self._closed or self._spawner is None:
            return
        try:
            connection, birth = self._spawner.fork()
        except StoreUnavailable:
            return
        worker = Worker(self, birth)
        self._workers.add(worker)
        connecting = self._spawn_task(self._connect(worker, connection))
        connecting.add_done_callback(lambda done: connection.close() if done.cancelled() else None)

    async def _connect(self, worker: Worker, connection: socket.socket) -> None:
        await asyncio.sleep(_BACKOFF[min(self._failures, len(_BACKOFF) - 1)])
        await self._loop.create_unix_connection(lambda: worker, sock=connection)

    def _spawn_task(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run to the end: a task that nobody holds may vanish."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _zygote_lost(self, spawner: Spawner) -> None:
        is_current = spawner is self._spawner
        if is_current:
            self._spawner = None
            self._lane = None  # its connections come back by themselves, as its workers end
        self._idle = [each for each in self._idle if each.birth.home is not spawner]
        for worker in [each for each in self._workers if each.birth.home is spawner]:
            was_read = worker.reply and worker.reply.was_read
            worker.die(StoreUnavailable(reason=_GONE) if was_read else KilledElsewhereError())
            self._forget(worker)
        self._spawn_task(self._dismiss(spawner))
        if is_current and not self._closed:
            self._spawn_task(self._revive())

    async def _revive(self) -> None:
        """Start another zygote, and again if that fails."""
        for attempt in itertools.count(1):
            try:
                await self._start()
            except (StoreUnavailable, OSError):
                await asyncio.sleep(_BACKOFF[min(attempt, len(_BACKOFF) - 1)])
            else:
                return

    # --- the lane -------------------------------------------------------------------------------

    def charge(self, client: str, seconds: float, *, was_slow: bool = False) -> None:
        """Part of `Host`."""
        self._budget.charge(client, seconds)
        if was_slow:
            self._note_slow(client)
        elif client:
            self._had_quick.note(client)

    def is_welcome(self, client: str) -> bool:
        """Part of `Host`."""
        return not (self._slow[client] or self._budget.wait(client))

    # --- being looked after ---------------------------------------------------------------------

    def running(self) -> Sequence[Running]:
        """Part of `Supervised`."""
        now = self._loop.time()
        waiting = (inquiry.seen("waiting", now) for inquiry in self._waiting)
        found = (worker.seen(now) for worker in self._workers)
        return sorted((*waiting, *filter(None, found)), key=lambda each: int(each.id))

    def stop(self, id_: str) -> bool:
        """Part of `Supervised`."""
        for inquiry in self._waiting:
            if str(inquiry.number) == id_:
                self._waiting.leave(inquiry.client, inquiry)
                inquiry.fail(QueryStopped(retry_after=_STOPPED))
                return True
        for worker in self._workers:
            if worker.reply and worker.asked and str(worker.asked.number) == id_:
                self._kill(worker, QueryStopped(retry_after=_STOPPED))
                return True
        return False

    def share(self, client: str) -> Share:
        """Part of `Sharing`."""
        seconds = self._budget.seconds
        return Share(
            self._slow_share,
            min(self._slow[client], self._slow_share),
            seconds,
            max(0.0, seconds - self._budget.used(client)),
        )

    @property
    def state(self) -> State:
        """How the pool is now."""
        return State(
            zygote=self._spawner.pid if self._spawner else None,
            loading=self._is_loading,
            workers=tuple(w.birth.pid for w in self._workers if w.birth.pid),
            idle=len(self._idle),
            slow=self._slow.total(),
            waiting=len(self._waiting),
            lane=tuple(self._lane.pids) if self._lane else (),
            guests=self._lane.guests if self._lane else 0,
        )

    async def close(self) -> None:
        """Kill every process and break off every answer. See `Store.close`."""
        self._closed = True
        if self._lane:
            self._lane.close()
        if self._timer:
            self._timer.cancel()
        for inquiry in self._waiting:
            self._waiting.leave(inquiry.client, inquiry)
            inquiry.fail(StoreUnavailable(reason=_CLOSED))
        for worker in list(self._workers):
            worker.die(StoreUnavailable(reason=_CLOSED))
        self._workers.clear()
        self._idle.clear()
        for task in list(self._tasks):
            task.cancel()
        self._spawner = None
        await asyncio.gather(*map(self._dismiss, list(self._spawners)))
        if self._door:
            await self._door.close()
        if self.origin:
            await self.origin.close()


_CLOSED = Text("it is being closed", "hij wordt gesloten")
_GONE = Text("its process ended; another one is started", "zijn proces eindigde; een nieuw start")


#: How a worker ends that reads a document that was made to break readers.
_CRASHES: Final = (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT)


#: What an engine says last when it gets no memory, in Rust and in C++.
_NO_MEMORY: Final = ("memory allocation of", "bad_alloc")
_HALTED: Final = Text(
    "the engine met an error of its own and ended", "de motor trof een eigen fout en eindigde"
)


def _cause(status: int | None, said: str, limits: Limits) -> StadsgraafError:
    """What the end of a worker says about its query."""
    if status in (-signal.SIGSEGV, -signal.SIGBUS):
        return QueryTooComplex(
            reason=Text("it nests deeper than can be read", "de nesting is te diep om te lezen")
        )
    if status == -signal.SIGABRT:
        if any(words in said for words in _NO_MEMORY):
            return QueryMemoryLimit(limit=limits.memory_mib)
        return EvaluationFailed(reason=_HALTED)
    if status == -signal.SIGSYS:  # it went for the network
        return ServiceNotAllowed(service=HIDDEN)
    if status == -signal.SIGKILL:
        return StoreBusy(retry_after=RETRY_AFTER)
    return EvaluationFailed(reason=f"its process ended ({status})")
