"""Functions that remember what they gave for a text: so many texts, none of which is long.

What is kept is bounded in bytes, then, also when readers send the texts.

>>> upper = remembering(2)(str.upper)
>>> upper("a"), upper("b" * 300) == "B" * 300
('A', True)
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, Final, ParamSpec, TypeVar, cast

__all__ = ["LONGEST", "remembering"]

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
