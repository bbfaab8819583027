"""Which of the names that a search found is most likely meant: by the words, or by the spelling.

Whatever was found is put in order while somebody waits, so each step here is done once for a name.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, NamedTuple
from unicodedata import combining, normalize

__all__ = ["Found", "Hit", "SearchResult", "by_kind", "nearest", "ranked", "trigrams"]

_WORD: Final = re.compile(r"\w+")
#: Characters of which a name is rather a sentence, which has many words.
_LONGEST_NAME: Final = 60
#: Into how many steps the share of a name that was typed is rounded.
_FINENESS: Final = 4
#: Names of which the nearest spelling is taken.
_COMPARED: Final = 60
#: How alike a spelling has to be: at all, and beside the one that is most alike.
_LEAST_ALIKE: Final = 0.35
_NEARLY: Final = 0.8


class Found(NamedTuple):
    """A name that a search found: of what, how that is called, its kind and how much there is of it."""

    iri: str
    label: str
    kind: str | None
    name: str
    degree: int


@dataclass(frozen=True)
class Hit:
    """One thing that search found. ``matched`` is the name that fitted, when not the label."""

    iri: str
    label: str
    kind: str | None
    matched: str | None


@dataclass(frozen=True)
class SearchResult:
    """Hits, best first; ``total`` and ``by_kind`` count all of them, not only those given.

    When there are ``more``, these count those that were looked at.
    """

    hits: Sequence[Hit]
    total: int
    by_kind: Mapping[str | None, int]
    corrected: bool = False
    more: bool = False


class _Unmarked(dict[int, int | None]):
    """For `str.translate`: every character but the marks on others, each looked at once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if combining(chr(code)) else code
        return self[code]


_UNMARKED: Final = _Unmarked()


def _words(folded: str) -> list[str]:
    """The words of a text without letter case, diacritics aside."""
    if not folded.isascii():
        folded = normalize("NFD", folded).translate(_UNMARKED)
    return _WORD.findall(folded)


_Rank = tuple[bool, int, int, bool, int, str, str]

# --- by the words -------------------------------------------------------------------------------


def ranked(
    names: Iterable[Found], text: str, limit: int, offset: int, kind: str | None
) -> tuple[list[Hit], int]:
    """Things with these names, each once, those that a text means rather first; and how many there are.

    Exact names come first, then short names with the very words, then names of which the text
    is a larger part, then labels that begin with it, then things with more triples.
    """
    wanted = text.strip().casefold()
    words = frozenset(_words(text.casefold()))
    best: dict[str, tuple[_Rank, Found]] = {}
    for found in names:
        iri, label, its_kind, matched, degree = found
        if kind is not None and its_kind != kind:
            continue
        name = matched.casefold()
        length = len(name)
        # a word that was typed is rather meant than a longer one that begins so: "g4", not "g40"
        whole = len(words.intersection(_words(name))) if length <= _LONGEST_NAME else 0
        # the text says less of a longer name: a name is rather meant than a sentence with it
        share = round(_FINENESS * len(wanted) / (length or 1))
        begins = matched == label and name.startswith(wanted)
        rank = (name != wanted, -whole, -share, not begins, -degree, label.casefold(), iri)
        if iri not in best or rank < best[iri][0]:
            best[iri] = rank, found
    chosen = sorted(best.values(), key=itemgetter(0))[offset : offset + limit]
    return [_hit(found) for _, found in chosen], len(best)


def _hit(found: Found) -> Hit:
    matched = None if found.name == found.label else found.name
    return Hit(found.iri, found.label, found.kind, matched)


def by_kind(names: Iterable[Found]) -> dict[str | None, int]:
    """How many things with these names there are of each kind, most first."""
    kinds = Counter({found.iri: found.kind for found in names}.values())
    return dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0] or "")))


# --- by the spelling ----------------------------------------------------------------------------


def trigrams(text: str) -> set[str]:
    """Every three characters that follow each other, letter case aside."""
    folded = text.casefold()
    return {folded[start : start + 3] for start in range(len(folded) - 2)}


def nearest(names: Iterable[Found], wanted: Collection[str]) -> list[Found]:
    """Those of the names that are spelt most like what has these trigrams."""
    likely = sorted(names, key=lambda found: -_shared(wanted, found.name))[:_COMPARED]
    scored = [(_similarity(wanted, found.name), found) for found in likely]
    best = max((score for score, _ in scored), default=0.0)
    return [found for score, found in scored if score >= max(_LEAST_ALIKE, best * _NEARLY)]


def _shared(wanted: Collection[str], text: str) -> int:
    """How many of them a text has: a quick look, before a long one."""
    folded = text.casefold()
    return sum(gram in folded for gram in wanted)


def _similarity(wanted: Collection[str], text: str) -> float:
    """Dice coefficient with the word, or the whole name, that is most alike."""
    parts = [trigrams(text), *map(trigrams, text.split())]
    return max(
        2 * len(part.intersection(wanted)) / (len(wanted) + len(part) or 1) for part in parts
    )
