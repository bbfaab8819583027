"""The stores that one set of rules is proved for."""

from collections.abc import Iterator

import pytest
from asking import PREFIXES, Asker, Loop

from stadsgraaf.store import Store
from stadsgraaf.store.embedded import EmbeddedStore


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """An event loop that lives as long as the tests."""
    running = Loop()
    yield running
    running.close()


def embedded(data: bytes) -> Store:
    """A store in this process."""
    return EmbeddedStore(data, prefixes=PREFIXES)


@pytest.fixture(scope="session", params=[embedded], ids=lambda make: make.__name__)
def ask(request: pytest.FixtureRequest, loop: Loop) -> Iterator[Asker]:
    """Each kind of store in turn."""
    asker = Asker(loop, request.param)
    yield asker
    asker.close()
