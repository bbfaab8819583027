"""A plain query goes a short way, and is answered as on the ordinary one."""

import asyncio
import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import lines
import pytest
from lines import Response, get, plain
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, in_graph, serving, write_release

from stadsgraaf.media import RESULTS
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Answer, Limits, Question, Whole, WholeAnswer
from stadsgraaf.web.app import create_app
from stadsgraaf.web.edition import Edition
from stadsgraaf.web.editions import Editions
from stadsgraaf.web.express import Express
from stadsgraaf.web.observing import Observed
from stadsgraaf.web.promotion import Record
from stadsgraaf.web.tracing import Tracing

_ROWS = 3000
_RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
#: An unknown field is what takes a request off the short way.
_ORDINARY = "X-Other: 1"
#: Fields that are another in every answer.
_OWN = ("date", "x-request-id")
#: Fields that depend on whether all of a large answer is there when it begins, and on what others ask.
_BY_CHANCE = ("ratelimit", "content-length", "transfer-encoding")
JSON = "Accept: application/sparql-results+json"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    subject, predicate = NamedNode("http://e/s"), NamedNode("http://e/p")
    triples = [Quad(subject, predicate, Literal(f"{n} {'x' * 40}")) for n in range(_ROWS)]
    folder = tmp_path_factory.mktemp("express") / "release"
    release = write_release(folder, list(in_graph(triples)))
    with serving(release.path, {"query_timeout": 2, "workers": 2}) as running:
        yield running


class Line(lines.Line):
    """One whose answers are compared: without the fields that are another in each."""

    def answer(self) -> Response:
        status, fields, body = super().answer()
        return status, [pair for pair in fields if pair[0] not in _OWN], body


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    line = Line(server)
    with line.socket:
        yield line


TARGETS = [
    plain("ASK { ?s ?p ?o }"),
    plain("SELECT * { ?s ?p ?o } LIMIT 3"),
    plain("SELECT (NOW() AS ?now) { FILTER(false) }"),
    plain("SELECT * { ?s ?p ?o } LIMIT 100"),  # is packed at once
    plain("SELECT * { ?s ?p ?o } LIMIT 400"),  # others do not wait for its packing
    plain("SELECT * { ?s ?p ?o }"),  # streams
    plain("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 2"),
    plain("CONSTRUCT { [] ?p ?o } { ?s ?p ?o } LIMIT 0"),
    plain("SELECT é { }"),
    plain("SELECT {{{"),
    plain("INSERT DATA { <a> <b> <c> }"),
    plain("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"),
    plain("ASK { <relative> ?p ?o }"),
    plain("ASK {} #" + "x" * 70_000)[:60_000],
    plain("SELECT * { ?s ?p ?o } LIMIT 1") + "&format=csv&labels=nl",
    plain("ASK {}") + "&timeout=1&default-graph-uri=http://e/g",
    plain("ASK {}") + "&timeout=never",
    plain("ASK {}") + "&query=ASK+%7B%7D",
    plain("ASK {}") + "&release=none",
    plain("ASK {}") + "&release%3Dx",
    "/sparql?query=ASK+%7B%7D",
    "/sparql?query=ASK%7B%7",
    "/sparql?query=%FF",
    "/sparql?query=",
    "/en/sparql?query=ASK+%7B%7D",
    "/sparql/check?query=ASK+%7B%7D",
    "/search?query=ASK+%7B%7D",
    "/sparql?query=ASK+{}",
]


@pytest.mark.parametrize("fields", [(JSON,), (), ("Accept: text/csv", "Accept-Encoding: gzip")])
@pytest.mark.parametrize("target", TARGETS)
def test_both_ways_give_the_same_answer(line: Line, target: str, fields: tuple[str, ...]) -> None:
    ordinary = line.send(get(target, *fields, _ORDINARY)).answer()
    first = line.send(get(target, *fields)).answer()
    again = line.send(get(target, *fields)).answer()

    def comparable(answer: tuple[int, list[tuple[str, str]], bytes]) -> tuple[object, ...]:
        status, names, body = answer
        if dict(names).get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        # what a busy machine takes long for streams; packed, it has a weak tag
        fields = [(name, value.removeprefix("W/")) for name, value in names]
        return status, [pair for pair in fields if pair[0] not in _BY_CHANCE], body

    assert comparable(again) == comparable(first) == comparable(ordinary)


