"""What a page of a thing asks, of the store and of the label index: little, however much it shows."""

from collections.abc import Callable

import pytest
from visiting import Client, open_site

from stadsgraaf.release import Release
from stadsgraaf.store.base import Answer, Limits, Question

#: Things with claims, details, dates and what points at them.
SHOWN = ("/doc/harbour/north", "/doc/company/tow", "/doc/claim/c1")


@pytest.fixture
def counted(client: Client, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[int, int]]:
    """Questions and look-ups that a page takes which nobody asked for before."""
    site = client.app.state.site
    questions, look_ups = [0], [0]

    def counting(what: Callable[..., object], count: list[int]) -> Callable[..., object]:
        def count_and_ask(*given: object) -> object:
            count[0] += 1
            return what(*given)

        return count_and_ask

    monkeypatch.setattr(site.store, "answer", counting(site.store.answer, questions))
    labels = site.release.labels
    monkeypatch.setattr(labels, "entries", counting(labels.entries, look_ups))

    def count(path: str) -> tuple[int, int]:
        client.browse(path)  # what a release has once is asked once
        monkeypatch.setattr(site, "_entries", {})
        questions[0] = look_ups[0] = 0
        client.browse(path + "?again")
        return questions[0], look_ups[0]

    return count


@pytest.mark.parametrize("path", SHOWN)
def test_a_page_asks_the_store_in_few_questions_however_many_things_it_shows(
    counted: Callable[[str], tuple[int, int]], path: str
) -> None:
    assert counted(path)[0] <= 4


@pytest.mark.parametrize("path", SHOWN)
def test_a_page_looks_names_up_together(
    counted: Callable[[str], tuple[int, int]], path: str
) -> None:
    assert counted(path)[1] <= 6


@pytest.mark.parametrize("path", [*SHOWN, "/doc/document/log"])
def test_no_page_of_a_thing_counts_what_the_whole_graph_has(
    sample: Release, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    client, asked = open_site(sample), list[str]()
    store = client.app.state.site.store

    async def answer(question: Question, limits: Limits) -> Answer:
        asked.append(question.query)
        return await type(store).answer(store, question, limits)

    monkeypatch.setattr(store, "answer", answer)
    client.browse(path)
    client.close()
    grouped = [query for query in asked if "GROUP BY" in query]
    assert asked
    assert not grouped
