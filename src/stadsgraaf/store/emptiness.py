"""Why a query has no solutions: the smallest set of its parts that has none, and what may be meant.

Parts are added in the order of the text until nothing is left; then every part is taken out again
that does not matter.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from stadsgraaf.store.counted import Names
from stadsgraaf.store.known import Hint, hint
from stadsgraaf.store.lexer import tokens
from stadsgraaf.store.meant import described, meant
from stadsgraaf.store.parts import OutOfTimeError, Part, Parts
from stadsgraaf.store.service import Ask

__all__ = ["explain_emptiness"]

#: Elements that take nothing away from what is before them.
_HARMLESS: Final = frozenset(("optional", "bind"))
#: How long hints are looked for: after it none is begun.
_SECONDS: Final = 1
_MORE: Final = hint(
    "more",
    "there may be more hints: looking for them took too long",
    "er zijn misschien meer hints: het zoeken ernaar duurde te lang",
)
_MODIFIERS: Final = hint(
    "modifiers",
    "the patterns have solutions, but HAVING, LIMIT, OFFSET or VALUES at the end leave none",
    "de patronen hebben oplossingen, maar HAVING, LIMIT, OFFSET of VALUES aan het eind laten er geen "
    "over",
)


def explain_emptiness(query: str, ask: Ask, names: Names | None = None) -> dict[str, object]:
    """A JSON object: whether it is ``empty``, the failing ``patterns`` and ``hints``.

    A hint has a ``kind``, what it is about, what there is instead, and a sentence in English and
    Dutch. ``names`` are the properties and classes that there are, where they are known.
    """
    parts = Parts(query, ask, names)
    is_select = parts.structure.form == "SELECT"
    if is_select and ask(query, 1):
        return {"empty": False, "patterns": [], "hints": []}
    if parts.structure.form == "DESCRIBE" and not parts.structure.where.elements:
        hints = list(described(parts))
        return {"empty": bool(hints), "patterns": [], "hints": hints}
    where = list(parts.of(parts.structure.where))
    failing = _failing(parts, where, is_empty=is_select and _is_all(parts))
    if not failing:
        return {"empty": is_select, "patterns": [], "hints": [_MODIFIERS] if is_select else []}
    return {
        "empty": True,
        "patterns": [parts.place(part) for part in failing],
        "hints": _once(parts, meant(parts, failing)),
    }


def _is_all(parts: Parts) -> bool:
    """Whether a SELECT gives the solutions of its patterns as they are: nothing counts or cuts them."""
    where = parts.structure.where
    head = tokens(parts.query[len(parts.structure.prologue) : where.start])
    tail = tokens(parts.query[where.end :])
    return not any(token.text == "(" for token in head) and all(t.text == "}" for t in tail)


def _once(parts: Parts, hints: Iterator[Hint]) -> list[Hint]:
    """Each hint once, where it is first given; those that are found in time."""
    found: list[Hint] = []
    parts.hurry(_SECONDS)
    try:
        for each in hints:
            if each not in found:
                found.append(each)
    except OutOfTimeError:
        found.append(_MORE)
    return found


def _failing(parts: Parts, where: Sequence[Part], *, is_empty: bool = False) -> list[Part]:
    """The smallest set of parts that has no solutions; nothing when all together have some.

    ``is_empty`` says that it is known of all together that they have none: that is not asked again.
    """
    filters = [part for part in where if part.element.kind == "filter"]
    others = [part for part in where if part.element.kind != "filter"]
    taken: list[Part] = []
    for part in (*others, *filters):  # a filter is about its whole group
        taken.append(part)
        if part.element.kind in _HARMLESS:
            continue
        if (is_empty and len(taken) == len(where)) or not parts.has_solutions(taken):
            smallest = _smallest(parts, taken)
            return _inside(parts, smallest[0]) if len(smallest) == 1 else smallest
    return []


def _inside(parts: Parts, part: Part) -> list[Part]:
    """Where one group alone fails, what fails in it."""
    if part.element.kind != "group":
        return [part]
    (group,) = part.element.groups
    if group.is_query:
        groups = group.elements[0].groups
        if len(groups) > 1:  # EXISTS has one too
            return [part]
        (group,) = groups
    return _failing(parts, list(parts.of(group))) or [part]


def _smallest(parts: Parts, taken: list[Part]) -> list[Part]:
    """Without every part that can be left out; the last one is what made it empty."""
    *before, last = taken
    if last.element.kind not in ("filter", "minus") and not parts.has_solutions([last]):
        return [last]
    for part in list(before):
        rest = [each for each in before if each is not part]
        if _stands_alone([*rest, last]) and not parts.has_solutions([*rest, last]):
            before = rest
    return [*before, last]


def _stands_alone(taken: Sequence[Part]) -> bool:
    """Whether the variables of filters are those of some other part: else their error is why."""
    known = frozenset().union(*(part.variables for part in taken if part.element.kind != "filter"))
    return all(part.variables <= known for part in taken if part.element.kind == "filter")
