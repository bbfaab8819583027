"""The workbench: a form, its result on the page, and errors where they are."""

import asyncio
import io
import zipfile
from typing import Any
from urllib.parse import quote

import pytest
from visiting import BROWSER, Client, links_of

from stadsgraaf.media import SHEET

QUERY = """SELECT ?harbour ?depth ?name WHERE {
  ?harbour <https://example.org/def/ont/depth> ?depth ;
    <http://www.w3.org/2000/01/rdf-schema#label> ?name .
  FILTER(isIRI(?harbour) && LANG(?name) = "nl")
} ORDER BY ?depth"""


def address(query: str) -> str:
    return "/en/sparql?query=" + quote(query)


def test_without_a_query_there_is_one_to_begin_with(client: Client) -> None:
    page = client.browse("/en/sparql").page
    assert "SELECT ?class" in page.text
    assert page.all("textarea")[0]["name"] == "query"
    form = next(each for each in page.all("form") if each.get("id") == "workbench")
    assert form["action"] == "/en/sparql"
    assert form["method"] == "get"


def test_the_result_is_a_table_with_labels_numbers_and_languages(client: Client) -> None:
    reply = client.browse(address(QUERY))
    text = reply.page.text
    assert "2 solutions" in text
    assert text.index("South Harbour") < text.index("North Harbour")
    assert "12.5" in text
    assert "/en/doc/harbour/north" in links_of(reply.page)
    assert any(each.get("lang") == "nl" for each in reply.page.all("bdi"))
    assert QUERY.splitlines()[1].strip() in text


def test_the_downloads_are_the_same_query_in_other_formats(client: Client) -> None:
    page = client.browse(address(QUERY)).page
    for suffix, start in (("csv", "harbour,depth,name"), ("srj", '{"head"')):
        href = next(href for href in links_of(page) if f"format={suffix}" in href)
        assert client.get(href, accept=BROWSER).text.startswith(start)


def test_labels_that_are_asked_for_are_on_the_page_and_in_its_downloads(client: Client) -> None:
    query = (
        "SELECT ?harbour { ?harbour <https://example.org/def/ont/depth> ?depth } ORDER BY ?depth"
    )
    page = client.browse(address(query) + "&labels=nl,en").page
    assert "harbourLabel" in page.text
    assert {"name": "labels", "value": "nl,en", "type": "hidden"} in page.all("input")
    csv = next(href for href in links_of(page) if "format=csv" in href)
    assert client.get(csv, accept=BROWSER).text.startswith("harbour,harbourLabel")
    sheet = client.get(address(query) + "&labels=nl,en&format=xlsx", accept=BROWSER)
    with zipfile.ZipFile(io.BytesIO(sheet.body)) as packed:
        assert b"harbourLabel" in b"".join(map(packed.read, packed.namelist()))


def test_examples_are_links_that_run(client: Client) -> None:
    page = client.browse("/en/sparql").page
    example = next(
        href
        for href in links_of(page)
        if href.startswith("/en/sparql?query=") and "operator" in href
    )
    assert "solution" in client.browse(example).page.text


def test_ask_answers_yes_or_no(client: Client) -> None:
    assert "Yes." in client.browse(address("ASK { ?s ?p ?o }")).page.text
    assert "No." in client.browse(address("ASK { <urn:x> ?p ?o }")).page.text


def test_construct_shows_its_triples(client: Client) -> None:
    query = "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t . ?s <https://example.org/def/ont/depth> 8 }"
    reply = client.browse(address(query))
    assert "South Harbour" in reply.page.text
    assert any("format=ttl" in href for href in links_of(reply.page))


def test_an_error_stands_beside_the_query_at_its_line_and_column(client: Client) -> None:
    query = "SELECT ?s\nWHERE { ?s ?p ; }"
    reply = client.get(address(query), accept=BROWSER)
    assert reply.status == 400
    text = reply.page.text
    machine = client.get("/en/sparql?query=" + quote(query)).json()
    assert f"line {machine['line']}" in text
    assert machine["detail"] in text
    area = reply.page.all("textarea")[0]
    assert area["aria-invalid"] == "true"
    assert area["aria-describedby"] == "fault"
    assert "?s ?p ;" in text


