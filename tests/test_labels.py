"""The label index: one best name per thing and language, and search over all names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from stadsgraaf import labels as labels_module
from stadsgraaf.indexing import build_labels
from stadsgraaf.labels import LabelIndex
from stadsgraaf.release import Release

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
DATA = """
@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ex:hague a ex:Town, rdfs:Resource ; rdfs:label "Den Haag"@nl, "The Hague"@en ;
    skos:altLabel "'s-Gravenhage"@nl ; skos:notation "GM0518" .
ex:harbour a ex:Town ; skos:prefLabel "Curaçao"@nl ; rdfs:label "not preferred"@nl .
ex:bare a ex:Thing .
ex:hasMember a <http://www.w3.org/2002/07/owl#ObjectProperty> .
ex:other a ex:Thing ; rdfs:label "only label", "<script>alert(1)</script>"@en ; ex:near ex:hague .
"""


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelIndex]:
    path = tmp_path_factory.mktemp("labels") / "labels.sqlite"
    build_labels(list(parse(DATA, RdfFormat.TURTLE)), path, "http://example.org/")
    with LabelIndex(path) as index:
        yield index


def ex(name: str) -> str:
    return "http://example.org/" + name


def test_label_is_in_the_language_else_in_the_other_else_any(labels: LabelIndex) -> None:
    assert labels.label(ex("hague"), "nl") == "Den Haag"
    assert labels.label(ex("hague"), "en") == "The Hague"
    assert labels.label(ex("harbour"), "en") == "Curaçao"
    assert labels.label(ex("hasMember"), "en") == "has member"
    assert labels.label(ex("nothing"), "en") is None


def test_other_label_is_that_of_the_other_language(labels: LabelIndex) -> None:
    assert labels.other_label(ex("hague"), "nl") == "The Hague"
    assert labels.other_label(ex("harbour"), "nl") is None


def test_many_things_are_looked_up_at_once(labels: LabelIndex) -> None:
    found = labels.entries([ex("hague"), ex("bare"), ex("nothing"), ex("hague")])
    assert found == {
        ex("hague"): (ex("Town"), "Den Haag", "The Hague", "Den Haag"),
        ex("bare"): (ex("Thing"), None, None, "bare"),
    }
    assert ex("bare") in labels
    assert ex("nothing") not in labels


def test_preferred_label_wins(labels: LabelIndex) -> None:
    assert labels.label(ex("harbour"), "nl") == "Curaçao"


def test_kind_is_one_of_the_datasets_own_classes(labels: LabelIndex) -> None:
    assert labels.kind(ex("hague")) == ex("Town")
    assert labels.kinds[ex("Town")] == 2
    assert [hit.label for hit in labels.of_kind(ex("Town"), "nl", 10)] == ["Curaçao", "Den Haag"]


@pytest.mark.parametrize(
    "text", ["den haag", "DEN", "haa", "gravenhage", "gm0518", "hague", "den  haag "]
)
def test_search_finds_by_any_name_and_prefix(labels: LabelIndex, text: str) -> None:
    result = labels.search(text, "nl")
    assert [hit.iri for hit in result.hits] == [ex("hague")]
    assert result.hits[0].label == "Den Haag"


def test_search_ignores_diacritics(labels: LabelIndex) -> None:
    for text in ("curacao", "Curaçao", "CURAC\u0327AO", "cur\u00e1c"):
        assert [hit.iri for hit in labels.search(text, "nl").hits] == [ex("harbour")]


@pytest.mark.parametrize("text", ["gravenhagge", "Curacou", "hagua the"])
def test_search_forgives_a_typing_error(labels: LabelIndex, text: str) -> None:
    result = labels.search(text, "nl")
    assert result.hits
    assert result.corrected


@pytest.mark.parametrize(
    "text", ["", "  ", '"', "*", "AND", "NEAR(", "xyzzyx qqq", "a\x00b", "(" * 999]
)
def test_search_takes_any_text(labels: LabelIndex, text: str) -> None:
    assert labels.search(text, "en").total == len(labels.search(text, "en").hits)


def test_search_counts_by_kind_and_can_be_limited_to_one(labels: LabelIndex) -> None:
    result = labels.search("label", "en")
    assert result.by_kind == {ex("Thing"): 1, ex("Town"): 1} or result.by_kind == {ex("Thing"): 1}
    assert labels.search("label", "en", kind=ex("Thing")).total == 1
    assert labels.search("label", "en", kind=ex("Nothing")).total == 0


def test_search_pages(labels: LabelIndex) -> None:
    everything = [hit.iri for hit in labels.search("e", "en", limit=50).hits]
    paged = [
        labels.search("e", "en", limit=1, offset=n).hits[0].iri for n in range(len(everything))
    ]
    assert paged == everything


@pytest.mark.parametrize("length", [1, 4, 16, 17, 30])
def test_a_beginning_of_any_length_finds_and_what_is_more_does_not(
    tmp_path: Path, length: int
) -> None:
    word = "duurzaamheidsverslaggevingsplicht"
    quads = f"<urn:a> <{LABEL}> '{word}'@nl .\n<urn:b> <{LABEL}> 'sport'@nl ."
    build_labels(parse(quads, RdfFormat.TURTLE), tmp_path / "labels", None)
    with LabelIndex(tmp_path / "labels") as index:
        found = index.search(word[:length], "nl")
        assert ([hit.iri for hit in found.hits], found.corrected) == (["urn:a"], False)
        assert index.search(word[:length] + "x", "nl").corrected


def test_a_kind_is_found_however_far_behind_others_its_names_are(tmp_path: Path) -> None:
    many = [f'<http://e/{n}> a <http://e/Many> ; <{LABEL}> "plan {n}" .' for n in range(999)]
    few = [f'<http://e/f{n}> a <http://e/Few> ; <{LABEL}> "het lange plan {n}" .' for n in range(9)]
    build_labels(parse("\n".join(many + few), RdfFormat.TURTLE), tmp_path / "labels", None)
    with LabelIndex(tmp_path / "labels") as index:
        found = index.search("plan", "nl", kind="http://e/Few")
        assert {hit.iri for hit in found.hits} == {f"http://e/f{n}" for n in range(9)}
        assert found.by_kind == {"http://e/Many": labels_module.MOST}
        assert index.search("plan", "nl", kind="http://e/None").total == 0
        assert index.kinds == {"http://e/Many": 999, "http://e/Few": 9}
        assert not index.search("\ue000", "nl").hits


def test_the_index_cannot_be_written(labels: LabelIndex) -> None:
    with pytest.raises(Exception, match="readonly"):
        labels._database.execute("DELETE FROM thing")


def test_of_a_longer_name_the_text_says_less(tmp_path: Path) -> None:
    data = """
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    <urn:sentence> rdfs:label "Breda wants to know whether anything will come of it" .
    <urn:town> rdfs:label "municipality of Breda" .
    <urn:exact> rdfs:label "Breda" .
    """
    build_labels(list(parse(data, RdfFormat.TURTLE)), tmp_path / "names.sqlite", None)
    with LabelIndex(tmp_path / "names.sqlite") as names:
        found = [hit.iri for hit in names.search("breda", "en").hits]
    assert found == ["urn:exact", "urn:town", "urn:sentence"]


def test_what_begins_so_by_another_name_does_not_go_before_what_there_is_more_of(
    tmp_path: Path,
) -> None:
    data = """
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <urn:town> rdfs:label "gemeente Amersfoort" ; rdfs:seeAlso <urn:a>, <urn:b>, <urn:c> .
    <urn:page> rdfs:label "bericht" ; skos:altLabel "Amersfoort smart city" .
    <urn:city> rdfs:label "Amersfoort als een stad" .
    """
    build_labels(list(parse(data, RdfFormat.TURTLE)), tmp_path / "names.sqlite", None)
    with LabelIndex(tmp_path / "names.sqlite") as names:
        found = [hit.iri for hit in names.search("amers", "nl").hits]
    assert found == ["urn:city", "urn:town", "urn:page"]


@pytest.mark.parametrize("text", ["g4 steden", "STEDEN G4", "g4", "étage g4"])
def test_a_word_that_was_typed_goes_before_a_longer_one_that_begins_so(
    tmp_path: Path, text: str
) -> None:
    texts = [
        *(
            "G40 steden etage",
            "G40",
            "de steden van de etage die in de stukken van toen de G4 heet",
        ),
        *("de steden op de etage die in stukken de G4 heten, waar de G40 er later een van was",),
    ]
    quads = "".join(
        f"<urn:{number}> <{LABEL}> '{name}'@nl .\n" for number, name in enumerate(texts)
    )
    build_labels(parse(quads, RdfFormat.TURTLE), tmp_path / "labels.sqlite", None)
    with LabelIndex(tmp_path / "labels.sqlite") as index:
        assert index.search(text, "nl").hits[0].label == texts[2]


def test_of_very_many_names_the_shortest_are_looked_at(tmp_path: Path) -> None:
    number = labels_module.MOST + 40
    many = [
        line
        for n in range(number)
        for line in (
            f'<http://e/{n}> <{LABEL}> "warm{"e" * (n % 7)} net {n}" .',
            f"<http://e/{n}> a <http://e/{'Odd' if n % 2 else 'Even'}> .",
        )
    ]
    many += [f'<http://e/x> <{LABEL}> "warm" .', "<http://e/x> a <http://e/Odd> ."]
    build_labels(parse("\n".join(many), RdfFormat.TURTLE), tmp_path / "labels", None)
    with LabelIndex(tmp_path / "labels") as index:
        found = index.search("warm", "en")
        assert found.more
        assert found.hits[0].iri == "http://e/x"
        assert found.total == labels_module.MOST
        odd = index.search("warm", "en", kind="http://e/Odd")
        assert odd.more
        assert {hit.kind for hit in odd.hits} == {"http://e/Odd"}
        assert odd.by_kind == found.by_kind
        few = index.search("net 17", "en")
        assert not few.more
        assert index.search("wram net 17", "en").corrected


@pytest.mark.parametrize(
    ("text", "thing"),
    [("g4 steden", "group/g4"), ("g5 steden", "network/g5"), ("G40 cities", "network/g40")],
)
def test_networks_are_found_as_people_call_them(
    our_release: Release, text: str, thing: str
) -> None:
    assert our_release.labels.search(text, "nl").hits[0].iri.endswith(f"/id/{thing}")
