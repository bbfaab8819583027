"""What a proxy in front says of the request that it passes on.

Only of a proxy that the settings trust is anything believed: ``X-Forwarded-For``, which uvicorn reads,
``-Proto``, ``-Host`` and ``-Prefix``. Of several values the last counts, which the nearest proxy
wrote. The setting ``public_url`` goes before all of them; its path may be stripped by the proxy or
not. ``Forwarded`` of RFC 7239 is not read.
"""

import ipaddress
import re
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from stadsgraaf.errors import UsageError
from stadsgraaf.settings import Settings
from stadsgraaf.web.protocol import header, is_host

__all__ = ["Forwarded"]

_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)+\Z")
_SCHEMES: Final = frozenset(("http", "https"))


class Forwarded:
    """``app = Forwarded(app, settings)``: the scope as the client meant it.

    Raises UsageError when what is to be trusted is neither an address nor a network.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        trusted = [
            _network(each.strip()) for each in settings.trusted_proxies.split(",") if each.strip()
        ]
        self._app = app
        self._believing = ProxyHeadersMiddleware(app, trusted) if trusted else None  # type: ignore[arg-type]  # an ASGI application
        self._public = settings.public_url
        self._prefix = urlsplit(settings.public_url).path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        peer = (scope.get("client") or ("",))[0]
        if self._believing is None or peer not in self._believing.trusted_hosts:
            await self._app(self._below_public(scope), receive, send)
            return
        seen = {**scope, **_scheme(scope)}
        if not self._public:
            seen |= _origin(seen)
            prefix = _last(scope, b"x-forwarded-prefix").rstrip("/")
            if _PREFIX.match(prefix):
                seen |= _below(scope, prefix, stripped=True)
        await self._believing(self._below_public(seen), receive, send)  # type: ignore[arg-type]  # as above

    def _below_public(self, scope: Scope) -> Scope:
        """The scope with the public prefix as its root, when the proxy left it on the path."""
        path = scope["path"]
        if self._prefix and (path == self._prefix or path.startswith(self._prefix + "/")):
            return dict(scope) | _below(scope, self._prefix, stripped=False)
        return scope


def _network(text: str) -> str:
    """An address or a network, which uvicorn takes for a name when it is none."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise UsageError(reason=f"trusted_proxies: {text!r} is no address and no network") from None
    return text


def _last(scope: Scope, name: bytes) -> str:
    return (header(scope, name) or "").rpartition(",")[2].strip()


def _scheme(scope: Scope) -> dict[str, Any]:
    """How the client asked; without the field, of which uvicorn would take the first line and ``ws`` too."""
    scheme = _last(scope, b"x-forwarded-proto").lower()
    others = [pair for pair in scope["headers"] if pair[0] != b"x-forwarded-proto"]
    return {"headers": others, "scheme": scheme if scheme in _SCHEMES else scope["scheme"]}


def _origin(scope: Scope) -> dict[str, Any]:
    """The host that the client asked, in place of the one that the proxy did."""
    host = _last(scope, b"x-forwarded-host")
    if not is_host(host):
        return {}
    others = [pair for pair in scope["headers"] if pair[0] != b"host"]
    return {
        "headers": [*others, (b"host", host.encode())],
        "stadsgraaf.origin": f"{scope['scheme']}://{host}",
    }


def _below(scope: Scope, prefix: str, *, stripped: bool) -> dict[str, Any]:
    """ASGI has the root path at the begin of the path, whether the proxy took it off or not."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    if stripped:
        return {
            "root_path": prefix,
            "path": prefix + scope["path"],
            "raw_path": prefix.encode() + raw,
        }
    if scope["path"] == prefix:
        return {"root_path": prefix, "path": prefix + "/", "raw_path": prefix.encode() + b"/"}
    return {"root_path": prefix}
