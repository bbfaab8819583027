"""A question that the pool took on, until its answer begins."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from stadsgraaf.errors import StadsgraafError, StoreBusy
from stadsgraaf.store.base import Answer, Limits, Running, WholeAnswer
from stadsgraaf.store.reply import KilledElsewhereError, Reply
from stadsgraaf.store.waiting import RETRY_AFTER

__all__ = ["Desk", "Inquiry"]

#: How often a question is put to another worker when somebody killed the first.
_ATTEMPTS: Final = 3


class Desk(Protocol):
    """Where questions are put."""

    def put(self, inquiry: "Inquiry") -> None:
        """Have a worker answer it, now or when it is its turn. Raises when there is no room to wait."""
        ...

    def withdraw(self, inquiry: "Inquiry") -> None:
        """It waits no longer."""
        ...


@dataclass(eq=False)
class Inquiry:
    """It waits for a worker, has one that replies, or failed; part of `Begun`.

    ``told`` is called once: when the answer begins, is whole, or will not come. ``since`` is when it was
    put, in the loop's time, and ``waiting_since`` when it was put last.
    """

    desk: Desk
    number: int
    client: str
    query: str
    payload: bytes
    limits: Limits
    told: Callable[[], None] | None
    since: float
    waiting_since: float = 0.0
    reply: Reply | None = None
    _attempts: int = 1
    _error: Exception | None = None
    _news: asyncio.Future[None] | None = None

    @property
    def whole(self) -> WholeAnswer | None:
        """Part of `Begun`."""
        return self.reply.whole if self.reply else None

    def hear(self) -> None:
        """The reply begins, is whole, or failed."""
        if not self._was_killed or not self._put_again():
            self._tell()

    @property
    def _was_killed(self) -> bool:
        return self.reply is not None and isinstance(self.reply.error, KilledElsewhereError)

    def _put_again(self) -> bool:
        """Somebody killed its worker: have another one asked, or have it failed."""
        self.reply = None
        if self._attempts >= _ATTEMPTS:
            self._error = StoreBusy(retry_after=RETRY_AFTER)
            return False
        self._attempts += 1
        try:
            self.desk.put(self)
        except StadsgraafError as error:
            self._error = error
            return False
        return True

    def fail(self, error: Exception) -> None:
        """There will be no reply."""
        self._error = error
        self._tell()

    def _tell(self) -> None:
        if self._news and not self._news.done():
            self._news.set_result(None)
        told, self.told = self.told, None
        if told:
            told()

    async def answer(self) -> Answer:
        """Part of `Begun`."""
        try:
            while not self._is_settled():
                self._news = asyncio.get_running_loop().create_future()
                await self._news
        except asyncio.CancelledError:
            self.abandon()
            raise
        if self._error or self.reply is None:
            raise self._error or StoreBusy(retry_after=RETRY_AFTER)
        try:
            return Answer(*self.reply.started(), self.reply, self.reply.size)
        except BaseException:
            self.abandon()
            raise

    def _is_settled(self) -> bool:
        if self._was_killed:  # since it began
            self._put_again()
        return bool(self._error or (self.reply and self.reply.has_begun))

    def abandon(self) -> None:
        """Part of `Begun`."""
        self.told = None
        if self.reply:
            self.reply.close()
        else:
            self.desk.withdraw(self)

    def seen(self, state: Literal["waiting", "running", "slow", "held-up"], now: float) -> Running:
        """What who looks after the pool sees of it."""
        return Running(str(self.number), self.client, self.query, state, now - self.since)
