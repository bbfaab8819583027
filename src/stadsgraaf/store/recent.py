"""Names that were noted lately.

>>> seconds = iter((0.0, 1.0, 5.0, 10.5, 10.5))
>>> slow = Recent(10.0, lambda: next(seconds))
>>> slow.note("a"); slow.note("b")
>>> "a" in slow, "c" in slow, "a" in slow, "b" in slow
(True, False, False, True)
"""

from collections.abc import Callable
from typing import Final

__all__ = ["Recent"]

#: Names that are remembered at most: the latest.
_MOST: Final = 4096


class Recent:
    """Each name for some seconds after it was last noted."""

    def __init__(self, seconds: float, now: Callable[[], float]) -> None:
        self._seconds = seconds
        self._now = now
        self._noted: dict[str, float] = {}

    def note(self, name: str) -> None:
        """It is one of them now."""
        now = self._now()
        self._noted.pop(name, None)
        self._noted[name] = now  # the latest last
        while (
            len(self._noted) > _MOST or now - self._noted[next(iter(self._noted))] > self._seconds
        ):
            del self._noted[next(iter(self._noted))]

    def __contains__(self, name: str) -> bool:
        since = self._noted.get(name)
        return since is not None and self._now() - since < self._seconds
