"""The claims: all there, as they were noted, and none a fact that is not asserted.

Sentences of the article are computed from its text here; none is written down.
"""

import csv
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple
from reading import SG, ClaimRead, Described

from stadsgraaf.dataset import Dataset

BASE = "https://w3id.org/stadsgraaf/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PROV = "http://www.w3.org/ns/prov#"
DCT = "http://purl.org/dc/terms/"
NAMES = [
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    DCT + "title",
    "http://www.w3.org/ns/shacl#name",
]
#: Where the claim is right and the row of claims.csv is not, with the reason.
CORRECTIONS = {
    ("f060", "end"): "the row points at the words that announce the message, not at the message",
    **{
        (name, "date"): "the source says no more than at or after the handover and before writing"
        for name in ("f105", "f107", "f108")
    },
}
AUTHOR = NamedNode(BASE + "id/agent/article-author")
#: The page's own furniture begins with this heading.
FURNITURE = "BTG in beeld en geluid"
#: Sentences that state nothing: they announce the list that follows.
ANNOUNCEMENT = re.compile(r"^\w+ \w+:$")
#: What the reader of claims.csv wrote as one word, or as two with a stroke between them.
FORCES = {
    "possibility",
    "necessity",
    "expectation",
    "prediction",
    "recommendation",
    "obligation",
    "epistemic-hedge",
}
#: "kan wellicht" says two things: it is possible, and the author is not sure of that.
TWO_FORCES = {"f159": {"possibility", "epistemic-hedge"}}

Claims = Mapping[str, ClaimRead]


