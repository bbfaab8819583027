"""One run of the stages over a dataset, and what it found."""

import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from pyoxigraph import RdfFormat, serialize

from stadsgraaf.errors import StadsgraafError
from stadsgraaf.validation import suppression
from stadsgraaf.validation.catalogue import rules
from stadsgraaf.validation.consequences import without_consequences
from stadsgraaf.validation.finding import Finding
from stadsgraaf.validation.mending import as_meant
from stadsgraaf.validation.options import Options
from stadsgraaf.validation.recall import Found
from stadsgraaf.validation.report import Failure, collect
from stadsgraaf.validation.results import Result
from stadsgraaf.validation.stages import BY_FILE, SCOPED, STAGES, WHOLE, Subject
from stadsgraaf.validation.suppression import Suppression

__all__ = ["Run", "names_of", "suppressions_in", "told"]


def names_of(options: Options) -> Sequence[str]:
    """The stages to run, in order. Raises KeyError for one that is not there."""
    for name in options.stages:
        STAGES[name]
    return [name for name in STAGES if name in options.stages or not options.stages]


@dataclass
class Run:
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

    @property
    def results(self) -> tuple[Result, ...] | None:
        """What SHACL found, if that is all that its stage tells."""
        found = self.found.get("shacl", [])
        if not self.subject.outcomes:
            return None if found else ()
        outcome = self.subject.outcomes[-1]
        clean = not (outcome.faults or outcome.recursions or outcome.differences)
        return tuple(outcome.results) if clean and len(outcome.results) == len(found) else None

    @property
    def derived(self) -> str | None:
        """What rules added, as N-Quads, if a stage looked at it."""
        derived = vars(self.subject.dataset).get("derived")
        if derived is None:
            return None
        return (serialize(derived, format=RdfFormat.N_QUADS) or b"").decode()

    def widen(self) -> None:
        """Run the stages again that looked at what is different only."""
        self.look_at_all()
        self.subject = self.subject.within(None)
        for name in [name for name in self.found if name in SCOPED]:
            self.stage(name)
        self.finish()

    def look_at_all(self) -> None:
        """Run the stages again that looked at some files only."""
        if self.subject.files is not None:
            self.subject = self.subject.looking_at(None)
            for name in [name for name in self.found if name in BY_FILE]:
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


def told(run: Run, options: Options) -> Found:
    """What a run found, as the profile and the comments let it be told."""
    findings = collect(without_consequences(run.findings))
    given = list(suppressions_in(run.subject))
    # whoever names no rule need not know them
    known = _known(run.subject, findings) if given or options.profile.settings else set[str]()
    findings = tuple(options.profile.apply(findings, known))
    stay, suppressed = suppression.apply(findings, given)
    # what is numbered once stays so: a fingerprint does not depend on what passes
    faults = () if options.stages else collect(suppression.faults(given, known))
    return Found(
        all=(*stay, *faults),
        suppressed=tuple(suppressed),
        results=run.results,
        silent=frozenset(name for name, found in run.found.items() if not found),
        # a stage that ran again says again what it did not check
        notices=tuple(dict.fromkeys(run.subject.notices)),
        derived=run.derived,
    )


def _known(subject: Subject, findings: Iterable[Finding]) -> set[str]:
    """The names and IRIs of all rules: the built-in ones, those of shapes, those that were broken."""
    known = {name for found in rules().values() for name in (found.name, found.iri)}
    known |= {name for finding in findings for name in (finding.name, finding.rule)}
    return known | (subject.shapes.rule_names() if subject.shape_documents else set())


def suppressions_in(subject: Subject) -> Iterator[Suppression]:
    """The comments that suppress findings."""
    for file, text in _texts(subject):
        yield from suppression.suppressions(file, text)


def _texts(subject: Subject) -> Iterable[tuple[str, str]]:
    """Every file that may hold comments, with its text."""
    for document in subject.dataset.documents:
        if document.turtle.placed:
            yield document.path.as_posix(), document.turtle.text
    for path in subject.query_files:
        yield subject.path_of(path), path.read_text(encoding="utf-8", errors="replace")
