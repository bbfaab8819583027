"""Bringing a dataset into the engine: in memory, or as files that are opened and not read.

The default graph that is asked is the merge of all graphs. The engine's own union would give a
triple of two graphs twice; so where graphs overlap, the merge is made and stored as default graph.
"""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import chain, pairwise
from pathlib import Path
from typing import IO

from pyoxigraph import DefaultGraph, RdfFormat, Store, parse

from stadsgraaf.sorting import LineReader

__all__ = ["load", "overlaps", "write_store"]

# What a statement of N-Quads says, without its graph.
_TRIPLE = re.compile(
    rb"""\S+[ ]\S+[ ](?:<<\(.*\)>>|<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*+"\S*)(?=[ ].*\.\s*\Z)""",
    re.VERBOSE,
)
#: The engine's own diary, of no use to a reader.
_DIARY = "LOG*"


def load(data: bytes | Path) -> tuple[Store, bool]:
    """The store of N-Quads, or of a folder; and whether its default graph is the merge of the others.

    Raises OSError when that cannot be read, SyntaxError when it is not N-Quads.
    """
    if isinstance(data, Path) and data.is_dir():
        store = Store.read_only(str(data))
        return store, next(
            store.quads_for_pattern(None, None, None, DefaultGraph()), None
        ) is not None
    store = Store()
    return store, _fill(store, data)


def write_store(data: Path, folder: Path) -> None:
    """Write sorted N-Quads as a store on the disk, to be opened by `load`."""
    store = Store(str(folder))
    _fill(store, data)
    store.optimize()
    store.flush()
    del store  # closes it
    for path in folder.glob(_DIARY):
        path.unlink()


def _fill(store: Store, data: bytes | Path) -> bool:
    """Add the data, and the merge where graphs overlap; whether they do."""
    with _lines(data) as lines:
        _add(store, lines)
    with _lines(data) as lines:
        merge = _merge(lines)
        first = next(merge, None)
        if first is not None:
            _add(store, chain((first,), merge))
    return first is not None


def _add(store: Store, lines: Iterable[bytes]) -> None:
    """Add statements. `Store.bulk_load` would give blank nodes other names in every process."""
    blank: list[bytes] = []
    store.bulk_load(LineReader(_ground(lines, blank)), RdfFormat.N_QUADS)  # type: ignore[arg-type]  # the stub asks for IO[bytes]; read() is all it calls
    if blank:
        store.bulk_extend(parse(b"".join(blank), RdfFormat.N_QUADS))


def _ground(lines: Iterable[bytes], blank: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        if b"_:" in line:
            blank.append(line)
        else:
            yield line


def _lines(data: bytes | Path) -> AbstractContextManager[IO[bytes]]:
    return io.BytesIO(data) if isinstance(data, bytes) else data.open("rb")


def overlaps(data: Path) -> bool:
    """Whether graphs of sorted N-Quads share a triple."""
    with data.open("rb") as lines:
        return _overlap(lines)


def _merge(file: IO[bytes]) -> Iterator[bytes]:
    """Each triple once, as statements of the default graph; nothing when no graphs overlap.

    In sorted N-Quads the statements of one triple are neighbours.
    """
    is_sorted = all(line <= other for line, other in pairwise(file))
    file.seek(0)
    lines = file if is_sorted else sorted(file)
    if not _overlap(lines):
        return
    file.seek(0)
    before = b""
    for line in lines:
        triple = _triple(line)
        if triple != before:
            yield triple + b" .\n"
        before = triple


def _overlap(lines: Iterable[bytes]) -> bool:
    before = last = b""
    for line in lines:
        start = line.rsplit(b" ", 2)[0]  # the triple, or less of a statement without a graph
        if start == before and _triple(line) == _triple(last):
            return True
        before, last = start, line
    return False


def _triple(line: bytes) -> bytes:
    found = _TRIPLE.match(line)
    return found[0] if found else line
