"""Hints about an empty answer, which have to come in time however much data there are."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, Store

from stadsgraaf.store import emptiness
from stadsgraaf.store.counted import Counted, counted
from stadsgraaf.store.emptiness import explain_emptiness

DATA = """<urn:s> <http://e/label> "Haven"@nl . <urn:s> a <http://e/Harbour> ."""


def asking(asked: list[str]) -> Callable[[str, int], Sequence[Any]]:
    store = Store()
    store.load(DATA.encode(), format=RdfFormat.TURTLE)

    def ask(select: str, most: int) -> Sequence[Any]:
        asked.append(select)
        found: Any = store.query(select)
        rows = [{v.value: row[v] for v in found.variables if row[v]} for row in found]
        return rows[:most]

    return ask


def nearest(said: Any) -> list[str]:
    return [iri for each in said["hints"] for iri in each.get("nearest", ())]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    names = {
        "properties": [{"iri": "http://e/label", "count": 1}],
        "classes": [{"iri": "http://e/Harbour", "count": 1}],
    }
    (tmp_path / "statistics.json").write_text(json.dumps(names))
    return tmp_path / "store"


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [("?s <http://e/labell> ?o", "http://e/label"), ("?s a <http://e/Harbor>", "http://e/Harbour")],
)
def test_names_that_the_release_counted_are_not_searched_for(
    release: Path, pattern: str, meant: str
) -> None:
    asked: list[str] = []
    said = explain_emptiness(f"SELECT * {{ {pattern} }}", asking(asked), counted(release).names)
    assert nearest(said) == [meant]
    assert not any("DISTINCT" in each for each in asked)
    searched: list[str] = []
    assert nearest(explain_emptiness(f"SELECT * {{ {pattern} }}", asking(searched))) == [meant]
    assert any("DISTINCT" in each for each in searched)


def test_names_of_the_release_are_not_those_of_the_graphs_of_from(release: Path) -> None:
    query = "SELECT * FROM <urn:g> { ?s <http://e/labell> ?o }"
    assert not nearest(explain_emptiness(query, asking([]), counted(release).names))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"properties": [1], "classes": []}'])
def test_statistics_that_cannot_be_read_are_none(tmp_path: Path, content: str) -> None:
    assert counted(tmp_path / "store") == Counted()
    (tmp_path / "statistics.json").write_text(content)
    assert counted(tmp_path / "store") == Counted()


def test_hints_end_when_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptiness, "_SECONDS", -1)
    said = explain_emptiness("SELECT * { ?s <http://e/labell> ?o }", asking([]))
    assert [each["text"] for each in said["patterns"]] == ["?s <http://e/labell> ?o"]  # type: ignore[attr-defined]
    assert [each["kind"] for each in said["hints"]] == ["more"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("end", "again"), [("", 0), (" LIMIT 5", 1)])
def test_what_is_known_to_be_empty_is_not_asked_again(end: str, again: int) -> None:
    asked: list[str] = []
    query = f"SELECT * {{ ?s ?p ?o FILTER(?o = 5) }}{end}"
    explain_emptiness(query, asking(asked))
    filtered = [each for each in asked if "FILTER(?o = 5)" in each and each != query]
    assert len(filtered) == again