@pytest.mark.parametrize("limit", [1, 100, 400, 3000])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_answer_of_any_size_is_whole(line: Line, limit: int, coding: str) -> None:
    query = f"SELECT * {{ ?s ?p ?o }} LIMIT {limit} "
    fields = (JSON, f"Accept-Encoding: {coding}")
    _, _, ordinary = line.send(get(plain(query), *fields, _ORDINARY)).answer()
    line.send(get(plain("ASK {}"), *fields)).answer()
    _, _, body = line.send(get(plain(query + "OFFSET 0"), *fields)).answer()
    if coding == "gzip" and limit > 1:
        ordinary, body = gzip.decompress(ordinary), gzip.decompress(body)
    assert body == ordinary
    assert len(json.loads(body)["results"]["bindings"]) == limit


def test_fresh_answer_has_the_fields_of_the_ordinary_way(line: Line) -> None:
    ordinary = line.send(get(plain("ASK { ?s ?p 1 }"), JSON, _ORDINARY)).answer()
    line.send(get(plain("ASK { ?s ?p 2 }"), JSON)).answer()
    express = line.send(get(plain("ASK { ?s ?p 3 }"), JSON)).answer()
    assert [name for name, _ in express[1]] == [name for name, _ in ordinary[1]]
    left = re.compile(r"\d+\Z")  # seconds of evaluation, which each of them uses
    assert left.sub("", dict(express[1])["ratelimit"]) == left.sub(
        "", dict(ordinary[1])["ratelimit"]
    )
    assert dict(express[1])["etag"] != dict(ordinary[1])["etag"]


def test_what_a_head_says_beyond_the_plain_counts(line: Line) -> None:
    target = plain("ASK { ?s ?p 4 }")
    for _ in range(3):
        status, fields, _ = line.send(get(target, JSON)).answer()
    tag = dict(fields)["etag"]
    assert (status, line.send(get(target, JSON, f"If-None-Match: {tag}")).answer()[0]) == (200, 304)
    assert line.send(get(target, "Accept: image/png")).answer()[0] == 406
    line.send(get(target, JSON, "Connection: close")).answer()
    assert line.socket.recv(1) == b""


def test_requests_that_come_while_one_is_answered_are_answered_in_turn(line: Line) -> None:
    for _ in range(2):
        line.send(get(plain("ASK {}"), JSON)).answer()
    line.send(get(plain("SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s ?q ?r }"), JSON))
    time.sleep(0.02)  # the first is under way; whether it is does not change what is right
    line.send(get(plain("SELECT (5 AS ?five) {}"), JSON) + get("/live"))
    line.send(get(plain("SELECT (6 AS ?six) {}"), JSON))
    first, five, live, six = (line.answer() for _ in range(4))
    assert first[0] in (200, 504)
    assert "five" in json.loads(five[2])["results"]["bindings"][0]
    assert live[0] == 200
    assert "six" in json.loads(six[2])["results"]["bindings"][0]


def test_rest_of_a_body_that_was_not_waited_for_is_no_request(line: Line) -> None:
    request = get(plain("ASK {}"), JSON)
    for _ in range(2):
        line.send(request).answer()
    head = "POST /sparql HTTP/1.1\r\nHost: here.test\r\nContent-Type: text/plain\r\n"
    line.send(f"{head}Content-Length: {len(request)}\r\n\r\n".encode())
    assert line.answer()[0] == 415
    assert line.send(request).send(get("/live")).answer()[2] == b"live\n"


def test_rest_of_a_body_is_not_rewritten(line: Line) -> None:
    rest = b"a\r\nUpgrade: b\r\nUpgrade: c\r\n"
    head = "POST /sparql HTTP/1.1\r\nHost: here.test\r\nContent-Type: text/plain\r\n"
    line.send(f"{head}Content-Length: {len(rest)}\r\n\r\n".encode())
    assert line.answer()[0] == 415
    assert line.send(rest).send(get("/live")).answer()[2] == b"live\n"


def test_rest_of_a_head_is_no_request(line: Line) -> None:
    request = get(plain("ASK {}"), JSON)
    for _ in range(2):
        line.send(request).answer()
    assert line.send(get("/live") + b"GET /live HTTP/1.1\r\nX-Other: ").answer()[0] == 200
    assert line.send(request).answer()[2] == b"live\n"


def test_limit_is_told_on_the_ordinary_way(line: Line) -> None:
    for _ in range(2):
        line.send(get(plain("ASK {}"), JSON)).answer()
    status, fields, body = line.send(get(plain(_RUNAWAY), JSON)).answer()
    assert status == 504
    assert dict(fields)["content-type"] == "application/problem+json"
    assert json.loads(body)["limit"] == 2
    assert line.send(get(plain("ASK {}"), JSON)).answer()[0] == 200


