"""The whole site: every link leads somewhere, every page is well-formed HTML."""

from itertools import islice
from pathlib import Path

import html5rdf
import pytest
from crawling import Crawl, alike
from visiting import Client, Reply, links_of, open_site

from stadsgraaf.release import Release
from stadsgraaf.settings import Settings

#: Addresses of one kind that a walk asks: of the sample, and of our own dataset. `make links`
#: follows every link of our own.
MOST_ALIKE, MOST_ALIKE_OWN = 12, 2


def assert_well_formed(reply: Reply) -> None:
    parser = html5rdf.HTMLParser(strict=False)
    parser.parse(reply.body)
    assert not parser.errors


def is_page(reply: Reply) -> bool:
    return reply.headers.get("content-type", "").startswith("text/html")


def assert_sound(target: str, reply: Reply) -> None:
    assert reply.status < 400, target
    if is_page(reply):
        page = reply.page
        identifiers = [each["id"] for _, each in page.elements if "id" in each]
        assert len(identifiers) == len(set(identifiers)), target
        anchors = {href[1:] for href in links_of(page) if href.startswith("#")}
        assert anchors <= set(identifiers), target
        labelled = {
            name
            for _, each in page.elements
            for key in ("aria-labelledby", "aria-describedby", "for", "popovertarget")
            for name in each.get(key, "").split()
        }
        assert labelled <= set(identifiers), target
        assert len(page.all("h1")) == 1, target
        assert page.all("html")[0]["lang"] in ("nl", "en")


def assert_sound_site(crawl: Crawl) -> int:
    """Every address answers with a sound page, and no link is dead; how many addresses those are.

    Of addresses of one kind the HTML of the first is read by the book, which takes long.
    """
    visited, read = 0, set[str]()
    for target, reply in crawl.pages():
        assert_sound(target, reply)
        if is_page(reply) and alike(target) not in read:
            read.add(alike(target))
            assert_well_formed(reply)
        visited += 1
    assert read
    assert crawl.dead == []
    assert crawl.unanchored == []
    return visited


@pytest.mark.parametrize(("language", "other"), [("nl", "en"), ("en", "nl")])
def test_every_link_of_a_site_leads_somewhere(client: Client, language: str, other: str) -> None:
    assert assert_sound_site(Crawl(client, f"/{language}/", MOST_ALIKE, other=other)) > 100


def test_every_link_of_somebodys_folder_leads_somewhere(foreign: Client) -> None:
    assert assert_sound_site(Crawl(foreign, "/en/", MOST_ALIKE, other="nl")) > 20


def test_hostile_data_make_well_formed_pages(nasty: Client) -> None:
    for target, reply in islice(Crawl(nasty, "/en/").pages(), 60):
        assert_sound(target, reply)
        if is_page(reply):
            assert_well_formed(reply)


def test_links_of_our_own_dataset_lead_somewhere(our_release: Release, article: Path) -> None:
    client = open_site(our_release, Settings(article=str(article)))
    try:
        assert assert_sound_site(Crawl(client, "/en/", MOST_ALIKE_OWN, other="nl")) > 100
    finally:
        client.close()


def test_a_walk_finds_what_is_dead(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with a link to nothing and one to a part that is not there."""
    wrong = b'<a href="/en/gone">x</a><a href="/en/data#nowhere">y</a>'
    asked = client.get

    def get(target: str, **headers: str) -> Reply:
        if target != "/en/":
            return asked(target, **headers)
        return Reply(200, [("content-type", "text/html")], wrong)

    monkeypatch.setattr(client, "get", get)
    crawl = Crawl(client, "/en/", most_alike=2, other="nl")
    for _ in crawl.pages():
        pass
    assert "404 /en/gone on /en/" in crawl.dead
    assert "/en/data#nowhere on /en/" in crawl.unanchored
