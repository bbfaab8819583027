"""A folder that is read and not kept: for more triples than memory holds.

It gives what a build needs of a `Dataset`, read from the files as often as it is asked for; nothing
of it is validated but the syntax.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Quad, QuadParser, RdfFormat, parse

from stadsgraaf import turtle
from stadsgraaf.dataset import (
    CLAIM,
    TYPE,
    Dataset,
    Document,
    Graph,
    GraphNames,
    Role,
    derive,
    read_all_queries,
)
from stadsgraaf.errors import SyntaxFault
from stadsgraaf.folder import below, description_file, turtle_files
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.queries import Query

__all__ = ["Bulk"]


@dataclass(frozen=True)
class _Survey:
    """What one reading of all files tells: triples per graph, graphs with claims, prefixes."""

    triples: Counter[str]
    claims: set[str]
    roles: dict[str, Role]
    prefixes: dict[str, str]


@dataclass(frozen=True)
class Bulk:
    """The named graphs of a folder, by the conventions of `Dataset`."""

    root: Path
    queries: Sequence[Query]
    rules: Sequence[Query]
    progress: Callable[[str], None]

    @classmethod
    def open(cls, root: Path, progress: Callable[[str], None] = lambda _: None) -> "Bulk":
        """A folder. ``progress`` is told the path of each file before it is first read.

        Raises NoSuchPath when the folder does not exist, NothingToServe when it holds no Turtle,
        SyntaxFault for a query that cannot be read.
        """
        turtle_files(root)
        queries, rules, faults = read_all_queries(root)
        for fault in faults:
            raise fault
        return cls(root, queries, rules, progress)

    # --- what is small, and kept ----------------------------------------------------------------

    @cached_property
    def _names(self) -> GraphNames:
        return GraphNames(self.root)

    @cached_property
    def _metadata(self) -> Dataset:
        """The file that describes the dataset, read as a dataset of its own."""
        path = description_file(self.root)
        if path is None:
            return Dataset(self.root, ())
        read = turtle.read(path, base_iri=self._names.base_of(path))
        document = Document(path.relative_to(self.root), *self._names.graph_of(path), read)
        return Dataset(self.root, [document])

    @property
    def base_iri(self) -> str | None:
        """The namespace of the dataset's own IRIs, or None when it declares none."""
        return self._names.base_iri

    @property
    def description(self) -> NamedNode | None:
        """The IRI of the ``dcat:Dataset`` that the metadata describes."""
        return self._metadata.description

    @property
    def asserted(self) -> list[Quad]:
        """Of what people wrote, what is kept: the description of the dataset and its graphs."""
        return self._metadata.asserted

    # --- what is large, and read ----------------------------------------------------------------

    def stream(self) -> Iterator[Quad]:
        """Every quad that is published, perhaps more than once. Raises SyntaxFault."""
        for path in turtle_files(self.root):
            yield from self._read(path)
        yield from self._derived

    def _read(self, path: Path) -> Iterator[Quad]:
        graph, _ = self._names.graph_of(path)
        with _faults_of(path):
            for quad in self._parser(path):
                yield Quad(quad.subject, quad.predicate, quad.object, graph)

    def _parser(self, path: Path) -> QuadParser:
        return parse(
            path=path,
            format=RdfFormat.TURTLE,
            base_iri=self._names.base_of(path),
            rename_blank_nodes=True,
        )

    @cached_property
    def _derived(self) -> list[Quad]:
        """What the rules and the queries' descriptions add: found in a store on the disk."""
        asserted = (quad for path in turtle_files(self.root) for quad in self._read(path))
        with tempfile.TemporaryDirectory() as folder:
            return list(derive(asserted, self.rules, self.queries, self.base_iri, folder))

    @cached_property
    def _survey(self) -> _Survey:
        survey = _Survey(Counter(), set(), {}, {})
        for path in turtle_files(self.root):
            self.progress(str(below(self.root, path)))
            graph, role = self._names.graph_of(path)
            survey.roles[graph.value] = role
            with _faults_of(path):
                parser = self._parser(path)
                for quad in parser:
                    survey.triples[graph.value] += 1
                    if quad.object == CLAIM and quad.predicate == TYPE:
                        survey.claims.add(graph.value)
            for name, namespace in parser.prefixes.items():
                if name:
                    survey.prefixes.setdefault(name, namespace)
        survey.roles.update({rule.graph: "facts" for rule in self.rules if rule.graph})
        for quad in self._derived:
            if isinstance(quad.graph_name, NamedNode):
                survey.triples[quad.graph_name.value] += 1
        return survey

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefixes of all files; of two namespaces with one prefix the first file's wins."""
        return self._survey.prefixes or dict(PREFIXES)

    @property
    def graphs(self) -> list[Graph]:
        """Every named graph, by IRI. ``triples`` counts what the files say, repetitions too."""
        survey = self._survey
        return [
            Graph(
                iri, "claims" if iri in survey.claims else survey.roles.get(iri, "queries"), count
            )
            for iri, count in sorted(survey.triples.items())
        ]

    def graph_iris(self, role: Role) -> list[str]:
        """IRIs of the named graphs with this role."""
        return [graph.iri for graph in self.graphs if graph.role == role]


@contextmanager
def _faults_of(path: Path) -> Iterator[None]:
    try:
        yield
    except SyntaxError as error:
        raise SyntaxFault(
            file=str(path), line=error.lineno or 1, column=error.offset or 1, reason=error.msg
        ) from None
