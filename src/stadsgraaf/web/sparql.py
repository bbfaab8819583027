"""The SPARQL endpoint.

SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/

A thin ASGI application, mounted ahead of the framework: a cheap query costs no more than it must.
An answer is complete, or it is an error: once bytes have gone out and a limit hits, the connection
is broken off, so that nobody can take a part for the whole.

Who asks for HTML gets the workbench: an ASGI application, called with what was asked (a
`SparqlRequest`) in ``scope["stadsgraaf.sparql"]``, its body already read.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar, Final, NamedTuple
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from stadsgraaf.coding import Packing, choose, is_packable, tagged
from stadsgraaf.errors import (
    BodyTooLarge,
    Language,
    MissingParameter,
    NotAcceptable,
    QueryTooLong,
    RequestError,
    RequestTimeout,
    StadsgraafError,
    TooManyRequests,
)
from stadsgraaf.media import COLUMNAR, HTML, RDF, RESULTS, SHEET, Form, Format, negotiate
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import (
    Answer,
    Begun,
    Limits,
    Prompt,
    Question,
    Sharing,
    Store,
    Whole,
    WholeAnswer,
)
from stadsgraaf.store.budget import WINDOW
from stadsgraaf.store.evaluation import is_longer
from stadsgraaf.store.identity import entity_tag, form_of
from stadsgraaf.store.stationery import PLACE, Head, Stationery
from stadsgraaf.store.wire import encode_question
from stadsgraaf.web.cache import AnswerCache, Fields, Kept
from stadsgraaf.web.clients import client_of
from stadsgraaf.web.columns import TSV, in_columns, refuse_columns
from stadsgraaf.web.conditions import foreseen, held, weak
from stadsgraaf.web.cycle import STATUS_LINE, lines_of
from stadsgraaf.web.hangup import Hangup
from stadsgraaf.web.headers import CORS, SECURITY, Link, link_header, ways_in
from stadsgraaf.web.observing import NOTES
from stadsgraaf.web.problems import render
from stadsgraaf.web.protocol import (
    BODY_TYPES,
    METHODS,
    OFFERED,
    TASKS,
    ClientGoneError,
    SparqlRequest,
    header,
    read_request,
)
from stadsgraaf.web.service_description import describe

__all__ = ["BEGUN", "BrokenOffError", "SparqlEndpoint"]

#: How long a client may keep what it got.
_KEEP: Final = "public, max-age=60"
#: Without a query, what is asked for by default is the description of the service.
_NO_QUERY: Final = (*RDF[:2], *RESULTS, *RDF[2:], HTML)
_FORMS: Final[Sequence[Form]] = ("select", "ask", "graph")
#: Bytes of an answer that is kept.
_LARGEST_KEPT: Final = 1_048_576
#: Names of quotas in RateLimit fields, draft-ietf-httpapi-ratelimit-headers.
_SLOW: Final = '"slow-queries"'
_TIME: Final = '"evaluation-time"'
#: Headers that decide about an answer; and how much of a request is worth remembering, in bytes.
_DECIDING: Final = frozenset((b"accept", b"accept-encoding", b"host"))
_LONGEST_ADDRESS: Final = 4096
_LONGEST_FIELDS: Final = 1024
#: How many paths of proxies are remembered.
_ROOTS: Final = 16
_USUAL_ACCEPT: Final = 256
#: Bytes that are packed faster than a thread is woken; and the size of what has none yet.
_QUICKLY_PACKED: Final = 16_384
_ENDLESS: Final = 1 << 62
_NOTHING: Final[Fields] = []
#: What is told of a query.
_TOLD: Final = Format("JSON", ("application/json",), "json", "results")
_ATTACHED: Final = frozenset(("CSV", "TSV", "Arrow", "Feather", "Parquet"))

_PREFLIGHT: Final[Mapping[str, str]] = {
    "Allow": ", ".join(METHODS),
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-Match, If-None-Match, *",
    "Access-Control-Max-Age": "86400",
    "Accept-Query": ", ".join(BODY_TYPES),
}
_EXPOSED: Final = (
    "Link, ETag, Retry-After, RateLimit, RateLimit-Policy, Content-Disposition, Stadsgraaf-Release"
)


#: In the scope: a question that was put to the store on the short way.
BEGUN: Final = "stadsgraaf.begun"


class BrokenOffError(Exception):
    """A limit hit after bytes went out; the server ends the connection without ending the answer."""


class SparqlEndpoint:
    """``app = SparqlEndpoint(store, release, settings, workbench)``."""

    #: Paths, without the root path, that are to be handed to the endpoint.
    paths: ClassVar = frozenset(("/sparql", *(f"/sparql{path}" for path in TASKS)))

    def __init__(
        self, store: Store, release: Release, settings: Settings, workbench: ASGIApp
    ) -> None:
        self._store = store
        self._release = release
        self._settings = settings
        self._workbench = workbench
        self._sharing = store if isinstance(store, Sharing) else None
        self._prompt = store if isinstance(store, Prompt) else None
        self._behind: dict[str, SparqlEndpoint] = {}
        self.lie_below(urlsplit(settings.public_url).path.rstrip("/"))
        self.cache = AnswerCache(settings.cache_length, _LARGEST_KEPT)
        self._limits = Limits(
            seconds=settings.query_timeout,
            memory_mib=settings.query_memory,
            rows=settings.result_rows,
            bytes=settings.result_length,
            held=settings.held_length,
        )

    def lie_below(self, root: str) -> None:
        """Begin every link with a path, that of a proxy."""
        self._root = root
        self._headers = _common_headers(root, self._release, self._sharing)
        #: The fields of every answer, as they are written.
        self.head = lines_of(self._headers)

    def below(self, root: str) -> "SparqlEndpoint":
        """The same endpoint, for who reaches it below a path."""
        if root == self._root or self._settings.public_url:
            return self
        if root not in self._behind:
            if len(self._behind) >= _ROOTS:
                self._behind.clear()
            self._behind[root] = copy(self)
            self._behind[root].lie_below(root)
        return self._behind[root]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        below = self.below(scope.get("root_path", ""))
        if below is not self:
            await below(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await self._send(send, 204, _encoded(_PREFLIGHT), b"")
            return
        address = _address(scope)
        try:
            if (
                address
                and BEGUN not in scope
                and (etag := self.cache.recall(address))
                and await self._again(etag, scope, send)
            ):
                return
            request = await read_request(scope, receive, self._settings)
            await self._respond(request, scope, receive, send)
        except ClientGoneError:
            return
        except StadsgraafError as error:
            await self._refuse(error, scope, receive, send)

    async def _respond(
        self, request: SparqlRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if request.task != "answer":
            await self._tell(request, scope, receive, send)
            return
        chosen = _chosen(request)
        if chosen is None:
            if negotiate(request.accept, COLUMNAR):
                raise refuse_columns()
            raise NotAcceptable(available=[each.media_type for each in OFFERED])
        if chosen is HTML or (chosen is SHEET and request.query is not None):
            asked = {"stadsgraaf.sparql": request, "stadsgraaf.format": chosen}
            await self._workbench({**scope, **asked}, receive, send)
        elif request.query is not None:
            await self._answer(request, scope, receive, send, chosen)
        elif chosen in RDF and request.is_safe:
            await self._describe(request, chosen, scope, send)
        else:
            raise MissingParameter(name="query")

    # --- a query --------------------------------------------------------------------------------

    async def _answer(
        self,
        request: SparqlRequest,
        scope: Scope,
        receive: Receive,
        send: Send,
        chosen: Format,
    ) -> None:
        question = _question(request, scope)
        if chosen in RESULTS and chosen is not question.results:
            question = replace(question, results=chosen)
        columns = chosen if chosen in COLUMNAR else None
        if is_longer(question.query, self._settings.query_length):  # also one that is known
            raise QueryTooLong(limit=self._settings.query_length)
        etag = self.tag(question, _coding(scope), columns)
        if columns:
            question = replace(question, results=TSV)
        if NOTES in scope:
            scope[NOTES]["query"] = question.query
        if request.is_safe and (known := foreseen(scope, etag)):
            await self._send(send, 304, _caching(known), b"")
            return
        if etag and (address := _address(scope)):
            self.cache.remember(address, etag, len(scope["query_string"]) + _LONGEST_FIELDS)
        begun: Begun | None = scope.get(BEGUN)
        if etag and begun is None and await self._again(etag, scope, send):
            return
        async with Hangup(receive):
            if begun:
                answer = await begun.answer()
            else:
                answer = await self._store.answer(question, self._limits_of(request))
            try:
                if columns:
                    answer = await self._as_columns(answer, columns, request)
                await self._send_answer(answer, request, scope, send, etag)
            finally:
                await answer.aclose()

    async def _as_columns(self, answer: Answer, columns: Format, request: SparqlRequest) -> Answer:
        body = await in_columns(answer, columns, self._limits_of(request))
        return Answer(answer.form, columns, Whole(body), len(body))

    # --- the short way --------------------------------------------------------------------------

    @staticmethod
    def plain(request: SparqlRequest, scope: Scope) -> tuple[Question, str | None] | None:
        """A question that is answered with bytes of the store, and their coding; None for others."""
        chosen = _chosen(request)
        is_plain = request.task == "answer" and chosen in (*RESULTS, *RDF)
        is_plain = is_plain and (bool(request.chosen) or _negotiate(request.accept).is_plain)
        return (_question(request, scope), _coding(scope)) if request.query and is_plain else None

    def tag(
        self, question: Question, coding: str | None, columns: Format | None = None
    ) -> str | None:
        """The entity tag of an answer."""
        etag = entity_tag(self._release.identifier, question, columns)
        return etag and tagged(etag, coding)

    def begin(
        self, question: Question, request: SparqlRequest, told: Callable[[], None]
    ) -> Begun | None:
        """Ask a store that tells when it has the answer; None when this one does not."""
        if self._prompt is None:
            return None
        return self._prompt.begin(question, self._limits_of(request), told)

    def keep(self, whole: WholeAnswer, etag: str | None, coding: str | None) -> Kept | None:
        """An answer as it goes out; None for one that others are not to wait for while it is packed."""
        fields = _content(whole.format) + _caching(etag)
        body = whole.body
        if coding and is_packable(whole.format.media_type, len(body)):
            if len(body) >= _QUICKLY_PACKED:
                return None
            fields.append((b"content-encoding", coding.encode()))
            packing = Packing(coding)
            body = packing.piece(body) + packing.end()
        return self._keep(fields, body, etag)

    def _keep(self, fields: Fields, body: bytes, etag: str | None) -> Kept:
        kept = Kept([*fields, (b"content-length", b"%d" % len(body))], body)
        if etag:
            self.cache.put(etag, kept)
        return kept

    def stationery(
        self,
        request: SparqlRequest,
        question: Question,
        coding: str | None,
        head: Head,
        last: bytes,
    ) -> Stationery:
        """What the lane puts answers together of, for requests with this head."""
        formats = [each for each in (question.results, question.rdf) if each]
        return Stationery(
            path=head[0],
            more=head[1],
            rest=head[2],
            question=encode_question(replace(question, query=""), self._limits_of(request)),
            release=self._release.identifier,
            coding=coding,
            first=STATUS_LINE[200],
            common=self.head,
            tagged={each.name: lines_of(_content(each) + _caching(PLACE)) for each in formats},
            untagged={each.name: lines_of(_content(each) + _caching(None)) for each in formats},
            last=last,
        )

    # --- answers --------------------------------------------------------------------------------

    async def _again(self, etag: str, scope: Scope, send: Send) -> bool:
        """Send what was kept, or that the client has it; whether there was anything."""
        kept = self.cache.get(etag)
        if kept is None:
            return False
        if scope["method"] != "POST" and (known := held(scope, etag)) is not None:
            await self._send(send, 304, _caching(known), b"")
        else:
            await self._send(send, 200, kept.headers, kept.body)
        return True

    async def _send_answer(
        self,
        answer: Answer,
        request: SparqlRequest,
        scope: Scope,
        send: Send,
        etag: str | None,
        more: Fields = _NOTHING,
    ) -> None:
        fields = _content(answer.format)
        packing = _packing(answer, _coding(scope), fields)
        # An HTTP/1.0 client takes the end of the connection for the end of the answer.
        is_whole = answer.size is not None or scope.get("http_version") == "1.0"
        if etag and packing and not is_whole:
            etag = weak(etag)  # how it is packed depends on how it came
        if request.is_safe and (known := held(scope, etag)) is not None:
            await self._send(send, 304, _caching(known), b"")
            return
        fields += _caching(etag) + more
        if is_whole:
            body = await answer.read()
            if packing:
                body = await _packed(packing, body) + packing.end()
            kept = self._keep(fields, body, etag)
            await self._send(send, 200, kept.headers + self.share(client_of(scope)), body)
            return
        if request.method == "HEAD":
            async for _ in answer.chunks:  # what GET would break off is an error here
                pass
        await self._start(send, 200, fields + self.share(client_of(scope)))
        if request.method != "HEAD":
            await _stream(answer, send, packing)
        await send({"type": "http.response.body", "body": packing.end() if packing else b""})

    def _limits_of(self, request: SparqlRequest) -> Limits:
        if request.seconds is None or request.seconds >= self._limits.seconds:
            return self._limits
        return replace(self._limits, seconds=request.seconds)

    def share(self, client: str) -> Fields:
        """What this client may still have."""
        if self._sharing is None:
            return []
        share = self._sharing.share(client)
        left = f"{_SLOW};r={share.limit - share.used}"
        if share.seconds:
            left += f", {_TIME};r={int(share.seconds_left)}"
        return [(b"ratelimit", left.encode("ascii"))]

    async def _tell(
        self, request: SparqlRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Something about a query: a JSON object, or the error with its place.

        That a query cannot be read is a right answer to whether it can, not an error.
        """
        if request.query is None:
            raise MissingParameter(name="query")
        question = replace(_question(request, scope), task=request.task)
        more: Fields = []
        async with Hangup(receive):
            try:
                answer = await self._store.answer(question, self._limits_of(request))
                body = await answer.read()
            except RequestError as error:
                if request.task != "check" or error.status != RequestError.status:
                    raise
                language: Language = scope.get("stadsgraaf.language", "en")
                problem = error.problem(language)
                body = json.dumps({"valid": False, **problem}, ensure_ascii=False).encode()
                more = [(b"content-language", language.encode()), (b"vary", b"Accept-Language")]
            told = Answer("select", _TOLD, Whole(body), len(body))
            await self._send_answer(told, request, scope, send, None, more)

    # --- the service itself ---------------------------------------------------------------------

    async def _describe(
        self, request: SparqlRequest, chosen: Format, scope: Scope, send: Send
    ) -> None:
        body = describe(self._release, self._settings, request.endpoint, chosen)
        written = hashlib.sha256(chosen.name.encode() + body)  # two formats may have the same bytes
        etag = tagged(f'"{written.hexdigest()[:32]}"', _coding(scope))
        if not await self._again(etag, scope, send):
            answer = Answer("graph", chosen, Whole(body), len(body))
            await self._send_answer(answer, request, scope, send, etag)

    # --- on the wire ----------------------------------------------------------------------------

    async def _refuse(
        self, error: StadsgraafError, scope: Scope, receive: Receive, send: Send
    ) -> None:
        response = render(error, scope)
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
        for name, value in (
            self.share(client_of(scope)) if isinstance(error, TooManyRequests) else ()
        ):
            response.headers[name.decode()] = value.decode()
        if error.status in (RequestTimeout.status, BodyTooLarge.status):
            response.headers["Connection"] = "close"  # the rest of the body is not waited for
        await response(scope, receive, send)

    async def _send(self, send: Send, status: int, fields: Fields, body: bytes) -> None:
        await self._start(send, status, fields)
        await send({"type": "http.response.body", "body": body})

    async def _start(self, send: Send, status: int, fields: Fields) -> None:
        await send(
            {"type": "http.response.start", "status": status, "headers": self._headers + fields}
        )


