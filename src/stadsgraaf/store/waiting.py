"""Who gets the next free worker: every client its turn, and of one client the newest question.

The newest, because when a client has more waiting than can be served, the oldest is the one that it
has given up on. A short queue stays fair; a long one fails early, with the advice to come back.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from stadsgraaf.errors import StoreBusy, TooManyRequests

__all__ = ["RETRY_AFTER", "WaitingRoom"]

#: Seconds after which a refused client may come back.
RETRY_AFTER: Final = 2

_Place = TypeVar("_Place")


class WaitingRoom(Generic[_Place]):
    """Futures of a place, by client. Not more than ``length``, of which one client gets half."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._share = max(1, length // 2)
        self._clients: dict[str, list[asyncio.Future[_Place]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._clients.values()))

    def join(self, client: str) -> asyncio.Future[_Place]:
        """Wait for a place. Raises TooManyRequests or StoreBusy when there is no room to wait."""
        waiting = self._clients.get(client, [])
        if len(waiting) >= self._share:
            raise TooManyRequests(retry_after=RETRY_AFTER)
        if len(self) >= self._length:
            raise StoreBusy(retry_after=RETRY_AFTER)
        future: asyncio.Future[_Place] = asyncio.get_running_loop().create_future()
        self._clients.setdefault(client, waiting).append(future)
        future.add_done_callback(lambda done: self._leave(client, done))
        return future

    def _leave(self, client: str, done: asyncio.Future[_Place]) -> None:
        waiting = self._clients.get(client, [])
        if done in waiting:
            waiting.remove(done)
        if not waiting:
            self._clients.pop(client, None)

    def call(self, may_enter: Callable[[str], bool]) -> asyncio.Future[_Place] | None:
        """The next future to fill, of the client whose turn it is among those that may."""
        for client, waiting in list(self._clients.items()):
            if not may_enter(client):
                continue
            while waiting:
                future = waiting.pop()
                if not future.done():
                    self._to_the_back(client)
                    return future
        return None

    def _to_the_back(self, client: str) -> None:
        waiting = self._clients.pop(client)
        if waiting:
            self._clients[client] = waiting

    def send_home(self, error: Exception) -> None:
        """Everybody leaves with this error."""
        for waiting in list(self._clients.values()):
            for future in list(waiting):
                if not future.done():
                    future.set_exception(error)
