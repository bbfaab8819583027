"""The page of statistics: what a release counts, what its queries measure, and the query behind each."""

import re
from collections import Counter
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from samples import SAMPLE, publish
from visiting import Client, open_site

from stadsgraaf.release import Release
from stadsgraaf.web.pages.statistics import CLASSES, GRAPHS, WHOLE, links_query

Rows = list[dict[str, str]]


def asked(client: Client, query: str) -> Rows:
    reply = client.get(f"/sparql?query={quote(query)}", accept="application/sparql-results+json")
    bindings = reply.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in bindings]


def test_the_query_behind_a_count_gives_what_the_release_counted(
    client: Client, sample: Release
) -> None:
    counted = sample.statistics
    assert asked(client, WHOLE) == [
        {"triples": str(counted["triples"]), "subjects": str(counted["subjects"])}
    ]
    classes = {each["iri"]: str(each["count"]) for each in counted["classes"]}
    assert {row["class"]: row["things"] for row in asked(client, CLASSES)} == classes
    graphs = {iri: str(count) for iri, count in counted["graphs"].items()}
    assert {row["graph"]: row["triples"] for row in asked(client, GRAPHS)} == graphs
    links = Counter(
        (each["property"], each["host"], str(each["triples"])) for each in counted["linksets"]
    )
    assert links
    found = asked(client, links_query(sample.manifest.base_iri))
    assert Counter((row["property"], row["host"], row["links"]) for row in found) == links


def test_every_count_of_the_page_stands_with_its_query(client: Client, sample: Release) -> None:
    reply = client.browse("/en/statistics")
    for identifier in ("triples_counted", "things_per_class", "triples_per_graph", "links_out"):
        section = re.search(
            rf'<section aria-labelledby="h-{identifier}">.*?</section>', reply.text, re.DOTALL
        )
        assert section, identifier
        assert "The query behind it" in section[0]
        links = [unescape(href) for href in re.findall(r'href="([^"]+)"', section[0])]
        asks = [link for link in links if urlsplit(link).path == "/en/sparql"]
        (query,) = parse_qs(urlsplit(asks[0]).query)["query"]
        assert query in (WHOLE, CLASSES, GRAPHS, links_query(sample.manifest.base_iri))
    assert f"{sample.statistics['triples']:,}" in reply.page.text


def test_a_query_that_is_a_figure_stands_on_the_page_with_its_answer(client: Client) -> None:
    page = client.browse("/nl/statistics").page
    assert "Welke havens zijn dieper dan dit?" in page.text
    assert "Wie beheert deze haven?" not in page.text
    assert "Noordhaven" in page.text


def test_a_folder_without_queries_or_description_has_its_counts(foreign: Client) -> None:
    assert "Things per class" in foreign.browse("/en/statistics").page.text


def test_a_figure_that_cannot_be_answered_leaves_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    for path in SAMPLE.rglob("*.*"):
        copy = folder / path.relative_to(SAMPLE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (folder / "queries" / "ask-elsewhere.rq").write_text(
        "#+ summary: What is said elsewhere?\n#+ figure: true\n"
        "SELECT ?s { SERVICE <https://elsewhere.example/sparql> { ?s ?p ?o } }\n"
    )
    client = open_site(publish(folder, tmp_path / "release"))
    text = client.browse("/en/statistics").page.text
    client.close()
    assert "What is said elsewhere?" in text
    assert "This cannot be answered now." in text
    assert "Which harbours are deeper than this?" in text
