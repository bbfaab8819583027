"""How much of a text passages cover: overlaps count once, and what is left out is found."""

from stadsgraaf.coverage import cover
from stadsgraaf.evidence import Passage, SourceText

TEXT = "Een stad. Een dorp, en meer. – Niets."


def covered(*spans: tuple[int, int]) -> tuple[int, list[str]]:
    passages = [Passage("urn:c", {}, "urn:d", start, end, "") for start, end in spans]
    found = cover(passages, SourceText(TEXT, ""))
    return found.covered, [TEXT[start:end] for start, end in found.gaps]


def test_passages_that_overlap_or_touch_count_once() -> None:
    assert covered((0, 8), (4, 9), (9, 18)) == (18, [", en meer. – Niets."])


def test_gaps_are_trimmed_and_have_words() -> None:
    assert covered((0, 8), (10, 28)) == (26, ["– Niets."])
    assert covered((0, 28), (31, len(TEXT))) == (len(TEXT) - 3, [])


def test_what_lies_beyond_the_text_covers_nothing() -> None:
    assert covered((30, 4000))[0] == len(TEXT) - 30
    assert covered((500, 600)) == (0, [TEXT])
    assert covered() == (0, [TEXT])


def test_an_empty_text_has_no_share() -> None:
    assert cover([], SourceText("", "")).share == 0.0
