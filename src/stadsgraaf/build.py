"""From a folder to a release: read, derive, validate, write, switch. See `Archive` for the folders.

The same input gives the same release, wherever, whenever and by whomever it is built. Memory does not
grow with a dataset that is not validated, but for what names its blank nodes and counts its things:
some hundreds of bytes for each.
"""

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad, Triple

from stadsgraaf import __version__
from stadsgraaf.archive import MAKING, Archive
from stadsgraaf.bulk import Bulk
from stadsgraaf.dataset import (
    Dataset,
    Graph,
    below,
    others_among,
    report_graph,
    report_node,
    source_files,
)
from stadsgraaf.errors import InvalidData, ReleaseDamaged, ReleaseShrinks, UnreadableData
from stadsgraaf.exports import (
    CanonicalQuads,
    graph_dumps,
    read_quads,
    whole_dumps,
)
from stadsgraaf.guarding import read_guarded
from stadsgraaf.metadata import Counts, Linkset, Profile, inherent, linksets
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.redaction import redact, without
from stadsgraaf.release import FORMAT, GraphEntry, Manifest, Release
from stadsgraaf.remains import Names, Remnant, remains, said_of
from stadsgraaf.settings import Settings
from stadsgraaf.suppression import NOTHING, Suppressed
from stadsgraaf.validation import Report, Severity, validate
from stadsgraaf.validation.catalogue import rules
from stadsgraaf.validation.finding import Finding
from stadsgraaf.validation.formats.turtle import triples as report_triples
from stadsgraaf.writing import Content, digest_of, files_of, write_files

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
#: Files that are named where more are meant.
_MOST_NAMED: Final = 5
#: A description that counts itself is written at most so often.
_MOST_COUNTS: Final = 5


