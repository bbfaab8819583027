"""Requests that are sent before those ahead of them are answered."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, gives_way, in_graph, serving, until, write_release

_RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_TINY = b"GET /live HTTP/1.1\r\nHost:x\r\n\r\n"
_MANY = 10_000
_MIB = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    name = NamedNode("http://e/p")
    triples = [Quad(NamedNode(f"http://e/{n}"), name, Literal(n)) for n in range(3000)]
    folder = tmp_path_factory.mktemp("pipelines") / "release"
    release = write_release(folder, list(in_graph(triples))).path
    with serving(release, {"query_timeout": 600}) as running:
        yield running


def connect(server: Server, data: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    connection.sendall(data)
    return connection


def get(query: str, *fields: str) -> bytes:
    lines = "".join(f"{field}\r\n" for field in ("Host: here.test", *fields))
    return f"GET /sparql?query={quote(query)} HTTP/1.1\r\n{lines}\r\n".encode()


def everything(connection: socket.socket) -> bytes:
    received = bytearray()
    while piece := connection.recv(_MIB):
        received += piece
    return bytes(received)


def resident(server: Server) -> int:
    """MiB of the web process."""
    text = Path(f"/proc/{server.pid}/statm").read_text(encoding="ascii")
    return int(text.split()[1]) * 4096 // _MIB


def busy(server: Server) -> int:
    return sum(map(gives_way, server.tree()))


def test_requests_behind_one_that_takes_long_are_not_kept(server: Server) -> None:
    before = resident(server)
    with contextlib.ExitStack() as held:
        for _ in range(10):
            slow = get(_RUNAWAY).replace(b" HTTP", b"&timeout=6 HTTP")
            connection = held.enter_context(connect(server, slow))
            connection.settimeout(0.5)
            with contextlib.suppress(TimeoutError):
                for _ in range(8):
                    connection.sendall(_TINY * (_MIB // len(_TINY)))
        assert resident(server) - before < 32
        with connect(server, get("ASK {}", "Connection: close")) as other:
            assert everything(other).startswith(b"HTTP/1.1 200 ")
    until(lambda: busy(server) == 0)


@pytest.mark.parametrize("way", ["get", "post"])
def test_ten_thousand_requests_at_once_are_answered_in_order(server: Server, way: str) -> None:
    queries = [f"SELECT ({number} AS ?n) {{}}" for number in range(_MANY)]
    if way == "get":
        sent = b"".join(map(get, queries))
    else:
        kind = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        sent = "".join(f"{kind}Content-Length: {len(q)}\r\n\r\n{q}" for q in queries).encode()
    received = bytearray()
    with connect(server, b"") as connection:
        connection.setblocking(False)
        while received.count(b'"value":"') < _MANY:  # who does not read is not read from
            with contextlib.suppress(BlockingIOError):
                sent = sent[connection.send(sent) :]
            with contextlib.suppress(BlockingIOError):
                piece = connection.recv(_MIB)
                assert piece, "it was closed"
                received += piece
    answers = received.split(b'"value":"')[1:]
    assert [int(answer.partition(b'"')[0]) for answer in answers] == list(range(_MANY))


def test_work_ends_when_who_leaves_had_more_to_ask(server: Server) -> None:
    for behind in (_TINY, _TINY * 500, b"GET /live HT"):
        gone = [connect(server, get(_RUNAWAY) + behind) for _ in range(2)]
        until(lambda: busy(server) > 0)
        for connection in gone:
            connection.close()
        until(lambda: busy(server) == 0)


def test_who_asks_no_more_gets_all_answers_and_the_end(server: Server) -> None:
    for behind in (b"", b"GET /live HT"):
        asked = get(_RUNAWAY).replace(b" HTTP", b"&timeout=0.5 HTTP") + get("ASK {}") * 40
        with connect(server, asked + behind) as connection:
            connection.shutdown(socket.SHUT_WR)
            received = everything(connection)
        assert received.count(b"HTTP/1.1 504 ") == 1
        assert received.count(b'"boolean":true') == 40


def test_a_body_behind_a_request_under_way_is_read_whole(server: Server) -> None:
    query = "ASK {} #" + "x" * 60_000
    post = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(query)
    )
    slow = get(_RUNAWAY).replace(b" HTTP", b"&timeout=0.5 HTTP")
    with connect(server, slow + post + query.encode()) as connection:
        _, _, rest = everything(connection).partition(b"HTTP/1.1 200 ")
    assert json.loads(rest.partition(b"\r\n\r\n")[2]) == {"head": {}, "boolean": True}
