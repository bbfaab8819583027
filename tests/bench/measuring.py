"""Figures: the CPU and memory of processes, medians and their spread, and what machine it was."""

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Figure", "Others", "cpu_seconds", "machine", "memory_mib", "number", "percentile"]

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """The median of what was measured more than once, and the least and the most."""

    median: float
    least: float
    most: float
    number: int

    @classmethod
    def of(cls, values: Iterable[float]) -> "Figure | None":
        """None when nothing was measured."""
        found = sorted(values)
        if not found:
            return None
        return cls(statistics.median(found), found[0], found[-1], len(found))


def number(value: float) -> str:
    """Three digits, as many as are worth something here."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], part: float) -> float:
    """The value that this part of the values does not exceed; not a number when there are none."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time, user and system, that processes and the children they waited for have taken."""
    total = 0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(map(int, stat.rpartition(")")[2].split()[11:15]))
    return total / _TICK


class Others:
    """The part of the processors that was taken by whatever is none of ours, since this was made.

    Ours are this process, what it waited for, and those whose numbers are given.
    """

    def __init__(self, pids: Iterable[int]) -> None:
        self._ours = _ours(pids)
        self._busy, self._all = _processors()

    def part(self, pids: Iterable[int]) -> float:
        """Between 0 and 1."""
        busy, all_ = _processors()
        others = busy - self._busy - (_ours(pids) - self._ours)
        return max(0.0, others) / max(all_ - self._all, 1 / _TICK)


def _ours(pids: Iterable[int]) -> float:
    return sum(os.times()[:4]) + cpu_seconds(pids)


def _processors() -> tuple[float, float]:
    """Seconds that all processors together were busy, and were there."""
    line = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    fields = list(map(int, line.split()[1:9]))  # what guests took is in the first two
    return (sum(fields) - sum(fields[3:5])) / _TICK, sum(fields) / _TICK


def memory_mib(pids: Iterable[int]) -> float:
    """Proportional set size: what processes share counts once."""
    total = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line[:4] == "Pss:")
    return total / 1024


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    names = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    memory = Path("/proc/meminfo").read_text(encoding="ascii").split()[1]
    try:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        commit = "unknown"
    return {
        "processor": names[0] if names else platform.processor() or "unknown",
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{int(memory) / 1024 / 1024:.0f} GiB",
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "load before": " ".join(f"{each:.1f}" for each in os.getloadavg()),
        "commit": commit,
    }
