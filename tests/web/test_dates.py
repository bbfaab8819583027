"""Dates as vague as the source: read, bounded and said in both languages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadsgraaf.web.dates import bounds, read, say


@pytest.mark.parametrize(
    ("text", "dutch", "english"),
    [
        ("2017", "2017", "2017"),
        ("2017-09", "september 2017", "September 2017"),
        ("2017-09-13", "13 september 2017", "13 September 2017"),
        ("2017-21", "voorjaar 2017", "spring 2017"),
        ("2017-23", "najaar 2017", "autumn 2017"),
        ("2016-01~", "omstreeks januari 2016", "about January 2016"),
        ("2016?", "misschien 2016", "perhaps 2016"),
        ("2016%", "misschien omstreeks 2016", "perhaps about 2016"),
        ("../2017-09", "tot en met september 2017", "until September 2017"),
        ("/2017-09", "tot en met september 2017", "until September 2017"),
        ("2017/..", "sinds 2017", "since 2017"),
        ("2016/2017-01", "2016 tot en met januari 2017", "2016 to January 2017"),
        ("2017-09-13T10:00:00Z", "13 september 2017", "13 September 2017"),
        ("2017-09-13T10:00:00.5+02:00", "13 september 2017", "13 September 2017"),
    ],
)
def test_a_date_is_said_in_both_languages(text: str, dutch: str, english: str) -> None:
    assert (say(text, "nl"), say(text, "en")) == (dutch, english)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2017", date(2017, 1, 1), date(2017, 12, 31)),
        ("2017-23", date(2017, 9, 1), date(2017, 11, 30)),
        ("2017-24", date(2017, 12, 1), date(2018, 2, 28)),
        ("2016/2017-01", date(2016, 1, 1), date(2017, 1, 31)),
        ("2017/..", date(2017, 1, 1), None),
        ("../2017", None, date(2017, 12, 31)),
    ],
)
def test_a_date_has_a_first_and_last_possible_day(
    text: str, first: date | None, last: date | None
) -> None:
    assert bounds(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "../..",
        "/",
        "soon",
        "2017-13",
        "2017-00",
        "2017-02-30",
        "2017-21-01",
        "0000",
        "17",
    ],
)
def test_what_is_no_date_stays_as_it_is(text: str) -> None:
    assert read(text) is None
    assert bounds(text) is None
    assert say(text, "nl") == text


@given(st.text(alphabet="0123456789-/.~?%TZ:+x", max_size=24))
def test_no_text_is_too_strange_to_read(text: str) -> None:
    ends = bounds(text)
    assert say(text, "en") or not text
    if ends and ends[0] and ends[1] and "/" not in text:
        assert ends[0] <= ends[1]
