"""One HTML page, complete in itself, for people who open an artifact of CI."""

from html import escape
from itertools import groupby

from stadsgraaf.errors import Language, Text
from stadsgraaf.validation.finding import Finding, Severity
from stadsgraaf.validation.report import Report

__all__ = ["render"]

_STYLE = """
:root { color-scheme: light dark; --violation: #b3261e; --warning: #8a5a00; --info: #1d5fa8;
  --line: #8884; --soft: #8881; }
@media (prefers-color-scheme: dark) {
  :root { --violation: #ff8a80; --warning: #ffc86b; --info: #8ec5ff; } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
.finding { border-top: 1px solid var(--line); padding: .7rem 0; }
.finding p { margin: .15rem 0; } .place, .rule { font-family: ui-monospace, monospace; font-size: .85rem; }
.violation .kind { color: var(--violation); } .warning .kind { color: var(--warning); }
.info .kind { color: var(--info); } .kind { font-weight: 600; }
pre { background: var(--soft); margin: .4rem 0; overflow-x: auto; padding: .5rem .7rem; }
mark { background: none; color: inherit; text-decoration: underline wavy currentColor; }
.violation mark { color: var(--violation); } .warning mark { color: var(--warning); }
small { opacity: .8; }
"""
_TITLE = Text("Validation report", "Validatierapport")
_CONFORMS = Text("The dataset conforms.", "De dataset voldoet.")
_FAILS = Text("The dataset does not conform.", "De dataset voldoet niet.")
_KINDS = {
    Severity.VIOLATION: Text("violation", "overtreding"),
    Severity.WARNING: Text("warning", "waarschuwing"),
    Severity.INFO: Text("remark", "opmerking"),
}


def render(report: Report, *, language: Language = "en") -> str:
    """The report as an HTML document."""
    body = [
        f"<h1>{_TITLE.say(language)}</h1>",
        f"<p>{(_CONFORMS if report.conforms else _FAILS).say(language)} {_counts(report, language)}</p>",
    ]
    body += [f"<p>{escape(notice.say(language))}</p>" for notice in report.notices]
    for file, findings in groupby(report.findings, key=lambda finding: finding.span.file):
        body.append(f"<section><h2>{escape(file)}</h2>")
        body += [_finding(finding, language) for finding in findings]
        body.append("</section>")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_TITLE.say(language)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _counts(report: Report, language: Language) -> str:
    found = [
        f"{count} × {_KINDS[severity].say(language)}"
        for severity, count in report.counts.items()
        if count
    ]
    return ", ".join([*found, f"{report.triples} triples"])


def _finding(finding: Finding, language: Language) -> str:
    span, say = finding.span, finding.message.say(language)
    label = finding.thing.say(language)
    about = f"<code>{escape(finding.curie)}</code> {escape(label)}" if finding.curie else ""
    reason = finding.reason.say(language) if finding.component else ""
    said = [("", one) for one in finding.details] + finding.beneath
    details = "".join(
        f"<li>{escape(place)}{': ' * bool(place)}{escape(one.message.say(language))}</li>"
        for place, one in said
    )
    return (
        f'<article class="finding {finding.severity}" id="f{finding.fingerprint}">\n'
        f'<p><span class="kind">{_KINDS[finding.severity].say(language)}</span> {escape(say)}</p>\n'
        f'<p class="place">{span.place} {about}</p>\n'
        + (f"<pre>{_excerpt(finding)}</pre>\n" if finding.excerpt.strip() else "")
        + (f"<p><small>{escape(reason)}</small></p>\n" if reason else "")
        + (f"<ul>{details}</ul>\n" if details else "")
        + f'<p class="rule"><a href="{escape(finding.rule)}">{escape(finding.name)}</a></p>\n</article>'
    )


def _excerpt(finding: Finding) -> str:
    span, line = finding.span, finding.excerpt
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    return f"{escape(line[:start])}<mark>{escape(line[start:end])}</mark>{escape(line[end:])}"
