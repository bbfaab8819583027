"""``/shacl``: what is posted is judged by the published shapes, in a process that can be stopped."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pyoxigraph import RdfFormat, parse
from visiting import BROWSER, Client, Reply, open_site

from stadsgraaf.errors import StoreBusy, ValidationFailed, ValidationLimit
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.web.validator import Posted, Validator

PREFIX = "@prefix def: <https://example.org/def/ont/> .\n"
#: A harbour that is far too deep, and one of which nothing is said.
DEEP = PREFIX + "<#a> a def:Harbour ; def:depth 99 ; def:tide 'x' .\n<#b> a def:Harbour .\n"
GOOD = PREFIX + "<#a> a def:Harbour ; def:depth 9 ; def:tide 'x' .\n"
SH = PREFIXES["sh"]
POSTED = Posted(DEEP.encode(), "text/turtle", "http://e/", "json", "en")


def post(client: Client, body: str, target: str = "/shacl", **headers: str) -> Reply:
    return client.ask("POST", target, body.encode(), **{"content_type": "text/turtle"} | headers)


def findings(reply: Reply) -> list[tuple[int, str, str]]:
    assert reply.status == 200, reply.text
    return [(each["line"], each["severity"], each["name"]) for each in reply.json()["findings"]]


def test_the_report_is_shacl_by_default(client: Client) -> None:
    reply = post(client, DEEP, accept="*/*")
    assert reply.headers["content-type"] == "text/turtle; charset=utf-8"
    report = list(parse(reply.body, RdfFormat.TURTLE))
    assert [str(t.object.value) for t in report if t.predicate.value == SH + "conforms"] == [
        "false"
    ]
    focus = sorted(str(t.object.value) for t in report if t.predicate.value == SH + "focusNode")
    assert [node.rpartition("/")[2] for node in focus] == ["shacl#a", *["shacl#b"] * 3]


def test_findings_stand_at_their_lines(client: Client) -> None:
    assert findings(post(client, DEEP, accept="application/json")) == [
        (2, "violation", "shape:Harbour-depth-max"),
        (3, "violation", "shape:Harbour-depth"),
        (3, "warning", "shape:Harbour-tide"),
        (3, "info", "shape:Harbour-water"),
    ]


def test_what_conforms_has_no_findings(client: Client) -> None:
    reply = post(client, GOOD, "/shacl?format=json")
    assert (findings(reply), reply.json()["conforms"]) == ([], True)


@pytest.mark.parametrize("body", [GOOD, DEEP, "", "# nothing", "\ufeff" + GOOD])
def test_a_report_says_the_same_in_json_and_in_turtle(client: Client, body: str) -> None:
    report = post(client, body, accept="application/json").json()
    told = list(parse(post(client, body, accept="text/turtle").body, RdfFormat.TURTLE))
    (conforms,) = [t.object.value for t in told if t.predicate.value == SH + "conforms"]
    assert conforms == str(report["conforms"]).lower()
    results = [t for t in told if t.predicate.value == SH + "result"]
    assert len(results) == len(report["findings"]) == sum(report["counts"].values())


@pytest.mark.parametrize(
    ("media_type", "accept", "kind"),
    [
        ("application/n-triples", "application/ld+json", RdfFormat.JSON_LD),
        ("application/trig", "application/rdf+xml", RdfFormat.RDF_XML),
        ("text/turtle; charset=utf-8", "application/n-triples", RdfFormat.N_TRIPLES),
    ],
)
def test_data_and_reports_come_in_every_serialisation(
    client: Client, media_type: str, accept: str, kind: RdfFormat
) -> None:
    body = "<http://e/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/def/ont/Harbour> ."
    reply = post(client, body, content_type=media_type, accept=accept)
    assert reply.headers["content-type"].startswith(accept)
    named = {quad.object.value for quad in parse(reply.body, kind) if "focusNode" in str(quad)}
    assert named == {"http://e/a"}


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (
            "application/ld+json",
            '{"@id": "http://e/a", "@type": "https://example.org/def/ont/Harbour"}',
        ),
        (
            "application/rdf+xml",
            (
                '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:o='
                '"https://example.org/def/ont/"><o:Harbour r:about="http://e/a"/></r:RDF>'
            ),
        ),
    ],
)
def test_json_ld_and_rdf_xml_are_validated_too(client: Client, media_type: str, body: str) -> None:
    reply = post(client, body, "/shacl?format=json", content_type=media_type)
    assert reply.status == 200, reply.body
    assert {f["focus"] for f in reply.json()["findings"]} == {"<http://e/a>"}


def test_json_ld_does_not_fetch_its_context(client: Client) -> None:
    body = '{"@context": "http://127.0.0.1:9/context", "@id": "http://e/a"}'
    reply = post(client, body, content_type="application/ld+json")
    assert (reply.status, reply.json()["title"]) == (400, "Ongeldige RDF")


def test_sarif_names_the_rules(client: Client) -> None:
    reply = post(client, DEEP, "/shacl?format=sarif")
    run: dict[str, Any] = reply.json()["runs"][0]
    assert len(run["results"]) == 4


def test_data_may_refer_to_the_dataset_when_asked(client: Client) -> None:
    """Only what was posted is told about: the dataset has warnings of its own."""
    reply = post(client, DEEP, "/shacl?context=dataset&format=json")
    assert {line for line, _, _ in findings(reply)} == {2, 3}


def test_syntax_errors_are_all_told_with_their_places(client: Client) -> None:
    reply = post(client, PREFIX + "<#a> a .\n<#b> a def:Harbour ; .\n<#c> nope:p 1 .\n")
    problem = reply.json()
    assert (reply.status, problem["line"]) == (400, 2)
    assert [fault["line"] for fault in problem["faults"]] == [4]


@pytest.mark.parametrize(
    ("target", "headers", "body", "status"),
    [
        ("/shacl", {"content_type": "text/csv"}, GOOD, 415),
        ("/shacl", {"content_type": ""}, GOOD, 415),
        ("/shacl", {"content_encoding": "gzip"}, GOOD, 415),
        ("/shacl", {"accept": "image/png"}, GOOD, 406),
        ("/shacl?context=all", {}, GOOD, 400),
        ("/shacl?format=pdf", {}, GOOD, 400),
        ("/shacl?context=vocabulary&context=dataset", {}, GOOD, 400),
        ("/shacl", {"content_type": "application/x-www-form-urlencoded"}, "type=x", 400),
        ("/shacl", {}, "#" * 1_048_577, 413),
    ],
)
def test_what_cannot_be_judged_is_refused(
    client: Client, target: str, headers: dict[str, str], body: str, status: int
) -> None:
    reply = post(client, body, target, **headers)
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")


def test_a_page_without_script_shows_the_report(client: Client) -> None:
    form = client.browse("/en/shacl").page
    assert form.all("form")[-1]["method"] == "post"
    fields = urlencode({"data": DEEP, "type": "text/turtle", "context": "vocabulary"})
    reply = post(
        client,
        fields,
        "/en/shacl",
        content_type="application/x-www-form-urlencoded",
        accept=BROWSER,
    )
    assert (reply.status, reply.headers["cache-control"]) == (200, "no-store")
    assert "2 violations, 1 warning" in reply.page.text
    assert "def:Harbour" in reply.text


def test_a_page_says_where_the_syntax_is_wrong(client: Client) -> None:
    fields = urlencode({"data": "<#a> a .", "type": "text/turtle"})
    kind = "application/x-www-form-urlencoded"
    reply = post(client, fields, "/en/shacl", content_type=kind, accept=BROWSER)
    assert reply.status == 400
    assert "line 1" in reply.page.text


def test_without_shapes_there_is_nothing_to_judge_by(foreign: Client) -> None:
    assert post(foreign, GOOD).status == 404


def test_other_sites_may_ask(client: Client) -> None:
    reply = client.ask("OPTIONS", "/shacl")
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (204, "*")
    assert "text/turtle" in reply.headers["accept-post"]


# --- limits --------------------------------------------------------------------------------------


def judged(release: Release, posted: Posted = POSTED, **settings: Any) -> Any:
    return asyncio.run(Validator(release, Settings(**settings)).validate(posted))


def test_the_deadline_ends_the_process(sample: Release) -> None:
    with pytest.raises(ValidationLimit, match=r"more than 0\.01 seconds"):
        judged(sample, query_timeout=0.01)


def test_what_was_posted_is_gone_when_the_process_is_killed(
    sample: Release, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    deep = b"<#a> <#p> " + b"(" * 100_000 + b")" * 100_000 + b" ."

    def is_written() -> bool:
        return "posted.ttl" in [name for _, _, names in os.walk(tmp_path) for name in names]

    async def kill() -> None:
        validator = Validator(sample, Settings(query_timeout=60))
        task = asyncio.ensure_future(validator.validate(replace(POSTED, body=deep)))
        while not is_written():
            await asyncio.wait({task}, timeout=0.02)
            assert not task.done()
        task.cancel()
        await asyncio.wait({task})

    asyncio.run(kill())
    assert not list(tmp_path.iterdir())


def test_the_memory_limit_ends_the_process(sample: Release) -> None:
    # more than what a process may have left over from its start
    many = "".join(f"<#a{number}> a <#{'x' * 200}{number}> .\n" for number in range(100_000))
    with pytest.raises((ValidationLimit, ValidationFailed)):
        judged(sample, replace(POSTED, body=many.encode()), query_memory=1)


def test_who_comes_while_others_are_served_waits_or_is_told_to_come_back(
    sample: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadsgraaf.web.validator._QUEUED", 0.01)

    async def three() -> list[object]:
        validator = Validator(sample, Settings(validations=1))
        asked = (validator.validate(POSTED) for _ in range(2))
        return await asyncio.gather(*asked, return_exceptions=True)

    outcomes = asyncio.run(three())
    assert sum(isinstance(each, StoreBusy) for each in outcomes) == 1


def test_a_client_that_leaves_takes_the_process_along(sample: Release) -> None:
    async def leave() -> int | None:
        validator = Validator(sample, Settings())
        work = asyncio.create_task(validator.validate(POSTED))
        await asyncio.sleep(0.2)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        return (await validator.validate(replace(POSTED, body=GOOD.encode()))).counts["violation"]

    assert asyncio.run(leave()) == 0


def test_the_settings_can_offer_none(sample: Release) -> None:
    closed = open_site(sample, Settings(validations=0))
    try:
        assert post(closed, GOOD).status == 404
    finally:
        closed.close()
