"""Why a query has no solutions: the smallest set of its parts that has none, and what may be meant.

Parts are added in the order of the text until nothing is left; then every part is taken out again
that does not matter.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from stadsgraaf.store.known import Hint, hint
from stadsgraaf.store.meant import described, meant
from stadsgraaf.store.parts import Part, Parts
from stadsgraaf.store.service import Ask

__all__ = ["explain_emptiness"]

#: Elements that take nothing away from what is before them.
_HARMLESS: Final = frozenset(("optional", "bind"))
_MODIFIERS: Final = hint(
    "modifiers",
    "the patterns have solutions, but HAVING, LIMIT, OFFSET or VALUES at the end leave none",
    "de patronen hebben oplossingen, maar HAVING, LIMIT, OFFSET of VALUES aan het eind laten er geen "
    "over",
)


def explain_emptiness(query: str, ask: Ask) -> dict[str, object]:
    """A JSON object: whether it is ``empty``, the failing ``patterns`` and ``hints``.

    A hint has a ``kind``, what it is about, what there is instead, and a sentence in English and
    Dutch.
    """
    parts = Parts(query, ask)
    is_select = parts.structure.form == "SELECT"
    if is_select and ask(query, 1):
        return {"empty": False, "patterns": [], "hints": []}
    if parts.structure.form == "DESCRIBE" and not parts.structure.where.elements:
        hints = list(described(parts))
        return {"empty": bool(hints), "patterns": [], "hints": hints}
    failing = _failing(parts, list(parts.of(parts.structure.where)))
    if not failing:
        return {"empty": is_select, "patterns": [], "hints": [_MODIFIERS] if is_select else []}
    return {
        "empty": True,
        "patterns": [parts.place(part) for part in failing],
        "hints": _once(meant(parts, failing)),
    }


def _once(hints: Iterator[Hint]) -> list[Hint]:
    """Each hint once, where it is first given."""
    found: list[Hint] = []
    for each in hints:
        if each not in found:
            found.append(each)
    return found


def _failing(parts: Parts, where: Sequence[Part]) -> list[Part]:
    """The smallest set of parts that has no solutions; nothing when all together have some."""
    filters = [part for part in where if part.element.kind == "filter"]
    others = [part for part in where if part.element.kind != "filter"]
    taken: list[Part] = []
    for part in (*others, *filters):  # a filter is about its whole group
        taken.append(part)
        if part.element.kind not in _HARMLESS and not parts.has_solutions(taken):
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
