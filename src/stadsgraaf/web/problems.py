"""The only place where an error becomes a response.

Problem Details for HTTP APIs, RFC 9457, https://www.rfc-editor.org/rfc/rfc9457

>>> from stadsgraaf.errors import NotFound
>>> response = render(NotFound(what="/x"), {"type": "http", "headers": []})
>>> response.status_code, response.media_type
(404, 'application/problem+json')
"""

import json

from starlette.responses import Response
from starlette.types import Scope

from stadsgraaf.errors import Language, StadsgraafError
from stadsgraaf.media import HTML, PROBLEM, negotiate
from stadsgraaf.web.headers import CORS, SECURITY
from stadsgraaf.web.pages import trouble

__all__ = ["render"]


def render(error: StadsgraafError, scope: Scope) -> Response:
    """The response for an error; anybody's page may read it, nobody may keep it.

    Who prefers HTML gets a page, with the same words.
    """
    if "app" in scope and _prefers_page(scope):
        page = trouble.page(error, scope)
        page.headers.update({**CORS, **error.headers})
        return page
    language: Language = scope.get("stadsgraaf.language", "en")
    return Response(
        json.dumps(error.problem(language), ensure_ascii=False, default=str),
        error.status,
        headers={
            **SECURITY,
            **CORS,
            "Cache-Control": "no-store",
            "Content-Language": language,
            **error.headers,
        },
        media_type=PROBLEM.media_type,
    )


def _prefers_page(scope: Scope) -> bool:
    accept = b", ".join(value for name, value in scope["headers"] if name == b"accept")
    return negotiate(accept.decode("latin-1"), (PROBLEM, HTML)) is HTML
