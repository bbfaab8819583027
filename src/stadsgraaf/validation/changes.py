"""What changed since a revision, as git knows it, https://git-scm.com/docs/git-diff."""

import io
import os
import re
import shutil
import tarfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from stadsgraaf.errors import Text, UsageError
from stadsgraaf.revisions import git

__all__ = ["base_revision", "changed_lines", "compared_with", "folder_at", "latest_tag"]

#: Files that a dataset is read from, or by which a folder is told to be a release.
_WANTED = re.compile(
    r"(?i)\.(?:ttl|turtle|nt|nq|trig|rdf|owl|jsonld|json|rq|sparql|ru)\Z|(?:^|/)manifest\.json\Z"
)
#: Files by which a folder is told to be one of Stadsgraaf, or a release: which others count.
_LAYOUT = re.compile(r"data/dataset\.ttl\Z|(?:.*/)?manifest\.json\Z")
#: Another repository within this one, as git lists it, https://git-scm.com/docs/gitsubmodules
_MODULE = re.compile(r"160000 commit ([0-9a-f]+)\t(.+)\Z", re.DOTALL)
#: Names of files that git gets at once.
_MANY = 500
#: Bytes that a folder in memory must have left, to be of use.
_ROOM = 1 << 28
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")


def base_revision(environ: Mapping[str, str]) -> str:
    """What a change is compared with: the target of a pull request, else the commit before."""
    target = environ.get("GITHUB_BASE_REF") or environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    return f"origin/{target}" if target else "HEAD^"


def changed_lines(revision: str | None = None) -> set[tuple[str, int]]:
    """Files and lines of the new side of a change; none when git does not know the revision."""
    try:
        text = git("diff", "--unified=0", "--relative", revision or base_revision(os.environ))
    except UsageError:
        return set()
    found: set[tuple[str, int]] = set()
    file = ""
    for line in text.decode("utf-8", "replace").splitlines():
        if line.startswith("+++ "):
            file = line.removeprefix("+++ ").removeprefix("b/").rstrip("\t")
        elif hunk := _HUNK.match(line):
            start, count = int(hunk[1]), int(hunk[2] or 1)
            found |= {(file, number) for number in range(start, start + count)}
    return found


def compared_with(environ: Mapping[str, str]) -> str:
    """What ``--changed`` compares with: the target of a pull request, else the last commit."""
    found = base_revision(environ)
    return "HEAD" if found == "HEAD^" else found


def latest_tag(folder: Path) -> str | None:
    """The newest tag that the commit here comes after; None when there is none."""
    try:
        return git("describe", "--tags", "--abbrev=0", folder=folder).decode().strip()
    except UsageError:
        return None


@contextmanager
def folder_at(
    revision: str, folder: Path, read: Collection[Path]
) -> Iterator[tuple[Path, frozenset[Path]]]:
    """A folder as it was at a revision, and the files in it that are still the same.

    These are links to the files there are now. Of those that did not change, the ones that are not
    ``read`` now were not read then, so they are left out. The folder is empty when it was not there.
    Raises UsageError when git does not know the revision, or the folder is in no repository.
    """
    with TemporaryDirectory(prefix="revision-", dir=_in_memory()) as name:
        copy = Path(name).resolve()
        there = _commit(revision, folder)
        same = _restored(there, folder, copy, read) if there else set[str]()
        yield copy, frozenset(map(Path, same))


def _in_memory() -> str | None:
    """A folder in memory, where links cost little; None where there is none, or another is named."""
    place = "/dev/shm"  # noqa: S108 – a folder of our own is made in it
    if "TMPDIR" in os.environ or not os.access(place, os.W_OK | os.X_OK):
        return None
    return place if shutil.disk_usage(place).free > _ROOM else None


