"""A store on the disk that answers until the same data are in memory."""

import asyncio
import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import DATA, Loop, long_answer

from stadsgraaf.media import RESULTS
from stadsgraaf.store import Limits, Question
from stadsgraaf.store.loading import write_store
from stadsgraaf.store.pool import PoolStore

#: What tells memory from the disk here; else both have the same data.
ONLY_IN_MEMORY = b"<http://x/memory> <http://x/p> <http://x/o> <http://g/1> .\n"
WHERE = "ASK { <http://x/memory> ?p ?o }"


class Files:
    """A store on the disk, and N-Quads that cannot be read before the test says so."""

    def __init__(self, folder: Path) -> None:
        (folder / "written.nq").write_bytes(DATA)
        self.disk = folder / "store"
        write_store(folder / "written.nq", self.disk)
        self.memory = folder / "data.nq"
        self._pipe = folder / "pipe"
        os.mkfifo(self.memory)
        os.link(self.memory, self._pipe)

    def let_load(self) -> None:
        """Who opened the pipe reads it once; what it reads again is a file."""
        data = DATA + ONLY_IN_MEMORY
        self.memory.unlink()
        self.memory.write_bytes(data)
        threading.Thread(target=self._pipe.write_bytes, args=(data,), daemon=True).start()


class Moving:
    """A pool that has both."""

    def __init__(self, loop: Loop, files: Files, **settings: Any) -> None:
        self.loop = loop
        self.files = files
        self.store = loop.run(PoolStore.start(files.disk, memory=files.memory, **settings))

    async def body(self, query: str) -> Any:
        question = Question(query, results=RESULTS[0])
        return json.loads(await (await self.store.answer(question, Limits(seconds=30))).read())

    def is_in_memory(self) -> bool:
        return bool(self.loop.run(self.body(WHERE))["boolean"])

    def until(self, condition: Callable[[], bool]) -> None:
        """The limit is only there to end a failing test."""
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end, self.store.state
            time.sleep(0.01)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def moving(loop: Loop, files: Files) -> Iterator[Moving]:
    made = Moving(loop, files)
    yield made
    loop.run(made.store.close())


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def children() -> set[int]:
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that just ended
            found |= set(map(int, (task / "children").read_text().split()))
    return found


def test_the_disk_answers_until_memory_does(moving: Moving) -> None:
    assert moving.store.state.loading
    assert not moving.is_in_memory()
    on_disk = moving.store.state
    moving.files.let_load()
    moving.until(moving.is_in_memory)
    moving.until(lambda: not set(moving.store.state.workers) & set(on_disk.workers))
    assert not moving.store.state.loading
    moving.until(lambda: on_disk.zygote is not None and is_gone(on_disk.zygote))
    assert moving.is_in_memory()


def test_an_answer_under_way_ends_where_it_began(loop: Loop, moving: Moving) -> None:
    question = Question(long_answer(40_000_000), results=RESULTS[0])

    async def begin() -> tuple[Any, bytes]:
        answer = await moving.store.answer(question, Limits(seconds=60))
        return answer, await anext(answer.chunks)

    answer, first = loop.run(begin())
    moving.files.let_load()
    moving.until(moving.is_in_memory)

    async def rest() -> bytes:
        return first + await answer.read()

    assert len(json.loads(loop.run(rest()))["results"]["bindings"]) == 256


def test_no_question_is_refused_while_memory_takes_over(loop: Loop, moving: Moving) -> None:
    async def ask_all_the_time() -> set[bool]:
        seen: set[bool] = set()
        while True not in seen:
            bodies = await asyncio.gather(*(moving.body(WHERE) for _ in range(8)))
            seen |= {body["boolean"] for body in bodies}
        return seen

    async def begin() -> "asyncio.Future[set[bool]]":
        return asyncio.ensure_future(ask_all_the_time())

    asking = loop.run(begin())
    assert not moving.is_in_memory()
    moving.files.let_load()

    async def wait() -> set[bool]:
        async with asyncio.timeout(60):
            return await asking

    assert loop.run(wait()) == {False, True}


def test_memory_that_is_lost_is_loaded_again(moving: Moving) -> None:
    moving.files.let_load()
    moving.until(moving.is_in_memory)
    lost = moving.store.state.zygote
    assert lost
    os.kill(lost, signal.SIGKILL)
    moving.until(lambda: moving.store.state.zygote not in (None, lost))
    moving.until(moving.is_in_memory)


def test_what_cannot_be_loaded_stays_on_the_disk(loop: Loop, files: Files) -> None:
    files.memory.unlink()
    moving = Moving(loop, files)
    moving.until(lambda: not moving.store.state.loading)
    assert not moving.is_in_memory()
    loop.run(moving.store.close())


def test_memory_answers_when_the_disk_cannot(loop: Loop, files: Files) -> None:
    (files.disk / "CURRENT").write_text("nonsense\n")
    files.memory.unlink()
    files.memory.write_bytes(DATA + ONLY_IN_MEMORY)
    moving = Moving(loop, files)
    assert moving.is_in_memory()
    assert not moving.store.state.loading
    loop.run(moving.store.close())


def test_who_closes_does_not_wait_for_what_is_being_loaded(loop: Loop, files: Files) -> None:
    before = children()
    moving = Moving(loop, files)
    moving.until(lambda: len(children() - before) == 2)
    loop.run(moving.store.close())
    assert children() <= before
