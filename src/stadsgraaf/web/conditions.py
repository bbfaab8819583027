"""Conditional requests: what a client has already, and what it will take.

RFC 9110, section 13, https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests

Nothing here has a date of its own, so If-Modified-Since and If-Unmodified-Since say nothing (sections
13.1.3 and 13.1.4); nor does a condition of POST, which selects no representation (section 13.2.1).

>>> held({"headers": [(b"if-none-match", b'"a", W/"b"')]}, '"b"')
'W/"b"'
"""

import re
from typing import Final

from starlette.types import Scope

from stadsgraaf.errors import PreconditionFailed
from stadsgraaf.web.protocol import header

__all__ = ["foreseen", "held", "weak"]

_TAG: Final = re.compile(r'(?:W/)?"[^"]*+"')
_WEAK: Final = "W/"


def held(scope: Scope, etag: str | None) -> str | None:
    """The tag by which the client has the answer with this one already; None when it has not.

    It is empty when the answer has none. Raises PreconditionFailed when another answer is asked for.
    """
    wanted = header(scope, b"if-match")
    if wanted is not None and not _is_listed(wanted, etag):
        raise PreconditionFailed(etag=etag or "–")
    given = header(scope, b"if-none-match")
    if given is not None and given.strip() == "*":
        return etag or ""
    return _found(given, etag)


def foreseen(scope: Scope, etag: str | None) -> str | None:
    """The same, before it is known whether there is an answer: ``*`` stands for one that there is."""
    if header(scope, b"if-match") is not None:
        return None
    return _found(header(scope, b"if-none-match"), etag)


def weak(etag: str) -> str:
    """The tag of what is the same, but for how it is written."""
    return etag if etag.startswith(_WEAK) else _WEAK + etag


def _found(given: str | None, etag: str | None) -> str | None:
    """The first of the tags that is this one, compared weakly."""
    if given is None or etag is None:
        return None
    return next((tag for tag in _TAG.findall(given) if weak(tag) == weak(etag)), None)


def _is_listed(wanted: str, etag: str | None) -> bool:
    """Whether this tag is one of them, compared strongly."""
    if wanted.strip() == "*":
        return True
    return etag is not None and not etag.startswith(_WEAK) and etag in _TAG.findall(wanted)
