"""What a release says: its quads, what is counted of them, and its files, from a dataset."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad, Triple

from stadsgraaf.bulk import Bulk
from stadsgraaf.canonical import CanonicalQuads, read_quads
from stadsgraaf.dataset import Dataset, Graph, report_graph, report_node
from stadsgraaf.exports import graph_dumps, whole_dumps
from stadsgraaf.metadata import Counts, Linkset, Profile, inherent, linksets
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.records import ReportRecord, StatisticsRecord
from stadsgraaf.redaction import cleared, without
from stadsgraaf.release import GraphEntry, Manifest
from stadsgraaf.settings import Settings
from stadsgraaf.suppression import NOTHING, Suppressed
from stadsgraaf.validation import Report
from stadsgraaf.validation.catalogue import rules
from stadsgraaf.validation.formats.turtle import triples as report_triples
from stadsgraaf.writing import Content, files_of, finish, write_files

__all__ = ["write"]

Progress = Callable[[str], None]

_NOT_VALIDATED: Final[ReportRecord] = {
    "validated": False,
    "reason": "built with --no-validate: only the syntax was checked",
}
_TITLE = PREFIXES["dct"] + "title"
_DESCRIPTION = PREFIXES["dct"] + "description"
#: What a dataset is called that does not say it: not by its folder, which differs between machines.
_UNNAMED: Final = {"en": "Dataset", "nl": "Dataset"}
#: A description that counts itself is written at most so often.
_MOST_COUNTS: Final = 5


@dataclass(frozen=True)
class _Published:
    """The quads of a release as they were written, and what follows from them."""

    digest: str
    graphs: Sequence[Graph]
    links: Mapping[Linkset, Sequence[Triple]]
    dumps: Mapping[str, Sequence[str]]
    description: Iterable[Triple]
    counted: StatisticsRecord


def write(
    dataset: Dataset | Bulk,
    findings: Report | None,
    made: Path,
    source: str,
    progress: Progress = lambda _: None,
    disk_triples: int = Settings.disk_triples,
    suppressed: Suppressed = NOTHING,
) -> Manifest:
    """Write the files of a release into a folder; its manifest.

    There are no ``findings`` when the dataset was not validated; nothing that is ``suppressed`` is
    in any file. One of ``disk_triples`` triples or more also has a store on the disk.
    """
    published = _publish(dataset, findings, made, progress, suppressed)
    triples = published.counted["triples"]
    on_disk = triples >= disk_triples
    write_files(_content(dataset, findings, published, suppressed, on_disk=on_disk), made, progress)
    manifest = Manifest(
        digest=published.digest,
        source=source,
        validated=findings is not None,
        on_disk=on_disk,
        triples=triples,
        prefixes=dataset.prefixes,
        base_iri=dataset.base_iri,
        graphs=_graph_entries(dataset, published),
        files=files_of(made),
        **_description(dataset),
    )
    return finish(manifest, made, progress)


def _publish(
    dataset: Dataset | Bulk,
    findings: Report | None,
    made: Path,
    progress: Progress,
    suppressed: Suppressed,
) -> _Published:
    """Write ``data.nq``: what the dataset says, its report, and what it says of itself."""
    data = made / "data.nq"
    progress("write N-Quads")
    with CanonicalQuads(made) as quads:
        quads.extend(suppressed.kept(dataset.stream()))
        graphs = list(dataset.graphs)
        if findings and dataset.base_iri:  # a folder without namespace is served as it is
            graphs.append(report_graph(dataset.base_iri))
            quads.extend(suppressed.kept(_report(findings, dataset.base_iri)))
        digest = quads.write(data)
        links = linksets(read_quads(data), dataset.base_iri)
        stems = {each.name: triples for each, triples in links.items()}
        names = whole_dumps(stems, triple_terms=quads.triple_terms)
        dumps = graph_dumps(
            (graph.iri for graph in graphs), dataset.base_iri, triple_terms=quads.triple_terms
        )
        if quads.triple_terms:
            progress("no dumps in JSON-LD, which has no triple terms")
        profile = _profile(dataset, findings, links, names, suppressed)
        added, counted = _of_itself(dataset, profile, data)
        if added:
            quads.extend(added)
            digest = quads.write(data)
    return _Published(digest, graphs, links, dumps, profile.written, counted)


def _content(
    dataset: Dataset | Bulk,
    findings: Report | None,
    published: _Published,
    suppressed: Suppressed,
    *,
    on_disk: bool,
) -> Content:
    report: ReportRecord = json.loads(findings.render("json")) if findings else _NOT_VALIDATED
    return Content(
        prefixes=dataset.prefixes,
        base_iri=dataset.base_iri,
        dumps=published.dumps,
        links=published.links,
        description=published.description,
        statistics=published.counted,
        queries=without([query.as_json() for query in dataset.queries], suppressed),
        rules=[each.as_json() for each in rules().values()],
        report=cleared(report, suppressed),
        on_disk=on_disk,
    )


def _profile(
    dataset: Dataset | Bulk,
    findings: Report | None,
    links: Iterable[Linkset],
    dumps: Iterable[str],
    suppressed: Suppressed,
) -> Profile:
    counts = findings.counts if findings else {}
    return Profile(
        written=_written(dataset, suppressed),
        base_iri=dataset.base_iri,
        dumps={name: {} for name in dumps},
        linksets=list(links),
        findings={severity.value: count for severity, count in counts.items()},
        **_named(dataset),
    )


def _of_itself(
    dataset: Dataset | Bulk, profile: Profile, data: Path
) -> tuple[Sequence[Quad], StatisticsRecord]:
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


def _written(dataset: Dataset | Bulk, suppressed: Suppressed) -> list[Triple]:
    """What people wrote of the dataset, and of the things that this names."""
    homes = {NamedNode(iri) for iri in dataset.graph_iris("metadata")}
    rules = {NamedNode(iri) for iri in dataset.graph_iris("shapes")}
    own = [quad for quad in dataset.asserted if quad.graph_name in homes]
    named = {quad.object for quad in own if isinstance(quad.object, NamedNode)}
    around = [
        quad for quad in dataset.asserted if quad.subject in named and quad.graph_name not in rules
    ]
    kept = dict.fromkeys(quad.triple for quad in suppressed.kept([*own, *around]))
    return [each for each in kept if not isinstance(each.object, Triple)]  # JSON-LD has none


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


def _report(findings: Report, base_iri: str) -> Iterator[Quad]:
    """The validation report in its named graph."""
    graph = NamedNode(report_graph(base_iri).iri)
    for triple in report_triples(findings, report_node(base_iri)):
        yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _graph_entries(dataset: Dataset | Bulk, published: _Published) -> list[GraphEntry]:
    quads = [quad for quad in dataset.asserted if quad.predicate.value == _TITLE]
    counts = published.counted["graphs"]
    return [
        GraphEntry(
            graph.iri,
            graph.role,
            counts.get(graph.iri, 0),
            _texts(quads, NamedNode(graph.iri), _TITLE),
            published.dumps.get(graph.iri, ()),
        )
        for graph in published.graphs
    ]
