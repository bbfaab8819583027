"""Markdown, for the summary of a CI job: all findings, by rule and by file."""

from collections.abc import Iterator
from itertools import groupby

from stadsgraaf.errors import Language, Text
from stadsgraaf.validation.finding import Finding, Severity
from stadsgraaf.validation.formats.counting import counts
from stadsgraaf.validation.formats.printing import printable
from stadsgraaf.validation.report import Report

__all__ = ["render"]

_MARKS = {Severity.VIOLATION: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
_HEADS = {
    "rule": Text("Rule", "Regel"),
    "count": Text("Findings", "Bevindingen"),
    "first": Text("First", "Eerste"),
    "where": Text("Where", "Waar"),
    "what": Text("What to do", "Wat te doen"),
}
#: GitHub keeps a mebibyte of a job summary; so many findings are well below it.
_LISTED = 1000


def render(report: Report, *, language: Language = "en") -> str:
    """The report in Markdown."""
    title = Text(
        "The dataset conforms" if report.conforms else "The dataset does not conform",
        "De dataset voldoet" if report.conforms else "De dataset voldoet niet",
    ).say(language)
    found = ", ".join(
        f"{_MARKS[severity]} {said}" for severity, said in counts(report, language).items()
    )
    lines = [f"## {title}", "", f"{found or '✅'} – {report.triples} triples", ""]
    lines += [f"> {_cell(notice.say(language))}\n" for notice in report.notices]
    if report.findings:
        lines += _by_rule(report, language)
        lines += _by_file(report, language)
    return "\n".join(lines) + "\n"


def _by_rule(report: Report, language: Language) -> Iterator[str]:
    heads = [_HEADS[name].say(language) for name in ("rule", "count", "first")]
    yield f"| | {heads[0]} | {heads[1]} | {heads[2]} |"
    yield "|---|---|---:|---|"
    findings = sorted(report.findings, key=lambda f: (f.severity.rank, f.name))
    for (severity, name), group in groupby(findings, key=lambda f: (f.severity, f.name)):
        found = list(group)
        yield f"| {_MARKS[severity]} | `{name}` | {len(found)} | {_place(found[0])} |"
    yield ""


def _by_file(report: Report, language: Language) -> Iterator[str]:
    heads = [_HEADS[name].say(language) for name in ("where", "what", "rule")]
    for file, group in groupby(report.findings[:_LISTED], key=lambda f: f.span.file):
        yield f"<details><summary>{_cell(file)}</summary>\n"
        yield f"| | {heads[0]} | {heads[1]} | {heads[2]} |"
        yield "|---|---|---|---|"
        for finding in group:
            message = _cell(finding.all_said(language))
            about = f"`{_cell(finding.curie)}` " if finding.curie else ""
            yield f"| {_MARKS[finding.severity]} | {finding.span.place} | {about}{message} | `{finding.name}` |"
        yield "\n</details>\n"
    if len(report.findings) > _LISTED:
        yield f"… {len(report.findings) - _LISTED}"


def _place(finding: Finding) -> str:
    span = finding.span
    return _cell(f"{span.file}:{span.line}" if span.line else span.file)


def _cell(text: str) -> str:
    escaped = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return " ".join(escaped.split())
