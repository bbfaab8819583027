"""The dataset as files: canonical N-Quads, and dumps in other formats.

Canonical means RDF Dataset Canonicalization, https://www.w3.org/TR/rdf-canon/: the same dataset
gives the same bytes on every machine, so their SHA-256 names the release.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, Triple, serialize

__all__ = ["canonical_nquads", "write_dumps"]


def canonical_nquads(quads: Iterable[Quad]) -> bytes:
    """The quads as sorted N-Quads with RDFC-1.0 blank node labels."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = (serialize(dataset, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    return b"".join(sorted(lines))


def write_dumps(
    quads: Iterable[Quad], prefixes: Mapping[str, str], folder: Path, name: str
) -> None:
    """Write ``name.nq``, ``.trig``, ``.jsonld`` (all graphs) and ``.ttl``, ``.nt`` (their union)."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(set(quads), key=str)
    union = list(dict.fromkeys(Triple(q.subject, q.predicate, q.object) for q in ordered))
    for suffix, form in (
        ("nq", RdfFormat.N_QUADS),
        ("trig", RdfFormat.TRIG),
        ("jsonld", RdfFormat.JSON_LD),
    ):
        ordered.sort(key=lambda quad: (str(quad.graph_name), str(quad)))
        serialize(ordered, folder / f"{name}.{suffix}", form, prefixes=_for(form, prefixes))
    for suffix, form in (("ttl", RdfFormat.TURTLE), ("nt", RdfFormat.N_TRIPLES)):
        serialize(union, folder / f"{name}.{suffix}", form, prefixes=_for(form, prefixes))


def _for(form: RdfFormat, prefixes: Mapping[str, str]) -> dict[str, str] | None:
    return dict(prefixes) if form in (RdfFormat.TURTLE, RdfFormat.TRIG) else None
