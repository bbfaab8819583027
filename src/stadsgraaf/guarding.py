"""Reading what somebody wrote, first in a process that may fail: the parser is native code.

A document of a few kilobytes can nest so deep that it ends the process that reads it. So each is
read once by a child, with limits on memory and time, without network and without the right to start
programs; what ends the child is a finding with the name of the file, and not the end of a build.
The child names the blank nodes too: where hundreds of them are alike that can take for ever.
What is merely not Turtle is left to the reader that tells line and column.
"""

import os
import resource
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from stadsgraaf.errors import SyntaxFault, Text
from stadsgraaf.store.sandbox import deny_system_calls

__all__ = ["read_guarded"]

_MIB: Final = 1 << 20
#: MiB of memory that reading may take, and how many more for each MiB of a document.
_MEMORY: Final = 512
_MEMORY_PER_MIB: Final = 64
#: Seconds that a document may take, and how many more for each MiB.
_SECONDS: Final = 15.0
_SECONDS_PER_MIB: Final = 2.0
_BASE: Final = "http://base.invalid/"


def read_guarded(paths: Sequence[Path], memory_mib: int | None = None) -> None:
    """Have a child process read Turtle files.

    Raises SyntaxFault for the first that ends it, needs too much memory, or takes too long.
    """
    largest = max((path.stat().st_size for path in paths), default=0) // _MIB
    memory_mib = memory_mib or _MEMORY + largest * _MEMORY_PER_MIB
    command = [sys.executable, "-m", "stadsgraaf.guarding", str(memory_mib)]
    environ = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [*command, *map(str, paths)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
    ) as child:
        try:
            _follow(child, paths)
        finally:
            child.kill()


def _follow(child: "subprocess.Popen[bytes]", paths: Sequence[Path]) -> None:
    """Hear of each file when it has been read."""
    assert child.stdout  # noqa: S101 – it is a pipe
    for number, path in enumerate(paths):
        seconds = _SECONDS + path.stat().st_size / _MIB * _SECONDS_PER_MIB
        if not number:
            seconds += _SECONDS  # the child has to start, too
        said = _read_byte(child.stdout.fileno(), seconds)
        if said is None:
            raise _fault(
                path, f"takes longer than {seconds:.0f} s", f"duurt langer dan {seconds:.0f} s"
            )
        if said == b"m":
            raise _fault(path, "takes too much memory", "kost te veel geheugen")
        if not said:
            raise _fault(
                path,
                "nests so deep that the reader breaks",
                "is zo diep genest dat de lezer breekt",
            )


def _read_byte(descriptor: int, seconds: float) -> bytes | None:
    end = time.monotonic() + seconds
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while (left := end - time.monotonic()) > 0:
        if poll.poll(left * 1000):
            return os.read(descriptor, 1)
    return None


def _fault(path: Path, english: str, dutch: str) -> SyntaxFault:
    reason = Text(f"The file cannot be read: it {english}.", f"Dit bestand {dutch}.")
    return SyntaxFault(file=str(path), line=1, column=1, reason=reason)


def _main(memory_mib: int, names: Sequence[str]) -> None:
    """The child: a byte to stdout for each file that has been read."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (memory_mib * _MIB, memory_mib * _MIB))
    deny_system_calls()
    for name in names:
        said = b"."
        try:
            read = parse(path=name, format=RdfFormat.TURTLE, base_iri=_BASE)
            named = Dataset(quad for quad in read if _is_blank(quad))
            named.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        except MemoryError:
            said = b"m"
        except (SyntaxError, OSError, ValueError):
            pass  # the reader that follows says where
        os.write(1, said)


def _is_blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
