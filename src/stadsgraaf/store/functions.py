"""The functions that the engine has beyond SPARQL's own, found by calling them.

OGC GeoSPARQL 1.1, https://docs.ogc.org/is/22-047r1/22-047r1.html
"""

from functools import lru_cache
from typing import Final

from pyoxigraph import Store

__all__ = ["extension_functions"]

_GEOSPARQL: Final = "http://www.opengis.net/def/function/geosparql/"
_NAMES: Final = (
    "area asDGGS asGML asGeoJSON asKML asWKT boundary boundingCircle buffer centroid concaveHull "
    "convexHull coordinateDimension difference dimension distance ehContains ehCoveredBy ehCovers "
    "ehDisjoint ehEquals ehInside ehMeet ehOverlap envelope geometryN geometryType getSRID "
    "intersection is3D isEmpty isMeasured isSimple length maxX maxY maxZ metricArea metricBuffer "
    "metricDistance metricLength metricPerimeter minX minY minZ numGeometries perimeter rcc8dc "
    "rcc8ec rcc8eq rcc8ntpp rcc8ntppi rcc8po rcc8tpp rcc8tppi relate sfContains sfCrosses "
    "sfDisjoint sfEquals sfIntersects sfOverlaps sfTouches sfWithin spatialDimension symDifference "
    "transform union"
)


@lru_cache(maxsize=1)
def extension_functions() -> tuple[str, ...]:
    """IRIs of the extension functions that a query may call."""
    store = Store()
    return tuple(iri for name in _NAMES.split() if _is_known(store, iri := _GEOSPARQL + name))


def _is_known(store: Store, iri: str) -> bool:
    try:
        store.query(f"ASK {{ FILTER(<{iri}>()) }}")
    except (RuntimeError, ValueError):
        return False
    return True
