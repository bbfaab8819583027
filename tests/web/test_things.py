"""The page of a thing: everything that the graph knows of it, in order, with its sources."""

import re
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from samples import SAMPLE, publish
from visiting import Client, links_of, open_site

NORTH = "/doc/harbour/north"


def test_a_page_names_the_thing_in_both_languages(client: Client) -> None:
    page = client.browse("/en" + NORTH).page
    assert "North Harbour" in page.text
    assert "Noordhaven" in page.text
    assert "harbour" in page.text
    assert "https://example.org/id/harbour/north" in page.text
    assert "Harbour on the north side." in page.text


def test_every_interface_word_is_in_the_language_of_the_page(client: Client) -> None:
    dutch, english = client.browse("/nl" + NORTH).page.text, client.browse("/en" + NORTH).page.text
    assert "Duurzaam adres" in dutch
    assert "Permanent address" not in dutch
    assert "Permanent address" in english
    assert "Duurzaam adres" not in english


def test_shapes_order_group_and_name_the_properties(client: Client) -> None:
    text = client.browse("/en" + NORTH).section("facts").text
    build, depth, use, run_by = (
        text.index(word) for word in ("Build", "depth in metres", "Use", "run by")
    )
    assert build < depth < use < run_by
    assert "depth not too great" not in text


def test_properties_without_a_shape_go_by_their_label(client: Client) -> None:
    text = client.browse("/nl" + NORTH).section("facts").text
    assert "geopend op" in text
    assert "3 mei 1998" in text


def test_numbers_are_written_as_the_language_does(client: Client) -> None:
    assert "12,5" in client.browse("/nl" + NORTH).section("facts").text
    assert "12.5" in client.browse("/en" + NORTH).section("facts").text


def test_a_blank_node_is_shown_in_place(client: Client) -> None:
    facts = client.browse("/en" + NORTH).section("facts").text
    assert "has berth" in facts
    assert "Étoile Towage" in facts
    assert "(without a name)" not in facts


def test_a_fact_leads_to_the_claim_that_supports_it(client: Client) -> None:
    reply = client.browse("/en" + NORTH)
    sources = reply.section("sources")
    assert "The towage company runs North Harbour." in sources.text
    assert "characters 4 to 19" in sources.text
    buttons = {
        each["popovertarget"] for each in reply.page.all("button") if "popovertarget" in each
    }
    popovers = {each["id"] for each in reply.page.all("div") if "popover" in each}
    assert buttons
    assert buttons <= popovers


def test_a_denied_claim_supports_no_fact(client: Client) -> None:
    assert "does not run" not in client.browse("/en" + NORTH).section("sources").text


def test_what_is_hoped_is_never_among_the_facts(client: Client) -> None:
    reply = client.browse("/en" + NORTH)
    assert "South Harbour" not in reply.section("facts").text
    assert "plans quay" not in reply.section("facts").text
    assert "hopes for a quay" in reply.section("claims").text
    assert "hope" in reply.section("claims").text


def test_claims_that_contradict_each_other_stand_side_by_side(client: Client) -> None:
    contested = client.browse("/en" + NORTH).section("contested").text
    assert "runs North Harbour" in contested
    assert "does not run North Harbour" in contested
    assert "contradicts" in contested


def test_what_the_shape_expects_and_the_graph_lacks_is_said(client: Client) -> None:
    unknown = client.browse("/en" + NORTH).section("unknown").text
    assert "tidal range" in unknown
    assert "sounded on or tidal range" in unknown
    with pytest.raises(AssertionError, match="no section unknown"):
        client.browse("/en/doc/harbour/south").section("unknown")


def test_a_membership_is_a_row_with_its_period(client: Client) -> None:
    text = client.browse("/en" + NORTH).page.text
    assert "Membership" in text
    assert "2010 to 2015" in text


def test_the_sentence_counts_and_its_counts_lead_into_the_page(client: Client) -> None:
    page = client.browse("/en" + NORTH).page
    anchors = {href.removeprefix("#") for href in links_of(page) if href.startswith("#")}
    identifiers = {each["id"] for _, each in page.elements if "id" in each}
    assert {"facts", "claims", "timeline"} <= anchors
    assert anchors <= identifiers
    assert "3 claims" in page.text


def test_an_identifier_stands_once_on_a_page(client: Client) -> None:
    for path in (NORTH, "/doc/claim/c1", "/doc/company/tow"):
        identifiers = [each["id"] for _, each in client.browse(path).page.elements if "id" in each]
        assert len(identifiers) == len(set(identifiers)), path


def test_dates_near_the_thing_are_on_its_timeline(client: Client) -> None:
    text = client.browse("/en" + NORTH).section("timeline").text
    assert "3 May 1998" in text
    assert "2010" in text
    assert "2027" in text


