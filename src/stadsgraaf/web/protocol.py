"""What a request to the endpoint asks.

SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/

Beside GET and POST there is QUERY, https://www.rfc-editor.org/rfc/rfc9110#name-methods with
https://datatracker.ietf.org/doc/draft-ietf-httpbis-safe-method-w-body/: safe like GET, with a body
like POST.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.types import Receive, Scope

from stadsgraaf.errors import (
    BodyTooLarge,
    InvalidParameter,
    MethodNotAllowed,
    NotUtf8,
    RepeatedParameter,
    RequestError,
    RequestTimeout,
    Text,
    UnsupportedCoding,
    UnsupportedMediaType,
    UpdateNotAllowed,
)
from stadsgraaf.media import COLUMNAR, HTML, RDF, RESULTS, SHEET, Format
from stadsgraaf.percent import decoded
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Task
from stadsgraaf.web.columns import COLUMNS, refuse_columns

__all__ = [
    "BODY_TYPES",
    "METHODS",
    "OFFERED",
    "TASKS",
    "ClientGoneError",
    "SparqlRequest",
    "endpoint_url",
    "header",
    "is_host",
    "read_address",
    "read_body",
    "read_parameters",
    "read_query",
    "read_request",
    "root_url",
]

METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "QUERY")
#: What follows the endpoint's path when something else is to be done with a query.
TASKS: Final[Mapping[str, Task]] = {"/check": "check", "/explain": "explain", "/why-empty": "why"}
_WITH_BODY = frozenset(("POST", "QUERY"))
_DIRECT = "application/sparql-query"
_UPDATE = "application/sparql-update"
_FORM = "application/x-www-form-urlencoded"
BODY_TYPES: Final = (_DIRECT, _FORM)

_MAX_PARAMETERS = 100
#: What the query component of an address is called, in errors.
_ADDRESS: Final = "query string"
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\Z")
_ONCE = ("query", "timeout", "labels")
_SECONDS = re.compile(r"[+ ]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? *\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_MAX_LANGUAGES = 10

#: Every format that the endpoint answers in.
OFFERED: Final = (*RESULTS, *COLUMNS, *RDF, HTML, SHEET)
#: What ``format=`` may say beside a media type or a suffix.
_ALIASES: Mapping[str, str] = {
    "arrow": "arrows",
    "json": "srj",
    "n3": "ttl",
    "nquads": "nq",
    "ntriples": "nt",
    "rdfxml": "rdf",
    "turtle": "ttl",
    "xml": "srx",
}


_IN_ADDRESS: Final = Text(
    "it belongs in the address, not in the body", "hij hoort in het adres, niet in de inhoud"
)


_NO_TYPE: Final = Text("none", "geen")


class ClientGoneError(Exception):
    """The client hung up: there is nobody left to answer."""


@dataclass(frozen=True)
class SparqlRequest:
    """What is asked. ``query`` is None when none was given.

    ``task`` is what to do with it, by the path. ``chosen`` are the formats of a ``format``
    parameter, which goes before ``Accept``; ``seconds`` is the lower deadline of a ``timeout``
    parameter; ``labels`` are the languages of a ``labels`` parameter.
    """

    method: str
    endpoint: str
    query: str | None = None
    task: Task = "answer"
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    accept: str | None = None
    chosen: tuple[Format, ...] = ()
    seconds: float | None = None
    labels: tuple[str, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether the answer may be kept and asked for again: conditions count, then."""
        return self.method != "POST"


