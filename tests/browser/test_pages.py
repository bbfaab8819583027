"""Every type of page, in both languages, as a browser shows it."""

from collections.abc import Callable

import pytest
from addresses import FAULTY, FOREIGN, PAGES
from chromium import NARROW, WIDE, ZOOMED, Tab, tab
from playwright.sync_api import Browser

CASES = [
    *((name, path, 200) for name, path in PAGES.items()),
    *((name, path, status) for name, (path, status) in FAULTY.items()),
]
IDS = [name.replace(" ", "-") for name, *_ in CASES]


#: What colours and sizes can break; the rest of the rules is about the document alone.
_SHADE = ("color-contrast", "link-in-text-block")
_SIZE = (*_SHADE, "scrollable-region-focusable", "target-size")


def assert_accessible(window: Tab) -> None:
    """Wide and light by all rules; at 200 % and dark by those that either breaks; and narrow.

    All that is folded is opened first.
    """
    _unfold(window)
    found = window.axe()
    window.shade(dark=True)
    window.size(*ZOOMED)
    found += [f"dark, zoomed: {each}" for each in [*window.axe(*_SIZE), window.sideways()] if each]
    window.shade(dark=False)
    window.size(*NARROW)
    found += [f"narrow: {each}" for each in [*window.axe(), window.sideways()] if each]
    window.size(*WIDE)
    assert not found, "\n".join(found)


def assert_readable(window: Tab) -> None:
    """What other words can break in a page that is accessible: the document, and how wide it is."""
    _unfold(window)
    found = window.axe()
    for size in (ZOOMED, NARROW):
        window.size(*size)
        found += [each for each in [window.sideways()] if each]
    window.size(*WIDE)
    assert not found, "\n".join(found)


def _unfold(window: Tab) -> None:
    window.page.evaluate(
        "for (const each of document.querySelectorAll('details')) each.open = true"
    )


@pytest.mark.parametrize(
    ("language", "assert_good"), [("nl", assert_accessible), ("en", assert_readable)]
)
@pytest.mark.parametrize(("name", "path", "status"), CASES, ids=IDS)
def test_a_page_is_sound_and_accessible(
    window: Tab,
    name: str,
    path: str,
    status: int,
    language: str,
    assert_good: Callable[[Tab], None],
) -> None:
    window.visit(f"/{language}{path}", status)
    assert window.page.locator("html").get_attribute("lang") == language
    window.assert_sound()
    assert_good(window)


@pytest.mark.parametrize(("name", "path", "status"), CASES, ids=IDS)
def test_the_text_is_the_same_without_javascript(
    browser: Browser, own_site: str, name: str, path: str, status: int
) -> None:
    with tab(browser, own_site) as with_, tab(browser, own_site, java_script_enabled=False) as bare:
        for each in (with_, bare):
            each.visit("/nl" + path, status)
        assert bare.text() == with_.text()
        assert len(bare.text()) > 200


@pytest.mark.parametrize(("name", "path"), FOREIGN.items(), ids=FOREIGN)
def test_pages_of_somebodys_folder_are_sound_and_accessible(
    browser: Browser, foreign_site: str, name: str, path: str
) -> None:
    with tab(browser, foreign_site) as window:
        window.visit("/en" + path)
        window.assert_sound()
        assert_accessible(window)


def test_what_nobody_can_read_is_found_by_the_rules_of_colour_alone(window: Tab) -> None:
    window.visit("/en/")
    faint = "for (const p of document.querySelectorAll('main p')) p.style.color = '#bbb'"
    window.page.evaluate(faint)
    assert any(each.startswith("color-contrast") for each in window.axe(*_SHADE))
