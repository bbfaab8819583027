"""A survey as a release: what pages need of a store, without the data, which stay there."""

import json
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pyoxigraph import RdfFormat, Triple, parse

from stadsgraaf.archive import MAKING, Archive
from stadsgraaf.canonical import CanonicalQuads, read_quads
from stadsgraaf.errors import Text, UsageError
from stadsgraaf.metadata import linksets
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.records import StatisticsRecord
from stadsgraaf.release import GraphEntry, Manifest, Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.origin import open_origin
from stadsgraaf.store.published import Published
from stadsgraaf.surveying.asking import Surveyor
from stadsgraaf.writing import Content, files_of, write_files

__all__ = ["survey"]

Progress = Callable[[str], None]

_UNNAMED: Final = {"en": "Dataset", "nl": "Dataset"}
_NOT_VALIDATED: Final = {"validated": False, "reason": "the data are in a store that was surveyed"}


@dataclass(frozen=True)
class _Known:
    """What is known of the data before their statements are asked for.

    ``documents`` are what a published release says beside its data, by file; ``has_others`` whether
    the store has graphs of its own, which are no part of the dataset.
    """

    published: Published | None
    documents: Mapping[str, str]
    manifest: Manifest
    has_others: bool = False

    def document(self, name: str, otherwise: Any) -> Any:
        """What a JSON file of the published release holds. Raises UsageError when that is none."""
        try:
            return json.loads(self.documents[name]) if self.documents.get(name) else otherwise
        except ValueError:
            raise UsageError(reason=f"{name} that was published to the store is no JSON") from None

    def description(self) -> list[Triple]:
        """What people wrote of the dataset."""
        text = self.documents.get("description.nt", "")
        return [quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)]


async def survey(settings: Settings, output: Path, progress: Progress = lambda _: None) -> Release:
    """Survey the store of the settings and switch the archive at ``output`` to what was found.

    Where a release was published there, that says what it is; any other store is counted. The same
    state of the store gives the same release. Raises UsageError when the address is none, what
    `Origin.open` raises, and ArchiveLocked when another survey is at work: then nothing is switched.
    """
    archive = Archive(output)
    with (
        archive.locked(),
        tempfile.TemporaryDirectory(prefix=MAKING, dir=archive.releases) as folder,
    ):
        made = Path(folder) / "release"
        made.mkdir()
        manifest = await _write(settings, made, progress)
        target = archive.add(made, manifest.identifier)
        archive.switch(manifest.identifier)
        # what is not surveyed any more may be in the store as before
        archive.departures.path.unlink(missing_ok=True)
        archive.prune(1)
        for each in manifest.survey["left_out"] if manifest.survey else ():
            progress(f"left out: {each['en']}")
        return Release.open(target)


async def _write(settings: Settings, made: Path, progress: Progress) -> Manifest:
    async with _surveying(settings) as surveyor:
        known, left_out = await _look(surveyor, progress)
    graphs = [each.iri for each in known.manifest.graphs]
    async with _surveying(settings, graphs, is_named=known.has_others) as surveyor:
        progress("count classes and properties")
        counted = await _counted(known, surveyor)
        progress("read names")
        with CanonicalQuads(made) as quads:
            await surveyor.collect(counted, quads.extend)
            digest = quads.write(made / "data.nq")
    _write_files(known, counted, made, progress)
    manifest = replace(
        known.manifest,
        digest=known.manifest.digest or digest,
        triples=counted["triples"],
        files=files_of(made),
        survey={
            "release": known.published.identifier if known.published else "",
            "is_named": known.has_others,
            "left_out": [each._asdict() for each in (*left_out, *surveyor.left_out)],
        },
    )
    manifest.write(made)
    return manifest


async def _counted(known: _Known, surveyor: Surveyor) -> StatisticsRecord:
    """The counts of the release that was published there, else those of the store."""
    published: StatisticsRecord | None = known.document("statistics.json", None)
    if published:
        return published
    counted = await surveyor.statistics()
    counted["graphs"] = {each.iri: each.triples for each in known.manifest.graphs}
    return counted


@asynccontextmanager
async def _surveying(
    settings: Settings, graphs: Sequence[str] = (), *, is_named: bool = False
) -> AsyncIterator[Surveyor]:
    """Whoever asks the store of the settings, with a connection for as long as that takes."""
    origin = open_origin(settings, graphs, is_named=is_named)
    try:
        yield Surveyor(
            origin, statements=settings.survey_statements, seconds=settings.survey_timeout
        )
    finally:
        await origin.close()


async def _look(surveyor: Surveyor, progress: Progress) -> tuple[_Known, list[Text]]:
    """What the store says it has; and what of that is left out."""
    progress("look which release was published")
    published = await surveyor.published()
    documents = await surveyor.documents() if published else {}
    manifest = _manifest(documents.get("manifest.json", ""))
    if published and manifest:
        return _Known(published, documents, manifest), []
    progress("count named graphs")
    graphs, has_others = await surveyor.graphs()
    await surveyor.default_graph()
    roles = await surveyor.roles()
    entries = [
        GraphEntry(iri, roles.get(iri, "data"), triples) for iri, triples in sorted(graphs.items())
    ]
    found = Manifest(
        digest="",
        triples=0,
        validated=False,
        title=_UNNAMED,
        prefixes=PREFIXES,
        graphs=entries,
    )
    return _Known(published, {}, found, has_others), surveyor.left_out


def _manifest(text: str) -> Manifest | None:
    """The manifest of what was published, without dumps; None when another version wrote it."""
    try:
        found = Manifest.read(text)
    except (ValueError, KeyError, TypeError):
        return None
    graphs = [replace(each, dumps=()) for each in found.graphs]
    return replace(found, graphs=graphs, on_disk=False)


def _write_files(known: _Known, counted: StatisticsRecord, made: Path, progress: Progress) -> None:
    content = Content(
        prefixes=known.manifest.prefixes,
        base_iri=known.manifest.base_iri,
        dumps=None,
        links=linksets(read_quads(made / "data.nq"), known.manifest.base_iri),
        description=known.description(),
        statistics=counted,
        queries=known.document("queries.json", []),
        report=known.document("report.json", _NOT_VALIDATED),
        rules=known.document("rules.json", []),
        moved=known.document("moved.json", {}),
    )
    write_files(content, made, progress)
