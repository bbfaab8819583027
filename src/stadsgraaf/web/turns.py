"""Long work in the one thread of the server: in pieces, between which others go first.

Work is a generator that pauses now and then, and returns what comes of it:

>>> def total(numbers: range) -> Steps[int]:
...     found = 0
...     for number in numbers:
...         found += number
...         yield
...     return found
>>> at_once(total(range(4))), asyncio.run(in_pieces(total(range(4))))
(6, 6)
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Generator
from typing import Final, TypeVar

from stadsgraaf.store.waiting import WaitingRoom

__all__ = ["Steps", "Turns", "at_once", "in_pieces"]

#: Seconds that a piece takes, about.
_PIECE: Final = 0.001

_Found = TypeVar("_Found")
Steps = Generator[None, None, _Found]


def at_once(work: Steps[_Found]) -> _Found:
    """What comes of work, done without a pause."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: _Found = end.value
            return found


async def in_pieces(work: Steps[_Found]) -> _Found:
    """What comes of work; whatever else is to be done is done between its pieces."""
    end = time.monotonic() + _PIECE
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: _Found = done.value
            return found
        if time.monotonic() > end:
            await asyncio.sleep(0)
            end = time.monotonic() + _PIECE


class Turns:
    """Who does such work: one at a time, and every client in turn; ``length`` may wait, of one client half.

    ::

        async with turns.of(client):
            table = await in_pieces(…)
    """

    def __init__(self, length: int) -> None:
        self._waiting: WaitingRoom[asyncio.Future[None]] = WaitingRoom(length)
        self._is_taken = False

    @contextlib.asynccontextmanager
    async def of(self, client: str) -> AsyncIterator[None]:
        """A client's turn. Raises TooManyRequests or StoreBusy when too many wait for theirs."""
        if self._is_taken:
            await self._wait(client)
        self._is_taken = True
        try:
            yield
        finally:
            self._call_next()

    async def _wait(self, client: str) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.join(client, turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._waiting.leave(client, turn)
            else:  # it was called just now
                self._call_next()
            raise

    def _call_next(self) -> None:
        while turn := self._waiting.call(lambda _: True):
            if not turn.done():  # else who waited for it has left
                turn.set_result(None)
                return
        self._is_taken = False
