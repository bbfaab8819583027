"""What every store promises, proved for each kind of store."""

import asyncio
import csv
import io
import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from asking import DATA, FORMATS, Asker, long_answer
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

from stadsgraaf.errors import (
    InvalidParameter,
    MalformedQuery,
    NotAcceptable,
    NotSupported,
    QueryTimeout,
    QueryTooComplex,
    QueryTooDeep,
    QueryTooLong,
    ResultTooLarge,
    ServiceNotAllowed,
    StadsgraafError,
    UpdateNotAllowed,
)
from stadsgraaf.media import RDF, RESULTS
from stadsgraaf.store import Limits, Question
from stadsgraaf.store.embedded import EmbeddedStore

ALL = "SELECT ?s ?p ?o { ?s ?p ?o }"
GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
LABEL = "SELECT ?x { ?s <http://e/label> ?x }"
NASTY = '\x00 \x01 \x0b \x1f \ufffe \uffff \r \r\n \t " & < ]]> é 😀'
RUNAWAY = "SELECT (COUNT(*) AS ?n) {{ {} }}".format(
    " ".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(250)))} }}" for i in range(3))
)


def literal(text: str) -> bytes:
    """A dataset of one literal."""
    escaped = "".join(f"\\U{ord(character):08X}" for character in text)
    return f'<http://e/s> <http://e/label> "{escaped}" <http://g/1> .\n'.encode()


# The dataset of a query


def test_default_graph_is_the_merge_of_all_graphs(ask: Asker) -> None:
    assert len(ask.rows(ALL)) == 4
    assert ask.rows("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": "4"}]


def test_named_graphs_stay_apart(ask: Asker) -> None:
    assert {row["g"] for row in ask.rows(GRAPHS)} == {"http://g/1", "http://g/2", "http://g/3"}
    assert ask.rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == [{"n": "5"}]


def test_blank_node_is_one_in_default_and_named_graph(ask: Asker) -> None:
    assert ask.yes("ASK { ?s <http://e/sees> ?m . GRAPH ?g { ?s <http://e/sees> ?m } }")


def test_blank_node_keeps_its_label(ask: Asker) -> None:
    assert ask.rows("SELECT ?m { ?s <http://e/sees> ?m }") == [{"m": "mirror"}]


def test_from_replaces_the_default_graph(ask: Asker) -> None:
    assert {row["o"] for row in ask.rows("SELECT ?o FROM <http://g/1> { ?s ?p ?o }")} == {"A"}


def test_from_leaves_no_named_graph(ask: Asker) -> None:
    assert ask.rows("SELECT ?g FROM <http://g/1> { GRAPH ?g { ?s ?p ?o } }") == []


def test_from_named_leaves_the_default_graph_empty(ask: Asker) -> None:
    assert ask.rows("SELECT ?s FROM NAMED <http://g/1> { ?s ?p ?o }") == []


def test_word_from_elsewhere_is_no_dataset(ask: Asker) -> None:
    query = 'PREFIX from: <http://e/> SELECT ?from { ?from from:label "B" } # FROM <http://g/1>'
    assert len(ask.rows(query)) == 1


def test_default_graph_of_protocol_overrides_from(ask: Asker) -> None:
    found = ask.rows("SELECT ?o FROM <http://g/1> { ?s ?p ?o }", default_graphs=("http://g/3",))
    assert len(found) == 2
    assert "B" in {row["o"] for row in found}


