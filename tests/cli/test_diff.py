"""``stadsgraaf diff`` between files, folders, releases and revisions."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stadsgraaf.cli import main

PREFIX = "@prefix ex: <http://example.org/> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
OLD = PREFIX + 'ex:ont a owl:Ontology ; owl:versionInfo "1.0.0" .\nex:A a owl:Class .\n'
B = "ex:b <http://purl.org/dc/terms/source> [ <http://purl.org/dc/terms/title> 1 ] .\n"
BROKEN = PREFIX + 'ex:ont a owl:Ontology ; owl:versionInfo "1.1.0" .\n'
DECLARED = BROKEN.replace("1.1.0", "2.0.0")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["diff", *arguments])


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit and a change that is not committed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "below").mkdir()
    (tmp_path / "a.ttl").write_text(OLD, encoding="utf-8")
    (tmp_path / "below" / "b.ttl").write_text(PREFIX + B, encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "One")
    (tmp_path / "a.ttl").write_text(BROKEN, encoding="utf-8")
    return tmp_path


def test_without_arguments_the_last_commit_is_compared_with_the_folder(folder: Path) -> None:
    result = run()
    assert result.exit_code == 1
    assert "- <http://example.org/A>" in result.output.replace("ex:A", "<http://example.org/A>")
    assert "term-removed" in result.output
    assert "NOT declared" in result.output
    assert "1.0.0 → 2.0.0" in result.output
    assert "ex:b" not in result.output


@pytest.mark.parametrize(
    ("new", "options", "code"),
    [
        (BROKEN, [], 1),
        (BROKEN, ["--allow", "ex:A"], 0),
        (BROKEN, ["--allow", "http://example.org/A"], 0),
        (BROKEN, ["--fail-on", "none"], 0),
        (DECLARED, [], 0),
        (DECLARED, ["--fail-on", "any"], 1),
        (OLD, ["--fail-on", "any"], 0),
    ],
)
def test_it_fails_until_the_breaking_change_is_declared(
    folder: Path, new: str, options: list[str], code: int
) -> None:
    (folder / "a.ttl").write_text(new, encoding="utf-8")
    assert run("HEAD", ".", *options).exit_code == code


def test_files_revisions_and_folders_are_all_sides(folder: Path) -> None:
    (folder / "old.ttl").write_text(OLD, encoding="utf-8")
    for sides in (
        ("old.ttl", "a.ttl"),
        ("HEAD:a.ttl", "a.ttl"),
        ("HEAD:a.ttl", "below/../a.ttl"),
    ):
        assert run(*sides).exit_code == 1
    assert run("HEAD:below", "below", "--fail-on", "any").exit_code == 0
    assert run("HEAD:a.ttl", "old.ttl", "--fail-on", "any").exit_code == 0


def test_a_revision_is_read_from_the_folder_where_one_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "below")
    assert run("HEAD", ".", "--fail-on", "any").exit_code == 0
    assert run("HEAD:b.ttl", "b.ttl", "--fail-on", "any").exit_code == 0


def test_releases_are_sides(folder: Path) -> None:
    made_at: list[str] = []
    for content in (OLD, DECLARED):
        (folder / "a.ttl").write_text(content, encoding="utf-8")
        made = CliRunner().invoke(main, ["build", ".", "--output", "out"])
        assert made.exit_code == 0, made.output
        made_at.append(made.stdout.strip())
    result = run(*made_at, "--format", "json")
    assert [each["iri"] for each in json.loads(result.stdout)["breaking"]] == [
        "http://example.org/A"
    ]
    assert run(made_at[1], "out", "--fail-on", "any").exit_code == 0


def test_several_formats_are_written_at_once(folder: Path) -> None:
    result = run("--format", "json=a.json", "--format", "patch=a.rdfp", "--format", "markdown")
    assert json.loads((folder / "a.json").read_text(encoding="utf-8"))["bump"] == "major"
    assert (folder / "a.rdfp").read_text(encoding="utf-8").startswith("H id <urn:sha256:")
    assert "### Breaking changes" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (["nothing", "."], "nothing does not exist", 2),
        (["HEAD:none.ttl", "."], "does not exist", 2),
        (["--format", "xml"], "--format xml: there are", 2),
        (["--allow", "nope:A"], "nope", 2),
    ],
)
def test_what_is_not_there_is_wrong_usage(
    folder: Path, arguments: list[str], words: str, code: int
) -> None:
    result = run(*arguments)
    assert (result.exit_code, words in result.stderr) == (code, True)


def test_a_side_that_cannot_be_read_is_no_difference(folder: Path) -> None:
    (folder / "a.ttl").write_text("ex:a ex:p .", encoding="utf-8")
    result = run()
    assert (result.exit_code, "a.ttl:1" in result.stderr) == (1, True)
