"""The steps of publishing: stage, check, switch, clean up.

Everything is loaded into staging graphs that no reader looks at, and counted there. Then one SPARQL
Update moves all of them to their places, https://www.w3.org/TR/sparql11-update/#move, removes what
the new release does not have, and says which release there is. Whatever ends the process, at any
moment: readers have the old release, or the new one. The staging graphs of a run that was ended are
named in a journal, in the store too, and the next run removes them.
"""

import contextlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from stadsgraaf.errors import NotPublished, Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.publishing.target import Target
from stadsgraaf.release import Release
from stadsgraaf.store.loading import overlaps
from stadsgraaf.store.published import (
    DOCUMENTS,
    MERGE,
    PUBLISHED,
    QUERY,
    Published,
    document,
    read_published,
)

__all__ = ["CHUNK", "JOURNAL", "STAGING", "publish"]

#: Statements that are sent at once.
CHUNK: Final = 50_000
#: The journal of a run under way, and the beginning of the names of its staging graphs.
JOURNAL: Final = "urn:x-stadsgraaf:publishing"
STAGING: Final = "urn:x-stadsgraaf:staging:"
_BLANK: Final = b"_:"
_DCT: Final = PREFIXES["dct"]
_VALUE: Final = NamedNode(PREFIXES["rdf"] + "value")
_XSD: Final = PREFIXES["xsd"]


def publish(
    release: Release,
    target: Target,
    progress: Callable[[str], None] = lambda _: None,
    *,
    chunk: int = CHUNK,
    force: bool = False,
) -> bool:
    """Publish a release; whether anything changed. ``chunk`` is how many statements are sent at once.

    What is there already is not sent again, unless ``force`` says so. Raises NotPublished: then what
    was readable still is.
    """
    present = _present(target)
    if present and present.identifier == release.identifier and not force:
        progress(f"{release.identifier} is published already")
        return False
    run = _Run(release, target, progress, chunk)
    run.begin()
    try:
        run.load()
        run.check()
        run.merge()
    except NotPublished:
        run.give_up()
        raise
    run.switch(present)
    return True


def _present(target: Target) -> Published | None:
    """The release that the store says it has."""
    return read_published(target.rows(QUERY))