def test_named_graph_of_protocol_alone_leaves_the_default_graph_empty(ask: Asker) -> None:
    assert ask.rows(ALL, named_graphs=("http://g/1",)) == []
    assert ask.rows(GRAPHS, named_graphs=("http://g/1",)) == [{"g": "http://g/1"}]


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("SELECT ?o FROM <http://g/1> FROM <http://g/2> { ?s ?p ?o }", {}),
        ("PREFIX g: <http://g/> SELECT ?o FROM g:1 FROM g:2 { ?s ?p ?o }", {}),
        ("BASE <http://g/x> SELECT ?o FROM <1> FROM <2> { ?s ?p ?o }", {}),
        ("SELECT ?o FROM <1> FROM <2> { ?s ?p ?o }", {"base_iri": "http://g/x"}),
        (
            "SELECT ?o (EXISTS { ?s ?p 1 } AS ?x) FROM <http://g/1> FROM <http://g/2> { ?s ?p ?o }",
            {},
        ),
        ("SELECT ?o { ?s ?p ?o }", {"default_graphs": ("http://g/1", "http://g/2")}),
    ],
)
def test_graphs_that_overlap_are_merged(ask: Asker, query: str, parts: dict[str, Any]) -> None:
    assert sorted(row["o"] for row in ask.rows(query, **parts)) == ["A", "Aa"]


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("SELECT ?s ?o FROM <http://e/1> FROM <http://e/1> { ?s ?p ?o }", {}),
        ("SELECT ?s ?o { ?s ?p ?o }", {"default_graphs": ("http://e/1", "http://e/1")}),
        ("SELECT ?s ?o FROM <http://e/1> FROM <http://é.example/> { ?s ?p ?o }", {}),
    ],
)
@pytest.mark.parametrize("value", ["1", "2"])
def test_graph_that_is_named_twice_is_there_once(
    ask: Asker, query: str, parts: dict[str, Any], value: str
) -> None:
    data = '<http://e/s> <http://e/p> "1" <http://e/1> .\n'
    data += f'<http://e/s> <http://e/p> "{value}" <http://e/2> .\n'
    found = ask.rows(query, data=data.encode(), **parts)
    assert found == [{"s": "http://e/s", "o": "1"}]


def test_merge_leaves_the_named_graphs_that_were_asked_for(ask: Asker) -> None:
    query = """SELECT ?g ?o FROM <http://g/1> FROM <http://g/2> FROM NAMED <http://g/3>
    { ?s ?p "Aa"@nl . GRAPH ?g { ?t <http://e/label> ?o } }"""
    assert ask.rows(query) == [{"g": "http://g/3", "o": "B"}]


def test_graph_that_is_not_there_is_empty_and_never_fetched(ask: Asker) -> None:
    assert ask.rows("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }") == []


def test_graph_name_that_is_no_iri_is_refused(ask: Asker) -> None:
    error = ask.failure(ALL, default_graphs=("no iri",))
    assert isinstance(error, InvalidParameter)
    assert error.members["name"] == "default-graph-uri"


def test_default_graph_without_overlap_has_every_triple(ask: Asker) -> None:
    apart = b"<http://e/a> <http://e/p> <http://e/b> <http://g/1> .\n"
    apart += b"<http://e/a> <http://e/p> <http://e/c> <http://g/2> .\n"
    assert len(ask.rows(ALL, data=apart)) == 2


def test_unsorted_data_is_merged_too(ask: Asker) -> None:
    lines = sorted(DATA.splitlines(keepends=True), key=lambda line: line[::-1])
    assert len(ask.rows(ALL, data=b"".join(lines))) == 4


def test_empty_dataset_answers(ask: Asker) -> None:
    assert ask.rows(ALL, data=b"") == []


def test_relative_iri_resolves_against_the_base(ask: Asker) -> None:
    assert ask.yes("ASK { <a> <label> ?x }", base_iri="http://e/sparql")


# Bindings


def test_binding_holds_in_every_part_of_the_query(ask: Asker) -> None:
    query = """
    SELECT ?x ?n {
      { SELECT ?s (COUNT(?l) AS ?n) { ?s <http://e/label> ?l FILTER(LANG(?l) != ?x) } GROUP BY ?s }
      FILTER(BOUND(?x))
    } ORDER BY ?n ?x"""
    assert ask.rows(query, bindings={"x": '"nl"'}) == [{"x": "nl", "n": "1"}] * 2


