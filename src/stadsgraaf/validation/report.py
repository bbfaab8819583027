"""A validation report: the findings, sorted, and how they are told."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from stadsgraaf.errors import Text
from stadsgraaf.validation.finding import Finding, Severity, Span

__all__ = ["Failure", "Report", "collect"]


@dataclass(frozen=True)
class Failure:
    """A stage that did not end: why, and the traceback."""

    stage: str
    reason: str
    trace: str


@dataclass(frozen=True)
class Report:
    """What validation says of a dataset.

    ``seconds`` is the time of each stage; ``passed`` are findings that a baseline lets pass,
    ``suppressed`` those that a comment does. ``failures`` are stages that did not end, ``skipped``
    those that did not run because a file could not be read at all; ``notices`` tell what else was
    not checked, and why.
    """

    findings: tuple[Finding, ...]
    files: int = 0
    triples: int = 0
    prefixes: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    passed: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    failures: tuple[Failure, ...] = ()
    skipped: tuple[str, ...] = ()
    notices: tuple[Text, ...] = ()

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity, the worst first."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in Severity}

    @property
    def violations(self) -> int:
        """How many findings fail."""
        return self.counts[Severity.VIOLATION]

    @property
    def conforms(self) -> bool:
        """Whether all was checked and there is no violation; warnings do not count."""
        return not self.violations and not self.failures

    def fails(self, severity: Severity = Severity.VIOLATION) -> bool:
        """Whether there is a finding of this severity or worse."""
        return any(finding.severity.rank <= severity.rank for finding in self.findings)

    def below(self, folder: str) -> "Report":
        """The same with the files named from a folder above; ``folder`` is the way down from it."""
        if folder in {"", "."}:
            return self
        return replace(
            self,
            findings=tuple(_below(finding, folder) for finding in self.findings),
            passed=tuple(_below(finding, folder) for finding in self.passed),
            suppressed=tuple(_below(finding, folder) for finding in self.suppressed),
        )

    def render(self, form: str = "text", **options: object) -> str:
        """The report in a format of ``FORMATS``. Raises KeyError for one that is not there."""
        from stadsgraaf.validation.formats import FORMATS  # noqa: PLC0415 – they import Report

        return FORMATS[form](self, **options)


def _below(finding: Finding, folder: str) -> Finding:
    def moved(span: Span) -> Span:
        inside = span.file and not span.file.startswith("/")
        return replace(span, file=f"{folder}/{span.file}") if inside else span

    return replace(
        finding,
        span=moved(finding.span),
        declared=moved(finding.declared) if finding.declared else None,
        details=tuple(_below(detail, folder) for detail in finding.details),
        also=tuple(_below(one, folder) for one in finding.also),
    )


def collect(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings, drop repetitions, number those that only their place tells apart."""
    seen: Counter[str] = Counter()
    kept: list[Finding] = []
    for finding in sorted(dict.fromkeys(findings), key=lambda finding: finding.key):
        fingerprint = replace(finding, order=0).fingerprint
        kept.append(replace(finding, order=seen[fingerprint]))
        seen[fingerprint] += 1
    return tuple(kept)
