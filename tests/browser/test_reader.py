"""The reader of a source: passages lead to claims and back, the text stays where it is."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import NARROW, Tab, tab
from playwright.sync_api import Browser
from samples import publish
from serving import serving

SG = "https://w3id.org/stadsgraaf/def/ont/"
DOCUMENT = "https://book.example/log"
LINES = 60
TEXT = "\n".join(f"Line {n} of the log says that the gate was open at dawn." for n in range(LINES))


def _turtle() -> str:
    """A claim for every line, two on the same words, and one on a word within them."""
    lines = TEXT.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:n]) for n in range(LINES)]
    passages = [(start, start + len(line)) for start, line in zip(starts, lines, strict=True)]
    passages += [passages[0], (starts[0], starts[0] + 6)]
    claims = "".join(
        f"<https://book.example/c{n}> a sg:Claim ; rdfs:label 'Claim {n}.'@en , 'Bewering {n}.'@nl ;\n"
        f" sg:claimSubject <https://book.example/gate> ; sg:modality <https://book.example/asserted> ;\n"
        f" oa:hasTarget [ oa:hasSource <{DOCUMENT}> ;\n"
        f" oa:hasSelector [ oa:start {start} ; oa:end {end} ] ] .\n"
        for n, (start, end) in enumerate(passages)
    )
    return (
        f"@prefix sg: <{SG}> .\n@prefix oa: <http://www.w3.org/ns/oa#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        f"<{DOCUMENT}> rdfs:label 'log'@en ; sg:sha256 '{hashlib.sha256(TEXT.encode()).hexdigest()}' .\n"
        + claims
    )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of a book with claims."""
    folder: Path = tmp_path_factory.mktemp("book")
    (folder / "book.ttl").write_text(_turtle(), encoding="utf-8")
    text = tmp_path_factory.mktemp("text") / "log.txt"
    text.write_text(TEXT, encoding="utf-8")
    release = tmp_path_factory.mktemp("book-release")
    publish(folder, release)
    with serving(release, {"article": text}) as server:
        yield server.base


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["wide", "phone"])
def window(request: pytest.FixtureRequest, browser: Browser, reader: str) -> Iterator[Tab]:
    with tab(browser, reader) as opened:
        opened.size(*request.param)
        opened.visit("/en/article")
        yield opened
        opened.assert_sound()


def test_a_passage_lights_up_its_claim_and_the_text_stays(window: Tab) -> None:
    mark = window.page.locator("mark").nth(20)
    mark.scroll_into_view_if_needed()
    before = window.page.evaluate("scrollY")
    mark.locator("a").click()
    window.until("document.querySelector('.margin :target')")
    claim = window.page.locator(".margin :target")
    window.until(
        "() => { const box = document.querySelector('.margin :target').getBoundingClientRect();"
        " return box.top >= -1 && box.top < innerHeight }"
    )
    assert window.page.evaluate("scrollY") == before
    assert "lit" in (mark.get_attribute("class") or "")
    assert claim.get_attribute("data-claim") in (mark.get_attribute("data-claims") or "").split()


def test_a_claim_leads_back_to_its_passage(window: Tab) -> None:
    window.page.locator("#claim-40 .note a").click()
    window.until(
        "() => { const box = document.querySelector('.source-text :target').getBoundingClientRect();"
        " return box.top >= -1 && box.top < innerHeight }"
    )


def test_claims_on_the_same_words_can_each_be_reached(window: Tab) -> None:
    hrefs = window.page.evaluate(
        "[...document.querySelectorAll('.source-text a')].map((each) => each.hash)"
    )
    assert {f"#claim-{n + 1}" for n in range(LINES + 2)} <= set(hrefs)


def test_the_reader_is_accessible_and_fits_a_narrow_window(window: Tab) -> None:
    assert window.axe() == []
    window.shade(dark=True)
    window.size(*NARROW)
    assert window.axe() == []
    assert window.sideways() is None
