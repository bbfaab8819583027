"""Our own release behind a real server, and the same data without one."""

from collections.abc import Iterator

import pytest
from pyoxigraph import RdfFormat, Store
from serving import Server, serving

from stadsgraaf.release import Release

#: Small limits, so that tests can meet them.
LIMITS = {"query_timeout": 3, "result_rows": 70_000, "result_length": 4_000_000}


@pytest.fixture(scope="session")
def server(our_release: Release) -> Iterator[Server]:
    with serving(our_release.path, LIMITS) as server:
        yield server


@pytest.fixture(scope="session")
def store(our_release: Release) -> Store:
    store = Store()
    store.bulk_load(path=our_release.data, format=RdfFormat.N_QUADS)
    return store
