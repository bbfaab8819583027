"""An error as a page for people, in the words of its problem details."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import Scope

from stadsgraaf.errors import StadsgraafError
from stadsgraaf.web.site import View
from stadsgraaf.web.suggestions import Suggestion

__all__ = ["page"]


def page(error: StadsgraafError, scope: Scope, suggestions: Sequence[Suggestion] = ()) -> Response:
    """The page; its status is that of the error."""
    view = View.of(scope)
    return view.page(
        "problem.html",
        status=error.status,
        headers={"Cache-Control": "no-store"},
        code=error.status,
        title=error.title.say(view.language),
        detail=error.detail(view.language),
        last=error.members.get("last"),
        suggestions=suggestions,
        about=view.urls.problem(error.slug),
    )
