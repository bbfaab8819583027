"""Validation from end to end: a dataset goes in, a report comes out."""

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from pyoxigraph import Quad

from stadsgraaf.dataset import Dataset, Document
from stadsgraaf.errors import StadsgraafError, Text
from stadsgraaf.validation import suppression
from stadsgraaf.validation.baseline import Baseline
from stadsgraaf.validation.catalogue import rule, rules
from stadsgraaf.validation.consequences import without_consequences
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.mending import as_meant
from stadsgraaf.validation.profile import Profile
from stadsgraaf.validation.report import Failure, Report, collect
from stadsgraaf.validation.stages import STAGES, WHOLE, Subject

__all__ = ["Options", "validate"]


@dataclass(frozen=True)
class Options:
    """How to validate.

    ``engine`` is one of ``shacl.ENGINES``; ``stages`` are those to run, all when empty;
    ``before`` are fingerprints of findings that pass as they were there before a change;
    ``queries`` are files of queries beside those of the dataset, ``standards`` documents of shapes;
    ``processes`` are how many may work at once; ``released`` is what the last release says, if any;
    ``source`` is the text that evidence points into; ``notices`` tell what is not checked, and why.
    """

    engine: str = "pyshacl"
    stages: tuple[str, ...] = ()
    queries: tuple[Path, ...] = ()
    profile: Profile = field(default_factory=Profile)
    baseline: Baseline | None = None
    before: frozenset[str] = frozenset()
    standards: tuple[Document, ...] = ()
    processes: int = 1
    released: tuple[Quad, ...] | None = None
    source: Path | None = None
    notices: tuple[Text, ...] = ()


def validate(
    dataset: Dataset,
    options: Options | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Validate a dataset. ``progress`` is told the name of each stage before it runs.

    A stage that fails is one of the report's ``failures``, and the report does not conform.
    Raises KeyError for an engine or stage that is not there, BadConfiguration for a profile that
    names a rule that is not there.
    """
    chosen = options or Options()
    subject = Subject(
        dataset,
        chosen.engine,
        chosen.queries,
        chosen.standards,
        chosen.processes,
        chosen.released,
        chosen.source,
        list(chosen.notices),
    )
    run = _Run(subject)
    for name in chosen.stages or tuple(STAGES):
        progress(name)
        run.stage(name)
    findings = collect(without_consequences(run.findings))
    known = _known(subject, findings)
    findings = tuple(chosen.profile.apply(findings, known))
    given = [one for file, text in _texts(subject) for one in suppression.suppressions(file, text)]
    stay, suppressed = suppression.apply(findings, given)
    # what is numbered once stays so: a fingerprint does not depend on what passes
    faults = () if chosen.stages else collect(suppression.faults(given, known))
    new, passed = _split([*stay, *faults], chosen)
    if chosen.baseline and not (chosen.stages or run.failures or run.skipped):
        file = subject.path_of(chosen.baseline.path)
        new += collect(chosen.baseline.stale([*stay, *faults], file))
    new += map(_failed, run.failures)
    return Report(
        findings=tuple(sorted(new, key=lambda finding: finding.key)),
        files=len(dataset.documents)
        + len(dataset.queries)
        + len(dataset.rules)
        + len(chosen.queries),
        triples=sum(len(document.turtle.triples) for document in dataset.documents),
        prefixes=subject.prefixes,
        seconds=run.seconds,
        passed=tuple(passed),
        suppressed=tuple(suppressed),
        failures=tuple(run.failures),
        skipped=tuple(run.skipped),
        notices=tuple(subject.notices),
    )


def _split(findings: Sequence[Finding], options: Options) -> tuple[list[Finding], list[Finding]]:
    """The findings that are told, and those that pass as they are known or were there before."""
    new, passed = options.baseline.split(findings) if options.baseline else (list(findings), [])
    passed += [finding for finding in new if finding.fingerprint in options.before]
    return [finding for finding in new if finding.fingerprint not in options.before], passed


@dataclass
class _Run:
    """The stages that ran: what they found, what failed, what was left out, how long each took."""

    subject: Subject
    findings: list[Finding] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def stage(self, name: str) -> None:
        """Run a stage."""
        stage = STAGES[name]
        if name in WHOLE and not self.subject.is_whole:
            self.skipped.append(name)
            return
        start = perf_counter()
        try:
            self.findings.extend(stage(self.subject))
        except StadsgraafError:
            raise
        except Exception as error:  # noqa: BLE001 – whatever it is, the data were not checked
            reason = f"{type(error).__name__}: {error}".strip(" :")
            self.failures.append(Failure(name, reason, traceback.format_exc()))
        self.seconds[name] = perf_counter() - start
        if name == "terms":
            meant = as_meant(self.subject.dataset, self.findings)
            if meant is not self.subject.dataset:
                self.subject = replace(self.subject, dataset=meant)


def _known(subject: Subject, findings: Iterable[Finding]) -> set[str]:
    """The names and IRIs of all rules: the built-in ones, those of shapes, those that were broken."""
    known = {name for found in rules().values() for name in (found.name, found.iri)}
    known |= {name for finding in findings for name in (finding.name, finding.rule)}
    return known | (subject.shapes.rule_names() if subject.shape_documents else set())


def _texts(subject: Subject) -> Iterable[tuple[str, str]]:
    """Every file that may hold comments, with its text."""
    for document in subject.dataset.documents:
        if document.turtle.placed:
            yield document.path.as_posix(), document.turtle.text
    for path in subject.query_files:
        yield subject.path_of(path), path.read_text(encoding="utf-8", errors="replace")


def _failed(failure: Failure) -> Finding:
    found = rule("validator/failure")
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=found.severity,
        span=Span(),
        message=Text(
            f"The validator failed in the stage {failure.stage}, so nothing is known of it: {failure.reason}",
            f"De validator faalde in de stap {failure.stage}; daarover is dus niets bekend: {failure.reason}",
        ),
        reason=found.why,
        mend=found.mend,
        engine=failure.reason,
        excerpt=failure.stage,
    )
