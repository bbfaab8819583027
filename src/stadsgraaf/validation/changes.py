"""What changed since a revision, as git knows it, https://git-scm.com/docs/git-diff."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from stadsgraaf.errors import UsageError
from stadsgraaf.revisions import git

__all__ = ["base_revision", "changed_lines", "content_at"]

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


def content_at(revision: str, path: Path, folder: Path) -> bytes | None:
    """A file as it was at a revision, or None when it was not there."""
    try:
        return git("show", f"{revision}:./{path.as_posix()}", folder=folder)
    except UsageError:
        return None
