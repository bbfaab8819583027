"""A dataset: the files of a folder as named graphs, each with its role.

A folder in the layout of Stadsgraaf is read by convention::

    ontology/*.ttl            …/graph/vocabulary        vocabulary
    shapes/*.ttl              …/graph/shapes            shapes
    data/dataset.ttl          …/graph/dataset           metadata
    data/claims/*.ttl         …/graph/claims            data
    data/reference/x.ttl      …/graph/reference/x       data, when dataset.ttl describes that graph
    queries/*.rq              …/graph/queries           queries
    queries/rules/*.rq        the graph in their header facts

Before the dots stands the namespace that ``data/dataset.ttl`` declares with
``vann:preferredNamespaceUri``. In any other folder each Turtle file is a named graph of its own;
``dataset.ttl`` there describes them.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal as OneOf
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, Store, Triple

from stadsgraaf import turtle
from stadsgraaf.errors import SyntaxFault
from stadsgraaf.folder import DESCRIPTIONS, below, description_file, turtle_files
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.queries import Query, describe, read_query
from stadsgraaf.turtle import TurtleDocument

__all__ = [
    "CLAIM",
    "TYPE",
    "Dataset",
    "Document",
    "Graph",
    "GraphNames",
    "Role",
    "derive",
    "read_all_queries",
    "report_graph",
    "report_node",
]

Role = OneOf["vocabulary", "shapes", "metadata", "queries", "claims", "facts", "data", "validation"]

_NAMESPACE = NamedNode(PREFIXES["vann"] + "preferredNamespaceUri")
TYPE = NamedNode(PREFIXES["rdf"] + "type")
_DATASET = NamedNode(PREFIXES["dcat"] + "Dataset")
CLAIM = NamedNode(SG + "Claim")
#: Roles of graphs that are no data: they are checked as what they are.
_ASIDE = frozenset({"shapes", "queries"})


@dataclass(frozen=True)
class Document:
    """One Turtle file: its path below the root, its named graph, and what was read."""

    path: Path
    graph: NamedNode
    role: Role
    turtle: TurtleDocument


@dataclass(frozen=True)
class Graph:
    """A named graph and its role. ``triples`` counts them."""

    iri: str
    role: Role
    triples: int


@dataclass(frozen=True)
class Dataset:
    """The named graphs of a folder."""

    root: Path
    documents: Sequence[Document]
    queries: Sequence[Query] = ()
    rules: Sequence[Query] = ()
    faults: Sequence[SyntaxFault] = field(default=())

    @classmethod
    def load(
        cls,
        root: Path,
        progress: Callable[[str], None] = lambda _: None,
        files: Iterable[Path] | None = None,
        known: Mapping[Path, Document] | None = None,
    ) -> "Dataset":
        """Read a folder, or some ``files`` below it. Syntax errors are collected in ``faults``.

        ``known`` are documents, by their path below the root, that need not be read again.
        ``progress`` is told the path of each file, below the root, before it is read.
        Raises NoSuchPath when the folder does not exist, NothingToServe when it holds no Turtle.
        """
        paths = list(turtle_files(root) if files is None else files)
        documents: list[Document] = []
        names = GraphNames(root)
        for path in paths:
            name, place = below(root, path), names.graph_of(path)
            progress(str(name))
            again = (known or {}).get(name)
            if again is not None and (again.graph, again.role) == place:
                documents.append(again)
                continue
            document = turtle.read(
                path, base_iri=names.base_of(path), blank_prefix=_blank_prefix(root, path)
            )
            documents.append(Document(name, *place, document))
        queries, rules, faults = read_all_queries(root)
        faults += [fault for document in documents for fault in document.turtle.faults]
        return cls(root, documents, queries, rules, faults)

    def refuse_faults(self) -> None:
        """Raise the first SyntaxFault, when there is any: for who needs all of the dataset."""
        for fault in self.faults:
            raise fault

    def names_of(self, path: Path) -> tuple[NamedNode, Role, str]:
        """The named graph and the role that a file has here, and what its blank nodes begin with."""
        return *GraphNames(self.root).graph_of(path), _blank_prefix(self.root, path)

    @cached_property
    def description(self) -> NamedNode | None:
        """The IRI of the ``dcat:Dataset`` that the metadata describes."""
        for document in self.documents:
            for triple in document.turtle.triples if document.role == "metadata" else ():
                if triple.predicate == TYPE and triple.object == _DATASET:
                    return triple.subject if isinstance(triple.subject, NamedNode) else None
        return None

    @cached_property
    def base_iri(self) -> str | None:
        """The namespace of the dataset's own IRIs, or None when it declares none."""
        return GraphNames(self.root).base_iri

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefixes of all files; of two namespaces with one prefix the first file's wins."""
        prefixes: dict[str, str] = {}
        for document in self.documents:
            for name, namespace in document.turtle.prefixes.items():
                if name:
                    prefixes.setdefault(name, namespace)
        return prefixes or dict(PREFIXES)

    @cached_property
    def asserted(self) -> list[Quad]:
        """What people wrote, in the order of the files; each quad once."""
        return list(dict.fromkeys(self._written()))

    def _written(self) -> Iterator[Quad]:
        """The same, with what is written twice twice."""
        for document in self.documents:
            for triple in document.turtle.triples:
                yield Quad(triple.subject, triple.predicate, triple.object, document.graph)

    @cached_property
    def derived(self) -> list[Quad]:
        """What the rules and the queries' descriptions add."""
        return list(derive(self._written(), self.rules, self.queries, self.base_iri))

    @property
    def quads(self) -> list[Quad]:
        """Every quad that is published."""
        return self.asserted + self.derived

    def stream(self) -> Iterator[Quad]:
        """Every quad that is published, one after the other."""
        yield from self.asserted
        yield from self.derived

    @cached_property
    def graphs(self) -> list[Graph]:
        """Every named graph, by IRI."""
        counts: dict[str, int] = {}
        claims: set[str] = set()
        for quad in self.quads:
            iri = _graph_iri(quad)
            counts[iri] = counts.get(iri, 0) + 1
            if quad.predicate == TYPE and quad.object == CLAIM:
                claims.add(iri)
        roles = self._roles
        return [
            Graph(iri, "claims" if iri in claims else roles.get(iri, "queries"), count)
            for iri, count in sorted(counts.items())
        ]

    @property
    def _roles(self) -> dict[str, Role]:
        """The roles of the named graphs of files and rules, but for those with claims."""
        roles: dict[str, Role] = {
            document.graph.value: document.role for document in self.documents
        }
        return roles | {rule.graph: "facts" for rule in self.rules if rule.graph}

    @property
    def data_triples(self) -> list[Triple]:
        """What is published but in graphs of shapes and of queries; each triple once."""
        roles = self._roles
        parts = [(one.graph.value, one.turtle.triples) for one in self.documents]
        parts += [(_graph_iri(quad), [quad.triple]) for quad in self.derived]
        aside = [(iri, part) for iri, part in parts if roles.get(iri, "queries") in _ASIDE]
        claims = {
            iri
            for iri, part in aside
            if any(t.predicate == TYPE and t.object == CLAIM for t in part)
        }
        gone = {iri for iri, _ in aside} - claims
        return list(dict.fromkeys(t for iri, part in parts if iri not in gone for t in part))

    def graph_iris(self, role: Role) -> list[str]:
        """IRIs of the named graphs with this role."""
        return [graph.iri for graph in self.graphs if graph.role == role]


