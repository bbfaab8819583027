"""Two faces behind nginx are one site: the configuration of ``deploy/nginx``, run."""

import itertools
import json
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from proxy import NGINX, Front, Got, front, installed, listen_at, running
from pyoxigraph import Literal, NamedNode, Quad
from serving import add_release, free_port, in_graph
from standin import StandIn, standing_in

from stadsgraaf.archive import Archive
from stadsgraaf.errors import TooManyRequests
from stadsgraaf.settings import Settings

_BASE = "http://data.example.nl/"
_THING = NamedNode(_BASE + "id/thing")
_LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
_NUMBER = NamedNode(_BASE + "def/number")
_HTML = "text/html"
_CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=data.example.org "
    "-keyout privkey.pem -out fullchain.pem"
)
_KINDS = (
    ("/", _HTML),
    ("/en/doc/thing", _HTML),
    ("/doc/thing", "text/turtle"),
    ("/doc/thing.jsonld", "*/*"),
    ("/sparql?query=" + quote("SELECT * { ?s ?p ?o } ORDER BY ?o"), "text/csv"),
    ("/sparql", "text/turtle"),
    ("/en/sparql", _HTML),
    ("/search.json?q=number", "*/*"),
    ("/data", "application/ld+json"),
    ("/openapi.json", "*/*"),
    ("/sitemap.xml", "*/*"),
    ("/releases", _HTML),
)


def release_of(archive: Archive, number: int) -> str:
    """A release that says its number in every answer."""
    triples = [
        Quad(_THING, _NUMBER, Literal(number)),
        Quad(_THING, _LABEL, Literal(f"number {number}", language="en")),
        *(Quad(_THING, NamedNode(_BASE + "def/p"), Literal(each)) for each in range(300)),
    ]
    return add_release(archive, list(in_graph(triples)), _BASE).identifier


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = Archive(tmp_path_factory.mktemp("front") / "archive")
    first = release_of(archive, 1)
    with archive.locked():
        archive.switch(first)
    return archive


@pytest.fixture(scope="module")
def site(root: Path, archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx") / "etc"
    with front(root, folder, archive.path, {"watch": 0.1}) as running_:
        yield running_


@pytest.fixture(scope="module")
def echo(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, StandIn]]:
    """nginx before a stand-in that tells what it was asked."""
    folder = tmp_path_factory.mktemp("nginx") / "etc"
    with standing_in() as upstream:
        main = installed(root, folder, "plain.conf", [upstream.port])
        port = free_port()
        listen_at(folder, {80: port})
        with running(main, f"http://127.0.0.1:{port}/live"):
            yield Front(port, folder), upstream


def fresh() -> str:
    """A query that nobody asked before."""
    return "/sparql?query=" + quote(f"SELECT ({next(_COUNTER)} AS ?n) {{}}")


_COUNTER = itertools.count(int(time.time()))


# One site


@pytest.mark.parametrize(("path", "accept"), _KINDS)
def test_every_face_gives_the_same_bytes_and_the_same_entity_tag(
    site: Front, path: str, accept: str
) -> None:
    answers = [
        httpx.get(face.base + path, headers={"Accept": accept}, timeout=60) for face in site.faces
    ]
    through = site.ask(path, Accept=accept)
    assert {each.status_code for each in answers} == {through.status} == {200}
    assert len({each.content for each in answers} | {through.body}) == 1
    assert len({each.headers.get("ETag") for each in answers} | {through.headers.get("ETag")}) == 1


def test_a_client_stays_with_one_face_and_all_clients_with_all(site: Front) -> None:
    for client in ("192.0.2.10", "192.0.2.11"):
        for _ in range(5):
            site.ask(fresh(), client, X_Request_ID=f"sticky-{client[-2:]}")
    for last in range(40):
        site.ask(fresh(), f"198.51.100.{last}", X_Request_ID="spread")
    site.log("sticky-", 10)
    said = re.findall(r'"request":"([^"]+)".*"face":"127\.0\.0\.1:(\d+)"', site.log("spread", 40))
    for client in ("192.0.2.10", "192.0.2.11"):
        assert len({face for request, face in said if request == f"sticky-{client[-2:]}"}) == 1
    assert len({face for request, face in said if request == "spread"}) == 2


def test_addresses_of_one_ipv6_network_are_one_client(site: Front) -> None:
    for last in range(12):
        site.ask(fresh(), f"2001:db8:5:6:{last}::{last}", X_Request_ID="network")
    said = re.findall(r'"request":"network".*"face":"127\.0\.0\.1:(\d+)"', site.log("network", 12))
    assert len(said) == 12
    assert len(set(said)) == 1


