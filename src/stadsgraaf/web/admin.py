"""What only an administrator may see and do.

Who has the token of the settings sends it as RFC 6750, section 2.1 says,
https://www.rfc-editor.org/rfc/rfc6750#section-2.1; in no other way, so that neither a link nor a
cookie of somebody else's can do anything here. Where administrators have a socket of their own, who
reaches it is one; a token that is set is asked for there too.
"""

import hmac
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from stadsgraaf.errors import NotAllowed, NotAuthenticated, NotFound, NotReloaded, Text
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Running, Supervised
from stadsgraaf.web.headers import SECURITY

__all__ = ["BACKSTAGE", "HEADERS", "Reloads", "authorise", "queries", "reload", "stop_query"]

#: In the scope of a request that came in where only administrators do.
BACKSTAGE = "stadsgraaf.backstage"
#: On every answer here: nobody may keep it.
HEADERS = {**SECURITY, "Cache-Control": "no-store"}

_OFF = Text(
    "there is no administration here (the settings admin_token and admin_socket are empty)",
    "er is hier geen beheer (de instellingen admin_token en admin_socket zijn leeg)",
)
_MISSING = Text(
    "send “Authorization: Bearer” and the token", "stuur “Authorization: Bearer” en het token"
)
_WRONG = Text("this is not the token", "dit is niet het token")


class Reloads(Protocol):
    """What can switch to another release while it serves."""

    @property
    def served(self) -> str:
        """The identifier of the release that is served."""
        ...

    async def reload(self) -> bool:
        """Switch to what is current; whether that was another. Raises NotReloaded."""
        ...


def authorise(request: Request) -> None:
    """Let an administrator pass.

    Raises NotAllowed when nobody is one, NotAuthenticated when the request does not prove it.
    """
    settings: Settings = request.app.state.site.settings
    if not settings.admin_token:
        if BACKSTAGE in request.scope:
            return
        raise NotAllowed(reason=_OFF)
    given = [value for name, value in request.scope["headers"] if name == b"authorization"]
    scheme, _, token = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
    if scheme.lower() != b"bearer" or not token:
        raise NotAuthenticated(reason=_MISSING)
    expected = settings.admin_token.encode("utf-8", "surrogateescape")
    if not hmac.compare_digest(token.strip(b" "), expected):
        raise NotAuthenticated(reason=_WRONG)


async def queries(request: Request) -> Response:
    """``/admin/queries``: what is being answered now, the oldest first."""
    authorise(request)
    store, settings = request.app.state.site.store, request.app.state.site.settings
    running = store.running() if isinstance(store, Supervised) else ()
    shown = [_shown(each, settings.shown_query) for each in running]
    return JSONResponse({"queries": shown}, headers=HEADERS)


def _shown(running: Running, length: int) -> dict[str, object]:
    return {
        "id": running.id,
        "seconds": round(running.seconds, 3),
        "client": running.client,
        "state": running.state,
        "length": len(running.query),
        "query": running.query[:length].encode("utf-8", "replace").decode(),
    }


async def stop_query(request: Request) -> Response:
    """``DELETE /admin/queries/…``: end one; its client is told that an administrator did so. Raises NotFound."""
    authorise(request)
    store = request.app.state.site.store
    if not (isinstance(store, Supervised) and store.stop(request.path_params["id"])):
        raise NotFound(what=request.url.path)
    return Response(status_code=204, headers=HEADERS)


async def reload(request: Request) -> Response:
    """``POST /admin/reload``: build again, where there is something to build, and switch.

    409 with what is wrong when that fails; the old release stays.
    """
    authorise(request)
    reloads: Reloads | None = getattr(request.app.state, "reloads", None)
    if reloads is None:
        raise NotReloaded(reason=Text("this server cannot switch", "deze server kan niet wisselen"))
    switched = await reloads.reload()
    return JSONResponse({"release": reloads.served, "switched": switched}, headers=HEADERS)
