"""The report of a run: Markdown with the table of targets, JSON with everything, plots."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, Final

from drawing import bars
from measuring import Figure, number
from questions import MODES
from targets import BASE, US, Target, ratio, targets, times

__all__ = ["write"]

Results = Mapping[str, Any]

#: Whose part of the processors makes figures worth little.
_MUCH: Final = 0.1


def write(results: Results, folder: Path) -> str:
    """Write ``results.json``, ``results.md`` and ``*.svg`` into a folder; the Markdown."""
    found = targets(results, _other_sizes(results, folder))
    text = "\n".join(_markdown(results, found)) + "\n"
    (folder / "results.json").write_text(json.dumps(results, default=_plain, indent=1) + "\n")
    (folder / "results.md").write_text(text, encoding="utf-8")
    for name, plot in _plots(results).items():
        (folder / f"{name}.svg").write_text(plot, encoding="utf-8")
    return text


def _other_sizes(results: Results, folder: Path) -> dict[int, Results]:
    """What was found with more or fewer triples, by their number."""
    read = [json.loads(path.read_text()) for path in folder.parent.glob("*/results.json")]
    return {each["triples"]: each for each in read if each["triples"] != results["triples"]}


def _plain(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


# --- numbers as text ----------------------------------------------------------------------------


def _figure(figure: Figure | None, *, spread: bool = True) -> str:
    if figure is None:
        return "–"
    text = number(figure.median)
    if spread and figure.number > 1:
        text += f" ({number(figure.least)}–{number(figure.most)})"
    return text


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


# --- sections -----------------------------------------------------------------------------------


def _markdown(results: Results, found: Sequence[Target]) -> Iterator[str]:
    yield f"# Benchmark, {results['triples']:,} triples"
    yield ""
    yield from _table(("machine", ""), [(key, value) for key, value in results["machine"].items()])
    yield f"Rounds: {results['rounds']}; seconds of load: {results['seconds']}. Medians, with the"
    yield "least and the most in brackets; a ratio above 1 is in our favour."
    yield ""
    for name, reason in results["skipped"].items():
        yield f"**{name} did not take part: {reason}.**"
        yield ""
    yield "## Targets"
    yield ""
    yield from _table(
        ("what", "measured", "target", "met"),
        [(each.what, each.measured, each.goal, _MET[each.met]) for each in found],
    )
    yield from _meanwhile(results)
    for section, writer in _SECTIONS.items():
        if section in results:
            yield from writer(results)


_MET: Final = {True: "yes", False: "**no**", None: "not measured"}


def _meanwhile(results: Results) -> Iterator[str]:
    """What else the machine did, and who had to be started anew before a trial."""
    yield "## What others on the machine took meanwhile"
    yield ""
    parts = results["others"]
    if max(parts.values(), default=0) > _MUCH:
        yield "**Others did much work: ratios and CPU times of this run tell more than its milliseconds.**"
        yield ""
    restarted = {name: ", ".join(who) for name, who in results["restarted"].items() if who}
    rows = [(name, f"{part:.0%}", restarted.get(name, "")) for name, part in parts.items()]
    yield from _table(("trial", "of the processors", "started anew before it"), rows)


def _start(results: Results) -> Iterator[str]:
    yield "## Start to first answer, and memory"
    yield ""
    found = results["start"]
    rows = [
        (name, *(_figure(found[what][name]) for what in ("seconds", "settled", "MiB")))
        for name in found["seconds"]
    ]
    yield from _table(("server", "seconds", "until all is loaded", "MiB"), rows)
    build = results.get("build")
    if build:
        yield (
            f"The release was built in {build['seconds']:.0f} s ({build['cpu']:.0f} s of CPU, at most"
            f" {build['MiB']:.0f} MiB). Oxigraph, rdflib-endpoint and Virtuoso load their data here."
        )
        yield ""


def _queries(results: Results) -> Iterator[str]:
    yield "## One query at a time, ms"
    yield ""
    found = results["queries"]["ms"]
    names = list(next(iter(found.values())))
    others = [name for name in names if name != US]
    head = ("query", *names, *(f"to {name}" for name in others))
    rows = []
    for kind, taken in found.items():
        ratios = [times(ratio(taken[US], taken[name])) for name in others]
        rows.append((kind, *(_figure(taken[name]) for name in names), *ratios))
    yield from _table(head, rows)
    for kind, failed in results["queries"]["failed"].items():
        yield f"Failed, {kind}: {failed}"
    for kind, counts in results["queries"]["differing"].items():
        yield f"Rows differ, {kind}: {counts}"
    yield ""


def _throughput(results: Results) -> Iterator[str]:
    yield "## Many at a time"
    yield ""
    rows = []
    for load, servers in results["throughput"].items():
        for name, one in servers.items():
            base = servers.get(BASE, {}).get("rps")
            compared = ratio(one["rps"], base, rate=True) if name != BASE else None
            values = [_figure(one[kind], spread=kind == "rps") for kind in _RATES]
            rows.append((load, name, *values, str(one["failed"]), times(compared)))
    head = ("queries, connections", "server", "answers/s", "CPU µs", "p50 ms", "p99 ms", "failed")
    yield from _table((*head, f"to {BASE}"), rows)


_RATES: Final = ("rps", "cpu_us", "p50", "p99")


def _dump(results: Results) -> Iterator[str]:
    yield "## 200,000 rows as CSV, ms"
    yield ""
    found = results["dump"]
    rows = [
        (name, _figure(found["first byte"][name]), _figure(found["last byte"][name]))
        for name in found["first byte"]
    ]
    yield from _table(("server", "first byte", "last byte"), rows)


def _runaways(results: Results) -> Iterator[str]:
    yield "## p99 of cheap queries beside two that never end, ms"
    yield ""
    rows = [
        (
            name,
            *(_figure(one[mode][state]) for mode in MODES for state in ("quiet", "beside")),
            str(one["ended"]),
            str(one["restarted"]),
        )
        for name, one in results["runaways"].items()
    ]
    states = [f"{mode}, {state}" for mode in MODES for state in ("quiet", "beside")]
    yield from _table(
        ("server", *states, "runaways that had ended", "was at it still, and started anew"), rows
    )
    yield "rdflib-endpoint is not asked: it has one process, which the first runaway keeps for itself."
    yield ""


def _pages(results: Results) -> Iterator[str]:
    yield "## Pages about things, ms"
    yield ""
    rows = [
        (kind, _figure(one["first"]), _figure(one["again"]))
        for kind, one in results["pages"].items()
    ]
    yield from _table(("thing", "asked first", "asked again"), rows)


def _search(results: Results) -> Iterator[str]:
    yield "## Search for names, ms"
    yield ""
    rows = [
        (name, _figure(one["index"]), _figure(one["http"]))
        for name, one in results["search"].items()
    ]
    yield from _table(("search", "index", "over HTTP"), rows)


def _siege(results: Results) -> Iterator[str]:
    found = results["siege"]
    yield f"## Light traffic beside two attackers, {found['seconds']:.0f} s, workers killed at random"
    yield ""
    numbers = [number(found[part]) for part in ("p50", "p95", "p99", "most")]
    yield from _table(
        ("answers by status", "p50 ms", "p95 ms", "p99 ms", "most ms"),
        [(str(found["statuses"]), *numbers)],
    )


_SECTIONS: Final = {
    "start": _start,
    "queries": _queries,
    "throughput": _throughput,
    "dump": _dump,
    "runaways": _runaways,
    "pages": _pages,
    "search": _search,
    "siege": _siege,
}


# --- plots --------------------------------------------------------------------------------------


def _medians(row: Mapping[str, Figure | None]) -> dict[str, float]:
    return {name: figure.median for name, figure in row.items() if figure}


def _plots(results: Results) -> dict[str, str]:
    plots = {}
    if "queries" in results:
        rows = {kind: _medians(row) for kind, row in results["queries"]["ms"].items()}
        plots["queries"] = bars("One query at a time", "ms", rows)
    if "throughput" in results:
        rows = {
            load: _medians({name: one["rps"] for name, one in servers.items()})
            for load, servers in results["throughput"].items()
        }
        plots["throughput"] = bars("Many at a time", "answers a second", rows)
    for name, title in (("pages", "Pages about things"), ("search", "Search for names")):
        if name in results:
            rows = {kind: _medians(one) for kind, one in results[name].items()}
            plots[name] = bars(title, "ms", rows)
    if "runaways" in results:
        rows = {
            f"{name}, {mode}": _medians(one[mode])
            for name, one in results["runaways"].items()
            for mode in MODES
        }
        plots["runaways"] = bars("p99 of cheap queries, quiet and beside two runaways", "ms", rows)
    return plots
