"""Our graph is published to Virtuoso, and the site in front of it is the site."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from accounts import THINGS, account, alike, body, side_by_side
from engines import Virtuoso
from serving import Server

from stadsgraaf.release import Release
from stadsgraaf.settings import Settings

#: Of those that Virtuoso answers alike; what it does otherwise with others is in REFERENCE.md.
QUESTIONS = (
    *("ask-platform-exists", "count-claims-by-modality", "expand-abbreviation", "list-founders"),
    *("list-homonyms", "list-network-cities", "sum-founder-population", "translate-themes"),
)
SPARQL = "application/sparql-results+json"


@pytest.fixture(scope="module")
def servers(our_release: Release) -> Iterator[tuple[Server, Server]]:
    """Our release from its own data, and in front of Virtuoso."""
    if reason := Virtuoso.missing():
        pytest.skip(reason)
    store = Virtuoso()
    login = Settings(store_user="dba", store_password="dba")
    try:
        with side_by_side(our_release, store.url, login, query_timeout=120) as both:
            yield both
    finally:
        store.close()


def ask(server: Server, query: str) -> list[str]:
    """The solutions, in any order, or the truth."""
    reply = httpx.post(
        f"{server.base}/sparql", data={"query": query}, headers={"Accept": SPARQL}, timeout=150
    )
    assert reply.status_code == 200, reply.text
    said = reply.json()
    rows = said["results"]["bindings"] if "results" in said else [said["boolean"]]
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_are_answered_alike(
    servers: tuple[Server, Server], root: Path, name: str
) -> None:
    query = (root / "queries" / f"{name}.rq").read_text(encoding="utf-8")
    alike(servers, lambda server: ask(server, query))


def test_geometries_are_geometries_again_but_for_the_precision(
    servers: tuple[Server, Server],
) -> None:
    query = "SELECT ?s ?wkt { ?s <http://www.opengis.net/ont/geosparql#asWKT> ?wkt }"
    own, in_front = ([json.loads(row) for row in ask(server, query)] for server in servers)
    assert len(own) == len(in_front) > 700
    coordinates = {row["s"]["value"]: _numbers(row["wkt"]) for row in own}
    for row in in_front:
        assert row["wkt"]["datatype"].endswith("geosparql#wktLiteral")
        assert _numbers(row["wkt"]) == pytest.approx(coordinates[row["s"]["value"]], abs=1e-5)


def _numbers(wkt: Mapping[str, str]) -> list[float]:
    return [float(number) for number in re.findall(r"[0-9.]+", wkt["value"])]


@pytest.mark.parametrize("path", ["/ready", "/en/", "/en/map", "/en/browse", "/en/claims"])
def test_pages_in_front_of_virtuoso_are_the_same(servers: tuple[Server, Server], path: str) -> None:
    alike(servers, lambda server: body(server, path))


@pytest.mark.parametrize("address", THINGS)
def test_what_is_said_of_a_thing_in_front_of_virtuoso_is_the_same(
    servers: tuple[Server, Server], address: str
) -> None:
    alike(servers, lambda server: account(server, address))
