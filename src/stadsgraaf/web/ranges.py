"""Parts of a file: range requests.

RFC 9110, section 14, https://www.rfc-editor.org/rfc/rfc9110#name-range-requests

>>> read_ranges("bytes=0-4, 2-9, -1", 20)
[(0, 10), (19, 20)]
>>> read_ranges("bytes=0-4, nonsense", 20) is None
True
"""

import re
from typing import Final

from stadsgraaf.errors import RangeNotSatisfiable

__all__ = ["read_ranges"]

_RANGE: Final = re.compile(r"(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))\Z", re.ASCII)
#: Who asks for more parts gets the whole: reading it takes less than hopping through it.
_MOST: Final = 16


def read_ranges(header: str | None, length: int) -> list[tuple[int, int]] | None:
    """The parts that ``Range`` asks for, as first byte and the one after the last, in order.

    Parts that overlap or touch are one. None stands for the whole: when no part is asked for, the
    unit is not bytes, or the header cannot be read. Raises RangeNotSatisfiable when the file has
    none of the parts.
    """
    unit, found, specifiers = (header or "").partition("=")
    if not found or unit.strip().lower() != "bytes":
        return None
    wanted = [part.strip() for part in specifiers.split(",") if part.strip()]
    if not 0 < len(wanted) <= _MOST:
        return None
    parts = [_part(each, length) for each in wanted]
    if any(part is None for part in parts):
        return None
    there = sorted(part for part in parts if part and part[0] < part[1])
    if not there:
        raise RangeNotSatisfiable(length=length)
    joined = there[:1]
    for start, end in there[1:]:
        if start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _part(specifier: str, length: int) -> tuple[int, int] | None:
    """One part, empty when the file does not reach so far; None when it is not a range."""
    match = _RANGE.match(specifier)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return max(length - int(suffix), 0), length
    start, end = int(first), length if last is None else int(last) + 1
    if last is not None and end <= start:
        return None
    return start, max(start, min(end, length))
