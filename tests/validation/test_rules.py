"""Every rule finds its bad example and lets its good one pass."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from stadsgraaf.comparison.breaking import RULES as BREAKING
from stadsgraaf.validation import Options, Report
from stadsgraaf.validation.baseline import Baseline
from stadsgraaf.validation.catalogue import Rule, rules
from stadsgraaf.validation.finding import RULES, Severity

Check = Callable[..., Report]
#: Rules that are broken by what an engine or the validator does, each with where it is tested.
TESTED_ELSEWHERE = {
    "shacl/difference": "test_engines.py",
    "validator/failure": "test_failures.py",
}
WITH_EXAMPLES = sorted(set(rules()) - set(TESTED_ELSEWHERE))
PREFIXES = "@prefix ex: <http://example.org/> .\n"


def example(rule: Rule, text: str) -> dict[str, str]:
    """The files of an example: a query goes beside a file of data."""
    if rule.beside:
        return {"a.ttl": rule.beside}
    if rule.form == "rq":
        return {"queries/x.rq": text, "a.ttl": PREFIXES + "ex:a ex:before ex:c ."}
    return {f"a.{rule.form}": text}


def compared(rule: Rule, text: str, folder: Path) -> Options:
    """What a rule on changes compares with, the source of one on evidence, a baseline of one on it."""
    said = tuple(parse(rule.before.encode(), RdfFormat.TURTLE)) if rule.before else None
    source = folder / "source.txt" if rule.source else None
    if source:
        source.write_text(rule.source, encoding="utf-8")
    baseline = folder / "baseline.json"
    if rule.beside:
        baseline.write_text(text, encoding="utf-8")
    known = Baseline.read(baseline) if rule.beside else None
    return Options(released=said, source=source, baseline=known)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_bad_example_is_found_once(name: str, check: Check, tmp_path: Path) -> None:
    rule = rules()[name]
    report = check(
        example(rule, rule.bad), rule.encoding, options=compared(rule, rule.bad, tmp_path)
    )
    found = [finding for finding in report.findings if finding.name == name]
    assert found, [finding.name for finding in report.findings]
    assert len({finding.focus for finding in found}) == len(found)
    read = rule.bad.encode(rule.encoding).decode("utf-8", "replace")
    for finding in found:
        assert finding.rule == RULES + name
        assert finding.severity == rule.severity
        assert finding.span.file
        assert finding.excerpt in (read.lstrip("\ufeff").split("\n")[finding.span.line - 1], "")
        assert finding.message.en
        assert finding.message.nl
        assert "…" not in finding.message.en.replace("“…”^^", "")


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_good_example_passes(name: str, check: Check, tmp_path: Path) -> None:
    rule = rules()[name]
    report = check(example(rule, rule.good), options=compared(rule, rule.good, tmp_path))
    assert [f.name for f in report.findings if f.severity == Severity.VIOLATION] == []
    assert name not in {finding.name for finding in report.findings}


def test_every_rule_says_what_why_and_how_to_mend_in_both_languages() -> None:
    for rule in rules().values():
        for text in (rule.title, rule.why, rule.mend, rule.message):
            assert text.en.strip(), rule.name
            assert text.nl.strip(), rule.name
        assert bool(rule.bad) == bool(rule.good) != bool(rule.unprovoked.en), rule.name
        assert (
            bool(rule.unprovoked.nl) == bool(rule.unprovoked.en) == (rule.name in TESTED_ELSEWHERE)
        )


@pytest.mark.parametrize(("name", "file"), TESTED_ELSEWHERE.items())
def test_a_rule_that_no_text_breaks_says_so_and_is_tested(name: str, file: str) -> None:
    assert "## Why there is no example" in rules()[name].explain("en")
    assert "## Waarom er geen voorbeeld is" in rules()[name].explain("nl")
    assert f'"{name}"' in Path(__file__).with_name(file).read_text(encoding="utf-8")


def test_a_rule_has_a_page_with_its_examples() -> None:
    rule = rules()["skos/broader-cycle"]
    assert rule.bad.strip() in rule.explain("en")
    assert rule.why.nl in rule.explain("nl")
    assert "```sparql" in rules()["query/syntax"].explain("en")
    assert rule.iri == "https://w3id.org/stadsgraaf/def/rule/skos/broader-cycle"


def test_every_breaking_change_is_a_rule() -> None:
    names = {name for name in rules() if name.startswith("breaking/")}
    assert names == {f"breaking/{name}" for name in BREAKING}
    assert "## The last release" in rules()["breaking/term-kind"].explain("en")
