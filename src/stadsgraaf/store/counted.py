"""The names of properties and classes that a release counted when it was built, beside its data."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["Counted", "counted"]

#: IRIs by what they are: ``property`` or ``class``.
Counted = Mapping[str, Sequence[str]]


def counted(data: bytes | Path) -> Counted:
    """What is counted beside a file or a store; nothing where they are no part of a release."""
    if isinstance(data, bytes):
        return {}
    try:
        known = json.loads((data.parent / "statistics.json").read_bytes())
        return {
            "property": [each["iri"] for each in known["properties"]],
            "class": [each["iri"] for each in known["classes"]],
        }
    except (OSError, ValueError, LookupError, TypeError):
        return {}
