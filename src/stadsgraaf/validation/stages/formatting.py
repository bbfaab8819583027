"""Turtle that turtlefmt would write otherwise, each file once, at its first such line.

https://github.com/helsing-ai/turtlefmt

A formatter that fails on a file, or would change what it says, is no finding about the file.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from shutil import which

from stadsgraaf.dataset import Document
from stadsgraaf.errors import Text
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.stages.subject import Subject

__all__ = ["formatted", "formatting"]


def formatting(subject: Subject) -> Iterator[Finding]:
    """Files that are not formatted as turtlefmt does."""
    found = rule("format/turtle")
    documents = [
        document
        for document in subject.dataset.documents
        if document.path.suffix == ".ttl" and not document.turtle.faults and document.turtle.text
    ]
    for document, text in formatted(documents):
        row = _first_difference(document.turtle.text, text)
        if row:
            yield Finding(
                rule=found.iri,
                name=found.name,
                severity=found.severity,
                span=Span(document.path.as_posix(), row, 1, row, 1),
                message=Text(
                    "This file is not formatted from here on: run “turtlefmt” on it.",
                    "Dit bestand is vanaf hier niet opgemaakt: voer “turtlefmt” erop uit.",
                ),
                reason=found.why,
                mend=found.mend,
                engine=_row(text, row),
                excerpt=document.turtle.line(row),
            )


def formatted(documents: Sequence[Document]) -> list[tuple[Document, str]]:
    """What turtlefmt makes of each document; one that it cannot format is left out."""
    by_name = {f"{number}.ttl": document for number, document in enumerate(documents)}
    with tempfile.TemporaryDirectory() as folder:
        for name, document in by_name.items():
            Path(folder, name).write_text(document.turtle.text, encoding="utf-8", newline="")
        # it stops at the first file that it cannot format: then each gets its own turn
        if by_name and not _run([folder]):
            for name in list(by_name):
                if not _run([str(Path(folder, name))]):
                    del by_name[name]
        return [
            (document, Path(folder, name).read_bytes().decode())
            for name, document in by_name.items()
        ]


def _run(paths: Sequence[str]) -> bool:
    # beside the interpreter in an environment that is not activated
    command = which("turtlefmt", path=str(Path(sys.executable).parent)) or which("turtlefmt")
    if command is None:
        raise FileNotFoundError("turtlefmt is not installed")
    done = subprocess.run([command, *paths], capture_output=True, check=False)
    return done.returncode == 0


def _row(text: str, row: int) -> str:
    rows = text.split("\n")
    return rows[row - 1] if row <= len(rows) else ""


def _first_difference(before: str, after: str) -> int:
    """The first line that differs, from 1; 0 when none does."""
    pairs = zip_longest(before.split("\n"), after.split("\n"))
    return next((number for number, (one, other) in enumerate(pairs, 1) if one != other), 0)
