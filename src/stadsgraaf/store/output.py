r"""Between the engine and the wire: bytes are counted, solutions are counted, XML is made well-formed.

The engine writes characters that XML 1.0 cannot carry as they are. They become U+FFFD; a carriage
return, which a reader of XML would lose, becomes a character reference. See
https://www.w3.org/TR/xml/#charsets and https://www.w3.org/TR/xml/#sec-line-ends

>>> WellFormedXml().clean(b"a\x00b\r\n")
b'a\xef\xbf\xbdb&#13;\n'
"""

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from stadsgraaf.errors import ResultTooLarge, Text
from stadsgraaf.media import Form, Format
from stadsgraaf.store.base import Limits

__all__ = ["BYTES", "ROWS", "Output", "Sink", "WellFormedXml", "well_formed"]

BYTES = Text("bytes", "bytes")
ROWS: Mapping[str, Text] = {
    "select": Text("solutions", "oplossingen"),
    "graph": Text("triples", "triples"),
}


class Sink(Protocol):
    """Where an answer goes: first what it is, then its bytes."""

    def begin(self, form: Form, chosen: Format) -> None:
        """The query was understood, and this is how it is answered."""
        ...

    def write(self, data: bytes) -> None:
        """The next bytes. Raises to stop the engine."""
        ...


class WellFormedXml:
    """Replaces what XML 1.0 cannot carry, in UTF-8 that comes in pieces."""

    _FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|\r")
    _SUSPECT = bytes((*range(9), 0x0B, 0x0C, *range(0x0D, 0x20), 0xEF))

    def __init__(self) -> None:
        self._held = b""

    def clean(self, data: bytes) -> bytes:
        """These bytes, made fit; the start of a cut character is held back."""
        data = self._held + data
        self._held = b""
        if len(data.translate(None, self._SUSPECT)) == len(data):
            return data
        for tail in (b"\xef\xbf", b"\xef"):
            if data.endswith(tail):
                data, self._held = data[: -len(tail)], tail
                break
        return self._FORBIDDEN.sub(self._replacement, data)

    @staticmethod
    def _replacement(found: re.Match[bytes]) -> bytes:
        return b"&#13;" if found[0] == b"\r" else "\N{REPLACEMENT CHARACTER}".encode()


def well_formed(data: bytes, chosen: Format) -> bytes:
    """What the engine wrote as a whole in a format, made fit when that is XML."""
    return WellFormedXml().clean(data) if chosen.name in _XML else data


class _Lines:
    """Solutions in TSV: a line each, after the header."""

    def __init__(self) -> None:
        self._lines = -1

    def count(self, data: bytes) -> int:
        self._lines += data.count(b"\n")
        return self._lines


class _QuotedLines:
    """Solutions in CSV: a line each, after the header, but a quoted value may have lines itself."""

    def __init__(self) -> None:
        self._lines = -1
        self._quoted = 0

    def count(self, data: bytes) -> int:
        parts = data.split(b'"')
        self._lines += sum(part.count(b"\n") for part in parts[self._quoted :: 2])
        self._quoted = (self._quoted + len(parts) - 1) % 2
        return self._lines


class _Separators:
    """Solutions by what stands between two of them, which may be cut by the end of a piece."""

    def __init__(self, separator: bytes, first: int) -> None:
        self._separator = separator
        self._found = first
        self._tail = b""

    def count(self, data: bytes) -> int:
        data = self._tail + data
        self._found += data.count(self._separator)
        self._tail = data[len(data) - len(self._separator) + 1 :]
        return self._found


class _Counter(Protocol):
    def count(self, data: bytes) -> int: ...


# A quote inside a JSON string is escaped, so `},{"` can only stand between two solutions; those
# without any binding are not counted.
_COUNTERS: Mapping[str, Callable[[], _Counter]] = {
    "JSON": lambda: _Separators(b'},{"', 1),
    "XML": lambda: _Separators(b"<result>", 0),
    "CSV": _QuotedLines,
    "TSV": _Lines,
}
_XML = frozenset(("XML", "RDF/XML"))


class Output:
    """The file that the engine writes to. Raises ResultTooLarge from `write` to stop it."""

    def __init__(self, sink: Sink, form: Form, chosen: Format, limits: Limits) -> None:
        self._write = sink.write
        self._form = form
        self._limits = limits
        self._bytes = 0
        self._xml = WellFormedXml() if chosen.name in _XML else None
        counter = _COUNTERS.get(chosen.name) if form == "select" else None
        self._rows = counter() if counter else None

    def write(self, data: bytes) -> int:
        """Take what the engine wrote; the number of bytes taken."""
        taken = len(data)
        if self._xml:
            data = self._xml.clean(data)
        if self._rows:
            self.check_rows(self._rows.count(data))
        self._bytes += len(data)
        if self._bytes > self._limits.bytes:
            raise ResultTooLarge(limit=self._limits.bytes, unit=BYTES)
        self._write(data)
        return taken

    def flush(self) -> None:
        """Nothing: the sink decides when bytes go out."""

    def check_rows(self, rows: int) -> None:
        """Raise ResultTooLarge when there are more solutions or triples than allowed."""
        if rows > self._limits.rows:
            raise ResultTooLarge(limit=self._limits.rows, unit=ROWS[self._form])
