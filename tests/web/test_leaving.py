"""Clients that leave, or stay and take nothing, seen from within a server."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from stadsgraaf.settings import Settings
from stadsgraaf.web import connections
from stadsgraaf.web.server import configuration

#: More than the system keeps for a reader here, less than what makes an application wait.
_LEFT_OVER = 60_000
_REQUEST = b"GET /%b HTTP/1.1\r\nHost: here.test\r\n\r\n"

Visit = Callable[[socket.socket, ServerState], Awaitable[None]]


def serving(app: ASGIApp, visit: Visit) -> None:
    """Let a client visit an application, over a connection for which the system keeps little."""

    async def work() -> None:
        config = configuration(app, Settings())
        config.load()
        state, loop = ServerState(), asyncio.get_running_loop()
        with socket.socket() as listener, socket.socket() as client:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            listener.bind(("127.0.0.1", 0))
            server = await loop.create_server(
                lambda: config.http_protocol_class(config=config, server_state=state, app_state={}),  # type: ignore[call-arg]
                sock=listener,
            )
            client.setblocking(False)
            await loop.sock_connect(client, listener.getsockname())
            async with server, asyncio.timeout(30):
                await visit(client, state)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 – nobody tells
        await asyncio.sleep(0.01)


async def respond(send: Send, body: bytes, *fields: tuple[bytes, bytes]) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [length, *fields]})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("field", [(b"connection", b"close"), (b"x-stays", b"yes")])
def test_who_does_not_take_the_rest_of_an_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, field: tuple[bytes, bytes]
) -> None:
    monkeypatch.setattr(connections, "STALL_SECONDS", 0.2)
    monkeypatch.setattr(connections, "KEPT_SECONDS", 0.2)

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await respond(send, b"x" * _LEFT_OVER, field)

    async def visit(client: socket.socket, state: ServerState) -> None:
        await asyncio.get_running_loop().sock_sendall(client, _REQUEST % b"")
        await until(lambda: state.total_requests == 1)
        await until(lambda: not state.connections)

    serving(app, visit)


def test_work_ends_when_who_leaves_had_asked_for_more_already() -> None:
    begun, told = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            begun.set()
            with contextlib.suppress(asyncio.CancelledError):
                while (await receive())["type"] != "http.disconnect":
                    pass
                told.set()
        else:
            await respond(send, b"x")

    async def visit(client: socket.socket, _: ServerState) -> None:
        asked = b"".join(_REQUEST % name for name in (b"quick", b"slow", b"more"))
        await asyncio.get_running_loop().sock_sendall(client, asked)
        await begun.wait()
        client.close()
        await told.wait()

    serving(app, visit)
