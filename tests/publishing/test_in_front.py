"""The site in front of another store is the site: the same pages, to the byte."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from accounts import THINGS, account, alike, body, load, side_by_side
from engines import Oxigraph
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from serving import GRAPH, Server, add_release, in_graph, serving, until, write_release

from stadsgraaf.archive import Archive
from stadsgraaf.media import RDF, Format
from stadsgraaf.release import Release

PAGES = (
    *("/en/", "/nl/doc/municipality/gm0307", "/en/claims", "/en/map", "/en/timeline"),
    *("/en/queries/list-network-members", "/en/vocabulary", "/en/search?q=breda", "/ready"),
    *(
        "/nl/statistics",
        "/en/browse",
        "/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D",
    ),
)
THING, NUMBER = NamedNode("http://data.example.nl/id/x"), NamedNode("http://data.example.nl/n")

DATA = "http://data.example.nl/"
#: Deeper than blank nodes are followed, in a circle, without statements, in lists in lists, shared by two
#: claims, pointing back, in a list that is too long to be asked for in steps, and what points without a name.
NESTED = f"""
PREFIX sg: <https://w3id.org/stadsgraaf/def/ont/>
PREFIX : <{DATA}id/>
:deep :p [ :p [ :p [ :p [ :p 1 ] ] ] ] ; :q [ :p [ :p ( [ :p 2 ] 3 ) ] ] .
:circle :p _:a . _:a :p _:b . _:b :p _:a , :circle .
:empty :p [] , [ :p [] ] .
:lists :p ( ( 1 2 ) [ :p ( 3 4 5 6 7 8 9 ) ] ( :lists ) ) .
:one sg:claimSubject :claimed ; :p _:shared . :two sg:claimObject :claimed ; :p _:shared .
_:shared :p [ :p "both" ] .
:named :p :deep . :deep <http://www.w3.org/2000/01/rdf-schema#label> "Deep"@en .
:listed :p ({" ".join(map(str, range(20)))}) .
:long :p ({" ".join(map(str, range(80)))}) .
[] sg:claimSubject :nameless ; :p [ :p 1 ] .
""".encode()
IN_NESTED = (
    *("deep", "circle", "empty", "lists", "claimed"),
    *("one", "named", "listed", "long", "nameless"),
)


@contextmanager
def running() -> Iterator[Oxigraph]:
    if reason := Oxigraph.missing():
        pytest.skip(reason)
    store = Oxigraph()
    try:
        yield store
    finally:
        store.close()


@pytest.fixture
def store() -> Iterator[Oxigraph]:
    with running() as store:
        yield store


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Three releases, which say their numbers; the second one is current."""
    archive = Archive(tmp_path / "archive")
    made = [
        add_release(archive, [Quad(THING, NUMBER, Literal(each), NamedNode(GRAPH))])
        for each in (1, 2, 3)
    ]
    with archive.locked():
        for each in (made[0], made[2], made[1]):
            archive.switch(each.identifier)
    return archive


@pytest.fixture(scope="module")
def servers(our_release: Release) -> Iterator[tuple[Server, Server]]:
    with running() as store, side_by_side(our_release, store.url) as both:
        yield both


@pytest.mark.parametrize("path", PAGES)
def test_page_in_front_of_another_store_is_the_same(
    servers: tuple[Server, Server], path: str
) -> None:
    alike(servers, lambda server: body(server, path))


@pytest.mark.parametrize("address", THINGS)
def test_what_is_said_of_a_thing_in_front_of_another_store_is_the_same(
    servers: tuple[Server, Server], address: str
) -> None:
    alike(servers, lambda server: account(server, address))


@pytest.mark.parametrize("chosen", RDF, ids=lambda chosen: chosen.suffix)
def test_what_is_said_of_a_thing_is_the_same_in_every_format(
    servers: tuple[Server, Server], chosen: Format
) -> None:
    address = "/doc/def/shape/Claim-force-in"
    assert account(servers[1], address, chosen) == account(servers[0], address)


@pytest.fixture(scope="module")
def nesting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Nothing but blank nodes, from its own data and in front of another store."""
    folder = tmp_path_factory.mktemp("nesting") / "release"
    release = write_release(folder, list(in_graph(parse(NESTED, RdfFormat.TURTLE))), DATA)
    with running() as store, side_by_side(release, store.url) as both:
        yield both


@pytest.mark.parametrize("name", IN_NESTED)
def test_trees_of_blank_nodes_in_another_store_are_the_same(
    nesting: tuple[Server, Server], name: str
) -> None:
    said = alike(nesting, lambda server: account(server, f"/doc/{name}"))
    assert any("_:c14n" in each for each in said) or name == "named"


def test_an_older_release_is_answered_from_its_own_data(archive: Archive, store: Oxigraph) -> None:
    current, *older = [archive.open(each.identifier) for each in archive.kept()]
    load(current, store.url)
    numbers = "/sparql?query=SELECT%20%3Fn%20%7B%3Fs%20%3Fp%20%3Fn%7D"
    with serving(archive.path, {"store": store.url}) as server:
        assert body(server, numbers) == "n\r\n2\r\n"
        asked = [body(server, f"{numbers}&release={each.identifier}") for each in older]
        assert sorted(asked) == ["n\r\n1\r\n", "n\r\n3\r\n"]


def test_another_release_in_the_store_is_not_served_under_the_old_name(
    archive: Archive, store: Oxigraph
) -> None:
    current, other = (archive.open(each.identifier) for each in archive.kept()[:2])
    load(current, store.url)
    with serving(archive.path, {"store": store.url, "store_watch": 0.2}) as server:
        assert state(server) == (200, current.identifier)
        load(other, store.url)
        until(lambda: state(server)[0] == 503)
        with archive.locked():
            archive.switch(other.identifier)
        until(lambda: state(server) == (200, other.identifier))


def test_what_the_store_has_not_yet_is_not_switched_to(archive: Archive, store: Oxigraph) -> None:
    current, other = (archive.open(each.identifier) for each in archive.kept()[:2])
    load(current, store.url)
    with serving(archive.path, {"store": store.url, "store_watch": 0.2, "watch": 0.1}) as server:
        with archive.locked():
            archive.switch(other.identifier)
        time.sleep(1)
        assert state(server) == (200, current.identifier)
        load(other, store.url)
        until(lambda: state(server) == (200, other.identifier))


def state(server: Server) -> tuple[int, str]:
    """The status of /ready, and the release that is served."""
    try:
        with urllib.request.urlopen(server.base + "/ready", timeout=30) as answer:
            return answer.status, answer.headers["Stadsgraaf-Release"]
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Stadsgraaf-Release"]
