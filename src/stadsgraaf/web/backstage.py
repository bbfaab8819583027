"""What is behind the socket of administrators: what they ask, health, and none of the pages."""

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from stadsgraaf.web.admin import BACKSTAGE
from stadsgraaf.web.app import ADMINISTRATION
from stadsgraaf.web.editions import Editions
from stadsgraaf.web.failures import HANDLERS
from stadsgraaf.web.pages import home

__all__ = ["Backstage"]


class Backstage:
    """``app = Backstage(editions)``: of the release that is current when something is asked."""

    def __init__(self, editions: Editions) -> None:
        self._editions = editions
        health = [Route("/live", home.live), Route("/ready", home.ready)]
        self._app = Starlette(routes=[*ADMINISTRATION, *health], exception_handlers=HANDLERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            self._app.state = self._editions.current.app.state
            await self._app({**scope, BACKSTAGE: True}, receive, send)
