"""Places on a drawing: every point of the dataset, on the outlines that it has.

Well-known text as GeoSPARQL uses it, https://docs.ogc.org/is/22-047r1/22-047r1.html; coordinates
are longitude and latitude. The projection is equirectangular at the middle of what is drawn.

>>> chart = Chart.of([Place("urn:a", 4.9, 52.4), Place("urn:b", 5.4, 52.2)])
>>> len(chart.dots)
2
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.asking import Asker
from stadsgraaf.web.values import point

__all__ = ["WIDTH", "Chart", "Dot", "Ground", "Place", "Ring", "read_ground"]

#: Width of every drawing, in its own units.
WIDTH: Final = 640
_MOST = 10_000
_QUERY = f"""
PREFIX geo: <{PREFIXES["geo"]}>
SELECT DISTINCT ?thing ?geometry ?wkt ?graph WHERE {{
  GRAPH ?graph {{ ?geometry geo:asWKT ?wkt }}
  OPTIONAL {{ ?thing geo:hasGeometry|geo:hasDefaultGeometry ?geometry }}
}} LIMIT {_MOST}
"""
_PAIR: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
_RING: Final = re.compile(r"\(([^()]+)\)")
_PAD = 10.0
_SHORTEST = 0.01
_TALLEST = 1.5

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Place:
    """A thing with a point; ``rings`` are its outline, when there is one."""

    iri: str
    longitude: float
    latitude: float
    rings: tuple[Ring, ...] = ()


@dataclass(frozen=True)
class Ground:
    """Every place, outlines that belong to none, and the named graphs that the drawing is made of."""

    places: tuple[Place, ...]
    outlines: tuple[Ring, ...] = ()
    graphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dot:
    """A place on the drawing, in its coordinates; ``outline`` is a path."""

    iri: str
    x: float
    y: float
    outline: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing of places; ``land`` is one path with every outline, coarser than those of the dots."""

    height: int
    dots: tuple[Dot, ...]
    land: str = ""
    graphs: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, places: Sequence[Place], outlines: Sequence[Ring] = (), graphs: Sequence[str] = ()
    ) -> "Chart":
        """The chart of places."""
        rings = [*outlines, *(ring for place in places for ring in place.rings)]
        scale = _Scale.of([*((p.longitude, p.latitude) for p in places), *_flat(rings)])
        dots = tuple(
            Dot(
                place.iri,
                *scale(place.longitude, place.latitude),
                "".join(_path(ring, scale, 1) for ring in place.rings),
            )
            for place in places
        )
        land = "".join(_path(ring, scale, 0) for ring in rings)
        return cls(scale.height, dots, land, tuple(graphs))

    @property
    def width(self) -> int:
        """Width of the drawing."""
        return WIDTH

    @cached_property
    def path(self) -> str:
        """Every dot as one path of lines without length, to be drawn with round ends."""
        return "".join(f"M{dot.x:g} {dot.y:g}h0" for dot in self.dots)

    @cached_property
    def by_iri(self) -> Mapping[str, Dot]:
        """The dots by the place that they stand for."""
        return {dot.iri: dot for dot in self.dots}


def _flat(rings: Iterable[Ring]) -> list[tuple[float, float]]:
    return [pair for ring in rings for pair in ring]


@dataclass(frozen=True)
class _Scale:
    west: float
    north: float
    factor: float
    squeeze: float
    height: int

    @classmethod
    def of(cls, positions: Sequence[tuple[float, float]]) -> "_Scale":
        longitudes = [longitude for longitude, _ in positions] or [0.0]
        latitudes = [latitude for _, latitude in positions] or [0.0]
        squeeze = math.cos(math.radians((min(latitudes) + max(latitudes)) / 2))
        across = max((max(longitudes) - min(longitudes)) * squeeze, _SHORTEST)
        down = max(max(latitudes) - min(latitudes), _SHORTEST)
        factor = min((WIDTH - 2 * _PAD) / across, (WIDTH * _TALLEST - 2 * _PAD) / down)
        return cls(
            min(longitudes), max(latitudes), factor, squeeze, round(down * factor + 2 * _PAD)
        )

    def __call__(self, longitude: float, latitude: float) -> tuple[float, float]:
        x = _PAD + (longitude - self.west) * self.squeeze * self.factor
        return round(x, 1), round(_PAD + (self.north - latitude) * self.factor, 1)


def _path(ring: Ring, scale: _Scale, digits: int) -> str:
    """The ring as a path of steps. Neighbours round alike, so no gaps open between them."""
    unit = 10**digits
    points = [tuple(round(value * unit) for value in scale(*pair)) for pair in ring]
    steps = [(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(points)]
    moved = [(x, y) for x, y in steps if x or y]
    if not moved:
        return ""
    start = " ".join(f"{value / unit:g}" for value in points[0])
    line = "".join(f"{'' if dx < 0 else ' '}{dx / unit:g} {dy / unit:g}" for dx, dy in moved)
    return f"M{start}l{line.strip()}z"


async def read_ground(asker: Asker) -> Ground:
    """Every thing with a geometry, by IRI: its point, else the middle of its outline."""
    places: dict[str, Place] = {}
    loose: list[Ring] = []
    graphs: dict[bool, set[str]] = {True: set(), False: set()}
    seen: set[tuple[str, str]] = set()
    for row in await asker.rows(_QUERY):
        wkt, iri = row["wkt"].value, (row.get("thing") or row["geometry"]).value
        position, rings = point(wkt), _rings(wkt)
        if not position and not rings:
            continue
        graphs[bool(rings)].add(row["graph"].value)
        if (iri, wkt) in seen:
            continue
        seen.add((iri, wkt))
        if rings and "thing" not in row:
            loose += rings
        elif place := _checked(Place(iri, *(position or _middle(rings)), rings)):
            places[iri] = _merged(places.get(iri), place, is_point=position is not None)
    drawn = graphs[True] or graphs[False]
    return Ground(tuple(places[iri] for iri in sorted(places)), tuple(loose), tuple(sorted(drawn)))


def _merged(known: Place | None, place: Place, *, is_point: bool) -> Place:
    """Of several geometries the point says where the thing is, and the rest what its outline is."""
    if known is None:
        return place
    if is_point:
        return replace(place, rings=known.rings) if known.rings else known
    return replace(known, rings=known.rings + place.rings)


def _rings(wkt: str) -> tuple[Ring, ...]:
    if "POLYGON" not in wkt[:200].upper():
        return ()
    found = (
        tuple((float(x), float(y)) for x, y in _PAIR.findall(ring)) for ring in _RING.findall(wkt)
    )
    return tuple(ring for ring in found if ring)


def _middle(rings: Sequence[Ring]) -> tuple[float, float]:
    largest = max(rings, key=len)
    return (
        sum(x for x, _ in largest) / len(largest),
        sum(y for _, y in largest) / len(largest),
    )


def _checked(place: Place) -> Place | None:
    on_earth = abs(place.longitude) <= 180 and abs(place.latitude) <= 90  # noqa: PLR2004 – degrees
    return place if on_earth else None
