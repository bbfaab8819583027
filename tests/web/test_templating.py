"""How a value becomes text of a page."""

import re

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from stadsgraaf.web.templating import TEMPLATES, environment, render
from stadsgraaf.web.urls import LANGUAGES
from stadsgraaf.web.words import WORDS


def written(value: object) -> str:
    return environment("nl").from_string("{{ value }}").render(value=value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        (Markup("<b>"), "<b>"),
        (12, "12"),
        (1.5, "1.5"),
        (True, "True"),
        (None, "None"),
        ("a=b", "a=b"),
        ("onclick = alert(1)", "onclick &#61; alert(1)"),
        ("<i ONLOAD=x>", "&lt;i ONLOAD&#61;x&gt;"),
    ],
)
def test_a_value_is_escaped_unless_it_is_markup(value: object, text: str) -> None:
    assert written(value) == text


def test_what_a_page_was_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment("nl").from_string("{{ value }}").render()


def test_a_link_that_leaves_the_site_vouches_for_nothing() -> None:
    link = environment("nl").from_string("<a {{ href|to }}>")
    assert link.render(href='/x?a=1&b="') == '<a href="/x?a=1&amp;b=&#34;">'
    assert 'rel="nofollow ugc noopener noreferrer"' in link.render(href="https://example.org/")
    assert link.render(href=None) == "<a >"


def test_characters_that_html_cannot_carry_are_replaced_wherever_they_come_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    template = environment("nl").from_string("{{ text }} {{ markup }}")
    monkeypatch.setattr(environment("nl"), "get_template", lambda _: template)
    shown = render("any", "nl", text="a\x00b", markup=Markup("c\ufdd0\x85d"))
    assert shown.decode() == "a\ufffdb c\ufffd\ufffdd"


def test_a_part_of_a_page_reads_macros_once_where_the_page_does() -> None:
    reads = re.compile(r'from "(_\w+\.html)" import')
    includes = re.compile(r'include "(_\w+\.html)"')
    texts = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html")}
    for name, text in texts.items():
        for part in includes.findall(text):
            again = set(reads.findall(text)) & set(reads.findall(texts[part]))
            assert not again, f"{part} reads {again} again after {name}"


def test_the_words_of_a_language_are_in_its_templates() -> None:
    for language in LANGUAGES:
        template = environment(language).from_string('{{ t("start") }}')
        assert template.render() == WORDS["start"].say(language)
