"""The stores that one set of rules is proved for."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from asking import DATA, PREFIXES, Asker, Loop
from engines import ENGINES, Oxigraph, Virtuoso
from pyoxigraph import RdfFormat, parse
from serving import write_release

from stadsgraaf.publishing import Target, publish
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store import Store
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.store.loading import write_store
from stadsgraaf.store.origin import Origin
from stadsgraaf.store.pool import PoolStore


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """An event loop that lives as long as the tests."""
    running = Loop()
    yield running
    running.close()


with (Path(__file__).parent / "contract" / "differences.csv").open(encoding="utf-8") as table:
    DIFFERENCES = list(csv.DictReader(table))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a store is known to do otherwise has to go on like that, else the table is wrong."""
    for item in items:
        for known in DIFFERENCES:
            name, _, rest = item.name.partition("[")
            if known["test"] in (name, item.name) and rest.startswith(known["engine"]):
                mark = pytest.mark.xfail if known["is_run"] == "yes" else pytest.mark.skip
                item.add_marker(mark(reason=known["difference"]))


class Elsewhere:
    """A store of another maker: what is asked about is published to it first."""

    def __init__(self, engine: Oxigraph | Virtuoso, loop: Loop, folder: Path) -> None:
        self.engine = engine
        self.loop = loop
        self.folder = folder
        self.releases: dict[bytes, Release] = {}
        self.store: Store | None = None

    def make(self, data: bytes) -> Store:
        """The store, with this data and no other."""
        if data not in self.releases:
            folder = self.folder / str(len(self.releases))
            self.releases[data] = write_release(folder, list(parse(data, RdfFormat.N_QUADS)))
        settings = Settings(store_user="dba", store_password="dba")
        with Target.open(self.engine.url, settings) as target:
            publish(self.releases[data], target)
        self.close()
        self.store = self.loop.run(self._start())
        return self.store

    async def _start(self) -> Store:
        return await PoolStore.start(Origin(self.engine.url), prefixes=PREFIXES)

    def close(self) -> None:
        if self.store:
            self.loop.run(self.store.close())

    def renew(self) -> None:
        """Another process: this one may be busy with a query that nobody waits for any more."""
        self.engine.kill()
        self.engine = type(self.engine)()


@dataclass
class AskerElsewhere(Asker):
    """Asks a store that has one dataset at a time."""

    elsewhere: Elsewhere | None = None

    def store(self, data: bytes = DATA) -> Store:
        if data not in self.stores:
            self.stores = {data: self.make(data)}
        return self.stores[data]

    def renew(self) -> None:
        assert self.elsewhere
        self.elsewhere.renew()
        self.stores = {DATA: self.make(DATA)}


_ELSEWHERE = [pytest.param(engine.name, marks=pytest.mark.heavy) for engine in ENGINES]


@pytest.fixture(scope="session", params=["embedded", "pool", "disk", *_ELSEWHERE])
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

    for engine in ENGINES:
        if engine.name == request.param:
            if reason := engine.missing():
                pytest.skip(reason)
            elsewhere = Elsewhere(engine(), loop, tmp_path_factory.mktemp("releases"))
            asker: Asker = AskerElsewhere(
                loop, elsewhere.make, kind=engine.name, elsewhere=elsewhere
            )
            asker.store()
            yield asker
            elsewhere.close()
            elsewhere.engine.close()
            return

    makers: dict[str, Callable[[bytes], Store]] = {
        "embedded": lambda data: EmbeddedStore(data, prefixes=PREFIXES),
        "pool": pool,
        "disk": disk,
    }
    asker = Asker(loop, makers[request.param], kind=request.param)
    asker.store()
    yield asker
    asker.close()
