"""The whole site: every link leads somewhere, every page is well-formed HTML."""

from itertools import islice
from pathlib import Path

import html5rdf
import pytest
from crawling import Crawl
from samples import publish
from visiting import Client, Reply, links_of, open_site

from stadsgraaf.settings import Settings

#: Addresses of one kind that a walk of our own dataset asks; `make links` asks all.
MOST_ALIKE = 4
#: Of so many of its pages the HTML is read by the book, which takes long.
MOST_READ = 70


def assert_well_formed(reply: Reply) -> None:
    parser = html5rdf.HTMLParser(strict=False)
    parser.parse(reply.body)
    assert not parser.errors


def assert_sound(target: str, reply: Reply) -> None:
    assert reply.status < 400, target
    if reply.headers.get("content-type", "").startswith("text/html"):
        assert_well_formed(reply)
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


def assert_no_dead_link(crawl: Crawl) -> None:
    assert crawl.dead == []
    assert crawl.unanchored == []


@pytest.mark.parametrize(("language", "other"), [("nl", "en"), ("en", "nl")])
def test_every_link_of_a_site_leads_somewhere(client: Client, language: str, other: str) -> None:
    crawl = Crawl(client, f"/{language}/", other=other)
    visited = 0
    for target, reply in crawl.pages():
        assert_sound(target, reply)
        visited += 1
    assert visited > 100
    assert_no_dead_link(crawl)


def test_every_link_of_somebodys_folder_leads_somewhere(foreign: Client) -> None:
    crawl = Crawl(foreign, "/en/", other="nl")
    for target, reply in crawl.pages():
        assert_sound(target, reply)
    assert_no_dead_link(crawl)


def test_hostile_data_make_well_formed_pages(nasty: Client) -> None:
    for target, reply in islice(Crawl(nasty, "/en/").pages(), 60):
        assert_sound(target, reply)


def test_links_of_our_own_dataset_lead_somewhere(
    root: Path, article: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    release = publish(root, tmp_path_factory.mktemp("own"))
    client = open_site(release, Settings(article=str(article)))
    crawl = Crawl(client, "/en/", MOST_ALIKE, other="nl")
    try:
        for number, (target, reply) in enumerate(crawl.pages()):
            if number < MOST_READ:
                assert_sound(target, reply)
    finally:
        client.close()
    assert number > MOST_READ
    assert_no_dead_link(crawl)


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
