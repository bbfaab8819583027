"""Validation of what somebody posts, in a process of its own that can be killed.

The process that serves never loads a SHACL engine: each request gets a fresh process with little
memory, no network and a deadline. How many there may be at once is limited; who comes too many waits
shortly, then is told to come back.
"""

import asyncio
import json
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from typing import Any, Final

from stadsgraaf.environment import bare
from stadsgraaf.errors import (
    Language,
    MalformedData,
    NotSupported,
    StoreBusy,
    Text,
    ValidationFailed,
    ValidationLimit,
)
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.web.children import child

__all__ = ["Judgement", "Posted", "Validator"]

#: Seconds that a request waits for its turn.
_QUEUED: Final = 5.0
_CHILD: Final = "stadsgraaf.validation.service"
#: Graphs that what is posted may refer to, when it asks for the dataset as its context.
_CONTEXT_ROLES: Final = ("data", "facts", "claims")


@dataclass(frozen=True)
class Posted:
    """RDF to validate, and how the report should look: a format of ``stadsgraaf validate``.

    ``in_context`` lets it refer to the things of the dataset.
    """

    body: bytes
    media_type: str
    base_iri: str
    form: str
    language: Language
    in_context: bool = False


@dataclass(frozen=True)
class Judgement:
    """The report, whether the data conform, and how many findings there are by severity."""

    conforms: bool
    counts: dict[str, int]
    report: bytes


class Validator:
    """``judgement = await Validator(release, settings).validate(posted)``."""

    def __init__(self, release: Release, settings: Settings) -> None:
        manifest = release.manifest
        self._graphs = {
            "shapes": manifest.graphs_with("shapes"),
            "vocabulary": manifest.graphs_with("vocabulary"),
        }
        self._context = [iri for role in _CONTEXT_ROLES for iri in manifest.graphs_with(role)]
        self._prefixes = dict(manifest.prefixes)
        self._small = manifest.triples <= settings.memory_triples
        self._data = release.data
        self._settings = settings
        self._turns = asyncio.Semaphore(max(1, settings.validations))

    @property
    def has_shapes(self) -> bool:
        """Whether the release publishes shapes, and the settings let anybody use them."""
        return bool(self._graphs["shapes"]) and self._settings.validations > 0

    async def validate(self, posted: Posted) -> Judgement:
        """Validate. Cancelling it ends the process.

        Raises MalformedData, NotSupported, StoreBusy, ValidationLimit or ValidationFailed.
        """
        if posted.in_context and not self._small:
            raise NotSupported(
                reason=Text(
                    "the dataset is too large to be the context",
                    "de dataset is te groot om de context te zijn",
                )
            )
        try:
            async with asyncio.timeout(_QUEUED):
                await self._turns.acquire()
        except TimeoutError:
            raise StoreBusy(retry_after=int(self._settings.query_timeout)) from None
        try:
            return await self._judge(posted)
        finally:
            self._turns.release()

    async def _judge(self, posted: Posted) -> Judgement:
        seconds = self._settings.query_timeout
        order = self._order(posted) + posted.body
        try:
            with tempfile.TemporaryDirectory(prefix="posted-") as folder:  # also when it is killed
                async with _child(folder) as process, asyncio.timeout(seconds):
                    said, trouble = await process.communicate(order)
        except TimeoutError:
            raise ValidationLimit(
                reason=Text(f"more than {seconds:g} seconds", f"meer dan {seconds:g} seconden")
            ) from None
        if process.returncode:
            self._explain(trouble)
        return _judgement(said)

    def _order(self, posted: Posted) -> bytes:
        order = {
            "data": str(self._data),
            **self._graphs,
            "context": self._context if posted.in_context else [],
            "prefixes": self._prefixes,
            "memory_mib": self._settings.query_memory,
            **{k: v for k, v in asdict(posted).items() if k not in ("body", "in_context")},
        }
        return json.dumps(order).encode() + b"\n"

    def _explain(self, trouble: bytes) -> None:
        memory = self._settings.query_memory
        if b"MemoryError" in trouble or b"memory allocation" in trouble:
            raise ValidationLimit(
                reason=Text(f"more than {memory} MiB of memory", f"meer dan {memory} MiB geheugen")
            )
        raise ValidationFailed


def _child(folder: str) -> AbstractAsyncContextManager[Process]:
    """The process, which has its files in a folder that is ours to remove."""
    command = (sys.executable, "-m", _CHILD)
    environment = bare("PATH", "LANG", TMPDIR=folder)
    return child(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment)


def _judgement(said: bytes) -> Judgement:
    line, _, report = said.partition(b"\n")
    verdict: dict[str, Any] = json.loads(line)
    if verdict["faults"]:
        first, *others = verdict["faults"]
        more = {"faults": others} if others else {}
        raise MalformedData(**first, **more)
    return Judgement(verdict["conforms"], verdict["counts"], report)
