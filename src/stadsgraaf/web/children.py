"""Processes that the server starts for a while, and that never outlive what they are for."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping

__all__ = ["child"]


@contextlib.asynccontextmanager
async def child(
    *command: str,
    stdin: int = DEVNULL,
    stdout: int = DEVNULL,
    stderr: int = DEVNULL,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Process]:
    """A process; when its ``async with`` ends, it is ended with all that it started, if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=env,
        # a group of its own, which can be ended as one; uvloop has no other way to make one
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it may just have ended
                os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
