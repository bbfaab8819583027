"""A survey: what there is in a store of anybody, without its data, within bounds, and as it is now."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from engines import ENGINES, Oxigraph, Virtuoso
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from serving import Server, free_port, serving, until, write_release
from store.remote import serving_data

from stadsgraaf.archive import Archive
from stadsgraaf.canonical import read_quads
from stadsgraaf.errors import StadsgraafError, StoreTimeout, StoreUnavailable
from stadsgraaf.publishing import Target, publish
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.surveying import asking, survey

GRAPH, SCHEME = "http://other.example/graph/ships", "http://other.example/graph/scheme"
NS = "http://other.example/ns#"
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
PREFIXES = """@prefix : <http://other.example/ns#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
SHIPS = PREFIXES + (
    ':titanic a :Ship ; rdfs:label "Titanic"@en ; :weight 52310 ; foaf:knows [ foaf:name "Piet" ] .\n'
    ':olympic a :Ship ; rdfs:label "Olympic"@en ; owl:sameAs <http://reg.example/q/1> .\n'
)
VOCABULARY = PREFIXES + (
    ': a owl:Ontology . :Ship a owl:Class ; rdfs:label "Ship"@en , "Schip"@nl .\n'
    ':red a skos:Concept ; skos:prefLabel "Red"@en ; skos:notation "R1" .\n'
)
Engine = Oxigraph | Virtuoso


def put(engine: Engine, graph: str, turtle: str) -> None:
    account = Settings(store_user="dba", store_password="dba")
    with Target.open(engine.url, account) as target:
        lines = [f"{quad.triple} .\n".encode() for quad in _parsed(turtle)]
        target.add(graph, lines)


def _parsed(turtle: str) -> list[Quad]:
    return list(parse(turtle, RdfFormat.TURTLE))


def started(kind: type[Oxigraph] | type[Virtuoso]) -> Engine:
    if reason := kind.missing():
        pytest.skip(reason)
    return kind()


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    running = started(request.param)
    put(running, GRAPH, SHIPS)
    put(running, SCHEME, VOCABULARY)
    yield running
    running.close()


@pytest.fixture
def oxigraph() -> Iterator[Engine]:
    running = started(Oxigraph)
    put(running, GRAPH, SHIPS)
    put(running, SCHEME, VOCABULARY)
    yield running
    running.close()


def surveyed(url: str, output: Path, **settings: object) -> Release:
    known = replace(Settings(store=url), **settings)  # type: ignore[arg-type]  # rows of the table
    return asyncio.run(survey(known, output))


def test_what_pages_need_is_there_and_the_data_are_not(engine: Engine, tmp_path: Path) -> None:
    release = surveyed(engine.url, tmp_path)
    found = release.manifest
    sizes = {each.iri: (each.triples, each.role) for each in found.graphs}
    assert sizes == {GRAPH: (8, "data"), SCHEME: (7, "vocabulary")}
    assert found.triples == 15
    assert found.survey == {"release": "", "is_named": engine.name == "virtuoso", "left_out": []}
    assert release.labels.label(NS + "Ship", "nl") == "Schip"
    assert [hit.iri for hit in release.labels.search("tita", "en").hits] == [NS + "titanic"]
    assert release.labels.kinds[NS + "Ship"] == 2
    assert release.lookup.find("http://reg.example/q/1")[0].thing == NS + "olympic"
    assert release.statistics["subjects"] == 6
    classes = {each["iri"]: each for each in release.statistics["classes"]}
    assert classes[NS + "Ship"]["count"] == 2
    assert {"iri": NS + "weight", "count": 1} in classes[NS + "Ship"]["properties"]
    assert not [name for name in found.files if name.startswith("dumps/")]
    assert "52310" not in release.data.read_text(encoding="utf-8")


def test_same_state_is_the_same_release_and_another_state_another(
    engine: Engine, tmp_path: Path
) -> None:
    first = surveyed(engine.url, tmp_path / "a").identifier
    assert surveyed(engine.url, tmp_path / "b").identifier == first
    put(engine, GRAPH, PREFIXES + ':britannic a :Ship ; rdfs:label "Britannic"@en .')
    changed = surveyed(engine.url, tmp_path / "a")
    assert changed.identifier != first
    assert Archive(tmp_path / "a").identifier == changed.identifier
    kept = [each.identifier for each in Archive(tmp_path / "a").kept()]
    assert kept == [changed.identifier]  # data of an older one are nowhere


