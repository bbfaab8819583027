"""Attacks that are in no list of others: requests to the letter, and queries that grow in every way.

All are data: a name, what is sent, and what may come of it. They go at one server together, from many
addresses, as a siege does; a quiet client is answered all the while.
"""

import gzip
import json
import re
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, in_graph, serving, write_release

_DEADLINE = 1
_THINGS = 3000
_TYPE = b"Content-Type: application/sparql-query\r\n"
_HOST = b"Host: here.test\r\n"
_QUERY = b"SELECT (1 AS ?x) {}"
_ADDRESS = b"/sparql?query=" + quote(_QUERY).encode()
_BOMB = gzip.compress(b"#" * 20_000_000)
_XSD = "http://www.w3.org/2001/XMLSchema#"
_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_GEO = "PREFIX g: <http://www.opengis.net/def/function/geosparql/> "


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    name, near = NamedNode("http://e/name"), NamedNode("http://e/near")
    things = [NamedNode(f"http://e/{number}") for number in range(_THINGS)]
    triples = [Quad(thing, name, Literal(f"thing {n}")) for n, thing in enumerate(things)]
    triples += [
        Quad(thing, near, things[(n * step + 1) % _THINGS])
        for n, thing in enumerate(things)
        for step in (7, 11, 13)
    ]
    folder = tmp_path_factory.mktemp("barrage") / "release"
    release = write_release(folder, list(in_graph(triples))).path
    settings = {
        "query_timeout": _DEADLINE,
        "query_memory": 256,
        "body_timeout": 2,
        "result_length": 8_000_000,
        "held_length": 1_000_000,
    }
    with serving(release, settings) as running:
        yield running


class Response(NamedTuple):
    """The first of what came; ``is_whole`` unless it broke off, ``number`` counts what came."""

    status: int
    fields: Mapping[str, str]
    body: bytes
    is_whole: bool
    number: int


def exchange(server: Server, data: bytes, source: str) -> Response:
    received = bytearray()
    with socket.create_connection(
        ("127.0.0.1", server.port), timeout=60, source_address=(source, 0)
    ) as connection:
        try:
            connection.sendall(data)
            while piece := connection.recv(1 << 20):
                received += piece
        except ConnectionError:
            pass
    return read(bytes(received))


def read(received: bytes) -> Response:
    number = len(re.findall(rb"HTTP/1\.1 [2-5]\d\d ", received))
    while received.startswith(b"HTTP/1.1 100 "):
        received = received.partition(b"\r\n\r\n")[2]
    head, _, rest = received.partition(b"\r\n\r\n")
    if not head:
        return Response(0, {}, b"", False, number)
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    if fields.get("transfer-encoding") == "chunked":
        return Response(int(first.split()[1]), fields, rest, rest.endswith(b"0\r\n\r\n"), number)
    length = int(fields.get("content-length", "0"))
    return Response(int(first.split()[1]), fields, rest[:length], len(rest) >= length, number)


def faults(response: Response) -> Iterator[str]:
    """What is wrong with an answer, whatever was asked."""
    if response.status >= 500 and response.status not in (501, 503, 504, 505):
        yield f"status {response.status}"
    if b"Traceback" in response.body or b"site-packages" in response.body:
        yield "it shows our inside"
    if response.status < 400:
        return
    if not response.is_whole:
        yield "an error that is not whole"
    elif response.fields.get("content-type") != "application/problem+json":
        yield f"an error of type {response.fields.get('content-type')}"
    elif not {"type", "title", "status", "detail"} <= set(json.loads(response.body)):
        yield "a problem that says too little"
    if response.status in (429, 503) and "retry-after" not in response.fields:
        yield "no Retry-After"
    if response.fields.get("access-control-allow-origin") != "*":
        yield "no page of others may read it"


# --- requests ---------------------------------------------------------------------------------------


def _get(fields: bytes = b"", address: bytes = _ADDRESS) -> bytes:
    return b"GET " + address + b" HTTP/1.1\r\n" + _HOST + fields + b"Connection: close\r\n\r\n"


def _post(fields: bytes, body: bytes = _QUERY, kind: bytes = _TYPE) -> bytes:
    return (
        b"POST /sparql HTTP/1.1\r\n"
        + _HOST
        + kind
        + b"Connection: close\r\n"
        + fields
        + b"\r\n"
        + body
    )


