"""The site in front of another store is the site: the same pages, to the byte."""

import urllib.request
from collections.abc import Iterator

import pytest
from engines import Oxigraph
from serving import Server, serving

from stadsgraaf.build import write
from stadsgraaf.dataset import Dataset
from stadsgraaf.publishing import Target, publish
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings

PAGES = (
    *("/en/", "/nl/doc/municipality/gm0307", "/en/claims", "/en/map", "/en/timeline"),
    *("/en/queries/list-network-members", "/en/vocabulary", "/en/search?q=breda", "/ready"),
    *(
        "/nl/statistics",
        "/en/browse",
        "/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D",
    ),
)


@pytest.fixture(scope="module")
def servers(
    our_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server]]:
    if reason := Oxigraph.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("release")
    write(our_dataset, None, folder, source="")
    store = Oxigraph()
    try:
        with Target.open(store.url, Settings()) as target:
            publish(Release.open(folder), target)
        with serving(folder) as own, serving(folder, {"store": store.url}) as in_front:
            yield own, in_front
    finally:
        store.close()


@pytest.mark.parametrize("path", PAGES)
def test_page_in_front_of_another_store_is_the_same(
    servers: tuple[Server, Server], path: str
) -> None:
    bodies = [body(server, path) for server in servers]
    assert bodies[0] == bodies[1]
    assert bodies[0]


def body(server: Server, path: str) -> str:
    request = urllib.request.Request(server.base + path, headers={"Accept": "text/html, text/csv"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.read().decode()).replace(server.base, "")
