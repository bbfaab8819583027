"""Links: an IRI and its page name each other, whatever stands in the IRI."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadsgraaf.web.urls import Urls, is_iri, outward, split_suffix

BASE = "https://example.org/"
URLS = Urls(BASE)

IRI_CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters='<>"{}|\\^` '
) | st.sampled_from("/.%?#é:@&=+;,~'()")


@pytest.mark.parametrize(
    ("iri", "page"),
    [
        ("id/city/breda", "/doc/city/breda"),
        ("def/ont/Claim", "/doc/def/ont/Claim"),
        ("def/ont", "/doc/def/ont"),
        ("graph/claims", "/graph/claims"),
        ("graph/reference/cbs", "/graph/reference/cbs"),
        ("id/version-1.2", "/doc/version-1.2"),
        ("id/café", "/doc/caf%C3%A9"),
        ("id/a%20b", "/doc/a%20b"),
        ("id/o'brien", "/doc/o'brien"),
    ],
)
def test_an_iri_of_the_dataset_has_a_path(iri: str, page: str) -> None:
    assert URLS.of(BASE + iri) == page
    assert URLS.iri_of_path(page) == BASE + iri


@pytest.mark.parametrize(
    "iri",
    [
        "http://elsewhere.example/id/x",
        "urn:x:1",
        "https://example.org",
        "https://example.org/",
        "https://example.org/other/x",
        "https://example.org/id/",
        "https://example.org/id/x?a=1&b=2",
        "https://example.org/id/x#y",
        "https://example.org/id/../../etc/passwd",
        "https://example.org/id/..%2F..%2Fetc%2Fpasswd",
        "https://example.org/id/%2e%2e/x",
        "https://example.org/id/.",
        "https://example.org/id//evil.example",
        "https://example.org/id/a//b",
        "https://example.org/id/a/",
        "https://example.org/id/%0d%0aSet-Cookie:evil=1",
        "https://example.org/id/caf%C3%A9",
        "https://example.org/id/def/x",
        "https://example.org/id/%5Cevil",
    ],
)
def test_any_other_iri_goes_by_parameter(iri: str) -> None:
    link = urlsplit(URLS.of(iri))
    assert link.path == "/resource"
    assert parse_qs(link.query) == {"iri": [iri]}


@given(st.text(IRI_CHARACTERS, max_size=40))
def test_every_page_leads_back_to_its_iri(local: str) -> None:
    iri = f"{BASE}id/{local}"
    link = urlsplit(URLS.of(iri))
    back = URLS.iri_of_path(link.path) if not link.query else parse_qs(link.query)["iri"][0]
    assert back == iri


@given(st.text(max_size=40))
def test_no_link_leaves_the_site_or_breaks_a_header(local: str) -> None:
    for link in (
        URLS.of(BASE + "id/" + local),
        URLS.of(local),
        URLS.after_see_other("/id/" + local),
        URLS.after_see_other("/def/" + local),
        URLS.doc(BASE + "id/" + local, "ttl"),
        URLS.search(local),
        URLS.query(local),
        URLS.static(local),
        URLS.dump(local),
        URLS.switch("nl", "/doc/" + local),
    ):
        assert link.startswith("/")
        assert not link.startswith(("//", "/\\"))
        assert link.isascii()
        assert link.isprintable()
        assert " " not in link


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/id/city/breda", "/doc/city/breda"),
        ("/id/city/breda.ttl", "/doc/city/breda.ttl"),
        ("/def/ont/Claim", "/doc/def/ont/Claim"),
        ("/def/theme.jsonld", "/doc/def/theme.jsonld"),
        ("/id//evil.example", "/doc//evil.example"),
        ("/id/%0d%0aSet-Cookie:x=1", "/doc/%0d%0aSet-Cookie:x=1"),
        ("/id/\r\nSet-Cookie: x=1", "/doc/%0D%0ASet-Cookie:%20x=1"),
    ],
)
def test_see_other_goes_to_the_document(path: str, location: str) -> None:
    assert URLS.after_see_other(path) == location


def test_a_line_break_in_a_path_is_no_iri() -> None:
    assert URLS.iri_of_path("/doc/a\r\nb") is None
    assert URLS.iri_of_path("/doc/%C2%85") == BASE + "id/%C2%85"


def test_the_language_of_the_address_is_kept_on_pages_and_left_off_data() -> None:
    urls = Urls(BASE, prefix="/graph-site", language="en")
    assert urls.of(BASE + "id/x") == "/graph-site/en/doc/x"
    assert urls.doc(BASE + "id/x", "ttl") == "/graph-site/doc/x.ttl"
    assert urls.doc(BASE + "id/x", "html") == "/graph-site/en/doc/x.html"
    assert urls.doc("urn:x", "nt") == "/graph-site/resource.nt?iri=urn%3Ax"
    assert urls.search("é&b") == "/graph-site/en/search?q=%C3%A9%26b"
    assert urls.browse("urn:c", page=2) == "/graph-site/en/browse?class=urn%3Ac&page=2"
    assert urls.query("a b") == "/graph-site/en/queries/a%20b"
    assert urls.query("q", "csv", city="x") == "/graph-site/queries/q.csv?city=x"
    assert urls.home() == "/graph-site/en/"


def test_switching_keeps_the_page_and_its_parameters() -> None:
    urls = Urls(BASE, prefix="/p", language="en")
    assert urls.switch("nl", "/search", "q=a%20b") == "/p/nl/search?q=a%20b"
    assert urls.switch("nl", "/doc/caf%C3%A9") == "/p/nl/doc/caf%C3%A9"


def test_a_static_file_has_the_name_it_was_built_with() -> None:
    urls = Urls(None, assets={"style.css": "style-4F2.css"})
    assert urls.static("style.css") == "/static/style-4F2.css"
    assert urls.static("unknown.js") == "/static/unknown.js"


def test_without_a_namespace_every_iri_goes_by_parameter() -> None:
    urls = Urls(None)
    assert urls.of("https://example.org/id/x").startswith("/resource?iri=")
    assert urls.iri_of_path("/doc/x") is None


@pytest.mark.parametrize(
    "iri",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "/path",
        "http://x/ y",
        'http://x/"onclick',
    ],
)
def test_only_web_and_mail_addresses_are_outward_links(iri: str) -> None:
    assert outward(iri) is None


@pytest.mark.parametrize(
    "iri", ["http://x.example/", "HTTPS://x.example/a'b", "mailto:a@b.example"]
)
def test_web_and_mail_addresses_stay_as_they_are(iri: str) -> None:
    assert outward(iri) == iri


def test_an_endless_iri_is_none() -> None:
    assert not is_iri("urn:" + "x" * 5000)


@given(st.text(max_size=30))
def test_a_suffix_is_only_one_that_is_offered(path: str) -> None:
    stem, suffix = split_suffix(path, ("ttl", "nt"))
    assert path == (stem if suffix is None else f"{stem}.{suffix}")
    assert suffix in (None, "ttl", "nt")


def test_the_absolute_address_is_the_configured_one() -> None:
    urls = Urls(BASE, prefix="/p", origin="https://data.example.nl")
    assert urls.absolute(urls.home()) == "https://data.example.nl/p/"
    assert unquote(urls.absolute(urls.of(BASE + "id/é"))) == "https://data.example.nl/p/doc/é"
