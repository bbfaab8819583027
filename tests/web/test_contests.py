"""Claims side by side: each clash once, around the claim that clashes most."""

from stadsgraaf.web.cards import Card, Named
from stadsgraaf.web.contests import contests


def card(name: str, *against: tuple[str, bool]) -> Card:
    links = tuple((Named(other, iri=other), flat) for other, flat in against)
    return Card(
        iri=name,
        href=f"/{name}",
        text=name,
        modality=None,
        forces=(),
        denied=False,
        asserted=True,
        date=None,
        date_machine=None,
        voices=(),
        passages=(),
        documents=(),
        against=links,
    )


def named(*cards: Card) -> dict[str, Card]:
    return {each.iri: each for each in cards}


def test_a_clash_stands_on_the_page_once() -> None:
    shown = named(card("a", ("b", True)), card("b", ("a", True)))
    found = contests(shown, ["a", "b"])
    assert [(each.card.iri, [c.iri for c, _ in each.against]) for each in found] == [("a", ["b"])]


def test_the_claim_that_clashes_most_is_said_once() -> None:
    shown = named(
        card("a", ("z", True)),
        card("b", ("z", False)),
        card("c", ("z", True)),
        card("z", ("a", True), ("b", False), ("c", True)),
    )
    found = contests(shown, shown)
    assert len(found) == 1
    assert found[0].card.iri == "z"
    assert [(each.iri, flat) for each, flat in found[0].against] == [
        ("a", True),
        ("c", True),
        ("b", False),
    ]


def test_a_clash_with_a_claim_that_is_not_shown_or_with_itself_is_none() -> None:
    shown = named(card("a", ("a", True), ("elsewhere", True)))
    assert contests(shown, ["a"]) == ()


def test_a_claim_of_another_page_can_stand_against_one_of_this_page() -> None:
    shown = named(card("a", ("b", True)), card("b", ("a", True)))
    assert [each.card.iri for each in contests(shown, ["b"])] == ["b"]
