"""W3C's SHACL test suite, core and SPARQL, for each engine that can be chosen.

https://w3c.github.io/data-shapes/data-shapes-test-suite/

What fails is listed in ``shacl-failures.csv``, with the reason. A test that fails and is not listed
breaks the build; so does one that is listed and passes. The suite comes with the source of pySHACL,
which ``make`` unpacks into ``.build/shacl``.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, SH, Namespace
from rdflib.collection import Collection
from rdflib.term import Node

from stadsgraaf.turtle import TurtleDocument, read
from stadsgraaf.validation import bridge
from stadsgraaf.validation.results import Result, read_report
from stadsgraaf.validation.shacl import check_shapes, validate_data

REPOSITORY = Path(__file__).resolve().parents[2]
SUITE = Path(os.environ.get("STADSGRAAF_SHACL_SUITE", REPOSITORY / ".build" / "shacl"))
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
ENGINES = ("pyshacl", "pyshacl-plain", "turbo", "turbo-plain")


@dataclass(frozen=True)
class Case:
    """One test: the files with data and shapes, and the results expected, or None for a failure."""

    data: Path
    shapes: Path
    expected: tuple[Result, ...] | None


def document(path: Path) -> TurtleDocument:
    return read(path, base_iri=path.as_uri(), blank_prefix="b")


def cases() -> dict[str, Case]:
    """Every test by its path below the suite."""
    return dict(walk(SUITE / "manifest.ttl")) if SUITE.is_dir() else {}


def walk(path: Path) -> Iterator[tuple[str, Case]]:
    graph = bridge.graph(document(path).triples)
    here = rdflib.URIRef(path.as_uri())
    for included in sorted(graph.objects(here, MF.include)):
        yield from walk(local(included))
    for entries in graph.objects(here, MF.entries):
        for entry in Collection(graph, entries):
            yield path.relative_to(SUITE).with_suffix("").as_posix(), case(graph, entry)


def local(iri: Node | None) -> Path:
    return Path(str(iri).removeprefix("file://"))


def case(graph: rdflib.Graph, entry: Node) -> Case:
    action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)
    assert action is not None
    expected = None
    if result != SHT.Failure:
        graph.add((result, RDF.type, SH.ValidationReport))  # type: ignore[arg-type]  # a node
        expected = tuple(read_report(graph))
    data, shapes = graph.value(action, SHT.dataGraph), graph.value(action, SHT.shapesGraph)
    return Case(local(data), local(shapes), expected)


def failures() -> dict[tuple[str, str], str]:
    path = Path(__file__).with_name("shacl-failures.csv")
    with path.open(encoding="utf-8") as file:
        return {(row["engine"], row["test"]): row["reason"] for row in csv.DictReader(file)}


CASES = cases()
KNOWN = failures()


def told(results: tuple[Result, ...] | list[Result]) -> set[tuple[object, ...]]:
    """Results but for the names of blank nodes and the messages; what is said twice counts once."""
    return {
        (
            named(result.focus),
            result.path,
            named(result.value),
            result.severity,
            result.component,
            named(result.shape),
        )
        for result in results
    }


def named(term: object) -> str:
    return "_:" if str(term).startswith("_:") else str(term)


def holds(one: Case, engine: str) -> bool:
    """Whether an engine says what the test expects."""
    data, shapes = document(one.data).triples, document(one.shapes).triples
    outcome = validate_data(data, shapes, engine)
    if one.expected is None:
        return bool(outcome.faults) or bool(check_shapes(shapes))
    return not outcome.faults and told(outcome.results) == told(one.expected)


def test_the_suite_is_there() -> None:
    if not SUITE.is_dir():
        pytest.skip(
            f"the SHACL suite is not at {SUITE}: make unpacks it from the source of pyshacl"
        )
    assert len(CASES) > 110


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", sorted(CASES))
def test_an_engine_conforms_but_for_what_is_listed(engine: str, name: str) -> None:
    passes, reason = holds(CASES[name], engine), KNOWN.get((engine, name))
    assert passes == (reason is None), reason or f"{engine} fails {name}"


def test_every_failure_that_is_listed_is_one_of_the_suite_and_has_a_reason() -> None:
    assert all(KNOWN.values())
    if CASES:
        assert {name for _, name in KNOWN} <= CASES.keys()
        assert {engine for engine, _ in KNOWN} <= set(ENGINES)
