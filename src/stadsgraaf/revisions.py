"""What a comparison is between: files, folders, releases, and revisions in git.

https://git-scm.com/docs/gitrevisions
"""

import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import NoSuchPath, SyntaxFault, Text, UsageError
from stadsgraaf.namespaces import PREFIXES

__all__ = ["VERSIONS", "Read", "git", "read_side"]

_DATA = "data.nq"
_MANIFEST = "manifest.json"
_CURRENT = "current"
#: Roles of named graphs that building adds.
_BUILT = frozenset({"facts", "queries", "validation"})
#: What carries a version says so with one of these.
VERSIONS = (
    PREFIXES["owl"] + "versionInfo",
    PREFIXES["dcat"] + "version",
    PREFIXES["schema"] + "version",
    "http://purl.org/pav/version",
)


@dataclass(frozen=True)
class Read:
    """What was read: quads as people wrote them, or of a release all that it publishes.

    ``roles`` are those of the named graphs of a release, by IRI.
    """

    read: tuple[Quad, ...]
    prefixes: Mapping[str, str] = field(default_factory=dict)
    base_iri: str | None = None
    is_file: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)

    def quads(self, *, merged: bool) -> Iterator[Quad]:
        """The quads; ``merged`` puts them all in the default graph."""
        for quad in self.read:
            yield Quad(quad.subject, quad.predicate, quad.object) if merged else quad

    def written(self) -> "Read":
        """The same without what the building of a release adds: that is no work of people."""
        versioned = {quad.subject for quad in self.read if quad.predicate.value in VERSIONS}

        def is_written(quad: Quad) -> bool:
            role = self.roles.get(getattr(quad.graph_name, "value", ""), "data")
            return role not in _BUILT and (role != "metadata" or quad.subject in versioned)

        return replace(self, read=tuple(filter(is_written, self.read))) if self.roles else self


def git(*arguments: str, folder: Path | None = None) -> bytes:
    """What git answers. Raises UsageError when it cannot."""
    try:
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", *arguments],  # noqa: S607 – the git of the user
            cwd=folder,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError(
            reason=Text("git is not installed.", "git is niet geïnstalleerd.")
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise UsageError(reason=f"git {arguments[0]}: {said}")
    return done.stdout


def read_side(name: str, load: Callable[[Path], Dataset] = Dataset.load) -> Read:
    """Read a path or, where there is none, a revision in git, with or without a path after a colon.

    ``load`` reads a file or folder. Raises NoSuchPath when it is neither, NothingToServe when there is no RDF, and SyntaxFault when
    some of it cannot be read.
    """
    path = Path(name)
    if path.exists():
        return _path(path, load)
    revision, _, below = name.partition(":")
    try:
        kind = git("cat-file", "-t", f"{revision}:{_relative(below)}").decode().strip()
    except UsageError:
        raise NoSuchPath(path=name) from None
    with tempfile.TemporaryDirectory(prefix="revision-") as folder:
        if kind == "blob":
            file = Path(folder, Path(below).name)
            file.write_bytes(git("show", f"{revision}:{_relative(below)}"))
            return _path(file, load)
        packed = git("archive", "--format=tar", revision, *([below] if below else []))
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        return _path(Path(folder, below), load)


def _relative(below: str) -> str:
    """Paths are meant from the folder where the command runs, as everywhere else."""
    return f"./{below}"


def _path(path: Path, load: Callable[[Path], Dataset]) -> Read:
    for folder in (path, path / _CURRENT):
        if (folder / _MANIFEST).is_file() and (folder / _DATA).is_file():
            manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            roles = {graph["iri"]: graph["role"] for graph in manifest.get("graphs", ())}
            return Read(tuple(parse(path=folder / _DATA, format=RdfFormat.N_QUADS)), roles=roles)
    dataset = load(path)
    unread = [fault for fault in dataset.faults if not str(fault.members["file"]).endswith(".rq")]
    if unread:
        raise SyntaxFault(**unread[0].members)
    return Read(tuple(dataset.asserted), dataset.prefixes, dataset.base_iri, path.is_file())
