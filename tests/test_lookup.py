"""Anybody's IRI leads to the thing that the dataset links to it, however it is written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from stadsgraaf.lookup import LookupIndex, build_lookup

OWN = "https://own.example/"
DATA = """
@prefix : <https://own.example/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:a owl:sameAs <http://register.example/entity/Q1> ; skos:closeMatch <https://sws.places.example/77/> .
:b skos:closeMatch <https://sws.places.example/77/> , <http://lists.example/atu/NLD_001> .
:c :oldName "http://terms.example/owms/terms/Breda"^^xsd:anyURI ; rdfs:seeAlso <http://x.example/no> .
:d :isThis <http://register.example/entity/Q4> .
:isThis rdfs:subPropertyOf :nearly . :nearly rdfs:subPropertyOf skos:exactMatch .
<http://theirs.example/e> owl:sameAs :e .
:f owl:sameAs <http://one.co.uk/id/5> .
:g owl:sameAs <http://register.example/entity/Q1234567890> , <urn:uuid:1> .
"""
Find = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def find(tmp_path_factory: pytest.TempPathFactory) -> Find:
    path = tmp_path_factory.mktemp("lookup") / "lookup.sqlite"
    quads = list(parse(DATA.encode(), RdfFormat.TURTLE))
    build_lookup(lambda: quads, path, OWN)
    index = LookupIndex(path)
    return lambda iri: [match.thing.removeprefix(f"{OWN}id/") for match in index.find(iri)]


@pytest.mark.parametrize(
    ("iri", "things"),
    [
        ("http://register.example/entity/Q1", ["a"]),
        ("https://register.example/entity/Q1", ["a"]),
        ("https://www.register.example/wiki/Q1", ["a"]),
        ("https://www.register.example/wiki/Special:EntityData/Q1.ttl", ["a"]),
        ("https://m.register.example/wiki/Q1#sitelinks", ["a"]),
        ("https://www.register.example/wiki/Item:Q1", ["a"]),
        ("https://sws.places.example/77/", ["a", "b"]),
        ("https://sws.places.example/77", ["a", "b"]),
        ("http://www.places.example/77/breda.html", ["a", "b"]),
        ("http://lists.example/atu/nld_001", ["b"]),
        ("http://terms.example/owms/terms/Breda", ["c"]),
        ("https://terms.example/owms/terms/Breda", ["c"]),
        ("http://register.example/entity/Q4", ["d"]),
        ("http://theirs.example/e", ["e"]),
        ("urn:uuid:1", ["g"]),
    ],
)
def test_an_iri_is_found_by_the_links_of_the_data(find: Find, iri: str, things: list[str]) -> None:
    assert find(iri) == things


@pytest.mark.parametrize(
    "iri",
    [
        "http://register.example/entity/Q12",
        "http://register.example/entity/",
        "http://other.example/entity/Q1",
        "http://two.co.uk/id/5",
        "http://x.example/no",
        "http://[broken/Q1",
        "http:///Q1",
        "no iri",
        "",
        "%",
    ],
)
def test_what_nothing_links_to_is_not_found(find: Find, iri: str) -> None:
    assert find(iri) == []


def test_what_is_the_same_comes_before_what_is_like_it(tmp_path: Path) -> None:
    data = b"""
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <urn:a> skos:closeMatch <http://x.example/1> .
    <urn:z> owl:sameAs <http://x.example/1> .
    """
    quads = list(parse(data, RdfFormat.TURTLE))
    build_lookup(lambda: quads, tmp_path / "x.sqlite", None)
    found = LookupIndex(tmp_path / "x.sqlite").find("http://x.example/1/")
    assert [match.thing for match in found] == ["urn:z", "urn:a"]
    assert all(match.exact for match in found)


def test_without_an_index_nothing_is_found(tmp_path: Path) -> None:
    assert LookupIndex(tmp_path / "none.sqlite").find("http://x.example/1") == []
