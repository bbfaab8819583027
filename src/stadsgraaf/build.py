"""From a folder to a release: read, validate, write, switch. See `Archive` for the folders.

The same input gives the same release, wherever, whenever and by whomever it is built. Memory does not
grow with a dataset that is not validated, but for what names its blank nodes and counts its things:
some hundreds of bytes for each.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stadsgraaf import __version__
from stadsgraaf.archive import MAKING, Archive
from stadsgraaf.bulk import Bulk
from stadsgraaf.composition import write
from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import InvalidData, ReleaseDamaged, ReleaseShrinks, UnreadableData
from stadsgraaf.folder import below, others_among, source_files
from stadsgraaf.guarding import read_guarded
from stadsgraaf.redaction import redact
from stadsgraaf.release import FORMAT, Manifest, Release
from stadsgraaf.remains import Names, Remnant, remains, said_of
from stadsgraaf.settings import Settings
from stadsgraaf.suppression import NOTHING, Suppressed
from stadsgraaf.validation import Report, Severity, validate
from stadsgraaf.validation.finding import Finding
from stadsgraaf.writing import digest_of

__all__ = ["DEFAULTS", "Options", "build", "fingerprint"]

Progress = Callable[[str], None]

#: What a release may lose of its predecessor's triples without being asked about it.
_SHRINK: Final = 0.5

#: Files that are named where more are meant.
_MOST_NAMED: Final = 5


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
            manifest = write(
                dataset, findings, made, source, progress, options.disk_triples, suppressed
            )
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
