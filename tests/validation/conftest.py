"""A dataset from a few words of Turtle."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stadsgraaf.dataset import Dataset
from stadsgraaf.validation import Report, gather, validate

Check = Callable[..., Report]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Validate files given by name and text; ``name__ttl`` stands for ``name.ttl``."""

    def validated(
        files: dict[str, str] | str, encoding: str = "utf-8", **options: object
    ) -> Report:
        given = {"a.ttl": files} if isinstance(files, str) else files
        for name, text in given.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding=encoding)
        plain = all(name.endswith((".ttl", ".rq")) for name in given)
        dataset = Dataset.load(tmp_path) if plain else gather([tmp_path]).dataset
        return validate(dataset, **options)  # type: ignore[arg-type]  # Options

    return validated
