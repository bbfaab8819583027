"""Suppression on the line: a comment lets a finding pass, and says why.

::

    ex:a ex:born "1900-02-29"^^xsd:date . # stadsgraaf:ignore lexical/literal -- so in the register

A comment after a statement counts for its line; one that stands alone counts for the next line. It
names the rules, with commas between, and must give a reason. One that suppresses nothing, knows no
such rule or gives no reason is a finding itself.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from stadsgraaf.errors import Text
from stadsgraaf.turtle.scan import Lines, comments
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.finding import Finding, Span

__all__ = ["Suppression", "apply", "faults", "suppressions"]

_MARK = "stadsgraaf:ignore"
_FORM = re.compile(
    rf"\s*{_MARK}\b[ \t]*(?P<rules>[^\r\n]*?)(?:\s+--\s+(?P<reason>.*\S))?\s*(?:--)?\s*"
)


@dataclass
class Suppression:
    """One comment: the file and line that it counts for, its own place, rules and reason.

    ``used`` are the rules of which it let a finding pass.
    """

    file: str
    line: int
    span: Span
    rules: tuple[str, ...]
    reason: str
    excerpt: str
    used: set[str] = field(default_factory=set)


def suppressions(file: str, text: str) -> Iterator[Suppression]:
    """The suppressions in a file of Turtle, TriG, N-Quads or SPARQL."""
    if _MARK not in text:
        return
    lines = Lines(text)
    rows = text.split("\n")
    for offset, words in comments(text):
        found = _FORM.fullmatch(words)
        if found is None:
            continue
        line, column = lines.at(offset)
        alone = not rows[line - 1][: column - 1].strip()
        yield Suppression(
            file=file,
            line=_next(rows, line) if alone else line,
            span=Span(file, line, column, line, column + len(words) + 1),
            rules=tuple(name for name in re.split(r"[,\s]+", found["rules"]) if name),
            reason=found["reason"] or "",
            excerpt=rows[line - 1].rstrip("\r"),
        )


def _next(rows: Sequence[str], line: int) -> int:
    """The next line that is neither empty nor a comment."""
    for number in range(line, len(rows)):
        row = rows[number].strip()
        if row and not row.startswith("#"):
            return number + 1
    return line


def apply(
    findings: Iterable[Finding], given: Sequence[Suppression]
) -> tuple[list[Finding], list[Finding]]:
    """The findings that stay, and those that pass. ``faults`` tells of the suppressions afterwards."""
    by_place: dict[tuple[str, int], list[Suppression]] = {}
    for suppression in given:
        if suppression.reason:
            by_place.setdefault((suppression.file, suppression.line), []).append(suppression)
    stay: list[Finding] = []
    passed: list[Finding] = []
    for finding in findings:
        there = by_place.get((finding.span.file, finding.span.line), [])
        fitting = [one for one in there if finding.name in one.rules or finding.rule in one.rules]
        for one in fitting:
            one.used.update({finding.name, finding.rule})
        (passed if fitting else stay).append(finding)
    return stay, passed


def faults(given: Iterable[Suppression], known: Collection[str]) -> Iterator[Finding]:
    """What is wrong with suppressions, once they have been applied."""
    for one in given:
        yield from _told(one, known)


def _told(suppression: Suppression, known: Collection[str]) -> Iterator[Finding]:
    """What is wrong with a suppression."""
    if not suppression.reason or not suppression.rules:
        message = Text(
            f"Name the rule and say why: “# {_MARK} RULE -- reason”.",
            f"Noem de regel en zeg waarom: “# {_MARK} REGEL -- reden”.",
        )
        yield _finding("suppress/no-reason", suppression, message)
        return
    for name in suppression.rules:
        if name in suppression.used:
            continue
        if name in known or any(name.startswith(f"{one}-") for one in known):
            message = Text(
                f"Nothing on line {suppression.line} breaks {name}: delete the comment.",
                f"Niets op regel {suppression.line} breekt {name}: haal het commentaar weg.",
            )
            yield _finding("suppress/unused", suppression, message, name)
        else:
            yield _finding("suppress/unknown-rule", suppression, _unknown(name, known), name)


def _unknown(name: str, known: Collection[str]) -> Text:
    near = difflib.get_close_matches(name, known, 1, 0.6)
    return Text(
        f"There is no rule {name}." + (f" Did you mean {near[0]}?" if near else ""),
        f"Er is geen regel {name}." + (f" Bedoelde u {near[0]}?" if near else ""),
    )


def _finding(name: str, suppression: Suppression, message: Text, value: str = "") -> Finding:
    found = rule(name)
    return found.finding(
        span=suppression.span,
        message=message,
        meant=value,
        excerpt=suppression.excerpt,
    )
