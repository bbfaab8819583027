"""Two engines say the same; where they do not, that is a finding and never a result."""

import sys
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode
from test_shacl import PREFIXES, SHAPES, data, triples

from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import EngineMissing
from stadsgraaf.validation import Options, Report, turbo, validate
from stadsgraaf.validation.results import Result
from stadsgraaf.validation.shacl import ENGINES, validate_data


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_every_engine_gives_the_same_results(engine: str, seed: int) -> None:
    given, shapes = triples(data(seed)), triples(SHAPES)
    reference = validate_data(given, shapes, "pyshacl-plain")
    outcome = validate_data(given, shapes, engine)
    assert not outcome.faults
    assert all(map(is_known, (result for result, _ in outcome.differences)))
    assert all(map(is_known, set(outcome.results) ^ set(reference.results)))


def is_known(result: Result) -> bool:
    """rdflib orders what SPARQL cannot compare: for pySHACL alone "x" > 3, and one IRI < another."""
    by_query = result.component.endswith("SPARQLConstraintComponent") and result.value == Literal(
        "x"
    )
    by_order = result.component.endswith("LessThanConstraintComponent")
    return by_query or (by_order and isinstance(result.value, NamedNode))


def folder(path: Path) -> Dataset:
    (path / "data.ttl").write_text(PREFIXES + "ex:a a ex:A . ex:b a ex:A ; ex:p 1 .\n")
    (path / "shapes.ttl").write_text(
        PREFIXES + "ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:property ex:S-p .\n"
        "ex:S-p a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1 .\n"
    )
    return Dataset.load(path)


def names(report: Report) -> list[str]:
    return [finding.name for finding in report.findings if finding.severity == "violation"]


def test_a_result_of_one_engine_only_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = folder(tmp_path)
    assert names(validate(dataset, Options(engine="both"))) == ["ex:S-p"]
    monkeypatch.setattr(turbo, "validate", lambda *_, **__: ([], [], ""))
    report = validate(dataset, Options(engine="both"))
    assert names(report) == ["ex:S-p", "shacl/difference"]
    found, difference = (f for f in report.findings if f.severity == "violation")
    assert "Only the engine pyshacl finds" in difference.message.en
    assert difference.span == found.span


def test_an_engine_that_refuses_the_shapes_never_conforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = folder(tmp_path)
    monkeypatch.setattr(turbo, "validate", lambda *_, **__: ([], [], "no such thing"))
    for engine in ("turbo", "both", "turbo-plain"):
        report = validate(dataset, Options(engine=engine))
        assert "shacl/engine" in names(report)


def test_an_engine_that_is_not_installed_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyshacl_turbo", None)
    with pytest.raises(EngineMissing) as error:
        validate_data([], triples(SHAPES), "turbo")
    assert "stadsgraaf[turbo]" in error.value.detail("en")


def test_turbo_keeps_literals_as_they_are_written() -> None:
    shapes = triples(
        PREFIXES
        + 'ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:in ( "1" ) ] .'
    )
    given = triples(PREFIXES + 'ex:a ex:p 01 , "2001-01-01T00:00:00+00:00"^^xsd:dateTime .')
    for engine in ("pyshacl", "turbo"):
        values = {str(r.value) for r in validate_data(given, shapes, engine).results}
        assert {value.split('"')[1] for value in values} == {"01", "2001-01-01T00:00:00+00:00"}