def derive(
    asserted: Iterable[Quad],
    rules: Sequence[Query],
    queries: Sequence[Query],
    base_iri: str | None,
    folder: str | None = None,
) -> Iterator[Quad]:
    """What rules and the queries' descriptions add to what people wrote.

    The rules are asked in memory, or on the disk in a ``folder``.
    """
    if rules:
        store = Store(folder) if folder else Store()
        store.bulk_extend(asserted)
        for rule in rules:
            answer = store.query(rule.sparql, use_default_graph_as_union=True)
            if isinstance(answer, QueryTriples) and rule.graph:
                graph = NamedNode(rule.graph)
                for triple in sorted(set(answer), key=str):
                    yield Quad(triple.subject, triple.predicate, triple.object, graph)
    if base_iri and queries:
        yield from describe(queries, base_iri, NamedNode(f"{base_iri}graph/queries"))


def _graph_iri(quad: Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""


def report_graph(base_iri: str) -> Graph:
    """The named graph of the validation report; it counts no triples yet."""
    return Graph(f"{base_iri}graph/validation", "validation", 0)


def report_node(base_iri: str) -> NamedNode:
    """The validation report itself, in its named graph."""
    return NamedNode(f"{report_graph(base_iri).iri}#report")


def _blank_prefix(root: Path, path: Path) -> str:
    """The same for the same file on every machine, and different between files."""
    name = below(root, path).as_posix()
    return "b" + hashlib.sha256(name.encode()).hexdigest()[:8]


class GraphNames:
    """Which named graph a file belongs to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.base_iri: str | None = None
        self.described: set[str] = set()
        if description := description_file(root):
            for triple in turtle.read(description).triples:
                self._read(triple)

    def _read(self, triple: Triple) -> None:
        if isinstance(triple.subject, NamedNode):
            self.described.add(triple.subject.value)
        if triple.predicate == _NAMESPACE and isinstance(triple.object, Literal | NamedNode):
            self.base_iri = triple.object.value

    def base_of(self, path: Path) -> str:
        """Base IRI of a file for its relative IRIs."""
        return self.graph_of(path)[0].value

    def graph_of(self, path: Path) -> tuple[NamedNode, Role]:
        """The named graph of a file, and its role."""
        relative = below(self.root, path)
        role = _role(relative)
        parts = relative.with_suffix("").parts
        if self.base_iri is None:
            return NamedNode("urn:stadsgraaf:graph:" + _quote("/".join(parts))), role
        return NamedNode(f"{self.base_iri}graph/{self._reference(parts, role)}"), role

    def _reference(self, parts: tuple[str, ...], role: Role) -> str:
        if role != "data" or parts[0] != "data":
            return {"metadata": "dataset"}.get(role, role)
        below = [_quote(part) for part in parts[1:]]
        for length in range(len(below), 1, -1):
            reference = "/".join(below[:length])
            if f"{self.base_iri}graph/{reference}" in self.described:
                return reference
        return below[0]


def _quote(text: str) -> str:
    return quote(text, safe="/-._~")


def _role(relative: Path) -> Role:
    if relative.as_posix() in DESCRIPTIONS:
        return "metadata"
    roles: dict[str, Role] = {"ontology": "vocabulary", "shapes": "shapes"}
    return roles.get(relative.parts[0], "data") if len(relative.parts) > 1 else "data"


def read_all_queries(root: Path) -> tuple[list[Query], list[Query], list[SyntaxFault]]:
    """The queries of a folder, its rules, and what cannot be read of them."""
    faults: list[SyntaxFault] = []
    found: tuple[list[Query], list[Query]] = ([], [])
    for place, queries in zip((root / "queries", root / "queries" / "rules"), found, strict=True):
        for path in sorted(place.glob("*.rq")):
            try:
                queries.append(read_query(path))
            except SyntaxFault as fault:
                faults.append(fault)
    return *found, faults
