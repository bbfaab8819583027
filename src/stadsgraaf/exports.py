"""The dataset as files: canonical N-Quads, and dumps in other formats.

Canonical means RDF Dataset Canonicalization, https://www.w3.org/TR/rdf-canon/: the same dataset
gives the same bytes on every machine, so their SHA-256 names the release. Every dump calls the
blank nodes what the canonical N-Quads call them.
"""

import gzip
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import zstandard
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

__all__ = [
    "DUMPS",
    "PACKED",
    "canonical_nquads",
    "graph_dumps",
    "pack",
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


def canonical_nquads(quads: Iterable[Quad]) -> bytes:
    """The quads as sorted N-Quads with RDFC-1.0 blank node labels."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = (serialize(dataset, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return b"".join(sorted(lines))


def graph_dumps(graphs: Iterable[str], base_iri: str | None) -> dict[str, list[str]]:
    """Names of the dumps of each named graph, packed ones too; none when there are very many.

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
    return {iri: _names(stem, _GRAPH_DUMPS) for iri, stem in stems.items()}


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


def whole_dumps(stems: Iterable[str] = ()) -> list[str]:
    """Names of the dumps of the whole dataset, and of its linksets by their stems."""
    links = [name for stem in stems for name in _names(stem, ("nt",))]
    return _names("dataset", DUMPS) + links


def write_dumps(
    canonical: bytes,
    prefixes: Mapping[str, str],
    folder: Path,
    graphs: Mapping[str, Sequence[str]],
    links: Mapping[str, Sequence[Triple]],
) -> None:
    """Write the dumps of canonical N-Quads, each also packed.

    ``dataset.nq`` (those N-Quads themselves), ``.trig``, ``.jsonld`` hold all graphs, ``.ttl`` and
    ``.nt`` their union; then the same of each named graph, by the names in ``graphs``; then
    ``links``, triples by the stem of their file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    quads = list(parse(canonical, RdfFormat.N_QUADS))
    (folder / "dataset.nq").write_bytes(canonical)
    _write(quads, prefixes, folder, "dataset", DUMPS[1:])
    by_graph: dict[str, list[Quad]] = {}
    for quad in quads if graphs else ():
        name = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
        by_graph.setdefault(name, []).append(quad)
    for iri, names in graphs.items():
        _write(by_graph.get(iri, ()), prefixes, folder, names[0].rpartition(".")[0], _GRAPH_DUMPS)
    for stem, triples in links.items():
        serialize(triples, folder / f"{stem}.nt", RdfFormat.N_TRIPLES)
    with ThreadPoolExecutor() as pool:
        list(pool.map(pack, sorted(folder.iterdir())))


def _write(
    quads: Sequence[Quad],
    prefixes: Mapping[str, str],
    folder: Path,
    stem: str,
    suffixes: Sequence[str],
) -> None:
    by_graph = sorted(quads, key=lambda quad: str(quad.graph_name))  # and within it as they came
    union = dict.fromkeys(Triple(q.subject, q.predicate, q.object) for q in quads)
    for suffix in suffixes:
        form = _FORMATS[suffix]
        rows: Iterable[Quad] | Iterable[Triple] = by_graph if form.supports_datasets else union
        readable = dict(prefixes) if suffix in ("ttl", "trig") else None
        serialize(rows, folder / f"{stem}.{suffix}", form, prefixes=readable)


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
