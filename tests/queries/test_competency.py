"""Each query in queries/ gives the answer that was written down for it beforehand.

An expected answer is a file in SPARQL 1.1 Query Results JSON, https://www.w3.org/TR/sparql11-results-json/,
and is compared as a multiset of solutions. It may leave out columns: how a claim is worded is not
the answer.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from asked import read_queries
from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QuerySolutions, Store

from stadsgraaf.queries import Query

ROOT = Path(__file__).resolve().parents[2]
NAMES = [query.name for query in read_queries(ROOT / "queries")]
#: These ask another endpoint; they are tested against stand-ins.
FEDERATED = {"list-mayors", "rank-by-population"}

Ask = Callable[..., Any]
Solution = frozenset[tuple[str, str]]


def written(name: str) -> Any:
    path = ROOT / "tests" / "queries" / f"{name}.srj"
    return json.loads(path.read_text(encoding="utf-8"))


def term(value: Mapping[str, str]) -> str:
    """An RDF term of the results format as N-Triples would write it."""
    match value["type"]:
        case "uri":
            return str(NamedNode(value["value"]))
        case "literal" if "xml:lang" in value:
            return str(Literal(value["value"], language=value["xml:lang"]))
        case "literal" if "datatype" in value:
            return str(Literal(value["value"], datatype=NamedNode(value["datatype"])))
        case "literal":
            return str(Literal(value["value"]))
    raise ValueError(value)


def expected_solutions(document: Any) -> Counter[Solution]:
    return Counter(
        frozenset((name, term(value)) for name, value in solution.items())
        for solution in document["results"]["bindings"]
    )


def found_solutions(answer: QuerySolutions, columns: list[str]) -> Counter[Solution]:
    rows = [{column: solution[column] for column in columns} for solution in answer]
    assert not any(isinstance(value, BlankNode) for row in rows for value in row.values())
    return Counter(
        frozenset((name, str(value)) for name, value in row.items() if value is not None)
        for row in rows
    )


@pytest.mark.parametrize("name", sorted(set(NAMES) - FEDERATED))
def test_a_query_gives_the_answer_written_for_it(name: str, ask: Ask) -> None:
    document = written(name)
    answer = ask(name)
    if "boolean" in document:
        assert isinstance(answer, QueryBoolean)
        assert bool(answer) is document["boolean"]
        return
    assert isinstance(answer, QuerySolutions)
    assert found_solutions(answer, document["head"]["vars"]) == expected_solutions(document)


def test_every_answer_written_belongs_to_a_query() -> None:
    written_for = {path.stem for path in (ROOT / "tests" / "queries").glob("*.srj")}
    assert written_for <= set(NAMES)


def test_every_competency_question_that_the_graph_can_decide_has_a_query(
    queries: Mapping[str, Query], shared: Path
) -> None:
    text = (shared / "facts" / "competency.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"^## (CQ\d+)", text, re.MULTILINE))
    assert asked <= {query.competency for query in queries.values()}


@pytest.mark.parametrize("name", NAMES)
def test_a_query_is_described_in_both_languages(name: str, queries: Mapping[str, Query]) -> None:
    query = queries[name]
    texts = [query.summary, query.description, *(entry.label for entry in query.parameters)]
    assert all(text.en and text.nl for text in texts)
    assert query.summary.en != query.summary.nl
    assert query.description.en != query.description.nl


@pytest.mark.parametrize("name", NAMES)
def test_every_column_has_a_name_on_the_page(name: str, queries: Mapping[str, Query]) -> None:
    query = queries[name]
    answer = Store().query(query.sparql)
    variables = {v.value for v in answer.variables} if isinstance(answer, QuerySolutions) else set()
    assert set(query.columns) == variables - {each.name for each in query.parameters}


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_is_a_variable_of_the_query_with_a_default(
    name: str, queries: Mapping[str, Query]
) -> None:
    query = queries[name]
    for parameter in query.parameters:
        assert f"?{parameter.name}" in query.sparql
        assert parameter.default


@pytest.mark.parametrize(
    ("network", "date", "members"),
    [
        ("g32", "2017-09-13", 38),
        ("g40", "2018-03-01", 40),
        ("g40", "2022-08-01", 41),
        ("g5", "2017-09-13", 5),
        ("g32", "2018-01-01", 40),
        ("g32", "2017-12-31", 38),
    ],
)
def test_a_network_has_the_members_of_its_day(
    ask: Ask, network: str, date: str, members: int
) -> None:
    iri = f"https://w3id.org/stadsgraaf/id/network/{network}"
    (row,) = ask("count-network-members", network=iri, date=date)
    assert int(row["members"].value) == members


def test_no_network_has_members_on_a_day_when_it_has_another_name(ask: Ask) -> None:
    iri = "https://w3id.org/stadsgraaf/id/network/"
    for name, date in (("g32", "2018-02-15"), ("g40", "2018-02-14")):
        [row] = ask("count-network-members", network=iri + name, date=date)
        assert row["members"].value == "0"


def test_hilversum_counts_as_outside_the_networks_until_it_joined(ask: Ask) -> None:
    hilversum = "https://w3id.org/stadsgraaf/id/municipality/gm0402"
    for date, outside in (("2017-12-31", True), ("2018-01-01", False), ("2018-02-15", False)):
        rows = ask("list-municipalities-outside-networks", date=date)
        assert (hilversum in {row["municipality"].value for row in rows}) is outside


@pytest.mark.parametrize(
    ("date", "roles"),
    [
        ("2017-02-01", {"minister", "prime-minister"}),
        ("2017-09-13", {"minister", "caretaker-prime-minister", "member-of-parliament"}),
        ("2017-10-26", {"minister", "prime-minister"}),
    ],
)
def test_somebody_has_the_roles_of_the_day(ask: Ask, date: str, roles: set[str]) -> None:
    rows = ask("list-roles", date=date)
    assert {row["role"].value.rpartition("/")[2] for row in rows} == roles


@pytest.mark.parametrize(
    ("date", "name"),
    [
        ("2012-12-31", "ministerie van Economische Zaken, Landbouw en Innovatie"),
        ("2013-01-01", "ministerie van Economische Zaken"),
        ("2017-12-31", "ministerie van Economische Zaken"),
        ("2018-01-01", "ministerie van Economische Zaken en Klimaat"),
    ],
)
def test_a_ministry_has_the_name_of_the_day(ask: Ask, date: str, name: str) -> None:
    (row,) = ask("find-ministry", date=date)
    assert row["name"].value == name


@pytest.mark.parametrize("name", [name for name in NAMES if name not in FEDERATED])
def test_the_file_as_it_stands_asks_with_its_defaults(
    name: str, ask: Ask, queries: Mapping[str, Query], store: Store
) -> None:
    """Anybody's SPARQL client can send the text: each parameter has its default in a VALUES."""
    unchanged = store.query(queries[name].sparql, use_default_graph_as_union=True)
    bound = ask(name)
    if isinstance(bound, QueryBoolean):
        assert bool(unchanged) == bool(bound)
        return
    columns = [variable.value for variable in bound.variables]
    assert found_solutions(unchanged, columns) == found_solutions(bound, columns)
    for parameter in queries[name].parameters:
        assert re.search(rf"VALUES \?{parameter.name} {{", queries[name].sparql)
