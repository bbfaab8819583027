"""Reading what somebody wrote, first in a process that may fail: the parser is native code.

A document of a few kilobytes can nest so deep that it ends the process that reads it. So each is
read once by a child, with limits on memory and time, without network and without the right to start
programs; what ends the child is a finding with the name of the file, and not the end of a build.
The child names the blank nodes too: where hundreds of them are alike that can take for ever.
What is merely not Turtle is left to the reader that tells line and column.

RDF/XML and JSON-LD can be small and mean gigabytes: they are read by a child that gives N-Quads.
"""

import contextlib
import io
import json
import os
import re
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.parsers import expat

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Quad,
    RdfFormat,
    parse,
    serialize,
)

from stadsgraaf.contexts import elsewhere, included
from stadsgraaf.environment import bare
from stadsgraaf.errors import MachineFault, SyntaxFault, Text
from stadsgraaf.store.sandbox import deny_system_calls
from stadsgraaf.unreadable import Unreadable, in_words, json_fault, xml_fault

__all__ = ["confine", "give", "read_apart", "read_guarded"]

_MIB: Final = 1 << 20
#: MiB of memory that reading may take, and how many more for each MiB of a document.
_MEMORY: Final = 512
_MEMORY_PER_MIB: Final = 64
#: Seconds that a document may take, and how many more for each MiB.
_SECONDS: Final = 15.0
_SECONDS_PER_MIB: Final = 2.0
#: Elements of XML within each other.
_ELEMENTS: Final = 1_000
_BASE: Final = "http://base.invalid/"
_CHILD: Final = (sys.executable, "-m", "stadsgraaf.guarding")
_TOO_MUCH: Final = ("takes too much memory", "kost te veel geheugen")
_TOO_DEEP: Final = (
    "nests so deep that the reader breaks",
    "is zo diep genest dat de lezer breekt",
)


def confine(memory_mib: int, limit: int = resource.RLIMIT_DATA) -> None:
    """Give up network, programs and all memory but this much: what comes now is from strangers."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(limit, (memory_mib * _MIB, memory_mib * _MIB))
    deny_system_calls()


def read_apart(path: Path, form: RdfFormat, base_iri: str | None = None) -> bytes:
    """N-Quads of a file, by a child process. Raises SyntaxFault when it cannot be read."""
    size = path.stat().st_size / _MIB
    memory = _MEMORY + int(size) * _MEMORY_PER_MIB
    seconds = 2 * _SECONDS + size * _SECONDS_PER_MIB
    command = [*_CHILD, str(memory), "--give", form.media_type, base_iri or "", str(path)]
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=seconds, env=bare()
        )
    except subprocess.TimeoutExpired:
        raise _too_long(path, seconds) from None
    if not done.returncode:
        return done.stdout
    if done.returncode == -signal.SIGKILL:
        # nothing of the file is known: somebody ended its reader, such as a machine out of memory
        killed = Text(
            f"the process that reads {path} was killed", f"het proces dat {path} leest is beëindigd"
        )
        raise MachineFault(reason=killed)
    said = done.stderr.decode("utf-8", "replace")
    if "memory" in said:
        raise _fault(path, *_TOO_MUCH)
    place, _, reason = said.rpartition("\n")[2].partition("|")
    if not reason:
        raise _fault(path, *_TOO_DEEP)
    line, column = map(int, place.split(":"))
    raise _unread(path, line, column, *json.loads(reason))


def give(
    path: Path, form: RdfFormat, base_iri: str | None = None, *, beside: bool = False
) -> bytes:
    """N-Quads of a file, by this process. Raises SyntaxFault when it cannot be read.

    With ``beside`` a context of JSON-LD may be a file, named by its path from this one.
    """
    content = path.read_bytes()
    if form == RdfFormat.RDF_XML:
        _check_nesting(path)
    else:
        content = _ready(path, content, beside=beside)
    try:
        quads = parse(content, form, base_iri=base_iri)
        given = serialize(quads, format=RdfFormat.N_QUADS) or b""
    except SyntaxError as error:
        fault = xml_fault(content) if form == RdfFormat.RDF_XML else None
        line, column = _place(content, form, error, fault)
        raise _unread(path, line, column, error.msg) from None
    if form == RdfFormat.RDF_XML and (fault := xml_fault(content)) is not None:
        raise _unread(path, fault.line, fault.column, *fault.reason)
    return given


def _ready(path: Path, content: bytes, *, beside: bool) -> bytes:
    """JSON-LD with the contexts that are in files put where they are named."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content
    if (fault := json_fault(text)) is not None:
        raise _unread(path, fault.line, fault.column, *fault.reason)
    if "@context" not in text and "@import" not in text:
        return content
    try:
        thing, found = json.loads(text), False
        if (name := elsewhere(thing, beside=beside)) is not None:
            raise _unread(path, *_at(text, name), *_not_fetched(name, beside=beside))
        if beside:
            thing, found = included(thing, path)
    except (OSError, ValueError, RecursionError) as error:
        raise _unread(path, *_at(text, "@context"), *_no_context(error)) from None
    return json.dumps(thing).encode() if found else content


