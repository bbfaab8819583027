"""Work beside other work: its result, its error, its end by a signal."""

import os
import signal

import pytest
from test_shacl import SHAPES, data, triples

from stadsgraaf.validation import shacl
from stadsgraaf.validation.apart import Apart


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


def test_work_that_nobody_waits_for_is_ended() -> None:
    beside = Apart(signal.pause)
    beside.stop()


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
