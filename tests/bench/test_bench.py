"""The benchmark works, on very little data; how fast anything is, it tells and no test asserts."""

import json
import random
import sys
import urllib.request
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import run
from drawing import bars
from load import read_requests, write_requests
from measuring import Figure, Others, percentile
from peers import Peer
from pyoxigraph import RdfFormat, Store, parse
from questions import KINDS, fresh, repeated
from steps import measure
from synthetic import Sizes, is_current, write
from targets import targets

from stadsgraaf.archive import Archive

TRIPLES = 3000


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A whole run, of ours alone."""
    folder = tmp_path_factory.mktemp("bench")
    order = f"--triples {TRIPLES} --rounds 2 --seconds 0.2 --siege 2 --output {folder} --peers"
    found = run.main(order.split())
    return {**found, "folder": folder / str(TRIPLES)}


def triples(folder: Path) -> list[Any]:
    return [each for path in sorted(folder.rglob("*.ttl")) for each in parse(path=path)]


@pytest.mark.parametrize("wanted", [3000, 20_000, 100_000])
def test_data_are_of_the_size_that_was_asked_for(wanted: int, tmp_path: Path) -> None:
    write(tmp_path, wanted)
    assert abs(len(triples(tmp_path)) - wanted) < wanted * 0.05


def test_the_same_seed_gives_the_same_data(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write(tmp_path / name, TRIPLES, seed)
    files = [
        {path.name: path.read_bytes() for path in (tmp_path / name / "data").iterdir()}
        for name in "abc"
    ]
    assert files[0] == files[1] != files[2]


def test_data_of_another_version_are_written_anew(tmp_path: Path) -> None:
    assert not is_current(tmp_path)
    write(tmp_path, TRIPLES)
    assert is_current(tmp_path)
    (tmp_path / "version").write_text("1")
    assert not is_current(tmp_path)


def test_a_few_of_a_thousand_claims_contradict_others(tmp_path: Path) -> None:
    write(tmp_path, 300_000)
    links = Counter(each.predicate.value.rpartition("/")[2] for each in triples(tmp_path))
    assert 1 <= links["contradicts"] * 1000 / links["modality"] <= 10
    assert 0.5 <= links["inTensionWith"] * 1000 / links["modality"] <= 10


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_of_query_finds_something(kind: Any, tmp_path: Path) -> None:
    write(tmp_path, 100_000)
    store = Store()
    for path in tmp_path.rglob("*.ttl"):
        store.bulk_load(path=path, format=RdfFormat.TURTLE)
    sizes, chance = Sizes.of(100_000), random.Random(3)
    assert any(list(store.query(kind.ask(sizes, chance, n).query)) for n in range(20))


def test_no_two_fresh_queries_are_alike() -> None:
    sizes = Sizes.of(TRIPLES)
    first, second = (list(islice(fresh(sizes, seed), 2000)) for seed in (1, 2))
    assert len({asked.query for asked in first + second}) == 4000
    assert len({asked.query for asked in repeated(sizes)}) == 20


def test_a_run_measures_everything_and_nothing_fails(results: dict[str, Any]) -> None:
    assert results["triples"] > TRIPLES * 0.9
    assert not results["queries"]["failed"]
    assert not results["queries"]["differing"]
    assert set(results["queries"]["ms"]) == {kind.name for kind in KINDS}
    assert all(times["stadsgraaf"].median > 0 for times in results["queries"]["ms"].values())
    assert len(results["throughput"]) == 8
    for servers in results["throughput"].values():
        assert servers["stadsgraaf"]["failed"] == 0
        assert servers["stadsgraaf"]["rps"].least > 0
    assert results["dump"]["last byte"]["stadsgraaf"].number == 2
    assert set(results["siege"]["statuses"]) == {"200"}
    assert set(results["pages"]) > {"municipality", "claim"}
    assert all(one["index"] and one["http"] for one in results["search"].values())


def test_the_report_has_a_row_for_every_target(results: dict[str, Any]) -> None:
    text = (results["folder"] / "results.md").read_text(encoding="utf-8")
    found = targets(results, {})
    whats = [each.what for each in found]
    assert len(whats) == len(set(whats)) > 30
    assert all(
        f"| {what} | {each.measured} |" in text for what, each in zip(whats, found, strict=True)
    )
    missed = [each.what for each in found if each.met is None]
    assert [what for what in missed if "oxigraph" not in what] == [
        *("mix of queries, to rdflib-endpoint", "mix of queries, to virtuoso"),
        *(
            "start to first answer, our own dataset",
            "page asked first, longest of all sizes to shortest",
        ),
    ]
    assert set(results["others"]) == set(run.TRIALS)
    written = json.loads((results["folder"] / "results.json").read_text(encoding="utf-8"))
    assert written["queries"]["ms"]["star"]["stadsgraaf"]["number"] == 2
    for plot in results["folder"].glob("*.svg"):
        ET.fromstring(plot.read_text(encoding="utf-8"))


def test_a_target_that_was_not_measured_is_told() -> None:
    found = targets({"triples": 10}, {})
    assert len(found) > 14
    assert all(each.met is None and each.measured.startswith("not measured") for each in found)


def test_pages_are_flat_when_they_take_as_long_with_more_triples() -> None:
    def pages(first: float) -> Any:
        return {"pages": {"thing": {"first": Figure.of([first]), "again": None}}}

    for more, met in ((2.2, True), (9.0, False)):
        other = {"pages": {"thing": {"first": {"median": more}}}}
        (flat,) = [
            each
            for each in targets({"triples": 10, **pages(2.0)}, {1000: other})
            if "all sizes" in each.what
        ]
        assert flat.met is met
        assert "1,000" in flat.measured


_SERVER = """
import http.server, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        if "busy" in self.path:
            threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


