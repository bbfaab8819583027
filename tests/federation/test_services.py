"""Questions that ask others too, through a running server, with services by their names.

The services are stand-ins on this machine that speak SPARQL: well, slowly, or not at all. What a
service can do wrong is proven one by one in ``tests/store/test_service.py``.
"""

from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep

import httpx
import pytest
from asked import read_queries
from foreign import endpoint_of
from serving import Server, serving

from stadsgraaf.queries import Query
from stadsgraaf.release import Release

QUERIES = Path(__file__).parent.parent / "queries"
#: The services that our queries ask, and their names in these tests.
NAMES = {
    "https://query.wikidata.org/sparql": "wikidata",
    "https://betalinkeddata.cbs.nl/sparql": "cbs",
}


class Bad(BaseHTTPRequestHandler):
    """What goes wrong is in the path."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        kind, body = "application/sparql-results+json", b'{"head":{"vars":["s"]},"results":'
        if self.path == "/slow":
            sleep(30)
        if self.path == "/page":
            kind, body = "text/html", b"<h1>Down for maintenance</h1>"
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/sparql")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Stand(ThreadingHTTPServer):
    """Clients may leave before they have their answer."""

    def handle_error(self, *_: object) -> None:
        """That is no fault."""


@pytest.fixture(scope="module")
def bad() -> Iterator[str]:
    server = Stand(("127.0.0.1", 0), Bad)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def federating(our_release: Release, bad: str) -> Iterator[Server]:
    """A server whose settings name four services."""
    with (
        endpoint_of(QUERIES / "wikidata.ttl") as wikidata,
        endpoint_of(QUERIES / "cbs.ttl") as cbs,
    ):
        services = [
            f"wikidata={wikidata}",
            f"cbs={cbs}",
            *(f"{each}={bad}/{each}" for each in ("slow", "page", "cut", "away")),
            "127.0.0.0/8",
        ]
        settings = {"services": ",".join(services), "service_timeout": 2, "query_timeout": 20}
        with serving(our_release.path, settings) as server:
            yield server


@pytest.fixture(scope="module")
def queries(root: Path) -> Mapping[str, Query]:
    return {query.name: query for query in read_queries(root / "queries")}


def by_name(query: str) -> str:
    """A query with the names of the services instead of their addresses."""
    for address, name in NAMES.items():
        query = query.replace(f"<{address}>", f"<service:{name}>")
    return query


def ask(server: Server, query: str) -> httpx.Response:
    headers = {"Accept": "application/sparql-results+json", "Accept-Language": "en"}
    return httpx.post(f"{server.base}/sparql", data={"query": query}, headers=headers, timeout=60)


def test_wikidata_by_its_name_gives_the_mayors(
    federating: Server, queries: Mapping[str, Query]
) -> None:
    reply = ask(federating, by_name(queries["list-mayors"].sparql))
    assert reply.status_code == 200, reply.text
    rows = reply.json()["results"]["bindings"]
    assert {row["municipality"]["value"].rpartition("/")[2] for row in rows} == {"gm0603", "gm0861"}
    assert {row["mayor"]["value"] for row in rows} == {
        f"http://www.wikidata.org/entity/Q90000000{number}" for number in (2, 3)
    }


def test_cbs_by_its_name_fills_in_what_this_graph_lacks(
    federating: Server, queries: Mapping[str, Query]
) -> None:
    reply = ask(federating, by_name(queries["rank-by-population"].sparql))
    figures = [int(row["inhabitants"]["value"]) for row in reply.json()["results"]["bindings"]]
    assert figures == [844947, 634660, 524882, 343038, 111111]


@pytest.mark.parametrize(
    ("service", "status", "slug"),
    [
        ("slow", 504, "service-timeout"),
        ("page", 502, "service-failed"),
        ("cut", 502, "service-failed"),
        ("away", 502, "service-failed"),
        ("unknown", 403, "service-not-allowed"),
    ],
)
def test_a_service_that_fails_is_told_apart_from_an_empty_answer(
    federating: Server, service: str, status: int, slug: str
) -> None:
    reply = ask(federating, f"SELECT * {{ SERVICE <service:{service}> {{ ?s ?p ?o }} }}")
    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.status_code, reply.json()["type"].rpartition("/")[2]) == (status, slug)
