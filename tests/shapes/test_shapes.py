"""The shapes reject what they should, accept what they should, and say so in two languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SKOS
from shacl_harness import (
    FIXTURES,
    SHAPE,
    TARGETS,
    WORLD,
    Judge,
    expected,
    fixtures,
    load,
    named_shapes,
    turtle,
)

DEF = "https://w3id.org/stadsgraaf/def/"
VALID = fixtures("valid-*")
INVALID = fixtures("invalid-*")
#: Fixtures of different kinds, judged once more by pySHACL's public function.
SAMPLE = [
    "claim/invalid-possible-fact",
    "dated/invalid-first-day-beside-year",
    "membership/invalid-overlap",
    "municipality/invalid-website-unknown",
    "vocabulary/invalid-cycle",
]
#: A sum is taken for one focus node at a time: there is no way to write it without a query within.
COUNTING = {"ActorGroup-size-counted-select"}


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return load(*turtle("shapes"))


@pytest.fixture(scope="module")
def vocabulary() -> Graph:
    return load(*turtle("ontology"))


@pytest.fixture(scope="module")
def judge(shapes: Graph) -> Judge:
    return Judge(shapes, load(*turtle("ontology"), WORLD))


def short(shapes: object) -> list[str]:
    """The names of shapes, sorted, for a message that can be read."""
    assert isinstance(shapes, set | frozenset)
    return sorted(str(shape).removeprefix(SHAPE) for shape in shapes)


def fixture_id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("fixture", VALID + INVALID, ids=fixture_id)
def test_a_fixture_fails_exactly_the_shapes_that_it_names(fixture: Path, judge: Judge) -> None:
    results = judge.results(load(fixture))
    assert short({result.shape for result in results}) == short(expected(fixture)), "\n".join(
        result.message for result in results
    )


def test_fixtures_are_named_for_what_they_expect() -> None:
    assert not [path for path in VALID if expected(path)]
    assert not [path for path in INVALID if not expected(path)]


def test_every_named_shape_has_a_fixture_that_it_rejects(shapes: Graph) -> None:
    rejected = {shape for path in INVALID for shape in expected(path)}
    assert short(named_shapes(shapes) - rejected) == []
    assert short(rejected - named_shapes(shapes)) == []


def test_every_named_shape_is_exercised_by_a_valid_fixture(shapes: Graph, judge: Judge) -> None:
    exercised = {shape for path in VALID for shape in judge.exercised(load(path))}
    assert short(named_shapes(shapes) - exercised) == []


def test_the_world_of_the_fixtures_breaks_no_rule(shapes: Graph) -> None:
    judge = Judge(shapes, load(*turtle("ontology")))
    severe = {result.shape for result in judge.results(load(WORLD)) if result.severe}
    assert short(severe) == []


def test_the_harness_reports_what_pyshacl_reports(shapes: Graph, judge: Judge) -> None:
    sample = load(*(FIXTURES / f"{name}.ttl" for name in SAMPLE))
    nodes = {node for node in judge.nodes(sample) if isinstance(node, URIRef)}
    _, report, _ = pyshacl.validate(
        load(*turtle("ontology"), WORLD) + sample,
        shacl_graph=shapes,
        inference="none",
        focus_nodes=sorted(nodes),
    )
    assert isinstance(report, Graph)
    reported = {
        (report.value(result, SH.focusNode), report.value(result, SH.sourceShape))
        for result in report.objects(predicate=SH.result)
    }
    found = {(r.focus, r.shape) for r in judge.results(sample) if r.focus in nodes}
    assert reported == found
    assert len(found) >= len(SAMPLE)


def test_the_shapes_conform_to_the_shapes_of_shacl() -> None:
    pyshacl.validate(Graph(), shacl_graph=load(*turtle("shapes")), meta_shacl=True)


def languages(shapes: Graph, node: URIRef, predicate: URIRef) -> list[str | None]:
    return sorted(
        value.language or ""
        for value in shapes.objects(node, predicate)
        if isinstance(value, Literal)
    )


def test_every_named_shape_speaks_dutch_and_english(shapes: Graph) -> None:
    silent = {
        shape
        for shape in named_shapes(shapes)
        if languages(shapes, shape, SH.message) != ["en", "nl"]
    }
    assert short(silent) == []


@pytest.mark.parametrize(
    ("kind", "predicate"),
    [(SH.PropertyShape, SH.name), (SH.NodeShape, RDFS.label), (SH.PropertyGroup, RDFS.label)],
    ids=["property shapes", "node shapes", "groups"],
)
def test_every_shape_and_group_has_a_name_in_dutch_and_english(
    kind: URIRef, predicate: URIRef, shapes: Graph
) -> None:
    nameless = {
        shape
        for shape in shapes.subjects(RDF.type, kind)
        if isinstance(shape, URIRef) and languages(shapes, shape, predicate) != ["en", "nl"]
    }
    assert short(nameless) == []


def test_every_named_shape_states_its_severity(shapes: Graph) -> None:
    severities = {SH.Violation, SH.Warning, SH.Info}
    lacking = {
        shape
        for shape in named_shapes(shapes)
        if {*shapes.objects(shape, SH.severity)} - severities
        or not shapes.value(shape, SH.severity)
    }
    assert short(lacking) == []


def test_every_property_shape_belongs_to_a_node_shape(shapes: Graph) -> None:
    property_shapes = set(shapes.subjects(RDF.type, SH.PropertyShape))
    assert short(property_shapes - set(shapes.objects(predicate=SH.property))) == []
    assert short(set(shapes.objects(predicate=SH.property)) - property_shapes) == []


def test_shapes_that_order_a_page_name_a_known_group(shapes: Graph) -> None:
    groups = set(shapes.subjects(RDF.type, SH.PropertyGroup))
    ordered = set(shapes.subjects(SH.order, None)) - groups
    assert short({s for s in ordered if shapes.value(s, SH.group) not in groups}) == []


def test_every_node_shape_has_a_target(shapes: Graph) -> None:
    aimless = {
        shape
        for shape in shapes.subjects(RDF.type, SH.NodeShape)
        if not any((shape, target, None) in shapes for target in TARGETS)
    }
    assert short(aimless) == []


def selects(shapes: Graph) -> Iterator[tuple[str, str]]:
    for constraint, select in shapes.subject_objects(SH.select):
        yield str(constraint).removeprefix(SHAPE), str(select)


def test_sparql_constraints_can_be_evaluated_for_all_targets_at_once(shapes: Graph) -> None:
    """``$this`` is bound in the outer group, and nothing is evaluated apart from it."""
    for name, select in selects(shapes):
        if name in COUNTING:
            continue
        body = re.sub(r'"(\\.|[^"\\])*"', '""', select)
        assert len(re.findall(r"\bSELECT\b", body)) == 1, name
        assert not re.search(r"\b(MINUS|VALUES|SERVICE|UNION|GROUP BY)\b", body), name
        outer = re.sub(r"\{[^{}]*\}", "", body[body.index("{") + 1 : body.rindex("}")])
        assert "$this" in outer, name
        assert re.match(r"\s*SELECT \$this\b", body), name


def test_sparql_constraints_share_one_declaration_of_prefixes(shapes: Graph) -> None:
    declared = {str(value) for value in shapes.objects(predicate=SH.prefix)}
    for name, select in selects(shapes):
        text = re.sub(r'"(\\.|[^"\\])*"|<[^>]*>', "", select)
        assert set(re.findall(r"(?<![\w$?])([a-z]+):[A-Za-z]", text)) <= declared, name
    assert set(shapes.objects(predicate=SH.prefixes)) == {URIRef(f"{DEF}shape")}


def test_lists_of_allowed_concepts_are_those_of_the_schemes(
    shapes: Graph, vocabulary: Graph
) -> None:
    """Four schemes are closed, because rules depend on each of their concepts."""
    for name in ("modality", "force", "polarity", "quotation"):
        allowed = shapes.value(URIRef(f"{SHAPE}Claim-{name}-in"), SH["in"])
        assert allowed is not None
        in_scheme = set(vocabulary.subjects(SKOS.inScheme, URIRef(f"{DEF}{name}")))
        assert set(Collection(shapes, allowed)) == in_scheme, name


def test_shapes_name_only_declared_terms(shapes: Graph, vocabulary: Graph) -> None:
    own = f"{DEF}ont/"
    named = {str(node) for triple in shapes for node in triple if str(node).startswith(own)}
    prefixed = {
        own + term for _, text in selects(shapes) for term in re.findall(r"\bsg:(\w+)", text)
    }
    declared = {str(term) for term in vocabulary.subjects(RDF.type, None)}
    assert (named | prefixed) - {own} <= declared


def test_every_class_of_the_data_has_a_shape(shapes: Graph, vocabulary: Graph) -> None:
    """Or it is only ever used beside a class that has one, or for what a property leads to."""
    data = load(*turtle("data"))
    targeted = set(shapes.objects(predicate=SH.targetClass))
    led_to = [
        set(data.objects(predicate=property_))
        for property_ in shapes.objects(predicate=SH.targetObjectsOf)
    ]
    shapeless = {
        str(kind)
        for thing, kind in data.subject_objects(RDF.type)
        if not any(
            targeted & set(vocabulary.transitive_objects(one, RDFS.subClassOf))
            for one in data.objects(thing, RDF.type)
        )
        and not any(thing in things for things in led_to)
    }
    assert shapeless == set()
