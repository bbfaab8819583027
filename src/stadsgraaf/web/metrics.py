"""What a monitor counts, in the format of Prometheus.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterator
from typing import Any, Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import NotFound
from stadsgraaf.store.pool import PoolStore
from stadsgraaf.web.admin import HEADERS, authorise

__all__ = ["Metrics", "Watched", "metrics"]

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_PREFIX: Final = "stadsgraaf_"


class Watched(Protocol):
    """What the numbers are of: the releases that are served, and their stores."""

    @property
    def switches(self) -> int:
        """How often another release was switched to."""
        ...

    @property
    def open_releases(self) -> list[str]:
        """Identifiers of the releases that are open, the current one first."""
        ...

    @property
    def stores(self) -> list[Any]:
        """Their stores."""
        ...

    @property
    def caches(self) -> dict[str, tuple[int, int]]:
        """Hits and misses of the caches of the current release."""
        ...


class Metrics:
    """Counts of requests, and of what answers them."""

    def __init__(self, watched: Watched) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            _PREFIX + "requests",
            "Requests that were answered.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            _PREFIX + "request_seconds",
            "Seconds until an answer was complete.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.broken = Counter(
            _PREFIX + "answers_broken_off",
            "Answers that a limit ended after their beginning had gone out.",
            registry=self.registry,
        )
        self.under_way = 0
        Gauge(
            _PREFIX + "requests_under_way", "Requests being answered.", registry=self.registry
        ).set_function(lambda: self.under_way)
        self._counters: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.registry.register(_Served(watched))
        ProcessCollector(registry=self.registry)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request more."""
        key = (route, method, status)
        found = self._counters.get(key)
        if found is None:  # there are few of them
            counter = self.requests.labels(route, method, str(status))
            found = self._counters[key] = (counter, self.seconds.labels(route))
        found[0].inc()
        found[1].observe(seconds)

    def text(self) -> bytes:
        """All of it, as it is now."""
        return generate_latest(self.registry)


class _Served(Collector):
    """Read when it is asked for: releases, workers, caches."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterator[Metric]:
        """Part of `Collector`."""
        releases = self._watched.open_releases
        info = InfoMetricFamily(_PREFIX + "release", "The current release.")
        info.add_metric((), {"release": releases[0]})
        yield info
        yield GaugeMetricFamily(_PREFIX + "releases_open", "Open releases.", len(releases))
        yield CounterMetricFamily(
            _PREFIX + "release_switches", "Switches to another release.", self._watched.switches
        )
        yield from self._workers()
        hits = CounterMetricFamily(
            _PREFIX + "cache_lookups", "Answers looked for in a cache.", labels=("cache", "found")
        )
        for name, (found, missed) in self._watched.caches.items():
            hits.add_metric((name, "yes"), found)
            hits.add_metric((name, "no"), missed)
        yield hits

    def _workers(self) -> Iterator[Metric]:
        stores = [each for each in self._watched.stores if isinstance(each, PoolStore)]
        states = [each.state for each in stores]
        workers = GaugeMetricFamily(_PREFIX + "workers", "Query workers.", labels=("state",))
        idle, slow = (sum(getattr(each, name) for each in states) for name in ("idle", "slow"))
        every = sum(len(each.workers) for each in states)
        for state, number in (("idle", idle), ("slow", slow), ("other", every - idle - slow)):
            workers.add_metric((state,), max(0, number))
        workers.add_metric(("lane",), sum(len(each.lane) for each in states))
        yield workers
        guests = sum(each.guests for each in states)
        yield GaugeMetricFamily(
            _PREFIX + "lane_connections", "Connections that workers answer themselves.", guests
        )
        yield CounterMetricFamily(
            _PREFIX + "lane_answers",
            "Requests that workers answered themselves.",
            sum(each.lane_answers for each in stores),
        )
        waiting = sum(each.waiting for each in states)
        yield GaugeMetricFamily(_PREFIX + "queries_waiting", "Queries in the queue.", waiting)
        kills = CounterMetricFamily(
            _PREFIX + "worker_ends", "Workers that were killed or died.", labels=("reason",)
        )
        for reason in sorted({reason for each in stores for reason in each.ends}):
            kills.add_metric((reason,), sum(each.ends[reason] for each in stores))
        yield kills
        yield GaugeMetricFamily(
            _PREFIX + "stores_loading",
            "Stores that answer from the disk while their data are loaded into memory.",
            sum(each.loading for each in states),
        )


async def metrics(request: Request) -> Response:
    """``/metrics``: numbers for Prometheus; with the token."""
    authorise(request)
    editions = getattr(request.app.state, "editions", None)
    if editions is None:
        raise NotFound(what=request.url.path)
    headers = {**HEADERS, "Content-Type": CONTENT_TYPE_LATEST}
    return Response(editions.metrics.text(), headers=headers)
