"""Answers that were given before, kept whole and bounded in bytes.

>>> cache = AnswerCache(size=3000, largest=1000)
>>> cache.put("a", Kept([], b"1")); cache.put("b", Kept([], b"2")); cache.put("c", Kept([], b"3"))
>>> cache.get("a") is None, cache.get("b") is None
(True, False)
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

from stadsgraaf.web.cycle import lines_of

__all__ = ["AnswerCache", "Fields", "Kept"]

#: How many requests are remembered as they came.
_ADDRESSES = 4096
#: Bytes that an answer takes beside its body, with its headers and its key.
_AROUND = 1024

Fields = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Kept:
    """An answer with status 200."""

    headers: Fields
    body: bytes

    @cached_property
    def head(self) -> bytes:
        """The headers as they are written."""
        return lines_of(self.headers)


class AnswerCache:
    """Of ``size`` bytes in total, with what is around them; a body of more than ``largest`` is not kept.

    The one that was not asked for longest goes first.
    """

    def __init__(self, size: int, largest: int) -> None:
        self.hits = self.misses = 0
        self._size = size
        self._largest = min(largest, size)
        self._used = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._addresses: OrderedDict[Hashable, str] = OrderedDict()

    def get(self, key: str) -> Kept | None:
        """What was kept."""
        found = self._kept.get(key)
        if found:
            self.hits += 1
            self._kept.move_to_end(key)
        else:
            self.misses += 1
        return found

    def put(self, key: str, kept: Kept) -> None:
        """Keep it, if it is not too large."""
        if len(kept.body) > self._largest:
            return
        self._forget(self._kept.pop(key, None))
        self._kept[key] = kept
        self._used += len(kept.body) + _AROUND
        while self._used > self._size:
            self._forget(self._kept.popitem(last=False)[1])

    def remember(self, address: Hashable, key: str) -> None:
        """Remember under which key the answer to a request is kept, as the request came."""
        self._addresses[address] = key
        if len(self._addresses) > _ADDRESSES:
            self._addresses.popitem(last=False)

    def recall(self, address: Hashable) -> str | None:
        """The key that was remembered."""
        return self._addresses.get(address)

    def _forget(self, kept: Kept | None) -> None:
        self._used -= len(kept.body) + _AROUND if kept else 0
