"""Small releases to test pages with: written as Turtle, published without validation."""

from pathlib import Path

from stadsgraaf.composition import write
from stadsgraaf.dataset import Dataset
from stadsgraaf.release import Release
from stadsgraaf.validation import Report, validate

SAMPLE = Path(__file__).parent / "web" / "sample"


NOT_VALIDATED = Report(())


def publish(root: Path, out: Path, *, validated: bool = False) -> Release:
    """A release of a folder, as ``stadsgraaf build`` makes it, but for what validation forbids."""
    dataset = Dataset.load(root)
    assert not dataset.faults, dataset.faults
    out.mkdir(parents=True, exist_ok=True)
    findings = validate(dataset) if validated else NOT_VALIDATED
    write(dataset, findings, out, source="")
    return Release.open(out)