@pytest.mark.parametrize("page", [3, 100])
def test_statements_come_in_pages_and_none_is_lost(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(asking, "_PAGE", page)
    things = {f"{NS}thing{number:02}" for number in range(12)}
    put(engine, GRAPH, "".join(f"<{each}> a <{NS}Thing> .\n" for each in things))
    release = surveyed(engine.url, tmp_path)
    typed = {
        quad.subject.value  # type: ignore[union-attr]
        for quad in read_quads(release.data)
        if quad.predicate == TYPE and quad.object == NamedNode(NS + "Thing")
    }
    assert typed == things


def test_values_of_one_subject_are_kept_together_across_pages(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_PAGE", 4)
    names = [(f"{NS}n{number}", f"name {each}") for number in range(5) for each in range(3)]
    lines = "".join(f'<{iri}> <{LABEL.value}> "{text}" .\n' for iri, text in names)
    put(engine, GRAPH, lines)
    release = surveyed(engine.url, tmp_path)
    found = {
        (quad.subject.value, quad.object.value)  # type: ignore[union-attr]
        for quad in read_quads(release.data)
        if quad.predicate == LABEL
    }
    assert found >= set(names)


def test_what_is_more_than_the_bound_is_left_out_and_said(engine: Engine, tmp_path: Path) -> None:
    release = surveyed(engine.url, tmp_path, survey_statements=3)
    assert release.manifest.survey
    left_out = release.manifest.survey["left_out"]
    english, dutch = ([each[tag] for each in left_out] for tag in ("en", "nl"))
    assert f"of 5 statements of <{TYPE.value}> all but the first 3 (survey_statements)" in english
    assert f"van 5 uitspraken met <{TYPE.value}> alles na de eerste 3 (survey_statements)" in dutch
    types = [quad for quad in read_quads(release.data) if quad.predicate == TYPE]
    assert len(types) == 3
    assert release.statistics["properties"][0]["count"] == 5  # counts are whole


def test_a_published_release_says_itself_what_it_is(oxigraph: Engine, tmp_path: Path) -> None:
    quad = Quad(NamedNode(NS + "x"), LABEL, Literal("X", language="en"), NamedNode(GRAPH))
    release = write_release(tmp_path / "made", [quad])
    with Target.open(oxigraph.url, Settings()) as target:
        publish(release, target)
    found = surveyed(oxigraph.url, tmp_path / "output")
    assert found.manifest.survey
    assert found.manifest.survey["release"] == release.identifier
    assert found.manifest.digest == release.manifest.digest
    assert found.manifest.title == release.manifest.title
    assert found.statistics["properties"] == release.statistics["properties"]
    assert [each.iri for each in found.manifest.graphs] == [GRAPH]  # not what was beside it
    assert found.labels.label(NS + "x", "en") == "X"
    assert found.labels.label(NS + "titanic", "en") is None


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/silence", StoreTimeout),
        ("/error", StoreUnavailable),
        ("/login", StoreUnavailable),
        ("/bad-json", StoreUnavailable),
        ("/cut", StoreUnavailable),
        ("/part", StoreUnavailable),
        ("/redirect", StoreUnavailable),
        ("/bomb", StoreUnavailable),
    ],
)
def test_store_that_answers_badly_is_said_and_switches_nothing(
    tmp_path: Path, path: str, error: type[StadsgraafError]
) -> None:
    with serving_data(SHIPS) as remote, pytest.raises(error):
        surveyed(remote.root + path, tmp_path, survey_timeout=0.5)
    assert Archive(tmp_path).identifier is None
    assert not list((tmp_path / "releases").iterdir())


