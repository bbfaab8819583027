"""The SPARQL 1.1 Protocol, rule by rule, asked of the application itself."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

import brotli
import pytest
import zstandard
from pyoxigraph import NamedNode, RdfFormat, Store, parse
from starlette.types import Message, Receive, Scope, Send

from stadsgraaf.errors import QueryTimeout, ResultTooLarge, Text, TooManyRequests
from stadsgraaf.media import RDF, RESULTS, SHEET
from stadsgraaf.release import GraphEntry, Manifest, Release
from stadsgraaf.settings import Settings
from stadsgraaf.store import Answer, Limits, Question
from stadsgraaf.store.base import Share, Whole
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.web.columns import COLUMNS
from stadsgraaf.web.sparql import BrokenOffError, SparqlEndpoint

DATA = b"""\
<http://e/a> <http://e/label> "A" <http://g/1> .
<http://e/b> <http://e/label> "B" <http://g/2> .
"""
MANIFEST = Manifest(
    digest="d" * 64,
    triples=2,
    base_iri="http://e/",
    dataset="http://e/dataset",
    title={"nl": "Proef", "en": "Trial"},
    licence="http://e/licence",
    prefixes={"e": "http://e/"},
    graphs=[GraphEntry("http://g/1", "data", 1), GraphEntry("http://g/2", "data", 1)],
)
RELEASE = Release(Path("nowhere"), MANIFEST)
ALL = "SELECT ?x { ?s ?p ?x }"
JSON = "application/sparql-results+json"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    pieces: list[bytes]
    complete: bool

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def values(self) -> set[str]:
        rows = self.json()["results"]["bindings"]
        return {term["value"] for row in rows for term in row.values()}

    @property
    def slug(self) -> str:
        assert self.headers["content-type"] == "application/problem+json"
        return str(self.json()["type"]).rsplit("/", 1)[1]


@dataclass
class Client:
    """Talks ASGI to an endpoint."""

    app: SparqlEndpoint
    seen: list[Message] = field(default_factory=list)
    root: str = ""

    def below(self, root: str) -> "Client":
        """Who asks by a proxy that has the site below a path."""
        return replace(self, root=root)

    def __call__(
        self,
        method: str = "GET",
        path: str = "/sparql",
        query: str | bytes = b"",
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        http_version: str = "1.1",
    ) -> Response:
        raw = query if isinstance(query, bytes) else query.encode()
        scope: Scope = {
            "type": "http",
            "http_version": http_version,
            "method": method,
            "scheme": "http",
            "path": self.root + path,
            "root_path": self.root,
            "query_string": raw,
            "headers": [
                (key.lower().encode(), value.encode("latin-1"))
                for key, value in ({"Host": "here.test:81"} | (headers or {})).items()
            ],
            "client": ("192.0.2.1", 1),
        }
        return asyncio.run(self._exchange(scope, body))

    async def _exchange(self, scope: Scope, body: bytes) -> Response:
        sent: list[Message] = []
        pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)] or [b""]
        requests: list[Message] = [
            {"type": "http.request", "body": piece, "more_body": True} for piece in pieces[:-1]
        ]
        requests.append({"type": "http.request", "body": pieces[-1], "more_body": False})

        async def receive() -> Message:
            if requests:
                return requests.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        complete = True
        try:
            await self.app(scope, receive, send)
        except BrokenOffError:
            complete = False
        start = sent[0]
        headers = {key.decode(): value.decode("latin-1") for key, value in start["headers"]}
        content = [message.get("body", b"") for message in sent[1:]]
        complete = complete and not sent[-1].get("more_body", False)
        return Response(start["status"], headers, content, complete)

    def get(self, query: str, accept: str | None = None, **more: str) -> Response:
        """What is written as headers are is one, the rest are parameters."""
        fields = {name: value for name, value in more.items() if name[0].isupper()}
        parameters = {name: value for name, value in more.items() if name not in fields}
        accepted = {"Accept": accept} if accept else {}
        return self(query=urlencode({"query": query} | parameters), headers=accepted | fields)

    def post(self, body: bytes, content_type: str, query: str = "", **headers: str) -> Response:
        fields = {"Content-Type": content_type, "Content-Length": str(len(body))}
        return self("POST", query=query, headers=fields | headers, body=body)


async def workbench(scope: Scope, receive: Receive, send: Send) -> None:
    """Says what it was called with."""
    request = scope["stadsgraaf.sparql"]
    told = {
        "query": request.query,
        "graphs": request.default_graphs,
        "format": scope["stadsgraaf.format"].name,
    }
    text = json.dumps(told).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-page", b"1")]})
    await send({"type": "http.response.body", "body": text})


def client_of(store: Any, settings: Settings | None = None) -> Client:
    return Client(SparqlEndpoint(store, RELEASE, settings or Settings(), workbench))


class LazyStore:
    """An embedded store, made anew in each event loop."""

    def __init__(self, data: bytes) -> None:
        self.store = EmbeddedStore(data, prefixes=MANIFEST.prefixes)
        self.questions: list[Question] = []
        self.limits: list[Limits] = []

    async def answer(self, question: Question, limits: Limits) -> Answer:
        self.questions.append(question)
        self.limits.append(limits)
        return await self.store.answer(question, limits)

    async def close(self) -> None:
        await self.store.close()


@pytest.fixture
def store() -> LazyStore:
    return LazyStore(DATA)


@pytest.fixture
def ask(store: LazyStore) -> Client:
    return client_of(store)


# Ways to ask


def test_query_by_get(ask: Client) -> None:
    response = ask.get(ALL)
    assert (response.status, response.headers["content-type"]) == (200, JSON)
    assert response.values == {"A", "B"}


@pytest.mark.parametrize("method", ["POST", "QUERY"])
@pytest.mark.parametrize("content_type", [DIRECT, DIRECT + "; charset=UTF-8", FORM])
def test_query_in_a_body(ask: Client, method: str, content_type: str) -> None:
    body = urlencode({"query": ALL}) if content_type == FORM else ALL
    response = ask(method, headers={"Content-Type": content_type}, body=body.encode())
    assert response.values == {"A", "B"}


def test_head_has_the_headers_of_get_and_no_body(ask: Client) -> None:
    parameters = urlencode({"query": ALL})
    got, head = ask(query=parameters), ask("HEAD", query=parameters)
    assert head.status == 200
    assert head.body == b""
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-type"] == JSON


def test_query_in_other_scripts_arrives_whole(ask: Client) -> None:
    query = 'SELECT ("é😀+ %2B" AS ?x) {}'
    assert ask.get(query).values == {"é😀+ %2B"}
    assert ask.post(query.encode(), DIRECT).values == {"é😀+ %2B"}
    assert ask(query=b"query=" + query.replace("%", "%25").replace("+", "%2B").encode()).values == {
        "é😀+ %2B"
    }


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_not_allowed(ask: Client, method: str) -> None:
    response = ask(method)
    assert (response.status, response.slug) == (405, "method-not-allowed")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST, QUERY"


@pytest.mark.parametrize("via", ["get", "form", "direct"])
def test_graphs_of_the_protocol_make_the_dataset(ask: Client, via: str) -> None:
    query = "SELECT ?x FROM <http://g/1> { { ?s ?p ?x } UNION { GRAPH ?g { ?s2 ?p2 ?x2 } } }"
    graphs = "default-graph-uri=http://g/2&named-graph-uri=http://g/1&named-graph-uri=http://g/2"
    if via == "get":
        response = ask(query=f"{graphs}&query={quote(query)}")
    elif via == "form":
        response = ask.post(f"{graphs}&query={quote(query)}".encode(), FORM)
    else:
        response = ask.post(query.encode(), DIRECT, query=graphs)
    assert response.values == {"B"}
    assert len(response.json()["results"]["bindings"]) == 3


def test_request_uri_is_the_base_iri(ask: Client) -> None:
    for response in (
        ask.get("SELECT ?x { BIND(<x> AS ?x) }"),
        ask.post(b"SELECT ?x { BIND(<x> AS ?x) }", DIRECT),
    ):
        assert response.values == {"http://here.test:81/x"}


def test_public_url_is_the_base_iri_behind_a_proxy(store: LazyStore) -> None:
    settings = Settings(public_url="https://data.test/kg/")
    response = client_of(store, settings).get("SELECT ?x { BIND(<x> AS ?x) }")
    assert response.values == {"https://data.test/kg/x"}


def test_links_begin_where_a_proxy_has_the_endpoint(ask: Client) -> None:
    links = [ask.below(root).get(ALL).headers["link"] for root in ("", "/graph", "", "/other")]
    assert [link.partition(">")[0] for link in links] == [
        f"<{root}/.well-known/api-catalog" for root in ("", "/graph", "", "/other")
    ]


def test_impossible_host_is_not_repeated(ask: Client) -> None:
    parameters = urlencode({"query": "SELECT ?x { BIND(<x> AS ?x) }"})
    response = ask(query=parameters, headers={"Host": "evil/../x y"})
    assert response.values == {"http://127.0.0.1:8000/x"}


# Requests that are wrong


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("query=ASK%7B%7D&query=ASK%7B%7D", "repeated-parameter"),
        ("query=ASK%7B%7D&update=DROP+ALL", "update-not-allowed"),
        ("update=DROP+ALL", "update-not-allowed"),
        ("query=%FF%FE", "not-utf8"),
        (b"query=\xff", "not-utf8"),
        ("query=ASK%7B%7D%", "bad-request"),
        ("query=ASK%7B%7D%2", "bad-request"),
        ("query=ASK%7B%7D%00", "malformed-query"),
        ("query=", "malformed-query"),
        ("query=nonsense", "malformed-query"),
        ("query=ASK%7B%7D" + "&a=1" * 200, "bad-request"),
        ("query=ASK%7B%7D&timeout=x", "invalid-parameter"),
        ("query=ASK%7B%7D&timeout=0", "invalid-parameter"),
        ("query=ASK%7B%7D&timeout=nan", "invalid-parameter"),
        ("query=ASK%7B%7D&timeout=1_0", "invalid-parameter"),
        ("query=ASK%7B%7D&timeout=1&timeout=1", "repeated-parameter"),
        ("query=ASK%7B%7D&format=pdf", "invalid-parameter"),
        ("query=ASK%7B%7D&default-graph-uri=x", "invalid-parameter"),
    ],
)
def test_wrong_request_is_refused(ask: Client, query: str | bytes, slug: str) -> None:
    response = ask(query=query)
    assert (response.status, response.slug) == (400, slug)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        DIRECT + ";charset=utf-16",
    ],
)
def test_other_content_types_are_unsupported(ask: Client, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = ask("POST", headers=headers, body=b"ASK {}")
    assert (response.status, response.slug) == (415, "unsupported-media-type")
    assert response.json()["supported"] == [DIRECT, FORM]
    assert response.headers["accept"] == f"{DIRECT}, {FORM}"


def test_compressed_body_is_unsupported(ask: Client) -> None:
    response = ask.post(gzip.compress(b"ASK {}"), DIRECT, **{"Content-Encoding": "gzip"})
    assert (response.status, response.slug) == (415, "unsupported-coding")
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"DROP ALL", "application/sparql-update", 400),
        (b"update=DROP+ALL", FORM, 400),
        (b"DROP ALL", DIRECT, 400),
        (b"query=DROP+ALL", FORM, 400),
    ],
)
def test_update_is_refused(ask: Client, body: bytes, content_type: str, status: int) -> None:
    response = ask.post(body, content_type)
    assert (response.status, response.slug) == (status, "update-not-allowed")


def test_query_in_url_and_body_is_refused(ask: Client) -> None:
    assert ask.post(b"ASK {}", DIRECT, query="query=ASK%7B%7D").slug == "repeated-parameter"
    assert ask.post(b"query=ASK%7B%7D", FORM, query="query=ASK%7B%7D").slug == "repeated-parameter"


@pytest.mark.parametrize("content_type", [DIRECT, FORM])
def test_body_that_is_not_utf8_is_refused(ask: Client, content_type: str) -> None:
    assert ask.post(b"query=\xff\xfe", content_type).slug == "not-utf8"


@pytest.mark.parametrize("announced", [True, False])
def test_large_body_is_refused(store: LazyStore, *, announced: bool) -> None:
    ask = client_of(store, Settings(body_length=5000))
    headers = {"Content-Type": DIRECT} | ({"Content-Length": "5001"} if announced else {})
    response = ask("POST", headers=headers, body=b" " * 5001)
    assert (response.status, response.slug) == (413, "body-too-large")
    assert response.headers["connection"] == "close"


def test_body_that_does_not_come_times_out(store: LazyStore) -> None:
    app = client_of(store, Settings(body_timeout=0.05)).app
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/sparql",
        "query_string": b"",
        "headers": [(b"content-type", DIRECT.encode())],
    }
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 408


def test_post_without_query_lacks_a_parameter(ask: Client) -> None:
    response = ask.post(b"", FORM)
    assert (response.status, response.slug) == (400, "missing-parameter")
    assert response.json()["name"] == "query"


def test_error_tells_place_and_reason(ask: Client) -> None:
    problem = ask.get("SELECT *\n{ ?s ?p }").json()
    assert (problem["status"], problem["line"], problem["column"]) == (400, 2, 9)
    assert problem["title"] == "Malformed query"
    assert problem["near"] == "}"


# Formats


@pytest.mark.parametrize(
    ("accept", "query", "content_type"),
    [
        ("*/*", ALL, JSON),
        ("application/json", ALL, JSON),
        ("application/xml", ALL, "application/sparql-results+xml"),
        ("text/csv", ALL, "text/csv; charset=utf-8"),
        ("text/*;q=0.5, application/sparql-results+xml;q=0.4", ALL, "text/csv; charset=utf-8"),
        (
            "text/turtle, application/sparql-results+xml;q=0.1",
            ALL,
            "application/sparql-results+xml",
        ),
        ("application/sparql-results+json;q=0, */*", ALL, "application/sparql-results+xml"),
        ("*/*", "DESCRIBE <http://e/a>", "text/turtle; charset=utf-8"),
        ("application/json", "DESCRIBE <http://e/a>", "application/ld+json"),
        ("application/trig", "DESCRIBE <http://e/a>", "application/trig"),
        ("text/csv, application/n-triples;q=0.2", "DESCRIBE <http://e/a>", "application/n-triples"),
        ("text/html;q=0.2, text/csv", ALL, "text/csv; charset=utf-8"),
        (f"application/geo+json, {JSON};q=0.5", "ASK {}", JSON),
    ],
)
def test_accept_decides_the_format(ask: Client, accept: str, query: str, content_type: str) -> None:
    response = ask.get(query, accept)
    assert (response.status, response.headers["content-type"]) == (200, content_type)
    assert "Accept" in response.headers["vary"]


@pytest.mark.parametrize(
    ("accept", "query", "format_"),
    [
        ("text/turtle, text/html;q=0.5", ALL, "HTML"),
        ("text/turtle, text/html;q=0.5", "# all\nASK {}", "HTML"),
        ("text/csv, text/html;q=0.5", "CONSTRUCT WHERE { ?s ?p ?o }", "HTML"),
        ("text/csv;q=0.2, text/html;q=0.5, text/turtle;q=0.1", "DESCRIBE <http://e/a>", "HTML"),
        (f"text/turtle, {SHEET.media_type};q=0.5", ALL, "Excel"),
    ],
)
def test_who_takes_a_page_gets_one_where_a_query_of_its_form_gives_nothing_liked_better(
    ask: Client, accept: str, query: str, format_: str
) -> None:
    page = ask.get(query, accept)
    assert (page.status, page.headers["x-page"]) == (200, "1")
    assert page.json()["format"] == format_


@pytest.mark.parametrize(
    ("accept", "query"),
    [("image/png", ALL), ("text/turtle", ALL), ("text/csv", "DESCRIBE <http://e/a>")],
)
def test_unavailable_format_is_not_acceptable(ask: Client, accept: str, query: str) -> None:
    response = ask.get(query, accept)
    assert (response.status, response.slug) == (406, "not-acceptable")
    assert response.json()["available"]


@pytest.mark.parametrize(
    ("name", "select", "construct"),
    [
        ("json", JSON, "application/ld+json"),
        ("xml", "application/sparql-results+xml", "application/rdf+xml"),
        (JSON, JSON, None),
        ("csv", "text/csv; charset=utf-8", None),
        ("turtle", None, "text/turtle; charset=utf-8"),
        ("ttl", None, "text/turtle; charset=utf-8"),
        (JSON.replace("+", " "), JSON, None),
        ("rdf/xml", None, "application/rdf+xml"),
        ("rdfxml", None, "application/rdf+xml"),
        ("JSON-LD", None, "application/ld+json"),
    ],
)
@pytest.mark.parametrize("parameter", ["format", "output"])
def test_format_parameter_goes_before_accept(
    ask: Client, parameter: str, name: str, select: str | None, construct: str | None
) -> None:
    for query, expected in ((ALL, select), ("DESCRIBE <http://e/a>", construct)):
        response = ask.get(query, "text/tab-separated-values", **{parameter: name})
        if expected is None:
            assert response.status == 406
        else:
            assert response.headers["content-type"] == expected


@pytest.mark.parametrize(
    ("values", "query", "content_type"),
    [  # as SPARQLWrapper writes them
        (["tsv", "text/tab-separated-values"], ALL, "text/tab-separated-values; charset=utf-8"),
        (
            ["json-ld", "application/ld+json,application/x-json+ld"],
            "DESCRIBE <http://e/a>",
            "application/ld+json",
        ),
        (["rdf+xml", "application/rdf+xml"], "DESCRIBE <http://e/a>", "application/rdf+xml"),
        (["n3"], "DESCRIBE <http://e/a>", "text/turtle; charset=utf-8"),
        (["json", "application/sparql-results+json"], ALL, JSON),
    ],
)
def test_format_may_be_given_twice_when_both_mean_the_same(
    ask: Client, values: list[str], query: str, content_type: str
) -> None:
    pairs = [("query", query), *(("format", value) for value in values)]
    response = ask(query=urlencode(pairs))
    assert (response.status, response.headers["content-type"]) == (200, content_type)


def test_formats_that_differ_are_refused(ask: Client) -> None:
    pairs = [("query", ALL), ("format", "csv"), ("format", "json")]
    assert ask(query=urlencode(pairs)).slug == "repeated-parameter"


def test_each_format_of_the_description_has_a_tag_of_its_own(ask: Client) -> None:
    """Also where two have the same bytes, so that nobody gets the other from what is kept."""
    given = {each.media_type: ask(headers={"Accept": each.media_type}).headers for each in RDF}
    assert [fields["content-type"] for fields in given.values()] == [
        each.content_type for each in RDF
    ]
    assert len({fields["etag"] for fields in given.values()}) == len(RDF)


def test_table_is_offered_as_a_file(ask: Client) -> None:
    response = ask.get(ALL, "text/csv")
    assert response.headers["content-disposition"] == 'attachment; filename="result.csv"'


# Without a query


def test_html_is_the_workbench(ask: Client) -> None:
    page = ask(headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["x-page"] == "1"
    assert page.json() == {"query": None, "graphs": [], "format": "HTML"}


def test_query_for_html_goes_to_the_workbench(ask: Client) -> None:
    assert ask.get(ALL, "text/html").json()["query"] == ALL
    form = urlencode({"query": ALL, "default-graph-uri": "http://g/1"}).encode()
    page = ask.post(form, FORM, Accept="text/html")
    assert page.json() == {"query": ALL, "graphs": ["http://g/1"], "format": "HTML"}


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/turtle; charset=utf-8"),
        ("*/*", "text/turtle; charset=utf-8"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/trig", "application/trig"),
        ("application/n-quads", "application/n-quads"),
        ("text/turtle;q=0, */*;q=0.1", "application/n-triples"),
        ("application/*", "application/n-triples"),
    ],
)
def test_rdf_is_the_service_description(ask: Client, accept: str | None, content_type: str) -> None:
    response = ask(headers={"Accept": accept} if accept else {})
    assert (response.status, response.headers["content-type"]) == (200, content_type)
    format_ = RdfFormat.from_media_type(content_type)
    graph = Store()
    graph.extend(cast("Any", parse(response.body, format_)))
    sd = "http://www.w3.org/ns/sparql-service-description#"
    endpoint = NamedNode("http://here.test:81/sparql")
    services = [
        quad.subject for quad in graph.quads_for_pattern(None, NamedNode(sd + "endpoint"), endpoint)
    ]
    assert len(services) == 1
    names = {
        str(quad.object) for quad in graph.quads_for_pattern(None, NamedNode(sd + "name"), None)
    }
    assert names == {"<http://g/1>", "<http://g/2>"}


@pytest.mark.parametrize("accept", ["application/json", JSON, "application/sparql-results+xml"])
def test_results_without_query_lack_a_parameter(ask: Client, accept: str) -> None:
    response = ask(headers={"Accept": accept})
    assert (response.status, response.slug) == (400, "missing-parameter")


# Headers


def test_every_status_may_be_read_by_other_sites(ask: Client) -> None:
    for response in (
        ask.get(ALL),
        ask.get("nonsense"),
        ask.get(ALL, "image/png"),
        ask("PUT"),
        ask("OPTIONS"),
        ask(),
        ask.post(b"", "text/plain"),
    ):
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers
        assert "ETag" in response.headers["access-control-expose-headers"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]


def test_preflight_allows_what_the_protocol_needs(ask: Client) -> None:
    response = ask("OPTIONS", headers={"Access-Control-Request-Method": "QUERY"})
    assert (response.status, response.body) == (204, b"")
    assert "QUERY" in response.headers["access-control-allow-methods"]
    assert "Content-Type" in response.headers["access-control-allow-headers"]
    assert response.headers["accept-query"] == f"{DIRECT}, {FORM}"


def test_a_signature_of_utf_8_is_no_part_of_a_query(ask: Client) -> None:
    query = b"\xef\xbb\xbfASK {}"
    assert ask.post(query, DIRECT).status == 200
    assert ask.post(b"ASK {} " + query[:3], DIRECT).status == 400


def test_errors_are_never_kept(ask: Client) -> None:
    assert ask.get("nonsense").headers["cache-control"] == "no-store"
    assert "etag" not in ask.get("nonsense").headers


def test_known_answer_is_not_asked_again(ask: Client, store: LazyStore) -> None:
    etag = ask.get(ALL).headers["etag"]
    asked = len(store.questions)
    response = ask(query=urlencode({"query": ALL}), headers={"If-None-Match": f'"x", W/{etag}'})
    assert (response.status, response.body) == (304, b"")
    assert response.headers["etag"] == f"W/{etag}"  # as it knows it
    assert "content-length" not in response.headers
    assert len(store.questions) == asked


@pytest.mark.parametrize("is_kept", [True, False])
def test_who_wants_another_answer_is_told_that_there_is_none(ask: Client, *, is_kept: bool) -> None:
    query = ALL if is_kept else ALL + " LIMIT 9"
    etag = ask.get(ALL).headers["etag"] if is_kept else '"unknown"'
    for tags, status in {
        '"other"': 412,
        f"W/{etag}": 412,
        f'"other", {etag}': 200 if is_kept else 412,
        "*": 200,
    }.items():
        response = ask.get(query, **{"If-Match": tags})
        assert (response.status, response.complete) == (status, True), tags
    both = {"If-Match": '"other"', "If-None-Match": etag}
    assert ask.get(query, **both).slug == "precondition-failed"
    assert ask.post(query.encode(), DIRECT, **both).status == 200
    assert ask.get("nonsense", **both).slug == "malformed-query"
    assert ask.get("SELECT (NOW() AS ?t) {}", **both).status == 412
    assert ask(headers=both).status == 412
    assert ask(path="/sparql/check", query=urlencode({"query": query}), headers=both).status == 412


def test_dates_of_conditions_say_nothing_where_nothing_has_a_date(ask: Client) -> None:
    past, future = "Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 01 Jan 2050 00:00:00 GMT"
    dates = {"If-Unmodified-Since": past, "If-Modified-Since": future}
    response = ask.get(ALL, **dates)
    assert response.status == 200
    assert "last-modified" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "QUERY", "POST"])
def test_who_wants_none_gets_none_of_what_there_is(ask: Client, method: str) -> None:
    fields = {"If-None-Match": "*", "Content-Type": DIRECT}
    body = ALL.encode() if method in ("QUERY", "POST") else b""
    query = "" if body else urlencode({"query": ALL})
    for _ in range(2):  # evaluated, and kept
        response = ask(method, query=query, headers=fields, body=body)
        assert response.status == (200 if method == "POST" else 304)
        assert "etag" in response.headers
    volatile = ask.get("SELECT (NOW() AS ?t) {}", **fields)
    assert (volatile.status, volatile.headers.get("etag")) == (304, None)
    assert ask.get("nonsense", **fields).slug == "malformed-query"
    assert ask(headers=fields).status == 304


def test_query_that_is_too_long_is_refused_even_when_its_answer_is_known() -> None:
    ask = client_of(WholeStore(b"{}"), Settings(query_length=100))
    assert ask.get(ALL).status == 200
    assert ask.get(f"{ALL} #{'x' * 100}").slug == "query-too-long"


def test_etag_is_the_same_however_it_is_asked(ask: Client) -> None:
    tags = {
        ask.get(ALL).headers["etag"],
        ask.post(ALL.encode(), DIRECT).headers["etag"],
        ask.post(urlencode({"query": ALL}).encode(), FORM).headers["etag"],
        ask("QUERY", headers={"Content-Type": DIRECT}, body=ALL.encode()).headers["etag"],
    }
    assert len(tags) == 1


def test_etag_changes_with_anything_that_changes_the_answer(store: LazyStore) -> None:
    ask = client_of(store)
    other = Release(Path("nowhere"), replace(MANIFEST, digest="e" * 64))
    tags = [
        ask.get(ALL).headers["etag"],
        ask.get(ALL.replace("?x", "?y")).headers["etag"],
        ask.get(ALL, "text/csv").headers["etag"],
        ask.get(ALL, **{"default-graph-uri": "http://g/1"}).headers["etag"],
        ask.get(ALL, **{"named-graph-uri": "http://g/1"}).headers["etag"],
        ask(query=urlencode({"query": ALL}), headers={"Host": "other.test"}).headers["etag"],
        Client(SparqlEndpoint(store, other, Settings(), workbench)).get(ALL).headers["etag"],
    ]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    "template",
    [
        "_:b ?p ?x",
        "[] ?p ?x",
        "?s ?p (1 2)",
        "?s ?p ?x ~",
        "?s ?p ?x {| ?p 1 |}",
        "<< ?s ?p ?x >> ?p 1",
    ],
)
def test_blank_nodes_that_a_template_makes_have_no_etag(ask: Client, template: str) -> None:
    response = ask.get(f"CONSTRUCT {{ {template} }} WHERE {{ ?s ?p ?x }}")
    assert response.status == 200
    assert "etag" not in response.headers
    assert "etag" in ask.get("CONSTRUCT { ?s ?p '(' } { ?s ?p ?x FILTER(?x > 'A') }").headers


@pytest.mark.parametrize("call", ["NOW()", "rand ()", "UUID()", "STRUUID()", "'\\u0041'"])
def test_answer_that_may_vary_has_no_etag(ask: Client, call: str) -> None:
    response = ask.get(f"SELECT ({call} AS ?x) {{}}")
    assert response.status == 200
    assert "etag" not in response.headers
    assert response.headers["cache-control"] == "no-cache"


def test_post_is_never_answered_by_its_etag(ask: Client) -> None:
    etag = ask.get(ALL).headers["etag"]
    assert ask.post(ALL.encode(), DIRECT, **{"If-None-Match": etag}).status == 200


@pytest.mark.parametrize(
    "text", ["0", "-1", "1_0", "٣", "\uff11", "0x1", "nan", "inf", "1e400", "1s", "", "1 2"]
)
def test_timeout_that_is_no_number_of_seconds_is_refused(ask: Client, text: str) -> None:
    assert ask.get(ALL, timeout=text).slug == "invalid-parameter"


def test_timeout_parameter_may_only_lower_the_limit(store: LazyStore) -> None:
    ask = client_of(store, Settings(query_timeout=5))
    ask.get(ALL)
    ask.get(ALL, timeout="0.5")
    ask.get(ALL, timeout="60")
    assert [limits.seconds for limits in store.limits] == [5, 0.5, 5]


# Complete or an error


class BreakingStore:
    """Gives some bytes, then fails."""

    def __init__(self, chunks: list[bytes], error: Exception | None) -> None:
        self.chunks = chunks
        self.error = error
        self.closed = False

    async def answer(self, question: Question, limits: Limits) -> Answer:
        if not self.chunks and self.error:
            raise self.error
        return Answer("select", RESULTS[0], self)

    async def close(self) -> None:
        """Nothing is open."""

    def __aiter__(self) -> "BreakingStore":
        return self

    async def __anext__(self) -> bytes:
        if self.chunks:
            return self.chunks.pop(0)
        if self.error:
            raise self.error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        self.closed = True


def test_limit_before_the_first_byte_is_a_clean_error() -> None:
    response = client_of(BreakingStore([], QueryTimeout(limit=3))).get(ALL)
    assert (response.status, response.slug) == (504, "query-timeout")
    assert response.json()["limit"] == 3


def test_limit_after_the_first_byte_breaks_the_transfer_off() -> None:
    store = BreakingStore([b"{", b"["], ResultTooLarge(limit=2, unit=Text("bytes", "bytes")))
    response = client_of(store).get(ALL)
    assert response.status == 200
    assert not response.complete
    assert store.closed


def test_head_of_what_would_be_broken_off_is_the_error() -> None:
    store = BreakingStore([b"{", b"["], ResultTooLarge(limit=2, unit=Text("bytes", "bytes")))
    response = client_of(store)("HEAD", query=urlencode({"query": ALL}))
    assert (response.status, response.slug) == (400, "result-too-large")
    assert store.closed


READERS: Mapping[str, Callable[[], Callable[[bytes], bytes]]] = {
    "gzip": lambda: zlib.decompressobj(wbits=31).decompress,
    "br": lambda: brotli.Decompressor().process,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj().decompress,
}
LARGE = [f"{number},".encode() * 9000 for number in range(9)]


@pytest.mark.parametrize("coding", READERS)
def test_answer_is_packed_as_the_client_likes_and_each_piece_can_be_read_at_once(
    coding: str,
) -> None:
    ask = client_of(BreakingStore(list(LARGE), None))
    response = ask.get(ALL, **{"Accept-Encoding": coding})
    assert response.headers["content-encoding"] == coding
    assert response.headers["vary"] == "Accept, Accept-Encoding"
    assert response.complete
    assert len(response.body) < sum(map(len, LARGE)) / 10
    read = READERS[coding]()
    assert [read(piece) for piece in response.pieces] == [*LARGE, b""]


def test_tag_of_an_answer_that_is_packed_as_it_comes_is_weak() -> None:
    """The same answer is packed into other bytes when it comes in other pieces."""
    packed = {"Accept-Encoding": "gzip"}
    one, other = (
        client_of(BreakingStore(pieces, None)).get(ALL, **packed)
        for pieces in (list(LARGE), [b"".join(LARGE)])
    )
    assert one.body != other.body
    tag = one.headers["etag"]
    assert tag == other.headers["etag"]
    assert tag.startswith('W/"')
    ask = client_of(BreakingStore(list(LARGE), None))
    known = ask.get(ALL, **packed, **{"If-None-Match": f'"x", {tag}'})
    assert (known.status, known.headers["etag"]) == (304, tag)
    assert ask.get(ALL, **packed, **{"If-Match": tag}).status == 412
    assert not client_of(BreakingStore(list(LARGE), None)).get(ALL).headers["etag"].startswith("W")


@pytest.mark.parametrize("coding", READERS)
def test_answer_that_is_broken_off_has_no_end_in_any_coding(coding: str) -> None:
    store = BreakingStore(list(LARGE), ResultTooLarge(limit=2, unit=Text("bytes", "bytes")))
    response = client_of(store).get(ALL, **{"Accept-Encoding": coding})
    assert not response.complete
    assert store.closed
    if coding == "gzip":
        reader = zlib.decompressobj(wbits=31)
        reader.decompress(response.body)
        assert not reader.eof


class WholeStore:
    """Has answers whole, and counts them."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.asked = 0

    async def answer(self, question: Question, limits: Limits) -> Answer:
        self.asked += 1
        return Answer("select", RESULTS[0], Whole(self.body), len(self.body))


