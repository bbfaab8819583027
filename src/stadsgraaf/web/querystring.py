"""What pages read from the query string, and refuse when it is not what it should be."""

from typing import Final

from starlette.requests import Request

from stadsgraaf.errors import InvalidParameter, Text
from stadsgraaf.web.urls import is_iri

__all__ = ["iri_given", "page_number"]

_LAST_PAGE: Final = 100_000


def iri_given(request: Request, name: str) -> str | None:
    """The IRI that a parameter gives; None without one. Raises InvalidParameter for another text."""
    text = request.query_params.get(name)
    if text is not None and not is_iri(text):
        raise InvalidParameter(name=name, reason=Text("it is not an IRI", "het is geen IRI"))
    return text


def page_number(request: Request) -> int:
    """The parameter ``page``. Raises InvalidParameter when it is not a sensible number."""
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= _LAST_PAGE):
        reason = Text(
            f"it is no number from 1 to {_LAST_PAGE}", f"geen getal van 1 tot {_LAST_PAGE}"
        )
        raise InvalidParameter(name="page", reason=reason)
    return int(text)
