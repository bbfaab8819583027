"""Profiles, baselines and suppressions: what passes, what fails, and every mistake in them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stadsgraaf.errors import BadConfiguration, NoSuchPath
from stadsgraaf.validation import Options, Profile, Report
from stadsgraaf.validation.baseline import Baseline, write

Check = Callable[..., Report]
PREFIX = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix e: <http://e/> .\n"
BAD = PREFIX + 'e:a e:born "x"^^xsd:date .\n'


def told(report: Report) -> list[tuple[str, str, int]]:
    return [
        (f.name, f.severity, f.span.line)
        for f in report.findings
        if not f.name.startswith("format/")
    ]


def profile(path: Path, text: str) -> Profile:
    (path / "profile.yaml").write_text(text)
    return Profile.read(path / "profile.yaml")


# --- profile ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "severities"),
    [
        ("severity:\n  lexical/literal: warning\n", ["warning", "warning"]),
        ("severity:\n  lexical/*: off\n", []),
        ("severity:\n  lexical/literal: 'off'\n", []),
        (
            "severity:\n  https://w3id.org/stadsgraaf/def/rule/lexical/literal: info\n",
            ["info", "info"],
        ),
        ("severity:\n  lexical/literal:\n    old/**: info\n", ["violation", "info"]),
        ("severity:\n  lexical/literal:\n    old: off\n    '**': warning\n", ["warning"]),
        ("", ["violation", "violation"]),
    ],
)
def test_a_profile_sets_the_severity_of_a_rule_by_file(
    text: str, severities: list[str], check: Check, tmp_path: Path
) -> None:
    options = Options(profile=profile(tmp_path, text))
    report = check({"a.ttl": BAD, "old/b.ttl": BAD}, options=options)
    assert [severity for _, severity, _ in told(report)] == severities


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("severity:\n  lexical/literl: off\n", 2, "Did you mean lexical/literal?"),
        ("severity:\n  lexical/literal: error\n", 2, "violation, warning, info, off"),
        ("severity:\n  - lexical/literal\n", 2, "mapping"),
        ("severities:\n  lexical/literal: off\n", 1, "severity, exclude"),
        ("exclude: tests\n", 1, "list"),
        ("fail-on: off\n", 1, "no severity"),
        ("a: [\n", 2, "not YAML"),
    ],
)
def test_a_mistake_in_a_profile_is_named_with_its_line(
    text: str, line: int, reason: str, check: Check, tmp_path: Path
) -> None:
    with pytest.raises(BadConfiguration) as error:
        check(BAD, options=Options(profile=profile(tmp_path, text)))
    assert error.value.members["line"] == line
    assert reason in error.value.detail("en")
    with pytest.raises(NoSuchPath):
        Profile.read(tmp_path / "none.yaml")


# --- baseline -----------------------------------------------------------------------------------


def test_known_findings_pass_new_ones_fail_and_stale_entries_are_told(
    check: Check, tmp_path: Path
) -> None:
    before = check(BAD)
    path = tmp_path / "known.json"
    assert write(path, before.findings) == len(before.findings)
    known = Options(baseline=Baseline.read(path))
    report = check(BAD, options=known)
    assert report.conforms
    assert told(report) == []
    assert {f.name for f in report.passed} == {f.name for f in before.findings}
    # lines move, a second one comes
    moved = check(BAD.replace("e:a", "\n\ne:a") + 'e:b e:born "y"^^xsd:date .', options=known)
    assert told(moved) == [("lexical/literal", "violation", 5)]
    # the same mistake twice is one more than the baseline knows
    twice = check(BAD + 'e:a e:died "x"^^xsd:date .', options=known)
    assert told(twice) == [("lexical/literal", "violation", 3)]
    mended = check(PREFIX + 'e:a e:born "2017-01-01"^^xsd:date .\n', options=known)
    stale = [f for f in mended.findings if f.name == "baseline/stale"]
    assert stale
    assert stale[0].span.file == "known.json"
    assert "lexical/literal" in {f.message.en.split()[2] for f in stale}
    assert mended.conforms


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "not JSON"), ("[]", "findings"), ('{"findings": [{"rule": "x"}]}', "fingerprint")],
)
def test_a_mistake_in_a_baseline_is_named(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text(text)
    with pytest.raises(BadConfiguration) as error:
        Baseline.read(path)
    assert reason in error.value.detail("en")


def test_a_baseline_has_one_entry_a_line(check: Check, tmp_path: Path) -> None:
    write(tmp_path / "known.json", check(BAD).findings)
    text = (tmp_path / "known.json").read_text()
    entries = json.loads(text)["findings"]
    assert len(text.splitlines()) == len(entries) + 2


# --- suppression --------------------------------------------------------------------------------

LINE = 'e:a e:born "x"^^xsd:date .'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{LINE} # stadsgraaf:ignore lexical/literal -- so in the register", []),
        (f"# stadsgraaf:ignore lexical/literal -- so in the register\n\n# more\n{LINE}", []),
        (f"# stadsgraaf:ignore lexical/literal, skos/orphan -- why\n{LINE}", [("suppress/unused", 2)]),
        (f"{LINE} # stadsgraaf:ignore lexical/literal", [("lexical/literal", 2), ("suppress/no-reason", 2)]),
        (f"{LINE} # stadsgraaf:ignore -- why", [("lexical/literal", 2), ("suppress/no-reason", 2)]),
        (f"{LINE} # stadsgraaf:ignore lexical/literl -- why", [("lexical/literal", 2), ("suppress/unknown-rule", 2)]),
        (f"{LINE} # stadsgraaf:ignore skos/orphan -- why", [("lexical/literal", 2), ("suppress/unused", 2)]),
        ('e:a e:p "# stadsgraaf:ignore lexical/literal -- no comment" .', []),
    ],
)  # fmt: skip
def test_a_comment_with_a_reason_lets_a_finding_of_its_line_pass(
    text: str, expected: list[tuple[str, int]], check: Check
) -> None:
    report = check(PREFIX + text)
    assert sorted((name, line) for name, _, line in told(report)) == expected
    assert len(report.suppressed) == ("lexical/literal" not in dict(expected) and LINE in text)
