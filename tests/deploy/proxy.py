"""nginx of the machine with the configuration of ``deploy/nginx``, and faces behind it."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from serving import Server, free_port, serving

__all__ = ["Front", "Got", "front", "installed", "listen_at", "running"]

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
#: What Debian's own configuration has around the files of ``conf.d``.
_AROUND = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
daemon off;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {before}
    include conf.d/*.conf;
}}
"""


@dataclass(frozen=True)
class Got:
    """One answer."""

    status: int
    headers: httpx.Headers
    body: bytes


@dataclass
class Front:
    """nginx, and the faces behind it."""

    port: int
    folder: Path
    faces: list[Server] = field(default_factory=list)

    def ask(self, path: str, client: str = "192.0.2.1", method: str = "GET", **headers: str) -> Got:
        """Ask as a client with an address."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {"X-Forwarded-For": client, **fields}
        with httpx.Client(timeout=60) as asking:
            got = asking.request(method, f"http://127.0.0.1:{self.port}{path}", headers=fields)
        return Got(got.status_code, got.headers, got.content)

    def log(self, request: str = "", times: int = 1) -> str:
        """What was said of requests; of those with an identifier, once it was said so often."""
        path, end = self.folder / "log" / "stadsgraaf.log", time.monotonic() + 30
        while (text := path.read_text(encoding="utf-8")).count(f'"request":"{request}') < times:
            assert time.monotonic() < end, "nginx says it after it has answered, but not so late"
            time.sleep(0.05)
        return text


def installed(root: Path, folder: Path, name: str, ports: Sequence[int], before: str = "") -> Path:
    """The configuration, as its README says to install it, but in a folder; its main file.

    ``name`` is that of the file for ``conf.d``; ``ports`` are those of the faces; ``before`` goes
    ahead of it.
    """
    source, here = root / "deploy" / "nginx", folder / "stadsgraaf"
    for each in (here, folder / "conf.d", folder / "log"):
        each.mkdir(parents=True)
    for path in source.glob("*.conf"):
        text = path.read_text(encoding="utf-8")
        for machine, ours in (
            ("/var/lib/nginx/", f"{folder}/kept-"),
            ("/var/log/nginx/", f"{folder}/log/"),
        ):
            text = text.replace(machine, ours)
        (here / path.name).write_text(text, encoding="utf-8")
    faces = (here / "faces.conf").read_text(encoding="utf-8")
    lines = re.findall(r"^server 127\.0\.0\.1:[0-9]+(.*)$", faces, re.MULTILINE)
    assert len(lines) == 2
    servers = [f"server 127.0.0.1:{port}{lines[0]}" for port in ports]
    (here / "faces.conf").write_text("\n".join(servers) + "\n", encoding="utf-8")
    (here / name).rename(folder / "conf.d" / "stadsgraaf.conf")
    user = "user root;" if os.getuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(_AROUND.format(user=user, folder=folder, before=before), encoding="utf-8")
    return main


def listen_at(folder: Path, ports: Mapping[int, int]) -> None:
    """Have the servers listen at other ports than those of the web."""
    path = folder / "conf.d" / "stadsgraaf.conf"
    text = path.read_text(encoding="utf-8")
    for usual, port in ports.items():
        listen = re.compile(rf"^(\s+listen\s+)(\[::\]:)?{usual}\b", re.MULTILINE)
        assert listen.search(text)
        text = listen.sub(rf"\g<1>\g<2>{port}", text)
    path.write_text(text, encoding="utf-8")


@contextmanager
def running(main: Path, address: str, host: str = "localhost") -> Iterator[None]:
    """nginx, until the block ends; ``address`` is one that it answers at."""
    if NGINX is None:
        pytest.skip("nginx is not installed (apt install nginx-light)")
    command = [NGINX, "-p", str(main.parent), "-c", str(main)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 30
            while not _answers(address, host):
                assert process.poll() is None, _told(main)
                assert time.monotonic() < end, _told(main)
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(30)


def _told(main: Path) -> str:
    path = main.parent / "error.log"
    return path.read_text(encoding="utf-8") if path.exists() else "nothing was said"


def _answers(address: str, host: str) -> bool:
    try:
        httpx.get(address, headers={"Host": host}, timeout=30)
    except httpx.ConnectError:
        return False
    return True


@contextmanager
def front(
    root: Path, folder: Path, release: Path, settings: Mapping[str, object] | None = None
) -> Iterator[Front]:
    """nginx over plain HTTP and two faces; clients are who ``X-Forwarded-For`` says."""
    if NGINX is None:
        pytest.skip("nginx is not installed (apt install nginx-light)")
    given = {"trusted_proxies": "127.0.0.1", "public_url": "https://data.example.org"}
    with ExitStack() as stack:
        faces = [stack.enter_context(serving(release, {**given, **(settings or {})})) for _ in "12"]
        before = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;"
        main = installed(root, folder, "plain.conf", [each.port for each in faces], before)
        port = free_port()
        listen_at(folder, {80: port})
        with running(main, f"http://127.0.0.1:{port}/live"):
            yield Front(port, folder, faces)
