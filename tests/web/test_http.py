"""HTTP done right: negotiation, links, conditions, and headers on every answer."""

import gzip
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import brotli
import pytest
import zstandard
from pyoxigraph import NamedNode, RdfFormat, parse
from samples import publish
from signposting.linkheader import find_signposting_http_link
from signposting.signpost import Signposting
from visiting import BROWSER, Client, open_site

from stadsgraaf.media import RDF, Format
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings

NORTH = "/doc/harbour/north"
IRI = "https://example.org/id/harbour/north"
PAGES = [
    *("/", "/browse", "/queries", "/data", "/claims", "/accessibility", "/privacy", "/article"),
    *("/search?q=haven", NORTH, "/doc/claim/c2", "/queries/list-harbours", "/sparql"),
    *(
        "/graph/claims",
        "/def/problem/not-found",
        "/browse?class=https://example.org/def/ont/Harbour",
    ),
]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/id/harbour/north", "/doc/harbour/north"),
        ("/id/harbour/north.ttl", "/doc/harbour/north.ttl"),
        ("/def/ont/Harbour", "/doc/def/ont/Harbour"),
        ("/en/id/harbour/north", "/en/doc/harbour/north"),
    ],
)
def test_the_name_of_a_thing_leads_to_its_document(
    client: Client, path: str, location: str
) -> None:
    reply = client.get(path)
    assert reply.status == 303
    assert reply.headers["location"] == location
    assert client.get(location).status == 200


def test_the_namespace_names_its_landing_page_and_has_data(tmp_path: Path) -> None:
    (tmp_path / "small" / "data").mkdir(parents=True)
    (tmp_path / "small" / "data" / "dataset.ttl").write_text(
        "@prefix void: <http://rdfs.org/ns/void#> .\n"
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
        "<https://small.example/id/dataset/all> a void:Dataset ;\n"
        " void:uriSpace 'https://small.example/' ; foaf:homepage <https://small.example/> .\n"
        "<https://small.example/> a foaf:Document .\n",
        encoding="utf-8",
    )
    small = open_site(publish(tmp_path / "small", tmp_path / "release"))
    reply = small.get("/", accept="text/turtle")
    assert reply.headers["content-type"] == "text/turtle; charset=utf-8"
    home = NamedNode("https://small.example/")
    triples = set(parse(reply.body, format=RdfFormat.TURTLE))
    document = NamedNode("http://xmlns.com/foaf/0.1/Document")
    assert any(each.subject == home and each.object == document for each in triples)
    assert any(each.object == home for each in triples)
    assert small.get(reply.headers["content-location"]).body == reply.body
    assert "Accept" in reply.headers["vary"]
    small.close()


@pytest.mark.parametrize("who", ["client", "foreign"])
def test_a_landing_page_that_is_no_thing_has_the_description_as_data(
    request: pytest.FixtureRequest, who: str
) -> None:
    site: Client = request.getfixturevalue(who)
    reply = site.get("/", accept="application/n-triples")
    assert reply.headers["content-type"] == "application/n-triples"
    assert reply.body == site.get("/data.nt").body
    assert reply.headers["content-location"] == "/data.nt"
    assert site.get("/", accept="*/*").headers["content-type"].startswith("text/html")
    assert site.get("/", accept="image/png").status == 406


@pytest.mark.parametrize(
    "path", ["/id//evil.example/x", "/id/%0d%0aSet-Cookie:a=1", "//evil.example"]
)
def test_no_redirect_leaves_the_site(client: Client, path: str) -> None:
    location = client.get(path).headers.get("location", "/doc/")
    assert location.startswith("/doc/")
    assert location.isprintable()


@pytest.mark.parametrize("format_", RDF, ids=lambda each: each.name)
def test_a_document_is_there_in_every_format_by_suffix_and_by_accept(
    client: Client, format_: Format
) -> None:
    by_suffix = client.get(f"{NORTH}.{format_.suffix}", accept=BROWSER)
    by_accept = client.get(NORTH, accept=format_.media_type)
    for reply in (by_suffix, by_accept):
        assert reply.status == 200
        assert reply.headers["content-type"] == format_.content_type
        syntax = RdfFormat.from_media_type(format_.media_type)
        assert syntax
        subjects = {quad.subject for quad in parse(reply.body, syntax)}
        assert NamedNode(IRI) in subjects
    assert "Accept" in by_accept.headers["vary"]
    assert by_accept.headers["content-location"] == f"{NORTH}.{format_.suffix}"


