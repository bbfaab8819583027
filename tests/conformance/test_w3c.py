"""W3C's SPARQL test suites, asked over HTTP of a real server.

What fails is listed in ``failures.csv``, with the reason. A test that fails and is not listed breaks
the build; so does one that is listed and passes.
"""

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from comparing import Result, lines, read_expected, read_results, same
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, RdfFormat, Store, parse
from serving import serving, write_release
from suite import BASE, Graph, Manifest, Node, Test, load

from stadsgraaf.web.pages.conformance import results

_REPOSITORY = Path(__file__).resolve().parents[2]
_SHARED = Path(os.environ.get("STADSGRAAF_SHARED", _REPOSITORY.parent / "shared"))
_ROOT = _SHARED / "w3c" / "sparql"
_MANIFESTS = (
    "sparql11/manifest-sparql11-query.ttl",
    "sparql11/manifest-sparql11-results.ttl",
    "sparql11/manifest-sparql11-fed.ttl",
    "sparql11/protocol/manifest.ttl",
    "sparql11/service-description/manifest.ttl",
    "sparql10/manifest.ttl",
    "sparql12/manifest.ttl",
)
_QUERY = "application/sparql-query"
_ACCEPT = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".tsv": "text/tab-separated-values",
    ".csv": "text/csv",
}
_RESULTS = "application/sparql-results+json, application/n-triples"
_HT = "http://www.w3.org/2011/http#"
_CNT = "http://www.w3.org/2011/content#"
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_SD = "http://www.w3.org/ns/sparql-service-description#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

_NOT_ASKED = re.compile(
    "Update|GraphStore|^sparql11/(?:entailment|delete-insert|graph-store-protocol|http-rdf-update)"
)


def _tests() -> dict[str, Test]:
    if not _ROOT.is_dir():
        return {}
    found = (test for name in _MANIFESTS for test in Manifest(_ROOT, _ROOT / name).tests())
    return {test.name: test for test in found if "Update" not in test.kind}


TESTS = _tests()
with (Path(__file__).parent / "failures.csv").open(encoding="utf-8", newline="") as _file:
    FAILURES = {row["test"]: row["reason"] for row in csv.DictReader(_file)}


@dataclass
class Reply:
    """What the server said."""

    status: int
    content_type: str
    body: bytes

    @property
    def problem(self) -> str:
        """The slug of the problem."""
        return str(json.loads(self.body)["type"]).rpartition("/")[2] if self.status >= 400 else ""

    def result(self) -> Result:
        """The answer, read by its media type."""
        media_type = self.content_type.partition(";")[0]
        if media_type == "text/csv":
            return self.body.decode()
        if results := QueryResultsFormat.from_media_type(media_type):
            return read_results(self.body, results)
        return list(parse(self.body, RdfFormat.from_media_type(media_type), base_iri=BASE))


@dataclass
class Client:
    """Asks the server over one connection."""

    connection: HTTPConnection

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return Reply(response.status, response.headers.get("Content-Type", ""), response.read())

    def query(self, query: bytes, accept: str, **graphs: list[str]) -> Reply:
        pairs = [(name.replace("_", "-"), iri) for name, iris in graphs.items() for iri in iris]
        headers = {"Content-Type": _QUERY, "Accept": accept}
        return self.send("POST", f"/sparql?{urlencode(pairs)}", headers, query)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    if not TESTS:
        pytest.skip(f"W3C's test suites are not at {_ROOT}")
    folder = tmp_path_factory.mktemp("w3c") / "release"
    release = write_release(folder, list(set(load(TESTS.values()))))
    with serving(release.path) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        yield Client(connection)
        connection.close()


def fault(test: Test, client: Client) -> str | None:
    """What is wrong with the server's answer, or None when it is right."""
    run: Callable[[Test, Client], str | None] = {
        "QueryEvaluationTest": _evaluate,
        "CSVResultFormatTest": _evaluate,
        "ProtocolTest": _exchange,
        "ServiceDescriptionTest": _describe,
    }.get(test.kind, _read)
    return run(test, client)


def _evaluate(test: Test, client: Client) -> str | None:
    assert test.result
    expected_path = test.path(test.result)
    query = test.path(test.query_iri).read_bytes()
    graphs = {}
    if not test.from_data:
        graphs = {
            "default_graph_uri": test.data or [BASE + "nothing"],
            "named_graph_uri": test.graph_data or _named_graphs(test),
        }
    base = f"BASE <{test.query_iri}>\n".encode()
    reply = client.query(base + query, _ACCEPT.get(expected_path.suffix, _RESULTS), **graphs)
    if reply.status != 200:
        return f"{reply.status} {reply.body.decode()}"
    expected, found = read_expected(expected_path, test.result), reply.result()
    if same(expected, found, lax=test.is_lax):
        return None
    return "\n".join(["expected", *lines(expected), "found", *lines(found)])


def _named_graphs(test: Test) -> list[str]:
    """Graphs that a TriG file of data names."""
    files = [iri for iri in test.data if iri.endswith((".trig", ".nq"))]
    quads = (quad for iri in files for quad in parse(path=test.path(iri), base_iri=iri))
    return sorted({q.graph_name.value for q in quads if isinstance(q.graph_name, NamedNode)})


