"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import stadsgraaf

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(stadsgraaf.__path__, "stadsgraaf.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name))]
    assert sum(bool(test.examples) for test in found) >= 5
