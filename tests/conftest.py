"""What all tests share: the reference material, and our own dataset, read and published once."""

import fcntl
import os
from pathlib import Path

import pytest

from stadsgraaf.composition import write
from stadsgraaf.dataset import Dataset
from stadsgraaf.release import Release

# what one test found is not what the next one finds, when it replaces a part of the program
os.environ["STADSGRAAF_NO_CACHE"] = "1"
ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("STADSGRAAF_SHARED", ROOT.parent / "shared"))
#: Tests that seed faults, and those that need the programs of others.
HEAVY = tuple(
    ROOT / "tests" / each
    for each in (
        *("attacks", "bench", "deploy", "federation", "publishing", "surveying"),
        "shapes/test_mutations.py",
    )
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What `make heavy` runs, and `make test` does not."""
    for item in items:
        if any(item.path.is_relative_to(each) for each in HEAVY):
            item.add_marker(pytest.mark.heavy)


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


@pytest.fixture(scope="session")
def our_release(our_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """That dataset published, not validated: to read. Processes that test side by side share it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "our-release"
    with (shared / "our-release.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            made = folder.with_suffix(".part")
            made.mkdir(exist_ok=True)
            write(our_dataset, None, made, source="")
            made.rename(folder)
    return Release.open(folder)
