"""Validation: what is wrong in a dataset, where exactly, and how to mend it.

::

    report = validate(Dataset.load(Path(".")))
    print(report.render("text"))
    sys.exit(0 if report.conforms else 1)
"""

from stadsgraaf.validation.finding import Finding, Severity, Span
from stadsgraaf.validation.profile import Profile, reading_profile
from stadsgraaf.validation.report import Report
from stadsgraaf.validation.sources import Sources, gather
from stadsgraaf.validation.validate import Options, validate

__all__ = [
    "Finding",
    "Options",
    "Profile",
    "Report",
    "Severity",
    "Sources",
    "Span",
    "gather",
    "reading_profile",
    "validate",
]
