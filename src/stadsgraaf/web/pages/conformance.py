"""``/conformance``: what W3C's test suites say of the endpoint, https://w3c.github.io/rdf-tests/.

The lists are those of ``tests/conformance/``, where the suites are run over HTTP against a real
server and every difference from the lists breaks the build; a wheel carries a copy.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import Text
from stadsgraaf.web.site import View

__all__ = ["Deviation", "Failure", "Suite", "conformance", "deviations", "results"]

_PACKED: Final = Path(str(files("stadsgraaf.web"))) / "conformance"
_SOURCE: Final = Path(__file__).parents[4] / "tests" / "conformance"
#: Where W3C keeps the tests.
_TESTS: Final = "https://w3c.github.io/rdf-tests/sparql/"


@dataclass(frozen=True)
class Failure:
    """A test that fails, by its folder and name, and why."""

    test: str
    reason: Text

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return self.test.replace("/", "-").replace("#", "-")

    @property
    def href(self) -> str:
        """The folder of the test at W3C."""
        return f"{_TESTS}{self.test.partition('#')[0]}/"


@dataclass(frozen=True)
class Deviation:
    """A query that a ``standard`` answers otherwise, which no test of W3C asks; and why."""

    standard: str
    query: str
    reason: Text


@dataclass(frozen=True)
class Suite:
    """A folder of tests."""

    name: str
    tests: int
    failed: int

    @property
    def passed(self) -> int:
        """How many pass."""
        return self.tests - self.failed

    @property
    def href(self) -> str:
        """The folder at W3C."""
        return f"{_TESTS}{self.name}/"


@lru_cache(1)
def results() -> tuple[Sequence[Suite], Sequence[Failure]]:
    """All suites with their counts, and all failures, both by name."""
    failures = [
        Failure(row["test"], Text(row["reason"], row["reden"])) for row in _rows("failures.csv")
    ]
    failed = Counter(failure.test.partition("#")[0] for failure in failures)
    suites = [
        Suite(row["suite"], int(row["tests"]), failed[row["suite"]]) for row in _rows("suites.csv")
    ]
    return suites, failures


@lru_cache(1)
def deviations() -> Sequence[Deviation]:
    """What is known to be otherwise beside the suites."""
    return [
        Deviation(row["standard"], row["query"], Text(row["reason"], row["reden"]))
        for row in _rows("deviations.csv")
    ]


def _rows(name: str) -> list[dict[str, str]]:
    folder = _PACKED if (_PACKED / name).is_file() else _SOURCE
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def conformance(request: Request) -> Response:
    """The table of W3C's tests: how many pass in each suite, and each that fails, with its reason."""
    view = View.of(request.scope)
    suites, failures = results()
    total = sum(suite.tests for suite in suites)
    reasons: dict[str, list[Failure]] = {}
    for failure in failures:
        reasons.setdefault(failure.reason.say(view.language), []).append(failure)
    return view.page(
        "conformance.html",
        suites=suites,
        deviations=deviations(),
        reasons=sorted(reasons.items(), key=lambda each: -len(each[1])),
        total=view.number(total),
        passed=view.number(total - len(failures)),
    )
