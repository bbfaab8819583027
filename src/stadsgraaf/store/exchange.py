"""What the ways to other endpoints share: the head of an answer, its packing, and what failed.

HTTP Semantics, https://www.rfc-editor.org/rfc/rfc9110. Nothing that others say is repeated: their
words may tell more than they should.
"""

import ssl
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpcore

from stadsgraaf.errors import Text

__all__ = [
    "ASKED",
    "JSON",
    "PROBE",
    "Unpacking",
    "field",
    "media_type",
    "retry_after",
    "truth_of",
    "unreachable",
]

#: The variable of the solution that Virtuoso answers ASK with.
ASKED: Final = "__ASK_RETVAL"
#: What any store can answer, and in what.
PROBE: Final = "ASK { ?s ?p ?o }"
JSON: Final = "application/sparql-results+json"
#: Bytes that are unpacked at once, however little they were packed in.
_PIECE: Final = 262_144
_MOST_DIGITS: Final = 4


def field(response: httpcore.Response, name: bytes) -> str:
    """The value of a header, the first one; empty when it is not there."""
    values = [value for key, value in response.headers if key.lower() == name]
    return values[0].decode("latin-1").strip() if values else ""


def media_type(response: httpcore.Response) -> str:
    """The media type of an answer, without parameters."""
    return field(response, b"content-type").partition(";")[0].strip().lower()


def retry_after(response: httpcore.Response) -> int | None:
    """Seconds after which one may come back, where the other end says so: some hours at most."""
    said = field(response, b"retry-after")
    return int(said) if said.isdecimal() and len(said) <= _MOST_DIGITS else None


def unreachable(error: Exception) -> Text:
    """Why there was no exchange."""
    if isinstance(error, httpcore.ProtocolError | httpcore.UnsupportedProtocol):
        return Text("it broke off, or speaks no HTTP", "hij brak af, of spreekt geen HTTP")
    if _is_distrust(error):
        return Text("its certificate is not trusted", "zijn certificaat is niet vertrouwd")
    return Text("it cannot be reached", "hij is onbereikbaar")


def _is_distrust(error: BaseException | None) -> bool:
    """Whether a certificate is behind an error."""
    while error:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def truth_of(document: Mapping[str, Any]) -> bool:
    """The truth in SPARQL 1.1 Query Results JSON. Raises KeyError or TypeError when it is not there.

    Virtuoso gives a solution instead.

    >>> truth_of({"boolean": False}), truth_of(
    ...     {"results": {"bindings": [{ASKED: {"type": "typed-literal", "value": "1"}}]}}
    ... )
    (False, True)
    """
    if "boolean" in document:
        return bool(document["boolean"])
    return any(row[ASKED]["value"] == "1" for row in document["results"]["bindings"])


class Unpacking:
    """Unpacks a body that comes in pieces, into pieces that are never large.

    >>> import gzip
    >>> unpacking = Unpacking("gzip")
    >>> b"".join([*unpacking.feed(gzip.compress(b"abc")), *unpacking.end()])
    b'abc'
    """

    def __init__(self, coding: str) -> None:
        """``coding`` is that of Content-Encoding. Raises zlib.error when it is another than gzip."""
        coding = coding.lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise zlib.error(f"content-encoding {coding}")
        self._gzip = zlib.decompressobj(wbits=31) if coding.endswith("gzip") else None

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What a piece holds. Raises zlib.error when it is damaged."""
        if self._gzip is None:
            yield piece
            return
        while piece:
            yield self._gzip.decompress(piece, _PIECE)
            piece = self._gzip.unconsumed_tail

    def end(self) -> Iterator[bytes]:
        """The last of it. Raises zlib.error when there should have been more."""
        if self._gzip is None:
            return
        if rest := self._gzip.flush():
            yield rest
        if not self._gzip.eof:
            raise zlib.error("cut off")
