"""A baseline: findings that were there before, which pass, so that only new ones fail.

The file is JSON, one entry a line, so that a review shows which finding came or went. An entry that
no finding answers to any more is reported: it would hide the same mistake when somebody makes it
again.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stadsgraaf.errors import BadConfiguration, NoSuchPath, Text
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span

__all__ = ["Baseline", "write"]


@dataclass(frozen=True)
class _Entry:
    fingerprint: str
    rule: str
    file: str
    line: int
    text: str


@dataclass(frozen=True)
class Baseline:
    """The entries of a baseline file."""

    path: Path
    entries: tuple[_Entry, ...]

    @classmethod
    def read(cls, path: Path) -> "Baseline":
        """Read a baseline. Raises NoSuchPath, and BadConfiguration for a mistake in it."""
        if not path.is_file():
            raise NoSuchPath(path=str(path))
        text = path.read_text(encoding="utf-8")
        try:
            given = json.loads(text)
        except json.JSONDecodeError as error:
            raise BadConfiguration(
                file=str(path), line=error.lineno, reason=f"this is not JSON: {error.msg}"
            ) from None
        found = given.get("findings") if isinstance(given, dict) else None
        if not isinstance(found, list) or not all(map(_is_entry, found)):
            reason = "a baseline has “findings”, a list of objects with “fingerprint” and “rule”"
            raise BadConfiguration(file=str(path), line=1, reason=reason)
        lines = text.splitlines()
        return cls(
            path,
            tuple(
                _Entry(
                    entry["fingerprint"],
                    entry["rule"],
                    str(entry.get("file", "")),
                    *_line(lines, entry["fingerprint"]),
                )
                for entry in found
            ),
        )

    def split(self, findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
        """The findings that are new, and those that are known."""
        known = {entry.fingerprint for entry in self.entries}
        new = [finding for finding in findings if finding.fingerprint not in known]
        return new, [finding for finding in findings if finding.fingerprint in known]

    def stale(self, findings: Iterable[Finding], file: str) -> list[Finding]:
        """A finding for each entry that none of these answers to; ``file`` is the baseline's name."""
        there = {finding.fingerprint for finding in findings}
        return [_stale(entry, file) for entry in self.entries if entry.fingerprint not in there]


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and all(
        isinstance(entry.get(name), str) for name in ("fingerprint", "rule")
    )


def _line(lines: Sequence[str], fingerprint: str) -> tuple[int, str]:
    found = ((number, line) for number, line in enumerate(lines, 1) if fingerprint in line)
    return next(found, (1, fingerprint))


def _stale(entry: _Entry, file: str) -> Finding:
    found = rule("baseline/stale")
    where = f" in {entry.file}" if entry.file else ""
    return found.finding(
        span=Span(file, entry.line, 1, entry.line, 1),
        message=Text(
            f"The finding {entry.rule}{where} is not there any more: delete its entry.",
            f"De bevinding {entry.rule}{where} is er niet meer: haal haar regel weg.",
        ),
        excerpt=entry.text,
    )


def write(path: Path, findings: Iterable[Finding]) -> int:
    """Write a baseline of these findings. Returns how many there are."""
    entries = [
        {
            "fingerprint": finding.fingerprint,
            "rule": finding.name,
            "file": finding.span.file,
            "message": finding.message.en,
        }
        for told in findings
        for finding in told.apart
    ]
    lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    path.write_text(f'{{"format": 1, "findings": [\n{lines}\n]}}\n', encoding="utf-8")
    return len(entries)