def _read(test: Test, client: Client) -> str | None:
    """A test of the syntax alone."""
    query = test.path(test.query_iri).read_bytes()
    nothing = [BASE + "nothing"]
    reply = client.query(query, _RESULTS, default_graph_uri=nothing)
    if test.kind.startswith("Negative"):
        refused = reply.problem in ("malformed-query", "not-utf8")
        return None if refused else f"accepted: {reply.status}"
    # A function or a service that is not there is only missed when the query has been read.
    was_read = reply.status == 200 or reply.problem in ("not-supported", "service-not-allowed")
    return None if was_read else f"{reply.status} {reply.body.decode()}"


def _exchange(test: Test, client: Client) -> str | None:
    """Requests one after the other, each with what is expected of its response."""
    graph = test.manifest.graph
    for request in graph.items(graph.value(test.action, _HT + "requests")):
        if wrong := _one_exchange(graph, request, client):
            return wrong
    return None


def _one_exchange(graph: Graph, request: Node, client: Client) -> str | None:
    headers = {"Accept": "*/*"}
    for header in graph.items(graph.value(request, _HT + "headers")):
        name = str(graph.text(header, _HT + "fieldName"))
        headers[name] = str(graph.text(header, _HT + "fieldValue"))
    content = graph.value(request, _HT + "body")
    encoding = graph.text(content, _CNT + "characterEncoding") or "utf-8"
    body = (graph.text(content, _CNT + "chars") or "").encode(encoding)
    path = str(graph.text(request, _HT + "absolutePath")).replace("/sparql/", "/sparql", 1)
    reply = client.send(str(graph.text(request, _HT + "methodName")), path, headers, body)
    return _judge(graph, graph.value(request, _HT + "resp"), reply)


def _judge(graph: Graph, response: object, reply: Reply) -> str | None:
    statuses = [node.value for node in graph.values(response, _MF + "expectedStatus")]
    if not any(status.endswith(f"StatusCode{reply.status // 100}xx") for status in statuses):
        return f"status {reply.status}, expected {statuses}"
    form = graph.text(response, _MF + "expectedFormat")
    if form is None:
        return None
    result = reply.result()
    kind = {bool: "boolean", list: "RDF"}.get(type(result), "tabular")
    truth = graph.text(response, _MF + "expectedBoolean")
    if kind != form or (truth is not None and result != (truth == "true")):
        return f"{kind} {list(lines(result))}, expected {form} {truth}"
    return None


def _describe(test: Test, client: Client) -> str | None:
    """The service description; what is asked of it is in the test's name only."""
    reply = client.send("GET", "/sparql", {"Accept": "text/turtle"})
    store = Store()
    store.extend(parse(reply.body, RdfFormat.TURTLE))
    endpoint = f"http://127.0.0.1:{client.connection.port}/sparql"
    services = list(store.quads_for_pattern(None, _TYPE, NamedNode(_SD + "Service")))
    endpoints = list(
        store.quads_for_pattern(None, NamedNode(_SD + "endpoint"), NamedNode(endpoint))
    )
    checks = {
        "returns-rdf": len(store) > 0,
        "has-endpoint-triple": len(endpoints) == 1,
        "conforms-to-schema": [q.subject for q in services] == [q.subject for q in endpoints]
        and _conforms(store),
    }
    return None if checks[test.name.rpartition("#")[2]] else reply.body.decode()


def _conforms(store: Store) -> bool:
    """Whether the ranges of the properties hold, as the vocabulary declares them."""
    ranges = {
        "defaultDataset": "Dataset",
        "defaultGraph": "Graph",
        "namedGraph": "NamedGraph",
        "graph": "Graph",
    }
    return all(
        not isinstance(quad.object, Literal)
        and list(store.quads_for_pattern(quad.object, _TYPE, NamedNode(_SD + kind)))
        for name, kind in ranges.items()
        for quad in store.quads_for_pattern(None, NamedNode(_SD + name), None)
    )


@pytest.mark.parametrize("name", sorted(TESTS) or ["none"])
def test_answer_is_what_w3c_expects(name: str, client: Client) -> None:
    wrong = fault(TESTS[name], client)
    if name in FAILURES:
        assert wrong, f"{name} passes now: take it out of failures.csv"
    else:
        assert not wrong, f"{name}: {wrong}"


def test_the_list_of_suites_counts_every_test() -> None:
    if not TESTS:
        pytest.skip(f"W3C's test suites are not at {_ROOT}")
    counted = Counter(name.partition("#")[0] for name in TESTS)
    assert {suite.name: suite.tests for suite in results()[0]} == counted


def test_no_query_test_of_any_manifest_is_left_out() -> None:
    """But those of what the endpoint does not do: change data, infer, speak the graph store protocol."""
    if not TESTS:
        pytest.skip(f"W3C's test suites are not at {_ROOT}")
    manifests = [Manifest(_ROOT, path) for path in _ROOT.rglob("manifest*.ttl")]
    found = {
        (test.name, test.kind)
        for manifest in manifests
        for test in manifest.tests()
        if not _NOT_ASKED.search(f"{test.name} {test.kind}")
    }
    assert {name for name, _ in found} - set(TESTS) == set()


def test_the_page_shows_exactly_the_lists() -> None:
    suites, failures = results()
    assert {each.test: each.reason.en for each in failures} == FAILURES
    assert all(each.reason.nl for each in failures)
    assert sum(suite.failed for suite in suites) == len(failures)
    assert {each.test.partition("#")[0] for each in failures} <= {each.name for each in suites}


def test_every_listed_failure_is_a_test_and_has_a_reason() -> None:
    if not TESTS:
        pytest.skip(f"W3C's test suites are not at {_ROOT}")
    assert set(FAILURES) <= set(TESTS)
    assert all(FAILURES.values())
