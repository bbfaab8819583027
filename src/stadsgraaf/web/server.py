"""Running the application: uvicorn around it, the pool of workers behind it.

::

    run(release, settings, announce=lambda: print("ready"))
"""

import asyncio
import errno
import logging
import math
import resource
import signal
import socket
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Final

import uvicorn
import uvloop
from starlette.types import ASGIApp

from stadsgraaf.archive import Archive
from stadsgraaf.errors import NoPermission, PortTaken
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.door import open_door
from stadsgraaf.store.pool import PoolStore
from stadsgraaf.web.app import ROUTES
from stadsgraaf.web.connections import GuardedProtocol
from stadsgraaf.web.editions import Editions
from stadsgraaf.web.forwarded import Forwarded
from stadsgraaf.web.observing import Observed
from stadsgraaf.web.reloading import Reloader
from stadsgraaf.web.sparql import BrokenOffError
from stadsgraaf.web.tracing import Tracing

__all__ = ["open_store", "run"]

_BACKLOG: Final = 2048
#: First parts of the paths that there are; with the endpoint, and the documented API.
_ROUTES: Final = frozenset(
    (*(route.path.split("/")[1].partition(".")[0] for route in ROUTES), "sparql", "search")
) - {""}

_log = logging.getLogger(__name__)
#: Descriptors that are not connections: files, sockets of workers.
_RESERVED: Final = 40
_FEWEST: Final = 8


async def open_store(release: Release, settings: Settings) -> PoolStore:
    """The store of a release, with the limits of the settings."""
    return await PoolStore.start(
        release.store,
        workers=settings.workers,
        slow_workers=settings.slow_workers,
        queue_length=settings.queue_length,
        client_time=settings.client_time,
        prefixes=release.manifest.prefixes,
        max_depth=settings.query_depth,
        max_length=settings.query_length,
        door=open_door(settings),
    )


def run(
    release: Release,
    settings: Settings,
    announce: Callable[[], None],
    archive: Archive | None = None,
    rebuild: Sequence[str] = (),
) -> None:
    """Serve until SIGTERM or SIGINT; ``announce`` is called once requests are taken.

    With its archive, older releases are served too, and what becomes current is followed;
    ``rebuild`` is the command that builds when a reload is asked for.
    Raises PortTaken, NoPermission, or StoreUnavailable when the release's data cannot be read.
    """
    with (
        _listen(settings) as listener,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)  # uvicorn raises them again when it has stopped
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reload
        editions = Editions(settings, open_store, archive)
        reloader = Reloader(editions, rebuild)
        runner.run(_serve(release, reloader, settings, announce, listener))


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host=settings.host, port=settings.port) from None
        if error.errno == errno.EACCES:
            raise NoPermission(path=f"{settings.host}:{settings.port}") from None
        raise


async def _serve(
    release: Release,
    reloader: Reloader,
    settings: Settings,
    announce: Callable[[], None],
    listener: socket.socket,
) -> None:
    editions, tracing = reloader.editions, Tracing(settings)
    editions.reloads = reloader
    await editions.start(release)
    reloader.listen()
    watch = asyncio.create_task(reloader.watch(settings.watch))
    try:
        app = Observed(editions, settings, editions.metrics, _ROUTES, tracing)
        server = _Server(_config(app, settings), announce, editions, settings.drain_delay)
        await server.serve(sockets=[listener])
    finally:
        watch.cancel()
        await editions.close()
        tracing.close()


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    logging.getLogger("uvicorn.error").addFilter(_said_already)
    return uvicorn.Config(
        Forwarded(app, settings),
        http=GuardedProtocol,
        ws="none",
        lifespan="off",
        loop="none",
        log_level="warning",
        access_log=False,  # addresses and queries are their users' own
        server_header=False,
        proxy_headers=False,  # Forwarded sees to them
        limit_concurrency=max(_FEWEST, descriptors - _RESERVED),
        timeout_graceful_shutdown=math.ceil(settings.grace),
        log_config=None,
        backlog=_BACKLOG,
    )


def _said_already(record: logging.LogRecord) -> bool:
    """An answer that was broken off is no fault of the application."""
    return not (record.exc_info and isinstance(record.exc_info[1], BrokenOffError))


class _Server(uvicorn.Server):
    """Says when it takes requests, and that it is about to stop before it does."""

    def __init__(
        self,
        config: uvicorn.Config,
        announce: Callable[[], None],
        editions: Editions,
        drain_delay: float,
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._editions = editions
        self._drain_delay = drain_delay

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Part of uvicorn's server."""
        was_told, self._editions.is_draining = self._editions.is_draining, True
        if self._drain_delay and not was_told:
            _log.info("stopping soon", extra={"seconds": self._drain_delay})
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(
                loop.call_later, self._drain_delay, super().handle_exit, sig, frame
            )
        else:
            super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Part of uvicorn's server."""
        await super().startup(sockets)
        self._announce()
