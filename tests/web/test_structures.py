"""What pages are made of: trees, taxonomies, shapes, timelines, charts, values."""

import asyncio
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse, serialize

from stadsgraaf.errors import StoreUnavailable
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.settings import Settings
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.web.asking import Asker, iris, read_results
from stadsgraaf.web.kinds import Taxonomy
from stadsgraaf.web.places import Chart, Place
from stadsgraaf.web.shapes import Expectation, Shapes
from stadsgraaf.web.timeline import WIDTH, Moment, timeline
from stadsgraaf.web.tree import grow, size
from stadsgraaf.web.values import point

FOAF, ORG, SKOS = PREFIXES["foaf"], PREFIXES["org"], PREFIXES["skos"]


# --- trees ------------------------------------------------------------------------------------------


def test_a_concept_stands_below_its_broader_one() -> None:
    roots = grow({"a": [], "b": ["a"], "c": ["b"], "d": []})
    assert [node.iri for node in roots] == ["a", "d"]
    assert roots[0].children[0].iri == "b"
    assert roots[0].children[0].children[0].iri == "c"


def test_a_broader_concept_of_another_scheme_makes_no_root_vanish() -> None:
    assert [node.iri for node in grow({"a": ["elsewhere"]})] == ["a"]


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)))
def test_every_concept_is_in_the_tree_once_even_in_circles(above: dict[str, list[str]]) -> None:
    nodes = grow(above)

    def walk(found: list[str], listed: object) -> list[str]:
        for node in listed:  # type: ignore[attr-defined]  # a sequence of nodes, at every level
            found.append(node.iri)
            walk(found, node.children)
        return found

    assert sorted(walk([], nodes)) == sorted(above)
    assert size(nodes) == len(above)


# --- taxonomies -------------------------------------------------------------------------------------


def test_a_class_has_the_sort_of_a_class_above_it() -> None:
    taxonomy = Taxonomy.of([("x:Club", "x:Union"), ("x:Union", ORG + "Organization")])
    assert taxonomy.sort(["x:Club"]) == "actor"
    assert taxonomy.sort(["x:Unknown"]) == "other"
    assert taxonomy.sort([SKOS + "Concept", FOAF + "Person"]) == "concept"
    assert taxonomy.sort([SG + "Claim"]) == "claim"


def test_a_circle_of_classes_does_no_harm() -> None:
    taxonomy = Taxonomy.of([("x:a", "x:b"), ("x:b", "x:a"), ("x:b", FOAF + "Document")])
    assert taxonomy.sort(["x:a"]) == "document"
    assert taxonomy.all_of(["x:a"]) == {"x:a", "x:b", FOAF + "Document"}


def test_what_says_something_of_other_things_is_a_detail() -> None:
    taxonomy = Taxonomy.of([("x:Seat", ORG + "Membership")])
    assert taxonomy.is_detail(["x:Seat"])
    assert not taxonomy.is_detail([FOAF + "Person"])


# --- shapes -----------------------------------------------------------------------------------------


def test_a_shape_that_orders_gives_the_name_and_one_that_checks_does_not() -> None:
    checking = Expectation("p", names={"en": "form of the code"})
    ordering = Expectation("p", order=1, names={"en": "code"}, needed=True)
    for listed in ((checking, ordering), (ordering, checking)):
        found = Shapes({"C": listed}).of(["C"])["p"]
        assert found.name("en") == "code"
        assert found.needed


def shapes_of(turtle: str) -> Shapes:
    quads = b"".join(
        serialize([quad], format=RdfFormat.N_QUADS) or b""
        for quad in parse(turtle, RdfFormat.TURTLE)
    )

    async def read() -> Shapes:
        return await Shapes.read(Asker(EmbeddedStore(quads), Settings()))

    return asyncio.run(read())


