"""Contexts of JSON-LD that are files of the same repository.

https://www.w3.org/TR/json-ld11/#the-context
"""

import json
import re
from pathlib import Path
from typing import Any, Final

__all__ = ["included", "names_a_file"]

#: Contexts that name contexts that name contexts.
_DEPTH: Final = 8
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CONTEXT: Final = "@context"
_NAMED: Final = re.compile(r'"@context"\s*:\s*(?:\[[^\]]*?)?"(?![A-Za-z][A-Za-z0-9+.-]*:)')


def names_a_file(text: str) -> bool:
    """Whether what JSON-LD says may depend on another file.

    >>> names_a_file('{"@context": "c.jsonld"}'), names_a_file('{"@context": "http://e/c"}')
    (True, False)
    """
    return _NAMED.search(text) is not None


def included(thing: Any, path: Path, depth: int = 0) -> tuple[Any, bool]:
    """A value of JSON-LD in the file at ``path`` with the contexts from files put in their place.

    Returns whether there were any, too. What is on the web stays as it is.
    Raises OSError for a file that cannot be read, ValueError for one that is no JSON.
    """
    if isinstance(thing, list):
        items = [included(item, path, depth) for item in thing]
        return [item for item, _ in items], any(found for _, found in items)
    if not isinstance(thing, dict):
        return thing, False
    made, any_found = {}, False
    for key, value in thing.items():
        read = _context if key == _CONTEXT else included
        made[key], found = read(value, path, depth)
        any_found |= found
    return made, any_found


def _context(value: Any, path: Path, depth: int) -> tuple[Any, bool]:
    if isinstance(value, list):
        items = [_context(item, path, depth) for item in value]
        return [item for item, _ in items], any(found for _, found in items)
    if not isinstance(value, str) or _ABSOLUTE.match(value):
        return included(value, path, depth)
    if depth == _DEPTH:
        raise ValueError(f"contexts name each other more than {_DEPTH} times")
    file = path.parent / value
    held = json.loads(file.read_text(encoding="utf-8-sig"))
    inner = held.get(_CONTEXT) if isinstance(held, dict) else None
    if inner is None:
        raise ValueError(f"{value} has no {_CONTEXT}")
    return _context(inner, file, depth + 1)[0], True
