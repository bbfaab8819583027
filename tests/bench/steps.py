"""Where the time of a cheap query goes that nobody asked before: CPU µs a query, step by step.

::

    python tests/bench/steps.py .build/bench/1000000/archive-42

The steps are run one after the other, each many times, each query once, without HTTP: this is what they
cost at least. In a server every step finds colder caches; that and HTTP are what it takes beyond
their sum (`make bench`, CPU a request).
"""

import asyncio
import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pyoxigraph
import uvloop
from questions import fresh
from synthetic import Sizes

from stadsgraaf.archive import Archive
from stadsgraaf.media import RDF, RESULTS, Form, Format, negotiate
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Answer, Begun, Limits, Question, Whole, WholeAnswer
from stadsgraaf.store.evaluation import Engine
from stadsgraaf.store.identity import entity_tag
from stadsgraaf.store.pool import PoolStore
from stadsgraaf.store.precheck import check
from stadsgraaf.store.stationery import PLACE, Stationery, opened
from stadsgraaf.store.wire import decode_question, encode_question
from stadsgraaf.web.app import create_app
from stadsgraaf.web.edition import Edition
from stadsgraaf.web.editions import Editions
from stadsgraaf.web.express import Express
from stadsgraaf.web.forwarded import Forwarded
from stadsgraaf.web.observing import Observed
from stadsgraaf.web.promotion import Record
from stadsgraaf.web.tracing import Tracing

__all__ = ["measure"]

_NUMBER: Final = 3000
_ENDPOINT: Final = "http://127.0.0.1:8000/sparql"
_ANSWER: Final = b"x" * 800

Steps = dict[str, float]


def measure(release: Release, number: int = _NUMBER) -> Steps:
    """CPU µs of each step, by its name."""
    asked = list(islice(fresh(Sizes.of(release.manifest.triples), time.time_ns()), number))
    questions = [
        Question(
            each.query,
            results=negotiate(each.accept, RESULTS),
            rdf=negotiate(each.accept, RDF),
            base_iri=_ENDPOINT,
        )
        for each in asked
    ]
    gc.freeze()  # as the server does
    gc.set_threshold(10_000)
    found = uvloop.run(_face(release, [(each.query, each.accept) for each in asked], questions))
    # A worker answers in a thread, which has memory of its own: loading leaves the other in shreds.
    engine = Engine.load(release.data, prefixes=release.manifest.prefixes)
    thread = threading.Thread(target=lambda: found.update(_worker(engine, questions)))
    thread.start()
    thread.join()
    return found


def _each(work: Callable[[Any], object], things: Sequence[Any]) -> float:
    begin = time.process_time()
    for thing in things:
        work(thing)
    return (time.process_time() - begin) / len(things) * 1e6


class _Nothing:
    """A store that has the answer already."""

    whole = WholeAnswer("select", RESULTS[0], _ANSWER)

    async def answer(self, question: Question, limits: Limits) -> Answer:
        return Answer("select", RESULTS[0], Whole(_ANSWER), len(_ANSWER))

    def begin(self, question: Question, limits: Limits, told: Callable[[], None]) -> "_Nothing":
        told()
        return self

    def abandon(self) -> None:
        """Nothing is under way."""

    async def close(self) -> None:
        """Nothing is open."""


class _Line:
    """A connection that takes what is written."""

    client = ("127.0.0.1", 5000)
    cycle = unknown = None
    is_at_rest = False

    def __init__(self) -> None:
        self.record = Record()

    default_headers = ((b"date", b"Thu, 26 Nov 2026 12:00:00 GMT"),)

    @property
    def transport(self) -> "_Line":
        return self

    server_state = transport

    def write(self, data: bytes) -> None:
        """Nobody listens."""

    def on_response_complete(self) -> None:
        """Part of `Connection`."""

    def catch_up(self) -> None:
        """Part of `Connection`."""


async def _face(
    release: Release, asked: Sequence[tuple[str, str]], questions: Sequence[Question]
) -> Steps:
    settings, store = Settings(article=""), _Nothing()

    async def open_store(*_: object) -> _Nothing:
        return store

    editions = Editions(settings, open_store)
    editions._current = Edition(release, store, create_app(store, release, settings))
    seen = Observed(editions, settings, editions.metrics, frozenset(("sparql",)), Tracing(settings))
    app = Forwarded(seen, settings)

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        """Nobody listens."""

    express = Express(editions, seen, settings)
    _teach(express, asked)
    half = len(asked) // 2  # what was asked on one way is known on the other
    short = _each(lambda request: express.take(_Line(), request), _requests(asked[half:]))
    scopes = list(_scopes(asked[:half]))
    begin = time.process_time()
    for scope in scopes:
        await app(scope, receive, send)
    whole = (time.process_time() - begin) / len(scopes) * 1e6
    tagged = _each(lambda question: entity_tag("release", question, None), questions)
    sent = _each(lambda question: encode_question(question, Limits()), questions)
    return {
        "face: entity tag of the normalised query": tagged,
        "face: encode the question": sent,
        "face: all else on the short way": short - tagged,
        "(face: all else on the ordinary way)": whole - tagged,
        "face: hand it to a worker, take the answer": await _pool(release, questions) - sent,
    }


