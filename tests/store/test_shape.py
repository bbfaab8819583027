"""Which queries may answer with far more than the data."""

import pytest

from stadsgraaf.store.shape import multiplies


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a ?b ?c . ?d ?e ?f }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(?c = ?d) }",
        "SELECT * { ?a ?b ?c OPTIONAL { ?d ?e ?f } }",
        "SELECT * { ?a ?b ?c . { ?d ?e ?f } }",
        "SELECT * { { ?a ?b ?c } UNION { ?a ?b ?d } ?x ?y ?z }",
        "SELECT * { GRAPH ?g { ?a ?b ?c } GRAPH ?h { ?d ?e ?f } }",
        "SELECT * { VALUES ?a { 1 2 } VALUES ?b { 1 2 } }",
        "SELECT * { VALUES (?a ?x) { (1 2) } ?b ?c ?d }",
        "SELECT * { { SELECT ?a { ?a ?b ?c . ?d ?e ?f } } }",
        "SELECT * { ?a <http://e/p>* ?b }",
        "SELECT * { ?a (<http://e/p>|^<http://e/q>)+ ?b . }",
        "SELECT * { ?a ?b ?c FILTER EXISTS { ?c ?d ?e } ?x ?y ?z }",
        "CONSTRUCT { ?a ?e ?f . ?d ?b ?c } WHERE { ?a ?b ?c . ?d ?e ?f }",
        "CONSTRUCT { " + "?a <http://e/p> ?b . " * 25 + "} WHERE { ?a ?p ?b }",
        "ASK { { { ?a ?b ?c . ?d ?e ?f } } }",
    ],
)
def test_product_is_recognised(query: str) -> None:
    assert multiplies(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o } LIMIT 10",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT * { ?a ?b ?c ; ?d ?e , ?f . ?f ?g ?h }",
        "SELECT * { ?a ?b ?c . ?e ?f ?g . ?c ?x ?e }",
        "SELECT * { ?a ?b [ ?p ?c ] . ( ?c ?d ) ?q 1 . }",
        "SELECT * { ?a ?b ?c OPTIONAL { ?c ?d ?e OPTIONAL { ?e ?f ?g } } }",
        "SELECT * { { ?a ?b ?c } UNION { ?d ?e ?f } }",
        "SELECT * { { ?a ?b ?c } UNION { ?d ?e ?f } UNION { ?g ?h ?i } ?a ?x ?d . ?g ?y ?a }",
        "SELECT * { GRAPH ?g { ?a ?b ?c } GRAPH ?g { ?d ?e ?f } }",
        "SELECT * { ?a ?b ?c MINUS { ?d ?e ?f } FILTER NOT EXISTS { ?x ?y ?z } }",
        "SELECT * { ?a ?b ?c BIND(IRI(STR(?c)) AS ?d) ?d ?e ?f }",
        "SELECT * { <http://e/a> <http://e/p>* ?b }",
        "SELECT * { ?a <http://e/p>/<http://e/q> ?b FILTER(1 * 2 + 3 > ?b) }",
        "SELECT * { VALUES ?a { <http://e/x> <http://e/y> } ?a ?p ?o }",
        "SELECT * { ?s ?p ?o . <http://e/a> <http://e/b> <http://e/c> }",
        "CONSTRUCT WHERE { ?a ?b ?c . ?c ?d ?e }",
        "CONSTRUCT { ?a ?p [ ?q ?b ] } WHERE { ?a ?p ?b . ?b ?q ?c }",
        "DESCRIBE ?s { ?s ?p ?o }",
        "ASK {}",
        "} } {",
    ],
)
def test_query_whose_parts_hang_together_is_left_alone(query: str) -> None:
    assert not multiplies(query)
