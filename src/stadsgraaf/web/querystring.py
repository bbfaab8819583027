"""What pages read from the query string, and refuse when it is not what it should be."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request

from stadsgraaf.errors import InvalidParameter, RepeatedParameter, Text
from stadsgraaf.web.urls import is_iri

__all__ = ["given", "iri_given", "one_of", "page_number", "refuse_repeated"]

_LAST_PAGE: Final = 100_000


def refuse_repeated(request: Request, *names: str) -> None:
    """Raises RepeatedParameter when one of these stands twice: nobody knows which one is meant."""
    for name in names:
        if len(request.query_params.getlist(name)) > 1:
            raise RepeatedParameter(name=name)


def given(request: Request, name: str) -> str | None:
    """What a parameter says; None without one. Raises RepeatedParameter when it stands twice."""
    refuse_repeated(request, name)
    return request.query_params.get(name)


def iri_given(request: Request, name: str) -> str | None:
    """The IRI that a parameter gives; None without one. Raises InvalidParameter for another text."""
    text = given(request, name)
    if text is not None and not is_iri(text):
        raise InvalidParameter(name=name, reason=Text("it is not an IRI", "het is geen IRI"))
    return text


def one_of(request: Request, name: str, choices: Sequence[str]) -> str | None:
    """What a parameter chooses; None without one. Raises InvalidParameter for what is no choice."""
    text = given(request, name)
    if text is not None and text not in choices:
        listed = ", ".join(choices)
        raise InvalidParameter(
            name=name, reason=Text(f"it is none of: {listed}", f"het is geen van: {listed}")
        )
    return text


def page_number(request: Request) -> int:
    """The parameter ``page``. Raises InvalidParameter when it is not a sensible number."""
    text = "1" if (said := given(request, "page")) is None else said
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= _LAST_PAGE):
        reason = Text(
            f"it is no number from 1 to {_LAST_PAGE}", f"het is geen getal van 1 tot {_LAST_PAGE}"
        )
        raise InvalidParameter(name="page", reason=reason)
    return int(text)
