"""What is suppressed is nowhere: not in the next release, not in older ones, in no answer."""

import gzip
import os
import shutil
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import zstandard
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse
from serving import serving, until

from stadsgraaf.archive import Archive
from stadsgraaf.build import Options, build
from stadsgraaf.changes import CHANGES
from stadsgraaf.cli import main
from stadsgraaf.errors import UsageError
from stadsgraaf.release import FORMAT
from stadsgraaf.remains import Names
from stadsgraaf.suppression import Suppressed
from stadsgraaf.verification import verify

BASE = "https://example.org/"
JANSEN = BASE + "id/person/jansen"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
HEAD = f"""@prefix : <{BASE}id/person/> .
@prefix def: <{BASE}def/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix vann: <http://purl.org/vocab/vann/> .
"""
DATASET = f'<{BASE}> a dcat:Dataset ; dct:title "T"@en ; vann:preferredNamespaceUri "{BASE}" .\n'
PEOPLE = (
    ":jansen a def:Person ; rdfs:label 'Jansen secretus'@nl ; def:address [ def:street 'Hidden lane' ] .\n"
    ":smit a def:Person ; rdfs:label 'Smit {}'@nl ; def:knows :jansen ;"
    f" rdfs:comment 'See {JANSEN} for more.'@en .\n"
)
TRACES = ("person/jansen", "Jansen secretus", "Hidden lane")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "data").mkdir(parents=True)
    (folder / "queries").mkdir()
    (folder / "data" / "dataset.ttl").write_text(HEAD + DATASET, encoding="utf-8")
    (folder / "queries" / "about-jansen.rq").write_text(
        f"#+ summary: Jansen\n#+ summary@nl: Jansen\nSELECT * {{ <{JANSEN}> ?p ?o }}\n"
    )
    return folder


def publish(source: Path, archive: Path, number: int) -> str:
    text = HEAD + PEOPLE.format(number)
    (source / "data" / "people.ttl").write_text(text, encoding="utf-8")
    return build(source, archive).identifier


