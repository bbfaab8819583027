"""The ways in: landing page, search, browsing, facets, claims, the reader, questions."""

import hashlib
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from samples import SAMPLE, publish
from visiting import BROWSER, Client, Page, links_of, open_site

from stadsgraaf.settings import Settings
from stadsgraaf.web.passages import pieces

HARBOUR = quote("https://example.org/def/ont/Harbour", safe="")


def test_the_landing_page_says_what_this_is_and_leads_on(client: Client) -> None:
    page = client.browse("/en/").page
    assert "Sample graph" in page.text
    assert "Who runs this harbour?" in page.text
    assert {"/en/queries/find-operator", "/en/browse", "/en/sparql", "/en/data"} <= set(
        links_of(page)
    )


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("noordhaven", "Noordhaven"),
        ("NOORD", "Noordhaven"),
        ("etoile", "Sleepdienst Étoile"),
        ("kolk", "Noordhaven"),
        ("North", "Noordhaven"),
        ("nordhaven", "Noordhaven"),
    ],
)
def test_search_finds_names_in_any_language_spelling_or_part(
    client: Client, text: str, finds: str
) -> None:
    found = client.get(f"/nl/search.json?q={quote(text)}").json()
    assert finds in [hit["label"] for hit in found["results"]]
    assert finds in client.browse(f"/nl/search?q={quote(text)}").page.text


def test_search_answers_people_and_machines_at_one_address(client: Client) -> None:
    machine = client.get("/search?q=haven", accept="application/json")
    assert machine.headers["content-type"] == "application/json"
    assert (
        client.get("/search?q=haven", accept=BROWSER)
        .headers["content-type"]
        .startswith("text/html")
    )
    found = machine.json()
    assert found["total"] == sum(kind["count"] for kind in found["kinds"])


def test_search_narrows_by_kind(client: Client) -> None:
    page = client.browse("/en/search?q=north").page
    assert "membership of North Harbour" in page.text
    narrower = next(href for href in links_of(page) if f"kind={HARBOUR}" in href)
    text = client.browse(narrower).page.text
    assert "1 thing found" in text
    assert "membership of North Harbour" not in text


def test_search_for_nothing_explains_itself(client: Client) -> None:
    assert "Type a name" in client.browse("/en/search").page.text
    assert "Nothing is called “qqqqqq”" in client.browse("/en/search?q=qqqqqq").page.text


def test_browsing_counts_the_kinds(client: Client) -> None:
    page = client.browse("/en/browse").page
    assert "Harbour 2" in page.text
    assert f"/en/browse?class={HARBOUR}" in links_of(page)


def test_a_class_lists_its_things_by_label(client: Client) -> None:
    text = client.browse(f"/en/browse?class={HARBOUR}").page.text
    assert text.index("North Harbour") < text.index("South Harbour")
    assert client.get("/browse?class=urn:none").status == 404


def test_facets_count_combine_and_can_be_dropped(client: Client) -> None:
    claim = quote("https://w3id.org/stadsgraaf/def/ont/Claim", safe="")
    page = client.browse(f"/en/browse?class={claim}").page
    asserted = next(
        href for href in links_of(page) if "where=" in href and "modality%2Fasserted" in href
    )
    narrowed = client.browse(asserted)
    assert "2 things" in narrowed.page.text
    denied = next(
        href
        for href in links_of(narrowed.page)
        if "polarity%2Fnegative" in href and "where" in href
    )
    assert "1 thing" in client.browse(denied).page.text
    assert f"/en/browse?class={claim}" in links_of(narrowed.page)
    assert any(href.startswith("/en/sparql?query=SELECT") for href in links_of(narrowed.page))


