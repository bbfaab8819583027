"""Proactive negotiation, RFC 9110 section 12.5.1."""

import pytest

from stadsgraaf.media import HTML, RDF, RESULTS, by_suffix, negotiate, negotiate_language

EVERYTHING = (HTML, *RDF)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "HTML"),
        ("", "HTML"),
        ("*/*", "HTML"),
        ("text/turtle", "Turtle"),
        ("TEXT/Turtle", "Turtle"),
        ("application/ld+json, text/turtle;q=0.9", "JSON-LD"),
        ("text/turtle;q=0.1, application/n-triples;q=0.2", "N-Triples"),
        ("text/*;q=0.3, text/html;q=0.1", "Turtle"),
        ("application/*", "N-Triples"),
        ("text/html;q=0, */*;q=0.1", "Turtle"),
        ("text/turtle;charset=utf-8", "Turtle"),
        ('text/turtle;profile="a,b;q=0", application/ld+json;q=0.5', "Turtle"),
        ("application/xml", "RDF/XML"),
        ("application/json", "JSON-LD"),
        ("garbage, text/turtle", "Turtle"),
        ("image/png", None),
        ("text/html;q=0", None),
        ("*/*;q=0", None),
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "HTML",
        ),
    ],
)
def test_accept_decides(accept: str | None, expected: str | None) -> None:
    chosen = negotiate(accept, EVERYTHING)
    assert (chosen.name if chosen else None) == expected


def test_the_more_specific_range_decides_over_the_wildcard() -> None:
    chosen = negotiate("*/*;q=1, application/sparql-results+json;q=0.1", RESULTS)
    assert chosen is not None
    assert chosen.name == "XML"


def test_a_huge_header_costs_nothing_and_still_answers() -> None:
    chosen = negotiate("text/turtle," + "a/b," * 1_000_000, RDF)
    assert chosen is not None
    assert chosen.name == "Turtle"


def test_every_suffix_leads_to_its_format() -> None:
    for offered in (*RDF, *RESULTS):
        assert by_suffix(offered.suffix, (*RDF, *RESULTS)) is offered


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, "nl"), ("en", "en"), ("en-GB, nl;q=0.9", "en"), ("de", "nl"), ("en;q=0", "nl")],
)
def test_accept_language_decides(header: str | None, expected: str) -> None:
    assert negotiate_language(header, ("nl", "en")) == expected
