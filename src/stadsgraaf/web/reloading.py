"""Another release while serving: told by SIGHUP or an administrator, or noticed.

What is served from a folder is built again first, in a process of its own; a build that fails
changes nothing, and what was wrong is said with file and line.
"""

import asyncio
import logging
import signal
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from stadsgraaf.errors import NotReloaded, Text
from stadsgraaf.web.children import child
from stadsgraaf.web.editions import Editions

__all__ = ["Reloader", "run_apart"]

#: Characters of what a failed build says that are passed on.
_LONGEST: Final = 16_384

_log = logging.getLogger(__name__)


@dataclass
class Reloader:
    """Keeps editions at what is current. ``rebuild`` is the command that builds, if anything is.

    A build that takes longer than ``seconds`` is ended; 0 is no limit.

    ::

        reloader = Reloader(editions, rebuild=["stadsgraaf", "build", "folder"], seconds=3600)
        reloader.listen()                  # to SIGHUP
        await reloader.watch(seconds=1)    # for ever
    """

    editions: Editions
    rebuild: Sequence[str] = ()
    seconds: float = 0.0
    _building: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def reload(self) -> bool:
        """Build again, where there is something to build, and switch; whether it was another one.

        Raises NotReloaded: then what was served still is.
        """
        before = self.served
        if self.rebuild:
            async with self._building:
                await run_apart(self.rebuild, self.seconds)
        await self.editions.follow()
        return self.served != before

    @property
    def served(self) -> str:
        """The identifier of the release that is served."""
        return self.editions.current.release.identifier

    def listen(self) -> None:
        """Reload on SIGHUP."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._hear)

    def _hear(self) -> None:
        task = asyncio.get_running_loop().create_task(self._try())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self) -> None:
        try:
            if not await self.reload():
                _log.info("nothing to reload: the same release is current")
        except NotReloaded as error:
            _log.error("%s", error.detail())

    async def watch(self, seconds: float) -> None:
        """Follow the archive for ever; a release that fails is said once, and tried no more."""
        archive, failed = self.editions.archive, None
        while archive is not None and seconds > 0:
            await asyncio.sleep(seconds)
            identifier = archive.identifier
            if identifier in (failed, self.served):
                continue
            try:
                await self.editions.follow()
            except NotReloaded as error:
                failed = identifier
                _log.error("%s", error.detail())


async def run_apart(command: Sequence[str], seconds: float) -> None:
    """Run a command of ours in a process of its own; 0 seconds is no limit.

    Raises NotReloaded with what it said when it fails.
    """
    try:
        async with child(*command, stderr=PIPE) as process, asyncio.timeout(seconds or None):
            _, said = await process.communicate()
    except TimeoutError:
        raise NotReloaded(
            reason=Text(
                f"the build was ended: it took more than {seconds:g} s (build_timeout)",
                f"de bouw is beëindigd: hij duurde meer dan {seconds:g} s (build_timeout)",
            )
        ) from None
    if process.returncode:
        raise NotReloaded(reason=said.decode("utf-8", "replace").strip()[-_LONGEST:])