async def _pool(release: Release, questions: Sequence[Question]) -> float:
    """What a question costs the process that asks workers, as many at once as connections in the bench."""
    store = await PoolStore.start(release.store)
    waiting, over = iter(questions), asyncio.Event()
    begun: dict[int, Begun] = {}

    def ask(place: int) -> None:
        if question := next(waiting, None):
            begun[place] = store.begin(question, Limits(), lambda: hear(place))
        else:
            del begun[place]
            if not begun:
                over.set()

    def hear(place: int) -> None:
        assert begun[place].whole
        begun[place].abandon()
        ask(place)

    begin = time.process_time()
    for place in range(8):
        ask(place)
    await over.wait()
    cost = (time.process_time() - begin) / len(questions) * 1e6
    await store.close()
    return cost


def _requests(asked: Sequence[tuple[str, str]]) -> list[bytes]:
    return [
        (
            f"GET /sparql?{urlencode({'query': query})} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"
            f"Accept: {accept}\r\n\r\n"
        ).encode()
        for query, accept in asked
    ]


def _teach(express: Express, asked: Sequence[tuple[str, str]]) -> None:
    """Have the heads of these known."""
    others = [("ASK {}", accept) for _, accept in asked]
    for request, scope in zip(_requests(others), _scopes(others), strict=True):
        line = _Line()
        if not express.take(line, request) and line.unknown:
            express.learn(line.unknown, scope)


def _scopes(asked: Sequence[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    for query, accept in asked:
        yield {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/sparql",
            "raw_path": b"/sparql",
            "query_string": urlencode({"query": query}).encode(),
            "root_path": "",
            "headers": [(b"host", b"127.0.0.1:8000"), (b"accept", accept.encode())],
            "client": ("127.0.0.1", 5000),
        }


class _Taken:
    """Takes what the engine writes."""

    def begin(self, form: Form, chosen: Format) -> None:
        """Part of `Sink`."""

    def write(self, data: bytes) -> None:
        """Part of `Sink`."""


def _worker(engine: Engine, questions: Sequence[Question]) -> Steps:
    encoded, limits = [encode_question(each, Limits()) for each in questions], Limits()
    decoded = _each(decode_question, encoded)
    checked = _each(lambda question: check(question.query), questions)
    nothing = pyoxigraph.Store()
    parsed = _each(lambda each: nothing.query(each.query, base_iri=_ENDPOINT), questions)
    whole = _each(lambda question: engine.answer(question, limits, _Taken()), questions)
    return {
        **_lane(questions),
        "worker: decode the question": decoded,
        "worker: look at the tokens": checked,
        "worker: the engine parses and plans": parsed,
        "worker: the engine evaluates and writes": whole - checked - parsed,
    }


def _lane(questions: Sequence[Question]) -> Steps:
    """What a worker of the lane does beside evaluating; it takes the place of the face and of handing over."""
    requests = _requests([(each.query, "*/*") for each in questions])
    head, _ = opened(requests[0])
    fields = b"name: value\r\n" * 40
    asked = encode_question(Question("", RESULTS[0], RDF[0], _ENDPOINT), Limits())
    tagged = {RESULTS[0].name: b"etag: " + PLACE.encode("ascii") + b"\r\n"}
    lane = Stationery(*head, asked, "release", None, b"", fields, tagged, tagged, b"")
    return {
        "(lane: read the request)": _each(lambda data: lane.read(opened(data)[1]), requests),
        "(lane: write the answer)": _each(
            lambda _: lane.answer(RESULTS[0], '"tag"', _ANSWER, b""), requests
        ),
    }


def main(path: Path) -> None:
    """Print the table."""
    archive = Archive.at(path)
    release = archive.current() if archive else Release.open(path)
    assert release, path
    found = measure(release)
    print("| step | CPU µs |\n|---|--:|")  # noqa: T201 – what it is run for
    together = sum(cost for name, cost in found.items() if not name.startswith("("))
    for name, cost in (*found.items(), ("together", together)):
        print(f"| {name} | {cost:.0f} |")  # noqa: T201 – what it is run for


if __name__ == "__main__":
    main(Path(sys.argv[1]))
