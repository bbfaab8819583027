"""Connections in the lane are answered as on the ordinary way, whatever comes and whoever is killed."""

import json
import os
import random
import signal
import socket
import struct
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import lines
import pytest
from lines import Response, plain
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, add_release, in_graph, serving, until, write_release

from stadsgraaf.archive import Archive
from stadsgraaf.store.blackboard import PLACES

TOKEN = "token-of-the-test"
JSON = "Accept: application/sparql-results+json"
CSV = "Accept: text/csv"
#: An unknown field is what takes a request off the short way, and out of the lane.
ORDINARY = "X-Other: 1"
#: Fields that are another in every answer.
_OWN = ("date", "x-request-id", "ratelimit")
_RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
_MOST = 400
_numbers = count(1)


def quads(mark: str) -> list[Quad]:
    subject, predicate = NamedNode("http://e/s"), NamedNode("http://e/p")
    triples = [Quad(subject, predicate, Literal(f"{n} {'x' * 40}")) for n in range(2000)]
    triples.append(Quad(subject, NamedNode("http://e/mark"), Literal(mark)))
    return list(in_graph(triples))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    release = write_release(tmp_path_factory.mktemp("lane") / "release", quads("one"))
    with serving(release.path, {"query_timeout": 2, "admin_token": TOKEN}) as running:
        yield running


def get(query: str, *fields: str) -> bytes:
    return lines.get(plain(query), *fields)


def new() -> int:
    """A number that no question had before."""
    return next(_numbers)


def asking(number: int) -> str:
    return f"SELECT ({number} AS ?n) {{}}"


class Line(lines.Line):
    """One of a client of its own."""

    clients = count(2)

    def __init__(self, server: Server, client: str | None = None) -> None:
        number = next(self.clients)
        super().__init__(server, client or f"127.0.{number >> 8}.{number & 255}")

    def ask(self, query: str, *fields: str) -> Response:
        return self.send(get(query, *fields or (JSON,))).answer()

    def number(self, *fields: str) -> int:
        """Ask for a new number, and see that it is the one."""
        number = new()
        status, _, body = self.send(get(asking(number), *fields)).answer()
        assert status == 200
        assert fields != (JSON,) or value(body) == number
        return number

    def in_lane(self, *fields: str) -> "Line":
        """Ask one new question after the other until a worker answers them itself."""
        before = lane(self.server)["answers"]
        for turn in range(_MOST):
            self.number(*fields or (JSON,))
            if turn % 10 == 9 and lane(self.server)["answers"] > before:
                return self
            time.sleep(0.005)
        raise AssertionError("it never went to the lane")


def value(body: bytes) -> int:
    text = body.decode()
    if text.startswith("{"):
        return int(json.loads(text)["results"]["bindings"][0]["n"]["value"])
    return int(text.split()[1])


