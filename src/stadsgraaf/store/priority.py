"""The priority of a worker: lowered while its query takes long, so that it gives way to others.

See https://man7.org/linux/man-pages/man7/sched.7.html: on Linux each thread has a niceness of its
own, and only who has CAP_SYS_NICE, or a limit on niceness that allows it, may raise a priority.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["lower", "restore"]

_NICENESS: Final = 10


def lower(pid: int | None) -> None:
    """Let every thread of a process give way to processes such as this one."""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    for thread in _threads(pid):
        with contextlib.suppress(OSError):  # it ended
            os.setpriority(os.PRIO_PROCESS, thread, own + _NICENESS)


def restore(pid: int | None) -> bool:
    """Give it the priority of this process again; False when that is not allowed."""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        for thread in _threads(pid):
            os.setpriority(os.PRIO_PROCESS, thread, own)
    except OSError:
        return False
    return True


def _threads(pid: int | None) -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from [int(each.name) for each in Path(f"/proc/{pid}/task").iterdir()]
