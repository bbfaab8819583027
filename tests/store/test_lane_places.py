"""Who has a place in the lane, and who has to leave it for others."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, cast

import pytest

from stadsgraaf.store import attendant
from stadsgraaf.store.blackboard import PLACES, Blackboard
from stadsgraaf.store.lane import Lane
from stadsgraaf.store.lane_worker import HEADER, READY
from stadsgraaf.store.spawner import Spawner
from stadsgraaf.store.traffic import Traffic

WORKERS = 2


@dataclass(eq=False)
class Connection:
    """A guest that is never answered for real."""

    client: str
    line: socket.socket
    note: bytes = b""

    def answered(self, seconds: Sequence[float]) -> None:
        """Nobody counts."""

    def came_back(self, rest: bytes = b"") -> None:
        """Nobody waits."""

    def broke_off(self) -> None:
        """Nobody waits."""


class Zygote:
    """Workers without processes: their ends of what they share with the lane."""

    def __init__(self, held: ExitStack) -> None:
        self._held = held
        self.boards: list[Blackboard] = []
        self.home, self.pid = self, None

    def fork_for_lane(self, blackboard: int) -> tuple[socket.socket, Any]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._held.enter_context(theirs).send(HEADER.pack(READY, 0))
        self.boards.append(Blackboard(blackboard))
        return ours, self

    def kill(self, _: object) -> None:
        """There is no process."""


class Pool:
    """What holds the lane, and lets everybody in."""

    def __init__(self) -> None:
        self.ends: Counter[str] = Counter()
        self.lane_answers = 0

    def charge(self, client: str, seconds: float, *, was_slow: bool = False) -> None:
        """Nobody pays."""

    def is_welcome(self, client: str) -> bool:
        return True


class House:
    """A lane of workers without processes."""

    def __init__(self, held: ExitStack) -> None:
        self.zygote = Zygote(held)
        self.line = held.enter_context(socket.socket())
        self.loop = asyncio.get_running_loop()
        self.lane = Lane(cast("Spawner", self.zygote), WORKERS, Pool())

    async def invite(self, client: str) -> bool:
        return self.lane.invite(Connection(client, self.line), list)

    async def open(self) -> None:
        """Its workers are asked for, and ready."""
        while not await self.invite("first"):  # noqa: ASYNC110 – the loop has to hear of them
            await asyncio.sleep(0)

    def recalled(self) -> int:
        return sum(board.is_leaving(n) for board in self.zygote.boards for n in range(PLACES))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    monkeypatch.setattr(attendant, "traffic", lambda _: Traffic(1, 1))
    with ExitStack() as held:
        yield held


def test_client_whose_questions_take_long_leaves_all_its_places(held: ExitStack) -> None:
    async def run() -> None:
        house = House(held)
        await house.open()
        assert all([await house.invite("dear") for _ in range(9)])
        worker = house.zygote.boards[0]
        for _ in range(50):
            worker.end(1, 90_000)
        house.lane._tick()
        assert house.recalled() == 9
        assert not await house.invite("dear")
        assert await house.invite("first")
        house.lane.close()

    asyncio.run(run())


def test_client_with_one_long_question_among_many_quick_ones_stays(held: ExitStack) -> None:
    async def run() -> None:
        house = House(held)
        await house.open()
        for turn in range(100):
            house.zygote.boards[0].end(0, 90_000 if turn == 50 else 200)
        house.lane._tick()
        assert house.recalled() == 0
        house.lane.close()

    asyncio.run(run())


def test_place_of_which_nothing_is_asked_is_for_who_asks_when_there_is_no_other(
    held: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        house = House(held)
        await house.open()
        for number in range(WORKERS * PLACES - 1):
            assert await house.invite(f"client {number % 4}")
        assert not await house.invite("another")
        assert house.recalled() == 0
        later = house.loop.time() + 2
        monkeypatch.setattr(house.loop, "time", lambda: later)
        assert not await house.invite("another")
        assert house.recalled() == 1
        house.lane.close()

    asyncio.run(run())
