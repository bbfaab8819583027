"""The same dataset has the same canonical bytes, whatever its blank nodes are called: RDFC-1.0.

https://www.w3.org/TR/rdf-canon/
"""

import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
    serialize,
)

from stadsgraaf.canonical import CanonicalQuads, canonical_nquads

CANONIZE = Path(__file__).parent / "federation" / "canonize.mjs"
P, Q = NamedNode("urn:p"), NamedNode("urn:q")


def ring(size: int, start: int = 0) -> list[Quad]:
    nodes = [BlankNode(f"n{start + number}") for number in range(size)]
    return [Quad(nodes[at], P, nodes[(at + 1) % size]) for at in range(size)]


def clique(size: int) -> list[Quad]:
    nodes = [BlankNode(f"n{number}") for number in range(size)]
    return [Quad(one, P, other) for one in nodes for other in nodes if one != other]


#: Graphs in which blank nodes can hardly be told apart, or not at all.
GRAPHS = {
    "ring": ring(6),
    "two-rings": [*ring(3), *ring(3, 3)],
    "clique": clique(4),
    "tree": [
        Quad(BlankNode(f"n{at}"), P, BlankNode(f"n{2 * at + side}"))
        for at in range(1, 8)
        for side in (0, 1)
    ],
    "list": [
        *(Quad(BlankNode(f"n{at}"), P, Literal("same")) for at in range(5)),
        *(Quad(BlankNode(f"n{at}"), Q, BlankNode(f"n{at + 1}")) for at in range(4)),
    ],
    "graphs": [
        Quad(BlankNode("n0"), P, BlankNode("n1"), NamedNode("urn:g1")),
        Quad(BlankNode("n1"), P, BlankNode("n2"), NamedNode("urn:g2")),
        Quad(BlankNode("n2"), P, BlankNode("n0")),
    ],
    "literals": [
        Quad(BlankNode("n0"), P, Literal('a "q" \\ \t \n \r \x08 \x0c \x7f \x01 é 😀')),
        Quad(BlankNode("n0"), P, Literal("x", language="en-GB")),
        Quad(BlankNode("n0"), P, Literal("1", datatype=NamedNode("urn:d"))),
    ],
}


def renamed(quads: list[Quad], seed: int) -> list[Quad]:
    """The same dataset with other labels and in another order."""
    random = Random(seed)
    labels: dict[str, str] = {}
    names = iter(random.sample(range(10_000), 200))

    def term(node: object) -> object:
        if not isinstance(node, BlankNode):
            return node
        if node.value not in labels:
            labels[node.value] = f"x{next(names)}"
        return BlankNode(labels[node.value])

    found = [
        Quad(term(quad.subject), quad.predicate, term(quad.object), term(quad.graph_name))  # type: ignore[arg-type]
        for quad in quads
    ]
    random.shuffle(found)
    return found


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("seed", range(5))
def test_isomorphic_datasets_have_the_same_bytes(name: str, seed: int) -> None:
    quads = GRAPHS[name]
    assert canonical_nquads(renamed(quads, seed)) == canonical_nquads(quads)


def test_datasets_that_are_not_isomorphic_differ() -> None:
    assert canonical_nquads(ring(6)) != canonical_nquads([*ring(3), *ring(3, 3)])
    found = {canonical_nquads(quads) for quads in GRAPHS.values()}
    assert len(found) == len(GRAPHS)


@given(
    pairs=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from([P, Q]), st.integers(0, 5)), max_size=10
    ),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_any_small_graph_of_blank_nodes_is_named_by_its_shape_alone(
    pairs: list[tuple[int, NamedNode, int]], seed: int
) -> None:
    quads = [Quad(BlankNode(f"n{s}"), p, BlankNode(f"n{o}")) for s, p, o in pairs]
    assert canonical_nquads(renamed(quads, seed)) == canonical_nquads(quads)


@pytest.mark.heavy
@pytest.mark.parametrize("name", GRAPHS)
def test_another_implementation_gives_the_same_bytes(name: str) -> None:
    if not ((CANONIZE.parent / "node_modules" / "rdf-canonize").is_dir() and shutil.which("node")):
        pytest.skip("rdf-canonize is not installed: make clients")
    source = serialize(GRAPHS[name], format=RdfFormat.N_QUADS)
    done = subprocess.run(
        ["node", str(CANONIZE)], input=source, capture_output=True, check=True, timeout=60
    )
    assert done.stdout == canonical_nquads(GRAPHS[name])


@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_built_bit_by_bit_is_the_same(name: str, tmp_path: Path) -> None:
    with CanonicalQuads(tmp_path) as quads:
        quads.extend(GRAPHS[name])
        quads.write(tmp_path / "data.nq")
    assert (tmp_path / "data.nq").read_bytes() == canonical_nquads(GRAPHS[name])


def test_canonical_n_quads_are_read_back_as_the_same_dataset() -> None:
    quads = [quad for graph in ("literals", "graphs") for quad in GRAPHS[graph]]
    again = Dataset(parse(canonical_nquads(quads), RdfFormat.N_QUADS))
    assert len(again) == len(set(quads))
    assert canonical_nquads(again) == canonical_nquads(quads)
    assert DefaultGraph() in {quad.graph_name for quad in again}
