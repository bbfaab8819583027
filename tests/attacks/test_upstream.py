"""The store behind this one is away, slow, wrong or hostile: nobody gets nonsense, and it passes.

Every case of the corpus' ``upstream.json``, each played by a stand-in at the address that a real server
has as its store.
"""

import gzip
import json
import os
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, free_port, in_graph, serving, until, write_release

DEADLINE = 2
_JSON = "application/sparql-results+json"
_XML = "application/sparql-results+xml"
_EMPTY = b'{"head":{"vars":["s"]},"results":{"bindings":[]}}'
_BASE = "http://data.example.nl/"
#: Seconds that a machine with much else to do gets beyond what the corpus says.
_CONTENTION = 10
_numbers = count()


class StandIn(ThreadingHTTPServer):
    """A store that does what it is told: well, or as a case of the corpus says."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour: Callable[[_Handler], None] = _Handler.well
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sparql"

    def handle_error(self, *_: object) -> None:
        """A client may leave at any time."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn
    query = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.query = parse_qs(body)["query"][0]
        self.server.asked += 1
        self.server.behaviour(self)

    def whole(self, body: bytes, kind: str = _JSON, status: int = 200, **fields: str) -> None:
        self.head(len(body), kind, status, **fields)
        self.wfile.write(body)

    def head(self, length: int, kind: str = _JSON, status: int = 200, **fields: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def well(self) -> None:
        self.whole(b'{"head":{},"boolean":true}' if self.query.startswith("ASK") else _EMPTY)

    def drip(self) -> None:
        self.head(60)
        for _ in range(60):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(1)

    def cut(self) -> None:
        self.head(1000)
        self.wfile.write(_EMPTY.ljust(500))
        self.close_connection = True

    def flood(self) -> None:
        self.head(10 << 30)
        while True:
            self.wfile.write(b" " * 65_536)

    def reset(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", _JSON)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


def whole(body: bytes, kind: str = _JSON, status: int = 200, **fields: str) -> Any:
    return lambda handler: handler.whole(body, kind, status, **fields)


def _nested() -> bytes:
    inner = (
        '{"type":"triple","value":{"subject":{"type":"uri","value":"urn:s"},'
        '"predicate":{"type":"uri","value":"urn:p"},"object":'
    )
    term = inner * 100_000 + '{"type":"uri","value":"urn:o"}' + "}}" * 100_000
    return f'{{"head":{{"vars":["s"]}},"results":{{"bindings":[{{"s":{term}}}]}}}}'.encode()


def _term(term: bytes) -> bytes:
    return _EMPTY.replace(b"[]", b"[" + term + b"]")


_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + ']><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="s"/></head>'
    '<results><result><binding name="s"><literal>&j;</literal></binding></result></results></sparql>'
)
_PROPER_XML = (
    b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="s"/></head>'
    b"<results></results></sparql>"
)

#: What a stand-in does that can be talked to; the rest needs an address of its own.
BEHAVIOURS: dict[str, Callable[[_Handler], None]] = {
    "up-blackhole": lambda _: time.sleep(60),
    "up-slow-drip": _Handler.drip,
    "up-slow-header": lambda _: time.sleep(60),
    "up-http-500": whole(b"Traceback: the password is at 127.0.0.1:5432", "text/plain", 500),
    "up-http-503-retry": whole(b"", "text/plain", 503, Retry_After="7"),
    "up-http-429": whole(b"", "text/plain", 429),
    "up-http-401": whole(b"password?", "text/plain", 401),
    "up-html-200": whole(b"<html>password:", "text/html"),
    "up-wrong-ctype": whole(_EMPTY, "application/octet-stream"),
    "up-truncated-json": _Handler.cut,
    "up-bad-json": whole(b'{"head":'),
    "up-json-nested-100k": lambda handler: handler.whole(_nested()),
    "up-bad-utf8": whole(_term(b'{"s":{"type":"literal","value":"\xff"}}')),
    "up-huge-body": _Handler.flood,
    "up-gzip-bomb": lambda handler: handler.whole(_BOMB, Content_Encoding="gzip"),
    "up-redirect-metadata": whole(b"", _JSON, 302, Location="http://169.254.169.254/"),
    "up-redirect-file": whole(b"", _JSON, 302, Location="file:///etc/passwd"),
    "up-redirect-loop": whole(b"", _JSON, 302, Location="/sparql"),
    "up-reset": _Handler.reset,
    "up-mid-stream-error": whole(_EMPTY[:-3] + b"!!!!>># An error has occurred"),
    "up-partial-206": whole(_EMPTY, _JSON, 206),
    "up-vars-mismatch": whole(_term(b'{"mine":{"type":"uri","value":"urn:x"}}')),
    "up-xml-instead": whole(_PROPER_XML, _XML),
    "up-xml-bomb": whole(_ENTITIES.encode(), _XML),
}
#: 1 GB in 1 MB.
_BOMB = gzip.compress(b" " * (1 << 30), compresslevel=1)
ELSEWHERE = ("up-refused", "up-self-signed", "up-dns-fail")


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, dict[str, Any]]:
    listed = json.loads((shared / "attacks" / "upstream.json").read_text(encoding="utf-8"))
    return {case["id"]: case["expect"] for case in listed}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    thing = Quad(NamedNode(_BASE + "id/thing"), label, Literal("a thing", language="en"))
    folder = tmp_path_factory.mktemp("upstream") / "release"
    return write_release(folder, list(in_graph([thing])), _BASE).path


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    server = StandIn()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def server(release: Path, stand_in: StandIn) -> Iterator[Server]:
    with in_front_of(release, stand_in.url) as running:
        yield running


