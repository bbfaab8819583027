"""What is remembered is what would be found, and nothing that others wrote is ever believed."""

import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyoxigraph import BlankNode, Literal, NamedNode
from test_changes import FOLLOWED, FOLLOWING, changed_at_random, git
from test_shacl import PREFIXES, SHAPES, data

from stadsgraaf.cli import main
from stadsgraaf.validation import Options, gather, validate
from stadsgraaf.validation.cache import Cache
from stadsgraaf.validation.recall import Found
from stadsgraaf.validation.results import Result
from stadsgraaf.validation.stages import STAGES

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def entries(cache: Cache) -> list[Path]:
    return sorted(cache.folder.glob("*.json"))


def test_what_is_put_is_got(cache: Cache) -> None:
    assert cache.get("a") is None
    assert cache.is_empty
    cache.put("a", {"é": [1, None]})
    assert not cache.is_empty
    cache.put("b", [2])
    assert (cache.get("a"), cache.get("b")) == ({"é": [1, None]}, [2])
    assert Cache(cache.folder).get("a") == {"é": [1, None]}


def test_no_damage_is_ever_read(cache: Cache) -> None:
    cache.put("a", ["conforms"])
    (file,) = entries(cache)
    whole = file.read_bytes()
    for at in range(len(whole)):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            file.write_bytes(damaged)
            assert cache.get("a") is None
    file.write_bytes(whole)
    assert cache.get("a") == ["conforms"]


def test_an_entry_of_another_name_or_another_cache_is_not_read(
    cache: Cache, tmp_path: Path
) -> None:
    other = Cache(tmp_path / "other")
    for one in (cache, other):
        one.put("a", ["mine" if one is cache else "theirs"])
    (file,), (theirs,) = entries(cache), entries(other)
    assert file.name == theirs.name
    file.write_bytes(theirs.read_bytes())
    assert cache.get("a") is None
    cache.put("b", ["b"])
    named_b = next(path for path in entries(cache) if path != file)
    file.write_bytes(named_b.read_bytes())
    assert (cache.get("a"), cache.get("b")) == (None, ["b"])


def _open_to_all(key: Path) -> None:
    key.chmod(0o644)


def _linked(key: Path) -> None:
    key.rename(key.with_name("elsewhere"))
    key.symlink_to("elsewhere")


@pytest.mark.parametrize("spoil", [_open_to_all, _linked, lambda key: key.write_bytes(b"short")])
def test_a_key_that_others_may_know_seals_nothing(
    spoil: Callable[[Path], object], cache: Cache
) -> None:
    cache.put("a", 1)
    spoil(cache.folder / "key")
    assert cache.get("a") is None
    cache.put("b", 2)
    assert len(entries(cache)) == 1


def test_without_a_place_to_write_nothing_is_kept_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = Cache(tmp_path / "file")
    cache.put("a", 1)
    assert cache.get("a") is None


def test_the_entries_asked_for_last_stay(cache: Cache) -> None:
    cache.put("first", 0)
    os.utime(entries(cache)[0], (1, 1))
    cache.put("second", 0)
    os.utime(next(path for path in entries(cache) if path.stat().st_mtime > 1), (2, 2))
    assert cache.get("first") == 0  # so that it is not the oldest any more
    for number in range(63):
        cache.put(str(number), number)
    assert len(entries(cache)) == 64
    assert (cache.get("first"), cache.get("second")) == (0, None)


