"""How much of a source its claims cover, and which stretches of it no claim speaks of."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from stadsgraaf.evidence import Passage, SourceText

__all__ = ["Coverage", "cover"]

_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Coverage:
    """``covered`` of ``characters`` lie in a passage; ``gaps`` are the other stretches with words.

    A gap is its start and end, exclusive, in code points; the white space around it left out.
    """

    covered: int
    characters: int
    gaps: Sequence[tuple[int, int]]

    @property
    def share(self) -> float:
        """Part of the text that passages cover, from 0 to 1."""
        return self.covered / self.characters if self.characters else 0.0


def cover(passages: Iterable[Passage], source: SourceText) -> Coverage:
    """What passages cover of a source; where they overlap it counts once.

    ::

        cover(check_evidence(quads, source).passages, source).share
    """
    length = len(source.text)
    spans = list(_merged((max(p.start, 0), min(p.end, length)) for p in passages))
    edges = [0, *(edge for span in spans for edge in span), length]
    between = zip(edges[::2], edges[1::2], strict=True)
    gaps = [_trimmed(source.text, *gap) for gap in between]
    return Coverage(
        covered=sum(end - start for start, end in spans),
        characters=length,
        gaps=[(start, end) for start, end in gaps if _WORD.search(source.text, start, end)],
    )


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in order, those that touch or overlap as one."""
    current: tuple[int, int] | None = None
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if current and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())
