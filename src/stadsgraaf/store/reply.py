"""The answer that a worker is giving, on its way to who reads it."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from stadsgraaf.errors import StoreUnavailable
from stadsgraaf.media import Form, Format
from stadsgraaf.store.base import Limits, WholeAnswer

__all__ = ["KilledElsewhereError", "Reply", "Replying", "Spool"]


class KilledElsewhereError(Exception):
    """Somebody killed the worker before anything of its answer was read: ask another one."""


@dataclass
class Spool:
    """How much of answers may wait for slow readers, in bytes; beyond it, workers wait."""

    total: int = 134_217_728
    each: int = 16_777_216
    least: int = 262_144
    used: int = 0

    @property
    def room(self) -> int:
        """What one answer may keep waiting now."""
        return self.each if self.used < self.total else self.least


class Replying(Protocol):
    """Who gives an answer."""

    def go_on(self, reply: "Reply") -> None:
        """The reader took something."""
        ...

    def abandon(self) -> None:
        """The reader left."""
        ...


class Reply:
    """The answer that a worker is giving: part of `Chunks`."""

    def __init__(
        self, worker: Replying, limits: Limits, spool: Spool, begun: Callable[[], None]
    ) -> None:
        self.limits = limits
        self.head: tuple[Form, Format] | None = None
        self.error: Exception | None = None
        self.was_read = False
        self._worker: Replying | None = worker
        self._begun: Callable[[], None] | None = begun
        self._spool = spool
        self._chunks: deque[bytes] = deque()
        self._waiting = 0
        self._size = 0
        self._ended = False
        self._news: asyncio.Future[None] | None = None

    @property
    def size(self) -> int | None:
        """The size of the answer, when all of it is here."""
        return self._size if self._ended else None

    @property
    def has_begun(self) -> bool:
        """Whether the first bytes are here, or all of it, or it failed."""
        return bool(self.error or self._ended or (self.head and self._chunks))

    @property
    def whole(self) -> WholeAnswer | None:
        """All of the answer, when all of it is here and nothing was read."""
        if not self._ended or self.error or self.head is None or self.was_read:
            return None
        return WholeAnswer(*self.head, b"".join(self._chunks))

    @property
    def is_over_its_room(self) -> bool:
        """Whether the reader lags so far behind that the worker must wait."""
        return self._waiting > self._spool.room

    # The worker's side

    def feed(self, data: bytes) -> None:
        """More of the answer."""
        self._chunks.append(data)
        self._count(len(data))
        self._size += len(data)
        self._tell()

    def complete(self, head: tuple[Form, Format], body: bytes) -> None:
        """All of the answer, in one piece."""
        self.head = head
        self._chunks.append(body)
        self._count(len(body))
        self._size = len(body)
        self.end()

    def end(self) -> None:
        """The answer is complete."""
        self._ended = True
        self._worker = None
        self._tell()

    def fail(self, error: Exception) -> None:
        """There is no more; what has not been read will not be."""
        self.error = error
        self._worker = None
        self._drop()
        self._tell()

    def _count(self, size: int) -> None:
        self._waiting += size
        self._spool.used += size

    def _drop(self) -> None:
        self._chunks.clear()
        self._count(-self._waiting)

    def _tell(self) -> None:
        if self._news and not self._news.done():
            self._news.set_result(None)
        if self._begun and self.has_begun:
            begun, self._begun = self._begun, None
            begun()

    # The reader's side

    def started(self) -> tuple[Form, Format]:
        """What is answered, of a reply that has begun. Raises what it failed with."""
        if self.error:
            raise self.error
        if not self.head:
            raise StoreUnavailable(reason="a worker ended without an answer")
        self.was_read = True  # from here on nobody else can be asked
        return self.head

    async def _listen(self) -> None:
        self._news = asyncio.get_running_loop().create_future()
        try:
            await self._news
        finally:
            self._news = None

    def __aiter__(self) -> "Reply":
        return self

    async def __anext__(self) -> bytes:
        while not self._chunks:
            if self.error:
                raise self.error
            if self._ended:
                raise StopAsyncIteration
            await self._listen()
        self.was_read = True
        chunk = self._chunks.popleft()
        self._count(-len(chunk))
        if self._worker:
            self._worker.go_on(self)
        return chunk

    async def aclose(self) -> None:
        """Part of `Chunks`."""
        self.close()

    def close(self) -> None:
        """Stop the work behind this answer."""
        self._ended, self._begun = True, None
        self._drop()
        if self._worker:
            worker, self._worker = self._worker, None
            worker.abandon()
