"""Hostile data: labels, IRIs and languages that try to become markup, script or headers."""

import json
import re
from urllib.parse import quote

import pytest
from visiting import BROWSER, Client, Page, links_of

N = "http://data.example.nl/id/nasty/"
NAMES = (
    *("script", "attr", "jsonctx", "md", "tmpl", "csv1", "csv5", "ctl", "cr", "bidi", "long"),
    *("header", "euro", "img", "lang", "..%2F..%2Fetc%2Fpasswd", "%0d%0aSet-Cookie:evil=1"),
    *("é?a=1&b=2#frag", "hub", "x0"),
)
_HREF = re.compile(r"(?:https?://|mailto:|/(?!/)|#)")


def assert_safe(page: Page) -> None:
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes), attributes
        assert tag not in ("img", "iframe", "object", "embed", "base", "meta-refresh")
        if tag == "script":
            own = attributes.get("src", "").startswith("/static/")
            assert own or attributes == {"type": "application/ld+json"}
        for name in ("href", "action", "src", "formaction"):
            if name in attributes and tag != "link":
                assert _HREF.match(attributes[name]), attributes


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_thing_has_a_harmless_page(nasty: Client, name: str) -> None:
    reply = nasty.browse("/en/resource?iri=" + quote(N + name, safe=""))
    assert_safe(reply.page)
    assert "alert(1)</script>" not in reply.text
    assert len(reply.body) < 500_000
    assert all(len(value) < 8192 for _, value in reply.fields)
    for each in reply.page.all("a"):
        if each.get("href", "").startswith("http"):
            assert {"nofollow", "noopener", "noreferrer"} <= set(each["rel"].split()) or (
                each["rel"] == "license"
            )


@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "rdf", "trig", "nq", "bib", "csl"])
@pytest.mark.parametrize("name", NAMES)
def test_its_data_and_citations_come_out_too(nasty: Client, name: str, suffix: str) -> None:
    reply = nasty.get(f"/resource.{suffix}?iri=" + quote(N + name, safe=""))
    assert reply.status == 200
    for header, value in reply.fields:
        assert value.isascii(), header
        assert "\r" not in value
        assert "\n" not in value
        assert header != "set-cookie"


def test_embedded_json_cannot_end_its_script(nasty: Client) -> None:
    text = nasty.browse("/en/resource?iri=" + quote(N + "jsonctx", safe="")).text
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert block
    assert "<" not in block[1]
    assert json.loads(block[1])["name"] == "</script><script>alert(1)</script>"


def test_a_template_in_a_label_is_not_evaluated(nasty: Client) -> None:
    page = nasty.browse("/en/resource?iri=" + quote(N + "tmpl", safe="")).page
    assert "{{7*7}}" in page.text
    assert not re.search(r"\b49\b", page.text)


def test_no_character_that_html_cannot_carry_is_on_a_page(nasty: Client) -> None:
    text = nasty.browse("/en/resource?iri=" + quote(N + "ctl", safe="")).text
    assert not re.search("[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]", text)
    assert "\ufffd" in text


def test_a_long_text_is_cut_on_the_page_and_whole_in_the_data(nasty: Client) -> None:
    iri = quote(N + "long", safe="")
    assert len(nasty.browse(f"/resource?iri={iri}").body) < 100_000
    assert len(nasty.get(f"/resource.nt?iri={iri}").body) > 190_000


def test_a_hub_is_paged(nasty: Client) -> None:
    reply = nasty.browse("/en/resource?iri=" + quote(N + "hub", safe=""))
    more = next(href for href in links_of(reply.page) if "direction=out" in href)
    first = nasty.browse(more)
    following = next(href for href in links_of(first.page) if "page=2" in href)
    assert nasty.browse(following).text != first.text
    assert nasty.get(more + "&page=99999", accept=BROWSER).status == 404


def test_search_and_lists_show_hostile_names_harmlessly(nasty: Client) -> None:
    for path in ("/search?q=alert", "/search?q=%3Cscript%3E", "/browse", "/", "/data"):
        assert_safe(nasty.browse(path).page)
    injected = '") } UNION { ?s ?p ?o FILTER(true || "'
    assert nasty.get("/search.json?q=" + quote(injected)).json()["total"] == 0


def test_results_of_queries_are_shown_harmlessly(nasty: Client) -> None:
    query = (
        'SELECT ?s ?o ("<img src=x onerror=alert(1)>" AS ?x) (IRI("javascript:alert(1)") AS ?j)'
        " WHERE { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o }"
    )
    reply = nasty.browse("/sparql?query=" + quote(query))
    assert_safe(reply.page)
    assert "<img src=x onerror=alert(1)>" in reply.page.text


@pytest.mark.parametrize(
    "target",
    [
        "/resource?iri=http%3A//x/%22%3E%3Cscript%3Ealert%281%29%3C/script%3E",
        "/resource?iri=javascript%3Aalert%281%29",
        "/search?q=%3Cscript%3Ealert%281%29%3C/script%3E&kind=%22%3E%3Cscript%3E",
        "/browse?class=urn%3A%3Cscript%3E",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/sparql?query=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/sparql?query=SELECT&default-graph-uri=%22%3E%3Cscript%3E",
        "/claims?where=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/article?document=urn%3A%22%3E",
    ],
)
def test_nothing_that_is_asked_for_comes_back_as_markup(nasty: Client, target: str) -> None:
    reply = nasty.get("/en" + target, accept=BROWSER)
    assert reply.status < 500
    assert_safe(reply.page)
    assert "<script>alert" not in reply.text


@pytest.mark.parametrize(
    "name", ["[", "%zz", "%", "a#b%23c", "%F3%BA%B8%9D", "]", "^", "%EF%BF%BE"]
)
def test_what_is_no_iri_is_not_found(client: Client, name: str) -> None:
    for suffix in ("", ".ttl", ".html"):
        reply = client.get(f"/doc/{name}{suffix}", accept="*/*")
        assert reply.status in (400, 404), (name, suffix)
