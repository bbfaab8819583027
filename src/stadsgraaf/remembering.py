"""Functions that remember what they gave for a text: so many texts, none of which is long.

What is kept is bounded in bytes, then, also when readers send the texts.

>>> upper = remembering(2)(str.upper)
>>> upper("a"), upper("b" * 300) == "B" * 300
('A', True)
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, Final, ParamSpec, TypeVar, cast

__all__ = ["LONGEST", "Remembered", "remembering"]

#: Characters of a text that is remembered: names and addresses of things hardly ever have more.
LONGEST: Final = 256

_More = ParamSpec("_More")
_T = TypeVar("_T")
_Function = Callable[Concatenate[str, _More], _T]


def remembering(most: int) -> Callable[[_Function[_More, _T]], _Function[_More, _T]]:
    """The same function, which remembers what it gave the last times; a text comes first."""

    def remember(give: _Function[_More, _T]) -> _Function[_More, _T]:
        kept = cast("_Function[_More, _T]", lru_cache(most)(give))

        @wraps(give, updated=())
        def given(text: str, /, *more: _More.args, **named: _More.kwargs) -> _T:
            return (kept if len(text) <= LONGEST else give)(text, *more, **named)

        return given

    return remember


class Remembered(dict[str, _T]):
    """The same as a mapping, for what is asked hundreds of times a page; full, it begins anew.

    >>> upper = Remembered(2, str.upper)
    >>> upper["a"], upper["b"], upper["c"], upper["d" * 300] == "D" * 300, len(upper)
    ('A', 'B', 'C', True, 1)
    """

    def __init__(self, most: int, give: Callable[[str], _T]) -> None:
        super().__init__()
        self._most, self._give = most, give

    def __missing__(self, text: str) -> _T:
        """Part of `dict`."""
        given = self._give(text)
        if len(text) <= LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = given
        return given
