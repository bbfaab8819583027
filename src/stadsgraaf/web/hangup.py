"""Work that ends when the client that it is for hangs up."""

import asyncio
from types import TracebackType
from typing import Final

from starlette.types import Receive

from stadsgraaf.web.protocol import ClientGoneError

__all__ = ["Hangup"]

#: A client that does not hang up is not looked after at once: most answers are there before.
_WATCH_AFTER: Final = 0.05


class Hangup:
    """Cancels the work inside when the client hangs up; raises ClientGoneError then.

    ``async with Hangup(receive): …``
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._work = asyncio.current_task()
        self._watch: asyncio.Task[None] | None = None
        self._gone = False
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_WATCH_AFTER, self._begin)

    def _begin(self) -> None:
        self._watch = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        if self._work:
            self._work.cancel()

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._watch:
            self._watch.cancel()
        if kind is asyncio.CancelledError and self._gone and self._work:
            if self._work.uncancel():
                return
            raise ClientGoneError from None
