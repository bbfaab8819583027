"""What changed since a revision, as git knows it, https://git-scm.com/docs/git-diff."""

import io
import os
import re
import tarfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from stadsgraaf.errors import UsageError
from stadsgraaf.revisions import git

__all__ = ["base_revision", "changed_lines", "compared_with", "folder_at", "latest_tag"]

#: Files that a dataset is read from, or by which a folder is told to be a release.
_WANTED = re.compile(
    r"(?i)\.(?:ttl|turtle|nt|nq|trig|rdf|owl|jsonld|rq|sparql)\Z|(?:^|/)manifest\.json\Z"
)
#: Files by which a folder is told to be one of Stadsgraaf, or a release: which others count.
_LAYOUT = re.compile(r"data/dataset\.ttl\Z|(?:.*/)?manifest\.json\Z")
#: Names of files that git gets at once.
_MANY = 500
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
    try:
        git("rev-parse", "--verify", f"{revision}^{{commit}}", folder=folder)
    except UsageError as error:
        raise UsageError(reason=f"{revision}: {error.members['reason']}") from None
    there = _names(git("ls-tree", "-r", "-z", "--name-only", revision, "./", folder=folder))
    changed = _names(
        git(
            "diff",
            "--name-only",
            "-z",
            "--relative",
            "--no-renames",
            revision,
            "--",
            ".",
            folder=folder,
        )
    )
    there = {name for name in there if _WANTED.search(name)}
    gone = sorted(there & changed)
    now = {path.as_posix() for path in read}
    all_count = any(map(_LAYOUT.match, changed))
    same = {
        name
        for name in there - changed
        if (all_count or name in now or _LAYOUT.match(name)) and (folder / name).is_file()
    }
    with TemporaryDirectory(prefix="revision-") as name:
        copy = Path(name).resolve()
        # git takes so many names at once
        for start in range(0, len(gone), _MANY):
            packed = git(
                "--literal-pathspecs",
                "archive",
                "--format=tar",
                revision,
                "--",
                *gone[start : start + _MANY],
                folder=folder,
            )
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                archive.extractall(copy, filter="data")
        root = folder.resolve()
        for parent in {(copy / below).parent for below in same}:
            parent.mkdir(parents=True, exist_ok=True)
        for below in same:
            (copy / below).symlink_to(root / below)
        yield copy, frozenset(map(Path, same))


def _names(listed: bytes) -> set[str]:
    return {name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name}
