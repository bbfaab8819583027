"""Hostile data in a browser: nothing of it runs, and nothing even tries to.

Labels, IRIs and languages that want to be markup or script, on every page that shows them.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from chromium import tab
from playwright.sync_api import Browser, Dialog
from samples import publish
from serving import serving

_THINGS = "http://data.example.nl/id/nasty/"
_NAMES = (
    *("script", "attr", "jsonctx", "md", "tmpl", "csv1", "ctl", "cr", "bidi", "long", "header"),
    *("euro", "img", "lang", "hub", "x0"),
)
_LISTS = (
    *("/", "/browse", "/search?q=alert", "/search?q=%3Cscript%3E", "/data", "/vocabulary"),
    "/sparql?query=" + quote("SELECT ?s ?p ?o { ?s ?p ?o FILTER(isLiteral(?o)) } LIMIT 200"),
    "/sparql?query=" + quote('SELECT (IRI("javascript:alert(1)") AS ?j) ("<img src=x>" AS ?i) {}'),
)


@pytest.fixture(scope="module")
def hostile_site(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    source, release = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("hostile-release")
    text = (shared / "attacks" / "data" / "nasty.ttl").read_text(encoding="utf-8")
    (source / "nasty.ttl").write_text(text, encoding="utf-8")
    publish(source, release)
    with serving(release) as server:
        yield server.base


@pytest.mark.parametrize(
    "path", [*_LISTS, *(f"/resource?iri={quote(_THINGS + n)}" for n in _NAMES)]
)
def test_nothing_of_hostile_data_runs(browser: Browser, hostile_site: str, path: str) -> None:
    with tab(browser, hostile_site) as window:
        opened: list[str] = []

        def hear(dialog: Dialog) -> None:
            opened.append(dialog.message)
            dialog.dismiss()

        window.page.on("dialog", hear)
        window.visit("/en" + path)
        for element in window.page.query_selector_all("summary, [popovertarget]")[:5]:
            if element.is_visible():
                element.click()
        assert opened == []
        assert window.page.evaluate("window.pwned") is None
        window.assert_sound()
