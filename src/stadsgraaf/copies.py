"""What became of a copy of a source whose digest is not the source's.

Programs change texts in passing: line ends, a byte order mark, a newline at the end. Undoing each
tells which of them it was; where passages stand somewhat further on, something was put in or left out.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from stadsgraaf.evidence import Evidence, Passage, SourceText

__all__ = ["explain"]

_BOM: Final = "\ufeff"
#: What may have been done to a text, and how to undo it.
_UNDOING: Final[Sequence[tuple[str, Callable[[str], str]]]] = (
    ("its line ends were made CR LF", lambda text: text.replace("\r\n", "\n")),
    ("a byte order mark was put before it", lambda text: text.removeprefix(_BOM)),
    ("a newline was added at its end", lambda text: text.removesuffix("\n")),
    ("the newline at its end was removed", lambda text: text + "\n"),
    (
        "a byte order mark was put before it and its line ends were made CR LF",
        lambda text: text.removeprefix(_BOM).replace("\r\n", "\n"),
    ),
)
#: How far a passage is looked for from where it should stand.
_FAR: Final = 500


def explain(source: SourceText, found: Evidence, digests: Iterable[str]) -> list[str]:
    """What was done to a text that does not match, as far as it can be told; else an empty list.

    ``digests`` are the SHA-256, in hex, that the source may have.
    """
    wanted = {digest.lower() for digest in digests}
    if found.holds or source.digest in wanted:
        return []
    if not source.text:
        return ["the file is empty"]
    for what, undo in _UNDOING:
        if undo(source.text) != source.text and _digest(undo(source.text)) in wanted:
            return [f"it is the source, but {what}"]
    if len(found.mismatches) == len(found.passages):
        return ["no passage stands where it should: this seems to be another text"]
    if not found.mismatches:
        return [
            (
                "every passage stands where it should: it differs outside of the passages,"
                " or the digest that the dataset gives for it is wrong"
            )
        ]
    return list(_shifted(source, found.mismatches))


def _shifted(source: SourceText, mismatches: Sequence[Passage]) -> Iterator[str]:
    first = min(mismatches, key=lambda passage: passage.end)
    yield f"the first difference is before character {first.end}"
    for passage in mismatches:
        for distance in range(1, _FAR + 1):
            for shift in (distance, -distance):
                start, end = passage.start + shift, passage.end + shift
                if start >= 0 and _digest(source.text[start:end]) == passage.digest:
                    put = "put in" if shift > 0 else "left out"
                    yield f"{passage.claim} stands {shift:+d} characters on: text was {put} before it"
                    return


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
