"""The commands: exit codes, help, and messages that say what to do."""

import errno
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stadsgraaf.cli import main
from stadsgraaf.settings import Settings

GOOD = '@prefix ex: <http://example.org/> .\nex:a a ex:Thing ; ex:name "A"@nl .\n'


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.ttl").write_text(GOOD, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["", *sorted(main.commands)])
def test_help_shows_examples(name: str) -> None:
    result = run(*filter(None, [name]), "--help")
    assert result.exit_code == 0
    assert "Examples:" in result.output


def test_an_unknown_command_is_wrong_usage() -> None:
    assert run("publsh").exit_code == 2


@pytest.mark.parametrize("command", ["build", "validate", "serve"])
def test_a_folder_that_does_not_exist_is_wrong_usage(command: str, tmp_path: Path) -> None:
    result = run(command, str(tmp_path / "none"))
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_messages_are_dutch_where_the_user_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")
    assert "bestaat niet" in run("validate", str(tmp_path / "none")).stderr
    (tmp_path / "a.ttl").write_text(GOOD + "ex:a ex:b .\n", encoding="utf-8")
    assert "1 overtreding" in run("validate", str(tmp_path)).stdout
    assert "1 violation" in run("validate", str(tmp_path), "--language", "en").stdout
    assert "1 overtreding" in run("build", str(tmp_path), "-o", str(tmp_path / "out")).stderr


def test_an_empty_folder_has_nothing_to_serve(tmp_path: Path) -> None:
    result = run("build", str(tmp_path), "--output", str(tmp_path / "out"))
    assert (result.exit_code, "no Turtle file" in result.stderr) == (2, True)


def test_an_unexpected_failure_is_exit_code_3(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("stadsgraaf.dataset.Dataset.load", fail)
    assert run("validate", str(folder)).exit_code == 3


def test_build_prints_the_release(folder: Path, tmp_path: Path) -> None:
    result = run("build", str(folder), "--output", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert Path(result.stdout.strip(), "data.nq").is_file()


def test_validate_names_file_and_line(folder: Path) -> None:
    (folder / "b.ttl").write_text("@prefix ex: <http://example.org/> .\n\nex:a ex:b .\n")
    result = run("validate", str(folder))
    assert result.exit_code == 1
    assert "b.ttl\n  3:11  violation" in result.stdout


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("@prefix e: <http://e/> .\ne:a e:p “x” .", "stdin.ttl:2:9"),
        ('{"@id": "http://e/a",\n "http://e/p": 1,}', "stdin.jsonld:2:17"),
        ('<?xml version="1.0"?>\n<a>', "stdin.rdf:2:"),
    ],
)
def test_validate_reads_stdin_as_what_it_looks_like(text: str, place: str) -> None:
    said = run("validate", "-", "--quiet", "--format", "lines", text=text)
    assert said.exit_code == 1
    assert said.stdout.startswith(place)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-", "other.ttl"],
        ["-", "--changed"],
        ["--baseline", "a.json", "--write-baseline", "b.json"],
        [".", "--since", "https://example.org/a.ttl"],
    ],
)
def test_validate_refuses_what_contradicts_itself(arguments: list[str], folder: Path) -> None:
    paths = [str(folder) if one == "." else one for one in arguments]
    assert run("validate", *paths, text="").exit_code == 2


def test_validate_of_good_data_is_zero(folder: Path) -> None:
    assert run("validate", str(folder)).exit_code == 0


