"""Machines find everything from the addresses that their specifications name."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from visiting import BROWSER, Client, open_site

from stadsgraaf.media import RDF, Format
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.web import discovery
from stadsgraaf.web.forwarded import Forwarded

ROOT = "http://127.0.0.1:8000"
VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def path_of(address: str) -> str:
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == ROOT, address
    return parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.fixture
def client(client: Client) -> Iterator[Client]:
    """The described dataset, asked by the name that it has."""
    yield from named(client)


@pytest.fixture(params=["client", "foreign"])
def site(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A described dataset, and somebody's folder that says nothing of itself."""
    yield from named(request.getfixturevalue(request.param))


def named(client: Client) -> Iterator[Client]:
    client.host = urlsplit(ROOT).netloc
    yield client
    client.host = Client.host


def test_a_host_that_cannot_be_one_is_not_repeated(client: Client) -> None:
    for host in ("evil.example/x", "a b", "x@y", "", "[::1", "x:999999"):
        for path in ("/data.ttl", "/robots.txt", "/openapi.json", "/.well-known/api-catalog"):
            assert ROOT in client.get(path, host=host).text


def test_each_host_gets_its_own_addresses(client: Client) -> None:
    one, other = (client.get("/data.ttl", host=host) for host in ("one.example", "other.example"))
    assert "http://one.example/sparql" in one.text
    assert "http://one.example/" not in other.text
    assert one.headers["etag"] != other.headers["etag"]


@pytest.mark.parametrize("path", ["/.well-known/void", "/void", "/data"])
@pytest.mark.parametrize("format_", RDF, ids=lambda each: each.name)
def test_the_description_is_at_every_address_in_every_format(
    site: Client, path: str, format_: Format
) -> None:
    reply = site.get(path, accept=format_.media_type)
    assert reply.status == 200
    assert reply.headers["content-type"] == format_.content_type
    assert reply.headers["content-location"] == f"/data.{format_.suffix}"
    assert "Accept" in reply.headers["vary"]
    assert reply.headers["access-control-allow-origin"] == "*"
    form = RdfFormat.from_media_type(format_.media_type)
    assert form
    predicates = {quad.predicate.value for quad in parse(reply.body, form)}
    assert {VOID + "sparqlEndpoint", VOID + "dataDump", DCAT + "distribution"} <= predicates


def test_the_description_by_suffix(site: Client) -> None:
    assert site.get("/void.ttl").body == site.get("/data.ttl", accept=BROWSER).body
    assert site.get("/void.png").status == site.get("/data.png").status == 404


def test_a_browser_is_led_from_the_description_to_the_page(site: Client) -> None:
    reply = site.get("/.well-known/void", accept=BROWSER)
    assert (reply.status, reply.headers["location"]) == (303, "/data")
    assert site.get("/.well-known/void", accept="image/png").status == 406


def test_every_address_in_the_description_answers(site: Client) -> None:
    quads = list(parse(site.get("/data.nt").body, RdfFormat.N_TRIPLES))
    addresses = {
        quad.object.value
        for quad in quads
        if isinstance(quad.object, NamedNode)
        and quad.object.value.startswith(ROOT)
        and "#" not in quad.object.value
        and quad.predicate.value != VOID + "uriLookupEndpoint"
    }
    assert len(addresses) > 15
    for address in addresses:
        assert site.get(path_of(address)).status == 200, address


def test_the_dataset_is_described_by_its_own_iri(client: Client) -> None:
    (iri,) = {
        quad.subject.value
        for quad in parse(client.get("/data.nt").body, RdfFormat.N_TRIPLES)
        if quad.predicate.value == VOID + "sparqlEndpoint" and "/id/" in str(quad.subject)
    }
    path = iri.replace("https://example.org/id/", "/doc/")
    assert client.get(path, accept="text/turtle").body == client.get("/data.ttl").body
    page = client.browse(path)
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
    assert json.loads(script)["@type"] == "Dataset"


def test_the_pages_say_the_same_in_the_words_of_schema_org(site: Client) -> None:
    dumps = {
        quad.object.value
        for quad in parse(site.get("/data.nt").body, RdfFormat.N_TRIPLES)
        if quad.predicate.value == DCAT + "downloadURL" and "/dumps/dataset." in str(quad.object)
    }
    for path in ("/", "/data"):
        (script,) = re.findall(
            r'<script type="application/ld\+json">(.*?)</script>', site.browse(path).text
        )
        dataset = json.loads(script)
        assert dataset["@type"] == "Dataset"
        downloads = {each["contentUrl"]: each for each in dataset["distribution"]}
        queried = downloads.pop(f"{ROOT}/sparql")
        assert queried["usageInfo"] == "https://www.w3.org/TR/sparql11-protocol/"
        assert "encodingFormat" not in queried
        assert set(downloads) == dumps
        for address, download in downloads.items():
            head = site.ask("HEAD", path_of(address))
            assert head.headers["content-type"].split(";")[0] == download["encodingFormat"]
            assert f"{head.headers['content-length']} B" == download["contentSize"]
            assert head.headers["etag"] == f'"{download["sha256"]}"'


