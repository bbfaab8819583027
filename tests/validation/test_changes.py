"""What a change brought about, however far from it: all of that and nothing else is told."""

import json
import random
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_shacl import PREFIXES, SHAPES, data

from stadsgraaf.cli import main
from stadsgraaf.validation import gather
from stadsgraaf.validation.changes import folder_at
from stadsgraaf.validation.scope import Scope
from stadsgraaf.validation.stages import Subject


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
    told = json.loads(done.stdout)["findings"]
    # what is told beneath another finding is as much of the result
    return done.exit_code, {
        one["fingerprint"] for finding in told for one in (finding, *finding.get("also", ()))
    }


def changed_at_random(place: Path, chance: random.Random, *, shapes: bool) -> None:
    """Replace three lines of the data, and perhaps a shape."""
    path = place / "data.ttl"
    lines = path.read_text().splitlines()
    for _ in range(3):
        number = chance.randrange(PREFIXES.count("\n") + 1, len(lines))
        other = chance.randrange(PREFIXES.count("\n") + 1, len(lines))
        lines[number] = chance.choice(
            [
                lines[other].replace("ex:n1", "ex:n2"),
                "ex:n3 ex:p ex:n4 .",
                "ex:n5 a ex:A , <http://www.w3.org/2004/02/skos/core#Concept> .",
                'ex:n6 rdfs:label "d"@nl ; ex:tpye 1 .',
                'ex:n9 rdfs:label "a"@nl , "g"@nl .',
                "ex:n1 ex:q ex:n10 . ex:n10 ex:r 3 .",
                "ex:n11 a ex:B .",
                "ex:D rdfs:subClassOf ex:A .",
                "ex:n7 ex:q [ ex:r 2 ; ex:q ex:n8 ] . # stadsgraaf:ignore label/missing -- none",
                "ex:n9 ex:q .",
                "",
            ]
        )
    if shapes:
        (place / "shapes.ttl").write_text(SHAPES.replace("sh:maxLength 4", "sh:maxLength 1"))
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("seed", range(20))
def test_random_changes_bring_about_what_two_full_runs_differ_in(seed: int, folder: Path) -> None:
    place = folder / "vocabulary"
    _, before = fingerprints(place)
    changed_at_random(place, random.Random(seed), shapes=seed % 3 == 0)
    _, after = fingerprints(place)
    code, told = fingerprints(place, "--changed")
    assert told == after - before
    assert code == 0 or told


FOLLOWING = f"""{PREFIXES}
ex:Number a sh:NodeShape ; sh:targetClass ex:A ; sh:property ex:Number-p .
ex:Number-p sh:path ex:p ; sh:datatype xsd:integer .
ex:Compared a sh:NodeShape ; sh:targetSubjectsOf ex:q ;
    sh:sparql [ sh:select "SELECT $this ?value {{ $this <http://e/p> ?p ; <http://e/q> ?value }}" ] .
"""
FOLLOWED = f"""{PREFIXES}
ex:n a ex:A .
ex:n ex:p "a" .
ex:n ex:q 1 .
"""


@pytest.mark.parametrize(
    ("name", "old", "new", "count"),
    [
        # explained by a shape that reads nothing of the change
        ("data.ttl", "ex:q 1", "ex:q 1 , 2", 0),
        # the shape that explained it judges the thing no longer, or asks for less
        ("data.ttl", "ex:n a ex:A .", "", 1),
        ("shapes.ttl", "sh:datatype xsd:integer", "sh:minCount 1", 1),
    ],
)
def test_what_follows_from_a_finding_does_so_with_a_part_of_the_data_too(
    name: str, old: str, new: str, count: int, folder: Path
) -> None:
    place = folder / "vocabulary"
    (place / "shapes.ttl").write_text(FOLLOWING)
    (place / "data.ttl").write_text(FOLLOWED)
    git(folder, "commit", "-qam", "following")
    _, before = fingerprints(place)
    text = (place / name).read_text()
    (place / name).write_text(text.replace(old, new))
    _, after = fingerprints(place)
    assert len(after - before) == count
    assert fingerprints(place, "--changed")[1] == after - before


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


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("ex:n1 ex:other 2 .", {"ex:Named"}),
        ("ex:n1 ex:r 2 .", {"ex:Named", "ex:Referred", "ex:Queries"}),
        ("ex:n1 a ex:B .", {"ex:Named", "ex:Referred", "ex:Sibling", "ex:Path"}),
    ],
)
def test_a_change_runs_the_shapes_that_read_it(line: str, read: set[str], folder: Path) -> None:
    place = folder / "vocabulary"
    before = gather([place]).dataset
    (place / "more.ttl").write_text(f"{PREFIXES}{line}")
    sides = Subject(before), Subject(gather([place]).dataset)
    scope = Scope.between(*sides)
    assert scope is not None
    left = {str(t.subject) for t in scope.affected(sides[1].shapes, sides[1].shapes.whole)}
    ran = {name for name in read if f"<http://e/{name.removeprefix('ex:')}>" in left}
    assert ran == read
    assert "<http://e/C>" not in left


def test_a_change_of_words_runs_no_shape(folder: Path) -> None:
    place = folder / "vocabulary"
    before = gather([place]).dataset
    (place / "data.ttl").write_text(data(1) + "\n# words\n")
    scope = Scope.between(Subject(before), Subject(gather([place]).dataset))
    assert scope is not None
    assert (scope.predicates, scope.files) == (frozenset(), {"data.ttl"})
    assert scope.affected(Subject(before).shapes, Subject(before).shapes.whole) == []


def test_of_what_did_not_change_only_what_is_read_is_at_hand(folder: Path) -> None:
    (folder / "aside.ttl").write_text("<http://e/a> <http://e/b> 1 .")
    (folder / "gone.ttl").write_text("<http://e/a> <http://e/b> 2 .")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "aside")
    (folder / "gone.ttl").unlink()
    read = gather([folder / "vocabulary", folder / "aside.ttl"], ["aside.ttl"]).files
    with folder_at("HEAD", folder, read) as (copy, same):
        files = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
        assert files == {"gone.ttl", "vocabulary/data.ttl", "vocabulary/shapes.ttl"}
        assert {path.as_posix() for path in same} == files - {"gone.ttl"}


BAD = '<http://e/a> <http://e/b> "x"^^<http://www.w3.org/2001/XMLSchema#date> .\n'


def test_before_the_first_commit_all_is_new(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.ttl").write_text(BAD)
    code, found = fingerprints(tmp_path, "--changed", "HEAD")
    assert (code, len(found)) == (1, 1)


def test_what_a_repository_within_had_before_is_not_new(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    for folder in (inner, outer):
        folder.mkdir()
        git(folder, "init", "-q")
    (inner / "a.ttl").write_text(BAD)
    git(inner, "add", ".")
    git(inner, "commit", "-qm", "first")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "within")
    git(outer, "commit", "-qm", "first")
    assert fingerprints(outer, "--changed", "HEAD") == (0, set())
    (outer / "within" / "a.ttl").write_text(BAD + "\n" + BAD.replace("/a", "/c"))
    code, found = fingerprints(outer, "--changed", "HEAD")
    assert (code, len(found)) == (1, 1)


def test_a_revision_that_was_not_fetched_is_told_with_how_to_fetch_it(folder: Path) -> None:
    done = CliRunner().invoke(main, ["validate", "-q", str(folder), "--changed", "HEAD~9"])
    assert done.exit_code == 2
    assert "fetch-depth: 0" in done.stderr
