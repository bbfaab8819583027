"""Mixed traffic against a real server for a while: ``make soak``.

Readers, attackers, clients that leave and clients that dawdle, while releases are switched and
workers are killed. Prints what happened; exit code 1 when a promise is broken: an answer that is
neither right nor an announced refusal, an answer from two releases, memory that grows, a process or
a descriptor that is left. How long answers take is printed, and not judged: it is the machine's.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad
from serving import Server, add_release, in_graph, serving

from stadsgraaf.archive import Archive
from stadsgraaf.settings import Settings

_BASE = "http://data.example.nl/"
_FOAF = "http://xmlns.com/foaf/0.1/"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
_PEOPLE = 5000
_READERS = 6
_ATTACKERS = 2
_DAWDLERS = 40
_QUERY_SECONDS = 3
_BODY = 500 << 20
#: Statuses that refuse in words: too slow, too much, too deep, not here.
_REFUSALS = frozenset((400, 403, 413, 429, 503, 504))
#: Processes of an older release that somebody asked for: it stays open for a while.
_OLDER = 3
#: Refusals that say when to come back.
_ANNOUNCED: tuple[int, ...] = (429, 503)
#: What memory may grow by, of what it was when the caches had filled.
_GROWTH = 0.05
_SHORT = 120

_ATTACKS = (
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?d ?g",
    "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    f"SELECT * {{ ?a <{_FOAF}knows>*/<{_FOAF}knows>* ?b }}",
    f"SELECT * {{ ?a (((<{_FOAF}knows>*)*)*)* ?b }}",
    "SELECT * { ?s ?p ?o MINUS { ?x ?y ?z . ?u ?v ?w } }",
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT (" + "(" * 5000 + "1" + ")" * 5000 + " AS ?x) {}",
    "ASK { " + "{" * 4000 + "}" * 4000 + " }",
    "SELECT * { ?s ?p ?o FILTER(REGEX(STR(?o), '(a+)+$')) } ORDER BY DESC(?o)",
    "DELETE WHERE { ?s ?p ?o }",
    "not a query at all \x00",
    "SELECT * { ?s ?p ?o . FILTER(STRLEN(REPLACE(STR(?o), '.', '$0$0$0$0$0$0$0$0')) > 1) }",
)


def people(number: int) -> list[Quad]:
    """Who knows whom, and in every name the number of the release."""
    chance = random.Random(42)
    persons = [NamedNode(f"{_BASE}id/person/{each}") for each in range(_PEOPLE)]
    quads = []
    for each, person in enumerate(persons):
        quads += [
            Quad(person, _TYPE, NamedNode(_FOAF + "Person")),
            Quad(person, _LABEL, Literal(f"Persoon {each} r{number}r", language="nl")),
        ]
        quads += [
            Quad(person, NamedNode(_FOAF + "knows"), other) for other in chance.sample(persons, 5)
        ]
    return quads


_UNENDED = (
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 99\r\n\r\nASK"
)


@dataclass
class Tally:
    """What happened."""

    light: Counter[str] = field(default_factory=Counter)
    attacks: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    dawdling: list[float] = field(default_factory=list)
    samples: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


async def ask(
    port: int, target: str, client: int, accept: str = "*/*", seconds: float = 30
) -> Reply:
    """One request on a connection of its own; ``client`` is the last part of its address."""
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
        try:
            fields_ = f"Host: x\r\nAccept: {accept}\r\nX-Forwarded-For: 192.0.2.{client}\r\n"
            head = f"GET {target} HTTP/1.1\r\n{fields_}Connection: close\r\n\r\n"
            writer.write(head.encode("latin-1"))
            raw = await reader.read()
        finally:
            writer.close()
    head_, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head_.decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines)
    if fields.get("transfer-encoding") == "chunked":
        assert body.endswith(b"0\r\n\r\n"), "cut off"
    return Reply(int(first.split()[1]), fields, body)


class Soak:
    """A server, and everything that is done to it until ``end``."""

    def __init__(
        self, server: Server, archive: Archive, numbers: dict[str, int], seconds: float
    ) -> None:
        self.server, self.archive, self.numbers = server, archive, numbers
        self.port = server.port
        self.end = time.monotonic() + seconds
        self.tally = Tally()
        self.turn = self.clients = 0

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.end

    def client(self) -> int:
        """Another client than all before it."""
        self.clients += 1
        return self.clients

    async def read(self) -> None:
        """A reader: everything has to be right."""
        client = self.client()
        releases = list(self.numbers)
        while self.goes_on:
            self.turn += 1
            person = random.randrange(_PEOPLE)
            query = f"SELECT ?l {{ <{_BASE}id/person/{person}> <{_LABEL.value}> ?l }} # {self.turn}"
            target, accept = random.choice(
                (
                    ("/sparql?query=" + quote(query), "text/csv"),
                    (
                        "/sparql?query=" + quote(query.split(" #", maxsplit=1)[0]),
                        "application/json",
                    ),
                    (f"/doc/person/{person}.nt", "*/*"),
                    (f"/en/doc/person/{person}", "text/html"),
                    (f"/search.json?q=Persoon+{person}", "*/*"),
                    (f"/doc/person/{person}.ttl?release={random.choice(releases)}", "*/*"),
                )
            )
            begun = time.monotonic()
            try:
                reply = await ask(self.port, target, client, accept)
                self._judge(target, reply)
            except (OSError, TimeoutError, AssertionError, ValueError, IndexError) as error:
                self.tally.broken.append(f"{target[:80]}: {error!r}")
            self.tally.seconds.append(time.monotonic() - begun)
            await asyncio.sleep(0.03)

    def _judge(self, target: str, reply: Reply) -> None:
        self.tally.light[str(reply.status)] += 1
        mark = f"r{self.numbers[reply.headers['stadsgraaf-release']]}r".encode()
        others = {f"r{each}r".encode() for each in self.numbers.values()} - {mark}
        if reply.status in _ANNOUNCED and "retry-after" in reply.headers:
            return
        is_right = mark in reply.body and not any(other in reply.body for other in others)
        if reply.status != 200 or not is_right:
            self.tally.broken.append(f"{target[:80]}: {reply.status} {reply.body[:120]!r}")

    async def attack(self) -> None:
        """An attacker: an answer, or a refusal in the right form."""
        client = self.client()
        while self.goes_on:
            query = random.choice(_ATTACKS)
            try:
                reply = await ask(self.port, "/sparql?query=" + quote(query), client, seconds=60)
            except (OSError, TimeoutError, AssertionError, ValueError, IndexError) as error:
                kind = "broken off" if isinstance(error, AssertionError) else repr(error)
                self.tally.attacks[kind] += 1
                if kind != "broken off":  # an answer that grew too large is cut, and cannot pass
                    self.tally.broken.append(f"attack {query[:60]}: {error!r}")
            else:
                self.tally.attacks[str(reply.status)] += 1
                form = reply.headers.get("content-type", "")
                if reply.status != 200 and (
                    reply.status not in _REFUSALS or not form.startswith("application/problem+json")
                ):
                    self.tally.broken.append(f"attack {query[:60]}: {reply.status} {form}")
            await asyncio.sleep(0.2)

    async def leave(self) -> None:
        """A client that asks for much and hangs up."""
        while self.goes_on:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                query = quote(random.choice(_ATTACKS[:4]))
                head = f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.250\r\n"
                writer.write(f"{head}\r\n".encode())
                await asyncio.sleep(random.random())
                writer.transport.abort()
                self.tally.events["clients that left"] += 1
            await asyncio.sleep(0.2)

    async def dawdle(self) -> None:
        """A client that never ends its request: it has to be cut off."""
        starts = (
            b"",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-a: ",
            _UNENDED,
        )
        while self.goes_on:
            begun = time.monotonic()
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(random.choice(starts))
                await reader.read()
                writer.close()
                self.tally.dawdling.append(time.monotonic() - begun)

    async def switch(self, times: int) -> None:
        """Switch to another release, evenly spread."""
        releases, pause = list(self.numbers), (self.end - time.monotonic() - 2) / times
        for turn in range(1, times + 1):
            await asyncio.sleep(pause)
            with self.archive.locked():
                self.archive.switch(releases[turn % len(releases)])
            if turn % 2:
                self.server.process.send_signal(signal.SIGHUP)
            self.tally.events["release switches"] += 1

    async def kill(self, pause: float) -> None:
        """Kill a worker, now and then."""
        while self.goes_on:
            await asyncio.sleep(pause)
            workers = [pid for pid in self.server.tree() if parent(parent(pid)) == self.server.pid]
            if workers:
                with suppress(ProcessLookupError):
                    os.kill(random.choice(workers), signal.SIGKILL)
                    self.tally.events["workers killed"] += 1

    async def watch(self) -> None:
        """Memory and descriptors of the web process, and the processes there are."""
        while self.goes_on:
            self.tally.samples.append(self.sample())
            await asyncio.sleep(1)

    def sample(self) -> tuple[int, int, int]:
        pid = self.server.pid
        return memory(pid), len(list(Path(f"/proc/{pid}/fd").iterdir())), len(self.server.tree())

    async def flood(self) -> int:
        """Send 500 MB where a query is expected; MiB that the web process grew."""
        before = most = memory(self.server.pid)
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
                b"Content-Length: %d\r\n\r\n" % _BODY
            )
            for _ in range(_BODY >> 20):
                writer.write(b"a" * (1 << 20))
                await writer.drain()
                most = max(most, memory(self.server.pid))
            writer.close()
        return most - before

    async def run(self, switches: int, pause: float) -> None:
        work: list[Callable[[], Awaitable[None]]] = [
            *[self.read] * _READERS,
            *[self.attack] * _ATTACKERS,
            *[self.dawdle] * _DAWDLERS,
            self.leave,
            self.watch,
        ]
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each())  # type: ignore[arg-type]
            group.create_task(self.switch(switches))
            group.create_task(self.kill(pause))


def parent(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def memory(pid: int) -> int:
    """Resident MiB."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 >> 20
    return 0