def _at(text: str, word: str) -> tuple[int, int]:
    """Line and column of a text in JSON."""
    at = max(text.find(json.dumps(word, ensure_ascii=False)), 0)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _not_fetched(name: str, *, beside: bool) -> tuple[str, str]:
    if not beside:
        return (
            f"The context “{name}” is elsewhere, and nothing is fetched: write what it says in its place.",
            (
                f"De context “{name}” is elders en er wordt niets opgehaald: schrijf in haar plaats wat"
                " zij zegt."
            ),
        )
    return (
        (
            f"The context “{name}” is elsewhere, and nothing is fetched: save it as a file beside this one and"
            " write its path here, or write what it says in its place."
        ),
        (
            f"De context “{name}” is elders en er wordt niets opgehaald: bewaar haar als bestand naast dit"
            " en schrijf hier het pad, of schrijf in haar plaats wat zij zegt."
        ),
    )


def _no_context(error: Exception) -> tuple[str, str]:
    name = Path(error.filename).name if isinstance(error, OSError) and error.filename else ""
    reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return (
        f"The context “{name}” cannot be read ({reason}): mend its path, from the folder of this file.",
        (
            f"De context “{name}” is niet te lezen ({reason}): verbeter het pad, vanuit de map van dit"
            " bestand."
        ),
    )


def _place(
    content: bytes, form: RdfFormat, error: SyntaxError, fault: Unreadable | None
) -> tuple[int, int]:
    """Line and column of an error; of RDF/XML the line that was read last when it was met."""
    if fault is not None:
        return fault.line, fault.column
    if error.lineno is not None or form != RdfFormat.RDF_XML:
        return error.lineno or 0, error.offset or 0
    lines = _Lines(content)
    try:
        for _ in parse(lines, form):  # type: ignore[arg-type]  # the stub asks for IO[bytes]; read() is all it calls
            pass
    except SyntaxError:
        pass
    return lines.given, 1


class _Lines(io.RawIOBase):
    """Gives a parser one line at a time, so that it is known in which one it stops."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._lines = content.splitlines(keepends=True)
        self.given = 0
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, never beyond the end of a line."""
        if not self._rest and self.given < len(self._lines):
            self._rest = self._lines[self.given]
            self.given += 1
        cut = len(self._rest) if size < 0 else size
        out, self._rest = self._rest[:cut], self._rest[cut:]
        return out


def _check_nesting(path: Path) -> None:
    """Elements within elements cost the parser the square of their depth: see it beforehand."""
    depth, parser = 0, expat.ParserCreate()

    def begin(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _ELEMENTS:
            said = f"elements nest deeper than {_ELEMENTS} levels"
            raise _unread(path, parser.CurrentLineNumber, 1, said)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    with path.open("rb") as file, contextlib.suppress(expat.ExpatError, ValueError):
        # what else is wrong is for the parser of RDF to say
        parser.ParseFile(file)


def _unread(path: Path, line: int, column: int, said: str, dutch: str = "") -> SyntaxFault:
    """What a parser said, or with ``dutch`` what was found out about it."""
    said = re.sub(
        r"^Parser error at line .*?column \d+: |^Parser error at line \d+ .*?: ", "", said
    )
    return SyntaxFault(
        file=str(path),
        line=line,
        column=(column or 1) if line else 0,
        reason=Text(said, dutch) if dutch else in_words(said),
        rule="serialisation",
        engine=said,
    )


def read_guarded(paths: Sequence[Path], memory_mib: int | None = None) -> None:
    """Have a child process read Turtle files.

    Raises SyntaxFault for the first that ends it, needs too much memory, or takes too long.
    """
    largest = max((path.stat().st_size for path in paths), default=0) // _MIB
    memory_mib = memory_mib or _MEMORY + largest * _MEMORY_PER_MIB
    with subprocess.Popen(
        [*_CHILD, str(memory_mib), *map(str, paths)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=bare(),
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
            raise _too_long(path, seconds)
        if said == b"m":
            raise _fault(path, *_TOO_MUCH)
        if not said:
            raise _fault(path, *_TOO_DEEP)


def _read_byte(descriptor: int, seconds: float) -> bytes | None:
    end = time.monotonic() + seconds
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while (left := end - time.monotonic()) > 0:
        if poll.poll(left * 1000):
            return os.read(descriptor, 1)
    return None


def _too_long(path: Path, seconds: float) -> SyntaxFault:
    return _fault(path, f"takes longer than {seconds:.0f} s", f"duurt langer dan {seconds:.0f} s")


def _fault(path: Path, english: str, dutch: str) -> SyntaxFault:
    reason = Text(f"The file cannot be read: it {english}.", f"Dit bestand {dutch}.")
    return SyntaxFault(file=str(path), line=1, column=1, reason=reason, rule="serialisation")


def _main(memory_mib: int, names: Sequence[str]) -> None:
    """The child: a byte to stdout for each file that has been read."""
    confine(memory_mib)
    if names[:1] == ["--give"]:
        sys.exit(_give(*names[1:]))
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


def _give(media_type: str, base_iri: str, name: str) -> int:
    """N-Quads on stdout, or the line and the reason on stderr."""
    form = RdfFormat.from_media_type(media_type)
    assert form is not None  # noqa: S101 – the parent took it from a format
    try:
        sys.stdout.buffer.write(give(Path(name), form, base_iri or None, beside=True))
    except SyntaxFault as fault:
        place = f"{fault.members['line']}:{fault.members['column']}"
        sys.stderr.write(f"\n{place}|{json.dumps(fault.members['reason'])}")
        return 1
    except MemoryError:
        sys.stderr.write("memory")
        return 1
    return 0


def _is_blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
