"""pySHACL, set up once for the few hundred small graphs of this folder.

https://www.w3.org/TR/shacl/

``pyshacl.validate`` parses all shapes again on every call. Here they are parsed once; a fixture is
laid over the vocabulary, and every shape with targets judges the focus nodes that the fixture
describes. ``test_shapes.py`` shows that the public function reports the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import rdflib
from pyshacl.graph_abstraction import DataGraph
from pyshacl.helper.sparql_query_helper import SPARQLQueryHelper
from pyshacl.monkey import apply_patches
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shape import Shape
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef, plugin
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Processor
from rdflib.term import Node

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent
WORLD = FIXTURES / "world.ttl"
SHAPE = "https://w3id.org/stadsgraaf/def/shape/"
FAILS = "# fails: "
CONFORMS = "# conforms"

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


prepared = lru_cache(maxsize=None)(prepareQuery)


class PreparingProcessor(SPARQLProcessor):
    """rdflib's own processor, parsing each query text once: parsing is 95 % of the time."""

    def query(self, strOrQuery: str | Query, *args: Any, **kwargs: Any) -> Any:  # noqa: N803 – rdflib names it so
        """Evaluate a query, prepared before or now."""
        query = prepared(strOrQuery) if isinstance(strOrQuery, str) else strOrQuery
        return super().query(query, *args, **kwargs)


plugin.register("sparql", Processor, __name__, PreparingProcessor.__name__)

collect_prefixes = SPARQLQueryHelper.collect_prefixes
_collected: dict[tuple[ShapesGraph, Node], dict[str, str]] = {}


def collect_prefixes_once(helper: SPARQLQueryHelper) -> None:
    """What pySHACL does each time that a constraint is evaluated, done once for each constraint."""
    constraint = (helper.shape.sg, helper.node)
    if constraint not in _collected:
        collect_prefixes(helper)
        _collected[constraint] = helper.prefixes
    helper.prefixes = _collected[constraint]


SPARQLQueryHelper.collect_prefixes = collect_prefixes_once


