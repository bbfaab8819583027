"""The difference by thing: values that took another's place, blank nodes with their owner."""

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from stadsgraaf.comparison import Comparison, compare
from stadsgraaf.comparison.formats import FORMATS

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
"""
NAMES = {"ex": "http://example.org/"}


def quads(text: str, graph: str | None = None) -> list[Quad]:
    found = parse((PREFIXES + text).encode(), RdfFormat.TURTLE)
    if graph is None:
        return list(found)
    return [Quad(q.subject, q.predicate, q.object, NamedNode(graph)) for q in found]


def compared(old: str, new: str) -> Comparison:
    return compare(quads(old), quads(new), prefixes=NAMES)


def changes(old: str, new: str) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (thing.iri.removeprefix("http://example.org/"), thing.status, each.before, each.after)
        for thing in compared(old, new).things
        for each in thing.changes
    ]


def test_equal_datasets_differ_in_nothing() -> None:
    found = compared("ex:a ex:p [ ex:q 1 ] .", "ex:a ex:p _:x . _:x ex:q 1 .")
    assert (list(found.things), bool(found.difference), found.bump.name) == ([], False, "NONE")


def test_a_value_that_takes_anothers_place_is_one_line() -> None:
    assert changes("ex:a ex:p 1 .", "ex:a ex:p 2 .") == [
        ("a", "changed", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
         '"2"^^<http://www.w3.org/2001/XMLSchema#integer>')
    ]  # fmt: skip


def test_labels_take_the_place_of_those_in_their_own_language() -> None:
    old = 'ex:a skos:prefLabel "stad"@nl , "city"@en .'
    new = 'ex:a skos:prefLabel "town"@en , "plaats"@nl , "ville"@fr .'
    assert changes(old, new) == [
        ("a", "changed", '"city"@en', '"town"@en'),
        ("a", "changed", None, '"ville"@fr'),
        ("a", "changed", '"stad"@nl', '"plaats"@nl'),
    ]


def test_things_are_added_and_removed_as_a_whole() -> None:
    assert changes("ex:a ex:p ex:x .", "ex:b ex:p ex:x .") == [
        ("a", "removed", "ex:x", None),
        ("b", "added", None, "ex:x"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("ex:a ex:p [ ex:q 1 ; ex:r ex:x ] .", "ex:a ex:p [ ex:r ex:x ; ex:q ex:y ] .",
         '[ ex:q "1"^^<http://www.w3.org/2001/XMLSchema#integer> ; ex:r ex:x ]',
         "[ ex:q ex:y ; ex:r ex:x ]"),
        ("ex:a ex:p ( ex:x ex:y ) .", "ex:a ex:p ( ex:y ex:x ) .", "( ex:x ex:y )", "( ex:y ex:x )"),
        ("ex:a ex:p [ ex:q [ ex:r ex:x ] ] .", "ex:a ex:p [ ex:q [ ex:r ex:y ] ] .",
         "[ ex:q [ ex:r ex:x ] ]", "[ ex:q [ ex:r ex:y ] ]"),
    ],
)  # fmt: skip
def test_blank_nodes_are_written_out_with_their_owner(
    old: str, new: str, before: str, after: str
) -> None:
    assert changes(old, new) == [("a", "changed", before, after)]


def test_blank_nodes_of_nothing_are_told_apart() -> None:
    assert changes("[] ex:p ex:x .", "[] ex:p ex:y .") == [
        ("", "changed", "[ ex:p ex:x ]", "[ ex:p ex:y ]")
    ]


def test_a_circle_of_blank_nodes_ends() -> None:
    circle = "ex:a ex:p _:x . _:x ex:q _:y . _:y ex:q _:x ."
    assert changes(circle, circle) == []
    assert changes(circle, circle + "_:y ex:r ex:z .")


def test_equal_values_count_each() -> None:
    assert changes("ex:a ex:p [ ex:q 1 ] .", "ex:a ex:p [ ex:q 1 ] , [ ex:q 1 ] .")[0][2] is None


def test_a_statement_that_moves_to_another_graph_is_counted_and_changes_no_thing() -> None:
    old, new = quads("ex:a ex:p 1 .", "http://e/g"), quads("ex:a ex:p 1 .", "http://e/h")
    found = compare(old, new)
    assert (found.moved, list(found.things)) == (1, [])


def test_the_patch_makes_the_new_dataset_of_the_old() -> None:
    old, new = quads("ex:a ex:p 1 , 2 .", "http://e/g"), quads("ex:a ex:p 2 , 3 .", "http://e/g")
    lines = FORMATS["patch"](compare(old, new)).splitlines()
    apply = {line[2:] for line in lines if line.startswith("A ")}
    gone = {line[2:] for line in lines if line.startswith("D ")}
    before = {f"{quad} ." for quad in old}
    assert (before - gone) | apply == {f"{quad} ." for quad in new}


def test_every_format_tells_names_in_the_language_asked_for() -> None:
    old = 'ex:a skos:prefLabel "stad"@nl , "city"@en ; ex:p "`x_y`" .'
    found = compared(old, old + "ex:a ex:q ex:b .")
    assert "“stad”" in FORMATS["text"](found, "nl")
    assert "“city”" in FORMATS["text"](found, "en")
    assert "city" in FORMATS["markdown"](found, "en")
    assert '"label": "city"' in FORMATS["json"](found, "en")
