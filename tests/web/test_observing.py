"""Requests as a monitor sees them: identifiers, log lines, numbers, spans, and stopping."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import quote

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, serving, until, write_release

from stadsgraaf.settings import Settings
from stadsgraaf.web.observing import Observed, route_of
from stadsgraaf.web.tracing import Tracing

TOKEN = "token"
SECRET = "Jansen"
QUERY = f'SELECT ("{SECRET}" AS ?x) {{}}'
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    predicate, graph = NamedNode("http://e/p"), NamedNode("http://e/g")
    quads = [Quad(NamedNode(f"http://e/{n}"), predicate, Literal(n), graph) for n in range(3000)]
    return write_release(tmp_path_factory.mktemp("observed") / "release", quads).path


@contextmanager
def logged(release: Path, log: Path, **settings: object) -> Iterator[Server]:
    """A server whose log goes to a file."""
    wrapper = ("sh", "-c", f'exec "$@" 2>{log}', "sh")
    settings = {"log_format": "json", "admin_token": TOKEN, **settings}
    with serving(release, settings, wrapper=wrapper) as server:
        yield server


def ask(
    server: Server, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {k.lower(): v for k, v in response.getheaders()}, body


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_a_decent_identifier_comes_back_and_another_is_replaced(
    release: Path, tmp_path: Path
) -> None:
    with logged(release, tmp_path / "log") as server:
        assert ask(server, "/live", x_request_id="abc-1.2_3")[1]["x-request-id"] == "abc-1.2_3"
        for other in ("a b", "x" * 65, "é", "<script>", ""):
            given = ask(server, "/live", x_request_id=other)[1]["x-request-id"]
            assert re.fullmatch("[0-9a-f]{16}", given)
        for path in ("/sparql?query=nonsense", "/nowhere", "/sparql?query=ASK%7B%7D"):
            assert ask(server, path)[1]["x-request-id"]


def test_requests_are_said_without_what_is_personal(release: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with logged(release, log, log_requests="all") as server:
        ask(server, f"/search?q={SECRET}", x_request_id="one")
        ask(server, "/sparql?query=" + quote(QUERY), x_request_id="two")
        ask(server, "/%0d%0aforged", x_request_id="three")
    said = {each["request"]: each for each in lines(log) if each["event"] == "answered"}
    assert said["two"]["path"] == "/sparql"
    assert said["two"]["status"] == 200
    assert said["two"]["release"]
    assert said["three"]["path"] == "/\r\nforged"
    text = log.read_text(encoding="utf-8")
    assert SECRET not in text
    assert "127.0.0.1" not in text


def test_queries_are_said_when_that_is_switched_on(release: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with logged(release, log, log_requests="all", log_queries="true") as server:
        ask(server, "/sparql?query=" + quote(QUERY), x_request_id="two")
    said = [each for each in lines(log) if each.get("request") == "two"]
    assert said[0]["query"] == QUERY


def test_only_errors_are_said_unless_more_is_asked(release: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with logged(release, log, query_timeout=0.5) as server:
        ask(server, "/sparql?query=ASK%7B%7D")
        ask(server, "/nowhere")
        assert ask(server, "/sparql?query=" + quote(RUNAWAY), x_request_id="slow")[0] == 504
    said = [each for each in lines(log) if each["event"] == "answered"]
    assert [(each["request"], each["status"]) for each in said] == [("slow", 504)]


def test_numbers_are_for_who_has_the_token(release: Path, tmp_path: Path) -> None:
    with logged(release, tmp_path / "log", query_timeout=0.5) as server:
        assert ask(server, "/metrics")[0] == 401
        ask(server, "/sparql?query=ASK%7B%7D")
        ask(server, "/sparql?query=ASK%7B%7D")
        ask(server, "/sparql?query=" + quote(RUNAWAY))
        ask(server, "/en/doc/x")
        ask(server, "/no/such/place")
        status, headers, body = ask(server, "/metrics", authorization=f"Bearer {TOKEN}")
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    text = body.decode()
    release_name = headers["stadsgraaf-release"]
    for line in (
        'stadsgraaf_requests_total{method="GET",route="/sparql",status="200"} 2.0',
        'stadsgraaf_requests_total{method="GET",route="/sparql",status="504"} 1.0',
        'stadsgraaf_requests_total{method="GET",route="/doc",status="404"} 1.0',
        'stadsgraaf_requests_total{method="GET",route="other",status="404"} 1.0',
        'stadsgraaf_request_seconds_count{route="/sparql"} 3.0',
        'stadsgraaf_worker_ends_total{reason="query-timeout"} 1.0',
        'stadsgraaf_cache_lookups_total{cache="answers",found="yes"} 1.0',
        f'stadsgraaf_release_info{{release="{release_name}"}} 1.0',
        "stadsgraaf_queries_waiting 0.0",
    ):
        assert line in text.splitlines(), line
    assert "process_open_fds" in text


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/en/", "/"),
        ("/nl/doc/city/x.ttl", "/doc"),
        ("/search.json", "/search"),
        ("/sparql/check", "/sparql"),
        ("/wp-admin", "other"),
        ("", "/"),
    ],
)
def test_a_route_is_one_of_few(path: str, route: str) -> None:
    assert route_of(path, frozenset(("doc", "search", "sparql"))) == route


def test_a_span_tells_of_the_answer_and_not_of_the_person() -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(Settings(telemetry=True), exporter)
    tracing._provider.add_span_processor(SimpleSpanProcessor(exporter))

    class Numbers:
        under_way = 0

        def __getattr__(self, name: str) -> Any:
            return self

        def __call__(self, *_: object) -> "Numbers":
            return self

    async def app(scope: Any, receive: Any, send: Any) -> None:
        fields = [(b"stadsgraaf-release", b"r1")]
        await send({"type": "http.response.start", "status": 503, "headers": fields})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        pass

    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/doc/x",
        "query_string": b"q=Jansen",
        "headers": [(b"traceparent", parent.encode())],
        "client": ("192.0.2.1", 1),
    }
    observed = Observed(app, Settings(), Numbers(), frozenset(("doc",)), tracing)  # type: ignore[arg-type]
    asyncio.run(observed(scope, send, send))  # type: ignore[arg-type]
    span = exporter.get_finished_spans()[0]
    assert span.name == "GET /doc"
    assert span.context.trace_id == int("a" * 32, 16)
    assert span.attributes["http.response.status_code"] == 503
    assert span.attributes["stadsgraaf.release"] == "r1"
    assert not span.status.is_ok
    assert "Jansen" not in span.to_json()
    assert "192.0.2.1" not in span.to_json()
    tracing.close()


def observed(app: Any) -> Observed:
    """An application that is looked at, with numbers of nobody."""
    return Observed(app, Settings(), MagicMock(under_way=0), frozenset(), Tracing(Settings()))


def sent_by(app: Observed) -> list[dict[str, Any]]:
    """What it sends for a request."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"", "headers": []}
    asyncio.run(app(scope, send, send))  # type: ignore[arg-type]
    return sent


