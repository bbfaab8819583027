"""Help for people: why a query is empty, what its parts match, labels beside IRIs."""

import json
from typing import Any

import pytest
from asking import Asker

from stadsgraaf.errors import (
    MalformedQuery,
    NotSupported,
    QueryTooDeep,
    ResultTooLarge,
    ServiceNotAllowed,
)
from stadsgraaf.store import Limits

RDF_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = b"<http://www.w3.org/2000/01/rdf-schema#label>"
INTEGER = b"<http://www.w3.org/2001/XMLSchema#integer>"
DATA = b"".join(
    (
        b"<http://e/a> " + RDF_TYPE + b" <http://e/Harbour> <http://g/1> .\n",
        b"<http://e/a> " + LABEL + b' "Westhaven"@nl <http://g/1> .\n',
        b"<http://e/a> " + LABEL + b' "West harbour"@en-GB <http://g/1> .\n',
        b'<http://e/a> <http://e/depth> "3"^^' + INTEGER + b" <http://g/1> .\n",
        b"<http://e/b> " + LABEL + b' "Tab\\t and \\"quote\\"\\n" <http://g/2> .\n',
        b"<http://e/a> <http://e/near> <http://e/b> <http://g/1> .\n",
    )
)
PREFIXES = "PREFIX e: <http://e/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


def why(ask: Asker, query: str, **parts: Any) -> Any:
    return json.loads(ask(PREFIXES + query, data=DATA, task="why", **parts)[2])


def kinds(said: Any) -> list[str]:
    return [hint["kind"] for hint in said["hints"]]


def texts(said: Any) -> list[str]:
    return [pattern["text"] for pattern in said["patterns"]]


# Why it is empty


