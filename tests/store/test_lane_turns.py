"""Connections in the lane are answered in turn: by client first."""

from dataclasses import dataclass

from stadsgraaf.store.lane_worker import in_turn


@dataclass(eq=False)
class Waiting:
    client: str
    turn: int


def order(*waiting: tuple[str, int]) -> list[tuple[str, int]]:
    return [(each.client, each.turn) for each in in_turn([Waiting(*each) for each in waiting])]


def test_client_with_many_connections_has_no_more_turns_than_another() -> None:
    many = [("many", turn) for turn in range(30)]
    assert order(*many, ("few", 99)).index(("few", 99)) == 1


def test_who_had_no_turn_for_long_is_first() -> None:
    assert order(("a", 3), ("a", 1), ("b", 2), ("a", 0)) == [("a", 0), ("b", 2), ("a", 1), ("a", 3)]
