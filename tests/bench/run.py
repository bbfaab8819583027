"""The benchmark: ``make bench``, or ``python tests/bench/run.py --help``.

Makes data, builds a release of them, and asks this software and what people would use instead the
same, in one run. What it finds stands in ``.build/bench/<triples>/results.md``, ``.json``, ``.svg``.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import report
import trials
from measuring import Others, machine
from peers import PEERS, Own, Peer, Running
from synthetic import Sizes, is_current, write

from stadsgraaf.archive import Archive
from stadsgraaf.release import Release

TRIALS = ("start", "queries", "throughput", "dump", "runaways", "pages", "search", "siege")


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run what was asked for; what was measured."""
    options = _options().parse_args(arguments)
    folder = options.output.resolve() / f"{options.triples}"
    folder.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {
        "machine": machine(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "skipped": {},
        "others": {},
        "restarted": {},
    }
    release, results["build"] = _release(folder, options.triples, options.seed)
    results["triples"] = release.manifest.triples
    peers = _present([peer(folder, release) for peer in PEERS], options.peers, results["skipped"])
    sizes = Sizes.of(options.triples)
    plan = trials.Plan(sizes, options.rounds, options.seconds, options.seed, folder)
    wanted = [
        name
        for name in options.only or TRIALS
        if name != "siege" or options.siege or "siege" in options.only
    ]
    own = _own(options.own, folder, results["skipped"])
    if "start" in wanted:
        _say("start")
        others = Others([])
        results["start"] = trials.start(plan, [*peers, *own])
        results["others"]["start"] = others.part([])
    with ExitStack() as stack:
        _say("start all servers")
        servers = [stack.enter_context(peer.running()) for peer in peers]
        for server in servers:
            server.settle()
        for name in wanted:
            if name != "start":
                _say(name)
                results["restarted"][name] = [each.name for each in servers if each.drain()]
                others = Others(_all(servers))
                results[name] = _try(name, plan, servers, release, options.siege)
                results["others"][name] = others.part(_all(servers))
    print(report.write(results, folder))  # noqa: T201 – what it is run for
    _say(f"written to {folder}")
    return results


def _all(servers: Sequence[Running]) -> list[int]:
    return [pid for server in servers for pid in server.tree()]


def _own(archive: Path | None, folder: Path, skipped: dict[str, str]) -> list[Peer]:
    """This software with its own dataset, where an archive of it is given."""
    release = Archive(archive.resolve()).current() if archive else None
    if release is None:
        skipped[Own.name] = "no archive of it was given with --own"
        return []
    return [Own(folder, release)]


def _try(
    name: str, plan: trials.Plan, servers: Sequence[Running], release: Release, seconds: float
) -> dict[str, Any]:
    if name == "pages":
        return trials.pages(plan, servers[0])
    if name == "search":
        return trials.search(plan, release, servers[0])
    if name == "siege":
        return trials.siege(plan, servers[0], seconds or 300.0)
    compared = [each for each in servers if name != "runaways" or each.name != "rdflib-endpoint"]
    trial = {
        "queries": trials.queries,
        "throughput": trials.throughput,
        "dump": trials.dump,
        "runaways": trials.runaways,
    }[name]
    return trial(plan, compared)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Benchmark, against what people would use instead."
    )
    parser.add_argument("--triples", type=int, default=1_000_000, help="about; default: a million")
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured")
    parser.add_argument("--seconds", type=float, default=3.0, help="of load at a time")
    parser.add_argument("--siege", type=float, default=0.0, help="seconds beside attackers; 300")
    parser.add_argument("--seed", type=int, default=42, help="of data and queries")
    parser.add_argument(
        "--only", nargs="*", choices=TRIALS, default=[], help="trials; default: all but siege"
    )
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=[peer.name for peer in PEERS],
        default=[peer.name for peer in PEERS],
        help="servers beside ours; default: all that are installed",
    )
    parser.add_argument("--own", type=Path, help="an archive of our own dataset, to be started too")
    parser.add_argument("--output", type=Path, default=Path(".build/bench"))
    return parser


def _present(peers: Sequence[Peer], wanted: Sequence[str], skipped: dict[str, str]) -> list[Peer]:
    """Ours, and those that were asked for and are there; the others are told loudly."""
    found = []
    for peer in peers:
        if peer is not peers[0] and peer.name not in wanted:
            continue
        if reason := peer.missing():
            skipped[peer.name] = reason
            _say(f"WITHOUT {peer.name}: {reason}")
        else:
            found.append(peer)
    return found


def _release(folder: Path, triples: int, seed: int) -> tuple[Release, dict[str, float] | None]:
    """The release of the data, and what its build took when it was built now."""
    source, archive = folder / f"source-{seed}", folder / f"archive-{seed}"
    if not is_current(source):
        _say("write data")
        write(source, triples, seed)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    command = ["-m", "stadsgraaf", "build", str(source), "-o", str(archive), "--no-validate"]
    _say("build")
    done = subprocess.run([sys.executable, *command], stderr=subprocess.PIPE, text=True, check=True)
    release = Archive(archive).current()
    assert release, done.stderr
    if "nothing changed" in done.stderr:
        return release, None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return release, {
        "seconds": time.monotonic() - begin,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "MiB": after.ru_maxrss / 1024,
    }


def _say(step: str) -> None:
    print(f"==> {step}", file=sys.stderr, flush=True)  # noqa: T201 – so that who waits knows


if __name__ == "__main__":
    main()
