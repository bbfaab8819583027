"""What a query asks, part by part, and how much of the data each part matches.

The engine orders the parts itself and does not tell how; what is told here is what decides about the
order and the cost: the matches of each triple pattern alone, and where parts multiply.
"""

from typing import Final

from pyoxigraph import Literal

from stadsgraaf.store.parts import Part, Parts
from stadsgraaf.store.service import Ask
from stadsgraaf.store.shape import multiplies
from stadsgraaf.store.structure import Group

__all__ = ["explain"]

#: Matches that are counted; of a pattern that has more it is told that it has.
_COUNTED: Final = 100_000


def explain(query: str, ask: Ask) -> dict[str, object]:
    """The plan, as a JSON object: form, whether parts multiply, and the tree of elements.

    ``matches`` is the number of solutions of a triple pattern alone; with ``atLeast`` there are
    more. ``line`` and ``column`` count from 1.
    """
    parts = Parts(query, ask)
    structure = parts.structure
    return {
        "form": structure.form.lower(),
        "dataset": " ".join(structure.dataset.split()) or None,
        "multiplies": multiplies(query),
        "where": _group(parts, structure.where),
    }


def _group(parts: Parts, group: Group) -> list[dict[str, object]]:
    return [_part(parts, part) for part in parts.of(group)]


def _part(parts: Parts, part: Part) -> dict[str, object]:
    element = part.element
    if part.pattern:
        return {"kind": "triple", **parts.place(part), **_matches(parts, part)}
    said: dict[str, object] = {"kind": element.kind, **parts.place(part)}
    if element.groups:
        said["groups"] = [_group(parts, group) for group in element.groups]
    return said


def _matches(parts: Parts, part: Part) -> dict[str, object]:
    limited = f"{{ SELECT * WHERE {{ {part.text} }} LIMIT {_COUNTED + 1} }}"
    counted = parts.count(limited)["matches"]
    assert isinstance(counted, Literal)  # noqa: S101 – a COUNT
    matches = int(counted.value)
    return {"matches": min(matches, _COUNTED), "atLeast": matches > _COUNTED}