@pytest.mark.parametrize(
    ("query", "term"),
    [
        ("SELECT ?s { ?s ?p ?x }", '"B"'),
        ("SELECT ?x ?s { ?s ?p ?x }", '"B"'),
        ("SELECT * { { ?s <http://e/none> ?x } UNION { ?s ?p ?x } }", '"B"'),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?x } GROUP BY ?s HAVING(COUNT(?x) = 1)", '"B"'),
        ("SELECT ?x (COUNT(?s) AS ?n) { ?s ?p ?x } GROUP BY ?x ORDER BY ?x", '"B"'),
        ("SELECT ?s { ?s ?p ?o FILTER(?o=?x&&?x=?o) }", '"B"'),
        ("SELECT ?s { ?s ?p ?o FILTER EXISTS { ?s ?p ?x } }", '"B"'),
        ("SELECT ?p { ?x ?p ?o FILTER(!BOUND(?y)) } LIMIT 1", "<http://e/b>"),
        ("SELECT ?o { GRAPH ?x { ?s ?p ?o } }", "<http://g/1>"),
        (
            "SELECT ?s { ?s ?p ?o FILTER(STRLEN(STR(?o))<?x) } LIMIT 1",
            '"2"^^<http://www.w3.org/2001/XMLSchema#integer>',
        ),
    ],
)
def test_binding_restricts_to_its_term(ask: Asker, query: str, term: str) -> None:
    assert len(ask.rows(query, bindings={"x": term})) == 1
    assert len(ask.rows(query, bindings={"x": "<http://e/not-there>"})) <= 1


def test_binding_works_in_ask_construct_and_describe(ask: Asker) -> None:
    bindings = {"x": "<http://e/b>"}
    assert ask.yes("ASK { ?x ?p ?o }", bindings=bindings)
    for query in (
        "CONSTRUCT { ?x ?p ?o } WHERE { ?x ?p ?o }",
        "CONSTRUCT WHERE { ?x ?p ?o }",
        "DESCRIBE ?x",
        "DESCRIBE ?x WHERE { ?x ?p ?o }",
    ):
        assert len(ask.text(query, "N-Triples", bindings=bindings).splitlines()) == 2, query


def test_binding_leaves_strings_comments_and_iris_alone(ask: Asker) -> None:
    query = "SELECT (\"?x\" AS ?a) ('''?x''' AS ?b) (STR(<http://e/?x>) AS ?c) { } # ?x ' {"
    found = ask.rows(query, bindings={"x": '"boom"'})
    assert found == [{"a": "?x", "b": "?x", "c": "http://e/?x"}]


@pytest.mark.parametrize(
    "term",
    ["", "_:b", "?y", "<relative>", "<http://e/a> } DROP", '"a" . <x:s> <x:p> "b"', '"a', "a"],
)
def test_binding_that_is_no_term_is_refused(ask: Asker, term: str) -> None:
    error = ask.failure("ASK { ?x ?p ?o }", bindings={"x": term})
    assert isinstance(error, InvalidParameter)
    assert error.members["name"] == "x"


def test_binding_is_data_never_query(ask: Asker) -> None:
    term = '"\\" } UNION { ?s ?p ?x } #"'
    assert ask.rows("SELECT ?s { ?s ?p ?x }", bindings={"x": term}) == []


# Formats


@pytest.mark.parametrize("name", ["JSON", "XML", "TSV"])
def test_every_results_format_reads_back_the_same(ask: Asker, name: str) -> None:
    body = ask.text(LABEL, name)
    parsed = parse_query_results(body, _oxigraph_results(name))
    assert isinstance(parsed, QuerySolutions)
    assert {str(solution["x"]) for solution in parsed} == {'"A"@en', '"Aa"@nl', '"B"'}


def _oxigraph_results(name: str) -> Any:
    return getattr(QueryResultsFormat, name)


def test_csv_has_header_and_values(ask: Asker) -> None:
    table = list(csv.reader(io.StringIO(ask.text(LABEL, "CSV"), newline="")))
    assert table[0] == ["x"]
    assert sorted(row[0] for row in table[1:]) == ["A", "Aa", "B"]


@pytest.mark.parametrize(("name", "body"), [("CSV", "true"), ("TSV", "true")])
def test_ask_has_an_answer_in_csv_and_tsv(ask: Asker, name: str, body: str) -> None:
    assert ask.text("ASK {}", name).strip() == body


@pytest.mark.parametrize("name", [each.name for each in RDF])
@pytest.mark.parametrize("query", [CONSTRUCT, "DESCRIBE <http://e/a> <http://e/b>"])
def test_every_rdf_format_reads_back_the_same(ask: Asker, name: str, query: str) -> None:
    rdf = RdfFormat.from_media_type(FORMATS[name].media_type)
    quads = list(parse(ask.text(query, name), rdf, rename_blank_nodes=False))
    objects = {str(quad.object).partition("_:")[0] or "blank" for quad in quads}
    assert objects == {'"A"@en', '"Aa"@nl', '"B"', "blank"}


