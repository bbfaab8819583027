"""The difference to the last release, and evidence against its source, as the command has them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from test_changes import git

from stadsgraaf.cli import main
from stadsgraaf.validation.catalogue import rules

TERM = rules()["breaking/term-removed"]
PASSAGE = rules()["evidence/passage"]


def run(*arguments: str | Path, environment: dict[str, str] | None = None) -> tuple[int, Any]:
    done = CliRunner().invoke(
        main, ["validate", "-q", "--format", "json", *map(str, arguments)], env=environment
    )
    assert done.exit_code in {0, 1, 2}, done.output
    return done.exit_code, json.loads(done.stdout) if done.exit_code < 2 else done.stderr


def names(report: Any) -> list[str]:
    return [f["name"] for f in report["findings"] if f["name"].startswith(("breaking", "evidence"))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a release, tagged v1.0, in a folder below its root; a term went since."""
    below = tmp_path / "vocabulary"
    below.mkdir()
    (below / "a.ttl").write_text(TERM.before)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "One")
    git(tmp_path, "tag", "v1.0")
    (below / "a.ttl").write_text(TERM.bad)
    return below


@pytest.mark.parametrize("since", ["v1.0", "HEAD", "latest"])
def test_a_revision_or_the_newest_tag_is_the_last_release(since: str, folder: Path) -> None:
    code, report = run(folder, "--since", since)
    assert (code, names(report)) == (1, ["breaking/term-removed"])
    (found,) = [f for f in report["findings"] if f["name"] == "breaking/term-removed"]
    # the term is nowhere any more: its version is what must go up
    assert (Path(found["file"]).name, found["line"]) == ("a.ttl", 5)
    assert "raise the version of ex:ont (1.0.0)" in found["mend"]["en"]


def test_a_file_or_folder_is_the_last_release(folder: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "b.ttl").write_text(TERM.before)
    for since in (old, old / "b.ttl"):
        assert names(run(folder, "--since", since)[1]) == ["breaking/term-removed"]


def test_a_new_version_declares_what_breaks(folder: Path) -> None:
    (folder / "a.ttl").write_text(TERM.bad.replace("1.0.0", "2.0.0"))
    assert run(folder, "--since", "latest")[0] == 0


def test_the_profile_names_the_last_release(folder: Path) -> None:
    (folder / ".stadsgraaf-validate.yaml").write_text("since: v1.0\n")
    assert names(run(folder)[1]) == ["breaking/term-removed"]


def test_what_cannot_be_read_is_not_gone(folder: Path) -> None:
    (folder / "a.ttl").write_text(TERM.before.replace("ex:B a owl:Class", "ex:B a owl:Class,;"))
    _, report = run(folder, "--since", "latest")
    assert names(report) == []
    assert [f["name"] for f in report["findings"]] != []


def test_without_a_tag_the_report_says_that_nothing_was_compared(folder: Path) -> None:
    git(folder, "tag", "-d", "v1.0")
    code, report = run(folder, "--since", "latest")
    assert (code, names(report)) == (0, [])
    assert ["no tag" in notice["en"] for notice in report["notices"]] == [True]


def test_a_release_that_is_not_there_is_wrong_usage(folder: Path) -> None:
    code, said = run(folder, "--since", "v9")
    assert code == 2
    assert "v9" in said


def test_evidence_is_checked_against_the_file_that_the_settings_name(tmp_path: Path) -> None:
    source, data = tmp_path / "source.txt", tmp_path / "a.ttl"
    source.write_text(PASSAGE.source)
    data.write_text(PASSAGE.bad)
    # variables of other programs with this prefix are none of its business
    environment = {"STADSGRAAF_ARTICLE": str(source), "STADSGRAAF_FAIL_ON": "x"}
    code, report = run(data, environment=environment)
    assert (code, names(report), report["notices"]) == (1, ["evidence/passage"], [])
    source.write_text("Two cities asked for a plan.")
    _, report = run(data, "--source", source)
    assert names(report) == ["evidence/source"]
    source.write_bytes(b"\xff\xfe")
    _, report = run(data, "--source", source)
    assert names(report) == ["evidence/source"]
    assert "UTF-8" in report["findings"][0]["message"]["en"]


def test_evidence_that_is_not_checked_is_told_in_every_report_for_people(tmp_path: Path) -> None:
    data = tmp_path / "a.ttl"
    data.write_text(PASSAGE.good)
    environment = {"STADSGRAAF_ARTICLE": str(tmp_path / "gone.txt")}
    for form in ("text", "github", "markdown", "html", "sarif"):
        done = CliRunner().invoke(main, ["validate", "-q", "-f", form, str(data)], env=environment)
        assert "The digest of 1 passage was not checked" in done.stdout, form
    assert run(data, "--source", tmp_path / "gone.txt")[0] == 2
