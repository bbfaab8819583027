"""A release: the immutable directory that is served.

It is made by ``stadsgraaf build`` and never changed afterwards; its digest is the SHA-256 of its
canonical N-Quads, so the same data have the same digest everywhere.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from stadsgraaf.errors import Language, NoSuchPath, UsageError
from stadsgraaf.labels import LabelIndex

__all__ = ["FORMAT", "GraphEntry", "Manifest", "Release"]

#: Version of the directory's layout; a release of another layout is built again.
FORMAT = 1


@dataclass(frozen=True)
class GraphEntry:
    """A named graph of the release. ``title`` maps a language tag to the title."""

    iri: str
    role: str
    triples: int
    title: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What a release is: see ``manifest.json``. Texts map a language tag to the text.

    ``digest`` is the SHA-256 of the canonical N-Quads, ``source`` that of what it was built from,
    both in hex.
    """

    digest: str
    triples: int
    source: str = ""
    format: int = FORMAT
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
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def as_json(self) -> str:
        """The manifest as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, text: str) -> "Manifest":
        """The manifest of a ``manifest.json``. Raises TypeError for one of another layout."""
        fields = json.loads(text)
        graphs = [GraphEntry(**entry) for entry in fields.pop("graphs")]
        return cls(**fields, graphs=graphs)

    def name(self, language: Language) -> str:
        """The dataset's title in a language."""
        return self.title.get(language) or next(iter(self.title.values()), "Stadsgraaf")

    def graphs_with(self, role: str) -> list[str]:
        """IRIs of the named graphs with a role, such as ``claims`` or ``facts``."""
        return [graph.iri for graph in self.graphs if graph.role == role]


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
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(reason=f"{manifest} is not a release's manifest: {error}") from None
        if opened.format != FORMAT:
            raise UsageError(reason=f"{path} was built by another version: build it again")
        return cls(path, opened)

    @staticmethod
    def is_at(path: Path) -> bool:
        """Whether a directory is a release."""
        return (path / "manifest.json").is_file() and (path / "data.nq").is_file()

    @property
    def data(self) -> Path:
        """The dataset as canonical N-Quads."""
        return self.path / "data.nq"

    @property
    def dumps(self) -> Path:
        """The folder of the dumps."""
        return self.path / "dumps"

    @cached_property
    def labels(self) -> LabelIndex:
        """The label index."""
        return LabelIndex(self.path / "labels.sqlite")

    @cached_property
    def queries(self) -> list[dict[str, Any]]:
        """The catalogue of canned queries."""
        return self._json("queries.json")  # type: ignore[no-any-return]  # a list, by build.py

    @cached_property
    def statistics(self) -> dict[str, Any]:
        """Counts of classes, properties and graphs."""
        return self._json("statistics.json")  # type: ignore[no-any-return]  # an object, by build.py

    @cached_property
    def report(self) -> dict[str, Any]:
        """The validation report."""
        return self._json("report.json")  # type: ignore[no-any-return]  # an object, by build.py

    def _json(self, name: str) -> Any:
        return json.loads((self.path / name).read_text(encoding="utf-8"))
