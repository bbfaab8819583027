"""Errors of the framework become errors of ours; ``problems`` makes the response."""

import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import (
    InvalidParameter,
    MethodNotAllowed,
    NotFound,
    RequestError,
    StadsgraafError,
)
from stadsgraaf.web.headers import CORS, SECURITY
from stadsgraaf.web.problems import render

__all__ = ["HANDLERS"]

_NOT_FOUND = 404
_METHOD_NOT_ALLOWED = 405
#: ``OPTIONS *``, RFC 9110, section 9.3.7, as it is handed on: the server as a whole.
_EVERYTHING = "/*"

_log = logging.getLogger(__name__)


async def _ours(request: Request, error: Exception) -> Response:
    known = error if isinstance(error, StadsgraafError) else StadsgraafError()
    return render(known, request.scope)


async def _framework(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", _NOT_FOUND)
    if status == _METHOD_NOT_ALLOWED:
        headers = getattr(error, "headers", None) or {}
        allowed = [name.strip() for name in headers.get("Allow", "GET, HEAD").split(",")]
        if request.method == "OPTIONS":
            return _preflight(allowed)
        return render(MethodNotAllowed(method=request.method, allowed=allowed), request.scope)
    if status == _NOT_FOUND:
        if request.method == "OPTIONS" and request.url.path == _EVERYTHING:
            return _preflight(["GET", "HEAD", "POST", "QUERY"])
        return render(NotFound(what=request.url.path), request.scope)
    return render(RequestError(reason=str(getattr(error, "detail", ""))), request.scope)


def _preflight(allowed: Sequence[str]) -> Response:
    """What browsers ask before a page of others may: so that it may ask as it likes.

    Fetch, https://fetch.spec.whatwg.org/#http-cors-protocol
    """
    methods = ", ".join(sorted({*allowed, "OPTIONS"}))
    headers = {
        **SECURITY,
        **CORS,
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Accept, If-Match, If-None-Match, If-Range, Range",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=204, headers=headers)


async def _validation(request: Request, error: Exception) -> Response:
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    first: Mapping[str, Any] = faults[0] if faults else {}
    name = str(first.get("loc", ("?",))[-1])
    return render(InvalidParameter(name=name, reason=first.get("msg", "")), request.scope)


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("an error that nobody expected", exc_info=error)
    return render(StadsgraafError(), request.scope)


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    StadsgraafError: _ours,
    HTTPException: _framework,
    RequestValidationError: _validation,
    Exception: _unexpected,
}