async def _stream(answer: Answer, send: Send, packing: Packing | None) -> None:
    try:
        async for chunk in answer.chunks:
            body = await _packed(packing, chunk) if packing else chunk
            await send({"type": "http.response.body", "body": body, "more_body": True})
    except StadsgraafError as error:
        raise BrokenOffError(error.slug) from error


def _packing(answer: Answer, coding: str | None, fields: Fields) -> Packing | None:
    """What packs an answer, if that pays; then its fields say so."""
    size = _ENDLESS if answer.size is None else answer.size
    if coding is None or not is_packable(answer.format.media_type, size):
        return None
    fields.append((b"content-encoding", coding.encode()))
    return Packing(coding)


async def _packed(packing: Packing, data: bytes) -> bytes:
    """The packed bytes; of many, others do not wait for them."""
    if len(data) < _QUICKLY_PACKED:
        return packing.piece(data)
    return await asyncio.to_thread(packing.piece, data)


def _encoded(headers: Mapping[str, str]) -> Fields:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


_VARY: Final = (b"vary", b"Accept, Accept-Encoding")
_KEPT: Final = (b"cache-control", _KEEP.encode())
_NOT_KEPT: Final = (b"cache-control", b"no-cache")


def _caching(etag: str | None) -> Fields:
    """What whoever keeps answers needs to know."""
    if not etag:
        return [_NOT_KEPT, _VARY]
    return [(b"etag", etag.encode("ascii")), _KEPT, _VARY]


