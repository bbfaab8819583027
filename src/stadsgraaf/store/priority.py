"""The priority of a worker: lowered while its query takes long, so that it gives way to others.

See https://man7.org/linux/man-pages/man7/sched.7.html: on Linux each thread has a policy and a niceness
of its own, and only who has CAP_SYS_NICE, or a limit on niceness that allows it, may raise a
priority. Niceness alone divides time: who wakes up may still wait until the clock ticks, 4 ms. Who is
SCHED_IDLE makes place at once; but all it gets is what others leave.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from stadsgraaf.store.processor import processor_time

__all__ = ["Yielding"]

_NICENESS: Final = 10
#: Seconds after which it is looked at how much others left, and the part of a processor that is
#: too little for a query to come to its end.
_TURN: Final = 1.0
_LITTLE: Final = 0.1


class Yielding:
    """A process that gives way to processes such as this one, from now until it is restored.

    It takes what they leave. When that was too little, it is one of them in the next turn, and nice.
    Where priorities cannot be raised again it is nice all the time.
    """

    def __init__(self, pid: int | None, now: float) -> None:
        self._pid = pid
        self._since, self._used = now, processor_time(pid)
        self._is_idle = _may_raise()
        self._lower()

    def look(self, now: float) -> None:
        """Whether it has its part; to be called now and then."""
        if now - self._since < _TURN or not _may_raise():
            return
        used = processor_time(self._pid)
        has_little = used - self._used < _LITTLE * (now - self._since)
        self._since, self._used = now, used
        was_idle, self._is_idle = self._is_idle, not (self._is_idle and has_little)
        if was_idle is not self._is_idle:
            self._lower()

    def _lower(self) -> None:
        for thread in _threads(self._pid):
            with contextlib.suppress(OSError):  # it ended
                (_be_idle if self._is_idle else _be_nice)(thread)

    def restore(self) -> bool:
        """Give it the priority of this process again; False when that is not allowed."""
        own = os.getpriority(os.PRIO_PROCESS, 0)
        try:
            for thread in _threads(self._pid):
                _be_normal(thread)
                os.setpriority(os.PRIO_PROCESS, thread, own)
        except OSError:
            return False
        return True


def _be_idle(thread: int) -> None:
    os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))


def _be_nice(thread: int) -> None:
    _be_normal(thread)
    os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, 0) + _NICENESS)


def _be_normal(thread: int) -> None:
    os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


@cache
def _may_raise() -> bool:
    """Whether a process of ours that is SCHED_IDLE may have the priority of this one again.

    A thread tries what needs the same permission. In a user namespace a process has every capability,
    and still may not.
    """
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(_comes_back()))
    thread.start()
    thread.join()
    return found == [True]


def _comes_back() -> bool:
    """Make this thread a little nicer, and no more."""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, own + 1)
        is_nicer = os.getpriority(os.PRIO_PROCESS, 0) > own
        os.setpriority(os.PRIO_PROCESS, 0, own)
    except OSError:
        return False
    return is_nicer


def _threads(pid: int | None) -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from [int(each.name) for each in Path(f"/proc/{pid}/task").iterdir()]