@pytest.mark.parametrize(("size", "accepted"), [(50, "gzip"), (5000, "identity"), (5000, "br;q=0")])
def test_small_answer_and_one_to_who_reads_no_coding_are_left_alone(
    size: int, accepted: str
) -> None:
    response = client_of(WholeStore(b"x" * size)).get(ALL, **{"Accept-Encoding": accepted})
    assert "content-encoding" not in response.headers
    assert response.body == b"x" * size
    assert response.headers["vary"] == "Accept, Accept-Encoding"


def test_packed_answer_is_kept_with_an_entity_tag_of_its_own() -> None:
    store = WholeStore(b"long" * 5000)
    ask = client_of(store)
    plain, packed = ask.get(ALL), ask.get(ALL, **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body) == plain.body == store.body
    assert packed.headers["content-length"] == str(len(packed.body))
    tag = packed.headers["etag"]
    assert tag != plain.headers["etag"]
    again = ask.post(ALL.encode(), DIRECT, **{"Accept-Encoding": "gzip"})
    assert (again.body, again.headers["content-encoding"]) == (packed.body, "gzip")
    assert ask.get(ALL).body == plain.body
    assert ask.get(ALL, **{"Accept-Encoding": "gzip", "If-None-Match": tag}).status == 304
    assert ask.get(ALL, **{"If-None-Match": tag}).status == 200
    assert store.asked == 2


