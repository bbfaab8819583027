"""The queries that ask Wikidata and CBS, against stand-ins that speak SPARQL on this machine."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Store

from stadsgraaf.queries import Query
from stadsgraaf.store.binding import bind

HERE = Path(__file__).parent
MUNICIPALITY = "https://w3id.org/stadsgraaf/id/municipality/"


@contextmanager
def stand_in(name: str) -> Iterator[str]:
    command = [sys.executable, str(HERE / "stand_in.py"), str(HERE / f"{name}.ttl")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield process.stdout.readline().decode().strip()
        process.communicate()


@pytest.fixture(scope="module")
def federated(store: Store, queries: Mapping[str, Query]) -> Callable[..., list[Any]]:
    """Run a query with its one service at another address."""

    def run(name: str, service: str, address: str, **given: str) -> list[Any]:
        query = queries[name]
        assert query.sparql.count(f"<{service}>") == 1
        text = bind(query.sparql, query.bindings(given)).replace(f"<{service}>", f"<{address}>")
        return list(store.query(text, use_default_graph_as_union=True))

    return run


@pytest.mark.parametrize(
    ("date", "mayors"),
    [
        ("2017-06-08", {"gm0603": "Q900000002", "gm0861": "Q900000003"}),
        ("2017-09-01", {"gm0603": "Q900000002"}),
        ("2015-05-31", {"gm0603": "Q900000001", "gm0861": "Q900000003"}),
    ],
)
def test_wikidata_gives_the_mayors_of_the_day_of_the_municipalities_named(
    federated: Callable[..., list[Any]], date: str, mayors: dict[str, str]
) -> None:
    with stand_in("wikidata") as address:
        rows = federated("list-mayors", "https://query.wikidata.org/sparql", address, date=date)
    found = {row["municipality"].value: row["mayor"].value for row in rows}
    assert found == {
        MUNICIPALITY + code: f"http://www.wikidata.org/entity/{item}"
        for code, item in mayors.items()
    }
    assert len(rows) == len(mayors)


def test_cbs_fills_in_the_figures_that_this_graph_does_not_have(
    federated: Callable[..., list[Any]],
) -> None:
    with stand_in("cbs") as address:
        rows = federated("rank-by-population", "https://betalinkeddata.cbs.nl/sparql", address)
    ranking = [(row["municipality"].value, int(row["inhabitants"].value)) for row in rows]
    assert ranking == [
        (MUNICIPALITY + "gm0363", 844947),
        (MUNICIPALITY + "gm0599", 634660),
        (MUNICIPALITY + "gm0518", 524882),
        (MUNICIPALITY + "gm0344", 343038),
        (MUNICIPALITY + "gm0758", 111111),
    ]


def test_without_cbs_the_figures_of_this_graph_remain(
    federated: Callable[..., list[Any]],
) -> None:
    nowhere = "http://127.0.0.1:9/sparql"
    rows = federated("rank-by-population", "https://betalinkeddata.cbs.nl/sparql", nowhere)
    assert [int(row["inhabitants"].value) for row in rows] == [844947, 634660, 524882, 343038]
