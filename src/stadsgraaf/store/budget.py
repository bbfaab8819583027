"""How much time of the workers each client may use: a bucket that fills as time passes.

>>> budget = Budget(seconds=60, window=60, clock=iter((0, 0, 30)).__next__)
>>> budget.charge("a", 61.0); budget.wait("a"), budget.wait("b")
(1, 0)
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

__all__ = ["WINDOW", "Budget"]

#: Seconds in which an empty bucket fills.
WINDOW: Final = 60.0
#: Clients whose use is remembered; of more, those that used least recently are forgotten.
_CLIENTS: Final = 10_000


class Budget:
    """Each client may use ``seconds`` of evaluation per ``window`` of seconds; 0 is no limit.

    What is charged is the time that a question kept a worker, however it ended. Many small
    questions are hardly any time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float], window: float = WINDOW) -> None:
        self.seconds = seconds
        self._rate = seconds / window
        self._clock = clock
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def used(self, client: str) -> float:
        """Seconds that a client has used and not got back yet."""
        used, since = self._used.get(client, (0.0, 0.0))
        return max(0.0, used - (self._clock() - since) * self._rate) if used else 0.0

    def charge(self, client: str, seconds: float) -> None:
        """A question of this client kept a worker so long."""
        if not client or not self.seconds:
            return
        self._used[client] = (self.used(client) + seconds, self._clock())
        self._used.move_to_end(client)
        if len(self._used) > _CLIENTS:
            self._used.popitem(last=False)

    def wait(self, client: str) -> int:
        """Seconds until a client may ask again; 0 when it may now."""
        over = self.used(client) - self.seconds
        return math.ceil(over / self._rate) if over > 0 else 0