def fingerprint(root: Path, suppressed: Suppressed = NOTHING) -> str:
    """SHA-256, in hex, of everything that a build reads: the files and this software's version."""
    digest = hashlib.sha256(f"{__version__} {FORMAT} {suppressed.digest}".encode())
    for path in source_files(root):
        name = below(root, path)
        digest.update(f"{name.as_posix()}\0{digest_of(path)}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Options:
    """How to build.

    ``keep`` releases stay in the archive. With ``force`` a release may lose most of its triples,
    and is written although nothing changed, in place of one of that name that may be damaged.
    Unless ``validated``, nothing is checked but the syntax, and the release says so. If ``strict`` a
    dataset that does not describe itself has to keep every rule too. One of ``disk_triples`` triples
    or more also has a store on the disk.
    """

    keep: int = Settings.keep_releases
    force: bool = False
    validated: bool = True
    strict: bool = False
    disk_triples: int = Settings.disk_triples

    def would_give(self, present: Release, source: str) -> bool:
        """Whether a release is what would be built of a source."""
        manifest = present.manifest
        return (
            not self.force
            and manifest.source == source
            and manifest.validated == self.validated
            and manifest.on_disk == (manifest.triples >= self.disk_triples)
            and not (self.strict and present.violations)
        )


DEFAULTS: Final = Options()


def build(
    root: Path,
    output: Path,
    progress: Progress = lambda _: None,
    reading: Progress = lambda _: None,
    report: Callable[[Report], None] = lambda _: None,
    options: Options = DEFAULTS,
    left: Callable[[str], None] = lambda _: None,
) -> Release:
    """Build a release of a folder and switch the archive at ``output`` to it.

    ``progress`` is told each step in a few words, ``reading`` each file; ``report`` gets the
    validation report; ``left`` is told, line by line, which RDF was not read, and where names of what is
    suppressed still stand.
    Raises InvalidData when the dataset breaks rules that it has to keep: one that describes itself
    has to keep all, anybody else's folder none unless that is asked for. Raises UnreadableData, or
    SyntaxFault when it is not validated, when a file cannot be read, ReleaseShrinks when it lost more than half of its triples,
    ArchiveLocked when another build is at work: then nothing is switched.
    """
    archive = Archive(output)
    with archive.locked():
        archive.suppress(Suppressed.read(root / "suppressed.txt").entries)
        suppressed = archive.suppressed
        names = Names()
        with contextlib.suppress(ReleaseDamaged):  # another one takes its place
            redact(archive, progress, names)
        source = fingerprint(root, suppressed)
        if others := others_among(root):
            left(_not_read(others))
        present = archive.current()
        if present is not None and options.would_give(present, source):
            progress("nothing changed")
            _tell_remains(archive, names, left)
            return present
        read_guarded(_turtle(root))
        dataset, findings = (
            _validated(root, progress, reading, report, strict=options.strict)
            if options.validated
            else (Bulk.open(root, reading), None)
        )
        if suppressed:
            names.note(dataset.stream(), suppressed)
        with tempfile.TemporaryDirectory(prefix=MAKING, dir=archive.releases) as folder:
            made = Path(folder) / "release"
            made.mkdir()
            manifest = write(dataset, findings, made, source, progress, options, suppressed)
            _check_size(manifest, present, force=options.force)
            target = archive.add(made, manifest.identifier, anew=options.force)
        archive.switch(manifest.identifier)
        redact(archive, progress)
        progress(f"release {manifest.identifier}")
        for identifier in archive.prune(options.keep):
            progress(f"removed {identifier}, which is older than the last {options.keep}")
        _tell_remains(archive, names, left, dataset)
        return Release.open(target)


def _not_read(others: Sequence[str]) -> str:
    more = len(others) - _MOST_NAMED
    named = ", ".join(others[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"not read, for only Turtle (*.ttl) is: {named}"


def _tell_remains(
    archive: Archive,
    names: Names,
    left: Callable[[str], None],
    dataset: Dataset | Bulk | None = None,
) -> None:
    """Tell of every kept release where names still stand, with their files of the newest one."""
    if not names:
        return
    found = [remains(release, names) for release in archive.readable()]
    files = _files_of(dataset, found[0].places) if isinstance(dataset, Dataset) else {}
    for line in said_of(found, files):
        left(line)


def _files_of(dataset: Dataset, places: Iterable[Remnant]) -> dict[Remnant, str]:
    """In which file, and on which line, a text is that somebody wrote; the first where it is twice."""
    wanted = {(each.place, each.property, each.text): each for each in places}
    found: dict[Remnant, str] = {}
    for document in dataset.documents:
        for number, triple in enumerate(document.turtle.triples):
            text = getattr(triple.object, "value", "")
            place = wanted.get((document.graph.value, triple.predicate.value, text))
            if place is not None:
                line = document.turtle.positions[number][2].line
                found.setdefault(place, f"{document.path.as_posix()}:{line}")
    return found


def _turtle(root: Path) -> list[Path]:
    """The files that a dataset is read from, but for its queries."""
    return [path for path in source_files(root) if path.suffix != ".rq"]


def _check_size(manifest: Manifest, present: Release | None, *, force: bool) -> None:
    if present is None or force:
        return
    before, after = present.manifest.triples, manifest.triples
    if after < before * _SHRINK:
        raise ReleaseShrinks(before=before, after=after)


def _validated(
    root: Path,
    progress: Progress,
    reading: Progress,
    report: Callable[[Report], None],
    *,
    strict: bool,
) -> tuple[Dataset, Report]:
    dataset = Dataset.load(root, reading)
    progress("validate")
    findings = validate(dataset)
    report(findings)
    if unread := sum(map(_is_unread, findings.findings)):
        raise UnreadableData(count=unread)
    if findings.violations and (strict or dataset.base_iri):
        raise InvalidData(count=findings.violations)
    return dataset, findings


def _is_unread(finding: Finding) -> bool:
    return finding.severity == Severity.VIOLATION and finding.name.startswith("syntax/")


def write(
    dataset: Dataset | Bulk,
    findings: Report | None,
    made: Path,
    source: str,
    progress: Progress = lambda _: None,
    options: Options = DEFAULTS,
    suppressed: Suppressed = NOTHING,
) -> Manifest:
    """Write the files of a release into a folder; its manifest.

    There are no ``findings`` when the dataset was not validated; nothing that is ``suppressed`` is
    in any file.
    """
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
    report = json.loads(findings.render("json") if findings else _NOT_VALIDATED)
    queries = without([query.as_json() for query in dataset.queries], suppressed)
    content = Content(
        prefixes=dataset.prefixes,
        base_iri=dataset.base_iri,
        dumps=dumps,
        links=links,
        description=profile.written,
        statistics=counted,
        queries=queries,
        rules=[each.as_json() for each in rules().values()],
        report={**report, "findings": without(report.get("findings", ()), suppressed)},
        on_disk=counted["triples"] >= options.disk_triples,
    )
    write_files(content, made, progress)
    manifest = Manifest(
        digest=digest,
        source=source,
        validated=findings is not None,
        on_disk=content.on_disk,
        triples=counted["triples"],
        prefixes=dataset.prefixes,
        base_iri=dataset.base_iri,
        graphs=_graph_entries(dataset, graphs, counted["graphs"], dumps),
        files=files_of(made),
        **_description(dataset),
    )
    manifest.write(made)
    return manifest


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


def _graph_entries(
    dataset: Dataset | Bulk,
    graphs: Iterable[Graph],
    counts: Mapping[str, int],
    dumps: Mapping[str, Sequence[str]],
) -> list[GraphEntry]:
    quads = [quad for quad in dataset.asserted if quad.predicate.value == _TITLE]
    return [
        GraphEntry(
            graph.iri,
            graph.role,
            counts.get(graph.iri, 0),
            _texts(quads, NamedNode(graph.iri), _TITLE),
            dumps.get(graph.iri, ()),
        )
        for graph in graphs
    ]
