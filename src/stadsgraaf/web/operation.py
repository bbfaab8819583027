"""What an administrator may have the server do, beside what `admin` has."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from stadsgraaf.errors import NotReloaded, Text
from stadsgraaf.web.admin import HEADERS, authorise

__all__ = ["Reloads", "reload"]


class Reloads(Protocol):
    """What can switch to another release while it serves."""

    @property
    def served(self) -> str:
        """The identifier of the release that is served."""
        ...

    async def reload(self) -> bool:
        """Switch to what is current; whether that was another. Raises NotReloaded."""
        ...


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
