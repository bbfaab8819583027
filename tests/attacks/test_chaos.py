"""Releases come and processes go, and no reader notices."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, add_release, in_graph, serving, until

from stadsgraaf.archive import Archive

_BASE = "http://data.example.nl/"
_THING = NamedNode(_BASE + "id/thing")
_NUMBER = NamedNode(_BASE + "def/number")
_LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
_WHICH = f"SELECT ?n {{ {_THING} {_NUMBER} ?n }}"
_SWITCHES = 20
_READERS = 6


def release_of(archive: Archive, number: int) -> str:
    """A release that says its number in every answer."""
    triples = [
        Quad(_THING, _NUMBER, Literal(number)),
        Quad(_THING, _LABEL, Literal(f"number {number}", language="en")),
        *(Quad(_THING, NamedNode(_BASE + "def/p"), Literal(each)) for each in range(500)),
    ]
    return add_release(archive, list(in_graph(triples)), _BASE).identifier


class Reader(threading.Thread):
    """Asks one thing after the other until told to stop; ``wrong`` is what went wrong."""

    def __init__(self, server: Server, numbers: dict[str, int], turn: int) -> None:
        super().__init__()
        self.server, self.numbers, self.turn = server, numbers, turn
        self.asked = 0
        self.wrong: list[str] = []
        self.seen: set[str] = set()
        self.stopped = threading.Event()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        while not self.stopped.is_set():
            self.turn += 1
            address, accept = self.address()
            try:
                connection.request("GET", address, headers={"Accept": accept})
                response = connection.getresponse()
                self.judge(address, response.status, dict(response.getheaders()), response.read())
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{address}: {error!r}")
                connection.close()
            self.asked += 1
        connection.close()

    def address(self) -> tuple[str, str]:
        fresh = f"{_WHICH} # {self.turn} {id(self)}"  # asked anew: not one that is kept
        return (
            ("/sparql?query=" + quote(fresh), "text/csv"),
            ("/sparql?query=" + quote(_WHICH), "text/csv"),
            ("/en/doc/thing", "text/html"),
            ("/doc/thing.nt", "*/*"),
        )[self.turn % 4]

    def judge(self, address: str, status: int, headers: dict[str, str], body: bytes) -> None:
        release = {name.lower(): value for name, value in headers.items()}["stadsgraaf-release"]
        number = self.numbers[release]
        said = {"text/csv": f"n\r\n{number}\r\n", "text/html": f"number {number}<"}
        kind = headers["content-type"].split(";")[0]
        expected = said.get(kind, f'def/number> "{number}"').encode()
        if status != 200 or expected not in body:
            self.wrong.append(f"{address}: {status} of {release} {body[:200]!r}")
        self.seen.add(release)


@contextmanager
def reading(server: Server, numbers: dict[str, int]) -> Iterator[list[Reader]]:
    readers = [Reader(server, numbers, turn) for turn in range(_READERS)]
    for reader in readers:
        reader.start()
    try:
        yield readers
    finally:
        for reader in readers:
            reader.stopped.set()
        for reader in readers:
            reader.join()
    assert [wrong for reader in readers for wrong in reader.wrong] == []


def current(server: Server) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", "/live")
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.getheader("Stadsgraaf-Release") or ""


def test_no_request_fails_when_the_release_is_switched_under_load(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    numbers = {release_of(archive, number): number for number in range(4)}
    releases = list(numbers)
    with archive.locked():
        archive.switch(releases[0])
    with (
        serving(archive.path, {"watch": 0.05, "workers": 2}) as server,
        reading(server, numbers) as readers,
    ):
        for turn in range(1, _SWITCHES + 1):
            wanted = releases[turn % len(releases)]
            with archive.locked():
                archive.switch(wanted)
            if turn % 2:
                os.kill(server.pid, signal.SIGHUP)
            until(lambda wanted=wanted: current(server) == wanted)
        until(lambda: len(server.tree()) <= 2 + 2 + 4)  # what was replaced has ended
    assert set.union(*(reader.seen for reader in readers)) == set(releases)
    assert min(reader.asked for reader in readers) > _SWITCHES


def test_builds_that_are_killed_at_any_moment_leave_a_whole_release(tmp_path: Path) -> None:
    source, output = tmp_path / "source", tmp_path / "archive"
    source.mkdir()
    script = Path(__file__).parent.parent / "killing.py"
    done = subprocess.run(
        [sys.executable, str(script), str(source), str(output), "60", "7"],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    old, _, new, _, over, _ = done.stdout.split()
    assert int(old) > 20
    assert int(new) > 0
    assert int(over) < 30


def test_a_damaged_new_release_is_not_switched_to(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    good, bad = release_of(archive, 1), release_of(archive, 2)
    (archive.releases / bad / "data.nq").write_text("this is not N-Quads\n", encoding="utf-8")
    with archive.locked():
        archive.switch(good)
    with serving(archive.path, {"watch": 0}) as server:
        with archive.locked():
            archive.switch(bad)
        os.kill(server.pid, signal.SIGHUP)
        time.sleep(1)
        assert current(server) == good


def administered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of Turtle, whose server may be told to reload."""
    monkeypatch.setenv("STADSGRAAF_ADMIN_TOKEN", "secret")
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.ttl").write_text('<http://e/a> <http://e/p> "A" .\n', encoding="utf-8")
    return source


