"""What was wanted of the speed, and what came out: every target, also those that were not measured."""

from collections.abc import Iterator, Mapping
from statistics import geometric_mean
from typing import Any, Final, NamedTuple

from measuring import Figure, number
from peers import Own
from questions import MODES

__all__ = ["BASE", "US", "Results", "Target", "ratio", "targets", "times"]

Results = Mapping[str, Any]

US: Final = "stadsgraaf"
BASE: Final = "oxigraph"
#: What takes so many milliseconds is dear.
_HEAVY: Final = 20.0
#: How many times as long a page may take with the most triples as with the fewest.
_FLAT: Final = 1.5
_NOT_MEASURED: Final = "not measured"


class Target(NamedTuple):
    """What was wanted, and whether it is so; None when it was not measured."""

    what: str
    measured: str
    goal: str
    met: bool | None


def targets(results: Results, others: Mapping[int, Results]) -> list[Target]:
    """Every target. ``others`` is what was found with other numbers of triples."""
    return [
        *_throughput(results),
        *_queries(results),
        *_dump(results),
        *_start(results),
        *_pages(results),
        _flat(results, others),
        *_runaways(results),
        *_search(results),
        *_siege(results),
    ]


# --- ratios -------------------------------------------------------------------------------------


def ratio(ours: Figure | None, theirs: Figure | None, *, rate: bool = False) -> float | None:
    """How many times as fast we are."""
    if ours is None or theirs is None or not ours.median or not theirs.median:
        return None
    return ours.median / theirs.median if rate else theirs.median / ours.median


def times(value: float | None) -> str:
    """A ratio as text."""
    return "–" if value is None else f"{value:.2f} ×"


def _at_least(what: str, value: float | None, goal: float, note: str = "") -> Target:
    if value is None:
        return Target(what, _NOT_MEASURED, f"≥ {goal} ×", None)
    return Target(what, times(value) + note, f"≥ {goal} ×", value >= goal)


def _at_most(what: str, value: float | None, goal: float, unit: str) -> Target:
    if value is None:
        return Target(what, _NOT_MEASURED, f"≤ {goal} {unit}", None)
    return Target(what, f"{number(value)} {unit}", f"≤ {goal} {unit}", value <= goal)


def _median(figure: Figure | None) -> float | None:
    return figure.median if figure else None


# --- beside others ------------------------------------------------------------------------------


def _throughput(results: Results) -> Iterator[Target]:
    for mode, goal in (("repeated", 1.2), ("fresh", 0.5)):
        servers = results.get("throughput", {}).get(f"{mode}, 8", {})
        ours, theirs = (servers.get(name, {}).get("rps") for name in (US, BASE))
        found = ratio(ours, theirs, rate=True)
        yield _at_least(f"{mode} queries, 8 connections, to {BASE}", found, goal)


def _queries(results: Results) -> Iterator[Target]:
    found = results.get("queries", {}).get("ms", {})
    heavy = _ratios(found, BASE, _HEAVY)
    least = min(heavy, key=lambda kind: heavy[kind], default="")
    note = f" (least: {least}, {times(heavy[least])})" if heavy else ""
    yield _at_least(f"heavy queries, to {BASE}", _mean(heavy), 0.95, note)
    for name, goal in (("rdflib-endpoint", 20.0), ("virtuoso", 1.0)):
        yield _at_least(f"mix of queries, to {name}", _mean(_ratios(found, name)), goal)


def _ratios(found: Mapping[str, Any], name: str, least: float = 0.0) -> dict[str, float]:
    """By kind of query, for those that take the other one at least so long."""
    return {
        kind: value
        for kind, taken in found.items()
        if (value := ratio(taken[US], taken.get(name))) and taken[name].median >= least
    }


def _mean(ratios: Mapping[str, float]) -> float | None:
    return geometric_mean(ratios.values()) if ratios else None


def _dump(results: Results) -> Iterator[Target]:
    found = results.get("dump", {"first byte": {}, "last byte": {}})
    last, first = found["last byte"], found["first byte"]
    yield _at_least(f"200,000 rows, to {BASE}", ratio(last.get(US), last.get(BASE)), 1.0)
    yield _at_most("200,000 rows, first byte", _median(first.get(US)), 20, "ms")


# --- our own ------------------------------------------------------------------------------------


def _start(results: Results) -> Iterator[Target]:
    seconds = results.get("start", {}).get("seconds", {})
    yield _at_most(f"start to first answer, {Own.name}", _median(seconds.get(Own.name)), 1.5, "s")
    what = f"start to first answer, {results['triples']:,} triples"
    yield _at_most(what, _median(seconds.get(US)), 3, "s")


def _pages(results: Results) -> Iterator[Target]:
    for state, goal in (("first", 5), ("again", 0.5)):
        for kind, one in results.get("pages", {"thing": {}}).items():
            yield _at_most(f"page, {kind}, {state}", _median(one.get(state)), goal, "ms")


def _flat(results: Results, others: Mapping[int, Results]) -> Target:
    """Whether a page takes as long, however many triples there are."""
    what, goal = "page asked first, longest of all sizes to shortest", f"≤ {_FLAT} ×"
    here = [one["first"].median for one in results.get("pages", {}).values()]
    sizes = {results["triples"]: geometric_mean(here)} if here else {}
    for size, other in others.items():
        there = [one["first"]["median"] for one in other.get("pages", {}).values()]
        if there:
            sizes[size] = geometric_mean(there)
    if len(sizes) == 1 or not here:
        return Target(what, f"{_NOT_MEASURED}: run with other --triples too", goal, None)
    found = max(sizes.values()) / min(sizes.values())
    told = "; ".join(f"{size:,}: {number(sizes[size])} ms" for size in sorted(sizes))
    return Target(what, f"{found:.1f} × ({told})", goal, found <= _FLAT)


def _runaways(results: Results) -> Iterator[Target]:
    found = results.get("runaways", {}).get(US)
    for mode in MODES:
        what, goal = f"p99 beside two runaways to quiet, {mode} queries", "≤ 5 ×"
        if found is None:
            yield Target(what, _NOT_MEASURED, goal, None)
        else:
            value = found[mode]["beside"].median / found[mode]["quiet"].median
            note = f", but {found['ended']} had ended" if found["ended"] else ""
            yield Target(what, f"{value:.1f} ×{note}", goal, value <= 5 and not found["ended"])


def _search(results: Results) -> Iterator[Target]:
    for name, one in results.get("search", {"names": {}}).items():
        yield _at_most(f"search for {name}", _median(one.get("index")), 3, "ms")


def _siege(results: Results) -> Iterator[Target]:
    one = results.get("siege")
    if one is None:
        yield Target("siege", f"{_NOT_MEASURED}: run with --siege 300", "only 200", None)
        return
    good = set(one["statuses"]) == {"200"}
    yield Target("siege: all answered 200", str(one["statuses"]), "only 200", good)
    yield _at_most("siege: p95", one["p95"], 100, "ms")
    yield _at_most("siege: p99", one["p99"], 500, "ms")
