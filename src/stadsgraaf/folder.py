"""The files of a folder that a dataset is read from: its Turtle, its queries and its rules."""

import os
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from stadsgraaf.errors import NoSuchPath, NothingToServe, Text, UsageError

__all__ = [
    "DESCRIPTIONS",
    "below",
    "check_name",
    "description_file",
    "others_among",
    "source_files",
    "turtle_files",
    "walk",
]

#: What a folder has that is a release: its dumps are no sources.
_MANIFEST, _DATA = "manifest.json", "data.nq"
_FOLDERS = ("ontology", "data", "shapes", "queries")
#: Endings of RDF that is not read from a folder.
_OTHERS = frozenset({".hdt", ".jsonld", ".n3", ".nq", ".nt", ".owl", ".rdf", ".trig", ".trix"})
#: Where a folder tells what it is: in the layout, and in any other.
DESCRIPTIONS = ("data/dataset.ttl", "dataset.ttl")


def turtle_files(root: Path) -> list[Path]:
    """The Turtle files of a folder in the layout, else all below it but the hidden ones.

    Raises NoSuchPath when the folder does not exist, NothingToServe when it holds no Turtle, UsageError
    for a file whose name is no text.
    """
    if not root.exists():
        raise NoSuchPath(path=str(root))
    if root.is_file():
        return [root]
    files = _files_below(root)
    found = sorted(path for path in files if path.suffix.lower() == ".ttl")
    if not found:
        others = ", ".join(path.name for path in _other_rdf(files)[:3])
        hint = Text(f"; {others} would have to be", f"; {others} moet dat eerst worden")
        raise NothingToServe(path=str(root), others=hint if others else "")
    for path in found:
        check_name(below(root, path))
    return found


def check_name(path: Path) -> None:
    """Raise UsageError for a name that is no text: the file's graph is called after it."""
    name = os.fsencode(path)
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        shown = name.decode("utf-8", "backslashreplace")
        reason = Text(
            f"the name of the file {shown} is not UTF-8: rename it",
            f"de naam van het bestand {shown} is geen UTF-8: hernoem het",
        )
        raise UsageError(reason=reason) from None


def others_among(root: Path) -> list[str]:
    """RDF in a folder that is not read, for it is no Turtle: names of files below it."""
    files = [] if root.is_file() else _files_below(root)
    return [str(below(root, path)) for path in _other_rdf(files)]


def _other_rdf(files: Iterable[Path]) -> list[Path]:
    return sorted(path for path in files if path.suffix.lower() in _OTHERS)


def _files_below(root: Path) -> list[Path]:
    """The files of a folder that may be sources of a dataset."""
    folders = [root / name for name in _FOLDERS if (root / name).is_dir()]
    if not (root / "data").is_dir():
        folders = [root]
    found = [path for folder in folders for path in walk(folder)]
    manifests = {path.parent for path in found if path.name == _MANIFEST}
    built = {folder for folder in manifests if (folder / _DATA).is_file()}
    return [path for path in found if built.isdisjoint(path.parents)]


def walk(folder: Path, skipped: Container[str] = ()) -> Iterator[Path]:
    """All files below a folder, and links that lead nowhere; nothing hidden, and no pipe or device.

    Raises PermissionError for a folder that may not be looked into: nothing is left out in silence.
    """
    for here, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [n for n in folders if not n.startswith(".") and n not in skipped]
        for name in names:
            path = Path(here, name)
            is_file = path.is_file() or (path.is_symlink() and not path.exists())
            if is_file and not name.startswith("."):
                yield path


def _refuse(error: OSError) -> None:
    raise error


def source_files(root: Path) -> list[Path]:
    """Everything that a dataset is read from: its Turtle, its queries and its rules."""
    folder = root / "queries"
    return [*turtle_files(root), *sorted(folder.glob("*.rq")), *sorted(folder.glob("rules/*.rq"))]


def below(root: Path, path: Path) -> Path:
    """The path of a file within its folder; of a dataset that is one file, its name.

    >>> below(Path("/"), Path("/data/a.ttl")).as_posix()
    'data/a.ttl'
    """
    return path.relative_to(root) if root.is_dir() else Path(path.name)


def description_file(root: Path) -> Path | None:
    """The file in which a folder tells what it is; None without one."""
    path = root / DESCRIPTIONS[0 if (root / "data").is_dir() else 1]
    return path if path.is_file() else None
