"""Clients that end their side of a connection once they have asked, as ``nc -N`` does.

They wait for their answer; who is gone sends the very same FIN. nginx and uvicorn take both for gone,
Oxigraph neither. Here they are told apart: an interim response, which a client of HTTP/1.1 passes over
(RFC 9110, section 15.2.1), is refused with a reset by who is gone. Where none may be sent, to HTTP/1.0
or amid a response, a client gets some seconds in which nothing comes, and what comes tells as well.
"""

import socket
from collections.abc import Callable
from typing import Any, Final

__all__ = ["Lingering"]

#: Seconds until the first interim response, for most answers are there before; after which it is looked
#: whether it was refused; and until the next one.
_SOON: Final = 0.05
_LATER: Final = 5.0
#: Seconds between looks where nothing may be sent.
_WATCH: Final = 1.0
#: How often it is looked in vain, where nothing may be sent, until a client is taken for gone.
_PATIENCE: Final = 5
_INTERIM: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Lingering:
    """Looks after such a client until its connection is lost.

    ``cycle`` tells what is being answered.
    """

    def __init__(self, loop: Any, transport: Any, cycle: Callable[[], Any]) -> None:
        self._loop = loop
        self._transport = transport
        self._cycle = cycle
        self._seen: tuple[object, int] | None = None
        self._quiet = 0
        loop.call_later(_SOON, self._next)

    def _ask(self) -> None:
        cycle = self._cycle()
        if not cycle.response_started and cycle.takes_interim:
            self._transport.write(_INTERIM)
            self._loop.call_later(_SOON, self._hear)
        else:
            self._watch(cycle)

    def _hear(self) -> None:
        if self._is_alive():
            self._loop.call_later(_LATER, self._next)

    def _next(self) -> None:
        if self._is_alive():
            self._ask()

    def _watch(self, cycle: Any) -> None:
        seen = (cycle, cycle.pieces)
        waits = seen == self._seen and not self._transport.get_write_buffer_size()
        self._seen, self._quiet = seen, self._quiet + 1 if waits else 0
        if self._quiet < _PATIENCE:
            self._loop.call_later(_WATCH, self._next)
        else:
            self._transport.abort()

    def _is_alive(self) -> bool:
        """Whether there still is a connection; one that was reset is lost at once."""
        if self._transport.is_closing():
            return False
        if self._transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._transport.abort()
            return False
        return True
