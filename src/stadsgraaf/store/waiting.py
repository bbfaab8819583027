"""Who gets the next free worker: every client in turn, and its oldest and newest question in turn.

The oldest, because nothing is to be overtaken for ever by a client's own other connections; the newest,
because of more questions than can be answered some are to be answered soon. What waits too long all the
same fails, with the advice to come back.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from stadsgraaf.errors import StoreBusy, TooManyRequests

__all__ = ["RETRY_AFTER", "WaitingRoom"]

#: Seconds after which a refused client may come back.
RETRY_AFTER: Final = 2

_Place = TypeVar("_Place")


@dataclass
class _Line(Generic[_Place]):
    """What one client has waiting, the oldest first; and which end is called next."""

    waiting: list[asyncio.Future[_Place]] = field(default_factory=list)
    newest_next: bool = False

    def call(self) -> asyncio.Future[_Place] | None:
        while self.waiting:
            future = self.waiting.pop(-1 if self.newest_next else 0)
            if not future.done():
                self.newest_next = not self.newest_next
                return future
        return None


class WaitingRoom(Generic[_Place]):
    """Futures of a place, by client. Not more than ``length``, of which one client gets half."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._share = max(1, length // 2)
        self._clients: dict[str, _Line[_Place]] = {}

    def __len__(self) -> int:
        return sum(len(line.waiting) for line in self._clients.values())

    def join(self, client: str) -> asyncio.Future[_Place]:
        """Wait for a place. Raises TooManyRequests or StoreBusy when there is no room to wait."""
        line = self._clients.get(client) or _Line()
        if len(line.waiting) >= self._share:
            raise TooManyRequests(retry_after=RETRY_AFTER)
        if len(self) >= self._length:
            raise StoreBusy(retry_after=RETRY_AFTER)
        future: asyncio.Future[_Place] = asyncio.get_running_loop().create_future()
        self._clients.setdefault(client, line).waiting.append(future)
        future.add_done_callback(lambda done: self._leave(client, done))
        return future

    def _leave(self, client: str, done: asyncio.Future[_Place]) -> None:
        line = self._clients.get(client)
        if line and done in line.waiting:
            line.waiting.remove(done)
        if line and not line.waiting:
            del self._clients[client]

    def call(self, may_enter: Callable[[str], bool]) -> asyncio.Future[_Place] | None:
        """The next future to fill, of the client whose turn it is among those that may."""
        for client, line in list(self._clients.items()):
            if may_enter(client) and (future := line.call()):
                self._to_the_back(client)
                return future
        return None

    def _to_the_back(self, client: str) -> None:
        line = self._clients.pop(client)
        if line.waiting:
            self._clients[client] = line

    def send_home(self, error: Exception) -> None:
        """Everybody leaves with this error."""
        for line in list(self._clients.values()):
            for future in list(line.waiting):
                if not future.done():
                    future.set_exception(error)
