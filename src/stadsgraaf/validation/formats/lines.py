"""One line for each finding, as compilers write them: editors know how to jump to its place.

https://www.gnu.org/prep/standards/html_node/Errors.html
"""

from stadsgraaf.errors import Language
from stadsgraaf.validation.finding import Finding, Severity
from stadsgraaf.validation.formats.printing import printable
from stadsgraaf.validation.report import Report

__all__ = ["render"]

_WORDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report, *, language: Language = "en") -> str:
    """``file:line:column: error: message [rule]``."""
    return "".join(_line(finding, language) for finding in report.findings)


def _line(finding: Finding, language: Language) -> str:
    message = " ".join(printable(finding.sentence(language)).split())
    # a line break in the name of a file would make two lines of one
    place = str(finding.span).replace("\n", "\\n").replace("\r", "\\r")
    return f"{place}: {_WORDS[finding.severity]}: {message} [{finding.name}]\n"
