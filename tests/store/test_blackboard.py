"""What a lane and its worker write for each other is read whole, whatever moment one of them ends at."""

import os
import socket
from collections.abc import Iterator

import pytest

from stadsgraaf.store.blackboard import PLACES, Blackboard, Sending, Stage
from stadsgraaf.store.traffic import Traffic, traffic


@pytest.fixture
def boards() -> Iterator[tuple[Blackboard, Blackboard]]:
    ours, descriptor = Blackboard.made()
    theirs = Blackboard(descriptor)
    os.close(descriptor)
    yield ours, theirs
    ours.close()
    theirs.close()


def test_answers_are_read_once(boards: tuple[Blackboard, Blackboard]) -> None:
    ours, theirs = boards
    for place in range(3):
        theirs.begin(place)
        theirs.end(place, 100 + place)
    assert ours.read() == [(0, 100), (1, 101), (2, 102)]
    assert ours.read() == []


def test_of_more_answers_than_there_is_room_for_the_latest_are_known(
    boards: tuple[Blackboard, Blackboard],
) -> None:
    ours, theirs = boards
    for number in range(5000):
        theirs.end(number % PLACES, number)
    read = ours.read()
    assert read[-1] == (4999 % PLACES, 4999)
    assert 4000 < len(read) < 5000


def test_stage_tells_what_a_worker_was_at(boards: tuple[Blackboard, Blackboard]) -> None:
    ours, theirs = boards
    assert ours.stage == Stage.IDLE
    theirs.begin(5)
    assert (ours.stage, ours.place) == (Stage.ANSWERING, 5)
    theirs.send(Sending(100, 200, 3, 4))
    assert (ours.stage, ours.sending) == (Stage.SENDING, Sending(100, 200, 3, 4))
    theirs.leave()
    assert ours.stage == Stage.IDLE


def test_note_is_the_last_one_that_was_written(boards: tuple[Blackboard, Blackboard]) -> None:
    ours, theirs = boards
    for place in range(PLACES):
        ours.welcome(place, b"note %d" % place)
        ours.write(place, b"n" * (place + 1))
    assert [theirs.note(place) for place in range(PLACES)] == [
        b"n" * (n + 1) for n in range(PLACES)
    ]


def test_note_is_of_one_time_though_others_are_written_while_it_is_read(
    boards: tuple[Blackboard, Blackboard], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = boards
    ours.write(3, b"a long note")
    memory, others = theirs._bytes, [b"another", b"short"]

    class Meanwhile:
        def __getitem__(self, part: slice) -> memoryview:
            while others:
                ours.write(3, others.pop(0))
            return memory[part]

    with monkeypatch.context() as patch:
        patch.setattr(theirs, "_bytes", Meanwhile())
        assert theirs.note(3) == b"short"


def test_nonsense_of_a_worker_is_a_stage_that_ends(boards: tuple[Blackboard, Blackboard]) -> None:
    ours, theirs = boards
    theirs._words[0] = (1 << 64) - 1
    assert ours.stage == Stage.ANSWERING


def test_worker_cannot_take_the_memory_away() -> None:
    ours, descriptor = Blackboard.made()
    try:
        for size in (0, 1 << 30):
            with pytest.raises(PermissionError):
                os.ftruncate(descriptor, size)
    finally:
        os.close(descriptor)
        ours.close()


def test_place_that_is_called_back_is_free_for_the_next(
    boards: tuple[Blackboard, Blackboard],
) -> None:
    ours, theirs = boards
    ours.welcome(7, b"")
    assert not theirs.is_leaving(7)
    ours.call_back(7)
    assert (theirs.is_leaving(7), theirs.is_leaving(6)) == (True, False)
    ours.welcome(7, b"")
    assert not theirs.is_leaving(7)


def test_question_is_known_again_until_another_has_its_place(
    boards: tuple[Blackboard, Blackboard],
) -> None:
    _, theirs = boards
    first = (1 << 64) - 1
    assert not theirs.was_asked(first)
    assert theirs.was_asked(first)
    assert not theirs.was_asked(first - (1 << 20))
    assert not theirs.was_asked(first)


def test_kernel_counts_what_was_written_and_read() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0] as line,
    ):
        before = traffic(line)
        assert before
        client.sendall(b"x" * 100)
        line.recv(100, socket.MSG_PEEK)
        assert traffic(line) == before
        line.recv(60)
        line.sendall(b"y" * 50_000)
        assert traffic(line) == Traffic(before.written + 50_000, before.read + 60)
        client.recv(1000)  # what of it is acknowledged changes nothing
        assert traffic(line) == Traffic(before.written + 50_000, before.read + 60)


def test_what_is_no_connection_has_no_traffic() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert traffic(ours) is None
