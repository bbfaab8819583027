"""What a change brought about, however far from it: all of that and nothing else is told."""

import json
import random
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_shacl import PREFIXES, SHAPES, data

from stadsgraaf.cli import main


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_BASE_REF", raising=False)
    monkeypatch.delenv("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", raising=False)
    git(tmp_path, "init", "-q")
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "shapes.ttl").write_text(SHAPES)
    (tmp_path / "vocabulary" / "data.ttl").write_text(data(1))
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def fingerprints(*arguments: str | Path) -> tuple[int, set[str]]:
    done = CliRunner().invoke(main, ["validate", "-q", "--format", "json", *map(str, arguments)])
    assert done.exit_code in {0, 1}, done.output
    return done.exit_code, {f["fingerprint"] for f in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize("seed", range(4))
def test_random_changes_bring_about_what_two_full_runs_differ_in(seed: int, folder: Path) -> None:
    chance = random.Random(seed)
    path = folder / "vocabulary" / "data.ttl"
    _, before = fingerprints(folder / "vocabulary")
    lines = path.read_text().splitlines()
    for _ in range(3):
        number = chance.randrange(PREFIXES.count("\n") + 1, len(lines))
        other = chance.randrange(PREFIXES.count("\n") + 1, len(lines))
        lines[number] = chance.choice(
            [lines[other].replace("ex:n1", "ex:n2"), "ex:n3 ex:p ex:n4 ."]
        )
    path.write_text("\n".join(lines) + "\n")
    _, after = fingerprints(folder / "vocabulary")
    code, told = fingerprints(folder / "vocabulary", "--changed")
    assert told == after - before
    assert code == 0 or told


def test_without_a_change_nothing_is_told(folder: Path) -> None:
    assert fingerprints(folder / "vocabulary", "--changed") == (0, set())
    assert fingerprints(folder / "vocabulary")[0] == 1


def test_a_new_file_is_a_change(folder: Path) -> None:
    (folder / "new").mkdir()
    (folder / "new" / "a.ttl").write_text('<http://e/a> <http://e/p> "x"^^<http://e/t>, 1 . <')
    code, told = fingerprints(folder / "new", "--changed")
    assert (code, bool(told)) == (1, True)


def test_a_revision_that_is_not_there_is_wrong_usage(folder: Path) -> None:
    done = CliRunner().invoke(main, ["validate", "-q", str(folder), "--changed", "none"])
    assert done.exit_code == 2
    assert "none" in done.stderr