@dataclass
class _Run:
    """One publishing of a release."""

    release: Release
    target: Target
    progress: Callable[[str], None]
    chunk: int

    def __post_init__(self) -> None:
        self.name = secrets.token_hex(4)
        self.graphs = [each.iri for each in self.release.manifest.graphs if each.triples]
        self.is_merged = overlaps(self.release.data)
        wanted = [*self.graphs, *([MERGE] if self.is_merged else []), PUBLISHED]
        self.staged = {iri: f"{STAGING}{self.name}:{number}" for number, iri in enumerate(wanted)}

    # --- stage ----------------------------------------------------------------------------------

    def begin(self) -> None:
        """Remove what an earlier run left, and say in the journal what this one will make."""
        rows = self.target.rows(
            f"SELECT ?graph {{ GRAPH <{JOURNAL}> {{ <{JOURNAL}> <{_DCT}hasPart> ?graph }} }}"
        )
        left = [row["graph"]["value"] for row in rows]
        if left:
            self.progress("remove what an earlier run left")
            self._drop([iri for iri in left if iri.startswith(STAGING)])
        said = [f"<{JOURNAL}> <{_DCT}hasPart> <{graph}> ." for graph in self.staged.values()]
        said.append(f'<{JOURNAL}> <{_DCT}identifier> "{self.name}" .')
        self.target.update(
            f"DROP SILENT GRAPH <{JOURNAL}> ;\n"
            f"INSERT DATA {{ GRAPH <{JOURNAL}> {{ {' '.join(said)} }} }}"
        )

    def _drop(self, graphs: Iterable[str]) -> None:
        for graph in graphs:
            self.target.update(f"DROP SILENT GRAPH <{graph}>")

    def give_up(self) -> None:
        """Remove what was staged, if the store still listens; else the next run does."""
        with contextlib.suppress(NotPublished):
            self._drop([*self.staged.values(), JOURNAL])

    def load(self) -> None:
        """Send all statements to the staging graphs."""
        names = {f"<{iri}>".encode(): graph for iri, graph in self.staged.items()}
        sent = 0
        for lines in self._chunks():
            if self.target.takes_quads:
                self.target.add_quads(
                    b"%s <%s> .\n" % (triple, names[graph].encode()) for triple, graph in lines
                )
            else:
                by_graph: dict[bytes, list[bytes]] = {}
                for triple, graph in lines:
                    by_graph.setdefault(graph, []).append(triple + b" .\n")
                for graph, triples in by_graph.items():
                    self.target.add(names[graph], triples)
            sent += len(lines)
            self.progress(f"{sent} statements sent")
        self.target.add(self.staged[PUBLISHED], (f"{each} .\n".encode() for each in self._said()))

    def _chunks(self) -> Iterator[list[tuple[bytes, bytes]]]:
        """Statements as triple and graph.

        Those with blank nodes are sent at once: the name of one means nothing beyond its message.
        """
        blank = list(_split(self._lines(is_blank=True)))
        if blank:
            yield blank
        ground = _split(self._lines(is_blank=False))
        while lines := list(islice(ground, self.chunk)):
            yield lines

    def _lines(self, *, is_blank: bool) -> Iterator[bytes]:
        with self.release.data.open("rb") as file:
            yield from (line for line in file if (_BLANK in line) is is_blank)

    def _said(self) -> Iterator[Triple]:
        """The graph that tells what is published."""
        release, subject = self.release, NamedNode(PUBLISHED)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        yield Triple(subject, NamedNode(_DCT + "identifier"), Literal(release.identifier))
        yield Triple(
            subject,
            NamedNode(_DCT + "issued"),
            Literal(now, datatype=NamedNode(_XSD + "dateTime")),
        )
        for graph in (*self.graphs, *([MERGE] if self.is_merged else [])):
            yield Triple(subject, NamedNode(_DCT + "hasPart"), NamedNode(graph))
        for name in DOCUMENTS:
            yield Triple(NamedNode(document(name)), _VALUE, Literal(self._document(name)))

    def _document(self, name: str) -> str:
        if name == "manifest.json":
            said = {**asdict(self.release.manifest), "files": {}}
            return json.dumps(said, ensure_ascii=False, sort_keys=True)
        path = self.release.path / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    # --- check ----------------------------------------------------------------------------------

    def check(self) -> None:
        """Count what arrived. Raises NotPublished when it is not what was sent."""
        self.progress("count what arrived")
        for each in self.release.manifest.graphs:
            found = self.target.count(self.staged[each.iri]) if each.triples else 0
            if found != each.triples:
                raise NotPublished(
                    reason=Text(
                        f"of the {each.triples} triples of <{each.iri}> the store has {found}",
                        f"van de {each.triples} triples van <{each.iri}> heeft de opslag er {found}",
                    )
                )

    def merge(self) -> None:
        """Have the store make the merge of all graphs, with the same blank nodes."""
        if self.is_merged:
            self.progress("merge the graphs")
            for iri in self.graphs:
                self.target.update(
                    f"ADD GRAPH <{self.staged[iri]}> TO GRAPH <{self.staged[MERGE]}>"
                )

    # --- switch ---------------------------------------------------------------------------------

    def switch(self, present: Published | None) -> None:
        """Put everything in its place, in one update.

        Raises NotPublished when another run has begun meanwhile: then that one goes on.
        """
        mine = f'ASK {{ GRAPH <{JOURNAL}> {{ <{JOURNAL}> <{_DCT}identifier> "{self.name}" }} }}'
        if not self.target.truth(mine):
            self._drop(self.staged.values())
            raise NotPublished(
                reason=Text(
                    "another run has begun to publish there meanwhile",
                    "een andere run is daar ondertussen begonnen te publiceren",
                )
            )
        self.progress("switch")
        self.target.update(" ;\n".join(self._operations(_gone(present, self.staged))))

    def _operations(self, gone: Sequence[str]) -> Iterator[str]:
        """What tells which release there is moves last, and the journal ends after it."""
        for iri, graph in self.staged.items():
            if iri != PUBLISHED:
                yield f"MOVE GRAPH <{graph}> TO GRAPH <{iri}>"
        for iri in gone:
            yield f"DROP SILENT GRAPH <{iri}>"
        yield f"MOVE GRAPH <{self.staged[PUBLISHED]}> TO GRAPH <{PUBLISHED}>"
        yield f"DROP SILENT GRAPH <{JOURNAL}>"


def _gone(present: Published | None, staged: Iterable[str]) -> list[str]:
    """The graphs that were published before and are not in the new release."""
    if present is None:
        return []
    had = [*present.graphs, *([MERGE] if present.is_merged else [])]
    return [iri for iri in had if iri not in set(staged)]


def _split(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    r"""Statements of N-Quads as triple and graph.

    >>> list(_split([b'<s> <p> "o" <g> .\n']))
    [(b'<s> <p> "o"', b'<g>')]
    """
    for line in lines:
        triple, graph, _ = line.rsplit(b" ", 2)
        yield triple, graph
