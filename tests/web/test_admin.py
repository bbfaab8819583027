"""Administration: who may, what is shown, and that a query can be stopped."""

import json
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, serving, write_release

TOKEN = "gehéim-token"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    predicate, graph = NamedNode("http://e/p"), NamedNode("http://e/g")
    quads = [Quad(NamedNode(f"http://e/{n}"), predicate, Literal(n), graph) for n in range(3000)]
    return write_release(tmp_path_factory.mktemp("admin") / "release", quads).path


@pytest.fixture(scope="module")
def server(release: Path) -> Iterator[Server]:
    with serving(release, {"admin_token": TOKEN, "shown_query": 20}) as running:
        yield running


def ask(server: Server, method: str, path: str, *authorization: bytes) -> Reply:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest(method, path)
    for value in authorization:
        connection.putheader("Authorization", value)
    connection.endheaders()
    response = connection.getresponse()
    content = response.read()
    fields = {name.lower(): value for name, value in response.getheaders()}
    connection.close()
    return Reply(response.status, fields, json.loads(content) if content else None)


def bearer(token: str = TOKEN) -> bytes:
    return b"Bearer " + token.encode()


def running(server: Server) -> list[dict[str, Any]]:
    reply = ask(server, "GET", "/admin/queries", bearer())
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-store"
    return list(reply.body["queries"])


def until_running(server: Server, state: str) -> dict[str, Any]:
    end = time.monotonic() + 30
    while not (found := [each for each in running(server) if each["state"] == state]):
        assert time.monotonic() < end, running(server)
        time.sleep(0.02)
    return found[0]


@pytest.mark.parametrize(
    "given",
    [
        (),
        (b"Bearer",),
        (b"Bearer ",),
        (b"Bearer None",),
        (b"Bearer gehe",),
        (b"Bearer " + TOKEN.encode("latin-1"),),
        (b"Bearer " + TOKEN.encode() + b"x",),
        (b"Basic " + TOKEN.encode(),),
        (TOKEN.encode(),),
        (b"Bearer " + TOKEN.encode(), b"Bearer " + TOKEN.encode()),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/admin/queries"), ("DELETE", "/admin/queries/1")]
)
def test_who_does_not_send_the_token_is_told_how(
    server: Server, method: str, path: str, given: tuple[bytes, ...]
) -> None:
    reply = ask(server, method, path, *given)
    assert reply.status == 401
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert reply.body["type"].endswith("/not-authenticated")


@pytest.mark.parametrize("path", ["/admin/queries?access_token=", "/admin/queries?token="])
def test_the_token_counts_in_the_header_only(server: Server, path: str) -> None:
    assert ask(server, "GET", path + quote(TOKEN)).status == 401


@pytest.mark.parametrize("given", [(), (b"Bearer ",), (b"Bearer x",), (b"Bearer None",)])
def test_without_a_token_in_the_settings_nobody_is_an_administrator(
    release: Path, given: tuple[bytes, ...]
) -> None:
    with serving(release) as server:
        reply = ask(server, "GET", "/admin/queries", *given)
    assert (reply.status, reply.body["type"].rsplit("/", 1)[1]) == (403, "not-allowed")


def test_no_query_of_that_number_is_not_found(server: Server) -> None:
    for name in ("0", "999999", "x", "-1"):
        reply = ask(server, "DELETE", f"/admin/queries/{name}", bearer())
        assert (reply.status, reply.body["status"]) == (404, 404)


def test_only_delete_stops(server: Server) -> None:
    reply = ask(server, "GET", "/admin/queries/1", bearer())
    assert (reply.status, reply.headers["allow"]) == (405, "DELETE")


def test_a_running_query_is_shown_as_far_as_the_settings_say_and_can_be_stopped(
    server: Server,
) -> None:
    replies: list[Reply] = []
    path = f"/sparql?query={quote(RUNAWAY)}"
    client = threading.Thread(target=lambda: replies.append(ask(server, "GET", path)))
    client.start()
    found = until_running(server, "slow")
    assert found["query"] == RUNAWAY[:20]
    assert found["length"] == len(RUNAWAY)
    assert found["client"] == "127.0.0.1"
    assert found["seconds"] > 0
    assert ask(server, "DELETE", f"/admin/queries/{found['id']}", bearer()).status == 204
    client.join(30)
    (reply,) = replies
    assert reply.status == 503
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.body["type"].endswith("/query-stopped")
    assert reply.headers["retry-after"] == "60"
    assert running(server) == []
    gone = ask(server, "DELETE", f"/admin/queries/{found['id']}", bearer())
    assert gone.status == 404
    assert "suggestions" not in gone.body


def test_a_waiting_query_is_shown_and_can_be_stopped(release: Path) -> None:
    settings = {"admin_token": TOKEN, "workers": 1, "slow_workers": 0, "query_timeout": 20}
    with serving(release, settings) as server:
        replies: list[Reply] = []
        path = f"/sparql?query={quote(RUNAWAY)}"
        clients = [
            threading.Thread(target=lambda: replies.append(ask(server, "GET", path)))
            for _ in range(2)
        ]
        for client in clients:
            client.start()
        found = until_running(server, "waiting")
        assert ask(server, "DELETE", f"/admin/queries/{found['id']}", bearer()).status == 204
        while not replies:
            time.sleep(0.02)
        assert replies[0].body["type"].endswith("/query-stopped")
        (other,) = running(server)
        ask(server, "DELETE", f"/admin/queries/{other['id']}", bearer())
        for client in clients:
            client.join(30)
    assert [reply.status for reply in replies] == [503, 503]


def test_an_answer_that_was_on_its_way_breaks_off(release: Path) -> None:
    with serving(release, {"admin_token": TOKEN}) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        everything = "SELECT * { VALUES ?n { 1 2 3 4 5 6 7 8 9 10 } " + "".join(
            f"BIND(CONCAT(STR(?n), '{'x' * 3000}') AS ?x{n}) " for n in range(4)
        )
        connection.request("GET", f"/sparql?query={quote(everything + '?s ?p ?o }')}")
        response = connection.getresponse()
        assert response.status == 200
        found = until_running(server, "held-up")
        assert ask(server, "DELETE", f"/admin/queries/{found['id']}", bearer()).status == 204
        with pytest.raises(IncompleteRead):
            response.read()
        connection.close()