def test_an_error_that_nobody_expected_is_a_problem_too(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("of ours")

    start, body = sent_by(observed(app))
    assert start["status"] == 500
    assert dict(start["headers"])[b"content-type"] == b"application/problem+json"
    problem = json.loads(body["body"])
    assert problem["type"].endswith("/internal-error")
    assert "of ours" not in str(problem)
    assert caplog.records[0].exc_info


def test_an_answer_that_fails_once_begun_is_broken_off(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 – it is the very one
        sent_by(observed(app))
    assert caplog.records[-1].__dict__["broken_off"]


def test_a_flood_of_errors_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    looked_at = observed(app)
    for _ in range(1000):
        sent_by(looked_at)
    said = len(caplog.records)
    assert 100 <= said < 600
    told = sum(record.__dict__.get("kept_back", 0) for record in caplog.records)
    assert said + told <= 1000


def test_a_server_says_that_it_is_about_to_stop_before_it_does(
    release: Path, tmp_path: Path
) -> None:
    with logged(release, tmp_path / "log", drain_delay=1.5) as server:
        assert ask(server, "/ready")[0] == 200
        os.kill(server.pid, signal.SIGTERM)
        until(lambda: ask(server, "/ready")[0] == 503)
        assert ask(server, "/live")[0] == 200
        assert ask(server, "/sparql?query=ASK%7B%7D")[0] == 200
        assert server.process.wait(30) == 0


def test_a_taken_port_is_said_in_one_line(release: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "stadsgraaf", "serve", str(release), f"--port={port}"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    assert done.returncode == 2
    assert done.stderr == (
        f"stadsgraaf: Another program listens on 127.0.0.1:{port}: choose another with --port.\n"
    )