def test_robots_may_read_all_but_made_up_questions(site: Client) -> None:
    text = site.get("/robots.txt").text
    assert text.startswith("User-agent: *\n")
    assert "Disallow: /sparql?\n" in text
    assert f"\nSitemap: {ROOT}/sitemap.xml\n" in text
    assert "Disallow: /\n" not in text


def locations(reply_text: str) -> list[str]:
    root = ET.fromstring(reply_text)
    assert all(entry.findtext(f"{SITEMAP}lastmod") for entry in root)
    return [entry.findtext(f"{SITEMAP}loc") or "" for entry in root]


def test_the_sitemap_has_a_page_that_exists_for_every_thing(site: Client) -> None:
    reply = site.get("/sitemap.xml")
    assert reply.headers["content-type"] == "application/xml"
    found = locations(reply.text)
    assert len(found) == len(set(found)) > 5
    for address in found:
        assert site.get(path_of(address), accept=BROWSER).status == 200, address


def test_a_large_sitemap_is_an_index_of_parts(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = locations(client.get("/sitemap.xml").text)
    monkeypatch.setattr(discovery, "ADDRESSES", 10)
    parts = locations(client.get("/sitemap.xml?index").text)
    found = [locations(client.get(path_of(part)).text) for part in parts]
    assert all(0 < len(part) <= 10 for part in found)
    assert [address for part in found for address in part] == whole
    for number in (len(parts), 999_999_999, "x", "-1"):
        assert client.get(f"/sitemap-{number}.xml").status == 404


def test_security_txt_has_a_contact_and_never_expires_while_it_is_served(
    client: Client, sample: Release
) -> None:
    public = "https://data.example.nl"
    site = open_site(sample, Settings(security_contact="safe@example.org", public_url=public))
    try:
        lines = site.get("/.well-known/security.txt").text.splitlines()
    finally:
        site.close()
    fields = dict(line.split(": ", 1) for line in lines)
    assert fields["Contact"] == "mailto:safe@example.org"
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
    assert fields["Canonical"] == f"{public}/.well-known/security.txt"


def test_security_txt_names_no_address_without_https(sample: Release) -> None:
    site = open_site(sample, Settings(security_contact="https://e.example/tell"))
    try:
        text = site.get("/.well-known/security.txt").text
    finally:
        site.close()
    assert text.startswith("Contact: https://e.example/tell\n")
    assert "http:" not in text


def test_without_anybody_to_tell_there_is_no_security_txt(foreign: Client) -> None:
    assert foreign.get("/.well-known/security.txt").status == 404


def test_the_api_catalog_is_a_linkset_whose_addresses_answer(site: Client) -> None:
    reply = site.get("/.well-known/api-catalog")
    kind, _, profile = reply.headers["content-type"].partition("; profile=")
    assert kind == "application/linkset+json"
    assert profile == '"https://www.rfc-editor.org/info/rfc9727"'
    contexts = {each.pop("anchor"): each for each in reply.json()["linkset"]}
    items = {item["href"] for item in contexts[f"{ROOT}/.well-known/api-catalog"]["item"]}
    assert items == set(contexts) - {f"{ROOT}/.well-known/api-catalog"}
    for item in items:
        assert {"service-desc", "service-doc", "service-meta", "status"} <= set(contexts[item])
        for relation, targets in contexts[item].items():
            for target in targets if relation != "license" else ():
                answer = site.get(path_of(target["href"]), accept=target["type"])
                assert answer.status == 200
                assert answer.headers["content-type"].split(";")[0] == target["type"]
    assert 'rel="api-catalog"' in site.ask("HEAD", "/.well-known/api-catalog").headers["link"]


def test_llms_txt_begins_as_its_convention_asks_and_its_links_answer(site: Client) -> None:
    reply = site.get("/llms.txt")
    title, empty, summary = reply.text.splitlines()[:3]
    assert re.fullmatch("# .+", title)
    assert empty == ""
    assert re.fullmatch("> .+", summary)
    links = re.findall(r"\]\((\S+?)\)", reply.text)
    assert len(links) > 6
    for link in links:
        empty_question = link.endswith(("iri=", "q="))
        assert site.get(path_of(link)).status in ((200, 400) if empty_question else (200,)), link


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/data",
        "/data.ttl",
        "/sparql",
        "/sparql?query=ASK{}",
        "/dumps/dataset.nq",
        "/search.json?q=a",
        "/robots.txt",
        "/sitemap.xml",
        "/llms.txt",
        "/.well-known/api-catalog",
        "/sparql/terms",
        "/def/problem/not-found.json",
        "/releases",
        "/changes.rdfp",
    ],
)
def test_every_answer_links_to_what_describes_the_service(site: Client, path: str) -> None:
    links = site.get(path, accept="text/turtle, application/json;q=0.9, */*;q=0.1").headers["link"]
    for target, relation in (
        ("/.well-known/api-catalog", "api-catalog"),
        ("/openapi.json", "service-desc"),
        ("/sparql", "service-desc"),
        ("/data.ttl", "service-meta"),
    ):
        assert f'<{target}>; rel="{relation}"' in links


