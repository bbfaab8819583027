"""JSON: everything that a finding knows, for programs."""

import json
from typing import cast

from stadsgraaf.errors import Text
from stadsgraaf.records import FindingRecord, ReportRecord, SpanRecord
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.report import Report

__all__ = ["as_json", "render"]


def render(report: Report) -> str:
    """The report as one JSON object."""
    record: ReportRecord = {
        "format": 1,
        "conforms": report.conforms,
        "complete": not report.failures and not report.skipped,
        "counts": {severity.value: count for severity, count in report.counts.items()},
        "files": report.files,
        "triples": report.triples,
        "passed": len(report.passed),
        "suppressed": len(report.suppressed),
        "skipped": list(report.skipped),
        "notices": [_text(notice) for notice in report.notices],
        "failures": [
            {"stage": failure.stage, "reason": failure.reason} for failure in report.failures
        ],
        "findings": [as_json(finding) for finding in report.findings],
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def as_json(finding: Finding) -> FindingRecord:
    """A finding as a JSON object; what is empty is left out."""
    members: FindingRecord = {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.value,
        **_span(finding.span),
        "message": _text(finding.message),
        "reason": _text(finding.reason),
        "mend": _text(finding.mend),
        "engine": finding.engine,
        "focus": finding.focus,
        "label": _text(finding.thing),
        "curie": finding.curie,
        "path": finding.path,
        "value": finding.value,
        "meant": finding.meant,
        "shape": finding.shape,
        "component": finding.component,
        "declared": _span(finding.declared) if finding.declared else {},
        "fingerprint": finding.fingerprint,
        "details": [as_json(detail) for detail in finding.details],
        "also": [as_json(one) for one in finding.also],
    }
    # some of them, so still of that shape
    return cast("FindingRecord", {name: member for name, member in members.items() if member})


def _span(span: Span) -> SpanRecord:
    if not span.line:
        return {"file": span.file} if span.file else {}
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _text(text: Text) -> dict[str, str]:
    return {language: words for language, words in text._asdict().items() if words}
