"""The corpus of attacks, run by its own runner against a real server."""

import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from serving import Server, in_graph, serving, write_release

DEADLINE = 3
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
def server(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    nasty = shared / "attacks" / "data" / "nasty.ttl"
    triples = (*people(), *parse(path=nasty, format=RdfFormat.TURTLE, base_iri=_BASE))
    folder = tmp_path_factory.mktemp("attacked") / "release"
    release = write_release(folder, list(in_graph(triples)), _BASE)
    with serving(release.path, {"query_timeout": DEADLINE}) as running:
        yield running


@pytest.mark.parametrize("kind", ["http", "query", "flood"])
def test_every_case_is_answered_as_it_should_be(shared: Path, server: Server, kind: str) -> None:
    runner = shared / "attacks" / "run_corpus.py"
    failed = run(runner, server, f"--kind={kind}")
    # The runner has limits of its own; on a machine that is busy a case may try again, alone.
    again = [run(runner, server, f"--kind={kind}", f"--only={case}") for case in failed]
    assert not any(again), "\n".join(str(case) for case in again)


def run(runner: Path, server: Server, *options: str) -> dict[str, str]:
    """Run cases; what is wrong, by case."""
    command = [
        sys.executable,
        str(runner),
        f"--base={server.base}",
        f"--pid={server.pid}",
        f"--deadline={DEADLINE}",
        "--live=/live",
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)
    assert re.search(r"^\d+ passed, \d+ failed$", done.stdout, re.MULTILINE), done.stderr
    lines = (line.split(maxsplit=2) for line in done.stdout.splitlines())
    return {line[1]: line[2] for line in lines if line[0] == "FAIL"}
