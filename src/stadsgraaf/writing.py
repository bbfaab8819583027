"""The files of a release, from its quads."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Triple, serialize

from stadsgraaf.answers import FILE
from stadsgraaf.canonical import read_quads
from stadsgraaf.changes import CHANGES, LARGE, write_changes
from stadsgraaf.departures import tombstones
from stadsgraaf.errors import EvaluationFailed
from stadsgraaf.exports import write_dumps
from stadsgraaf.indexing import build_labels
from stadsgraaf.lookup import build_lookup
from stadsgraaf.metadata import Linkset
from stadsgraaf.records import FileRecord, ReportRecord, RuleRecord, StatisticsRecord, Tombstone
from stadsgraaf.release import Manifest, Release
from stadsgraaf.store.loading import write_store

__all__ = ["Content", "digest_of", "files_of", "finish", "with_changes", "write_files"]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Content:
    """What a release has to say beside its quads.

    ``dumps`` are the names of the dumps of each named graph, None when there are to be none at all;
    ``description`` what people wrote of the dataset; ``statistics``, ``queries``, ``report`` and
    ``rules`` are what their JSON files hold, and so is ``moved`` when it does not follow from the
    quads; ``on_disk`` whether there is a store on the disk.
    """

    prefixes: Mapping[str, str]
    base_iri: str | None
    dumps: Mapping[str, Sequence[str]] | None
    links: Mapping[Linkset, Sequence[Triple]]
    description: Iterable[Triple]
    statistics: StatisticsRecord
    queries: Sequence[Mapping[str, Any]]
    report: ReportRecord
    rules: Sequence[RuleRecord] = ()
    on_disk: bool = False
    moved: Mapping[str, Tombstone] | None = None


def write_files(content: Content, made: Path, progress: Progress = lambda _: None) -> None:
    """Write every file of a release but its manifest; its ``data.nq`` is there already."""
    data = made / "data.nq"
    if content.dumps is not None:
        progress("write dumps")
        stems = {each.name: triples for each, triples in content.links.items()}
        write_dumps(data, content.prefixes, made / "dumps", content.dumps, stems)
    progress("index labels")
    build_labels(read_quads(data), made / "labels.sqlite", content.base_iri)
    build_lookup(lambda: read_quads(data), made / "lookup.sqlite", content.base_iri)
    if content.on_disk:
        progress("write store")
        write_store(data, made / "store")
    counted = {**content.statistics, "linksets": [each.as_json() for each in content.links]}
    _write_json(made / "statistics.json", counted)
    moved = tombstones(read_quads(data)) if content.moved is None else content.moved
    _write_json(made / "moved.json", moved)
    _write_json(made / "queries.json", content.queries)
    _write_json(made / "report.json", content.report)
    _write_json(made / "rules.json", content.rules)
    serialize(content.description, made / "description.nt", RdfFormat.N_TRIPLES)


def finish(manifest: Manifest, made: Path, progress: Progress = lambda _: None) -> Manifest:
    """Write the manifest of files that are there; of a large release, also what its pages ask and takes long."""
    manifest.write(made)
    if manifest.on_disk:
        _rehearse(made, progress)
        manifest = replace(manifest, files={**manifest.files, FILE: _entry(made / FILE)})
        manifest.write(made)
    return manifest


def with_changes(
    manifest: Manifest, made: Path, before: Release | None, progress: Progress
) -> Manifest:
    """Write what changed in a large release since the one before; smaller ones are compared on demand."""
    if before is None or max(each.triples for each in (manifest, before.manifest)) <= LARGE:
        return manifest
    progress("compare with the release before")
    if write_changes(before.identifier, before.data, made / "data.nq", made / CHANGES):
        entry = _entry(made / CHANGES)
        manifest = replace(manifest, files={**manifest.files, CHANGES: entry})
        manifest.write(made)
    return manifest


def _rehearse(made: Path, progress: Progress) -> None:
    """Visit its pages, in a process of its own, for what serves is not what builds; see `web.rehearsal`."""
    command = [sys.executable, "-m", "stadsgraaf.web.rehearsal", str(made)]
    path = os.pathsep.join(filter(None, sys.path))
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    ) as process:
        try:
            for line in process.stdout or ():
                progress(line.rstrip("\n"))
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise EvaluationFailed(reason=f"the process that visits pages ended ({process.returncode})")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def files_of(made: Path) -> dict[str, FileRecord]:
    """Size and SHA-256 of each file below a folder, by its path there."""
    paths = sorted(path for path in made.rglob("*") if path.is_file())
    return {path.relative_to(made).as_posix(): _entry(path) for path in paths}


def _entry(path: Path) -> FileRecord:
    return {"bytes": path.stat().st_size, "sha256": digest_of(path)}


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
