"""What changed between any two releases, found when somebody asks.

Run as ``python -m stadsgraaf.web.changed IDENTIFIER OLD NEW FILE MIB``, a process of its own: two releases
may differ in everything, and readers of anything else are not to wait for that.
"""

import asyncio
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Final

from stadsgraaf.changes import CHANGES, LARGE, Changes, write_changes
from stadsgraaf.environment import bare
from stadsgraaf.errors import (
    EvaluationFailed,
    QueryMemoryLimit,
    QueryTimeout,
    ResultTooLarge,
    StoreBusy,
    Text,
)
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store import sandbox
from stadsgraaf.web.children import child

__all__ = ["Comparisons"]

#: Pairs of releases whose changes are kept, and those who may wait for theirs.
_KEPT: Final = 4
_WAITING: Final = 16
_RETRY_AFTER: Final = 5
#: How the process ends when there is too much to list.
_TOO_MUCH: Final = 3


class Comparisons:
    """``changes = await comparisons.between(before, after)``: one is made at a time, the last are kept."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.query_timeout
        self._memory = settings.query_memory
        self._kept: OrderedDict[tuple[str, str], Changes] = OrderedDict()
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def between(self, before: Release, after: Release) -> Changes:
        """What changed, in a file that is no longer in a folder: it goes when nobody reads it.

        Raises StoreBusy, QueryTimeout, QueryMemoryLimit or ResultTooLarge.
        """
        key = before.identifier, after.identifier
        if key not in self._kept:
            if self._waiting >= _WAITING:
                raise StoreBusy(retry_after=_RETRY_AFTER)
            self._waiting += 1
            try:
                await self._make(key, before, after)
            finally:
                self._waiting -= 1
        self._kept.move_to_end(key)
        return self._kept[key]

    async def _make(self, key: tuple[str, str], before: Release, after: Release) -> None:
        try:
            async with asyncio.timeout(self._seconds), self._turn:
                if key not in self._kept:  # else who waited before made it
                    self._kept[key] = await self._made(before, after)
        except TimeoutError:
            raise QueryTimeout(limit=self._seconds) from None
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    async def _made(self, before: Release, after: Release) -> Changes:
        with tempfile.TemporaryDirectory(prefix="changes-") as folder:
            path = Path(folder) / CHANGES
            given = (before.identifier, before.data, after.data, path, self._memory)
            command = (sys.executable, "-m", __name__, *map(str, given))
            async with child(*command, env=bare("PATH", "LANG")) as process:
                ended = await process.wait()
            if ended == _TOO_MUCH:
                raise ResultTooLarge(limit=LARGE, unit=Text("triples", "triples (data)"))
            if ended == sandbox.OUT_OF_MEMORY:
                raise QueryMemoryLimit(limit=self._memory)
            if ended:
                raise EvaluationFailed(reason=f"its process ended ({ended})")
            return Changes(path)


def _main(before: str, old: str, new: str, path: str, mib: str) -> int:
    sandbox.limit_growth(int(mib))
    try:
        is_written = write_changes(before, Path(old), Path(new), Path(path))
    except MemoryError:
        return sandbox.OUT_OF_MEMORY
    return 0 if is_written else _TOO_MUCH


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
