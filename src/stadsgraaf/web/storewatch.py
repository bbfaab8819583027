"""Another release in the store behind this server: noticed, said, and switched to where that can be.

What a store holds is known by what publishing wrote there. A server that surveyed its store surveys
it again; one that has a release of its own switches when its archive has what the store has. Until
then ``/ready`` is red: what it says of its answers, as in entity tags, would be of another release.
A store that names no release is surveyed again when the survey is old.
"""

import asyncio
import logging
from typing import Final

from stadsgraaf.errors import NotReloaded, StadsgraafError
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Elsewhere
from stadsgraaf.web.edition import Edition
from stadsgraaf.web.reloading import Reloader

__all__ = ["StoreWatch"]

#: Seconds after which a switch that could not be made is tried again.
_AGAIN: Final = 60.0

_log = logging.getLogger(__name__)


class StoreWatch:
    """Looks at the store of what is served, while it is served.

    ::

        await StoreWatch(reloader, settings).watch()     # for ever, when there is a store
    """

    def __init__(self, reloader: Reloader, settings: Settings) -> None:
        self._reloader = reloader
        self._seconds = settings.store_watch if settings.store else 0.0
        self._age = settings.survey_age
        self._clock = asyncio.get_running_loop().time
        self._tried: tuple[str | None, float] = (None, self._clock())

    async def watch(self) -> None:
        """Look for ever."""
        while self._seconds > 0:
            await asyncio.sleep(self._seconds)
            await self.look()

    async def look(self) -> None:
        """Look once, and switch when that is due."""
        edition = self._reloader.editions.current
        if not isinstance(edition.store, Elsewhere):
            return
        try:
            async with asyncio.timeout(self._seconds):
                found = await edition.store.unexpected()
        except (StadsgraafError, TimeoutError):  # it is away, as `/ready` says
            return
        if self._is_due(edition, found):
            await self._switch(edition, found)

    def _is_due(self, edition: Edition, found: str | None) -> bool:
        """Whether to switch from what is served, with another release ``found`` in the store or not."""
        before, at = self._tried
        passed = self._clock() - at
        if found is not None:
            return found != before or passed >= _AGAIN
        survey = edition.release.manifest.survey
        return bool(survey and not survey["release"] and 0 < self._age <= passed)

    async def _switch(self, edition: Edition, found: str | None) -> None:
        if found is not None and found != self._tried[0]:
            _log.warning(
                "the store has another release",
                extra={"served": edition.release.identifier, "published": found},
            )
        try:
            await self._reloader.reload()
        except NotReloaded as error:
            _log.error("%s", error.detail())
        self._tried = found, self._clock()
