"""From a folder to a release: read, derive, validate, write, switch. See `Archive` for the folders.

The same input gives the same release, wherever, whenever and by whomever it is built. Memory does not
grow with a dataset that is not validated, but for what names its blank nodes and counts its things:
some hundreds of bytes for each.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from stadsgraaf import __version__
from stadsgraaf.archive import MAKING, Archive, sync
from stadsgraaf.bulk import Bulk
from stadsgraaf.dataset import Dataset, source_files
from stadsgraaf.departures import tombstones
from stadsgraaf.errors import InvalidData, ReleaseShrinks
from stadsgraaf.exports import (
    CanonicalQuads,
    graph_dumps,
    read_quads,
    whole_dumps,
    write_dumps,
)
from stadsgraaf.labels import build_labels
from stadsgraaf.lookup import build_lookup
from stadsgraaf.metadata import Counts, Linkset, Profile, inherent, linksets
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.release import FORMAT, GraphEntry, Manifest, Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.loading import write_store
from stadsgraaf.validation import Report, validate

__all__ = ["DEFAULTS", "Options", "build", "fingerprint", "write"]

Progress = Callable[[str], None]

#: What a release may lose of its predecessor's triples without being asked about it.
_SHRINK: Final = 0.5

_NOT_VALIDATED: Final = json.dumps(
    {"validated": False, "reason": "built with --no-validate: only the syntax was checked"}
)
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
        digest.update(f"{name.as_posix()}\0{_sha256(path)}\n".encode())
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Options:
    """How to build.

    ``keep`` releases stay in the archive. With ``force`` a release may lose most of its triples.
    Unless ``validated``, nothing is checked but the syntax, and the release says so. One of
    ``disk_triples`` triples or more also has a store on the disk.
    """

    keep: int = Settings.keep_releases
    force: bool = False
    validated: bool = True
    disk_triples: int = Settings.disk_triples

    def would_give(self, present: Manifest, source: str) -> bool:
        """Whether a release is what would be built of a source."""
        return (
            present.source == source
            and present.validated == self.validated
            and present.on_disk == (present.triples >= self.disk_triples)
        )


DEFAULTS: Final = Options()


def build(
    root: Path,
    output: Path,
    progress: Progress = lambda _: None,
    reading: Progress = lambda _: None,
    report: Callable[[Report], None] = lambda _: None,
    options: Options = DEFAULTS,
) -> Release:
    """Build a release of a folder and switch the archive at ``output`` to it.

    ``progress`` is told each step in a few words, ``reading`` each file; ``report`` gets the
    validation report.
    Raises InvalidData when the dataset has violations, SyntaxFault when it is read without being
    validated and cannot be, ReleaseShrinks when it lost more than half of its triples,
    ArchiveLocked when another build is at work: then nothing is switched.
    """
    archive = Archive(output)
    with archive.locked():
        source = fingerprint(root)
        present = archive.current()
        if present is not None and options.would_give(present.manifest, source):
            progress("nothing changed")
            return present
        dataset, findings = (
            _validated(root, progress, reading, report)
            if options.validated
            else (Bulk.open(root, reading), None)
        )
        with tempfile.TemporaryDirectory(prefix=MAKING, dir=archive.releases) as folder:
            made = Path(folder) / "release"
            made.mkdir()
            manifest = write(dataset, findings, made, source, progress, options.disk_triples)
            _check_size(manifest, present, force=options.force)
            target = archive.releases / manifest.identifier
            if not Release.is_at(target):
                _sync(made)
                made.rename(target)
                sync(archive.releases)
        archive.switch(manifest.identifier)
        progress(f"release {manifest.identifier}")
        for identifier in archive.prune(options.keep):
            progress(f"removed {identifier}, which is older than the last {options.keep}")
        return Release.open(target)


def _check_size(manifest: Manifest, present: Release | None, *, force: bool) -> None:
    if present is None or force:
        return
    before, after = present.manifest.triples, manifest.triples
    if after < before * _SHRINK:
        raise ReleaseShrinks(before=before, after=after)


def _validated(
    root: Path, progress: Progress, reading: Progress, report: Callable[[Report], None]
) -> tuple[Dataset, Report]:
    dataset = Dataset.load(root, reading)
    progress("validate")
    findings = validate(dataset)
    report(findings)
    if not findings.conforms:
        raise InvalidData(count=findings.violations)
    return dataset, findings


def write(
    dataset: Dataset | Bulk,
    findings: Report | None,
    made: Path,
    source: str,
    progress: Progress = lambda _: None,
    disk_triples: int = DEFAULTS.disk_triples,
) -> Manifest:
    """Write the files of a release into a folder; its manifest.

    There are no ``findings`` when the dataset was not validated.
    """
    data = made / "data.nq"
    progress("write N-Quads")
    with CanonicalQuads(made) as quads:
        quads.extend(dataset.stream())
        digest = quads.write(data)
        links = linksets(read_quads(data), dataset.base_iri)
        stems = {each.name: triples for each, triples in links.items()}
        dumps = graph_dumps((graph.iri for graph in dataset.graphs), dataset.base_iri)
        profile = _profile(dataset, findings, links, stems)
        added, counted = _of_itself(dataset, profile, data)
        if added:
            quads.extend(added)
            digest = quads.write(data)
    progress("write dumps")
    write_dumps(data, dataset.prefixes, made / "dumps", dumps, stems)
    progress("index labels")
    build_labels(read_quads(data), made / "labels.sqlite", dataset.base_iri)
    build_lookup(lambda: read_quads(data), made / "lookup.sqlite", dataset.base_iri)
    on_disk = counted["triples"] >= disk_triples
    if on_disk:
        progress("write store")
        write_store(data, made / "store")
    counted["linksets"] = [each.as_json() for each in links]
    _write_json(made / "statistics.json", counted)
    _write_json(made / "moved.json", tombstones(read_quads(data)))
    _write_json(made / "queries.json", [query.as_json() for query in dataset.queries])
    report = findings.render("json") if findings else _NOT_VALIDATED
    (made / "report.json").write_text(report, encoding="utf-8")
    serialize(profile.written, made / "description.nt", RdfFormat.N_TRIPLES)
    manifest = Manifest(
        digest=digest,
        source=source,
        validated=findings is not None,
        on_disk=on_disk,
        triples=counted["triples"],
        prefixes=dataset.prefixes,
        base_iri=dataset.base_iri,
        graphs=_graph_entries(dataset, counted["graphs"], dumps),
        files=_files(made),
        **_description(dataset),
    )
    manifest.write(made)
    return manifest


def _profile(
    dataset: Dataset | Bulk,
    findings: Report | None,
    links: Iterable[Linkset],
    stems: Iterable[str],
) -> Profile:
    counts = findings.counts if findings else {}
    return Profile(
        written=_written(dataset),
        base_iri=dataset.base_iri,
        dumps={name: {} for name in whole_dumps(stems)},
        linksets=list(links),
        findings={severity.value: count for severity, count in counts.items()},
        **_named(dataset),
    )


def _of_itself(
    dataset: Dataset | Bulk, profile: Profile, data: Path
) -> tuple[Sequence[Quad], dict[str, Any]]:
    """The description of sorted N-Quads and of itself, and what is counted of both together.

    Counting what counts itself ends soon: only numbers change, once every class and property
    that the description uses has been counted.
    """
    counts = Counts()
    counts.add(read_quads(data))
    counted, graphs = counts.as_json(), dataset.graph_iris("metadata")
    if not (dataset.description and dataset.base_iri and graphs):
        return (), counted
    root, home = dataset.base_iri.rstrip("/"), NamedNode(graphs[0])
    added = inherent(replace(profile, statistics=counted), root, home)
    others, about = _apart(data, {quad.subject for quad in added})
    for _ in range(_MOST_COUNTS):
        before = counted
        whole = deepcopy(others)
        whole.add(sorted({*about, *added}, key=str))
        counted = whole.as_json()
        if counted == before:
            break
        added = inherent(replace(profile, statistics=counted), root, home)
    return added, counted


def _apart(data: Path, subjects: set[object]) -> tuple[Counts, list[Quad]]:
    """What is counted of all other subjects, and the quads of these."""
    counts, about = Counts(), list[Quad]()

    def others() -> Iterator[Quad]:
        for quad in read_quads(data):
            if quad.subject in subjects:
                about.append(quad)
            else:
                yield quad

    counts.add(others())
    return counts, about


def _written(dataset: Dataset | Bulk) -> list[Triple]:
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
            "sha256": _sha256(path),
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


def _named(dataset: Dataset | Bulk) -> dict[str, Any]:
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


def _description(dataset: Dataset | Bulk) -> dict[str, Any]:
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
    dataset: Dataset | Bulk, counts: Mapping[str, int], dumps: Mapping[str, Sequence[str]]
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
