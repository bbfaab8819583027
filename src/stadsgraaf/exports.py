"""The dumps of a release: the whole, each named graph and each linkset, in every format, packed too.

Every dump calls the blank nodes what the canonical N-Quads call them; none is held in memory.
"""

import gzip
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Final

import zstandard
from pyoxigraph import Quad, RdfFormat, Triple, parse, serialize

from stadsgraaf.canonical import batches, has_triple_terms, lines_of, read_quads
from stadsgraaf.sorting import LineReader, SortedLines

__all__ = ["graph_dumps", "whole_dumps", "write_dumps"]

_FORMATS: Final = {
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
}
#: Suffixes of the dumps of the whole, and of those of one named graph.
_DUMPS: Final = ("nq", "trig", "jsonld", "ttl", "nt")
_GRAPH_DUMPS: Final = ("nq", "trig", "jsonld", "ttl")
#: What is added to the suffix of a packed dump.
_PACKED: Final = ("gz", "zst")
#: Of more named graphs than this there are no dumps one by one: they are part of the whole.
_MOST_GRAPHS: Final = 200
_LEVELS: Final = {"gz": 6, "zst": 9}
_BLOCK: Final = 1 << 20
#: Formats of dumps that cannot say triple terms of RDF 1.2.
_WITHOUT_TRIPLES: Final = frozenset({"jsonld"})


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
    if len(known) > _MOST_GRAPHS:
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
        for packed in ("", *(f".{each}" for each in _PACKED))
    ]


def whole_dumps(stems: Iterable[str] = (), *, triple_terms: bool = False) -> list[str]:
    """Names of the dumps of the whole dataset, and of its linksets by their stems."""
    links = [name for stem in stems for name in _names(stem, ("nt",))]
    return _names("dataset", _fit(_DUMPS, triple_terms=triple_terms)) + links


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
        for batch in batches(read_quads(data)):
            lines = lines_of(batch)
            triple_terms = triple_terms or has_triple_terms(batch, lines)
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
        list(pool.map(_pack, sorted(folder.iterdir())))


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


def _pack(path: Path) -> None:
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
