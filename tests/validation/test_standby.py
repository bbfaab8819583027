"""A process that gets ready while others find out what there is to do."""

import os
import time
from operator import truediv

import pytest
from serving import children

from stadsgraaf.validation.standby import Standby


def test_what_is_asked_is_done_one_after_the_other() -> None:
    standby = Standby(lambda: None)
    try:
        assert standby.is_free
        asked = standby.ask(truediv, 6, 3)
        assert not standby.is_free
        assert asked.result() == 2
        assert standby.is_free
        long = "a" * 1_000_000
        assert standby.ask(str.upper, long).result() == long.upper()
    finally:
        standby.stop()


def test_it_gets_ready_by_itself() -> None:
    standby = Standby(lambda: os.environ.update(READY_FOR_WORK="yes"))
    try:
        assert standby.ask(os.getenv, "READY_FOR_WORK").result() == "yes"
        assert os.getenv("READY_FOR_WORK") is None
    finally:
        standby.stop()


def test_there_is_no_process_before_it_is_started_or_asked() -> None:
    standby = Standby(lambda: None)
    try:
        before = set(children(os.getpid()))
        standby.start()
        (started,) = set(children(os.getpid())) - before
        standby.start()
        assert standby.ask(os.getpid).result() == started
    finally:
        standby.stop()
    assert standby.is_free is False
    standby.start()
    assert set(children(os.getpid())) == before


def test_what_work_raises_is_raised_and_other_work_goes_on() -> None:
    standby = Standby(lambda: None)
    try:
        with pytest.raises(ZeroDivisionError):
            standby.ask(truediv, 1, 0).result()
        assert standby.ask(truediv, 1, 1).result() == 1
    finally:
        standby.stop()


def test_a_process_that_ended_is_no_answer() -> None:
    standby = Standby(lambda: None)
    with pytest.raises(RuntimeError):
        standby.ask(os._exit, 0).result()
    standby.stop()
    dead = Standby(lambda: os._exit(0))
    with pytest.raises(RuntimeError):
        dead.ask(str.upper, "a" * 1_000_000).result()
    dead.stop()
    dead.stop()


def test_nobody_waits_for_work_that_is_stopped() -> None:
    standby = Standby(lambda: None)
    asked = standby.ask(time.sleep, 600)
    asked.stop()
    assert not standby.is_free
