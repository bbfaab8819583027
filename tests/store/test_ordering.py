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


# What the engine's own order gives up on, each time of these values.
BOUND = f"?s <{MIXED}> ?o"
VALUES = " ".join(str(quad.object) for quad in triples())


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT ?x {{ {BOUND} BIND(?o AS ?x) }} ORDER BY ?x",
        f"SELECT (?o AS ?x) {{ {BOUND} }} ORDER BY ?x",
        f"SELECT ?x {{ VALUES ?x {{ {VALUES} }} }} ORDER BY ?x",
        f"SELECT (SAMPLE(?o) AS ?x) {{ {BOUND} }} GROUP BY ?s ORDER BY DESC(?x)",
        f"SELECT (SAMPLE(?o) AS ?x) {{ {BOUND} }} GROUP BY ?s ORDER BY MAX(?o)",
        f"SELECT * {{ {{ SELECT (?o AS ?x) {{ {BOUND} }} }} }} ORDER BY ?x",
        f"SELECT * {{ {{ SELECT ?o {{ {BOUND} }} ORDER BY (?o) LIMIT 600 }} }}",
        f"SELECT ?o {{ {BOUND} }} ORDER BY (COALESCE(?o, 1)) ?s",
        f"SELECT ?o {{ {BOUND} }} ORDER BY EXISTS {{ ?s ?p 1 }} DESC(IF(true, ?o, ?s))",
        f"SELECT ?o {{ ?s <{NUMBERS}>* ?o }} ORDER BY ?o",
        f"SELECT ?x {{ {BOUND} BIND(<<( ?s ?s ?o )>> AS ?x) }} ORDER BY ?x",
    ],
)
def test_mixed_values_are_ordered_however_they_come(asker: tuple[Asker, bytes], query: str) -> None:
    ask, data = asker
    assert len(ask.rows(query, data=data)) >= 600


@pytest.mark.parametrize(
    "terms",
    [
        [
            "UNDEF",
            "_:b",
            "<http://e/>",
            '"-INF"^^xsd:double',
            "2",
            "1e1",
            "11",
            '"NaN"^^xsd:double',
        ],
        ["2.5", '"3"^^xsd:byte', "9007199254740992", "9007199254740993", "9007199254740994.0"],
        ["'10'", "'9'@nl", "'a'", "'aa'@en", "'b'"],
        [
            '"2020-01-01T12:00:00+14:00"^^xsd:dateTime',
            '"2020-01-01T12:00:00Z"^^xsd:dateTime',
            '"2020-01-03T00:00:00"^^xsd:dateTime',
            '"2020-01-04T12:00:00-01:00"^^xsd:dateTime',
        ],
        ["false", "true"],
        ['"P9D"^^xsd:dayTimeDuration', '"P10D"^^xsd:dayTimeDuration'],
    ],
)
def test_order_is_that_of_sparql(asker: tuple[Asker, bytes], terms: list[str]) -> None:
    ask, data = asker
    rows = [f"({at} {term})" for at, term in enumerate(terms) if term != "_:b"]
    values = f"{{ VALUES (?at ?o) {{ {' '.join(reversed(rows))} }} }}"
    if "_:b" in terms:
        values += f" UNION {{ BIND({terms.index('_:b')} AS ?at) BIND(BNODE() AS ?o) }}"
    query = f"PREFIX xsd: <{XSD}> SELECT ?at {{ {values} }} ORDER BY "
    order = [str(at) for at in range(len(terms))]
    assert [row["at"] for row in ask.rows(query + "?o", data=data)] == order
    assert [row["at"] for row in ask.rows(query + "DESC(?o)", data=data)] == order[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o } ORDER BY STR(?s) DESC(STRLEN(?o)) LIMIT 1",
        "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY DESC(?n)",
        "SELECT * { ?s ?p 'ORDER BY ?o' }",
        "SELECT * { ?s ?p ?o } ORDER BY",
        "SELECT * { ?s ?p ?o } ORDER BY 3",
        "SELECT * { ?s ?p ?o } ORDER BY (?o",
        "ASK { ?order ?by ?o }",
    ],
)
def test_query_that_needs_no_other_order_stays_as_it_is(query: str) -> None:
    assert in_total_order(query) == query
