"""Connections that are slow, that leave, that flood; and a server that is told to stop."""

import contextlib
import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, gives_way, in_graph, serving, until, write_release

from stadsgraaf.store.reply import Spool
from stadsgraaf.web.headers import SECURITY

_RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_EVERYTHING = "SELECT * { ?s ?p ?o }"
_ROWS = 60_000
#: As many as there can be, by the defaults: two, and two for each of four places for slow queries.
_WORKERS = 10
_SLOW_BODY = (
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 1000\r\n\r\nASK"
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    subject, predicate = NamedNode("http://e/s"), NamedNode("http://e/p")
    triples = [
        Quad(subject, predicate, Literal(f"{number} {'x' * 400}")) for number in range(_ROWS)
    ]
    folder = tmp_path_factory.mktemp("connections") / "release"
    return write_release(folder, list(in_graph(triples))).path


@pytest.fixture(scope="module")
def server(release: Path) -> Iterator[Server]:
    with serving(release, {"query_timeout": 3, "body_timeout": 2}) as running:
        yield running


def connect(server: Server, data: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    connection.sendall(data)
    return connection


def get(query: str, *headers: str, host: str = "here.test") -> bytes:
    fields = "".join(f"{header}\r\n" for header in (f"Host: {host}", *headers))
    return f"GET /sparql?query={quote(query)} HTTP/1.1\r\n{fields}\r\n".encode()


def everything(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            received += piece
    return received


def status(response: bytes) -> int:
    return int(response.split(b" ", 2)[1]) if response.startswith(b"HTTP/1.1 ") else 0


def exchange(server: Server, data: bytes) -> bytes:
    with connect(server, data) as connection:
        return everything(connection)


def asks(server: Server) -> int:
    return status(exchange(server, get("ASK {}", "Connection: close")))


def memory(server: Server) -> int:
    """Resident MiB of the web process."""
    pages = Path(f"/proc/{server.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") >> 20


# Heads


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"GET /live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /live HTTP/1.1\r\n\r\n", 400),
        (
            b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            b"POST /sparql HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"GET /live HTTP/1.1\r\nHost: <script>\r\n\r\n", 400),
        (b'GET /live HTTP/1.1\r\nHost: a"b\r\n\r\n', 400),
        (b"GET /live HTTP/1.1\r\nHost: user@a\r\n\r\n", 400),
        (b"GET /live HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 101 + b"\r\n", 431),
        (b"GET /live HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 33_000 + b"\r\n\r\n", 431),
        (b"GET /live HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 1_000_000, 431),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"NONSENSE\r\n\r\n", 400),
        (b"FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"get /live HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"F(O) / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /live HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        (b"GET /live HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        (b"GET /live HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", 417),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ],
    ids=[
        "two-hosts",
        "no-host",
        "two-lengths",
        "old-chunks",
        "packed-chunks",
        "host-tag",
        "host-quote",
        "host-user",
        "fields",
        "header",
        "endless",
        "url",
        "text",
        "method",
        "method-in-small-letters",
        "no-method",
        "version",
        "later-version",
        "expectation",
        "tls",
    ],
)
def test_bad_head_is_refused(server: Server, request_: bytes, expected: int) -> None:
    response = exchange(server, request_)
    assert status(response) == expected
    problem = json.loads(response.split(b"\r\n\r\n", 1)[1])
    assert problem["status"] == expected
    for name in SECURITY:
        assert response.count(f"\r\n{name.lower()}: ".encode()) == 1
    assert server.is_live()


@pytest.mark.parametrize("host", ["a", "a:80", "a.example.", "127.0.0.1:8000", "[::1]:8000", ""])
def test_every_host_that_can_be_is_answered(server: Server, host: str) -> None:
    assert status(exchange(server, get("ASK {}", "Connection: close", host=host))) == 200


_CHUNKED = (
    b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
    b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
)


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (_CHUNKED + b"6\r\nASK {}\r\n0\r\n", b"X-Name: some value\r\n"),
        (_CHUNKED + b"6\r\nASK {}\r\n0\r\nX: ", b"some value"),
        (_CHUNKED + b"6;", b"some value"),
        (get(_RUNAWAY) + b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"some value"),
    ],
    ids=["trailers", "trailer", "chunk-extension", "next-head"],
)
def test_what_is_neither_head_nor_body_has_an_end(
    server: Server, start: bytes, piece: bytes
) -> None:
    before = memory(server)
    with connect(server, start) as connection, contextlib.suppress(ConnectionError):
        for _ in range(100):
            connection.sendall(piece * 50_000)
        pytest.fail("it took all of that")
    assert memory(server) - before < 32
    assert asks(server) == 200


def test_a_field_behind_the_body_is_none_of_the_request(server: Server) -> None:
    response = exchange(server, _CHUNKED + b"6\r\nASK {}\r\n0\r\nAccept: text/csv\r\n\r\n")
    assert status(response) == 200
    assert b"application/sparql-results+json" in response


def test_head_in_many_pieces_is_read(server: Server) -> None:
    with connect(server) as connection:
        for byte in get("ASK {}", "Connection: close"):
            connection.send(bytes([byte]))
        assert status(everything(connection)) == 200


def test_the_host_of_a_whole_address_goes_before_that_of_the_field(server: Server) -> None:
    request_ = (
        b"GET http://there.test:81/sparql HTTP/1.1\r\nHost: here.test\r\nConnection: close\r\n\r\n"
    )
    response = exchange(server, request_)
    assert b"<http://there.test:81/sparql>" in response
    assert b"here.test/" not in response.replace(b"there.test", b"")


def test_old_client_is_sent_nothing_before_the_answer(server: Server) -> None:
    request_ = _SLOW_BODY.replace(b"1000\r\n", b"6\r\nExpect: 100-continue\r\n") + b" {}"
    response = exchange(server, request_.replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert response.startswith(b"HTTP/1.1 200")


def test_what_is_wrong_with_a_head_is_said(server: Server) -> None:
    address = exchange(server, "GET /sparql?query=é HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert b"percent-encoded" in address
    for strange in (b"GET http:///x", b"CONNECT x:80"):
        answer = exchange(server, strange + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert status(answer) == 400
        assert b"no path and no http URL" in answer
    field = exchange(server, b"GET / HTTP/1.1\r\nHost : x\r\n\r\n")
    assert b"Invalid header token" in field


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    queries = (f"SELECT ({number} AS ?n) {{}}" for number in range(5))
    requests = b"".join(get(query) for query in queries) + get("ASK {}", "Connection: close")
    response = exchange(server, requests)
    assert response.count(b"HTTP/1.1 200 OK") == 6
    values = [part[:1] for part in response.split(b'"value":"')[1:]]
    assert values == [b"0", b"1", b"2", b"3", b"4"]


def test_request_for_another_protocol_is_answered_in_this_one(server: Server) -> None:
    fields = ("Connection: Upgrade, close", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    assert status(exchange(server, get("ASK {}", *fields))) == 200


# Slow clients


def test_slow_clients_are_cut_off_and_hold_nobody_up(server: Server) -> None:
    starts = (
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-a: ",
        _SLOW_BODY,
        b"GET /live HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
    )
    slow = [connect(server, start) for start in starts for _ in range(50)]
    assert asks(server) == 200
    told = []
    for connection in slow:
        told.append(status(everything(connection)))  # returns when the server has closed
        connection.close()
    assert told == [0] * 50 + [408] * 100 + [200] * 50
    assert asks(server) == 200


def test_body_that_does_not_come_is_a_timeout(server: Server) -> None:
    with connect(server, _SLOW_BODY) as connection:
        assert status(everything(connection)) == 408


def test_readers_that_take_nothing_hold_nobody_up(server: Server) -> None:
    readers = []
    before = memory(server)
    for _ in range(30):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(get(_EVERYTHING))
        readers.append(connection)
    assert [asks(server) for _ in range(5)] == [200] * 5
    assert memory(server) - before < 400
    for connection in readers:
        connection.close()


def test_readers_that_take_nothing_cost_little_in_all_processes_together(server: Server) -> None:
    """What they share counts once: workers are forked from what has the data."""
    before = most = shared_out(server)
    with contextlib.ExitStack() as held:
        for _ in range(20):
            connection = held.enter_context(connect(server, get(_EVERYTHING)))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            most = max(most, shared_out(server))
            time.sleep(0.05)
    assert most - before < (Spool().total >> 20) + _WORKERS * 16


def shared_out(server: Server) -> int:
    """MiB of all processes of a server, what is shared divided among them."""
    total = 0
    for pid in server.tree():
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            total += int(text.partition("\nPss:")[2].split()[0])
    return total >> 10


def test_more_connections_than_there_is_room_for_are_told_to_come_back(release: Path) -> None:
    few_descriptors = ("sh", "-c", 'ulimit -n 64; exec "$@"', "sh")
    with serving(release, wrapper=few_descriptors) as server:
        held = [connect(server) for _ in range(24)]
        with connect(server) as connection:
            refused = everything(connection)
        assert status(refused) == 503
        assert b"retry-after: 2\r\n" in refused
        for each in held:
            each.close()
        until(lambda: asks(server) == 200)


# Clients that leave


def test_work_ends_when_the_client_leaves_also_one_that_asks_no_more_first(release: Path) -> None:
    asked = get(_RUNAWAY)
    with serving(release, {"query_timeout": 600}) as server:
        for ends_first in (False, True):
            for request_ in (asked, asked.replace(b"HTTP/1.1", b"HTTP/1.0")):
                gone = [connect(server, request_) for _ in range(2)]
                until(lambda: _busy(server) > 0)
                for connection in gone:
                    if ends_first:
                        connection.shutdown(socket.SHUT_WR)
                    connection.close()
                until(lambda: _busy(server) == 0)
        assert asks(server) == 200


_INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"


def test_who_asks_no_more_gets_the_answer(server: Server) -> None:
    slow = get(_RUNAWAY).replace(b" HTTP", b"&timeout=0.5 HTTP")
    answer = {}
    for name, request_ in {
        "slow": slow,
        "old": slow.replace(b"HTTP/1.1", b"HTTP/1.0"),
        "large": get(_EVERYTHING),
        "last": slow + slow + get("ASK {}"),
        "quick": get("ASK {}"),
    }.items():
        with connect(server, request_) as connection:
            connection.shutdown(socket.SHUT_WR)
            answer[name] = everything(connection)
    assert answer["slow"].startswith(_INTERIM)
    assert status(answer["slow"].removeprefix(_INTERIM)) == 504
    assert status(answer["old"]) == 504
    assert answer["quick"].endswith(b'{"head":{},"boolean":true}')
    assert answer["large"].endswith(b"]}}\r\n0\r\n\r\n")
    assert answer["last"].count(b"HTTP/1.1 504") == 2
    assert answer["last"].endswith(b'{"head":{},"boolean":true}')


def _busy(server: Server) -> int:
    """Workers that have computed for some time: they run at a lower priority."""
    return sum(map(gives_way, server.tree()))


# Floods


@pytest.mark.parametrize("chunked", [False, True])
def test_large_body_is_refused_and_not_kept(server: Server, *, chunked: bool) -> None:
    size = 200 << 20
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n{length}"
    before = memory(server)
    block = b"a" * (1 << 20)
    with connect(server, f"{head}\r\n\r\n".encode()) as connection:
        with contextlib.suppress(ConnectionError):
            for _ in range(size >> 20):
                connection.sendall(b"100000\r\n" + block + b"\r\n" if chunked else block)
        response = b""
        with contextlib.suppress(ConnectionError):
            response = connection.recv(65536)
    assert status(response) in (413, 0)
    assert memory(server) - before < 64
    assert asks(server) == 200


def test_broken_off_answer_cannot_be_taken_for_whole(release: Path) -> None:
    with serving(release, {"result_length": 2_000_000}) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("GET", f"/sparql?query={quote(_EVERYTHING)}")
        response = connection.getresponse()
        assert response.status == 200
        with pytest.raises(http.client.IncompleteRead):
            response.read()
        connection.close()
        old = exchange(server, get(_EVERYTHING).replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert status(old) == 400


def test_large_answer_arrives_whole(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", f"/sparql?query={quote(_EVERYTHING)}")
    assert len(json.loads(connection.getresponse().read())["results"]["bindings"]) == _ROWS
    connection.close()


# Stopping


def test_idle_server_stops_at_once_and_leaves_no_process(release: Path) -> None:
    with serving(release) as server:
        until(lambda: len(server.tree()) >= 4)  # two workers, and what they are forked from
        tree = server.tree()
        idle = connect(server)
        assert server.stop() == 0
        idle.close()
        assert not any(Path(f"/proc/{pid}").exists() for pid in tree - {server.pid})


def begun(server: Server) -> socket.socket:
    """A client that has the first bytes of an answer that cannot be over before it reads on."""
    connection = socket.socket()
    connection.settimeout(60)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(get(_EVERYTHING, "Connection: close"))
    assert connection.recv(64).startswith(b"HTTP/1.1 200 ")
    return connection


def takes_no_more(server: Server) -> bool:
    try:
        connect(server).close()
    except ConnectionRefusedError:
        return True
    return False


def test_request_under_way_is_finished_before_the_server_stops(release: Path) -> None:
    with serving(release, {"grace": 60}) as server, begun(server) as reader:
        server.process.terminate()
        until(lambda: takes_no_more(server))
        assert everything(reader).endswith(b"]}}\r\n0\r\n\r\n")
        assert server.process.wait(60) == 0


def test_readers_that_are_cut_short_at_the_end_are_no_faults(release: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    wrapper = ("sh", "-c", f'exec "$@" 2>{log}', "sh")
    with serving(release, {"grace": 1}, wrapper) as server, contextlib.ExitStack() as held:
        assert status(exchange(server, b"NONSENSE\r\n\r\n")) == 400
        for _ in range(2):  # what one client may have at once
            held.enter_context(begun(server))
        assert server.stop() == 0
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "Invalid HTTP" not in said


def test_server_that_is_killed_leaves_no_process(release: Path) -> None:
    with serving(release) as server:
        tree = server.tree()
        server.stop(9)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in tree - {server.pid}))


_OFFER = (
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    b"HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\r\n"
    b"Content-Type: application/sparql-query\r\nContent-Length: 6\r\n\r\nASK {}"
)


@pytest.mark.parametrize("places", [(), (-6,), (-6, -3), (20, -6)])
def test_who_offers_another_protocol_is_answered_in_this_one(
    server: Server, places: tuple[int, ...]
) -> None:
    """Java's client and ``curl --http2`` offer HTTP/2 with every request; its body must not get lost."""
    cuts = [0, *(place % len(_OFFER) for place in places), len(_OFFER)]
    with connect(server) as connection:
        for start, end in pairwise(cuts):
            connection.sendall(_OFFER[start:end])
            time.sleep(0.1)
        answer = connection.recv(65536)
    assert status(answer) == 200
    assert b'"boolean":true' in answer.replace(b" ", b"")


def test_an_offer_that_comes_in_pieces_is_refused_rather_than_its_body_lost(server: Server) -> None:
    middle = _OFFER.index(b"Upgrade: h2c") + 3
    with connect(server, _OFFER[:middle]) as connection:
        time.sleep(0.2)
        connection.sendall(_OFFER[middle:])
        answer = everything(connection)
    assert status(answer) == 400
    assert b"without Upgrade" in answer
