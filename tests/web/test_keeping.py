"""What is kept of answers, and how much of it."""

import sys

from stadsgraaf.web.cache import AnswerCache, Kept

SIZE = 1 << 20


def test_requests_that_are_remembered_are_part_of_its_size() -> None:
    cache = AnswerCache(SIZE, SIZE)
    taken = []
    for number in range(3000):
        address = f"{number:01000}"
        cache.remember(address, str(number), len(address))
        taken.append(sys.getsizeof(address))
    known = [n for n in range(3000) if cache.recall(f"{n:01000}")]
    assert known == list(range(3000 - len(known), 3000))  # the last ones
    assert 0 < sum(taken[n] for n in known) < SIZE // 4
    cache.put("a", Kept([], b"x" * (SIZE - 2048)))
    assert cache.get("a") is None  # there is no room for both


def test_a_request_that_is_remembered_again_counts_once() -> None:
    cache = AnswerCache(SIZE, SIZE)
    cache.remember("other", "other", 100)
    for number in range(3000):
        cache.remember("same", str(number), 1000)
    assert (cache.recall("same"), cache.recall("other")) == ("2999", "other")
