"""Lexical forms: whether each typed literal is one that its datatype knows.

https://www.w3.org/TR/xmlschema11-2/

It looks at what the file says. rdflib and most stores mend or accept such literals silently.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import cache

from pyoxigraph import Literal, Triple

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.edtf import is_edtf

__all__ = ["DATATYPES", "faulty", "hint"]

_XSD = PREFIXES["xsd"]
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_YEAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_CLOCK = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12][0-9]|3[01])"

_INTEGER = r"[+-]?[0-9]+"
_DAYS = r"(?:[0-9]+D)"
_CLOCK_PART = r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)"

_FORMS: dict[str, str] = {
    "boolean": r"true|false|1|0",
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "double": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "date": rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
    "time": rf"{_CLOCK}{_ZONE}",
    "dateTime": rf"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}{_ZONE}",
    "dateTimeStamp": rf"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}{_ZONE[:-1]}",
    "gYear": rf"{_YEAR}{_ZONE}",
    "gYearMonth": rf"{_YEAR}-{_MONTH}{_ZONE}",
    "gMonth": rf"--{_MONTH}{_ZONE}",
    "gDay": rf"---{_DAY}{_ZONE}",
    "gMonthDay": rf"--{_MONTH}-{_DAY}{_ZONE}",
    "duration": rf"-?P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?{_DAYS}?{_CLOCK_PART}?",
    "yearMonthDuration": r"-?P(?=[0-9])(?:[0-9]+Y)?(?:[0-9]+M)?",
    "dayTimeDuration": rf"-?P(?=[0-9T]){_DAYS}?{_CLOCK_PART}?",
    "hexBinary": r"(?:[0-9a-fA-F]{2})*",
    "base64Binary": r"(?:(?:[A-Za-z0-9+/] ?){4})*"
    r"(?:(?:[A-Za-z0-9+/] ?){3}[A-Za-z0-9+/]|(?:[A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?="
    r"|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?",
    "anyURI": r"[^\x00-\x20<>\"{}|\\^`]*",
    "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    "normalizedString": r"[^\t\r\n]*",
    "token": r"(?:[^\s](?:[^\t\r\n ]| (?! ))*(?<! ))?",
    "NMTOKEN": r"[\w.\-:·]+",
    "Name": r"[^\W\d.\-][\w.\-:·]*|:[\w.\-:·]*",
    "NCName": r"[^\W\d.\-:][\w.\-·]*",
}
_FORMS["float"] = _FORMS["double"]

#: Least and greatest value of each kind of integer.
_RANGES: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern when it is needed: most data have few of the datatypes."""
    return re.compile(pattern)


def _form(pattern: str) -> Callable[[str], bool]:
    return lambda text: _compiled(pattern).fullmatch(text) is not None


def _dated(pattern: str) -> Callable[[str], bool]:
    return lambda text: _compiled(pattern).fullmatch(text) is not None and _exists(text)


def _exists(text: str) -> bool:
    """Whether a date's day is one of its month."""
    found = re.match(r"(-?[0-9]+)-([0-9]{2})-([0-9]{2})", text)
    if found is None:
        return True
    year, month, day = (int(part) for part in found.groups())
    # the calendar repeats every 400 years, also before the year 1
    return day <= monthrange(year % 400 or 400, month)[1]


def _whole(least: int | None, greatest: int | None) -> Callable[[str], bool]:
    matches = re.compile(_INTEGER).fullmatch

    def valid(text: str) -> bool:
        if matches(text) is None:
            return False
        if least is None and greatest is None:
            return True
        try:
            value = Decimal(text)  # an int of many digits is slow to read
        except InvalidOperation:
            return False
        return (least is None or value >= least) and (greatest is None or value <= greatest)

    return valid


_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_WKT = re.compile(r"(?is)\s*(?:<[^<>\s]*>\s*)?([a-z]+)\s*(?:zm|z|m)?\s*(empty|\(.*\))\s*")
_POSITION = re.compile(rf"\s*(?:{_NUMBER}(?:\s+{_NUMBER}){{1,3}}|(?i:empty))\s*")


def _is_wkt(text: str) -> bool:
    """Whether a text is a geometry, https://www.ogc.org/standards/geosparql/: an empty one is, too.

    >>> _is_wkt("POINT(5.39 52.16)"), _is_wkt("POINT(5.39, 52.16)")
    (True, False)
    """
    found = _WKT.fullmatch(text)
    if found is None:
        return not text.strip()
    kind, body = found[1].lower(), found[2]
    if body.count("(") != body.count(")"):
        return False
    if kind == "geometrycollection" or not body.startswith("("):
        return True
    parts = (part for part in re.split(r"[(),]", body) if part.strip())
    return all(_POSITION.fullmatch(part) for part in parts)


