"""Every request, seen from outside: its identifier, its line in the log, its numbers, its span.

The identifier is the client's own in ``X-Request-ID``, when it is a decent one, else ours; the
answer carries it. What a person may have written is not said: no query string, no address, and the
text of a query only when the settings say so.
"""

import logging
import re
import time
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stadsgraaf.errors import StadsgraafError
from stadsgraaf.logs import REQUEST
from stadsgraaf.settings import Settings
from stadsgraaf.store.stationery import identifier as new_identifier
from stadsgraaf.web.metrics import Metrics
from stadsgraaf.web.problems import render
from stadsgraaf.web.sparing import Sparing
from stadsgraaf.web.tracing import Tracing

__all__ = ["ID", "NOTES", "SINCE", "Observed", "Seen", "identifier_of", "route_of"]

#: In the scope: what is worth saying of a request, filled in by who answers it.
NOTES: Final = "stadsgraaf.notes"
#: In the scope: when it came, by the performance counter, if that was not just now.
SINCE: Final = "stadsgraaf.since"

_DECENT: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
#: The field of a response that has the identifier of its request.
ID: Final = b"x-request-id"
_RELEASE: Final = b"stadsgraaf-release"
_ERROR: Final = 500
#: Lines about errors that are written at once, and per second from then on.
_MOST_LINES: Final = 100
_LINES_PER_SECOND: Final = 5.0
_LANGUAGES: Final = frozenset(("nl", "en"))
_METHODS: Final = frozenset(("GET", "HEAD", "POST", "OPTIONS", "QUERY", "DELETE"))

_log = logging.getLogger("stadsgraaf.requests")
_faults = logging.getLogger(__name__)


def route_of(path: str, known: frozenset[str]) -> str:
    """The part of the site that a path belongs to: few values, whatever clients ask.

    >>> route_of("/en/doc/city/breda.ttl", frozenset(("doc",))), route_of("/x", frozenset())
    ('/doc', 'other')
    """
    parts = path.strip("/").split("/", 2)
    if parts[0] in _LANGUAGES:
        parts = parts[1:] or [""]
    first = parts[0].partition(".")[0] if parts[0] not in known else parts[0]
    if not parts[0]:
        return "/"
    return f"/{first}" if first in known else "other"


class Observed:
    """``app = Observed(editions, settings, editions.metrics, routes, Tracing(settings))``."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        metrics: Metrics,
        routes: frozenset[str],
        tracing: Tracing,
    ) -> None:
        self._app = app
        self._said = settings.log_requests
        self._sparing = Sparing(_MOST_LINES, _LINES_PER_SECOND, time.monotonic)
        self._says_queries = settings.log_queries
        self.metrics = metrics
        self._routes = routes
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and remember how."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = identifier_of(scope["headers"])
        seen = Seen(identifier, send)
        scope[NOTES] = seen.notes
        token = REQUEST.set(identifier.decode("ascii"))
        route = self.route(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.under_way += 1
        begun: float = scope.get(SINCE, time.perf_counter())
        try:
            with self._tracing.span(route, method, scope["headers"]) as span:
                try:
                    await self._app(scope, receive, seen)
                except Exception:
                    if seen.status:
                        seen.broke_off = True
                        raise
                    _faults.exception("an error that nobody expected")
                    await render(StadsgraafError(), scope)(scope, receive, seen)
                finally:
                    self._tracing.finish(span, seen.status, seen.release)
        finally:
            REQUEST.reset(token)
            self.metrics.under_way -= 1
            self.remember(route, scope, seen, time.perf_counter() - begun)

    def route(self, scope: Scope) -> str:
        """The part of the site that a request is for."""
        return route_of(scope["path"], self._routes)

    def remember(self, route: str, scope: Mapping[str, Any], seen: "Seen", seconds: float) -> None:
        """Count a request, and say how it was answered."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.count(route, method, seen.status, seconds)
        if seen.broke_off:
            self.metrics.broken.inc()
        self._say(scope, seen, seconds)

    def _say(self, scope: Mapping[str, Any], seen: "Seen", seconds: float) -> None:
        is_wrong = seen.status >= _ERROR or seen.broke_off
        if self._said == "none" or (self._said == "errors" and not is_wrong):
            return
        kept_back = self._sparing.kept_back() if self._said == "errors" else 0
        if kept_back is None:
            return
        extra: dict[str, Any] = {
            "method": scope["method"],
            "path": scope["path"],
            "status": seen.status,
            "seconds": round(seconds, 4),
            "bytes": seen.size,
            "release": seen.release,
        }
        if seen.broke_off:
            extra["broken_off"] = True
        if kept_back:
            extra["kept_back"] = kept_back
        if self._says_queries and "query" in seen.notes:
            extra["query"] = seen.notes["query"]
        token = REQUEST.set(seen.identifier.decode("ascii"))
        _log.log(logging.WARNING if is_wrong else logging.INFO, "answered", extra=extra)
        REQUEST.reset(token)


def identifier_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The identifier of a request with these headers."""
    given = [value for name, value in headers if name == ID]
    if len(given) == 1 and _DECENT.fullmatch(given[0]):
        return bytes(given[0])
    return new_identifier()


class Seen:
    """What goes out, on its way to ``send``."""

    def __init__(self, identifier: bytes, send: Send | None = None) -> None:
        self.identifier = identifier
        self.status = 0
        self.size = 0
        self.release = ""
        self.broke_off = False
        self.notes: dict[str, Any] = {}
        self._send = send

    def __call__(self, message: Message) -> Awaitable[None]:
        """Part of ASGI: what an application sends."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            fields = message["headers"]
            for name, value in reversed(fields):
                if name == _RELEASE:
                    self.release = value.decode("ascii")
                    break
            message = {**message, "headers": [*fields, (ID, self.identifier)]}
        else:
            self.size += len(message.get("body", b""))
        assert self._send  # noqa: S101 – only what has a way out is called
        return self._send(message)
