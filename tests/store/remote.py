"""An endpoint on this machine for queries to call: it answers well, or badly on purpose."""

import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Store

JSON = "application/sparql-results+json"
EMPTY = b'{"head":{"vars":["s"]},"results":{"bindings":[]}}'
#: A triple term in a triple term, and so on.
_DEEP = 100_000


class Remote(ThreadingHTTPServer):
    """Answers from a store at ``/sparql``, and does what its path says elsewhere."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, data: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.store = Store()
        self.store.load(data.encode(), RdfFormat.TURTLE)
        self.queries: list[str] = []
        self.agents: list[str] = []
        self.redirect = ""
        self.broken = False

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return self.root + "/sparql"

    def handle_error(self, *_: object) -> None:
        """A client may leave at any time."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Remote

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.queries.append(parse_qs(body, strict_parsing=True)["query"][0])
        self.server.agents.append(self.headers["User-Agent"])
        if self.server.broken:
            self.whole(b"broken", status=503)
            return
        behaviour = getattr(self, "path_" + self.path.strip("/").replace("-", "_"))
        behaviour()

    def whole(self, body: bytes, kind: str = JSON, status: int = 200, **fields: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def path_sparql(self) -> None:
        result = self.server.store.query(self.server.queries[-1])
        assert isinstance(result, QuerySolutions | QueryBoolean)
        body = result.serialize(format=QueryResultsFormat.JSON)
        assert body is not None
        if "gzip" in self.headers["Accept-Encoding"]:
            self.whole(gzip.compress(body), Content_Encoding="gzip")
        else:
            self.whole(body)

    def path_silence(self) -> None:
        time.sleep(20)

    def path_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", "100")
        self.end_headers()
        for _ in range(20):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.5)

    def path_error(self) -> None:
        self.whole(b"Traceback: the password is x", "text/plain", 500)

    def path_busy(self) -> None:
        self.whole(b"", status=503, Retry_After="7")

    def path_login(self) -> None:
        self.whole(b"<html>please log in", "text/html")

    def path_octets(self) -> None:
        self.whole(EMPTY, "application/octet-stream")

    def path_part(self) -> None:
        self.whole(EMPTY, X_SPARQL_MaxRows="10000")

    def path_partial_content(self) -> None:
        self.whole(EMPTY, status=206)

    def path_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(EMPTY)
        self.close_connection = True

    def path_reset(self) -> None:
        self.send_response(200)
        self.end_headers()
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def path_bad_json(self) -> None:
        self.whole(b'{"head":')

    def path_interrupted(self) -> None:
        self.whole(EMPTY[:-3] + b"!!!!>># An error has occurred")

    def path_ask(self) -> None:
        self.whole(b'{"head":{},"boolean":true}')

    def path_array(self) -> None:
        self.whole(b"[" * _DEEP + b"]" * _DEEP)

    def path_deep(self) -> None:
        inner = (
            '{"type":"triple","value":{"subject":{"type":"uri","value":"urn:s"},'
            '"predicate":{"type":"uri","value":"urn:p"},"object":'
        )
        term = inner * _DEEP + '{"type":"uri","value":"urn:o"}' + "}}" * _DEEP
        self.whole(
            f'{{"head":{{"vars":["s"]}},"results":{{"bindings":[{{"s":{term}}}]}}}}'.encode()
        )

    def terms(self, *terms: Any) -> None:
        bindings = [{"s": term} for term in terms]
        document = {"head": {"vars": ["s"]}, "results": {"bindings": bindings}}
        self.whole(json.dumps(document).encode())

    def path_bad_utf8(self) -> None:
        self.whole(EMPTY.replace(b"[]", b'[{"s":{"type":"literal","value":"\xff"}}]'))

    def path_bad_iri(self) -> None:
        self.terms({"type": "uri", "value": "http://e/> } DROP ALL #"})

    def path_bad_term(self) -> None:
        self.terms({"type": "uri", "value": {"no": "text"}})

    def path_surrogate(self) -> None:
        self.terms({"type": "literal", "value": "\ud800"})

    def path_quoting(self) -> None:
        self.terms({"type": "literal", "value": '") } } #\n\\"\''})

    def path_injection(self) -> None:
        name = "s) { } } #"
        row = {"type": "uri", "value": "urn:x"}
        document = {"head": {"vars": [name]}, "results": {"bindings": [{name: row}]}}
        self.whole(json.dumps(document).encode())

    def path_foreign_variable(self) -> None:
        row = {"s": {"type": "uri", "value": "urn:x"}, "mine": {"type": "uri", "value": "urn:no"}}
        document = {"head": {"vars": ["s", "mine"]}, "results": {"bindings": [row]}}
        self.whole(json.dumps(document).encode())

    def path_flood(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(10 << 30))
        self.end_headers()
        while True:
            self.wfile.write(b" " * 65536)

    def path_bomb(self) -> None:
        self.whole(gzip.compress(b" " * (20 << 20)), Content_Encoding="gzip")

    def path_damaged_gzip(self) -> None:
        self.whole(gzip.compress(EMPTY)[:-6], Content_Encoding="gzip")

    def path_brotli(self) -> None:
        self.whole(EMPTY, Content_Encoding="br")

    def path_xml(self) -> None:
        self.whole(b"<sparql/>", "application/sparql-results+xml")

    def path_redirect(self) -> None:
        self.whole(b"", status=307, Location=self.server.redirect)

    def path_loop(self) -> None:
        self.whole(b"", status=302, Location="/loop")

    def path_see_other(self) -> None:
        self.whole(b"", status=303, Location="/sparql")

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@contextmanager
def serving_data(data: str) -> Iterator[Remote]:
    """The endpoint, running in a thread."""
    remote = Remote(data)
    thread = threading.Thread(target=remote.serve_forever, daemon=True, args=(0.01,))
    thread.start()
    try:
        yield remote
    finally:
        remote.shutdown()
        remote.server_close()
        thread.join()


@contextmanager
def distrusted(remote: Remote, certificate: Path, key: Path) -> Iterator[str]:
    """The same endpoint behind a certificate of its own making; its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    remote.socket = context.wrap_socket(remote.socket, server_side=True)
    yield remote.url.replace("http:", "https:")


Behaviour = Callable[[_Handler], None]
