"""The words of the interface: each in both languages, each used, none missing."""

import re
from pathlib import Path
from string import Formatter

import pytest

import stadsgraaf.web
from stadsgraaf.web.words import WORDS

WEB = Path(stadsgraaf.web.__file__).parent
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted([*WEB.glob("templates/*.html"), *WEB.glob("**/*.py")])
    if "node_modules" not in path.parts and path.name != "words.py"
)


@pytest.mark.parametrize("key", WORDS)
def test_a_word_is_in_both_languages(key: str) -> None:
    assert WORDS[key].en.strip()
    assert WORDS[key].nl.strip()


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_fill_in_the_same(key: str) -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    assert fields(WORDS[key].en) == fields(WORDS[key].nl)


def test_a_word_that_is_used_is_in_the_table() -> None:
    used = set(re.findall(r"""\bt\(\s*["']([A-Za-z_]+)["']\s*[,)]""", SOURCES))
    for key in re.findall(r"""count\(["'](\w+)["']""", SOURCES):
        used |= {f"{key}_one", f"{key}_many"}
    assert len(used) > 100
    assert not used - set(WORDS)


def test_a_word_in_the_table_is_used() -> None:
    said = set(re.findall(r"""["'](\w+)["']""", SOURCES))
    starts = tuple(re.findall(r'"(\w+_)" ~', SOURCES)) + tuple(re.findall(r'f"(\w+_)\{', SOURCES))
    for key in WORDS:
        stem = re.sub(r"_(?:one|many|back)\Z", "", key)
        assert stem in said or key in said or key.startswith(starts), key


def test_no_page_speaks_words_of_its_own() -> None:
    for path in sorted(WEB.glob("templates/*.html")):
        text = re.sub(r"\{[{%#].*?[}%#]\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"<(pre|script)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
        words = set(re.findall(r"[A-Za-z]{3,}", text))
        assert words <= {"IRI", "SHA", "BibTeX", "CSL", "JSON", "Triples", "nbsp", "DOCTYPE"}, path
