"""The corpus of attacks, run by its own runner against a real server."""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from serving import Server, in_graph, serving, write_release

#: Seconds for honest queries, and for those that only a deadline ends.
DEADLINE, SHORT = 3, 1
RUNNER = "run_corpus.py"
_BASE = "http://data.example.nl/"
_FOAF = "http://xmlns.com/foaf/0.1/"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
_PEOPLE = 20_000


def people() -> Iterator[Quad]:
    """Who knows whom: 180,000 triples in which everybody can be reached from everybody."""
    chance = random.Random(42)
    persons = [NamedNode(f"{_BASE}id/person/{number}") for number in range(_PEOPLE)]
    for number, person in enumerate(persons):
        yield Quad(person, _TYPE, NamedNode(_FOAF + "Person"))
        yield Quad(person, NamedNode(_FOAF + "name"), Literal(f"Persoon {number}"))
        yield Quad(person, _LABEL, Literal(f"Persoon {number}", language="nl"))
        yield Quad(person, NamedNode(_BASE + "def/score"), Literal(chance.randrange(1000)))
        for other in chance.sample(persons, 5):
            yield Quad(person, NamedNode(_FOAF + "knows"), other)


@pytest.fixture(scope="module")
def release(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    nasty = shared / "attacks" / "data" / "nasty.ttl"
    triples = (*people(), *parse(path=nasty, format=RdfFormat.TURTLE, base_iri=_BASE))
    folder = tmp_path_factory.mktemp("attacked") / "release"
    return write_release(folder, list(in_graph(triples)), _BASE).path


@pytest.fixture(scope="module")
def server(release: Path) -> Iterator[Server]:
    with serving(release, {"query_timeout": DEADLINE, "body_timeout": 2}) as running:
        yield running


@pytest.fixture(scope="module")
def floods(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner beside floods of our own: the corpus has none."""
    folder = tmp_path_factory.mktemp("floods")
    corpus = shared / "attacks"
    for name in (RUNNER, "queries"):
        (folder / name).symlink_to(corpus / name)
    (folder / "manifest.json").symlink_to(Path(__file__).with_name("floods.json"))
    return folder


#: How the names of the cases begin, by kind; those that only a deadline ends have a short one.
_GROUPS = {"http": ("h-", "upd-"), "query": ("html-", "ok-")}
_STOPPED = "q-"


def cases_of(corpus: Path, kind: str) -> set[str]:
    cases = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["cases"]
    return {case["id"] for case in cases if case["kind"] == kind}


@pytest.mark.parametrize("kind", _GROUPS)
def test_every_request_and_honest_query_is_answered_as_it_should_be(
    shared: Path, server: Server, kind: str
) -> None:
    for group in _GROUPS[kind]:
        assert_passes(shared / "attacks", server, kind, group)


def test_every_hostile_query_is_refused_or_stopped(shared: Path, release: Path) -> None:
    with serving(release, {"query_timeout": SHORT}) as server:
        assert_passes(shared / "attacks", server, "query", _STOPPED, SHORT)


def test_every_case_is_in_one_group(shared: Path) -> None:
    for kind, groups in _GROUPS.items():
        for case in cases_of(shared / "attacks", kind):
            assert case.startswith((*groups, _STOPPED) if kind == "query" else groups), case


def test_every_flood_is_withstood(floods: Path, server: Server) -> None:
    assert_passes(floods, server, "flood")


def assert_passes(
    corpus: Path, server: Server, kind: str, group: str = "", deadline: int = DEADLINE
) -> None:
    expected = {case for case in cases_of(corpus, kind) if case.startswith(group)}
    assert expected, "there is nothing to run"
    faults = run(corpus, server, kind, group, deadline)
    assert set(faults) == expected
    # The runner has limits of its own; on a machine that is busy a case may try again, alone.
    failed = [case for case, fault in faults.items() if fault]
    again = {case: run(corpus, server, kind, case, deadline)[case] for case in failed}
    assert not any(again.values()), again


def run(corpus: Path, server: Server, kind: str, group: str, deadline: int) -> dict[str, list[str]]:
    """Run the cases of a kind whose names begin so; what is wrong with each."""
    with tempfile.NamedTemporaryFile() as report:
        command = [
            sys.executable,
            str(corpus / RUNNER),
            f"--base={server.base}",
            f"--pid={server.pid}",
            f"--deadline={deadline}",
            f"--only={group}",
            f"--kind={kind}",
            f"--json={report.name}",
            "--live=/live",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode in (0, 1), done.stderr
        return {case: faults for case, _, _, _, faults in json.loads(report.read())}
