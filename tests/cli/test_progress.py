"""Who waits at a terminal sees how long already, of how much, and how far it is."""

from pathlib import Path

from stadsgraaf.cli.options import Steps
from stadsgraaf.dataset import Dataset
from stadsgraaf.validation import validate

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<urn:s> a sh:NodeShape ; sh:targetClass <urn:c> ;
    sh:sparql [ sh:select "SELECT $this { $this <urn:p> 1 }" ] ,
              [ sh:select "SELECT $this { $this <urn:q> 1 }" ] .
<urn:x> a <urn:c> .
"""


def test_validation_tells_how_many_queries_ran(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(SHAPES)
    told: dict[str, list[tuple[int, int]]] = {}
    names: list[str] = []
    validate(
        Dataset.load(tmp_path),
        progress=names.append,
        counted=lambda done, of: told.setdefault(names[-1], []).append((done, of)),
    )
    assert told["shacl"] == [(0, 2), (1, 2)]
    assert [done for done, _ in told["verify"]] == list(range(told["verify"][0][1]))


def test_the_line_of_a_long_step_counts() -> None:
    steps = Steps(quiet=True)
    assert steps.line("syntax", 3.2) == "syntax 3 s"
    steps.triples = 1_000_000
    steps.count(4, 170)
    assert steps.line("shacl", 12) == "shacl 12 s, 1,000,000 triples, 4 of 170 queries"
    steps("verify")
    steps.end()
