"""How a term is shown: a link with a label, a number, a date in words, a place, a text.

A template picks the partial by the kind of value; nothing here depends on the class of the thing.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

import pyoxigraph

from stadsgraaf.datatypes import DATE_TYPES
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web import dates
from stadsgraaf.web.asking import Term
from stadsgraaf.web.site import View
from stadsgraaf.web.urls import outward

__all__ = ["Fact", "Value", "ValueKind", "point", "show"]

ValueKind = Literal["thing", "outward", "text", "number", "date", "place", "code", "parts", "list"]

_XSD = PREFIXES["xsd"]
_INTEGERS = frozenset(
    _XSD + name
    for name in (
        *("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"),
        *("nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort"),
        "unsignedByte",
    )
)
_FRACTIONS = frozenset(_XSD + name for name in ("decimal", "double", "float"))
_CODES = frozenset(_XSD + name for name in ("hexBinary", "base64Binary"))
_PLAIN = frozenset((_XSD + "string", PREFIXES["rdf"] + "langString"))
_POINT: Final = re.compile(
    r"(?:<[^>]*>\s*)?POINT\s*Z?\s*\(\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)", re.IGNORECASE
)
#: Longest text on a page; the data formats carry it whole.
_LONGEST = 1500
#: A broken number with more digits before or after the point is shown as a machine writes it.
_DIGITS = 15
_TRUE = frozenset(("true", "1"))


@dataclass(frozen=True)
class Value:
    """One value as the page shows it; ``sources`` are numbers in the page's list of sources."""

    kind: ValueKind
    text: str
    href: str | None = None
    language: str | None = None
    datatype: str | None = None
    machine: str | None = None
    iri: str | None = None
    cut: bool = False
    parts: tuple["Fact", ...] = ()
    items: tuple["Value", ...] = ()
    sources: tuple[int, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether it needs the whole width."""
        return len(self.text) > _WIDE or bool(self.parts or self.items)

    @property
    def is_literal(self) -> bool:
        """Whether it says all by itself, and leads nowhere."""
        return self.href is None and not self.parts and not self.items


_WIDE = 60


@dataclass(frozen=True)
class Fact:
    """A property with its values; ``more`` further ones are behind a link.

    They may be all ``foreign``: in another language than the page.
    """

    label: str
    values: tuple[Value, ...]
    iri: str | None = None
    href: str | None = None
    more: int = 0
    more_href: str | None = None
    foreign: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether it needs the whole width."""
        return len(self.values) > _MANY or any(value.is_long for value in self.values)

    @property
    def is_many(self) -> bool:
        """Whether its values are many and short: they stand in columns."""
        return len(self.values) > _CROWD and not any(value.is_long for value in self.values)


_MANY = 3
_CROWD = 6


def point(text: str) -> tuple[float, float] | None:
    """Longitude and latitude of a point in well-known text.

    >>> point("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(5.3875 52.155)")
    (5.3875, 52.155)
    """
    found = _POINT.match(text)
    return (float(found[1]), float(found[2])) if found else None


def show(view: View, term: Term, label: str | None = None) -> Value:
    """A term as the page shows it; ``label`` is that of an IRI, when it was looked up before."""
    if isinstance(term, pyoxigraph.NamedNode):
        return _show_iri(view, term.value, label)
    if isinstance(term, pyoxigraph.BlankNode):
        return Value("text", str(view.t("unnamed")))
    return _show_typed(view, term) or _show_text(view, term)


def _show_iri(view: View, iri: str, label: str | None) -> Value:
    text = label or view.label(iri)
    if view.knows(iri):
        return Value("thing", text, view.urls.of(iri), iri=iri)
    href = outward(iri)
    return Value("outward" if href else "code", text, href, iri=iri)


def _show_typed(view: View, term: pyoxigraph.Literal) -> Value | None:
    """The literal by its datatype; None when it is read as text."""
    text, datatype = term.value, term.datatype.value
    shown: Value | None = None
    if datatype in _INTEGERS or datatype in _FRACTIONS:
        shown = _number(view, text, datatype)
    elif datatype in DATE_TYPES:
        shown = Value("date", dates.say(text, view.language), machine=text)
    elif datatype == _XSD + "boolean":
        shown = Value("text", str(view.t("yes" if text in _TRUE else "no")))
    elif datatype == _XSD + "anyURI" and (href := outward(text)):
        shown = Value("outward", text, href)
    elif datatype in _CODES:
        shown = Value("code", text)
    elif datatype.endswith("wktLiteral") and (position := point(text)):
        machine = f"{position[1]},{position[0]}"
        shown = Value("place", _coordinates(view, *position), machine=machine)
    elif datatype.endswith("wktLiteral") and (corners := text.count(",")):
        shown = Value("text", str(view.t("n_corners", n=view.number(corners + 1))))
    return shown


def _show_text(view: View, term: pyoxigraph.Literal) -> Value:
    text, datatype = term.value, term.datatype.value
    shown = Value(
        "text",
        text,
        language=term.language,
        datatype=None if datatype in _PLAIN else view.term(datatype),
    )
    return shown if len(text) <= _LONGEST else replace(shown, text=text[:_LONGEST] + "…", cut=True)


def _number(view: View, text: str, datatype: str) -> Value:
    try:
        value = int(text) if datatype in _INTEGERS else Decimal(text)
    except (ValueError, InvalidOperation):
        return Value("code", text)
    if isinstance(value, Decimal) and not value.is_finite():
        return Value("code", text)
    if isinstance(value, Decimal) and abs(value.adjusted()) > _DIGITS:
        is_binary = datatype != _XSD + "decimal"
        return Value("code", repr(float(text)).upper().replace("E+", "E") if is_binary else text)
    return Value("number", view.number(value), machine=text)


def _coordinates(view: View, longitude: float, latitude: float) -> str:
    north = view.t("north" if latitude >= 0 else "south")
    east = view.t("east" if longitude >= 0 else "west")
    numbers = (view.number(round(abs(latitude), 4)), view.number(round(abs(longitude), 4)))
    return f"{numbers[0]}° {north}, {numbers[1]}° {east}"
