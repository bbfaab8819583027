"""How much of a processor a process has used: what tells a dear query from one that had to wait.

``CLOCK_PROCESS_CPUTIME_ID`` of another process, as clock_getcpuclockid(3) of Linux makes its number:
https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html

>>> import os
>>> processor_time(os.getpid()) > processor_time(None)
True
"""

import time

__all__ = ["processor_time"]


def processor_time(pid: int | None) -> float:
    """Seconds that all its threads took; 0 when it is gone, or where that cannot be known."""
    if pid is None:
        return 0.0
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0
