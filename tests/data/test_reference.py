"""The reference data: made from its CSV, and saying what the registers say."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store

SG = "https://w3id.org/stadsgraaf/def/ont/"
OWL_SAME_AS = NamedNode("http://www.w3.org/2002/07/owl#sameAs")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "data" / "reference"


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reference(folder: Path) -> Store:
    store = Store()
    for path in folder.glob("*.ttl"):
        store.bulk_load(path=str(path), format=RdfFormat.TURTLE)
    return store


def linked_to_wikidata(reference: Store, kind: str, link: str) -> set[str]:
    things = [quad.subject for quad in reference.quads_for_pattern(None, TYPE, NamedNode(kind))]
    return {
        quad.object.value
        for thing in things
        for quad in reference.quads_for_pattern(thing, NamedNode(link), None)
        if quad.object.value.startswith("http://www.wikidata.org/entity/")
    }


def test_making_the_municipalities_again_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("build.py", "municipalities.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    subprocess.run([sys.executable, str(tmp_path / "build.py")], check=True)
    made = (tmp_path / "municipalities.ttl").read_bytes()
    assert made == (folder / "municipalities.ttl").read_bytes()


def test_a_changed_figure_makes_the_check_fail(folder: Path, tmp_path: Path) -> None:
    for name in ("build.py", "municipalities.ttl"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    text = (folder / "municipalities.csv").read_text(encoding="utf-8")
    for changed, status in ((text, 0), (text.replace(",153602,", ",153603,"), 1)):
        (tmp_path / "municipalities.csv").write_text(changed, encoding="utf-8", newline="\n")
        command = [sys.executable, str(tmp_path / "build.py"), "--check"]
        assert subprocess.run(command, check=False).returncode == status


def test_there_are_388_municipalities_in_12_provinces(rows: list[dict[str, str]]) -> None:
    assert len({row["cbs_code"] for row in rows}) == len(rows) == 388
    assert len({row["province"] for row in rows}) == 12


@pytest.mark.parametrize("column", ["wikidata", "owms", "eu_atu", "geonames", "oin", "kvk"])
def test_no_two_municipalities_share_an_identifier(rows: list[dict[str, str]], column: str) -> None:
    values = [row[column] for row in rows if row[column]]
    assert len(values) == len(set(values))


def test_the_csv_says_what_the_reference_material_says(
    rows: list[dict[str, str]], shared: Path
) -> None:
    same = {
        "cbs_code": "cbs_code",
        "name": "name",
        "official_name": "official_name",
        "province": "province_cbs",
        "begin": "begin_tooi",
        "end": "end_tooi",
        "wikidata": "wikidata_municipality",
        "geonames": "geonames_populated_place_same_name",
        "oin": "oin",
        "kvk": "kvk",
        "longitude": "long",
        "latitude": "lat",
        "population_2016": "population_2016_division",
        "population_2017": "population_2017_01_01",
    }
    with (shared / "facts" / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        theirs = {row["cbs_code"]: row for row in csv.DictReader(file)}
    for row in rows:
        assert {ours: row[ours] for ours in same} == {
            ours: theirs[row["cbs_code"]][column] for ours, column in same.items()
        }


def test_no_city_is_declared_the_same_as_a_wikidata_item(reference: Store) -> None:
    assert not linked_to_wikidata(reference, SG + "City", OWL_SAME_AS.value)


def test_a_city_only_shares_a_wikidata_item_with_its_municipality_as_a_close_match(
    reference: Store,
) -> None:
    municipalities = linked_to_wikidata(reference, SG + "Municipality", OWL_SAME_AS.value)
    skos_close = "http://www.w3.org/2004/02/skos/core#closeMatch"
    own = linked_to_wikidata(reference, SG + "City", "https://schema.org/sameAs")
    shared = linked_to_wikidata(reference, SG + "City", skos_close)
    assert len(own) == 4
    assert not own & municipalities
    assert len(shared) == 11
    assert shared <= municipalities


def test_a_point_lies_in_the_netherlands_with_its_longitude_first(reference: Store) -> None:
    as_wkt = NamedNode("http://www.opengis.net/ont/geosparql#asWKT")
    found = [quad.object.value for quad in reference.quads_for_pattern(None, as_wkt, None)]
    points = [wkt for wkt in found if wkt.startswith("POINT(")]
    assert len(points) == 388 + 15
    for point in points:
        longitude, latitude = map(float, point.split("(")[1].rstrip(")").split())
        assert 3.3 < longitude < 7.3
        assert 50.7 < latitude < 53.6


def test_every_municipality_that_was_there_on_1_january_2018_has_its_outline(
    reference: Store, rows: list[dict[str, str]]
) -> None:
    def ends(name: str) -> dict[str, str]:
        prefix = "http://www.opengis.net/ont/geosparql#"
        quads = reference.quads_for_pattern(None, NamedNode(prefix + name), None)
        return {quad.subject.value.rsplit("/", 1)[1]: quad.object.value for quad in quads}

    outlines, points = ends("hasDefaultGeometry"), ends("asWKT")
    gone = {row["cbs_code"].lower() for row in rows if row["end"] and row["end"] < "2018-01-01"}
    assert set(outlines) == {row["cbs_code"].lower() for row in rows} - gone
    for code, outline in outlines.items():
        longitude, latitude = map(float, points[code].split("(")[1].rstrip(")").split())
        numbers = [
            float(text)
            for text in re.findall(
                r"\d+\.?\d*", points[outline.rsplit("/", 1)[1]].split("MULTI")[1]
            )
        ]
        east, north = numbers[::2], numbers[1::2]
        assert min(east) < longitude < max(east), code
        assert min(north) < latitude < max(north), code


def test_each_figure_has_a_reference_date_and_a_source(reference: Store) -> None:
    answer = reference.query(
        """
        PREFIX dct: <http://purl.org/dc/terms/>
        PREFIX schema: <https://schema.org/>
        SELECT (COUNT(*) AS ?all) (COUNT(?date) AS ?dated) (COUNT(?source) AS ?sourced) {
            ?figure a schema:Observation .
            OPTIONAL { ?figure schema:observationDate ?date }
            OPTIONAL { ?figure dct:source ?source }
        }
        """
    )
    assert [[term.value for term in row] for row in answer] == [["393", "393", "393"]]
