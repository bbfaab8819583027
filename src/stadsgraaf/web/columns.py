"""Answers as Arrow, Parquet or Excel, made by a process of its own of what a worker answers.

Whole or not at all: the answer begins when all of it is there.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import replace
from typing import Final

from stadsgraaf.environment import bare
from stadsgraaf.errors import (
    EvaluationFailed,
    NotAcceptable,
    QueryMemoryLimit,
    QueryTimeout,
    ResultTooLarge,
    Text,
)
from stadsgraaf.media import COLUMNAR, RESULTS, Format
from stadsgraaf.store.base import Answer, Limits
from stadsgraaf.store.columnar import is_available
from stadsgraaf.store.output import BYTES
from stadsgraaf.store.sandbox import OUT_OF_MEMORY
from stadsgraaf.web.children import child

__all__ = [
    "COLUMNS",
    "TSV",
    "in_columns",
    "in_sheet",
    "made_apart",
    "refuse_columns",
    "sheet_limits",
]

#: Those that can be given here.
COLUMNS: Final[tuple[Format, ...]] = COLUMNAR if is_available() else ()
#: What they are made of.
TSV: Final = next(each for each in RESULTS if each.name == "TSV")
#: Processes at once.
_PLACES: Final = 2
#: Rows of a result that a workbook takes: a sheet has room for ten times as many.
_SHEET_ROWS: Final = 100_000

_free = asyncio.Semaphore(_PLACES)


def refuse_columns() -> NotAcceptable:
    """The error for who asks for columns where there are none."""
    return NotAcceptable(
        available=[each.media_type for each in RESULTS],
        reason=Text(
            "Apache Arrow and Parquet need the extra stadsgraaf[arrow], which is not installed here",
            "Apache Arrow en Parquet vragen de extra stadsgraaf[arrow]; die is hier niet geïnstalleerd",
        ),
    )


async def in_columns(answer: Answer, chosen: Format, limits: Limits) -> bytes:
    """The whole answer in one of `COLUMNS`. Raises what the store raises, and its limits again."""
    if answer.form == "graph":
        await answer.aclose()
        raise NotAcceptable(available=[])
    return await made_apart(answer, "stadsgraaf.store.columnar", chosen.name, limits)


def sheet_limits(limits: Limits) -> Limits:
    """What an answer that becomes a workbook may cost."""
    return replace(limits, rows=min(limits.rows, _SHEET_ROWS))


async def in_sheet(answer: Answer, limits: Limits) -> bytes:
    """The whole answer, which is in JSON or N-Triples, as a workbook. Raises what `in_columns` does."""
    return await made_apart(answer, "stadsgraaf.web.sheet", answer.form, limits)


async def made_apart(answer: Answer, module: str, argument: str, limits: Limits) -> bytes:
    """What ``python -m module argument MIB`` makes of the whole answer.

    Raises what the store raises, and its limits again.
    """
    try:
        async with asyncio.timeout(limits.seconds), _free:
            return await _convert(answer, module, argument, limits)
    except TimeoutError:
        raise QueryTimeout(limit=limits.seconds) from None
    finally:
        await answer.aclose()


async def _convert(answer: Answer, module: str, argument: str, limits: Limits) -> bytes:
    command = (sys.executable, "-m", module, argument, str(limits.memory_mib))
    async with child(*command, stdin=PIPE, stdout=PIPE, env=bare("PATH", "LANG")) as process:
        feeding = asyncio.ensure_future(_feed(answer, process))
        try:
            body = await _collect(process, limits)
            await feeding
            ended = await process.wait()
        finally:
            feeding.cancel()
    if ended == OUT_OF_MEMORY:
        raise QueryMemoryLimit(limit=limits.memory_mib)
    if ended:
        raise EvaluationFailed(reason=f"its process ended ({ended})")
    return body


async def _feed(answer: Answer, process: Process) -> None:
    assert process.stdin  # noqa: S101 – it is a pipe
    try:
        async for chunk in answer.chunks:
            process.stdin.write(chunk)
            await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return  # how it ended says why
    finally:  # also when the answer breaks off: the process is not to wait for more
        process.stdin.close()


async def _collect(process: Process, limits: Limits) -> bytes:
    assert process.stdout  # noqa: S101 – it is a pipe
    body = bytearray()
    while piece := await process.stdout.read(1 << 18):
        body += piece
        if len(body) > limits.bytes:
            raise ResultTooLarge(limit=limits.bytes, unit=BYTES)
    return bytes(body)
