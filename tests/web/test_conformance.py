"""``/conformance`` shows the lists that the suites are run against, and nothing else."""

import csv
import re
from html import unescape
from pathlib import Path

import pytest
from visiting import Client

LISTS = Path(__file__).resolve().parents[1] / "conformance"


def listed(name: str) -> list[dict[str, str]]:
    with (LISTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr[^>]*><td[^>]*>.*?</tr>", html, re.DOTALL)
    return [
        [unescape(re.sub(r"<[^>]*>", "", cell)) for cell in re.findall(r"<td.*?</td>", row)]
        for row in rows
    ]


@pytest.mark.parametrize(("language", "column"), [("nl", "reden"), ("en", "reason")])
def test_every_failure_is_shown_with_its_reason_and_every_suite_with_its_count(
    client: Client, language: str, column: str
) -> None:
    rows = cells(client.browse(f"/{language}/conformance").text)
    failures = [[row["test"], row[column]] for row in listed("failures.csv")]
    assert [row for row in rows if len(row) == 2] == failures
    suites = {row[0]: (row[1], row[3]) for row in rows if len(row) == 4}
    failed = [row["test"].partition("#")[0] for row in listed("failures.csv")]
    assert suites == {
        row["suite"]: (row["tests"], str(failed.count(row["suite"])))
        for row in listed("suites.csv")
    }