@pytest.mark.parametrize(
    ("path", "first", "wanted"),
    [
        (NORTH, "text/turtle;q=0.1", "application/ld+json"),
        ("/", "text/html;q=0.1", "application/n-triples"),
        ("/queries/list-harbours", "text/html;q=0.1", "text/csv"),
        ("/search?q=north", "text/html;q=0.1", "application/json"),
        ("/lookup?iri=urn:none", "text/html;q=0.1", "application/problem+json"),
        ("/releases", "text/html;q=0.1", "application/json"),
    ],
)
def test_accept_counts_in_all_its_lines(client: Client, path: str, first: str, wanted: str) -> None:
    reply = client.get(path, accept=f"{first}\n{wanted}")
    assert reply.headers["content-type"].partition(";")[0] == wanted


def test_data_hold_the_thing_its_blank_nodes_its_claims_and_its_names(client: Client) -> None:
    text = client.get(f"{NORTH}.nt").text
    assert '"steiger A"@nl' in text
    assert "claim/c1> <http://www.w3.org/ns/oa#hasTarget>" in text
    assert '"4"^^<http://www.w3.org/2001/XMLSchema#integer>' in text
    assert (
        "membership/m1> <http://www.w3.org/ns/org#member> <https://example.org/id/harbour/north>"
        in text
    )
    assert "foaf/0.1/primaryTopic> <https://example.org/id/harbour/north>" in text


def test_a_named_graph_has_a_page_and_data(client: Client) -> None:
    assert "Claims" in client.browse("/en/graph/claims").page.text
    assert "hopes for a quay" in client.browse("/en/graph/claims").section("graph").text
    data = client.get("/graph/claims.nt")
    assert data.status == 200
    assert "claim/c2>" in data.text
    assert "harbour/south> <https://example.org/def/ont/tide>" not in data.text


def test_a_named_graph_that_nobody_described_has_a_page_too(client: Client) -> None:
    assert "triples" in client.browse("/en/graph/dataset").page.text
    assert client.get("/graph/none").status == 404


def test_what_nobody_knows_is_not_found_for_people_and_machines(client: Client) -> None:
    for path in ("/doc/nothing", "/doc/nothing.ttl", "/resource?iri=urn:nothing", "/nothing"):
        machine = client.get(path)
        assert machine.status == 404, path
        assert machine.headers["content-type"] == "application/problem+json"
        people = client.get("/en" + path, accept=BROWSER)
        assert people.status == 404
        assert people.headers["content-type"] == "text/html; charset=utf-8"
        english = client.get("/en" + path).json()
        assert english["title"] in people.page.text
        assert english["detail"] in people.page.text


def test_an_unknown_media_type_is_not_acceptable(client: Client) -> None:
    reply = client.get(NORTH, accept="image/png")
    assert reply.status == 406
    assert "text/turtle" in reply.json()["available"]


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("/resource", "missing-parameter"),
        ("/resource?iri=no%20iri", "invalid-parameter"),
        ("/search?q=a&page=0", "invalid-parameter"),
        ("/search?q=a&page=x", "invalid-parameter"),
        ("/browse?class=no", "invalid-parameter"),
        ("/timeline?sort=no", "invalid-parameter"),
        ("/claims?contested=yes", "invalid-parameter"),
        (f"{NORTH}?property=urn:a&direction=up", "invalid-parameter"),
        ("/browse?class=urn:x&where=DROP", "invalid-parameter"),
        ("/queries/list-harbours?unknown=1", "invalid-parameter"),
        ("/queries/find-operator?harbour=not%20an%20iri", "invalid-parameter"),
    ],
)
def test_a_bad_parameter_is_explained(client: Client, path: str, slug: str) -> None:
    reply = client.get(path)
    assert reply.status == 400
    assert reply.json()["type"].endswith(slug)
    assert client.get(path, accept=BROWSER).status == 400


