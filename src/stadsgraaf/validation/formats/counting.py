"""How many findings of each severity, in words, for every format that people read."""

from stadsgraaf.errors import Language, Text
from stadsgraaf.validation.finding import Severity
from stadsgraaf.validation.report import Report

__all__ = ["WORDS", "counts"]

#: A severity in words: of one finding, and of more.
WORDS = {
    Severity.VIOLATION: (Text("violation", "overtreding"), Text("violations", "overtredingen")),
    Severity.WARNING: (Text("warning", "waarschuwing"), Text("warnings", "waarschuwingen")),
    Severity.INFO: (Text("remark", "opmerking"), Text("remarks", "opmerkingen")),
}


def counts(report: Report, language: Language) -> dict[Severity, str]:
    """The counts that are not 0, such as "2 violations", the worst first."""
    return {
        severity: f"{count} {WORDS[severity][count != 1].say(language)}"
        for severity, count in report.counts.items()
        if count
    }