def test_what_a_shape_takes_over_from_another_is_expected_too() -> None:
    sh, own = PREFIXES["sh"], "http://example.org/"
    turtle = f"""
        @prefix sh: <{sh}> . @prefix e: <{own}> .
        e:S sh:targetClass e:C ; sh:node e:T ; sh:and ( [ sh:property [ sh:path e:all ; sh:minCount 1 ] ] ) ;
            sh:property [ sh:path e:some ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [] ] ,
                        [ sh:path e:may ; sh:maxCount 1 ] .
        e:T sh:property [ sh:path e:taken ; sh:minCount 1 ; sh:order 1 ] .
    """
    found = shapes_of(turtle).of([own + "C"])
    needed = {iri.removeprefix(own) for iri, each in found.items() if each.needed}
    assert needed == {"all", "some", "taken"}


#: Shapes that ask for the one or the other, with the properties of each alternative.
CHOICES = [
    ("sh:or ( [ sh:path e:a ; sh:minCount 1 ] [ sh:path e:b ; sh:minCount 1 ] )", [["a"], ["b"]]),
    (
        (
            "sh:xone ( [ sh:property [ sh:path e:a ; sh:minCount 1 ] , e:B ] [ sh:node e:N ] ) . "
            "e:B sh:path e:b ; sh:minCount 2 . e:N sh:property [ sh:path e:c ; sh:minCount 1 ]"
        ),
        [["a", "b"], ["c"]],
    ),
    ("sh:property [ sh:path [ sh:alternativePath ( e:a e:b ) ] ; sh:minCount 1 ]", [["a"], ["b"]]),
    ("sh:property [ sh:path [ sh:alternativePath ( e:a e:b ) ] ; sh:maxCount 1 ]", None),
    ("sh:or ( [ sh:path e:a ; sh:minCount 1 ] [ sh:class e:D ] )", None),
    ("sh:or ( [ sh:path e:a ; sh:minCount 1 ] [ sh:path ( e:b e:c ) ; sh:minCount 1 ] )", None),
    (
        "sh:deactivated true ; sh:or ( [ sh:path e:a ; sh:minCount 1 ] [ sh:path e:b ; sh:minCount 1 ] )",
        None,
    ),
]


@pytest.mark.parametrize(("says", "branches"), CHOICES)
def test_a_shape_that_asks_for_the_one_or_the_other_expects_either(
    says: str, branches: list[list[str]] | None
) -> None:
    sh, own = PREFIXES["sh"], "http://example.org/"
    turtle = f"@prefix sh: <{sh}> . @prefix e: <{own}> . e:S sh:targetClass e:C ; {says} ."
    found = [
        sorted(sorted(path.removeprefix(own) for path in branch) for branch in choice.branches)
        for choice in shapes_of(turtle).choices_of([own + "C"])
    ]
    assert found == ([] if branches is None else [branches])


def test_a_name_in_another_language_is_better_than_none() -> None:
    assert Expectation("p", names={"nl": "code"}).name("en") == "code"
    assert Expectation("p").name("en") is None


def test_inverse_paths_are_kept_apart() -> None:
    shapes = Shapes({"C": (Expectation("p", inverse=True, order=1),)})
    assert shapes.of(["C"]) == {}
    assert set(shapes.of(["C"], inverse=True)) == {"p"}


# --- timelines --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("2017-01-25", "point"),
        ("2017-01", "point"),
        ("2017", "vague"),
        ("2017-01~", "vague"),
        ("2017-23", "vague"),
        ("2016/2017", "period"),
        ("2016/..", "period"),
        ("../2016", "period"),
    ],
)
def test_doubt_is_drawn_as_such(text: str, shape: str) -> None:
    line = timeline([Moment("x", text, None)])
    assert line
    assert [mark.shape for mark in line.marks] == [shape]


def test_open_ends_are_marked_and_reach_the_edge() -> None:
    line = timeline([Moment("a", "2016/..", None), Moment("b", "2018-05-01", None)])
    assert line
    mark = line.marks[0]
    assert (mark.open_begin, mark.open_end) == (False, True)
    assert mark.x1 > line.marks[1].x1