@pytest.mark.parametrize(
    ("query", "patterns", "kind"),
    [
        ("{ ?s rdfs:lable ?l }", ["?s rdfs:lable ?l"], "unknown-property"),
        ("{ ?s a e:harbor ; e:depth ?d }", ["?s a e:harbor"], "unknown-class"),
        ("{ ?s rdfs:label 'Westhaven' }", ["?s rdfs:label 'Westhaven'"], "other-literal"),
        ("{ ?s rdfs:label 'WESTHAVEN'@nl }", ["?s rdfs:label 'WESTHAVEN'@nl"], "other-literal"),
        ("{ ?s e:depth '3' }", ["?s e:depth '3'"], "other-literal"),
        ("{ e:b e:near ?x }", ["e:b e:near ?x"], "turned-round"),
        ("{ e:A e:near ?x }", ["e:A e:near ?x"], "unknown-thing"),
        ("{ ?s e:depth ?d . ?t e:near ?s }", ["?s e:depth ?d", "?t e:near ?s"], "turned-round"),
        ("{ ?s a ?c . ?t rdfs:label ?c }", None, "join"),
        ("{ ?s e:depth 'deep' }", ["?s e:depth 'deep'"], "other-values"),
        ("{ ?s e:near 'Westhaven'@nl }", None, "other-property"),
        ("{ ?s a 'Harbour' }", None, "other-values"),
        ("{ ?s rdfs:label/e:near ?o }", None, "other-path"),
        ("{ ?s e:near/e:depth ?o }", None, "other-path"),
        ("{ ?s e:near ?o OPTIONAL { ?o e:depth ?d } FILTER(BOUND(?d)) }", None, "no-value"),
        ("{ ?s e:depth ?d MINUS { ?s a e:Harbour } }", None, "excluded"),
        ("{ ?s e:depth ?d FILTER NOT EXISTS { ?s a e:Harbour } }", None, "excluded"),
        ("{ ?s rdfs:label ?label FILTER(?labl = 'x') }", None, "unbound-variable"),
        ("{ ?s e:depth ?d BIND(?x + 1 AS ?y) FILTER(?y > 0) }", None, "unbound-variable"),
        ("FROM NAMED <http://g/1> { ?s e:depth ?d }", ["?s e:depth ?d"], "empty-default-graph"),
        ("FROM <http://g/2> { ?s a e:Harbour }", ["?s a e:Harbour"], "other-graph"),
        ("{ ?s e:depth ?d FILTER(?d > 9) }", ["?s e:depth ?d", "FILTER(?d > 9)"], "values"),
        ("{ FILTER(?d > 9) ?s e:depth ?d }", ["?s e:depth ?d", "FILTER(?d > 9)"], "values"),
        ("{ GRAPH <http://g/2> { ?s e:near ?o } }", None, "other-graph"),
        ("{ { ?s rdfs:label ?l . ?s e:nothing ?n } }", ["?s e:nothing ?n"], "unknown-property"),
        ("{ GRAPH ?g { ?s a e:Harbour ; rdfs:lable ?l } }", None, "unknown-property"),
        ("{ { ?s rdfs:lable ?l } UNION { ?s e:dept ?l } }", None, "unknown-property"),
        ("{ { SELECT ?s { ?s rdfs:lable ?l } } }", ["?s rdfs:lable ?l"], "unknown-property"),
        (
            "{ { SELECT ?s { ?s e:near ?l } LIMIT 0 } }",
            ["{ SELECT ?s { ?s e:near ?l } LIMIT 0 }"],
            "",
        ),
        ("{ ?s e:near/rdfs:lable ?l }", ["?s e:near/rdfs:lable ?l"], "unknown-property"),
        ("{ ?s (e:near|^e:naer)+ e:c }", ["?s (e:near|^e:naer)+ e:c"], "unknown-property"),
        ("{ e:b e:near/rdfs:label ?l }", ["e:b e:near/rdfs:label ?l"], "other-path"),
        ("FROM <http://nowhere/> { ?s ?p ?o }", ["?s ?p ?o"], "empty-dataset"),
        ("{ ?s rdfs:label ?l FILTER(?l = 'Westhaven') }", None, "other-literal"),
        ("{ ?s rdfs:label ?l FILTER(?l IN ('x', 'westhaven'@nl)) }", None, "other-literal"),
        ("{ ?s e:depth ?d FILTER(?d = '3') }", None, "other-literal"),
        ("{ VALUES ?l { 'Westhaven' } ?s rdfs:label ?l }", None, "other-literal"),
        ("{ BIND('Westhaven'@en AS ?l) ?s rdfs:label ?l }", None, "other-literal"),
        ("{ VALUES ?s { e:A } ?s e:near ?o }", None, "unknown-thing"),
        ("{ ?s e:near ?o FILTER(?o = e:bb) }", None, "unknown-thing"),
        ("{ ?s e:near ?o FILTER EXISTS { ?o rdfs:lable ?l } }", None, "unknown-property"),
        ("{ VALUES ?s { e:b } ?s e:depth ?d }", None, "join"),
        ("{ ?s e:near ?o } LIMIT 0", [], "modifiers"),
        ("{ ?s e:near ?o } OFFSET 10", [], "modifiers"),
        ("{ ?s e:near ?o } GROUP BY ?s HAVING(COUNT(*) > 1)", [], "modifiers"),
    ],
)
def test_empty_answer_has_its_smallest_reason(
    ask: Asker, query: str, patterns: list[str] | None, kind: str
) -> None:
    head = "SELECT ?s" if "GROUP" in query else "SELECT *"
    said = why(ask, f"{head} {query}")
    assert said["empty"] is True
    assert patterns is None or texts(said) == patterns
    assert kind in (kinds(said) or [""])
    assert all(hint["message"]["en"] != hint["message"]["nl"] for hint in said["hints"])


def test_what_may_be_meant_is_named(ask: Asker) -> None:
    assert why(ask, "SELECT * { ?s a e:harbour }")["hints"][0]["nearest"] == ["http://e/Harbour"]
    for query in ("{ ?s rdfs:label 'Westhaven' }", "{ ?s rdfs:label ?l FILTER(?l = 'Westhaven') }"):
        assert why(ask, f"SELECT * {query}")["hints"][0]["found"] == ['"Westhaven"@nl']
    for query in (
        "FROM <http://g/11> { ?s ?p ?o }",
        "{ GRAPH <http://g/11> { ?s rdfs:label ?o } }",
    ):
        assert why(ask, f"SELECT * {query}")["hints"][0]["nearest"][0] == "http://g/1"