def _sized(body: bytes, kind: bytes, fields: bytes = b"") -> bytes:
    field = b"Content-Type: " + kind + b"\r\n"
    return _post(fields + b"Content-Length: %d\r\n" % len(body), body, field)


_FORM = b"application/x-www-form-urlencoded"
_CHUNKED = b"Transfer-Encoding: chunked\r\n"
_CHUNKS = b"13\r\n" + _QUERY + b"\r\n0\r\n\r\n"
_SMUGGLED = b"GET /live HTTP/1.1\r\nHost: here.test\r\nConnection: close\r\n\r\n"

#: What is sent, and which statuses may come of it.
REQUESTS: Final[Mapping[str, tuple[bytes, set[int]]]] = {
    "line-feeds-only": (b"GET " + _ADDRESS + b" HTTP/1.1\nHost: here.test\n\n", {400}),
    "carriage-returns-only": (b"GET " + _ADDRESS + b" HTTP/1.1\rHost: here.test\r\r", {400}),
    "a-line-feed-among-them": (b"GET " + _ADDRESS + b" HTTP/1.1\r\nHost: here.test\n\r\n", {400}),
    "carriage-return-in-a-value": (_get(b"X: a\rb\r\n"), {400}),
    "nul-in-a-value": (_get(b"X: a\0b\r\n"), {400}),
    "folded-field": (_get(b"X: a\r\n b\r\n"), {400}),
    "folded-coding": (_post(b"Transfer-Encoding:\r\n chunked\r\n", _CHUNKS), {400}),
    "folded-length": (_post(b"Content-Length:\r\n 19\r\n"), {400}),
    "space-before-colon": (_post(b"Transfer-Encoding : chunked\r\nContent-Length: 19\r\n"), {400}),
    "coding-behind-a-tab": (
        _post(b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 19\r\n"),
        {400},
    ),
    "coding-unknown": (_post(b"Transfer-Encoding: xchunked\r\n", _CHUNKS), {400}),
    "coding-identity-and-length": (
        _post(b"Transfer-Encoding: identity\r\nContent-Length: 19\r\n"),
        {400},
    ),
    "coding-twice": (_post(_CHUNKED * 2, _CHUNKS), {400}),
    "coding-then-another": (_post(_CHUNKED + b"Transfer-Encoding: identity\r\n", _CHUNKS), {400}),
    "coding-listed-twice": (_post(b"Transfer-Encoding: chunked, chunked\r\n", _CHUNKS), {400}),
    "coding-in-quotes": (_post(b'Transfer-Encoding: "chunked"\r\n', _CHUNKS), {400}),
    "coding-in-capitals": (_post(b"TRANSFER-ENCODING: CHUNKED\r\n", _CHUNKS), {200}),
    "chunks-of-a-get": (_get(_CHUNKED) + b"0\r\n\r\n", {200}),
    "request-in-the-body-of-a-get": (
        _get(b"Content-Length: %d\r\n" % len(_SMUGGLED)) + _SMUGGLED,
        {200},
    ),
    "length-with-plus": (_post(b"Content-Length: +19\r\n"), {400}),
    "length-below-nothing": (_post(b"Content-Length: -19\r\n"), {400}),
    "length-in-hexadecimal": (_post(b"Content-Length: 0x13\r\n"), {400}),
    "length-as-a-list": (_post(b"Content-Length: 19, 19\r\n"), {400}),
    "length-twice": (_post(b"Content-Length: 19\r\n" * 2), {400}),
    "length-twice-and-different": (_post(b"Content-Length: 19\r\nContent-Length: 0\r\n"), {400}),
    "length-beyond-64-bits": (_post(b"Content-Length: 99999999999999999999999\r\n"), {400}),
    "length-of-64-bits": (_post(b"Content-Length: 9223372036854775808\r\n"), {413}),
    "length-of-5000-digits": (_post(b"Content-Length: " + b"0" * 5000 + b"19\r\n"), {200, 400}),
    "length-empty": (_post(b"Content-Length: \r\n"), {400}),
    "length-superscript": (_post(b"Content-Length: \xb2\r\n"), {400}),
    "chunk-extensions": (
        _post(_CHUNKED, b'13;a=b;c="d"\r\n' + _QUERY + b"\r\n0;x\r\n\r\n"),
        {200, 400},
    ),
    "chunk-below-nothing": (_post(_CHUNKED, b"-" + _CHUNKS), {400}),
    "chunk-with-0x": (_post(_CHUNKED, b"0x" + _CHUNKS), {400}),
    "chunk-beyond-64-bits": (_post(_CHUNKED, b"1ffffffffffffffff\r\n" + _QUERY), {400}),
    "chunk-ended-by-line-feeds": (_post(_CHUNKED, b"13\n" + _QUERY + b"\n0\n\n"), {400}),
    "chunk-longer-than-said": (_post(_CHUNKED, b"13\r\n" + _QUERY + b"XX0\r\n\r\n"), {400}),
    "length-behind-the-body": (
        _post(_CHUNKED, _CHUNKS[:-2] + b"Content-Length: 5\r\nHost: evil\r\n\r\n"),
        {400},
    ),
    "chunks-of-one-byte": (
        _post(
            _CHUNKED,
            b"".join(b"1\r\n%c\r\n" % c for c in b"#" * 9000 + b"\n" + _QUERY) + b"0\r\n\r\n",
        ),
        {200},
    ),
    "expects-something-else": (_post(b"Expect: 200-ok\r\nContent-Length: 19\r\n"), {200, 417}),
    "announces-too-much": (
        _post(b"Expect: 100-continue\r\nContent-Length: 99999999\r\n", b""),
        {413},
    ),
    "address-with-a-user": (_get(address=b"http://u:p@here.test/sparql"), {400}),
    "tunnel": (b"CONNECT here.test:80 HTTP/1.1\r\nHost: here.test:80\r\n\r\n" + _SMUGGLED, {400}),
    "http-2-at-once": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", {400}),
    "http-1.2": (b"GET " + _ADDRESS + b" HTTP/1.2\r\n" + _HOST + b"\r\n", {400, 505}),
    "http-1.11": (b"GET " + _ADDRESS + b" HTTP/1.11\r\n" + _HOST + b"\r\n", {400}),
    "small-letters": (b"get " + _ADDRESS + b" http/1.1\r\n" + _HOST + b"\r\n", {400, 501}),
    "tabs-for-spaces": (b"GET\t" + _ADDRESS + b"\tHTTP/1.1\r\n" + _HOST + b"\r\n", {400}),
    "method-without-end": (b"A" * 60_000 + b" / HTTP/1.1\r\n" + _HOST + b"\r\n", {400, 501}),
    "another-method-in-a-field": (
        _post(b"X-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n", b"", b""),
        {415},
    ),
    "host-beyond-ascii": (b"GET " + _ADDRESS + b" HTTP/1.1\r\nHost: \xc3\xa9.nl\r\n\r\n", {400}),
    "host-with-escapes": (b"GET /sparql HTTP/1.1\r\nHost: a%0d%0aX:y\r\n\r\n", {400}),
    "identifier-beyond-ascii": (_get(b"X-Request-ID: \xe2\x82\xac\r\n"), {200}),
    "closing-what-is-needed": (_get(b"Connection: Host, Content-Length\r\n"), {200}),
    "thousands-of-ranges": (
        _get(b"Range: bytes=" + b",".join(b"%d-" % n for n in range(3000)) + b"\r\n"),
        {200, 416},
    ),
    "any-tag-for-nonsense": (_get(b"If-None-Match: *\r\n", b"/sparql?query=NONSENSE"), {400}),
    "cookies-without-end": (_get(b"Cookie: " + b"a=b; " * 6000 + b"\r\n"), {200}),
    "fields-without-end": (_get(b"X: y\r\n" * 5000), {431}),
    "form-of-40000-keys": (_sized(b"&".join(b"%x=" % n for n in range(40_000)), _FORM), {400}),
    "form-of-equal-keys": (_sized(b"&".join([b"query=ASK{}"] * 90), _FORM), {400}),
    "form-of-escapes": (_sized(b"query=" + b"%25" * 80_000, _FORM), {413}),
    "form-that-is-cut": (_sized(b"query=ASK%7B%7", _FORM), {400}),
    "parts": (_sized(b"--x\r\n\r\nASK{}\r\n--x--\r\n", b"multipart/form-data; boundary=x"), {415}),
    "bomb-gzip": (_sized(_BOMB, b"application/sparql-query", b"Content-Encoding: gzip\r\n"), {415}),
    "bomb-deflate": (
        _sized(_BOMB, b"application/sparql-query", b"Content-Encoding: deflate\r\n"),
        {415},
    ),
    "bomb-br": (_sized(_BOMB, b"application/sparql-query", b"Content-Encoding: br\r\n"), {415}),
    "bomb-zstd": (_sized(_BOMB, b"application/sparql-query", b"Content-Encoding: zstd\r\n"), {415}),
    "bomb-twice": (
        _sized(_BOMB, b"application/sparql-query", b"Content-Encoding: gzip, identity\r\n"),
        {415},
    ),
    "bomb-by-type": (_sized(_BOMB, b"application/gzip"), {415}),
    "body-without-length": (_post(b""), {400}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_request_to_the_letter_is_read_in_one_way_or_refused(server: Server, name: str) -> None:
    sent, expected = REQUESTS[name]
    response = exchange(server, sent, "127.0.0.1")
    assert response.status in expected
    assert not list(faults(response))
    assert response.number == 1


# --- queries ----------------------------------------------------------------------------------------


def _nested(opening: str, closing: str, depth: int, inside: str = "") -> str:
    return opening * depth + inside + closing * depth


#: What grows, each in its own way.
QUERIES: Final[Mapping[str, str]] = {
    "groupconcat-product": 'SELECT (GROUP_CONCAT(?a; separator="xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") AS ?x) { ?a ?b ?c . ?d ?e ?f }',
    "groupconcat-distinct-product": "SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?a),STR(?d))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "groupconcat-long-separator": 'SELECT (GROUP_CONCAT(?a; separator="'
    + "s" * 50000
    + '") AS ?x) { ?a ?b ?c }',
    "sample-groups": "SELECT ?a ?d (SAMPLE(?f) AS ?x) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a ?d",
    "strdt-grow": 'SELECT (STRLEN(STR(?x30)) AS ?n) { BIND("ab" AS ?x0) '
    + " ".join(
        f"BIND(STRDT(CONCAT(STR(?x{n}),STR(?x{n})), <urn:t>) AS ?x{n + 1})" for n in range(30)
    )
    + " }",
    "strlang-grow": 'SELECT (STRLEN(STR(?x30)) AS ?n) { BIND("ab" AS ?x0) '
    + " ".join(
        f'BIND(STRLANG(CONCAT(STR(?x{n}),STR(?x{n})), "nl") AS ?x{n + 1})' for n in range(30)
    )
    + " }",
    "iri-grow": 'SELECT (STRLEN(STR(?x28)) AS ?n) { BIND("urn:ab" AS ?x0) '
    + " ".join(f"BIND(STR(IRI(CONCAT(?x{n},?x{n}))) AS ?x{n + 1})" for n in range(28))
    + " }",
    "uri-base-grow": "BASE <http://e/"
    + "a/" * 20000
    + '> SELECT (COUNT(IRI(CONCAT("../",STR(?c)))) AS ?n) { ?a ?b ?c }',
    "replace-empty": 'SELECT (STRLEN(REPLACE(?x,"","'
    + "z" * 20000
    + '")) AS ?n) { BIND("'
    + "a" * 20000
    + '" AS ?x) }',
    "replace-group-grow": 'SELECT (STRLEN(?x12) AS ?n) { BIND("aaaa" AS ?x0) '
    + " ".join(f'BIND(REPLACE(?x{n},"(.)","$1$1$1$1$1$1$1$1") AS ?x{n + 1})' for n in range(12))
    + " }",
    "regex-alternation": 'SELECT (COUNT(*) AS ?n) { ?a ?b ?c FILTER REGEX(STR(?c), "'
    + "|".join(f"(x{n}.*){{1,50}}" for n in range(60))
    + '") }',
    "regex-backref": 'ASK { FILTER REGEX("aaaa", "(a)\\\\1") }',
    "regex-nested-quant": 'ASK { FILTER REGEX("'
    + "a" * 30000
    + '", "('
    + "a?" * 1000
    + ")"
    + "a" * 1000
    + '") }',
    "regex-var-pattern": 'SELECT (COUNT(*) AS ?n) { ?a ?b ?c . FILTER REGEX("'
    + "a" * 2000
    + '", CONCAT(".*",STR(?c),".*")) }',
    "regex-unicode-class": 'ASK { FILTER REGEX("a","[\\\\w\\\\W&&[^\\\\d]]{500}{500}") }',
    "encode-all": "SELECT (SUM(STRLEN(ENCODE_FOR_URI(CONCAT(STR(?a),STR(?b),STR(?c),STR(?a),STR(?b),STR(?c))))) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
    "sha-all": "SELECT (COUNT(DISTINCT SHA512(CONCAT(SHA512(STR(?a)),SHA384(STR(?c)),MD5(STR(?b))))) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
    "order-concat": "SELECT ?c { ?a ?b ?c . ?d ?e ?f } ORDER BY CONCAT(STR(?a),STR(?f)) LIMIT 1",
    "order-rand": "SELECT * { ?a ?b ?c } ORDER BY RAND()",
    "limit-2-63": "SELECT * { ?a ?b ?c } LIMIT 9223372036854775807 OFFSET 9223372036854775807",
    "limit-2-64": "SELECT * { ?a ?b ?c } LIMIT 18446744073709551615 OFFSET 18446744073709551615",
    "offset-1": "SELECT * { ?a ?b ?c } ORDER BY ?a OFFSET 18446744073709551614 LIMIT 18446744073709551615",
    "limit-0-product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i LIMIT 0",
    "distinct-rand": "SELECT DISTINCT (RAND() AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "uuid-stream": "SELECT (STRUUID() AS ?x) (UUID() AS ?y) { ?a ?b ?c . ?d ?e ?f }",
    "bnode-stream": "SELECT (BNODE() AS ?x) (BNODE(STR(?a)) AS ?y) { ?a ?b ?c . ?d ?e ?f }",
    "construct-multiply": "CONSTRUCT { "
    + " ".join(f"?a <urn:p{n}> ?f . ?d <urn:q{n}> ?c ." for n in range(200))
    + " } { ?a ?b ?c . ?d ?e ?f }",
    "construct-bnodes": "CONSTRUCT { "
    + " ".join(f"_:b{n} <urn:p> _:b{n + 1} ." for n in range(400))
    + " } { ?a ?b ?c }",
    "construct-list": "CONSTRUCT { ?a <urn:p> (" + "?a " * 500 + ") } { ?a ?b ?c }",
    "construct-reify": "CONSTRUCT { "
    + " ".join(f"<<?a ?b ?c>> <urn:p{n}> ?c ." for n in range(100))
    + " } { ?a ?b ?c }",
    "describe-all": "DESCRIBE * { ?a ?b ?c }",
    "describe-all-product": "DESCRIBE ?a ?d ?c ?f { ?a ?b ?c . ?d ?e ?f }",
    "describe-many": "DESCRIBE " + " ".join(f"<urn:x{n}>" for n in range(5000)),
    "describe-graphs": "DESCRIBE ?g { GRAPH ?g { ?a ?b ?c } }",
    "path-star-any": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)* ?b }",
    "path-plus-inverse": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|!^<urn:x>)+ ?b }",
    "path-opt-chain": "SELECT (COUNT(*) AS ?n) { ?a " + "/".join(["(!<urn:x>)?"] * 30) + " ?b }",
    "path-seq-stars": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)*/(!<urn:y>)*/(!<urn:z>)* ?b }",
    "path-nps-huge": "ASK { ?a !(" + "|".join(f"<urn:x{n}>" for n in range(3000)) + ") ?b }",
    "path-closure-bound": "SELECT * { <urn:nothing> (!<urn:x>)* ?b . ?b (^!<urn:x>)* ?c }",
    "path-empty-star": "SELECT * { ?a <urn:nothing>* ?b }",
    "path-alt-closures": "ASK { ?a (" + "|".join(f"<urn:x{n}>*" for n in range(150)) + ")* ?b }",
    "values-1e5": "SELECT (COUNT(*) AS ?n) { VALUES ?x { "
    + " ".join(map(str, range(10000)))
    + " } VALUES ?y { "
    + " ".join(str(n % 10) for n in range(2000))
    + " } }",
    "values-undef-join": "SELECT (COUNT(*) AS ?n) { VALUES (?a ?b) { "
    + "(UNDEF 1) " * 1500
    + " } VALUES (?a ?b) { "
    + "(1 UNDEF) " * 1500
    + " } ?a ?p ?b }",
    "values-cross": "SELECT * { "
    + " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(30)))} }}" for n in range(20))
    + " }",
    "values-long-literals": "SELECT * { VALUES ?x { "
    + " ".join(f'"{"y" * 1000}{n}"' for n in range(60))
    + " } ?a ?b ?c }",
    "minus-cross": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c MINUS { ?a ?x ?y . ?z ?w ?c } }",
    "minus-nest": "SELECT * { ?a ?b ?c " + _nested("MINUS { ?a ?b ?c ", "} ", 55) + " }",
    "optional-unbound-join": "SELECT (COUNT(*) AS ?n) { OPTIONAL { ?a <urn:n> ?b } OPTIONAL { ?c ?d ?b } OPTIONAL { ?b ?e ?f } ?f ?g ?h }",
    "union-product": "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"{{ ?a{n} ?b ?c }} UNION {{ ?c ?b ?a{n} }}" for n in range(12))
    + " }",
    "exists-product": "ASK { ?a ?b ?c FILTER NOT EXISTS { ?x ?y ?z . ?q ?r ?s FILTER(?z = ?s && ?a = ?q && ?z = ?r) } }",
    "exists-in-bind": "SELECT (COUNT(?x) AS ?n) { ?a ?b ?c BIND(EXISTS { ?d ?e ?c . ?f ?g ?d } AS ?x) }",
    "subselect-group-nest": "SELECT (COUNT(*) AS ?n) { { SELECT ?a (COUNT(*) AS ?x) { ?a ?b ?c } GROUP BY ?a } { SELECT ?d (COUNT(*) AS ?y) { ?d ?e ?f } GROUP BY ?d } }",
    "lateral-product": "SELECT * { ?a ?b ?c LATERAL { SELECT * { ?d ?e ?f } LIMIT 1000 } }",
    "having-subq": "SELECT ?a { ?a ?b ?c } GROUP BY ?a HAVING(SUM(STRLEN(STR(?c))) > 100000000)",
    "bind-chain": "SELECT * { BIND(1 AS ?x0) "
    + " ".join(f"BIND(?x{n}*?x{n} + 1 AS ?x{n + 1})" for n in range(150))
    + " }",
    "bind-concat-exponential-rows": "SELECT * { ?a ?b ?c "
    + " ".join(f"BIND(CONCAT(STR(?a),STR(?b),STR(?c)) AS ?x{n})" for n in range(100))
    + " }",
    "dec-overflow": "SELECT (1e308*1e308 AS ?a) (170141183460469231731.687303715884105727*10 AS ?b) (9223372036854775807+1 AS ?c) (-9223372036854775808/-1 AS ?d) (1/0 AS ?e) (1.0/0.0 AS ?f) (0e0/0e0 AS ?g) (ABS(-9223372036854775808) AS ?h) (ROUND(1e400) AS ?i) {}",
    "int-min": "SELECT (-9223372036854775808 AS ?a) (- -9223372036854775808 AS ?b) (99999999999999999999 AS ?c) {}",
    "sum-overflow": "SELECT (SUM(?x) AS ?s) (AVG(?x) AS ?v) { VALUES ?x { 9223372036854775807 9223372036854775807 1 } }",
    "dates-overflow": f'SELECT (YEAR("99999999999999999999-01-01T00:00:00Z"^^<{_XSD}dateTime>) AS ?a) ("2020-02-30"^^<{_XSD}date> + "P99999999999999Y"^^<{_XSD}duration> AS ?b) ("9999-12-31T23:59:59Z"^^<{_XSD}dateTime> + "P9223372036854775807D"^^<{_XSD}dayTimeDuration> AS ?c) (TIMEZONE("2020-01-01T00:00:00+14:00"^^<{_XSD}dateTime>) AS ?d) (SECONDS("2020-01-01T00:00:60.99999999999999999999Z"^^<{_XSD}dateTime>) AS ?e) ("-P1Y"^^<{_XSD}yearMonthDuration> * 1e300 AS ?f) {{}}',
    "duration-div": f'SELECT ("P1Y"^^<{_XSD}yearMonthDuration> / 0 AS ?a) ("PT0S"^^<{_XSD}dayTimeDuration>/"PT0S"^^<{_XSD}dayTimeDuration> AS ?b) (<{_XSD}dateTime>("-0000-01-01T24:00:00Z") AS ?c) (<{_XSD}integer>("1e99") AS ?d) (<{_XSD}decimal>(1e308) AS ?e) (<{_XSD}float>("1e400") AS ?f) {{}}',
    "substr-extremes": 'SELECT (SUBSTR("abc",-9223372036854775808,9223372036854775807) AS ?a) (SUBSTR("abc",1e308) AS ?b) (SUBSTR("\U0001f600b",1,1) AS ?c) (SUBSTR("abc",0e0/0e0) AS ?d) {}',
    "concat-many": "SELECT (CONCAT(" + ",".join(['"a"'] * 15000) + ") AS ?x) {}",
    "nul-escape": 'SELECT ("\\u0000" AS ?x) ("\\u0001\\u000B\\uFFFE" AS ?y) {}',
    "lone-low": 'SELECT ("\\uDC00" AS ?x) {}',
    "bom-mid": 'SELECT ("\ufeff" AS ?x) \ufeff {}',
    "bidi-var": "SELECT ?\u202e { ?\u202e ?p ?o } LIMIT 1",
    "escaped-keyword": "S\\u0045LECT (R\\u0041ND() AS ?x) {}",
    "escaped-service": "SELECT * { \\u0053ERVICE <http://127.0.0.1:7601/sparql> { ?s ?p ?o } }",
    "nbsp": "SELECT\u00a0* {}",
    "iri-100k": "ASK { <urn:" + "i" * 60000 + "> ?p ?o }",
    "prefix-bomb": "".join(f"PREFIX p{n}: <http://e/{'x' * 20}{n}> " for n in range(1200))
    + "ASK {}",
    "pname-escape": "ASK { <a:a> <b:b> <c:c> . ?s <x:" + "%25" * 15000 + "> ?o }",
    "langtag-long": 'SELECT ("a"@nl-' + "-".join(["abcdefgh"] * 6000) + " AS ?x) {}",
    "langmatches": 'ASK { FILTER(LANGMATCHES("' + "nl-" * 10000 + 'x","' + "nl-" * 10000 + 'y")) }',
    "datatype-long": 'SELECT ("1"^^<urn:' + "d" * 50000 + "> AS ?x) {}",
    "triple-term-eval": "SELECT (COUNT(TRIPLE(?a,?b,TRIPLE(?a,?b,TRIPLE(?a,?b,?c)))) AS ?n) { ?a ?b ?c }",
    "triple-nest-fn": "SELECT (" + _nested("TRIPLE(<urn:a>,<urn:b>,", ")", 55, "1") + " AS ?x) {}",
    "triple-grow": 'SELECT (STRLEN(STR(OBJECT(?x50))) AS ?n) ?x50 { BIND("a" AS ?x0) '
    + " ".join(f"BIND(TRIPLE(<urn:a>,<urn:b>,?x{n}) AS ?x{n + 1})" for n in range(300))
    + " }",
    "collection-long": "ASK { ?s ?p (" + "1 " * 300 + ") }",
    "collection-2000": "ASK { ?s ?p (" + "1 " * 9000 + ") }",
    "prop-list-long": "ASK { ?s " + ";".join(f"<urn:p{n}> ?o{n}" for n in range(400)) + " }",
    "object-list-long": "ASK { ?s <urn:p> " + ",".join(f"?o{n}" for n in range(800)) + " }",
    "graph-nest": "SELECT * { " + _nested("GRAPH ?g { ", "} ", 60, "?s ?p ?o") + " }",
    "graph-vars-nest": "SELECT (COUNT(*) AS ?n) { "
    + "".join(f"GRAPH ?g{n} {{ ?s{n} ?p{n} ?o{n} }} " for n in range(8))
    + " }",
    "not-in-big": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c FILTER(?c NOT IN ("
    + ",".join(f'"{n}"' for n in range(9000))
    + ")) }",
    "if-exists-nest": "ASK { FILTER("
    + _nested("IF(EXISTS{?s ?p ?o},", ",false)", 25, "true")
    + ") }",
    "order-100-exprs": "SELECT * { ?a ?b ?c } ORDER BY "
    + " ".join(f'STR(CONCAT(STR(?a),"{n}"))' for n in range(60)),
    "count-distinct-star": "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?c ?e ?f . ?f ?g ?h . ?x ?y ?h }",
    "same-var-product": "SELECT * { ?a ?a ?a . ?b ?b ?b . ?a ?x ?b }",
    "from-many": "SELECT * " + " ".join(f"FROM <urn:g{n}>" for n in range(2000)) + " { ?s ?p ?o }",
    "from-named-many": "SELECT * "
    + " ".join(f"FROM NAMED <urn:g{n}>" for n in range(2000))
    + " { GRAPH ?g {?s ?p ?o} }",
    "agg-many": "SELECT "
    + " ".join(f"(SUM(STRLEN(STR(?c))+{n}) AS ?x{n})" for n in range(150))
    + " { ?a ?b ?c }",
    "select-wide-rows": "SELECT "
    + " ".join(f"(?a AS ?x{n})" for n in range(900))
    + " { ?a ?b ?c }",
    "geo-distance-product": _GEO
    + 'SELECT (COUNT(g:distance("POINT(1 1)"^^<'
    + _WKT
    + '>,"POINT(2 2)"^^<'
    + _WKT
    + ">)) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
    "geo-buffer": _GEO
    + 'SELECT (g:convexHull("MULTIPOINT('
    + ",".join(f"({n} {n * n % 97})" for n in range(3000))
    + ')"^^<'
    + _WKT
    + ">) AS ?x) {}",
    "geo-relate": _GEO
    + 'SELECT (g:sfIntersects(?p,?p) AS ?x) { BIND("POLYGON(('
    + ",".join(f"{(n * 7919) % 1000} {(n * 104729) % 1000}" for n in range(2500))
    + ',0 0))"^^<'
    + _WKT
    + "> AS ?p) }",
    "adjust": f'SELECT (ADJUST("2020-01-01T00:00:00Z"^^<{_XSD}dateTime>,"PT99999999H"^^<{_XSD}dayTimeDuration>) AS ?x) {{}}',
    "lang-dir": 'SELECT ("a"@ar--rtl AS ?x) (STRLANGDIR("a","ar","xxx") AS ?y) (HASLANGDIR("a"@ar--rtl) AS ?z) {}',
}


def _asked(query: str) -> bytes:
    body = query.encode("utf-8", "surrogatepass")
    accept = b"Accept: application/sparql-results+json, text/turtle\r\n"
    return _sized(body, b"application/sparql-query", accept)


def test_whatever_grows_is_answered_or_stopped_and_others_are_served(server: Server) -> None:
    """All of them together, each from an address of its own; beside them one who asks little."""
    memory = resident(server)

    def attack(numbered: tuple[int, str]) -> list[str]:
        number, name = numbered
        response = exchange(server, _asked(QUERIES[name]), f"127.0.1.{number + 1}")
        found = [f"{name}: {fault}" for fault in faults(response)]
        return found if response.status else [*found, f"{name}: no answer"]

    def ask(number: int) -> list[str]:
        query = (
            f"SELECT ({number} AS ?n) {{ OPTIONAL {{ <http://e/{number}> <http://e/none> ?x }} }}"
        )
        response = exchange(server, _asked(query), "127.0.0.1")
        is_right = response.status == 200 and f'"{number}"'.encode() in response.body
        return [] if is_right else [f"who asks little: {response}"]

    with ThreadPoolExecutor(8) as attackers, ThreadPoolExecutor(1) as quiet:
        attacked = attackers.map(attack, enumerate(QUERIES))
        asked = quiet.map(ask, range(60))
        found = [fault for each in (*attacked, *asked) for fault in each]
    assert not found
    assert server.is_live()
    assert resident(server) - memory < 128


def resident(server: Server) -> int:
    """MiB of the web process."""
    statm = Path(f"/proc/{server.pid}/statm").read_text(encoding="ascii")
    return int(statm.split()[1]) * 4096 >> 20
