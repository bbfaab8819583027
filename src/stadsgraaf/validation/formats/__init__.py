"""A report as people and programs want it; each module is one format.

Every format is a function of a report; ``language`` is “en” or “nl”.
"""

from collections.abc import Callable

from stadsgraaf.validation.formats import (
    github,
    gitlab,
    html,
    json,
    junit,
    lines,
    markdown,
    sarif,
    text,
    turtle,
)

__all__ = ["FORMATS"]

#: What renders a report, by name of the format.
FORMATS: dict[str, Callable[..., str]] = {
    "text": text.render,
    "json": json.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "html": html.render,
    "junit": junit.render,
    "lines": lines.render,
    "markdown": markdown.render,
    "sarif": sarif.render,
    "turtle": turtle.render,
}