def _content(chosen: Format) -> Fields:
    """What an answer is."""
    fields = [(b"content-type", chosen.content_type.encode())]
    if chosen.name in _ATTACHED:
        name = f'attachment; filename="result.{chosen.suffix}"'
        fields.append((b"content-disposition", name.encode()))
    return fields


def _common_headers(root: str, release: Release, sharing: Sharing | None) -> Fields:
    links = [*ways_in(root), Link(f"{root}/", "service-doc", "text/html")]
    if release.manifest.licence:
        links.append(Link(release.manifest.licence, "license"))
    headers = {
        **SECURITY,
        **CORS,
        "Access-Control-Expose-Headers": _EXPOSED,
        "Link": link_header(links),
    }
    if sharing:
        share = sharing.share("")
        policy = f'{_SLOW};q={share.limit};qu="concurrent-requests"'
        if share.seconds:
            policy += f', {_TIME};q={int(share.seconds)};w={int(WINDOW)};qu="seconds"'
        headers["RateLimit-Policy"] = policy
    return _encoded(headers)


class _Formats(NamedTuple):
    """What ``Accept`` prefers of all formats, of those of results, of RDF, and of a query's form.

    It is plain when a form takes none but those of results and of RDF.
    """

    chosen: Format | None
    results: Format | None
    rdf: Format | None
    of_form: Mapping[Form, Format | None]
    is_plain: bool


