"""The SPARQL endpoint of another store, that this one answers with.

SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/, from the client's side. Only the one
address of the settings is asked: no redirect is followed, nothing of the environment (proxies,
credentials) has a say, and no query can name another. A store that fails again and again is left
alone for a while, so that who asks hears at once.
"""

import asyncio
import base64
import json
import ssl
import zlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpcore
from pyoxigraph import NamedNode

from stadsgraaf import __version__
from stadsgraaf.errors import (
    NotSupported,
    StadsgraafError,
    StoreBusy,
    StoreTimeout,
    StoreUnavailable,
    Text,
    UsageError,
)
from stadsgraaf.settings import Settings
from stadsgraaf.store.exchange import (
    JSON,
    PROBE,
    Unpacking,
    field,
    media_type,
    retry_after,
    truth_of,
    unreachable,
)
from stadsgraaf.store.literals import literal
from stadsgraaf.store.published import NOTHING, QUERY, Published, read_published

__all__ = [
    "ACCEPT_RDF",
    "ACCEPT_RESULTS",
    "GARBAGE",
    "TOO_LARGE",
    "Arriving",
    "Errand",
    "Origin",
    "authorization",
    "checked_address",
    "open_origin",
]

#: What is asked for: the formats that are read as they come, and that keep every term as it is.
ACCEPT_RESULTS: Final = (
    "application/sparql-results+json, application/sparql-results+xml;q=0.7, "
    "text/tab-separated-values;q=0.3"
)
ACCEPT_RDF: Final = "application/n-triples, text/turtle;q=0.7, application/n-quads;q=0.5"

GARBAGE: Final = Text(
    "its answer is not what SPARQL says an answer is",
    "zijn antwoord is niet wat SPARQL een antwoord noemt",
)
TOO_LARGE: Final = Text(
    "its answer is larger than it may be", "zijn antwoord is groter dan het mag zijn"
)
#: Bytes of an answer that is read whole, here.
_SMALL: Final = 1_048_576
_OK: Final = 200
_AT_FAULT: Final = (400, 414, 413)
_DENIED: Final = (401, 403, 407)
_BUSY: Final = (429, 503)
_LATE: Final = (408, 504)
_REDIRECTING: Final = range(300, 400)
#: After so many failures in so many seconds, without a success between, it is left alone so long.
_FAILURES: Final = 5
_WINDOW: Final = 30.0
_PAUSE: Final = 5.0
#: Seconds after which who was told that it is busy may come back, when it does not say so itself.
_RETRY: Final = 2
#: Seconds within which any store can answer `PROBE`.
_PROBED: Final = 2.0
#: A triple of a named graph, without blank nodes; and whether the default graph has it too.
_SAMPLE: Final = (
    "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } FILTER (isIRI(?s) && !isBlank(?o)) } LIMIT 1"
)
#: What httpcore raises when there is no answer, or only a part of one.
_NO_EXCHANGE: Final = (
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.NetworkError,
    OSError,
)


@dataclass(frozen=True)
class Errand:
    """One query to be sent; its ``accept`` header; and the graphs of its dataset, if it has its own."""

    query: str
    accept: str = ACCEPT_RESULTS
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()


@dataclass(frozen=True)
class Arriving:
    """An answer that begins to arrive: its media type, its content coding, and its pieces."""

    media_type: str
    coding: str
    pieces: AsyncIterator[bytes]


def open_origin(
    settings: Settings,
    graphs: Sequence[str],
    *,
    is_named: bool = False,
    expected: Collection[str] = (),
) -> "Origin":
    """The store of the settings; ``graphs`` are the named graphs that it is known to have.

    They are the whole dataset when it ``is_named`` by them: then the store has others beside.
    ``expected`` are the releases that may be published there.
    Raises UsageError when its address is not one.
    """
    return Origin(
        checked_address(settings.store),
        graphs=graphs,
        is_named=is_named,
        expected=expected,
        authorization=authorization(
            settings.store_user, settings.store_password, settings.store_token
        ),
        seconds=settings.store_timeout,
        connections=settings.store_connections,
    )


def checked_address(url: str) -> str:
    """The address of an endpoint. Raises UsageError when it is none, or has a password in it.

    >>> checked_address("https://data.example.org/sparql")
    'https://data.example.org/sparql'
    """
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not (url.isascii() and url.isprintable() and " " not in url):
        raise UsageError(reason="the address of the store is not one: https://host/path")
    if "@" in parts.netloc:
        raise UsageError(
            reason="the address of the store has a password in it: set STADSGRAAF_STORE_USER and "
            "STADSGRAAF_STORE_PASSWORD instead"
        )
    return url


def authorization(user: str, password: str, token: str) -> str | None:
    """The value of ``Authorization``, RFC 6750 or RFC 7617; None without credentials.

    >>> authorization("", "", "abc"), authorization("a", "b", "")
    ('Bearer abc', 'Basic YTpi')
    """
    if token:
        return f"Bearer {token}"
    if user:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return None


