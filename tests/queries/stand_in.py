"""A small SPARQL endpoint over one Turtle file, for queries that ask elsewhere.

    python stand_in.py FILE

Prints its address and answers SELECT queries on it until its standard input closes. It is a
process of its own, because the engine that asks holds on to the interpreter while it waits.
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store


class Endpoint(BaseHTTPRequestHandler):
    """SPARQL 1.1 Protocol, query operation: GET, POST with a form, POST directly."""

    store: Store

    def do_GET(self) -> None:
        self.answer(parse_qs(urlsplit(self.path).query)["query"][0])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
        self.answer(parse_qs(body)["query"][0] if form else body)

    def answer(self, query: str) -> None:
        solutions = self.store.query(query)
        assert isinstance(solutions, QuerySolutions)
        accept = self.headers.get("Accept", "")
        xml = "sparql-results+xml" in accept and "sparql-results+json" not in accept
        form = QueryResultsFormat.XML if xml else QueryResultsFormat.JSON
        body = solutions.serialize(format=form)
        self.send_response(200)
        self.send_header("Content-Type", form.media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the output to the address."""


def main(path: str) -> None:
    Endpoint.store = Store()
    Endpoint.store.bulk_load(path=path, format=RdfFormat.TURTLE)
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/sparql\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main(sys.argv[1])
