"""A page reads the first rows of an answer, says so, and leaves the rest."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal

from stadsgraaf.errors import StoreUnavailable
from stadsgraaf.media import RDF, RESULTS
from stadsgraaf.store.base import Answer
from stadsgraaf.web.asking import Table
from stadsgraaf.web.excerpt import Beginning, read_beginning, read_solutions, solutions
from stadsgraaf.web.turns import at_once

ROW = b'{"n":{"type":"literal","value":"%d"}}'


class Parts:
    """Chunks, of which it is known how many were taken."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self.closed = False

    def __aiter__(self) -> "Parts":
        return self

    async def __anext__(self) -> bytes:
        try:
            return next(self._parts)
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        self.closed = True


def endless() -> Iterator[bytes]:
    yield b'{"head":{"vars":["n"]},"results":{"bindings":[' + ROW % 0
    for number in range(1, 1_000_000_000):
        yield b"," + ROW % number


def excerpt(parts: Parts, size: int) -> tuple[Beginning, Table]:
    begun = asyncio.run(read_beginning(Answer("select", RESULTS[0], parts), size))
    return begun, at_once(begun.rows(100))


def test_an_endless_answer_is_read_as_far_as_said_and_then_stopped() -> None:
    parts = Parts(endless())
    begun, table = excerpt(parts, 10_000)
    assert not begun.whole
    assert parts.closed
    assert len(table.rows) == 100
    assert 100 < table.more < 300
    assert [row["n"].value for row in table.rows[:3]] == ["0", "1", "2"]


def test_a_short_answer_is_whole() -> None:
    body = b'{"head":{"vars":["n"]},"results":{"bindings":[' + ROW % 7 + b"]}}"
    begun, table = excerpt(Parts(iter([body[:30], body[30:]])), 10_000)
    assert begun.whole
    assert table.rows == [{"n": Literal("7")}]


def test_rows_beyond_those_that_are_shown_are_counted() -> None:
    triples = b"<urn:a> <urn:b> <urn:c> .\n"
    answer = Answer(
        "graph", next(each for each in RDF if each.name == "N-Triples"), Parts(iter([triples] * 9))
    )
    table = at_once(asyncio.run(read_beginning(answer)).rows(4))
    assert (len(table.rows), table.more) == (4, 5)
    rows = b",".join(ROW % number for number in range(9))
    body = b'{"head":{"vars":["n"]},"results":{"bindings":[' + rows + b"]}}"
    answer = Answer("select", RESULTS[0], Parts(iter([body])))
    table = at_once(asyncio.run(read_beginning(answer)).rows(4))
    assert ([row["n"].value for row in table.rows], table.more) == (["0", "1", "2", "3"], 5)


@pytest.mark.parametrize("text", ["plain", "}},{", '}},{"', '"}},{"', "{}", "}},{,", "\\"])
@pytest.mark.parametrize("is_last", [True, False])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_rows_are_counted_right_whatever_their_texts_say(
    text: str, separators: tuple[str, str], *, is_last: bool
) -> None:
    value = {"value": text, "type": "literal"} if is_last else {"type": "literal", "value": text}
    row = {"n": value, "m": value}
    for bindings in ([row] * 7, [row] * 5 + [{}] * 2):
        document = {"head": {"vars": ["n", "m"]}, "results": {"bindings": bindings}}
        content = json.dumps(document, separators=separators).encode()
        assert at_once(solutions(content, most=3)).more == 4


def test_triples_are_read_up_to_the_last_whole_line() -> None:
    parts = Parts(iter([b"<urn:a> <urn:b> <urn:c> .\n", b"<urn:a> <urn:b> <urn:"]))
    answer = Answer("graph", next(each for each in RDF if each.name == "N-Triples"), parts)
    begun = asyncio.run(read_beginning(answer, 30))
    assert not begun.whole
    assert len(at_once(begun.rows(100)).rows) == 1


def test_a_whole_answer_that_is_no_results_document_is_an_error() -> None:
    with pytest.raises(StoreUnavailable):
        read_solutions(b"<html>")
