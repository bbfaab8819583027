"""What a page of a thing asks, of the store and of the label index: little, however much it shows."""

from collections.abc import Callable

import pytest
from visiting import Client

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
