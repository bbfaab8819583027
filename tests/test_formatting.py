"""The formatter: one layout, and nothing that people wrote is lost."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from stadsgraaf.canonical import canonical_nquads
from stadsgraaf.cli import main
from stadsgraaf.formatting import format_texts, write

LOOSE = """@prefix ex: <http://example.org/ns#>.
### Part one
ex:a ex:p "# no comment","a\\"#b";ex:q [ex:r <x#y>,1.50] . # why
# last
PREFIX b: <http://example.org/b/>
b:x a b:Y .
"""
NEAT = """@prefix ex: <http://example.org/ns#> .

### Part one
ex:a ex:p "# no comment" , "a\\"#b" ;
    ex:q [ ex:r <x#y> , 1.50 ] . # why

# last
@prefix b: <http://example.org/b/> .

b:x a b:Y .
"""
ANNOTATED = "@prefix ex: <http://example.org/> .\nex:a ex:p ex:b {| ex:q 1 |} .\n"


def formatted(text: str) -> str:
    return format_texts({"a.ttl": text})["a.ttl"].after


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["fmt", *arguments], input=text)


def meaning(text: str) -> bytes:
    return canonical_nquads(parse(text.encode(), RdfFormat.TURTLE, base_iri="http://e/"))


def test_the_layout_changes_and_the_triples_stay() -> None:
    assert formatted(LOOSE) == NEAT
    assert meaning(LOOSE) == meaning(NEAT)


def test_what_is_formatted_stays_as_it_is() -> None:
    assert not format_texts({"a": NEAT})["a"].changed


@pytest.mark.parametrize("text", ["", "# only\n", "\ufeff# marked\n", "#! a\n## b\n#### c\n"])
def test_comments_stand_as_they_were(text: str) -> None:
    assert formatted(text).strip() == text.removeprefix("\ufeff").replace("#!", "# !").strip()


def test_windows_line_ends_become_plain_ones() -> None:
    assert formatted(NEAT.replace("\n", "\r\n")) == NEAT


def test_a_text_that_the_formatter_does_not_know_is_left_and_the_others_are_formatted() -> None:
    result = format_texts({"old": LOOSE, "annotated": ANNOTATED})
    assert (result["annotated"].after, result["old"].after) == (ANNOTATED, NEAT)
    assert result["annotated"].fault
    assert not result["old"].fault


def test_a_formatter_that_changes_the_triples_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "stadsgraaf.formatting._turtlefmt", lambda texts: [t.replace("1.50", "1.5") for t in texts]
    )
    result = format_texts({"a": LOOSE})["a"]
    assert (result.after, result.changed) == (LOOSE, False)
    assert "triples" in (result.fault or ("",))[0]


def test_a_formatter_that_drops_a_comment_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "stadsgraaf.formatting._turtlefmt", lambda texts: [t.replace("# why", "") for t in texts]
    )
    assert "comment" in (format_texts({"a": LOOSE})["a"].fault or ("",))[0]


_names = st.sampled_from(["ex:a", "ex:b", "<http://example.org/c#d>", "_:e", "[]", "( 1 ex:a )"])
_values = st.one_of(
    _names,
    st.integers().map(str),
    st.sampled_from(['"#"', "'''a # \" '\n'''", '"x"@nl-NL', '"1"^^ex:t', "true", "1e3", "-.5"]),
)
_gaps = st.sampled_from([" ", "\n", "\t", "  \r\n", " # note\n", "\n## Head\n"])


@settings(deadline=None)
@given(
    st.lists(st.tuples(_names, st.sampled_from(["ex:p", "a", "<q>"]), _values, _gaps), max_size=12)
)
def test_any_document_keeps_its_triples_and_its_comments(
    statements: list[tuple[str, str, str, str]],
) -> None:
    text = "@prefix ex: <http://example.org/> .\n" + "".join(
        f"{s}{gap}{p} {o}{gap}." for s, p, o, gap in statements
    )
    result = format_texts({"a": text})["a"]
    assert meaning(result.after) == meaning(text)
    assert result.after.count("note") == text.count("note")
    assert result.after.count("## Head") == text.count("## Head")
    assert not format_texts({"a": result.after})["a"].changed


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.ttl").write_text(LOOSE, encoding="utf-8")
    (tmp_path / "b.ttl").write_text(NEAT, encoding="utf-8")
    return tmp_path


def test_fmt_rewrites_what_is_loose(folder: Path) -> None:
    result = run(str(folder))
    assert result.exit_code == 0
    assert (folder / "a.ttl").read_text(encoding="utf-8") == NEAT
    assert "2 files, 1 formatted" in result.stderr


def test_check_changes_nothing_and_fails(folder: Path) -> None:
    assert run("--check", str(folder)).exit_code == 1
    assert (folder / "a.ttl").read_text(encoding="utf-8") == LOOSE
    assert run("--check", str(folder / "b.ttl")).exit_code == 0


def test_diff_shows_what_would_change(folder: Path) -> None:
    result = run("--diff", str(folder))
    assert result.exit_code == 1
    assert '+ex:a ex:p "# no comment"' in result.stdout


def test_a_file_with_syntax_errors_is_left_and_the_others_are_formatted(folder: Path) -> None:
    broken = "@prefix ex: <http://example.org/> .\nex:a ex:p\n"
    (folder / "c.ttl").write_text(broken, encoding="utf-8")
    result = run(str(folder))
    assert result.exit_code == 1
    assert "c.ttl:2:" in result.stderr
    assert (folder / "c.ttl").read_text(encoding="utf-8") == broken
    assert (folder / "a.ttl").read_text(encoding="utf-8") == NEAT


def test_a_file_that_cannot_be_opened_stops_no_other(folder: Path) -> None:
    (folder / "c.ttl").symlink_to("nowhere.ttl")
    (folder / "d.ttl").symlink_to("d.ttl")
    result = run(str(folder))
    assert result.exit_code == 1
    assert "c.ttl" in result.stderr
    assert "4 files, 1 formatted, 2 left as is" in result.stderr
    assert (folder / "a.ttl").read_text(encoding="utf-8") == NEAT


def test_a_link_is_the_file_that_it_leads_to_and_an_empty_file_is_left(folder: Path) -> None:
    (folder / "link.ttl").symlink_to("a.ttl")
    (folder / "empty.ttl").touch()
    result = run(str(folder))
    assert result.exit_code == 0
    assert "3 files, 1 formatted, 0 left as is" in result.stderr
    assert not (folder / "empty.ttl").read_bytes()


def test_stdin_goes_to_stdout() -> None:
    assert run("-", text=LOOSE).stdout == NEAT
    assert run("-", text="ex:a ex:p .").exit_code == 1
    assert run("--check", "-", text=LOOSE).exit_code == 1
    assert run("-", "a.ttl").exit_code == 2


def test_permissions_and_links_survive(folder: Path) -> None:
    link = folder / "link.ttl"
    (folder / "a.ttl").chmod(0o640)
    link.symlink_to("a.ttl")
    write(link, NEAT)
    assert link.is_symlink()
    assert (folder / "a.ttl").read_text(encoding="utf-8") == NEAT
    assert (folder / "a.ttl").stat().st_mode & 0o777 == 0o640
