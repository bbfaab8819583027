"""Validation from end to end: a dataset goes in, a report comes out."""

import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from pyoxigraph import Quad

from stadsgraaf.dataset import Dataset, Document
from stadsgraaf.errors import StadsgraafError, Text
from stadsgraaf.validation import suppression
from stadsgraaf.validation.baseline import Baseline
from stadsgraaf.validation.catalogue import rule, rules
from stadsgraaf.validation.consequences import may_follow, without_consequences
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.focusing import Focus
from stadsgraaf.validation.mending import as_meant
from stadsgraaf.validation.profile import Profile
from stadsgraaf.validation.report import Failure, Report, collect
from stadsgraaf.validation.scope import Scope, share_derived
from stadsgraaf.validation.sources import Sources
from stadsgraaf.validation.stages import APART, SCOPED, STAGES, WHOLE, Subject
from stadsgraaf.validation.suppression import Suppression

__all__ = ["Options", "validate"]


@dataclass(frozen=True)
class Options:
    """How to validate.

    ``engine`` is one of ``shacl.ENGINES``; ``stages`` are those to run, all when empty;
    ``earlier`` is what there was before a change: what was found there passes;
    ``queries`` are files of queries beside those of the dataset, ``standards`` documents of shapes;
    ``processes`` are how many may work at once; ``released`` is what the last release says, if any;
    ``source`` is the text that evidence points into; ``notices`` tell what is not checked, and why.
    With a ``focus`` SHACL judges no other nodes.
    """

    engine: str = "pyshacl"
    stages: tuple[str, ...] = ()
    queries: tuple[Path, ...] = ()
    profile: Profile = field(default_factory=Profile)
    baseline: Baseline | None = None
    earlier: Sources | None = None
    standards: tuple[Document, ...] = ()
    processes: int = 1
    released: tuple[Quad, ...] | None = None
    source: Path | None = None
    notices: tuple[Text, ...] = ()
    focus: Focus | None = None


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
    run = _Run(replace(_subject(dataset, chosen.queries, chosen), counted=counted))
    earlier = None
    if chosen.earlier is not None:
        share_derived(chosen.earlier.dataset, dataset)
        earlier = _Run(_subject(chosen.earlier.dataset, chosen.earlier.queries, chosen))
        earlier.subject.share_shapes(run.subject)
    try:
        _run_all(run, earlier, chosen, progress)
    finally:
        for one in (run, earlier):
            if one is not None:
                one.stop()
    found, before = _Told(run, chosen), frozenset[str]()
    if earlier is not None:
        old = _Told(earlier, chosen)
        if run.subject.scope and (_rests_on_shapes(found, old) or _frees(run, earlier)):
            for one in (earlier, run):
                one.widen()
            found, old = _Told(run, chosen), _Told(earlier, chosen)
        before = frozenset(finding.fingerprint for finding in old.all)
    new, passed = _split(found.all, chosen.baseline, before)
    if chosen.baseline and not (chosen.stages or run.failures or run.skipped):
        file = run.subject.path_of(chosen.baseline.path)
        new += collect(chosen.baseline.stale(found.all, file))
    new += map(_failed, run.failures)
    return Report(
        findings=tuple(sorted(new, key=lambda finding: finding.key)),
        files=len(dataset.documents)
        + len(dataset.queries)
        + len(dataset.rules)
        + len(chosen.queries),
        triples=sum(len(document.turtle.triples) for document in dataset.documents),
        prefixes=run.subject.prefixes,
        seconds={name: run.seconds[name] for name in STAGES if name in run.seconds},
        passed=tuple(passed),
        suppressed=tuple(found.suppressed),
        failures=tuple(run.failures),
        skipped=tuple(run.skipped),
        notices=tuple(run.subject.notices),
    )


def _run_all(
    run: "_Run", earlier: "_Run | None", options: Options, progress: Callable[[str], None]
) -> None:
    """Run the stages, and those of what there was earlier as far as they matter."""
    names = options.stages or tuple(STAGES)
    narrowed = False
    first = [name for name in names if name in APART and earlier is None]
    for name in [*first, *(name for name in names if name not in first)]:
        progress(name)
        if earlier is not None and name in SCOPED and not (narrowed or options.baseline):
            _narrow(earlier, run)
            narrowed = True
        run.stage(name)
    run.finish(progress)
    # where nothing is found now, it does not matter what was found before, but for what it hid
    if earlier is None or not (
        run.findings
        or (run.subject.scope is not None and run.subject.scope.loses)
        or any(True for _ in _suppressions(run.subject))
    ):
        return
    for name in [name for name in names if name not in SCOPED]:
        earlier.stage(name)
    if run.subject.scope is not None:
        earlier.subject = earlier.subject.within(_asked(run, run.subject.scope))
    for name in [name for name in names if name in SCOPED]:
        earlier.stage(name)
    earlier.finish(progress)


def _asked(run: "_Run", scope: Scope) -> Scope:
    """The scope of what there was earlier: a shape that finds nothing now has nothing to let pass.

    Unless a comment, a built-in rule or another shape may have something to do with what it found.
    """
    found = run.found.get("shacl", [])
    if (
        scope.loses
        or any(map(may_follow, found))
        or any(run.found.get(name) for name in ("verify", "evidence"))
        or not all(finding.shape for finding in found)
        or any(True for _ in _suppressions(run.subject))
    ):
        return scope
    return replace(scope, asked=frozenset(finding.shape for finding in found))


