"""Files that break parsers: each is a finding with its name, in a process that survives it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from stadsgraaf.cli import main

_MANY = 100_000
_TERMS = "<urn:a> <urn:p> " + "<<( <urn:a> <urn:p> " * _MANY + "1" + " )>>" * _MANY + " .\n"
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 60}">' for n in range(9))
_BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE r [{_ENTITIES}]>'
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    '<r:Description r:about="http://e/s"><e:p>&e8;</e:p></r:Description></r:RDF>'
)
_BRACKETS = "ASK { FILTER " + "(" * _MANY + "1" + ")" * _MANY + " }"
_SHAPE = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> a sh:NodeShape ; sh:targetClass <urn:c> ;"
    f' sh:sparql [ sh:select "{_BRACKETS}" ] . <urn:x> a <urn:c> .'
)

_PATH = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> a sh:NodeShape ; sh:targetClass <urn:c> ;"
    f" sh:property [ sh:minCount 1 ; sh:path {'[ sh:inversePath ' * 3_000} <urn:p> {' ]' * 3_001} ."
    " <urn:x> a <urn:c> ."
)
_NODES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> a sh:NodeShape ; sh:targetClass <urn:c> ;"
    f" {'sh:not [ ' * 3_000} a sh:NodeShape {' ]' * 3_000} . <urn:x> a <urn:c> ."
)
_ELEMENTS = (
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">\n'
    f"{'<e:A><e:p>' * _MANY}{'</e:p></e:A>' * _MANY}</r:RDF>"
)


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("a.ttl", _TERMS, "syntax/too-deep"),
        ("a.nt", _TERMS, "syntax/too-deep"),
        ("a.nq", _TERMS, "syntax/too-deep"),
        ("a.trig", _TERMS, "syntax/too-deep"),
        ("a.rdf", _BOMB, "takes too much memory"),
        ("a.jsonld", "[" * _MANY + "]" * _MANY, "syntax/serialisation"),
        ("a.rq", _BRACKETS, "query/too-complex"),
        ("a.rq", "ASK { FILTER(" + "!" * _MANY + "1) }", "query/too-complex"),
        ("a.ttl", _SHAPE, "shacl/engine"),
        ("a.ttl", _PATH, "nests 3001 deep"),
        ("a.ttl", _NODES, "nests 3000 deep"),
        (
            "a.rdf",
            _ELEMENTS,
            "a.rdf:2:1: error: This cannot be read: elements nest deeper than 1000",
        ),
    ],
)
def test_a_hostile_file_is_a_finding(name: str, text: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["validate", "-q", "-f", "lines", str(tmp_path)])
    assert done.exit_code == 1, done.output[-500:]
    assert name in done.stdout
    assert rule in done.stdout
