"""What one dataset says that another does not, whatever their blank nodes are called.

Both are canonical N-Quads, as a release has them: sorted, so that lines without blank nodes are
compared as they go by. Blank nodes that are connected are compared as one piece, each piece with
canonical labels of its own (RDFC-1.0, https://www.w3.org/TR/rdf-canon/), because canonical labels
of a whole dataset shift when anything changes.

Written as RDF Patch, https://afs.github.io/rdf-patch/
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Quad, RdfFormat, Triple, parse, serialize

from stadsgraaf.canonical import canonical_nquads

__all__ = ["Difference", "compare_lines", "differing", "patch"]

_BLANK: Final = b"_:"
#: A blank node outside literals: at the start of a line or after a space or ``<<(``.
_LABEL: Final = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![^\s(])_:([A-Za-z0-9]+)')


@dataclass(frozen=True)
class Difference:
    """Quads as lines of N-Quads, without line ends, sorted.

    Blank nodes of ``removed`` are called as in the old dataset; those of ``added`` have labels that
    the old one does not use.
    """

    removed: Sequence[str]
    added: Sequence[str]

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self.removed or self.added)

    def quads(self) -> Iterator[tuple[str, Quad]]:
        """Each quad after ``-`` or ``+``."""
        for sign, lines in (("-", self.removed), ("+", self.added)):
            for quad in parse("\n".join(lines), RdfFormat.N_QUADS):
                yield sign, quad

    def as_patch(self, identifier: str, previous: str | None = None) -> Iterator[str]:
        """The lines of an RDF Patch from ``previous`` to ``identifier``, both IRIs."""
        return patch(self.removed, self.added, identifier, previous)


def patch(
    removed: Iterable[str], added: Iterable[str], identifier: str, previous: str | None = None
) -> Iterator[str]:
    """The lines of an RDF Patch from ``previous`` to ``identifier``, both IRIs."""
    yield f"H id <{identifier}> .\n"
    if previous:
        yield f"H prev <{previous}> .\n"
    yield "TX .\n"
    for line in removed:
        yield f"D {line}\n"
    for line in added:
        yield f"A {line}\n"
    yield "TC .\n"


def compare_lines(old: Iterable[bytes], new: Iterable[bytes]) -> Difference:
    """The difference between the lines of two files of canonical N-Quads, with their line ends."""
    found: dict[str, list[str]] = {"-": [], "+": []}
    for sign, line in differing(old, new):
        found[sign].append(line)
    return Difference(sorted(found["-"]), sorted(found["+"]))


def differing(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Each line of their difference after ``-`` or ``+``, as they are found.

    Only what has blank nodes is held in memory.
    """
    pieces: tuple[list[bytes], list[bytes]] = ([], [])
    yield from _merge(_ground(old, pieces[0]), _ground(new, pieces[1]))
    gone, come = _compare_pieces(*pieces)
    for sign, lines in (("-", gone), ("+", come)):
        for line in lines:
            yield sign, line


def _ground(lines: Iterable[bytes], blank: list[bytes]) -> Iterator[bytes]:
    """The lines without blank nodes; the others are put aside."""
    for line in lines:
        if _BLANK in line and _labels(line.decode()):
            blank.append(line)
        else:
            yield line


def _labels(line: str) -> list[str]:
    return [label for label in _LABEL.findall(line) if label]


def _merge(old: Iterator[bytes], new: Iterator[bytes]) -> Iterator[tuple[str, str]]:
    """What is in one of two sorted sequences only."""
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if left == right:
            left, right = next(old, None), next(new, None)
        elif right is None or (left is not None and left < right):
            yield "-", (left or b"").decode().rstrip("\n")
            left = next(old, None)
        else:
            yield "+", right.decode().rstrip("\n")
            right = next(new, None)


def _compare_pieces(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[list[str], list[str]]:
    before, after = _pieces(old), _pieces(new)
    gone: list[str] = []
    for canonical, pieces in before.items():
        for piece in pieces[len(after.get(canonical, ())) :]:
            gone += piece
    come: list[str] = []
    for canonical, pieces in after.items():
        for number in range(len(before.get(canonical, ())), len(pieces)):
            come += _fresh(canonical, number)
    return gone, come


def _pieces(lines: Sequence[bytes]) -> dict[bytes, list[list[str]]]:
    """Connected pieces by their canonical form; equal ones may stand more than once."""
    parent: dict[str, str] = {}

    def find(label: str) -> str:
        while parent.setdefault(label, label) != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    texts = [line.decode().rstrip("\n") for line in lines]
    for text in texts:
        first, *others = _labels(text)
        for other in others:
            parent[find(other)] = find(first)
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        grouped[find(_labels(text)[0])].append(text)
    found: defaultdict[bytes, list[list[str]]] = defaultdict(list)
    for piece in grouped.values():
        found[canonical_nquads(parse("\n".join(piece), RdfFormat.N_QUADS))].append(piece)
    return found


def _fresh(canonical: bytes, number: int) -> list[str]:
    """The lines of a piece, its blank nodes with labels that nobody else has."""
    name = hashlib.sha256(canonical + str(number).encode()).hexdigest()[:12]

    def renamed(term: object) -> object:
        if isinstance(term, BlankNode):
            return BlankNode(f"n{name}{term.value}")
        if isinstance(term, Triple):
            return Triple(*(renamed(each) for each in term))  # type: ignore[arg-type] # kinds stay
        return term

    quads = (
        Quad(*(renamed(each) for each in quad))  # type: ignore[arg-type] # kinds stay
        for quad in parse(canonical, RdfFormat.N_QUADS)
    )
    return (serialize(quads, format=RdfFormat.N_QUADS) or b"").decode().splitlines()