# What is kept


def test_an_answer_is_kept_and_says_so_and_how_old_it_is(site: Front) -> None:
    path = "/en/doc/thing?kept=1"
    first = site.ask(path, "192.0.2.1")
    time.sleep(1.1)
    second = site.ask(path, "203.0.113.9")
    assert (first.headers["Cache-Status"], second.headers["Cache-Status"]) == (
        "nginx; fwd=uri-miss",
        "nginx; hit",
    )
    assert first.body == second.body
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["Date"] == second.headers["Date"]


def test_a_kept_answer_has_nothing_of_who_asked_first(site: Front) -> None:
    path = fresh()
    got = [site.ask(path, "192.0.2.21", X_Request_ID="first") for _ in range(3)]
    last = site.ask(path, "192.0.2.22", X_Request_ID="another")
    assert "RateLimit" in got[0].headers
    assert last.headers["Cache-Status"] == "nginx; hit"
    assert "RateLimit" not in last.headers
    assert last.headers.get_list("X-Request-ID") == ["another"]
    assert last.headers.get_list("X-Content-Type-Options") == ["nosniff"]


def test_who_has_it_gets_no_body_again(site: Front) -> None:
    path = "/en/doc/thing?conditional=1"
    for _ in range(2):
        etag = site.ask(path, Accept_Encoding="br").headers["ETag"]
        again = site.ask(path, Accept_Encoding="br", If_None_Match=etag)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == etag
    assert site.ask(path, Accept_Encoding="br", If_None_Match='"other"').status == 200


def test_what_varies_is_kept_apart(site: Front) -> None:
    for _ in range(2):
        assert b"<html" in site.ask("/doc/thing", Accept=_HTML).body
        assert b"@prefix" in site.ask("/doc/thing", Accept="text/turtle").body
        assert site.ask("/", Accept_Language="nl").headers["Content-Language"] == "nl"
        assert site.ask("/", Accept_Language="en").headers["Content-Language"] == "en"
        for coding in ("gzip", "br"):
            got = site.ask("/en/", Accept=_HTML, Accept_Encoding=coding)
            assert got.headers["Content-Encoding"] == coding
        assert "Content-Encoding" not in site.ask("/en/", Accept_Encoding="identity").headers


def test_what_may_not_be_kept_is_not(site: Front) -> None:
    for path in ("/ready", "/live", "/sparql?query=" + quote("SELECT (NOW() AS ?t) {}"), "/nope"):
        for _ in range(3):
            assert site.ask(path).headers.get("Cache-Status") != "nginx; hit"


def test_another_host_does_not_get_into_what_is_kept(site: Front) -> None:
    path = "/robots.txt?host=1"
    for host in ("evil.example", "evil.example:6666"):
        assert b"evil" not in site.ask(path, Host=host, X_Forwarded_Host="evil.example").body
    assert b"https://data.example.org/sitemap.xml" in site.ask(path).body


# Releases


def test_the_old_release_is_kept_for_as_long_as_was_announced_and_all_else_is_new(
    site: Front, archive: Archive
) -> None:
    old, new = archive.identifier, release_of(archive, 2)
    assert old
    paths = {"/en/doc/thing?switched=1": old, "/doc/thing.nt?switched=1": new, fresh(): new}
    numbers = {old: b"number 1", new: b"number 2"}
    kept = next(iter(paths))
    assert site.ask(kept).headers["Stadsgraaf-Release"] == old
    for release in (new, old):
        switch(site, archive, release)
        for path, expected in paths.items() if release == new else ():
            got = site.ask(path)
            assert got.headers["Stadsgraaf-Release"] == expected
            assert "/doc/" not in path or numbers[expected] in got.body
            assert got.headers["Cache-Control"] == "public, max-age=60"
            assert age(got, datetime.now(UTC)) < 60


def switch(site: Front, archive: Archive, release: str) -> None:
    with archive.locked():
        archive.switch(release)
    for face in site.faces:
        while httpx.get(face.base + "/live").headers["Stadsgraaf-Release"] != release:
            time.sleep(0.05)


def age(got: Got, now: datetime) -> float:
    """Seconds since it was made, by what it says."""
    return (now - parsedate_to_datetime(got.headers["Date"])).total_seconds()


def test_no_answer_is_kept_for_longer_than_it_says(echo: tuple[Front, StandIn]) -> None:
    site, upstream = echo
    upstream.release, upstream.age = "old", 2
    assert site.ask("/doc/brief").headers["Stadsgraaf-Release"] == "old"
    upstream.release, upstream.age = "new", 60
    hits = 0
    asked = datetime.now(UTC)
    while (got := site.ask("/doc/brief")).headers["Stadsgraaf-Release"] == "old":
        assert got.headers["Cache-Status"] == "nginx; hit"
        assert age(got, asked) < 2 + 2, "Date and nginx's clock have whole seconds"
        hits += 1
        asked = datetime.now(UTC)
    assert hits, "it was kept"


