"""Small releases to test pages with: written as Turtle, published without validation."""

from pathlib import Path

from stadsgraaf.build import write
from stadsgraaf.dataset import Dataset
from stadsgraaf.release import Release
from stadsgraaf.validation import Report

SAMPLE = Path(__file__).parent / "web" / "sample"


def publish(root: Path, out: Path) -> Release:
    """A release of a folder, as ``stadsgraaf build`` makes it, but for the validation."""
    dataset = Dataset.load(root)
    assert not dataset.faults, dataset.faults
    out.mkdir(parents=True, exist_ok=True)
    write(dataset, Report(()), out, source="")
    return Release.open(out)
