"""A report as people and programs want it; each module is one format.

Every format is a function of a report; ``language`` is “en” or “nl”.
"""

from collections.abc import Callable
from importlib import import_module

__all__ = ["FORMATS"]

_NAMES = (
    "text",
    "json",
    "github",
    "gitlab",
    "html",
    "junit",
    "lines",
    "markdown",
    "sarif",
    "turtle",
)


def _rendering(name: str) -> Callable[..., str]:
    """What renders a report in a format; the module of one that nobody asks for is not read."""

    def render(*report: object, **options: object) -> str:
        text: str = import_module(f"{__name__}.{name}").render(*report, **options)
        return text

    return render


#: What renders a report, by name of the format.
FORMATS: dict[str, Callable[..., str]] = {name: _rendering(name) for name in _NAMES}
