"""A worker as the pool sees it."""

import asyncio
import json
from typing import Protocol, cast

from stadsgraaf.errors import QueryTimeout, StadsgraafError, StoreError, StoreUnavailable
from stadsgraaf.store.base import Running
from stadsgraaf.store.inquiry import Inquiry
from stadsgraaf.store.origin import Errand, Origin
from stadsgraaf.store.priority import Yielding
from stadsgraaf.store.processor import processor_time
from stadsgraaf.store.reply import Reply, Spool
from stadsgraaf.store.spawner import Birth
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
    LAST,
    MARK,
    PIECE,
    QUESTION,
    READY,
    WHOLE,
    Frames,
    decode_error,
    decode_head,
    decode_whole,
    encode_error,
    frame,
)

__all__ = ["Owner", "Worker"]


class Owner(Protocol):
    """What a worker tells the pool."""

    spool: Spool
    origin: Origin | None

    def ready(self, worker: "Worker") -> None:
        """It can be asked."""
        ...

    def finished(self, worker: "Worker", *, tired: bool) -> None:
        """Its answer is complete, or was an error."""
        ...

    def lost(self, worker: "Worker") -> None:
        """Its connection is gone."""
        ...

    def abandon(self, worker: "Worker") -> None:
        """Nobody waits for its answer any more."""
        ...

    async def call(self, service: str, query: str) -> bytes:
        """Ask a service on its behalf; see `Door.ask`."""
        ...