def test_form_and_format_are_told(ask: Asker) -> None:
    assert ask("ASK {}")[:2] == ("ask", FORMATS["JSON"])
    assert ask(ALL)[:2] == ("select", FORMATS["JSON"])
    assert ask("DESCRIBE <http://e/a>")[:2] == ("graph", FORMATS["Turtle"])


@pytest.mark.parametrize("name", ["Turtle", "TriG", "RDF/XML"])
def test_prefixes_of_the_dataset_shorten_the_answer(ask: Asker, name: str) -> None:
    assert "e:label" in ask.text(CONSTRUCT, name)


@pytest.mark.parametrize("name", [each.name for each in RESULTS])
def test_characters_that_xml_forbids_never_break_a_results_format(ask: Asker, name: str) -> None:
    body = ask.text(LABEL, name, data=literal(NASTY))
    shown = _value_of(body, name)
    assert shown == (_as_xml(NASTY) if name == "XML" else NASTY)


def _as_xml(text: str) -> str:
    return "".join(
        "�" if character in "\x00\x01\x0b\x1f\ufffe\uffff" else character for character in text
    )


def _value_of(body: str, name: str) -> str:
    if name == "JSON":
        return str(json.loads(body)["results"]["bindings"][0]["x"]["value"])
    if name == "XML":
        return "".join(ET.fromstring(body.encode()).itertext())
    if name == "GeoJSON":
        return str(json.loads(body)["features"][0]["properties"]["x"])
    if name == "CSV":
        return next(iter(list(csv.reader(io.StringIO(body, newline="")))[1]))
    parsed = parse_query_results(body, _oxigraph_results("TSV"))
    assert isinstance(parsed, QuerySolutions)
    return str(next(parsed)["x"].value)


def test_characters_that_xml_forbids_never_break_rdf_xml(ask: Asker) -> None:
    body = ask.text(CONSTRUCT, "RDF/XML", data=literal(NASTY))
    assert "".join(ET.fromstring(body.encode()).itertext()).strip("\n\t") == _as_xml(NASTY)


def test_cut_characters_are_cleaned_whole(ask: Asker) -> None:
    text = "\ufffe\uffff\r" * 9000
    body = ask.text(LABEL, "XML", data=literal(text))
    assert "".join(ET.fromstring(body.encode()).itertext()) == "��\r" * 9000


@pytest.mark.parametrize(
    "predicate",
    [
        "http://e/1",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#li",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#Description",
    ],
)
def test_predicate_that_rdf_xml_cannot_name_is_not_acceptable(ask: Asker, predicate: str) -> None:
    data = f"<http://e/s> <{predicate}> <http://e/o> <http://g/1> .\n".encode()
    error = ask.failure(CONSTRUCT, data=data, rdf=FORMATS["RDF/XML"])
    assert isinstance(error, NotAcceptable)
    assert "application/rdf+xml" not in error.members["available"]  # type: ignore[operator]


def test_triple_term_that_json_ld_cannot_say_is_not_acceptable(ask: Asker) -> None:
    query = "CONSTRUCT { <http://e/r> <http://e/p> <<( <http://e/s> <http://e/q> 1 )>> } {}"
    error = ask.failure(query, rdf=FORMATS["JSON-LD"])
    assert isinstance(error, NotAcceptable)
    assert "application/ld+json" not in error.members["available"]  # type: ignore[operator]
    assert "<<(" in ask.text(query, "N-Triples")


def test_form_without_acceptable_format_is_not_acceptable(ask: Asker) -> None:
    error = ask.failure(CONSTRUCT, rdf=None)
    assert isinstance(error, NotAcceptable)
    assert error.members["available"] == [each.media_type for each in RDF]
    assert isinstance(ask.failure("ASK {}", results=None), NotAcceptable)


# What is refused


