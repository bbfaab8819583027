"""Bringing data into the engine: the merge of graphs, blank nodes, and stores on the disk."""

import json
from pathlib import Path

import pytest
from asking import DATA, Loop
from pyoxigraph import BlankNode, NamedNode, Store

from stadsgraaf.errors import QueryMemoryLimit, ServiceNotAllowed, StoreUnavailable
from stadsgraaf.media import RESULTS
from stadsgraaf.store import Limits, Question
from stadsgraaf.store.loading import load, write_store
from stadsgraaf.store.pool import PoolStore


def on_disk(folder: Path, data: bytes = DATA) -> Path:
    (folder / "data.nq").write_bytes(data)
    write_store(folder / "data.nq", folder / "store")
    return folder / "store"


def blank_nodes(store: Store) -> set[str]:
    return {quad.object.value for quad in store if isinstance(quad.object, BlankNode)}


def test_graphs_that_overlap_are_merged_into_the_default_graph(tmp_path: Path) -> None:
    for store, merged in (load(DATA), load(on_disk(tmp_path))):
        assert merged
        assert len(store) == 5 + 4


def test_graphs_that_do_not_overlap_are_left_alone(tmp_path: Path) -> None:
    data = b"".join(line for line in DATA.splitlines(keepends=True) if b"g/2" not in line)
    for store, merged in (load(data), load(on_disk(tmp_path, data))):
        assert not merged
        assert len(store) == 3


def test_order_of_the_lines_does_not_matter() -> None:
    backwards = b"".join(reversed(DATA.splitlines(keepends=True)))
    assert set(load(backwards)[0]) == set(load(DATA)[0])


def test_blank_nodes_keep_their_names(tmp_path: Path) -> None:
    for store, _ in (load(DATA), load(on_disk(tmp_path))):
        assert blank_nodes(store) == {"mirror"}


def test_a_text_that_looks_like_a_blank_node_is_a_text() -> None:
    store, _ = load(b'<http://e/a> <http://e/p> "_:x" <http://e/g> .\n')
    assert [quad.object.value for quad in store] == ["_:x"]


def test_a_store_on_the_disk_is_not_changed_by_being_asked(loop: Loop, tmp_path: Path) -> None:
    folder = on_disk(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    store = loop.run(PoolStore.start(folder))

    async def count() -> str:
        question = Question("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", results=RESULTS[0])
        body = await (await store.answer(question, Limits())).read()
        return str(json.loads(body)["results"]["bindings"][0]["n"]["value"])

    try:
        assert loop.run(count()) == "4"
    finally:
        loop.run(store.close())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_damaged_store_is_told_at_the_start(loop: Loop, tmp_path: Path) -> None:
    folder = on_disk(tmp_path)
    (folder / "CURRENT").write_text("nonsense\n")
    with pytest.raises(StoreUnavailable):
        loop.run(PoolStore.start(folder))


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }", ServiceNotAllowed),
        (
            "SELECT * { " + " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(9)) + " } ORDER BY ?a1",
            QueryMemoryLimit,
        ),
    ],
    ids=["network", "memory"],
)
def test_a_worker_on_the_disk_is_as_confined(
    loop: Loop, tmp_path: Path, query: str, error: type[Exception]
) -> None:
    store = loop.run(PoolStore.start(on_disk(tmp_path)))

    async def ask() -> None:
        limits = Limits(seconds=60, memory_mib=64)
        await (await store.answer(Question(query, results=RESULTS[0]), limits)).read()

    try:
        with pytest.raises(error):
            loop.run(ask())
    finally:
        loop.run(store.close())


def test_a_graph_by_name_is_asked_on_the_disk(tmp_path: Path) -> None:
    store, _ = load(on_disk(tmp_path))
    found = store.quads_for_pattern(None, None, None, NamedNode("http://g/2"))
    assert len(list(found)) == 2
