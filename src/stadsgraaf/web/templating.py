"""The templates of the pages, and how a value becomes text of a page.

>>> environment().from_string("{{ a }} {{ b }}").render(a="<i>", b=Markup("<i>"))
'&lt;i&gt; <i>'
"""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from stadsgraaf.web.markup import attributes, encode, escaped, safe

__all__ = ["TEMPLATES", "environment", "render"]

TEMPLATES: Final = Path(str(files("stadsgraaf.web"))) / "templates"

#: Where a part stands; a line break behind it is left out, as behind every statement.
_INCLUDE: Final = re.compile(r'{% include "([^"]+)" %}\n?')


def render(template: str, **context: object) -> bytes:
    """The page that a template makes, as it goes out."""
    return encode(environment().get_template(template).render(context))


@cache
def environment() -> Environment:
    """The templates: the same for every release."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_finalize,
        extensions=[_Whole],
    )
    made.filters["capitalize_first"] = _capitalize_first
    made.filters["to"] = _to
    return made


def _finalize(value: Any) -> Any:
    """A value as it is written: a text is escaped, unless it is markup."""
    return safe(escaped(value)) if value.__class__ is str else value


class _Whole(Extension):
    """Reads a template with its parts in their places: at run time each would need a context of its own."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Part of `Extension`."""
        loader = cast("BaseLoader", self.environment.loader)
        return _INCLUDE.sub(
            lambda found: self.preprocess(
                loader.get_source(self.environment, found[1])[0].removesuffix("\n"), name, filename
            ),
            source,
        )


def _capitalize_first(text: str) -> str:
    """With a capital: ``nota's`` becomes ``Nota's``, and ``G40`` stays."""
    return text[:1].upper() + text[1:]


def _to(href: str | None) -> Markup:
    """The attributes of a link, if there is one."""
    return Markup() if href is None else safe(attributes(href))
