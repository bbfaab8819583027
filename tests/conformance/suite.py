"""The test suites of W3C's RDF Tests group, as their manifests describe them.

https://w3c.github.io/rdf-tests/ · https://www.w3.org/2001/sw/DataAccess/tests/README
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse
from serving import in_graph

#: Where the suites pretend to live; what follows is the path in the folder.
BASE = "http://w3c.test/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>")
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"

Node = NamedNode | BlankNode


@dataclass
class Graph:
    """An RDF graph that is easy to walk."""

    store: Store

    @classmethod
    def read(cls, path: Path, base_iri: str) -> "Graph":
        """The graph in a file."""
        store = Store()
        store.extend(parse(path=path, format=_format(path), base_iri=base_iri))
        return cls(store)

    def values(self, subject: object, predicate: str) -> list[NamedNode | BlankNode | Literal]:
        """All objects."""
        found = self.store.quads_for_pattern(subject, NamedNode(predicate), None)  # type: ignore[arg-type]
        return [quad.object for quad in found]  # type: ignore[misc]

    def value(self, subject: object, predicate: str) -> NamedNode | BlankNode | Literal | None:
        """The object, if there is one."""
        return next(iter(self.values(subject, predicate)), None)

    def text(self, subject: object, predicate: str) -> str | None:
        """The text or IRI of the object."""
        found = self.value(subject, predicate)
        return found.value if found else None

    def items(self, head: object) -> Iterator[Node]:
        """The members of an RDF list."""
        while isinstance(head, Node) and head != NamedNode(_RDF + "nil"):
            first = self.value(head, _RDF + "first")
            assert isinstance(first, Node)
            yield first
            head = self.value(head, _RDF + "rest")

    def types(self, subject: object) -> set[str]:
        """Local names of the subject's classes."""
        types = (node.value for node in self.values(subject, _RDF + "type"))
        return {iri.rpartition("#")[2] for iri in types}


def _format(path: Path) -> RdfFormat:
    found = RdfFormat.from_extension(path.suffix[1:])
    assert found, path
    return found


@dataclass(frozen=True)
class Test:
    """One entry of a manifest; ``name`` is its folder and its fragment."""

    __test__ = False

    name: str
    kind: str
    manifest: "Manifest" = field(repr=False)
    node: Node = field(repr=False)

    @cached_property
    def action(self) -> NamedNode | BlankNode | Literal | None:
        """What is done: a query file, or a node with data and query."""
        return self.manifest.graph.value(self.node, MF + "action")

    @cached_property
    def query_iri(self) -> str:
        """The query's file."""
        action = self.action
        found = self.manifest.graph.text(action, QT + "query")
        return found or (action.value if action else "")

    @cached_property
    def data(self) -> list[str]:
        """Files of the default graph."""
        return [node.value for node in self.manifest.graph.values(self.action, QT + "data")]

    @cached_property
    def graph_data(self) -> list[str]:
        """Files of the named graphs."""
        return [node.value for node in self.manifest.graph.values(self.action, QT + "graphData")]

    @cached_property
    def from_data(self) -> list[str]:
        """Files that the query itself names as its dataset."""
        if not self.kind.endswith("EvaluationTest"):
            return []
        query = self.path(self.query_iri).read_text(encoding="utf-8")
        return [urljoin(self.query_iri, iri) for iri in _FROM.findall(query)]

    @cached_property
    def labelled_data(self) -> dict[str, str]:
        """Files of named graphs by the name that they get."""
        graph = self.manifest.graph
        return {
            str(graph.text(node, _LABEL)): str(graph.text(node, UT + "graph"))
            for node in graph.values(self.node, UT + "graphData")
        }

    @cached_property
    def is_lax(self) -> bool:
        """Whether solutions may be there more often or less often: REDUCED."""
        return self.manifest.graph.value(self.node, MF + "resultCardinality") is not None

    @cached_property
    def result(self) -> str | None:
        """The file of the expected result."""
        return self.manifest.graph.text(self.node, MF + "result")

    def path(self, iri: str) -> Path:
        """The file that an IRI names."""
        return self.manifest.root / unquote(iri.removeprefix(BASE))


@dataclass(frozen=True)
class Manifest:
    """A manifest and its tests."""

    root: Path
    path: Path

    @cached_property
    def iri(self) -> str:
        """The manifest's own IRI."""
        return BASE + self.path.relative_to(self.root).as_posix()

    @cached_property
    def graph(self) -> Graph:
        """What it says."""
        return Graph.read(self.path, self.iri)

    def tests(self) -> Iterator[Test]:
        """Its tests, and those of what it includes."""
        for included in self._lists("include"):
            name = included.value.removeprefix(BASE)
            yield from Manifest(self.root, self.root / name).tests()
        folder = self.path.parent.relative_to(self.root).as_posix()
        for node in dict.fromkeys((*self._lists("entries"), *self._unlisted())):
            fragment = node.value.rpartition("#")[2].rpartition("/")[2]
            kind = next(iter(self.graph.types(node)), "")
            yield Test(f"{folder}#{fragment}", kind, self, node)

    def _unlisted(self) -> Iterator[Node]:
        """Query tests that are described and stand in no list."""
        kind = NamedNode(MF + "QueryEvaluationTest")
        for quad in self.graph.store.quads_for_pattern(None, NamedNode(_RDF + "type"), kind):
            if isinstance(quad.subject, Node):
                yield quad.subject

    def _lists(self, name: str) -> Iterator[Node]:
        for quad in self.graph.store.quads_for_pattern(None, NamedNode(MF + name), None):
            yield from self.graph.items(quad.object)


def load(tests: Iterable[Test]) -> Iterator[Quad]:
    """The data of tests, each file once, in a graph that is named after it."""
    files: dict[str, Path] = {}
    for test in tests:
        files |= {iri: test.path(iri) for iri in (*test.data, *test.graph_data, *test.from_data)}
        files |= {name: test.path(iri) for name, iri in test.labelled_data.items()}
    for name, path in files.items():
        yield from load_file(path, name)


def load_file(path: Path, name: str) -> Iterator[Quad]:
    """The triples of a file; named graphs of a TriG file stay what they are."""
    quads = list(parse(path=path, format=_format(path), base_iri=name, rename_blank_nodes=True))
    yield from in_graph((q for q in quads if not isinstance(q.graph_name, NamedNode)), name)
    yield from (q for q in quads if isinstance(q.graph_name, NamedNode))
