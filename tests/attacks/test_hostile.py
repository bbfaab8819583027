"""Hostile questions and requests beyond the corpus: combinations, and what newer parts invite."""

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, in_graph, serving, write_release

_DEADLINE = 2
_LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
_NUMBERS = " ".join(map(str, range(300)))
_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_TOKEN = "a-token-of-tests"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    things = [NamedNode(f"http://e/{number}") for number in range(4000)]
    triples = [Quad(thing, _LABEL, Literal(f"thing {n}")) for n, thing in enumerate(things)]
    triples += [
        Quad(thing, NamedNode("http://e/near"), things[(n * 7 + 1) % len(things)])
        for n, thing in enumerate(things)
    ]
    folder = tmp_path_factory.mktemp("hostile") / "release"
    release = write_release(folder, list(in_graph(triples)))
    settings = {
        "query_timeout": _DEADLINE,
        "query_memory": 256,
        "services": "https://service.invalid, there=http://127.0.0.1:9/sparql",
        "service_timeout": 1,
        "admin_token": _TOKEN,
    }
    with serving(release.path, settings) as running:
        yield running


def ask(
    server: Server, method: str, target: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, target, body or None, fields)
        response = connection.getresponse()
        given = {name.lower(): value for name, value in response.getheaders()}
        try:
            content = response.read()
        except http.client.IncompleteRead:
            return 0, given, b""  # broken off: nobody can take it for whole
        return response.status, given, content
    finally:
        connection.close()


def query(server: Server, text: str, path: str = "/sparql", **parameters: str) -> int:
    """The status for a query; an error must say what it is."""
    content = urlencode({"query": text} | parameters, errors="surrogateescape").encode()
    kind = "application/x-www-form-urlencoded"
    status, headers, body = ask(server, "POST", path, content, Content_Type=kind, Accept="*/*")
    if status >= 400:
        assert headers["content-type"] == "application/problem+json", text[:200]
        assert {"type", "title", "status", "detail"} <= set(json.loads(body))
    assert b"Traceback" not in body
    assert server.is_live()
    return status


def nested(opening: str, closing: str, depth: int, inside: str = "") -> str:
    return opening * depth + inside + closing * depth


def doubled(function: str, times: int) -> str:
    return " ".join(f"BIND({function.format(f'?x{n}')} AS ?x{n + 1})" for n in range(times))


