"""Datatypes as people type their values in: forms, schemas, and what is refused.

Lexical forms are those of XML Schema 1.1, part 2, https://www.w3.org/TR/xmlschema11-2/; schemas
those of JSON Schema as OpenAPI has them.

>>> kind_of("http://www.w3.org/2001/XMLSchema#date").accepts("2017-02-29")
False
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES

__all__ = ["DATE_TYPES", "Kind", "dated_in_sparql", "kind_of"]

_XSD: Final = PREFIXES["xsd"]
#: Datatypes whose values are dates or periods.
DATE_TYPES: Final = frozenset(
    [_XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth")]
    + [PREFIXES["edtf"] + "EDTF"]
)
_DATES: Final = ", ".join(f"<{iri}>" for iri in sorted(DATE_TYPES))
#: Characters that a value may have.
_LONGEST: Final = 4096


def dated_in_sparql(variable: str) -> str:
    """The condition of a query that a variable is a date or a period."""
    return f"isLiteral({variable}) && DATATYPE({variable}) IN ({_DATES})"


@dataclass(frozen=True)
class Kind:
    """Values of a datatype: how they are typed in, described and told apart from others.

    ``words`` complete “is not …” and “is geen …”; of a ``verbatim`` value the space around it is
    part.
    """

    input: str
    schema: Mapping[str, Any]
    accepts: Callable[[str], bool]
    words: Text
    attributes: Mapping[str, str] = field(default_factory=dict)
    verbatim: bool = False

    def read(self, text: str) -> str | None:
        """The lexical form that is meant by a text; None when it is none, or too long."""
        value = text if self.verbatim else text.strip()
        return value if len(value) <= _LONGEST and self.accepts(value) else None


def _matching(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


def _reads(read: Callable[[str], object], pattern: str) -> Callable[[str], bool]:
    """Whether a text has the form and names a moment that there was."""
    fits = _matching(pattern)

    def accepts(text: str) -> bool:
        try:
            return fits(text) and read(text) is not None
        except ValueError:
            return False

    return accepts


def _is_double(text: str) -> bool:
    return _matching(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")(text) and math.isfinite(
        float(text)
    )


_ANY: Final = Kind(
    "text",
    {"type": "string", "maxLength": _LONGEST},
    lambda _: True,
    Text(f"a text of at most {_LONGEST} characters", f"tekst van hooguit {_LONGEST} tekens"),
    verbatim=True,
)
_WHOLE: Final = Kind(
    "number",
    {"type": "integer"},
    _matching(r"[+-]?\d{1,100}"),
    Text("a whole number such as 12", "geheel getal zoals 12"),
    {"step": "1"},
)
_NATURAL: Final = Kind(
    "number",
    {"type": "integer", "minimum": 0},
    _matching(r"\+?\d{1,100}"),
    Text("a whole number from 0 on", "geheel getal vanaf 0"),
    {"step": "1", "min": "0"},
)
_FRACTION: Final = Kind(
    "number",
    {"type": "number"},
    _matching(r"[+-]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})"),
    Text("a number such as 12.5", "getal zoals 12.5"),
    {"step": "any"},
)
_KINDS: Final[Mapping[str, Kind]] = {
    "date": Kind(
        "date",
        {"type": "string", "format": "date"},
        _reads(date.fromisoformat, r"\d{4}-\d\d-\d\d"),
        Text("a date such as 2017-09-13", "datum zoals 2017-09-13"),
    ),
    "dateTime": Kind(
        "text",
        {"type": "string", "format": "date-time"},
        _reads(
            datetime.fromisoformat,
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?",
        ),
        Text("a moment such as 2017-09-13T09:00:00Z", "moment zoals 2017-09-13T09:00:00Z"),
    ),
    "gYear": Kind(
        "number",
        {"type": "string", "pattern": r"^\d{4}$"},
        _matching(r"\d{4}"),
        Text("a year such as 2017", "jaar zoals 2017"),
        {"step": "1", "min": "0", "max": "9999"},
    ),
    "gYearMonth": Kind(
        "month",
        {"type": "string", "pattern": r"^\d{4}-\d\d$"},
        _matching(r"\d{4}-(?:0[1-9]|1[0-2])"),
        Text("a month such as 2017-09", "maand zoals 2017-09"),
    ),
    "boolean": Kind(
        "truth",
        {"type": "boolean"},
        _matching("true|false|0|1"),
        Text("true or false", "true of false"),
    ),
    "decimal": _FRACTION,
    "double": Kind("number", {"type": "number"}, _is_double, _FRACTION.words, {"step": "any"}),
    "float": Kind("number", {"type": "number"}, _is_double, _FRACTION.words, {"step": "any"}),
    "integer": _WHOLE,
    "int": _WHOLE,
    "long": _WHOLE,
    "short": _WHOLE,
    "nonNegativeInteger": _NATURAL,
    "unsignedInt": _NATURAL,
    "string": _ANY,
}


def kind_of(datatype: str) -> Kind:
    """The kind of a datatype by its IRI; what is not known takes any text."""
    return _KINDS.get(datatype.removeprefix(_XSD), _ANY)