def _commit(revision: str, folder: Path) -> str | None:
    """The commit of a revision; None for the last one where there is none yet."""
    try:
        return (
            git("rev-parse", "--verify", f"{revision}^{{commit}}", folder=folder).decode().strip()
        )
    except UsageError as error:
        # in a repository whose first commit is still to come all is new
        if revision == "HEAD" and _is_repository(folder):
            return None
        raise UsageError(reason=_unknown(revision, str(error.members["reason"]))) from None


def _is_repository(folder: Path) -> bool:
    try:
        return git("rev-parse", "--is-inside-work-tree", folder=folder).strip() == b"true"
    except UsageError:
        return False


def _unknown(revision: str, said: str) -> str | Text:
    """Why a revision is not known; most often the history was not fetched."""
    if "Needed a single revision" not in said:
        return f"{revision}: {said}"
    return Text(
        f"git does not know the revision {revision}. In a job, fetch the history first"
        " (fetch-depth: 0 at GitHub, GIT_DEPTH: 0 at GitLab).",
        f"git kent de revisie {revision} niet. Haal in een job eerst de geschiedenis op"
        " (fetch-depth: 0 bij GitHub, GIT_DEPTH: 0 bij GitLab).",
    )


def _restored(revision: str, folder: Path, copy: Path, read: Collection[Path]) -> set[str]:
    """Write a folder as it was; of what did not change, only what is read. Returns what did not."""
    entries = _names(git("ls-tree", "-r", "-z", revision, "./", folder=folder))
    there = {name for entry in entries if _WANTED.search(name := entry.partition("\t")[2])}
    changed = _changed(revision, folder)
    gone = sorted(there & changed)
    # git takes so many names at once
    for start in range(0, len(gone), _MANY):
        _unpack(revision, gone[start : start + _MANY], folder, copy)
    same = _unchanged_and_read(there, changed, folder, read)
    _link(same, folder, copy)
    for commit, below in (found.groups() for entry in entries if (found := _MODULE.match(entry))):
        if _has(folder / below, commit):
            inside = [path.relative_to(below) for path in read if path.is_relative_to(below)]
            (copy / below).mkdir(parents=True, exist_ok=True)
            there_too = _restored(commit, folder / below, copy / below, inside)
            same |= {f"{below}/{name}" for name in there_too}
    return same


def _changed(revision: str, folder: Path) -> set[str]:
    """Names of the files below a folder that are not what they were at a revision."""
    options = ("--name-only", "-z", "--relative", "--no-renames", "--ignore-submodules")
    return _names(git("diff", *options, revision, "--", ".", folder=folder))


def _unchanged_and_read(
    there: set[str], changed: set[str], folder: Path, read: Collection[Path]
) -> set[str]:
    """Of the files that were ``there`` those that did not change, and that a run reads."""
    now = {path.as_posix() for path in read}
    # a layout is there or not, whatever its files say
    all_count = any(
        _LAYOUT.match(name) and not (name in there and (folder / name).is_file())
        for name in changed
    )
    return {
        name
        for name in there - changed
        if (all_count or name in now or _LAYOUT.match(name)) and (folder / name).is_file()
    }


def _link(names: Collection[str], folder: Path, copy: Path) -> None:
    """Let files of a folder be in its copy too."""
    root = folder.resolve()
    for parent in {(copy / below).parent for below in names}:
        parent.mkdir(parents=True, exist_ok=True)
    for below in names:
        (copy / below).symlink_to(root / below)


def _has(module: Path, commit: str) -> bool:
    """Whether a repository within this one is at hand, with the commit asked for."""
    if not (module / ".git").exists():
        return False
    try:
        git("cat-file", "-e", f"{commit}^{{commit}}", folder=module)
    except UsageError:
        return False
    return True


def _unpack(revision: str, names: Sequence[str], folder: Path, copy: Path) -> None:
    packed = git(
        "--literal-pathspecs", "archive", "--format=tar", revision, "--", *names, folder=folder
    )
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(copy, filter="data")


def _names(listed: bytes) -> set[str]:
    return {name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name}
