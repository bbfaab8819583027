"""Delivery of what the pages answer: remembered, compressed, and revalidated.

A release never changes, so the same request gets the same bytes: conditional requests follow RFC
9110, section 13, https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stadsgraaf.coding import choose, is_packable, pack, tagged
from stadsgraaf.errors import PreconditionFailed
from stadsgraaf.web.conditions import held
from stadsgraaf.web.problems import render

__all__ = ["Delivery"]

Headers = tuple[tuple[bytes, bytes], ...]

_METHODS: Final = frozenset(("GET", "HEAD"))
#: Larger answers stream through: they are neither kept nor compressed here.
_LARGEST = 4_194_304
_LONGEST_KEY = 4096
_KEPT_304 = frozenset(
    (
        b"etag",
        b"cache-control",
        b"vary",
        b"content-location",
        b"link",
        b"access-control-allow-origin",
    )
)


@dataclass(frozen=True)
class _Kept:
    """One whole answer, and its packed forms by coding, once somebody asked for them."""

    status: int
    headers: Headers
    body: bytes
    packed: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def etag(self) -> bytes | None:
        return next((value for name, value in self.headers if name == b"etag"), None)

    @property
    def is_packable(self) -> bool:
        fields = dict(self.headers)
        media_type = fields.get(b"content-type", b"").decode("latin-1")
        return b"content-encoding" not in fields and is_packable(media_type, len(self.body))


@dataclass
class Delivery:
    """Stands in front of the pages; keeps at most ``capacity`` bytes of answers."""

    app: ASGIApp
    capacity: int = 67_108_864
    _kept: OrderedDict[tuple[bytes, ...], _Kept] = field(default_factory=OrderedDict)
    _size: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or ask the pages."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_safe = scope["method"] in _METHODS
        key = _key(scope)
        kept = self._kept.get(key) if is_safe else None
        if kept is None:
            collector = _Collector(send)
            await self.app(scope, receive, collector)
            kept = collector.kept
            if kept is None:
                return
        else:
            self._kept.move_to_end(key)
        coding = choose(_accepted(scope)) if kept.is_packable else None
        if coding and coding not in kept.packed:
            packed = await asyncio.to_thread(pack, coding, kept.body)
            kept = replace(kept, packed={**kept.packed, coding: packed})
        if is_safe:
            self._keep(key, kept)
        try:
            await _deliver(kept, scope, send, coding)
        except PreconditionFailed as error:
            await render(error, scope)(scope, receive, send)

    def _keep(self, key: tuple[bytes, ...], kept: _Kept) -> None:
        if kept.status != 200 or kept.etag is None or sum(map(len, key)) > _LONGEST_KEY:  # noqa: PLR2004 – HTTP status
            return
        self._size += _weight(kept) - (_weight(self._kept[key]) if key in self._kept else 0)
        self._kept[key] = kept
        while self._size > self.capacity:
            _, oldest = self._kept.popitem(last=False)
            self._size -= _weight(oldest)


class _Collector:
    """Takes what the pages send; lets it through when it is large or has no end in sight."""

    def __init__(self, send: Send) -> None:
        self.kept: _Kept | None = None
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            length = headers.get(b"content-length")
            # who gives out ranges looks after conditions and HEAD too
            if length is not None and int(length) <= _LARGEST and b"accept-ranges" not in headers:
                self._start = message
                return
        elif self._start is not None and not message.get("more_body", False):
            fields = tuple((name.lower(), value) for name, value in self._start["headers"])
            self.kept = _Kept(self._start["status"], fields, message.get("body", b""))
            return
        elif self._start is not None:
            await self._send(self._start)
            self._start = None
        await self._send(message)


def _weight(kept: _Kept) -> int:
    return len(kept.body) + sum(map(len, kept.packed.values())) + 1024


def _key(scope: Scope) -> tuple[bytes, ...]:
    """Everything that an answer may depend on."""
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    host = b",".join(value for name, value in scope["headers"] if name == b"host")
    language: str = scope.get("stadsgraaf.language", "")
    fixed = b"fixed" if scope.get("stadsgraaf.fixed") else b""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    root: str = scope.get("root_path", "")
    asked = (scope.get("scheme", "").encode(), host, root.encode(), path, scope["query_string"])
    return *asked, accept, language.encode(), fixed


def _accepted(scope: Scope) -> str:
    given = (value for name, value in scope["headers"] if name == b"accept-encoding")
    return b",".join(given).decode("latin-1")


async def _deliver(kept: _Kept, scope: Scope, send: Send, coding: str | None) -> None:
    body, etag = kept.body, kept.etag
    if coding:
        body = kept.packed[coding]
        etag = etag and tagged(etag.decode("latin-1"), coding).encode("latin-1")
    headers = [
        (name, value)
        for name, value in kept.headers
        if name not in (b"content-length", b"etag", b"vary")
    ]
    vary = [value for name, value in kept.headers if name == b"vary"]
    if kept.is_packable:
        vary.append(b"Accept-Encoding")
    if vary:
        headers.append((b"vary", b", ".join(vary)))
    if etag:
        headers.append((b"etag", etag))
    status = kept.status
    known = etag.decode("latin-1") if etag else None
    if kept.status == 200 and scope["method"] in _METHODS and held(scope, known) is not None:  # noqa: PLR2004 – HTTP status
        status, body = 304, b""
        headers = [(name, value) for name, value in headers if name in _KEPT_304]
    else:
        headers.append((b"content-length", str(len(body)).encode()))
        headers += [(b"content-encoding", coding.encode())] if coding else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": body})
