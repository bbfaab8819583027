"""The servers that are compared, each started with the same data on a port of its own.

Oxigraph (PyPI ``oxigraph``, https://github.com/oxigraph/oxigraph) and rdflib-endpoint (PyPI,
https://github.com/vemonet/rdflib-endpoint) are taken from the path or from ``.build/bench/peers``;
Virtuoso (Debian ``virtuoso-opensource-7-bin``) from the path. What is not there is left out, and the
report says so.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urlencode, urlsplit

sys.path.append(str(Path(__file__).resolve().parents[1]))

from measuring import cpu_seconds
from serving import children, free_port, tree

from stadsgraaf.release import Release

__all__ = ["PEERS", "Own", "Peer", "Running"]

#: Seconds that a server may take to start, its data included.
_PATIENCE: Final = 1800.0
#: A server is at rest that takes no more than this part of a processor for so many seconds, and one
#: that is not after so many more will not be.
_AT_REST: Final = 0.06
_LOOK: Final = 0.5
_LINGERING: Final = 5.0


class Running:
    """A server that answers at ``url``. ``load`` is how long start and data took, in seconds."""

    def __init__(self, peer: "Peer") -> None:
        self._peer = peer
        self.name, self.graph = peer.name, peer.graph
        self._start()

    def _start(self) -> None:
        begin = time.monotonic()
        port = free_port()
        with (self._peer.folder / f"{self.name}.log").open("wb") as log:
            self.process = subprocess.Popen(
                self._peer.command(port),
                stdout=log,
                stderr=log,
                env=self._peer.environment,
                cwd=self._peer.folder,
            )
        self.url = f"http://127.0.0.1:{port}{self._peer.path}"
        try:
            _wait(self.process, port)
            self._peer.fill(port)
            _wait_for_answer(self.process, self.url)
        except BaseException:
            self.stop()
            raise
        self.load = time.monotonic() - begin

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 80

    def tree(self) -> list[int]:
        """Its process and all below it."""
        return tree(self.process.pid)

    def settle(self) -> None:
        """Wait for what is loaded while it answers: then one process below it has all others."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and len(list(children(self.process.pid))) > 1:
            time.sleep(0.05)

    def drain(self) -> bool:
        """Wait until it does nothing; whether it had to be started anew for that."""
        end = time.monotonic() + _LINGERING
        while time.monotonic() < end:
            before = cpu_seconds(self.tree())
            time.sleep(_LOOK)
            if cpu_seconds(self.tree()) - before <= _AT_REST * _LOOK:
                return False
        self.process.kill()
        self.process.wait()
        self._start()
        self.settle()
        return True

    def stop(self) -> None:
        """Ask it to end, and see to it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Peer:
    """A server that can be started.

    ``most`` is how many triples it can be asked to load; ``graph`` is named with each query where
    the server has data of its own beside ours.
    """

    folder: Path
    release: Release
    name: ClassVar[str] = ""
    program: ClassVar[str] = ""
    path: ClassVar[str] = "/sparql"
    graph: ClassVar[str | None] = None
    most: ClassVar[int] = 100_000_000
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def executable(self) -> str | None:
        """Where its program is, if it is there."""
        own = self.folder.parent / "peers" / "bin" / self.program
        return str(own) if own.is_file() else shutil.which(self.program)

    def missing(self) -> str | None:
        """Why it cannot take part, or None."""
        if self.executable is None:
            return f"{self.program} is not installed"
        if self.release.manifest.triples > self.most:
            return f"more than {self.most:,} triples are too many for it"
        return None

    def command(self, port: int) -> Sequence[str]:
        """What starts it."""
        raise NotImplementedError

    def fill(self, port: int) -> None:
        """Give it the data, when its command does not."""

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Started, with the data, until the block ends."""
        server = Running(self)
        try:
            yield server
        finally:
            server.stop()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Until something listens."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}: see its log")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.005)
    raise TimeoutError(process.args)


def _wait_for_answer(process: "subprocess.Popen[bytes]", url: str) -> None:
    request = f"{url}?{urlencode({'query': 'ASK {}'})}"
    accept = {"Accept": "application/sparql-results+json"}
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(urllib.request.Request(request, headers=accept), timeout=9):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.01)
    raise TimeoutError(url)


class Stadsgraaf(Peer):
    """This software, serving the release."""

    name = "stadsgraaf"
    program = "stadsgraaf"

    @property
    def executable(self) -> str:
        """The interpreter that runs the benchmark."""
        return sys.executable

    def command(self, port: int) -> Sequence[str]:
        """What starts it."""
        return (
            *(self.executable, "-m", "stadsgraaf", "serve", str(self.release.path)),
            *(f"--port={port}", "--article="),
        )


class Own(Stadsgraaf):
    """This software with its own dataset, of which only the start is measured."""

    name = "our own dataset"


class Oxigraph(Peer):
    """Oxigraph's own server, in memory, with the triples in its default graph."""

    name = "oxigraph"
    program = "oxigraph"
    path = "/query"

    def command(self, port: int) -> Sequence[str]:
        """What starts it."""
        return str(self.executable), "serve", f"--bind=127.0.0.1:{port}"

    def fill(self, port: int) -> None:
        """Send the data: what it keeps in memory it can only be given."""
        dump = self.release.dumps / "dataset.nt"
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/store?default",
            dump.open("rb"),
            {"Content-Type": "application/n-triples", "Content-Length": str(dump.stat().st_size)},
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE):
            pass


class RdflibEndpoint(Peer):
    """rdflib-endpoint on rdflib's own store in memory."""

    name = "rdflib-endpoint"
    program = "rdflib-endpoint"
    path = "/"
    most = 1_200_000

    def command(self, port: int) -> Sequence[str]:
        """What starts it."""
        dump = str(self.release.dumps / "dataset.nt")
        return str(self.executable), "serve", "--host=127.0.0.1", f"--port={port}", dump


_VIRTUOSO = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = {sql}
DirsAllowed = {dumps}
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
MaxClientConnections = 64
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 40
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryCostEstimationTime = 0
"""


class Virtuoso(Peer):
    """Virtuoso open source, with a database of its own and room for it in memory."""

    name = "virtuoso"
    program = "virtuoso-t"
    graph = "urn:bench"

    def command(self, port: int) -> Sequence[str]:
        """What starts it."""
        self._sql = free_port()
        place = self.folder / "virtuoso"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        buffers = max(20_000, self.release.manifest.triples // 25)  # of 8 KiB each
        text = _VIRTUOSO.format(
            folder=place,
            sql=self._sql,
            port=port,
            dumps=self.release.dumps,
            buffers=buffers,
            dirty=buffers * 3 // 4,
        )
        (place / "virtuoso.ini").write_text(text, encoding="utf-8")
        return (
            *(str(self.executable), "+foreground", "+wait"),
            *("+configfile", str(place / "virtuoso.ini")),
        )

    def missing(self) -> str | None:
        """Why it cannot take part, or None."""
        if shutil.which("isql-vt") is None:
            return "isql-vt is not installed"
        return super().missing()

    def fill(self, port: int) -> None:
        """Load with its bulk loader."""
        script = (
            f"ld_dir('{self.release.dumps}', 'dataset.nt', '{self.graph}');"
            " rdf_loader_run(); checkpoint;"
        )
        for _ in range(200):
            done = subprocess.run(
                ["isql-vt", str(self._sql), "dba", "dba", f"EXEC={script}"],
                capture_output=True,
                check=False,
            )
            if done.returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError(done.stderr.decode())


PEERS: Final = (Stadsgraaf, Oxigraph, RdflibEndpoint, Virtuoso)
