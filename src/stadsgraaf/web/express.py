"""The short way of a plain query: from the bytes of its request to those of its answer.

Plain is a GET of the endpoint with its query first in the address, whose head was there before, the
same to the letter but for the query: then it is known what it means, and it is not parsed again. Such a
request has no task and passes no layer, and its answer goes out in one piece when the store has all of
it. Everything else goes the ordinary way; so does what turns out to be an error, or large, with what was
begun. Both ways give the same answers.
"""

import logging
import time
from asyncio import Event, Task
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final, Protocol

from starlette.types import Receive, Scope, Send

from stadsgraaf.errors import StadsgraafError
from stadsgraaf.percent import PLAIN
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Begun, Question
from stadsgraaf.store.evaluation import is_longer
from stadsgraaf.store.stationery import LONGEST_QUERY, opened
from stadsgraaf.web.cache import Kept
from stadsgraaf.web.cycle import head_of, lines_of
from stadsgraaf.web.edition import Edition
from stadsgraaf.web.editions import EDITION, Editions
from stadsgraaf.web.forwarded import Forwarded
from stadsgraaf.web.language import localised
from stadsgraaf.web.observing import ID, SINCE, Observed, Seen, identifier_of
from stadsgraaf.web.promotion import ENOUGH, Promotable, Promotion, is_small
from stadsgraaf.web.protocol import SparqlRequest, read_address, read_query
from stadsgraaf.web.sparql import BEGUN, SparqlEndpoint

__all__ = ["Connection", "Express", "Head", "Passing"]

