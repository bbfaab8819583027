"""What is validated when somebody names files and folders: any of the serialisations, any queries.

A folder in the layout of Stadsgraaf is read by it; of any other every file counts whose ending says
that it is RDF or SPARQL, except hidden ones and those of installed packages.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from stadsgraaf.contexts import named_files, names_a_file
from stadsgraaf.dataset import Dataset, Document
from stadsgraaf.errors import NoSuchPath, NothingToServe, SyntaxFault, Text, UsageError
from stadsgraaf.folder import check_name, turtle_files, walk
from stadsgraaf.validation import serialisations
from stadsgraaf.validation.serialisations import ENDINGS

__all__ = ["Sources", "gather", "is_excluded"]

_QUERIES = (".rq", ".sparql", ".ru")
_PACKAGES = frozenset({"node_modules", "__pycache__", "site-packages"})


@dataclass(frozen=True)
class Sources:
    """A dataset, and the files of queries beside those that belong to it."""

    dataset: Dataset
    queries: tuple[Path, ...] = ()

    @property
    def files(self) -> frozenset[Path]:
        """Every file that was read, or could not be, by its path below the root."""
        dataset, root = self.dataset, self.dataset.root
        named = [*self.queries, *(query.path for query in (*dataset.queries, *dataset.rules))]
        named += [Path(str(fault.members["file"])) for fault in dataset.faults]
        return (
            frozenset(_below(root, path) for path in named)
            | {document.path for document in dataset.documents}
            | frozenset(_contexts(dataset.documents))
        )


def gather(
    paths: Sequence[Path],
    exclude: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
    known: Mapping[Path, Document] | None = None,
) -> Sources:
    """Read files and folders. ``exclude`` are patterns of paths below the root, like ``tests/**``.

    ``known`` are documents, by their path below the root, that need not be read again.

    Raises NoSuchPath for a path that is not there, UsageError for a file of another kind,
    NothingToServe when there is neither RDF nor SPARQL.
    """
    for path in paths:
        if not path.exists():
            raise NoSuchPath(path=str(path))
    root = _root(paths)
    if root.is_absolute():
        paths = [path.absolute() for path in paths]
    found = list(dict.fromkeys(file for path in paths for file in _files(path)))
    kept = [file for file in found if not is_excluded(_below(root, file), exclude)]
    rdf = [file for file in kept if file.suffix.lower() in ENDINGS]
    queries = [file for file in kept if file.suffix.lower() in _QUERIES]
    if not rdf and not queries:
        raise NothingToServe(path=", ".join(map(str, paths)), others="")
    barred = [fault for file in rdf if (fault := _barred(file)) is not None]
    rdf = [file for file in rdf if _barred(file) is None]
    plain = [file for file in rdf if file.suffix.lower() == ".ttl"]
    dataset = Dataset.load(root, progress, plain, known)
    others = [file for file in rdf if file.suffix.lower() != ".ttl"]
    if others:
        dataset = _with(dataset, others, progress, known or {})
    dataset = replace(dataset, faults=[*dataset.faults, *barred])
    belonging = {query.path for query in (*dataset.queries, *dataset.rules)}
    belonging |= {Path(str(fault.members["file"])) for fault in dataset.faults}
    return Sources(dataset, tuple(file for file in queries if file not in belonging))


def _barred(file: Path) -> SyntaxFault | None:
    """Why a file cannot be opened, if so."""
    if not file.exists():
        reason = Text("This link leads nowhere.", "Deze verwijzing leidt nergens heen.")
    elif not os.access(file, os.R_OK):
        reason = Text("You may not read this file.", "Je mag dit bestand niet lezen.")
    else:
        return None
    return SyntaxFault(file=str(file), line=0, column=0, reason=reason, rule="serialisation")


def _root(paths: Sequence[Path]) -> Path:
    """The folder that reports name files from: the one that is named, else what all have in common."""
    if len(paths) == 1:
        return paths[0] if paths[0].is_dir() else paths[0].parent
    folders = [path if path.is_dir() else path.parent for path in paths]
    if not any(path.is_absolute() or ".." in path.parts for path in folders):
        return Path()
    return Path(os.path.commonpath([folder.absolute() for folder in folders]))


def _below(root: Path, path: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


def _files(path: Path) -> Iterator[Path]:
    """The files of a folder, or the file itself."""
    if path.is_file():
        if path.suffix.lower() not in ENDINGS and path.suffix.lower() not in _QUERIES:
            known = " ".join([*ENDINGS, *_QUERIES])
            raise UsageError(reason=f"{path} has none of the endings {known}")
        yield path
    elif (path / "data" / "dataset.ttl").is_file():
        yield from turtle_files(path)
        yield from sorted((path / "queries").rglob("*.rq"))
    else:
        endings = {*ENDINGS, *_QUERIES}
        for file in sorted(f for f in walk(path, _PACKAGES) if f.suffix.lower() in endings):
            check_name(file.relative_to(path))
            yield file


def is_excluded(path: Path, patterns: Iterable[str]) -> bool:
    """Whether a path matches a pattern, or lies in a folder that does.

    >>> is_excluded(Path("tests/a/bad.ttl"), ["tests"]), is_excluded(Path("a.ttl"), ["tests/**"])
    (True, False)
    """
    names = [path.as_posix(), *(parent.as_posix() for parent in path.parents)]
    return any(fnmatch(name, pattern.rstrip("/")) for pattern in patterns for name in names)


def _contexts(documents: Iterable[Document]) -> Iterator[Path]:
    """Files that are contexts of others, by their paths below the root."""
    for document in documents:
        if not _alone(document):
            for name in named_files(document.turtle.text):
                yield Path(os.path.normpath(document.path.parent / name))


def _alone(document: Document) -> bool:
    """Whether a file says what it says without another one, such as a context of JSON-LD."""
    return document.path.suffix.lower() != ".jsonld" or not names_a_file(document.turtle.text)


def _with(
    dataset: Dataset,
    files: Iterable[Path],
    progress: Callable[[str], None],
    known: Mapping[Path, Document],
) -> Dataset:
    documents = list(dataset.documents)
    for file in files:
        below = _below(dataset.root, file)
        progress(str(below))
        graph, role, blank_prefix = dataset.names_of(file)
        again = known.get(below)
        if again is not None and (again.graph, again.role) == (graph, role) and _alone(again):
            documents.append(again)
            continue
        read = serialisations.read(file, base_iri=graph.value, blank_prefix=blank_prefix)
        documents.append(Document(below, graph, role, read))
    faults = [fault for document in documents for fault in document.turtle.faults]
    of_queries = [fault for fault in dataset.faults if fault not in faults]
    return replace(dataset, documents=documents, faults=[*of_queries, *faults])
