"""Real servers, of our own dataset and of somebody's folder, and a real browser in front."""

from collections.abc import Iterator

import pytest
from chromium import Tab, launched, tab
from playwright.sync_api import Browser
from samples import publish
from serving import serving

from stadsgraaf.release import Release


@pytest.fixture(scope="session")
def own_site(our_release: Release) -> Iterator[str]:
    """The address of a server of our own dataset."""
    with serving(our_release.path) as server:
        yield server.base


@pytest.fixture(scope="session")
def foreign_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of somebody's Turtle: no labels, no shapes, no description."""
    source = tmp_path_factory.mktemp("somebody")
    (source / "people.ttl").write_text(
        "@prefix e: <http://elsewhere.example/ns#> .\n"
        "e:one a e:Person ; e:knows e:two , [ e:note 'nobody' ] ; e:size 3 ; e:list ( 1 e:x ) .\n"
        "e:two a e:Person ; e:note 'zonder taal' , 'met taal'@nl ; e:seen '2020-02-30' .\n"
        "<urn:isbn:0> e:by e:one ; e:page <javascript:alert(1)> .\n",
        encoding="utf-8",
    )
    release = tmp_path_factory.mktemp("somebody-release")
    publish(source, release)
    with serving(release) as server:
        yield server.base


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. It ends with the module: its event loop would be in the way of other tests."""
    with launched() as browser:
        yield browser


@pytest.fixture
def window(browser: Browser, own_site: str) -> Iterator[Tab]:
    """A tab on our own site; nothing may have gone wrong in it when the test ends."""
    with tab(browser, own_site) as opened:
        yield opened
        opened.assert_sound()
