"""The trials: each asks every server in turn, round after round, so that all see the same machine."""

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from load import Connection, encode, run, write_requests
from measuring import Figure, cpu_seconds, memory_mib, percentile
from peers import Peer, Running, Stadsgraaf
from questions import DUMP, KINDS, RUNAWAY, Asked, Kind, fresh, repeated
from synthetic import Sizes

from stadsgraaf.labels import LabelIndex
from stadsgraaf.release import Release

__all__ = ["Plan", "dump", "pages", "queries", "runaways", "search", "siege", "start", "throughput"]

Result = dict[str, Any]

_HERE: Final = Path(__file__).parent
#: One server is asked one kind of query at most so often and so long, in seconds, in a round.
_MOST: Final = 30
_LONGEST: Final = 1.5
#: A server that took longer to start than this is started once only.
_SLOW_START: Final = 20.0
#: Queries a second that a client may make of a server; more are prepared than it can answer.
_FASTEST: Final = 15_000


@dataclass(frozen=True)
class Plan:
    """What is measured: how often, how long at a time, with how much data."""

    sizes: Sizes
    rounds: int
    seconds: float
    seed: int
    folder: Path

    def order(self, servers: Sequence[Running], turn: int) -> Sequence[Running]:
        """The servers in the order of a round: each comes first in turn."""
        at = turn % len(servers)
        return [*servers[at:], *servers[:at]]


def _encoded(asked: Asked, server: Running) -> bytes:
    return encode(asked, server.address, urlsplit(server.url).path, server.graph)


def _figures(found: dict[str, list[float]]) -> dict[str, Figure | None]:
    return {name: Figure.of(values) for name, values in found.items()}


# --- starting -----------------------------------------------------------------------------------


def start(plan: Plan, peers: Sequence[Peer]) -> Result:
    """Seconds from nothing to the first answer and until all is loaded, and memory then, in MiB."""
    seconds: dict[str, list[float]] = {peer.name: [] for peer in peers}
    settled: dict[str, list[float]] = {peer.name: [] for peer in peers}
    memory: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for _ in range(plan.rounds):
        for peer in peers:
            if seconds[peer.name] and seconds[peer.name][0] > _SLOW_START:
                continue
            with peer.running() as server:
                begin = time.monotonic()
                server.settle()
                seconds[peer.name].append(server.load)
                settled[peer.name].append(server.load + time.monotonic() - begin)
                memory[peer.name].append(memory_mib(server.tree()))
    return {
        "seconds": _figures(seconds),
        "settled": _figures(settled),
        "MiB": _figures(memory),
    }


# --- one query at a time ------------------------------------------------------------------------


def queries(plan: Plan, servers: Sequence[Running]) -> Result:
    """Milliseconds of each kind of query, none asked twice, on one connection; and answers that differ."""
    found: dict[str, dict[str, list[float]]] = {
        kind.name: {server.name: [] for server in servers} for kind in KINDS
    }
    failed: dict[str, dict[str, int]] = {}
    for turn in range(plan.rounds):
        for kind in KINDS:
            for server in plan.order(servers, turn):
                times, wrong = _ask_some(plan, kind, server, turn)
                found[kind.name][server.name] += [percentile(times, 0.5)] if times else []
                if wrong:
                    failed.setdefault(kind.name, {})[server.name] = wrong
    return {
        "ms": {name: _figures(times) for name, times in found.items()},
        "failed": failed,
        "differing": _differences(plan, servers),
    }


def _ask_some(plan: Plan, kind: Kind, server: Running, turn: int) -> tuple[list[float], int]:
    stream = fresh(plan.sizes, plan.seed + 100 + turn, (kind,))
    connection, times, wrong = Connection(server.address), list[float](), 0
    end = time.monotonic() + _LONGEST
    for asked in islice(stream, _MOST):
        status, _, last = connection.fetch(_encoded(asked, server))
        if status == 200:
            times.append(last * 1000)
        else:
            wrong += 1
            connection.again()
        if time.monotonic() > end:
            break
    connection.socket.close()
    return times, wrong


def _differences(plan: Plan, servers: Sequence[Running]) -> dict[str, dict[str, int]]:
    """The number of rows that each server gives where these are not the same."""
    differing = {}
    for kind in KINDS:
        asked = next(fresh(plan.sizes, plan.seed + 7, (kind,)))
        counts = {server.name: _rows(_fetch(_encoded(asked, server), server)) for server in servers}
        if len(set(counts.values())) > 1:
            differing[kind.name] = counts
    return differing


def _fetch(request: bytes, server: Running) -> bytes:
    line, *headers = request.decode().split("\r\n")
    path = line.split(" ")[1]
    fields = dict(header.split(": ", 1) for header in headers if header)
    url = f"http://{server.address[0]}:{server.address[1]}{path}"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=fields), timeout=120
        ) as reply:
            return bytes(reply.read())
    except urllib.error.HTTPError:
        return b""