#: Queries that must be refused, stopped, or turn out to be harmless; never a fault of ours.
QUERIES = {
    # nesting
    "braces-in-optional": "SELECT * { " + nested("OPTIONAL { ", "} ", 3000) + "}",
    "unary-minus": "SELECT (" + "- " * 20_000 + "1 AS ?x) {}",
    "not-not": "ASK { FILTER(" + "!" * 20_000 + "true) }",
    "path-brackets": "ASK { ?s " + nested("(", ")", 5000, "a") + " ?o }",
    "path-inverse": "ASK { ?s " + "^" * 20_000 + "a ?o }",
    "path-closures": "ASK { ?s " + nested("(", ")*", 60, "<http://e/near>") + " ?o }",
    "path-alternatives": "ASK { ?s " + "|".join(["<http://e/near>"] * 900) + " ?o }",
    "triple-terms": "SELECT * { ?s ?p " + nested("<<( <a:a> <a:b> ", " )>>", 5000, "1") + " }",
    "reified": "ASK { " + nested("<< ", " <a:p> <a:o> >>", 5000, "<a:s>") + " ?p ?o }",
    "annotations": "ASK { <a:s> <a:p> <a:o> " + nested("{| <a:p> <a:o> ", "|} ", 3000) + " }",
    "lists": "ASK { ?s ?p " + nested("( ", ") ", 5000, "1") + " }",
    "blank-nodes": "ASK { ?s ?p " + nested("[ ?p ", "] ", 5000, "1") + " }",
    "exists-in-exists": "ASK { " + nested("FILTER EXISTS { ", "} ", 60, "?s ?p ?o") + " }",
    "selects": "SELECT * { " + nested("{ SELECT * { ", "} } ", 30, "?s ?p ?o") + " }",
    "lateral": "SELECT * { " + nested("?s ?p ?o LATERAL { ", "} ", 60) + " }",
    "if-chain": "SELECT (" + nested("IF(true, ", ", 1)", 60, "1") + " AS ?x) {}",
    "coalesce-wide": "SELECT (COALESCE(" + ",".join(["?u"] * 15_000) + ") AS ?x) {}",
    "in-wide": "ASK { FILTER(1 IN (" + ",".join(["2"] * 30_000) + ")) }",
    # planning
    "optionals-40": "SELECT * { "
    + "".join(f"OPTIONAL {{ ?a ?p{n} ?b{n} }} " for n in range(40))
    + "}",
    "star-150": "SELECT * { " + " . ".join(f"?s ?p{n} ?o{n}" for n in range(150)) + " }",
    "chain-120": "SELECT * { " + " . ".join(f"?x{n} ?p{n} ?x{n + 1}" for n in range(120)) + " }",
    "unions-300": "SELECT * { " + " UNION ".join(["{ ?s ?p ?o }"] * 300) + " }",
    "values-wide": "SELECT * { VALUES (" + " ".join(f"?v{n}" for n in range(3000)) + ") { } }",
    "order-by-90": "SELECT * { ?s ?p ?o } ORDER BY " + " ".join(["?s"] * 90),
    "group-by-90": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY "
    + " ".join(f"(STR(?s) AS ?g{n})" for n in range(90)),
    "prefixes-2000": "".join(f"PREFIX p{n}: <http://e/{n}/> " for n in range(1500)) + "ASK {}",
    # evaluation
    "product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "product-distinct": "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "product-order": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?a",
    "product-minus": "SELECT * { ?a ?b ?c . ?d ?e ?f MINUS { ?d ?e ?f . ?a ?b ?c } }",
    "product-count": "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
    "product-concat": "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "product-construct": "CONSTRUCT { ?a ?e ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "product-exists": "SELECT * { ?a ?b ?c FILTER NOT EXISTS { ?d ?e ?f . ?g ?h ?i FILTER(?c = ?i) } }",
    "product-values": "SELECT * { "
    + " ".join(f"VALUES ?v{n} {{ {_NUMBERS} }}" for n in range(5))
    + " }",
    "product-offset": "SELECT * { ?a ?b ?c . ?d ?e ?f } OFFSET 9000000000",
    "path-all-pairs": "SELECT * { ?a <http://e/near>* ?b }",
    "path-any": "SELECT * { ?a (!<a:a>|^<http://e/near>)* ?b }",
    "path-from-nowhere": "SELECT * { <http://e/0> (<http://e/near>|^<http://e/near>)+ ?b . ?b (<http://e/near>)* ?c }",
    "doubling": "SELECT (STRLEN(?x40) AS ?n) { BIND('0123456789' AS ?x0) "
    + doubled("CONCAT({0}, {0})", 40)
    + " }",
    "replace-grows": "SELECT (STRLEN(?x9) AS ?n) { BIND('aaaaaaaaaa' AS ?x0) "
    + doubled("REPLACE({0}, 'a', 'aaaaaaaaaa')", 9)
    + " }",
    "encode-grows": "SELECT (STRLEN(?x30) AS ?n) { BIND('%%%%' AS ?x0) "
    + doubled("ENCODE_FOR_URI(CONCAT({0}, {0}))", 30)
    + " }",
    "regex-evil": "ASK { FILTER(REGEX('" + "a" * 5000 + "b', '^(a+)+$')) }",
    "regex-repeat": "ASK { FILTER(REGEX('a', '((a{1000}){1000}){1000}')) }",
    "regex-classes": "ASK { FILTER(REGEX('a', '" + "\\\\p{L}{1,999}" * 100 + "')) }",
    "integer-huge": "SELECT (" + "9" * 20_000 + " * 9 AS ?x) {}",
    "decimal-fine": "SELECT (0." + "1" * 20_000 + " / 3 AS ?x) {}",
    "limit-huge": "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999",
    "wkt-many-points": f'SELECT (<http://www.opengis.net/def/function/geosparql/union>("POLYGON(({",".join("0 0" for _ in range(5000))}))"^^<{_WKT}>, "POINT(1 1)"^^<{_WKT}>) AS ?x) {{}}',
    "wkt-nested": f'SELECT (<http://www.opengis.net/def/function/geosparql/area>("{nested("GEOMETRYCOLLECTION(", ")", 2000, "POINT(1 1)")}"^^<{_WKT}>) AS ?x) {{}}',
    "geojson-nested": 'SELECT ("'
    + nested("[", "]", 10_000)
    + '"^^<http://www.opengis.net/ont/geosparql#geoJSONLiteral> AS ?x) {}',
    # SERVICE
    "service-many": "SELECT * { " + "SERVICE SILENT <service:there> { ?s ?p ?o } " * 200 + "}",
    "service-nested": "SELECT * { " + nested("SERVICE SILENT <service:there> { ", "} ", 50) + "}",
    "service-escaped": "SELECT * { SERVICE <\\u0068ttp://127.0.0.1:1/> { ?s ?p ?o } }",
    "service-in-path": "SELECT * { ?s ?p ?o.SERVICE<http://127.0.0.1:1/>{ ?s ?p ?o } }",
    "service-variable": "SELECT * { VALUES ?x { <http://169.254.169.254/> } SERVICE SILENT ?x { ?s ?p ?o } }",
    "service-product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i SERVICE SILENT <service:there> { ?a ?e ?i } }",
    "service-function": "SELECT (<urn:x-stadsgraaf:blank-node>(?s) AS ?b) { ?s ?p ?o } LIMIT 1",
    "service-unresolved": "SELECT * { SERVICE <https://service.invalid/sparql> { ?s ?p ?o } }",
    "service-looks-like-digits": "SELECT * { SERVICE <http://１２７.0.0.1:9/sparql> { ?s ?p ?o } }",
    "service-no-iri": "SELECT * { SERVICE <http://[> { ?s ?p ?o } }",
    "from-beyond-ascii": "SELECT * FROM <http://é.example/> FROM <http://é.example/> { ?s ?p ?o }",
    "from-behind-template": "CONSTRUCT { ?s ?p (1 2) } FROM <http://[> WHERE { ?s ?p ?o }",
    "from-http": "SELECT * FROM <http://127.0.0.1:1/data.ttl> FROM NAMED <file:///etc/passwd> { ?s ?p ?o }",
    # text
    "surrogate": "SELECT ('\udc80' AS ?x) {}",
    "escaped-surrogate": "SELECT ('\\uD800\\uDC00' AS ?x) {}",
    "nul": "SELECT ('\x00' AS ?x) {}",
    "bom": "\ufeffASK {}",
    "right-to-left": "SELECT ('\u202e' AS ?\u202ex) {}",
    "long-comment": "ASK {} #" + "x" * 65_000,
    "unclosed-strings": "ASK { ?s ?p " + "'''\"\"\"" * 8000,
    "hash-storm": "#\n" * 30_000 + "ASK {}",
    "backslashes": "ASK { ?s ?p '" + "\\" * 60_000,
    "dots": "a." * 30_000,
    "forms": "CONSTRUCT " * 6000 + "'['",
    "angle-brackets": "<" * 60_000,
    "iri-unclosed": "SELECT * { <" + "a" * 60_000,
    "selects-without-groups": "SELECT " * 9000,
    "binds-in-a-row": "SELECT * { " + "BIND(1 AS ?x) " * 300,
    "names-in-use": "SELECT ?x (1 AS ?x) { { SELECT ?y (COUNT(*) AS ?y) { ?x ?y ?z } } }",
    "escapes-of-nothing": "ASK { ?s ?p '" + "\\q" * 9000 + "' }",
    "iris-with-spaces": "ASK { " + "<a:b c> " * 5000 + "}",
    "operators-apart": "ASK { FILTER(1 < = 2) }",
    "update-after-query": "ASK {} ; CLEAR DEFAULT",
    "update-hidden": "PREFIX a: <b> # SELECT\n DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
}


@pytest.mark.parametrize("name", QUERIES)
def test_hostile_query_is_answered_refused_or_stopped(server: Server, name: str) -> None:
    status = query(server, QUERIES[name])
    assert status in (0, 200, 400, 403, 413, 429, 502, 503, 504)


@pytest.mark.parametrize("path", ["/sparql/explain", "/sparql/why-empty", "/sparql/check"])
@pytest.mark.parametrize(
    "name",
    [
        "product-values",
        "star-150",
        "chain-120",
        "path-all-pairs",
        "doubling",
        "exists-in-exists",
        "braces-in-optional",
        "dots",
        "hash-storm",
        "triple-terms",
        "service-product",
        "values-wide",
    ],
)
def test_hostile_query_that_is_asked_about_does_no_more(
    server: Server, name: str, path: str
) -> None:
    assert query(server, QUERIES[name], path) in (200, 400, 403, 413, 429, 503, 504)


@pytest.mark.parametrize("suffix", ["srj", "csv", "geojson", "xlsx", "parquet", "arrows"])
def test_large_answer_in_any_format_is_whole_or_an_error(server: Server, suffix: str) -> None:
    text = "SELECT * { ?s ?p ?o . ?o ?q ?r . ?t ?u ?v }"
    assert query(server, text, format=suffix, labels="nl,en") in (0, 400, 429, 503, 504)


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"timeout": "nan"}, 400),
        ({"timeout": "-1"}, 400),
        ({"timeout": "1e999"}, 400),
        ({"timeout": "0x10"}, 400),
        ({"timeout": "9" * 400}, 400),
        ({"labels": "nl" * 500}, 400),
        ({"labels": "nl\r\nX: y"}, 400),
        ({"format": "../../etc/passwd"}, 400),
        ({"format": "\x00"}, 400),
        ({"default-graph-uri": "not an iri"}, 400),
        ({"default-graph-uri": "http://e/> } DROP ALL"}, 400),
        ({"named-graph-uri": ""}, 400),
        ({"default-graph-uri": "file:///etc/passwd"}, 200),
        ({"default-graph-uri": "http://127.0.0.1:1/"}, 200),
        ({"update": "DROP ALL"}, 400),
        ({"using-graph-uri": "http://e/"}, 200),
    ],
)
def test_hostile_parameter_is_refused_or_harmless(
    server: Server, parameters: dict[str, str], status: int
) -> None:
    assert query(server, "ASK { ?s ?p ?o }", **parameters) == status


