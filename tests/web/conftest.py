"""Sites in this process: of the invented harbours, of somebody's folder, of hostile data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import SAMPLE, publish
from visiting import Client, open_site

from stadsgraaf.release import Release


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release of the invented harbours."""
    return publish(SAMPLE, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def client(sample: Release) -> Iterator[Client]:
    """The site of the invented harbours."""
    client = open_site(sample)
    yield client
    client.close()


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The site of somebody's folder: no labels, no shapes, no description."""
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "a.ttl").write_text(
        "@prefix e: <http://elsewhere.example/ns#> .\n"
        "e:one a e:Thing ; e:relatesTo e:two ; e:size 3 ; e:madeOf ( e:x e:y ) .\n"
        "e:two a e:Thing ; e:note 'zonder taal' , 'met taal'@nl .\n",
        encoding="utf-8",
    )
    client = open_site(publish(folder, tmp_path_factory.mktemp("out")))
    yield client
    client.close()


@pytest.fixture(scope="session")
def nasty(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The site of hostile data."""
    folder = tmp_path_factory.mktemp("nasty")
    text = (shared / "attacks" / "data" / "nasty.ttl").read_text(encoding="utf-8")
    (folder / "nasty.ttl").write_text(text, encoding="utf-8")
    client = open_site(publish(folder, tmp_path_factory.mktemp("nasty-out")))
    yield client
    client.close()
