"""Solutions as GeoJSON: a feature each, with the geometry that is bound in it.

Where there is none, ``?lat`` and ``?long`` make a point.

GeoJSON, RFC 7946, https://www.rfc-editor.org/rfc/rfc7946 · geometries as GeoSPARQL writes them,
https://docs.ogc.org/is/22-047r1/22-047r1.html#_well_known_text

>>> geometry("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(52.155 5.3875)")
{'type': 'Point', 'coordinates': [5.3875, 52.155]}
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pyoxigraph import Literal, QuerySolutions

__all__ = ["features", "geometry"]

_GEO: Final = "http://www.opengis.net/ont/geosparql#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
#: Reference systems whose axes are longitude and latitude, and those where it is the other way.
_LONGITUDE_FIRST: Final = frozenset(("", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"))
_LATITUDE_FIRST: Final = frozenset(
    (
        "http://www.opengis.net/def/crs/EPSG/0/4326",
        "http://www.opengis.net/def/crs/EPSG/0/4258",
    )
)
_WKT: Final = re.compile(r"\s*(?:<([^>]*)>\s*)?([A-Za-z]+)\s*(Z\s*)?(\(.*\))\s*\Z", re.DOTALL)
_NUMBERS: Final = re.compile(r"-?[0-9]++(?:\.[0-9]*+)?(?:[eE][+-]?[0-9]++)?|[(),]")
#: Names of the geometries, and how deep their coordinates nest.
_KINDS: Final[Mapping[str, tuple[str, int]]] = {
    "POINT": ("Point", 0),
    "LINESTRING": ("LineString", 1),
    "MULTIPOINT": ("MultiPoint", 1),
    "POLYGON": ("Polygon", 2),
    "MULTILINESTRING": ("MultiLineString", 2),
    "MULTIPOLYGON": ("MultiPolygon", 3),
}
_COLLECTION: Final = "GEOMETRYCOLLECTION"
_DEPTHS: Final[Mapping[str, int]] = dict(_KINDS.values())
#: Numbers of a position: longitude, latitude, and height at most; positions of a line, and of a ring.
_DIMENSIONS: Final = 3
_LINE: Final = 2
_RING: Final = 4
#: What stands for a number, in XML Schema too; Python reads other texts as one.
_WHOLE: Final = re.compile(r"[+-]?[0-9]++\Z")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?\Z")
#: Names of variables that hold degrees of WGS 84, where there is no geometry.
_LATITUDES: Final = ("lat", "latitude")
_LONGITUDES: Final = ("long", "lon", "lng", "longitude")
_NUMERIC: Final = frozenset(_XSD + name for name in ("integer", "decimal", "double", "float"))
_MAX_DEPTH: Final = 8


def features(solutions: QuerySolutions) -> Iterator[bytes]:
    """The FeatureCollection, in pieces."""
    yield b'{"type":"FeatureCollection","features":['
    separator = b""
    names = [(variable, variable.value) for variable in solutions.variables]
    for solution in solutions:
        bound = {name: solution[variable] for variable, name in names}
        feature = json.dumps(_feature(bound), ensure_ascii=False, separators=(",", ":"))
        yield separator + feature.encode("utf-8", "replace")
        separator = b","
    yield b"]}"


def _feature(bound: Mapping[str, Any]) -> dict[str, Any]:
    shape = None
    properties = {}
    for name, term in bound.items():
        found = _geometry(term)
        if found is not None and shape is None:
            shape = found
        elif term is not None:
            properties[name] = _value(term)
    return {"type": "Feature", "geometry": shape or _point(bound), "properties": properties}


def _point(bound: Mapping[str, Any]) -> dict[str, Any] | None:
    """The point of a latitude and a longitude, by the usual names; it stays in the properties."""
    named = {name.lower(): term for name, term in bound.items()}
    latitude = next((_degrees(named[name], 90) for name in _LATITUDES if name in named), None)
    longitude = next((_degrees(named[name], 180) for name in _LONGITUDES if name in named), None)
    if latitude is None or longitude is None:
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}


def _degrees(term: Any, most: int) -> float | None:
    """The number of degrees, also when it is written as text."""
    number = _number(term.value) if isinstance(term, Literal) else None
    return number if number is not None and abs(number) <= most else None


def _geometry(term: Any) -> dict[str, Any] | None:
    if not isinstance(term, Literal):
        return None
    if term.datatype.value == _GEO + "wktLiteral":
        return geometry(term.value)
    if term.datatype.value == _GEO + "geoJSONLiteral":
        return _parsed(term.value)
    return None


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        shape = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return shape if _is_geometry(shape) else None


def _is_geometry(shape: Any) -> bool:
    if not isinstance(shape, dict):
        return False
    if shape.get("type") == "GeometryCollection":
        inner = shape.get("geometries")
        return isinstance(inner, list) and all(
            isinstance(each, dict) and each.get("type") in _DEPTHS and _is_geometry(each)
            for each in inner
        )
    kind = shape.get("type")
    return (
        isinstance(kind, str)
        and kind in _DEPTHS
        and _fits(kind, shape.get("coordinates"), _DEPTHS[kind])
    )


def _fits(kind: str, coordinates: Any, depth: int) -> bool:
    """Whether these are coordinates of a kind of geometry, RFC 7946, section 3.1."""
    if not isinstance(coordinates, list):
        return False
    if depth == 0:
        return len(coordinates) in (_DIMENSIONS - 1, _DIMENSIONS) and all(
            isinstance(each, int | float) and not isinstance(each, bool) for each in coordinates
        )
    if not all(_fits(kind, each, depth - 1) for each in coordinates):
        return False
    is_ring = depth == 1 and kind.endswith("Polygon")
    is_line = depth == 1 and kind.endswith("LineString")
    least = _RING if is_ring else _LINE if is_line else 1
    return len(coordinates) >= least and (not is_ring or coordinates[0] == coordinates[-1])


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _finite(text: str) -> float:
    """Raises ValueError for a number that JSON cannot carry."""
    number = float(text)
    if abs(number) == float("inf"):
        raise ValueError(text)
    return number


def _value(term: Any) -> object:
    if isinstance(term, Literal) and term.datatype.value in _NUMERIC:
        number = _number(term.value)
        return term.value if number is None else number
    if isinstance(term, Literal) and term.datatype.value == _XSD + "boolean":
        return term.value in ("true", "1")
    return term.value if hasattr(term, "value") else str(term)


def _number(text: str) -> float | None:
    """What JSON can carry: no infinity, and nothing that is not a number."""
    if not _NUMBER.match(text):
        return None
    try:
        number = int(text) if _WHOLE.match(text) else float(text)
    except ValueError:  # it has too many digits
        return None
    return number if abs(number) < float("inf") else None


def geometry(wkt: str) -> dict[str, Any] | None:
    """The geometry of a WKT literal, or None for one that GeoJSON cannot carry."""
    match = _WKT.match(wkt)
    if match and match[2].upper() == _COLLECTION:
        return _collection(match[1], match[4])
    return _simple(match)


def _simple(match: re.Match[str] | None) -> dict[str, Any] | None:
    kind = _KINDS.get(match[2].upper()) if match else None
    if match is None or kind is None:
        return None
    system = match[1] or ""
    if system not in _LONGITUDE_FIRST | _LATITUDE_FIRST:
        return None
    try:
        coordinates = _coordinates(match[4], swapped=system in _LATITUDE_FIRST)
    except (ValueError, IndexError):
        return None
    # POINT(x y) has one pair of brackets around what is one position; MULTIPOINT may drop a pair.
    found = coordinates[0] if kind[1] == 0 and len(coordinates) == 1 else coordinates
    if kind[0] == "MultiPoint":
        found = [point[0] if isinstance(point[0], list) else point for point in coordinates]
    return {"type": kind[0], "coordinates": found} if _fits(kind[0], found, kind[1]) else None


def _collection(system: str | None, text: str) -> dict[str, Any] | None:
    """A collection of geometries, none of which is a collection."""
    prefix = f"<{system}> " if system else ""
    shapes = [_simple(_WKT.match(prefix + part)) for part in _parts(text)]
    known = [shape for shape in shapes if shape]
    if not known or len(known) < len(shapes):
        return None
    return {"type": "GeometryCollection", "geometries": known}


def _parts(text: str) -> Iterator[str]:
    """What stands between the commas of one pair of brackets."""
    depth, start = 0, 1
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if (sign == "," and depth == 1) or (sign == ")" and depth == 0):
            yield text[start:at]
            start = at + 1


def _coordinates(text: str, *, swapped: bool) -> list[Any]:
    """Nested lists of positions. Raises ValueError or IndexError when the brackets are not right."""
    if _NUMBERS.sub("", text).strip():
        raise ValueError(text)
    stack: list[list[Any]] = [[]]
    position: list[float] = []
    for piece in _NUMBERS.findall(text):
        if piece == "(":
            stack.append([])
            if len(stack) > _MAX_DEPTH:
                raise ValueError(text)
        elif piece in ",)":
            if position:
                stack[-1].append(_position(position, swapped=swapped))
                position = []
            if piece == ")":
                done = stack.pop()
                if not done:
                    raise ValueError(text)
                stack[-1].append(done)
        else:
            position.append(_finite(piece))
    (outer,) = stack
    (coordinates,) = outer
    return list(coordinates)


def _position(numbers: list[float], *, swapped: bool) -> list[float]:
    first, second, *rest = numbers
    if len(numbers) > _DIMENSIONS:
        raise ValueError(numbers)
    return [second, first, *rest] if swapped else [first, second, *rest]