#: Whether a text is in the lexical space, by IRI of the datatype.
DATATYPES: dict[str, Callable[[str], bool]] = (
    {
        _XSD + name: (_dated if name in {"date", "dateTime", "dateTimeStamp"} else _form)(pattern)
        for name, pattern in _FORMS.items()
    }
    | {_XSD + name: _whole(*bounds) for name, bounds in _RANGES.items()}
    | {PREFIXES["edtf"] + "EDTF": is_edtf, PREFIXES["geo"] + "wktLiteral": _is_wkt}
)


def faulty(triples: list[Triple]) -> Iterator[tuple[int, Literal]]:
    """The literals that their datatype does not know, each with the number of its triple.

    >>> from pyoxigraph import NamedNode
    >>> e = NamedNode("http://e/")
    >>> bad = Literal("2001-02-30", datatype=NamedNode(PREFIXES["xsd"] + "date"))
    >>> [number for number, _ in faulty([Triple(e, e, Literal(1)), Triple(e, e, bad)])]
    [1]
    """
    verdicts: dict[Literal, bool] = {}
    for number, triple in enumerate(triples):
        thing = triple.object
        if not isinstance(thing, Literal):
            continue
        verdict = verdicts.get(thing)
        if verdict is None:
            valid = DATATYPES.get(thing.datatype.value)
            verdict = verdicts[thing] = valid is None or valid(thing.value)
        if not verdict:
            yield number, thing


_EXAMPLES = {
    "boolean": "true",
    "date": "2017-09-13",
    "dateTime": "2017-09-13T10:00:00+02:00",
    "dateTimeStamp": "2017-09-13T10:00:00+02:00",
    "decimal": "52.5",
    "double": "5.25E1",
    "duration": "P1Y6M",
    "EDTF": "2017-09",
    "float": "5.25E1",
    "gMonthDay": "--09-13",
    "gYear": "2017",
    "gYearMonth": "2017-09",
    "hexBinary": "0aff",
    "integer": "42",
    "time": "10:00:00",
    "wktLiteral": "POINT(5.39 52.16)",
}


def hint(literal: Literal) -> Text:
    """How to write a literal so that its datatype knows it."""
    name, text = re.split(r"[/#]", literal.datatype.value)[-1], literal.value
    for names, form, advice in _SLIPS:
        if name in names and (found := re.fullmatch(form, text)):
            return advice(found)
    example = _EXAMPLES.get(name)
    if example:
        return Text(f"Write it like “{example}”.", f"Schrijf het zoals “{example}”.")
    return Text("Mend the value, or its datatype.", "Verbeter de waarde, of het datatype.")


def _spaced(_: re.Match[str]) -> Text:
    return Text("Remove the space around it.", "Haal de spaties eromheen weg.")


def _day_first(found: re.Match[str]) -> Text:
    iso = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    return Text(
        f"Write year, month, day: “{iso}”, if the day came first.",
        f"Schrijf jaar, maand, dag: “{iso}”, als de dag voorop stond.",
    )


def _with_time(found: re.Match[str]) -> Text:
    return Text(
        f"Write the day only, “{found[1]}”, or use xsd:dateTime.",
        f"Schrijf alleen de dag, “{found[1]}”, of gebruik xsd:dateTime.",
    )


def _without_time(_: re.Match[str]) -> Text:
    return Text(
        "Use xsd:date for a day without a time.", "Gebruik xsd:date voor een dag zonder tijd."
    )


def _capital(found: re.Match[str]) -> Text:
    return Text(f"Write “{found[0].lower()}”.", f"Schrijf “{found[0].lower()}”.")


def _comma(_: re.Match[str]) -> Text:
    return Text("Write a decimal point, not a comma.", "Schrijf een punt, geen komma.")


def _encode(_: re.Match[str]) -> Text:
    return Text(
        "Percent-encode spaces and other characters: a space is %20.",
        "Gebruik procentcodes voor spaties en andere tekens: een spatie is %20.",
    )


_NUMBERS = frozenset({"decimal", "double", "float", "integer"})
_DATES = frozenset({"date", "EDTF"})
_TIMES = frozenset({"dateTime", "dateTimeStamp"})
#: What people write often, by datatype, and what to tell them.
_SLIPS: tuple[tuple[frozenset[str], str, Callable[[re.Match[str]], Text]], ...] = (
    (frozenset(_EXAMPLES), r"\s.*|.*\s", _spaced),
    (_DATES, r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", _day_first),
    (_DATES - {"EDTF"}, r"([0-9-]+)T.*", _with_time),
    (_TIMES, _FORMS["date"], _without_time),
    (frozenset({"boolean"}), r"(?i:true|false)", _capital),
    (_NUMBERS, r"[+-]?[0-9.]+,[0-9]+", _comma),
    (frozenset({"anyURI"}), r"(?s:.*)", _encode),
)
