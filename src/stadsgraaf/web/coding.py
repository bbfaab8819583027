"""Content codings: which one a client gets, and the packing.

Proactive negotiation of RFC 9110, section 12.5.3, https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding;
Brotli, RFC 7932; Zstandard, RFC 8878.

>>> choose("gzip, br;q=0.9, zstd;q=0"), choose("*"), choose("identity, gzip;q=0.5"), choose("")
('gzip', 'br', None, None)
"""

import gzip
import re
from collections.abc import Callable, Mapping
from typing import Final

import brotli
import zstandard

__all__ = ["CODINGS", "choose", "is_packable", "pack"]

_QUALITY: Final = re.compile(r"\s*;\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*\Z")
_LONGEST_HEADER: Final = 1024
#: Fewer bytes fit in one packet as they are.
_SMALLEST: Final = 600
#: Media types that are text; others are packed already, or are not worth it.
_TEXT: Final = re.compile(
    r"text/|application/(?:[\w.+-]+\+)?(?:json|xml)\b|application/(?:n-triples|n-quads|trig)\b|image/svg"
)


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


def _brotli(body: bytes) -> bytes:
    packed: bytes = brotli.compress(body, quality=5)
    return packed


def _zstd(body: bytes) -> bytes:
    return zstandard.compress(body, 7)


_PACKERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "br": _brotli,
    "zstd": _zstd,
    "gzip": _gzip,
}
#: The codings on offer, the server's preference first.
CODINGS: Final = tuple(_PACKERS)


def choose(header: str) -> str | None:
    """The coding that ``Accept-Encoding`` prefers; None for as it is. Of equals the first on offer."""
    given: dict[str, float] = {}
    for element in header[:_LONGEST_HEADER].split(","):
        name, _, _ = element.partition(";")
        quality = _QUALITY.search(element)
        if ";" not in element or quality:
            given[name.strip().lower()] = float(quality[1]) if quality else 1.0
    given.setdefault("gzip", given.get("x-gzip", given.get("*", 0.0)))
    best = max(CODINGS, key=lambda coding: given.get(coding, given.get("*", 0.0)))
    weight = given.get(best, given.get("*", 0.0))
    return best if weight > 0 and weight >= given.get("identity", 0.0) else None


def is_packable(media_type: str, length: int) -> bool:
    """Whether packing such a body pays.

    >>> is_packable("application/ld+json", 5000), is_packable("font/woff2", 5000)
    (True, False)
    """
    return length >= _SMALLEST and _TEXT.match(media_type) is not None


def pack(coding: str, body: bytes) -> bytes:
    """The body in a coding, the same bytes every time."""
    return _PACKERS[coding](body)
