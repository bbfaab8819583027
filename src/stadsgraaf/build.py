"""From a folder to a release: read, validate, write, switch. See `Archive` for the folders.

The same input gives the same release, wherever, whenever and by whomever it is built. Memory does not
grow with a dataset that is not validated, but for what names its blank nodes and counts its things:
some hundreds of bytes for each.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Iterable, Sequence
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
from stadsgraaf.writing import digest_of, with_changes

__all__ = ["DEFAULTS", "Listener", "Options", "build", "fingerprint"]

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


class Listener:
    """Who hears how a build goes. This one takes no notice; others override what they want to hear."""

    def step(self, step: str) -> None:
        """The next step, in a few words."""

    def file(self, name: str) -> None:
        """A file is being read."""

    def validated(self, report: Report) -> None:
        """The dataset has been validated."""

    def left(self, line: str) -> None:
        """RDF that was not read, or a place where a name of what is suppressed still stands."""


NOBODY: Final = Listener()


def build(
    root: Path, output: Path, options: Options = DEFAULTS, listener: Listener = NOBODY
) -> Release:
    """Build a release of a folder and switch the archive at ``output`` to it.

    Raises InvalidData when the dataset breaks rules that it has to keep: one that describes itself
    has to keep all, anybody else's folder none unless that is asked for. Raises UnreadableData, or
    SyntaxFault when it is not validated, when a file cannot be read, ReleaseShrinks when more than
    half of its triples are lost, ArchiveLocked when another build is at work: then nothing is switched.
    """
    archive = Archive(output)
    with archive.locked():
        archive.suppress(Suppressed.read(root / "suppressed.txt").entries)
        names = Names()
        with contextlib.suppress(ReleaseDamaged):  # another one takes its place
            redact(archive, listener.step, names)
        if others := others_among(root):
            listener.left(_not_read(others))
        return _Build(root, archive, archive.suppressed, options, listener, names).release()


@dataclass(frozen=True)
class _Build:
    """One build, in a locked archive; ``names`` are those of what is suppressed."""

    root: Path
    archive: Archive
    suppressed: Suppressed
    options: Options
    listener: Listener
    names: Names

    def release(self) -> Release:
        """The release that is current now: a new one, unless nothing changed."""
        source = fingerprint(self.root, self.suppressed)
        present = self.archive.current()
        if present is not None and self.options.would_give(present, source):
            self.listener.step("nothing changed")
            self._tell_remains()
            return present
        read_guarded(_turtle(self.root))
        dataset, findings = self._read()
        if self.suppressed:
            self.names.note(dataset.stream(), self.suppressed)
        target, identifier = self._add(dataset, findings, source, present)
        self._switch(identifier)
        self._tell_remains(dataset)
        return Release.open(target)

    def _read(self) -> tuple[Dataset | Bulk, Report | None]:
        """The dataset, and its report when it is validated."""
        if not self.options.validated:
            return Bulk.open(self.root, self.listener.file), None
        dataset = Dataset.load(self.root, self.listener.file)
        self.listener.step("validate")
        report = validate(dataset)
        self.listener.validated(report)
        if unread := sum(map(_is_unread, report.findings)):
            raise UnreadableData(count=unread)
        if report.violations and (self.options.strict or dataset.base_iri):
            raise InvalidData(count=report.violations)
        return dataset, report

    def _add(
        self, dataset: Dataset | Bulk, findings: Report | None, source: str, present: Release | None
    ) -> tuple[Path, str]:
        """Write the release into the archive; its folder there, and its identifier."""
        archive, options = self.archive, self.options
        with tempfile.TemporaryDirectory(prefix=MAKING, dir=archive.releases) as folder:
            made = Path(folder) / "release"
            made.mkdir()
            manifest = write(
                dataset,
                findings,
                made,
                source,
                self.listener.step,
                options.disk_triples,
                self.suppressed,
            )
            _check_size(manifest, present, force=options.force)
            with_changes(manifest, made, present, self.listener.step)
            return archive.add(made, manifest.identifier, anew=options.force), manifest.identifier

    def _switch(self, identifier: str) -> None:
        """Make a release the current one, and remove those that are older than what is kept."""
        archive, keep = self.archive, self.options.keep
        archive.switch(identifier)
        redact(archive, self.listener.step)
        self.listener.step(f"release {identifier}")
        for old in archive.prune(keep):
            self.listener.step(f"removed {old}, which is older than the last {keep}")

    def _tell_remains(self, dataset: Dataset | Bulk | None = None) -> None:
        """Tell of every kept release where names still stand, with their files of the newest one."""
        if not self.names:
            return
        found = [remains(release, self.names) for release in self.archive.readable()]
        files = _files_of(dataset, found[0].places) if isinstance(dataset, Dataset) else {}
        for line in said_of(found, files):
            self.listener.left(line)


def _not_read(others: Sequence[str]) -> str:
    more = len(others) - _MOST_NAMED
    named = ", ".join(others[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"not read, for only Turtle (*.ttl) is: {named}"


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


def _is_unread(finding: Finding) -> bool:
    return finding.severity == Severity.VIOLATION and finding.name.startswith("syntax/")
