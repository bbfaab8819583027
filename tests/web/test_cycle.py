"""Responses as they go onto the wire."""

import asyncio
from typing import Any

import pytest

from stadsgraaf.web import cycle as cycles
from stadsgraaf.web.cycle import Cycle, lines_of


class Transport:
    """Keeps what is written, a piece per system call."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.closed = True


class Flow:
    write_paused = False


def respond(
    *messages: dict[str, Any], method: str = "GET", keep_alive: bool = True
) -> tuple[list[bytes], bool]:
    """What is written for the messages of an application, and whether the connection ends."""
    transport = Transport()
    cycle = Cycle(
        scope={"method": method},  # type: ignore[typeddict-item]  # all that is looked at
        transport=transport,  # type: ignore[arg-type]
        flow=Flow(),  # type: ignore[arg-type]
        logger=None,  # type: ignore[arg-type]
        access_logger=None,  # type: ignore[arg-type]
        access_log=False,
        default_headers=[],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep_alive,
        on_response=lambda: None,
    )

    async def send() -> None:
        for message in messages:
            await cycle.send(message)

    asyncio.run(send())
    return transport.written, transport.closed


def start(*fields: tuple[bytes, bytes], status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": fields}


def body(data: bytes = b"", *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


def test_head_and_body_go_out_together() -> None:
    written, _ = respond(start((b"content-length", b"2")), body(b"ok"))
    assert written == [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"]


def test_body_of_unknown_length_is_chunked() -> None:
    written, _ = respond(start(), body(b"ab", more=True), body(b"c", more=True), body())
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    assert written == [head + b"2\r\nab\r\n", b"1\r\nc\r\n", b"0\r\n\r\n"]


def test_answer_to_head_has_the_length_and_no_body() -> None:
    written, _ = respond(start((b"content-length", b"2")), body(b"ok"), method="HEAD")
    assert written == [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"]


@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body_and_no_framing(status: int) -> None:
    (written,), _ = respond(start(status=status), body())
    assert b"transfer-encoding" not in written


def test_connection_that_is_not_kept_says_so_and_ends() -> None:
    for asked in (
        respond(start((b"content-length", b"0")), body(), keep_alive=False),
        respond(start((b"content-length", b"0"), (b"connection", b"close")), body()),
    ):
        assert b"".join(asked[0]).count(b"connection: close") == 1
        assert asked[1]


@pytest.mark.parametrize(
    "field", [(b"x", b"a\r\nb: c"), (b"x", b"a\x00"), (b"a b", b"c"), (b"etag", b"a\nb")]
)
def test_field_that_would_end_its_line_is_refused(field: tuple[bytes, bytes]) -> None:
    with pytest.raises(RuntimeError, match="invalid header"):
        respond(start(field), body())


@pytest.mark.parametrize("length", [b"1", b"3"])
def test_body_of_another_length_than_announced_is_an_error(length: bytes) -> None:
    with pytest.raises(RuntimeError, match="Content-Length"):
        respond(start((b"content-length", length)), body(b"ok"))


def test_messages_out_of_order_are_an_error() -> None:
    with pytest.raises(RuntimeError, match="unexpected"):
        respond(body(b"ok"))
    with pytest.raises(RuntimeError, match="unexpected"):
        respond(start((b"content-length", b"0")), body(), body())


def test_long_lines_are_not_remembered() -> None:
    lines_of([(b"link", b"short")])
    before = cycles._usual_line.cache_info().currsize
    assert lines_of([(b"link", b"x" * 60_000)]) == b"link: " + b"x" * 60_000 + b"\r\n"
    respond(start((b"link", b"y" * 60_000), (b"content-length", b"0")), body())
    assert cycles._usual_line.cache_info().currsize == before