def promises(
    soak: Soak,
    seconds: float,
    before: tuple[int, int, int],
    after: tuple[int, int, int],
    flood: int,
) -> list[str]:
    """What was promised and not kept."""
    tally, quarter = soak.tally, max(1, len(soak.tally.samples) // 4)
    broken = [f"{len(tally.broken)} wrong answers, as {tally.broken[:5]}"] if tally.broken else []
    if after[1] > before[1] + 8:
        broken.append(f"descriptors: {before[1]} before, {after[1]} after")
    if after[2] > before[2] + _OLDER:
        broken.append(f"processes: {before[2]} before, {after[2]} after")
    if flood > 64:
        broken.append(f"a body of 500 MB cost {flood} MiB")
    if tally.dawdling and max(tally.dawdling) > 30:
        broken.append(f"a slow client was there for {max(tally.dawdling):.0f} s")
    # what a process had at its busiest it may keep, whenever that was; a leak goes on to the end
    third = statistics.median(
        each[0] for each in tally.samples[-2 * quarter : -quarter] or [before]
    )
    last = statistics.median(each[0] for each in tally.samples[-quarter:])
    if seconds >= _SHORT and last > third * (1 + _GROWTH):
        broken.append(f"memory: {third} MiB in the third quarter, {last} in the last")
    return broken


def report(soak: Soak, flood: int, stop: float) -> dict[str, object]:
    """The figures."""
    tally = soak.tally
    times = sorted(tally.seconds)

    def at(part: float) -> float:
        return round(times[int(len(times) * part)] * 1000, 1)

    quarter = max(1, len(tally.samples) // 4)
    return {
        "light requests": dict(tally.light),
        "light ms": {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(0.99999)},
        "attacks": dict(sorted(tally.attacks.items())),
        **tally.events,
        "slow clients cut off": len(tally.dawdling),
        "slow clients, longest s": round(max(tally.dawdling, default=0), 1),
        "web process MiB, median by quarter": [
            statistics.median(each[0] for each in tally.samples[start : start + quarter])
            for start in range(0, quarter * 4, quarter)
            if tally.samples[start : start + quarter]
        ],
        "descriptors, most": max(each[1] for each in tally.samples),
        "processes, most": max(each[2] for each in tally.samples),
        "body of 500 MB, MiB": flood,
        "SIGTERM to exit, s": round(stop, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--switches", type=int, default=30)
    parser.add_argument("--kill-every", type=float, default=7)
    parser.add_argument("--body-timeout", type=float, default=Settings().body_timeout)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder) / "archive")
        numbers = {
            add_release(archive, list(in_graph(people(each))), _BASE).identifier: each
            for each in range(2)
        }
        with archive.locked():
            archive.switch(next(iter(numbers)))
        settings = {
            "query_timeout": _QUERY_SECONDS,
            "body_timeout": options.body_timeout,
            "watch": 0.5,
            "trusted_proxies": "127.0.0.1",
            "log_requests": "none",
        }
        with serving(archive.path, settings) as server:
            soak = Soak(server, archive, numbers, options.seconds)
            before = soak.sample()
            asyncio.run(soak.run(options.switches, options.kill_every))
            end = time.monotonic() + 60
            while (after := soak.sample())[2] > before[2] + _OLDER and time.monotonic() < end:
                time.sleep(0.5)
            flood = asyncio.run(soak.flood())
            tree, begun = server.tree(), time.monotonic()
            code = server.stop()
            stop = time.monotonic() - begun
        broken = promises(soak, options.seconds, before, after, flood)
        left = [pid for pid in tree if Path(f"/proc/{pid}").exists()]
        broken += [f"processes left: {left}"] if left else []
        broken += [f"exit code {code}"] if code else []
    sys.stdout.write(json.dumps(report(soak, flood, stop), indent=1) + "\n")
    for each in broken:
        sys.stdout.write(f"BROKEN {each}\n")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
