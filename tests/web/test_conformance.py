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


def text(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def rows_of(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr[^>]*><td[^>]*>.*?</tr>", html, re.DOTALL)
    return [re.findall(r"<td.*?</td>", row) for row in rows]


@pytest.mark.parametrize(("language", "column"), [("nl", "reden"), ("en", "reason")])
def test_every_reason_is_shown_once_with_its_failures_and_every_suite_with_its_count(
    client: Client, language: str, column: str
) -> None:
    rows = rows_of(client.browse(f"/{language}/conformance").text)
    beyond = [(text(row[0]), text(row[1])) for row in rows if len(row) == 3]
    assert beyond == [(each[column], each["query"]) for each in listed("deviations.csv")]
    told: dict[str, list[str]] = {}
    for reason, tests in (row for row in rows if len(row) == 2):
        assert text(reason) not in told, "a reason is there once"
        told[text(reason)] = [text(test) for test in re.findall(r"<li.*?</li>", tests)]
    meant: dict[str, list[str]] = {}
    for failure in listed("failures.csv"):
        meant.setdefault(failure[column], []).append(failure["test"])
    assert told == meant
    suites = {text(row[0]): (text(row[1]), text(row[3])) for row in rows if len(row) == 4}
    failed = [row["test"].partition("#")[0] for row in listed("failures.csv")]
    assert suites == {
        row["suite"]: (row["tests"], str(failed.count(row["suite"])))
        for row in listed("suites.csv")
    }
