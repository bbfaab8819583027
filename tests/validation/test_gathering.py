"""One mistake is told once, whatever shapes say of it; a second mistake is told too."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stadsgraaf.validation import Finding, Options, Report
from stadsgraaf.validation.baseline import Baseline, write

Check = Callable[..., Report]

PREFIXES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix e: <http://e/> .
"""


def asks(name: str, select: str, target: str = "sh:targetClass e:C") -> str:
    """A shape with a query."""
    return f'e:{name} a sh:NodeShape ; {target} ; sh:sparql [ sh:select """{select}""" ] .\n'


def has(name: str, path: str, demand: str, target: str = "sh:targetClass e:C") -> str:
    """A shape of the values of a property, with a name of its own."""
    return (
        f"e:{name} a sh:NodeShape ; {target} ; sh:property e:{name}-p .\n"
        f"e:{name}-p a sh:PropertyShape ; sh:path e:{path} ; {demand} .\n"
    )


def told(report: Report) -> list[tuple[str, str, list[str]]]:
    """What leads: the rule, the last word of the thing, and the rules beneath."""
    return [
        (f.name, f.curie, sorted(one.name for one in f.also))
        for f in report.findings
        if f.component
    ]


WRONG = "SELECT $this (<http://e/p> AS ?path) ?value { $this <http://e/p> ?value FILTER NOT EXISTS { ?value <http://e/ok> true } }"
READS = "SELECT $this (<http://e/q> AS ?path) ?value { $this <http://e/p> ?x ; <http://e/q> ?value FILTER NOT EXISTS { ?x <http://e/at> ?value } }"
SHARED = "SELECT $this (<http://e/n> AS ?path) ?value { $this <http://e/n> ?value . ?other <http://e/n> ?value FILTER (?other != $this) }"
OTHERS = "SELECT $this (<http://e/n> AS ?path) ?value { $this <http://e/n> ?value . ?other <http://e/m> ?value FILTER (?other != $this) }"
DEMANDS = "".join(has(f"D{n}", f"d{n}", "sh:minCount 1", "sh:targetClass e:D") for n in (1, 2, 3))

