"""Processes that the server starts never outlive what they are for."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from serving import until

from stadsgraaf.web.children import child

#: Starts a process of its own, says its number, and waits for ever.
STARTING = (
    "import subprocess, sys, time;"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True);"
    "time.sleep(600)"
)


def is_running(pid: int) -> bool:
    """Whether it runs; one that has ended may still be waited for."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def test_what_a_process_started_ends_with_it() -> None:
    async def run() -> tuple[int, int]:
        async with child(sys.executable, "-c", STARTING, stdout=PIPE) as process:
            assert process.stdout
            return process.pid, int(await process.stdout.readline())

    for pid in asyncio.run(run()):
        until(lambda pid=pid: not is_running(pid))


def test_a_process_ends_when_what_it_is_for_fails() -> None:
    async def run() -> None:
        async with child(sys.executable, "-c", "import time; time.sleep(600)") as process:
            found.append(process.pid)
            raise LookupError

    found: list[int] = []
    with pytest.raises(LookupError):
        asyncio.run(run())
    assert not is_running(found[0])


def test_a_process_that_ended_by_itself_says_how() -> None:
    async def run() -> int | None:
        async with child(sys.executable, "-c", "raise SystemExit(3)") as process:
            await process.wait()
        return process.returncode

    assert asyncio.run(run()) == 3
