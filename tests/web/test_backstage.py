"""Administrators with a socket of their own, and what a service manager is told."""

import errno
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, free_port, serving, write_release

from stadsgraaf.errors import NoSuchPath, PortForbidden, PortTaken, UsageError
from stadsgraaf.settings import Settings
from stadsgraaf.web.listening import Place, administration, listen
from stadsgraaf.web.notifying import Notifier

ADMINISTRATION = (
    ("GET", "/metrics"),
    ("GET", "/admin/queries"),
    ("DELETE", "/admin/queries/1"),
    ("POST", "/admin/reload"),
    ("GET", "/admin/reload"),
    ("GET", "/nl/metrics"),
)


class Backdoor(http.client.HTTPConnection):
    """A connection to a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, token: str = ""
) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    quad = Quad(*map(NamedNode, ("http://e/s", "http://e/p")), Literal(1), NamedNode("http://e/g"))
    return write_release(tmp_path_factory.mktemp("backstage") / "release", [quad]).path


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sockets") / "admin.sock"


@pytest.fixture(scope="module")
def server(release: Path, door: Path) -> Iterator[Server]:
    with serving(release, {"admin_socket": door}) as running:
        yield running


@pytest.mark.parametrize(("method", "path"), ADMINISTRATION)
def test_with_a_socket_the_public_port_knows_nothing_of_administration(
    server: Server, method: str, path: str
) -> None:
    public = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    assert ask(public, method, path)[0] == 404


def test_who_reaches_the_socket_is_an_administrator(server: Server, door: Path) -> None:
    assert b"stadsgraaf_workers" in ask(Backdoor(door), "GET", "/metrics")[1]
    assert json.loads(ask(Backdoor(door), "GET", "/admin/queries")[1]) == {"queries": []}
    assert ask(Backdoor(door), "DELETE", "/admin/queries/0")[0] == 404
    assert json.loads(ask(Backdoor(door), "POST", "/admin/reload")[1])["switched"] is False
    assert ask(Backdoor(door), "GET", "/ready") == (200, b"ready\n")


def test_there_are_no_pages_behind_the_socket(server: Server, door: Path) -> None:
    for path in ("/", "/sparql?query=ASK%7B%7D", "/doc/x", "/static/style.css"):
        assert ask(Backdoor(door), "GET", path)[0] == 404


def test_only_owner_and_group_reach_the_socket(server: Server, door: Path) -> None:
    assert door.stat().st_mode & 0o777 == 0o660


def test_a_token_that_is_set_is_asked_for_at_the_socket_too(release: Path) -> None:
    port = free_port()
    with serving(
        release, {"admin_socket": f"127.0.0.1:{port}", "admin_token": "secret"}
    ) as running:
        backstage = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        assert ask(backstage, "GET", "/metrics")[0] == 401
        assert ask(backstage, "GET", "/metrics", "secret")[0] == 200
        public = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
        assert ask(public, "GET", "/metrics", "secret")[0] == 404


def test_administrators_get_in_when_the_public_port_is_full(release: Path, tmp_path: Path) -> None:
    few = ("sh", "-c", 'ulimit -n 64; exec "$@"', "sh")
    door = tmp_path / "door"
    with serving(release, {"admin_socket": door}, few) as running, ExitStack() as held:
        for _ in range(30):
            address = ("127.0.0.1", running.port)
            held.enter_context(socket.create_connection(address, timeout=30))
        public = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
        assert ask(public, "GET", "/live")[0] == 503
        assert ask(Backdoor(door), "GET", "/metrics")[0] == 200


def test_the_socket_goes_with_the_server_and_one_that_was_left_is_taken_over(
    release: Path, tmp_path: Path
) -> None:
    door = tmp_path / "door"
    with serving(release, {"admin_socket": door}) as running:
        running.stop(signal.SIGKILL)
    assert door.is_socket()
    with serving(release, {"admin_socket": door}) as running:
        assert ask(Backdoor(door), "GET", "/live")[0] == 200
        assert running.stop() == 0
    assert not door.exists()


def test_what_is_no_place_for_a_socket_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("of somebody", encoding="utf-8")
    with pytest.raises(UsageError, match="there already"), listen(Place(path=str(file))):
        pass
    assert file.read_text(encoding="utf-8") == "of somebody"
    with pytest.raises(NoSuchPath), listen(Place(path=str(tmp_path / "no" / "door"))):
        pass
    taken = Place("127.0.0.1", free_port())
    with listen(taken), pytest.raises(PortTaken), listen(taken):
        pass
    for host in ("192.0.2.1", "nowhere.invalid"):
        with pytest.raises(UsageError, match="cannot listen"), listen(Place(host, free_port())):
            pass
    first = Place(path=str(tmp_path / "door"))
    with listen(first), pytest.raises(UsageError, match="runs"), listen(first):
        pass


def test_a_port_that_is_for_root_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("socket.create_server", refuse)
    with pytest.raises(PortForbidden, match="--port"), listen(Place("127.0.0.1", 80)):
        pass


@pytest.mark.parametrize("text", ["nowhere", "host:0", "host:65536", ":8000", "8000"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="neither"):
        administration(Settings(admin_socket=text))


@pytest.mark.parametrize("text", ["0.0.0.0:9000", "[::]:9000", "192.0.2.1:9000", "example:9000"])
def test_what_other_machines_reach_needs_a_token(text: str) -> None:
    with pytest.raises(UsageError, match="admin_token"):
        administration(Settings(admin_socket=text))
    assert administration(Settings(admin_socket=text, admin_token="x"))


@pytest.mark.parametrize("text", ["/run/x.sock", "./x", "127.0.0.1:9000", "[::1]:9", "localhost:9"])
def test_what_only_this_machine_reaches_needs_none(text: str) -> None:
    assert administration(Settings(admin_socket=text))


# What a service manager is told


def test_a_service_manager_hears_when_the_server_is_ready_lives_and_stops(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        said = []
        with serving(release) as server:
            while said.count("WATCHDOG=1") < 4 or "READY=1" not in said:
                said.append(manager.recv(4096).decode())
            assert server.stop() == 0
        while said[-1] != "STOPPING=1":
            said.append(manager.recv(4096).decode())


def test_a_server_that_hangs_is_silent(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        with serving(release) as server:
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(0.2)
            manager.setblocking(False)
            with suppress(BlockingIOError):  # what it said before
                while manager.recv(4096):
                    pass
            time.sleep(0.6)
            with pytest.raises(BlockingIOError):
                manager.recv(4096)
            server.process.send_signal(signal.SIGCONT)
            manager.settimeout(30)
            assert manager.recv(4096) == b"WATCHDOG=1"


def test_a_manager_of_another_process_is_not_meant() -> None:
    meant = {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}
    assert Notifier.of(meant).patience == 0
    assert Notifier.of({}) == Notifier()


def test_an_abstract_socket_is_spoken_to_and_one_that_is_gone_is_no_reason_to_stop() -> None:
    name = f"stadsgraaf-{free_port()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name)
        Notifier("@" + name).tell("READY=1", "STATUS=x")
        assert manager.recv(100) == b"READY=1\nSTATUS=x"
    Notifier("@" + name).tell("READY=1")


def test_a_wrong_socket_ends_the_command_with_a_sentence_before_anything_is_built(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/p> 1 .\n", encoding="utf-8")
    command = [sys.executable, "-m", "stadsgraaf", "serve", str(tmp_path), f"--port={free_port()}"]
    options = [f"--output={tmp_path / 'archive'}", "--admin-socket=nowhere"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "stadsgraaf: 'nowhere' is neither host:port nor the path of a socket, which has a slash\n"
    )
    assert not (tmp_path / "archive").exists()
