"""A report as people and programs want it; each module is one format."""

from collections.abc import Callable

from stadsgraaf.validation.formats import json, text

__all__ = ["FORMATS"]

#: What renders a report, by name of the format.
FORMATS: dict[str, Callable[..., str]] = {
    "text": text.render,
    "json": json.render,
}