@pytest.mark.parametrize(
    "target",
    [
        *("/search?q=a&q=b", "/search.json?kind=urn:a&kind=urn:b", "/search?q=a&page=1&page=2"),
        *("/lookup?iri=urn:a&iri=urn:b", "/lookup.json?iri=urn:a&iri=urn:b"),
        *("/resource?iri=urn:a&iri=urn:b", f"{NORTH}?property=urn:a&property=urn:b"),
        *("/browse?class=&class=urn:a", "/browse?class=urn:a&page=1&page=2"),
        *("/article?document=urn:a&document=urn:b", "/map?thing=urn:a&thing=urn:b"),
        *("/timeline?sort=event&sort=plan", "/claims?contested=1&contested=0"),
        "/queries/list-harbours?least=1&least=2",
    ],
)
def test_a_parameter_of_a_page_stands_once(client: Client, target: str) -> None:
    reply = client.get(target)
    assert reply.status == 400
    assert reply.json()["type"].endswith("/repeated-parameter")
    assert client.get(target, accept=BROWSER).status == 400


def test_a_page_that_only_reads_refuses_other_methods(client: Client) -> None:
    for method in ("POST", "PUT", "DELETE"):
        reply = client.ask(method, NORTH)
        assert reply.status == 405
        assert "GET" in reply.headers["allow"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_its_headers(client: Client, path: str) -> None:
    reply = client.browse(path)
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "same-origin"
    assert reply.headers["content-language"] in ("nl", "en")
    assert {"Accept", "Accept-Language"} <= set(reply.headers["vary"].split(", "))
    assert re.fullmatch(r'"[^"]+"', reply.headers["etag"])


@pytest.mark.parametrize("path", PAGES)
def test_nothing_on_a_page_is_inline_or_from_elsewhere(client: Client, path: str) -> None:
    page = client.browse(path).page
    for tag, attributes in page.elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        if tag == "script":
            assert attributes.get("src", "").startswith("/static/") or (
                attributes["type"] == "application/ld+json"
            )
        if tag in ("img", "iframe", "object", "embed"):
            pytest.fail(f"{tag} on {path}")
        if tag == "link" and attributes["rel"] in ("stylesheet", "icon", "preload"):
            assert attributes["href"].startswith("/static/")


@pytest.mark.parametrize("path", [*PAGES, f"{NORTH}.ttl", f"{NORTH}.bib", "/dumps/dataset.nq"])
def test_head_answers_as_get_does_without_a_body(client: Client, path: str) -> None:
    get, head = client.get(path, accept=BROWSER), client.ask("HEAD", path, accept=BROWSER)
    assert head.status == get.status == 200
    assert head.body == b""
    assert head.headers == get.headers


@pytest.mark.parametrize("path", [*PAGES[:-3], f"{NORTH}.ttl", f"{NORTH}.bib", "/dumps/dataset.nq"])
def test_what_did_not_change_is_not_sent_again(client: Client, path: str) -> None:
    etag = client.get(path, accept=BROWSER).headers["etag"]
    again = client.get(path, accept=BROWSER, if_none_match=f'"other", {etag}')
    assert again.status == 304
    assert again.body == b""
    assert again.headers["etag"] == etag
    assert client.get(path, accept=BROWSER, if_none_match='"other"').status == 200


def test_each_representation_has_an_entity_tag_of_its_own(client: Client) -> None:
    tags = [
        client.get(path, **headers).headers["etag"]
        for path, headers in [
            (NORTH, {"accept": BROWSER, "accept_language": "nl"}),
            (NORTH, {"accept": BROWSER, "accept_language": "en"}),
            ("/en" + NORTH, {"accept": BROWSER}),
            (NORTH, {"accept": "text/turtle"}),
            (NORTH, {"accept": "application/ld+json"}),
            (NORTH, {"accept": BROWSER, "accept_language": "nl", "accept_encoding": "gzip"}),
            ("/doc/harbour/south", {"accept": BROWSER}),
        ]
    ]
    assert len(set(tags)) == len(tags)


UNPACK: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body, max_output_size=1 << 24),
}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("br, gzip;q=0.5", "br"),
        ("br;q=0.5, gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("zstd, gzip;q=0.9", "zstd"),
        ("*", "br"),
        ("br;q=0, *;q=0.1", "zstd"),
        ("GZIP;Q=0.3", "gzip"),
    ],
)
def test_a_page_is_packed_as_its_reader_prefers(client: Client, accepted: str, coding: str) -> None:
    plain = client.browse(NORTH)
    packed = client.browse(NORTH, accept_encoding=accepted)
    assert packed.headers["content-encoding"] == coding
    assert UNPACK[coding](packed.body) == plain.body
    assert int(packed.headers["content-length"]) == len(packed.body) < len(plain.body)
    assert "Accept-Encoding" in plain.headers["vary"]
    assert packed.headers["vary"] == plain.headers["vary"]


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br;q=0, gzip;q=0.0", "deflate"])
def test_a_page_is_sent_as_it_is_to_who_reads_nothing_else(client: Client, accepted: str) -> None:
    reply = client.browse(NORTH, accept_encoding=accepted)
    assert "content-encoding" not in reply.headers


