"""A release: the immutable directory that is served.

It is made by ``stadsgraaf build`` and never changed afterwards; its digest is the SHA-256 of its
canonical N-Quads, so the same data have the same digest everywhere. Its identifier is the digest of
all that it says, so the same input has the same identifier everywhere.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast

from pyoxigraph import RdfFormat, parse

from stadsgraaf.answers import FILE, Answers
from stadsgraaf.canned import CannedQuery
from stadsgraaf.changes import CHANGES, Changes
from stadsgraaf.errors import Language, NoSuchPath, UsageError
from stadsgraaf.labels import LabelIndex
from stadsgraaf.lookup import LookupIndex
from stadsgraaf.metadata import Linkset, Profile
from stadsgraaf.records import (
    FileRecord,
    ReportRecord,
    RuleRecord,
    StatisticsRecord,
    SurveyRecord,
    Tombstone,
)

__all__ = ["FORMAT", "GraphEntry", "Manifest", "Release", "digest_line"]

#: Version of the directory's layout; a release of another layout is built again.
FORMAT = 5
#: Files that are only another arrangement of the data: their bytes depend on the engine that wrote
#: them, SQLite, RocksDB or a compressor, which differs between machines.
_ARRANGED = (".sqlite", "store/", ".gz", ".zst")
#: Hexadecimal digits of an identifier.
_DIGITS = 16
_DUMPS = "dumps/"


class OtherFormatError(TypeError):
    """Another version of this software wrote it."""


@dataclass(frozen=True)
class GraphEntry:
    """A named graph of the release.

    ``title`` maps a language tag to the title; ``dumps`` are the names of its files.
    """

    iri: str
    role: str
    triples: int
    title: Mapping[str, str] = field(default_factory=dict)
    dumps: Sequence[str] = ()


@dataclass(frozen=True)
class Manifest:
    """What a release is: see ``manifest.json``. Texts map a language tag to the text.

    ``digest`` is the SHA-256 of the canonical N-Quads, ``source`` that of what it was built from,
    both in hex. ``validated`` is false when only the syntax was checked. ``on_disk`` tells whether
    there is a store on the disk. With a ``survey`` the data are in a store of others, and here is what
    was asked of it: which ``release`` was published there (or ""), whether the dataset ``is_named`` by
    its graphs, and what was ``left_out``, in words of both languages.
    """

    digest: str
    triples: int
    source: str = ""
    format: int = FORMAT
    validated: bool = True
    on_disk: bool = False
    version: str | None = None
    base_iri: str | None = None
    dataset: str | None = None
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    licence: str | None = None
    modified: str | None = None
    languages: Sequence[str] = ("nl", "en")
    prefixes: Mapping[str, str] = field(default_factory=dict)
    graphs: Sequence[GraphEntry] = ()
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    survey: SurveyRecord | None = None

    def as_json(self) -> str:
        """The manifest as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def write(self, folder: Path) -> None:
        """Write ``manifest.json`` into a release, and its digest beside it."""
        text = self.as_json()
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        (folder / "manifest.sha256").write_text(digest_line(text.encode()), encoding="ascii")

    @cached_property
    def identifier(self) -> str:
        """What the release is called: the beginning of the digest of all that it says."""
        said = asdict(self)
        if self.survey is None:  # as releases were called before there were any
            del said["survey"]
        said["files"] = {
            name: entry
            for name, entry in self.files.items()
            if not name.startswith(_ARRANGED) and not name.endswith(_ARRANGED)
        }
        text = json.dumps(said, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]

    @classmethod
    def read(cls, text: str) -> "Manifest":
        """The manifest of a ``manifest.json``. Raises OtherFormatError, or TypeError for what is none."""
        fields = json.loads(text)
        if fields["format"] != FORMAT:  # then it has other fields
            raise OtherFormatError(fields["format"])
        graphs = [GraphEntry(**entry) for entry in fields.pop("graphs")]
        return cls(**fields, graphs=graphs)

    def name(self, language: Language) -> str:
        """The dataset's title in a language."""
        return self.title.get(language) or next(iter(self.title.values()), "Stadsgraaf")

    def graph(self, iri: str) -> GraphEntry | None:
        """The named graph with this IRI."""
        return next((graph for graph in self.graphs if graph.iri == iri), None)

    def graphs_with(self, role: str) -> list[str]:
        """IRIs of the named graphs with a role, such as ``claims`` or ``facts``."""
        return [graph.iri for graph in self.graphs if graph.role == role]


def digest_line(content: bytes) -> str:
    """The line that ``manifest.sha256`` has, as ``sha256sum`` writes it."""
    return f"{hashlib.sha256(content).hexdigest()}  manifest.json\n"