def test_a_claim_says_who_how_firmly_and_where(client: Client) -> None:
    reply = client.browse("/en/doc/claim/c2")
    statement = reply.section("statement").text
    for words in (
        *("North Harbour", "plans quay", "South Harbour", "hope", "Harbour Gazette"),
        *("Étoile Towage", "log book", "characters 10 to 30", "only as a claim, not as a fact"),
    ):
        assert words in statement


def test_an_asserted_claim_is_said_to_be_a_fact(client: Client) -> None:
    assert "also has it as a fact" in client.browse("/en/doc/claim/c1").section("statement").text


def test_a_holder_has_the_claims_that_it_holds(client: Client) -> None:
    text = client.browse("/en/doc/company/desk").section("claims").text
    assert "As holder" in text
    assert "hopes for a quay" in text


def test_a_class_leads_to_its_things(client: Client) -> None:
    page = client.browse("/en/doc/def/ont/Harbour").page
    assert "2 things of this kind" in page.text
    assert any(href.startswith("/en/browse?class=") for href in links_of(page))


def test_links_to_other_sites_are_marked_and_hostile_schemes_are_none(client: Client) -> None:
    page = client.browse("/en" + NORTH).page
    anchors = {each["href"]: each for each in page.all("a") if "href" in each}
    assert "nofollow" in anchors["https://north.example/"]["rel"]
    assert "http://www.wikidata.org/entity/Q1" in anchors
    assert "javascript:alert(1)" in page.text
    assert not any(href.lower().startswith("javascript") for href in anchors)


def test_a_thing_can_be_cited(client: Client) -> None:
    bib = client.get(f"{NORTH}.bib")
    assert 'rel="service-desc"' in bib.headers["link"]
    assert bib.headers["content-type"].startswith("application/x-bibtex")
    assert "@misc{north," in bib.text
    assert "https://example.org/id/harbour/north" in bib.text
    csl = client.get(f"/en{NORTH}.csl").json()
    assert csl[0]["title"] == "North Harbour"
    assert csl[0]["URL"] == "https://example.org/id/harbour/north"
    assert csl[0]["issued"] == {"date-parts": [[2026, 11, 1]]}


def test_where_to_report_an_error_comes_from_the_description(client: Client) -> None:
    assert "mailto:desk@example.org" in links_of(client.browse(NORTH).page)


def test_a_thing_without_label_or_shape_has_a_page_too(foreign: Client) -> None:
    reply = foreign.browse("/en/resource?iri=http%3A%2F%2Felsewhere.example%2Fns%23one")
    text = reply.page.text
    assert "one" in text
    assert "relates to" in text.lower() or "relatesTo" in text
    assert any("ns%23two" in href for href in links_of(reply.page))


def test_a_thing_that_is_only_pointed_at_shows_what_points_there(foreign: Client) -> None:
    reply = foreign.browse("/en/resource?iri=http%3A%2F%2Felsewhere.example%2Fns%23Thing")
    assert "2 things of this kind" in reply.page.text


def test_a_class_and_a_property_have_examples_from_the_data(client: Client) -> None:
    assert "North Harbour" in client.browse("/en/doc/def/ont/Harbour").section("examples").text
    uses = client.browse("/en/doc/def/ont/depth").section("examples").text
    assert "North Harbour" in uses
    assert "12.5" in uses


@pytest.mark.parametrize("path", [NORTH, "/doc/claim/c1", "/doc/company/tow", "/doc/document/log"])
@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "rdf", "trig", "nq"])
def test_a_download_is_about_as_large_as_the_page_says(
    client: Client, path: str, suffix: str
) -> None:
    rows = re.findall(
        r'<li><a href="([^"]*)"[^>]*>[^<]*</a> <span class="note">about ([\d.,]+) (k?)B',
        client.browse("/en" + path).text,
    )
    said = {
        href.rsplit(".", 1)[1]: float(n.replace(",", "")) * (1000 if k else 1)
        for href, n, k in rows
    }
    size = len(client.get(f"{path}.{suffix}").body)
    assert size / 2 < said[suffix] < size * 2


def test_what_validation_found_stands_on_the_page_of_the_thing(tmp_path: Path) -> None:
    client = open_site(publish(SAMPLE, tmp_path, validated=True))
    try:
        page = client.browse("/en/doc/harbour/north").section("findings")
        assert "warning" in page.text
        assert "shape:Harbour-tide" in page.text
        assert 'id="findings"' not in client.browse("/en/doc/harbour/south").text
    finally:
        client.close()


def test_every_figure_leads_to_a_query_that_can_be_asked(client: Client) -> None:
    queries = [
        unquote(href.partition("query=")[2].replace("+", " "))
        for path in (NORTH, "/doc/company/tow", "/doc/def/ont/Harbour")
        for href in links_of(client.browse("/en" + path).page)
        if "/sparql?query=" in href
    ]
    assert len(queries) > 3
    for query in queries:
        reply = client.get("/sparql?query=" + quote(query, safe=""), accept="text/csv")
        assert reply.status == 200, query
