"""Places on a drawing: every point of the dataset, and outlines where it has them.

Well-known text as GeoSPARQL uses it, https://docs.ogc.org/is/22-047r1/22-047r1.html; coordinates
are longitude and latitude. The projection is equirectangular at the middle of what is drawn.

>>> chart = Chart.of([Place("urn:a", 4.9, 52.4), Place("urn:b", 5.4, 52.2)], 360)
>>> len(chart.dots)
2
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.asking import Asker
from stadsgraaf.web.values import point

__all__ = ["Chart", "Dot", "Place", "read_places"]

_MOST = 5000
_QUERY = f"""
PREFIX geo: <{PREFIXES["geo"]}>
SELECT DISTINCT ?thing ?wkt WHERE {{
  {{ ?thing geo:hasGeometry|geo:hasDefaultGeometry ?geometry . ?geometry geo:asWKT ?wkt }}
  UNION {{ ?thing geo:asWKT ?wkt . FILTER NOT EXISTS {{ ?other geo:hasGeometry ?thing }} }}
}} LIMIT {_MOST}
"""
_PAIR: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
_RING: Final = re.compile(r"\(([^()]+)\)")
_PAD = 10.0
_SHORTEST = 0.01


@dataclass(frozen=True)
class Place:
    """A thing with a point; ``rings`` are its outline, when there is one."""

    iri: str
    longitude: float
    latitude: float
    rings: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True)
class Dot:
    """A place on the drawing, in its coordinates."""

    iri: str
    x: float
    y: float


@dataclass(frozen=True)
class Chart:
    """A drawing of places; ``land`` is one path with every outline."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    land: str = ""

    @classmethod
    def of(cls, places: Sequence[Place], width: int) -> "Chart":
        """The chart of places, as wide as said."""
        scale = _Scale.of(places, width)
        dots = tuple(Dot(p.iri, *scale(p.longitude, p.latitude)) for p in places)
        land = "".join(_path(ring, scale) for place in places for ring in place.rings)
        return cls(width, scale.height, dots, land)

    @cached_property
    def path(self) -> str:
        """Every dot as one path of lines without length, to be drawn with round ends."""
        return "".join(f"M{dot.x:g} {dot.y:g}h0" for dot in self.dots)

    def dot(self, iri: str) -> Dot | None:
        """The dot of a thing."""
        return next((dot for dot in self.dots if dot.iri == iri), None)


@dataclass(frozen=True)
class _Scale:
    west: float
    north: float
    factor: float
    squeeze: float
    height: int

    @classmethod
    def of(cls, places: Sequence[Place], width: int) -> "_Scale":
        longitudes = [p.longitude for p in places] or [0.0]
        latitudes = [p.latitude for p in places] or [0.0]
        squeeze = math.cos(math.radians((min(latitudes) + max(latitudes)) / 2))
        across = max((max(longitudes) - min(longitudes)) * squeeze, _SHORTEST)
        down = max(max(latitudes) - min(latitudes), _SHORTEST)
        # a chart is never taller than one and a half times its width
        factor = min((width - 2 * _PAD) / across, (width * 1.5 - 2 * _PAD) / down)
        return cls(
            min(longitudes), max(latitudes), factor, squeeze, round(down * factor + 2 * _PAD)
        )

    def __call__(self, longitude: float, latitude: float) -> tuple[float, float]:
        x = _PAD + (longitude - self.west) * self.squeeze * self.factor
        return round(x, 1), round(_PAD + (self.north - latitude) * self.factor, 1)


def _path(ring: Iterable[tuple[float, float]], scale: _Scale) -> str:
    points = [scale(*pair) for pair in ring]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"


async def read_places(asker: Asker) -> list[Place]:
    """Every thing with a geometry, by IRI; of several geometries the first."""
    found: dict[str, Place] = {}
    for row in await asker.rows(_QUERY):
        iri, wkt = row["thing"].value, row["wkt"].value
        if iri not in found and (place := _place(iri, wkt)):
            found[iri] = place
    return [found[iri] for iri in sorted(found)]


def _place(iri: str, wkt: str) -> Place | None:
    if position := point(wkt):
        return _checked(Place(iri, *position))
    if "POLYGON" not in wkt[:200].upper():
        return None
    rings = [
        tuple((float(x), float(y)) for x, y in _PAIR.findall(ring)) for ring in _RING.findall(wkt)
    ]
    rings = [ring for ring in rings if ring]
    if not rings:
        return None
    largest = max(rings, key=len)
    middle = (sum(x for x, _ in largest) / len(largest), sum(y for _, y in largest) / len(largest))
    return _checked(Place(iri, *middle, tuple(rings)))


def _checked(place: Place) -> Place | None:
    on_earth = abs(place.longitude) <= 180 and abs(place.latitude) <= 90  # noqa: PLR2004 – degrees
    return place if on_earth else None
