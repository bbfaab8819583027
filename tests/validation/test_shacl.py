"""What makes SHACL fast changes no result: pySHACL as it comes says the same."""

import random
from importlib.resources import files
from pathlib import Path

import pytest
import rdflib.plugins.sparql
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from stadsgraaf.turtle import read
from stadsgraaf.validation import bridge, setbased
from stadsgraaf.validation.agreement import kinds_by_predicate
from stadsgraaf.validation.batching import batch
from stadsgraaf.validation.results import Result
from stadsgraaf.validation.setbased import Profile, altered_predicates, can_run_once
from stadsgraaf.validation.shacl import ask_pyshacl_of_shapes, check_shapes, validate_data

PREFIXES = """
@prefix ex: <http://e/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = (
    PREFIXES
    + r"""
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://e/"^^xsd:anyURI ] .
ex:Named a sh:NodeShape ;
    sh:targetClass ex:A ; sh:targetSubjectsOf ex:p ;
    sh:closed true ; sh:ignoredProperties ( rdf:type ) ;
    sh:property ex:Named-p , ex:Named-label , ex:Named-q ,
        [ sh:path ( ex:q ex:r ) ; sh:maxCount 1 ; sh:class ex:B ] ,
        [ sh:path [ sh:inversePath ex:q ] ; sh:nodeKind sh:IRI ; sh:maxCount 2 ] ,
        [ sh:path [ sh:alternativePath ( ex:p ex:q ) ] ; sh:minCount 1 ] .
ex:Named-p sh:path ex:p ; sh:datatype xsd:integer ; sh:minInclusive 3 ; sh:severity sh:Warning ;
    sh:lessThan ex:r .
ex:Named-label sh:path rdfs:label ; sh:uniqueLang true ; sh:languageIn ( "nl" "en" ) ;
    sh:pattern "^[a-z]" ; sh:maxLength 4 .
ex:Named-q sh:path ex:q ; sh:class ex:B ; sh:disjoint ex:r ; sh:node ex:Referred .
ex:Referred a sh:NodeShape ; sh:targetClass ex:B ;
    sh:or ( [ sh:class ex:A ] [ sh:property [ sh:path ex:r ; sh:minCount 1 ] ] ) ;
    sh:property ex:Named-label , [ sh:path ex:r ; sh:hasValue 1 ; sh:in ( 1 2 "x" ) ] .
ex:C a rdfs:Class , sh:NodeShape ; sh:property [ sh:path ex:p ; sh:minCount 2 ] .
ex:D rdfs:subClassOf ex:C .
ex:Off a sh:NodeShape ; sh:targetClass ex:A ; sh:deactivated true ;
    sh:property [ sh:path ex:none ; sh:minCount 1 ] .
ex:Sibling a sh:NodeShape ; sh:targetClass ex:A ;
    sh:property [ sh:path ex:q ; sh:qualifiedValueShape [ sh:class ex:B ] ; sh:qualifiedMinCount 1 ;
                  sh:qualifiedValueShapesDisjoint true ] ,
                [ sh:path ex:q ; sh:qualifiedValueShape [ sh:class ex:A ] ; sh:qualifiedMaxCount 1 ;
                  sh:qualifiedValueShapesDisjoint true ] .
ex:Queries a sh:NodeShape ; sh:targetClass ex:A ; sh:targetObjectsOf ex:q ; sh:severity sh:Info ;
    sh:message "{$this} {?value}"@en ;
    sh:sparql [ sh:prefixes ex: ; sh:select "SELECT $this (ex:p AS ?path) ?value { $this ex:p ?value . FILTER (?value > 3) }" ] ,
        [ sh:prefixes ex: ; sh:select "SELECT $this { FILTER NOT EXISTS { $this ex:q ?x . FILTER (?x != $this) } }" ] ,
        [ sh:prefixes ex: ; sh:select "SELECT $this ?value { { $this ex:p ?value } UNION { ?value ex:q $this } }" ] ,
        [ sh:prefixes ex: ; sh:select "SELECT $this ?value { OPTIONAL { $this ex:r ?value } FILTER (!BOUND(?value)) }" ] ,
        [ sh:prefixes ex: ; sh:select "SELECT $this ?value { { SELECT $this ?value { ?value a ex:B . $this ex:q ?value } } }" ] ,
        [ sh:prefixes ex: ; sh:select 'SELECT $this ?value { $this <http://www.w3.org/2000/01/rdf-schema#label> ?value . FILTER REGEX(STR(?value), "^[a-c]") }' ] .
