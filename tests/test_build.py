"""A release is immutable, repeatable, and switched on only when it is whole and valid."""

import gzip
import hashlib
import json
import shutil
from pathlib import Path

import pytest
import zstandard
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store, Triple, parse
from samples import SAMPLE, publish

from stadsgraaf.archive import Archive
from stadsgraaf.build import Listener, Options, build, fingerprint
from stadsgraaf.errors import DataError, InvalidData, UnreadableData, UsageError
from stadsgraaf.release import Release
from stadsgraaf.store.loading import load
from stadsgraaf.validation import Report

GOOD = (
    '@prefix ex: <http://example.org/> .\nex:a a ex:Thing ; ex:name "A"@nl ; ex:has [ ex:q 1 ] .\n'
)
SHAPE = """
@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
ex:ThingShape a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property ex:ThingShape-name .
ex:ThingShape-name sh:path ex:name ; sh:minCount 1 ; sh:message "Give the thing a name."@en .
"""


def unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(content)
    return zstandard.decompress(content) if path.suffix == ".zst" else content


class Heard(Listener):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.reports: list[Report] = []

    def step(self, step: str) -> None:
        self.steps.append(step)

    def validated(self, report: Report) -> None:
        self.reports.append(report)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.ttl").write_text(GOOD, encoding="utf-8")
    return tmp_path / "source"


def test_a_release_holds_what_its_manifest_says(folder: Path, tmp_path: Path) -> None:
    release = build(folder, tmp_path / "out")
    assert release.manifest.digest == hashlib.sha256(release.data.read_bytes()).hexdigest()
    for name, entry in release.manifest.files.items():
        content = (release.path / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            entry["bytes"],
            entry["sha256"],
        )
    assert release.manifest.triples == 4
    assert release.labels.kind("http://example.org/a") == "http://example.org/Thing"
    assert Archive(tmp_path / "out").current() == release


