"""Older releases without what was suppressed since.

A release is never changed: one that has something suppressed is written anew, without it, under
another name, and the old one is removed. The archive knows which took the place of which. The
numbers in its description are those of before; the next build counts anew.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pyoxigraph import RdfFormat, Triple, parse

from stadsgraaf.archive import MAKING, Archive
from stadsgraaf.canonical import CanonicalQuads, read_quads
from stadsgraaf.changes import CHANGES, Changes
from stadsgraaf.errors import NoSuchRelease, ReleaseDamaged
from stadsgraaf.metadata import Counts, Linkset, linksets
from stadsgraaf.records import ReportRecord, StatisticsRecord
from stadsgraaf.release import GraphEntry, Manifest, Release
from stadsgraaf.remains import Names, names_in
from stadsgraaf.suppression import Suppressed
from stadsgraaf.writing import Content, files_of, finish, write_files

__all__ = ["cleared", "redact", "without"]

_UNREAD: Final = (
    "it has something that is suppressed, which cannot be taken out; build again, or roll back"
)


def redact(
    archive: Archive,
    progress: Callable[[str], None] = lambda _: None,
    names: Names | None = None,
) -> int:
    """Rewrite every kept release that has something suppressed; how many had.

    Only for who has the archive's lock. The current release is switched to the rewritten one.
    ``names`` are told what the releases called that. One that has it and cannot be read, for it is
    damaged or another version wrote it, is removed; when that is the current one, ReleaseDamaged is
    raised, after all others have been seen to.
    """
    suppressed = archive.suppressed
    archive.departures.forget(suppressed)
    count, unread = 0, ""
    for each in archive.kept() if suppressed else ():
        if not _is_affected(archive.releases / each.identifier, suppressed):
            continue
        try:
            new = _replaced(archive, each.identifier, names)
        except (NoSuchRelease, SyntaxError, ValueError):
            if each.identifier == archive.identifier:
                unread = each.identifier
                continue
            archive.remove(each.identifier)
            progress(f"removed {each.identifier}, which had it and cannot be read")
        else:
            progress(f"release {each.identifier} became {new}")
            count += 1
    if unread:
        raise ReleaseDamaged(release=unread, reason=_UNREAD)
    return count


def _replaced(archive: Archive, identifier: str, names: Names | None) -> str:
    """What a release is called that took the place of another. Raises SyntaxError when it is damaged."""
    release, suppressed = archive.open(identifier), archive.suppressed
    if names is not None:
        names_in(release, suppressed, names)
    with tempfile.TemporaryDirectory(prefix=MAKING, dir=archive.releases) as folder:
        made = Path(folder) / "release"
        made.mkdir()
        manifest = _rewrite(release, suppressed, made)
        archive.add(made, manifest.identifier)
    archive.supersede(identifier, manifest.identifier)
    return manifest.identifier


def _is_affected(folder: Path, suppressed: Suppressed) -> bool:
    """Whether any file that is served mentions something suppressed."""
    needles = [each.encode() for each in (*suppressed.iris, *suppressed.starts)]
    for name in ("data.nq", "queries.json", "report.json", "description.nt"):
        path = folder / name
        if path.is_file():
            with path.open("rb") as lines:
                if any(needle in line for line in lines for needle in needles):
                    return True
    path = folder / CHANGES
    if path.is_file():
        with Changes(path) as changes:
            return any(changes.mentions(text) for text in (*suppressed.iris, *suppressed.starts))
    return False


def without(content: Any, suppressed: Suppressed) -> list[Any]:
    """Of the objects of a JSON list, those that mention nothing suppressed."""
    return [
        each for each in content if not suppressed.mentions(json.dumps(each, ensure_ascii=False))
    ]


def cleared(report: ReportRecord, suppressed: Suppressed) -> ReportRecord:
    """A report without the findings that mention what is suppressed."""
    kept = report.copy()
    kept["findings"] = without(report.get("findings", ()), suppressed)
    return kept


def _rewrite(release: Release, suppressed: Suppressed, made: Path) -> Manifest:
    """Write the release anew, without what is suppressed."""
    manifest, data = release.manifest, made / "data.nq"
    with CanonicalQuads(made) as quads:
        quads.extend(suppressed.kept(read_quads(release.data)))
        digest = quads.write(data)
    counts = Counts()
    counts.add(read_quads(data))
    counted = counts.as_json()
    graphs = [
        replace(graph, triples=counted["graphs"].get(graph.iri, 0))
        for graph in manifest.graphs
        if graph.iri not in suppressed
    ]
    links = linksets(read_quads(data), manifest.base_iri)
    write_files(_content(release, suppressed, graphs, links, counted), made)
    source = f"{manifest.source} {suppressed.digest}"
    rewritten = replace(
        manifest,
        digest=digest,
        source=hashlib.sha256(source.encode()).hexdigest(),
        triples=counted["triples"],
        graphs=graphs,
        files=files_of(made),
    )
    return finish(rewritten, made)


def _content(
    release: Release,
    suppressed: Suppressed,
    graphs: Iterable[GraphEntry],
    links: Mapping[Linkset, Sequence[Triple]],
    counted: StatisticsRecord,
) -> Content:
    """What the release says beside its quads, without what is suppressed."""
    manifest, report = release.manifest, release.report
    return Content(
        prefixes=manifest.prefixes,
        base_iri=manifest.base_iri,
        dumps={graph.iri: graph.dumps for graph in graphs if graph.dumps},
        links=links,
        description=_description(release, suppressed),
        statistics=counted,
        queries=without([each.as_json() for each in release.queries.values()], suppressed),
        report=cleared(report, suppressed),
        rules=release.rules,
        on_disk=manifest.on_disk,
    )


def _description(release: Release, suppressed: Suppressed) -> list[Triple]:
    written = parse(path=str(release.path / "description.nt"), format=RdfFormat.N_TRIPLES)
    return [quad.triple for quad in suppressed.kept(written)]
