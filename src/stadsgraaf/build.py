"""From a folder to a release: read, derive, validate, write, switch.

::

    OUTPUT/releases/<id>/   the immutable release; its id is the digest of its manifest
    OUTPUT/current          a symbolic link to the one that is served, switched atomically
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from stadsgraaf import __version__
from stadsgraaf.dataset import Dataset, source_files
from stadsgraaf.errors import InvalidData
from stadsgraaf.exports import canonical_nquads, write_dumps
from stadsgraaf.labels import build_labels
from stadsgraaf.metadata import statistics, void
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.release import FORMAT, GraphEntry, Manifest, Release
from stadsgraaf.validation import Report, validate

__all__ = ["build", "current", "fingerprint"]

Progress = Callable[[str], None]

_TITLE = PREFIXES["dct"] + "title"
_DESCRIPTION = PREFIXES["dct"] + "description"


def current(output: Path) -> Release | None:
    """The release that is switched on in an output folder, or None."""
    link = output / "current"
    return Release.open(link.resolve()) if Release.is_at(link) else None


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
) -> Release:
    """Build a release of a folder and switch to it; the old one stays where it is.

    ``progress`` is told each step in a few words, ``reading`` each file; ``report`` gets the
    validation report.
    Raises InvalidData when the dataset has violations: then nothing is switched.
    """
    source = fingerprint(root)
    present = current(output)
    if present is not None and present.manifest.source == source:
        progress("nothing changed")
        return present
    dataset = Dataset.load(root, reading)
    progress("validate")
    findings = validate(dataset)
    report(findings)
    if not findings.conforms:
        raise InvalidData(count=findings.violations)
    (output / "releases").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=output / "releases") as folder:
        made = Path(folder)
        manifest = _write(dataset, findings, made, source, progress)
        identifier = hashlib.sha256(manifest.encode()).hexdigest()[:16]
        target = output / "releases" / identifier
        if not Release.is_at(target):
            shutil.rmtree(target, ignore_errors=True)
            made.chmod(0o755)
            _sync(made)
            made.rename(target)
            made.mkdir()  # so that the temporary folder can be removed
    _switch(output / "current", Path("releases") / identifier)
    progress(f"release {identifier}")
    return Release.open(target)


def _write(dataset: Dataset, findings: Report, made: Path, source: str, progress: Progress) -> str:
    quads = dataset.quads
    counted = statistics(quads)
    if dataset.description and (graphs := dataset.graph_iris("metadata")):
        vocabularies = _vocabularies(counted)
        quads = quads + void(dataset.description, counted, vocabularies, NamedNode(graphs[0]))
    progress("write N-Quads")
    canonical = canonical_nquads(quads)
    (made / "data.nq").write_bytes(canonical)
    progress("write dumps")
    write_dumps(quads, dataset.prefixes, made / "dumps", "dataset")
    progress("index labels")
    build_labels(quads, made / "labels.sqlite", dataset.base_iri)
    _write_json(made / "statistics.json", counted)
    _write_json(made / "queries.json", [query.as_json() for query in dataset.queries])
    (made / "report.json").write_text(findings.render("json"), encoding="utf-8")
    manifest = Manifest(
        digest=hashlib.sha256(canonical).hexdigest(),
        source=source,
        triples=counted["triples"],
        prefixes=dataset.prefixes,
        base_iri=dataset.base_iri,
        graphs=_graph_entries(dataset),
        files=_files(made),
        **_description(dataset),
    )
    text = manifest.as_json()
    (made / "manifest.json").write_text(text, encoding="utf-8")
    return text


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


def _vocabularies(counted: Mapping[str, Any]) -> list[str]:
    """Namespaces of the classes and properties in use."""
    iris = [entry["iri"] for kind in ("classes", "properties") for entry in counted[kind]]
    return sorted({iri[: max(iri.rfind("/"), iri.rfind("#")) + 1] for iri in iris})


def _texts(quads: list[Quad], subject: NamedNode, predicate: str) -> dict[str, str]:
    return {
        quad.object.language or "": quad.object.value
        for quad in quads
        if quad.subject == subject
        and quad.predicate.value == predicate
        and isinstance(quad.object, Literal)
    }


def _description(dataset: Dataset) -> dict[str, Any]:
    subject, quads = dataset.description, dataset.asserted
    if subject is None:
        name = dataset.root.resolve().name
        return {"title": {"": name}}
    about = [quad for quad in quads if quad.subject == subject]

    def one(*names: str) -> str | None:
        found = [quad.object for name in names for quad in about if quad.predicate.value == name]
        return getattr(found[0], "value", None) if found else None

    return {
        "dataset": subject.value,
        "title": _texts(about, subject, _TITLE),
        "description": _texts(about, subject, _DESCRIPTION),
        "licence": one(PREFIXES["dct"] + "license"),
        "modified": one(PREFIXES["dct"] + "modified"),
        "version": one(PREFIXES["dcat"] + "version", PREFIXES["owl"] + "versionInfo"),
    }


def _graph_entries(dataset: Dataset) -> list[GraphEntry]:
    quads = [quad for quad in dataset.asserted if quad.predicate.value == _TITLE]
    return [
        GraphEntry(
            graph.iri, graph.role, graph.triples, _texts(quads, NamedNode(graph.iri), _TITLE)
        )
        for graph in dataset.graphs
    ]


def _sync(folder: Path) -> None:
    """Make sure that every byte is on the disk before the release gets its name."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _switch(link: Path, target: Path) -> None:
    """Point a symbolic link at another release in one step: there is always one that serves."""
    fresh = link.with_name(f".{link.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
