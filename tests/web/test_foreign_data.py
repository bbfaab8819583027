"""Folders of other people: lists, blank nodes, no names, very many values."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from samples import publish
from visiting import Client, Reply, links_of, open_site

PREFIXES = """
@prefix : <http://other.example/ns#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
Visit = Callable[[str, str], Reply]


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    """The page of a thing in a folder with the Turtle given."""
    clients: list[Client] = []

    def visit(turtle: str, name: str) -> Reply:
        folder = tmp_path / "folder"
        folder.mkdir()
        (folder / "data.ttl").write_text(PREFIXES + turtle, encoding="utf-8")
        clients.append(open_site(publish(folder, tmp_path / "release")))
        return clients[0].browse(
            "/en/resource?iri=" + quote(f"http://other.example/ns#{name}", safe="")
        )

    yield visit
    for client in clients:
        client.close()


def test_a_list_is_a_list_and_lists_may_nest(visit: Visit) -> None:
    reply = visit(":a :items ( 'one' ( 'two' 'three' ) () ) .", "a")
    assert len(reply.section("facts").all("ol")) == 2
    assert len(reply.section("facts").all("li")) == 5
    assert "(empty list)" in reply.section("facts").text
    assert "first" not in reply.section("facts").text.lower()
    assert "nil" not in reply.section("facts").text


def test_a_list_that_goes_round_ends(visit: Visit) -> None:
    turtle = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    reply = visit(turtle + ":a :items _:l . _:l rdf:first 'one' ; rdf:rest _:l .", "a")
    assert reply.section("facts").text.count("one") == 1


def test_a_thing_without_a_name_keeps_what_it_is_called_in_place(visit: Visit) -> None:
    facts = visit(":a foaf:knows [ foaf:name 'Piet' ; foaf:mbox <mailto:p@x.example> ] .", "a")
    assert "Piet" in facts.section("facts").text
    assert "mailto:p@x.example" in facts.section("facts").text


def test_whom_a_stranger_knows_is_not_known_by_this_one(visit: Visit) -> None:
    reply = visit(":a foaf:name 'Ada' ; foaf:knows [ foaf:knows :a ] .", "a")
    knows = reply.section("facts")
    assert knows.text.lower().count("knows") == 2


def test_a_heading_is_a_name_also_where_there_is_none(visit: Visit) -> None:
    page = visit(":someThing :p 1 .", "someThing").page
    assert "Some thing" in page.text or "some thing" in page.text
    assert "http://other.example/ns#someThing" in page.text


def test_no_property_is_lost_among_very_many_values(visit: Visit) -> None:
    many = ", ".join(f"'v{n}'" for n in range(900))
    facts = visit(f":a :many {many} ; :zebra 'striped' ; :ant 'small' .", "a").section("facts").text
    assert "striped" in facts
    assert "small" in facts
    assert "more" in facts


@pytest.mark.parametrize(
    ("literal", "shown"),
    [
        ('"0.000000000000000000001"^^xsd:decimal', "0.000000000000000000001"),
        ('"1.7976931348623157E308"^^xsd:double', "1.7976931348623157E308"),
        ('"0.0001"^^xsd:decimal', "0.0001"),
        ('"12345678901234567890"^^xsd:integer', "12,345,678,901,234,567,890"),
    ],
)
def test_a_number_is_never_written_as_another(visit: Visit, literal: str, shown: str) -> None:
    assert shown in visit(f":a :size {literal} .", "a").section("facts").text


def test_long_names_of_many_neighbours_make_no_question_that_is_too_long(visit: Visit) -> None:
    long = "n" * 300
    turtle = "".join(
        f":{long}{number} a :Thing ; :on '2020-01-0{number % 9 + 1}'^^xsd:date ; :of :a .\n"
        f":a :has :{long}{number} .\n"
        for number in range(350)
    )
    page = visit(turtle, "a")
    assert "2020" in page.section("timeline").text