def lane(server: Server) -> dict[str, int]:
    """What the server counts of its lane."""
    request = urllib.request.Request(
        f"{server.base}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        lines = response.read().decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if line.startswith("stadsgraaf_"))
    return {
        "connections": int(float(found["stadsgraaf_lane_connections"])),
        "answers": int(float(found["stadsgraaf_lane_answers_total"])),
        "workers": int(float(found['stadsgraaf_workers{state="lane"}'])),
    }


def settled(server: Server) -> int:
    """How many answers were given in the lane, when nobody asks."""
    before, now = -1, lane(server)["answers"]
    while before != now:
        time.sleep(0.06)
        before, now = now, lane(server)["answers"]
    return now


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    with Line(server) as line:
        yield line.in_lane()


LITTLE = [
    ("ASK {{ ?s ?p {} }}", (JSON,)),
    ("ASK {{ ?s ?p {} }}", ("User-Agent: test",)),
    ("SELECT * {{ ?s ?p ?o }} LIMIT 3 OFFSET {}", (JSON,)),
    ("SELECT * {{ ?s ?p ?o }} LIMIT 40 OFFSET {}", (CSV, "Accept-Encoding: gzip")),
    ("SELECT * {{ ?s ?p ?o }} LIMIT 40 OFFSET {}", (JSON, "Accept-Encoding: br")),
    ("SELECT (RAND() * 0 + {} AS ?n) {{}}", (JSON, "Connection: keep-alive")),
    ("CONSTRUCT {{ ?s ?p {} }} {{ ?s ?p ?o }} LIMIT 2", ("Accept: text/turtle, */*;q=0.1",)),
    ("SELECT ('é {}' AS ?é) {{}}", ("Accept: application/sparql-results+xml",)),
    ("ASK {{ <relative/{}> ?p ?o }}", ("X-Forwarded-Host: elsewhere.test",)),
]
OTHERS = [
    ("SELECT * {{ ?s ?p ?o }} OFFSET {}", 200),
    ("SELECT {} é {{ }}", 400),
    ("INSERT DATA {{ <a> <b> {} }}", 400),
    ("SELECT * {{ SERVICE <http://127.0.0.1:9/{}> {{ ?s ?p ?o }} }}", 403),
    ("SELECT (" + "(" * 5000 + "{}" + ")" * 5000 + " AS ?x) {{}}", 400),
    (f"# {{}}\n{_RUNAWAY.replace('{', '{{').replace('}', '}}')}", 504),
]


def comparable(
    answer: tuple[int, list[tuple[str, str]], bytes],
) -> tuple[int, list[tuple[str, str]], bytes]:
    status, fields, body = answer
    return status, [(name, "" if name in _OWN else said) for name, said in fields], body


@pytest.mark.parametrize(("query", "fields"), LITTLE)
def test_lane_gives_the_same_answer_as_the_ordinary_way(
    server: Server, query: str, fields: tuple[str, ...]
) -> None:
    asked = query.format(new())
    with Line(server) as line, Line(server) as other:
        line.in_lane(*fields)
        before = settled(server)
        found = line.send(get(asked, *fields)).answer()
        until(lambda: lane(server)["answers"] > before)
        other.send(get("ASK {}", *fields)).answer()  # from here on its head is known
        short = other.send(get(asked, *fields)).answer()
        status, names, body = other.send(get(asked, *fields, ORDINARY)).answer()
    assert found[0] == 200
    assert comparable(found) == comparable(short)
    assert (status, body) == (found[0], found[2])
    left = {("ratelimit", "")}  # is not said of what was kept
    assert set(comparable(found)[1]) - left == set(comparable((status, names, body))[1]) - left


@pytest.mark.parametrize(("query", "status"), OTHERS)
def test_what_is_not_little_is_answered_on_the_ordinary_way(
    line: Line, query: str, status: int
) -> None:
    asked = query.format(new())
    found = line.ask(asked)
    with Line(line.server) as other:
        ordinary = other.ask(asked, JSON, ORDINARY)
    assert (found[0], ordinary[0]) == (status, status)
    if status != 504:
        assert found[2] == ordinary[2]
    line.number(JSON)


def test_question_that_was_there_before_is_kept(line: Line) -> None:
    asked = asking(new())
    first, second, third = (line.ask(asked) for _ in range(3))
    assert first[2] == second[2] == third[2]
    names = [[name for name, _ in answer[1]] for answer in (first, second, third)]
    assert ["ratelimit" in each for each in names] == [True, True, False]


def test_other_requests_on_the_connection_are_answered(line: Line) -> None:
    head = "POST /sparql HTTP/1.1\r\nHost: here.test\r\nContent-Type: application/sparql-query\r\n"
    line.send(f"{head}{JSON}\r\nContent-Length: 6\r\n\r\nASK {{}}".encode())
    assert line.answer()[0] == 200
    line.in_lane()
    assert line.send(b"GET /live HTTP/1.1\r\nHost: here.test\r\n\r\n").answer()[2] == b"live\n"
    line.in_lane()
    assert line.send(b"GET /live HTTP/1.1\r\n\r\n").answer()[0] == 400


def test_requests_that_come_together_are_answered_in_turn(line: Line) -> None:
    numbers = [new() for _ in range(5)]
    line.send(b"".join(get(asking(number), JSON) for number in numbers))
    assert [value(line.answer()[2]) for _ in numbers] == numbers


def test_request_may_come_in_pieces(line: Line) -> None:
    number = new()
    request = get(asking(number), JSON)
    for at in range(0, len(request), 20):
        line.send(request[at : at + 20])
        time.sleep(0.002)
    assert value(line.answer()[2]) == number


def test_who_ends_their_side_has_their_answer(line: Line) -> None:
    number = new()
    line.send(get(asking(number), JSON)).socket.shutdown(socket.SHUT_WR)
    assert value(line.answer()[2]) == number
    with pytest.raises(ConnectionError):
        line.answer()


def test_connection_that_is_closed_leaves_nothing(server: Server) -> None:
    with Line(server) as first, Line(server) as second:
        first.in_lane()
        second.in_lane()
        linger = struct.pack("ii", 1, 0)
        second.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)  # a reset
        second.send(get(asking(new()), JSON))
    until(lambda: lane(server)["connections"] == 0)
    until(lambda: not established(server))


