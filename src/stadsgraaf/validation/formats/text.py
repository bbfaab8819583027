"""Text for people: grouped by file, each finding with its line and a caret, a summary at the end."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from stadsgraaf.errors import Language, Text
from stadsgraaf.validation.finding import Finding, Severity
from stadsgraaf.validation.formats.counting import WORDS, counts
from stadsgraaf.validation.formats.printing import printable
from stadsgraaf.validation.report import Report

__all__ = ["render"]

_COLOURS = {Severity.VIOLATION: "31", Severity.WARNING: "33", Severity.INFO: "36"}
#: Findings alike that are shown in full, and places of the others that are named.
_ALIKE, _PLACES = 3, 12
#: As much as is shown of what else is said of a mistake.
_ALSO = 6
_NO_VIOLATION = Text("0 violations", "0 overtredingen")
#: Characters of a line that are shown; more does not fit on a screen.
_WIDTH = 100


def render(
    report: Report,
    *,
    language: Language = "en",
    colour: bool = False,
    least: Severity = Severity.INFO,
) -> str:
    """The report as text; ``colour`` uses the escape codes of terminals.

    Findings less severe than ``least`` are counted, not shown.
    """
    pen = _Pen(colour=colour)
    lines: list[str] = []
    shown = [finding for finding in report.findings if finding.severity.rank <= least.rank]
    for file, findings in groupby(shown, key=lambda finding: finding.span.file):
        lines.append(pen.bold(_shown(file.replace("\n", "\\n")) or _NOWHERE.say(language)))
        lines += _of_file(list(findings), language, pen)
        lines.append("")
    lines += _summary(report, language, pen)
    return "\n".join(lines) + "\n"


_NOWHERE = Text("(no file)", "(geen bestand)")


class _Pen:
    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def paint(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._colour and text else text

    def bold(self, text: str) -> str:
        return self.paint(text, "1")

    def dim(self, text: str) -> str:
        return self.paint(text, "2")


def _of_file(findings: Sequence[Finding], language: Language, pen: _Pen) -> Iterator[str]:
    """The findings of a file; of many that say the same of other things only the first in full."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        alike.setdefault(_alike(finding), []).append(finding)
    told = dict.fromkeys(alike, 0)
    for finding in findings:
        same = alike[_alike(finding)]
        # one more takes as much room as to say so
        shown = len(same) if len(same) <= _ALIKE + 1 else _ALIKE
        number = told[_alike(finding)]
        told[_alike(finding)] += 1
        if number < shown:
            yield from _finding(finding, language, pen)
        elif number == shown:
            yield f"  {_more(same[shown:]).say(language)}  {pen.dim(finding.name)}"


def _alike(finding: Finding) -> tuple[str, str]:
    """What a finding shares with those that say the same of other things, also if they name these."""
    said = finding.message.en
    return finding.name, said.replace(finding.curie, "…") if finding.curie else said


def _more(findings: Sequence[Finding]) -> Text:
    places = ", ".join(finding.span.place for finding in findings[:_PLACES])
    places += ", …" if len(findings) > _PLACES else ""
    count = len(findings)
    return Text(f"… {count} more like these: {places}", f"… nog {count} zulke: {places}")


def _finding(finding: Finding, language: Language, pen: _Pen) -> Iterator[str]:
    span = finding.span
    severity = pen.paint(WORDS[finding.severity][0].say(language), _COLOURS[finding.severity])
    about, said = _about(finding, language), finding.message.say(language)
    yield f"  {span.place}  {severity}  {_shown(said)}  {pen.dim(finding.name)}"
    if about:
        yield f"      {_shown(about)}"
    yield from _excerpt(finding, pen)
    told = said.startswith(finding.reason.say(language))
    if finding.reason.en and finding.component and not told:
        yield pen.dim(f"      {_shown(finding.reason.say(language))}")
    for detail in finding.details:
        if detail.message.say(language) in said:
            continue
        yield f"      – {_shown(detail.message.say(language))} ({detail.name})"
    yield from _beneath(finding, language)


def _beneath(finding: Finding, language: Language) -> Iterator[str]:
    """What else is said of the mistake, as far as a reader wants to know."""
    lines = dict.fromkeys(
        f"      – {place}{': ' * bool(place)}{_shown(one.message.say(language))} ({one.name})"
        for place, one in finding.beneath
    )
    yield from list(lines)[:_ALSO]
    if len(lines) > _ALSO:
        count = len(lines) - _ALSO
        yield f"      – {Text(f'… {count} more', f'… nog {count}').say(language)}"


def _shown(text: str) -> str:
    """A text of others: what it says, indented, and no control of the terminal or of a CI server."""
    return printable(text).replace("\n", "\n      ")


def _about(finding: Finding, language: Language) -> str:
    label = finding.thing.say(language)
    return f"{finding.curie} “{label}”" if label and finding.curie else finding.curie


def _excerpt(finding: Finding, pen: _Pen) -> Iterator[str]:
    if not finding.excerpt.strip() or not finding.span.line:
        return
    span = finding.span
    start = span.column - 1
    # a long line is shown from a little before the place
    cut = max(0, start - _WIDTH // 2) if len(finding.excerpt) > _WIDTH else 0
    shown = printable(finding.excerpt[cut : cut + _WIDTH]).replace("\t", " ")
    length = span.end_column - span.column if span.end_line == span.line else len(shown)
    width = max(1, min(length, len(shown) - (start - cut)))
    number = f"{span.line:>5} │ "
    yield pen.dim(number) + shown
    yield (
        pen.dim("      │ ")
        + " " * (start - cut)
        + pen.paint("^" * width, _COLOURS[finding.severity])
    )


def _summary(report: Report, language: Language, pen: _Pen) -> Iterator[str]:
    checked = Text(
        f"{report.triples} triple{'s' * (report.triples != 1)}"
        f" in {report.files} file{'s' * (report.files != 1)}",
        f"{report.triples} triple{'s' * (report.triples != 1)}"
        f" in {report.files} bestand{'en' * (report.files != 1)}",
    ).say(language)
    yield f"{', '.join(_numbers(report, language, pen))} – {checked}"
    if report.skipped:
        stages = ", ".join(report.skipped)
        left_out = Text(
            f"Not run, as a file could not be read at all: {stages}.",
            f"Niet uitgevoerd, omdat een bestand in het geheel niet te lezen was: {stages}.",
        )
        yield pen.paint(left_out.say(language), "33")
    for notice in report.notices:
        yield pen.paint(notice.say(language), "33")


def _numbers(report: Report, language: Language, pen: _Pen) -> list[str]:
    """How many findings there are by severity, and how many pass."""
    found = [
        pen.paint(said, _COLOURS[severity]) for severity, said in counts(report, language).items()
    ]
    if not report.violations:
        found.insert(0, pen.paint(_NO_VIOLATION.say(language), "32"))
    if report.passed:
        found.append(
            Text(f"{len(report.passed)} known", f"{len(report.passed)} bekend").say(language)
        )
    if report.suppressed:
        number = len(report.suppressed)
        found.append(Text(f"{number} suppressed", f"{number} onderdrukt").say(language))
    if not report.findings:
        found.insert(1, Text("nothing found", "niets gevonden").say(language))
    return found