def test_git_leaves_a_cache_alone(cache: Cache, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    cache.put("a", 1)
    git(tmp_path, "add", ".")
    assert (
        not (tmp_path / ".git" / "index").exists()
        or b"json" not in (tmp_path / ".git" / "index").read_bytes()
    )


def test_every_term_comes_back_as_it_was() -> None:
    literals = (
        Literal("é\n"),
        Literal("a", language="nl"),
        Literal("01", datatype=NamedNode(f"{XSD}integer")),
    )
    detail = Result(BlankNode("b"), "", None, "s", "c", BlankNode("d"))
    results = tuple(
        replace(detail, value=literal, messages=literals, details=(detail,), path="<http://e/p>")
        for literal in literals
    )
    found = Found((), results=results, silent=frozenset({"terms"}))
    read = Found.read(json.loads(json.dumps(found.written())))
    assert read == found
    assert [repr(one) for one in read.results or ()] == [repr(one) for one in results]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_BASE_REF", raising=False)
    monkeypatch.delenv("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = tmp_path / "vocabulary"
    place.mkdir()
    (place / "shapes.ttl").write_text(SHAPES)
    (place / "data.ttl").write_text(data(1))
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return place


def told(*arguments: str | Path, cached: bool = True) -> tuple[int, Any]:
    """Exit code and all that a report says."""
    done = CliRunner().invoke(
        main,
        ["validate", "-q", "--format", "json", *map(str, arguments)],
        env={"STADSGRAAF_NO_CACHE": "" if cached else "1"},
    )
    assert done.exit_code in {0, 1}, done.output
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def stages_run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stages that run, as they do."""
    ran: list[str] = []

    def noted(name: str, stage: Callable[..., Iterator[object]]) -> Callable[..., object]:
        def begin(*arguments: object) -> Iterator[object]:
            ran.append(name)
            return stage(*arguments)

        return begin

    for name, stage in list(STAGES.items()):
        monkeypatch.setitem(STAGES, name, noted(name, stage))
    return ran


def test_the_second_run_finds_nothing_anew_and_tells_the_same(
    folder: Path, stages_run: list[str]
) -> None:
    plain = told(folder, cached=False)
    assert told(folder) == plain
    stages_run.clear()
    assert told(folder) == plain
    assert stages_run == []
    (folder / "data.ttl").write_text(data(2))
    assert told(folder) == told(folder, cached=False) != plain


@pytest.mark.parametrize(
    "arguments",
    [("--engine", "turbo"), ("--stage", "shacl"), ("--profile", "profile.yaml"), ("--source", "a")],
)
def test_another_question_is_not_answered_by_what_was_found_before(
    arguments: tuple[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, stages_run: list[str]
) -> None:
    monkeypatch.chdir(folder)
    (folder / "profile.yaml").write_text("severity:\n  label/*: off\n")
    (folder / "a").write_text("words")
    told(folder)
    stages_run.clear()
    assert told(folder, *arguments) == told(folder, *arguments, cached=False)
    assert "shacl" in stages_run


@pytest.mark.parametrize("seed", range(5))
def test_random_changes_tell_the_same_with_what_is_remembered(seed: int, folder: Path) -> None:
    told(folder)
    for step in range(2):
        changed_at_random(folder, random.Random(seed * 2 + step), shapes=(seed + step) % 3 == 0)
        changed = told(folder, "--changed", cached=False)
        whole = told(folder, cached=False)
        # by what was there at the commit, then by what this very run kept
        assert told(folder, "--changed") == changed
        assert told(folder, "--changed") == changed
        assert told(folder) == whole
        if step == 0 and seed % 2:
            git(folder.parent, "commit", "-qam", "next")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("data.ttl", "ex:q 1", "ex:q 1 , 2"),
        ("data.ttl", "ex:n a ex:A .", ""),
        ("data.ttl", 'ex:p "a"', "ex:p 2"),
        # what has no name is numbered anew
        ("data.ttl", "ex:n a ex:A .", "[] ex:unrelated 1 . ex:n a ex:A ."),
        ("shapes.ttl", "sh:datatype xsd:integer", "sh:minCount 1"),
        ("shapes.ttl", "sh:targetClass ex:A ; ", ""),
        ("shapes.ttl", "ex:Number a sh:NodeShape", "ex:Other a sh:NodeShape"),
    ],
)
def test_what_a_shape_explains_it_explains_when_it_is_remembered(
    name: str, old: str, new: str, folder: Path
) -> None:
    (folder / "shapes.ttl").write_text(
        FOLLOWING
        + "ex:Second a sh:NodeShape ; sh:targetSubjectsOf ex:q ; sh:property ex:Number-p ."
    )
    (folder / "data.ttl").write_text(
        FOLLOWED + 'ex:m ex:q 1 ; ex:p "b" . ex:k a ex:A ; ex:p "c" . [] a ex:A ; ex:p "d" .'
    )
    git(folder.parent, "commit", "-qam", "following")
    told(folder)
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))
    assert told(folder, "--changed") == told(folder, "--changed", cached=False)
    assert told(folder) == told(folder, cached=False)


def test_what_was_not_checked_is_told_once_also_when_a_stage_runs_again(folder: Path) -> None:
    evidence = (
        "ex:c <http://www.w3.org/ns/oa#hasTarget> ex:t ."
        " ex:t <https://w3id.org/stadsgraaf/def/ont/sha256> 1 ."
    )
    (folder / "shapes.ttl").write_text(FOLLOWING)
    (folder / "data.ttl").write_text(FOLLOWED + evidence)
    git(folder.parent, "commit", "-qam", "evidence")
    told(folder)
    (folder / "data.ttl").write_text(FOLLOWED.replace("ex:n a ex:A .", "") + evidence)
    reports = [told(folder, "--changed", cached=cached) for cached in (False, True)]
    assert reports[0] == reports[1]
    assert [len(report["notices"]) for _, report in reports] == [1, 1]


def test_a_forged_verdict_is_found_out(folder: Path, tmp_path: Path) -> None:
    plain = told(folder)
    for entry in (tmp_path / "cache").rglob("*.json"):
        content = entry.read_bytes()
        said = json.loads(content[32:])
        entry.write_bytes(content[:32] + json.dumps(said | {"all": []}).encode())
    assert told(folder) == plain


@pytest.mark.parametrize(
    "select",
    ["SELECT $this { FILTER (NOW() > 1) }", "SELECT $this { FILTER (RAND() > 1) }"],
)
def test_what_depends_on_the_moment_is_not_remembered(
    select: str, folder: Path, stages_run: list[str]
) -> None:
    (folder / "shapes.ttl").write_text(
        f'{PREFIXES}ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:sparql [ sh:select "{select}" ] .'
    )
    for _ in range(2):
        stages_run.clear()
        told(folder)
        assert "shacl" in stages_run


def test_a_run_that_failed_is_not_remembered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, sources = Cache(folder / "cache"), gather([folder])
    with monkeypatch.context() as broken:
        broken.setitem(STAGES, "verify", lambda _: 1 / 0)
        assert validate(sources.dataset, Options(cache=cache)).failures
    assert not validate(sources.dataset, Options(cache=cache)).failures
