"""The language of a page: fixed by its address, else chosen by ``Accept-Language``.

``/nl/doc/x`` and ``/en/doc/x`` are the page of ``/doc/x`` in one language. The prefix is taken off
the path before anything else looks at it; ``scope["stadsgraaf.language"]`` says the language and
``scope["stadsgraaf.fixed"]`` whether the address fixed it.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from starlette.types import Scope

from stadsgraaf.errors import Language
from stadsgraaf.media import negotiate_language
from stadsgraaf.web.urls import LANGUAGES

__all__ = ["localised"]


def localised(scope: Scope) -> dict[str, Any]:
    """The scope of an HTTP request without its language prefix, and with its language.

    >>> scope = localised({"path": "/en/search", "raw_path": b"/en/search", "headers": []})
    >>> scope["path"], scope["stadsgraaf.language"], scope["stadsgraaf.fixed"]
    ('/search', 'en', True)
    """
    root: str = scope.get("root_path", "")
    path: str = scope["path"]
    below = path.removeprefix(root)
    for language in LANGUAGES:
        start = f"/{language}"
        if below == start or below.startswith(start + "/"):
            return _without(scope, root, start) | _chosen(language, fixed=True)
    return dict(scope) | _chosen(_accepted(scope["headers"]), fixed=False)


def _chosen(language: Language, *, fixed: bool) -> dict[str, Any]:
    return {"stadsgraaf.language": language, "stadsgraaf.fixed": fixed}


def _without(scope: Scope, root: str, start: str) -> dict[str, Any]:
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or path.encode()
    length = len(root if path.startswith(root) else "") + len(start)
    return dict(scope) | {
        "path": path[: length - len(start)] + (path[length:] or "/"),
        "raw_path": raw[: length - len(start)] + (raw[length:] or b"/"),
    }


def _accepted(headers: Iterable[tuple[bytes, bytes]]) -> Language:
    values = [value for name, value in headers if name == b"accept-language"]
    return _preferred(b", ".join(values)) if values else LANGUAGES[0]


@lru_cache(maxsize=256)
def _preferred(header: bytes) -> Language:
    return negotiate_language(header.decode("latin-1"), LANGUAGES)