def _formats(accept: str | None) -> _Formats:
    chosen, results, rdf = (negotiate(accept, offered) for offered in (OFFERED, RESULTS, RDF))
    of_form = {
        form: negotiate(accept, [each for each in OFFERED if _answers(each, form)])
        for form in _FORMS
    }
    is_plain = set(of_form.values()) <= {results, rdf, None}
    return _Formats(chosen, results, rdf, of_form, is_plain)


def _answers(offered: Format, form: Form) -> bool:
    """Whether a query of a form can be answered in a format."""
    if offered.kind == "page":
        return True
    return (offered in RDF) == (form == "graph") and (offered.name, form) != ("GeoJSON", "ask")


#: What clients send is nearly always the same.
_usual_formats = lru_cache(maxsize=512)(_formats)


def _negotiate(accept: str | None) -> _Formats:
    is_usual = accept is None or len(accept) < _USUAL_ACCEPT
    return _usual_formats(accept) if is_usual else _formats(accept)


_usual_coding = lru_cache(maxsize=512)(choose)


def _coding(scope: Scope) -> str | None:
    """The coding that ``Accept-Encoding`` prefers."""
    accepted = header(scope, b"accept-encoding")
    if accepted is None:
        return None
    return (_usual_coding if len(accepted) < _USUAL_ACCEPT else choose)(accepted)


