"""One event is one line, and nothing that a client sent can pass for another."""

import io
import json
import logging

import pytest

from stadsgraaf.logs import REQUEST, configure
from stadsgraaf.settings import Settings

HOSTILE = 'x\r\n2026-01-01T00:00:00.000Z ERROR forged\x1b[31m\u2028"\u202e'


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(autouse=True)
def _put_back() -> object:
    root, ours = logging.getLogger(), logging.getLogger("stadsgraaf")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


def test_json_is_one_object_on_a_line(stream: io.StringIO) -> None:
    configure(Settings(log_format="json"), stream)
    token = REQUEST.set("abc")
    logging.getLogger("stadsgraaf.x").info("said", extra={"path": HOSTILE, "status": 200})
    REQUEST.reset(token)
    line, rest = stream.getvalue().split("\n")
    assert rest == ""
    assert line.isascii()
    said = json.loads(line)
    assert said.pop("time").endswith("Z")
    assert said == {
        "level": "info",
        "event": "said",
        "request": "abc",
        "path": HOSTILE,
        "status": 200,
    }


def test_lines_for_people_are_one_line_too(stream: io.StringIO) -> None:
    configure(Settings(), stream)
    logging.getLogger("stadsgraaf.x").warning("said %s", HOSTILE, extra={"path": HOSTILE})
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if not line.startswith("    ")] == lines[:1]
    assert not {"\x1b", "\u2028", "\u202e", "\r"} & set(stream.getvalue())


def test_a_trace_is_part_of_its_event(stream: io.StringIO) -> None:
    for form in ("json", "console"):
        configure(Settings(log_format=form), stream)
        try:
            divmod(1, 0)
        except ZeroDivisionError:
            logging.getLogger("stadsgraaf.x").exception("failed")
    first, *rest = stream.getvalue().splitlines()
    assert "ZeroDivisionError" in json.loads(first)["trace"]
    assert all(line.startswith("    ") for line in rest[1:])


@pytest.mark.parametrize("says_queries", [False, True])
@pytest.mark.parametrize("form", ["json", "console"])
def test_the_words_of_a_fault_are_said_only_where_queries_are(
    stream: io.StringIO, form: str, *, says_queries: bool
) -> None:
    configure(Settings(log_format=form, log_queries=says_queries), stream)
    asked = "Jan" + "sen"  # a trace has lines of the code
    try:
        try:
            int(asked)
        except ValueError as error:
            raise KeyError(asked) from error
    except KeyError:
        logging.getLogger("stadsgraaf.x").exception("failed")
    said = stream.getvalue()
    assert ("Jansen" in said) is says_queries
    assert said.index("ValueError") < said.index("KeyError")
    assert "test_logs.py" in said


def test_what_is_long_is_cut(stream: io.StringIO) -> None:
    configure(Settings(log_format="json"), stream)
    logging.getLogger("stadsgraaf.x").info("said", extra={"query": "x" * 100_000})
    assert len(stream.getvalue()) < 3000


def test_the_level_is_that_of_the_settings(stream: io.StringIO) -> None:
    configure(Settings(log_level="error"), stream)
    logging.getLogger("stadsgraaf.x").warning("said")
    assert stream.getvalue() == ""
