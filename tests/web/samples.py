"""Small releases to test pages with: written as Turtle, published without validation."""

import hashlib
import json
from pathlib import Path

from stadsgraaf.dataset import Dataset
from stadsgraaf.exports import canonical_nquads, write_dumps
from stadsgraaf.labels import build_labels
from stadsgraaf.metadata import statistics
from stadsgraaf.release import GraphEntry, Manifest, Release

SAMPLE = Path(__file__).parent / "sample"
TITLE = "http://purl.org/dc/terms/title"


def publish(root: Path, out: Path) -> Release:
    """A release of a folder, as ``stadsgraaf build`` makes it, but for the validation."""
    dataset = Dataset.load(root)
    assert not dataset.faults, dataset.faults
    out.mkdir(parents=True, exist_ok=True)
    quads = dataset.quads
    data = canonical_nquads(quads)
    (out / "data.nq").write_bytes(data)
    write_dumps(quads, dataset.prefixes, out / "dumps", "dataset")
    build_labels(quads, out / "labels.sqlite", dataset.base_iri)
    (out / "statistics.json").write_text(json.dumps(statistics(quads)), encoding="utf-8")
    catalogue = [query.as_json() for query in dataset.queries]
    (out / "queries.json").write_text(json.dumps(catalogue), encoding="utf-8")
    (out / "manifest.json").write_text(_manifest(dataset, data, out).as_json(), encoding="utf-8")
    return Release.open(out)


def _manifest(dataset: Dataset, data: bytes, out: Path) -> Manifest:
    described = dataset.description is not None
    files = {
        path.relative_to(out).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }
    return Manifest(
        digest=hashlib.sha256(data).hexdigest(),
        triples=len({str(quad.triple) for quad in dataset.quads}),
        base_iri=dataset.base_iri,
        dataset=dataset.description.value if dataset.description else None,
        title=_texts(dataset, dataset.description and dataset.description.value)
        if described
        else {"": dataset.root.name},
        licence="https://creativecommons.org/licenses/by/4.0/" if described else None,
        version="1.2.0" if described else None,
        modified="2026-11-01" if described else None,
        prefixes=dataset.prefixes,
        graphs=[
            GraphEntry(graph.iri, graph.role, graph.triples, _texts(dataset, graph.iri))
            for graph in dataset.graphs
        ],
        files=files,
    )


def _texts(dataset: Dataset, subject: str | None) -> dict[str, str]:
    return {
        getattr(quad.object, "language", None) or "": quad.object.value
        for quad in dataset.asserted
        if quad.predicate.value == TITLE and getattr(quad.subject, "value", None) == subject
    }