_METHOD: Final = b"GET "
_END: Final = b"\r\n\r\n"
#: Bytes of what precedes or follows a query in the address, and of a head, that are plain.
_LONGEST_REST: Final = 512
_LONGEST_HEAD: Final = 2048
#: How many heads are known.
_HEADS: Final = 1024
#: Fields that mean here what they mean on the ordinary way, whatever their value.
_FIELDS: Final = frozenset(
    (
        *(b"host", b"accept", b"accept-encoding", b"accept-language", b"user-agent"),
        *(b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-prefix"),
    )
)
_KEPT_ALIVE: Final = (b"connection", b"keep-alive")
_PATH: Final = "/sparql"

_log = logging.getLogger(__name__)


class Connection(Promotable, Protocol):
    """The connection that a request came by."""

    client: Any
    cycle: Any
    transport: Any
    server_state: Any
    #: The head of a request that is not known yet.
    unknown: "Head | None"

    def on_response_complete(self) -> None:
        """The answer went out."""
        ...

    def go_ordinary(self, scope: Scope) -> "Task[None]":
        """Answer a request that has no body."""
        ...

    def catch_up(self) -> None:
        """Take what came meanwhile."""
        ...


#: Of whom, for which path, what follows the query in the address, and the rest of the head.
Head = tuple[str, bytes, bytes, bytes]


@dataclass(frozen=True, eq=False)
class _Manner:
    """What a head means: all of a request but its query."""

    scope: Scope
    forwarded: Scope
    route: str
    request: SparqlRequest
    question: Question
    coding: str | None
    rest: bytes
    #: Of the request, but for its query.
    head: tuple[bytes, bytes, bytes]

    def asking(self, query: str) -> Question:
        """The question with this query."""
        usual = self.question
        return Question(
            query,
            usual.results,
            usual.rdf,
            usual.base_iri,
            usual.default_graphs,
            usual.named_graphs,
            client=usual.client,
            labels=usual.labels,
        )

    def endpoint(self, edition: Edition) -> SparqlEndpoint:
        """Who answers, as it is reached with this head."""
        return edition.app.endpoint.below(self.forwarded.get("root_path", ""))

    def stationery(self, edition: Edition) -> bytes:
        """What the lane answers such requests with."""
        last = lines_of([edition.name])
        endpoint = self.endpoint(edition)
        made = endpoint.stationery(self.request, self.question, self.coding, self.head, last)
        return made.encoded()

    def scope_of(self, query: bytes) -> dict[str, Any]:
        """The request as the ordinary way has it."""
        asked = b"query=" + query + self.rest
        return {**self.scope, "query_string": asked, "headers": list(self.scope["headers"])}


class Express:
    """``express = Express(editions, observed, settings)``; without telemetry, which wants spans."""

    def __init__(self, editions: Editions, observed: Observed, settings: Settings) -> None:
        self.observed = observed
        self._editions = editions
        self._settings = settings
        self._manners: dict[Head, _Manner] = {}

    def take(self, connection: Connection, data: bytes) -> bool:
        """Answer what came, if it is one plain query; False when it has to go the ordinary way."""
        opening, query = opened(data)
        if not query:
            return False
        head = ((connection.client or ("",))[0], *opening)
        manner = self._manners.get(head)
        if manner is None:
            connection.unknown = head if _may_be_known(head) else None
            return False
        if len(query) > LONGEST_QUERY:
            return False
        return self._answer(connection, manner, query)

    def _answer(self, connection: Connection, manner: _Manner, query: bytes) -> bool:
        edition = self._editions.current
        endpoint = edition.app.endpoint
        passing = Passing(self, connection, edition, manner, query)
        address = (manner, query)
        etag = endpoint.cache.recall(address)
        if etag and (kept := endpoint.cache.get(etag)):
            passing.start()
            passing.send(kept, is_fresh=False)
            return True
        try:
            text = read_query(query)
            if is_longer(text, self._settings.query_length):  # also one that is known
                return False
            question = manner.asking(text)
            etag = endpoint.tag(question, manner.coding)
            if etag:
                endpoint.cache.remember(address, etag, len(query))
                if kept := endpoint.cache.get(etag):
                    passing.start(text=text)
                    passing.send(kept, is_fresh=False)
                    return True
            begun = endpoint.begin(question, manner.request, passing.hear)
        except StadsgraafError:
            return False
        if begun is None:
            return False
        passing.start(begun, etag, text)
        return True

    def learn(self, head: "Head", scope: Scope) -> None:
        """Know what a head means the next time, if it is a plain one."""
        names = [name for name, _ in scope["headers"] if name != b"connection"]
        if set(names) - _FIELDS or len(set(names)) < len(names):
            return
        if any(pair[0] == b"connection" and pair != _KEPT_ALIVE for pair in scope["headers"]):
            return
        forwarded = self._forwarded(dict(scope))
        seen = localised(forwarded)
        if seen["path"].removeprefix(seen.get("root_path", "")) != _PATH:
            return
        try:
            request = read_address(seen, self._settings)
        except StadsgraafError:
            return
        found = SparqlEndpoint.plain(request, seen)
        if found:
            question, coding = found
            if len(self._manners) >= _HEADS:
                del self._manners[next(iter(self._manners))]
            rest = b"&" + head[2] if head[2] else b""
            route = self.observed.route(forwarded)
            self._manners[head] = _Manner(
                dict(scope), forwarded, route, request, question, coding, rest, head[1:]
            )

    def promote(self, passing: "Passing") -> None:
        """Have the lane answer a connection, if it had enough small new questions."""
        connection = passing.connection
        if connection.record.number < ENOUGH or connection.cycle is not passing:
            return
        edition = passing.edition
        if edition.lane and edition is self._editions.current and connection.is_at_rest:
            heads = connection.record.heads
            passing.promotion().begin(
                edition.lane, lambda: [manner.stationery(edition) for manner in heads]
            )

    def _forwarded(self, scope: Scope) -> Scope:
        """The scope behind the proxies that are believed; nothing of that waits for anything."""
        found = [scope]

        async def keep(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 – of ASGI
            found.append(scope)

        passing = Forwarded(keep, self._settings)(scope, _nothing, _nothing)
        try:
            passing.send(None)
        except StopIteration:
            return found[-1]
        raise AssertionError


async def _nothing(*_: Any) -> Any:
    """Nobody receives, and nobody sends."""


def _may_be_known(head: Head) -> bool:
    """Whether a head is one, of one request for the endpoint, that says its release by itself."""
    _, path, more, rest = head
    return (
        path.startswith(_METHOD)
        and path.endswith(_PATH.encode())
        and len(path) <= _LONGEST_REST
        and not path[len(_METHOD) :].translate(None, PLAIN)
        and rest.endswith(_END)
        and rest.find(_END) == len(rest) - len(_END)
        and len(rest) <= _LONGEST_HEAD
        and len(more) <= _LONGEST_REST
        and not more.translate(None, PLAIN + b"&")
        and b"release" not in more
    )


class Passing:
    """A request on the short way: for its connection the cycle that it is busy with."""

    response_started: ClassVar = False
    more_body: ClassVar = False
    takes_interim: ClassVar = True
    message_event: ClassVar = Event()

    def __init__(
        self,
        express: Express,
        connection: Connection,
        edition: Edition,
        manner: _Manner,
        query: bytes,
    ) -> None:
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = True
        self._express = express
        self._observed = express.observed
        self.connection = connection
        self.edition = edition
        self._manner = manner
        self._endpoint = manner.endpoint(edition)
        self._query = query
        self._since = time.perf_counter()
        self._begun: Begun | None = None
        self._etag: str | None = None
        self._text = ""
        self._is_under_way = False
        self._was_heard = False

    def start(self, begun: Begun | None = None, etag: str | None = None, text: str = "") -> None:
        """The store took it on, or there is nothing to ask it."""
        self._begun, self._etag, self._text = begun, etag, text
        self.connection.cycle = self
        self._is_under_way = True
        self.edition.enter()
        self._observed.metrics.under_way += 1
        if self._was_heard:
            self.hear()

    def hear(self) -> None:
        """The store has an answer, or none."""
        self._was_heard = True
        if not self._is_under_way or self._begun is None:
            return
        try:
            whole = self._begun.whole
            kept = whole and self._endpoint.keep(whole, self._etag, self._manner.coding)
            if kept:
                self._begun.abandon()  # all of it was taken
                self.send(kept)
            else:
                self._go_ordinary(self._begun)
        except Exception:  # noqa: BLE001 – who told of it is not to suffer for that
            _log.exception("an answer could not be sent")
            self.connection.transport.abort()
        self.connection.catch_up()
        self._express.promote(self)

    def send(self, kept: Kept, *, is_fresh: bool = True) -> None:
        """Write an answer."""
        connection, edition, manner = self.connection, self.edition, self._manner
        if is_fresh and is_small(
            time.perf_counter() - self._since, kept.body, manner.request.seconds
        ):
            connection.record.note((edition.release.identifier, manner.question.client), manner)
        else:
            connection.record.interrupt()
        seen = Seen(identifier_of(()))
        seen.status, seen.size = 200, len(kept.body)
        seen.release = edition.release.identifier
        if self._text:
            seen.notes["query"] = self._text
        fields = self._endpoint.share(manner.question.client) if is_fresh else []
        fields += [edition.name, (ID, seen.identifier)]
        if not self.keep_alive:
            fields.append((b"connection", b"close"))
        date = lines_of(connection.server_state.default_headers)
        head = head_of(200, date, self._endpoint.head, kept.head, lines_of(fields))
        connection.transport.write(head + kept.body)
        self._end(seen)
        if not self.keep_alive:
            connection.transport.close()
        connection.on_response_complete()

    def promotion(self) -> Promotion:
        """Its connection, when it goes to the lane."""
        client = self._manner.question.client
        return Promotion(
            self.connection,
            self.edition,
            self._endpoint,
            self._observed,
            self._manner.route,
            client,
        )

    def _go_ordinary(self, begun: Begun) -> None:
        """It is an error, or large: that is told, and sent, on the ordinary way."""
        self._is_under_way = False
        self._observed.metrics.under_way -= 1
        scope = self._manner.scope_of(self._query)
        scope |= {BEGUN: begun, EDITION: self.edition, SINCE: self._since}
        task = self.connection.go_ordinary(scope)
        task.add_done_callback(partial(self._leave, begun))

    def _leave(self, begun: Begun, _: "Task[None]") -> None:
        self.edition.leave()
        begun.abandon()

    def hang_up(self) -> None:
        """The client is gone: the work ends."""
        if self._is_under_way:
            if self._begun:
                self._begun.abandon()
            self._end(Seen(identifier_of(())))

    def _end(self, seen: Seen) -> None:
        self.response_complete = True
        self._is_under_way = False
        self.edition.leave()
        self._observed.metrics.under_way -= 1
        seconds = time.perf_counter() - self._since
        self._observed.remember(self._manner.route, self._manner.forwarded, seen, seconds)
