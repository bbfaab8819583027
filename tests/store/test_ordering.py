"""ORDER BY where numbers and texts meet, which the engine's own order does not survive."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import Asker, Loop
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from stadsgraaf.store.ordering import in_total_order
from stadsgraaf.store.pool import PoolStore

XSD = "http://www.w3.org/2001/XMLSchema#"
MIXED, NUMBERS = "http://e/mixed", "http://e/numbers"


def triples() -> Iterator[Quad]:
    """Values of all kinds, in an order that the engine gives up on."""
    chance = random.Random(0)
    graph = NamedNode("http://g/1")
    for number in range(600):
        value = chance.randrange(1000)
        term = chance.choice(
            (
                Literal(value),
                Literal(str(value)),
                Literal(f"{1900 + value % 100}-01-01", datatype=NamedNode(XSD + "date")),
                Literal(str(value), language="nl"),
                NamedNode(f"http://e/{value}"),
            )
        )
        subject = NamedNode(f"http://e/s{number}")
        yield Quad(subject, NamedNode(MIXED), term, graph)
        yield Quad(subject, NamedNode(NUMBERS), Literal(value), graph)


@pytest.fixture(scope="module")
def asker(loop: Loop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asker, bytes]]:
    path: Path = tmp_path_factory.mktemp("ordering") / "data.nq"
    data = serialize(triples(), format=RdfFormat.N_QUADS) or b""
    path.write_bytes(data)
    asker = Asker(loop, lambda _: loop.run(PoolStore.start(path)))
    yield asker, data
    asker.close()


@pytest.mark.parametrize("end", ["?s", "?o"])
def test_ends_of_a_path_of_no_length_are_ordered(asker: tuple[Asker, bytes], end: str) -> None:
    ask, data = asker
    query = f"SELECT * {{ ?s <{NUMBERS}>* ?o }} ORDER BY {end}"
    assert in_total_order(query, None, lambda _: False) != query
    assert len(ask.rows(query, data=data)) > 600


@pytest.mark.parametrize("predicate", ["?p", f"<{MIXED}>", f"<{MIXED}>|<{NUMBERS}>"])
@pytest.mark.parametrize("direction", ["?o", "DESC(?o)"])
def test_terms_of_all_kinds_are_ordered(
    asker: tuple[Asker, bytes], predicate: str, direction: str
) -> None:
    ask, data = asker
    query = f"SELECT ?o {{ ?s {predicate} ?o }} ORDER BY {direction}"
    rows = ask.rows(query, data=data)
    if direction != "?o":
        rows.reverse()
    iris = [row["o"].startswith("http:") for row in rows]
    assert any(iris)
    assert iris == sorted(iris, reverse=True)  # before all literals
    query = f"SELECT ?o {{ ?s {predicate} ?o FILTER(isNumeric(?o)) }}"
    numbers = sorted(int(row["o"]) for row in ask.rows(query, data=data))
    first = iris.count(True)
    assert [int(row["o"]) for row in rows[first : first + len(numbers)]] == numbers


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s <http://e/numbers> ?o } ORDER BY ?o",
        "SELECT * { ?s ?p ?o } ORDER BY ?s",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY ?n",
        "SELECT * { ?s ?p 'ORDER BY ?o' }",
        "SELECT * { ?s ?p ?o } ORDER BY",
        "SELECT * { ?s no:prefix ?o } ORDER BY ?o",
    ],
)
def test_query_that_needs_no_other_order_stays_as_it_is(query: str) -> None:
    assert in_total_order(query, None, {NUMBERS: False}.__getitem__) == query
