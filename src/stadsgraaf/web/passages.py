"""A text cut at the passages of its claims, which may overlap.

>>> found = pieces("abcdef", [(1, 4), (2, 3)])
>>> [(piece.text, piece.claims) for piece in found]
[('a', ()), ('b', (0,)), ('c', (0, 1)), ('d', (0,)), ('ef', ())]
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

__all__ = ["Piece", "paragraphs", "pieces"]


@dataclass(frozen=True)
class Piece:
    """A stretch of the text that the same claims stand on, each by its number.

    ``starts`` are the claims that begin here; ``leads_to`` is the claim with the shortest passage.
    """

    text: str
    start: int
    claims: tuple[int, ...]
    starts: tuple[int, ...]
    leads_to: int | None = None


def pieces(text: str, passages: Sequence[tuple[int, int]]) -> list[Piece]:
    """The text cut at every begin and end of a passage; claims by their number in the list."""
    cuts = {0, len(text)}
    for start, end in passages:
        cuts |= {min(start, len(text)), min(end, len(text))}

    def length(number: int) -> tuple[int, int]:
        start, end = passages[number]
        return end - start, number

    found = []
    for start, end in pairwise(sorted(cuts)):
        claims = tuple(n for n, (a, b) in enumerate(passages) if a < end and b > start)
        found.append(
            Piece(
                text[start:end],
                start,
                claims,
                tuple(n for n, (a, _) in enumerate(passages) if a == start),
                min(claims, key=length, default=None),
            )
        )
    return found


def paragraphs(found: Iterable[Piece]) -> list[list[Piece]]:
    """The pieces by line of the text; empty lines are left out."""
    lines: list[list[Piece]] = [[]]
    for piece in found:
        offset = piece.start
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            starts = piece.starts if number == 0 else ()
            if part or starts:
                lines[-1].append(replace(piece, text=part, start=offset, starts=starts))
            offset += len(part) + 1
    return [line for line in lines if line]
