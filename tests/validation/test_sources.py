"""Any files of any RDF serialisation are read, each triple at its place where it has one."""

import os
from pathlib import Path

import pytest

from stadsgraaf.errors import NoSuchPath, NothingToServe, UsageError
from stadsgraaf.validation import Options, Severity, gather, validate
from stadsgraaf.validation.serialisations import read

BAD = '"x"^^<http://www.w3.org/2001/XMLSchema#date>'
#: The same two triples in each serialisation; the second is not well-formed.
SAME = {
    "a.ttl": (f"<http://e/a> <http://e/p> 1 .\n<http://e/a> <http://e/q>  {BAD} .\n", (2, 28)),
    "a.nt": (f'<http://e/a> <http://e/p> "1" .\n<http://e/a> <http://e/q> {BAD} .\n', (2, 27)),
    "a.nq": (
        f'<http://e/a> <http://e/p> "1" <http://e/g> .\n<http://e/a> <http://e/q> {BAD} <http://e/g> .\n',
        (2, 27),
    ),
    "a.trig": (f"@prefix : <http://e/> .\n:g {{ :a :p 1 .\n :a :q {BAD} }}\n", (3, 8)),
    "a.rdf": (
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
            '<rdf:Description rdf:about="http://e/a"><e:p>1</e:p>'
            '<e:q rdf:datatype="http://www.w3.org/2001/XMLSchema#date">x</e:q></rdf:Description></rdf:RDF>'
        ),
        (1, 196),
    ),
    "a.jsonld": (
        (
            '{"@id": "http://e/a", "http://e/p": 1, "http://e/q": '
            '{"@value": "x", "@type": "http://www.w3.org/2001/XMLSchema#date"}}'
        ),
        (1, 66),
    ),
}


@pytest.mark.parametrize("name", sorted(SAME))
def test_a_fault_is_found_in_every_serialisation(name: str, tmp_path: Path) -> None:
    text, place = SAME[name]
    (tmp_path / name).write_text(text)
    report = validate(gather([tmp_path]).dataset)
    (finding,) = [f for f in report.findings if f.severity == "violation"]
    assert (finding.name, finding.span.file) == ("lexical/literal", name)
    assert (finding.span.line, finding.span.column) == place
    assert report.triples == 2


BROKEN = {
    "a.nt": (
        "<http://e/a> <http://e/p> 1 .\n<http://e/a> <http://e/p> <http://e/b> .\nx\n",
        [1, 3],
    ),
    "a.nq": ("<http://e/a> <http://e/p> <http://e/b> <http://e/g> .\nx y z .\n", [2]),
    "a.trig": ("@prefix : <http://e/> .\n:g { :a :p x:y . :a :p 1 }\n:h { :a y:p 1 }\n", [2, 3]),
    "a.rdf": ("<rdf:RDF>", [1]),
    "a.jsonld": ('{"@id": ', [1]),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_file_that_cannot_be_read_is_told_and_stops_no_other(name: str, tmp_path: Path) -> None:
    text, lines = BROKEN[name]
    (tmp_path / name).write_text(text)
    (tmp_path / "b.ttl").write_text(f"<http://e/a> <http://e/q> {BAD} .\n")
    report = validate(gather([tmp_path]).dataset)
    found = [(f.span.file, f.span.line) for f in report.findings if f.name.startswith("syntax/")]
    assert found == [(name, line) for line in lines]
    assert "lexical/literal" in [f.name for f in report.findings]
    assert not report.conforms


def test_trig_knows_where_its_triples_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.trig"
    path.write_text(
        '@prefix : <http://e/> .\n:g { :a :b "} {" , [ :p 1 ] . :c :d :e }\n'
        "GRAPH :h { :a :b 2 . }\n:i :j :k .\n{ :z :z :z }\n_:x { }\n[] { :y :y ( 1 2 ) }"
    )
    found = read(path)
    assert found.placed
    assert not found.faults
    objects = [found.positions[number][2] for number in range(7)]
    assert [(o.line, o.column) for o in objects] == [
        (2, 12), (2, 25), (2, 20), (2, 37), (3, 18), (4, 7), (5, 9)
    ]  # fmt: skip


def test_several_paths_are_one_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    Path("sub/shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .\n"
        "e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:minCount 1 ] ."
    )
    Path("data.ttl").write_text("<http://e/a> a <http://e/C> .")
    Path("q.rq").write_text("SELECT * { ?s ?p }")
    sources = gather([Path("data.ttl"), Path("sub"), Path("q.rq")])
    report = validate(sources.dataset, Options(queries=sources.queries))
    assert [(f.span.file, f.name) for f in report.findings if f.severity == "violation"] == [
        ("data.ttl", "e:S-p-MinCount"),
        ("q.rq", "query/syntax"),
    ]


def test_hidden_files_packages_and_what_is_excluded_stay_out(tmp_path: Path) -> None:
    for name in ("a.ttl", ".git/b.ttl", "node_modules/x/c.ttl", "tests/bad/d.ttl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("<http://e/a> <http://e/p> 1 .")
    found = gather([tmp_path], ["tests"]).dataset.documents
    assert [document.path.as_posix() for document in found] == ["a.ttl"]


def test_what_cannot_be_validated_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath):
        gather([tmp_path / "none.ttl"])
    with pytest.raises(NothingToServe):
        gather([tmp_path])
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(UsageError) as error:
        gather([tmp_path / "a.txt"])
    assert ".trig" in error.value.detail("en")


def test_links_that_lead_nowhere_loops_pipes_and_empty_files_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:p> 1 .\n")
    (tmp_path / "self").symlink_to(".")
    (tmp_path / "gone.ttl").symlink_to("nowhere.ttl")
    os.mkfifo(tmp_path / "pipe.ttl")
    (tmp_path / "empty.jsonld").touch()
    found = validate(gather([tmp_path]).dataset).findings
    assert [(f.span.file, f.name) for f in found if f.severity != Severity.INFO] == [
        ("gone.ttl", "syntax/serialisation")
    ]
    assert [f.span.file for f in found if f.name == "syntax/empty-file"] == ["empty.jsonld"]