def test_thing_that_is_most_like_the_one_that_is_not_there_comes_first(ask: Asker) -> None:
    for iri in ("https://e/a", "http://e/x/a"):
        (hint,) = why(ask, f"SELECT * {{ <{iri}> ?p ?o }}")["hints"]
        assert hint["nearest"][0] == "http://e/a"


def test_each_kind_of_value_is_told_once(ask: Asker) -> None:
    said = why(ask, "SELECT * { ?s rdfs:label ?l FILTER(LANG(?l) = 'fr') }")
    (found,) = [hint["found"] for hint in said["hints"] if hint["kind"] == "values"]
    assert sorted(text.rpartition('"')[2] for text in found) == ["", "@en-gb", "@nl"]


def test_function_of_texts_of_an_iri_is_told(ask: Asker) -> None:
    assert "iri-as-text" in kinds(
        why(ask, "SELECT * { ?s e:near ?o FILTER(STRSTARTS(?o, 'http')) }")
    )


def test_datatype_is_no_thing_that_is_missing(ask: Asker) -> None:
    xsd = "<http://www.w3.org/2001/XMLSchema#decimal>"
    said = why(ask, f"SELECT * {{ ?s e:depth ?d FILTER(DATATYPE(?d) = {xsd}) }}")
    assert kinds(said) == ["values"]


def test_description_of_what_is_not_there_says_so(ask: Asker) -> None:
    said = why(ask, "DESCRIBE e:aa")
    assert (said["empty"], kinds(said)) == (True, ["unknown-thing"])
    assert why(ask, "DESCRIBE e:a e:aa")["empty"] is False


def test_part_that_gives_the_variable_of_a_filter_stays(ask: Asker) -> None:
    said = why(ask, "SELECT * { ?s rdfs:label ?l . ?s a e:Harbour FILTER(LANG(?l) = 'fr') }")
    assert texts(said) == ["?s rdfs:label ?l", "FILTER(LANG(?l) = 'fr')"]
    assert kinds(said) == ["values"]


@pytest.mark.parametrize("query", ["{ ?a e:near ?b . ?b e:near ?c }", "{ ?a e:near/e:near ?c }"])
def test_what_any_data_would_match_is_no_hint(ask: Asker, query: str) -> None:
    assert kinds(why(ask, f"SELECT * {query}")) in (["join"], [])


def test_place_of_the_reason_is_told(ask: Asker) -> None:
    said = why(ask, "SELECT *\n{ ?s e:near ?o .\n  ?s e:nothing ?n }")
    assert (said["patterns"][0]["line"], said["patterns"][0]["column"]) == (3, 6)


def test_reason_leaves_out_what_does_not_matter(ask: Asker) -> None:
    said = why(ask, "SELECT * { ?x rdfs:label ?l . OPTIONAL { ?x e:y ?z } ?s e:nothing ?n }")
    assert texts(said) == ["?s e:nothing ?n"]


@pytest.mark.parametrize("query", ["SELECT * { ?s e:near ?o }", "ASK { ?s e:near ?o }"])
def test_what_is_not_empty_has_no_reason(ask: Asker, query: str) -> None:
    assert why(ask, query) == {"empty": False, "patterns": [], "hints": []}


def test_the_dataset_of_the_request_counts(ask: Asker) -> None:
    said = why(ask, "SELECT * { ?s e:near ?o }", default_graphs=("http://g/2",))
    assert kinds(said) == ["unknown-property"]


@pytest.mark.parametrize("task", ["why", "explain"])
def test_what_can_not_be_read_is_no_answer_here_either(ask: Asker, task: str) -> None:
    error = ask.failure(PREFIXES + "SELECT * { ?s ?p }", task=task)
    assert isinstance(error, MalformedQuery)
    service = "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }"
    assert isinstance(ask.failure(service, task=task), ServiceNotAllowed)
    deep = "ASK " + "{" * 80 + "}" * 80
    assert isinstance(ask.failure(deep, task=task), QueryTooDeep)


def test_right_query_that_is_not_understood_here_is_not_called_wrong(ask: Asker) -> None:
    annotated = "SELECT * { ?s e:near ?o {| e:a ?x |} {| e:b ?y |} . }"
    if ask.kind in ("embedded", "pool", "disk"):
        assert ask(PREFIXES + annotated, data=DATA, task="check")
        error = ask.failure(PREFIXES + annotated, data=DATA, task="explain")
        assert isinstance(error, NotSupported)


