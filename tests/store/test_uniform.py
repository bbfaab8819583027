"""What a query is ordered by, and whether it is of one kind."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from stadsgraaf.comparing import comparable_kind
from stadsgraaf.metadata import statistics
from stadsgraaf.release import Release
from stadsgraaf.store.counted import counted
from stadsgraaf.store.ordering import in_total_order
from stadsgraaf.store.uniform import is_uniform

KINDS = {
    "http://e/name": "text",
    "http://e/title": "text",
    "http://e/on": "date",
    "http://e/knows": "node",
}
PREFIX = "PREFIX e: <http://e/> "
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s e:name ?n } ORDER BY ?n",
        "SELECT * { ?s <http://e/name> ?n ; e:on ?d } ORDER BY DESC(?d) ?n LIMIT 9 OFFSET 3",
        "SELECT * { ?s ?p ?o } ORDER BY ?s",
        "SELECT * { ?s e:name ?n FILTER(lang(?n) = \"# a\" && ?n != 'ORDER BY') } ORDER BY ?n",
        "SELECT ?n { { ?s e:name ?n } UNION { ?s e:title ?n } OPTIONAL { ?s e:on ?o } } ORDER BY ?n",
        "SELECT ?k (COUNT(?s) AS ?c) { ?s e:knows ?k } GROUP BY ?k ORDER BY DESC(?c) ?k",
        "SELECT * { VALUES ?s { e:a } ?s e:name ?n } ORDER BY ?n",
    ],
)
def test_what_is_of_one_kind_is_ordered_by_itself(query: str) -> None:
    assert is_uniform(PREFIX + query, KINDS)
    assert in_total_order(PREFIX + query, KINDS) == PREFIX + query


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s e:other ?n } ORDER BY ?n",
        "SELECT * { ?s <http://e/other> ?n } ORDER BY ?n",
        "SELECT * { ?s f:name ?n } ORDER BY ?n",
        "SELECT * { ?s ?p ?n } ORDER BY ?n",
        "SELECT * { ?s e:name ?m , ?n } ORDER BY ?n",
        "SELECT * { ?s e:name|e:other ?n } ORDER BY ?n",
        "SELECT * { ?s e:other | e:name ?n } ORDER BY ?n",
        "SELECT * { ?s e:other/e:name ?n } ORDER BY ?n",
        "SELECT * { ?s ^e:name ?n } ORDER BY ?n",
        "SELECT * { ?n ^e:other ?s } ORDER BY ?n",
        "SELECT * { ?s e:name* ?n } ORDER BY ?n",
        "SELECT * { ?n e:knows* ?s } ORDER BY ?n",
        "SELECT * { ?s e:name (?n) } ORDER BY ?n",
        "SELECT * { ?s a (?n) } ORDER BY ?n",
        "SELECT * { VALUES ?n { 1 'a' } } ORDER BY ?n",
        "SELECT * { VALUES (?n ?m) { (1 2) } } ORDER BY ?n",
        "SELECT * { VALUES (?m ?n) { (1 2) } } ORDER BY ?n",
        "SELECT * { ?s ?p ?o BIND(?o AS ?n) } ORDER BY ?n",
        "SELECT (?o AS ?n) { ?s ?p ?o } ORDER BY ?n",
        "SELECT (SAMPLE(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY ?n",
        "SELECT * { { SELECT (MAX(?o) AS ?n) { ?s ?p ?o } } } ORDER BY ?n",
        "SELECT * { { SELECT ?n { ?s ?p ?n } ORDER BY ?n } }",
        "SELECT * { ?s e:name ?n } GROUP BY (?x AS ?n) ORDER BY ?n",
        "SELECT * { { ?s e:name ?n } UNION { ?s e:on ?n } } ORDER BY ?n",
        "SELECT * { ?s e:name ?n } ORDER BY STR(?n)",
        "SELECT * { ?s e:name ?n } ORDER BY (?n + 1)",
        "SELECT * { ?s e:name ?n } ORDER BY ?n VALUES ?n { 1 'a' }",
        "SELECT * { SERVICE <http://f/> { ?s e:name ?n } } ORDER BY ?n",
        "SELECT * { ?s e:other # e:name\n ?n } ORDER BY ?n",
        "SELECT * { ?s e:other\\u002D ?n } ORDER BY ?n",
        "SELECT * { << ?s e:name ?n >> ?p ?o } ORDER BY ?n",
        "PREFIX e: <http://f/> SELECT * { ?s e:name ?n } ORDER BY ?n",
        "SELECT * { GRAPH ?n { ?s e:name ?o } } ORDER BY ?n",
        "CONSTRUCT { ?s ?p ?n } WHERE { ?s e:other ?n { SELECT ?s { ?s ?p ?o } } } ORDER BY ?n",
        "SELECT * { ?s e:straße ?ß ; e:other ?n } ORDER BY ?n",
        "ORDER BY ?n",
    ],
)
def test_what_may_be_of_several_kinds_is_not(query: str) -> None:
    assert not is_uniform(PREFIX + query, KINDS)


def values() -> Iterator[Literal]:
    """Values some of which are no order with others of their datatype."""
    chance = random.Random(3)
    forms = {
        "date": ["2017-02-30", "2017-13-01", "2017-01-01", "2018-01-01Z", "2018-05-05+15:00"],
        "dateTime": ["2017-01-01T00:00:00", "2017-01-01T00:00:00Z", "2017-01-01T25:00:00"],
        "integer": ["1", "-2", "١", "1.0", "", "9" * 30],
        "decimal": ["1.5", "x", "." + "1" * 40],
        "double": ["1e3", "NaN", "INF", "-1.5"],
        "boolean": ["true", "1", "yes"],
        "gYear": ["2017", "02017", "2017Z"],
        "duration": ["P1Y", "P12M"],
    }
    for name, each in forms.items():
        yield from (Literal(value, datatype=NamedNode(XSD + name)) for value in each)
    yield from (Literal(str(chance.random()), language=tag) for tag in ("nl", "en"))


def test_values_of_one_kind_are_comparable() -> None:
    found = defaultdict(list)
    for value in values():
        found[comparable_kind(value)].append(value)
    assert Literal("١", datatype=NamedNode(XSD + "integer")) in found[""]
    del found[""]
    assert len(found) == 10  # seven datatypes, two of them with zones too, and texts
    store = Store()
    for kind, each in found.items():
        for value in each:
            ask = f"ASK {{ FILTER(<({value} <= {value})>) }}".replace("<(", "(").replace(")>", ")")
            assert bool(store.query(ask)), (kind, value)


def test_kinds_are_those_of_all_values() -> None:
    graph, s = NamedNode("http://g/"), NamedNode("http://e/s")
    given = {"texts": ["a", "b"], "mixed": ["a", 1], "numbers": [1, 2], "kinds": [1, 1.5]}
    quads = [
        Quad(s, NamedNode(f"http://e/{name}"), Literal(value), graph)
        for name, each in given.items()
        for value in each
    ]
    assert statistics(quads)["kinds"] == {
        "http://e/numbers": XSD + "integer",
        "http://e/texts": "text",
    }


def test_kinds_of_a_release_are_those_of_its_data(our_release: Release) -> None:
    found = defaultdict(set)
    data = our_release.path / "data.nq"
    for quad in parse(path=data, format=RdfFormat.N_QUADS):
        found[quad.predicate.value].add(comparable_kind(quad.object))
    one = {iri: kind for iri, each in found.items() if len(each) == 1 for kind in each if kind}
    assert counted(data).kinds == one
    assert one


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kinds": [1]}'])
def test_kinds_that_cannot_be_read_are_none(tmp_path: Path, content: str) -> None:
    assert counted(tmp_path / "store").kinds == {}
    (tmp_path / "statistics.json").write_text(content)
    assert counted(tmp_path / "store").kinds == {}


def test_kinds_are_read_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "statistics.json").write_text(
        json.dumps({"properties": [], "classes": [], "kinds": KINDS})
    )
    assert counted(tmp_path / "data.nq").kinds == KINDS
    assert counted(b"").kinds == {}
