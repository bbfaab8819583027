"""Code Quality of GitLab, https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""

import json

from stadsgraaf.errors import Language
from stadsgraaf.validation.finding import Severity
from stadsgraaf.validation.report import Report

__all__ = ["render"]

_SEVERITIES = {Severity.VIOLATION: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, *, language: Language = "en") -> str:
    """The report as a Code Quality artifact."""
    issues = [
        {
            "description": finding.all_said(language),
            "check_name": finding.name,
            "fingerprint": finding.fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": finding.span.file or ".",
                "lines": {"begin": max(finding.span.line, 1)},
            },
        }
        for finding in report.findings
    ]
    return json.dumps(issues, ensure_ascii=False, indent=1) + "\n"
