"""The report of a run: Markdown with the table of targets, JSON with everything, plots."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from statistics import geometric_mean
from typing import Any, Final

from drawing import bars
from measuring import Figure

__all__ = ["targets", "write"]

Results = Mapping[str, Any]

_US: Final = "stadsgraaf"
_BASE: Final = "oxigraph"
#: What takes so many milliseconds is dear.
_HEAVY: Final = 20.0
#: How much longer a cheap query may take beside runaways.
_BESIDE: Final = 5


def write(results: Results, folder: Path) -> str:
    """Write ``results.json``, ``results.md`` and ``*.svg`` into a folder; the Markdown."""
    text = "\n".join(_markdown(results)) + "\n"
    (folder / "results.json").write_text(json.dumps(results, default=_plain, indent=1) + "\n")
    (folder / "results.md").write_text(text, encoding="utf-8")
    for name, plot in _plots(results).items():
        (folder / f"{name}.svg").write_text(plot, encoding="utf-8")
    return text


def _plain(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


# --- numbers as text ----------------------------------------------------------------------------


def _number(value: float) -> str:
    """Three digits, as many as are worth something here."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _figure(figure: Figure | None, *, spread: bool = True) -> str:
    if figure is None:
        return "–"
    text = _number(figure.median)
    if spread and figure.number > 1:
        text += f" ({_number(figure.least)}–{_number(figure.most)})"
    return text


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _ratio(ours: Figure | None, theirs: Figure | None, *, rate: bool = False) -> float | None:
    """How many times as fast we are."""
    if ours is None or theirs is None or not ours.median or not theirs.median:
        return None
    return ours.median / theirs.median if rate else theirs.median / ours.median


def _times(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f} ×"


# --- sections -----------------------------------------------------------------------------------


def _markdown(results: Results) -> Iterator[str]:
    yield f"# Benchmark, {results['triples']:,} triples"
    yield ""
    yield from _table(("machine", ""), [(key, value) for key, value in results["machine"].items()])
    yield f"Rounds: {results['rounds']}; seconds of load: {results['seconds']}. Medians, with the"
    yield "least and the most in brackets; a ratio above 1 is in our favour."
    yield ""
    for name, reason in results["skipped"].items():
        yield f"**{name} did not take part: {reason}.**"
        yield ""
    if found := targets(results):
        yield "## Targets"
        yield ""
        yield from _table(
            ("what", "measured", "target", "met"),
            [(what, value, goal, "yes" if met else "**no**") for what, value, goal, met in found],
        )
    for section, writer in _SECTIONS.items():
        if section in results:
            yield from writer(results)


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
    others = [name for name in names if name != _US]
    head = ("query", *names, *(f"to {name}" for name in others))
    rows = []
    for kind, times in found.items():
        ratios = [_times(_ratio(times[_US], times[name])) for name in others]
        rows.append((kind, *(_figure(times[name]) for name in names), *ratios))
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
            base = servers.get(_BASE, {}).get("rps")
            ratio = _ratio(one["rps"], base, rate=True) if name != _BASE else None
            values = [_figure(one[kind], spread=kind == "rps") for kind in _RATES]
            rows.append((load, name, *values, str(one["failed"]), _times(ratio)))
    head = ("queries, connections", "server", "answers/s", "CPU µs", "p50 ms", "p99 ms", "failed")
    yield from _table((*head, f"to {_BASE}"), rows)


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
        (name, _figure(one["quiet"]), _figure(one["beside"]))
        for name, one in results["runaways"].items()
    ]
    yield from _table(("server", "quiet", "beside two runaways"), rows)


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
    numbers = [_number(found[part]) for part in ("p50", "p95", "p99", "most")]
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


# --- targets ------------------------------------------------------------------------------------

Target = tuple[str, str, str, bool]


def targets(results: Results) -> list[Target]:
    """What was wanted and what came out: what, measured, target, whether it is met."""
    return [*_speed_targets(results), *_own_targets(results)]


def _at_least(what: str, ratio: float | None, goal: float) -> Iterator[Target]:
    if ratio is not None:
        yield what, _times(ratio), f"≥ {goal} ×", ratio >= goal


def _at_most(what: str, value: float, goal: float, unit: str) -> Iterator[Target]:
    yield what, f"{_number(value)} {unit}", f"≤ {goal} {unit}", value <= goal


def _speed_targets(results: Results) -> Iterator[Target]:
    for mode, goal in (("repeated", 1.2), ("fresh", 0.5)):
        servers = results.get("throughput", {}).get(f"{mode}, 8", {})
        if _US in servers and _BASE in servers:
            ratio = _ratio(servers[_US]["rps"], servers[_BASE]["rps"], rate=True)
            yield from _at_least(f"{mode} queries, 8 connections, to {_BASE}", ratio, goal)
    found = results.get("queries", {}).get("ms", {})
    for name, goal, heavy in ((_BASE, 0.95, True), ("rdflib-endpoint", 20.0, False)):
        yield from _at_least(
            f"{'heavy queries' if heavy else 'mix of queries'}, to {name}",
            _mean_ratio(found, name, heavy=heavy),
            goal,
        )
    yield from _at_least("mix of queries, to virtuoso", _mean_ratio(found, "virtuoso"), 1.0)
    if "dump" in results:
        last, first = results["dump"]["last byte"], results["dump"]["first byte"]
        yield from _at_least(f"200,000 rows, to {_BASE}", _ratio(last[_US], last.get(_BASE)), 1.0)
        if first[_US]:
            yield from _at_most("200,000 rows, first byte", first[_US].median, 20, "ms")


def _mean_ratio(found: Mapping[str, Any], name: str, *, heavy: bool = False) -> float | None:
    """The geometric mean of the ratios; of heavy queries those that take the other one long."""
    ratios = [
        ratio
        for times in found.values()
        if (ratio := _ratio(times[_US], times.get(name)))
        and (not heavy or times[name].median >= _HEAVY)
    ]
    return geometric_mean(ratios) if ratios else None


def _own_targets(results: Results) -> Iterator[Target]:
    if "start" in results:
        goal = 1.5 if results["triples"] < 500_000 else 3
        yield from _at_most(
            "start to first answer", results["start"]["seconds"][_US].median, goal, "s"
        )
    if "pages" in results:
        for state, goal in (("first", 5), ("again", 0.5)):
            for kind, one in results["pages"].items():
                yield from _at_most(f"page of a {kind}, {state}", one[state].median, goal, "ms")
    if "runaways" in results:
        one = results["runaways"][_US]
        ratio = one["beside"].median / one["quiet"].median
        yield "p99 beside two runaways, to quiet", f"{ratio:.1f} ×", "≤ 5 ×", ratio <= _BESIDE
    if "search" in results:
        for name, one in results["search"].items():
            yield from _at_most(f"search for {name}", one["index"].median, 3, "ms")
    if "siege" in results:
        one = results["siege"]
        good = set(one["statuses"]) == {"200"}
        yield "siege: all answered 200", str(one["statuses"]), "only 200", good
        yield from _at_most("siege: p95", one["p95"], 100, "ms")
        yield from _at_most("siege: p99", one["p99"], 500, "ms")


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
    if "pages" in results:
        rows = {kind: _medians(one) for kind, one in results["pages"].items()}
        plots["pages"] = bars("Pages about things", "ms", rows)
    return plots
