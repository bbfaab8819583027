"""More lines than memory holds, sorted: in runs on the disk that are merged.

>>> import tempfile
>>> from pathlib import Path
>>> with tempfile.TemporaryDirectory() as folder, SortedLines(Path(folder), run=2) as lines:
...     lines.extend([b"c", b"a", b"b", b"a"])
...     list(lines)
[b'a', b'b', b'c']
"""

import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from pathlib import Path
from typing import IO, Final

from stadsgraaf.closing import Closing

__all__ = ["LineReader", "SortedLines"]

#: Lines that are sorted at once: some 200 MB of them.
_RUN: Final = 1_000_000


class SortedLines(Closing):
    """Lines, each with its end, in the order of their bytes and each once.

    What does not fit in ``run`` lines waits in nameless files in ``folder``.
    """

    def __init__(self, folder: Path, run: int = _RUN) -> None:
        self._folder = folder
        self._run = run
        self._lines: list[bytes] = []
        self._files: list[IO[bytes]] = []
        self._open = ExitStack()

    def close(self) -> None:
        """Give up its files."""
        self._open.close()

    def extend(self, lines: Iterable[bytes]) -> None:
        """Add lines in any order."""
        self._lines.extend(lines)
        if len(self._lines) >= self._run:
            self._spill()

    def _spill(self) -> None:
        self._lines.sort()
        file = self._open.enter_context(tempfile.TemporaryFile(dir=self._folder))  # noqa: SIM115 – the stack closes it
        file.writelines(_with_length(self._lines))
        self._files.append(file)
        self._lines = []

    def __iter__(self) -> Iterator[bytes]:
        """All lines so far, sorted."""
        self._lines.sort()
        before: bytes | None = None
        for line in merge(*map(_read, self._files), self._lines):
            if line != before:
                yield line
            before = line


def _with_length(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines may have ends inside, or none: each comes after its length."""
    for line in lines:
        yield len(line).to_bytes(4, "little")
        yield line


def _read(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while length := file.read(4):
        yield file.read(int.from_bytes(length, "little"))


class LineReader(io.RawIOBase):
    """Lines as a file, for whoever reads files.

    >>> LineReader([b"ab", b"cd"]).read(3)
    b'abc'
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        super().__init__()
        self._lines = iter(lines)
        self._rest = b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes, fewer only at the end; all of them when negative."""
        pieces, length = [self._rest], len(self._rest)
        while size < 0 or length < size:
            piece = next(self._lines, None)
            if piece is None:
                break
            pieces.append(piece)
            length += len(piece)
        joined = b"".join(pieces)
        cut = length if size < 0 else size
        self._rest = joined[cut:]
        return joined[:cut]
