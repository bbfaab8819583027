"""The dataset as files: canonical N-Quads, and dumps in other formats.

Canonical means RDF Dataset Canonicalization, https://www.w3.org/TR/rdf-canon/: the same dataset
gives the same bytes on every machine, so their SHA-256 names the release. Every dump calls the
blank nodes what the canonical N-Quads call them.

Nothing here holds a large dataset in memory, but for its blank nodes: they get their names from all
statements that they are in, and from no other.
"""

import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from heapq import merge
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import zstandard
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from stadsgraaf.sorting import LineReader, SortedLines

__all__ = [
    "DUMPS",
    "PACKED",
    "CanonicalQuads",
    "canonical_nquads",
    "graph_dumps",
    "pack",
    "read_quads",
    "whole_dumps",
    "write_dumps",
]

_FORMATS: Final = {
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
}
#: Suffixes of the dumps of the whole, and of those of one named graph.
DUMPS: Final = ("nq", "trig", "jsonld", "ttl", "nt")
_GRAPH_DUMPS: Final = ("nq", "trig", "jsonld", "ttl")
#: What is added to the suffix of a packed dump.
PACKED: Final = ("gz", "zst")
#: Of more named graphs than this there are no dumps one by one: they are part of the whole.
MOST_GRAPHS: Final = 200
_LEVELS: Final = {"gz": 6, "zst": 9}
_BLOCK: Final = 1 << 20
#: Quads that are written at once.
_BATCH: Final = 20_000
_BLANK: Final = b"_:"
#: How a term that is a triple begins; a text may have this too.
_TRIPLE: Final = b"<<("
#: Formats of dumps that cannot say triple terms of RDF 1.2.
_WITHOUT_TRIPLES: Final = frozenset({"jsonld"})


def canonical_nquads(quads: Iterable[Quad]) -> bytes:
    """The quads as sorted N-Quads with RDFC-1.0 blank node labels.

    Graphs are named by IRIs, as those of a dataset always are here: blank nodes that name graphs
    are not told apart by the engine as the specification asks for.
    """
    return b"".join(sorted(_canonical_lines(quads)))


def _canonical_lines(quads: Iterable[Quad]) -> list[bytes]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return _lines(dataset)


