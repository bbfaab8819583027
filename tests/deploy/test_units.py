"""The units of ``deploy/systemd`` are units, let little through, and let all through that is needed."""

import re
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, add_release, in_graph, serving, until

from stadsgraaf.archive import Archive
from stadsgraaf.settings import Settings

ANALYZE = shutil.which("systemd-analyze")
STRACE = shutil.which("strace")
#: Of ten; what systemd itself calls “OK” ends at 5.
_EXPOSURE = 2.0
_RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_CALL = re.compile(r"^\d+ +([a-z_0-9]+)\(", re.MULTILINE)

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture(scope="module")
def unit(root: Path) -> str:
    return (root / "deploy" / "systemd" / "stadsgraaf@.service").read_text(encoding="utf-8")


def analyze(*arguments: str) -> str:
    done = subprocess.run(
        [str(ANALYZE), *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def installed(root: Path, tmp_path: Path) -> Path:
    """The units, with a program that is there."""
    for path in (root / "deploy" / "systemd").iterdir():
        text = path.read_text(encoding="utf-8").replace(
            "/opt/stadsgraaf/bin/stadsgraaf", "/bin/true"
        )
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    template = tmp_path / "stadsgraaf@.service"
    return template.rename(tmp_path / "stadsgraaf@8001.service")


@needs_systemd
def test_systemd_has_nothing_to_say_of_the_units(installed: Path) -> None:
    target = installed.with_name("stadsgraaf.target")
    said = analyze("verify", str(installed), str(target))
    assert not [line for line in said.splitlines() if "stadsgraaf" in line]


@needs_systemd
def test_the_unit_is_exposed_to_little(installed: Path) -> None:
    said = analyze(
        "security", "--offline=true", f"--threshold={_EXPOSURE * 10:.0f}", str(installed)
    )
    found = re.search(r"exposure level for .*: ([0-9.]+)", said)
    assert found
    assert float(found[1]) <= _EXPOSURE


def test_every_option_of_the_command_is_a_setting(unit: str) -> None:
    command = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    names = {row.name.replace("_", "-") for row in Settings.table()}
    options = re.findall(r"--([a-z-]+)", command)
    assert set(options) - {"config"} <= names
    assert "admin-socket" in options


def test_a_face_may_end_its_answers_before_it_is_killed(unit: str) -> None:
    """Else all of its processes get SIGTERM at once, its workers too."""
    assert "KillMode=mixed" in unit
    wait = re.search(r"TimeoutStopSec=(\d+)", unit)
    assert wait
    assert int(wait[1]) > Settings().grace + Settings().query_timeout


def allowed(unit: str) -> set[str]:
    """The names of the system calls that the unit lets through."""
    found: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        is_denial, names = line.startswith("~"), line.removeprefix("~").split()
        for name in names:
            calls = expanded(name)
            found = found - calls if is_denial else found | calls
    return found


def expanded(name: str) -> set[str]:
    if not name.startswith("@"):
        return {name}
    lines = [line.strip() for line in analyze("syscall-filter", name).splitlines()[1:]]
    names = [line for line in lines if line and not line.startswith("#")]
    return set().union(*(expanded(each) for each in names))


@needs_systemd
@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_everything_that_a_face_does_is_let_through(unit: str, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    thing, number = NamedNode("http://e/id/x"), NamedNode("http://e/number")
    releases = [
        add_release(
            archive,
            list(in_graph(Quad(thing, number, Literal(each * at)) for each in range(2000))),
            "http://e/",
        ).identifier
        for at in (1, 2)
    ]
    with archive.locked():
        archive.switch(releases[0])
    log = tmp_path / "calls"
    refused = ("-e", "inject=io_uring_setup:error=EPERM")  # as the unit does
    wrapper = (str(STRACE), "-f", "-qq", "-e", "signal=none", *refused, "-o", str(log))
    settings = {
        "query_timeout": 2,
        "watch": 0,
        "admin_socket": tmp_path / "door",
        "services": "http://127.0.0.1:9/sparql",
    }
    with serving(archive.path, settings, wrapper) as server:
        with httpx.Client(base_url=server.base, timeout=120) as asking:
            for path in (
                "/en/",
                "/en/doc/x",
                "/doc/x.jsonld",
                "/search.json?q=x",
                "/data.ttl",
                "/sparql?query=" + quote("SELECT * { ?s ?p ?o }"),
                "/sparql?format=xlsx&query=" + quote("SELECT * { ?s ?p ?o }"),
                "/sparql/why-empty?query=" + quote("SELECT * { ?s <http://e/no> ?o }"),
                f"/en/?release={releases[1]}",
            ):
                assert asking.get(path).status_code == 200, path
            assert asking.get("/sparql", params={"query": _RUNAWAY}).status_code in (503, 504)
            service = "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }"
            assert asking.get("/sparql", params={"query": service}).status_code == 502
            posted = asking.post(
                "/shacl", content="<x:a> a <x:b> .", headers={"Content-Type": "text/turtle"}
            )
            assert posted.status_code in (200, 404, 503), posted.text
        with archive.locked():
            archive.switch(releases[1])
        face = next(pid for pid in server.tree() - {server.pid} if parent(pid) == server.pid)
        subprocess.run(["kill", f"-{signal.SIGHUP:d}", str(face)], check=True)
        until(lambda: served(server) == releases[1])
        subprocess.run(["kill", str(face)], check=True)
        server.process.wait(60)
    text = log.read_text(encoding="utf-8", errors="replace")
    made = set(_CALL.findall(text))
    assert {"socket", "prctl", "setpriority", "prlimit64"} <= made
    assert made - allowed(unit) == {"io_uring_setup"}  # libuv does without
    assert not re.findall(r"m(?:map|protect)\([^)]*PROT_WRITE\|PROT_EXEC", text)
    families = set(re.findall(r"socket\((AF_\w+)", text))
    permitted = re.search(r"^RestrictAddressFamilies=(.*)$", unit, re.MULTILINE)
    assert permitted
    assert families <= set(permitted[1].split())
    assert "CLONE_NEW" not in text


_READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'


def test_a_face_writes_nothing(tmp_path: Path) -> None:
    """An archive may be read-only to it."""
    archive = Archive(tmp_path / "archive")
    quads = [Quad(NamedNode("http://e/id/x"), NamedNode("http://e/p"), Literal(n)) for n in (1, 2)]
    releases = [
        add_release(archive, list(in_graph([quad])), "http://e/").identifier for quad in quads
    ]
    with archive.locked():
        for each in releases:
            archive.switch(each)
    wrapper = ("unshare", "--mount", "sh", "-c", _READ_ONLY, "sh", str(tmp_path))
    if subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system anew")
    touched = subprocess.run([*wrapper, "touch", str(tmp_path / "x")], check=False)
    assert touched.returncode != 0
    with serving(archive.path, wrapper=wrapper) as server:
        for path in ("/en/", "/doc/x.ttl", "/releases", f"/doc/x.nt?release={releases[0]}"):
            assert httpx.get(server.base + path, timeout=60).status_code == 200, path
        assert httpx.get(server.base + "/doc/y", timeout=60).status_code == 404


def served(server: Server) -> str:
    return httpx.get(server.base + "/live").headers["Stadsgraaf-Release"]


def parent(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[1])
