"""What is known to be otherwise than a standard says, and no test of W3C asks, is so."""

import asyncio
import csv
from pathlib import Path

import pytest
from pyoxigraph import Literal

from stadsgraaf.media import RESULTS
from stadsgraaf.store.base import Limits, Question
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.web.asking import read_results

DATA = b"""
<urn:a> <urn:p> <urn:b> <urn:g> .
<urn:a> <urn:q> <urn:b> <urn:g> .
<urn:a> <urn:p> <urn:c> <urn:g> .
"""


def deviations() -> list[dict[str, str]]:
    with Path(__file__).with_name("deviations.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("known", deviations(), ids=lambda known: known["query"])
def test_what_is_listed_is_still_otherwise(known: dict[str, str]) -> None:
    """One that is not any more goes from the list."""

    async def answer() -> bytes:
        store = EmbeddedStore(DATA)
        try:
            return await (await store.answer(Question(known["query"], RESULTS[0]), Limits())).read()
        finally:
            await store.close()

    (row,) = read_results(asyncio.run(answer())).rows
    assert row["n"] == Literal(int(known["given"]))
    assert known["given"] != known["meant"]
