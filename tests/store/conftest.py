"""The stores that one set of rules is proved for."""

from collections.abc import Callable, Iterator

import pytest
from asking import PREFIXES, Asker, Loop

from stadsgraaf.store import Store
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.store.loading import write_store
from stadsgraaf.store.pool import PoolStore


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """An event loop that lives as long as the tests."""
    running = Loop()
    yield running
    running.close()


@pytest.fixture(scope="session", params=["embedded", "pool", "disk"])
def ask(
    request: pytest.FixtureRequest, loop: Loop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asker]:
    """Each kind of store in turn."""

    def pool(data: bytes) -> Store:
        path = tmp_path_factory.mktemp("data") / "data.nq"
        path.write_bytes(data)
        return loop.run(PoolStore.start(path, prefixes=PREFIXES))

    def disk(data: bytes) -> Store:
        folder = tmp_path_factory.mktemp("data")
        (folder / "data.nq").write_bytes(data)
        write_store(folder / "data.nq", folder / "store")
        return loop.run(PoolStore.start(folder / "store", prefixes=PREFIXES))

    makers: dict[str, Callable[[bytes], Store]] = {
        "embedded": lambda data: EmbeddedStore(data, prefixes=PREFIXES),
        "pool": pool,
        "disk": disk,
    }
    asker = Asker(loop, makers[request.param])
    asker.store()
    yield asker
    asker.close()
