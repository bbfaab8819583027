"""The whole site: every link leads somewhere, every page is well-formed HTML."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import html5rdf
import pytest
from samples import publish
from visiting import BROWSER, Client, Reply, links_of, open_site

#: Pages of our own dataset that one walk visits; the walk goes breadth first.
MOST = 70


def walk(client: Client, start: str, most: int = 5000) -> Iterator[tuple[str, Reply]]:
    """Every page that can be reached, with its address; data and dumps count, but end the walk."""
    waiting, seen = deque([start]), {start}
    while waiting and len(seen) < most + len(waiting):
        target = waiting.popleft()
        reply = client.get(target, accept=BROWSER)
        yield target, reply
        if reply.headers.get("content-type", "").startswith("text/html"):
            for href in links_of(reply.page):
                address = href.partition("#")[0]
                if not address.startswith("/") or address.count("where=") > 1:
                    continue  # another site, or one more combination of facets
                if address not in seen:
                    seen.add(address)
                    waiting.append(address)


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


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_link_of_a_site_leads_somewhere(client: Client, language: str) -> None:
    visited = 0
    for target, reply in walk(client, f"/{language}/"):
        assert_sound(target, reply)
        visited += 1
    assert visited > 100


def test_every_link_of_somebodys_folder_leads_somewhere(foreign: Client) -> None:
    for target, reply in walk(foreign, "/en/"):
        assert_sound(target, reply)


def test_hostile_data_make_well_formed_pages(nasty: Client) -> None:
    for target, reply in walk(nasty, "/en/", most=60):
        assert_sound(target, reply)


def test_links_of_our_own_dataset_lead_somewhere(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    client = open_site(publish(root, tmp_path_factory.mktemp("own")))
    try:
        for target, reply in walk(client, "/en/", most=MOST):
            assert_sound(target, reply)
    finally:
        client.close()