def test_http_1_0_client_gets_a_length_or_an_error() -> None:
    parameters = urlencode({"query": ALL})
    whole = client_of(BreakingStore([b"{", b"}"], None))(query=parameters, http_version="1.0")
    assert (whole.headers["content-length"], whole.body) == ("2", b"{}")
    error = ResultTooLarge(limit=2, unit=Text("bytes", "bytes"))
    broken = client_of(BreakingStore([b"{"], error))(query=parameters, http_version="1.0")
    assert (broken.status, broken.slug) == (400, "result-too-large")


def test_client_that_hangs_up_ends_the_work() -> None:
    class Slow(BreakingStore):
        async def __anext__(self) -> bytes:
            if self.chunks:
                return self.chunks.pop(0)
            await asyncio.sleep(60)
            raise AssertionError

    store = Slow([b"{"], None)
    messages: list[Message] = [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        """Nobody reads it."""

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/sparql",
        "query_string": urlencode({"query": ALL}).encode(),
        "headers": [],
    }
    asyncio.run(asyncio.wait_for(client_of(store).app(scope, receive, send), 20))
    assert store.closed


# Kept answers


def test_answer_is_evaluated_once_however_it_is_asked() -> None:
    store = SizedStore(b'{"boolean":true}')
    ask = client_of(store)
    responses = [
        ask.get(ALL),
        ask.get(ALL),
        ask.post(ALL.encode(), DIRECT),
        ask.post(urlencode({"query": ALL}).encode(), FORM),
        ask("QUERY", headers={"Content-Type": DIRECT}, body=ALL.encode()),
    ]
    assert {response.body for response in responses} == {b'{"boolean":true}'}
    responses[0].headers.pop("ratelimit")
    assert len({json.dumps(response.headers) for response in responses}) == 1
    assert store.asked == 1


