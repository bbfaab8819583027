"""With the keyboard alone; and the choices that a reader makes: language, colours, facets."""

import pytest
from chromium import NARROW, Tab

#: Enough presses of Tab to go through any page of these.
MOST = 400
_FOCUS = """async () => {
  const at = document.activeElement, style = getComputedStyle(at);
  let box = at.getBoundingClientRect();
  const end = performance.now() + 10000;
  while ((box.bottom <= 0 || box.top >= innerHeight) && performance.now() < end) {
    await new Promise(requestAnimationFrame);  // a browser scrolls to it in its own time
    box = at.getBoundingClientRect();
  }
  return { tag: at.localName, id: at.id, href: at.getAttribute("href"), text: at.innerText ?? "",
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight };
}"""
_STOPS = """() => [...document.querySelectorAll("a[href]:not([tabindex='-1']), button, input, select, textarea, summary, [tabindex='0']")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled && each.type !== "hidden")
  .length"""


def focus(window: Tab) -> dict[str, object]:
    found: dict[str, object] = window.page.evaluate(_FOCUS)
    return found


def press_until(window: Tab, key: str, **wanted: object) -> dict[str, object]:
    """Press a key until what has the focus is as wanted."""
    for _ in range(MOST):
        window.page.keyboard.press(key)
        at = focus(window)
        if all(at[name] == value for name, value in wanted.items()):
            return at
    raise AssertionError(f"{wanted} was never reached by {key}")


def test_the_first_stop_skips_to_the_content(window: Tab) -> None:
    window.visit("/en/doc/network/g5")
    window.page.keyboard.press("Tab")
    assert focus(window)["href"] == "#content"
    assert focus(window)["inside"]
    window.page.keyboard.press("Enter")
    assert focus(window)["id"] == "content"


@pytest.mark.parametrize(
    "path",
    ["/", "/doc/network/g5", "/search?q=rijswijk", "/queries/list-network-members", "/timeline"],
)
def test_every_stop_is_reached_seen_and_left(window: Tab, path: str) -> None:
    window.visit("/en" + path)
    stops: int = window.page.evaluate(_STOPS)
    window.page.evaluate("window.reached = new Set()")
    for _ in range(MOST):
        window.page.keyboard.press("Tab")
        at = focus(window)
        if at["tag"] == "body":
            break  # and out again: nothing traps
        assert at["seen"], at
        assert at["inside"], at
        window.page.evaluate("window.reached.add(document.activeElement)")
    assert focus(window)["tag"] == "body"
    assert window.page.evaluate("window.reached.size") == stops > 10


def test_search_needs_no_mouse(window: Tab) -> None:
    window.visit("/en/")
    window.page.keyboard.press("/")
    assert focus(window)["tag"] == "input"
    window.page.keyboard.type("amersf")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert "q=amersf" in window.page.url
    at = press_until(window, "Tab", href="/en/doc/municipality/gm0307")
    assert "Amersfoort" in str(at["text"])
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert "Amersfoort" in window.page.locator("h1").inner_text()


def test_the_language_switch_keeps_the_page(window: Tab) -> None:
    window.visit("/nl/doc/municipality/gm0307#sources")
    press_until(window, "Tab", href="/en/doc/municipality/gm0307")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert window.page.locator("html").get_attribute("lang") == "en"
    assert window.page.locator("h1").inner_text() == "Municipality of Amersfoort"
    assert window.page.url.endswith("/en/doc/municipality/gm0307#sources")


def test_a_browser_gets_its_own_language(window: Tab) -> None:
    window.visit("/")
    assert window.page.locator("html").get_attribute("lang") == "nl"


def test_a_facet_narrows_and_can_be_dropped(window: Tab) -> None:
    window.visit("/en/claims")
    window.page.locator(".facets li a").first.click()
    chosen = window.page.url
    assert "?" in chosen
    rows = window.page.locator("main").inner_text()
    assert "remove" in rows
    window.page.get_by_role("link", name="remove").first.click()
    assert window.page.url.partition("?")[0].endswith("/en/claims")
    assert window.page.url != chosen


def test_dark_and_light_follow_the_reader(window: Tab) -> None:
    window.visit("/nl/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = window.page.evaluate(ground)
    window.shade(dark=True)
    dark = window.page.evaluate(ground)
    brightness = [sum(map(int, each[4:-1].split(","))) for each in (light, dark)]
    assert brightness[0] > 600
    assert brightness[1] < 150


def test_a_table_is_sorted_by_a_column_and_says_so(window: Tab) -> None:
    window.visit("/en/queries/list-network-members")
    head = window.page.locator("table.grid-table thead th").nth(3)
    column = window.page.locator("table.grid-table tbody td:nth-child(4)")
    before = column.all_inner_texts()
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    ascending = column.all_inner_texts()
    assert sorted(ascending) == sorted(before)
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert column.all_inner_texts()[0] == ascending[-1]


def test_a_phone_reads_a_table_by_scrolling_the_table_alone(window: Tab) -> None:
    window.size(*NARROW)
    window.visit("/nl/queries/list-network-members")
    assert window.sideways() is None
    window.page.locator(".scroll").focus()
    window.page.keyboard.press("ArrowRight")
    window.until("document.querySelector('.scroll').scrollLeft > 0")
