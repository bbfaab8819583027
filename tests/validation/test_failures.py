"""A crash never looks like a dataset that conforms, wherever it happens."""

import json
import os
import pickle
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyshacl
import pytest
from click.testing import CliRunner

from stadsgraaf import guarding
from stadsgraaf.cli import main
from stadsgraaf.validation import apart, reference, shacl, stages, turbo
from stadsgraaf.validation.formats import FORMATS
from stadsgraaf.validation.stages import STAGES, formatting

formatting_module = sys.modules[formatting.__module__]

GOOD = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix e: <http://e/> .

e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property e:S-p .
e:S-p a sh:PropertyShape ; sh:path e:p ; sh:minCount 1 .
e:a a e:C ; e:p 1 .
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.ttl").write_text(GOOD)
    return tmp_path


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["validate", "-q", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def boom(*_: object, **__: object) -> object:
    raise RuntimeError("boom")


def test_the_dataset_conforms_when_nothing_crashes(folder: Path) -> None:
    assert run(folder)[0] == 0


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_a_stage_that_crashes_is_exit_code_3_and_no_format_says_that_all_is_well(
    stage: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(stages.STAGES, stage, boom)
    out = {name: folder / f"report.{name}" for name in FORMATS}
    code, _, trace = run(folder, *(f"--format={name}={path}" for name, path in out.items()))
    assert code == 3
    assert "RuntimeError: boom" in trace
    for name, path in out.items():
        text = path.read_text()
        assert f"failed in the stage {stage}" in text, name
    assert '"validator/failure"' in out["json"].read_text()
    assert json.loads(out["json"].read_text())["conforms"] is False
    assert json.loads(out["json"].read_text())["complete"] is False
    sarif = json.loads(out["sarif"].read_text())["runs"][0]
    assert sarif["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize("engine", ["pyshacl", "turbo", "both"])
@pytest.mark.parametrize(
    "place",
    [(pyshacl, "validate"), (reference, "read_report"), (turbo, "read_report"), (shacl, "batch")],
)
def test_an_engine_that_crashes_never_conforms(
    engine: str, place: tuple[object, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*place, boom)
    asked = {
        "pyshacl": (pyshacl, reference, shacl),
        "turbo": (turbo,),
        "both": (pyshacl, reference, shacl, turbo),
    }
    code, text, _ = run(folder, "--engine", engine)
    if place[0] in asked[engine]:
        assert code in {1, 3}
        assert "nothing found" not in text
    else:
        assert code == 0


@pytest.mark.parametrize("kind", [MemoryError, RecursionError, OSError, AssertionError, KeyError])
def test_whatever_the_error_is(
    kind: type[Exception], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise kind

    monkeypatch.setitem(stages.STAGES, "shacl", fail)
    assert run(folder)[0] == 3


def test_a_format_that_crashes_is_exit_code_3_and_the_others_come(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "html", boom)
    stale = folder / "report.html"
    stale.write_text("The dataset conforms.")
    code, text, trace = run(folder, f"--format=html={stale}", "--format=text")
    assert code == 3
    assert "RuntimeError: boom" in trace
    assert "8 triples in 1 file" in text
    assert not stale.exists()


def test_an_interrupt_is_neither_success_nor_a_finding(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setitem(stages.STAGES, "shacl", interrupt)
    assert run(folder)[0] == 130


def test_who_stops_reading_the_report_changes_no_exit_code(folder: Path) -> None:
    for text, code in ((GOOD, 0), (GOOD + "e:b a e:C .\n", 1)):
        (folder / "a.ttl").write_text(text)
        reading, writing = os.pipe()
        os.close(reading)
        command = [sys.executable, "-m", "stadsgraaf", "validate", "-q", str(folder)]
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
        os.close(writing)
        assert (done.returncode, done.stderr) == (code, b"")


def test_a_report_goes_to_a_pipe_or_device_and_leaves_it_there(folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert run(folder, f"--format=json={pipe}")[0] == 0
    with os.fdopen(reading, "rb") as report:
        assert json.loads(report.read())["conforms"] is True
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    link = folder / "null"
    link.symlink_to(os.devnull)
    assert run(folder, f"--format=json={link}")[0] == 0
    assert link.is_symlink()


def test_a_file_that_may_not_be_read_brings_no_findings_of_what_it_says(folder: Path) -> None:
    (folder / "b.ttl").symlink_to("nowhere.ttl")
    (folder / "c.ttl").write_text("@prefix e: <http://e/> . e:b a e:C . e:S-p a e:Nothing .\n")
    code, text, _ = run(folder)
    assert code == 1
    assert "1 violation, " in text
    assert "Not run, as a file could not be read at all" in text


def killed(*_: object, **__: object) -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return None


def dies_unless_in(parent: int) -> Callable[..., object]:
    """What ends a child at once, and the process of the tests never."""
    return lambda *_, **__: killed() if os.getpid() != parent else None


#: Moments in the life of a process beside others, by what it does there.
MOMENTS = {
    "when it begins": (apart, "_give"),
    "while an engine works": (reference, "validate"),
    "when the engine is done": (reference, "read_report"),
    "before it gives its result": (apart.pickle, "dumps"),
    "while it formats": (formatting_module, "format_texts"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_process_that_is_killed_is_exit_code_3_at_any_moment(
    moment: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shacl, "_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(formatting_module, "_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(*MOMENTS[moment], dies_unless_in(os.getpid()))
    code, text, trace = run(folder, "--no-cache", "--format=json")
    assert (code, json.loads(text)["conforms"]) == (3, False)
    assert "SIGKILL" in trace


def test_a_process_that_is_killed_halfway_its_result_gives_none() -> None:
    def halfway(work: Callable[[], object], writing: int) -> None:
        content = pickle.dumps((work(), None))
        os.write(writing, content[: len(content) // 2])
        killed()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "_give", halfway)
        with pytest.raises(RuntimeError, match="SIGKILL"):
            apart.Apart(lambda: "x" * 1000).result()


def test_a_reader_that_is_killed_is_exit_code_3(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.rdf").write_text("<a/>")
    command = (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")
    monkeypatch.setattr(guarding, "_CHILD", command)
    code, _, said = run(folder)
    assert code == 3
    assert "the process that reads" in said


def test_what_could_not_be_checked_is_named(folder: Path) -> None:
    (folder / "b.ttl").write_bytes(b"\x1f\x8b\x08\x00")
    code, text, _ = run(folder)
    assert code == 1
    assert (
        "Not run, as a file could not be read at all: terms, shacl, verify, evidence, queries."
        in text
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--engine", "none"], 2),
        (["--stage", "none"], 2),
        (["--format", "none"], 2),
        (["--baseline", "none.json"], 2),
        (["--profile", "none.yaml"], 2),
        (["--format", "json=no/such/folder/x"], 2),
        (["--format", f"json={Path.cwd()}"], 2),
        (["--explain", "no/such-rule"], 2),
        (["--explain", "skos/orphan"], 0),
    ],
)
def test_wrong_usage_is_exit_code_2(folder: Path, arguments: list[str], code: int) -> None:
    assert run(folder, *arguments)[0] == code


def test_warnings_alone_do_not_fail(folder: Path) -> None:
    (folder / "b.ttl").write_text(
        "<http://e/x> <http://e/y> 1 . # stadsgraaf:ignore skos/orphan -- no"
    )
    assert run(folder)[0] == 0
    assert run(folder, "--fail-on", "warning")[0] == 1
    profile = folder / "p.yaml"
    profile.write_text("fail-on: warning\n")
    assert run(folder, "--profile", profile)[0] == 1
    assert run(folder, "--profile", profile, "--fail-on", "violation")[0] == 0
