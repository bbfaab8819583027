"""Contexts of JSON-LD that are files of the same repository.

https://www.w3.org/TR/json-ld11/#the-context
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

__all__ = ["elsewhere", "included", "lost_keys", "lost_values", "named_files", "names_a_file"]

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


def named_files(text: str) -> list[str]:
    """The files that JSON-LD names as contexts, by their paths from its own.

    >>> named_files('{"@context": ["../c.json", {"a": "http://e/a"}, "http://e/c"]}')
    ['../c.json']
    """
    words = re.findall(r'"@context"\s*:\s*("[^"]*"|\[[^\]]*\])', text)
    names = [
        name for word in words for name in re.findall(r'(?<=[\[,\s"])"?([^"{}\[\],\s]+)"', word)
    ]
    return [name for name in names if not _ABSOLUTE.match(name) and "." in name]


def elsewhere(thing: Any, *, beside: bool) -> str | None:
    """The first context that JSON-LD names and that is not fetched, or None.

    With ``beside`` a context may be a file, named by its path.

    >>> elsewhere({"@context": ["c.json", "https://schema.org/"]}, beside=True)
    'https://schema.org/'
    """
    if isinstance(thing, list):
        found = (elsewhere(item, beside=beside) for item in thing)
        return next((name for name in found if name), None)
    if not isinstance(thing, dict):
        return None
    for key, value in thing.items():
        named = value if isinstance(value, list) else [value]
        for name in named if key in {_CONTEXT, "@import"} else ():
            if isinstance(name, str) and (not beside or _ABSOLUTE.match(name)):
                return name
        if name := elsewhere(value, beside=beside):
            return name
    return None


def lost_values(text: str) -> list[tuple[str, str]]:
    """IRIs and language tags of JSON-LD that are none: what they are part of means nothing.

    Returns each with its kind.

    >>> lost_values('{"@id": "http://e/a b", "http://e/p": {"@value": "x", "@language": "n_l"}}')
    [('iri', 'http://e/a b'), ('language', 'n_l')]
    """
    try:
        thing = json.loads(text)
        kinds = _kinds(thing)
        return list(dict.fromkeys(_lost_values(thing, kinds)))
    except (ValueError, RecursionError):
        return []


_NO_IRI: Final = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def _kinds(thing: Any) -> dict[str, str]:
    """Of what type contexts say that the values of a term are."""
    found: dict[str, str] = {}
    if isinstance(thing, list):
        for item in thing:
            found |= _kinds(item)
    if isinstance(thing, dict):
        for key, value in thing.items():
            found |= _kinds(value)
            if isinstance(value, dict) and isinstance(value.get("@type"), str):
                found[key] = value["@type"]
    return found


def _lost_values(thing: Any, kinds: dict[str, str], key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(thing, list):
        for item in thing:
            yield from _lost_values(item, kinds, key)
    elif isinstance(thing, dict):
        plain = thing.get("@type") == "@json"
        for name, value in thing.items():
            if ":" in name and _NO_IRI.search(name):
                yield "iri", name
            if kinds.get(name) != "@json" and not (plain and name == "@value"):
                yield from _lost_values(value, kinds, name)
    elif isinstance(thing, str):
        if (key in {"@id", "@type"} or kinds.get(key) == "@id") and _NO_IRI.search(thing):
            yield "iri", thing
        elif key == "@language" and not _LANGUAGE.fullmatch(thing):
            yield "language", thing


def lost_keys(text: str, path: Path) -> set[str]:
    """Keys of JSON-LD that no context names: what stands there means nothing, and is left out.

    >>> lost_keys('{"@context": {"a": "http://e/a"}, "a": 1, "b": 2}', Path("a.jsonld"))
    {'b'}
    """
    try:
        thing, _ = included(json.loads(text), path)
    except (OSError, ValueError, RecursionError):
        return set()
    known, used, words = set[str](), set[str](), set[str]()
    _look(thing, known, used, words)
    # a vocabulary names every key; a context elsewhere and plain JSON may name any
    return (
        set()
        if words & {"@vocab", "@json", "@import", "@nest"} or _ELSEWHERE in words
        else used - known
    )


_KEYWORDS: Final = frozenset(
    [
        "@base",
        "@container",
        "@context",
        "@direction",
        "@graph",
        "@id",
        "@import",
        "@included",
        "@index",
        "@json",
        "@language",
        "@list",
        "@nest",
        "@none",
        "@prefix",
        "@propagate",
        "@protected",
        "@reverse",
        "@set",
        "@type",
        "@value",
        "@version",
        "@vocab",
    ]
)
#: A context on the web, of which nobody here knows what it names.
_ELSEWHERE: Final = "elsewhere"


def _look(thing: Any, known: set[str], used: set[str], words: set[str]) -> None:
    """Keys that are used, names that contexts give, and words that say more of either."""
    if isinstance(thing, list):
        for item in thing:
            _look(item, known, used, words)
    if not isinstance(thing, dict):
        return
    for key, value in thing.items():
        if key == _CONTEXT:
            _look_at_context(value, known, words)
        else:
            if ":" not in key and key not in _KEYWORDS:
                used.add(key)
            _look(value, known, used, words)


def _look_at_context(value: Any, known: set[str], words: set[str]) -> None:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            words.add(_ELSEWHERE)
        for key, term in one.items() if isinstance(one, dict) else ():
            known.add(key)
            words |= {
                key,
                *(str(part) for part in (term.values() if isinstance(term, dict) else ())),
            }
            words |= set(map(str, term)) if isinstance(term, dict) else set()
            if isinstance(term, dict) and _CONTEXT in term:
                _look_at_context(term[_CONTEXT], known, words)


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
