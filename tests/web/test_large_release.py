"""A large release: its pages count and scan nothing of the whole graph when somebody asks for them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from samples import SAMPLE
from visiting import Client, open_site

from stadsgraaf.answers import FILE
from stadsgraaf.build import Options, build
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.release import Release
from stadsgraaf.standing import standing_questions
from stadsgraaf.store.base import Answer, Limits, Question
from stadsgraaf.web.rehearsal import rehearse
from stadsgraaf.web.urls import LANGUAGES, Urls

#: Pages that tell of the whole release.
WHOLE = ("/", "/claims", "/article", "/timeline", "/map", "/browse")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The invented harbours, with a store on the disk."""
    options = Options(validated=False, disk_triples=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stadsgraaf.indexing._FEWEST_LINKS", 5)
        return build(SAMPLE, tmp_path_factory.mktemp("large"), options=options)


@pytest.fixture(scope="module")
def visited(large: Release) -> Iterator[Client]:
    """Their site."""
    client = open_site(large)
    yield client
    client.close()


def asked(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What pages ask of the store from now on."""
    found, store = list[str](), client.app.state.site.store

    async def answer(question: Question, limits: Limits) -> Answer:
        found.append(question.query)
        return await type(store).answer(store, question, limits)

    monkeypatch.setattr(store, "answer", answer)
    return found


def test_every_standing_question_is_answered_when_a_large_release_is_built(
    large: Release, sample: Release
) -> None:
    answers = large.answers
    assert answers
    assert all(map(answers.get, standing_questions(large.labels.kinds)))
    assert sample.answers is None


@pytest.mark.parametrize("path", WHOLE)
def test_no_page_of_a_large_release_counts_or_sorts_the_whole_graph(
    visited: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    questions = asked(visited, monkeypatch)
    assert visited.browse(path).status == 200
    counting = [each for each in questions if "GROUP BY" in each or "COUNT(" in each]
    assert not counting


def test_the_page_of_what_has_many_links_asks_the_store_nothing(
    visited: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = visited.app.state.site
    hubs, urls = site.release.labels.hubs, Urls(site.release.manifest.base_iri)
    questions = asked(visited, monkeypatch)
    for iri in hubs:
        for language in LANGUAGES:
            assert visited.browse(replace(urls, language=language).of(iri)).status == 200
    assert len(hubs) > 3
    assert not questions


def test_the_page_of_what_has_many_links_is_that_of_a_release_that_asks(
    large: Release, visited: Client
) -> None:
    files = {name: each for name, each in large.manifest.files.items() if name != FILE}
    asking = open_site(Release(large.path, replace(large.manifest, files=files)))
    for iri in large.labels.hubs:
        path = Urls(large.manifest.base_iri).of(iri)
        worked_out, now = (each.browse(path).page.text for each in (visited, asking))
        assert sorted(worked_out.split()) == sorted(now.split())  # nameless things have no order
    asking.close()


@pytest.mark.parametrize("path", ["/claims", "/article"])
def test_a_page_is_the_same_whether_it_was_worked_out_before_or_not(
    visited: Client, client: Client, path: str
) -> None:
    worked_out, now = (each.browse(path).page.text for each in (visited, client))
    assert worked_out.split("Uitgave")[0] == now.split("Uitgave")[0]


def test_the_timeline_of_a_large_release_says_that_it_has_the_latest_dates(
    visited: Client, client: Client
) -> None:
    assert "500" in visited.browse("/en/timeline").page.text
    assert "the latest" not in client.browse("/en/timeline").page.text


def test_a_rehearsal_that_takes_too_long_leaves_the_other_pages_out(
    large: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("stadsgraaf.web.rehearsal._LONGEST", -1.0)
    answers = large.path / FILE
    before = answers.read_bytes()
    asyncio.run(rehearse(large.path))
    shorter = answers.read_bytes()
    answers.write_bytes(before)
    assert "ask when they are asked for" in capsys.readouterr().out
    assert len(shorter) < len(before)


def test_a_page_that_fails_while_a_release_is_built_stops_no_build(
    large: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("stadsgraaf.web.pages.thing.portray", fail)
    answers = large.path / FILE
    before = answers.read_bytes()
    asyncio.run(rehearse(large.path))
    answers.write_bytes(before)
    assert "ZeroDivisionError" in capsys.readouterr().out


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two things are too many."""
    monkeypatch.setattr("stadsgraaf.web.pages.facets._LARGEST_CLASS", 1)
    monkeypatch.setattr("stadsgraaf.web.pages.facets._MOST_COUNTED", 1)


POSITIVE = f"where=%3C{SG}polarity%3E%20%3Chttps://w3id.org/stadsgraaf/def/polarity/positive%3E"


@pytest.mark.usefixtures("small_bounds")
def test_where_many_are_chosen_values_stay_and_their_number_is_known(
    visited: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = asked(visited, monkeypatch)
    page = visited.browse(f"/en/claims?{POSITIVE}")
    assert page.status == 200
    assert not [each for each in questions if "GROUP BY" in each or "COUNT(" in each]
    assert "At least" not in page.page.text
    assert all("LIMIT 1" in each for each in questions if "SELECT DISTINCT ?s" in each)


@pytest.mark.usefixtures("small_bounds")
def test_of_many_that_are_chosen_by_two_values_a_bound_is_told(
    visited: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = asked(visited, monkeypatch)
    kind = f"where=%3C{PREFIXES['rdf']}type%3E%20%3C{SG}Claim%3E".replace("#", "%23")
    page = visited.browse(f"/en/claims?{POSITIVE}&{kind}")
    assert page.status == 200
    assert not [each for each in questions if "GROUP BY" in each]
    assert "At least" in page.page.text


def test_things_of_a_large_class_are_read_from_the_index_page_by_page(
    visited: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = visited.app.state.site.release.labels.kinds
    questions = asked(visited, monkeypatch)
    page = visited.browse("/claims")
    assert str(kinds[SG + "Claim"]) in page.page.text
    assert not [each for each in questions if "SELECT DISTINCT ?s" in each]


def test_things_of_a_class_are_read_from_the_index_by_name(
    visited: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = asked(visited, monkeypatch)
    path = f"/browse?class={SG}Claim"
    pages = [each.browse(path).page.text.split("Uitgave")[0] for each in (visited, client)]
    assert pages[0] == pages[1]
    assert not [each for each in questions if "SELECT DISTINCT ?s" in each]


def test_contested_claims_of_a_large_class_are_listed_and_their_values_not_counted(
    visited: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = client.browse("/claims?contested=1")
    claims = visited.app.state.site.release.labels.kinds[SG + "Claim"]
    monkeypatch.setattr("stadsgraaf.web.pages.facets._LARGEST_CLASS", claims - 1)
    questions = asked(visited, monkeypatch)
    page = visited.browse("/claims?contested=1")
    assert not [each for each in questions if "GROUP BY" in each]
    ids = [each["id"] for each in everything.page.all("article") if "id" in each]
    assert page.status == 200
    assert [each["id"] for each in page.page.all("article") if "id" in each] == ids


@pytest.mark.parametrize("thing", ["company/tow", "harbour/north", "person/ada"])
def test_the_map_of_a_thing_starts_from_the_thing(
    visited: Client, monkeypatch: pytest.MonkeyPatch, thing: str
) -> None:
    iri = visited.app.state.site.release.manifest.base_iri + thing
    visited.browse("/map")
    questions = asked(visited, monkeypatch)
    assert visited.browse(f"/map?thing={iri}").status == 200
    assert all(f"<{iri}>" in each for each in questions if "hasGeometry" in each)


def test_the_map_of_a_large_release_says_that_it_has_the_things_with_most_places(
    visited: Client, client: Client
) -> None:
    assert "most places" in visited.browse("/en/map").page.text
    assert "most places" not in client.browse("/en/map").page.text


def test_data_that_leave_out_links_say_so(visited: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    comment = NamedNode(PREFIXES["rdfs"] + "comment")

    def said(path: str) -> list[str]:
        reply = visited.get(path, accept="*/*")
        assert reply.status == 200, (path, reply.text)
        triples = parse(reply.body, RdfFormat.N_TRIPLES)
        return [each.object.value for each in triples if each.predicate == comment]

    site = visited.app.state.site
    manifest, hubs = site.release.manifest, site.release.labels.hubs
    paths = [Urls(manifest.base_iri).doc(iri, "nt") for iri in hubs if iri != manifest.dataset]
    assert paths
    assert not any("endpoint" in text for path in paths for text in said(path))
    monkeypatch.setattr("stadsgraaf.web.account._MOST_LINKS", 1)
    for path in paths:
        assert (
            len(
                [
                    text
                    for text in said(path + ("&" if "?" in path else "?") + "again=1")
                    if "endpoint" in text
                ]
            )
            == 2
        )


def test_values_of_what_has_very_many_links_are_not_sorted(
    visited: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubs, urls = visited.app.state.site.release.labels.hubs, Urls("")
    (kind,) = [iri for iri in hubs if iri == PREFIXES["skos"] + "Concept"]
    path = urls.values(kind, PREFIXES["rdf"] + "type", "in")
    questions = asked(visited, monkeypatch)
    sorted_ = visited.browse(path).page
    monkeypatch.setattr("stadsgraaf.web.thing._MOST_SORTED", 0)
    unsorted = visited.browse(path + "&page=1").page
    assert ["ORDER BY" in each for each in questions] == [True, False]
    assert sorted(sorted_.text.split()) == sorted(unsorted.text.split())


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A claim that says more than an answer may have rows."""
    folder = tmp_path_factory.mktemp("talkative")
    subjects = " , ".join(f"<urn:subject:{number}>" for number in range(21_000))
    (folder / "a.ttl").write_text(
        f"@prefix sg: <{SG}> .\n@prefix dct: <{PREFIXES['dct']}> .\n"
        f"<urn:claim> a sg:Claim ; sg:modality <urn:m> ; sg:claimSubject <urn:subject:1> ;"
        f" dct:subject {subjects} .\n<urn:subject:1> a <urn:Thing> .\n"
    )
    client = open_site(build(folder, tmp_path_factory.mktemp("made"), Options(validated=False)))
    yield client
    client.close()


@pytest.mark.parametrize(
    "path", ["/claims", "/resource?iri=urn:claim", "/resource?iri=urn:subject:1"]
)
def test_a_claim_that_says_very_much_breaks_no_page(talkative: Client, path: str) -> None:
    assert "urn%3Aclaim" in talkative.browse(path).text


def test_data_of_what_has_more_statements_than_a_page_reads_are_whole(talkative: Client) -> None:
    triples = list(parse(talkative.get("/resource.nt?iri=urn:claim").body, RdfFormat.N_TRIPLES))
    subject = NamedNode(PREFIXES["dct"] + "subject")
    assert len({each.object for each in triples if each.predicate == subject}) == 21_000