# Inside


class Asked:
    """A store that has every answer when it is asked, unless it is silent; and a question to it."""

    def __init__(
        self, *, silent: bool = False, large: bool = False, error: Exception | None = None
    ) -> None:
        self.error = error
        self.silent = silent
        self.large = large
        self.tell: Callable[[], None]
        self.queries: list[str] = []
        self.abandoned = 0

    def begin(self, question: Question, _: Limits, told: Callable[[], None]) -> "Asked":
        self.queries.append(question.query)
        self.tell = told
        if not self.silent:
            told()
        return self

    @property
    def whole(self) -> WholeAnswer | None:
        if self.error:
            raise self.error
        return None if self.large else WholeAnswer("ask", RESULTS[0], b"{}")

    async def answer(self) -> Answer:
        return Answer("ask", RESULTS[0], Whole(b"{}"), 2)

    def abandon(self) -> None:
        self.abandoned += 1


class Wire:
    """A connection as the short way sees it: what is written to it."""

    def __init__(self) -> None:
        self.client = ("192.0.2.1", 5000)
        self.cycle: Any = None
        self.transport = self
        self.server_state = self
        self.default_headers = [(b"date", b"today")]
        self.unknown: Any = None
        self.written: list[bytes] = []
        self.completed = 0
        self.is_cut_off = False
        self.record = Record()
        self.app: Any = None
        self.task: asyncio.Task[None]
        self.sent: list[Any] = []

    def go_ordinary(self, scope: Any) -> "asyncio.Task[None]":
        async def send(message: Any) -> None:
            self.sent.append(message)

        self.task = asyncio.create_task(self.app(scope, None, send))
        return self.task

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def abort(self) -> None:
        self.is_cut_off = True

    def on_response_complete(self) -> None:
        self.completed += 1

    def catch_up(self) -> None:
        """Nothing came."""


def express(release: Release, store: Asked, **said: Any) -> tuple[Express, Editions]:
    settings = Settings(article="", **said)
    editions = Editions(settings, None)  # type: ignore[arg-type]  # nothing else is opened
    edition = Edition(release, store, create_app(store, release, settings))  # type: ignore[arg-type]
    editions._current = edition
    routes = frozenset(("sparql",))
    observed = Observed(editions, settings, editions.metrics, routes, Tracing(settings))
    return Express(editions, observed, settings), editions


def known(way: Express, request: bytes, *fields: tuple[bytes, bytes]) -> Wire:
    """A connection on which the head of this request was there before."""
    line = Wire()
    assert not way.take(line, request)
    path = request.split(b" ")[1].partition(b"?")[0].decode()
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": path, "root_path": ""}
    asked = {"query_string": b"query=ASK", "client": line.client, "http_version": "1.1"}
    way.learn(line.unknown, {**scope, **asked, "headers": [(b"host", b"here.test"), *fields]})
    return line


async def ordinarily(way: Express, asked: Asked) -> Wire:
    """A connection whose request began on the short way and was answered on the ordinary one."""
    line = known(way, get(plain("ASK {}")))
    line.app = way.observed
    assert way.take(line, get(plain("ASK { 1 }")))
    asked.tell()
    await line.task
    await asyncio.sleep(0)  # what is called back when it is done
    assert asked.abandoned
    return line


def test_answer_is_of_the_release_that_was_asked_when_there_is_another_meanwhile(
    sample: Release,
) -> None:
    async def work() -> None:
        asked = Asked(silent=True, large=True)
        way, editions = express(sample, asked)
        first = editions.current
        begin = asked.begin

        def switching(*given: Any) -> Asked:
            editions._current = Edition(sample, None, None)  # type: ignore[arg-type]  # is not to be asked
            return begin(*given)

        asked.begin = switching  # type: ignore[method-assign]
        line = await ordinarily(way, asked)
        assert [message.get("status", 200) for message in line.sent] == [200, 200]
        assert first.users == editions.metrics.under_way == 0

    asyncio.run(work())


