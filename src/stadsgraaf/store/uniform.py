"""Whether all that a query is ordered by is of one kind, by what a release knows of its properties.

Values of one kind are in order by themselves, and a query needs no other order than its own. This only
tells what is plain to see in a query as people and programs nearly always write it; what is not plain is
ordered with care.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from stadsgraaf.comparing import NODE
from stadsgraaf.namespaces import PREFIXES

__all__ = ["Kinds", "is_uniform"]

#: The kind of the values of a property, by its IRI, where all are of one kind.
Kinds = Mapping[str, str]

_TYPE: Final = PREFIXES["rdf"] + "type"
_STRING: Final = re.compile(r""""(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'""")
_IRI: Final = re.compile(r'<[^<>"{}|^`\\\s]*>')
#: What may hide a variable, or give it a value from elsewhere: a comment, an escape, a triple term, a
#: long string, a service.
_HIDDEN: Final = ("#", "\\", "~", "<<", "{|", '"""', "'''", "service")
_ORDER: Final = re.compile(r"ORDER\s+BY\b")
_CONDITIONS: Final = re.compile(
    r"(?:\s*(?:(?:ASC|DESC)\s*\(\s*[?$]\w+\s*\)|[?$]\w+))+(?:\s+(?:LIMIT|OFFSET)\s+\d+)*\s*",
    re.IGNORECASE,
)
_VARIABLE: Final = re.compile(r"[?$](\w+)")
#: In capitals: what gives a variable a value, and what gives it a number.
_GIVEN: Final = re.compile(r"AS\s*[?$](?=\w)")
_COUNT: Final = re.compile(r"COUNT\s*\([^()]*\)\s*\Z")
#: What may be a path of no length, both ends of which may be anything, or one against its direction.
_ODD_PATH: Final = re.compile(r"[*]|\?(?!\w)|(?<!\^)\^(?!\^)")
_PROLOGUE: Final = re.compile(r"(?:\s*(?:PREFIX\s+[\w-]*:|BASE)\s*<[^<>]*>)*\s*", re.IGNORECASE)
_PREFIX: Final = re.compile(r"([\w-]*):\s*<([^<>]*)>")
_NAME: Final = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:[^<>]*)>|([\w-]+):([\w-]+)")
#: What stands before a variable that is a subject or a predicate, or part of an expression.
_BEFORE_NODE: Final = ("{", "}", ".", ";")
_IN_EXPRESSION: Final = re.compile(
    r"(?:(?<![\w:.-])(?!a\s*\(|values\s*\()[a-z_]+\s*\(|[=<]|\s>|&&|\|\|)\Z", re.IGNORECASE
)
_PATH: Final = ("|", "/", "^", "!", "(")
#: Characters before a variable that are looked at: a property and what stands before it.
_NEAR: Final = 400
#: What a variable has in an expression: the value that something else gives it.
_NOTHING: Final = ""


def is_uniform(query: str, kinds: Kinds) -> bool:
    """Whether the variables that a query is ordered by have values of one kind each.

    >>> is_uniform("SELECT * { ?s <x:name> ?n } ORDER BY ?n", {"x:name": "text"})
    True
    >>> is_uniform("SELECT * { ?s <x:name> ?n } ORDER BY ?n", {})
    False
    """
    text = _STRING.sub('""', query)
    prologue = _PROLOGUE.match(text)
    begin = prologue.end() if prologue else 0
    asked, spaces = text[begin:], _spaces(text[:begin])
    capitals = asked.upper()
    orders = list(_ORDER.finditer(capitals))
    plain = _IRI.sub("", text).lower()
    if len(orders) != 1 or len(capitals) != len(asked) or any(each in plain for each in _HIDDEN):
        return False
    start, conditions = orders[0].start(), asked[orders[0].end() :]
    first, last = asked.find("{"), asked.rfind("}", 0, start)
    if not 0 <= first < last or not _CONDITIONS.fullmatch(conditions):
        return False
    keys = set(_VARIABLE.findall(conditions))
    numbers = _numbers(asked, capitals, first, keys)
    if numbers is None:
        return False
    return _have_one_kind(asked[first : last + 1], keys - numbers, spaces, kinds)


def _numbers(asked: str, capitals: str, first: int, keys: set[str]) -> set[str] | None:
    """The variables that the SELECT clause gives a count; None when anything else gives one a value."""
    found = set()
    for given in _GIVEN.finditer(capitals):
        name = _VARIABLE.match(asked, given.end() - 1)
        if name and name[1] in keys:
            if given.start() > first or not _COUNT.search(capitals, 0, given.start()):
                return None
            found.add(name[1])
    return found


def _have_one_kind(patterns: str, keys: set[str], spaces: Mapping[str, str], kinds: Kinds) -> bool:
    if _ODD_PATH.search(patterns):
        return False
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in _VARIABLE.finditer(patterns):
        if each[1] in keys:
            before = patterns[max(0, each.start() - _NEAR) : each.start()]
            kind = _kind_behind(before, spaces, kinds)
            if kind is None:
                return False
            found[each[1]].add(kind)
    return all(len(found[key] - {NODE, _NOTHING}) <= 1 for key in keys)


def _kind_behind(before: str, spaces: Mapping[str, str], kinds: Kinds) -> str | None:
    """The kind of a variable by what stands before it; None when that is not plain to see."""
    before = before.rstrip()
    if before.endswith(_BEFORE_NODE):
        return NODE
    if _IN_EXPRESSION.search(before):
        return _NOTHING
    earlier, *rest = before.rsplit(None, 1)
    if not rest or earlier.endswith(_PATH):
        return None
    iri = _TYPE if rest[0] == "a" else _named(rest[0], spaces)
    return kinds.get(iri) if iri else None


def _named(name: str, spaces: Mapping[str, str]) -> str | None:
    """The IRI that a name stands for; None when that is not plain to see."""
    found = _NAME.fullmatch(name)
    if found is None or found[1]:
        return found and found[1]
    space = spaces.get(found[2])
    return space and f"{space}{found[3]}"


@lru_cache(64)
def _spaces(prologue: str) -> Mapping[str, str]:
    """The namespaces of prefixes that are plain to see; many queries have the same."""
    given = _PREFIX.findall(prologue)
    twice = {name for name, count in Counter(name for name, _ in given).items() if count > 1}
    return {name: iri for name, iri in given if name not in twice and ":" in iri}
