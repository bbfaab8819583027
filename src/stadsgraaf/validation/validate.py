"""Validation from end to end: a dataset goes in, a report comes out."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from stadsgraaf.dataset import Dataset
from stadsgraaf.validation.consequences import without_consequences
from stadsgraaf.validation.finding import Finding
from stadsgraaf.validation.report import Report, collect
from stadsgraaf.validation.stages import STAGES, Subject

__all__ = ["Options", "validate"]

#: Stages that look at the dataset as a whole: of no use when a file could not be read at all.
_WHOLE = frozenset({"terms", "shacl", "verify", "queries"})


@dataclass(frozen=True)
class Options:
    """How to validate: the SHACL engine, and the stages to run (all, when empty)."""

    engine: str = "pyshacl"
    stages: tuple[str, ...] = ()


def validate(
    dataset: Dataset,
    options: Options | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Validate a dataset. ``progress`` is told the name of each stage before it runs.

    Raises KeyError for an engine or stage that is not there. Any other error is one of the
    validator and never a report.
    """
    chosen = options or Options()
    subject = Subject(dataset, chosen.engine)
    findings: list[Finding] = []
    seconds: dict[str, float] = {}
    for name in chosen.stages or tuple(STAGES):
        if name in _WHOLE and not subject.is_whole:
            continue
        progress(name)
        start = perf_counter()
        findings += STAGES[name](subject)
        seconds[name] = perf_counter() - start
    return Report(
        findings=collect(without_consequences(findings)),
        files=len(dataset.documents) + len(dataset.queries) + len(dataset.rules),
        triples=sum(len(document.turtle.triples) for document in dataset.documents),
        prefixes=subject.prefixes,
        seconds=seconds,
    )
