"""On a phone what is looked for comes first and words stay whole; on paper nothing is cut off."""

import pytest
from chromium import NARROW, WIDE, Tab

#: What is left of A4 between margins of 15 mm, in CSS pixels.
PAPER = (680, 1009)
PHONE = (390, 844)
_CUT_WORDS = """() => [...document.querySelectorAll("th, td a, td span, td .badge")].filter((each) => {
  const words = each.innerText.split(/\\s+/).filter((word) => /^\\p{L}{2,14}$/u.test(word));
  const line = parseFloat(getComputedStyle(each).lineHeight);
  const range = document.createRange();
  range.selectNodeContents(each);
  return range.getClientRects().length && words.length === 1 && each.innerText.trim() === words[0] &&
    range.getBoundingClientRect().height > 1.8 * line;
}).map((each) => each.outerHTML)"""
#: How large the names on a map are, in CSS pixels.
_SIZES = """() => [...document.querySelectorAll(".map.large text")]
  .filter((each) => each.getBoundingClientRect().height)
  .map((each) => parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a)"""


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["phone", "wide"])
@pytest.mark.parametrize(
    "path", ["/claims", "/data", "/queries/list-network-members", "/doc/network/g40"]
)
def test_words_of_a_table_stay_whole(window: Tab, path: str, size: tuple[int, int]) -> None:
    window.size(*size)
    window.visit("/nl" + path)
    assert window.page.evaluate(_CUT_WORDS) == []
    assert window.sideways() is None


@pytest.mark.parametrize("path", ["/conformance", "/def/rule", "/vocabulary", "/data"])
def test_a_table_to_read_needs_no_scrolling_on_a_phone(window: Tab, path: str) -> None:
    window.size(*PHONE)
    window.visit("/nl" + path)
    assert window.page.evaluate(
        "[...document.querySelectorAll('.scroll')].every((each) => each.scrollWidth <= innerWidth)"
    )


@pytest.mark.parametrize("path", ["/claims", "/map"])
def test_filters_are_folded_on_a_phone_and_open_where_there_is_room(window: Tab, path: str) -> None:
    window.visit("/nl" + path)
    fold, value = window.page.locator(".fold"), window.page.locator(".fold li a").first
    assert value.is_visible()
    assert not fold.locator("> summary").is_visible()
    window.size(*PHONE)
    assert not value.is_visible()
    fold.locator("> summary").click()
    assert value.is_visible()
    value.click()
    assert "?" in window.page.url


@pytest.mark.parametrize("path", ["/map", "/queries/list-network-members"])
def test_names_on_a_map_can_be_read_on_a_phone(window: Tab, path: str) -> None:
    window.visit("/nl" + path)
    wide = window.page.evaluate(_SIZES)
    window.size(*PHONE)
    narrow = window.page.evaluate(_SIZES)
    assert 10 < len(narrow) < len(wide)
    assert min(*wide, *narrow) >= 12


@pytest.mark.parametrize(
    "path",
    ["/", "/doc/municipality/gm0307", "/claims", "/map", "/data", "/queries/list-network-members"],
)
def test_on_paper_nothing_is_cut_off(window: Tab, path: str) -> None:
    window.size(*PAPER)
    window.visit("/nl" + path)
    window.page.emulate_media(media="print")
    assert window.sideways() is None
    assert window.page.evaluate(
        "[...document.querySelectorAll('.scroll')].every((each) => each.scrollWidth <= innerWidth)"
    )
    assert not window.page.locator(".top, .facets").filter(visible=True).count()


def test_headings_of_a_table_are_on_paper(window: Tab) -> None:
    window.visit("/nl/queries/list-network-members")
    window.page.emulate_media(media="print")
    assert window.page.locator("thead th").first.inner_text() == "Netwerk"
