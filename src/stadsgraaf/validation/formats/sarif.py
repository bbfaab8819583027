"""SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.

GitHub code scanning keeps 5,000 results of a run and reads 25,000; the worst come first.
"""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from stadsgraaf import __version__
from stadsgraaf.errors import Language
from stadsgraaf.validation.catalogue import rules
from stadsgraaf.validation.finding import Finding, Severity, Span
from stadsgraaf.validation.report import Report

__all__ = ["MAX_RESULTS", "render"]

#: Results that GitHub reads of a run.
MAX_RESULTS = 25_000
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render(report: Report, *, language: Language = "en") -> str:
    """The report as a SARIF log with one run."""
    findings = sorted(report.findings, key=lambda f: f.severity.rank)[:MAX_RESULTS]
    names = sorted({finding.name for finding in findings})
    index = {name: number for number, name in enumerate(names)}
    first = {finding.name: finding for finding in reversed(findings)}
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "stadsgraaf validate",
                        "version": __version__,
                        "informationUri": "https://w3id.org/stadsgraaf/",
                        "language": language,
                        "rules": [_rule(first[name], language) for name in names],
                    }
                },
                "invocations": [_invocation(report, language)],
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the dataset"}}},
                "results": [
                    _result(finding, index[finding.name], language) for finding in findings
                ],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _invocation(report: Report, language: Language) -> dict[str, Any]:
    """How the run went: one that did not end says so, whatever it found until then."""
    notes = [
        {
            "level": "error",
            "message": {"text": f"{failure.stage}: {failure.reason}"},
        }
        for failure in report.failures
    ]
    notes += [
        {"level": "note", "message": {"text": notice.say(language)}} for notice in report.notices
    ]
    return {"executionSuccessful": not report.failures, "toolExecutionNotifications": notes}


def _rule(finding: Finding, language: Language) -> dict[str, Any]:
    built_in = rules().get(finding.name)
    title = built_in.title if built_in else finding.message
    why = built_in.why if built_in else finding.reason
    return {
        "id": finding.name,
        "shortDescription": {"text": title.say(language) or finding.name},
        "fullDescription": {"text": why.say(language) or finding.name},
        "helpUri": finding.rule,
        "help": {"text": finding.mend.say(language) or finding.name},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }


def _result(finding: Finding, rule: int, language: Language) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.name,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.sentence(language)},
        "locations": _locations([finding.span]),
        "partialFingerprints": {"stadsgraaf/v1": finding.fingerprint},
        "properties": {
            name: value
            for name, value in (
                ("focusNode", finding.focus),
                ("path", finding.path),
                ("value", finding.value),
                ("engine", finding.engine),
            )
            if value
        },
    }
    if finding.declared is not None:
        related = _locations([finding.declared])
        message = {"en": "the rule stands here", "nl": "de regel staat hier"}[language]
        result["relatedLocations"] = [
            {"id": number, "message": {"text": message}, **location}
            for number, location in enumerate(related)
        ]
    return result


def _locations(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": quote(span.file), "uriBaseId": "SRCROOT"},
                **({"region": _region(span)} if span.line else {}),
            }
        }
        for span in spans
        if span.file
    ]


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": max(span.end_line, span.line),
        "endColumn": span.end_column,
    }
