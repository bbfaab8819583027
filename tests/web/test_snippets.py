"""Snippets run as they stand, whatever is in the query."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import SAMPLE, publish
from serving import serving

from stadsgraaf.web.snippets import Snippet, fetching, snippets

QUERIES = {
    "plain": 'SELECT ?x { VALUES ?x { "answer" } }',
    "lines": 'SELECT ?x\n# it\'s "quoted" & $dollar `tick` \\ é\n{ VALUES ?x { "answer" } }\n',
    "quotes": 'SELECT ?x { VALUES ?x { """answer""" } } # ends with "',
    "raw": 'SELECT ?x { VALUES ?x { "answer" } } # )" )-" </script> %20+',
    "returns": 'SELECT ?x\r\n{ VALUES ?x { "answer" } }',
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("snippets")
    publish(SAMPLE, folder)
    with serving(folder) as server:
        yield server.base


def run(snippet: Snippet, folder: Path) -> str:
    """What a snippet prints; skips when its language is not there."""
    commands = {
        "curl": ["bash", "-c", snippet.code],
        "Python": [sys.executable, "-c", snippet.code],
        "R": ["Rscript", str(folder / "x.R")],
        "JavaScript": ["node", "--input-type=module", "-e", snippet.code],
    }
    command = commands[snippet.language]
    if not shutil.which("curl" if snippet.language == "curl" else command[0]):
        pytest.skip(f"{command[0]} is not on this machine")
    (folder / "x.R").write_text(snippet.code, encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", range(4), ids=["curl", "Python", "R", "JavaScript"])
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_snippet_asks_the_query(endpoint: str, query: str, language: int, tmp_path: Path) -> None:
    snippet = snippets(endpoint + "/sparql", query, "text/csv")[language]
    assert "answer" in run(snippet, tmp_path)


@pytest.mark.parametrize("language", range(4), ids=["curl", "Python", "R", "JavaScript"])
def test_a_snippet_gets_what_answers_at_an_address(
    endpoint: str, language: int, tmp_path: Path
) -> None:
    address = endpoint + "/queries/list-harbours.csv"
    assert "harbour" in run(fetching(address, "text/csv")[language], tmp_path).lower()
