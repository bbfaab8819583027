"""A release made by hand, and a real server for it in a process of its own."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from stadsgraaf.archive import Archive
from stadsgraaf.canonical import canonical_nquads
from stadsgraaf.indexing import build_labels
from stadsgraaf.metadata import statistics
from stadsgraaf.release import GraphEntry, Manifest, Release
from stadsgraaf.writing import files_of

GRAPH = "http://data.example.nl/graph/data"


def in_graph(triples: Iterable[Quad], graph: str = GRAPH) -> Iterator[Quad]:
    """The triples in a named graph."""
    name = NamedNode(graph)
    return (Quad(quad.subject, quad.predicate, quad.object, name) for quad in triples)


def write_release(folder: Path, quads: list[Quad], base_iri: str | None = None) -> Release:
    """A release of these, without validating anything: nasty data are wanted here."""
    folder.mkdir(parents=True)
    graphs = Counter(quad.graph_name.value for quad in quads)  # type: ignore[union-attr]
    data = canonical_nquads(quads)
    (folder / "data.nq").write_bytes(data)
    build_labels(quads, folder / "labels.sqlite", base_iri)
    counted = statistics(quads)
    for name, content in (
        ("statistics.json", counted),
        ("queries.json", []),
        ("report.json", {}),
    ):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    (folder / "dumps").mkdir()
    manifest = Manifest(
        digest=hashlib.sha256(data).hexdigest(),
        triples=len(quads),
        base_iri=base_iri,
        title={"en": "Attacked", "nl": "Aangevallen"},
        prefixes={"foaf": "http://xmlns.com/foaf/0.1/"},
        graphs=[GraphEntry(iri, "data", count) for iri, count in sorted(graphs.items())],
        files=files_of(folder),
    )
    manifest.write(folder)
    return Release.open(folder)


def add_release(archive: Archive, quads: list[Quad], base_iri: str | None = None) -> Release:
    """A release of these in an archive; it is not switched on."""
    archive.releases.mkdir(parents=True, exist_ok=True)
    made = write_release(archive.releases / "made-by-hand", quads, base_iri)
    return Release.open(made.path.rename(archive.releases / made.identifier))


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    base: str
    process: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    def is_live(self) -> bool:
        try:
            with urllib.request.urlopen(self.base + "/live", timeout=5) as response:
                return bool(response.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def tree(self) -> set[int]:
        """The server's process and all below it."""
        return set(tree(self.pid))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


def children(pid: int) -> Iterator[int]:
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            yield from map(int, (task / "children").read_text(encoding="ascii").split())
    except (FileNotFoundError, ProcessLookupError):
        return


def tree(pid: int) -> list[int]:
    """A process and all below it, who is above before who is below."""
    found, new = list[int](), [pid]
    while new:
        found += new
        new = [child for each in new for child in children(each) if child not in found]
    return found


def gives_way(pid: int) -> bool:
    """Whether a process, or a thread, has a lower priority than we have; not when it is gone."""
    try:
        is_idle = os.sched_getscheduler(pid) == os.SCHED_IDLE
        return is_idle or os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
    except ProcessLookupError:
        return False


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must come; the limit is only there to end a failing test."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    release: Path | None,
    settings: Mapping[str, object] | None = None,
    wrapper: Sequence[str] = (),
) -> Iterator[Server]:
    """Run ``stadsgraaf serve`` until the block ends: on a release, or on the store of the settings."""
    port = free_port()
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in (settings or {}).items()]
    serve = [sys.executable, "-m", "stadsgraaf", "serve", f"--port={port}", *flags]
    command = [*wrapper, *serve, *([str(release)] if release else ())]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        server = Server(f"http://127.0.0.1:{port}", process)
        try:
            end = time.monotonic() + 60
            while not server.is_live():
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < end, "the server did not come up"
                time.sleep(0.05)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
