"""Who gets the next free worker: every client in turn, and its oldest and newest question in turn.

The oldest, because nothing is to be overtaken for ever by a client's own other connections; the newest,
because of more questions than can be answered some are to be answered soon. Whose turn is later, because
of what is known of its questions, is called after others, but not after all that come.

>>> room = WaitingRoom[str](10)
>>> for question in ("a1", "a2", "a3", "b1"):
...     room.join(question[0], question)
>>> [room.call(lambda client: True) for _ in range(4)]
['a1', 'b1', 'a3', 'a2']
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from stadsgraaf.errors import StoreBusy, TooManyRequests

__all__ = ["RETRY_AFTER", "WaitingRoom"]

#: Seconds after which a refused client may come back.
RETRY_AFTER: Final = 2

#: How many may be called in a row before one whose turn is later.
_PASSING: Final = 16

_Question = TypeVar("_Question")


@dataclass
class _Line(Generic[_Question]):
    """What one client has waiting, the oldest first; and which end is called next."""

    waiting: list[_Question] = field(default_factory=list)
    newest_next: bool = False

    def call(self) -> _Question:
        found = self.waiting.pop(-1 if self.newest_next else 0)
        self.newest_next = not self.newest_next
        return found


class WaitingRoom(Generic[_Question]):
    """Questions, by client. Not more than ``length``, of which one client gets half."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._share = max(1, length // 2)
        self._clients: dict[str, _Line[_Question]] = {}
        self._passing = 0

    def __len__(self) -> int:
        return sum([len(line.waiting) for line in self._clients.values()])

    def __iter__(self) -> Iterator[_Question]:
        for line in list(self._clients.values()):
            yield from list(line.waiting)

    def join(
        self,
        client: str,
        question: _Question,
        turn: Callable[[str], int] = lambda client: 0,  # noqa: ARG005 – all are alike
    ) -> _Question | None:
        """Wait for a worker; one whose ``turn`` is later may have to go for that, which is returned.

        Raises TooManyRequests or StoreBusy when there is no room to wait.
        """
        line = self._clients.get(client) or _Line()
        if len(line.waiting) >= self._share:
            raise TooManyRequests(retry_after=RETRY_AFTER)
        sent_away = None
        if len(self) >= self._length:
            sent_away = self._make_room(turn, turn(client))
        self._clients.setdefault(client, line).waiting.append(question)
        return sent_away

    def _make_room(self, turn: Callable[[str], int], wanted: int) -> _Question:
        """The last question of the last client whose turn is latest. Raises StoreBusy if none is later."""
        last = max(reversed(self._clients), key=turn)
        if turn(last) <= wanted:
            raise StoreBusy(retry_after=RETRY_AFTER)
        line = self._clients[last]
        question = line.waiting.pop()
        if not line.waiting:
            del self._clients[last]
        return question

    def leave(self, client: str, question: _Question) -> bool:
        """Wait no longer; False when it did not."""
        line = self._clients.get(client)
        if line is None or question not in line.waiting:
            return False
        line.waiting.remove(question)
        if not line.waiting:
            del self._clients[client]
        return True

    def call(
        self,
        may_enter: Callable[[str], bool],
        turn: Callable[[str], int] = lambda client: 0,  # noqa: ARG005 – all are alike
    ) -> _Question | None:
        """The next question to ask: of those that may, of a client with the lowest ``turn``."""
        client = self._next(filter(may_enter, self._clients), turn)
        if client is None:
            return None
        line = self._clients.pop(client)  # to the back
        found = line.call()
        if line.waiting:
            self._clients[client] = line
        return found

    def _next(self, clients: Iterator[str], turn: Callable[[str], int]) -> str | None:
        first = found = next(clients, None)
        if first is not None and self._passing < _PASSING and (lowest := turn(first)):
            for client in clients:  # all: the last of a crowd may be its only quick one
                if (wanted := turn(client)) < lowest:
                    found, lowest = client, wanted
                if not lowest:
                    break
        self._passing = self._passing + 1 if found != first else 0
        return found
