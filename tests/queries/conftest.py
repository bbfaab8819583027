"""The dataset of this repository in a store, and its queries."""

from collections.abc import Callable, Mapping

import pytest
from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Store

from stadsgraaf.dataset import Dataset
from stadsgraaf.queries import Query
from stadsgraaf.store.binding import bind


@pytest.fixture(scope="session")
def queries(our_dataset: Dataset) -> Mapping[str, Query]:
    return {query.name: query for query in our_dataset.queries}


@pytest.fixture(scope="session")
def store(our_dataset: Dataset) -> Store:
    store = Store()
    store.bulk_extend(our_dataset.quads)
    return store


@pytest.fixture(scope="session")
def ask(
    store: Store, queries: Mapping[str, Query]
) -> Callable[..., QuerySolutions | QueryBoolean | QueryTriples]:
    """Run a query by name; parameters that are not given take their defaults."""

    def run(name: str, **given: str) -> QuerySolutions | QueryBoolean | QueryTriples:
        query = queries[name]
        text = bind(query.sparql, query.bindings(given))
        return store.query(text, use_default_graph_as_union=True)

    return run
