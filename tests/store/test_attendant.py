"""A worker of the lane may end at any moment, or say anything: connections come back as they should."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, cast

import pytest

from stadsgraaf.store import attendant
from stadsgraaf.store.attendant import Attendant
from stadsgraaf.store.blackboard import Blackboard
from stadsgraaf.store.lane_worker import BACK, GOING, HEADER, READY
from stadsgraaf.store.spawner import Spawner
from stadsgraaf.store.traffic import Traffic


class Connection:
    """A guest, and what became of it."""

    def __init__(self, client: str, line: socket.socket) -> None:
        self.client = client
        self.line = line
        self.note = b""
        self.seen: list[object] = []

    def answered(self, seconds: Sequence[float]) -> None:
        self.seen.append(len(seconds))

    def came_back(self, rest: bytes = b"") -> None:
        self.seen.append(rest)

    def broke_off(self) -> None:
        self.seen.append("broken")


class House:
    """A lane, a zygote and a worker, without processes: what they were told, and the worker's ends."""

    def __init__(self, held: ExitStack) -> None:
        self._held = held
        self.loop = held.enter_context(asyncio.Runner()).get_loop()
        self.lost_for: list[str | None] = []
        self.killed = 0
        self.link: socket.socket
        self.board: Blackboard
        self.attendant = Attendant(self, cast("Spawner", self), self.loop)
        self.link.send(HEADER.pack(READY, 0))
        self.turn()
        assert self.attendant.is_ready

    def turn(self) -> None:
        """What the loop has to do now."""
        for _ in range(3):
            self.loop.run_until_complete(asyncio.sleep(0))

    def guest(self, client: str) -> Connection:
        """A connection over which something went before, in the lane."""
        listener = self._held.enter_context(socket.create_server(("127.0.0.1", 0)))
        theirs = self._held.enter_context(socket.create_connection(listener.getsockname()))
        line = self._held.enter_context(listener.accept()[0])
        theirs.sendall(b"asked")
        line.recv(5)
        line.sendall(b"answered")
        theirs.recv(8)
        guest = Connection(client, line)
        assert self.attendant.take(guest, list)
        return guest

    # a zygote

    def fork_for_lane(self, blackboard: int) -> tuple[socket.socket, Any]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self.link = self._held.enter_context(theirs)
        self.board = Blackboard(blackboard)
        self.home, self.pid = self, None
        return ours, self

    def kill(self, _: object) -> None:
        self.killed += 1

    # a lane

    def account(self, worker: Attendant) -> None:
        for guest, seconds in worker.read().items():
            guest.answered(seconds)

    def left(self, guest: object) -> None:
        """Nobody counts."""

    def lost(self, worker: Attendant, client: str | None) -> None:
        self.lost_for.append(client)


@pytest.fixture
def house() -> Iterator[House]:
    with ExitStack() as held:
        house = House(held)
        yield house
        house.board.close()
        if not house.lost_for:
            house.attendant.abandon()


def test_rest_that_was_told_is_written_though_the_worker_ended_with_messages_unread(
    house: House,
) -> None:
    guest = house.guest("a")
    house.link.send(HEADER.pack(BACK, 0) + b"rest")
    house.link.close()
    house.turn()
    assert guest.seen == [b"rest"]


def test_worker_that_says_nonsense_is_killed(house: House) -> None:
    guest = house.guest("a")
    house.link.send(HEADER.pack(BACK, 60_000))
    house.link.send(b"?")
    house.turn()
    assert (house.killed, guest.seen) == (1, [])
    house.link.close()
    house.turn()
    assert guest.seen == [b""]


def test_worker_that_hangs_up_has_to_go(house: House) -> None:
    guest = house.guest("a")
    house.link.close()
    house.turn()
    assert (house.killed, guest.seen) == (1, [b""])


def test_worker_that_goes_by_itself_is_not_lost(house: House) -> None:
    guest = house.guest("a")
    house.link.send(HEADER.pack(GOING, 0))
    house.link.close()
    house.turn()
    assert (house.attendant.reason, guest.seen) == ("replaced", [b""])


def test_worker_that_keeps_what_is_recalled_is_killed(house: House) -> None:
    guest = house.guest("a")
    now = house.loop.time()
    house.attendant.look(now + 100)
    house.attendant.recall(guest)
    house.attendant.look(now)
    assert house.killed == 0
    house.attendant.look(now + 100)
    assert house.killed == 1


def test_who_asked_what_was_slow_is_to_blame_and_not_who_came_next(house: House) -> None:
    slow, quick = house.guest("slow"), house.guest("quick")
    now = house.loop.time()
    house.board.begin(0)
    house.attendant.look(now)
    house.attendant.look(now + 100)
    house.board.end(0, 100)
    house.board.begin(1)
    house.link.close()
    house.turn()
    assert house.lost_for == ["slow"]
    assert (slow.seen, quick.seen) == ([1, b""], [b""])


def test_place_that_is_left_is_not_the_next_that_is_taken(house: House) -> None:
    house.guest("a")
    house.link.send(HEADER.pack(BACK, 0))
    house.turn()
    house.guest("b")
    assert list(house.attendant.places) == [1]


def test_connection_of_which_nothing_is_counted_is_not_taken(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = house.guest("a")
    monkeypatch.setattr(attendant, "traffic", lambda _: Traffic(0, 0))
    assert not house.attendant.take(guest, list)
