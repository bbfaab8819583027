"""One page of a list that has more, and where it leads on.

>>> Pager.of(1, "/list?page={}".format, more=True)
Pager(page=1, before=None, after='/list?page=2')
"""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Pager"]


@dataclass(frozen=True)
class Pager:
    """The number of a page, from 1, and the links to the one before and the one after it."""

    page: int
    before: str | None
    after: str | None

    @classmethod
    def of(cls, page: int, link: Callable[[int], str], *, more: bool) -> "Pager":
        """The page with this number; ``more`` tells whether there is one after it."""
        before = link(page - 1) if page > 1 else None
        return cls(page, before, link(page + 1) if more else None)
