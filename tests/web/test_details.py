"""Tables of details: what all rows share is said once, and every row says how sure it is."""

from collections.abc import Iterator

import pytest
from samples import publish
from visiting import Client, open_site

CLUB = """
@prefix : <https://club.example/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sg: <https://w3id.org/stadsgraaf/def/ont/> .
@prefix modality: <https://w3id.org/stadsgraaf/def/modality/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

:club a org:Organization ; rdfs:label "de club"@nl , "the club"@en .
:rower rdfs:label "roeier"@nl , "rower"@en .
modality:hope rdfs:label "hoop"@nl , "hope"@en .
:hoped a sg:Claim ; rdfs:label "Men hoopt dat Eva lid is."@nl , "Eva is hoped to be a member."@en ;
  sg:claimSubject :club ; sg:claimPredicate org:hasMember ; sg:claimObject :eva ; sg:modality modality:hope .
"""
PEOPLE = ("ada", "bea", "cas", "dik", "eva")


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The site of a club with five members."""
    folder = tmp_path_factory.mktemp("club")
    rows = "".join(
        f':{who} a org:FormalOrganization ; rdfs:label "{who.title()}" .\n'
        f':m-{who} a org:Membership ; rdfs:label "lidmaatschap van {who.title()}"@nl ;\n'
        f"  org:organization :club ; org:member :{who} ; org:role :rower ;\n"
        f'  rdfs:comment "in het Nederlands"@nl , "in English"@en ;\n'
        f'  :since "2018-02-15"^^xsd:date .\n'
        for who in PEOPLE
    )
    rest = ":m-eva prov:wasDerivedFrom :hoped .\n"
    (folder / "club.ttl").write_text(CLUB + rows + rest, encoding="utf-8")
    client = open_site(publish(folder, tmp_path_factory.mktemp("club-out")))
    yield client
    client.close()


ADDRESS = "/resource?iri=https%3A%2F%2Fclub.example%2Fclub"


def test_a_column_that_says_the_same_in_every_row_is_said_once(club: Client) -> None:
    table = club.browse("/nl" + ADDRESS).section("details-1")
    assert table.text.count("roeier") == 1
    for who in PEOPLE:
        assert table.text.count(f" {who.title()} ") == 1


def test_a_row_that_rests_on_a_claim_says_how_sure_it_is(club: Client) -> None:
    table = club.browse("/en" + ADDRESS).section("details-1").text
    assert "How sure" in table
    assert table.count("hope") == 1


def test_a_text_in_a_table_is_in_the_language_of_the_page(club: Client) -> None:
    table = club.browse("/nl" + ADDRESS).section("details-1").text
    assert "in het Nederlands" in table
    assert "in English" not in table


def test_many_of_one_kind_at_one_time_are_one_mark_on_the_timeline(club: Client) -> None:
    reply = club.browse("/nl" + ADDRESS)
    line = reply.section("timeline")
    assert "5 × membership" in line.text
    assert len([each for each in line.all("g") if "mark" in each.get("class", "")]) == 1
    for who in PEOPLE:
        assert f"lidmaatschap van {who.title()}" in line.text


def test_a_claim_stands_in_one_list_of_the_page(club: Client) -> None:
    claims = club.browse("/nl" + ADDRESS).section("claims").text
    assert claims.count("Men hoopt dat Eva lid is.") == 1


def test_the_neighbours_are_drawn_and_details_looked_through(club: Client) -> None:
    around = club.browse("/en" + ADDRESS).section("around")
    for who in PEOPLE:
        assert f" {who.title()} " in around.text
    assert "lidmaatschap" not in around.text
    assert "The query behind this picture" in around.text
    nodes = [each for each in around.all("a") if "tabindex" in each]
    assert len(nodes) == len(PEOPLE)
    assert all(each["tabindex"] == "-1" for each in nodes)