def test_a_class_that_is_too_large_has_no_facets_whatever_was_chosen(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = quote("https://w3id.org/stadsgraaf/def/ont/Claim", safe="")
    address = f"/en/browse?class={claim}"
    chosen = next(href for href in links_of(client.browse(address).page) if "where=" in href)
    monkeypatch.setattr("stadsgraaf.web.pages.facets._LARGEST_CLASS", 2)
    # without a number these pages may be remembered
    addresses = f"{address}&page=1", f"{chosen}&page=1"
    pages = [client.browse(each).page for each in addresses]
    assert "3 things" in pages[0].text
    offered = {href for page in pages for href in links_of(page) if "where=" in href}
    others = [href for href in offered if not addresses[1].endswith(href[3:])]
    assert others == []


def test_claims_can_be_explored_by_who_holds_them(client: Client) -> None:
    page = client.browse("/en/claims").page
    assert "3 claims" in page.text
    held = next(href for href in links_of(page) if "holder" in href and "company%2Ftow" in href)
    text = client.browse(held).page.text
    assert "1 claim" in text
    assert "does not run North Harbour" in text


def test_contested_claims_stand_side_by_side(client: Client) -> None:
    text = client.browse("/en/claims?contested=1").page.text
    assert "2 claims" in text
    assert "contradicts" in text
    assert "hopes for a quay" not in text


def test_passages_are_cut_where_claims_begin_and_end() -> None:
    found = pieces("0123456789", [(2, 5), (4, 8), (4, 6)])
    assert "".join(piece.text for piece in found) == "0123456789"
    assert [(piece.start, piece.claims, piece.starts) for piece in found] == [
        (0, (), ()),
        (2, (0,), (0,)),
        (4, (0, 1, 2), (1, 2)),
        (5, (1, 2), ()),
        (6, (1,), ()),
        (8, (), ()),
    ]


def test_a_passage_beyond_the_text_does_no_harm() -> None:
    assert "".join(piece.text for piece in pieces("abc", [(1, 99), (50, 60)])) == "abc"


def test_without_the_text_the_reader_lists_the_claims_in_its_order(client: Client) -> None:
    page = client.browse("/en/article?document=https://example.org/id/document/log").page
    assert "not published here" in page.text
    assert page.text.index("runs North Harbour") < page.text.index("hopes for a quay")


def test_with_the_text_every_claim_is_marked_at_its_passage(tmp_path: Path) -> None:
    text = "Ooit, zegt men, beheerde een\nsleepdienst die haven."
    folder, article = tmp_path / "data-set", tmp_path / "log.txt"
    folder.mkdir()
    article.write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    for path in SAMPLE.rglob("*.*"):
        target = folder / path.relative_to(SAMPLE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "data" / "log.ttl").write_text(
        "<https://example.org/id/document/log> <https://w3id.org/stadsgraaf/def/ont/sha256>"
        f' "{digest}" .\n',
        encoding="utf-8",
    )
    client = open_site(publish(folder, tmp_path / "out"), Settings(article=str(article)))
    try:
        reply = client.browse("/en/article?document=https://example.org/id/document/log")
        assert reply.page.all("mark")
        assert "sleepdienst die haven." in re.sub("<[^>]*>", "", reply.text)
        assert {"#claim-1", "#claim-2"} <= set(links_of(reply.page))
        identifiers = {each["id"] for _, each in reply.page.elements if "id" in each}
        assert {"at-4", "at-10", "claim-1", "claim-2"} <= identifiers
    finally:
        client.close()
    article.write_text(text + " ", encoding="utf-8")
    client = open_site(client.app.state.site.release, Settings(article=str(article)))
    try:
        reply = client.browse("/en/article?document=https://example.org/id/document/log")
        assert "its SHA-256 is not the one" in reply.page.text
        assert not reply.page.all("mark")
    finally:
        client.close()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"een geheel andere tekst", "has no SHA-256 of this document"),
        (b"\xff\xfe", "not UTF-8"),
        (None, "no such file"),
    ],
)
def test_a_file_that_is_not_the_document_is_not_shown_and_the_reader_says_why(
    tmp_path: Path, client: Client, content: bytes | None, said: str
) -> None:
    path = tmp_path / "other.txt"
    if content is not None:
        path.write_bytes(content)
    other = open_site(client.app.state.site.release, Settings(article=str(path)))
    try:
        reply = other.browse("/en/article?document=https://example.org/id/document/log")
        assert "geheel andere" not in reply.text
        assert said in reply.page.text
        assert path.name in reply.page.text
        assert str(path.parent) not in reply.text
        assert "runs North Harbour" in reply.page.text
    finally:
        other.close()


def test_a_claim_on_the_same_words_as_another_is_reached_from_the_text() -> None:
    found = pieces("0123456789", [(2, 8), (2, 8), (4, 6)])
    reached = {piece.leads_to for piece in found}
    assert reached == {None, 0, 2}
    assert [piece.starts for piece in found if piece.starts] == [(0, 1), (2,)]


def test_a_document_leads_to_its_reader(client: Client) -> None:
    page = client.browse("/en/doc/document/log").page
    assert "Read it with its 2 claims" in page.text
    assert any(href.startswith("/en/article?document=") for href in links_of(page))