def _subject(dataset: Dataset, queries: Sequence[Path], options: Options) -> Subject:
    return Subject(
        dataset,
        options.engine,
        tuple(queries),
        options.standards,
        options.processes,
        options.released,
        options.source,
        list(options.notices),
        focus=options.focus,
    )


def _narrow(earlier: "_Run", run: "_Run") -> None:
    """Let the stages look at what is different only, when that can be told."""
    sides = [
        {(s.file, s.rules, s.excerpt) for s in _suppressions(r.subject)} for r in (earlier, run)
    ]
    scope = Scope.between(earlier.subject, run.subject) if sides[0] == sides[1] else None
    if scope is not None:
        for one in (earlier, run):
            one.subject = one.subject.within(scope)


def _rests_on_shapes(found: "_Told", old: "_Told") -> bool:
    """Whether something is new that may follow from what a shape finds which did not run."""
    before = {finding.fingerprint for finding in old.all}
    return any(may_follow(finding) and finding.fingerprint not in before for finding in found.all)


def _frees(run: "_Run", earlier: "_Run") -> bool:
    """Whether shapes no longer find something of which other findings, not looked for, followed."""
    if run.subject.scope is None or not run.subject.scope.loses:
        return False
    now = {finding.fingerprint for finding in run.findings}
    return any(finding.component and finding.fingerprint not in now for finding in earlier.findings)


class _Told:
    """What a run found, as the profile and the comments let it be told; ``all`` is what stays."""

    def __init__(self, run: "_Run", options: Options) -> None:
        findings = collect(without_consequences(run.findings))
        known = _known(run.subject, findings)
        findings = tuple(options.profile.apply(findings, known))
        given = list(_suppressions(run.subject))
        stay, self.suppressed = suppression.apply(findings, given)
        # what is numbered once stays so: a fingerprint does not depend on what passes
        faults = () if options.stages else collect(suppression.faults(given, known))
        self.all = [*stay, *faults]


def _split(
    findings: Sequence[Finding], baseline: Baseline | None, before: frozenset[str]
) -> tuple[list[Finding], list[Finding]]:
    """The findings that are told, and those that pass as they are known or were there before."""
    new, passed = baseline.split(findings) if baseline else (list(findings), [])
    passed += [finding for finding in new if finding.fingerprint in before]
    return [finding for finding in new if finding.fingerprint not in before], passed


@dataclass
class _Run:
    """The stages that ran: what they found, what failed, what was left out, how long each took."""

    subject: Subject
    found: dict[str, list[Finding]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    _waiting: dict[str, Iterator[Finding | None]] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        """All findings, in the order of the stages."""
        return [finding for name in STAGES for finding in self.found.get(name, ())]

    def widen(self) -> None:
        """Run the stages again that looked at what is different only."""
        self.subject = self.subject.within(None)
        for name in [name for name in self.found if name in SCOPED]:
            self.stage(name)
        self.finish()

    def stage(self, name: str) -> None:
        """Run a stage, or begin it, when it waits for something that goes on elsewhere."""
        if name in WHOLE and not self.subject.is_whole:
            # a difference that nobody asked for is not missed
            if name != "difference" or self.subject.released is not None:
                self.skipped.append(name)
            return
        self.found[name] = []
        self.seconds[name] = 0.0
        self._go_on(name, lambda: STAGES[name](self.subject))
        if name == "terms":
            meant = as_meant(self.subject.dataset, self.findings)
            if meant is not self.subject.dataset:
                self.subject = replace(self.subject, dataset=meant)

    def finish(self, progress: Callable[[str], None] = lambda _: None) -> None:
        """Wait for the stages that only began."""
        while self._waiting:
            name, waiting = self._waiting.popitem()
            progress(name)
            self._go_on(name, lambda: waiting)  # noqa: B023 – it is called at once

    def stop(self) -> None:
        """End what goes on elsewhere, when nobody waits for it any more."""
        for stage in self._waiting.values():
            if isinstance(stage, Generator):
                stage.close()

    def _go_on(self, name: str, begin: Callable[[], Iterator[Finding | None]]) -> None:
        start = perf_counter()
        try:
            stage = begin()
            for finding in stage:
                if finding is None:
                    self._waiting[name] = stage
                    break
                self.found[name].append(finding)
        except StadsgraafError:
            raise
        except Exception as error:  # noqa: BLE001 – whatever it is, the data were not checked
            reason = f"{type(error).__name__}: {error}".strip(" :")
            self.failures.append(Failure(name, reason, traceback.format_exc()))
        self.seconds[name] += perf_counter() - start


def _known(subject: Subject, findings: Iterable[Finding]) -> set[str]:
    """The names and IRIs of all rules: the built-in ones, those of shapes, those that were broken."""
    known = {name for found in rules().values() for name in (found.name, found.iri)}
    known |= {name for finding in findings for name in (finding.name, finding.rule)}
    return known | (subject.shapes.rule_names() if subject.shape_documents else set())


def _suppressions(subject: Subject) -> Iterator[Suppression]:
    for file, text in _texts(subject):
        yield from suppression.suppressions(file, text)


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