def test_small_and_packed_bodies_are_left_alone(client: Client) -> None:
    for path in ("/live", f"{NORTH}.bib", font(client)):
        reply = client.get(path, accept_encoding="br")
        assert reply.status == 200
        assert "content-encoding" not in reply.headers, path
        assert "Accept-Encoding" not in reply.headers.get("vary", ""), path


def font(client: Client) -> str:
    links = (each["href"] for each in client.browse("/").page.all("link"))
    assert next(link for link in links if ".css" in link)
    name = next(each for each in client.app.state.site.assets.values() if each.endswith(".woff2"))
    return f"/static/{name}"


@pytest.mark.parametrize("coding", UNPACK)
def test_data_and_static_files_are_packed_too(client: Client, coding: str) -> None:
    style = next(
        each["href"] for each in client.browse("/").page.all("link") if "css" in each["href"]
    )
    for path in (style, f"{NORTH}.ttl", f"{NORTH}.jsonld", f"{NORTH}.nt", "/sparql/terms"):
        plain, packed = client.get(path), client.get(path, accept_encoding=coding)
        assert packed.headers["content-encoding"] == coding, path
        assert UNPACK[coding](packed.body) == plain.body


@pytest.mark.parametrize("coding", UNPACK)
def test_a_packed_form_has_an_entity_tag_of_its_own(client: Client, coding: str) -> None:
    first = client.browse(NORTH, accept_encoding=coding)
    plain = client.browse(NORTH)
    assert first.headers["etag"] != plain.headers["etag"]
    again = client.get(
        NORTH, accept=BROWSER, accept_encoding=coding, if_none_match=first.headers["etag"]
    )
    assert (again.status, again.headers["etag"]) == (304, first.headers["etag"])
    other = client.get(NORTH, accept=BROWSER, if_none_match=first.headers["etag"])
    assert other.status == 200


def test_who_wants_none_of_what_there_is_gets_none_of_what_has_no_tag(client: Client) -> None:
    for method in ("GET", "HEAD"):
        reply = client.ask(method, "/live", if_none_match="*")
        assert (reply.status, reply.body) == (304, b"")


def test_the_second_answer_is_the_first(client: Client) -> None:
    assert client.browse("/en" + NORTH).body == client.browse("/en" + NORTH).body


def signposts(client: Client, path: str, accept: str = BROWSER) -> Signposting:
    """What a client of FAIR Signposting reads from the header."""
    header = client.get(path, accept=accept).headers["link"]
    return find_signposting_http_link([header], "https://example.org" + path)


def test_a_thing_is_signposted(client: Client) -> None:
    found = signposts(client, NORTH)
    assert found.citeAs
    assert found.citeAs.target == IRI
    assert {each.target for each in found.types} >= {
        "https://schema.org/AboutPage",
        "https://example.org/def/ont/Harbour",
    }
    assert found.license
    assert found.license.target == "https://creativecommons.org/licenses/by/4.0/"
    assert found.collection
    assert found.collection.target == "https://example.org/id/dataset/sample"
    described = {each.type: each.target for each in found.describedBy}
    assert described["text/turtle"] == f"https://example.org{NORTH}.ttl"
    assert described["application/ld+json"] == f"https://example.org{NORTH}.jsonld"