def _chosen(request: SparqlRequest) -> Format | None:
    """What to answer in: of all that a query of its form can be answered in, what is liked best."""
    if request.chosen:
        return request.chosen[0]
    if request.query is None:
        return negotiate(request.accept, _NO_QUERY)
    liked = _negotiate(request.accept)
    form = None if liked.is_plain else form_of(request.query)
    return (liked.of_form[form] if form else None) or liked.chosen


def _address(scope: Scope) -> Hashable:
    """All of a request that decides about its answer; None when that is more than its head."""
    if scope["method"] not in ("GET", "HEAD") or len(scope["query_string"]) > _LONGEST_ADDRESS:
        return None
    fields = tuple(pair for pair in scope["headers"] if pair[0] in _DECIDING)
    if sum(len(value) for _, value in fields) > _LONGEST_FIELDS:
        return None
    return scope["path"], scope["query_string"], fields, scope.get("scheme"), scope.get("root_path")


def _question(request: SparqlRequest, scope: Scope) -> Question:
    chosen = request.chosen
    if chosen:
        results = next((each for each in chosen if each in RESULTS), None)
        rdf = next((each for each in chosen if each in RDF), None)
    else:
        liked = _negotiate(request.accept)
        results, rdf = liked.results, liked.rdf
    return Question(
        query=request.query or "",
        results=results,
        rdf=rdf,
        base_iri=request.endpoint,
        default_graphs=request.default_graphs,
        named_graphs=request.named_graphs,
        client=client_of(scope),
        labels=request.labels,
    )
