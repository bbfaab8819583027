"""What becomes of an answer whose worker was killed on the way: told by the kernel's counts alone."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from stadsgraaf.store.attendant import settle
from stadsgraaf.store.blackboard import Sending
from stadsgraaf.store.traffic import Traffic, traffic

REQUEST = b"q" * 120
ANSWER = b"a" * 900


@dataclass
class Wire:
    """A connection on which some requests were answered before, and one more is there."""

    client: socket.socket
    line: socket.socket
    before: Traffic
    sending: Sending


@pytest.fixture
def wire() -> Iterator[Wire]:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0] as line,
    ):
        line.sendall(b"old")
        before = traffic(line)
        assert before
        for _ in range(3):
            client.sendall(REQUEST)
            line.recv(len(REQUEST))
            line.sendall(ANSWER)
        client.recv(len(b"old") + 3 * len(ANSWER), socket.MSG_WAITALL)
        client.sendall(REQUEST)
        line.recv(1, socket.MSG_PEEK)
        done = 3 * len(ANSWER), 3 * len(REQUEST)
        yield Wire(client, line, before, Sending(len(REQUEST), len(ANSWER), *done))


def left(line: socket.socket) -> bytes:
    line.setblocking(False)
    try:
        return line.recv(1 << 16)
    except BlockingIOError:
        return b""


def test_answer_that_was_not_sent_leaves_its_request(wire: Wire) -> None:
    assert settle(wire.line, wire.before, wire.sending)
    assert left(wire.line) == REQUEST


def test_request_whose_answer_was_sent_is_taken(wire: Wire) -> None:
    wire.line.sendall(ANSWER)
    assert settle(wire.line, wire.before, wire.sending)
    assert left(wire.line) == b""


def test_request_that_came_next_is_left(wire: Wire) -> None:
    wire.line.sendall(ANSWER)
    wire.client.recv(len(ANSWER), socket.MSG_WAITALL)
    wire.client.sendall(b"next")
    assert settle(wire.line, wire.before, wire.sending)
    assert left(wire.line) == b"next"


def test_what_was_done_is_left_as_it_is(wire: Wire) -> None:
    wire.line.sendall(ANSWER)
    wire.line.recv(len(REQUEST))
    wire.client.sendall(REQUEST)
    assert settle(wire.line, wire.before, wire.sending)
    assert left(wire.line) == REQUEST


def test_client_that_sends_no_more_changes_nothing(wire: Wire) -> None:
    wire.client.shutdown(socket.SHUT_WR)
    assert settle(wire.line, wire.before, wire.sending)
    wire.line.sendall(ANSWER)
    assert settle(wire.line, wire.before, wire.sending)
    assert left(wire.line) == b""


def test_part_of_an_answer_is_not_taken_for_all(wire: Wire) -> None:
    wire.line.sendall(ANSWER[:-1])
    assert not settle(wire.line, wire.before, wire.sending)


def test_connection_that_was_reset_is_not_settled(wire: Wire) -> None:
    wire.line.sendall(ANSWER[:10])
    wire.client.close()
    assert not settle(wire.line, wire.before, wire.sending)
    assert not settle(None, wire.before, wire.sending)


def test_request_longer_than_any_is_not_believed(wire: Wire) -> None:
    wire.line.sendall(ANSWER)
    assert not settle(wire.line, wire.before, wire.sending._replace(request=1 << 63))