@contextmanager
def in_front_of(release: Path, url: str) -> Iterator[Server]:
    settings = {"query_timeout": DEADLINE, "store_timeout": 1, "result_length": 1_000_000}
    with serving(release, {**settings, "store": url}) as running:
        yield running


def get(server: Server, path: str, accept: str = "*/*") -> tuple[int, dict[str, str], str]:
    request = urllib.request.Request(server.base + path, headers={"Accept": accept})
    patience = DEADLINE + 1 + _CONTENTION
    try:
        with urllib.request.urlopen(request, timeout=patience) as answer:
            return answer.status, dict(answer.headers.items()), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers.items()), error.read().decode()


def ask(server: Server) -> tuple[int, dict[str, str], str]:
    """A question that nobody asked before: no answer to it is kept."""
    query = f'SELECT ?s {{ ?s ?p "{next(_numbers)}" }}'
    return get(server, "/sparql?" + urlencode({"query": query}), _JSON)


def memory(server: Server) -> int:
    """MiB that the server and all below it have."""
    pages = 0
    for pid in server.tree():
        with suppress(OSError):
            statm = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
            pages += int(statm[1]) - int(statm[2])
    return pages * 4096 >> 20


def until_ready(server: Server) -> None:
    until(lambda: get(server, "/ready")[0] == 200)


def judge(expected: dict[str, Any], answer: tuple[int, dict[str, str], str]) -> None:
    status, headers, body = answer
    assert status in expected["status"], body
    if status != 200:
        assert headers["content-type"] == expected["content_type"]
    assert [words for words in expected["body_not"] if words in body] == []


def test_every_case_of_the_corpus_is_played(cases: dict[str, Any]) -> None:
    assert set(cases) == {*BEHAVIOURS, *ELSEWHERE}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_what_a_store_does_is_answered_as_it_should_be(
    cases: dict[str, Any], server: Server, stand_in: StandIn, name: str
) -> None:
    stand_in.behaviour = _Handler.well
    until_ready(server)
    before = memory(server)
    stand_in.behaviour = BEHAVIOURS[name]
    try:
        judge(cases[name], ask(server))
        assert get(server, "/live")[0] == 200
        assert memory(server) - before < cases[name]["max_tree_rss_growth_mb"]
    finally:
        stand_in.behaviour = _Handler.well
    assert ask(server)[0] == 200


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_store_that_is_not_there_is_answered_as_it_should_be(
    cases: dict[str, Any], release: Path, tmp_path: Path, name: str
) -> None:
    with _address(name, tmp_path) as url, in_front_of(release, url) as running:
        judge(cases[name], ask(running))
        assert get(running, "/ready")[0] == 503
        assert get(running, "/live")[0] == 200


@contextmanager
def _address(name: str, folder: Path) -> Iterator[str]:
    if name == "up-refused":
        yield f"http://127.0.0.1:{free_port()}/sparql"
    elif name == "up-dns-fail":
        yield "http://no-such-host.invalid/sparql"
    else:
        command = (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost "
            f"-keyout {folder}/key.pem -out {folder}/certificate.pem"
        )
        subprocess.run(command.split(), check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        server = StandIn()
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.url.replace("http:", "https:")
        finally:
            server.shutdown()
            server.server_close()


def test_readiness_follows_the_store_and_life_does_not(server: Server, stand_in: StandIn) -> None:
    stand_in.behaviour = _Handler.well
    until_ready(server)
    stand_in.behaviour = BEHAVIOURS["up-http-500"]
    status, headers, body = get(server, "/ready")
    assert (status, headers["content-type"]) == (503, "application/problem+json")
    assert json.loads(body)["type"].endswith("/not-ready")
    assert get(server, "/live")[0] == 200
    stand_in.behaviour = _Handler.well
    until_ready(server)


@pytest.mark.parametrize(
    ("path", "words"), [("/en/doc/thing", "The store"), ("/nl/doc/thing", "De opslag")]
)
def test_pages_say_in_their_language_that_the_store_is_away(
    server: Server, stand_in: StandIn, path: str, words: str
) -> None:
    stand_in.behaviour = _Handler.well
    until_ready(server)
    stand_in.behaviour = BEHAVIOURS["up-http-500"]
    try:
        status, headers, body = get(server, path, "text/html")
    finally:
        stand_in.behaviour = _Handler.well
    assert status == 502
    assert headers["content-type"].startswith("text/html")
    assert words in body
    assert "password" not in body


def test_store_that_fails_again_and_again_is_left_alone_and_comes_back(
    server: Server, stand_in: StandIn
) -> None:
    stand_in.behaviour = _Handler.well
    until_ready(server)
    stand_in.behaviour = BEHAVIOURS["up-bad-json"]
    for _ in range(6):
        assert ask(server)[0] == 502
    end = time.monotonic() + 10
    asked = -1
    while asked != stand_in.asked:  # soon a question is answered without it
        assert time.monotonic() < end
        asked = stand_in.asked
        status, headers, _ = ask(server)
    assert status == 502
    assert int(headers["retry-after"]) >= 1
    stand_in.behaviour = _Handler.well
    until_ready(server)
