"""Which connections go to the lane, and what becomes of those there.

Who has asked some small new questions one after the other, on the short way, is likely to ask more: a
worker of the lane answers the connection itself from then on. At the first request of any other kind
the connection is back here; so it is when another release is switched to, and before the server stops.
"""

import socket
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from stadsgraaf.settings import Settings
from stadsgraaf.store.lane import Lane
from stadsgraaf.store.stationery import LARGEST
from stadsgraaf.web.cycle import lines_of
from stadsgraaf.web.edition import Edition
from stadsgraaf.web.observing import Observed
from stadsgraaf.web.sparql import SparqlEndpoint

__all__ = ["ENOUGH", "Promotable", "Promotion", "Record", "is_of_network", "is_offered", "is_small"]

#: New questions in a row until a connection goes to the lane; and how quick and small their answers are.
ENOUGH: Final = 16
_QUICK: Final = 1.0
#: Heads that are known of a connection: clients ask for several formats.
_HEADS: Final = 8
#: Seconds that a question may take at least, for the lane does not count them.
_LEAST: Final = 1.0
_INTERNET: Final = (socket.AF_INET, socket.AF_INET6)


class Record:
    """What a connection had lately: how many small new questions in a row, and the heads of these."""

    def __init__(self) -> None:
        self.number = 0
        self.heads: dict[Any, None] = {}
        self._of: object = None

    def note(self, of: object, head: Any) -> None:
        """One more; ``of`` says of which release and client, which must be the same for all."""
        if of != self._of:
            self._of, self.number = of, 0
            self.heads.clear()
        self.number += 1
        self.heads[head] = None
        if len(self.heads) > _HEADS:
            del self.heads[next(iter(self.heads))]

    def interrupt(self) -> None:
        """Something else came."""
        self.number = 0


class Promotable(Protocol):
    """A connection that can go to the lane and come back."""

    transport: Any
    record: "Record"

    @property
    def is_at_rest(self) -> bool:
        """Whether all that came is answered, and all answers have gone out."""
        ...

    def go(self, promotion: "Promotion") -> None:
        """Read nothing until it comes back."""
        ...

    def note_answers(self, number: int) -> None:
        """So many requests were answered in the lane."""
        ...

    def come_back(self, rest: bytes) -> None:
        """Write this, and read again."""
        ...

    def break_off(self) -> None:
        """Part of an answer went out, and the rest is lost."""
        ...


def is_offered(settings: Settings) -> bool:
    """Whether there is a lane; where each request is told of, or may take hardly any time, there is none."""
    is_counted = settings.log_requests == "all" or settings.query_timeout < _LEAST
    return settings.lane_workers > 0 and not is_counted


def is_of_network(transport: Any) -> bool:
    """Whether a connection is one that the lane can have."""
    found = transport.get_extra_info("socket")
    return found is not None and found.family in _INTERNET


def is_small(seconds: float, body: bytes, allowed: float | None) -> bool:
    """Whether such an answer would be one of the lane's; ``allowed`` is what it may take at most."""
    is_quick = seconds < _QUICK and (allowed is None or allowed >= _LEAST)
    return is_quick and len(body) < LARGEST


class Promotion:
    """A connection in the lane: part of `Guest`."""

    def __init__(
        self,
        connection: Promotable,
        edition: Edition,
        endpoint: SparqlEndpoint,
        observed: Observed,
        route: str,
        client: str,
    ) -> None:
        self.client = client
        self._connection: Promotable | None = connection
        self._edition = edition
        self._endpoint = endpoint
        self._observed = observed
        self._route = route
        self._lane: Lane

    def begin(self, lane: Lane, write: Callable[[], Sequence[bytes]]) -> bool:
        """Go to the lane, with the stationery of ``write``; False when there is no place."""
        if not lane.invite(self, write):
            return False
        self._lane = lane
        self._edition.enter()
        assert self._connection  # noqa: S101 – until it comes back
        self._connection.go(self)
        return True

    def recall(self) -> None:
        """Come back soon."""
        self._lane.recall(self)

    def lose(self) -> None:
        """The connection is lost."""
        self._connection = None
        self._lane.recall(self)

    # --- what the lane tells --------------------------------------------------------------------

    @property
    def line(self) -> Any:
        """Part of `Guest`."""
        return self._connection and self._connection.transport.get_extra_info("socket")

    @property
    def note(self) -> bytes:
        """Part of `Guest`."""
        return lines_of(self._endpoint.share(self.client))

    def answered(self, seconds: Sequence[float]) -> None:
        """Part of `Guest`."""
        for each in seconds:
            self._observed.metrics.count(self._route, "GET", 200, each)
        if self._connection:
            self._connection.note_answers(len(seconds))

    def came_back(self, rest: bytes = b"") -> None:
        """Part of `Guest`."""
        connection, self._connection = self._connection, None
        self._edition.leave()
        if connection:
            connection.come_back(rest)

    def broke_off(self) -> None:
        """Part of `Guest`."""
        connection, self._connection = self._connection, None
        self._edition.leave()
        if connection:
            connection.break_off()
