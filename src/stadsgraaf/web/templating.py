"""The templates of the pages, and how a value becomes text of a page.

>>> environment().from_string("{{ a }} {{ b }}").render(a="<i>", b=Markup("<i>"))
'&lt;i&gt; <i>'
"""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from markupsafe import Markup, escape

__all__ = ["TEMPLATES", "environment", "render"]

TEMPLATES: Final = Path(str(files("stadsgraaf.web"))) / "templates"

#: Where a part stands; a line break behind it is left out, as behind every statement.
_INCLUDE: Final = re.compile(r'{% include "([^"]+)" %}\n?')
#: Characters that HTML cannot carry; shown as U+FFFD.
_NEVER_RENDERED: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
#: What reads as an event handler. Escaped text cannot become one; scanners see it all the same.
_HANDLER: Final = re.compile(r"(\bon\w++\s*+)=", re.IGNORECASE)
#: Text without any of these stands in a page as it is.
_SPECIAL: Final = re.compile("[&<>\"'=]")


def render(template: str, **context: object) -> str:
    """The page that a template makes."""
    return _NEVER_RENDERED.sub("\ufffd", environment().get_template(template).render(context))


@cache
def environment() -> Environment:
    """The templates: the same for every release."""
    made = _Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[_Whole],
    )
    made.filters["capitalize_first"] = _capitalize_first
    made.filters["to"] = _to
    return made


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


class _Generator(CodeGenerator):
    """Has every value written by one function of ours: a page has a thousand of them."""

    def _output_child_pre(
        self,
        node: nodes.Expr,  # noqa: ARG002 – as the library has it
        frame: Frame,  # noqa: ARG002 – as the library has it
        finalize: CodeGenerator._FinalizeInfo,  # noqa: ARG002 – as the library has it
    ) -> None:
        self.write("environment.written(")


class _Environment(Environment):
    code_generator_class = _Generator

    @staticmethod
    def written(value: Any) -> str:
        """A value as it stands in a page: escaped, unless it is markup."""
        kind = value.__class__
        text: str = value
        if kind is str and _SPECIAL.search(text):
            text = _HANDLER.sub(r"\1&#61;", str(escape(text)))
        elif kind is int or kind is float:
            text = str(value)
        elif kind is not str and kind is not Markup:
            text = escape(value)
        return text


def _capitalize_first(text: str) -> str:
    """With a capital: ``nota's`` becomes ``Nota's``, and ``G40`` stays."""
    return text[:1].upper() + text[1:]


def _to(href: str | None) -> Markup:
    """The attributes of a link: one that leaves the site vouches for nothing and tells nothing."""
    if href is None:
        return Markup()
    rel = "" if href.startswith(("/", "#")) else ' rel="nofollow ugc noopener noreferrer"'
    safe = escape(href) if _SPECIAL.search(href) else href
    return Markup(f'href="{safe}"{rel}')  # noqa: S704 – escaped, and a constant
