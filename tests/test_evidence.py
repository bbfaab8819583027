"""Evidence is checked against the words themselves."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, Quad, RdfFormat, parse

from stadsgraaf.dataset import Dataset
from stadsgraaf.errors import EvidenceMismatch, NoSuchPath
from stadsgraaf.evidence import SourceText, check_evidence, passages

TEXT = "Eén stad\u00a0hoopt ‘iets’ – en meer."
WORDS = TEXT[4:14]
#: Where the headline may stand: as the title by which the source is known.
TITLES = {"http://purl.org/dc/terms/title", "http://purl.org/dc/terms/bibliographicCitation"}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def data(start: int = 4, end: int = 14, words: str = WORDS, whole: str = TEXT) -> list[Quad]:
    return list(
        parse(
            f"""
            @prefix oa: <http://www.w3.org/ns/oa#> .
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
            @prefix sg: <https://w3id.org/stadsgraaf/def/ont/> .
            <http://e/doc> sg:sha256 "{digest(whole)}" ; sg:characters {len(whole)} .
            <http://e/claim> rdfs:label "een"@nl, "one"@en ; oa:hasTarget [
                oa:hasSource <http://e/doc> ; sg:sha256 "{digest(words)}" ;
                oa:hasSelector [ oa:start {start} ; oa:end {end} ] ] .
            """,
            RdfFormat.TURTLE,
        )
    )


def data_with(name: str, value: str) -> list[Quad]:
    """The data with another value of the property whose IRI ends in a name."""
    return [
        Quad(each.subject, each.predicate, Literal(value))
        if each.predicate.value.endswith(name)
        else each
        for each in data()
    ]


@pytest.fixture
def source(tmp_path: Path) -> SourceText:
    (tmp_path / "source.txt").write_bytes(TEXT.encode())
    return SourceText.read(tmp_path / "source.txt")


def test_offsets_count_characters_of_the_text_as_it_is(source: SourceText) -> None:
    found = check_evidence(data(), source)
    assert found.holds
    assert [passage.words(source) for passage in found.passages] == [WORDS]
    assert found.passages[0].label("en") == "one"


@pytest.mark.parametrize(
    "wrong",
    [
        data(start=5),
        data(end=13),
        data(start=14, end=4),
        data(end=4000),
        data(words=WORDS.replace("\u00a0", " ")),
    ],
    ids=["start", "end", "reversed", "beyond", "normalised"],
)
def test_a_passage_that_differs_is_a_mismatch(wrong: list[Quad], source: SourceText) -> None:
    assert len(check_evidence(wrong, source).mismatches) == 1


def test_another_source_is_refused_even_when_the_passage_is_the_same(source: SourceText) -> None:
    other = replace(source, text=TEXT + "!", digest=digest(TEXT + "!"))
    found = check_evidence(data(), other)
    assert not found.mismatches
    assert len(found.faults) == 2
    assert not found.holds


def test_evidence_without_offsets_is_a_fault(source: SourceText) -> None:
    quads = [quad for quad in data() if not quad.predicate.value.endswith("#end")]
    assert not check_evidence(quads, source).holds


@pytest.mark.parametrize("offset", ["abc", "14.5", "-14", ""])
def test_an_offset_that_does_not_count_is_a_fault(offset: str, source: SourceText) -> None:
    quads = data_with("#end", offset)
    found = check_evidence(quads, source)
    assert not found.passages
    assert found.faults == ["http://e/claim has evidence without offsets or digest"]


def test_a_length_that_is_no_number_is_a_fault(source: SourceText) -> None:
    quads = data_with("/characters", "many")
    assert check_evidence(quads, source).faults == [
        f"http://e/doc has many characters; the source has {len(TEXT)}"
    ]


def test_no_evidence_at_all_does_not_hold(source: SourceText) -> None:
    assert not check_evidence([], source).holds


def test_a_source_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath):
        SourceText.read(tmp_path / "none.txt")
    (tmp_path / "latin1.txt").write_bytes("café".encode("latin-1"))
    with pytest.raises(EvidenceMismatch, match="not UTF-8"):
        SourceText.read(tmp_path / "latin1.txt")


def test_every_claim_of_ours_matches_the_article(our_dataset: Dataset, article: Path) -> None:
    found = check_evidence(our_dataset.asserted, SourceText.read(article))
    assert found.mismatches == []
    assert found.faults == []
    assert len(found.passages) >= 183


def test_no_passage_of_the_article_stands_in_the_repository(
    our_dataset: Dataset, article: Path
) -> None:
    source = SourceText.read(article)
    literals = {
        quad.object.value
        for quad in our_dataset.asserted
        if isinstance(quad.object, Literal) and quad.predicate.value not in TITLES
    }
    long = [passage.words(source) for passage in passages(our_dataset.asserted)]
    copied = {
        words for words in long if len(words) > 60 and any(words in text for text in literals)
    }
    assert copied == set()
