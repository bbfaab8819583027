"""Publishing: readers have the old release or the new one, whatever happens to who publishes."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from engines import ENGINES, Oxigraph, Virtuoso
from pyoxigraph import Literal, NamedNode, Quad
from serving import free_port, write_release

from stadsgraaf.errors import NotPublished, UsageError
from stadsgraaf.publishing import Target, publish
from stadsgraaf.publishing.publish import STAGING
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.published import MERGE, PUBLISHED, QUERY, read_published

SETTINGS = Settings(store_user="dba", store_password="dba")
_NUMBER = NamedNode("http://e/number")
_KILLS = 10


def release_of(folder: Path, number: int, *, shared: bool = True) -> Release:
    """A release that says its number in each of its graphs, one of which only it has."""
    names = [f"http://g/{name}" for name in ("a", "b", f"only-{number}")]
    quads = [
        Quad(NamedNode(f"http://e/{each}"), _NUMBER, Literal(number), NamedNode(graph))
        for graph in names
        for each in range(400)
    ]
    if not shared:
        quads = [
            Quad(NamedNode(f"{quad.graph_name.value}/{at}"), _NUMBER, quad.object, quad.graph_name)  # type: ignore[union-attr]
            for at, quad in enumerate(quads)
        ]
    return write_release(folder / str(number), quads)


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Iterator[Oxigraph | Virtuoso]:
    if reason := request.param.missing():
        pytest.skip(reason)
    running = request.param()
    yield running
    running.close()


def state(engine: Oxigraph | Virtuoso) -> tuple[str, set[str], set[str]]:
    """The release that is named, the numbers in its graphs, and all graphs of ours."""
    with Target.open(engine.url, SETTINGS) as target:
        published = read_published(target.rows(QUERY))
        rows = target.rows(f"SELECT DISTINCT ?g ?n {{ GRAPH ?g {{ ?s <{_NUMBER.value}> ?n }} }}")
    graphs = {row["g"]["value"] for row in rows}
    numbers = {row["n"]["value"] for row in rows if not row["g"]["value"].startswith(STAGING)}
    return published.identifier if published else "", numbers, graphs


def test_what_is_published_replaces_what_was_and_leaves_nothing(
    engine: Oxigraph | Virtuoso, tmp_path: Path
) -> None:
    for number in (1, 2):
        release = release_of(tmp_path, number)
        with Target.open(engine.url, SETTINGS) as target:
            assert publish(release, target, chunk=500)
            assert not publish(release, target), "it is there already"
            assert publish(release, target, force=True)
        identifier, numbers, graphs = state(engine)
        assert identifier == release.identifier
        assert numbers == {str(number)}
        assert graphs == {"http://g/a", "http://g/b", f"http://g/only-{number}", MERGE}


def test_without_overlap_there_is_no_merge(engine: Oxigraph | Virtuoso, tmp_path: Path) -> None:
    release = release_of(tmp_path, 3, shared=False)
    with Target.open(engine.url, SETTINGS) as target:
        publish(release, target)
    assert MERGE not in state(engine)[2]


def test_killed_at_any_moment_it_leaves_a_whole_release(
    engine: Oxigraph | Virtuoso, tmp_path: Path
) -> None:
    releases = [release_of(tmp_path, number) for number in (4, 5)]
    numbers = {each.identifier: str(number) for number, each in zip((4, 5), releases, strict=True)}
    with Target.open(engine.url, SETTINGS) as target:
        publish(releases[0], target)
    chance = random.Random(7)
    begun = time.monotonic()
    _command(engine, releases[1]).wait(60)
    whole = time.monotonic() - begun
    for turn in range(_KILLS):
        process = _command(engine, releases[turn % 2])
        time.sleep(whole * chance.uniform(0.5, 1.0))
        process.kill()
        process.wait()
        identifier, found, _ = state(engine)
        assert found == {numbers[identifier]}
    last = releases[_KILLS % 2]
    assert _command(engine, last, "--force").wait(60) == 0
    identifier, _, graphs = state(engine)
    assert identifier == last.identifier
    assert not [each for each in graphs if each.startswith(STAGING)]


def _command(
    engine: Oxigraph | Virtuoso, release: Release, *options: str
) -> "subprocess.Popen[bytes]":
    account = {"STADSGRAAF_STORE_USER": "dba", "STADSGRAAF_STORE_PASSWORD": "dba"}
    command = [sys.executable, "-m", "stadsgraaf", "publish", str(release.path), "--quiet"]
    return subprocess.Popen(
        [*command, f"--to={engine.url}", "--chunk=100", *options],
        env={**os.environ, **account},
        stdout=subprocess.DEVNULL,
    )


def test_what_publishes_itself_is_named_with_its_documents(
    engine: Oxigraph | Virtuoso, tmp_path: Path
) -> None:
    release = release_of(tmp_path, 6)
    with Target.open(engine.url, SETTINGS) as target:
        publish(release, target)
        rows = target.rows(
            f"SELECT ?v {{ GRAPH <{PUBLISHED}> {{ <{PUBLISHED}/statistics.json> ?p ?v }} }}"
        )
    assert rows[0]["v"]["value"] == (release.path / "statistics.json").read_text(encoding="utf-8")


def test_wrong_password_is_said_and_never_shown(tmp_path: Path) -> None:
    if reason := Virtuoso.missing():
        pytest.skip(reason)
    virtuoso = Virtuoso()
    try:
        wrong = Settings(store_user="dba", store_password="secret-word")
        with pytest.raises(NotPublished, match="STADSGRAAF_STORE_USER") as raised:
            Target.open(virtuoso.url, wrong)
        assert "secret-word" not in str(raised.value)
    finally:
        virtuoso.close()


def test_store_that_is_not_there_is_said() -> None:
    with pytest.raises(NotPublished, match="cannot be reached"):
        Target.open(f"http://127.0.0.1:{free_port()}/query", Settings())


def test_who_cannot_be_published_to_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[httpx.Client] = []

    def close(client: httpx.Client) -> None:
        closed.append(client)

    monkeypatch.setattr(httpx.Client, "close", close)
    with pytest.raises(NotPublished):
        Target.open(f"http://127.0.0.1:{free_port()}/query", Settings())
    assert len(closed) == 1


@pytest.mark.parametrize("address", ["ftp://host/x", "nonsense", "http://user:word@host/sparql"])
def test_address_that_is_none_or_has_a_password_is_refused(address: str) -> None:
    with pytest.raises(UsageError) as raised:
        Target.open(address, Settings())
    assert "word@" not in str(raised.value)
