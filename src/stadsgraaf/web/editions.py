"""Which release answers a request: the current one, or an older one that ``?release=`` names.

Each answer is wholly of one release, and names it in the header ``Stadsgraaf-Release``. A new
release gets a store and an application of its own, beside the old ones; when it answers, one
reference is switched, and the old ones end with the last request that they are answering. Links to
other versions are those of RFC 5829, https://www.rfc-editor.org/rfc/rfc5829
"""

import asyncio
import gc
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote_plus

from starlette.types import Receive, Scope, Send

from stadsgraaf.archive import Archive
from stadsgraaf.errors import (
    NoSuchRelease,
    NotReloaded,
    RepeatedParameter,
    StadsgraafError,
    StoreBusy,
    Text,
)
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.web.admin import Reloads
from stadsgraaf.web.edition import Edition, OpenStore
from stadsgraaf.web.language import localised
from stadsgraaf.web.metrics import Metrics
from stadsgraaf.web.problems import render

__all__ = ["EDITION", "Editions"]

#: In the scope: the edition that has begun to answer.
EDITION: Final = "stadsgraaf.edition"

_NAMED: Final = re.compile(rb"(?:^|&)release=([^&]*)")
#: Requests that may wait until an older release is open.
_WAITING: Final = 16
#: Seconds after which an older release that nobody asks is closed.
_IDLE: Final = 600.0
#: Seconds beyond the longest query that a release that is being closed waits for its readers.
_GRACE: Final = 30.0
#: Seconds after which a server that has just begun prepares for its readers.
_SOON: Final = 0.3

_log = logging.getLogger(__name__)