# Faces come and go


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_request_fails_when_a_face_ends(
    root: Path, archive: Archive, tmp_path: Path, number: signal.Signals
) -> None:
    wrong: list[str] = []
    asked = [0] * 6
    stopped = threading.Event()

    def read(site: Front, reader: int) -> None:
        method = "POST" if reader % 2 else "GET"
        while not stopped.is_set():
            client = f"192.0.2.{reader * 40 + asked[reader] % 40}"
            query = f"SELECT ({next(_COUNTER)} AS ?n) {{}}"
            try:
                with httpx.Client(timeout=60) as asking:
                    got = asking.request(
                        method,
                        f"http://127.0.0.1:{site.port}/sparql",
                        headers={"X-Forwarded-For": client, "Accept": "text/csv"},
                        **{"params" if method == "GET" else "data": {"query": query}},  # type: ignore[arg-type]
                    )
                if got.status_code != 200 or not got.text.startswith("n\r\n"):
                    wrong.append(f"{method} {got.status_code} {got.text[:200]}")
            except httpx.HTTPError as error:
                wrong.append(f"{method} {error!r}")
            asked[reader] += 1

    with front(root, tmp_path / "etc", archive.path) as site:
        readers = [threading.Thread(target=read, args=(site, reader)) for reader in range(6)]
        for reader in readers:
            reader.start()
        try:
            time.sleep(2)
            site.faces[0].stop(number)
            then = sum(asked)
            time.sleep(3)
        finally:
            stopped.set()
            for reader in readers:
                reader.join()
        assert wrong == []
        assert sum(asked) > then + 20
        assert len(set(re.findall(r'"face":"127\.0\.0\.1:(\d+)"', site.log()))) == 2


def test_without_a_face_the_answer_says_when_to_come_back(root: Path, tmp_path: Path) -> None:
    main = installed(root, tmp_path / "etc", "plain.conf", [free_port(), free_port()])
    port = free_port()
    listen_at(tmp_path / "etc", {80: port})
    with running(main, f"http://127.0.0.1:{port}/live"):
        got = httpx.get(f"http://127.0.0.1:{port}/en/")
    assert got.status_code == 503
    assert got.headers["Retry-After"] == "5"
    assert got.headers["Content-Type"] == "application/problem+json"
    assert got.json()["type"].endswith("/problem/store-busy")
    assert got.json()["status"] == 503


# Limits


def test_who_asks_too_much_is_told_to_wait_and_others_are_not(site: Front) -> None:
    ask = b"GET /live HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.77\r\n"
    with ExitStack() as held:
        floods = [
            held.enter_context(socket.create_connection(("127.0.0.1", site.port), timeout=60))
            for _ in range(150)
        ]
        for each in floods:
            each.sendall((ask + b"\r\n") * 2 + ask + b"Connection: close\r\n\r\n")
        other = site.ask("/live", "203.0.113.78")
        answers = b"".join(everything(each) for each in floods).split(b"HTTP/1.1 ")[1:]
    assert other.status == 200
    assert len(answers) == 450
    refused = [each.decode() for each in answers if each.startswith(b"429 ")]
    assert 0 < len(refused) < 450
    assert len(refused) + sum(each.startswith(b"200 ") for each in answers) == 450
    head, body = refused[0].split("\r\n\r\n")
    assert "Retry-After: 1\r\n" in head
    assert "Content-Type: application/problem+json\r\n" in head
    assert "Access-Control-Allow-Origin: *" in head
    assert json.loads(body) == {
        "type": "https://w3id.org/stadsgraaf/def/problem/too-many-requests",
        "title": TooManyRequests.title.en,
        "status": 429,
    }