def test_who_made_the_dataset_is_the_author(client: Client) -> None:
    query = "SELECT ?who { ?d a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/creator> ?who }"
    known = client.get("/sparql?query=" + quote(query), accept="text/csv").text.split()[1:]
    assert known
    for path in ("/", NORTH, "/data"):
        assert {each.target for each in signposts(client, path).authors} == set(known)


def test_the_landing_page_has_the_dumps_as_items(client: Client, sample: Release) -> None:
    for path in ("/", "/data", "/doc/dataset/sample"):
        found = signposts(client, path)
        assert found.citeAs
        assert found.citeAs.target == "https://example.org/id/dataset/sample"
        items = {urlsplit(each.target).path for each in found.items}
        assert items == {
            f"/{name}" for name in sample.manifest.files if name.startswith("dumps/dataset.")
        }
        for item in items:
            assert client.get(item).status == 200
        assert found.describedBy
        assert "https://schema.org/Dataset" in {each.target for each in found.types}


def test_a_named_graph_has_its_triples_as_items(client: Client) -> None:
    items = {each.type: each.target for each in signposts(client, "/graph/claims").items}
    assert items["text/turtle"] == "https://example.org/graph/claims.ttl"


def test_data_lead_back_to_the_page(client: Client) -> None:
    header = client.get(f"{NORTH}.ttl").headers["link"]
    assert f'<{NORTH}>; rel="describes"; type="text/html"' in header


def test_links_name_the_other_formats_and_the_canonical_address(client: Client) -> None:
    header = client.get(NORTH, accept=BROWSER).headers["link"]
    site = "http://127.0.0.1:8000"  # that of the settings, whatever Host says
    for link in (
        f'<{site}{NORTH}>; rel="canonical"',
        f'<{NORTH}.jsonld>; rel="alternate"; type="application/ld+json"',
        f'<{site}/en{NORTH}>; rel="alternate"; hreflang="en"',
    ):
        assert link in header, link
    assert header.count('rel="cite-as"') == 1


def test_anybodys_page_may_read_the_data(client: Client) -> None:
    for path in (f"{NORTH}.ttl", f"{NORTH}.bib", "/dumps/dataset.nq", "/search.json?q=haven"):
        assert client.get(path).headers["access-control-allow-origin"] == "*", path


def test_the_address_can_fix_the_language(client: Client) -> None:
    assert "Hoofdmenu" in client.browse("/nl/", accept_language="en").text
    assert "Main menu" in client.browse("/en/", accept_language="nl").text
    assert "Accept-Language" not in client.browse("/en/").headers["vary"]


def test_else_the_browser_chooses_the_language(client: Client) -> None:
    assert client.browse("/", accept_language="en-GB, nl;q=0.4").headers["content-language"] == "en"
    assert client.browse("/", accept_language="fr").headers["content-language"] == "nl"


def test_the_switch_leads_to_the_same_page_in_the_other_language(client: Client) -> None:
    page = client.browse("/nl/search?q=noord%20haven").page
    switch = next(each for each in page.all("a") if each.get("class") == "lang")
    assert switch["href"] == "/en/search?q=noord%20haven"
    assert switch["lang"] == switch["hreflang"] == "en"


def test_no_answer_repeats_the_host_that_was_asked_for(client: Client) -> None:
    for path in (*PAGES, f"{NORTH}.ttl", "/nothing"):
        reply = client.get(path, accept=BROWSER)
        assert "evil.example" not in reply.text
        assert not any("evil.example" in value for _, value in reply.fields)


def test_behind_a_prefix_every_link_has_it(sample: Release) -> None:
    client = open_site(sample, root_path="/graph-site")
    try:
        page = client.browse("/en" + NORTH).page
        own = [each["href"] for each in page.all("a") if each.get("href", "").startswith("/")]
        assert own
        assert all(href.startswith("/graph-site/") for href in own)
        assert client.get("/id/harbour/north").headers["location"] == "/graph-site" + NORTH
    finally:
        client.close()