class Editions:
    """The ASGI application over all releases that can be asked for.

    ::

        editions = Editions(settings, open_store, archive)
        await editions.start(release)
        await editions.follow()      # when the archive has another current release
        await editions.close()
    """

    def __init__(
        self, settings: Settings, open_store: OpenStore, archive: Archive | None = None
    ) -> None:
        self.archive = archive
        self.reloads: Reloads | None = None
        self.metrics = Metrics(self)
        self.is_draining = False
        self.switches = 0
        self._settings = settings
        self._open_store = open_store
        self._current: Edition | None = None
        self._older: OrderedDict[str, Edition] = OrderedDict()
        self._opening = asyncio.Lock()
        self._switching = asyncio.Lock()
        self._waiting = 0
        self._look: asyncio.TimerHandle | None = None
        self._soon: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def current(self) -> Edition:
        """The edition that answers who names no release."""
        assert self._current  # noqa: S101 – from `start` to `close` there is always one
        return self._current

    @property
    def open_releases(self) -> list[str]:
        """Identifiers of the releases that are open, the current one first."""
        return [self.current.release.identifier, *self._older]

    @property
    def stores(self) -> list[Any]:
        """Stores of the open releases."""
        return [each.store for each in (self.current, *self._older.values())]

    @property
    def caches(self) -> dict[str, tuple[int, int]]:
        """Hits and misses of the caches of the current release."""
        endpoint = self.current.app.endpoint
        return {"answers": (endpoint.cache.hits, endpoint.cache.misses)}

    async def start(self, release: Release) -> None:
        """Open the first release."""
        self._current = await self._open(release, self._settings)

    def prepare(self) -> None:
        """Have at hand what the first readers need, soon: who is there already goes before."""
        loop = asyncio.get_running_loop()
        self._soon = loop.call_later(_SOON, lambda: self._spawn(self.current.prepare()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request from one release."""
        if scope["type"] != "http":
            return
        edition: Edition = scope.get(EDITION) or self.current
        if b"release=" in scope["query_string"]:
            try:
                named = _named(scope["query_string"])
                if named is not None:
                    edition = await self._edition(named)
                    scope = {**scope, "stadsgraaf.release": named}
            except StadsgraafError as error:
                refusal = render(error, {**localised(scope), "app": edition.app})
                await refusal(scope, receive, send)
                return
        await edition.answer(scope, receive, send)

    async def _edition(self, identifier: str) -> Edition:
        """The edition of a release. Raises NoSuchRelease or, when too many wait, StoreBusy."""
        if identifier == self.current.release.identifier:
            return self.current
        if self.archive is None:
            raise NoSuchRelease(release=identifier, known=[self.current.release.identifier])
        release = self.archive.open(identifier)
        now = release.identifier  # not what was asked for, when that was written anew
        if now == self.current.release.identifier:
            return self.current
        if now != identifier and (old := self._older.pop(identifier, None)):
            self._retire(old)
        if now not in self._older:
            await self._open_older(release)
        self._older.move_to_end(now)
        return self._older[now]

    async def _open_older(self, release: Release) -> None:
        if self._waiting >= _WAITING:
            raise StoreBusy(retry_after=2)
        self._waiting += 1
        try:
            async with self._opening:
                if release.identifier in self._older:
                    return
                # another store has the current release only
                few = replace(
                    self._settings,
                    workers=1,
                    slow_workers=1,
                    lane_workers=0,
                    store="",
                    memory_triples=0,
                )
                self._older[release.identifier] = await self._open(release, few)
                while len(self._older) > max(1, self._settings.open_releases):
                    self._retire(self._older.popitem(last=False)[1])
                self._look_later()
        finally:
            self._waiting -= 1

    def _look_later(self) -> None:
        """Have one look, and never more, at which older releases nobody asks any more."""
        if self._look is None and self._older:
            self._look = asyncio.get_running_loop().call_later(_IDLE, self._close_idle)

    def _close_idle(self) -> None:
        self._look, now = None, time.monotonic()
        for identifier, edition in list(self._older.items()):
            if not edition.users and now - edition.since >= _IDLE:
                self._retire(self._older.pop(identifier))
        self._look_later()

    # --- switching ------------------------------------------------------------------------------

    async def follow(self) -> bool:
        """Switch to what the archive says is current; whether that was another release.

        Raises NotReloaded when the new one cannot be opened or does not answer: the old one stays.
        """
        async with self._switching:
            if self.archive is None:
                return False
            identifier = self.archive.identifier
            if identifier in (None, self.current.release.identifier):
                return False
            fresh = await self._fresh(self.archive)
            old, self._current = self.current, fresh
            self.switches += 1
            self._retire(old)
            if twin := self._older.pop(fresh.release.identifier, None):
                self._retire(twin)
            _log.info(
                "release switched",
                extra={"from": old.release.identifier, "to": fresh.release.identifier},
            )
            return True

    async def _fresh(self, archive: Archive) -> Edition:
        release = archive.current()
        if release is None:
            raise NotReloaded(reason=Text("there is no whole release", "er is geen hele uitgave"))
        try:
            edition = await self._open(release, self._settings)
        except (StadsgraafError, OSError) as error:
            raise NotReloaded(reason=f"{release.identifier}: {error}") from error
        try:
            await edition.check()
        except BaseException:
            await edition.retire(0)
            raise
        return edition

    async def _open(self, release: Release, settings: Settings) -> Edition:
        edition = await Edition.open(release, settings, self._open_store, self.archive)
        edition.app.state.editions = self
        edition.app.state.reloads = self.reloads
        return edition

    def _retire(self, edition: Edition) -> None:
        edition.call_back()
        self._spawn(self._dismiss(edition))

    async def _dismiss(self, edition: Edition) -> None:
        await edition.retire(self._settings.query_timeout + _GRACE)
        # an application refers to itself in many places, and the server looks for circles seldom
        asyncio.get_running_loop().call_soon(gc.collect)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run to the end: a task that nobody holds may vanish."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Close every release. Answers under way are broken off."""
        editions = [self._current, *self._older.values()]
        self._older.clear()
        for timer in (self._look, self._soon):
            if timer:
                timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(each.retire(0) for each in editions if each))


def _named(query: bytes) -> str | None:
    """The value of ``release``. Raises RepeatedParameter when it stands twice."""
    found = _NAMED.findall(query)
    if len(found) > 1:
        raise RepeatedParameter(name="release")
    return unquote_plus(found[0].decode("latin-1")) if found else None
