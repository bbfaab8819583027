"""How often something is said: much at first, then little, however often it happens.

>>> seconds = iter((0.0, 0.0, 0.1, 0.2, 1.0))
>>> sparing = Sparing(most=2, rate=1.0, clock=lambda: next(seconds))
>>> [sparing.kept_back() for _ in range(4)]
[0, 0, None, 1]
"""

from collections.abc import Callable

__all__ = ["Sparing"]


class Sparing:
    """``most`` at once, and ``rate`` per second from then on: who can make errors is not to fill a disk."""

    def __init__(self, most: int, rate: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._rate = rate
        self._clock = clock
        self._left = float(most)
        self._since = clock()
        self._kept_back = 0

    def kept_back(self) -> int | None:
        """How many were kept back before the one that is said now; None when this one is too."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._since) * self._rate)
        self._since = now
        if self._left < 1:
            self._kept_back += 1
            return None
        self._left -= 1
        found, self._kept_back = self._kept_back, 0
        return found
