"""Canonical N-Quads, so that their SHA-256 names the release: RDF Dataset Canonicalization.

https://www.w3.org/TR/rdf-canon/: the same dataset gives the same bytes on every machine. Nothing here
holds a large dataset in memory, but for its blank nodes: they get their names from all statements that
they are in, and from no other.
"""

import hashlib
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Final

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from stadsgraaf.closing import Closing
from stadsgraaf.sorting import SortedLines

__all__ = [
    "CanonicalQuads",
    "batches",
    "canonical_nquads",
    "has_triple_terms",
    "lines_of",
    "read_quads",
]

#: Quads that are written at once.
_BATCH: Final = 20_000
_BLANK: Final = b"_:"
#: How a term that is a triple begins; a text may have this too.
_TRIPLE: Final = b"<<("


def canonical_nquads(quads: Iterable[Quad]) -> bytes:
    """The quads as sorted N-Quads with RDFC-1.0 blank node labels.

    Graphs are named by IRIs, as those of a dataset always are here: blank nodes that name graphs
    are not told apart by the engine as the specification asks for.
    """
    return b"".join(sorted(_canonical_lines(quads)))


def _canonical_lines(quads: Iterable[Quad]) -> list[bytes]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return lines_of(dataset)


def lines_of(quads: Iterable[Quad]) -> list[bytes]:
    """Each quad as a line of N-Quads."""
    return (serialize(quads, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def has_triple_terms(quads: Iterable[Quad], lines: Iterable[bytes]) -> bool:
    """Whether any of these quads, given with their lines, has a triple as its object."""
    pairs = zip(quads, lines, strict=True)
    return any(_TRIPLE in line and isinstance(quad.object, Triple) for quad, line in pairs)


def read_quads(path: Path) -> Iterable[Quad]:
    """The quads of an N-Quads file, blank nodes by their labels there."""
    return parse(path=path, format=RdfFormat.N_QUADS)


class CanonicalQuads(Closing):
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

    def close(self) -> None:
        """Give up its files."""
        self._ground.close()

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads, in any order and as often as they come."""
        for batch in batches(quads):
            lines = lines_of(batch)
            self._ground.extend(line for line in lines if _BLANK not in line)
            self.triple_terms = self.triple_terms or has_triple_terms(batch, lines)
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


def batches(quads: Iterable[Quad]) -> Iterator[list[Quad]]:
    """The quads, so many at once as are read and written together."""
    source = iter(quads)
    while batch := list(islice(source, _BATCH)):
        yield batch