@pytest.fixture(scope="module")
def rows(shared: Path) -> Mapping[str, Mapping[str, str]]:
    with (shared / "facts" / "claims.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def text(article: Path) -> str:
    return article.read_bytes().decode("utf-8")


def test_all_claims_of_the_article_and_of_the_other_sources_are_there(claims: Claims) -> None:
    article = {f"f{number:03}" for number in range(1, 184)}
    others = {f"b{number:03}" for number in range(1, 89)}
    assert set(claims) == article | others


def test_a_claim_is_numbered_in_its_iri(described: Described, claims: Claims) -> None:
    prefix = BASE + "id/claim/"
    numbered = {
        subject.value.removeprefix(prefix)
        for subject in described
        if isinstance(subject, NamedNode) and subject.value.startswith(prefix)
    }
    assert numbered == set(claims)


def test_the_background_is_the_one_that_was_noted(claims: Claims, shared: Path) -> None:
    with (shared / "facts" / "background.csv").open(encoding="utf-8", newline="") as file:
        noted = {row["id"] for row in csv.DictReader(file)}
    assert noted == {name for name, claim in claims.items() if claim.source is None}


def noted_differently(claim: ClaimRead, row: Mapping[str, str]) -> set[tuple[str, str]]:
    dates = {term.value for term in claim.properties.get(SG + "date", ())}
    pairs = {
        "modality": (claim.concepts("modality"), {row["modality"].replace(" ", "-")}),
        "polarity": (claim.concepts("polarity"), {row["polarity"]}),
        "start": ({claim.start}, {int(row["start"])}),
        "end": ({claim.end}, {int(row["end"])}),
        "date": (dates, {row["date_edtf"]} - {""}),
        "force": (claim.concepts("force"), forces(claim.identifier, row["force"])),
    }
    return {(claim.identifier, name) for name, (ours, noted) in pairs.items() if ours != noted}


def forces(identifier: str, noted: str) -> set[str]:
    words = noted.replace("epistemic hedge", "epistemic-hedge")
    return TWO_FORCES.get(identifier, FORCES & set(re.findall(r"[a-z-]+", words)))


def test_a_claim_agrees_with_its_row_but_for_the_corrections(
    article_claims: Claims, rows: Mapping[str, Mapping[str, str]]
) -> None:
    differing = set[tuple[str, str]]()
    for name, claim in article_claims.items():
        differing |= noted_differently(claim, rows[name])
    assert differing == set(CORRECTIONS)


def is_fact(claim: ClaimRead) -> bool:
    """The rule of assertion, in Python."""
    return (
        claim.concepts("modality") == {"asserted"}
        and claim.concepts("polarity") == {"positive"}
        and "possibility" not in claim.concepts("force")
    )


@pytest.fixture(scope="module")
def facts(our_dataset: Dataset) -> set[Triple]:
    return triples_of(our_dataset, "facts")


def triples_of(our_dataset: Dataset, graph: str) -> set[Triple]:
    return {
        Triple(quad.subject, quad.predicate, quad.object)
        for quad in our_dataset.quads
        if quad.graph_name == NamedNode(BASE + "graph/" + graph)
    }


def test_the_facts_are_exactly_the_asserted_affirmed_claims_that_are_no_mere_possibility(
    article_claims: Claims, facts: set[Triple]
) -> None:
    assert facts == {claim.triple for claim in article_claims.values() if is_fact(claim)}


def test_no_other_claim_stands_as_a_triple_among_facts_or_things(
    claims: Claims, article_claims: Claims, our_dataset: Dataset, facts: set[Triple]
) -> None:
    others = [claim for claim in article_claims.values() if not is_fact(claim)]
    assert len(others) == 74
    plain = facts | triples_of(our_dataset, "things")
    assert [claim.identifier for claim in others if claim.triple in plain] == []
    background = [claim for claim in claims.values() if claim.source is None]
    things = triples_of(our_dataset, "things")
    assert [claim.identifier for claim in background if claim.triple in things] == []


def test_amersfoort_has_no_platform(our_dataset: Dataset, facts: set[Triple]) -> None:
    amersfoort = {
        NamedNode(BASE + "id/" + name) for name in ("municipality/gm0307", "city/amersfoort")
    }
    platform = NamedNode(BASE + "id/platform/amersfoort")
    plain = facts | triples_of(our_dataset, "things")
    assert not [item for item in plain if item.subject in amersfoort and item.object == platform]
    assert any(item.subject == platform for item in plain)


def test_every_claim_has_a_holder_a_speaker_a_reporter_and_an_activity(
    claims: Claims, described: Described
) -> None:
    for claim in claims.values():
        assert claim.properties.get(SG + "holder"), claim.identifier
        for relation in (SG + "speaker", SG + "reporter", PROV + "wasGeneratedBy"):
            (who,) = claim.properties.get(relation, {None})
            assert TYPE in described.get(who, {}), (claim.identifier, relation)


def test_a_claim_has_one_subject_predicate_and_object(claims: Claims) -> None:
    for claim in claims.values():
        for name in ("claimSubject", "claimPredicate", "claimObject"):
            assert len(claim.properties.get(SG + name, ())) == 1, (claim.identifier, name)


def test_every_claim_of_another_source_names_a_described_document(
    claims: Claims, described: Described
) -> None:
    for claim in claims.values():
        for document in claim.properties.get(DCT + "source", ()) if claim.source is None else ():
            said = described.get(document, {})
            assert said.get(DCT + "title"), document
            assert said.get(DCT + "publisher"), document
        assert claim.source is not None or claim.properties.get(DCT + "source"), claim.identifier


def test_every_claim_names_one_source_and_what_the_page_says_around_the_article_the_page(
    our_dataset: Dataset, claims: Claims, text: str
) -> None:
    prefix = BASE + "id/claim/"
    named = [
        (quad.subject.value.removeprefix(prefix), quad.object.value.removeprefix(BASE))
        for quad in our_dataset.quads
        if quad.predicate.value == DCT + "source" and quad.subject.value.startswith(prefix)
    ]
    sources = dict(named)
    assert len(named) == len(sources) == len(claims)
    furniture = text.index(FURNITURE)
    for name, claim in claims.items():
        if claim.source is not None and claim.start >= furniture:
            assert sources[name] == "id/document/btg-article-copy"
        elif claim.source is not None and claim.properties[SG + "reporter"] == {AUTHOR}:
            assert sources[name] == "id/document/btg-article"


def test_a_contradiction_is_linked_from_both_sides(claims: Claims) -> None:
    def linked(relation: str) -> set[tuple[str, str]]:
        return {
            (name, other.value.rpartition("/")[2])
            for name, claim in claims.items()
            for other in claim.properties.get(SG + relation, ())
        }

    for relation in ("contradicts", "inTensionWith"):
        pairs = linked(relation)
        assert pairs
        assert pairs == {(other, one) for one, other in pairs}


def test_every_own_name_in_use_is_described_with_kind_and_label_in_both_languages(
    our_dataset: Dataset, described: Described
) -> None:
    shapes = NamedNode(BASE + "graph/shapes")  # they have a test of their own
    used = {
        term
        for quad in our_dataset.quads
        if quad.graph_name != shapes
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(BASE) and term.value != SG
    }
    assert len(used) > 1000
    poor = []
    for term in used:
        said = described.get(term, {})
        labels = {label.language for name in NAMES for label in said.get(name, ())}
        if TYPE not in said or not labels >= {"nl", "en"}:
            poor.append(term.value)
    assert sorted(poor) == []


# --- the text of the article ---


#: So many words in a row are a sentence of the source, not a way of speaking.
IN_A_ROW = 6
#: A title is what a document is called: libraries give it as it is. It stands where it is described.
TITLED = "documents.ttl"


def words_in_a_row(text: str) -> set[tuple[str, ...]]:
    """Words that follow each other, but for mere lists of names."""
    words = re.findall(r"\w+", text)
    rows = (words[at : at + IN_A_ROW] for at in range(len(words) - IN_A_ROW + 1))
    return {
        tuple(word.casefold() for word in row)
        for row in rows
        if not all(word[0].isupper() or word == "en" for word in row)
    }


def texts_of(root: Path) -> Iterator[tuple[Path, str]]:
    """Every text of the repository: nothing that is installed, built or hidden."""
    made = {"node_modules", "static", "__pycache__"}
    for top in root.iterdir():
        if top.name.startswith("."):
            continue
        for path in top.rglob("*") if top.is_dir() else [top]:
            if path.is_file() and not made & set(path.parts):
                try:
                    yield path, path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    continue


def test_no_six_words_of_the_article_stand_in_a_row_anywhere_but_in_its_title(
    root: Path, text: str
) -> None:
    title = words_in_a_row(text.partition("\n")[0])
    article = words_in_a_row(text)
    assert title <= article
    taken = {}
    for path, here in texts_of(root):
        rows = words_in_a_row(here) & article
        if path.name == TITLED:
            rows -= title
        if rows:
            taken[str(path.relative_to(root))] = rows
    assert taken == {}


def test_a_sentence_of_the_article_would_be_found_in_a_text(text: str) -> None:
    start, end = next(iter(sentences(text)))
    assert words_in_a_row(f"# {text[start:end].lower()} #") & words_in_a_row(text)
    assert not words_in_a_row("Amsterdam, Den Haag, Utrecht, Rotterdam en Eindhoven")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of the article's content begins and ends; marks of quotation are none."""
    content = text[: text.index(FURNITURE)]
    marked = re.sub(r"\[/?userquote[^\]]*\]|•", lambda mark: " " * len(mark[0]), content)
    for line in re.finditer(r"[^\n]+", marked):
        for sentence in re.finditer(r"\S.*?(?:[.!?](?=\s|$)|$)", line[0].rstrip()):
            if not ANNOUNCEMENT.match(sentence[0]):
                yield line.start() + sentence.start(), line.start() + sentence.end()


def test_every_sentence_of_the_articles_content_has_a_claim(
    text: str, article_claims: Claims, capsys: pytest.CaptureFixture[str]
) -> None:
    spans = [(claim.start, claim.end) for claim in article_claims.values()]
    claimed = {at for start, end in spans for at in range(start, end)}
    all_sentences = list(sentences(text))
    touched = [(start, end) for start, end in all_sentences if claimed & set(range(start, end))]
    content = {at for start, end in all_sentences for at in range(start, end)}
    share = len(content & claimed) / len(content)
    with capsys.disabled():
        sys.stdout.write(
            f"\ncoverage: {len(touched)} of {len(all_sentences)} sentences have a claim, "
            f"{share:.1%} of their characters\n"
        )
    assert len(all_sentences) > 50
    assert touched == all_sentences
    assert share > 0.9


def test_an_evidence_passage_lies_within_the_article_and_holds_no_half_words(
    text: str, article_claims: Claims
) -> None:
    for claim in article_claims.values():
        assert 0 <= claim.start < claim.end <= len(text), claim.identifier
        edges = (text[at - 1 : at + 1] for at in (claim.start, claim.end) if 0 < at < len(text))
        assert not any(re.fullmatch(r"\w\w", edge) for edge in edges), claim.identifier


def test_a_label_of_a_claim_is_short_and_its_own_words(claims: Claims) -> None:
    for claim in claims.values():
        labels = [term for term in claim.properties[NAMES[0]] if isinstance(term, Literal)]
        assert {label.language for label in labels} == {"nl", "en"}
        assert all(len(label.value) <= 140 for label in labels), claim.identifier
