"""The JSON files of a release hold what their records say, and nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints, is_typeddict

import pytest

from stadsgraaf import records
from stadsgraaf.records import (
    FileRecord,
    FindingRecord,
    ReportRecord,
    RuleRecord,
    StatisticsRecord,
)
from stadsgraaf.release import Release


def strays(held: Mapping[str, Any], record: Any) -> set[str]:
    """Names that the record does not have, or that it needs and that are not there."""
    return (held.keys() - get_type_hints(record).keys()) | (record.__required_keys__ - held.keys())


def test_files_hold_what_their_records_say(our_release: Release) -> None:
    read = {
        name: json.loads((our_release.path / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("statistics", "report", "rules", "manifest")
    }
    assert strays(read["statistics"], StatisticsRecord) == set()
    assert strays(read["report"], ReportRecord) == set()
    assert {name for each in read["rules"] for name in strays(each, RuleRecord)} == set()
    entries = read["manifest"]["files"].values()
    assert {name for each in entries for name in strays(each, FileRecord)} == set()
    assert read["rules"]


@pytest.mark.parametrize("record", [ReportRecord, FindingRecord])
def test_the_schema_of_reports_has_the_members_of_their_record(root: Path, record: Any) -> None:
    file = root / "src/stadsgraaf/validation/formats/report.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    if record is FindingRecord:
        schema = schema["$defs"]["finding"]
    unvalidated = {"validated", "reason"} if record is ReportRecord else set()
    assert set(schema["properties"]) == get_type_hints(record).keys() - unvalidated


def test_every_record_is_offered() -> None:
    found = {name for name, each in vars(records).items() if is_typeddict(each)}
    assert found == set(records.__all__)
