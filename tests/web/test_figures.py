"""Pictures of a result come from its columns, and stand beside the table that says the same."""

from urllib.parse import quote

from visiting import Client, links_of

PREFIXES = """PREFIX ont: <https://example.org/def/ont/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
"""
ROWS = """VALUES (?name ?n ?day ?wkt) {
  ("noord" 4 "2017-01-01"^^xsd:date "POINT(4.5 52.1)"^^geo:wktLiteral)
  ("zuid" -2.5 "2018-06-01"^^xsd:date "POINT(5.5 51.1)"^^geo:wktLiteral) }"""


def see(client: Client, query: str) -> str:
    return client.browse("/en/sparql?query=" + quote(PREFIXES + query)).text


def test_a_number_is_drawn_as_bars_from_zero(client: Client) -> None:
    page = see(client, f"SELECT ?name ?n {{ {ROWS} }}")
    assert "As bars" in page
    # 6.5 from the lowest to the highest; the bar of 4 begins at zero, that of -2.5 ends there
    assert '<rect x="38.46" width="61.54"' in page
    assert '<rect x="0.0" width="38.46"' in page


def test_a_date_is_drawn_on_a_timeline(client: Client) -> None:
    page = see(client, f"SELECT ?name ?day {{ {ROWS} }}")
    assert "On a timeline" in page
    assert "As bars" not in page


def test_things_with_a_place_are_drawn_on_a_map(client: Client) -> None:
    query = "SELECT ?harbour { ?harbour a ont:Harbour ; geo:hasGeometry ?g }"
    rows = client.get("/sparql?query=" + quote(PREFIXES + query), accept="text/csv").text
    page = see(client, query)
    assert ("On a map" in page) == (len(rows.split()) > 2)


def test_points_of_the_result_are_drawn_on_a_map(client: Client) -> None:
    query = f"SELECT ?thing ?wkt {{ {ROWS} BIND(IRI(CONCAT('urn:', ?name)) AS ?thing) }}"
    assert see(client, query).count('class="pin') == 2


def test_what_does_not_vary_or_is_one_row_is_not_drawn(client: Client) -> None:
    for query in (
        f'SELECT ?name ("x" AS ?y) (1 AS ?one) {{ {ROWS} }}',
        f'SELECT ?name ?n {{ {ROWS} FILTER(?name = "zuid") }}',
        "ASK { ?s ?p ?o }",
    ):
        page = see(client, query)
        assert 'class="view"' not in page, query


def test_every_picture_has_the_query_behind_it_and_its_numbers(client: Client) -> None:
    reply = client.browse("/en/sparql?query=" + quote(PREFIXES + f"SELECT ?name ?n {{ {ROWS} }}"))
    assert "The query behind this picture" in reply.text
    numbers = [href for href in links_of(reply.page) if "format=csv" in href]
    assert client.get(numbers[0]).text.startswith("name,n")