def _rows(body: bytes) -> int:
    """Solutions of a JSON or CSV answer; of N-Triples the different statements."""
    body = body.strip()
    if body.startswith(b"{"):
        return len(json.loads(body)["results"]["bindings"])
    if body.startswith((b"<", b"_:")):
        return len({line for line in body.splitlines() if line})
    return sum(1 for _ in csv.reader(io.StringIO(body.decode()))) - 1


# --- many at a time -----------------------------------------------------------------------------


def throughput(plan: Plan, servers: Sequence[Running]) -> Result:
    """Answers a second and CPU a request, of repeated and of never repeated cheap queries."""
    outcome: Result = {}
    for mode in ("repeated", "fresh"):
        for connections in (1, 2, 8, 32):
            found = [
                (server.name, _press(plan, server, mode, connections, turn))
                for turn in range(plan.rounds)
                for server in plan.order(servers, turn)
            ]
            outcome[f"{mode}, {connections}"] = {
                server.name: _summary([each for name, each in found if name == server.name])
                for server in servers
            }
    return outcome


def _press(plan: Plan, server: Running, mode: str, connections: int, turn: int) -> Result:
    if mode == "repeated":
        asked: Iterable[Asked] = repeated(plan.sizes)
    else:
        number = int(_FASTEST * plan.seconds)
        seed = plan.seed + 1000 + turn * 100 + connections
        asked = islice(fresh(plan.sizes, seed), number)
    path = plan.folder / "requests.bin"
    write_requests((_encoded(each, server) for each in asked), path)
    with _cpu(server) as used:
        outcome = _load(server, path, connections, plan.seconds, repeat=mode == "repeated")
    number = max(1, sum(outcome["statuses"].values()))
    return {
        "rps": outcome["statuses"].get("200", 0) / outcome["seconds"],
        "p50": percentile(outcome["times"], 0.5),
        "p99": percentile(outcome["times"], 0.99),
        "cpu_us": used[0] * 1e6 / number,
        "failed": number - outcome["statuses"].get("200", 0),
    }


def _load(server: Running, path: Path, connections: int, seconds: float, *, repeat: bool) -> Result:
    order = {
        "address": server.address,
        "requests": str(path),
        "connections": connections,
        "seconds": seconds,
        "repeat": repeat,
    }
    command = [sys.executable, str(_HERE / "load.py"), json.dumps(order)]
    done = subprocess.run(command, capture_output=True, check=True)
    outcome: Result = json.loads(done.stdout)
    return outcome


@contextmanager
def _cpu(server: Running) -> Iterator[list[float]]:
    """The CPU seconds that a server takes inside the block."""
    used, before = [0.0], cpu_seconds(server.tree())
    yield used
    used[0] = cpu_seconds(server.tree()) - before


def _summary(found: Sequence[Result]) -> Result:
    kinds = ("rps", "p50", "p99", "cpu_us")
    figures: Result = {kind: Figure.of(each[kind] for each in found) for kind in kinds}
    return {**figures, "failed": sum(each["failed"] for each in found)}


# --- large answers ------------------------------------------------------------------------------


def dump(plan: Plan, servers: Sequence[Running]) -> Result:
    """Milliseconds to the first and the last byte of 200,000 rows as CSV."""
    first: dict[str, list[float]] = {server.name: [] for server in servers}
    last: dict[str, list[float]] = {server.name: [] for server in servers}
    for turn in range(plan.rounds):
        stream = fresh(plan.sizes, plan.seed + 500 + turn, (DUMP,))
        for server in plan.order(servers, turn):
            connection = Connection(server.address)
            status, begun, ended = connection.fetch(_encoded(next(stream), server))
            connection.socket.close()
            if status == 200:
                first[server.name].append(begun * 1000)
                last[server.name].append(ended * 1000)
    return {"first byte": _figures(first), "last byte": _figures(last)}


# --- beside runaways ----------------------------------------------------------------------------


def runaways(plan: Plan, servers: Sequence[Running]) -> Result:
    """p99 of cheap queries on one connection, in ms: quiet, and beside two that never end."""
    outcome: Result = {server.name: {"quiet": [], "beside": []} for server in servers}
    for turn in range(plan.rounds):
        for server in plan.order(servers, turn):
            if server.name != Stadsgraaf.name and turn:
                continue  # what cannot be stopped is still at work
            for number, state in enumerate(("quiet", "beside")):
                stream = fresh(plan.sizes, plan.seed + 700 + turn * 2 + number)
                requests = (_encoded(each, server) for each in stream)
                with _runaways(plan, server, 2 if state == "beside" else 0):
                    found = run(server.address, requests, 1, plan.seconds)
                outcome[server.name][state].append(percentile(found["times"], 0.99))
    return {
        name: {state: Figure.of(values) for state, values in states.items()}
        for name, states in outcome.items()
    }


@contextmanager
def _runaways(plan: Plan, server: Running, number: int) -> Iterator[None]:
    """So many clients whose query never ends; they hang up at the end of the block."""
    connections = [Connection(server.address) for _ in range(number)]
    stream = fresh(plan.sizes, plan.seed + 900, (RUNAWAY,))
    for connection in connections:
        connection.ask(_encoded(next(stream), server))
    time.sleep(0.5 if number else 0)
    try:
        yield
    finally:
        for connection in connections:
            connection.socket.close()


