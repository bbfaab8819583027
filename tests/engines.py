"""Stores of others, each started on a port of its own: Oxigraph's server, and Virtuoso.

Oxigraph is taken from the path or from ``.build/bench/peers``, Virtuoso (Debian) from the path.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from serving import free_port

_PEERS = Path(__file__).parent.parent / ".build" / "bench" / "peers" / "bin"
_PATIENCE = 60.0


class Oxigraph:
    """``oxigraph serve`` in memory."""

    name = "oxigraph"

    def __init__(self) -> None:
        self._port = free_port()
        program = self.program()
        assert program
        command = [program, "serve", f"--bind=127.0.0.1:{self._port}"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _until_it_answers(self.url + "?query=ASK%7B%7D")

    @staticmethod
    def program() -> str | None:
        return shutil.which("oxigraph", path=f"{os.environ['PATH']}{os.pathsep}{_PEERS}")

    @classmethod
    def missing(cls) -> str:
        return "" if cls.program() else "oxigraph is not installed: make peers"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/query"

    @property
    def update(self) -> str:
        return f"http://127.0.0.1:{self._port}/update"

    @property
    def graphs(self) -> str:
        return f"http://127.0.0.1:{self._port}/store"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self.kill()


class Virtuoso:
    """Virtuoso open source with a database of its own; its administrator is dba, dba."""

    name = "virtuoso"

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._sql, self._http = free_port(), free_port()
        settings = Path(self._folder.name) / "virtuoso.ini"
        settings.write_text(
            "[Database]\nDatabaseFile = v.db\nErrorLogFile = v.log\nLockFile = v.lck\n"
            "TransactionFile = v.trx\nxa_persistent_file = v.pxa\n"
            "[TempDatabase]\nDatabaseFile = t.db\nTransactionFile = t.trx\n"
            f"[Parameters]\nServerPort = 127.0.0.1:{self._sql}\nNumberOfBuffers = 2000\n"
            f"MaxDirtyBuffers = 1200\n[HTTPServer]\nServerPort = 127.0.0.1:{self._http}\n"
            "[SPARQL]\nResultSetMaxRows = 100000\n",
            encoding="ascii",
        )
        command = ["virtuoso-t", "+configfile", str(settings), "+wait"]
        subprocess.run(
            command, cwd=self._folder.name, check=True, capture_output=True, timeout=_PATIENCE
        )

    @staticmethod
    def missing() -> str:
        is_here = shutil.which("virtuoso-t") and shutil.which("isql-vt")
        return "" if is_here else "Virtuoso is not installed: apt install virtuoso-opensource-7"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http}/sparql"

    @property
    def update(self) -> str:
        return f"http://127.0.0.1:{self._http}/sparql-auth"

    @property
    def graphs(self) -> str:
        return f"http://127.0.0.1:{self._http}/sparql-graph-crud-auth"

    def isql(self, statement: str) -> str:
        """What its own client prints of a statement."""
        command = ["isql-vt", f"127.0.0.1:{self._sql}", "dba", "dba", f"exec={statement};"]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=_PATIENCE
        )
        assert "*** Error" not in done.stderr, done.stderr
        return done.stdout

    def kill(self) -> None:
        """End it as a power cut would."""
        with suppress(FileNotFoundError, ProcessLookupError):
            lock = (Path(self._folder.name) / "v.lck").read_text(encoding="ascii")
            os.kill(int(lock.partition("VIRT_PID=")[2].split()[0]), signal.SIGKILL)
        self._folder.cleanup()

    def close(self) -> None:
        command = ["isql-vt", f"127.0.0.1:{self._sql}", "dba", "dba", "exec=shutdown;"]
        try:
            subprocess.run(command, check=False, capture_output=True, timeout=10)
        except subprocess.TimeoutExpired:  # it is still busy with a query that nobody waits for
            self.kill()
        else:
            self._folder.cleanup()


ENGINES: tuple[type[Oxigraph] | type[Virtuoso], ...] = (Oxigraph, Virtuoso)


def _until_it_answers(address: str) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            assert time.monotonic() < end, f"{address} does not answer"
            time.sleep(0.05)
