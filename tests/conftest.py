"""What all tests share: the reference material, and our own dataset, read once."""

import os
from pathlib import Path

import pytest

from stadsgraaf.dataset import Dataset

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("STADSGRAAF_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the repository."""
    if not SHARED.is_dir():
        pytest.skip(f"the reference material is not at {SHARED} (set STADSGRAAF_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def article(shared: Path) -> Path:
    """The article that the claims point into."""
    return shared / "source" / "article.txt"


@pytest.fixture(scope="session")
def our_dataset() -> Dataset:
    """The dataset of this repository."""
    dataset = Dataset.load(ROOT)
    assert not dataset.faults
    return dataset
