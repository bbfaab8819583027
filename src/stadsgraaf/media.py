"""Media types, and which of them a client gets.

Proactive negotiation of RFC 9110, section 12.5.1, https://www.rfc-editor.org/rfc/rfc9110#name-accept

>>> negotiate("text/*;q=0.5, application/ld+json", RDF).name
'JSON-LD'
>>> negotiate("text/turtle;q=0, */*", RDF).name
'N-Triples'
>>> negotiate("image/png", RDF) is None
True
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

__all__ = [
    "COLUMNAR",
    "HTML",
    "MAX_ACCEPT_BYTES",
    "MAX_ACCEPT_RANGES",
    "PROBLEM",
    "RDF",
    "RESULTS",
    "SHEET",
    "Form",
    "Format",
    "by_suffix",
    "negotiate",
    "negotiate_language",
]

#: What is read of an ``Accept`` header; the rest is ignored, so that a huge one costs nothing.
MAX_ACCEPT_BYTES = 8192
MAX_ACCEPT_RANGES = 64

Kind = Literal["page", "results", "rdf", "problem"]

#: The forms of a query by what they answer; ``graph`` is CONSTRUCT and DESCRIBE.
Form = Literal["select", "ask", "graph"]


@dataclass(frozen=True)
class Format:
    """One representation: its name, its media types (the first one is served) and its suffix."""

    name: str
    media_types: tuple[str, ...]
    suffix: str
    kind: Kind
    charset: bool = False

    @property
    def media_type(self) -> str:
        """The media type without parameters, as in ``text/csv``."""
        return self.media_types[0]

    @property
    def content_type(self) -> str:
        """The value of ``Content-Type``."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


HTML = Format("HTML", ("text/html", "application/xhtml+xml"), "html", "page", charset=True)
PROBLEM = Format("Problem", ("application/problem+json", "application/json"), "json", "problem")
#: A result for spreadsheets.
SHEET = Format(
    "Excel",
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "xlsx",
    "page",
)

#: SPARQL results, the server's preference first.
RESULTS: tuple[Format, ...] = (
    Format("JSON", ("application/sparql-results+json", "application/json"), "srj", "results"),
    Format(
        "XML", ("application/sparql-results+xml", "application/xml", "text/xml"), "srx", "results"
    ),
    Format("CSV", ("text/csv",), "csv", "results", charset=True),
    Format("TSV", ("text/tab-separated-values",), "tsv", "results", charset=True),
    Format("GeoJSON", ("application/geo+json", "application/vnd.geo+json"), "geojson", "results"),
)

#: Results as columns with types: on offer where pyarrow is installed.
COLUMNAR: tuple[Format, ...] = (
    Format("Arrow", ("application/vnd.apache.arrow.stream",), "arrows", "results"),
    Format("Feather", ("application/vnd.apache.arrow.file",), "feather", "results"),
    Format("Parquet", ("application/vnd.apache.parquet",), "parquet", "results"),
)

#: RDF, the server's preference first.
RDF: tuple[Format, ...] = (
    Format("Turtle", ("text/turtle", "application/x-turtle"), "ttl", "rdf", charset=True),
    Format("N-Triples", ("application/n-triples", "text/plain"), "nt", "rdf"),
    Format("JSON-LD", ("application/ld+json", "application/json"), "jsonld", "rdf"),
    Format("RDF/XML", ("application/rdf+xml", "application/xml", "text/xml"), "rdf", "rdf"),
    Format("TriG", ("application/trig", "application/x-trig"), "trig", "rdf"),
    Format("N-Quads", ("application/n-quads", "text/x-nquads"), "nq", "rdf"),
)


#: Specificity of a range that names a media type in full.
_EXACT = 2
_Range = tuple[str, str, float]
_RANGE = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)/([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(;.*)?\Z")
_QUALITY = re.compile(r";\s*[qQ]=\s*([01](?:\.[0-9]{0,3})?)\s*(?:;|\Z)")


def _elements(header: str) -> Iterator[str]:
    """The comma-separated elements of a header; commas in quoted strings don't split."""
    element, quoted, escaped = "", False, False
    for character in header[:MAX_ACCEPT_BYTES]:
        if character == "," and not quoted:
            yield element
            element = ""
            continue
        if character == '"' and not escaped:
            quoted = not quoted
        escaped = character == "\\" and not escaped
        element += character
    yield element


def _quality(parameters: str) -> float:
    found = _QUALITY.search(parameters)
    return min(float(found[1]), 1.0) if found else 1.0


def _ranges(accept: str) -> list[_Range]:
    ranges: list[_Range] = []
    for element in _elements(accept):
        if match := _RANGE.match(element):
            ranges.append((match[1].lower(), match[2].lower(), _quality(match[3] or "")))
        if len(ranges) == MAX_ACCEPT_RANGES:
            break
    return ranges


def _weight(media_type: str, ranges: Iterable[_Range]) -> tuple[float, int]:
    """Quality of a media type by its most specific range, and how specific that was."""
    main, sub = media_type.split("/")
    best = (0.0, -1)
    for range_main, range_sub, quality in ranges:
        if range_main not in ("*", main) or range_sub not in ("*", sub):
            continue
        specificity = (range_main != "*") + (range_sub != "*")
        if specificity > best[1] or (specificity == best[1] and quality > best[0]):
            best = (quality, specificity)
    return best


def _format_weight(candidate: Format, ranges: Sequence[_Range]) -> tuple[float, int]:
    """An alias counts only when it is asked for by name: ``*/*`` means the main media type."""
    weights = [_weight(candidate.media_type, ranges)]
    aliases = (_weight(alias, ranges) for alias in candidate.media_types[1:])
    return max(weights + [weight for weight in aliases if weight[1] == _EXACT])


def negotiate(accept: str | None, offered: Sequence[Format]) -> Format | None:
    """The offered format that ``Accept`` prefers, or None when none satisfies it (406).

    A missing or empty header accepts everything. Of two equals the one offered first is taken,
    after the one that was named more specifically.
    """
    ranges = _ranges(accept) if accept and accept.strip() else [("*", "*", 1.0)]
    best: tuple[float, int, Format] | None = None
    for candidate in offered:
        quality, specificity = _format_weight(candidate, ranges)
        if quality > 0 and (best is None or (quality, specificity) > best[:2]):
            best = (quality, specificity, candidate)
    return best[2] if best else None


def by_suffix(suffix: str, offered: Sequence[Format]) -> Format | None:
    """The offered format with this file suffix, given without its dot."""
    return next((candidate for candidate in offered if candidate.suffix == suffix), None)


_Tag = TypeVar("_Tag", bound=str)


def negotiate_language(accept_language: str | None, offered: Sequence[_Tag]) -> _Tag:
    """The offered language that ``Accept-Language`` prefers, else the first one offered.

    Basic filtering of RFC 4647, section 3.3.1:

    >>> negotiate_language("fr, en-GB;q=0.7, nl;q=0.3", ("nl", "en"))
    'en'
    """
    best: tuple[float, _Tag] = (0.0, offered[0])
    for element in list(_elements(accept_language or ""))[:MAX_ACCEPT_RANGES]:
        tag, _, parameters = element.partition(";")
        quality = _quality(";" + parameters) if parameters else 1.0
        for language in offered:
            if tag.strip().lower().split("-")[0] == language and quality > best[0]:
                best = (quality, language)
    return best[1]
