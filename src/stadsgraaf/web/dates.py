"""Dates that may be vague: read, ordered, and said in words.

EDTF levels 0 and 1 in part: https://www.loc.gov/standards/datetime/ — years, months, days,
seasons, intervals with open ends, and the qualifiers ``~``, ``?`` and ``%``.

>>> say("2017-23", "en"), say("2016-01~", "nl"), say("../2017-09", "en")
('autumn 2017', 'omstreeks januari 2016', 'until September 2017')
>>> bounds("2017-12")
(datetime.date(2017, 12, 1), datetime.date(2017, 12, 31))
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from stadsgraaf.errors import Language
from stadsgraaf.remembering import remembering

__all__ = ["Moment", "bounds", "day_number", "read", "say"]

_MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "nl": (
        *("januari", "februari", "maart", "april", "mei", "juni"),
        *("juli", "augustus", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_SEASONS: Final[Mapping[Language, tuple[str, ...]]] = {
    "nl": ("voorjaar", "zomer", "najaar", "winter"),
    "en": ("spring", "summer", "autumn", "winter"),
}
#: First and last month of a season of the northern half; winter runs into the next year.
_SEASON_MONTHS = ((3, 5), (6, 8), (9, 11), (12, 14))
_FIRST_SEASON = 21
_LAST_MONTH = 12

_WORDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "~": {"nl": "omstreeks {}", "en": "about {}"},
    "?": {"nl": "misschien {}", "en": "perhaps {}"},
    "%": {"nl": "misschien omstreeks {}", "en": "perhaps about {}"},
    "until": {"nl": "tot en met {}", "en": "until {}"},
    "since": {"nl": "sinds {}", "en": "since {}"},
    "span": {"nl": "{} tot en met {}", "en": "{} to {}"},
}
_POINT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?([~?%]?)\Z")
_OPEN = ("", "..")
#: Dates that are remembered as they were read: many things are of the same ones.
_REMEMBERED: Final = 8192
_CLOCK = re.compile(r"T[\d:.]+(?:Z|[+-]\d\d:\d\d)?\Z")


class Moment(NamedTuple):
    """A year, month, season or day, perhaps approximate or uncertain."""

    year: int
    month: int | None = None
    day: int | None = None
    qualifier: str = ""

    @property
    def season(self) -> int | None:
        """Index of the season, from 0, when it is one."""
        return self.month - _FIRST_SEASON if self.month and self.month >= _FIRST_SEASON else None

    def days(self) -> tuple[date, date]:
        """The first and the last day that it can be."""
        if self.day and self.month:
            day = date(self.year, self.month, self.day)
            return day, day
        first, last = (self.month, self.month) if self.month else (1, _LAST_MONTH)
        if self.season is not None:
            first, last = _SEASON_MONTHS[self.season]
        years, month = divmod(last - 1, _LAST_MONTH)
        end = date(self.year + years, month + 1, monthrange(self.year + years, month + 1)[1])
        return date(self.year, first, 1), end

    def words(self, language: Language) -> str:
        """In words: ``autumn 2017``."""
        if self.season is not None:
            text = f"{_SEASONS[language][self.season]} {self.year}"
        else:
            month = _MONTHS[language][self.month - 1] if self.month else ""
            text = " ".join(str(part) for part in (self.day, month, self.year) if part)
        return _WORDS[self.qualifier][language].format(text) if self.qualifier else text


@remembering(_REMEMBERED)
def read(text: str) -> tuple[Moment | None, Moment | None] | None:
    """Begin and end; None for an open end. One moment is its own end. None when it is no date.

    >>> read("2017/..") == (Moment(2017), None)
    True
    """
    begin, slash, end = _CLOCK.sub("", text).partition("/")
    if not slash:
        moment = _moment(begin)
        return None if moment is None else (moment, moment)
    ends = tuple(None if part in _OPEN else _moment(part) for part in (begin, end))
    open_ends = (begin in _OPEN, end in _OPEN)
    if all(open_ends) or any(
        moment is None and not is_open for moment, is_open in zip(ends, open_ends, strict=True)
    ):
        return None
    return ends[0], ends[1]


def _moment(text: str) -> Moment | None:
    found = _POINT.match(text)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups()[:3])
    moment = Moment(year or 0, month, day, found[4])
    last_season = _FIRST_SEASON + len(_SEASON_MONTHS) - 1
    in_year = month is None or 1 <= month <= _LAST_MONTH
    if not in_year and (day or not _FIRST_SEASON <= (month or 0) <= last_season):
        return None
    try:
        moment.days()
    except (ValueError, OverflowError):
        return None
    return moment


@remembering(_REMEMBERED)
def bounds(text: str) -> tuple[date | None, date | None] | None:
    """The first and last possible day; None for an open end; None when it is no date."""
    ends = read(text)
    if ends is None:
        return None
    begin, end = ends
    return (begin.days()[0] if begin else None, end.days()[1] if end else None)


@remembering(_REMEMBERED)
def say(text: str, language: Language) -> str:
    """The date in words; what cannot be read stays as it is."""
    ends = read(text)
    if ends is None:
        return text
    begin, end = ends
    if begin is None or end is None:
        known = end or begin
        words = _WORDS["until" if begin is None else "since"][language]
        return words.format(known.words(language) if known else "")
    if begin == end:
        return begin.words(language)
    return _WORDS["span"][language].format(begin.words(language), end.words(language))


def day_number(day: date) -> int:
    """Days since the year 1, for a time scale."""
    return day.toordinal() - 1