def test_openapi_tells_addresses_that_exist_and_schemas_that_fit(site: Client) -> None:
    document = site.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": ROOT}]
    names = set(document["components"]["schemas"])
    responses = set(document["components"]["responses"])
    used = set(re.findall(r'"\$ref": "#/components/(\w+)/(\w+)"', json.dumps(document)))
    assert used <= {("schemas", name) for name in names} | {("responses", n) for n in responses}
    operations = [each for item in document["paths"].values() for each in item.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)
    for path, item in document["paths"].items():
        if "{" not in path and path != "/resource":
            needed = [
                each["name"] for each in item["get"].get("parameters", ()) if each.get("required")
            ]
            query = "?query=SELECT*%7B%3Fs+a+%3Fo%7D" if needed == ["query"] else ""
            assert site.get(path + query, accept=BROWSER).status == 200, path


def test_behind_a_proxy_every_address_is_the_public_one(sample: Release) -> None:
    site = open_site(sample, Settings(public_url="https://data.example.nl/p/"))
    try:
        for path in ("/data.ttl", "/sitemap.xml", "/robots.txt", "/llms.txt", "/openapi.json"):
            text = site.get(path).text
            assert "https://data.example.nl/p/" in text
            assert ROOT not in text
        link = site.get("/data.ttl").headers["link"]
        assert "</p/.well-known/api-catalog>" in link
    finally:
        site.close()


@pytest.mark.parametrize(
    "path", ["/data", "/doc/harbour/north", "/dumps/dataset.nq", "/search.json?q=a", "/robots.txt"]
)
def test_pages_of_others_may_ask_with_any_accept_and_condition(client: Client, path: str) -> None:
    reply = client.ask(
        "OPTIONS",
        path,
        origin="https://e.example",
        access_control_request_method="GET",
        access_control_request_headers="accept, if-none-match",
    )
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert {"GET", "HEAD"} <= set(reply.headers["access-control-allow-methods"].split(", "))
    allowed = reply.headers["access-control-allow-headers"].lower().split(", ")
    assert {"accept", "if-none-match", "range"} <= set(allowed)
    head = client.ask("HEAD", path)
    assert (head.status, head.body) == (200, b"")


def test_the_server_as_a_whole_tells_its_methods(client: Client) -> None:
    reply = client.ask("OPTIONS", "/*")
    assert reply.status == 204
    assert "GET" in reply.headers["allow"].split(", ")


def test_there_is_nothing_to_ask_before_where_there_is_nothing(client: Client) -> None:
    assert client.ask("OPTIONS", "/nothing/here").status == 404


def test_behind_a_trusted_proxy_pages_name_the_address_that_clients_see(sample: Release) -> None:
    settings = Settings(trusted_proxies="127.0.0.1")
    site = open_site(sample, settings)
    site.app = Forwarded(site.app, settings)  # type: ignore[assignment]  # an application too
    said = {"x_forwarded_host": "data.example.nl", "x_forwarded_proto": "https"}
    try:
        page = site.browse("/en/data", x_forwarded_prefix="/p", **said).text
        elsewhere = site.browse("/en/data").text
    finally:
        site.close()
    for text, root in ((page, "https://data.example.nl/p"), (elsewhere, ROOT)):
        (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
        addresses = [each["contentUrl"] for each in json.loads(script)["distribution"]]
        assert addresses
        assert all(each.startswith(f"{root}/") for each in addresses)