ex:Nodes a sh:NodeShape ; sh:targetNode ex:n1 , ex:missing ; sh:nodeKind sh:Literal ;
    sh:sparql [ sh:prefixes ex: ; sh:select "SELECT $this { FILTER (STR($this) = 'http://e/missing') }" ] .
ex:Path a sh:PropertyShape ; sh:targetClass ex:B ; sh:path [ sh:zeroOrMorePath ex:q ] ; sh:maxCount 2 ;
    sh:sparql [ sh:prefixes ex: ; sh:select "SELECT $this ?value { $this $PATH ?value . ?value a ex:A }" ] .
"""
)


def triples(text: str) -> list[Triple]:
    return read(Path("a.ttl"), text=text, blank_prefix="b").triples


def data(seed: int) -> str:
    """Some things that break some shapes."""
    chance = random.Random(seed)
    nodes = [f"ex:n{number}" for number in range(12)]
    values = {
        "rdf:type": ["ex:A", "ex:B", "ex:C", "ex:D"],
        "ex:p": ["1", "4", '"x"', "5", '"07"^^xsd:integer', "ex:n1"],
        "ex:q": [*nodes, "[ ex:r 1 ]", "[ a ex:B ; ex:q ex:n2 ]"],
        "ex:r": ["1", "2", "9", '"x"', "ex:n3"],
        "rdfs:label": ['"a"@nl', '"b"@nl', '"Cc"@en', '"ddddd"@en', '"e"', '"f"@fr'],
        "ex:other": ["1"],
    }
    lines = [
        f"{node} {predicate} {chance.choice(things)} ."
        for node in nodes
        for predicate, things in values.items()
        for _ in range(chance.choice([0, 1, 1, 2]))
    ]
    return PREFIXES + "ex:D rdfs:subClassOf ex:C .\n" + "\n".join(lines)


@pytest.mark.parametrize("seed", range(10))
def test_the_arranged_engine_gives_the_results_of_plain_pyshacl(seed: int) -> None:
    given, shapes = triples(data(seed)), triples(SHAPES)
    plain = validate_data(given, shapes, "pyshacl-plain")
    fast = validate_data(given, shapes, "pyshacl")
    assert plain.faults == fast.faults == []
    assert len(plain.results) > 20
    assert set(fast.results) == set(plain.results)
    messages = {result: result.messages for result in plain.results}
    for result in fast.results:
        if result.component.endswith("SPARQLConstraintComponent"):
            said = {message.value for message in messages[result]}
            assert {message.value for message in result.messages} == said


@pytest.mark.parametrize("name", ["standards/dcat-ap-nl", "standards/nl-sbb"])
def test_shapes_of_others_give_the_same_results_too(shared: Path, name: str) -> None:
    shapes = [
        t
        for path in sorted((shared / name).rglob("*.ttl"))
        for t in read(path, base_iri="http://b/", blank_prefix=path.stem).triples
    ]
    given = triples(
        """
        @prefix dcat: <http://www.w3.org/ns/dcat#> .
        @prefix dct: <http://purl.org/dc/terms/> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <http://e/c> a dcat:Catalog ; dct:title "c" ; dcat:dataset <http://e/d> .
        <http://e/d> a dcat:Dataset ; dct:title 1 , "d"@nl ; dcat:distribution [ a dcat:Distribution ] .
        <http://e/s> a skos:ConceptScheme .
        <http://e/a> a skos:Concept ; skos:prefLabel "a"@nl , "b"@nl ; skos:broader <http://e/b> , <http://e/a> ;
            skos:inScheme <http://e/s> ; skos:definition 1 .
        <http://e/b> a skos:Concept ; skos:altLabel "b" .
        """
    )
    plain = validate_data(given, shapes, "pyshacl-plain")
    fast = validate_data(given, shapes, "pyshacl")
    assert set(fast.results) == set(plain.results)
    assert plain.results
    assert bool(fast.faults) == bool(plain.faults)


def test_a_query_is_read_once_for_all_focus_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = triples(
        PREFIXES
        + """ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:sparql [ sh:select
        "SELECT $this ?value { $this <http://e/p> ?value } LIMIT 1" ] ."""
    )
    given = triples(PREFIXES + "".join(f"ex:n{i} a ex:A ; ex:p {i} ." for i in range(5)))
    plain = validate_data(given, shapes, "pyshacl-plain")
    read: list[str] = []
    prepare = rdflib.plugins.sparql.prepareQuery
    monkeypatch.setattr(
        rdflib.plugins.sparql, "prepareQuery", lambda text: (read.append(text), prepare(text))[1]
    )
    outcome = validate_data(given, shapes)
    assert set(outcome.results) == set(plain.results)
    assert len(outcome.results) == 5
    assert len(read) == 1


def test_most_queries_run_once_and_the_others_are_left_to_pyshacl() -> None:
    shapes = bridge.graph(triples(SHAPES))
    planned = setbased.plan(
        shapes, Store(), Profile.of(triples(PREFIXES + "ex:a ex:p 1 ; ex:q ex:b ; ex:r 1 ."))
    )
    assert len(planned) == 6
    assert (
        len(
            list(
                shapes.subject_objects(
                    bridge.rdflib_term(NamedNode("http://www.w3.org/ns/shacl#sparql"))
                )
            )
        )
        == 8
    )  # type: ignore[arg-type]  # a URIRef


KINDS = kinds_by_predicate(triples(PREFIXES + 'ex:a ex:p 1 ; ex:q ex:b ; ex:r "x" , 2 .'))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this { $this ex:r ?x FILTER (?x > 1) }",
        "SELECT $this { $this ex:p ?x } LIMIT 1",
        "SELECT $this { $this ex:p ?x MINUS { ?x ex:q $this } }",
        "SELECT $this { { SELECT ?x { ?x ex:p 1 } } $this ex:q ?x }",
        "SELECT $this { VALUES ?x { 1 } $this ex:p ?x }",
        "SELECT (COUNT(?x) AS ?n) { $this ex:p ?x }",
        "SELECT $this { { ?x ex:q 1 FILTER (?x != $this) } $this ex:p ?x }",
        "SELECT $this { GRAPH ?g { $this ex:p ?x } }",
        "SELECT $this { $this $PATH ?x }",
        "SELECT (?y AS ?this) { ?y ex:p 1 }",
        "SELECT ?value { $this ex:p ?value }",
        'SELECT $this { $this ex:p ?x FILTER REGEX(?x, "(?=a)") }',
        "SELECT $this { $this ex:p ?x . ?x ex:q ?pattern FILTER REGEX(?x, ?pattern) }",
        'SELECT $this { $this ex:p ?x FILTER (REPLACE(?x, "(a)", "$1b") = "x") }',
        "SELECT $this { $this ex:p ?x FILTER (xsd:date(?x) > 1) }",
        "SELECT $this { $this ex:p ?x FILTER ex:own(?x) }",
        "SELECT $this { $this ex:p ?x FILTER (NOW() > ?x) }",
        "SELECT $this (?x + 1.50 AS ?value) { $this ex:p ?x }",
        "SELECT * { $this ex:p ?x BIND (?x * 2.50 AS ?value) }",
        'SELECT $this { $this ex:p ?x FILTER (STR(ABS(?x)) = "1.50") }',
        'SELECT $this { $this ex:p ?x . ?x ex:q ?tag BIND (STRLANG("a", ?tag) AS ?y) }',
    ],
)
def test_a_query_that_could_differ_runs_for_each_focus_node(query: str) -> None:
    prefixes = {"ex": "http://e/", "xsd": "http://www.w3.org/2001/XMLSchema#"}
    assert not can_run_once(query, Profile(kinds=KINDS), prefixes)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this ?value WHERE { $this ex:p/ex:q* ?value . FILTER (isLITERAL(?value)) }",
        "SELECT DISTINCT * { $this ex:p ?x BIND (STR(?x) AS ?y) FILTER (?y IN ('a', 'b')) }",
        'SELECT $this { $this ex:p ?x FILTER (REPLACE(STR(?x), "^.*/", "") = "a") }',
        "SELECT $this { $this a ex:A OPTIONAL { $this ex:p ?x FILTER (?x > 1) } FILTER (!BOUND(?x)) }",
        "SELECT $this { { $this ex:p ?x } UNION { $this ex:q ?x } FILTER NOT EXISTS { ?x a ex:A FILTER (?x = $this) } }",
        "SELECT $this { $this ex:p ?x FILTER (xsd:integer(SUBSTR(STR(?x), 1, 4)) > 2000) }",
        "SELECT $this (STR(STRLEN(STR(?x)) + 1) AS ?value) { $this ex:p ?x }",
        "SELECT $this { $this ex:p ?x FILTER (ABS(xsd:decimal(STR(?x)) - ?x) > 0.5) }",
        'SELECT $this { $this ex:p ?x BIND (STRLANG(STR(?x), "nl") AS ?y) ?z ex:r ?y }',
    ],
)
def test_a_query_that_cannot_differ_runs_once(query: str) -> None:
    prefixes = {"ex": "http://e/", "xsd": "http://www.w3.org/2001/XMLSchema#"}
    assert can_run_once(query, Profile(kinds=KINDS), prefixes)


def test_literals_that_a_store_rewrites_are_left_to_pyshacl() -> None:
    given = triples(PREFIXES + 'ex:a ex:p 01 ; ex:q 1 ; ex:r "2001-01-01"^^xsd:date , "01" .')
    altered, kinds = altered_predicates(given), kinds_by_predicate(given)
    assert altered == {"http://e/p"}
    prefixes = {"ex": "http://e/"}
    assert not can_run_once("SELECT $this { $this ex:p ?x }", Profile(altered, kinds), prefixes)
    assert not can_run_once("SELECT $this { $this ?any ?x }", Profile(altered, kinds), prefixes)
    assert not can_run_once(
        "SELECT $this { $this ex:q 1 ; ?any ?x }", Profile(altered, kinds), prefixes
    )
    assert not can_run_once("SELECT $this { $this !ex:q ?x }", Profile(altered, kinds), prefixes)
    assert can_run_once("SELECT $this { $this ex:q ?x }", Profile(altered, kinds), prefixes)
    assert can_run_once("SELECT $this { $this ?any ?x }", Profile(kinds=KINDS), prefixes)


def test_a_shape_that_others_refer_to_keeps_its_property_shapes() -> None:
    shapes = bridge.graph(triples(SHAPES))
    batched = batch(shapes)
    named = {str(node) for node in batched.stands_for.values()}
    assert named == {"http://e/Referred"}
    sh = "http://www.w3.org/ns/shacl#"
    kept = list(
        batched.shapes.objects(
            bridge.rdflib_term(NamedNode("http://e/Referred")),
            bridge.rdflib_term(NamedNode(sh + "property")),
        )
    )  # type: ignore[arg-type]  # URIRefs
    assert len(kept) == 2


def test_lexical_forms_reach_the_shapes() -> None:
    given = triples(PREFIXES + 'ex:a ex:p "none"^^xsd:boolean , "2011-01-01"^^xsd:dateTime , 01 .')
    shapes = triples(
        PREFIXES
        + 'ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:pattern "^(x|01)$" ] .'
    )
    values = {str(result.value) for result in validate_data(given, shapes).results}
    assert values == {
        '"none"^^<http://www.w3.org/2001/XMLSchema#boolean>',
        '"2011-01-01"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
    }


def test_a_query_that_is_not_sparql_is_a_fault_and_stops_nothing_else() -> None:
    shapes = triples(
        PREFIXES
        + """
        ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:class ex:B ;
            sh:sparql ex:wrong , [ sh:select "SELECT $this { $this a ?c }" ] .
        ex:wrong sh:select "SELECT $this { $this a }" .
        """
    )
    outcome = validate_data(triples(PREFIXES + "ex:a a ex:A ."), shapes)
    assert [shape for shape, _ in outcome.faults] == ["<http://e/wrong>"]
    assert len(outcome.results) == 2


def test_a_query_on_which_rdflib_fails_is_a_fault_of_that_query_alone() -> None:
    shapes = triples(
        PREFIXES
        + """
        ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:class ex:B ; sh:sparql ex:wrong .
        ex:wrong sh:select "SELECT $this { $this <http://e/p> ?x . BIND(SUBSTR('abc', 1.5 * 2) AS ?y) FILTER (?y = 'x' && NOW() > ?x) }" .
        """
    )
    outcome = validate_data(triples(PREFIXES + "ex:a ex:p 1 ."), shapes)
    assert [shape for shape, _ in outcome.faults] == ["<http://e/wrong>"]
    assert "TypeError" in outcome.faults[0][1]
    assert len(outcome.results) == 1


def test_shapes_are_held_against_the_shapes_of_shacl() -> None:
    wrong = (
        PREFIXES
        + """
        ex:S a sh:NodeShape ; sh:targetClass "A" ; sh:property [ sh:minCount 1 ] ;
            sh:property [ sh:path ex:p ; sh:minCount "one" ; sh:maxCount 1 , 2 ] ;
            sh:property [ sh:path [ sh:inversePath ex:p , ex:q ] ] ; sh:in ex:noList .
        """
    )
    found = {
        (r.path.rsplit("#")[-1].strip(">"), r.component.rsplit("#")[-1])
        for r in check_shapes(triples(wrong))
    }
    assert ("targetClass", "NodeKindConstraintComponent") in found
    assert ("path", "MinCountConstraintComponent") in found
    assert ("minCount", "DatatypeConstraintComponent") in found
    assert ("maxCount", "MaxCountConstraintComponent") in found
    assert ("path", "OrConstraintComponent") in found
    assert ("in", "NodeConstraintComponent") in found


def test_good_shapes_pass_the_shapes_of_shacl() -> None:
    assert check_shapes(triples(SHAPES)) == []


def test_details_of_a_result_are_kept() -> None:
    shapes = triples(
        PREFIXES
        + """
        ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:node ex:T .
        ex:T a sh:NodeShape ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .
        """
    )
    (result,) = validate_data(triples(PREFIXES + "ex:a ex:q 1 ."), shapes).results
    (detail,) = result.details
    assert detail.path == "<http://e/p>"
    assert detail.component.endswith("MinCountConstraintComponent")


def test_terms_cross_the_border_unchanged() -> None:
    for quad in parse(
        PREFIXES + 'ex:a ex:p 01 , "x" , "x"^^xsd:string , "é"@nl-NL , _:b , ex:c , "1"^^ex:t .',
        RdfFormat.TURTLE,
    ):
        assert isinstance(quad, Quad)
        thing = quad.object
        assert not isinstance(thing, Triple)
        assert bridge.term(bridge.rdflib_term(thing)) == thing
    assert bridge.rdflib_term(Literal("x")).datatype is None  # type: ignore[union-attr]  # a literal


WRONG = [
    'ex:S a sh:NodeShape ; sh:targetClass "A" .',
    "ex:S a sh:NodeShape ; sh:property [ sh:minCount 1 ] .",
    'ex:S sh:property [ sh:path ex:p ; sh:minCount "one" ; sh:maxCount 1 , 2 ] .',
    "ex:S sh:property [ sh:path [ sh:inversePath ex:p , ex:q ] ] , [ sh:path ( ex:p ) ] .",
    "ex:S a sh:NodeShape ; sh:in ex:noList ; sh:or ( [ sh:path 1 ] ) ; sh:path ex:p .",
    "[] a sh:NodeShape , rdfs:Class ; sh:severity 1 ; sh:message 2 ; sh:deactivated 3 .",
    'ex:S a sh:PropertyShape ; sh:path [ sh:zeroOrMorePath "x" ] ; sh:node [ sh:path ex:p ] .',
    "ex:S a sh:NodeShape ; sh:languageIn ( 1 ) ; sh:ignoredProperties ( [] ) ; sh:closed 1 .",
]


@pytest.mark.parametrize("wrong", WRONG)
def test_shortcuts_change_nothing_in_what_shacl_says_of_shapes(wrong: str) -> None:
    given = triples(PREFIXES + wrong)
    rules = files("pyshacl").joinpath("assets", "shacl-shacl.ttl").read_text(encoding="utf-8")
    plain = validate_data(
        given, read(Path("r.ttl"), text=rules, blank_prefix="r").triples, "pyshacl-plain"
    )
    fast = ask_pyshacl_of_shapes(given)
    assert plain.results

    def known(result: Result) -> tuple[object, ...]:
        return result.focus, result.path, result.value, result.component

    assert {known(result) for result in fast} == {known(result) for result in plain.results}
