"""Canned queries: header, form, parameters, and the queries as data."""

from pathlib import Path

import pytest
from asked import read_queries
from pyoxigraph import NamedNode

from stadsgraaf.errors import InvalidParameter, SyntaxFault
from stadsgraaf.queries import describe, form_of, read_query

TEXT = """\
#+ summary: Members on a day
#+ summary-nl: Leden op een dag
#+ competency: CQ1
#+ parameters:
#+   - name: network
#+     type: iri
#+     default: ex:net
#+     class: ex:Network
#+   - name: date
#+     type: xsd:date
#+     default: "2017-09-13"
#+     label: Date
#+     label-nl: Datum
PREFIX ex: <http://example.org/>
# a comment that asks
SELECT ?network ?date WHERE { ?network ex:on ?date }
"""


@pytest.fixture
def members(tmp_path: Path) -> Path:
    path = tmp_path / "list-members.rq"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_header_is_read_and_left_out_of_the_query(members: Path) -> None:
    query = read_query(members)
    assert (query.name, query.form, query.competency) == ("list-members", "select", "CQ1")
    assert query.summary == ("Members on a day", "Leden op een dag")
    assert "#+" not in query.sparql


def test_parameters_are_terms(members: Path) -> None:
    network, date = read_query(members).parameters
    assert network.default == "<http://example.org/net>"
    assert network.target_class == "http://example.org/Network"
    assert date.default == '"2017-09-13"^^<http://www.w3.org/2001/XMLSchema#date>'
    assert date.label == ("Date", "Datum")


def test_what_is_given_wins_over_the_default(members: Path) -> None:
    bound = read_query(members).bindings({"date": "2018-03-01"})
    assert bound["date"].startswith('"2018-03-01"')
    assert bound["network"] == "<http://example.org/net>"


@pytest.mark.parametrize(
    "given",
    [
        {"colour": "red"},
        {"network": "http://e/a> } #"},
        {"date": "2018-02-30"},
        {"date": '" } DROP ALL #'},
    ],
)
def test_unknown_and_impossible_values_are_refused(members: Path, given: dict[str, str]) -> None:
    with pytest.raises(InvalidParameter):
        read_query(members).bindings(given)


@pytest.mark.parametrize(
    "header", ["#+ summary: [", "#+ - a list", "#+ parameters:\n#+   - type: xsd:date"]
)
def test_a_header_that_cannot_be_read_names_its_file(tmp_path: Path, header: str) -> None:
    path = tmp_path / "broken.rq"
    path.write_text(header + "\nASK {}\n", encoding="utf-8")
    with pytest.raises(SyntaxFault, match=r"broken\.rq:\d+:1"):
        read_query(path)


@pytest.mark.parametrize(
    ("sparql", "form"),
    [
        ("SELECT * {}", "select"),
        ("ask {}", "ask"),
        ("# select\nASK {}", "ask"),
        ("BASE <http://e/select> PREFIX ask: <http://e/> CONSTRUCT {} WHERE {}", "graph"),
        ("DESCRIBE <http://e/ask>", "graph"),
    ],
)
def test_form_is_that_of_the_first_keyword(sparql: str, form: str) -> None:
    assert form_of(sparql) == form


def test_queries_become_data(members: Path) -> None:
    graph = NamedNode("http://example.org/graph/queries")
    quads = describe(read_queries(members.parent), "http://example.org/", graph)
    values = {quad.predicate.value.rsplit("#")[-1]: quad.object.value for quad in quads}
    assert values["select"] == read_query(members).sparql
    assert {quad.subject.value for quad in quads} == {"http://example.org/id/query/list-members"}


@pytest.mark.parametrize("columns", ["[a]", "{a: {en: A}}", "3"])
def test_columns_that_cannot_be_read_are_refused(tmp_path: Path, columns: str) -> None:
    path = tmp_path / "q.rq"
    path.write_text(f"#+ summary: S\n#+ columns: {columns}\nSELECT ?a {{}}\n", encoding="utf-8")
    with pytest.raises(SyntaxFault, match="columns"):
        read_query(path)