# What its parts match


def test_parts_are_explained_with_what_they_match(ask: Asker) -> None:
    query = "SELECT * { ?s a ?c ; rdfs:label ?l OPTIONAL { ?s e:near ?o } FILTER(?l != '') }"
    said = json.loads(ask(PREFIXES + query, data=DATA, task="explain")[2])
    assert (said["form"], said["multiplies"]) == ("select", False)
    assert [(part["kind"], part.get("matches")) for part in said["where"]] == [
        ("triple", 1),
        ("triple", 3),
        ("optional", None),
        ("filter", None),
    ]
    ((inner,),) = said["where"][2]["groups"]
    assert (inner["text"], inner["matches"], inner["atLeast"]) == ("?s e:near ?o", 1, False)


def test_parts_that_multiply_are_told(ask: Asker) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
    assert json.loads(ask(query, data=DATA, task="explain")[2])["multiplies"] is True


# Labels


def labels(ask: Asker, query: str, languages: tuple[str, ...], name: str = "CSV") -> list[str]:
    text = ask.text(PREFIXES + query, name, data=DATA, labels=languages)
    return text.replace("\r\n", "\n").split("\n")


def test_each_column_of_iris_has_a_column_of_labels(ask: Asker) -> None:
    query = "SELECT ?s ?d ?o { ?s e:depth ?d ; e:near ?o }"
    assert labels(ask, query, ("nl", "en"))[:2] == [
        "s,sLabel,d,o,oLabel",
        'http://e/a,Westhaven,3,http://e/b,"Tab\t and ""quote""',
    ]
    assert labels(ask, query, ("en", "nl"))[1].startswith("http://e/a,West harbour,3,")
    assert labels(ask, query, ("fr",))[1].startswith("http://e/a,,3,")
    assert labels(ask, query, ("nl-be", "en"))[1].startswith("http://e/a,Westhaven,3,")
    assert labels(ask, query, ("en-us",))[1].startswith("http://e/a,,3,")


def test_a_name_that_is_taken_gets_a_number(ask: Asker) -> None:
    query = "SELECT ?s ?sLabel ?sLabel2 { ?s e:depth ?sLabel BIND(1 AS ?sLabel2) }"
    assert labels(ask, query, ("nl",))[0] == "s,sLabel3,sLabel,sLabel2"


@pytest.mark.parametrize("name", ["JSON", "XML", "CSV", "TSV", "GeoJSON"])
def test_every_format_has_the_labels(ask: Asker, name: str) -> None:
    text = ask.text(PREFIXES + "SELECT * { ?s e:depth ?d }", name, data=DATA, labels=("nl",))
    assert "sLabel" in text
    assert "Westhaven" in text


def test_terms_come_through_as_they_are(ask: Asker) -> None:
    query = (
        "SELECT ?x ?t ?u { VALUES ?x { 'a\\tb\\nc\\\\d\\r\"e' 'x'@en 012 1e0 true '' e:a } "
        "BIND(TRIPLE(e:a, e:b, ?x) AS ?t) }"
    )
    plain = json.loads(ask(PREFIXES + query, data=DATA)[2])
    with_labels = json.loads(ask(PREFIXES + query, data=DATA, labels=("nl",))[2])
    assert with_labels["head"]["vars"] == ["x", "xLabel", "t", "u"]
    rows = with_labels["results"]["bindings"]
    assert [{k: v for k, v in row.items() if k != "xLabel"} for row in rows] == plain["results"][
        "bindings"
    ]


def test_limits_count_for_labelled_solutions_too(ask: Asker) -> None:
    query = f"SELECT * {{ VALUES ?x {{ {' '.join(f'<http://e/{n}>' for n in range(50))} }} }}"
    error = ask.failure(query, data=DATA, labels=("nl",), limits=Limits(rows=10))
    assert isinstance(error, ResultTooLarge)


def test_labels_do_nothing_for_other_forms(ask: Asker) -> None:
    assert ask.yes("ASK {}", data=DATA, labels=("nl",))
