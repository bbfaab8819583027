"""A release that is being served, and what it takes to begin and to end that."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from starlette.types import Message, Receive, Scope, Send

from stadsgraaf.archive import Archive
from stadsgraaf.errors import NotReloaded, Text
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Elsewhere, Store
from stadsgraaf.store.lane import Hosting, Lane
from stadsgraaf.verification import check
from stadsgraaf.web.app import Application, create_app
from stadsgraaf.web.urls import LANGUAGES, Urls, is_iri
from stadsgraaf.web.visit import visit

__all__ = ["HEADER", "Edition", "OpenStore"]

#: Names the release of an answer.
HEADER: Final = "Stadsgraaf-Release"
#: What a new release has to answer before it is switched on.
_FIRST: Final = ("/", "/en/", "/ready")
_OK: Final = 200

OpenStore = Callable[[Release, Settings], Awaitable[Store]]


@dataclass
class Edition:
    """A release that is being served: its store, its application, and how many it is answering."""

    release: Release
    store: Store
    app: Application
    users: int = 0
    since: float = 0.0
    _retired: bool = False
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def open(
        cls,
        release: Release,
        settings: Settings,
        open_store: OpenStore,
        archive: Archive | None = None,
    ) -> "Edition":
        """Open a release, and see meanwhile whether it is whole.

        Raises ReleaseDamaged, or what opening its store raises.
        """
        checking = asyncio.to_thread(check, release, settings.verify_size)
        damage, store = await asyncio.gather(
            checking, open_store(release, settings), return_exceptions=True
        )
        if isinstance(damage, BaseException):
            if not isinstance(store, BaseException):
                await store.close()
            raise damage
        if isinstance(store, BaseException):
            raise store
        try:
            return cls(release, store, create_app(store, release, settings, archive))
        except BaseException:
            await store.close()
            raise

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and say from which release."""
        name = self.name

        def named(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], name]}
            return send(message)

        self.enter()
        try:
            await self.app(scope, receive, named)
        finally:
            self.leave()

    @cached_property
    def name(self) -> tuple[bytes, bytes]:
        """The field of a response that names the release."""
        return HEADER.lower().encode(), self.release.identifier.encode()

    def enter(self) -> None:
        """There is a request more that it answers."""
        self.users += 1
        self.since = time.monotonic()

    def leave(self) -> None:
        """That request is answered."""
        self.users -= 1
        if self._retired and not self.users:
            self._idle.set()

    async def check(self) -> None:
        """See that it answers, and have at hand what the first readers need.

        Raises NotReloaded when it does not.
        """
        if isinstance(self.store, Elsewhere) and (trouble := self.store.trouble):
            raise NotReloaded(reason=trouble)
        for path in _FIRST:
            status = await visit(self.app, path)
            if status != _OK:
                raise NotReloaded(
                    reason=Text(
                        f"{path} of the new one answers {status}",
                        f"{path} van de nieuwe antwoordt {status}",
                    )
                )

    @property
    def lane(self) -> Lane | None:
        """Where workers answer connections themselves, if there is such a place."""
        return self.store.lane if isinstance(self.store, Hosting) else None

    def call_back(self) -> None:
        """Have the lane answer nobody any more."""
        if self.lane:
            self.lane.end()

    async def prepare(self) -> None:
        """Have at hand what the first readers need, also of the page of a thing."""
        manifest = self.release.manifest
        thing = manifest.dataset or next(reversed([*self.release.labels.hubs]), None)
        with contextlib.suppress(Exception):  # who reads is told
            await self.check()
            if thing and is_iri(thing):
                for language in LANGUAGES:
                    await visit(self.app, Urls(manifest.base_iri, language=language).of(thing))

    async def retire(self, grace: float) -> None:
        """Close it when nobody is being answered from it any more, at last after ``grace`` s."""
        self._retired = True
        try:
            if self.users and grace:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(grace):
                        await self._idle.wait()
        finally:
            await self.store.close()
            self.release.close()