REQUESTS: dict[str, tuple[str, str, bytes, dict[str, str]]] = {
    "delete": ("DELETE", "/sparql?query=ASK%7B%7D", b"", {}),
    "patch": ("PATCH", "/sparql", b"x", {"Content_Type": "application/sparql-update"}),
    "trace": ("TRACE", "/sparql", b"", {}),
    "query-without-type": ("QUERY", "/sparql", b"ASK {}", {}),
    "query-with-update": (
        "QUERY",
        "/sparql",
        b"DROP ALL",
        {"Content_Type": "application/sparql-update"},
    ),
    "post-json": ("POST", "/sparql", b"{}", {"Content_Type": "application/json"}),
    "post-two-types": (
        "POST",
        "/sparql",
        b"ASK {}",
        {"Content_Type": "application/sparql-query, text/plain"},
    ),
    "post-utf16": (
        "POST",
        "/sparql",
        "ASK {}".encode("utf-16"),
        {"Content_Type": "application/sparql-query; charset=utf-16"},
    ),
    "post-latin1-bytes": (
        "POST",
        "/sparql",
        b"ASK { ?s ?p '\xe9' }",
        {"Content_Type": "application/sparql-query"},
    ),
    "post-overlong-utf8": (
        "POST",
        "/sparql",
        b"ASK { ?s ?p '\xc0\x80' }",
        {"Content_Type": "application/sparql-query"},
    ),
    "post-query-twice": (
        "POST",
        "/sparql?query=ASK%7B%7D",
        b"ASK {}",
        {"Content_Type": "application/sparql-query"},
    ),
    "post-deflate": (
        "POST",
        "/sparql",
        b"x",
        {"Content_Type": "application/sparql-query", "Content_Encoding": "deflate"},
    ),
    "get-broken-escape": ("GET", "/sparql?query=%zz", b"", {}),
    "get-half-utf8": ("GET", "/sparql?query=%c3", b"", {}),
    "get-plus-and-semicolon": ("GET", "/sparql?query=ASK{};query=ASK{}", b"", {}),
    "get-many-graphs": ("GET", "/sparql?query=ASK%7B%7D" + "&default-graph-uri=a:a" * 200, b"", {}),
    "path-dots": ("GET", "/sparql/../sparql?query=x", b"", {}),
    "path-encoded": ("GET", "/%73parql?query=nonsense", b"", {}),
    "path-check-twice": ("GET", "/sparql/check/check?query=x", b"", {}),
    "path-double-slash": ("GET", "//sparql?query=x", b"", {}),
    "accept-storm": (
        "GET",
        "/sparql?query=nonsense",
        b"",
        {"Accept": ",".join(["a/b;q=0.1"] * 2000)},
    ),
    "accept-unclosed": ("GET", "/sparql?query=nonsense", b"", {"Accept": '"' * 8000}),
    "accept-arrow": (
        "GET",
        "/sparql?query=nonsense",
        b"",
        {"Accept": "application/vnd.apache.arrow.stream"},
    ),
    "if-none-match-storm": ("GET", "/sparql?query=nonsense", b"", {"If_None_Match": '"x",' * 5000}),
    "admin-in-address": ("GET", f"/admin/queries?token={_TOKEN}", b"", {}),
    "admin-in-cookie": ("GET", "/admin/queries", b"", {"Cookie": f"token={_TOKEN}"}),
    "admin-basic": ("GET", "/admin/queries", b"", {"Authorization": f"Basic {_TOKEN}"}),
    "admin-long": ("GET", "/admin/queries", b"", {"Authorization": "Bearer " + "x" * 20_000}),
    "admin-delete-all": ("DELETE", "/admin/queries/*", b"", {"Authorization": f"Bearer {_TOKEN}"}),
    "admin-delete-far": (
        "DELETE",
        "/admin/queries/" + "9" * 5000,
        b"",
        {"Authorization": f"Bearer {_TOKEN}"},
    ),
    "admin-post": ("POST", "/admin/queries", b"x", {"Authorization": f"Bearer {_TOKEN}"}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_hostile_request_is_a_clear_error(server: Server, name: str) -> None:
    method, target, content, headers = REQUESTS[name]
    status, given, body = ask(server, method, target, content, **headers)
    assert 400 <= status < 500
    if method != "HEAD":
        assert given["content-type"].startswith(("application/problem+json", "text/html"))
    assert b"Traceback" not in body
    assert given["access-control-allow-origin"] == "*"
    assert server.is_live()


def test_preflight_of_every_address_of_the_endpoint_is_answered(server: Server) -> None:
    for path in ("/sparql", "/sparql/check", "/sparql/explain", "/sparql/why-empty"):
        status, headers, _ = ask(
            server,
            "OPTIONS",
            path,
            Origin="https://e.example",
            Access_Control_Request_Method="QUERY",
        )
        assert (status, headers["access-control-allow-origin"]) == (204, "*")


def test_answer_is_the_same_by_every_method(server: Server) -> None:
    text = "SELECT * { ?s ?p 'thing 7' }"
    kind = {"Content_Type": "application/sparql-query"}
    answers: list[Any] = [
        ask(server, "GET", f"/sparql?query={quote(text)}"),
        ask(server, "POST", "/sparql", text.encode(), **kind),
        ask(server, "QUERY", "/sparql", text.encode(), **kind),
    ]
    assert {status for status, _, _ in answers} == {200}
    assert len({body for _, _, body in answers}) == 1
    assert len({headers["etag"] for _, headers, _ in answers}) == 1
    tag = answers[0][1]["etag"]
    for method, target, content in (
        ("GET", f"/sparql?query={quote(text)}", b""),
        ("HEAD", f"/sparql?query={quote(text)}", b""),
        ("QUERY", "/sparql", text.encode()),
    ):
        status, headers, body = ask(server, method, target, content, If_None_Match=tag, **kind)
        assert (status, body, headers["etag"]) == (304, b"", tag)


def test_nothing_of_it_stopped_the_server(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5):
        status, _, body = ask(
            server, "GET", "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        )
    assert status == 200
    assert json.loads(body)["results"]["bindings"][0]["n"]["value"] == "8000"


def test_the_corpus_is_not_repeated(shared: Path) -> None:
    queries = (shared / "attacks" / "queries").glob("*.rq")
    assert not {
        path.read_text(encoding="utf-8", errors="replace").strip() for path in queries
    } & set(QUERIES.values())