def _lines(quads: Iterable[Quad]) -> list[bytes]:
    return (serialize(quads, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def _has_triple_terms(quads: Iterable[Quad], lines: Iterable[bytes]) -> bool:
    pairs = zip(quads, lines, strict=True)
    return any(_TRIPLE in line and isinstance(quad.object, Triple) for quad, line in pairs)


def read_quads(path: Path) -> Iterable[Quad]:
    """The quads of an N-Quads file, blank nodes by their labels there."""
    return parse(path=path, format=RdfFormat.N_QUADS)


class CanonicalQuads:
    """Quads on their way to canonical N-Quads; most of them wait on the disk, in ``folder``.

    ::

        with CanonicalQuads(folder) as quads:
            quads.extend(dataset.quads)
            digest = quads.write(folder / "data.nq")

    ``triple_terms`` tells whether any of them has a triple as its object, as RDF 1.2 allows.
    """

    def __init__(self, folder: Path) -> None:
        self._ground = SortedLines(folder)
        self._blank: list[Quad] = []
        self.triple_terms = False

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the files up."""
        self._ground.__exit__(kind, error, trace)

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads, in any order and as often as they come."""
        for batch in _batches(quads):
            lines = _lines(batch)
            self._ground.extend(line for line in lines if _BLANK not in line)
            self.triple_terms = self.triple_terms or _has_triple_terms(batch, lines)
            self._blank += [quad for quad, line in zip(batch, lines, strict=True) if _BLANK in line]

    def write(self, path: Path) -> str:
        """Write what is there so far; the SHA-256 of the file, in hex."""
        digest = hashlib.sha256()
        with SortedLines(path.parent) as lines, path.open("wb") as file:
            lines.extend(_canonical_lines(self._blank))
            for line in merge(self._ground, lines):
                digest.update(line)
                file.write(line)
        return digest.hexdigest()


def graph_dumps(
    graphs: Iterable[str], base_iri: str | None, *, triple_terms: bool = False
) -> dict[str, list[str]]:
    """Names of the dumps of each named graph, packed ones too; none when there are very many.

    No JSON-LD is among them where there are ``triple_terms``.

    >>> graph_dumps(["https://example.org/graph/a/b"], "https://example.org/")[
    ...     "https://example.org/graph/a/b"
    ... ][:3]
    ['graph-a-b.nq', 'graph-a-b.nq.gz', 'graph-a-b.nq.zst']
    """
    known = list(graphs)
    if len(known) > MOST_GRAPHS:
        return {}
    stems: dict[str, str] = {}
    for iri in known:
        stem = "graph-" + _stem(iri, base_iri)
        taken = sum(1 for other in stems.values() if other == stem or other.startswith(f"{stem}~"))
        stems[iri] = f"{stem}~{taken + 1}" if taken else stem
    suffixes = _fit(_GRAPH_DUMPS, triple_terms=triple_terms)
    return {iri: _names(stem, suffixes) for iri, stem in stems.items()}


def _fit(suffixes: Sequence[str], *, triple_terms: bool) -> Sequence[str]:
    return [each for each in suffixes if not (triple_terms and each in _WITHOUT_TRIPLES)]


def _stem(iri: str, base_iri: str | None) -> str:
    for start in (f"{base_iri}graph/" if base_iri else "", "urn:stadsgraaf:graph:"):
        if start and iri.startswith(start):
            iri = iri[len(start) :]
            break
    return re.sub("[^A-Za-z0-9_]+", "-", iri).strip("-")[-80:] or "default"


def _names(stem: str, suffixes: Sequence[str]) -> list[str]:
    return [
        f"{stem}.{suffix}{packed}"
        for suffix in suffixes
        for packed in ("", *(f".{each}" for each in PACKED))
    ]


def whole_dumps(stems: Iterable[str] = (), *, triple_terms: bool = False) -> list[str]:
    """Names of the dumps of the whole dataset, and of its linksets by their stems."""
    links = [name for stem in stems for name in _names(stem, ("nt",))]
    return _names("dataset", _fit(DUMPS, triple_terms=triple_terms)) + links


def write_dumps(
    data: Path,
    prefixes: Mapping[str, str],
    folder: Path,
    graphs: Mapping[str, Sequence[str]],
    links: Mapping[str, Sequence[Triple]],
) -> None:
    """Write the dumps of canonical N-Quads, each also packed.

    ``dataset.nq`` (those N-Quads themselves), ``.trig``, ``.jsonld`` hold all graphs, ``.ttl`` and
    ``.nt`` their union; then the same of each named graph, by the names in ``graphs``; then
    ``links``, triples by the stem of their file. There is no JSON-LD where there are triple terms.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.nq").unlink(missing_ok=True)
    os.link(data, folder / "dataset.nq")
    with SortedLines(folder) as by_graph:
        triple_terms = False
        for batch in _batches(read_quads(data)):
            lines = _lines(batch)
            triple_terms = triple_terms or _has_triple_terms(batch, lines)
            pairs = zip(batch, lines, strict=True)
            by_graph.extend(f"{quad.graph_name}\0".encode() + line for quad, line in pairs)
        for suffix in _fit(("trig", "jsonld"), triple_terms=triple_terms):
            reader = LineReader(line.partition(b"\0")[2] for line in by_graph)
            quads = parse(reader, RdfFormat.N_QUADS)  # type: ignore[arg-type]  # the stub asks for IO[bytes]; read() is all it calls
            _write(quads, prefixes, folder, "dataset", suffix)
        for suffix in ("ttl", "nt"):
            _write(_union(read_quads(data)), prefixes, folder, "dataset", suffix)
        if graphs:
            _write_graphs(by_graph, prefixes, folder, graphs)
    for stem, triples in links.items():
        serialize(triples, folder / f"{stem}.nt", RdfFormat.N_TRIPLES)
    with ThreadPoolExecutor() as pool:
        list(pool.map(pack, sorted(folder.iterdir())))


def _write_graphs(
    lines: Iterable[bytes],
    prefixes: Mapping[str, str],
    folder: Path,
    graphs: Mapping[str, Sequence[str]],
) -> None:
    """The dumps of named graphs, from statements that are sorted by their graph."""
    stems = {f"<{iri}>".encode(): names[0].rpartition(".")[0] for iri, names in graphs.items()}
    named = {name for names in graphs.values() for name in names}
    for name, group in groupby(lines, key=lambda line: line.partition(b"\0")[0]):
        stem = stems.pop(name, None)
        if stem is None:
            continue
        with (folder / f"{stem}.nq").open("wb") as file:
            file.writelines(line.partition(b"\0")[2] for line in group)
        for suffix in _GRAPH_DUMPS[1:]:
            if f"{stem}.{suffix}" not in named:
                continue
            quads = read_quads(folder / f"{stem}.nq")
            rows = quads if _FORMATS[suffix].supports_datasets else _union(quads)
            _write(rows, prefixes, folder, stem, suffix)
    for stem in stems.values():  # a graph may be empty
        for suffix in _GRAPH_DUMPS:
            if f"{stem}.{suffix}" in named:
                _write((), prefixes, folder, stem, suffix)


def _write(
    rows: Iterable[Quad] | Iterable[Triple],
    prefixes: Mapping[str, str],
    folder: Path,
    stem: str,
    suffix: str,
) -> None:
    readable = dict(prefixes) if suffix in ("ttl", "trig") else None
    serialize(rows, folder / f"{stem}.{suffix}", _FORMATS[suffix], prefixes=readable)


def _union(quads: Iterable[Quad]) -> Iterator[Triple]:
    """The triples of sorted quads, each once: those of several graphs are neighbours."""
    before: Triple | None = None
    for quad in quads:
        triple = quad.triple
        if triple != before:
            yield triple
        before = triple


def _batches(quads: Iterable[Quad]) -> Iterator[list[Quad]]:
    source = iter(quads)
    while batch := list(islice(source, _BATCH)):
        yield batch


def pack(path: Path) -> None:
    """Write a file's packed forms beside it; the same bytes give the same packed bytes."""
    with (
        path.open("rb") as plain,
        path.with_name(f"{path.name}.gz").open("wb") as target,
        gzip.GzipFile("", "wb", _LEVELS["gz"], target, mtime=0) as packer,
    ):
        shutil.copyfileobj(plain, packer, _BLOCK)
    with path.open("rb") as plain, path.with_name(f"{path.name}.zst").open("wb") as target:
        size = path.stat().st_size
        zstandard.ZstdCompressor(_LEVELS["zst"]).copy_stream(plain, target, size=size)