def test_what_can_vary_is_evaluated_every_time() -> None:
    store = SizedStore(b"{}")
    ask = client_of(store)
    for _ in range(3):
        ask.get("SELECT (RAND() AS ?x) {}")
    assert store.asked == 3


def test_kept_answers_are_bounded() -> None:
    store = SizedStore(b"x" * 600)
    ask = client_of(store, Settings(cache_length=3000))
    for query in ("ASK {1}", "ASK {2}", "ASK {2}", "ASK {1}"):
        ask.get(query)
    assert store.asked == 3


def test_many_small_answers_are_bounded_with_what_is_around_them() -> None:
    store = SizedStore(b"{}")
    ask = client_of(store, Settings(cache_length=10_000))
    for number in (*range(20), 0):
        ask.get(f"ASK {{{number}}}")
    assert store.asked == 21


def test_large_answer_is_not_kept() -> None:
    store = SizedStore(b"x" * 2_000_000)
    ask = client_of(store)
    ask.get(ALL)
    ask.get(ALL)
    assert store.asked == 2


class SizedStore:
    """Answers the same to everything, and knows its size; gives every client its share."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.asked = 0

    async def answer(self, question: Question, limits: Limits) -> Answer:
        self.asked += 1
        return Answer("ask", RESULTS[0], BreakingStore([self.body], None), len(self.body))

    def share(self, client: str) -> Share:
        return Share(limit=2, used=1 if client else 0)

    async def close(self) -> None:
        """Nothing is open."""


def test_share_of_the_client_is_told() -> None:
    response = client_of(SizedStore(b"{}")).get(ALL)
    assert response.headers["ratelimit-policy"] == '"slow-queries";q=2;qu="concurrent-requests"'
    assert response.headers["ratelimit"] == '"slow-queries";r=1'


def test_time_that_the_client_has_left_is_told() -> None:
    store = SizedStore(b"{}")
    store.share = lambda _: Share(2, 0, 240.0, 17.9)  # type: ignore[method-assign]
    response = client_of(store).get(ALL)
    policy = response.headers["ratelimit-policy"].split(", ")
    assert policy[1] == '"evaluation-time";q=240;w=60;qu="seconds"'
    assert response.headers["ratelimit"] == '"slow-queries";r=2, "evaluation-time";r=17'


def test_space_and_comments_make_no_other_answer(ask: Client, store: LazyStore) -> None:
    first = ask.get(ALL)
    second = ask.post(f"# again\n{ALL}\n".replace(" ", "\t").encode(), DIRECT)
    assert (first.headers["etag"], first.body) == (second.headers["etag"], second.body)


def test_limits_of_the_settings_are_in_the_description(store: LazyStore) -> None:
    settings = Settings(query_timeout=7, client_time=11, services="there=https://e.example/sparql")
    text = client_of(store, settings)(headers={"Accept": "application/n-triples"}).body.decode()
    ont = "https://w3id.org/stadsgraaf/def/ont/"
    for term, value in (("queryTimeout", "7"), ("clientTime", "11"), ("bodyLength", "262144")):
        assert f'<{ont}{term}> "{value}"' in text
    assert "sparql-service-description#BasicFederatedQuery>" in text
    assert "service:there" in text
    assert "<http://www.opengis.net/def/function/geosparql/distance>" in text
    assert "BasicFederatedQuery" not in client_of(store)().body.decode()


def test_every_format_of_answers_is_in_the_description(ask: Client) -> None:
    told = {
        triple.object.value
        for triple in parse(ask(headers={"Accept": "text/turtle"}).body, RdfFormat.TURTLE)
        if triple.predicate.value.endswith("#resultFormat")
    }
    assert len(told) == len((*RESULTS, *COLUMNS, *RDF))
    assert "https://www.iana.org/assignments/media-types/application/geo+json" in told


def test_client_that_asks_too_much_is_told_when_to_come_back() -> None:
    response = client_of(BreakingStore([], TooManyRequests(retry_after=2))).get(ALL)
    assert (response.status, response.slug) == (429, "too-many-requests")
    assert response.headers["retry-after"] == "2"
    assert response.json()["retry_after"] == 2


# Checking


def test_check_tells_the_form_and_variables(ask: Client) -> None:
    response = ask(path="/sparql/check", query=urlencode({"query": ALL}))
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"valid": True, "form": "select", "variables": ["x"]}
    assert (
        ask("POST", "/sparql/check", headers={"Content-Type": DIRECT}, body=b"ASK {}").json()[
            "form"
        ]
        == "ask"
    )


def test_check_tells_what_is_wrong_and_where(ask: Client) -> None:
    response = ask(path="/sparql/check", query=urlencode({"query": "SELECT *\n{ ?s ?p }"}))
    said = response.json()
    assert response.status == 200  # the check was done
    assert said["valid"] is False
    assert said["type"].endswith("/malformed-query")
    assert (said["line"], said["column"]) == (2, 9)
    assert ask(path="/sparql/check").slug == "missing-parameter"


def test_check_resolves_iris_like_the_endpoint(store: LazyStore) -> None:
    client_of(store)(path="/sparql/check", query=urlencode({"query": ALL}))
    assert store.questions[0].base_iri == "http://here.test:81/sparql"


# Help for people


@pytest.mark.parametrize("coding", READERS)
def test_what_is_told_is_packed_like_answers(coding: str) -> None:
    ask = client_of(WholeStore(json.dumps({"where": ["?s ?p ?o"] * 500}).encode()))
    packed = {"Accept-Encoding": coding}
    for path in ("/sparql/check", "/sparql/explain", "/sparql/why-empty"):
        response = ask(path=path, query=urlencode({"query": ALL}), headers=packed)
        assert response.headers["content-encoding"] == coding
        assert READERS[coding]()(response.body) == ask(path=path, query="query=x").body


@pytest.mark.parametrize("coding", READERS)
def test_description_is_packed_and_has_a_tag_of_its_own(ask: Client, coding: str) -> None:
    plain, packed = ask(), ask(headers={"Accept-Encoding": coding})
    assert packed.headers["content-encoding"] == coding
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept, Accept-Encoding"
    assert READERS[coding]()(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    again = ask(headers={"Accept-Encoding": coding, "If-None-Match": packed.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_check_says_in_which_language_a_mistake_is_told(ask: Client) -> None:
    response = ask(path="/sparql/check", query="query=nonsense")
    assert response.headers["content-language"] == "en"
    assert response.headers["vary"] == "Accept-Language"


def test_labels_are_a_parameter_and_part_of_the_answer(ask: Client, store: LazyStore) -> None:
    plain, labelled = ask.get(ALL), ask.get(ALL, labels="nl, en-GB")
    assert store.questions[-1].labels == ("nl", "en-gb")
    assert plain.headers["etag"] != labelled.headers["etag"]


@pytest.mark.parametrize(
    "languages", ["", "nl,,en", "n l", "nl;en", "x" * 9, ",".join(["nl"] * 11)]
)
def test_labels_in_no_language_are_refused(ask: Client, languages: str) -> None:
    response = ask.get(ALL, labels=languages)
    assert (response.status, response.slug) == (400, "invalid-parameter")


@pytest.mark.parametrize("path", ["/sparql/explain", "/sparql/why-empty"])
def test_a_query_can_be_asked_about(ask: Client, path: str) -> None:
    response = ask(path=path, query=urlencode({"query": ALL}))
    assert (response.status, response.headers["content-type"]) == (200, "application/json")
    assert response.json()["where" if "explain" in path else "hints"] is not None
    assert ask(path=path).slug == "missing-parameter"
    assert ask(path=path, query=urlencode({"query": "nonsense"})).slug == "malformed-query"
    assert ask("OPTIONS", path).status == 204
    assert ask("PUT", path).status == 405
