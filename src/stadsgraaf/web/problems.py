"""The only place where an error becomes a response.

Problem Details for HTTP APIs, RFC 9457, https://www.rfc-editor.org/rfc/rfc9457

>>> from stadsgraaf.errors import NotFound
>>> response = render(NotFound(what="/x"), {"type": "http", "headers": []})
>>> response.status_code, response.media_type
(404, 'application/problem+json')
"""

import json
from dataclasses import asdict
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

from stadsgraaf.errors import Language, NotFound, StadsgraafError
from stadsgraaf.media import PROBLEM
from stadsgraaf.web.headers import CORS, SECURITY
from stadsgraaf.web.negotiation import prefers_page
from stadsgraaf.web.pages import trouble
from stadsgraaf.web.site import View
from stadsgraaf.web.suggestions import Suggestion, suggest

__all__ = ["render"]

#: Below it there is nothing that readers look for.
_NO_PAGES: Final = "/admin/"


def render(error: StadsgraafError, scope: Scope) -> Response:
    """The response for an error; anybody's page may read it, nobody may keep it.

    Who prefers HTML gets a page, with the same words. Where nothing is found, what is near is said.
    """
    near = _suggestions(error, scope) if "app" in scope else ()
    if "app" in scope and prefers_page(scope):
        page = trouble.page(error, scope, near)
        page.headers.update({**CORS, **error.headers})
        return page
    language: Language = scope.get("stadsgraaf.language", "en")
    problem = error.problem(language)
    if near:
        problem["suggestions"] = [asdict(each) for each in near]
    return Response(
        json.dumps(problem, ensure_ascii=False, default=str),
        error.status,
        headers={
            **SECURITY,
            **CORS,
            "Cache-Control": "no-store",
            "Content-Language": language,
            "Vary": "Accept" if scope.get("stadsgraaf.fixed") else "Accept, Accept-Language",
            **error.headers,
        },
        media_type=PROBLEM.media_type,
    )


def _suggestions(error: StadsgraafError, scope: Scope) -> list[Suggestion]:
    """Pages near an address at which there is nothing."""
    if type(error) is not NotFound:
        return []
    view = View.of(scope)
    return [] if view.path.startswith(_NO_PAGES) else suggest(view, view.path)