def test_the_same_source_gives_the_same_bytes_anywhere(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "source"
    shutil.copytree(folder, elsewhere)
    one, two = build(folder, tmp_path / "one"), build(elsewhere, tmp_path / "two")
    assert one.manifest.as_json() == two.manifest.as_json()
    assert one.path.name == two.path.name


def test_every_dump_holds_the_dataset(folder: Path, tmp_path: Path) -> None:
    release = build(folder, tmp_path / "out")
    sizes = {}
    for path in release.dumps.glob("dataset.*"):
        content = unpacked(path)
        form = RdfFormat.from_extension(path.name.split(".")[1])
        assert form is not None
        sizes[path.name.partition(".")[2]] = len(list(parse(content, form)))
    assert sizes == {
        f"{suffix}{packing}": 4
        for suffix in ("nq", "trig", "jsonld", "ttl", "nt")
        for packing in ("", ".gz", ".zst")
    }


def test_the_dump_in_n_quads_has_the_digest_of_the_release(folder: Path, tmp_path: Path) -> None:
    release = build(folder, tmp_path / "out")
    for name in ("dataset.nq", "dataset.nq.gz", "dataset.nq.zst"):
        content = unpacked(release.dumps / name)
        assert hashlib.sha256(content).hexdigest() == release.manifest.digest


def test_every_named_graph_has_dumps_of_its_own(folder: Path, tmp_path: Path) -> None:
    (folder / "b.ttl").write_text("<urn:x> <urn:y> <urn:z> , _:b .", encoding="utf-8")
    release = build(folder, tmp_path / "out")
    for graph in release.manifest.graphs:
        whole = parse((release.dumps / "dataset.nq").read_bytes(), RdfFormat.N_QUADS)
        wanted = {str(quad) for quad in whole if quad.graph_name == NamedNode(graph.iri)}
        assert len(wanted) == graph.triples
        suffixes = {name.rpartition(".")[2] for name in graph.dumps}
        assert suffixes == {"nq", "trig", "ttl", "jsonld", "gz", "zst"}
        (quads,) = [name for name in graph.dumps if name.endswith(".nq")]
        found = parse((release.dumps / quads).read_bytes(), RdfFormat.N_QUADS)
        assert {str(quad) for quad in found} == wanted


def test_triple_terms_are_in_every_dump_but_json_ld_of_which_there_is_none(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "a.ttl").write_text(GOOD + 'ex:a ex:p ex:b {| ex:q "<<(" |} .\n', encoding="utf-8")
    release = build(folder, tmp_path / "out")
    (graph,) = release.manifest.graphs
    assert graph.triples == 7
    named = {path.name for path in release.dumps.iterdir()}
    assert named.issuperset(graph.dumps)
    assert {name.split(".")[1] for name in named} == {"nq", "trig", "ttl", "nt"}
    for name in ("dataset.trig", "dataset.ttl", f"{graph.dumps[0].partition('.')[0]}.ttl"):
        form = RdfFormat.from_extension(name.rpartition(".")[2])
        found = parse((release.dumps / name).read_bytes(), form)
        assert sum(isinstance(each.object, Triple) for each in found) == 1
    (folder / "a.ttl").write_text(GOOD + 'ex:a ex:p "<<(" .\n', encoding="utf-8")
    assert (build(folder, tmp_path / "out").dumps / "dataset.jsonld").is_file()


def test_packed_dumps_have_the_same_bytes_again(folder: Path, tmp_path: Path) -> None:
    one, two = build(folder, tmp_path / "one"), build(folder, tmp_path / "two")
    for path in one.dumps.iterdir():
        assert path.read_bytes() == (two.dumps / path.name).read_bytes()


def test_nothing_is_built_when_nothing_changed(folder: Path, tmp_path: Path) -> None:
    first, heard = build(folder, tmp_path / "out"), Heard()
    assert build(folder, tmp_path / "out", listener=heard) == first
    assert heard.steps == ["nothing changed"]


def test_a_change_gives_another_release_and_keeps_the_old(folder: Path, tmp_path: Path) -> None:
    first = build(folder, tmp_path / "out")
    (folder / "a.ttl").write_text(GOOD.replace('"A"', '"B"'), encoding="utf-8")
    second = build(folder, tmp_path / "out")
    assert first.path != second.path
    assert Release.open(first.path).manifest == first.manifest
    assert Archive(tmp_path / "out").current() == second


@pytest.mark.parametrize(
    ("broken", "refused"),
    [
        (GOOD.replace('ex:name "A"@nl ;', ""), InvalidData),
        (GOOD + "ex:b ex:p .\n", UnreadableData),
    ],
    ids=["shape", "syntax"],
)
def test_invalid_data_are_refused_and_the_old_release_stays(
    folder: Path, tmp_path: Path, broken: str, refused: type[DataError]
) -> None:
    (folder / "shapes").mkdir()
    (folder / "shapes" / "thing.ttl").write_text(SHAPE, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "a.ttl").rename(folder / "data" / "a.ttl")
    first = build(folder, tmp_path / "out")
    (folder / "data" / "a.ttl").write_text(broken, encoding="utf-8")
    heard = Heard()
    with pytest.raises(refused):
        build(folder, tmp_path / "out", Options(strict=True), heard)
    assert Archive(tmp_path / "out").current() == first
    assert [path.name for path in (tmp_path / "out" / "releases").iterdir()] == [first.path.name]
    assert "data/a.ttl\n" in heard.reports[0].render("text")


def test_a_release_that_was_not_validated_says_so(folder: Path, tmp_path: Path) -> None:
    (folder / "shapes").mkdir()
    (folder / "shapes" / "thing.ttl").write_text(SHAPE, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "a.ttl").write_text(GOOD.replace('ex:name "A"@nl ;', ""), encoding="utf-8")
    release = build(folder, tmp_path / "out", options=Options(validated=False))
    assert not release.manifest.validated
    assert release.report["validated"] is False
    with pytest.raises(InvalidData):  # it is not taken for one that was
        build(folder, tmp_path / "out", options=Options(strict=True))


def test_data_are_the_same_validated_or_not(folder: Path, tmp_path: Path) -> None:
    checked = build(folder, tmp_path / "checked")
    unchecked = build(folder, tmp_path / "unchecked", options=Options(validated=False))
    assert checked.data.read_bytes() == unchecked.data.read_bytes()
    assert checked.manifest.digest == unchecked.manifest.digest
    assert checked.statistics == unchecked.statistics


def test_a_large_release_has_a_store_on_the_disk(folder: Path, tmp_path: Path) -> None:
    small = build(folder, tmp_path / "out")
    assert small.store == small.data
    large = build(folder, tmp_path / "out", options=Options(disk_triples=4))
    assert large.path != small.path
    assert large.manifest.digest == small.manifest.digest
    store, merged = load(large.store)
    assert not merged
    assert set(store) == set(load(small.store)[0])
    assert {name for name in large.manifest.files if name.startswith("store/")} == {
        f"store/{path.name}" for path in large.store.iterdir()
    }


def test_fingerprint_sees_content_and_name(folder: Path) -> None:
    before = fingerprint(folder)
    (folder / "a.ttl").rename(folder / "b.ttl")
    assert fingerprint(folder) != before


def test_a_folder_that_is_no_release_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.nq").write_text("")
    for text in ("{}", "[", '{"format": 5}'):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(UsageError, match="is not a release's manifest"):
            Release.open(tmp_path)


def test_a_release_of_another_version_is_refused_as_one_whatever_its_fields(tmp_path: Path) -> None:
    (tmp_path / "data.nq").write_text("")
    for fields in (
        {"graphs": [], "digest": "", "triples": 0},
        {"graphs": [{"name": ""}], "new": 1},
    ):
        (tmp_path / "manifest.json").write_text(json.dumps({**fields, "format": 99}))
        with pytest.raises(UsageError, match="built by another version: build it again"):
            Release.open(tmp_path)


def test_the_validation_report_is_a_named_graph_of_the_release(tmp_path: Path) -> None:
    release = publish(SAMPLE, tmp_path / "out", validated=True)
    assert release.manifest.graphs_with("validation") == ["https://example.org/graph/validation"]
    store = Store()
    store.bulk_load(path=release.data, format=RdfFormat.N_QUADS)
    found = store.query(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?focus ?conforms {"
        " GRAPH <https://example.org/graph/validation> { ?report sh:conforms ?conforms ;"
        " sh:result [ sh:focusNode ?focus ; sh:resultSeverity sh:Warning ;"
        " sh:sourceShape <https://example.org/def/shape/Harbour-tide> ] } }"
    )
    assert isinstance(found, QuerySolutions)
    assert [(str(row["focus"]), row["conforms"].value) for row in found] == [
        ("<https://example.org/id/harbour/north>", "false")
    ]


def test_a_folder_without_namespace_is_published_as_it_is(folder: Path, tmp_path: Path) -> None:
    assert build(folder, tmp_path / "out").manifest.graphs_with("validation") == []


def test_anybodys_folder_is_published_with_its_violations_unless_it_is_to_be_strict(
    tmp_path: Path,
) -> None:
    (tmp_path / "source").mkdir()
    ttl = tmp_path / "source" / "a.ttl"
    out, strict = tmp_path / "out", Options(strict=True)
    undeclared = (
        "@prefix ex: <http://example.org/> .\n"
        "ex:A a <http://www.w3.org/2002/07/owl#Class> .\nex:a a ex:A ; ex:undeclared 1 .\n"
    )
    shape = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .\n"
    )
    for turtle, count in ((undeclared, 1), (undeclared + shape, 3)):
        ttl.write_text(turtle, encoding="utf-8")
        release = build(tmp_path / "source", out)
        assert release.violations == count
        with pytest.raises(InvalidData, match=f"{count} violation"):
            build(tmp_path / "source", out, options=strict)
        assert Archive(out).current() == release
    ttl.write_text(undeclared + "ex:a ex:p", encoding="utf-8")
    for options in (Options(), strict):
        with pytest.raises(UnreadableData):
            build(tmp_path / "source", out, options=options)


def test_a_dataset_that_describes_itself_has_to_keep_every_rule(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "dataset.ttl").write_text(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
        "@prefix vann: <http://purl.org/vocab/vann/> .\n"
        "<http://example.org/d> a dcat:Dataset ; vann:preferredNamespaceUri 'http://example.org/' .\n",
        encoding="utf-8",
    )
    (tmp_path / "source" / "a.ttl").write_text(
        "@prefix ex: <http://example.org/> .\n"
        "ex:A a <http://www.w3.org/2002/07/owl#Class> .\nex:a a ex:A ; ex:undeclared 1 .\n",
        encoding="utf-8",
    )
    with pytest.raises(InvalidData):
        build(tmp_path / "source", tmp_path / "out")
