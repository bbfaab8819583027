"""A store in this process, for tests and for questions that can be trusted.

The engine runs in a thread of its own and cannot be stopped inside: after a deadline the caller is
free, but a query that computes without writing runs on. What people send in goes to `pool`.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from stadsgraaf.errors import EvaluationFailed, QueryTimeout, StadsgraafError
from stadsgraaf.media import Form, Format
from stadsgraaf.store.base import Answer, Door, Limits, Question
from stadsgraaf.store.evaluation import MAX_LENGTH, Engine
from stadsgraaf.store.precheck import MAX_DEPTH
from stadsgraaf.store.service import Call

__all__ = ["EmbeddedStore"]

#: Chunks of the engine, of 8 KiB each, that may wait for a reader before the engine has to.
_WAITING = 32

_Item = tuple[Form, Format] | bytes | StadsgraafError | None


class EmbeddedStore:
    """N-Quads in memory.

    ::

    store = EmbeddedStore(Path("release/data.nq"))
    answer = await store.answer(Question("ASK {}", results=RESULTS[0]), Limits())
    body = await answer.read()
    """

    def __init__(
        self,
        data: bytes | Path,
        *,
        prefixes: Mapping[str, str] | None = None,
        max_depth: int = MAX_DEPTH,
        max_length: int = MAX_LENGTH,
        door: Door | None = None,
    ) -> None:
        self._engine = Engine.load(
            data, prefixes=prefixes, max_depth=max_depth, max_length=max_length
        )
        self._door = door
        self._relays: set[_Relay] = set()

    async def answer(self, question: Question, limits: Limits) -> Answer:
        """Begin to answer; see `Store.answer`. Memory is not limited here."""
        relay = _Relay(limits.seconds, self._relays.discard)
        self._relays.add(relay)
        call = relay.caller(self._door) if self._door else None
        relay.start(lambda: self._engine.answer(question, limits, relay, call))
        try:
            form, chosen = await relay.head()
        except BaseException:
            await relay.aclose()
            raise
        return Answer(form, chosen, relay)

    async def close(self) -> None:
        """Break off every answer."""
        for relay in list(self._relays):
            await relay.aclose()
        if self._door:
            await self._door.close()


class _ClosedError(Exception):
    """Nobody reads any more."""


class _Relay:
    """Carries an answer from the engine's thread to the event loop; the thread waits its turn."""

    def __init__(self, seconds: float, done: Callable[["_Relay"], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._deadline = self._loop.time() + seconds
        self._items: asyncio.Queue[_Item] = asyncio.Queue()
        self._room = threading.Semaphore(_WAITING)
        self._done = done
        self._closed = False
        self._first: _Item = None

    # In the engine's thread

    def start(self, work: Callable[[], None]) -> None:
        """Do the work in a thread."""
        threading.Thread(target=self._run, args=(work,), daemon=True, name="sparql").start()

    def _run(self, work: Callable[[], None]) -> None:
        outcome: _Item = None
        try:
            work()
        except _ClosedError:
            return
        except StadsgraafError as error:
            outcome = _bare(error)
        except BaseException as error:  # noqa: BLE001  # a panic of the engine is a BaseException
            outcome = EvaluationFailed(reason=str(error))
        with contextlib.suppress(_ClosedError):
            self._put(outcome)

    def caller(self, door: Door) -> Call:
        """How the engine's thread reaches services: the event loop asks them."""

        def call(service: str, query: str) -> bytes:
            asking = asyncio.run_coroutine_threadsafe(door.ask(service, query), self._loop)
            return asking.result()

        return call

    def begin(self, form: Form, chosen: Format) -> None:
        """Part of `Sink`."""
        self._put((form, chosen))

    def write(self, data: bytes) -> None:
        """Part of `Sink`."""
        self._put(data)

    def _put(self, item: _Item) -> None:
        while not self._room.acquire(timeout=0.2):
            self._check_open()
        self._check_open()
        with contextlib.suppress(RuntimeError):  # the loop was closed
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)

    def _check_open(self) -> None:
        if self._closed or self._loop.is_closed():
            raise _ClosedError

    # In the event loop

    async def head(self) -> tuple[Form, Format]:
        """What is answered, once the first bytes are there. Raises what evaluating the query does."""
        head = await self._get()
        if not isinstance(head, tuple):
            raise EvaluationFailed(reason="the engine gave no answer")
        self._first = await self._get()
        self._closed = self._first is None  # an answer without a byte: N-Triples of no triple
        return head

    async def _get(self) -> _Item:
        try:
            async with asyncio.timeout_at(self._deadline):
                item = await self._items.get()
        except TimeoutError:
            raise QueryTimeout(limit=self._seconds) from None
        self._room.release()
        if isinstance(item, StadsgraafError):
            raise item
        return item

    def __aiter__(self) -> "_Relay":
        return self

    async def __anext__(self) -> bytes:
        item, self._first = (self._first, None) if self._first else (await self._next(), None)
        if not isinstance(item, bytes):
            await self.aclose()
            raise StopAsyncIteration
        return item

    async def _next(self) -> _Item:
        return None if self._closed else await self._get()

    async def aclose(self) -> None:
        """Part of `Chunks`."""
        self._closed = True
        self._first = None
        self._done(self)


def _bare(error: StadsgraafError) -> StadsgraafError:
    """Without its traceback, whose frames hold objects of the engine that must die in its thread."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
