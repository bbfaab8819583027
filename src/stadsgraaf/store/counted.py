"""What a release counted when it was built, beside its data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stadsgraaf.store.uniform import Kinds

__all__ = ["Counted", "Names", "counted"]

#: IRIs by what they are: ``property`` or ``class``.
Names = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Counted:
    """The names of properties and classes, and the properties all of whose values are of one kind."""

    names: Names = field(default_factory=dict)
    kinds: Kinds = field(default_factory=dict)


def counted(data: bytes | Path) -> Counted:
    """What is counted beside a file or a store; nothing where they are no part of a release."""
    if isinstance(data, bytes):
        return Counted()
    try:
        known = json.loads((data.parent / "statistics.json").read_bytes())
        names = {
            "property": [each["iri"] for each in known["properties"]],
            "class": [each["iri"] for each in known["classes"]],
        }
        return Counted(names, dict(known.get("kinds", {})))
    except (OSError, ValueError, LookupError, TypeError):
        return Counted()
