"""Running the application: uvicorn around it, the pool of workers behind it.

::

    run(release, settings, announce=lambda: print("ready"))
"""

import asyncio
import contextlib
import gc
import logging
import math
import os
import resource
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

import uvicorn
import uvloop
from starlette.types import ASGIApp

from stadsgraaf.archive import Archive
from stadsgraaf.errors import StadsgraafError
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.door import open_door
from stadsgraaf.store.origin import Origin, open_origin
from stadsgraaf.store.pool import PoolStore
from stadsgraaf.web.app import ADMINISTRATION, ROUTES
from stadsgraaf.web.backstage import Backstage
from stadsgraaf.web.connections import guarded
from stadsgraaf.web.editions import Editions
from stadsgraaf.web.express import Express
from stadsgraaf.web.forwarded import Forwarded
from stadsgraaf.web.listening import BACKLOG, Place, administration, listen
from stadsgraaf.web.notifying import Notifier
from stadsgraaf.web.observing import Observed
from stadsgraaf.web.promotion import is_offered
from stadsgraaf.web.reloading import Reloader
from stadsgraaf.web.sparql import BrokenOffError
from stadsgraaf.web.storewatch import StoreWatch
from stadsgraaf.web.tracing import Tracing

__all__ = ["configuration", "open_store", "run"]

#: First parts of the paths that there are; with the endpoint, and the documented API.
_ROUTES: Final = frozenset(
    (
        *(route.path.split("/")[1].partition(".")[0] for route in (*ROUTES, *ADMINISTRATION)),
        "sparql",
        "search",
    )
) - {""}

_log = logging.getLogger(__name__)
#: New objects after which circles are looked for.
_GARBAGE: Final = 10_000
#: Descriptors that are not connections: files, sockets of workers.
_RESERVED: Final = 40
_FEWEST: Final = 8


async def open_store(release: Release, settings: Settings) -> PoolStore:
    """The store of a release, with the limits of the settings: its own, or the one that they name."""
    origin = await _open_origin(release, settings) if settings.store else None
    return await PoolStore.start(
        origin or release.store,
        memory=None if origin else _memory(release, settings),
        workers=settings.store_connections if settings.store else settings.workers,
        slow_workers=settings.slow_workers,
        queue_length=settings.queue_length,
        client_time=settings.client_time,
        lane_workers=settings.lane_workers if is_offered(settings) else 0,
        prefixes=release.manifest.prefixes,
        max_depth=settings.query_depth,
        max_length=settings.query_length,
        door=open_door(settings),
    )


def _memory(release: Release, settings: Settings) -> Path | None:
    """What is loaded while the store on the disk answers, if that pays."""
    manifest = release.manifest
    is_wanted = manifest.on_disk and manifest.triples <= settings.memory_triples
    return release.data if is_wanted else None