def test_an_address_that_is_none_ends_the_server_with_words(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "stadsgraaf", "serve", "--store=ftp://e.example/"]
    done = subprocess.run(
        [*command, f"--port={free_port()}", f"--output={tmp_path}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    assert done.returncode == 2
    assert "the address of the store is not one" in done.stderr


def test_a_default_graph_apart_from_named_graphs_is_left_out_and_said(
    oxigraph: Engine, tmp_path: Path
) -> None:
    apart = f'<{NS}apart> <{LABEL.value}> "Apart" .'
    reply = httpx.post(
        oxigraph.graphs,
        params={"default": ""},
        content=apart,
        headers={"Content-Type": "text/turtle"},
    )
    assert reply.is_success
    release = surveyed(oxigraph.url, tmp_path)
    assert release.manifest.survey
    (said,) = release.manifest.survey["left_out"]
    assert said["en"].startswith("the default graph, which cannot be named")
    assert said["en"].endswith("(triples: 1)")
    assert said["nl"].startswith("de standaardgraaf, die")
    assert release.manifest.triples == 15
    assert release.labels.label(f"{NS}apart", "en") is None


# --- served ------------------------------------------------------------------------------------------


def get(server: Server, path: str, accept: str = "text/html") -> tuple[int, str, str]:
    """Status, body, and the release that it is of."""
    request = urllib.request.Request(server.base + path, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode(), answer.headers["Stadsgraaf-Release"]
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers["Stadsgraaf-Release"]


@pytest.fixture
def server(oxigraph: Engine, tmp_path: Path) -> Iterator[Server]:
    settings = {"store": oxigraph.url, "output": tmp_path / "cache", "store_watch": 0.2}
    with serving(None, settings) as server:
        yield server


def test_without_a_folder_the_store_has_pages_search_and_an_endpoint(server: Server) -> None:
    thing = "/en/resource?iri=" + urllib.parse.quote(NS + "titanic", safe="")
    for path, words in (
        ("/ready", "ready"),
        ("/en/browse", "Ship"),
        ("/en/search?q=tita", "Titanic"),
        (thing, "52310"),
        ("/nl/vocabulary", "Schip"),
        ("/en/statistics", "15"),
        ("/en/data", "No downloads"),
    ):
        status, body, _ = get(server, path)
        assert (status, words in body) == (200, True), path
    count = "/sparql?query=" + urllib.parse.quote("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert get(server, count, "text/csv")[1].split() == ["n", "15"]
    described = get(server, "/data", "text/turtle")[1]
    assert "there are no dumps" in described
    assert "dataDump" not in described
    assert get(server, "/dumps/dataset.nq")[0] == 404


def test_new_data_are_surveyed_when_told(server: Server, oxigraph: Engine) -> None:
    before = get(server, "/ready")[2]
    put(oxigraph, GRAPH, PREFIXES + ':britannic a :Ship ; rdfs:label "Britannic"@en .')
    server.process.send_signal(signal.SIGHUP)
    until(lambda: get(server, "/ready")[2] != before)
    assert "Britannic" in get(server, "/en/search?q=brit")[1]
    status, body, _ = get(server, f"/?release={before}")
    assert (status, before in body) == (404, True)


def test_what_is_published_is_surveyed_by_itself(
    server: Server, oxigraph: Engine, tmp_path: Path
) -> None:
    before = get(server, "/ready")[2]
    quad = Quad(NamedNode(NS + "x"), LABEL, Literal("Exed", language="en"), NamedNode(GRAPH))
    release = write_release(tmp_path / "made", [quad])
    with Target.open(oxigraph.url, Settings()) as target:
        publish(release, target)
    until(lambda: get(server, "/ready")[0] == 200 and get(server, "/ready")[2] != before)
    assert "Exed" in get(server, "/en/search?q=exed")[1]
    manifest = json.loads((tmp_path / "cache" / "current" / "manifest.json").read_text("utf-8"))
    assert manifest["survey"]["release"] == release.identifier


def test_a_store_that_is_away_at_the_start_is_waited_for(tmp_path: Path) -> None:
    with serving_data(SHIPS) as remote:
        remote.broken = True
        settings = {"store": remote.url, "output": tmp_path, "store_watch": 0.2}
        with serving(None, settings) as server:
            for path in ("/ready", "/", "/search?q=a", "/sparql?query=ASK%7B%7D"):
                assert get(server, path)[0] == 503, path
                status, page, _ = get(server, f"/en{path}")
                assert (status, "<h1>Not ready</h1>" in page) == (503, True), path
            status, problem, _ = get(server, "/nl/", "application/json")
            assert status == 503
            assert "nog niet geantwoord" in json.loads(problem)["detail"]
            remote.broken = False
            until(lambda: is_ready(server))
            assert get(server, "/en/browse")[0] == 200


def test_who_waits_for_a_store_stops_when_told(tmp_path: Path) -> None:
    settings = {"store": f"http://127.0.0.1:{free_port()}/sparql", "output": tmp_path}
    with serving(None, settings) as server:
        assert get(server, "/ready")[0] == 503
        assert server.stop() in (0, -signal.SIGTERM)


def is_ready(server: Server) -> bool:
    """Whether it is, also while one server takes over from another."""
    try:
        return get(server, "/ready")[0] == 200
    except OSError:
        return False