def test_time_on_the_short_way_counts(sample: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        asked = Asked(silent=True, large=True)
        way, _ = express(sample, asked)
        seconds: list[float] = []
        monkeypatch.setattr(time, "perf_counter", lambda: 10.0 * len(asked.queries))
        monkeypatch.setattr(way.observed, "remember", lambda *given: seconds.append(given[-1]))
        await ordinarily(way, asked)
        assert seconds == [10]

    asyncio.run(work())


def test_answer_that_goes_the_ordinary_way_is_looked_up_once(sample: Release) -> None:
    async def work() -> None:
        asked = Asked(silent=True, large=True)
        way, editions = express(sample, asked)
        await ordinarily(way, asked)
        assert editions.caches["answers"] == (0, 1)

    asyncio.run(work())


def running(work: Callable[[], None]) -> None:
    async def run() -> None:
        work()

    asyncio.run(run())


def test_plain_query_whose_head_is_known_is_answered_in_one_piece(sample: Release) -> None:
    def work() -> None:
        store = Asked()
        way, editions = express(sample, store)
        line = known(way, get(plain("ASK {}")))
        assert way.take(line, get(plain("ASK { 1 }")))
        assert store.queries == ["ASK { 1 }"]
        (written,) = line.written
        assert written.startswith(b"HTTP/1.1 200 OK\r\ndate: today\r\n")
        assert written.endswith(b"\r\n\r\n{}")
        assert line.completed == 1
        assert way.take(line, get(plain("ASK { 1 }")))
        assert (len(store.queries), len(line.written)) == (1, 2)
        assert editions.current.users == editions.metrics.under_way == 0
        counted = b'requests_total{method="GET",route="/sparql",status="200"} 2.0'
        assert counted in editions.metrics.text()

    running(work)


def test_work_ends_when_the_client_hangs_up(sample: Release) -> None:
    def work() -> None:
        store = Asked(silent=True)
        way, editions = express(sample, store)
        line = known(way, get(plain("ASK {}")))
        assert way.take(line, get(plain("ASK { 1 }")))
        assert editions.current.users == editions.metrics.under_way == 1
        line.cycle.hang_up()
        line.cycle.hang_up()
        assert store.abandoned == 1
        assert editions.current.users == editions.metrics.under_way == 0

    running(work)


def test_fault_costs_one_connection(sample: Release) -> None:
    def work() -> None:
        store = Asked(error=RuntimeError("a fault"), silent=True)
        way, editions = express(sample, store)
        line = known(way, get(plain("ASK {}")))
        assert way.take(line, get(plain("ASK { 1 }")))
        store.tell()  # whoever tells is not to suffer for it
        assert line.is_cut_off
        line.cycle.hang_up()
        assert editions.current.users == editions.metrics.under_way == 0

    running(work)


def test_query_that_is_too_long_is_not_answered_with_what_was_kept(sample: Release) -> None:
    def work() -> None:
        way, _ = express(sample, Asked(), query_length=20)
        line = known(way, get(plain("ASK {}")))
        assert way.take(line, get(plain("ASK { 1 }")))
        assert not way.take(line, get(plain("ASK { 1 } # " + "x" * 20)))

    running(work)


@pytest.mark.parametrize(
    "request_",
    [
        get("/sparql?query=ASK&release=x"),
        get("/sparql?query=ASK#x"),
        get("/sparql?query=ASK {}"),
        get("/sparql?query="),
        get("/search?query=ASK"),
        get("/sparql?q=ASK"),
        get("/sparql?query=ASK") + get("/sparql?query=ASK"),
        get("/sparql?query=ASK").replace(b"GET", b"POST"),
        get("/sparql?query=ASK").replace(b"1.1", b"1.0"),
        get("/sparql?query=ASK", "X: " + "x" * 3000),
        get(f"http://{'x' * 3000}/sparql?query=ASK"),
        get("/sparql?a&query=ASK").replace(b"1.1", b"1.0") + get("/sparql?query=ASK"),
        *(get("/sparql?query=ASK")[:size] for size in range(len(get("/sparql?query=ASK")))),
    ],
)
def test_nothing_else_is_plain(sample: Release, request_: bytes) -> None:
    def work() -> None:
        way, _ = express(sample, Asked())
        line = Wire()
        assert not way.take(line, request_)
        assert line.unknown is None

    running(work)


@pytest.mark.parametrize(
    "field",
    [
        (b"x-request-id", b"mine"),
        (b"if-none-match", b"*"),
        (b"content-length", b"0"),
        (b"transfer-encoding", b"chunked"),
        (b"expect", b"100-continue"),
        (b"connection", b"close"),
        (b"upgrade", b"h2c"),
        (b"traceparent", b"00-1-1-00"),
        (b"host", b"twice.test"),
        (b"accept", b"text/html"),
        (b"accept", b"image/png"),
    ],
)
def test_head_that_means_more_is_never_known(sample: Release, field: tuple[bytes, bytes]) -> None:
    def work() -> None:
        way, _ = express(sample, Asked())
        line = known(way, get(plain("ASK {}")), field)
        assert not way.take(line, get(plain("ASK {}")))

    running(work)
