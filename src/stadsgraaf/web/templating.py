"""The templates of the pages, and how a value becomes text of a page.

>>> environment("nl").from_string("{{ a }} {{ b }}").render(a="<i>", b=Markup("<i>"))
'&lt;i&gt; <i>'
"""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from markupsafe import Markup, escape

from stadsgraaf.errors import Language
from stadsgraaf.web.markup import attributes, encode, escaped, safe
from stadsgraaf.web.words import WORDS

__all__ = ["TEMPLATES", "environment", "render"]

TEMPLATES: Final = Path(str(files("stadsgraaf.web"))) / "templates"

#: Where a part stands; a line break behind it is left out, as behind every statement.
_INCLUDE: Final = re.compile(r'{% include "([^"]+)" %}\n?')


#: The main part of a page: written piece by piece into one list, and not handed from block to block.
_MAIN: Final = re.compile(r"({% block main %}\n)(.+?)({% endblock %})", re.DOTALL)
#: A word of the interface that needs nothing filled in.
_WORD: Final = re.compile(r'{{ t\("(\w+)"\) }}')


def render(template: str, language: Language, **context: object) -> bytes:
    """The page that a template makes in a language, as it goes out."""
    made = environment(language).get_template(template)
    return encode(made.render(context, language=language))


@cache
def environment(language: Language) -> Environment:
    """The templates in a language: the same for every release."""
    made = _Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[_Whole],
    )
    made.language = language
    made.filters["capitalize_first"] = _capitalize_first
    made.filters["to"] = _to
    made.filters["whole"] = safe
    return made


class _Whole(Extension):
    """Reads a template with its parts and its words in their places: at run time each would cost a call."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Part of `Extension`."""
        loader = cast("BaseLoader", self.environment.loader)
        whole = _INCLUDE.sub(
            lambda found: self.preprocess(
                loader.get_source(self.environment, found[1])[0].removesuffix("\n"), name, filename
            ),
            source,
        )
        language = cast("_Environment", self.environment).language
        whole = _MAIN.sub(r"\1{% filter whole %}\2{% endfilter %}\3", whole)
        return _WORD.sub(lambda found: escape(WORDS[found[1]].say(language)), whole)


class _Generator(CodeGenerator):
    """Has every value written, and function called, by one of ours: a page has hundreds of them."""

    def _output_child_pre(
        self,
        node: nodes.Expr,  # noqa: ARG002 – as the library has it
        frame: Frame,  # noqa: ARG002 – as the library has it
        finalize: CodeGenerator._FinalizeInfo,  # noqa: ARG002 – as the library has it
    ) -> None:
        self.write("environment.written(")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: FBT001, FBT002, N802, ARG002 – as the library has it
        """A call, of what takes no context: the library looks at each whether it does."""
        self.write("environment.called(")
        self.visit(node.node, frame)
        self.signature(node, frame)
        self.write(")")


class _Environment(Environment):
    code_generator_class = _Generator
    language: Language

    @staticmethod
    def called(function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """What a function gives."""
        return function(*args, **named)

    @staticmethod
    def written(value: Any) -> str:
        """A value as it stands in a page: escaped, unless it is markup."""
        kind = value.__class__
        if kind is str:
            return escaped(value)
        return value if kind is Markup else escape(value)


def _capitalize_first(text: str) -> str:
    """With a capital: ``nota's`` becomes ``Nota's``, and ``G40`` stays."""
    return text[:1].upper() + text[1:]


def _to(href: str | None) -> Markup:
    """The attributes of a link, if there is one."""
    return Markup() if href is None else safe(attributes(href))