def test_a_column_is_called_as_the_query_says_else_by_its_variable(client: Client) -> None:
    for language, name in (("en", "Harbour"), ("nl", "Haven")):
        table = client.browse(f"/{language}/queries/list-harbours").text.partition("<table")[2]
        head = Page(table.partition("</thead>")[0])
        assert head.text.split()[-2:] == [name, "depth"]
        statistics = client.browse(f"/{language}/statistics").text
        assert f'<th scope="col">{name}</th>' in statistics
    data = client.get("/queries/list-harbours.csv").text
    assert data.split()[0] == "harbour,depth"


def test_a_question_has_its_form_its_answer_and_its_query(client: Client) -> None:
    page = client.browse("/en/queries/list-harbours").page
    assert "Which harbours are deeper than this?" in page.text
    assert "Least depth" in page.text
    assert "North Harbour" in page.text
    assert "South Harbour" not in page.text
    assert "SELECT ?harbour ?depth" in page.text
    assert "South Harbour" in client.browse("/en/queries/list-harbours?least=1").page.text


def test_a_parameter_that_is_a_thing_is_chosen_from_a_list(client: Client) -> None:
    reply = client.browse("/en/queries/find-operator")
    options = {each["value"]: each for each in reply.page.all("option")}
    assert "selected" in options["https://example.org/id/harbour/north"]
    assert "https://example.org/id/harbour/south" in options
    south = client.browse("/en/queries/find-operator?harbour=https://example.org/id/harbour/south")
    assert "No solutions" in south.page.text


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("tsv", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_the_answer_of_a_question_is_data_too(client: Client, suffix: str, kind: str) -> None:
    reply = client.get(f"/queries/list-harbours.{suffix}?least=1")
    assert reply.status == 200
    assert reply.headers["content-type"] == kind
    assert "harbour/south" in reply.text
    assert f'filename="list-harbours.{suffix}"' in reply.headers["content-disposition"]
    assert client.get("/queries/list-harbours.ttl").status == 404


def test_the_data_page_lists_dumps_and_graphs(client: Client) -> None:
    page = client.browse("/en/data").page
    assert "/dumps/dataset.nq" in links_of(page)
    assert "https://example.org/graph/claims" in page.text


def test_a_folder_of_somebody_else_has_ways_in_too(foreign: Client) -> None:
    for path in (
        "/",
        "/browse",
        "/queries",
        "/data",
        "/sparql",
        "/claims",
        "/article",
        "/search?q=one",
    ):
        foreign.browse("/en" + path)
    assert "Claims" not in foreign.browse("/en/").page.text


def test_the_map_marks_the_places_of_a_thing(client: Client) -> None:
    text = client.browse("/en/map").page.text
    assert "1 place" in text
    assert "North Harbour" in text
    marked = client.browse("/en/map?thing=https://example.org/id/company/tow")
    assert "North Harbour" in marked.page.text
    assert len(marked.page.all("circle")) > 4
    assert client.get("/map?thing=no").status == 400


def test_without_places_there_is_no_map(foreign: Client) -> None:
    assert foreign.get("/map", accept=BROWSER).status == 404
    assert "/en/map" not in links_of(foreign.browse("/en/").page)


def test_the_timeline_has_what_is_dated_by_sort(client: Client) -> None:
    page = client.browse("/en/timeline?sort=claim").page
    assert "2027" in page.text
    assert "hopes for a quay" in page.text
    others = client.browse("/en/timeline?sort=actor").page.text
    assert "3 May 1998" in others


def test_the_vocabulary_documents_itself(client: Client) -> None:
    text = client.browse("/en/vocabulary").page.text
    assert "A place where ships lie." in text
    assert "operator" in text


def test_the_vocabulary_says_what_leads_to_what(client: Client) -> None:
    """Of a union each class is named; what a property does not say may be anything."""
    section = client.browse("/en/vocabulary").section("signatures")
    table = " ".join(section.text.split())
    assert "company operator def:operator agent" in table
    assert "harbour depth def:depth anything operator def:operator agent" in table
    assert "anything tide def:tide literal" in table
    assert {each["scope"] for each in section.all("th")} == {"col", "rowgroup"}


def test_a_class_says_what_its_things_have_and_need(client: Client) -> None:
    usage = client.browse("/en/doc/def/ont/Harbour").section("usage").text
    assert "depth in metres" in usage
    assert "tidal range" in usage
    assert "yes 2" in usage


def test_a_scheme_shows_its_concepts_as_a_tree(tmp_path: Path) -> None:
    folder = tmp_path / "scheme"
    folder.mkdir()
    (folder / "s.ttl").write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix e: <http://e.example/> .\n"
        "e:s a skos:ConceptScheme ; skos:prefLabel 'Scheme'@en ; skos:hasTopConcept e:a .\n"
        "e:a a skos:Concept ; skos:prefLabel 'Upper'@en ; skos:inScheme e:s .\n"
        "e:b a skos:Concept ; skos:prefLabel 'Lower'@en ; skos:inScheme e:s ; skos:broader e:a ;\n"
        "  skos:definition 'What is below.'@en .\n",
        encoding="utf-8",
    )
    client = open_site(publish(folder, tmp_path / "out"))
    try:
        tree = client.browse("/en/resource?iri=http://e.example/s").section("concepts").text
        assert tree.index("Upper") < tree.index("Lower")
        assert "What is below." in tree
    finally:
        client.close()


