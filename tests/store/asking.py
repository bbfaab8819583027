"""Asking a store, whatever kind it is, and looking at what it says."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from stadsgraaf.errors import StadsgraafError
from stadsgraaf.media import RDF, RESULTS, Form, Format
from stadsgraaf.store import Limits, Question, Store

Result = TypeVar("Result")

FORMATS = {each.name: each for each in (*RESULTS, *RDF)}
PREFIXES = {"e": "http://e/"}
DATA = b"""\
<http://e/a> <http://e/label> "A"@en <http://g/1> .
<http://e/a> <http://e/label> "A"@en <http://g/2> .
<http://e/a> <http://e/label> "Aa"@nl <http://g/2> .
<http://e/b> <http://e/label> "B" <http://g/3> .
<http://e/b> <http://e/sees> _:mirror <http://g/3> .
"""


def long_answer(size: int) -> str:
    """A query whose answer streams: 256 solutions that take about so many bytes together."""
    query = f"VALUES ?n {{ {' '.join(map(str, range(256)))} }} BIND(STR(?n) AS ?x0)"
    doublings = max(1, (size // 512).bit_length())
    for number in range(doublings):
        query += f" BIND(CONCAT(?x{number}, ?x{number}) AS ?x{number + 1})"
    return f"SELECT ?n ?x{doublings} {{ {query} }}"


class Loop:
    """An event loop in a thread, so that a store can live longer than one test."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """What the coroutine returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()


@dataclass
class Asker:
    """Asks a kind of store; one store per dataset."""

    loop: Loop
    make: Callable[[bytes], Store]
    stores: dict[bytes, Store] = field(default_factory=dict)
    #: What kind of store it is.
    kind: str = ""

    def store(self, data: bytes = DATA) -> Store:
        """The store with this data."""
        if data not in self.stores:
            self.stores[data] = self.make(data)
        return self.stores[data]

    def __call__(
        self, query: str, *, data: bytes = DATA, limits: Limits | None = None, **parts: Any
    ) -> tuple[Form, Format, bytes]:
        """Form, format and body of an answer."""

        store = self.store(data)

        async def ask() -> tuple[Form, Format, bytes]:
            question = Question(query, **({"results": RESULTS[0], "rdf": RDF[0]} | parts))
            answer = await store.answer(question, limits or Limits())
            return answer.form, answer.format, await answer.read()

        return self.loop.run(ask())

    def text(self, query: str, name: str, **parts: Any) -> str:
        """The body in a format, given by name."""
        wanted = FORMATS[name]
        return self(query, results=wanted, rdf=wanted, **parts)[2].decode()

    def rows(self, query: str, **parts: Any) -> list[dict[str, str]]:
        """The values of the solutions."""
        return [
            {name: term["value"] for name, term in row.items()}
            for row in json.loads(self(query, **parts)[2])["results"]["bindings"]
        ]

    def yes(self, query: str, **parts: Any) -> bool:
        """The answer to an ASK."""
        return bool(json.loads(self(query, **parts)[2])["boolean"])

    def failure(self, query: str, **parts: Any) -> StadsgraafError:
        """The error that a question meets."""
        with pytest.raises(StadsgraafError) as raised:
            self(query, **parts)
        return raised.value

    def renew(self) -> None:
        """Begin anew, after what may keep a store of others busy."""

    def close(self) -> None:
        """Close all stores."""
        for store in self.stores.values():
            self.loop.run(store.close())
