"""``/lookup``: one thing is redirected to, several are listed, none is explained."""

from urllib.parse import quote

from visiting import BROWSER, Client, links_of

NORTH = "/doc/harbour/north"
ITEM = "http://www.wikidata.org/entity/Q1"


def test_the_one_thing_is_redirected_to_from_any_form_of_the_iri(client: Client) -> None:
    for iri in (ITEM, "https://www.wikidata.org/wiki/Q1", f"<{ITEM}>", f"  {ITEM} ", f"{ITEM}/"):
        for accept in ("*/*", BROWSER, "application/json", "text/turtle"):
            reply = client.get(
                f"/lookup?iri={iri.replace('<', '%3C').replace(' ', '%20')}", accept=accept
            )
            assert reply.status == 303, iri
            assert reply.headers["location"] == NORTH


def test_the_language_of_the_address_is_kept(client: Client) -> None:
    assert client.get(f"/en/lookup?iri={ITEM}").headers["location"] == "/en" + NORTH


def test_a_things_own_iri_and_the_address_of_its_document_lead_to_it(client: Client) -> None:
    for iri in ("https://example.org/id/harbour/north", f"http://127.0.0.1:8000{NORTH}"):
        assert client.get(f"/lookup?iri={iri}").headers["location"] == NORTH


def test_the_list_says_by_which_property(client: Client) -> None:
    found = client.get(f"/lookup.json?iri={ITEM}").json()
    assert found["iri"] == ITEM
    (result,) = found["results"]
    assert result["iri"] == "https://example.org/id/harbour/north"
    assert result["property"] == "http://www.w3.org/2002/07/owl#sameAs"
    assert result["target"] == ITEM
    assert client.get(result["page"]).status == 200


def test_nothing_is_a_problem_for_machines_and_a_page_with_help_for_people(client: Client) -> None:
    machine = client.get("/lookup?iri=http://nobody.example/1")
    assert machine.status == 404
    assert machine.headers["content-type"] == "application/problem+json"
    people = client.get("/en/lookup?iri=http://nobody.example/1", accept=BROWSER)
    assert people.status == 404
    assert "Nothing here is linked to http://nobody.example/1." in people.page.text
    assert "www.wikidata.org" in people.page.text
    assert any("/en/search?q=" in each.get("href", "") for each in people.page.all("a"))


def test_without_an_iri_a_browser_gets_the_form_and_a_machine_is_told(client: Client) -> None:
    page = client.browse("/en/lookup")
    assert page.status == 200
    assert any(each.get("name") == "iri" for each in page.page.all("input"))
    assert client.get("/lookup.json").json()["type"].endswith("missing-parameter")


def test_nonsense_is_not_found(client: Client) -> None:
    for iri in ("%22%3E%3Cscript%3E", "javascript:alert(2)", "%00", "a" * 9000, "http://[x/Q1"):
        assert client.get(f"/lookup?iri={iri}").status == 404, iri
        page = client.get(f"/lookup?iri={iri}", accept=BROWSER)
        assert page.status == 404
        assert "<script>" not in page.text


def test_a_folder_without_links_has_the_page_too(foreign: Client) -> None:
    assert foreign.browse("/lookup").status == 200
    iri = "http://elsewhere.example/ns#one"
    reply = foreign.get(f"/lookup?iri={iri.replace('#', '%23')}")
    assert reply.status == 303
    assert foreign.get(reply.headers["location"]).status == 200


def test_search_takes_an_iri_for_what_it_is_looked_up_as(client: Client) -> None:
    for text in (ITEM, "https://example.org/id/harbour/north", f"http://127.0.0.1:8000{NORTH}"):
        found = client.get(f"/search.json?q={quote(text, safe='')}").json()
        (result,) = found["results"]
        assert (result["page"], result["matched"], found["corrected"]) == (NORTH, text, False)
        page = client.browse(f"/en/search?q={quote(text, safe='')}").page
        assert "/en" + NORTH in links_of(page)
    assert client.get("/search.json?q=http://nobody.example/harbour").json()["results"] == []
    assert client.get("/search.json?q=harbour:north").json()["results"]
