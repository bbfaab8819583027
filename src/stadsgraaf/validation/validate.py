"""Validation from end to end: a dataset goes in, a report comes out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import Text
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.comparing import Comparison
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.gathering import gathered
from stadsgraaf.validation.givenclasses import GivenClasses
from stadsgraaf.validation.options import Options
from stadsgraaf.validation.recall import Found
from stadsgraaf.validation.report import Failure, Report, collect
from stadsgraaf.validation.running import Run, names_of
from stadsgraaf.validation.stages import Subject

__all__ = ["Options", "validate"]


def validate(
    dataset: Dataset,
    options: Options | None = None,
    progress: Callable[[str], None] = lambda _: None,
    counted: Callable[[int, int], None] = lambda *_: None,
) -> Report:
    """Validate a dataset.

    ``progress`` is told the name of each stage before it runs, ``counted`` how many queries of it
    ran, of how many.

    A stage that fails is one of the report's ``failures``, and the report does not conform.
    Raises KeyError for an engine or stage that is not there, BadConfiguration for a profile that
    names a rule that is not there.
    """
    chosen = options or Options()
    run = Run(replace(_subject(dataset, chosen.queries, chosen), counted=counted))
    earlier = None
    if chosen.earlier is not None:
        earlier = Run(_subject(chosen.earlier.dataset, chosen.earlier.queries, chosen))
    try:
        found, before = Comparison(run, earlier, chosen, progress).both()
    finally:
        for one in (run, earlier):
            if one is not None:
                one.stop()
    return _report(run, found, before, chosen)


def _subject(dataset: Dataset, queries: Sequence[Path], options: Options) -> Subject:
    return Subject(
        dataset,
        options.engine,
        options.advanced,
        tuple(queries),
        options.standards,
        options.processes,
        options.released,
        options.source,
        list(options.notices),
        focus=options.focus,
        standby=options.standby,
    )


def _report(run: Run, found: Found, before: Found | None, options: Options) -> Report:
    """The report of what was found; with a revision, only of what was not found ``before``."""
    dataset, baseline = run.subject.dataset, options.baseline
    new, passed = baseline.split(found.all) if baseline else (list(found.all), [])
    if baseline and not (options.stages or run.failures or run.skipped):
        new += collect(baseline.stale(found.all, run.subject.path_of(baseline.path)))
    suppressed = found.suppressed
    if before is not None:
        known = {finding.fingerprint for finding in before.all}
        hidden = {finding.fingerprint for finding in before.suppressed}
        new = [finding for finding in new if finding.fingerprint not in known]
        suppressed = tuple(one for one in suppressed if one.fingerprint not in hidden)
    # only now: what is known or suppressed leads nothing
    new = gathered(new, partial(GivenClasses, run.subject))
    new += map(_failed, run.failures)
    return Report(
        findings=tuple(sorted(new, key=lambda finding: finding.key)),
        files=len(dataset.documents)
        + len(dataset.queries)
        + len(dataset.rules)
        + len(options.queries),
        triples=sum(len(document.turtle.triples) for document in dataset.documents),
        prefixes=run.subject.prefixes,
        seconds={name: run.seconds.get(name, 0.0) for name in names_of(options) if _ran(run, name)},
        passed=tuple(passed),
        suppressed=suppressed,
        failures=tuple(run.failures),
        skipped=tuple(run.skipped),
        notices=found.notices,
    )


def _ran(run: Run, name: str) -> bool:
    return name in run.seconds or not run.seconds


def _failed(failure: Failure) -> Finding:
    found = rule("validator/failure")
    return found.finding(
        span=Span(),
        message=Text(
            f"The validator failed in the stage {failure.stage}, so nothing is known of it: {failure.reason}",
            f"De validator faalde in de stap {failure.stage}; daarover is dus niets bekend: {failure.reason}",
        ),
        engine=failure.reason,
        excerpt=failure.stage,
    )
