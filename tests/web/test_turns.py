"""Long work in the thread of the server lets others go first, and clients have turns at it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress

import pytest

from stadsgraaf.errors import StoreBusy, TooManyRequests
from stadsgraaf.web import turns
from stadsgraaf.web.turns import Steps, Turns, in_pieces


async def _settle() -> None:
    """Every task goes as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_others_go_on_between_the_pieces_of_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_PIECE", 0.0)
    done: list[str] = []

    def work() -> Steps[str]:
        for _ in range(1000):
            yield
        done.append("long")
        return "found"

    async def other() -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        done.append("short")

    async def both() -> str:
        found, _ = await asyncio.gather(in_pieces(work()), other())
        return found

    assert asyncio.run(both()) == "found"
    assert done == ["short", "long"]


def _nothing(_: list[asyncio.Task[None]]) -> None:
    pass


def _first_leaves(tasks: list[asyncio.Task[None]]) -> None:
    tasks[0].cancel()


def _called(
    asked: list[str],
    before: Callable[[list[asyncio.Task[None]]], None] = _nothing,
    after: Callable[[list[asyncio.Task[None]]], None] = _nothing,
) -> list[str]:
    """Who had a turn, of clients that ask for one while somebody has it."""
    room, called = Turns(6), list[str]()

    async def take(client: str) -> None:
        async with room.of(client):
            called.append(client)
            await asyncio.sleep(0)

    async def run() -> None:
        async with room.of("first"):
            tasks = [asyncio.ensure_future(take(client)) for client in asked]
            await _settle()
            assert called == []
            before(tasks)
        after(tasks)
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        await take("last")

    work: Coroutine[None, None, None] = run()
    asyncio.run(work)
    return called


def test_clients_have_turns_however_much_one_asks() -> None:
    assert _called(["a", "a", "a", "b"]) == ["a", "b", "a", "a", "last"]


def test_who_leaves_keeps_nobody_from_a_turn() -> None:
    assert _called(["a", "b", "c"], before=_first_leaves) == ["b", "c", "last"]
    assert _called(["a", "b", "c"], after=_first_leaves) == ["b", "c", "last"]


def test_too_many_of_one_client_or_of_all_are_refused() -> None:
    room = Turns(4)

    async def wait(client: str) -> None:
        async with room.of(client):
            pass

    async def run() -> list[BaseException | None]:
        async with room.of("first"):
            tasks = [asyncio.ensure_future(wait(client)) for client in "aaabbc"]
            await _settle()
        return await asyncio.gather(*tasks, return_exceptions=True)

    ends = asyncio.run(run())
    assert [type(each) for each in ends if each] == [TooManyRequests, StoreBusy]
