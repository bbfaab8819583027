"""Results as Arrow and Parquet, over HTTP: typed, whole, and by a process of its own."""

import asyncio
import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from http.client import HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, serving, write_release

from stadsgraaf.errors import QueryMemoryLimit, ResultTooLarge
from stadsgraaf.media import RESULTS
from stadsgraaf.store.base import Answer, Limits
from stadsgraaf.store.output import BYTES
from stadsgraaf.web import protocol, sparql
from stadsgraaf.web.columns import made_apart

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

ARROW = "application/vnd.apache.arrow.stream"
FEATHER = "application/vnd.apache.arrow.file"
PARQUET = "application/vnd.apache.parquet"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    predicate, graph = NamedNode("http://e/p"), NamedNode("http://e/g")
    quads = [Quad(NamedNode(f"http://e/{n}"), predicate, Literal(n), graph) for n in range(2000)]
    release = write_release(tmp_path_factory.mktemp("columns") / "release", quads)
    with serving(release.path, {"result_length": 20_000_000}) as running:
        yield running


def ask(
    server: Server, query: str, accept: str = ARROW, **more: str
) -> tuple[int, HTTPMessage, bytes]:
    url = f"{server.base}/sparql?{urlencode({'query': query} | more)}"
    request = urllib.request.Request(url, headers={"Accept": accept} if accept else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def table(server: Server, query: str, accept: str = ARROW, **more: str) -> Any:
    status, headers, body = ask(server, query, accept, **more)
    assert status == 200, body
    assert headers["Content-Type"] == accept
    if accept == PARQUET:
        return parquet.read_table(io.BytesIO(body))
    begin = pyarrow.ipc.open_file if accept == FEATHER else pyarrow.ipc.open_stream
    return begin(body).read_all()


COLUMNS = [
    ("1 2", "int64", [1, 2]),
    ("1 UNDEF", "int64", [1, None]),
    (f'"7"^^<{XSD}short> 2', "int64", [7, 2]),
    ("1.5 2", "decimal128(38, 1)", [Decimal("1.5"), Decimal(2)]),
    ("1e0 2 3.5", "double", [1.0, 2.0, 3.5]),
    ("true false", "bool", [True, False]),
    (f'"2017-09-13"^^<{XSD}date>', "date32[day]", [date(2017, 9, 13)]),
    (
        f'"2017-09-13T12:00:00+02:00"^^<{XSD}dateTime>',
        "timestamp[us, tz=UTC]",
        [datetime(2017, 9, 13, 10, tzinfo=UTC)],
    ),
    (
        f'"2017-09-13T12:00:00.5"^^<{XSD}dateTime>',
        "timestamp[us]",
        [datetime(2017, 9, 13, 12, 0, 0, 500_000)],  # noqa: DTZ001 – none is given
    ),
    ("9223372036854775808", "string", ["9223372036854775808"]),
    (f'"12345-01-01"^^<{XSD}date>', "string", ["12345-01-01"]),
    (f'"2017"^^<{XSD}gYear>', "string", ["2017"]),
    ("1 'a'", "string", ["1", "a"]),
    ("<http://e/a> 'a'@nl", "string", ["http://e/a", "a"]),
    ("'' 'a\\tb\\nc'", "string", ["", "a\tb\nc"]),
    ("UNDEF", "string", [None]),
    (f'1 "1_0"^^<{XSD}integer>', "string", ["1", "1_0"]),
    (f'"٣"^^<{XSD}integer>', "string", ["٣"]),
    (f'"1_0.5"^^<{XSD}decimal> 1.5', "string", ["1_0.5", "1.5"]),
    (f'"1_0"^^<{XSD}double> 1e0', "string", ["1_0", "1"]),
    (f'"20170913"^^<{XSD}date>', "string", ["20170913"]),
    (f'"2017-09-13"^^<{XSD}dateTime>', "string", ["2017-09-13"]),
]


@pytest.mark.parametrize(("values", "type_", "expected"), COLUMNS)
def test_column_has_the_type_that_its_values_fit(
    server: Server, values: str, type_: str, expected: list[Any]
) -> None:
    for accept in (ARROW, PARQUET):
        found = table(server, f"SELECT ?x {{ VALUES ?x {{ {values} }} }}", accept)
        assert str(found.schema.field("x").type) == type_
        assert found["x"].to_pylist() == expected


def test_field_tells_what_kind_of_terms_it_has(server: Server) -> None:
    query = "SELECT * { VALUES (?i ?l ?m ?n) { (<http://e/a> 'a'@nl 1 1) (<http://e/b> 'b'@nl 'x' 2) } }"
    schema = table(server, query).schema
    metadata = {field.name: field.metadata for field in schema}
    assert metadata["i"] == {b"kind": b"uri"}
    assert metadata["l"][b"language"] == b"nl"
    assert metadata["m"] == {b"kind": b"literal"}
    assert metadata["n"][b"datatype"] == XSD.encode() + b"integer"


def test_direction_of_a_text_is_told(server: Server) -> None:
    (field,) = table(server, "SELECT ('x'@ar--rtl AS ?x) {}").schema
    assert (field.metadata[b"language"], field.metadata[b"direction"]) == (b"ar", b"rtl")


def test_solutions_without_variables_are_counted(server: Server) -> None:
    for accept in (ARROW, FEATHER):
        found = table(server, "SELECT * { {} UNION {} UNION {} }", accept)
        assert (found.num_columns, found.num_rows) == (0, 3)


def test_all_solutions_are_there(server: Server) -> None:
    found = table(server, "SELECT * { ?s ?p ?o }", PARQUET)
    assert found.num_rows == 2000
    assert sum(found["o"].to_pylist()) == 1999 * 1000


def test_answer_to_ask_is_a_column_too(server: Server) -> None:
    for accept in (ARROW, FEATHER, PARQUET):
        assert table(server, "ASK {}", accept).to_pydict() == {"boolean": [True]}


@pytest.mark.parametrize("name", ["parquet", "arrows", "arrow", "feather"])
def test_format_parameter_names_it(server: Server, name: str) -> None:
    status, headers, _ = ask(server, "ASK {}", "", format=name)
    assert status == 200
    assert name in headers["Content-Disposition"]


def test_labels_are_columns_too(server: Server) -> None:
    found = table(server, "SELECT ?s { ?s ?p 1 }", labels="nl")
    assert found.column_names == ["s", "sLabel"]


def test_same_answer_is_known_again(server: Server) -> None:
    _, first, _ = ask(server, "SELECT * { ?s ?p 1 }")
    _, second, _ = ask(server, "SELECT  *  { ?s ?p 1 }")
    _, other, _ = ask(server, "SELECT * { ?s ?p 1 }", PARQUET)
    assert first["ETag"] == second["ETag"] != other["ETag"]


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("nonsense", 400, "malformed-query"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", 406, "not-acceptable"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", 400, "result-too-large"),
    ],
)
def test_what_can_not_be_given_is_an_error(
    server: Server, query: str, status: int, slug: str
) -> None:
    found, headers, body = ask(server, query)
    assert (found, headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(body)["type"].endswith("/" + slug)


class Pieces:
    """Chunks of an answer that breaks off, or that goes on."""

    def __init__(self, pieces: list[bytes], error: Exception | None = None) -> None:
        self.pieces, self.error = iter(pieces), error

    def __aiter__(self) -> "Pieces":
        return self

    async def __anext__(self) -> bytes:
        for piece in self.pieces:
            return piece
        raise self.error or StopAsyncIteration

    async def aclose(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("module", "argument", "piece"),
    [
        ("stadsgraaf.store.columnar", "Parquet", b"?x\n1\n2\n"),
        ("stadsgraaf.web.sheet", "graph", b"<a:a> <a:b> <a:c> .\n"),
    ],
)
def test_answer_that_breaks_off_is_its_error_in_what_is_made_apart_too(
    module: str, argument: str, piece: bytes
) -> None:
    pieces = Pieces([piece], ResultTooLarge(limit=1, unit=BYTES))
    with pytest.raises(ResultTooLarge):
        asyncio.run(
            made_apart(Answer("select", RESULTS[3], pieces), module, argument, Limits(seconds=20))
        )


def test_workbook_that_needs_too_much_memory_is_said() -> None:
    pieces = Pieces([b"<a:a> <a:b> <a:c> .\n" * 100_000] * 10)
    with pytest.raises(QueryMemoryLimit):
        asyncio.run(
            made_apart(
                Answer("graph", RESULTS[0], pieces), "stadsgraaf.web.sheet", "graph", Limits(20, 8)
            )
        )


def test_pyarrow_never_weighs_on_the_server(server: Server) -> None:
    table(server, "ASK {}")
    for pid in server.tree():
        assert b"pyarrow" not in Path(f"/proc/{pid}/maps").read_bytes()


def test_without_pyarrow_it_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from test_sparql_protocol import LazyStore, client_of  # noqa: PLC0415 – its client fits

    monkeypatch.setattr(protocol, "COLUMNS", ())
    monkeypatch.setattr(
        protocol,
        "OFFERED",
        tuple(f for f in protocol.OFFERED if f.suffix not in ("arrows", "feather", "parquet")),
    )
    monkeypatch.setattr(sparql, "OFFERED", protocol.OFFERED)
    sparql._usual_formats.cache_clear()
    ask_here = client_of(LazyStore(b""))
    for response in (ask_here.get("ASK {}", PARQUET), ask_here.get("ASK {}", format="parquet")):
        assert (response.status, response.slug) == (406, "not-acceptable")
        assert "stadsgraaf[arrow]" in response.json()["reason"]
    assert (
        ask_here.get("ASK {}", f"{PARQUET}, text/csv;q=0.5")
        .headers["content-type"]
        .startswith("text/csv")
    )
    sparql._usual_formats.cache_clear()