def test_without_a_date_there_is_no_timeline() -> None:
    assert timeline([]) is None
    assert timeline([Moment("x", "soon", None)]) is None


def test_what_is_not_drawn_is_still_listed() -> None:
    line = timeline([Moment(str(n), f"2017-01-{n:02}", None) for n in range(1, 31)], rows=5)
    assert line
    assert (len(line.marks), len(line.moments), line.left_out) == (5, 30, 25)


def test_of_many_moments_there_are_the_own_ones_and_the_latest() -> None:
    others = [Moment(str(n), f"2017-01-{n:02}", None) for n in range(1, 31)]
    line = timeline([*others, Moment("begin", "1998", None, "own")], most=4)
    assert line
    assert [moment.label for moment in line.moments] == ["begin", "28", "29", "30"]
    assert (line.total, line.span, line.left_out) == (31, (1998, 2017), 0)
    latest = timeline(others, most=2)
    assert latest
    assert [moment.label for moment in latest.moments] == ["29", "30"]
    own = timeline([Moment(str(n), f"{n}", None, "own") for n in range(2001, 2008)], most=2)
    assert own
    assert len(own.moments) == own.total == 7


@given(st.lists(st.dates(date(1, 1, 1), date(9990, 12, 31)), min_size=1, max_size=12))
def test_every_mark_is_on_the_drawing(days: list[date]) -> None:
    line = timeline([Moment("a label of some length", day.isoformat(), None) for day in days])
    assert line
    assert len(line.ticks) <= 14
    for mark in line.marks:
        assert 0 <= mark.x0 <= mark.x1 <= WIDTH
        assert 0 <= mark.label_x <= WIDTH


# --- charts -----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=1, max_size=20))
def test_every_place_is_on_the_chart(positions: list[tuple[float, float]]) -> None:
    places = [Place(f"urn:{n}", x, y) for n, (x, y) in enumerate(positions)]
    chart = Chart.of(places)
    assert chart.height <= 1.5 * chart.width + 1
    for dot in chart.dots:
        assert 0 <= dot.x <= chart.width
        assert 0 <= dot.y <= chart.height


def test_north_is_up_and_east_is_right() -> None:
    chart = Chart.of([Place("south-west", 4, 51), Place("north-east", 6, 53)])
    south_west, north_east = chart.by_iri["south-west"], chart.by_iri["north-east"]
    assert south_west.x < north_east.x
    assert south_west.y > north_east.y


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("POINT(5 52)", (5.0, 52.0)),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT (-1.5 2.25)", (-1.5, 2.25)),
        ("POINT Z(5 52 3)", (5.0, 52.0)),
        ("POINT EMPTY", None),
        ("POLYGON((1 1,2 2))", None),
        ("point of view", None),
    ],
)
def test_a_point_is_read_from_well_known_text(
    text: str, position: tuple[float, float] | None
) -> None:
    assert point(text) == position


# --- results ----------------------------------------------------------------------------------------


def test_results_become_terms() -> None:
    table = read_results(
        b'{"head":{"vars":["a","b"]},"results":{"bindings":['
        b'{"a":{"type":"uri","value":"urn:x"}},'
        b'{"a":{"type":"literal","value":"x","xml:lang":"nl"},"b":{"type":"bnode","value":"b0"}}]}}'
    )
    assert table.variables == ("a", "b")
    assert [{name: str(term) for name, term in row.items()} for row in table.rows] == [
        {"a": "<urn:x>"},
        {"a": '"x"@nl', "b": "_:b0"},
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"{}",
        b"[]",
        b'{"head":{}}',
        b'{"head":{"vars":[]},"results":[]}',
        b"[" * 99_999,
    ],
)
def test_what_is_no_result_is_a_fault_of_the_store(content: bytes) -> None:
    with pytest.raises(StoreUnavailable):
        read_results(content)


def test_only_an_iri_goes_into_a_query() -> None:
    with pytest.raises(ValueError, match="IRI"):
        iris(["http://x/> } DROP ALL #"])
