"""SHACL-AF: what is not evaluated is told, and --advanced evaluates it, with every engine."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from stadsgraaf.cli import main
from stadsgraaf.errors import BadConfiguration
from stadsgraaf.validation import Options, gather, validate
from stadsgraaf.validation.profile import Profile

SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix e: <http://e/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e: sh:declare [ sh:prefix "e" ; sh:namespace "http://e/"^^xsd:anyURI ] .
"""
#: What each feature finds wrong, in data of which one half is right: lines of the data.
FEATURES = {
    "sh:target": (
        """e:S a sh:NodeShape ; sh:property [ sh:path e:owner ; sh:minCount 1 ] ; sh:target [ a sh:SPARQLTarget ;
 sh:prefixes e: ; sh:select "SELECT ?this WHERE { ?this e:size ?size FILTER (?size > 10) }" ] .""",
        "e:a e:size 11 .\ne:b e:size 9 .",
    ),
    "sh:rule": (
        """e:S a sh:NodeShape ; sh:targetClass e:Square ; sh:property [ sh:path e:width ; sh:maxInclusive 5 ] ;
 sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate e:width ; sh:object [ sh:path e:side ] ] .""",
        "e:a a e:Square ; e:side 9 .\ne:b a e:Square ; e:side 3 .",
    ),
    "sh:rule with a query": (
        """e:S a sh:NodeShape ; sh:targetClass e:Person ; sh:property [ sh:path e:name ; sh:minLength 4 ] ;
 sh:rule [ a sh:SPARQLRule ; sh:prefixes e: ; sh:construct "CONSTRUCT { $this e:name ?n } WHERE { $this e:first ?n }" ] .""",
        "e:a a e:Person ; e:first 'Jo' .\ne:b a e:Person ; e:first 'Johanna' .",
    ),
    "sh:SPARQLFunction": (
        """e:double a sh:SPARQLFunction ; sh:parameter [ sh:path e:x ; sh:datatype xsd:integer ] ; sh:returnType xsd:integer ;
 sh:prefixes e: ; sh:select "SELECT ((?x * 2) AS ?result) WHERE {}" .
e:S a sh:NodeShape ; sh:targetClass e:Number ; sh:sparql [ sh:prefixes e: ; sh:message "Too big."@en ;
 sh:select "SELECT $this ?value WHERE { $this e:n ?value FILTER (e:double(?value) > 10) }" ] .""",
        "e:a a e:Number ; e:n 9 .\ne:b a e:Number ; e:n 2 .",
    ),
    "sh:expression": (
        "e:S a sh:NodeShape ; sh:targetClass e:T ; sh:expression [ sh:path e:ok ] .",
        "e:a a e:T ; e:ok false .\ne:b a e:T ; e:ok true .",
    ),
}  # fmt: skip


def found(folder: Path, shapes: str, data: str, **options: object) -> list[tuple[str, str, int]]:
    (folder / "s.ttl").write_text(SHAPES + shapes)
    (folder / "d.ttl").write_text("@prefix e: <http://e/> .\n" + data)
    report = validate(gather([folder]).dataset, Options(**options))  # type: ignore[arg-type]  # some of them
    assert not report.failures
    told = [one for one in report.findings if one.severity != "info"]
    return [
        (one.severity.value, one.name, one.span.line) for one in told if one.name != "term/slip"
    ]


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("engine", ["pyshacl", "turbo", "both"])
def test_what_belongs_to_shacl_af_is_evaluated_when_asked_for(
    engine: str, name: str, tmp_path: Path
) -> None:
    shapes, data = FEATURES[name]
    told = found(tmp_path, shapes, data, advanced=True, engine=engine)
    assert [(severity, line) for severity, _, line in told] == [("violation", 2)], told
    assert told[0][1].startswith("e:S")


@pytest.mark.parametrize("name", FEATURES)
def test_what_is_not_evaluated_is_told_where_it_stands(name: str, tmp_path: Path) -> None:
    told = found(tmp_path, *FEATURES[name])
    assert [severity for severity, rule, _ in told if rule == "shacl/advanced"] == ["warning"]


def test_what_no_engine_evaluates_is_told_in_any_case(tmp_path: Path) -> None:
    shapes = "e:S a sh:NodeShape ; sh:targetClass e:T ; sh:js [ sh:jsFunctionName 'f' ] ."
    assert found(tmp_path, shapes, "e:a a e:T .", advanced=True) == [
        ("warning", "shacl/advanced", 5)
    ]


def test_a_function_that_nobody_knows_never_lets_data_conform(tmp_path: Path) -> None:
    shapes = """e:S a sh:NodeShape ; sh:targetClass e:T ;
 sh:sparql [ sh:select "SELECT $this WHERE { $this <http://e/n> ?n FILTER (<http://x/f>(?n) > 1) }" ] ."""
    for advanced in (False, True):
        told = found(tmp_path, shapes, "e:a a e:T ; e:n 1 .", advanced=advanced)
        assert told == [("violation", "shacl/engine", 6)]


def test_a_query_with_a_function_of_others_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/p> 1 .\n")
    (tmp_path / "q.rq").write_text("SELECT * { ?a ?p ?b FILTER (<http://x/f>(?b)) }")
    sources = gather([tmp_path])
    report = validate(sources.dataset, Options(queries=sources.queries))
    assert (report.failures, report.violations) == ((), 0)


def test_the_option_and_the_profile_ask_for_it(tmp_path: Path) -> None:
    shapes, data = FEATURES["sh:target"]
    assert found(tmp_path, shapes, data, advanced=True)
    command = ["validate", "-q", str(tmp_path)]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert CliRunner().invoke(main, [*command, "--advanced"]).exit_code == 1
    profile = tmp_path / ".stadsgraaf-validate.yaml"
    profile.write_text("advanced: true\n")
    assert CliRunner().invoke(main, command).exit_code == 1
    profile.write_text("advanced: 7\n")
    with pytest.raises(BadConfiguration, match="neither true nor false"):
        Profile.read(profile)
