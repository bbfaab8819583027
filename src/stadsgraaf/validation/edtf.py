"""Extended Date/Time Format, levels 0, 1 and 2.

https://www.loc.gov/standards/datetime/
"""

import re
from calendar import monthrange

__all__ = ["is_edtf"]

_QUALIFIER = "[?~%]"
_YEAR = r"(?:-?[0-9X]{4}|Y-?[1-9][0-9]*(?:E[1-9][0-9]*)?)(?:S[1-9][0-9]*)?"
_MONTH = r"(?:0[1-9X]|1[0-2X]|2[1-9]|3[0-9]|4[01]|X[0-9X])"
_DAY = r"(?:0[1-9X]|[12][0-9X]|3[01X]|X[0-9X])"
_DATE = re.compile(
    rf"{_QUALIFIER}?(?P<year>{_YEAR}){_QUALIFIER}?"
    rf"(?:-{_QUALIFIER}?(?P<month>{_MONTH}){_QUALIFIER}?"
    rf"(?:-{_QUALIFIER}?(?P<day>{_DAY}){_QUALIFIER}?)?)?"
)
_TIME = re.compile(
    r"(?P<date>-?[0-9]{4}-[0-9]{2}-[0-9]{2})T"
    r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]|24:00:00)"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-3])(?::?[0-5][0-9])?|14(?::?00)?))?"
)
_SEASONS = range(21, 42)
_PLAIN = re.compile(r"-?[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")


def is_edtf(text: str) -> bool:
    """Whether a text is a date, a time, an interval or a set of EDTF.

    >>> [is_edtf(text) for text in ("2017-09~", "2016/..", "201X", "2017-23", "[1667,1668..1670]")]
    [True, True, True, True, True]
    >>> [is_edtf(text) for text in ("2017-13", "2017-02-30", "sept 2017", "2018/2017", "")]
    [False, False, False, False, False]
    """
    if text[:1] in {"[", "{"}:
        return text[-1] == {"[": "]", "{": "}"}[text[0]] and _is_set(text[1:-1])
    if "/" in text:
        return _is_interval(text)
    return _is_date(text) or _is_time(text)


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    year, month, day = found["year"], found["month"], found["day"]
    if day is None or month is None or "X" in month:
        return True
    if int(month) in _SEASONS:
        return False
    return "X" in day or int(day) <= _days(year, int(month))


def _days(year: str, month: int) -> int:
    # a year that is not known, or far away, may be a leap year
    known = re.fullmatch(r"[0-9]{4}", year)
    return monthrange(int(year), month)[1] if known and int(year) else monthrange(2000, month)[1]


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    return found is not None and _is_date(found["date"])


def _is_interval(text: str) -> bool:
    start, _, end = text.partition("/")
    open_ended = {"", ".."}
    if start in open_ended and end in open_ended:
        return False
    if not all(part in open_ended or _is_date(part) for part in (start, end)):
        return False
    if _PLAIN.fullmatch(start) and _PLAIN.fullmatch(end) and "-" not in (start[0], end[0]):
        shared = min(len(start), len(end))
        return start[:shared] <= end[:shared]
    return True


def _is_set(text: str) -> bool:
    members = text.split(",")
    return all(
        all(_is_date(part) for part in member.strip().split("..") if part) and member.strip(". ")
        for member in members
    )
