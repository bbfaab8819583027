"""Chromium, and a tab that writes down everything that goes wrong in it."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Response, sync_playwright

NODE_MODULES: Final = (
    Path(__file__).resolve().parents[2] / "src/stadsgraaf/web/frontend/node_modules"
)
#: The first has no windows to draw, and takes half as long.
NAMES: Final = (
    "chromium-headless-shell",
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)
FLAGS: Final = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDE: Final = (1280, 900)
#: 1280 CSS pixels at 200 % are 640.
ZOOMED: Final = (640, 450)
NARROW: Final = (320, 640)
#: Seconds that a condition may take to come true.
_PATIENCE: Final = 30.0

_LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(
  `${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
_SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return null;
  const wide = [...document.body.querySelectorAll("*")].filter((each) =>
    each.getBoundingClientRect().right > width + 1 && !each.closest(".scroll, .code, .vh"));
  return `${document.documentElement.scrollWidth} > ${width}: ` +
    wide.slice(-3).map((each) => each.outerHTML.slice(0, 120)).join(" | ");
}"""
_AXE = """async (chosen) => {
  const { violations } = await axe.run(document, { runOnly: chosen, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`);
}"""
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium of the machine, else that of Playwright; without either the tests skip."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        named = os.environ.get("STADSGRAAF_CHROMIUM")
        found = named or next(filter(None, map(shutil.which, NAMES)), None)
        if not found and not own.is_file():
            pytest.skip("no Chromium on this machine: nothing was looked at in a browser")
        browser = playwright.chromium.launch(executable_path=found or own, args=list(FLAGS))
        yield browser
        browser.close()


@cache
def _axe() -> str:
    source = NODE_MODULES / "axe-core" / "axe.min.js"
    assert source.is_file(), "axe-core is not there: build the front end"
    return source.read_text(encoding="utf-8")


@dataclass
class Tab:
    """One tab of a browser on one site; ``faults`` is what went wrong in it."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    expected_status: int = 200

    def __post_init__(self) -> None:
        self.page.add_init_script(_LISTEN)
        self.page.on("console", lambda message: self._console(message.type, message.text))
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _console(self, kind: str, text: str) -> None:
        refused = f"status of {self.expected_status} " in text and self.expected_status >= 400
        if kind in ("error", "warning") and not refused:
            self.faults.append(f"console: {text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that was left, or a download
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.base).netloc:
            self.faults.append(f"elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status != self.expected_status:
            self.faults.append(f"{response.status}: {response.url}")

    # --- to look at ---------------------------------------------------------------------------------

    def visit(self, path: str, status: int = 200) -> None:
        """Open a page, which must answer with a status."""
        self.expected_status = status
        response = self.page.goto(self.base + path, wait_until="load")
        assert response
        assert response.status == status, (path, response.status)

    def size(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def shade(self, *, dark: bool) -> None:
        self.page.emulate_media(color_scheme="dark" if dark else "light")

    def axe(self, *rules: str) -> list[str]:
        """What axe holds against the page as it is now: WCAG 2.2 AA and good practice.

        With ``rules``, only by those.
        """
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(_axe())
        found: list[str] = self.page.evaluate(_AXE, rules or _TAGS)
        return found

    def sideways(self) -> str | None:
        """What makes the page wider than its window, if anything does."""
        found: str | None = self.page.evaluate(_SIDEWAYS)
        return found

    def violations(self) -> list[str]:
        """What the Content Security Policy refused on this page."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def until(self, condition: str, arg: object = None) -> None:
        """Wait until a condition holds.

        Playwright's own way asks from within the page, where the policy of our pages forbids it
        whenever the first look is too early.
        """
        end = time.monotonic() + _PATIENCE
        while not self.page.evaluate(condition, arg):
            assert time.monotonic() < end, condition
            self.page.wait_for_timeout(20)

    def assert_sound(self) -> None:
        assert self.faults == []
        assert self.violations() == []

    def text(self) -> str:
        """All text that the page shows, without its spacing and how long its query took."""
        shown = str(self.page.evaluate("document.body.innerText"))
        return re.sub(r"\bin [\d.,]+ ms\b", "in … ms", " ".join(shown.split()))


@contextmanager
def tab(browser: Browser, base: str, **options: Any) -> Iterator[Tab]:
    """A tab that has nothing in common with another; nothing glides in it, so nothing is waited for."""
    width, height = WIDE
    settings = {
        "viewport": {"width": width, "height": height},
        "locale": "nl-NL",
        "reduced_motion": "reduce",
        **options,
    }
    with browser.new_context(**settings) as context:
        yield Tab(context.new_page(), base)