class Lasting(Peer):
    """Works on after its client has gone."""

    name = "lasting"

    def command(self, port: int) -> Sequence[str]:
        return sys.executable, "-c", _SERVER, str(port)


def test_who_is_still_at_work_when_a_trial_ends_is_started_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("peers._LINGERING", 1.0)
    with Lasting(tmp_path, None).running() as server:  # type: ignore[arg-type]  # it has no data
        first = server.process.pid
        others = Others(server.tree())
        assert not server.drain()
        urllib.request.urlopen(f"{server.url}/busy").close()
        assert server.drain()
        assert server.process.pid != first
        urllib.request.urlopen(server.url).close()
        assert 0 <= others.part(server.tree()) <= 1


def test_each_step_of_a_query_has_a_cost(results: dict[str, Any]) -> None:
    archive = Archive(results["folder"] / "archive-42")
    release = archive.current()
    assert release
    found = measure(release, 20)
    assert {name.strip("(").partition(":")[0] for name in found} == {"face", "lane", "worker"}
    assert len(found) == 11


def test_a_peer_that_is_not_there_is_told_loudly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    order = f"--triples {TRIPLES} --only search --rounds 1 --output {tmp_path} --peers oxigraph"
    found = run.main(order.split())
    assert found["skipped"]["oxigraph"] == "oxigraph is not installed"
    shown = capsys.readouterr()
    assert "WITHOUT oxigraph" in shown.err
    assert "oxigraph did not take part" in shown.out


def test_figures_tell_median_and_spread() -> None:
    assert Figure.of([3.0, 1.0, 2.0]) == Figure(2.0, 1.0, 3.0, 3)
    assert Figure.of([]) is None
    assert percentile([float(n) for n in range(100)], 0.99) == 99.0


def test_a_plot_shows_each_value() -> None:
    plot = bars("Two", "ms", {"a": {"x": 1.0, "y": 20.0}, "b": {"x": 3.5}})
    assert all(f">{value}<" in plot for value in ("1", "20", "3.5", "10"))
    assert ">3,016<" in bars("Many", "ms", {"a": {"x": 3016.2}})


def test_requests_come_back_as_they_were_written(tmp_path: Path) -> None:
    write_requests([b"one", b"", b"three\r\n"], tmp_path / "requests")
    assert read_requests(tmp_path / "requests") == [b"one", b"", b"three\r\n"]
