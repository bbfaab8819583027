"""Whatever characters the data have, what says that it is XML is well-formed."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from samples import publish
from visiting import Client, open_site

_FORBIDDEN = "\\u0000\\u0001\\u0008\\u000B\\u000C\\u001F\\uFFFE\\uFFFF\\r<&>]]>\\u0085\\u2028"
_TITLE = f"a{_FORBIDDEN}b"
_DESCRIPTION = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix vann: <http://purl.org/vocab/vann/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
<http://e/dataset> a dcat:Dataset ; dct:title "{_TITLE}"@en , "{_TITLE}"@nl ;
  dct:description "{_TITLE}"@en ; dcat:keyword "{_TITLE}"@en ; dct:modified "{_TITLE}" ;
  dct:identifier "{_TITLE}" ; dcat:version "{_TITLE}" ; dct:creator <http://e/id/x> ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn "{_TITLE}" ; vcard:hasEmail <mailto:x@e.nl> ] ;
  vann:preferredNamespaceUri "http://e/" .
"""
_THINGS = f"""
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
<http://e/id/x> a <http://e/def/Thing> ; rdfs:label "{_TITLE}"@en ; <http://e/def/p> "{_TITLE}" ;
  geo:hasGeometry <http://e/id/g> .
<http://e/id/g> a geo:Geometry ; rdfs:label "{_TITLE}" ; geo:asWKT "POINT(5 52)"^^geo:wktLiteral .
<http://e/def/Thing> rdfs:label "{_TITLE}"@en .
<http://e/id/\\u00e9&'x> a <http://e/def/Thing> ; rdfs:label "{_TITLE}" .
"""
_ALL = quote("SELECT * { ?s ?p ?o }")
_EVERYTHING = quote("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder: Path = tmp_path_factory.mktemp("forbidden")
    (folder / "data").mkdir()
    (folder / "data" / "dataset.ttl").write_text(_DESCRIPTION, encoding="utf-8")
    (folder / "data" / "things.ttl").write_text(_THINGS, encoding="utf-8")
    client = open_site(publish(folder, tmp_path_factory.mktemp("out")))
    yield client
    client.close()


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/sitemap.xml", "*/*"),
        ("/data.rdf", "*/*"),
        ("/void.rdf", "*/*"),
        ("/.well-known/void", "application/rdf+xml"),
        ("/doc/x.rdf", "*/*"),
        ("/doc/def/Thing.rdf", "*/*"),
        ("/doc/x", "application/rdf+xml"),
        ("/resource.rdf?iri=" + quote("http://e/id/x"), "*/*"),
        ("/sparql", "application/rdf+xml"),
        (f"/sparql?query={_ALL}", "application/sparql-results+xml"),
        (f"/sparql?labels=en&query={_ALL}", "application/sparql-results+xml"),
        (f"/sparql?query={_EVERYTHING}", "application/rdf+xml"),
    ],
)
def test_every_answer_in_xml_is_read_by_a_parser(site: Client, path: str, accept: str) -> None:
    reply = site.get(path, accept=accept)
    assert reply.status == 200
    assert "xml" in reply.headers["content-type"]
    assert len(list(ET.fromstring(reply.body).iter())) > 3


def test_the_parts_of_a_workbook_are_read_by_a_parser(site: Client) -> None:
    reply = site.get(f"/sparql?format=xlsx&query={_ALL}")
    assert reply.status == 200
    with zipfile.ZipFile(io.BytesIO(reply.body)) as book:
        parts = [name for name in book.namelist() if name.endswith((".xml", ".rels"))]
        assert "xl/sharedStrings.xml" in parts
        for name in parts:
            assert ET.fromstring(book.read(name)) is not None, name


def test_what_xml_can_carry_is_carried(site: Client) -> None:
    for path in ("/data.rdf", "/doc/x.rdf"):
        text = "".join(ET.fromstring(site.get(path).body).itertext())
        assert "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\r<&>]]>" in text


def test_the_picture_under_the_maps_is_read_by_a_parser(client: Client) -> None:
    reply = client.get("/map/land.svg?v=1")
    assert reply.status in (200, 404)
    if reply.status == 200:
        assert ET.fromstring(reply.body).tag.endswith("svg")