def reload(server: Server, token: str = "secret") -> tuple[int, dict[str, object]]:
    """Tell a server to build again; its status and what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/admin/reload", headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def test_invalid_data_are_refused_with_file_and_line_and_the_old_release_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = administered(tmp_path, monkeypatch)
    with serving(source, {"output": tmp_path / "archive"}) as server:
        before = current(server)
        assert reload(server) == (200, {"release": before, "switched": False})
        assert reload(server, "wrong")[0] == 401
        (source / "a.ttl").write_text("<http://e/a>\n <http://e/p> .\n", encoding="utf-8")
        status, problem = reload(server)
        assert status == 409
        assert "a.ttl\n  2:" in str(problem["detail"])
        assert current(server) == before
        (source / "a.ttl").write_text('<http://e/a> <http://e/p> "B" .\n', encoding="utf-8")
        status, answer = reload(server)
        assert (status, answer["switched"]) == (200, True)
        assert current(server) == answer["release"] != before


def test_a_build_that_takes_too_long_is_ended_and_the_old_release_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = administered(tmp_path, monkeypatch)
    with serving(source, {"output": tmp_path / "archive", "build_timeout": 0.2}) as server:
        before, tree = current(server), server.tree()
        (source / "a.ttl").write_text('<http://e/a> <http://e/p> "B" .\n', encoding="utf-8")
        status, problem = reload(server)
        assert status == 409
        assert "build_timeout" in str(problem["detail"])
        assert current(server) == before
        assert {each for each in server.tree() if _is_build(each)} == set()
        assert tree - server.tree() == set()


def _is_build(pid: int) -> bool:
    try:
        return b"build" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


_SMALL_DISK = 'mount -t tmpfs -o size=1m none "$1" && cp -a "$2/." "$1" && shift 2 && exec "$@"'


def test_a_disk_that_is_full_is_said_and_the_old_release_stays(tmp_path: Path) -> None:
    """On a disk of one MiB: a small release, then one that does not fit."""
    source, kept, disk = (tmp_path / name for name in ("source", "kept", "disk"))
    for each in (source, kept, disk):
        each.mkdir()
    build = [sys.executable, "-m", "stadsgraaf", "build", str(source), "--quiet", "--output"]
    (source / "a.ttl").write_text('<http://e/a> <http://e/p> "A" .\n', encoding="utf-8")
    subprocess.run([*build, str(kept)], check=True, stdout=subprocess.DEVNULL)
    old = Archive(kept).identifier
    wrapper = ["unshare", "--mount", "sh", "-c", _SMALL_DISK, "sh", str(disk), str(kept)]
    if subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small disk")
    lines = (f'<http://e/{each}> <http://e/p> "{"x" * 50}" .\n' for each in range(8000))
    (source / "b.ttl").write_text("".join(lines), encoding="utf-8")
    then = '"$@"; echo "exit $?"; readlink current; ls releases; python -m stadsgraaf verify .'
    script = f"cd {disk}; {then.replace('python', sys.executable)}"
    done = subprocess.run(
        [*wrapper, "sh", "-c", script, "sh", *build, str(disk)],
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    said = done.stderr.strip().splitlines()
    assert "no space left on the device" in said[0], done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines()[:3] == ["exit 3", f"releases/{old}", old]
    assert done.returncode == 0, done.stdout + done.stderr