def established(server: Server) -> set[str]:
    """Sockets of clients that a process of the server has."""
    port = f"0100007F:{server.port:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = {f"socket:[{row[9]}]" for row in rows if row[1] == port and row[3] == "01"}
    return ours & {each for pid in server.tree() for each in descriptors(pid)}


def descriptors(pid: int) -> list[str]:
    with suppress(OSError):
        return [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]
    return []


def workers_of_the_lane(server: Server) -> list[int]:
    """They wait for many things at once; the server itself is the first of its tree."""
    return [
        pid
        for pid in server.tree()
        if pid != server.pid and any("eventpoll" in each for each in descriptors(pid))
    ]


def test_idle_connection_is_closed_as_any_other(line: Line) -> None:
    line.socket.settimeout(30)
    assert line.socket.recv(1) == b""


def test_runaway_delays_no_other_connection_for_long(server: Server) -> None:
    with Line(server) as slow, Line(server) as quick:
        slow.in_lane()
        quick.in_lane()
        slow.send(get(f"# {new()}\n{_RUNAWAY}", JSON))
        for _ in range(50):
            quick.number(JSON)
        assert slow.answer()[0] == 504


def test_no_answer_is_lost_or_given_twice_when_workers_are_killed(server: Server) -> None:
    stop = threading.Event()
    faults: list[object] = []
    asked = [0] * 4

    def ask(turn: int) -> None:
        try:
            with Line(server) as line:
                while not stop.is_set():
                    line.number(JSON)
                    asked[turn] += 1
                assert not line.received
        except BaseException as fault:  # noqa: BLE001 – whatever it is, the test fails for it
            faults.append(fault)

    threads = [threading.Thread(target=ask, args=(turn,)) for turn in range(len(asked))]
    for thread in threads:
        thread.start()
    killed, chance = 0, random.Random(4)
    while killed < 40 and not faults:
        for pid in workers_of_the_lane(server):
            before = lane(server)["answers"]
            until(lambda: lane(server)["answers"] > before or bool(faults))  # noqa: B023 – at once
            time.sleep(chance.random() / 50)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults
    assert min(asked) > 50


def test_each_answer_is_of_the_release_that_it_names(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    releases = [add_release(archive, quads(mark)).identifier for mark in ("one", "two")]
    marks = dict(zip(releases, ("one", "two"), strict=True))
    archive.switch(releases[0])
    settings = {"admin_token": TOKEN, "watch": 0}
    with serving(tmp_path / "archive", settings) as server, Line(server) as line:
        for turn in range(1, 4):
            line.in_lane(CSV)
            wanted = releases[turn % 2]
            with archive.locked():
                archive.switch(wanted)
            server.process.send_signal(signal.SIGHUP)
            now = ""
            while now != wanted:
                query = f"SELECT ?n ({new()} AS ?m) {{ ?s <http://e/mark> ?n }}"
                _, fields, body = line.ask(query, CSV)
                now = dict(fields)["stadsgraaf-release"]
                assert body.split()[1].decode().partition(",")[0] == marks[now]
        line.in_lane()
        until(lambda: len(workers_of_the_lane(server)) <= 2)
        line.send(get(asking(new()), JSON))
        assert server.stop() == 0
        assert line.answer()[0] == 200


def test_one_client_has_half_of_the_places_at_most(server: Server) -> None:
    with ExitStack() as held:
        many = [held.enter_context(Line(server, "127.1.0.1")) for _ in range(PLACES + 8)]

        def ask() -> int:
            for line in many:
                line.send(get(asking(new()), JSON))
            assert {line.answer()[0] for line in many} == {200}
            return lane(server)["connections"]

        until(lambda: ask() >= PLACES // 2)
        assert max(ask() for _ in range(20)) <= PLACES
        with Line(server) as other:
            other.in_lane()


def test_client_that_used_its_time_is_told_so(tmp_path: Path) -> None:
    release = write_release(tmp_path / "release", quads("one"))
    with (
        serving(release.path, {"client_time": 0.05, "admin_token": TOKEN}) as server,
        Line(server) as line,
    ):
        statuses = []
        while 429 not in statuses:
            statuses.append(line.ask(asking(new()))[0])
            assert len(statuses) < 5000
        assert set(statuses) == {200, 429}


def test_without_workers_for_it_there_is_no_lane(tmp_path: Path) -> None:
    release = write_release(tmp_path / "release", quads("one"))
    with (
        serving(release.path, {"lane_workers": 0, "admin_token": TOKEN}) as server,
        Line(server) as line,
    ):
        for _ in range(60):
            line.number(JSON)
        assert lane(server) == {"answers": 0, "connections": 0, "workers": 0}
