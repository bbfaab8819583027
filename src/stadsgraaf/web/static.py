"""The built front end, by names from an index: a path never reaches the disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import NotFound
from stadsgraaf.web.headers import SECURITY, tag_of
from stadsgraaf.web.site import STATIC, Site

__all__ = ["static"]

_FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


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
            etag = tag_of(body)
            found[path.name] = _Asset(body, _TYPES[path.suffix], etag)
    return found


async def static(request: Request) -> Response:
    """``/static/…``: a file of the front end; its name changes when its bytes do."""
    site: Site = request.app.state.site
    assets = await site.once(_assets)
    asset = assets.get(request.path_params["name"])
    if asset is None:
        raise NotFound(what=request.url.path)
    headers = {**SECURITY, "ETag": asset.etag, "Cache-Control": _FOREVER}
    return Response(asset.body, headers=headers, media_type=asset.media_type)


async def _assets(_: Site) -> dict[str, _Asset]:
    return _read_assets(STATIC)