def test_outlines_lie_under_the_places_and_the_map_names_their_origin(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("islands")
    islands = "".join(
        f":isle{n} a geo:Feature ; rdfs:label 'Isle {n}' ;\n"
        f"  geo:hasGeometry [ geo:asWKT 'POINT({n}.5 52.5)'^^geo:wktLiteral ] ;\n"
        f"  geo:hasDefaultGeometry [ geo:asWKT"
        f" 'MULTIPOLYGON((({n} 52,{n}.9 52,{n}.9 53,{n} 52)))'^^geo:wktLiteral ] .\n"
        f":ferry{n} a org:Organization ; rdfs:label 'Ferry {n}' ; org:linkedTo :isle{n} , :isle1 , :isle2 .\n"
        for n in range(1, 9)
    )
    prefixes = (
        "@prefix : <https://isles.example/> .\n"
        "@prefix geo: <http://www.opengis.net/ont/geosparql#> .\n"
        "@prefix org: <http://www.w3.org/ns/org#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    )
    (folder / "isles.ttl").write_text(prefixes + islands, encoding="utf-8")
    client = open_site(publish(folder, tmp_path_factory.mktemp("islands-out")))
    try:
        page = client.browse("/en/map?thing=https://isles.example/ferry3").page
        assert [each for each in page.all("path") if "d" in each]
        assert "Drawn from" in page.text
        assert "The query behind this picture" in page.text
        for name in ("Isle 1", "Isle 2", "Isle 3"):
            assert name in page.text
        assert "Isle 4" not in page.text
        source = next(each["href"] for each in page.all("image"))
        picture = client.get(source)
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert "immutable" in picture.headers["cache-control"]
        assert picture.text.count("M") == 8
    finally:
        client.close()


def test_the_vocabulary_draws_its_classes_with_how_many_things_each_has(client: Client) -> None:
    tree = client.browse("/en/vocabulary").section("tree")
    harbour = next(each for each in tree.all("a") if each["href"] == "/en/doc/def/ont/Harbour")
    assert harbour
    assert tree.all("rect")
    assert "The query behind this picture" in tree.text


def test_the_landing_page_shows_a_question_with_the_beginning_of_its_answer(client: Client) -> None:
    text = client.browse("/en/").page.text
    assert "Which harbours are there?" in text or "Who runs this harbour?" in text
    assert "Étoile Towage" in text or "North Harbour" in text


def test_the_landing_page_shows_a_claim_beside_what_contradicts_it(client: Client) -> None:
    text = client.browse("/en/").page.text
    assert "The towage company does not run North Harbour." in text
    assert "contradicts" in text


def test_the_claims_are_counted_by_holder_and_certainty_and_each_count_leads_to_them(
    client: Client,
) -> None:
    page = client.browse("/en/claims").page
    cells = [
        each["href"] for each in page.all("a") if "Harbour Gazette, " in each.get("aria-label", "")
    ]
    assert cells
    for href in cells:
        assert "Harbour Gazette" in client.browse(href).page.text


def test_every_facet_leads_to_the_question_that_counted_it(client: Client) -> None:
    page = client.browse("/en/claims").page
    queries = [href for href in links_of(page) if "/sparql?query=" in href and "COUNT" in href]
    assert len(queries) >= 3