class Origin:
    """``async with Origin(url).open(Errand("ASK {}")) as arriving: …``."""

    def __init__(
        self,
        url: str,
        *,
        graphs: Sequence[str] = (),
        is_named: bool = False,
        expected: Collection[str] = (),
        authorization: str | None = None,
        seconds: float = 5.0,
        connections: int = 8,
    ) -> None:
        """``seconds`` is how long connecting may take.

        ``expected`` are the releases that it may have, "" for none that is named; any, without.
        """
        self._url = url
        self._graphs = tuple(graphs)
        self._is_named = is_named
        self._expected = expected
        #: The release that the store had when it was looked at, when it should have another; "" if
        #: it names none.
        self.unexpected: str | None = None
        self._headers = [
            ("Host", urlsplit(url).netloc),
            ("Accept-Encoding", "gzip"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("User-Agent", f"Stadsgraaf/{__version__}"),
            *([("Authorization", authorization)] if authorization else []),
        ]
        self._seconds = seconds
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._failures: deque[float] = deque(maxlen=_FAILURES)
        self._paused_until = 0.0
        self._probing: asyncio.Task[None] | None = None
        self._graphs_to_name: tuple[Sequence[str], Sequence[str]] | None = None
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=connections + 1,
            max_keepalive_connections=connections,
            keepalive_expiry=30.0,
            network_backend=httpcore.AnyIOBackend(),
        )

    @asynccontextmanager
    async def open(self, errand: Errand) -> AsyncIterator[Arriving]:
        """Send a query; leaving the context hangs up.

        Raises StoreUnavailable, StoreTimeout, StoreBusy or NotSupported, also while it arrives.
        """
        if (rest := self._paused_until - self._clock()) > 0:
            raise StoreUnavailable(
                reason=Text(
                    "it failed again and again, and is left alone for a moment",
                    "hij faalde keer op keer, en wordt even met rust gelaten",
                ),
                retry_after=max(1, round(rest)),
            )
        default, named = errand.default_graphs, errand.named_graphs
        if not (default or named):
            default, named = await self._dataset()
        if default or named:
            default, named = default or (NOTHING,), named or (NOTHING,)
        form = [("query", errand.query)]
        form += [("default-graph-uri", iri) for iri in default]
        form += [("named-graph-uri", iri) for iri in named]
        async with self._exchange(form, errand.accept) as arriving:
            yield arriving

    @asynccontextmanager
    async def _exchange(
        self, form: Sequence[tuple[str, str]], accept: str
    ) -> AsyncIterator[Arriving]:
        try:
            async with self._pool.stream(
                "POST",
                self._url,
                headers=[*self._headers, ("Accept", accept)],
                content=urlencode(form, errors="replace").encode("ascii"),
                extensions={"timeout": {"connect": self._seconds}},
            ) as response:
                if fault := _fault(response):
                    raise fault
                yield Arriving(
                    media_type(response),
                    field(response, b"content-encoding"),
                    response.aiter_stream(),
                )
        except httpcore.TimeoutException:
            raise StoreTimeout(limit=self._seconds) from None
        except _NO_EXCHANGE as error:
            raise StoreUnavailable(reason=unreachable(error)) from None

    # --- the dataset that a query is asked of ---------------------------------------------------

    async def _dataset(self) -> tuple[Sequence[str], Sequence[str]]:
        """Default and named graphs for a query that names none, so that it is asked of their merge.

        What was published here says which they are. Of any other store the graphs are named only when
        its own default graph is not their merge, which is asked once.
        """
        if self._graphs_to_name is None:
            published = await self.look()
            if published:
                self._graphs_to_name = published.default_graphs, published.graphs
            else:
                is_needed = bool(self._graphs) and (self._is_named or await self.lacks_merge())
                self._graphs_to_name = (self._graphs, self._graphs) if is_needed else ((), ())
        return self._graphs_to_name

    async def look(self) -> Published | None:
        """Which release was published to the store; None when none was.

        Raises what `open` raises.
        """
        try:
            return read_published((await self.ask(QUERY))["results"]["bindings"])
        except (KeyError, TypeError):
            raise StoreUnavailable(reason=GARBAGE) from None
        except NotSupported:  # it knows no named graphs
            return None

    async def compare(self) -> str | None:
        """The release that the store has, "" if it names none; None when it should have that one.

        It stays ``unexpected`` until the next look. Raises what `open` raises.
        """
        published = await self.look()
        identifier = published.identifier if published else ""
        is_expected = not self._expected or identifier in self._expected
        self.unexpected = None if is_expected else identifier
        if published:
            self._graphs_to_name = published.default_graphs, published.graphs
        return self.unexpected

    @property
    def trouble(self) -> Text | None:
        """Why the answers are not of the release that the store should have; None when they are."""
        if self.unexpected is None:
            return None
        found = self.unexpected
        return Text(
            f"the store has another release: {found or 'it names none'}",
            f"de opslag heeft een andere uitgave: {found or 'zij noemt er geen'}",
        )

    async def lacks_merge(self) -> bool:
        """Whether it has named graphs, and a default graph that is not their merge.

        Raises what `open` raises.
        """
        try:
            rows = (await self.ask(_SAMPLE))["results"]["bindings"]
            if not rows:
                return False
            pattern = " ".join(_written(rows[0][name]) for name in "spo")
            return not truth_of(await self.ask(f"ASK {{ {pattern} }}"))
        except (KeyError, TypeError, ValueError):
            raise StoreUnavailable(reason=GARBAGE) from None
        except NotSupported:  # it knows no named graphs
            return False

    async def ask(self, query: str) -> Any:
        """The whole of a small answer: the JSON object of SPARQL 1.1 Query Results JSON.

        Raises what `open` raises; StoreUnavailable when it is no such answer.
        """
        async with self._exchange([("query", query)], JSON) as arriving:
            return await _whole(arriving, _SMALL)

    async def rows(
        self, query: str, *, most: int, is_of_dataset: bool = True
    ) -> list[Mapping[str, Mapping[str, str]]]:
        """The solutions of a SELECT as SPARQL 1.1 Query Results JSON has them, of ``most`` bytes.

        They are asked of the dataset that is served or, when the query names its graphs itself, of
        all that the store has. Raises what `open` raises.
        """
        opened = (
            self.open(Errand(query, JSON))
            if is_of_dataset
            else self._exchange([("query", query)], JSON)
        )
        async with opened as arriving:
            found = await _whole(arriving, most)
        try:
            return list(found["results"]["bindings"])
        except (KeyError, TypeError):
            raise StoreUnavailable(reason=GARBAGE) from None

    # --- how it does ----------------------------------------------------------------------------

    def succeeded(self) -> None:
        """It answered, and the answer was whole."""
        self._failures.clear()

    def failed(self) -> None:
        """It did not. When that goes on, it is asked the simplest thing; failing that, left alone."""
        now = self._clock()
        self._failures.append(now)
        is_often = len(self._failures) == _FAILURES and now - self._failures[0] < _WINDOW
        if is_often and (self._probing is None or self._probing.done()):
            self._probing = asyncio.get_running_loop().create_task(self._probe())

    async def _probe(self) -> None:
        try:
            async with asyncio.timeout(_PROBED):
                await self.ask(PROBE)
        except (StadsgraafError, TimeoutError):
            self._paused_until = self._clock() + _PAUSE
        self._failures.clear()

    async def close(self) -> None:
        """Let go of every connection."""
        if self._probing:
            self._probing.cancel()
        await self._pool.aclose()