async def _open_origin(release: Release, settings: Settings) -> Origin:
    """The store of the settings, compared with the release; it may be away."""
    survey = release.manifest.survey
    origin = open_origin(
        settings,
        [graph.iri for graph in release.manifest.graphs],
        is_named=bool(survey and survey["is_named"]),
        expected=(survey["release"],) if survey else (release.identifier, ""),
    )
    with contextlib.suppress(StadsgraafError, TimeoutError):
        async with asyncio.timeout(settings.store_timeout):
            await origin.compare()
    return origin


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
    Raises PortTaken, PortForbidden, NoPermission, or StoreUnavailable when the release's data cannot be read.
    """
    apart = administration(settings)
    with (
        listen(Place(settings.host, settings.port)) as listener,
        listen(apart) if apart else nullcontext() as backstage,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)  # uvicorn raises them again when it has stopped
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reload
        editions = Editions(settings, open_store, archive)
        reloader = Reloader(editions, rebuild, settings.build_timeout)
        sockets = _Sockets(listener, backstage)
        runner.run(_serve(release, reloader, settings, announce, sockets))


class _Sockets(NamedTuple):
    """Where readers come in, and administrators, when they come in elsewhere."""

    public: socket.socket
    backstage: socket.socket | None


async def _serve(
    release: Release,
    reloader: Reloader,
    settings: Settings,
    announce: Callable[[], None],
    sockets: _Sockets,
) -> None:
    editions, tracing = reloader.editions, Tracing(settings)
    notifier = Notifier.of(os.environ)
    editions.reloads = reloader
    await editions.start(release)
    reloader.listen()
    tasks = [
        asyncio.create_task(reloader.watch(settings.watch)),
        asyncio.create_task(notifier.watch()),
        asyncio.create_task(StoreWatch(reloader, settings).watch()),
    ]
    try:
        app = Observed(editions, settings, editions.metrics, _ROUTES, tracing)
        express = None if settings.telemetry else Express(editions, app, settings)
        config = configuration(Forwarded(app, settings), settings, _room(), express)
        gc.freeze()  # what is there now stays; what a request leaves in a circle is little
        gc.set_threshold(_GARBAGE)
        server = _Server(config, announce, editions, settings, notifier, sockets.backstage)
        await server.serve(sockets=[sockets.public])
    finally:
        for task in tasks:
            task.cancel()
        await editions.close()
        tracing.close()


def _room() -> int:
    """Connections that there are descriptors for; what is left over lets administrators in."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(_FEWEST, descriptors - _RESERVED)


def configuration(
    app: ASGIApp,
    settings: Settings,
    connections: int | None = None,
    express: Express | None = None,
) -> uvicorn.Config:
    """How uvicorn runs an application of ours."""
    logging.getLogger("uvicorn.error").addFilter(_said_already)
    return uvicorn.Config(
        app,
        http=guarded(settings.body_timeout, express),
        ws="none",
        lifespan="off",
        loop="none",
        log_level="warning",
        access_log=False,  # addresses and queries are their users' own
        server_header=False,
        proxy_headers=False,  # Forwarded sees to them
        limit_concurrency=connections,
        timeout_graceful_shutdown=math.ceil(settings.grace),
        log_config=None,
        backlog=BACKLOG,
    )


def _said_already(record: logging.LogRecord) -> bool:
    """An answer that was broken off, or cut short at the end, is no fault of the application.

    What a client did wrong is answered, and not said: who sends nonsense does not fill the log.
    """
    fault = record.exc_info[1] if record.exc_info else None
    return record.levelno >= logging.ERROR and not isinstance(
        fault, BrokenOffError | asyncio.CancelledError
    )


class _Server(uvicorn.Server):
    """Says when it takes requests, and that it is about to stop before it does."""

    def __init__(
        self,
        config: uvicorn.Config,
        announce: Callable[[], None],
        editions: Editions,
        settings: Settings,
        notifier: Notifier,
        backstage: socket.socket | None,
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._backstage = backstage
        self._editions = editions
        self._settings = settings
        self._notifier = notifier

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Part of uvicorn's server."""
        was_told, self._editions.is_draining = self._editions.is_draining, True
        self._notifier.tell("STOPPING=1")
        delay = self._settings.drain_delay
        if delay and not was_told:
            _log.info("stopping soon", extra={"seconds": delay})
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(loop.call_later, delay, super().handle_exit, sig, frame)
        else:
            super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Part of uvicorn's server."""
        await super().startup(sockets)
        if self._backstage:
            self.servers.append(await self._let_administrators_in(self._backstage))
        self._notifier.tell("READY=1")
        self._announce()
        self._editions.prepare()

    async def _let_administrators_in(self, backstage: socket.socket) -> asyncio.Server:
        """They have an application of their own, and end with the server like anybody."""
        config = configuration(Backstage(self._editions), self._settings)
        make = partial(guarded(self._settings.body_timeout), config, self.server_state, {})
        loop = asyncio.get_running_loop()
        if backstage.family == socket.AF_UNIX:
            return await loop.create_unix_server(make, sock=backstage)
        return await loop.create_server(make, sock=backstage)