@pytest.mark.parametrize(
    ("query", "line", "column", "said"),
    [
        ("SELEC * { ?s ?p ?o }", 1, 1, "did you mean SELECT"),
        ("SELECT *\n{ ?s ex:p ?o }", 2, 6, "“ex:” is not declared"),
        ("ASK { ?s foaf:name ?o }", 1, 10, "PREFIX foaf: <http://xmlns.com/foaf/0.1/>"),
        ("SELECT * { ?s ?p ?o ", 1, 10, "never closed"),
        ('SELECT * { ?s ?p "a }', 1, 18, "never closed"),
        ("SELECT * { ?s ?p ) }", 1, 18, "instead of “)”"),
        (
            "SELECT * { ?s ?p }",
            1,
            18,
            "unexpected “}”; possible here: a variable, an IRI or a name",
        ),
        ("ASK { } ; ASK { }", 1, 9, "unexpected “;”"),
        ("SELECT * { ?s ?p ?o FILTER(?x >) }", 1, 32, "unexpected “)”"),
        ("", 1, 1, "empty"),
        ("ASK {}\x00", 1, 7, "U+0000"),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", 1, 8, "?s is neither grouped nor counted"),
        ("SELECT ?n { { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } } }", 1, 22, "SAMPLE(?s)"),
        ("SELECT ?p (MAX(?o) AS ?m) { ?s ?p ?o } GROUP BY ?s", 1, 8, "put it in GROUP BY"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 34, "name the columns"),
        ("SELECT ?s ?s { ?s ?p ?o }", 1, 11, "twice"),
        ("SELECT (1 AS ?s) { ?s ?p ?o }", 1, 14, "choose another name after AS"),
        ("SELECT * { ?s ?p ?o BIND(2 AS ?o) }", 1, 31, "choose another name after AS"),
        ("SELECT COUNT(*) { ?s ?p ?o }", 1, 8, "(COUNT(*) AS ?n)"),
        ("SELECT ?s (STR(?o)) { ?s ?p ?o }", 1, 11, "needs brackets and a name"),
        ("ASK { ?s ?p ?o FILTER(COUNT(?o) > 1) }", 1, 23, "use HAVING"),
        ("ASK { _:a ?p ?o { _:a ?q ?r } }", 1, 19, "use a variable"),
        ("ASK { ?s ?p 'a\\qb' }", 1, 15, "stands for no character"),
        ("ASK { ?s ?p '\\uD83D' }", 1, 14, "stands for no character"),
        ("ASK { ?s <http://e/a b> ?o }", 1, 21, "an IRI cannot have"),
        ("PREFIX ex <http://e/> ASK {}", 1, 8, "ends with a colon"),
    ],
)
def test_malformed_query_is_refused_where_it_is_wrong(
    ask: Asker, query: str, line: int, column: int, said: str
) -> None:
    error = ask.failure(query)
    assert isinstance(error, MalformedQuery)
    assert (error.members["line"], error.members["column"]) == (line, column)
    assert said in error.detail("en")
    assert "{" not in error.detail("nl").replace("“{”", "")
    assert error.detail("nl") != error.detail("en")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { ?s ?p true.SERVICE <http://127.0.0.1:9/> { } } }",
        "SELECT * { ?s ?p 1. SERVICE ?x { ?a ?b ?c } }",
    ],
)
def test_service_is_refused(ask: Asker, query: str) -> None:
    assert isinstance(ask.failure(query), ServiceNotAllowed)


@pytest.mark.parametrize(
    "query",
    [
        "DROP ALL",
        "PREFIX e: <x:> INSERT DATA { e:a e:b e:c }",
        "ASK {} ; DROP ALL",
        "with <x:g> delete {} where {}",
    ],
)
def test_update_is_refused_and_changes_nothing(ask: Asker, query: str) -> None:
    assert isinstance(ask.failure(query), UpdateNotAllowed)
    assert len(ask.rows(ALL)) == 4


def test_deep_query_is_refused(ask: Asker) -> None:
    error = ask.failure("ASK " + "{" * 65 + "}" * 65)
    assert isinstance(error, QueryTooDeep)
    assert error.members["limit"] == 64
    assert ask.yes("ASK " + "{" * 64 + "}" * 64)


def test_chain_of_operators_is_refused(ask: Asker) -> None:
    assert isinstance(ask.failure(f"ASK {{ FILTER(1{'+1' * 1001}) }}"), QueryTooComplex)


