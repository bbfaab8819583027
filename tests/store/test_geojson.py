"""Geometries from WKT to GeoJSON."""

import json
from typing import Any

import pytest
from asking import Asker

from stadsgraaf.store.geojson import geometry

_EPSG = "<http://www.opengis.net/def/crs/EPSG/0/4326> "


@pytest.mark.parametrize(
    ("wkt", "kind", "coordinates"),
    [
        ("POINT(1 2)", "Point", [1, 2]),
        ("point ( -1.5e0   2. )", "Point", [-1.5, 2]),
        ("POINT Z(1 2 3)", "Point", [1, 2, 3]),
        (_EPSG + "POINT(52 5)", "Point", [5, 52]),
        ("LINESTRING(1 2, 3 4)", "LineString", [[1, 2], [3, 4]]),
        ("MULTIPOINT(1 2, 3 4)", "MultiPoint", [[1, 2], [3, 4]]),
        ("MULTIPOINT((1 2), (3 4))", "MultiPoint", [[1, 2], [3, 4]]),
        ("POLYGON((0 0,1 0,1 1,0 0))", "Polygon", [[[0, 0], [1, 0], [1, 1], [0, 0]]]),
        (
            "MULTILINESTRING((1 2,3 4),(5 6,7 8))",
            "MultiLineString",
            [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
        ),
        ("MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", "MultiPolygon", [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]),
    ],
)
def test_geometry_is_translated(wkt: str, kind: str, coordinates: Any) -> None:
    assert geometry(wkt) == {"type": kind, "coordinates": coordinates}


@pytest.mark.parametrize("system", ["", _EPSG])
def test_collection_has_its_geometries(system: str) -> None:
    found = geometry(system + "GeometryCollection (POINT(1 2), LINESTRING(3 4,5 6))")
    assert found
    assert found["type"] == "GeometryCollection"
    assert [each["type"] for each in found["geometries"]] == ["Point", "LineString"]
    assert found["geometries"][0]["coordinates"] == ([2, 1] if system else [1, 2])


@pytest.mark.parametrize(
    ("literal", "is_geometry"),
    [
        ('{"type":"Point","coordinates":[5,52]}', True),
        (
            '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[5,52]}]}',
            True,
        ),
        ('{"type":"Banana","coordinates":[5,52]}', False),
        ('{"type":"Point"}', False),
        ('{"type":"Point","coordinates":[]}', False),
        ('{"type":"Point","coordinates":["5","52"]}', False),
        ('{"type":"Point","coordinates":[true,false]}', False),
        ('{"type":"Point","coordinates":[[5,52]]}', False),
        ('{"type":["Point"],"coordinates":[5,52]}', False),
        ('{"type":"LineString","coordinates":[[5,52]]}', False),
        ('{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}', True),
        ('{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}', False),
        ('{"type":"Point","coordinates":[NaN,1e999]}', False),
        ('{"type":"Point","coordinates":[1e999,1]}', False),
        ('{"type":"Feature","geometry":null}', False),
        ('{"type":"GeometryCollection","geometries":[5]}', False),
        ("[]", False),
        ("{", False),
    ],
)
def test_only_geometry_counts_as_geometry(ask: Asker, literal: str, *, is_geometry: bool) -> None:
    written = json.dumps(literal) + "^^<http://www.opengis.net/ont/geosparql#geoJSONLiteral>"
    (feature,) = json.loads(ask.text(f"SELECT ({written} AS ?g) {{}}", "GeoJSON"))["features"]
    assert feature["geometry"] == (json.loads(literal) if is_geometry else None)
    assert ("g" in feature["properties"]) != is_geometry


@pytest.mark.parametrize(
    "wkt",
    [
        "",
        "POINT(1 banana 2)",
        "POINT(1e999 2)",
        "POINT(1 2 3 4 5)",
        "GEOMETRYCOLLECTION()",
        "GEOMETRYCOLLECTION(POINT(1 2), POINT)",
        "GEOMETRYCOLLECTION(POINT(1 2)",
        "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2)))",
        "GEOMETRYCOLLECTION" + "(" * 10_000 + ")" * 10_000,
        "GEOMETRYCOLLECTION(" * 5_000 + ")" * 5_000,
        "POINT",
        "POINT()",
        "POINT(1)",
        "POINT EMPTY",
        "POINT(1 2",
        "POINT(1 2))",
        "POINT((1 2))",
        "POLYGON(1 2, 3 4)",
        "POLYGON((1 2, 3 4, 1 2))",
        "POLYGON((0 0, 1 0, 1 1, 0 1))",
        "LINESTRING(1 2)",
        "CIRCULARSTRING(1 2, 3 4)",
        "<http://www.opengis.net/def/crs/EPSG/0/28992> POINT(155000 463000)",
        "POINT(" + "(" * 10_000 + ")" * 10_000 + ")",
    ],
)
def test_what_geojson_cannot_carry_is_left_out(wkt: str) -> None:
    assert geometry(wkt) is None


@pytest.mark.parametrize(
    ("columns", "point"),
    [
        ("52.155 AS ?lat) (5.3875 AS ?long", [5.3875, 52.155]),
        ("'52.155' AS ?Latitude) ('5.3875' AS ?lng", [5.3875, 52.155]),
        ("52.155 AS ?lat) (5.3875 AS ?x", None),
        ("520 AS ?lat) (5 AS ?long", None),
        ("'noord' AS ?lat) (5 AS ?long", None),
        ("<http://e/> AS ?lat) (5 AS ?long", None),
    ],
)
def test_latitude_and_longitude_are_a_point(
    ask: Asker, columns: str, point: list[float] | None
) -> None:
    (feature,) = json.loads(ask.text(f"SELECT ({columns}) {{}}", "GeoJSON"))["features"]
    assert (feature["geometry"] or {}).get("coordinates") == point
    assert len(feature["properties"]) == 2


def test_geometry_goes_before_latitude_and_longitude(ask: Asker) -> None:
    wkt = '"POINT(1 2)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>'
    query = f"SELECT ({wkt} AS ?g) (52 AS ?lat) (5 AS ?long) {{}}"
    (feature,) = json.loads(ask.text(query, "GeoJSON"))["features"]
    assert feature["geometry"]["coordinates"] == [1, 2]