def traces(folder: Path) -> list[str]:
    """Files that still have something of it, also packed."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "suppressed":
            content = path.read_bytes()
            if path.suffix == ".gz":
                content = gzip.decompress(content)
            elif path.suffix == ".zst":
                content = zstandard.ZstdDecompressor().decompress(content)
            found += [str(path) for trace in TRACES if trace.encode() in content]
    return found


def suppress(archive: Path, *iris: str) -> str:
    result = CliRunner().invoke(main, ["suppress", str(archive), *iris])
    assert result.exit_code == 0, result.output
    return result.output


def test_it_is_removed_from_every_release_that_is_kept(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    old = [publish(source, archive.path, number) for number in range(3)]
    assert traces(archive.path)
    suppress(archive.path, JANSEN)
    assert traces(archive.path) == []
    kept = [each.identifier for each in archive.kept()]
    assert len(kept) == 3
    assert not set(kept) & set(old)
    for before, after in zip(reversed(old), kept, strict=True):
        assert archive.open(before).identifier == after  # the old name leads to the new one
        assert not list(verify(archive.releases / after))
    texts = [archive.open(each).data.read_text(encoding="utf-8") for each in old]
    assert [f"Smit {number}" in text for number, text in enumerate(texts)] == [True] * 3


def test_the_next_release_does_not_have_it_either(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    publish(source, archive.path, 0)
    suppress(archive.path, JANSEN)
    publish(source, archive.path, 1)
    assert traces(archive.path) == []
    release = archive.current()
    assert release
    graphs = {graph.iri: graph.triples for graph in release.manifest.graphs}
    assert graphs[BASE + "graph/people"] == len(
        [
            quad
            for quad in parse(path=release.data, format=RdfFormat.N_QUADS)
            if quad.graph_name.value == BASE + "graph/people"
        ]
    )


def test_a_list_in_the_folder_counts_too(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    publish(source, archive.path, 0)
    (source / "suppressed.txt").write_text(f"# asked in November\n{BASE}id/person/j*\n")
    publish(source, archive.path, 0)
    assert traces(archive.path) == []


def test_rolling_back_does_not_bring_it_back(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    first = publish(source, archive.path, 0)
    shutil.copytree(archive.releases / first, tmp_path / "backup")
    publish(source, archive.path, 1)
    suppress(archive.path, JANSEN)
    (archive.path / "superseded").unlink()
    shutil.copytree(tmp_path / "backup", archive.releases / first)  # an old backup, put back
    assert traces(archive.path)
    result = CliRunner().invoke(main, ["rollback", str(archive.path), "--to", first])
    assert result.exit_code == 0, result.output
    assert traces(archive.path) == []
    release = archive.current()
    assert release
    assert "Smit 0" in release.data.read_text(encoding="utf-8")


def test_a_release_that_is_no_longer_suppressed_can_come_back(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    first = publish(source, archive.path, 0)
    suppress(archive.path, JANSEN)
    assert archive.open(first).identifier != first
    (archive.path / "suppressed").write_text("", encoding="utf-8")
    assert build(source, archive.path).identifier == first
    assert archive.open(first).identifier == first == archive.identifier


def test_no_answer_has_it_and_its_page_is_gone(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    old = publish(source, archive.path, 0)
    publish(source, archive.path, 1)
    everything = "/sparql?query=" + quote("SELECT * { GRAPH ?g { ?s ?p ?o } }")
    paths = ("/doc/person/jansen", "/doc/person/smit.nt", "/search.json?q=secretus", everything)

    def get(path: str) -> tuple[int, str]:
        request = urllib.request.Request(server.base + path, headers={"Accept": "*/*"})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def of_old(path: str) -> str:
        return path + ("&" if "?" in path else "?") + f"release={old}"

    with serving(archive.path, {"watch": 0.1}) as server:
        for path in (*paths, *map(of_old, paths)):
            status, text = get(path)
            assert status == 200, path
            assert "ansen" in text, path
        suppress(archive.path, JANSEN)
        os.kill(server.pid, signal.SIGHUP)
        until(lambda: get(paths[0])[0] != 200)
        for path in (*paths[1:], *map(of_old, paths[1:])):
            status, text = get(path)
            assert status == 200, path
            assert not any(trace in text for trace in TRACES), path
        for path in (paths[0], of_old(paths[0]), "/doc/person/jansen.ttl"):
            status, text = get(path)
            assert status == 410, path
            assert "removed on request" in text or "op verzoek" in text


def test_blank_nodes_go_with_what_they_hung_from() -> None:
    text = """<urn:a> <urn:p> _:x . _:x <urn:p> _:y . _:y <urn:p> _:z . <urn:b> <urn:p> _:z .
    _:z <urn:p> 1 . <urn:b> <urn:p> <<( <urn:a> <urn:p> 1 )>> . <urn:b> <urn:c> "see urn:a" ."""
    quads = list(parse(text, RdfFormat.TURTLE))
    kept = list(Suppressed.of(["urn:a"]).kept(quads))
    assert {str(quad.subject) for quad in kept if "urn" in str(quad.subject)} == {"<urn:b>"}
    assert len(kept) == 2


def test_what_is_no_iri_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("# note\nurn:a\nnot an iri\n")
    with pytest.raises(UsageError, match="list:3"):
        Suppressed.read(tmp_path / "list")


def test_a_damaged_list_is_an_error_and_not_an_empty_one(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    publish(source, archive.path, 0)
    suppress(archive.path, JANSEN)
    with (archive.path / "suppressed").open("ab") as listed:
        listed.write(b"urn:\xff\n")
    for arguments in (["suppress", str(archive.path)], ["build", str(source), "-o", archive.path]):
        result = CliRunner().invoke(main, [*map(str, arguments)])
        assert result.exit_code == 2
        assert "suppressed:3: " in result.output
        assert "is not an IRI" in result.output
    assert archive.has_suppressed(JANSEN)  # what serves goes on by what it can read


def test_a_folder_in_place_of_the_list_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "suppressed").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        _ = Archive(tmp_path).suppressed


NOTES = (
    ":pool a def:Company ; rdfs:label 'Pool'@en ; rdfs:comment 'Seen with JÁNSEN\\nSecretus.'@en ;"
    " def:note [ def:part [ rdfs:comment 'jansen secretus'@nl ] ] .\n"
    ":other a def:Company ; rdfs:label 'Jansen Secretussen'@nl .\n"
)


def test_of_every_release_is_told_where_its_name_still_stands(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    publish(source, archive.path, 0)
    (source / "data" / "notes.ttl").write_text(HEAD + NOTES, encoding="utf-8")
    publish(source, archive.path, 1)
    publish(source, archive.path, 2)
    told = suppress(archive.path, JANSEN)
    clean = {
        each.identifier for each in archive.kept() if f"release {each.identifier}:" not in told
    }
    assert len(clean) == 1
    assert "Smit 0" in archive.open(clean.pop()).data.read_text(encoding="utf-8")
    assert told.count("2 texts or IRIs still have a name of what is suppressed") == 2
    assert (
        f"“Jansen secretus” in {RDFS}comment of {BASE}id/person/pool, in {BASE}graph/notes" in told
    )
    assert f"a blank node of {BASE}id/person/pool, in {BASE}graph/notes" in told
    assert "Change these texts and build again" in told
    assert "person/other" not in told  # another word
    assert "still have" not in suppress(archive.path)  # its names are not remembered
    assert (
        "still have"
        in CliRunner()
        .invoke(main, ["suppress", str(archive.path), "--name", "jansen  SECRETUS"])
        .output
    )


def test_a_build_tells_the_file_and_line_of_a_name_that_still_stands(
    source: Path, tmp_path: Path
) -> None:
    (source / "data" / "notes.ttl").write_text(HEAD + NOTES, encoding="utf-8")
    (source / "data" / "people.ttl").write_text(HEAD + PEOPLE.format(0), encoding="utf-8")
    (source / "suppressed.txt").write_text(f"{JANSEN}\n")
    command = ["build", str(source), "-o", str(tmp_path / "archive"), "--quiet", "--keep", "1"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    line = HEAD.count("\n") + 1
    assert result.output.count(f"data/notes.ttl:{line}") == 2
    assert "Change these texts" in result.output
    (source / "data" / "notes.ttl").unlink()
    assert "still" not in CliRunner().invoke(main, command).output


def test_what_is_told_of_a_release_is_bounded(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    notes = "".join(f":n{n} rdfs:comment 'Jansen secretus {n}'@nl .\n" for n in range(100))
    (source / "data" / "notes.ttl").write_text(HEAD + notes, encoding="utf-8")
    publish(source, archive.path, 0)
    told = suppress(archive.path, JANSEN)
    assert "100 texts or IRIs still have" in told
    assert "and 80 more" in told
    assert told.count("rdf-schema#comment") == 20


def _of_another_version(release: Path) -> None:
    manifest = release / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace(f'"format": {FORMAT}', '"format": 3'), encoding="utf-8")


def _damaged(release: Path) -> None:
    data = release / "data.nq"
    data.write_bytes(data.read_bytes() + b"no quad\n")


@pytest.mark.parametrize("spoil", [_of_another_version, _damaged])
def test_what_cannot_be_rewritten_is_removed_and_stops_nothing(
    source: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    archive = Archive(tmp_path / "archive")
    old = publish(source, archive.path, 0)
    publish(source, archive.path, 1)
    spoil(archive.releases / old)
    assert old in CliRunner().invoke(main, ["releases", str(archive.path)]).output
    assert f"removed {old}" in suppress(archive.path, JANSEN)
    assert traces(archive.path) == []
    spoil(archive.path / "current")
    with (archive.path / "current" / "data.nq").open("ab") as data:
        data.write(f"# <{JANSEN}>\n".encode())
    result = CliRunner().invoke(main, ["suppress", str(archive.path)])
    assert result.exit_code == 1
    assert "build again, or roll back" in result.output
    publish(source, archive.path, 2)
    assert traces(archive.path) == []
    assert len(archive.kept()) == 1


def test_of_a_person_the_last_name_is_looked_for_in_texts_and_iris(
    source: Path, tmp_path: Path
) -> None:
    archive = Archive(tmp_path / "archive")
    notes = (
        ":vries a def:Person ; rdfs:label 'Anna de Vries'@nl .\n:hall a def:Hall ;"
        " rdfs:label 'Room of Anna'@en ; rdfs:seeAlso <urn:anna%20de%20vries> .\n"
        ":tale-of-vries rdfs:label 'Vries zingt'@nl , 'Vries sings'@en .\n"
    )
    (source / "data" / "notes.ttl").write_text(HEAD + notes, encoding="utf-8")
    publish(source, archive.path, 0)
    told = suppress(archive.path, BASE + "id/person/vries")
    assert "4 texts or IRIs still have" in told
    assert f"“Vries” in {RDFS}label of {BASE}id/person/tale-of-vries" in told
    assert f"“Vries” in the IRI of {BASE}id/person/tale-of-vries" in told
    assert f"“Anna de Vries” in {RDFS}seeAlso of {BASE}id/person/hall" in told
    told = suppress(archive.path, BASE + "id/person/hall")
    assert "still" not in told  # no other name than “Room of Anna”, which nothing else has


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Zoë de Vries", "wat ZOE DE\u00a0VRIES' plan", "Zoë de Vries"),
        ("Zoe", "Zoe", None),
        ("Łukasz", "łukasz.", "Łukasz"),
        ("Straße", "STRASSE", "Straße"),
        ("Jansen", "Jan\u00adsen", "Jansen"),
        ("Jansen", "Janse\u0301n", "Jansen"),
        ("Jansen", "Jansens", None),
        ("Jansen-Smit", "jansen smit", "Jansen-Smit"),
        ("Jansen Smit", "Jansen en Smit", None),
        ("2024", "2024", None),
        ("«—»", "«—»", None),
    ],
)
def test_a_name_is_found_as_whole_words_in_any_case_and_with_any_accent(
    name: str, text: str, found: str | None
) -> None:
    assert Names([name]).within(text) == found


def test_a_name_in_a_canned_query_is_told_too(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    query = "#+ summary: Jansen Secretus\n#+ summary@nl: x\nSELECT * { ?s ?p ?o }\n"
    (source / "queries" / "a.rq").write_text(query)
    publish(source, archive.path, 0)
    assert "in summary of a, in queries.json" in suppress(archive.path, JANSEN)


def test_a_file_that_is_published_by_itself_has_no_list(tmp_path: Path) -> None:
    alone = tmp_path / "alone.ttl"
    alone.touch()
    assert not Suppressed.read(alone / "suppressed.txt")


def test_what_is_suppressed_is_not_in_what_changed_either(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stadsgraaf.writing.LARGE", 0)
    archive = tmp_path / "archive"
    publish(source, archive, 0)
    (source / "queries" / "about-jansen.rq").unlink()
    (source / "data" / "people.ttl").write_text(HEAD + ":smit a def:Person , def:Man .\n")
    build(source, archive, Options(force=True))
    changed = (archive / "current" / CHANGES).read_bytes()
    assert any(trace.encode() in changed for trace in TRACES)
    suppress(archive, JANSEN)
    assert traces(archive) == []
    assert not list(verify((archive / "current").resolve()))