async def _whole(arriving: Arriving, most: int) -> Any:
    """The JSON of an answer. Raises StoreUnavailable when it is none, or longer than ``most`` bytes."""
    body = bytearray()
    try:
        unpacking = Unpacking(arriving.coding)
        async for packed in arriving.pieces:
            for piece in unpacking.feed(packed):
                body += piece
                if len(body) > most:
                    raise StoreUnavailable(reason=TOO_LARGE)
        body += b"".join(unpacking.end())
        return json.loads(body)
    except (zlib.error, ValueError, RecursionError):
        raise StoreUnavailable(reason=GARBAGE) from None


def _fault(response: httpcore.Response) -> StadsgraafError | None:
    """Why an answer cannot be used, as far as its head tells."""
    status = response.status
    if status == _OK:
        if field(response, b"x-sparql-maxrows"):  # Virtuoso, when it leaves the rest out
            return StoreUnavailable(
                reason=Text(
                    "it gives a part of its answer only",
                    "hij geeft maar een deel van zijn antwoord",
                )
            )
        return None
    if status in _BUSY:
        return StoreBusy(retry_after=retry_after(response) or _RETRY)
    if status in _LATE:
        return StoreTimeout()
    if status in _AT_FAULT:
        return NotSupported(
            reason=Text(
                f"the store behind this endpoint does not take the query (status {status})",
                f"de opslag achter dit endpoint neemt de query niet aan (status {status})",
            )
        )
    if status in _DENIED:
        reason = Text("it does not let this server in", "hij laat deze server niet toe")
    elif status in _REDIRECTING:
        reason = Text(
            "it redirects, which is not followed", "hij verwijst door; dat wordt niet gevolgd"
        )
    else:
        reason = Text(f"it answers with status {status}", f"hij antwoordt met status {status}")
    return StoreUnavailable(reason=reason)


def _written(term: Mapping[str, str]) -> str:
    """A term of the results as a query writes it. Raises KeyError or ValueError when it is none."""
    if term["type"] == "uri":
        return str(NamedNode(term["value"]))
    return str(literal(term))
