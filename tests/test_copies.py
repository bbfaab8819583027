"""What became of a copy of a source is told, as far as it can be."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from stadsgraaf.copies import explain
from stadsgraaf.evidence import Evidence, Passage, SourceText

TEXT = "Eén stad hoopt iets.\nEen andere stad doet iets.\nEn meer.\n"
WORDS = ["stad hoopt", "andere stad", "doet iets"]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def passages() -> list[Passage]:
    starts = [(words, TEXT.index(words)) for words in WORDS]
    return [
        Passage(f"urn:{words[:4]}", {}, "urn:doc", start, start + len(words), digest(words))
        for words, start in starts
    ]


def told(tmp_path: Path, copy: str) -> list[str]:
    (tmp_path / "copy.txt").write_bytes(copy.encode())
    source = SourceText.read(tmp_path / "copy.txt")
    found = passages()
    wrong = [passage for passage in found if not passage.holds(source)]
    return explain(
        source, Evidence(found, wrong, ["it differs"] if copy != TEXT else []), [digest(TEXT)]
    )


def test_of_the_source_itself_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert told(tmp_path, TEXT) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("\n", "\r\n"), "line ends were made CR LF"),
        (lambda text: "\ufeff" + text, "byte order mark was put before it"),
        (lambda text: "\ufeff" + text.replace("\n", "\r\n"), "before it and its line ends"),
        (lambda text: text + "\n", "newline was added"),
        (lambda text: text[:-1], "newline at its end was removed"),
    ],
)
def test_what_programs_do_in_passing_is_named(
    tmp_path: Path, change: Callable[[str], str], says: str
) -> None:
    (hint,) = told(tmp_path, change(TEXT))
    assert hint.startswith("it is the source, but")
    assert says in hint


@pytest.mark.parametrize(
    ("copy", "hints"),
    [
        ("", ["the file is empty"]),
        ("x" * 200, ["no passage stands where it should: this seems to be another text"]),
        (
            TEXT.replace("meer", "minder"),
            [
                (
                    "every passage stands where it should: it differs outside of the passages,"
                    " or the digest that the dataset gives for it is wrong"
                )
            ],
        ),
        (TEXT.replace("doet", "laat"), ["the first difference is before character 46"]),
    ],
)
def test_what_is_otherwise_different_is_placed(tmp_path: Path, copy: str, hints: list[str]) -> None:
    assert told(tmp_path, copy) == hints


def test_words_put_in_or_left_out_shift_what_follows(tmp_path: Path) -> None:
    _, more = told(tmp_path, TEXT.replace("Een andere", "Een hele andere"))
    assert more == "urn:ande stands +5 characters on: text was put in before it"
    _, less = told(tmp_path, TEXT.replace("iets.\nEen", "\nEen"))
    assert less == "urn:ande stands -5 characters on: text was left out before it"
