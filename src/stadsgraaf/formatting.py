"""Turtle in the one format: what turtlefmt makes of it, and only if it still says the same.

https://github.com/helsing-ai/turtlefmt

Order stays as it is and so does every comment. Where turtlefmt would take a comment for another
(``###`` becomes ``# ##``, a first line gets a space before it), what people wrote is put back.
A text that the formatter cannot read, or that would mean something else afterwards, is not touched.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import zip_longest
from pathlib import Path
from typing import Final, TypeVar

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from stadsgraaf.errors import Text, UsageError

__all__ = ["Formatted", "format_texts", "write"]

_Part = TypeVar("_Part")

_TOKEN: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\''
    r'|"(?:[^"\\\r\n]|\\.)*"|\'(?:[^\'\\\r\n]|\\.)*\''
    r"|<[^<>\"{}|^`\\\s]*(?:\\u[^<>\s]*)*>|\\.|(?P<comment>#[^\r\n]*)",
    re.DOTALL,
)
_HEADING: Final = "##"
_MARK: Final = "\ufeff"

_UNREAD: Final = Text(
    "turtlefmt cannot read it: it knows Turtle 1.1 only",
    "turtlefmt kan het niet lezen: het kent alleen Turtle 1.1",
)
_COMMENT: Final = Text("a comment would be lost", "er zou een opmerking verloren gaan")
_TRIPLES: Final = Text("its triples would change", "de triples zouden veranderen")


@dataclass(frozen=True)
class Formatted:
    """A text before and after; ``fault`` is why it was left as it is."""

    before: str
    after: str
    fault: Text | None = None

    @property
    def changed(self) -> bool:
        """Whether the text is not in the format yet."""
        return bool(self.before) and self.before != self.after

    @property
    def line(self) -> int:
        """The first line that differs, from 1; 0 when none does."""
        pairs = zip_longest(self.before.split("\n"), self.after.split("\n"))
        return next((n for n, (one, other) in enumerate(pairs, 1) if one != other), 0)

    def diff(self, name: str) -> str:
        """What changes, as a unified diff."""
        lines = unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), name, name
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def format_texts(texts: Mapping[str, str]) -> dict[str, Formatted]:
    """Format Turtle texts by name; a byte order mark is dropped.

    >>> print(format_texts({"a": "<http://e/s>   <http://e/p> 1."})["a"].after.strip())
    <http://e/s> <http://e/p> 1 .

    Raises UsageError when turtlefmt is not installed.
    """
    plain = [text.removeprefix(_MARK) for text in texts.values()]
    made = zip(texts.items(), plain, _turtlefmt(plain), strict=True)
    return {name: _judged(text, before, after) for (name, text), before, after in made}


def write(path: Path, text: str) -> None:
    """Replace a file in one step; its permissions stay, and a link keeps pointing at it."""
    target = path.resolve()
    descriptor, fresh = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8"))
        shutil.copymode(target, fresh)
        Path(fresh).replace(target)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


def _judged(text: str, before: str, after: str | None) -> Formatted:
    """What becomes of a text: ``before`` is it without a byte order mark."""
    if after is None:
        return Formatted(text, text, _UNREAD)
    restored = _with_comments(_comments(before), after)
    if restored is None:
        return Formatted(text, text, _COMMENT)
    if restored != before and not _says_the_same(before, restored):
        return Formatted(text, text, _TRIPLES)
    return Formatted(text, restored)


def _comments(text: str) -> list[str]:
    return [found["comment"] for found in _TOKEN.finditer(text) if found["comment"] is not None]


def _with_comments(comments: Sequence[str], text: str) -> str | None:
    """The text with headings as they were; None when its comments are other ones."""
    found = [match for match in _TOKEN.finditer(text) if match["comment"] is not None]
    if [_bare(each) for each in comments] != [_bare(match["comment"]) for match in found]:
        return None
    for comment, match in reversed(list(zip(comments, found, strict=True))):
        if comment.startswith(_HEADING):
            text = text[: match.start()] + comment.rstrip() + text[match.end() :]
    return text[1:] if text.startswith(" #") else text


def _bare(comment: str) -> str:
    return comment.replace("#", "").replace(" ", "").strip()


def _says_the_same(before: str, after: str) -> bool:
    one, other = _triples(before), _triples(after)
    return one is not None and (
        _in_order(one) == _in_order(other or ()) or _canonical(one) == _canonical(other or ())
    )


def _in_order(triples: Iterable[Triple]) -> set[Triple]:
    """The triples with their blank nodes numbered as they come: a formatter keeps the order."""
    names: dict[BlankNode, BlankNode] = {}

    def named(node: _Part) -> _Part | BlankNode:
        if not isinstance(node, BlankNode):
            return node
        return names.setdefault(node, BlankNode(f"b{len(names)}"))

    return {Triple(named(t.subject), t.predicate, named(t.object)) for t in triples}


def _triples(text: str) -> list[Triple] | None:
    """What a text says; None when it is not Turtle. Relative IRIs are resolved alike."""
    try:
        quads = parse(text.encode(), RdfFormat.TURTLE, base_iri="http://base.invalid/")
        return [quad.triple for quad in quads]
    except (SyntaxError, ValueError):
        return None


def _canonical(triples: Iterable[Triple]) -> Dataset:
    dataset = Dataset(Quad(*triple) for triple in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _turtlefmt(texts: Sequence[str]) -> list[str | None]:
    """What turtlefmt makes of each text; None for one that it cannot read."""
    with tempfile.TemporaryDirectory(prefix="turtle-") as folder:
        paths = [Path(folder, f"{number}.ttl") for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text.encode())
        # it stops at the first file that it cannot read: then each gets its own turn
        if not paths or _run([folder]):
            return [path.read_bytes().decode() for path in paths]
        return [path.read_bytes().decode() if _run([str(path)]) else None for path in paths]


def _run(paths: Sequence[str]) -> bool:
    # beside the interpreter in an environment that is not activated
    command = shutil.which("turtlefmt", path=str(Path(sys.executable).parent)) or shutil.which(
        "turtlefmt"
    )
    if command is None:
        reason = Text("turtlefmt is not installed.", "turtlefmt is niet geïnstalleerd.")
        raise UsageError(reason=reason)
    return subprocess.run([command, *paths], capture_output=True, check=False).returncode == 0
