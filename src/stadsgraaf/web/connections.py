"""What a client may do to a connection before the application sees a request.

A head must be complete in time, small, and unambiguous, https://www.rfc-editor.org/rfc/rfc9112; a
response must be taken. Who does not keep to that is cut off: connections are what a server runs
out of first.
"""

import asyncio
import json
import re
import sys
from http import HTTPStatus
from typing import Any, ClassVar, Final, cast
from urllib.parse import unquote

import httptools
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from stadsgraaf.errors import (
    ExpectationFailed,
    HeadersTooLarge,
    RequestError,
    RequestTimeout,
    StadsgraafError,
    StoreBusy,
    Text,
    UnknownMethod,
    UriTooLong,
    VersionNotSupported,
)
from stadsgraaf.media import PROBLEM
from stadsgraaf.web.cycle import Cycle
from stadsgraaf.web.express import Express, Head, Passing
from stadsgraaf.web.headers import CORS, SECURITY
from stadsgraaf.web.lingering import Lingering
from stadsgraaf.web.promotion import Promotion, Record, is_of_network
from stadsgraaf.web.protocol import is_host

__all__ = ["GuardedProtocol", "guarded"]

#: Seconds in which what is in the lane comes back, and what came is read.
_SOON: Final = 0.05
#: Seconds that a connection may idle at least.
KEPT_SECONDS: Final = 5.0
#: Seconds in which a client must take something of a response that waits for it.
STALL_SECONDS: Final = 20.0
#: Seconds after which a client that found no room may come back.
RETRY_AFTER: Final = 2
#: Bytes that are read at once of what may be many requests; and that may wait behind one under way.
_AT_ONCE: Final = 512
_MEANWHILE: Final = 65_536
MAX_URL: Final = 65_536
MAX_HEADERS: Final = 32_768
MAX_FIELDS: Final = 100
_VERSIONS: Final = ("1.0", "1.1")
#: The one whose requests are a line without a version: likely as not it is no HTTP at all.
_NO_FIELDS: Final = "0.9"
#: The begin of a request whose method is a name, whether anybody knows it or not; RFC 9110, section 9.1.
_METHOD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) (?:/|\*|https?://)")
_BEGIN: Final = 80
#: What the parser says of versions that it does not know.
_NO_VERSION: Final = "Invalid HTTP version"
_LENGTHS: Final = frozenset((b"transfer-encoding", b"content-length"))
_AUTHORITY: Final = re.compile(rb"[^/?#]+")
#: Java's and curl's offer of HTTP/2, which is not taken. The parser would drop the body for it.
_UPGRADE: Final = re.compile(rb"\r\nupgrade(?=[ \t]*:)", re.IGNORECASE)


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with less patience."""

    #: The lane, while that answers.
    _promotion: Promotion | None = None
    _is_leaving = False
    #: Seconds in which the head of a request must be there.
    head_seconds: ClassVar[float]
    #: The short way of plain queries, if there is one.
    express: ClassVar[Express | None] = None
    #: The head of a request that it does not know yet, and what came while one is on that way.
    unknown: Head | None = None
    cycle: Any
    _meanwhile = b""
    _begin = b""
    _patience: asyncio.TimerHandle | None = None
    _since = 0.0
    _stall: asyncio.TimerHandle | None = None
    #: Whether a request may begin, whether it is a head that comes, and bytes since the last of a body.
    _is_between = True
    _is_head = False
    _head_size = 0
    _refused = False
    #: What is answered while others wait in the pipeline; who has said all that it will ask.
    _answered: Any = None
    _lingering: Lingering | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of `asyncio.Protocol`."""
        self.record = Record()
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn means what reads and writes
        self._expect_head()
        if self.limit_concurrency and len(self.connections) > self.limit_concurrency:
            self._refuse(StoreBusy(retry_after=RETRY_AFTER))

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of `asyncio.Protocol`."""
        self._cancel_timers()
        super().connection_lost(exc)
        if self._promotion:
            self._promotion.lose()
        if isinstance(self.cycle, Passing):
            self.cycle.hang_up()
        elif self._answered and not self._answered.response_complete:
            self._answered.disconnected = True  # uvicorn tells the last of the pipeline only
            self._answered.message_event.set()

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn never keeps the connection
        """Part of `asyncio.Protocol`: the client asks no more, and may wait for what it asked."""
        cycle = self.cycle
        if self._refused or not cycle or cycle.more_body:
            return False
        if cycle.response_complete and not self._meanwhile:  # else that is about to be taken
            return False
        self._lingering = Lingering(self.loop, self.transport, lambda: self._under_way)
        return True

    @property
    def _under_way(self) -> Any:
        """What is being answered."""
        return self._answered if self.pipeline else self.cycle

    def _cancel_timers(self) -> None:
        for timer in (self._patience, self._stall):
            if timer:
                timer.cancel()
        self._patience = self._stall = None

    # --- requests -------------------------------------------------------------------------------

    def _expect_head(self) -> None:
        self._head_size, self._since = 0, self.loop.time()
        if self._patience is None:
            self._patience = self.loop.call_later(
                min(KEPT_SECONDS, self.head_seconds), self._lose_patience
            )

    def _lose_patience(self) -> None:
        """Look whether the next head takes too long; one timer does for a connection's whole life."""
        if self._promotion:
            self._look_at_lane(self._promotion)
            return
        is_first, waits = self.cycle is None, self.cycle is None or self.cycle.response_complete
        is_idle = not is_first and not self._head_size
        left = self._since + (KEPT_SECONDS if is_idle else self.head_seconds) - self.loop.time()
        if waits and left <= 0:
            self._patience = None
            self._give_up()
        else:
            soon = min(left, KEPT_SECONDS) if waits else KEPT_SECONDS
            self._patience = self.loop.call_later(soon, self._lose_patience)

    def _look_at_lane(self, promotion: Promotion) -> None:
        """Have it back when nothing came for so long that it is to be closed."""
        left = self._since + KEPT_SECONDS - self.loop.time()
        if left <= 0:
            promotion.recall()
        self._patience = self.loop.call_later(max(left, _SOON), self._lose_patience)

    def _give_up(self) -> None:
        """Tell who began a head that it took too long; who said nothing is not told anything."""
        if self._head_size:
            self._refuse(RequestTimeout(seconds=self.head_seconds))
        else:
            self._close()

    def data_received(self, data: bytes) -> None:
        """Part of `asyncio.Protocol`."""
        if self._refused:
            return
        if self._meanwhile or self._has_to_wait():
            self._put_by(data)
            return
        if self.express and self._is_idle and self.express.take(self, data):
            return
        self.record.interrupt()
        if self._is_between or self._is_head:
            data = _without_upgrade(data)
        while data and not self._refused:
            if self._has_to_wait():
                self._put_by(data)
                return
            piece, data = _part(data)
            self._parse(piece)

    def _parse(self, data: bytes) -> None:
        self._head_size += len(data)
        if self._is_between or self._is_head:
            self._begin = data[:_BEGIN]
        super().data_received(data)
        if self._head_size > MAX_URL + MAX_HEADERS:
            self._refuse(HeadersTooLarge(limit=MAX_HEADERS))

    def _has_to_wait(self) -> bool:
        """Whether a request is under way, all of which is here: a pipeline is not to fill the memory."""
        return self._is_between and self.cycle is not None and not self.cycle.response_complete

    def _put_by(self, data: bytes) -> None:
        """Keep what came too early; reading goes on for a while, to hear of who leaves."""
        self._meanwhile += data
        if len(self._meanwhile) >= _MEANWHILE:
            self.flow.pause_reading()

    @property
    def _is_idle(self) -> bool:
        """Whether what comes is the begin of a request, and all before it is answered and taken."""
        is_free = self.cycle is None or self.cycle.response_complete
        return self._is_between and not self._head_size and is_free and not self.flow.write_paused

    # --- the lane -------------------------------------------------------------------------------

    @property
    def is_at_rest(self) -> bool:
        """Part of `Promotable`."""
        return (
            self._is_idle
            and not (self._meanwhile or self.pipeline or self._lingering or self._refused)
            and not self.transport.is_closing()
            and not self.transport.get_write_buffer_size()
            and not self._is_leaving
            and is_of_network(self.transport)
        )

    def go(self, promotion: Promotion) -> None:
        """Part of `Promotable`."""
        self._promotion = promotion
        self.flow.pause_reading()

    def note_answers(self, number: int) -> None:
        """Part of `Promotable`."""
        self._since = self.loop.time()
        self.server_state.total_requests += number

    def come_back(self, rest: bytes) -> None:
        """Part of `Promotable`."""
        self._promotion = None
        self.record.interrupt()
        if self.transport.is_closing():
            return
        if rest:
            self.transport.write(rest)
        self.flow.resume_reading()
        self._since = max(self._since, self.loop.time() - KEPT_SECONDS + _SOON)
        if self._is_leaving:
            self.loop.call_later(_SOON, self.shutdown)

    def break_off(self) -> None:
        """Part of `Promotable`."""
        self._promotion = None
        self.transport.abort()

    def shutdown(self) -> None:
        """Part of uvicorn's protocol: what came is answered, and then it is closed."""
        self._is_leaving = True
        if self._promotion:
            self._promotion.recall()
        else:
            super().shutdown()

    def go_ordinary(self, scope: Scope) -> "asyncio.Task[None]":
        """Answer a request without a body that was on the short way."""
        self.scope = cast("Any", scope)
        self.expect_100_continue = False
        self.cycle = self._answered = self._cycle(keep_alive=self.cycle.keep_alive)
        self.cycle.more_body = False
        self.cycle.message_event.set()
        task = self.loop.create_task(self.cycle.run_asgi(self.app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)
        return task

    def catch_up(self) -> None:
        """Take what came while a request was under way."""
        data, self._meanwhile = self._meanwhile, b""
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if data:
            self.data_received(data)
        if self._lingering and self.cycle.response_complete and not self._meanwhile:
            self._close()  # what was begun after the last request is none

    def on_message_begin(self) -> None:
        """Part of httptools' protocol."""
        self._is_head, self._is_between = True, False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Part of httptools' protocol; a field behind the body is none of the request's."""
        if self._is_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Part of httptools' protocol: what uvicorn does, with a cycle of ours."""
        self._is_head = False
        self._head_size = 0
        path, query, authority = _target(self.url)
        if authority is not None:  # RFC 9112, section 3.2.2: then the Host field says nothing
            self.headers[:] = [field for field in self.headers if field[0] != b"host"]
            self.headers.append((b"host", authority))
        if fault := self._fault():
            self._refuse(fault)
            return
        scope, version = self.scope, self.parser.get_http_version()
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["http_version"] = version
        scope["raw_path"], scope["query_string"] = path, query
        scope["path"] = unquote(path.decode("ascii")) if b"%" in path else path.decode("ascii")
        if self.express and self.unknown:
            self.express.learn(self.unknown, cast("Any", scope))
            self.unknown = None
        keep_alive = version != "1.0" and self.parser.should_keep_alive()
        before, self.cycle = self.cycle, self._cycle(keep_alive=keep_alive)
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def _cycle(self, *, keep_alive: bool) -> Cycle:
        return Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue and self.scope["http_version"] != "1.0",
            keep_alive=keep_alive,
            on_response=self.on_response_complete,
        )

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def _fault(self) -> StadsgraafError | None:
        """What is wrong with the head, if anything."""
        if len(self.url) > MAX_URL:
            return UriTooLong(limit=MAX_URL)
        size = sum(len(name) + len(value) for name, value in self.headers)
        if size > MAX_HEADERS or len(self.headers) > MAX_FIELDS:
            return HeadersTooLarge(limit=MAX_HEADERS)
        version = self.parser.get_http_version()
        return self._fault_of_fields(version) or self._fault_of_body(version)

    def _fault_of_fields(self, version: str) -> StadsgraafError | None:
        """What keeps the request from being understood."""
        if version == _NO_FIELDS:
            return RequestError(reason=Text("HTTP/1.1 is spoken here", "hier geldt HTTP/1.1"))
        if version not in _VERSIONS:
            return VersionNotSupported()
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (version == "1.1" and not hosts):
            return RequestError(
                reason=Text("there must be one Host header", "er moet één Host-header zijn")
            )
        if hosts and hosts[0] and not is_host(hosts[0].decode("latin-1")):
            return RequestError(
                reason=Text("the Host header names no host", "de Host-header noemt geen host")
            )
        for name, value in self.headers:  # RFC 9110, section 10.1.1
            if name == b"expect" and value.lower() != b"100-continue":
                return ExpectationFailed(expected=value.decode("latin-1"))
        return None

    def _fault_of_body(self, version: str) -> StadsgraafError | None:
        """What would keep the body from being read whole, and once."""
        lengths = {name: value for name, value in self.headers if name in _LENGTHS}
        if lengths and self.parser.should_upgrade():
            return RequestError(
                reason=Text(
                    "this server speaks HTTP/1.1 only: send the body without Upgrade",
                    "deze server spreekt alleen HTTP/1.1: stuur de inhoud zonder Upgrade",
                )
            )
        if len(lengths) > 1:
            return RequestError(
                reason=Text("the length is given in two ways", "de lengte is dubbel gegeven")
            )
        coding = lengths.get(b"transfer-encoding")
        if coding is not None and (version == "1.0" or coding.lower() != b"chunked"):
            return RequestError(
                reason=Text(
                    "the only Transfer-Encoding here is chunked, of HTTP/1.1",
                    "de enige Transfer-Encoding hier is chunked, van HTTP/1.1",
                )
            )
        return None

    def on_body(self, body: bytes) -> None:
        """Part of httptools' protocol."""
        self._head_size = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Part of httptools' protocol."""
        self._is_between = True
        if not self._refused:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls when the parser gives up, and has said why."""
        if not self._refused and not self.transport.is_closing():
            fault = sys.exc_info()[1]
            if isinstance(fault, httptools.HttpParserCallbackError):  # it stands for one of ours
                fault = fault.__context__
            self._refuse(self._unreadable(fault or msg))

    def _unreadable(self, fault: BaseException | str) -> StadsgraafError:
        """What the parser means by what it says."""
        method = _METHOD.match(self._begin)
        if isinstance(fault, httptools.HttpParserInvalidMethodError) and method:
            return UnknownMethod(method=method[1].decode("ascii"))
        if str(fault) == _NO_VERSION:
            return VersionNotSupported()
        if isinstance(fault, httptools.HttpParserInvalidURLError):
            reason = Text(
                "the address is no path and no http URL, or has characters that must be percent-encoded",
                "het adres is geen pad en geen http-URL, of heeft tekens die als %-codes moeten",
            )
        else:
            reason = Text(f"this is no HTTP/1.1: {fault}", "dit is geen HTTP/1.1")
        return RequestError(reason=reason)

    def _refuse(self, error: StadsgraafError) -> None:
        self._refused = True
        if self.cycle and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()  # what was begun is neither whole nor anything else
            return
        body = json.dumps(error.problem(), ensure_ascii=False).encode()
        head = (
            f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}\r\n"
            f"content-type: {PROBLEM.media_type}\r\n"
            f"content-length: {len(body)}\r\n"
            "cache-control: no-store\r\n"
            + "".join(
                f"{name.lower()}: {value}\r\n"
                for name, value in {**SECURITY, **CORS, **error.headers}.items()
            )
            + "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self._close()

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: the request is answered as if it had not asked for another protocol."""

    # --- responses ------------------------------------------------------------------------------

    def on_response_complete(self) -> None:
        """What a request's cycle calls at its end: what uvicorn does, but for its timer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._close()
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        if self._meanwhile:
            self._expect_head()
            self.loop.call_soon(self.catch_up)
        elif self._lingering:
            self._close()
        else:
            self.flow.resume_reading()
            self._expect_head()

    def _close(self) -> None:
        """Close when all is taken that is to be; who does not take the rest is not waited for."""
        self.transport.close()
        if self._stall is None and (waiting := self.transport.get_write_buffer_size()):
            self._watch_stall(waiting)

    def pause_writing(self) -> None:
        """Part of `asyncio.Protocol`."""
        super().pause_writing()
        self._watch_stall(self.transport.get_write_buffer_size())

    def _watch_stall(self, waiting: int) -> None:
        self._stall = self.loop.call_later(STALL_SECONDS, self._check_stall, waiting)

    def _check_stall(self, before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if waiting >= before:
            self.transport.abort()
        else:
            self._watch_stall(waiting)

    def resume_writing(self) -> None:
        """Part of `asyncio.Protocol`."""
        if self._stall and not self.transport.is_closing():
            self._stall.cancel()
            self._stall = None
        super().resume_writing()


def guarded(head_seconds: float, express: Express | None = None) -> type[GuardedProtocol]:
    """The protocol for who has so many seconds for the head of a request; with a short way or without."""
    members = {"head_seconds": head_seconds, "express": express}
    return type("_Guarded", (GuardedProtocol,), members)


def _target(url: bytes) -> tuple[bytes, bytes, bytes | None]:
    """Path and query of what is asked for, nearly always in origin form; else of which host it is.

    >>> _target(b"/sparql?query=ASK"), _target(b"http://[::1]:80/x")
    ((b'/sparql', b'query=ASK', None), (b'/x', b'', b'[::1]:80'))
    """
    if url.startswith(b"/") and b"#" not in url and url.isascii():
        path, _, query = url.partition(b"?")
        return path, query, None
    parsed = httptools.parse_url(url)
    rest = url.partition(b"://")[2] if parsed.schema else b""
    authority = _AUTHORITY.match(rest)
    return parsed.path, parsed.query or b"", authority[0] if authority else None


def _without_upgrade(data: bytes) -> bytes:
    """A head whose offer of another protocol is not read as one, RFC 9110, section 7.8."""
    if b"upgrade" not in data.lower():
        return data
    head, end, body = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"\r\nx-upgrade", head) + end + body


def _part(data: bytes) -> tuple[bytes, bytes]:
    r"""Not much more than `_AT_ONCE`, up to the end of a head; and the rest.

    >>> head = b"GET / HTTP/1.1\r\nX: " + b"y" * 600 + b"\r\n\r\n"
    >>> _part(head + b"GET") == (head, b"GET")
    True
    """
    end = data.find(b"\r\n\r\n", _AT_ONCE)
    return (data, b"") if end < 0 else (data[: end + 4], data[end + 4 :])