CASES = {
    "two shapes of one triple: the kind of a value tells more than a query": (
        has("K", "p", "sh:class e:K") + asks("Q", WRONG) + "e:a a e:C ; e:p e:b . e:b e:ok false .",
        [("e:K-p", "e:a", ["e:Q"])],
    ),
    "a second triple of the same thing is wrong by itself": (
        has("K", "p", "sh:class e:K") + has("L", "q", "sh:class e:K")
        + "e:a a e:C ; e:p e:b ; e:q e:b . e:b e:ok true .",
        [("e:K-p", "e:a", []), ("e:L-p", "e:a", [])],
    ),
    "two triples of one property are each wrong": (
        has("K", "p", "sh:class e:K") + asks("Q", WRONG)
        + "e:a a e:C ; e:p e:b , e:c . e:b e:ok false . e:c e:ok false .",
        [("e:K-p", "e:a", ["e:Q"]), ("e:K-p", "e:a", ["e:Q"])],
    ),
    "a query that reads a value that is wrong": (
        has("K", "p", "sh:class e:K") + asks("R", READS)
        + "e:a a e:C ; e:p e:b ; e:q 1 . e:b e:at 2 .",
        [("e:K-p", "e:a", ["e:R"])],
    ),
    "a query that reads a value that is right": (
        asks("R", READS) + has("L", "r", "sh:minCount 1")
        + "e:a a e:C ; e:p e:b ; e:q 1 . e:b e:at 2 .",
        [("e:R", "e:a", []), ("e:L-p", "e:a", [])],
    ),
    "a warning leads no violation": (
        has("K", "p", "sh:class e:K ; sh:severity sh:Warning") + asks("Q", WRONG)
        + "e:a a e:C ; e:p e:b . e:b e:ok false .",
        [("e:Q", "e:a", ["e:K-p"])],
    ),
    "a second class asks for what the thing has not": (
        DEMANDS + has("C", "c", "sh:minCount 1") + "e:a a e:C , e:D ; e:c 1 .",
        [("e:D1-p", "e:a", ["e:D2-p", "e:D3-p"])],
    ),
    "a thing lacks something of both its classes": (
        DEMANDS + has("C", "c", "sh:minCount 1") + "e:a a e:C , e:D ; e:d1 1 ; e:d2 1 .",
        [("e:C-p", "e:a", []), ("e:D3-p", "e:a", [])],
    ),
    "a thing of one class lacks all that it asks for": (
        DEMANDS + "e:a a e:D .",
        [("e:D1-p", "e:a", []), ("e:D2-p", "e:a", []), ("e:D3-p", "e:a", [])],
    ),
    "a class that does not fit the thing nor the places that name it": (
        DEMANDS + has("K", "p", "sh:class e:K")
        + "e:b a e:C ; e:p e:a . e:c a e:C ; e:p e:a . e:a a e:D ; e:d1 1 ; e:d2 1 .",
        [("e:D3-p", "e:a", ["e:K-p", "e:K-p"])],
    ),
    "a thing that is right is named where another is asked for": (
        DEMANDS + has("K", "p", "sh:class e:K")
        + "e:b a e:C ; e:p e:a . e:c a e:C ; e:p e:a . e:a a e:D ; e:d1 1 ; e:d2 1 ; e:d3 1 .",
        [("e:K-p", "e:b", []), ("e:K-p", "e:c", [])],
    ),
    "two things have the same": (
        asks("S", SHARED) + "e:a a e:C ; e:n 1 . e:b a e:C ; e:n 1 . e:c a e:C ; e:n 2 .",
        [("e:S", "e:a", ["e:S"])],
    ),
    "two times two things have the same": (
        asks("S", SHARED)
        + "e:a a e:C ; e:n 1 . e:b a e:C ; e:n 1 . e:c a e:C ; e:n 2 . e:d a e:C ; e:n 2 .",
        [("e:S", "e:a", ["e:S"]), ("e:S", "e:c", ["e:S"])],
    ),
    "two things each have what a third has of another property": (
        asks("O", OTHERS) + "e:a a e:C ; e:n 1 . e:b a e:C ; e:n 1 . e:c e:m 1 .",
        [("e:O", "e:a", []), ("e:O", "e:b", [])],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("engine", ["pyshacl", "turbo"])
def test_a_mistake_is_told_once_and_another_too(case: str, engine: str, check: Check) -> None:
    text, expected = CASES[case]
    report = check(PREFIXES + text, options=Options(engine=engine, stages=("shacl",)))
    assert sorted(told(report)) == sorted(expected)


def test_a_class_given_by_mistake_is_told_where_it_is_given(check: Check) -> None:
    text = DEMANDS + "e:a a e:C ;\n    rdf:type e:D .\n"
    (finding,) = check(PREFIXES + text, options=Options(stages=("shacl",))).findings
    assert finding.excerpt == "    rdf:type e:D ."
    assert "another class than e:D" in finding.message.en
    assert "3 demands" in finding.message.en
    assert "een andere klasse dan e:D" in finding.message.nl


KIND = has("K", "p", "sh:class e:K")
DATA = "e:a a e:C ; e:p e:b .{} e:b e:ok false ."


def test_what_is_new_beneath_what_a_baseline_knows_is_told(check: Check, tmp_path: Path) -> None:
    old = check(PREFIXES + KIND + DATA.format(""))
    path = tmp_path / "baseline.json"
    assert write(path, old.findings) == len(old.findings)
    text = PREFIXES + KIND + asks("Q", WRONG) + DATA.format("")
    assert told(check(text, options=Options(baseline=Baseline.read(path)))) == [("e:Q", "e:a", [])]
    new = check(text)
    write(path, new.findings)
    again = check(text, options=Options(baseline=Baseline.read(path)))
    assert not again.findings
    assert len(again.passed) == sum(len(finding.apart) for finding in new.findings)


def test_what_stands_beneath_a_suppressed_finding_is_told(check: Check) -> None:
    comment = " # stadsgraaf:ignore e:K-p -- because\n"
    report = check(PREFIXES + KIND + asks("Q", WRONG) + DATA.format(comment))
    assert told(report) == [("e:Q", "e:a", [])]


def test_the_report_of_shacl_has_each_result_and_the_others_name_what_is_beneath(
    check: Check,
) -> None:
    text = PREFIXES + KIND + asks("Q", WRONG) + DATA.format("\n")
    report = check(text, options=Options(stages=("shacl",)))
    (finding,) = report.findings
    assert isinstance(finding, Finding)
    assert report.render("turtle").count("sh:sourceShape") == 2
    assert [one["name"] for one in json.loads(report.render("json"))["findings"][0]["also"]] == [
        "e:Q"
    ]
    for form in ("text", "sarif", "github", "html", "markdown", "junit", "gitlab"):
        assert "e:Q" in report.render(form), form
    assert "(Ook: e:Q.)" in finding.sentence("nl")
