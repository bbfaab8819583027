"""Annotations of GitHub Actions.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions

GitHub shows ten errors and ten warnings of a step and drops the rest without a word; here the rest
is counted.
"""

from collections.abc import Collection, Iterator

from stadsgraaf.errors import Language, Text
from stadsgraaf.validation.finding import Finding, Severity
from stadsgraaf.validation.formats.counting import counts
from stadsgraaf.validation.formats.printing import printable
from stadsgraaf.validation.report import Report

__all__ = ["MAX_ANNOTATIONS", "render"]

#: Annotations of one kind that GitHub keeps of a step.
MAX_ANNOTATIONS = 10
_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning"}


def render(
    report: Report, *, language: Language = "en", changed: Collection[tuple[str, int]] = ()
) -> str:
    """Annotations; those on ``changed`` lines (file and line) come first."""
    lines = [
        line
        for severity in _COMMANDS
        for line in _annotations(
            [finding for finding in report.findings if finding.severity == severity],
            language,
            changed,
        )
    ]
    lines += [
        f"::notice title=stadsgraaf::{_data(notice.say(language))}" for notice in report.notices
    ]
    nothing = Text("nothing found", "niets gevonden").say(language)
    return "\n".join([*lines, ", ".join(counts(report, language).values()) or nothing]) + "\n"


def _annotations(
    findings: list[Finding], language: Language, changed: Collection[tuple[str, int]]
) -> Iterator[str]:
    findings = sorted(findings, key=lambda found: (found.span.file, found.span.line) not in changed)
    shown = findings if len(findings) <= MAX_ANNOTATIONS else findings[: MAX_ANNOTATIONS - 1]
    for finding in shown:
        yield _annotation(finding, language)
    rest = len(findings) - len(shown)
    if rest:
        command = _COMMANDS[findings[0].severity]
        more = {
            "en": f"and {rest} more: see the job summary",
            "nl": f"en nog {rest}: zie de samenvatting van de taak",
        }
        yield f"::{command} title=stadsgraaf::{more[language]}"


def _annotation(finding: Finding, language: Language) -> str:
    span = finding.span
    place = {
        "file": span.file,
        "line": str(span.line),
        "col": str(span.column),
        "endLine": str(span.end_line),
        "endColumn": str(span.end_column),
        "title": finding.name,
    }
    if not span.line:
        place = {"file": span.file, "title": finding.name}
    if not span.file:
        place = {"title": finding.name}
    if span.end_line != span.line:  # columns make sense on one line only
        place = {name: value for name, value in place.items() if "ol" not in name}
    members = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    return f"::{_COMMANDS[finding.severity]} {members}::{_data(finding.sentence(language))}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
