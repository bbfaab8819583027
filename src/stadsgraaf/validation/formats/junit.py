"""JUnit XML, as CI servers read it, https://github.com/testmoapp/junitxml."""

import re
from collections import defaultdict
from xml.etree import ElementTree as ET

from stadsgraaf.errors import Language
from stadsgraaf.validation.finding import Finding, Severity
from stadsgraaf.validation.report import Report

__all__ = ["render"]

#: The stage that a rule belongs to, by the first part of its name; shapes belong to SHACL.
_STAGES = {"lexical": "lexical", "query": "queries", "syntax": "syntax", "term": "terms"}
_VERIFY = frozenset({"data", "evidence", "label", "owl", "shape", "skos"})
#: Findings of one rule that its test case lists.
_LISTED = 50


def render(report: Report, *, language: Language = "en") -> str:
    """A suite for each stage, a test case for each rule that found something."""
    root = ET.Element("testsuites", name="stadsgraaf validate")
    by_stage: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in report.findings:
        by_stage[_stage(finding.name)][finding.name].append(finding)
    for stage in dict.fromkeys([*report.seconds, *by_stage]):
        root.append(_suite(stage, by_stage.get(stage, {}), report, language))
    suites = list(root)
    for count in ("tests", "failures"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _stage(name: str) -> str:
    first = name.partition("/")[0] if "/" in name else ""
    return _STAGES.get(first) or ("verify" if first in _VERIFY else "shacl")


def _suite(
    stage: str, found: dict[str, list[Finding]], report: Report, language: Language
) -> ET.Element:
    suite = ET.Element("testsuite", name=stage, time=f"{report.seconds.get(stage, 0):.3f}")
    if not found:
        ET.SubElement(suite, "testcase", classname="stadsgraaf.validate", name=stage)
    for name, findings in sorted(found.items()):
        suite.append(_case(name, findings, language))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    return suite


def _case(name: str, findings: list[Finding], language: Language) -> ET.Element:
    case = ET.Element("testcase", classname="stadsgraaf.validate", name=name)
    lines = [f"{f.span}: {f.curie} {f.all_said(language)}" for f in findings[:_LISTED]]
    if len(findings) > _LISTED:
        lines.append(f"… {len(findings)}")
    text = _printable("\n".join(lines))
    if any(finding.severity == Severity.VIOLATION for finding in findings):
        failure = ET.SubElement(
            case, "failure", message=_printable(findings[0].message.say(language))
        )
        failure.text = text
    else:
        ET.SubElement(case, "system-out").text = text
    case.set("file", findings[0].span.file)
    if findings[0].span.line:
        case.set("line", str(findings[0].span.line))
    return case


def _printable(text: str) -> str:
    """Without what XML 1.0 cannot hold, https://www.w3.org/TR/xml/#charsets ."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