@dataclass(frozen=True)
class Release:
    """An opened release."""

    path: Path
    manifest: Manifest

    @classmethod
    def open(cls, path: Path) -> "Release":
        """Open a release. Raises NoSuchPath or, when it has another layout, UsageError."""
        manifest = path / "manifest.json"
        if not manifest.is_file():
            raise NoSuchPath(path=str(manifest))
        try:
            opened = Manifest.read(manifest.read_text(encoding="utf-8"))
        except OtherFormatError:
            reason = f"{path} was built by another version: build it again"
            raise UsageError(reason=reason) from None
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(reason=f"{manifest} is not a release's manifest: {error}") from None
        return cls(path, opened)

    @staticmethod
    def is_at(path: Path) -> bool:
        """Whether a directory is a release."""
        return (path / "manifest.json").is_file() and (path / "data.nq").is_file()

    @property
    def identifier(self) -> str:
        """What it is called; see `Manifest.identifier`."""
        return self.manifest.identifier

    @property
    def data(self) -> Path:
        """The dataset as canonical N-Quads."""
        return self.path / "data.nq"

    @property
    def store(self) -> Path:
        """What a store opens: the folder of the one on the disk, else the N-Quads."""
        return self.path / "store" if self.manifest.on_disk else self.data

    @property
    def dumps(self) -> Path:
        """The folder of the dumps."""
        return self.path / "dumps"

    @cached_property
    def labels(self) -> LabelIndex:
        """The label index."""
        return LabelIndex(self.path / "labels.sqlite")

    @cached_property
    def lookup(self) -> LookupIndex:
        """The index of links to things of others."""
        return LookupIndex(self.path / "lookup.sqlite")

    @cached_property
    def queries(self) -> Mapping[str, CannedQuery]:
        """The catalogue of canned queries, by name."""
        entries = map(CannedQuery.from_json, self._json("queries.json"))
        return {each.name: each for each in entries}

    @cached_property
    def statistics(self) -> StatisticsRecord:
        """Counts of classes, properties and graphs."""
        return cast("StatisticsRecord", self._json("statistics.json"))

    @cached_property
    def counts(self) -> Mapping[Literal["classes", "properties"], Mapping[str, int]]:
        """How many instances a class has, and how often a property is used, by IRI."""
        counted = self.statistics
        return {
            "classes": {each["iri"]: each["count"] for each in counted["classes"]},
            "properties": {each["iri"]: each["count"] for each in counted["properties"]},
        }

    @cached_property
    def linksets(self) -> Sequence[Linkset]:
        """The links to things of others, by property and host, the largest sets first."""
        return [Linkset(**entry) for entry in self.statistics.get("linksets", ())]

    @cached_property
    def moved(self) -> Mapping[str, Tombstone]:
        """What the dataset says to have moved or ended, by IRI; see `departures.tombstones`."""
        known = "moved.json" in self.manifest.files
        return self._json("moved.json") if known else {}

    @cached_property
    def report(self) -> ReportRecord:
        """The validation report."""
        return cast("ReportRecord", self._json("report.json"))

    @property
    def violations(self) -> int:
        """How many rules it was published in spite of; none when it was not validated."""
        return self.report.get("counts", {}).get("violation", 0)

    @cached_property
    def rules(self) -> Sequence[RuleRecord]:
        """The built-in rules that it was validated by."""
        return self._json("rules.json") if "rules.json" in self.manifest.files else []

    @cached_property
    def answers(self) -> Answers | None:
        """Answers to what its pages ask and takes long, as SPARQL JSON; see `web.rehearsal`."""
        return Answers(self.path / FILE) if FILE in self.manifest.files else None

    @cached_property
    def changes(self) -> Changes | None:
        """What changed in a large one since the release before."""
        return Changes(self.path / CHANGES) if CHANGES in self.manifest.files else None

    def close(self) -> None:
        """Close the files that it holds open."""
        for name in ("labels", "lookup", "answers", "changes"):
            if self.__dict__.get(name):
                getattr(self, name).close()

    @cached_property
    def profile(self) -> Profile:
        """What is known of the release, for its description."""
        manifest, path = self.manifest, self.path / "description.nt"
        survey = manifest.survey
        written = parse(path=path, format=RdfFormat.N_TRIPLES) if path.is_file() else ()
        return Profile(
            written=[quad.triple for quad in written],
            dataset=manifest.dataset,
            base_iri=manifest.base_iri,
            title=manifest.title,
            description=manifest.description,
            digest="" if survey and not survey["release"] else manifest.digest,
            statistics=self.statistics,
            graphs={graph.iri: graph.title for graph in manifest.graphs},
            graph_dumps={graph.iri: graph.dumps for graph in manifest.graphs},
            dumps={
                name.removeprefix(_DUMPS): entry
                for name, entry in manifest.files.items()
                if name.startswith(_DUMPS)
            },
            linksets=self.linksets,
            findings=self.report.get("counts", {}),
            is_elsewhere=survey is not None,
        )

    def _json(self, name: str) -> Any:
        return json.loads((self.path / name).read_text(encoding="utf-8"))