# --- pages and search ---------------------------------------------------------------------------


def pages(plan: Plan, server: Running) -> Result:
    """Milliseconds of pages about things, each asked for the first time, and then again."""
    most = {
        "municipality": plan.sizes.municipalities,
        "theme": plan.sizes.themes,
        "organisation": plan.sizes.organisations,
        "person": plan.sizes.persons,
        "document": plan.sizes.documents,
        "claim": plan.sizes.claims,
    }
    outcome: Result = {}
    connection = Connection(server.address)
    for kind, number in most.items():
        picked = random.Random(plan.seed).sample(range(number), min(50, number))
        paths = [f"/doc/{kind}-{each}" for each in picked]
        first = _read_pages(connection, server, paths)
        again = _read_pages(connection, server, paths)
        outcome[kind] = {"first": Figure.of(first), "again": Figure.of(again)}
    connection.socket.close()
    return outcome


def _read_pages(connection: Connection, server: Running, paths: Sequence[str]) -> list[float]:
    times = []
    for path in paths:
        request = f"GET {path} HTTP/1.1\r\nHost: {server.address[0]}\r\nAccept: text/html\r\n\r\n"
        status, _, last = connection.fetch(request.encode())
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        times.append(last * 1000)
    return times


def search(plan: Plan, release: Release, server: Running) -> Result:
    """Milliseconds of searches for names: of the index, and over HTTP as JSON."""
    texts = {
        "one thing": "warmtenet subsidie 7",
        "two words": "klimaat monitor",
        "a word of many": "energie",
        "a beginning": "warmt",
        "a short beginning": "st",
        "misspelt": "warmtenett subsidei",
    }
    outcome: Result = {}
    connection = Connection(server.address)
    with LabelIndex(release.path / "labels.sqlite") as labels:
        for name, text in texts.items():
            inside, outside = list[float](), list[float]()
            for turn in range(plan.rounds * 3):
                begin = time.perf_counter()
                labels.search(text, "nl")
                inside.append((time.perf_counter() - begin) * 1000)
                path = f"/search.json?q={quote(text)}&page={turn + 1}"
                request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\r\n"
                _, _, last = connection.fetch(request.encode())
                outside.append(last * 1000)
            outcome[name] = {"index": Figure.of(inside), "http": Figure.of(outside)}
    connection.socket.close()
    return outcome


# --- siege --------------------------------------------------------------------------------------

_HOSTILE: Final = (
    RUNAWAY,
    Kind("sort", "SELECT * { ?a{u} ?b ?c . ?d ?e ?f } ORDER BY ?c ?f LIMIT 10"),
    Kind("nesting", "SELECT * { " + "{ " * 60 + "?s{u} ?p ?o" + " }" * 60 + " }"),
    Kind("closure", "SELECT (COUNT(*) AS ?n{u}) { ?a (!<urn:x>|^(!<urn:x>))* ?b }"),
)


def siege(plan: Plan, server: Running, seconds: float) -> Result:
    """Light traffic while two clients attack and workers are killed at random."""
    end = time.monotonic() + seconds
    attackers = [
        threading.Thread(target=_attack, args=(plan, server, end, number)) for number in range(2)
    ]
    killer = threading.Thread(target=_kill_workers, args=(server, end))
    for thread in (*attackers, killer):
        thread.start()
    statuses: dict[int, int] = {}
    times = []
    stream = fresh(plan.sizes, plan.seed + 800)
    connection = Connection(server.address)
    while time.monotonic() < end:
        status, _, last = connection.fetch(_encoded(next(stream), server))
        statuses[status] = statuses.get(status, 0) + 1
        times.append(last * 1000)
        time.sleep(0.008)
    connection.socket.close()
    for thread in (*attackers, killer):
        thread.join()
    return {
        "seconds": seconds,
        "statuses": {str(status): number for status, number in sorted(statuses.items())},
        "p50": percentile(times, 0.5),
        "p95": percentile(times, 0.95),
        "p99": percentile(times, 0.99),
        "most": max(times, default=0.0),
    }


def _attack(plan: Plan, server: Running, end: float, number: int) -> None:
    stream = fresh(plan.sizes, plan.seed + 850 + number, _HOSTILE)
    while time.monotonic() < end:
        connection = Connection(server.address)
        connection.socket.settimeout(max(0.1, min(20.0, end - time.monotonic())))
        try:
            connection.fetch(_encoded(next(stream), server))
        except OSError:
            pass
        finally:
            connection.socket.close()


def _kill_workers(server: Running, end: float) -> None:
    chance = random.Random(5)
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.5, 3.0))
        workers = server.tree()[2:]  # after the server and the zygote
        if workers:
            try:
                os.kill(chance.choice(workers), signal.SIGKILL)
            except ProcessLookupError:
                continue
