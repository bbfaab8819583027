"""Content codings: which one a client gets, and the packing.

Proactive negotiation of RFC 9110, section 12.5.3, https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding;
Brotli, RFC 7932; Zstandard, RFC 8878.

>>> choose("gzip, br;q=0.9, zstd;q=0"), choose("*"), choose("identity, gzip;q=0.5"), choose("")
('gzip', 'br', None, None)
"""

import gzip
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import brotli
import zstandard

__all__ = ["CODINGS", "Packing", "choose", "is_packable", "pack", "tagged"]

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
_GZIP_WINDOW: Final = 31
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


def tagged(etag: str, coding: str | None) -> str:
    """The entity tag of a body in a coding.

    >>> tagged('"a"', "br"), tagged('"a"', None)
    ('"a-br"', '"a"')
    """
    return f'{etag[:-1]}-{coding}"' if coding else etag


class Packing:
    """A body that is packed as it comes: what went in can be read at once, and the end is missed.

    ::

        packing = Packing("zstd")
        await send(packing.piece(b"first"))
        await send(packing.piece(b"second") + packing.end())
    """

    def __init__(self, coding: str) -> None:
        self._add, self._flush, self._end = _PACKINGS[coding]()

    def piece(self, data: bytes) -> bytes:
        """The next bytes."""
        return self._add(data) + self._flush()

    def end(self) -> bytes:
        """What tells that there are no more."""
        return self._end()


_Steps = tuple[Callable[[bytes], bytes], Callable[[], bytes], Callable[[], bytes]]


# The fastest levels: gigabytes of results are not to wait for this, and they are a tenth already.


def _gzip_steps() -> _Steps:
    packer = zlib.compressobj(1, wbits=_GZIP_WINDOW)
    return packer.compress, lambda: packer.flush(zlib.Z_SYNC_FLUSH), packer.flush


def _brotli_steps() -> _Steps:
    packer = brotli.Compressor(quality=1)
    return packer.process, packer.flush, packer.finish


def _zstd_steps() -> _Steps:
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    return packer.compress, lambda: packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK), packer.flush


_PACKINGS: Final[Mapping[str, Callable[[], _Steps]]] = {
    "br": _brotli_steps,
    "zstd": _zstd_steps,
    "gzip": _gzip_steps,
}
