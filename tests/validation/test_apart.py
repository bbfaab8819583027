"""Work beside other work: its result, its error, its end by a signal."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import children
from test_shacl import SHAPES, data, triples

from stadsgraaf.errors import Text, UsageError
from stadsgraaf.validation import Finding, Options, gather, shacl, validate
from stadsgraaf.validation.apart import Apart
from stadsgraaf.validation.stages import STAGES, Subject, formatting, lexical


def test_the_result_of_the_work_comes_back() -> None:
    here = os.getpid()
    process, words = Apart(lambda: (os.getpid(), ["a" * 1_000_000])).result()
    assert process != here
    assert len(words[0]) == 1_000_000


def test_an_error_in_the_work_is_raised() -> None:
    beside = Apart(lambda: int("no number"))
    with pytest.raises(ValueError, match="no number"):
        beside.result()


def test_work_that_is_killed_is_a_failure() -> None:
    beside = Apart(lambda: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(RuntimeError, match="SIGKILL"):
        beside.result()


def test_work_whose_result_is_not_waited_for_to_the_end_is_ended() -> None:
    def interrupted(*_: int) -> None:
        raise KeyboardInterrupt

    def wait() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        beside.result()

    before = signal.signal(signal.SIGALRM, interrupted)
    beside = Apart(signal.pause)
    try:
        with pytest.raises(KeyboardInterrupt):
            wait()
    finally:
        signal.signal(signal.SIGALRM, before)
    beside.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(beside._process, 0)


def test_work_that_nobody_waits_for_is_ended() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    beside = Apart(signal.pause)
    os.close(writing)
    with pytest.raises(BlockingIOError):  # the work holds the other end
        os.read(reading, 1)
    beside.stop()
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_two_processes_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shacl, "_WORTH_A_PROCESS", 1)
    for seed in range(3):
        given, shapes = triples(data(seed)), triples(SHAPES)
        one = shacl.validate_data(given, shapes)
        two = shacl.validate_data(given, shapes, processes=2)
        assert set(one.results) == set(two.results)
        assert one.results
        assert sorted(one.faults) == sorted(two.faults)
        assert sorted(one.recursions) == sorted(two.recursions)


def test_an_error_of_ours_comes_back_as_it_was() -> None:
    def fail() -> None:
        raise UsageError(reason=Text("none", "geen"))

    with pytest.raises(UsageError) as error:
        Apart(fail).result()
    assert "geen" in error.value.detail("nl")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shacl, "_WORTH_A_PROCESS", 1)
    for stage in (formatting, lexical):
        monkeypatch.setattr(sys.modules[stage.__module__], "_WORTH_A_PROCESS", 1)
    wrong = 'ex:loose   ex:p 1, "one"^^<http://www.w3.org/2001/XMLSchema#integer>.\n'
    (tmp_path / "data.ttl").write_text(data(1) + wrong)
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    return tmp_path


def test_stages_beside_others_tell_what_they_tell_alone(folder: Path) -> None:
    dataset = gather([folder]).dataset
    one, two = (validate(dataset, Options(processes=number)) for number in (1, 2))
    assert {finding.name for finding in one.findings} > {"format/turtle", "lexical/literal"}
    assert one.findings == two.findings
    assert list(one.seconds) == list(STAGES)


def test_no_process_stays_when_a_stage_cannot_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: Subject) -> Iterator[Finding]:
        raise UsageError(reason="no more")

    monkeypatch.setitem(STAGES, "verify", stop)
    before = set(children(os.getpid()))
    with pytest.raises(UsageError, match="no more"):
        validate(gather([folder]).dataset, Options(processes=2))
    assert set(children(os.getpid())) <= before