def test_long_query_is_refused_by_its_bytes(ask: Asker) -> None:
    error = ask.failure("ASK {} #" + "é" * 32_765)
    assert isinstance(error, QueryTooLong)
    assert ask.yes("ASK {} #" + "é" * 32_764)


def test_unknown_function_is_not_supported(ask: Asker) -> None:
    error = ask.failure("SELECT (<http://e/f>(1) AS ?x) {}")
    assert isinstance(error, NotSupported)
    assert error.members["function"] == "http://e/f"


# Limits

TABLE = "SELECT * {{ {} }}".format(
    " ".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(50)))} }}" for i in range(2))
)
TRICKY = b"".join(
    f'<http://e/s{i}> <http://e/label> "a\\n\\"\\r\\n}},{{\\",<result>,{i}" <http://g/1> .\n'.encode()
    for i in range(1000)
)


@pytest.mark.parametrize("name", [each.name for each in RESULTS])
def test_solutions_are_counted_exactly(ask: Asker, name: str) -> None:
    for data, query, count in ((DATA, TABLE, 2500), (TRICKY, ALL, 1000)):
        parts: dict[str, Any] = {"data": data, "results": FORMATS[name]}
        ask(query, limits=Limits(rows=count), **parts)
        error = ask.failure(query, limits=Limits(rows=count - 1), **parts)
        assert isinstance(error, ResultTooLarge)
        assert error.members["limit"] == count - 1
        assert "solutions" in error.detail("en")


@pytest.mark.parametrize("name", [each.name for each in RDF])
def test_triples_are_counted_exactly(ask: Asker, name: str) -> None:
    parts: dict[str, Any] = {"data": TRICKY, "rdf": FORMATS[name]}
    ask(CONSTRUCT, limits=Limits(rows=1000), **parts)
    error = ask.failure(CONSTRUCT, limits=Limits(rows=999), **parts)
    assert isinstance(error, ResultTooLarge)


def test_bytes_are_limited(ask: Asker) -> None:
    size = len(ask(TABLE)[2])
    ask(TABLE, limits=Limits(bytes=size))
    error = ask.failure(TABLE, limits=Limits(bytes=size - 1))
    assert isinstance(error, ResultTooLarge)
    assert error.members == {"limit": size - 1, "unit": error.members["unit"]}


def test_deadline_ends_a_query_that_only_computes(ask: Asker) -> None:
    error = ask.failure(RUNAWAY, limits=Limits(seconds=0.3))
    ask.renew()
    assert isinstance(error, QueryTimeout)
    assert error.members["limit"] == 0.3


def test_deadline_ends_an_answer_that_nobody_reads(ask: Asker) -> None:
    async def read_late() -> None:
        query = long_answer(60_000_000)
        limits = Limits(seconds=0.5)
        answer = await ask.store().answer(Question(query, results=RESULTS[0]), limits)
        await asyncio.sleep(1)
        await answer.read()

    with pytest.raises(QueryTimeout):
        ask.loop.run(read_late())
    ask.renew()


def test_closed_answer_ends_without_a_word(ask: Asker) -> None:
    async def close() -> list[bytes]:
        answer = await ask.store().answer(Question(TABLE, results=RESULTS[0]), Limits())
        await answer.aclose()
        await answer.aclose()
        return [chunk async for chunk in answer.chunks]

    assert ask.loop.run(close()) == []
    assert ask.yes("ASK {}")


def test_many_questions_at_once_get_their_own_answers(ask: Asker) -> None:
    async def one(number: int) -> int:
        question = Question(f"SELECT ({number} AS ?n) {{}}", results=RESULTS[0])
        answer = await ask.store().answer(question, Limits())
        return int(json.loads(await answer.read())["results"]["bindings"][0]["n"]["value"])

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(one(number) for number in range(40)))

    assert ask.loop.run(all_of_them()) == list(range(40))


def test_errors_are_ours(ask: Asker) -> None:
    for query in ("SELECT", "DROP ALL", "SELECT (<x:f>() AS ?x) {}"):
        assert type(ask.failure(query)).__module__ == StadsgraafError.__module__


# Reading without evaluating


