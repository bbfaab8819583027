"""From a folder to a release: read, derive, validate, write, switch. See `Archive` for the folders.

The same input gives the same release, wherever, whenever and by whomever it is built.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from stadsgraaf import __version__
from stadsgraaf.archive import MAKING, Archive, sync
from stadsgraaf.dataset import Dataset, source_files
from stadsgraaf.departures import tombstones
from stadsgraaf.errors import InvalidData, ReleaseShrinks
from stadsgraaf.exports import canonical_nquads, graph_dumps, whole_dumps, write_dumps
from stadsgraaf.labels import build_labels
from stadsgraaf.metadata import Profile, inherent, linksets, statistics
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.release import FORMAT, GraphEntry, Manifest, Release
from stadsgraaf.validation import Report, validate

__all__ = ["KEPT", "build", "fingerprint", "write"]

Progress = Callable[[str], None]

#: Releases that stay addressable when nobody says how many.
KEPT: Final = 10
#: What a release may lose of its predecessor's triples without being asked about it.
_SHRINK: Final = 0.5

_TITLE = PREFIXES["dct"] + "title"
_DESCRIPTION = PREFIXES["dct"] + "description"
#: What a dataset is called that does not say it: not by its folder, which differs between machines.
_UNNAMED: Final = {"en": "Dataset", "nl": "Dataset"}
#: A description that counts itself is written at most so often.
_MOST_COUNTS: Final = 5


def fingerprint(root: Path) -> str:
    """SHA-256, in hex, of everything that a build reads: the files and this software's version."""
    digest = hashlib.sha256(f"{__version__} {FORMAT}".encode())
    for path in source_files(root):
        name = path.relative_to(root) if root.is_dir() else Path(path.name)
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{name.as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def build(
    root: Path,
    output: Path,
    progress: Progress = lambda _: None,
    reading: Progress = lambda _: None,
    report: Callable[[Report], None] = lambda _: None,
    *,
    keep: int = KEPT,
    force: bool = False,
) -> Release:
    """Build a release of a folder and switch the archive at ``output`` to it.

    Of the old ones the last ``keep`` stay. ``progress`` is told each step in a few words,
    ``reading`` each file; ``report`` gets the validation report.
    Raises InvalidData when the dataset has violations, ReleaseShrinks (unless ``force``) when it
    lost more than half of its triples, ArchiveLocked when another build is at work: then nothing
    is switched.
    """
    archive = Archive(output)
    with archive.locked():
        source = fingerprint(root)
        present = archive.current()
        if present is not None and present.manifest.source == source:
            progress("nothing changed")
            return present
        dataset = Dataset.load(root, reading)
        progress("validate")
        findings = validate(dataset)
        report(findings)
        if not findings.conforms:
            raise InvalidData(count=findings.violations)
        with tempfile.TemporaryDirectory(prefix=MAKING, dir=archive.releases) as folder:
            made = Path(folder) / "release"
            made.mkdir()
            manifest = write(dataset, findings, made, source, progress)
            _check_size(manifest, present, force=force)
            target = archive.releases / manifest.identifier
            if not Release.is_at(target):
                _sync(made)
                made.rename(target)
                sync(archive.releases)
        archive.switch(manifest.identifier)
        progress(f"release {manifest.identifier}")
        for identifier in archive.prune(keep):
            progress(f"removed {identifier}, which is older than the last {keep}")
        return Release.open(target)


def _check_size(manifest: Manifest, present: Release | None, *, force: bool) -> None:
    if present is None or force:
        return
    before, after = present.manifest.triples, manifest.triples
    if after < before * _SHRINK:
        raise ReleaseShrinks(before=before, after=after)


def write(
    dataset: Dataset,
    findings: Report,
    made: Path,
    source: str,
    progress: Progress = lambda _: None,
) -> Manifest:
    """Write the files of a release into a folder; its manifest."""
    links = linksets(dataset.quads, dataset.base_iri)
    stems = {each.name: triples for each, triples in links.items()}
    dumps = graph_dumps((graph.iri for graph in dataset.graphs), dataset.base_iri)
    profile = Profile(
        written=_written(dataset),
        base_iri=dataset.base_iri,
        dumps={name: {} for name in whole_dumps(stems)},
        linksets=list(links),
        findings={severity.value: count for severity, count in findings.counts.items()},
        **_named(dataset),
    )
    quads, counted = _with_itself(dataset, profile)
    progress("write N-Quads")
    canonical = canonical_nquads(quads)
    (made / "data.nq").write_bytes(canonical)
    progress("write dumps")
    write_dumps(canonical, dataset.prefixes, made / "dumps", dumps, stems)
    progress("index labels")
    build_labels(quads, made / "labels.sqlite", dataset.base_iri)
    counted["linksets"] = [each.as_json() for each in links]
    _write_json(made / "statistics.json", counted)
    _write_json(made / "moved.json", tombstones(quads))
    _write_json(made / "queries.json", [query.as_json() for query in dataset.queries])
    (made / "report.json").write_text(findings.render("json"), encoding="utf-8")
    serialize(profile.written, made / "description.nt", RdfFormat.N_TRIPLES)
    manifest = Manifest(
        digest=hashlib.sha256(canonical).hexdigest(),
        source=source,
        triples=counted["triples"],
        prefixes=dataset.prefixes,
        base_iri=dataset.base_iri,
        graphs=_graph_entries(dataset, counted["graphs"], dumps),
        files=_files(made),
        **_description(dataset),
    )
    manifest.write(made)
    return manifest


def _with_itself(dataset: Dataset, profile: Profile) -> tuple[list[Quad], dict[str, Any]]:
    """The quads with the description of them all, itself included, and what is counted of them.

    Counting what counts itself ends soon: only numbers change, once every class and property
    that the description uses has been counted.
    """
    quads, counted = dataset.quads, statistics(dataset.quads)
    graphs = dataset.graph_iris("metadata")
    if not (dataset.description and dataset.base_iri and graphs):
        return quads, counted
    root, home = dataset.base_iri.rstrip("/"), NamedNode(graphs[0])
    for _ in range(_MOST_COUNTS):
        before = counted
        added = inherent(replace(profile, statistics=counted), root, home)
        quads = [*dataset.quads, *added]
        counted = statistics(quads)
        if counted == before:
            break
    return quads, counted


def _written(dataset: Dataset) -> list[Triple]:
    """What people wrote of the dataset, and of the things that this names."""
    homes = {NamedNode(iri) for iri in dataset.graph_iris("metadata")}
    rules = {NamedNode(iri) for iri in dataset.graph_iris("shapes")}
    own = [quad for quad in dataset.asserted if quad.graph_name in homes]
    named = {quad.object for quad in own if isinstance(quad.object, NamedNode)}
    around = [
        quad for quad in dataset.asserted if quad.subject in named and quad.graph_name not in rules
    ]
    return list(dict.fromkeys(quad.triple for quad in (*own, *around)))


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _files(made: Path) -> dict[str, dict[str, Any]]:
    return {
        path.relative_to(made).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(made.rglob("*"))
        if path.is_file()
    }


def _texts(quads: list[Quad], subject: NamedNode, predicate: str) -> dict[str, str]:
    return {
        quad.object.language or "": quad.object.value
        for quad in quads
        if quad.subject == subject
        and quad.predicate.value == predicate
        and isinstance(quad.object, Literal)
    }


def _named(dataset: Dataset) -> dict[str, Any]:
    """The dataset's IRI, title and description, where it has them."""
    subject = dataset.description
    if subject is None:
        return {"title": _UNNAMED}
    about = [quad for quad in dataset.asserted if quad.subject == subject]
    return {
        "dataset": subject.value,
        "title": _texts(about, subject, _TITLE),
        "description": _texts(about, subject, _DESCRIPTION),
    }


def _description(dataset: Dataset) -> dict[str, Any]:
    about = [quad for quad in dataset.asserted if quad.subject == dataset.description]

    def one(*names: str) -> str | None:
        found = [quad.object for name in names for quad in about if quad.predicate.value == name]
        return getattr(found[0], "value", None) if found else None

    return {
        **_named(dataset),
        "licence": one(PREFIXES["dct"] + "license"),
        "modified": one(PREFIXES["dct"] + "modified"),
        "version": one(PREFIXES["dcat"] + "version", PREFIXES["owl"] + "versionInfo"),
    }


def _graph_entries(
    dataset: Dataset, counts: Mapping[str, int], dumps: Mapping[str, Sequence[str]]
) -> list[GraphEntry]:
    quads = [quad for quad in dataset.asserted if quad.predicate.value == _TITLE]
    return [
        GraphEntry(
            graph.iri,
            graph.role,
            counts[graph.iri],
            _texts(quads, NamedNode(graph.iri), _TITLE),
            dumps.get(graph.iri, ()),
        )
        for graph in dataset.graphs
    ]


def _sync(folder: Path) -> None:
    """Make sure that every byte is on the disk before the release gets its name."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)