def test_several_reports_can_be_written_at_once(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = run("validate", str(folder), "--format", "text", "--format", f"json={report}")
    assert result.exit_code == 0
    assert "2 triples" in result.stdout
    assert json.loads(report.read_text())["conforms"] is True


def test_an_unknown_report_format_is_wrong_usage(folder: Path) -> None:
    result = run("validate", str(folder), "--format", "pdf")
    assert (result.exit_code, "sarif" in result.stderr) == (2, True)


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld"])
def test_query_for_no_triple_answers_at_once_with_none(folder: Path, form: str) -> None:
    construct = "DESCRIBE <http://nowhere.example/>"
    result = run("query", "-", "--data", str(folder), "--format", form, text=construct)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.strip() in ("", "[]")


def test_query_reads_stdin_and_answers_tsv(folder: Path) -> None:
    result = run(
        "query", "-", "--data", str(folder), text="SELECT ?o { ?s <http://example.org/name> ?o }"
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == ["?o", '"A"@nl']


def test_query_answers_in_the_format_asked(folder: Path) -> None:
    result = run(
        "query", "-", "--data", str(folder), "--format", "json", text="ASK { ?s ?p 'A'@nl }"
    )
    assert json.loads(result.stdout)["boolean"] is True


def test_an_answer_on_the_terminal_ends_its_last_line(folder: Path) -> None:
    for form in ("tsv", "csv", "json", "xml"):
        result = run(
            "query", "-", "--data", str(folder), "--format", form, text="ASK { ?s ?p 'A'@nl }"
        )
        assert result.stdout.endswith("\n"), form
        assert "true" in result.stdout


@pytest.fixture
def canned(folder: Path) -> Path:
    """The folder, with a query that has parameters."""
    (folder / "queries").mkdir()
    (folder / "queries" / "list-names.rq").write_text(
        "#+ summary: Names\n#+ parameters:\n#+   - name: s\n#+   - name: day\n#+     type: xsd:date\n"
        "SELECT ?o ?day { ?s <http://example.org/name> ?o }",
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["day=2018-02-30"], "“2018-02-30” is not a date such as 2017-09-13"),
        (["s=not an iri"], "“not an iri” is not an IRI"),
        (["s=urn:a", "s=urn:b"], "“s” may be given only once"),
        (["colour=red"], "this query has the parameters: s, day"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_in_words(
    canned: Path, given: list[str], says: str
) -> None:
    arguments = [each for pair in given for each in ("--set", pair)]
    result = run("query", "list-names", "--data", str(canned), *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_a_parameter_may_have_a_prefix_of_the_data(canned: Path) -> None:
    (canned / "more.ttl").write_text(
        "@prefix mine: <http://mine.example/> . mine:a <http://example.org/name> 'B' .",
        encoding="utf-8",
    )
    result = run("query", "list-names", "--data", str(canned), "--set", "s=mine:a")
    assert result.stdout.splitlines()[1:] == ['"B"\t']


def test_a_query_that_is_not_there_has_a_neighbour(canned: Path) -> None:
    result = run("query", "list-name", "--data", str(canned))
    assert result.exit_code == 2
    assert "did you mean list-names?" in result.stderr


def test_query_of_a_graph_form_is_turtle(folder: Path) -> None:
    result = run("query", "-", "--data", str(folder), text="CONSTRUCT WHERE { ?s ?p ?o }")
    assert '"A"@nl' in result.stdout


def test_query_takes_a_release_too(folder: Path, tmp_path: Path) -> None:
    run("build", str(folder), "--output", str(tmp_path / "out"))
    result = run(
        "query", "-", "--data", str(tmp_path / "out" / "current"), text="ASK { ?s ?p 'A'@nl }"
    )
    assert "true" in result.stdout


def test_query_with_a_syntax_error_says_line_and_column(folder: Path) -> None:
    result = run("query", "-", "--data", str(folder), text="SELECT *\nWHERE { ?s ?p }")
    assert result.exit_code == 1
    assert "line 2, column" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["none.rq"],
        ["-", "--set", "x"],
        ["-", "--set", "x=1"],
        ["-", "--format", "ttl"],
        ["-", "--format", "png"],
    ],
)
def test_query_wrongly_used_is_exit_code_2(folder: Path, arguments: list[str]) -> None:
    result = run("query", *arguments, "--data", str(folder), text="ASK {}")
    assert result.exit_code == 2, result.stderr


def test_settings_say_where_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STADSGRAAF_PORT", "8081")
    output = run("settings").stdout
    assert "port = 8081  (STADSGRAAF_PORT)" in output
    assert "host = '127.0.0.1'  (default)" in output


def test_settings_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STADSGRAAF_ADMIN_TOKEN", "s3cret")
    output = run("settings").stdout
    assert "admin_token = …  (STADSGRAAF_ADMIN_TOKEN)" in output
    assert "s3cret" not in output + repr(Settings(admin_token="s3cret"))


def test_evidence_prints_claim_beside_passage(root: Path, article: Path) -> None:
    result = run("evidence", str(root), "--source", str(article))
    assert result.exit_code == 0, result.stderr
    assert "183 of 183" in result.stderr


def test_evidence_says_how_much_is_covered_and_what_is_not(root: Path, article: Path) -> None:
    result = run("evidence", str(root), "--source", str(article), "--quiet", "--gaps")
    assert re.search(r"they cover \d+ of 8561 characters \(9\d\.\d%\)", result.stderr)
    gaps = re.findall(r"^no claim \[\d+:\d+\]", result.stdout, re.MULTILINE)
    assert f"stretches without a claim: {len(gaps)}" in result.stderr


def test_evidence_of_data_that_cannot_be_read_fails_before_it_counts(tmp_path: Path) -> None:
    (tmp_path / "claims.ttl").write_text("<#a> a <#B> ;; .\n<#c> a ,, .\n", "utf-8")
    (tmp_path / "source.txt").write_text("…", "utf-8")
    result = run("evidence", str(tmp_path), "--source", str(tmp_path / "source.txt"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "claims.ttl:2:" in result.stderr


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("\n", "\r\n"), "CR LF"),
        (lambda text: "\ufeff" + text, "byte order mark"),
        (lambda text: "", "empty"),
        (lambda text: "iets anders " * 50, "another text"),
    ],
    ids=["line ends", "byte order mark", "empty", "another text"],
)
def test_evidence_says_what_became_of_a_copy(
    root: Path, article: Path, tmp_path: Path, change: Callable[[str], str], says: str
) -> None:
    copy = tmp_path / "copy.txt"
    copy.write_bytes(change(article.read_bytes().decode("utf-8")).encode())
    result = run("evidence", str(root), "--source", str(copy), "--quiet")
    assert result.exit_code == 1
    assert says in result.stderr


def test_evidence_of_no_file_or_of_a_folder_fails_with_its_own_code(
    root: Path, tmp_path: Path
) -> None:
    missing = run("evidence", str(root), "--source", str(tmp_path / "none.txt"))
    assert (missing.exit_code, "does not exist" in missing.stderr) == (2, True)
    folder = run("evidence", str(root), "--source", str(tmp_path))
    assert (folder.exit_code, "is no file" in folder.stderr) == (1, True)


def test_evidence_fails_on_a_source_that_changed(root: Path, article: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.txt"
    changed.write_text(
        article.read_text(encoding="utf-8").replace("Amersfoort", "Amersfort"), "utf-8"
    )
    result = run("evidence", str(root), "--source", str(changed), "--quiet")
    assert result.exit_code == 1
    assert "MISMATCH" in result.stdout


@pytest.mark.parametrize(
    ("number", "exit_code", "words"),
    [
        (errno.ENOSPC, 3, "There is no space left on the device of /data/x."),
        (errno.EACCES, 3, "This user may not read or write /data/x."),
        (errno.EROFS, 3, "/data/x is on a disk that can only be read."),
        (errno.ENOENT, 2, "/data/x does not exist."),
    ],
)
def test_what_the_machine_refuses_is_said_in_one_line_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, exit_code: int, words: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "/data/x")

    monkeypatch.setattr("stadsgraaf.composition.write_files", refuse)
    result = run("build", str(folder), "--output", str(folder / "out"), "--quiet")
    assert result.exit_code == exit_code
    assert result.stderr == f"stadsgraaf: {words}\n"
    assert list((folder / "out" / "releases").iterdir()) == []
