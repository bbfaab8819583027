"""Older releases stay as they were, and what went says where it went."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyoxigraph import RdfFormat, parse
from visiting import BROWSER, Client, Reply, links_of

from stadsgraaf.archive import Archive
from stadsgraaf.build import build
from stadsgraaf.changes import Changes, write_changes
from stadsgraaf.errors import StoreBusy
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Store
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.web.app import create_app
from stadsgraaf.web.changed import Comparisons
from stadsgraaf.web.dataset_description import Describer
from stadsgraaf.web.editions import Editions

BASE = "https://example.org/"
HEAD = f"""@prefix : <{BASE}id/> .
@prefix def: <{BASE}def/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix vann: <http://purl.org/vocab/vann/> .
"""
DATASET = (
    HEAD + f'<{BASE}> a dcat:Dataset ; dct:title "T"@en ; vann:preferredNamespaceUri "{BASE}" .\n'
)
FIRST = HEAD + (
    ':kept a def:Thing ; rdfs:label "first"@en .\n'
    ':lost a def:Thing ; rdfs:label "lost"@en .\n'
    ':merged a def:Thing ; rdfs:label "merged"@en ; dct:isReplacedBy :kept .\n'
    ':old a def:Thing ; rdfs:label "old"@en .\n'
    ':ended a def:Thing ; rdfs:label "ended"@en .\n'
)
SECOND = HEAD + (
    ':kept a def:Thing ; rdfs:label "second"@en ; def:note [ def:q 1 ] .\n'
    ":old dct:isReplacedBy :kept .\n"
    ':ended owl:deprecated true ; rdfs:comment "It was closed."@en , "Het is gesloten."@nl .\n'
)
LABELS = f"""#+ summary: Labels
#+ summary@nl: Namen
SELECT ?label {{ <{BASE}id/kept> <http://www.w3.org/2000/01/rdf-schema#label> ?label }}
"""


async def open_store(release: Release, settings: Settings) -> Store:
    del settings
    return EmbeddedStore(release.data, prefixes=release.manifest.prefixes)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("releases")
    (folder / "source" / "data").mkdir(parents=True)
    (folder / "source" / "data" / "dataset.ttl").write_text(DATASET, encoding="utf-8")
    (folder / "source" / "queries").mkdir()
    (folder / "source" / "queries" / "list-labels.rq").write_text(LABELS, encoding="utf-8")
    for text in (FIRST, SECOND):
        (folder / "source" / "data" / "things.ttl").write_text(text, encoding="utf-8")
        build(folder / "source", folder / "archive")
    return Archive(folder / "archive")


@pytest.fixture(scope="module")
def client(archive: Archive) -> Iterator[Client]:
    client = Client(None)  # type: ignore[arg-type]

    async def start() -> Editions:
        editions = Editions(Settings(), open_store, archive)
        release = archive.current()
        assert release
        await editions.start(release)
        return editions

    editions = client.run(start())
    client.app = editions  # type: ignore[assignment]
    yield client
    client.run(editions.close())
    client.close()


@pytest.fixture
def old(archive: Archive) -> str:
    return archive.kept()[1].identifier


@pytest.fixture
def new(archive: Archive) -> str:
    return archive.kept()[0].identifier


QUERY = "/sparql?query=SELECT%20%3Fl%20%7B%3Chttps://example.org/id/kept%3E%20%3Fp%20%3Fl%7D"


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/doc/kept", BROWSER),
        ("/doc/kept.nt", "*/*"),
        (QUERY, "text/csv"),
        ("/dumps/dataset.nt", ""),
        ("/queries/list-labels.csv", ""),
        ("/en/queries/list-labels", BROWSER),
    ],
)
def test_everything_names_its_release_and_can_be_had_of_an_older_one(
    client: Client, old: str, new: str, path: str, accept: str
) -> None:
    join = "&" if "?" in path else "?"
    now = client.get(path, accept=accept)
    then = client.get(f"{path}{join}release={old}", accept=accept)
    same = client.get(f"{path}{join}release={new}", accept=accept)
    assert (now.status, then.status, same.status) == (200, 200, 200)
    assert "second" in now.text
    assert "first" in then.text
    assert "second" in same.text
    assert now.headers["stadsgraaf-release"] == same.headers["stadsgraaf-release"] == new
    assert then.headers["stadsgraaf-release"] == old
    assert now.headers["etag"] != then.headers["etag"]


def test_a_release_that_is_not_there_is_404_and_tells_which_are(
    client: Client, old: str, new: str
) -> None:
    for path in ("/doc/kept", "/sparql?query=ASK%7B%7D", "/dumps/dataset.nt", "/"):
        reply = client.get(path + ("&" if "?" in path else "?") + "release=none")
        assert reply.status == 404
        assert reply.json()["type"].endswith("/no-such-release")
        assert reply.json()["known"] == [new, old]
    assert client.get("/?release=", accept=BROWSER).status == 404
    assert client.get(f"/?release={old}&release={new}").status == 400


def test_links_of_an_old_page_stay_in_its_release(client: Client, old: str) -> None:
    page = client.browse(f"/en/doc/kept?release={old}").page
    own = [href for href in links_of(page) if href.startswith("/") and "/static/" not in href]
    outside = [href for href in own if f"release={old}" not in href]
    assert outside == ["/en/doc/kept"]  # the way back to the current release
    assert "kept as it was" in page.text
    assert "kept as it was" not in client.browse("/en/doc/kept").page.text


@pytest.mark.parametrize("path", ["/", "/search?q=x", "/lookup", "/sparql", "/queries/list-labels"])
def test_forms_of_an_old_page_ask_its_release(client: Client, old: str, path: str) -> None:
    join = "&" if "?" in path else "?"
    for form in client.browse(f"{path}{join}release={old}").page.all("form"):
        assert old in form["action"]
    then, now = (client.browse(each).text for each in (f"{path}{join}release={old}", path))
    field = f'<input type="hidden" name="release" value="{old}">'
    assert then.count(field) == then.count("<form") > 0
    assert 'name="release"' not in now


def test_the_releases_are_listed(client: Client, old: str, new: str) -> None:
    page = client.browse("/en/releases")
    assert page.text.index(new) < page.text.index(old)
    listed = client.get("/releases", accept="application/json").json()["releases"]
    assert [each["release"] for each in listed] == [new, old]
    for each in listed:
        assert client.browse(each["page"]).headers["stadsgraaf-release"] == each["release"]
        assert not each["changes"] or client.browse(each["changes"]).status == 200


def test_one_that_another_version_wrote_is_not_listed(
    client: Client, archive: Archive, new: str
) -> None:
    other = archive.releases / ("0" * 16)
    other.mkdir()
    try:
        (other / "manifest.json").write_text("{}", encoding="utf-8")
        (other / "data.nq").touch()
        listed = client.get("/releases", accept="application/json").json()["releases"]
        assert other.name in [each.identifier for each in archive.kept()]
        assert other.name not in [each["release"] for each in listed]
        assert listed[0]["release"] == new
        site = SimpleNamespace(release=archive.current(), archive=archive)
        told = "".join(map(str, Describer(site).triples("http://here.example")))  # type: ignore[arg-type]  # all that it reads
        assert new in told
        assert other.name not in told
    finally:
        shutil.rmtree(other)


def test_changes_are_told_as_a_page_and_as_a_patch(client: Client, old: str, new: str) -> None:
    page = client.browse(f"/en/changes?from={old}&to={new}")
    assert "Removed: rdfs:label first" in page.page.text
    assert "Added: rdfs:label second" in page.page.text
    patch = client.get(f"/changes.rdfp?from={old}&to={new}")
    assert patch.headers["content-type"] == "application/rdf-patch; charset=utf-8"
    assert client.get("/changes", accept="application/rdf-patch").body == patch.body
    lines = patch.text.splitlines()
    assert lines[:2] == [
        f"H id <urn:stadsgraaf:release:{new}> .",
        f"H prev <urn:stadsgraaf:release:{old}> .",
    ]
    assert (lines[2], lines[-1]) == ("TX .", "TC .")
    quads = "\n".join(line[2:] for line in lines[3:-1])
    assert len(list(parse(quads, RdfFormat.N_QUADS))) == len(lines) - 4
    assert client.get(f"/changes?from={new}&to={new}", accept=BROWSER).status == 200
    assert client.get("/changes?from=none", accept=BROWSER).status == 404


def test_what_was_lost_is_gone_with_its_last_release(client: Client, old: str) -> None:
    reply = client.get("/doc/lost", accept="application/json")
    assert reply.status == 410
    problem = reply.json()
    assert problem["release"] == old
    assert client.browse(problem["last"]).status == 200
    page = client.get("/en/doc/lost", accept=BROWSER)
    assert page.status == 410
    assert f"/en/doc/lost?release={old}" in links_of(page.page)
    assert client.get("/doc/lost.ttl").status == 410
    assert client.get("/doc/never").status == 404


@pytest.mark.parametrize("name", ["merged", "old"])
def test_what_moved_leads_to_what_took_its_place(client: Client, name: str) -> None:
    assert client.get(f"/en/doc/{name}", accept=BROWSER).headers["location"] == "/en/doc/kept"
    reply = client.get(f"/doc/{name}.ttl")
    assert (reply.status, reply.headers["location"]) == (301, "/doc/kept.ttl")


def test_what_ended_says_why(client: Client) -> None:
    assert "It was closed." in client.get("/en/doc/ended", accept=BROWSER).text
    reply = client.get("/nl/doc/ended", accept="application/json")
    assert (reply.status, "Het is gesloten." in reply.json()["detail"]) == (410, True)


def test_a_query_by_post_names_its_release_in_the_address(client: Client, old: str) -> None:
    async def ask(target: str, body: bytes) -> Reply:
        sent: list[dict[str, object]] = []
        bodies = [{"type": "http.request", "body": body, "more_body": False}]

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        async def receive() -> dict[str, object]:
            return bodies.pop() if bodies else await asyncio.Future()

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/sparql",
            "raw_path": b"/sparql",
            "query_string": target.encode(),
            "headers": [
                (b"host", b"x"),
                (b"content-type", b"application/x-www-form-urlencoded"),
                (b"accept", b"application/json"),
            ],
            "client": None,
        }
        await client.app(scope, receive, send)  # type: ignore[arg-type]
        fields = [(k.decode().lower(), v.decode()) for k, v in sent[0]["headers"]]  # type: ignore[attr-defined]
        content = b"".join(each.get("body", b"") for each in sent[1:])  # type: ignore[misc]
        return Reply(sent[0]["status"], fields, content)  # type: ignore[arg-type]

    body = b"query=SELECT+*+%7B%3Chttps://example.org/id/kept%3E+%3Fp+%3Fl%7D"
    assert "first" in client.run(ask(f"release={old}", body)).text
    refused = client.run(ask("", body + f"&release={old}".encode()))
    assert refused.status == 400
    assert json.loads(refused.body)["name"] == "release"


@pytest.fixture(scope="module")
def large(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The same two releases, which count as large."""
    source = tmp_path_factory.mktemp("large")
    shutil.copytree(archive.path.parent / "source", source / "source")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stadsgraaf.writing.LARGE", 0)
        for text in (FIRST, SECOND):
            (source / "source" / "data" / "things.ttl").write_text(text, encoding="utf-8")
            release = build(source / "source", source / "archive")
        store = EmbeddedStore(release.data)
        client = Client(create_app(store, release, Settings(), Archive(source / "archive")))
        yield client
        client.close()


def test_what_changed_in_a_large_release_is_known_since_it_was_built(
    client: Client, large: Client
) -> None:
    first, second = (each.browse("/en/changes") for each in (client, large))
    assert first.status == second.status == 200
    assert sorted(second.page.text.split()) == sorted(first.page.text.split())


def test_the_patch_of_a_large_release_says_the_same(client: Client, large: Client) -> None:
    first, second = (each.get("/changes.rdfp").text for each in (client, large))
    assert sorted(first.splitlines()) == sorted(second.splitlines())


def test_things_that_changed_in_a_large_release_are_on_pages(
    large: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = large.app.state.site
    monkeypatch.setattr(site, "settings", replace(site.settings, page_size=2))
    pages = [large.browse(f"/en/changes?page={number}").page for number in range(1, 6)]
    names = [len(page.all("article")) for page in pages]
    assert names[:2] == [2, 2]
    assert names[-1] == 0
    assert sum(names) == site.release.changes.things


def test_large_releases_that_do_not_follow_on_each_other_are_not_compared(
    large: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadsgraaf.web.pages.releases.LARGE", 0)
    site = large.app.state.site
    new, old = (each.identifier for each in site.archive.kept())
    assert large.get(f"/en/changes?from={new}&to={old}", accept=BROWSER).status == 400
    assert large.browse(f"/en/changes?from={new}&to={new}").status == 200


def test_releases_are_compared_once_and_few_comparisons_are_kept(
    client: Client,
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    old: str,
    new: str,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before, after = (archive.open(each) for each in (old, new))
    made: list[tuple[str, str]] = []
    compare = Comparisons._made

    async def counted(self: Comparisons, *pair: Release) -> Changes:
        made.append((pair[0].identifier, pair[1].identifier))
        return await compare(self, *pair)

    monkeypatch.setattr(Comparisons, "_made", counted)
    monkeypatch.setattr("stadsgraaf.web.changed._KEPT", 1)
    monkeypatch.setattr("stadsgraaf.web.changed._WAITING", 3)

    async def ask() -> list[object]:
        comparisons = Comparisons(Settings())
        asked = [comparisons.between(before, after) for _ in range(5)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        await comparisons.between(after, before)
        return [*found, await comparisons.between(before, after)]

    *found, again = client.run(ask())
    assert len({id(each) for each in found[:3]}) == 1
    assert all(isinstance(each, StoreBusy) for each in found[3:])
    assert made == [(old, new), (new, old), (old, new)]
    assert again is not found[0]
    assert again.things == found[0].things > 0  # the first is read on by who has it
    assert not list(tmp_path.iterdir())


def test_of_very_many_changes_there_is_no_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadsgraaf.changes._MOST", 1)
    for name, lines in (
        ("old", ""),
        ("new", "<urn:a> <urn:p> <urn:b> .\n<urn:c> <urn:p> <urn:d> .\n"),
    ):
        (tmp_path / name).write_text(lines)
    path = tmp_path / "changes.sqlite"
    assert not write_changes("x", tmp_path / "old", tmp_path / "new", path)
    assert not path.exists()
