"""Hostile documents: refused with the name of the file, by a process that survives them."""

import http.server
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stadsgraaf.archive import Archive
from stadsgraaf.build import build
from stadsgraaf.errors import SyntaxFault
from stadsgraaf.guarding import read_guarded

_GOOD = "<urn:a> <urn:p> 1 .\n"
_CASES = (
    *("rdf-truncated", "rdf-latin1", "rdf-bom", "rdf-gzip-named-ttl", "rdf-nul-literal"),
    *("rdf-deep-tripleterm", "rdf-jsonld-import", "rdf-owl-imports"),
)
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 60}">' for n in range(9))
_BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE r [{_ENTITIES}]>'
    '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    '<r:Description r:about="http://e/s"><e:p>&e8;</e:p></r:Description></r:RDF>'
)
_NESTED = '{"@id":"urn:a","urn:p":' * 10_000 + "1" + "}" * 10_000
_DEEP = "<urn:a> <urn:p> " + "<<( <urn:a> <urn:p> " * 200_000 + "1" + " )>>" * 200_000 + " .\n"


class Canary(http.server.BaseHTTPRequestHandler):
    """Whoever asks it anything has been told to."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Handler", (Canary,), {"asked": asked})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        server.server_close()


#: Runs a command from a small process of its own: what other tests took does not count.
_MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
sys.stderr.write(f"most MiB {most}")
sys.exit(code)
"""


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive with a release that has to survive."""
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "a.ttl").write_text(_GOOD)
    build(tmp_path / "good", tmp_path / "archive")
    return Archive(tmp_path / "archive")


def publish(path: Path, archive: Archive) -> tuple[int, str, int]:
    """Build a document: exit code, what was said, and the most MiB that it took."""
    build_it = [sys.executable, "-m", "stadsgraaf", "build", str(path), "-o", str(archive.path)]
    command = [sys.executable, "-c", _MEASURED, *build_it, "--force"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    said, _, most = (done.stdout + done.stderr).rpartition("most MiB ")
    return done.returncode, said, int(most)


@pytest.mark.parametrize("case", _CASES)
def test_a_document_of_the_corpus_is_published_or_refused_as_it_says(
    shared: Path, tmp_path: Path, archive: Archive, canary: tuple[str, list[str]], case: str
) -> None:
    manifest = json.loads((shared / "attacks" / "manifest.json").read_text(encoding="utf-8"))
    entry = next(each for each in manifest["cases"] if each["id"] == case)
    name = Path(entry["file"]).name
    content = (shared / "attacks" / entry["file"]).read_bytes()
    base, asked = canary
    (tmp_path / name).write_bytes(content.replace(b"{{CANARY}}", base.encode()))
    before = archive.identifier
    code, said, most = publish(tmp_path / name, archive)
    expected = entry["expect"]
    outcomes = {"refuse": {1}, "accept": {0}, "accept-or-refuse": {0, 1}}
    assert code in outcomes[expected["outcome"]], said
    if code:
        assert archive.identifier == before
        for words in expected["message_has"]:
            assert words.replace("{file}", name) in said
    assert archive.current()
    assert asked == []
    assert most < expected["max_rss_mb"]
    assert "Traceback" not in said


def test_every_document_of_the_corpus_is_tried(shared: Path) -> None:
    manifest = json.loads((shared / "attacks" / "manifest.json").read_text(encoding="utf-8"))
    assert {each["id"] for each in manifest["cases"] if each["kind"] == "publish"} == set(_CASES)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.rdf", _BOMB),
        ("bomb.ttl", _BOMB),
        ("nested.jsonld", _NESTED),
        ("nested.ttl", _NESTED),
        ("deep.ttl", _DEEP),
        ("brackets.ttl", "<urn:a> <urn:p> " + "[ <urn:p> " * 2000 + "1" + " ]" * 2000 + " ."),
        ("lists.ttl", "<urn:a> <urn:p> " + "( " * 2000 + " )" * 2000 + " ."),
    ],
)
def test_a_bomb_is_refused_by_name_or_read_within_bounds(
    tmp_path: Path, archive: Archive, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    before = archive.identifier
    code, said, most = publish(tmp_path / name, archive)
    assert code in (0, 1), said
    if code:
        assert name in said
        assert archive.identifier == before
    assert most < 1024
    assert "Traceback" not in said


def test_a_reader_that_breaks_is_a_finding_with_the_name_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "good.ttl").write_text(_GOOD)
    (tmp_path / "deep.ttl").write_text(_DEEP)
    read_guarded([tmp_path / "good.ttl"])
    with pytest.raises(
        SyntaxFault, match=r"deep.ttl:1:1: The file cannot be read: it nests so deep"
    ):
        read_guarded([tmp_path / "good.ttl", tmp_path / "deep.ttl"])


def test_blank_nodes_that_are_all_alike_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / "alike.ttl").write_text("<urn:a> <urn:p> " + "( " * 2000 + " )" * 2000 + " .")
    with pytest.raises(
        SyntaxFault, match=r"alike.ttl:1:1: The file cannot be read: it (takes|nests)"
    ):
        read_guarded([tmp_path / "alike.ttl"])


def test_a_document_that_needs_too_much_memory_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "large.ttl").write_text(f'<urn:a> <urn:p> "{"x" * 60_000_000}" .\n')
    with pytest.raises(SyntaxFault, match=r"large.ttl:1:1: The file cannot be read"):
        read_guarded([tmp_path / "large.ttl"], memory_mib=64)


def test_the_reader_in_the_child_has_no_network(tmp_path: Path) -> None:
    code = (
        "import socket; from stadsgraaf.store.sandbox import deny_system_calls\n"
        "assert deny_system_calls(); socket.socket()"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode < 0
    shutil.rmtree(tmp_path)