@contextmanager
def literals_as_written() -> Iterator[None]:
    """Keep lexical forms: rdflib would turn ``"01"^^xsd:integer`` into 1 before a shape sees it."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def load(*paths: Path) -> Graph:
    """One graph of all these Turtle files."""
    graph = Graph(bind_namespaces="none")
    with literals_as_written():
        for path in paths:
            graph.parse(path, format="turtle")
    return graph


def turtle(folder: str) -> list[Path]:
    """Every Turtle file below a folder of the repository, in a fixed order."""
    return sorted((ROOT / folder).rglob("*.ttl"))


def fixtures(pattern: str) -> list[Path]:
    """The fixtures whose file name matches, in a fixed order."""
    return sorted(FIXTURES.glob(f"*/{pattern}.ttl"))


def expected(fixture: Path) -> set[URIRef]:
    """The failing shapes that the comment lines at the top of a fixture name.

    Raises ValueError when the first line names neither a failing shape nor conformance.
    """
    lines = [line.strip() for line in fixture.read_text(encoding="utf-8").splitlines()]
    if lines[0] == CONFORMS:
        return set()
    named = {URIRef(line.removeprefix(FAILS)) for line in lines if line.startswith(FAILS)}
    if not lines[0].startswith(FAILS):
        message = f"{fixture} begins with neither '{FAILS.strip()}' nor '{CONFORMS}'"
        raise ValueError(message)
    return named


@dataclass(frozen=True)
class Result:
    """One validation result, as far as the tests look at it."""

    shape: Node
    focus: Node
    severity: Node
    message: str = field(compare=False)

    @property
    def severe(self) -> bool:
        """Whether it must be mended."""
        return self.severity == SH.Violation


class Judge:
    """The shapes, parsed once, over a background that every fixture may lean on."""

    def __init__(self, shapes: Graph, background: Graph) -> None:
        """Parse the shapes; `background` becomes part of every graph that is judged."""
        apply_patches()
        self.graph = ShapesGraph(shapes)
        self.background = background
        self._executor = SHACLExecutor()
        self._aims: dict[tuple[Node, Node], list[Shape]] = defaultdict(list)
        for shape in self.graph.shapes:
            for target in TARGETS:
                for aim in shape.objects(target):
                    self._aims[target, aim].append(shape)

    @contextmanager
    def over(self, described: Graph) -> Iterator[DataGraph]:
        """The background with these triples added, for as long as the block lasts."""
        added = [triple for triple in described if triple not in self.background]
        for triple in added:
            self.background.add(triple)
        try:
            yield DataGraph.from_rdflib_graph(self.background)
        finally:
            for triple in added:
                self.background.remove(triple)

    def nodes(self, described: Graph) -> set[Node]:
        """What `described` speaks of: its subjects, and its objects that are new."""
        known = {node for node in described.objects() if (node, None, None) in self.background}
        return set(described.subjects()) | (set(described.objects()) - known)

    def results(self, described: Graph) -> set[Result]:
        """What the shapes say of the nodes that `described` speaks of."""
        nodes = self.nodes(described)
        with self.over(described) as data:
            return set(self.judge(data, nodes))

    def judge(self, data: DataGraph, nodes: set[Node]) -> Iterator[Result]:
        """The results for those of `nodes` that a shape targets in `data`."""
        for shape, focus in self.targeted(data, nodes).items():
            _, reports = shape.validate(self._executor, data, focus=focus)
            for text, result, triples in reports:
                yield _result(text, result, triples)

    def targeted(self, data: DataGraph, nodes: Iterable[Node]) -> dict[Shape, list[Node]]:
        """The focus nodes among `nodes` of each shape that has any.

        https://www.w3.org/TR/shacl/#targets, asked of few nodes instead of the whole graph.
        """
        found: dict[Shape, dict[Node, None]] = defaultdict(dict)
        for node in nodes:
            aims = {(SH.targetNode, node)}
            if not isinstance(node, Literal):
                aims |= {(SH.targetSubjectsOf, p) for _, p, _ in data.triples((node, None, None))}
                for kind in data.objects(node, RDF.type):
                    above = data.transitive_objects(kind, RDFS.subClassOf)
                    aims |= {(SH.targetClass, one) for one in above}
            aims |= {(SH.targetObjectsOf, p) for _, p, _ in data.triples((None, None, node))}
            for aim in aims:
                for shape in self._aims.get(aim, ()):
                    found[shape][node] = None
        return {shape: list(focus) for shape, focus in found.items()}

    def exercised(self, described: Graph) -> set[Node]:
        """The shapes that meet a focus node here and, for a property shape, a value to judge."""
        nodes = self.nodes(described)
        met: set[Node] = set()
        with self.over(described) as data:
            for shape, focus in self.targeted(data, nodes).items():
                met.add(shape.node)
                for member in shape.objects(SH.property):
                    property_shape = self.graph.lookup_shape_from_node(member)
                    values = property_shape.value_nodes(data, focus).values()
                    if any(values) or _forbids(property_shape):
                        met.add(member)
        return met


def _forbids(shape: Shape) -> bool:
    """A shape that allows no value at all is exercised by a focus node without one."""
    return Literal(0) in set(shape.objects(SH.maxCount))


def _result(text: str, node: Node, triples: Iterable[tuple[Node, Node, object]]) -> Result:
    parts = {predicate: value for subject, predicate, value in triples if subject == node}
    focus = parts[SH.focusNode]
    return Result(
        shape=_plain(parts[SH.sourceShape]),
        focus=_plain(focus),
        severity=_plain(parts[SH.resultSeverity]),
        message=text,
    )


def _plain(value: object) -> Node:
    """PySHACL pairs a node with the graph it came from until the report is written."""
    found = value[1] if isinstance(value, tuple) else value
    if not isinstance(found, Node):
        message = f"not an RDF term: {found!r}"
        raise TypeError(message)
    return found


def named_shapes(shapes: Graph) -> set[URIRef]:
    """Every shape with an IRI that states a constraint of its own.

    A node shape that only collects property shapes has nothing that could fail.
    """
    constraints = {
        SH.closed,
        SH.sparql,
        SH["class"],
        SH.nodeKind,
        SH.pattern,
        SH["or"],
        SH["not"],
        SH["in"],
    }
    found = set()
    for kind in (SH.NodeShape, SH.PropertyShape):
        for shape in shapes.subjects(RDF.type, kind):
            stated = set(shapes.predicates(shape))
            if isinstance(shape, URIRef) and (kind == SH.PropertyShape or stated & constraints):
                found.add(shape)
    return found
