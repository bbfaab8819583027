"""The trials: each asks every server in turn, round after round, so that all see the same machine."""

import csv
import io
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from load import Connection, encode, run, write_requests
from measuring import Figure, cpu_seconds, memory_mib, percentile
from peers import Peer, Running
from questions import DUMP, KINDS, MODES, RUNAWAY, Asked, Kind, fresh, repeated
from synthetic import WORDS, Sizes

from stadsgraaf.labels import LabelIndex
from stadsgraaf.release import Release

__all__ = [
    "Plan",
    "dump",
    "pages",
    "queries",
    "runaways",
    "search",
    "siege",
    "start",
    "throughput",
]

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
    for mode in MODES:
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
    """p99 of cheap queries on one connection, in ms: quiet, and beside two that never end.

    Who is still at work on these when nobody listens any more is started anew. ``ended`` is how many
    of them had an answer before that, so that there was less to stand beside.
    """
    outcome: Result = {server.name: _nothing_yet() for server in servers}
    for turn in range(plan.rounds):
        for server in plan.order(servers, turn):
            found = outcome[server.name]
            for state, number in (("quiet", 0), ("beside", 2)):
                with _runaways(plan, server, number) as clients:
                    for mode in MODES:
                        requests = _without_end(plan, server, mode, turn * 2 + number)
                        times = run(server.address, requests, 1, plan.seconds)["times"]
                        found[mode][state].append(percentile(times, 0.99))
                    found["ended"] += len(select.select(clients, [], [], 0)[0])
            found["restarted"] += server.drain()
    for found in outcome.values():
        for mode in MODES:
            found[mode] = _figures(found[mode])
    return outcome


def _nothing_yet() -> Result:
    return {**{mode: {"quiet": [], "beside": []} for mode in MODES}, "ended": 0, "restarted": 0}


def _without_end(plan: Plan, server: Running, mode: str, number: int) -> Iterator[bytes]:
    if mode == "repeated":
        return cycle([_encoded(each, server) for each in repeated(plan.sizes)])
    return (_encoded(each, server) for each in fresh(plan.sizes, plan.seed + 700 + number))


@contextmanager
def _runaways(plan: Plan, server: Running, number: int) -> Iterator[list[socket.socket]]:
    """So many clients whose query never ends; they hang up at the end of the block."""
    connections = [Connection(server.address) for _ in range(number)]
    stream = fresh(plan.sizes, plan.seed + 900, (RUNAWAY,))
    for connection in connections:
        connection.ask(_encoded(next(stream), server))
    time.sleep(0.5 if number else 0)
    try:
        yield [connection.socket for connection in connections]
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
    """Milliseconds of searches for names, each for other words: of the index, and over HTTP as JSON."""
    chance = random.Random(plan.seed)
    outcome: Result = {}
    connection = Connection(server.address)
    with LabelIndex(release.path / "labels.sqlite") as labels:
        kinds = list(labels.kinds)
        for name, make in _SEARCHES.items():
            inside, outside = list[float](), list[float]()
            for _ in range(plan.rounds * _SEARCHED):
                text = make(chance)
                kind = chance.choice(kinds) if name.endswith("of a kind") else None
                begin = time.perf_counter()
                labels.search(text, "nl", kind=kind)
                inside.append((time.perf_counter() - begin) * 1000)
                outside.append(_search(connection, make(chance), kind))
            outcome[name] = {"index": Figure.of(inside), "http": Figure.of(outside)}
    connection.socket.close()
    return outcome


def _search(connection: Connection, text: str, kind: str | None) -> float:
    query = urlencode({"q": text, **({"kind": kind} if kind else {})})
    request = (
        f"GET /search.json?{query} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\r\n"
    )
    status, _, last = connection.fetch(request.encode())
    if status != 200:
        raise RuntimeError(f"{query}: {status}")
    return last * 1000


#: How often each is searched in a round.
_SEARCHED: Final = 10


def _some(chance: random.Random, number: int) -> str:
    """So many words that names have."""
    return " ".join(chance.sample(WORDS, number))


def _misspelt(chance: random.Random) -> str:
    """Two words, in one of which a letter is another one."""
    text = _some(chance, 2)
    at = chance.randrange(1, len(text) - 1)
    return text[:at] + "xq"[chance.randrange(2)] + text[at + 1 :]


#: What people type, by what it is.
_SEARCHES: Final[Mapping[str, Callable[[random.Random], str]]] = {
    "a letter": lambda chance: chance.choice("abcdefghijklmnoprstuvwz"),
    "a beginning": lambda chance: chance.choice(WORDS)[: chance.randrange(2, 7)],
    "a word": lambda chance: chance.choice(WORDS),
    "a word, of a kind": lambda chance: chance.choice(WORDS),
    "a number": lambda chance: str(chance.randrange(10_000)),
    "two words": lambda chance: _some(chance, 2),
    "two words, of a kind": lambda chance: _some(chance, 2),
    "two beginnings": lambda chance: " ".join(word[:3] for word in chance.sample(WORDS, 2)),
    "two words in quotes": lambda chance: f'"{_some(chance, 2)}"',
    "three words": lambda chance: _some(chance, 3),
    "four words": lambda chance: _some(chance, 4),
    "letters of three words": lambda chance: " ".join(w[0] for w in chance.sample(WORDS, 3)),
    "a word with accents": lambda chance: chance.choice(WORDS).translate(_ACCENTS),
    "a misspelt word": _misspelt,
    "a word that is in no name": lambda chance: "".join(chance.choices("jqxyz", k=7)),
}
_ACCENTS: Final = str.maketrans("aeiou", "àéïöü")


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
