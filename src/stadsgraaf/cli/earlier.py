"""What is validated as it was: at a revision, or in the last release."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from stadsgraaf.errors import NothingToServe, Text, UsageError

if TYPE_CHECKING:
    from stadsgraaf.validation import Options, Sources

__all__ = ["Place", "with_release"]

_LATEST = "latest"
_NOTHING_RELEASED = Text(
    "There was nothing yet at that revision, so nothing was compared with it.",
    "In die revisie was er nog niets, dus is er niets mee vergeleken.",
)
_NO_RELEASE = Text(
    "There is no tag, so nothing was compared with a last release.",
    "Er is geen tag, dus is er niets met een vorige versie vergeleken.",
)


@dataclass(frozen=True)
class Place:
    """What is validated, to look at it in another revision."""

    paths: Sequence[Path]
    sources: "Sources"
    exclude: Sequence[str]

    @contextmanager
    def at(self, revision: str) -> "Iterator[Sources | None]":
        """The same at a revision; None when there was nothing yet."""
        from stadsgraaf.validation import gather
        from stadsgraaf.validation.changes import folder_at

        root = self.sources.dataset.root
        with folder_at(revision, root, self.sources.files) as (copy, same):
            there = [copy / os.path.relpath(path, root) for path in self.paths]
            documents = self.sources.dataset.documents
            known = {one.path: one for one in documents if one.path in same}
            try:
                paths = [path for path in there if path.exists()] or [copy]
                found = gather(paths, self.exclude, known=known)
            except NothingToServe:
                found = None
            yield found


def with_release(options: "Options", since: str, place: Place) -> "Options":
    """The options with what the last release says, or with a notice that there is none.

    Raises UsageError for an address: nothing is fetched.
    """
    from stadsgraaf.revisions import read_side
    from stadsgraaf.validation import gather
    from stadsgraaf.validation.changes import latest_tag

    if "://" in since:
        raise UsageError(
            reason=f"--since {since}: nothing is fetched; download it, and name the file"
        )
    if Path(since).exists():
        read = read_side(since, lambda path: gather([path]).dataset)
        return replace(options, released=read.written().read)
    revision = latest_tag(place.sources.dataset.root) if since == _LATEST else since
    if revision is None:
        return replace(options, notices=(*options.notices, _NO_RELEASE))
    with place.at(revision) as sources:
        if sources is None:
            return replace(options, notices=(*options.notices, _NOTHING_RELEASED))
        return replace(options, released=tuple(sources.dataset.asserted))