def test_a_finding_of_no_shape_leads_to_its_rule(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(
        PREFIXES + "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        ":a a :Thing ; rdfs:label 'Alpha' .\n:b a :Thing ; rdfs:label 'Bèta'@fr .\n",
        encoding="utf-8",
    )
    client = open_site(publish(tmp_path, tmp_path / "out", validated=True))
    try:
        page = client.browse("/en/resource?iri=http%3A%2F%2Fother.example%2Fns%23a")
        assert "/en/def/rule/label/no-language" in page.section("findings").text + page.text
    finally:
        client.close()


def test_what_has_a_name_and_no_kind_is_counted_and_listed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    names = "".join(f":n{number} foaf:name 'Name {number:02}' .\n" for number in range(60))
    (tmp_path / "folder" / "data.ttl").write_text(
        PREFIXES + names + ":t a :Kind .", encoding="utf-8"
    )
    client = open_site(publish(tmp_path / "folder", tmp_path / "release"))
    assert "61 things" in client.browse("/en/").page.text
    assert "/en/browse?class=" in links_of(client.browse("/en/browse").page)
    first = client.browse("/en/browse?class=").page
    assert "60 things" in first.text
    assert "Name 00" in first.text
    following = client.browse("/en/browse?class=&page=2").page.text
    assert "Name 59" in following
    assert "Name 00" not in following
    client.close()


def test_where_everything_has_a_kind_nothing_is_listed_as_without(foreign: Client) -> None:
    assert foreign.get("/browse?class=", accept="text/html").status == 404
    assert "/en/browse?class=" not in links_of(foreign.browse("/en/browse").page)


def test_a_kind_of_which_no_thing_has_an_address_says_so(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    turtle = PREFIXES + ":a :near [ a :Spot ] , [ a :Spot ] ."
    (tmp_path / "folder" / "data.ttl").write_text(turtle, encoding="utf-8")
    client = open_site(publish(tmp_path / "folder", tmp_path / "release"))
    spot = quote("http://other.example/ns#Spot", safe="")
    links = links_of(client.browse(f"/en/resource?iri={spot}").page)
    assert f"/en/browse?class={spot}" in links
    assert "is shown with what it belongs to" in client.browse(f"/en/browse?class={spot}").page.text
    assert client.get(f"/en/browse?class={spot}s", accept="text/html").status == 404
    client.close()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The site of a folder in which nothing has a name or a kind."""
    folder = tmp_path_factory.mktemp("bare")
    turtle = ":caf%C3%A9_Noir :likes :other , [ :q <urn:x:deep> ] ."
    (folder / "a.ttl").write_text(PREFIXES + turtle, encoding="utf-8")
    client = open_site(publish(folder, tmp_path_factory.mktemp("out")))
    yield client
    client.close()


def test_what_has_neither_name_nor_kind_is_counted_listed_and_found(bare: Client) -> None:
    assert "1 thing, 3 triples" in bare.browse("/en/").page.text
    assert "0 classes, 2 properties" in bare.browse("/en/data").page.text
    assert "/en/browse?class=" in links_of(bare.browse("/en/browse").page)
    assert "café noir" in bare.browse("/en/browse?class=").page.text
    found = bare.get("/search.json?q=noir").json()["results"]
    assert [each["iri"] for each in found] == ["http://other.example/ns#caf%C3%A9_Noir"]


@pytest.mark.parametrize(
    "iri", ["http://other.example/ns#likes", "http://other.example/ns#other", "urn:x:deep"]
)
def test_every_iri_of_the_data_has_a_page_and_data_and_can_be_looked_up(
    bare: Client, iri: str
) -> None:
    address = "/resource?iri=" + quote(iri, safe="")
    assert iri in bare.browse(address).page.text
    for media_type in ("text/turtle", "application/ld+json", "application/rdf+xml"):
        form = RdfFormat.from_media_type(media_type)
        reply = bare.get(address, accept=media_type)
        assert reply.status == 200
        terms = {term for triple in parse(reply.body, form) for term in triple}
        assert NamedNode(iri) in terms
    reply = bare.get("/lookup?iri=" + quote(iri, safe=""))
    assert (reply.status, reply.headers["location"]) == (303, address)


def test_a_property_shows_what_it_is_used_for(bare: Client) -> None:
    page = bare.browse("/en/resource?iri=" + quote("http://other.example/ns#likes", safe=""))
    assert "café noir" in page.section("examples").text


def test_what_is_not_in_the_data_is_not_there(bare: Client) -> None:
    for path in ("/resource", "/lookup"):
        assert bare.get(path + "?iri=" + quote("urn:x:none", safe="")).status == 404


#: More than a page reads of anything.
VERY_MANY = 20_001


def test_a_page_is_there_whatever_is_near_its_thing(visit: Visit) -> None:
    dates = ", ".join(
        f"'2001-01-01T00:00:00.{number:05}'^^xsd:dateTime" for number in range(VERY_MANY)
    )
    blank = ", ".join(f"[ :n {number} ]" for number in range(VERY_MANY // 2))
    member = "a <http://www.w3.org/ns/org#Membership> ; :member :a"
    reply = visit(
        f":wide {member} ; :on {dates} . :next {member} . :a :has {blank} ; :ant 'small' .", "a"
    )
    assert reply.status == 200
    assert "small" in reply.section("facts").text
    assert f"{VERY_MANY // 2 - 25:,} more" in reply.section("facts").text
    assert "2 links to it" in reply.page.text


def test_what_has_a_name_is_not_lost_among_what_points_here_without_one(visit: Visit) -> None:
    page = visit("[] :to :a . " * 500 + ":somebody :to :a .", "a").page
    assert "1 link to it" in page.text
    assert "somebody" in page.text


def test_of_many_dates_a_page_has_the_latest_and_leads_to_all(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    turtle = "".join(
        f":n{number} a :Day ; foaf:name 'Day {number:02}' ; :of :a ; :on '20{number:02}-05-01'^^xsd:date .\n"
        for number in range(60)
    )
    text = f"{PREFIXES}:a foaf:name 'Alpha' .\n{turtle}"
    (tmp_path / "folder" / "a.ttl").write_text(text, encoding="utf-8")
    client = open_site(publish(tmp_path / "folder", tmp_path / "release"))
    try:
        thing = quote("http://other.example/ns#a", safe="")
        page = client.browse(f"/en/resource?iri={thing}")
        assert "from 2000 to 2059" in page.text
        line = page.section("timeline")
        assert [f"Day {number:02}" in line.text for number in range(60)] == [
            number >= 36 for number in range(60)
        ]
        every = f"/en/timeline?thing={thing}"
        assert every in links_of(line)
        first, second = client.browse(every), client.browse(f"{every}&page=2")
        assert "60 moments" in first.text
        for number in range(60):
            assert f"Day {number:02}" in (first if number < 40 else second).text
        assert f"{every}&page=2" in links_of(first.page)
        assert client.get(f"{every}&page=3").status == 404
        assert client.get(f"{every}nothing").status == 404
        assert client.get("/en/timeline?thing=no iri".replace(" ", "%20")).status == 400
    finally:
        client.close()
