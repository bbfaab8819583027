"""The built front end and the dumps, by names from an index: a path never reaches the disk.

https://www.rfc-editor.org/rfc/rfc9530 (``Content-Digest``)
"""

import base64
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from stadsgraaf.errors import NotFound
from stadsgraaf.media import RDF
from stadsgraaf.web.headers import CORS, SECURITY
from stadsgraaf.web.site import STATIC, Site, View

__all__ = ["dump", "dump_type", "static"]

_FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
_DUMPS = "dumps/"


@dataclass(frozen=True)
class _Asset:
    body: bytes
    media_type: str
    etag: str


def _read_assets(folder: Path) -> dict[str, _Asset]:
    found = {}
    for path in sorted(folder.glob("*")):
        if path.suffix in _TYPES and path.is_file():
            body = path.read_bytes()
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            found[path.name] = _Asset(body, _TYPES[path.suffix], etag)
    return found


async def static(request: Request) -> Response:
    """``/static/…``: a file of the front end; its name changes when its bytes do."""
    site: Site = request.app.state.site
    assets = await site.once("assets", _assets)
    asset = assets.get(request.path_params["name"])
    if asset is None:
        raise NotFound(what=request.url.path)
    headers = {**SECURITY, "ETag": asset.etag, "Cache-Control": _FOREVER}
    return Response(asset.body, headers=headers, media_type=asset.media_type)


async def _assets() -> dict[str, _Asset]:
    return _read_assets(STATIC)


def dump_type(name: str) -> str:
    """The media type of a dump by its name."""
    known = {each.suffix: each.content_type for each in RDF}
    suffix = Path(name).suffix.removeprefix(".")
    return known.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


async def dump(request: Request) -> Response:
    """``/dumps/…``: one file of the release, with ranges and its digest."""
    site: Site = request.app.state.site
    name = request.path_params["name"]
    entry = site.release.manifest.files.get(_DUMPS + name)
    if entry is None:
        raise NotFound(what=View.of(request.scope).path)
    digest = base64.b64encode(bytes.fromhex(entry["sha256"])).decode()
    headers = {
        **SECURITY,
        **CORS,
        "ETag": f'"{entry["sha256"]}"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "Cache-Control": "public, max-age=60",
    }
    if f'"{entry["sha256"]}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    path = site.release.dumps / name
    return FileResponse(path, headers=headers, media_type=dump_type(name), filename=name)