@pytest.mark.parametrize(
    ("query", "form", "variables"),
    [
        ("SELECT ?b ?a { ?a <http://e/label> ?b }", "select", ["b", "a"]),
        ("ASK {}", "ask", []),
        ("DESCRIBE <http://e/a>", "graph", []),
        (RUNAWAY.replace("250", "99"), "select", ["n"]),
    ],
)
def test_query_can_be_checked_without_being_evaluated(
    ask: Asker, query: str, form: str, variables: list[str]
) -> None:
    said = json.loads(ask(query, task="check")[2])
    assert said == {"valid": True, "form": form, "variables": variables}


def test_checking_finds_what_evaluating_would_refuse(ask: Asker) -> None:
    error = ask.failure("SELECT * { ?s ?p }", task="check")
    assert isinstance(error, MalformedQuery)
    assert error.members["column"] == 18
    assert isinstance(ask.failure("DROP ALL", task="check"), UpdateNotAllowed)


# GeoJSON

GEO = b"""\
<http://e/a> <http://e/at> "POINT(5.25 52.5)"^^<http://www.opengis.net/ont/geosparql#wktLiteral> <http://g/1> .
<http://e/a> <http://e/size> "7"^^<http://www.w3.org/2001/XMLSchema#integer> <http://g/1> .
"""


def test_geometry_makes_a_feature_of_a_solution(ask: Asker) -> None:
    query = "SELECT ?s ?at ?size ?none { ?s <http://e/at> ?at ; <http://e/size> ?size }"
    (feature,) = json.loads(ask.text(query, "GeoJSON", data=GEO))["features"]
    assert feature == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [5.25, 52.5]},
        "properties": {"s": "http://e/a", "size": 7},
    }


WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"


def test_geometry_keeps_its_datatype(ask: Asker) -> None:
    triples = ask.text("CONSTRUCT WHERE { ?s <http://e/at> ?at }", "N-Triples", data=GEO)
    assert triples.split(" ", 2)[2].strip() == f'"POINT(5.25 52.5)"^^<{WKT}> .'
    text = ask.text("SELECT ?at { ?s <http://e/at> ?at }", "JSON", data=GEO)
    (row,) = json.loads(text)["results"]["bindings"]
    assert row["at"] == {"type": "literal", "value": "POINT(5.25 52.5)", "datatype": WKT}


def test_geometry_can_be_asked_for(ask: Asker) -> None:
    assert ask.yes(f'ASK {{ ?s <http://e/at> "POINT(5.25 52.5)"^^<{WKT}> }}', data=GEO)


def test_geometry_may_name_its_reference_system(ask: Asker) -> None:
    named = GEO.replace(b'"POINT', b'"<http://www.opengis.net/def/crs/EPSG/0/4326> POINT')
    (feature,) = json.loads(ask.text("SELECT * { ?s <http://e/at> ?at }", "GeoJSON", data=named))[
        "features"
    ]
    assert feature["geometry"]["coordinates"] == [52.5, 5.25]


def test_solution_without_geometry_is_a_feature_too(ask: Asker) -> None:
    collection = json.loads(ask.text(LABEL, "GeoJSON"))
    assert collection["type"] == "FeatureCollection"
    assert [feature["geometry"] for feature in collection["features"]] == [None] * 3


def test_ask_has_no_geojson(ask: Asker) -> None:
    error = ask.failure("ASK {}", results=FORMATS["GeoJSON"])
    assert isinstance(error, NotAcceptable)
    assert "application/geo+json" not in error.members["available"]  # type: ignore[operator]


def test_turtle_declares_only_the_prefixes_that_it_uses() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    prefixes = {"e": "http://e/", "other": "http://other/", "xsd": xsd}
    data = f'<http://e/s> <http://e/p> "2017-09-13"^^<{xsd}date> <http://e/g> .\n'.encode()

    async def ask() -> str:
        store = EmbeddedStore(data, prefixes=prefixes)
        answer = await store.answer(Question("CONSTRUCT WHERE { ?s ?p ?o }", rdf=RDF[0]), Limits())
        return b"".join([chunk async for chunk in answer.chunks]).decode()

    text = asyncio.run(ask())
    assert "@prefix e:" in text
    assert "@prefix xsd:" in text
    assert "other" not in text