def test_the_configured_address_is_used_for_absolute_links(sample: Release) -> None:
    client = open_site(sample, Settings(public_url="https://data.example.nl/p/"))
    try:
        text = client.browse("/queries/list-harbours").page.text
        assert "curl https://data.example.nl/p/queries/list-harbours.csv" in text
        assert client.browse("/").text.count('href="/p/') > 3
    finally:
        client.close()


def test_dumps_are_whole_typed_and_digested(client: Client, sample: Release) -> None:
    reply = client.get("/dumps/dataset.nq")
    assert reply.body == (sample.dumps / "dataset.nq").read_bytes()
    assert reply.headers["content-type"] == "application/n-quads"
    assert reply.headers["repr-digest"].startswith("sha-256=:")
    part = client.get("/dumps/dataset.nq", range="bytes=0-9")
    assert part.status == 206
    assert part.body == reply.body[:10]


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/../manifest.json",
        "/dumps/..%2fmanifest.json",
        "/dumps/%2e%2e%2fdata.nq",
        "/static/..%2fapp.py",
    ],
)
def test_only_listed_files_are_served(client: Client, path: str) -> None:
    assert client.get(path).status == 404


def test_the_site_lives_and_is_ready(client: Client) -> None:
    for path in ("/live", "/ready"):
        reply = client.get(path)
        assert reply.status == 200
        assert reply.headers["cache-control"] == "no-store"


def test_every_problem_type_has_a_page(client: Client) -> None:
    problem = client.get("/nothing").json()
    slug = problem["type"].rsplit("/", 1)[1]
    page = client.browse(f"/en/def/problem/{slug}").page
    assert "Not found" in page.text
    assert problem["type"] in page.text
    assert client.get("/def/problem/no-such").status == 404


@pytest.mark.parametrize("suffix", ["", ".json", ".ttl", ".jsonld", ".rdf"])
def test_a_problem_type_is_data_too(client: Client, suffix: str) -> None:
    types = {"": "text/turtle", ".json": "application/json", ".jsonld": "application/ld+json"}
    media_type = types.get(suffix, "text/turtle" if suffix == ".ttl" else "application/rdf+xml")
    reply = client.get(f"/en/def/problem/not-found{suffix}", accept=media_type)
    assert reply.headers["content-type"].startswith(media_type)
    assert reply.headers["content-location"].startswith("/en/def/problem/not-found.")
    assert "def/problem/not-found" in reply.text
    assert "Not found" in reply.text


@pytest.mark.parametrize(
    ("path", "status"), [("/doc/nothing.ttl", 404), ("/def/problem/gone", 406)]
)
def test_a_problem_says_what_it_depends_on(client: Client, path: str, status: int) -> None:
    for language, vary in (("", "Accept, Accept-Language"), ("/nl", "Accept")):
        reply = client.get(language + path, accept="image/png")
        assert (reply.status, reply.headers["vary"].removesuffix(", Accept-Encoding")) == (
            status,
            vary,
        )


def test_who_names_another_host_changes_nothing_for_others(client: Client) -> None:
    first = client.get("/data.ttl", host="evil.example").text
    assert "evil.example" not in client.get("/data.ttl", host="good.example").text
    assert first  # it was answered, and kept for that host alone


def test_every_rule_has_a_page_at_its_iri(client: Client) -> None:
    listed = client.browse("/en/def/rule").page
    links = [each["href"] for each in listed.all("a") if "/def/rule/" in each["href"]]
    with_examples = 0
    for link in links:
        page = client.browse(link).page
        name = link.partition("/def/rule/")[2]
        assert f"https://w3id.org/stadsgraaf/def/rule/{name}" in page.text
        with_examples += "Wrong" in page.text
    assert with_examples > 50  # what is no fault in a file has none
    assert client.get("/def/rule/none", accept=BROWSER).status == 404


def test_a_slash_too_many_leads_to_the_thing_without_it(client: Client) -> None:
    """So does a namespace that ends in one lead to its ontology."""
    for path in ("/id/harbour/north", "/id/harbour/north/"):
        assert client.get(path).headers["location"] == NORTH