def test_an_empty_result_says_so(client: Client) -> None:
    assert "No solutions." in client.browse(address("SELECT * { <urn:x> ?p ?o }")).page.text


def test_a_result_with_a_time_in_it_is_not_kept(client: Client) -> None:
    reply = client.browse(address(QUERY))
    assert "etag" not in reply.headers
    assert reply.headers["cache-control"] == "no-cache"


def test_a_long_query_is_sent_in_the_body(client: Client) -> None:
    page = client.browse(address(QUERY + "\n#" + "x" * 5000)).page
    form = next(each for each in page.all("form") if each.get("id") == "workbench")
    assert form["method"] == "post"


def test_the_dataset_of_the_protocol_is_kept(client: Client) -> None:
    graph = "https://example.org/graph/claims"
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    page = client.browse(address(query) + "&default-graph-uri=" + quote(graph, safe="")).page
    hidden = [each for each in page.all("input") if each.get("name") == "default-graph-uri"]
    assert [each["value"] for each in hidden] == [graph]
    assert any("default-graph-uri" in href for href in links_of(page) if "format=csv" in href)


def test_a_large_result_is_shown_as_far_as_it_was_read(client: Client) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    text = client.browse(address(query)).page.text
    assert "more than" in text
    assert "The first 500 of more than" in text
    assert "format=csv" in client.browse(address(query)).text


def test_results_become_pages_one_at_a_time(client: Client) -> None:
    turns = client.app.state.site.turns

    async def ask() -> str:
        async with turns.of("other"):
            page = asyncio.ensure_future(
                client._ask("GET", address(QUERY), b"", {"accept": BROWSER})
            )
            async with asyncio.timeout(30):
                while not len(turns._waiting):  # noqa: ASYNC110 – nothing tells who waits
                    await asyncio.sleep(0.001)
            assert not page.done()
        return (await page).text

    assert "<td" in client.run(ask())


def test_the_whole_result_comes_as_a_workbook(client: Client) -> None:
    reply = client.get(address(QUERY) + "&format=xlsx", accept=BROWSER)
    assert reply.status == 200
    assert reply.headers["content-type"].endswith("spreadsheetml.sheet")
    assert reply.headers["content-disposition"] == 'attachment; filename="result.xlsx"'
    assert reply.body.startswith(b"PK")
    by_accept = client.get(address(QUERY), accept=reply.headers["content-type"])
    assert by_accept.body == reply.body


def test_a_workbook_of_a_malformed_query_is_a_problem(client: Client) -> None:
    reply = client.get(address("SELECT * {") + "&format=xlsx")
    assert reply.status == 400
    assert reply.json()["type"].endswith("malformed-query")
    assert client.get("/en/sparql?format=xlsx").json()["type"].endswith("missing-parameter")


def test_an_example_with_parameters_is_also_there_as_a_form(client: Client) -> None:
    page = client.browse("/en/sparql").page
    assert "/en/queries/find-operator" in links_of(page)


def test_blank_nodes_are_told_apart(client: Client) -> None:
    query = "SELECT ?b { VALUES ?n { 1 2 } BIND(BNODE() AS ?b) }"
    codes = {
        each for each in client.browse(address(query)).page.text.split() if each.startswith("_:")
    }
    assert len(codes) == 2


@pytest.mark.parametrize("wanted", [b"text/html", SHEET.media_type.encode()])
def test_a_query_ends_when_its_reader_leaves(
    client: Client, monkeypatch: pytest.MonkeyPatch, wanted: bytes
) -> None:
    ended: list[str] = []

    async def answer(*_: object) -> Any:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    monkeypatch.setattr(client.app.state.site.store, "answer", answer)
    sent: list[Any] = []

    async def leave() -> None:
        messages = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/en/sparql",
            "raw_path": b"/en/sparql",
            "query_string": b"query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+7",
            "root_path": "",
            "headers": [(b"host", b"localhost"), (b"accept", wanted)],
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        await asyncio.wait_for(client.app(scope, receive, send), 20)

    client.run(leave())
    assert ended == ["cancelled"]
    assert sent == []
