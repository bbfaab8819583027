"""The workbench: write a query with help, see where it is wrong, run it, take the answer along."""

import csv
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from chromium import NARROW, Tab, tab
from playwright.sync_api import Browser

PREFIX = "PREFIX sg: <https://w3id.org/stadsgraaf/def/ont/>\n"
MEMBERS = (
    PREFIX
    + """PREFIX org: <http://www.w3.org/ns/org#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?member ?name (STRLEN(?name) AS ?length) WHERE {
  ?m org:organization <https://w3id.org/stadsgraaf/id/network/g5> ; org:member ?member .
  ?member rdfs:label ?name . FILTER(LANG(?name) = "nl")
} ORDER BY ?name"""
)


def editor(window: Tab, text: str = "") -> None:
    """Empty the editor and type."""
    window.page.locator(".cm-content").click()
    window.page.keyboard.press("Control+a")
    window.page.keyboard.press("Delete")
    window.page.keyboard.type(text)


def text(window: Tab) -> str:
    return str(window.page.evaluate("document.querySelector('#query').value"))


#: A list that is still being made for what was typed last is disabled, and shows what was before.
_OFFERED = """([first, wanted]) => {
  const root = document.querySelector(".editor").shadowRoot;
  const list = root.querySelector(".cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)");
  const shown = [...list?.querySelectorAll("li") ?? []].slice(0, first).map((each) => each.innerText);
  return wanted.every((each) => shown.some((one) => one.includes(each))) && shown.length > 0;
}"""


def await_offers(window: Tab, *wanted: str, first: int = 1) -> None:
    """Wait until these are among the first completions that are offered."""
    window.until(_OFFERED, [first, list(wanted)])


def complete(window: Tab, typed: str, wanted: str) -> None:
    """Type, and take what is offered first, which must be as wanted."""
    window.page.keyboard.type(typed, delay=15)
    await_offers(window, wanted)
    window.page.wait_for_timeout(100)  # a list takes no key for 75 ms after it has opened
    window.page.keyboard.press("Enter")


def test_a_class_is_found_by_its_label_and_brings_its_prefix(window: Tab) -> None:
    window.visit("/nl/sparql")
    editor(window, "SELECT * WHERE { ?d a ")
    complete(window, "bewer", "bewering")
    assert text(window).startswith(PREFIX + "SELECT * WHERE { ?d a sg:Claim")


def test_properties_of_the_subjects_class_come_first(window: Tab) -> None:
    window.visit("/en/sparql")
    editor(window, "SELECT * WHERE { ?c a sg:Claim ; ")
    window.page.keyboard.press("Control+Space")
    await_offers(window, "sg:modality", "sg:holder", first=12)
    window.page.keyboard.press("Escape")
    editor(window, "SELECT * WHERE { ?m a org:Membership ; ")
    window.page.keyboard.press("Control+Space")
    await_offers(window, "org:member", first=8)


def test_variables_prefixes_keywords_and_functions_are_offered(window: Tab) -> None:
    window.visit("/en/sparql")
    editor(window)
    complete(window, "PREFIX sko", "skos:")
    assert text(window) == "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
    editor(window, "SELECT ?thing WHERE { ?")
    await_offers(window, "?thing")
    window.page.keyboard.press("Escape")
    editor(window, "SELECT * WHERE { ?s ?p ?o } ")
    complete(window, "orde", "ORDER BY")
    assert "ORDER BY" in text(window)
    editor(window, "SELECT * WHERE { ?s ?p ?o FILTER ")
    complete(window, "isli", "ISLITERAL()")


def test_an_error_is_marked_at_its_character_without_running_anything(window: Tab) -> None:
    window.visit("/en/sparql")
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    editor(window, "SELECT * WHERE { ?s ?p . }")
    mark = window.page.locator(".cm-lintRange-error")
    mark.wait_for()
    assert mark.inner_text() == "."
    assert {path for path in asked if "/static/" not in path} == {"/en/sparql/check"}
    window.page.keyboard.press("Control+a")
    window.page.keyboard.type("ASK {}")
    mark.wait_for(state="detached")


def test_an_error_of_the_server_has_the_cursor_at_its_place(window: Tab) -> None:
    window.visit("/nl/sparql?" + urlencode({"query": "SELECT *\n{ ?s ?p }"}), 400)
    assert window.page.get_by_role("alert").inner_text().count("regel 2") >= 1
    window.page.locator(".cm-lintRange-error").wait_for()
    window.page.keyboard.type("?o ")
    assert text(window) == "SELECT *\n{ ?s ?p ?o }"
    with window.page.expect_navigation():
        window.page.keyboard.press("Control+Enter")
    assert window.page.locator("#result").is_visible()


def test_tab_leaves_the_editor_and_reaches_the_button(window: Tab) -> None:
    window.visit("/en/sparql")
    editor(window, "ASK {}")
    window.page.keyboard.press("Escape")
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.type") == "submit"
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert "Yes." in window.page.locator("#result").inner_text()


def test_a_query_is_run_drawn_downloaded_and_linked_to(window: Tab, tmp_path: Path) -> None:
    window.visit("/en/sparql")
    editor(window)
    window.page.locator(".cm-content").fill(MEMBERS)
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Run").click()
    (asked,) = parse_qs(urlsplit(window.page.url).query)["query"]
    assert asked.split() == MEMBERS.split()
    assert text(window) == MEMBERS
    assert window.page.get_by_role("link", name="municipality of Utrecht").first.is_visible()
    for name in ("On a map", "As bars"):
        window.page.get_by_text(name).click()
    assert window.page.locator(".bars li").count() == 5
    assert window.page.locator(".map .pin").count() == 5
    assert window.axe() == []
    with window.page.expect_download() as download:
        window.page.get_by_role("link", name="CSV", exact=True).last.click()
    rows = list(csv.reader(StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert rows[0] == ["member", "name", "length"]
    assert len(rows) == 6
    with window.page.expect_download() as download:
        window.page.get_by_role("link", name="Excel").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def test_without_javascript_the_form_still_asks(browser: Browser, own_site: str) -> None:
    with tab(browser, own_site, java_script_enabled=False) as window:
        window.visit("/en/sparql")
        window.page.locator("#query").fill("SELECT (1 AS ?one) {}")
        window.page.get_by_role("button", name="Run").click()
        assert window.page.locator("table.rows td").inner_text() == "1"
        window.assert_sound()


@pytest.mark.parametrize("dark", [False, True])
def test_the_editor_with_its_list_open_is_accessible_on_a_phone(window: Tab, dark: bool) -> None:  # noqa: FBT001 – a parameter
    window.shade(dark=dark)
    window.size(*NARROW)
    window.visit("/nl/sparql")
    editor(window, "SELECT * { ?s a ")
    window.page.keyboard.press("Control+Space")
    await_offers(window)
    found = window.axe()
    assert not found, "\n".join(found)
    assert window.sideways() is None
