"""The time that clients may use."""

from stadsgraaf.store.budget import Budget


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_who_used_its_time_waits_until_there_is_some_again() -> None:
    clock = Clock()
    budget = Budget(30, clock)
    budget.charge("a", 29)
    assert budget.wait("a") == 0
    budget.charge("a", 3)
    assert budget.wait("a") == 4  # 2 s over, at half a second per second
    assert budget.wait("b") == 0
    clock.now += 4
    assert budget.wait("a") == 0
    clock.now += 60
    assert budget.used("a") == 0


def test_many_small_questions_are_hardly_any_time() -> None:
    clock = Clock()
    budget = Budget(30, clock)
    for _ in range(20_000):
        budget.charge("federating", 0.001)
        clock.now += 0.0005
    assert budget.wait("federating") == 0


def test_no_limit_and_no_name_are_never_charged() -> None:
    for budget, client in ((Budget(0, Clock()), "a"), (Budget(1, Clock()), "")):
        budget.charge(client, 1e6)
        assert budget.wait(client) == 0


def test_those_that_used_least_recently_are_forgotten() -> None:
    budget = Budget(1, Clock())
    budget.charge("first", 100)
    for number in range(10_000):
        budget.charge(str(number), 100)
    assert budget.wait("first") == 0
    assert budget.wait("9999") > 0
