"""A store that is away when serving begins: every address says so, until it can be surveyed.

Who asks hears 503, in words, and when to come back; ``/live`` says that the process lives.

::

    if wait(settings, ["stadsgraaf", "survey"]):
        ...                                          # there is a survey now
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Sequence
from html import escape
from typing import Final

import uvicorn
import uvloop
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from stadsgraaf.errors import NotReady, NotReloaded, StadsgraafError, Text
from stadsgraaf.settings import Settings
from stadsgraaf.web.forwarded import Forwarded
from stadsgraaf.web.headers import CORS, SECURITY
from stadsgraaf.web.language import localised
from stadsgraaf.web.listening import Place, listen
from stadsgraaf.web.negotiation import prefers_page
from stadsgraaf.web.problems import render
from stadsgraaf.web.reloading import run_apart
from stadsgraaf.web.server import configuration

__all__ = ["wait"]

#: Seconds between surveys that are tried, when the settings have the store looked at never.
_AGAIN: Final = 5.0
_AWAY: Final = Text(
    "the store behind it has not answered yet", "de opslag erachter heeft nog niet geantwoord"
)

_log = logging.getLogger(__name__)


def wait(settings: Settings, survey: Sequence[str]) -> bool:
    """Say everywhere that the store is away until the command succeeds; False when told to stop.

    Raises PortTaken, PortForbidden or NoPermission.
    """
    with (
        listen(Place(settings.host, settings.port)) as listener,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)  # uvicorn raises them again when it has stopped
        return runner.run(_wait(settings, survey, listener))


async def _wait(settings: Settings, survey: Sequence[str], listener: socket.socket) -> bool:
    seconds = settings.store_watch or _AGAIN
    server = uvicorn.Server(
        configuration(Forwarded(_Away(round(seconds) or 1), settings), settings)
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    surveying = asyncio.create_task(_survey(survey, seconds))
    await asyncio.wait((serving, surveying), return_when=asyncio.FIRST_COMPLETED)
    is_there = surveying.done()
    server.should_exit = True
    surveying.cancel()
    await asyncio.gather(serving, surveying, return_exceptions=True)
    return is_there


async def _survey(command: Sequence[str], seconds: float) -> None:
    """Try until it succeeds; what stands in the way is said when it is something else than before."""
    said = ""
    while True:
        await asyncio.sleep(seconds)
        try:
            await run_apart(command, 0)
        except NotReloaded as error:
            if said != (said := error.detail()):
                _log.warning("%s", said)
        else:
            return


class _Away:
    """The application while there is nothing to serve."""

    def __init__(self, retry_after: int) -> None:
        self._error = NotReady(reason=_AWAY, retry_after=retry_after)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer anything."""
        if scope["type"] != "http":
            return
        scope = localised(scope)
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["path"].removeprefix(scope.get("root_path", "")) == "/live":
            return PlainTextResponse("live\n", headers={**SECURITY, "Cache-Control": "no-store"})
        return _page(self._error, scope) if prefers_page(scope) else render(self._error, scope)


def _page(error: StadsgraafError, scope: Scope) -> Response:
    """The same words for people. The site has no pages yet that this could look like."""
    language = scope["stadsgraaf.language"]
    title, detail = escape(error.title.say(language)), escape(error.detail(language))
    return HTMLResponse(
        f'<!DOCTYPE html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n'
        f"<main><h1>{title}</h1><p>{detail}</p></main>\n</html>\n",
        error.status,
        {
            **SECURITY,
            **CORS,
            "Cache-Control": "no-store",
            "Content-Language": language,
            "Vary": "Accept, Accept-Language",
            **error.headers,
        },
    )