def header(scope: Scope, name: bytes) -> str | None:
    """The value of a header, its lines joined, or None."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return ", ".join(values) if values else None


def is_host(text: str) -> bool:
    """Whether a text can be the value of ``Host``."""
    return _HOST.match(text) is not None


def root_url(scope: Scope, settings: Settings) -> str:
    """Scheme, host and path prefix of this site as the client knows it, without a slash at the end.

    A ``Host`` that cannot be one is not believed.
    """
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = header(scope, b"host") or ""
    if not is_host(host):
        own = f"[{settings.host}]" if ":" in settings.host else settings.host
        host = f"{own}:{settings.port}"
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}"


def endpoint_url(scope: Scope, settings: Settings) -> str:
    """The URL of the endpoint as the client knows it: also the base IRI of its query."""
    path: str = scope["path"]
    if _last(path) in TASKS:
        path = path.removesuffix(_last(path))
    if not path.isascii() or "%" in path:
        path = quote(path, safe="/-._~!$&'()*+,;=:@")
    return root_url(scope, settings) + path.removeprefix(scope.get("root_path", ""))


async def read_request(scope: Scope, receive: Receive, settings: Settings) -> SparqlRequest:
    """The request, read whole.

    Raises MethodNotAllowed, UnsupportedMediaType, UnsupportedCoding, BodyTooLarge, RequestTimeout, NotUtf8,
    RepeatedParameter, InvalidParameter, UpdateNotAllowed or RequestError; ClientGoneError when the
    client hung up before its body was complete.
    """
    method: str = scope["method"]
    if method not in METHODS:
        raise MethodNotAllowed(method=method, allowed=METHODS)
    parameters = read_parameters(scope["query_string"], _ADDRESS)
    if method in _WITH_BODY:
        given = await _body_parameters(scope, receive, settings)
        if any(name == "release" for name, _ in given):
            raise InvalidParameter(name="release", reason=_IN_ADDRESS)
        parameters += given
    return _request(scope, settings, parameters)


def read_address(scope: Scope, settings: Settings) -> SparqlRequest:
    """The request of a head, without a body. Raises what `read_request` does of these."""
    return _request(scope, settings, read_parameters(scope["query_string"], _ADDRESS))


def read_query(text: bytes) -> str:
    """The value of ``query`` in an address. Raises NotUtf8 or RequestError."""
    return decoded(text, _ADDRESS)


def _request(
    scope: Scope, settings: Settings, parameters: Sequence[tuple[str, str]]
) -> SparqlRequest:
    if len(parameters) == 1 and parameters[0][0] == "query":  # as nearly always
        return SparqlRequest(
            method=scope["method"],
            endpoint=endpoint_url(scope, settings),
            query=parameters[0][1],
            task=TASKS.get(_last(scope["path"]), "answer"),
            accept=header(scope, b"accept"),
        )
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        given.setdefault(name, []).append(value)
    if "update" in given:
        raise UpdateNotAllowed
    for name in _ONCE:
        if len(given.get(name, ())) > 1:
            raise RepeatedParameter(name=name)
    query = given.get("query", [None])[0]
    return SparqlRequest(
        method=scope["method"],
        endpoint=endpoint_url(scope, settings),
        query=query,
        task=TASKS.get(_last(scope["path"]), "answer"),
        default_graphs=tuple(given.get("default-graph-uri", ())),
        named_graphs=tuple(given.get("named-graph-uri", ())),
        accept=header(scope, b"accept"),
        chosen=_chosen(given),
        seconds=_seconds(given.get("timeout")),
        labels=_labels(given.get("labels")),
    )


def read_parameters(text: bytes, part: str) -> list[tuple[str, str]]:
    """Names and values of a form, https://url.spec.whatwg.org/#urlencoded-parsing.

    ``part`` says what it is, for errors. Raises NotUtf8 or RequestError.

    >>> read_parameters(b"query=ASK+%7B%7D&a=b%3Dc=d&empty", "form")
    [('query', 'ASK {}'), ('a', 'b=c=d'), ('empty', '')]
    """
    fields = [field.partition(b"=") for field in text.split(b"&") if field]
    if len(fields) > _MAX_PARAMETERS:
        raise RequestError(
            reason=Text(
                f"more than {_MAX_PARAMETERS} parameters", f"meer dan {_MAX_PARAMETERS} parameters"
            )
        )
    return [(decoded(name, part), decoded(value, part)) for name, _, value in fields]


async def _body_parameters(
    scope: Scope, receive: Receive, settings: Settings
) -> list[tuple[str, str]]:
    media_type = _body_type(scope)
    body = await read_body(scope, receive, settings.body_length, settings.body_timeout)
    if media_type == _FORM:
        return read_parameters(body, "form")
    try:
        return [("query", body.decode("utf-8-sig"))]  # editors of Windows sign their files
    except UnicodeDecodeError:
        raise NotUtf8(part="query") from None


def _body_type(scope: Scope) -> str:
    """The media type of the body: one of `BODY_TYPES`."""
    encoding = header(scope, b"content-encoding") or "identity"
    if encoding.strip().lower() != "identity":
        raise UnsupportedCoding(given=encoding, supported=["identity"])
    given = header(scope, b"content-type") or ""
    media_type, *parameters = (part.strip().lower() for part in given.split(";"))
    charsets = [part[len("charset=") :] for part in parameters if part.startswith("charset=")]
    if media_type == _UPDATE:
        raise UpdateNotAllowed
    if media_type not in BODY_TYPES or not set(charsets) <= {"utf-8", '"utf-8"', "utf8"}:
        raise UnsupportedMediaType(given=given or _NO_TYPE, supported=list(BODY_TYPES))
    return media_type


async def read_body(scope: Scope, receive: Receive, limit: int, seconds: float) -> bytes:
    """The body, whole, of ``limit`` bytes at most and within ``seconds``.

    Raises BodyTooLarge or RequestTimeout; ClientGoneError when the client hung up.
    """
    if _is_above(header(scope, b"content-length") or "", limit):
        raise BodyTooLarge(limit=limit)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGoneError
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > limit:
                    raise BodyTooLarge(limit=limit)
    except TimeoutError:
        raise RequestTimeout(seconds=seconds) from None
    return bytes(body)


def _is_above(digits: str, limit: int) -> bool:
    """Whether a number is above a limit; of one with thousands of digits Python makes no number.

    >>> _is_above("0" * 5000 + "7", 7), _is_above("8", 7), _is_above("9" * 5000, 7), _is_above("²", 7)
    (False, True, True, False)
    """
    digits = digits.lstrip("0")
    if not digits.isdecimal():
        return False
    return len(digits) > len(str(limit)) or int(digits) > limit


def _seconds(given: Sequence[str] | None) -> float | None:
    if given is None:
        return None
    seconds = float(given[0]) if _SECONDS.match(given[0]) else 0.0
    if not 0 < seconds < float("inf"):
        reason = Text(
            "it is not a number of seconds above 0", "het is geen aantal seconden boven 0"
        )
        raise InvalidParameter(name="timeout", reason=reason)
    return seconds


def _labels(given: Sequence[str] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    languages = tuple(part.strip().lower() for part in given[0].split(","))
    if len(languages) > _MAX_LANGUAGES or not all(map(_LANGUAGE.match, languages)):
        reason = Text(
            "it is no list of languages such as nl,en", "het is geen lijst van talen zoals nl,en"
        )
        raise InvalidParameter(name="labels", reason=reason)
    return languages


def _last(path: str) -> str:
    """The last step of a path, with its slash."""
    return path[path.rfind("/") :]


def _chosen(given: Mapping[str, Sequence[str]]) -> tuple[Format, ...]:
    """Formats by suffix, name or media type: ``json`` is right for SELECT and for CONSTRUCT.

    SPARQLWrapper gives it twice, by name and by media types, of which some are not known here. Raises
    RepeatedParameter when two mean something else, InvalidParameter when none means anything.
    """
    for name in ("format", "output"):
        if name not in given:
            continue
        meant = [found for text in given[name] if (found := _formats_of(text))]
        if not meant:
            known = ", ".join(each.suffix for each in OFFERED)
            reason = Text(f"it is none of: {known}", f"het is geen van: {known}")
            raise InvalidParameter(name=name, reason=reason)
        found = tuple(each for each in meant[0] if all(each in other for other in meant))
        if not found:
            raise RepeatedParameter(name=name)
        if set(found) & set(COLUMNAR) and not COLUMNS:
            raise refuse_columns()
        return found
    return ()


def _formats_of(text: str) -> tuple[Format, ...]:
    """The formats that a text means, which may list media types."""
    wanted = [_plussed(part) for part in text.split(",")]
    return tuple(
        each
        for each in (*OFFERED, *set(COLUMNAR).difference(COLUMNS))
        if any(_is_meant(each, name) for name in wanted)
    )


def _plussed(text: str) -> str:
    """A name as it was meant: a plus that nobody escaped has become a space."""
    return text.strip().lower().replace(" ", "+")


def _is_meant(each: Format, name: str) -> bool:
    return (
        _ALIASES.get(name, name) in (each.suffix, each.name.lower())
        or name in each.media_types
        or f"application/{name}" in each.media_types
    )
