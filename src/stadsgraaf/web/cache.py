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
#: Bytes that an answer takes beside its body, with its headers and its key; and a request, with its key.
_AROUND = 1024
_AROUND_ADDRESS = 512
#: Which part of the cache requests may take.
_PART = 8

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

    The one that was not asked for longest goes first. Requests as they came are remembered with them.
    """

    def __init__(self, size: int, largest: int) -> None:
        self.hits = self.misses = 0
        self._size = size
        self._largest = min(largest, size)
        self._used = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._remembered = 0
        self._addresses: OrderedDict[Hashable, tuple[str, int]] = OrderedDict()

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
        self._make_room()

    def remember(self, address: Hashable, key: str, size: int) -> None:
        """Remember under which key the answer to a request is kept, which came as so many bytes."""
        self._unlearn(address)
        self._addresses[address] = key, size
        self._remembered += size + _AROUND_ADDRESS
        while len(self._addresses) > _ADDRESSES or self._remembered > self._size // _PART:
            self._unlearn(next(iter(self._addresses)))
        self._make_room()

    def recall(self, address: Hashable) -> str | None:
        """The key that was remembered."""
        found = self._addresses.get(address)
        return found[0] if found else None

    def _unlearn(self, address: Hashable) -> None:
        if found := self._addresses.pop(address, None):
            self._remembered -= found[1] + _AROUND_ADDRESS

    def _make_room(self) -> None:
        while self._used + self._remembered > self._size:
            self._forget(self._kept.popitem(last=False)[1])

    def _forget(self, kept: Kept | None) -> None:
        self._used -= len(kept.body) + _AROUND if kept else 0
