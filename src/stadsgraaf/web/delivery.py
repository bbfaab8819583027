"""Delivery of what the pages answer: remembered, compressed, and revalidated.

A release never changes, so the same request gets the same bytes: conditional requests follow RFC
9110, section 13, https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
"""

import gzip
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Delivery"]

Headers = tuple[tuple[bytes, bytes], ...]

_METHODS: Final = frozenset(("GET", "HEAD"))
#: Larger answers stream through: they are neither kept nor compressed here.
_LARGEST = 4_194_304
_SMALLEST_GZIP = 600
_LONGEST_KEY = 4096
_TEXT = (b"text/", b"application/json", b"application/ld+json", b"image/svg", b"application/rdf")
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
    """One whole answer, and its compressed form once somebody asked for it."""

    status: int
    headers: Headers
    body: bytes
    packed: bytes | None = None

    @property
    def etag(self) -> bytes | None:
        return next((value for name, value in self.headers if name == b"etag"), None)

    @property
    def is_text(self) -> bool:
        kind = next((value for name, value in self.headers if name == b"content-type"), b"")
        return kind.startswith(_TEXT)


@dataclass
class Delivery:
    """Stands in front of the pages; keeps at most ``capacity`` bytes of answers."""

    app: ASGIApp
    capacity: int = 67_108_864
    _kept: OrderedDict[tuple[bytes, ...], _Kept] = field(default_factory=OrderedDict)
    _size: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or ask the pages."""
        if scope["type"] != "http" or scope["method"] not in _METHODS:
            await self.app(scope, receive, send)
            return
        key = _key(scope)
        kept = self._kept.get(key)
        if kept is None:
            collector = _Collector(send)
            await self.app(scope, receive, collector)
            kept = collector.kept
            if kept is None:
                return
        else:
            self._kept.move_to_end(key)
        packed = _accepts_gzip(scope) and kept.is_text and len(kept.body) >= _SMALLEST_GZIP
        if packed and kept.packed is None:
            kept = replace(kept, packed=gzip.compress(kept.body, 6, mtime=0))
        self._keep(key, kept)
        await _deliver(kept, scope, send, packed=packed)

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
    return len(kept.body) + len(kept.packed or b"") + 1024


def _key(scope: Scope) -> tuple[bytes, ...]:
    """Everything that an answer may depend on."""
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    host = b",".join(value for name, value in scope["headers"] if name == b"host")
    language: str = scope.get("stadsgraaf.language", "")
    fixed = b"fixed" if scope.get("stadsgraaf.fixed") else b""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    root: str = scope.get("root_path", "")
    return root.encode(), host, path, scope["query_string"], accept, language.encode(), fixed


def _accepts_gzip(scope: Scope) -> bool:
    given = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
    for part in given.lower().split(b","):
        coding, _, parameters = part.partition(b";")
        if coding.strip() in (b"gzip", b"*"):
            return parameters.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


async def _deliver(kept: _Kept, scope: Scope, send: Send, *, packed: bool) -> None:
    body = kept.packed if packed and kept.packed is not None else kept.body
    etag = kept.etag
    if etag and packed:
        etag = etag[:-1] + b'-gzip"'
    headers = [
        (name, value)
        for name, value in kept.headers
        if name not in (b"content-length", b"etag", b"vary")
    ]
    vary = [value for name, value in kept.headers if name == b"vary"]
    headers.append((b"vary", b", ".join([*vary, b"Accept-Encoding"])))
    if etag:
        headers.append((b"etag", etag))
    status = kept.status
    if etag and kept.status == 200 and _unchanged(scope, etag):  # noqa: PLR2004 – HTTP status
        status, body = 304, b""
        headers = [(name, value) for name, value in headers if name in _KEPT_304]
    else:
        headers.append((b"content-length", str(len(body)).encode()))
        headers += [(b"content-encoding", b"gzip")] if packed else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": body})


def _unchanged(scope: Scope, etag: bytes) -> bool:
    given = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
    tags = [tag.strip().removeprefix(b"W/") for tag in given.split(b",")]
    return etag in tags or tags == [b"*"]