def everything(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_its_limits_are_those_of_the_faces(root: Path, site: Front) -> None:
    text = (root / "deploy" / "nginx" / "site.conf").read_text(encoding="utf-8")
    settings = Settings()
    assert settings.body_length == 256 << 10
    assert settings.rdf_length == 1 << 20
    assert re.findall(r"client_max_body_size +(\w+);", text) == ["256k", "1m"]
    assert float(re.findall(r"proxy_read_timeout +(\d+)s;", text)[0]) > settings.query_timeout + 5
    long = "ASK {} #" + "x" * 60_000
    assert site.ask("/sparql?query=" + quote(long)).status == 200
    assert post(site, "/sparql", 256 << 10).status_code in (400, 413)
    assert raw(site, b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n").startswith(
        b"HTTP/1.1 414 "
    )


@pytest.mark.parametrize(
    ("path", "size"), [("/sparql", (256 << 10) + 1), ("/shacl", (1 << 20) + 1)]
)
def test_a_body_that_no_face_takes_is_refused_in_its_words(
    site: Front, path: str, size: int
) -> None:
    got = post(site, path, size)
    assert got.status_code == 413
    assert got.json()["type"].endswith("/problem/body-too-large")


def test_a_body_for_the_validator_passes(site: Front) -> None:
    assert post(site, "/shacl", 600 << 10).status_code != 413


def post(site: Front, path: str, size: int) -> httpx.Response:
    kind = "application/sparql-query" if path == "/sparql" else "text/turtle"
    return httpx.post(
        f"http://127.0.0.1:{site.port}{path}",
        content=b"#" * size,
        headers={"Content-Type": kind, "X-Forwarded-For": "192.0.2.99"},
        timeout=60,
    )


def raw(site: Front, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
        connection.sendall(request)
        return connection.recv(65536)


# Administration


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/admin/queries",
        "/admin/reload",
        "/nl/metrics",
        "/en/admin/queries",
        "/%61dmin/queries",
        "//admin/queries",
        "/./metrics",
        "/x/../metrics",
        "/en//metrics",
        "/metrics?x",
    ],
)
def test_administration_is_not_reached_from_outside(echo: tuple[Front, StandIn], path: str) -> None:
    site, upstream = echo
    before = len(upstream.asked)
    answer = raw(site, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert len(upstream.asked) == before


def test_a_thing_that_is_called_so_is_reached(echo: tuple[Front, StandIn]) -> None:
    site, _ = echo
    for path in ("/doc/admin/x", "/doc/metrics", "/administration"):
        assert site.ask(path).status == 200


# Headers


@pytest.mark.parametrize("path", ["/en/", "/doc/thing.ttl", "/sparql", "/nope", "/live"])
def test_every_answer_has_the_headers_that_public_sites_are_looked_at_for(
    site: Front, path: str
) -> None:
    """Once each, as https://internet.nl asks of Dutch public sites; HSTS comes with TLS."""
    headers = site.ask(path).headers
    for name in ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"):
        assert len(headers.get_list(name)) == 1, name
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not {"unsafe", "*", "http:", "https:"} & set(re.split(r"[-\s';]+", policy))
    assert headers["Server"] == "nginx"
    assert "Set-Cookie" not in headers


# What is passed on


def test_a_face_hears_of_the_client_from_nginx_alone(echo: tuple[Front, StandIn]) -> None:
    site, upstream = echo
    site.ask(
        "/doc/heard",
        "6.6.6.6",
        Host="data.example.org:6666",
        X_Forwarded_Host="evil.example",
        X_Forwarded_Proto="gopher",
        X_Forwarded_Prefix="/evil",
        Forwarded="for=6.6.6.6",
        Authorization="Bearer stolen",
        X_Request_ID="not a decent one",
    )
    heard = upstream.asked[-1]
    assert heard["x-forwarded-for"] == "127.0.0.1"
    assert heard["x-forwarded-host"] == heard["host"] == "data.example.org"
    assert heard["x-forwarded-proto"] == "http"
    assert re.fullmatch("[0-9a-f]{32}", heard["x-request-id"])
    assert not {"x-forwarded-prefix", "forwarded", "authorization"} & set(heard)


def test_every_method_of_the_endpoint_passes(echo: tuple[Front, StandIn]) -> None:
    site, upstream = echo
    for method in ("GET", "HEAD", "POST", "QUERY", "OPTIONS"):
        assert site.ask("/sparql", method=method).status == 200
        assert upstream.asked[-1][":method"] in (method, "GET")


def test_a_large_answer_is_not_put_on_the_disk(echo: tuple[Front, StandIn]) -> None:
    """Nor fetched: who takes little of it has the face send little."""
    site, upstream = echo
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", site.port))
        slow.sendall(b"GET /dumps/endless HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow.recv(4096).startswith(b"HTTP/1.1 200 ")
        time.sleep(2)
        assert 0 < upstream.sent < 32 << 20
        files = [path for path in site.folder.glob("proxy/**/*") if path.is_file()]
        assert files == []
        assert not list(site.folder.glob("kept-*/**/*.tmp"))


def test_work_ends_when_the_client_leaves(echo: tuple[Front, StandIn]) -> None:
    site, upstream = echo
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as leaving:
        leaving.sendall(b"GET /sparql?wait HTTP/1.1\r\nHost: x\r\n\r\n")
        assert upstream.waiting.wait(10)
    assert upstream.left.wait(10)


@pytest.mark.parametrize("path", ["/sparql?cut", "/dumps/cut", "/doc/cut"])
def test_an_answer_that_was_broken_off_is_neither_whole_nor_kept(
    echo: tuple[Front, StandIn], path: str
) -> None:
    site, upstream = echo
    for _ in range(3):
        before = len(upstream.asked)
        with pytest.raises(httpx.RemoteProtocolError):
            site.ask(path)
        assert len(upstream.asked) > before


def test_a_part_of_a_dump_is_asked_of_a_face(echo: tuple[Front, StandIn]) -> None:
    site, upstream = echo
    for _ in range(2):
        site.ask("/dumps/part", Range="bytes=2-5", If_Range='"x"')
        assert upstream.asked[-1]["range"] == "bytes=2-5"
        assert upstream.asked[-1]["if-range"] == '"x"'


def test_the_log_has_neither_addresses_nor_queries(site: Front) -> None:
    site.ask("/search?q=Jansen", "203.0.113.200", X_Request_ID="private")
    line = next(line for line in site.log("private").splitlines() if '"private"' in line)
    assert '"path":"/search"' in line
    everything = site.log() + (site.folder / "log" / "stadsgraaf.error.log").read_text("utf-8")
    assert "Jansen" not in everything
    assert "203.0.113" not in everything
    assert "192.0.2" not in everything


# TLS


@pytest.fixture(scope="module")
def secure(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """nginx as it is in the open; its ports for HTTP and HTTPS."""
    folder = tmp_path_factory.mktemp("tls") / "etc"
    with standing_in() as upstream:
        main = installed(root, folder, "tls.conf", [upstream.port])
        plain, tls = free_port(), free_port()
        listen_at(folder, {80: plain, 443: tls})
        site = folder / "conf.d" / "stadsgraaf.conf"
        text = site.read_text(encoding="utf-8")
        for name in ("fullchain", "privkey"):
            text = text.replace(f"/etc/letsencrypt/live/data.example.org/{name}.pem", f"{name}.pem")
        site.write_text(text, encoding="utf-8")
        subprocess.run(
            _CERTIFICATE.split(),
            cwd=folder,
            check=True,
            capture_output=True,
        )
        assert NGINX or pytest.skip("nginx is not installed (apt install nginx-light)")
        tested = subprocess.run(
            [str(NGINX), "-t", "-p", str(folder), "-c", str(main)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert tested.returncode == 0, tested.stderr
        assert "[warn]" not in tested.stderr
        with running(main, f"http://127.0.0.1:{plain}/", host="data.example.org"):
            yield plain, tls


def handshake(
    port: int, name: str, version: ssl.TLSVersion | None = None, ciphers: str = "DEFAULT"
) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    if version:
        context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    return context.wrap_socket(connection, server_hostname=name)


def test_plain_http_leads_to_https_of_the_same_address(secure: tuple[int, int]) -> None:
    got = httpx.get(
        f"http://127.0.0.1:{secure[0]}/sparql?query=x%20y", headers={"Host": "data.example.org"}
    )
    assert got.status_code == 301
    assert got.headers["Location"] == "https://data.example.org/sparql?query=x%20y"
    assert "Strict-Transport-Security" not in got.headers


def test_https_is_strict_for_a_year(secure: tuple[int, int]) -> None:
    for path in ("/en/", "/metrics"):
        with httpx.Client(verify=False) as asking:
            got = asking.get(
                f"https://127.0.0.1:{secure[1]}{path}",
                headers={"Host": "data.example.org"},
                extensions={"sni_hostname": "data.example.org"},
            )
        assert got.headers.get_list("Strict-Transport-Security") == ["max-age=31536000"]


def test_only_what_is_called_good_is_spoken(secure: tuple[int, int]) -> None:
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with handshake(secure[1], "data.example.org", version) as spoken:
            assert spoken.selected_alpn_protocol() == "h2"
    with pytest.warns(DeprecationWarning, match="TLS"), pytest.raises(ssl.SSLError):
        handshake(secure[1], "data.example.org", ssl.TLSVersion.TLSv1_1)
    for weak in ("AES128-SHA", "AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA"):
        with pytest.raises(ssl.SSLError):
            handshake(secure[1], "data.example.org", ssl.TLSVersion.TLSv1_2, weak)


def test_other_names_get_nothing(secure: tuple[int, int]) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(secure[1], "other.example")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"http://127.0.0.1:{secure[0]}/", headers={"Host": "other.example"})
