"""One request and its response on a connection, as uvicorn has it, written in fewer pieces.

The head of a response goes out with its body, in one system call; and the lines of a head, which are
nearly all the same from one response to the next, are checked and written once.
RFC 9112, section 4, https://www.rfc-editor.org/rfc/rfc9112#name-message-format
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

__all__ = ["STATUS_LINE", "Cycle", "head_of", "lines_of"]

#: What no name and no value of a field may have, RFC 9110, section 5.
_BAD_NAME: Final = re.compile(rb'[\x00-\x20\x7f()<>@,;:\\"/\[\]={}]')
_BAD_VALUE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
#: Fields that are another for every response: not worth remembering.
_CHANGING: Final = frozenset((b"x-request-id", b"etag", b"content-length", b"ratelimit"))
#: Fields that say how the body is written, and whether the connection stays.
_FRAMING: Final = frozenset((b"content-length", b"transfer-encoding", b"connection"))
#: Bytes of a value that is worth remembering.
_LONGEST: Final = 1024
_WITHOUT_BODY: Final = frozenset((204, 304))


def _line(name: bytes, value: bytes) -> bytes:
    """A line of a head. Raises RuntimeError when it cannot be one."""
    if _BAD_NAME.search(name) or _BAD_VALUE.search(value):
        raise RuntimeError(f"invalid header: {name!r}")
    return name + b": " + value + b"\r\n"


_usual_line = lru_cache(maxsize=1024)(_line)


def _line_of(name: bytes, value: bytes) -> bytes:
    is_usual = name not in _CHANGING and len(value) <= _LONGEST
    return _usual_line(name, value) if is_usual else _line(name, value)


def lines_of(fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The lines of a head. Raises RuntimeError when a field cannot be one."""
    return b"".join([_line_of(*pair) for pair in fields])


def head_of(status: int, *parts: bytes) -> bytes:
    """A head of lines that are written already."""
    return b"".join((STATUS_LINE[status], *parts, b"\r\n"))


class Cycle(RequestResponseCycle):
    """What uvicorn gives an application as ``receive`` and ``send``."""

    #: How many pieces of the response were written.
    pieces = 0
    _head = b""

    @property
    def takes_interim(self) -> bool:
        """Whether the client knows responses that come before the response."""
        return self.scope["http_version"] != "1.0"

    async def send(self, message: Any) -> None:
        """Part of ASGI."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        kind = message["type"]
        if not self.response_started and kind == "http.response.start":
            self._begin(message["status"], message.get("headers", ()))
        elif self.response_started and not self.response_complete and kind == "http.response.body":
            self._go_on(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"unexpected ASGI message {kind!r}")

    def _begin(self, status: int, fields: Any) -> None:
        self.response_started = True
        self.waiting_for_100_continue = False
        lines = [STATUS_LINE[status]]
        for name, value in (*self.default_headers, *fields):
            lines.append(_line_of(name, value))
            if name in _FRAMING:
                self._frame(name, value)
        if not self.keep_alive and b"connection" not in {name for name, _ in fields}:
            lines.append(b"connection: close\r\n")
        if (
            self.chunked_encoding is None
            and self.scope["method"] != "HEAD"
            and status not in _WITHOUT_BODY
        ):
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        self._head = b"".join(lines)

    def _frame(self, name: bytes, value: bytes) -> None:
        if name == b"content-length" and self.chunked_encoding is None:
            self.expected_content_length = int(value)
            self.chunked_encoding = False
        elif name == b"transfer-encoding" and value.lower() == b"chunked":
            self.expected_content_length = 0
            self.chunked_encoding = True
        elif name == b"connection" and b"close" in value.lower():
            self.keep_alive = False

    def _go_on(self, body: bytes, *, more: bool) -> None:
        head, self._head = self._head, b""
        data = head + self._framed(body, more=more) if head else self._framed(body, more=more)
        if data:
            self.pieces += 1
            self.transport.write(data)
        if not more:
            self._end()

    def _framed(self, body: bytes, *, more: bool) -> bytes:
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            return b""
        if self.chunked_encoding:
            chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            return chunk if more else chunk + b"0\r\n\r\n"
        self.expected_content_length -= len(body)
        if self.expected_content_length < 0:
            raise RuntimeError("Response content longer than Content-Length")
        return body

    def _end(self) -> None:
        if self.expected_content_length:
            raise RuntimeError("Response content shorter than Content-Length")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        cast("Any", self.on_response)()
