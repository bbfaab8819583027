"""The dumps of a release: whole, in parts, with digests, to be resumed.

Range requests, RFC 9110, section 14, https://www.rfc-editor.org/rfc/rfc9110#name-range-requests;
Digest Fields, RFC 9530, https://www.rfc-editor.org/rfc/rfc9530
"""

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Final

import anyio
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from stadsgraaf.errors import NotFound
from stadsgraaf.media import RDF
from stadsgraaf.web.conditions import held
from stadsgraaf.web.headers import CORS, MINUTE, SECURITY, Link, attachment, link_header, ways_in
from stadsgraaf.web.ranges import read_ranges
from stadsgraaf.web.site import Site, View

__all__ = ["FOLDER", "dump", "dump_type"]

#: Where the dumps are in a release.
FOLDER: Final = "dumps/"
_BLOCK: Final = 1 << 18
#: Of a part up to so many bytes the digest is worked out before it is sent.
_DIGESTED: Final = 1 << 23
_PACKED: Final = {"gz": "application/gzip", "zst": "application/zstd"}
_EXPOSED: Final = (
    "Accept-Ranges, Content-Digest, Content-Disposition, Content-Length, Content-Range, ETag, "
    "Link, Repr-Digest"
)

Parts = Sequence[tuple[int, int]]


def dump_type(name: str) -> str:
    """The media type of a dump by its name: that of the packing when it is packed.

    >>> dump_type("dataset.ttl"), dump_type("dataset.ttl.gz")
    ('text/turtle; charset=utf-8', 'application/gzip')
    """
    suffix = name.rpartition(".")[2]
    known = {each.suffix: each.content_type for each in RDF} | _PACKED
    return known.get(suffix, "application/octet-stream")


async def dump(request: Request) -> Response:
    """``/dumps/…``: one file of the release, or the parts of it that are asked for."""
    view = View.of(request.scope)
    site: Site = view.site
    name = request.path_params["name"]
    entry = site.release.manifest.files.get(FOLDER + name)
    if entry is None:
        raise NotFound(what=view.path)
    headers = _headers(view, name, entry["sha256"])
    etag, length = headers["ETag"], int(entry["bytes"])
    if held(request.scope, etag) is not None:
        del headers["Content-Disposition"]
        return Response(status_code=304, headers=headers)
    parts = None
    if request.method == "GET" and request.headers.get("if-range", etag) == etag:
        parts = read_ranges(request.headers.get("range"), length)
    path = site.release.dumps / name
    if parts is None:
        headers["Content-Digest"] = headers["Repr-Digest"]
        headers["Content-Length"] = str(length)
        body = _read(path, [(0, length)] if request.method == "GET" else [])
        return StreamingResponse(body, 200, headers, media_type=dump_type(name))
    if len(parts) == 1:
        return await _one_part(path, parts[0], length, headers)
    return _many_parts(path, parts, length, headers, dump_type(name))


def _headers(view: View, name: str, sha256: str) -> dict[str, str]:
    licence = view.site.release.manifest.licence
    links = [
        Link(view.urls.data(), "describedby"),
        Link(view.urls.data(), "collection"),
        *([Link(licence, "license")] if licence else ()),
        *ways_in(view.urls.prefix),
    ]
    return {
        **SECURITY,
        **CORS,
        "Access-Control-Expose-Headers": _EXPOSED,
        "Accept-Ranges": "bytes",
        "ETag": f'"{sha256}"',
        "Repr-Digest": _digest(bytes.fromhex(sha256)),
        "Cache-Control": MINUTE,
        "Content-Disposition": attachment(name),
        "Link": link_header(links),
    }


def _digest(sha256: bytes) -> str:
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"


async def _one_part(
    path: Path, part: tuple[int, int], length: int, headers: Mapping[str, str]
) -> Response:
    start, end = part
    known = {
        **headers,
        "Content-Range": f"bytes {start}-{end - 1}/{length}",
        "Content-Length": str(end - start),
    }
    kind = dump_type(path.name)
    if end - start > _DIGESTED:
        return StreamingResponse(_read(path, [part]), 206, known, media_type=kind)
    body = b"".join([block async for block in _read(path, [part])])
    known["Content-Digest"] = _digest(hashlib.sha256(body).digest())
    return Response(body, 206, known, media_type=kind)


def _many_parts(
    path: Path, parts: Parts, length: int, headers: Mapping[str, str], kind: str
) -> Response:
    boundary = token_hex(16)
    heads = [
        f"\r\n--{boundary}\r\nContent-Type: {kind}\r\n"
        f"Content-Range: bytes {start}-{end - 1}/{length}\r\n\r\n".encode()
        for start, end in parts
    ]
    tail = f"\r\n--{boundary}--\r\n".encode()
    size = sum(map(len, heads)) + sum(end - start for start, end in parts) + len(tail)
    return StreamingResponse(
        _read(path, parts, heads, tail),
        206,
        {**headers, "Content-Length": str(size)},
        media_type=f"multipart/byteranges; boundary={boundary}",
    )


async def _read(
    path: Path, parts: Parts, heads: Sequence[bytes] = (), tail: bytes = b""
) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        for number, (start, end) in enumerate(parts):
            if heads:
                yield heads[number]
            await file.seek(start)
            left = end - start
            while left > 0:
                block = await file.read(min(_BLOCK, left))
                if not block:
                    raise EOFError(path)
                left -= len(block)
                yield block
    if tail:
        yield tail