class Worker(asyncio.Protocol):
    """One worker process. It is starting, idle, busy with a reply, or dead."""

    def __init__(self, owner: Owner, birth: Birth) -> None:
        self.birth = birth
        self.reply: Reply | None = None
        self.asked: Inquiry | None = None
        self.since = 0.0
        self._used_before = 0.0
        self.is_slow = False
        self.yielding: Yielding | None = None
        self.reprieved: StadsgraafError | None = None
        self.is_dead = False
        self.is_ready = False
        self.stalled_since: float | None = None
        #: Whether it is reading what another store said.
        self.is_fetching = False
        self._is_late = False
        self._room: asyncio.Future[None] | None = None
        self._errand: asyncio.Task[None] | None = None
        self._owner = owner
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def client(self) -> str:
        """Whose question it has, or had last."""
        return self.asked.client if self.asked else ""

    @property
    def processor_time(self) -> float:
        """Seconds of a processor that its question took until now."""
        return processor_time(self.birth.pid) - self._used_before

    @property
    def is_waiting(self) -> bool:
        """Whether it has nothing to do until its reader, or a service that it asked, goes on."""
        is_out = self._errand is not None and not self._errand.done()
        return is_out or self.stalled_since is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        if self.is_dead:
            self._transport.abort()

    def ask(self, asked: Inquiry) -> None:
        """Have it answer a question."""
        self.asked = asked
        self.since = self._loop.time()
        self._used_before = processor_time(self.birth.pid)
        self.reply = asked.reply = Reply(self, asked.limits, self._owner.spool, asked.hear)
        self.is_fetching = self._is_late = False
        if self._transport:
            self._transport.write(frame(QUESTION, asked.payload))

    def data_received(self, data: bytes) -> None:
        """Part of `asyncio.Protocol`."""
        for kind, payload in self._frames.feed(data):
            if kind == READY:
                self.is_ready = True
                self._owner.ready(self)
            elif self.reply:
                self._hear(self.reply, kind, payload)

    def _hear(self, reply: Reply, kind: bytes, payload: bytes) -> None:
        if kind == WHOLE:
            self._tell_origin(None)
            head, body, tired = decode_whole(payload)
            self._finish(tired=tired)  # first: it has the next question while this one is written
            reply.complete(head, body)
        elif kind == HEAD:
            reply.head = decode_head(payload)
        elif kind == DATA:
            reply.feed(payload)
            self._hold_back(reply)
        elif kind == CALL:
            service, query = json.loads(payload)
            self._errand = self._loop.create_task(self._call(service, query))
        elif kind == FETCH:
            self._send_for(payload, reply.limits.seconds)
        elif kind == END:
            self._tell_origin(None)
            reply.end()
            self._finish(tired=bool(payload))
        elif kind == FAILED:
            error = decode_error(payload)
            self._tell_origin(error)
            reply.fail(error)
            self._finish(tired=False)

    async def _call(self, service: str, query: str) -> None:
        """Ask a service, and tell the worker what it said; it waits for that."""
        try:
            self._say(ANSWERED, await self._owner.call(service, query))
        except StadsgraafError as error:
            self._say(FAILED, encode_error(error))

    # Another store, which it reads

    def _send_for(self, payload: bytes, seconds: float) -> None:
        if self._errand:
            self._errand.cancel()
        (number,) = MARK.unpack_from(payload)
        errand = Errand(**json.loads(payload[MARK.size :]))
        self._errand = self._loop.create_task(self._fetch(MARK.pack(number), errand, seconds))

    async def _fetch(self, mark: bytes, errand: Errand, seconds: float) -> None:
        """Pass on what another store says, as fast as the worker takes it."""
        try:
            origin = self._owner.origin
            if origin is None:
                raise StoreUnavailable(reason="there is none")
            self.is_fetching = self._is_late = True
            async with asyncio.timeout_at(self.since + seconds), origin.open(errand) as arriving:
                self._is_late = False
                head = json.dumps([arriving.media_type, arriving.coding]).encode("ascii")
                self._say(ARRIVING, mark + head)
                async for piece in arriving.pieces:
                    self._say(PIECE, mark + piece)
                    if self._room:
                        await self._room
            self._say(LAST, mark)
        except TimeoutError:
            self._say(BROKEN, mark + encode_error(QueryTimeout(limit=seconds)))
        except StadsgraafError as error:
            self._say(BROKEN, mark + encode_error(error))

    def _say(self, kind: bytes, payload: bytes) -> None:
        if self._transport and not self.is_dead:
            self._transport.write(frame(kind, payload))

    def pause_writing(self) -> None:
        """Part of `asyncio.Protocol`: it takes no more now."""
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        """Part of `asyncio.Protocol`."""
        if self._room and not self._room.done():
            self._room.set_result(None)
        self._room = None

    def _tell_origin(self, error: StadsgraafError | None) -> None:
        """How the store did: what was wrong with the question is no fault of its."""
        if self._errand:
            self._errand.cancel()
            self._errand = None
        if self._owner.origin is None or not self.is_fetching:
            return
        is_slow = isinstance(error, QueryTimeout) and not self._is_late
        if error is None or not isinstance(error, StoreError) or is_slow:
            self._owner.origin.succeeded()
        else:
            self._owner.origin.failed()

    def _finish(self, *, tired: bool) -> None:
        self.reply = None
        self._let_go()
        self._owner.finished(self, tired=tired)

    def _hold_back(self, reply: Reply) -> None:
        if self._transport and reply.is_over_its_room and self.stalled_since is None:
            self.stalled_since = self._loop.time()
            self._transport.pause_reading()

    def go_on(self, reply: Reply) -> None:
        """The reader took something."""
        if not reply.is_over_its_room:
            self._let_go()

    def _let_go(self) -> None:
        if self._transport and self.stalled_since is not None:
            self.stalled_since = None
            self._transport.resume_reading()

    def abandon(self) -> None:
        """The reader left."""
        self.reply = None
        self._owner.abandon(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 – asyncio calls it so
        """Part of `asyncio.Protocol`."""
        if not self.is_dead:
            self._owner.lost(self)

    def seen(self, now: float) -> Running | None:
        """Its question, while it has one."""
        if self.asked is None or self.reply is None:
            return None
        if self.stalled_since is not None:
            return self.asked.seen("held-up", now)
        return self.asked.seen("slow" if self.is_slow else "running", now)

    def die(self, error: Exception | None) -> None:
        """It is to be no more; its reader, if any, gets the error."""
        self.is_dead = True
        self.resume_writing()
        if self._errand:
            self._errand.cancel()
        if self.reply and error:
            self.reply.fail(error)
        self.reply = None
        if self._transport:
            self._transport.abort()
