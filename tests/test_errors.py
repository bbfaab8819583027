"""The one shape of errors: RFC 9457 problem details, in two languages."""

import pytest

from stadsgraaf import errors
from stadsgraaf.errors import StadsgraafError


def subclasses(base: type[StadsgraafError]) -> list[type[StadsgraafError]]:
    return [base, *(leaf for child in base.__subclasses__() for leaf in subclasses(child))]


ALL = subclasses(StadsgraafError)


@pytest.mark.parametrize("error", ALL)
def test_every_error_is_in_the_tree_of_the_docstring(error: type[StadsgraafError]) -> None:
    assert errors.__doc__ is not None
    assert any(error.__name__ in line.split() for line in errors.__doc__.splitlines())


def test_slugs_are_unique() -> None:
    assert len({error.slug for error in ALL}) == len(ALL)


@pytest.mark.parametrize("error", ALL)
def test_problem_details_have_the_members_of_rfc_9457(error: type[StadsgraafError]) -> None:
    problem = error().problem("nl")
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert problem["status"] == error.status
    assert str(problem["type"]).endswith("/" + error.slug)


@pytest.mark.parametrize("error", ALL)
def test_dutch_and_english_differ_unless_there_are_no_words(error: type[StadsgraafError]) -> None:
    assert error.title.en != error.title.nl
    words = error.sentence.en.replace("{", " {").split()
    if any(word.isalpha() for word in words):
        assert error.sentence.en != error.sentence.nl


def test_members_fill_the_sentence_and_stand_in_the_problem() -> None:
    error = errors.QueryTimeout(limit=3)
    assert "3 s" in error.detail("en")
    assert error.problem()["limit"] == 3


def test_retry_after_becomes_a_header() -> None:
    assert errors.StoreBusy(retry_after=2).headers == {"Retry-After": "2"}


def test_method_not_allowed_names_what_is_allowed() -> None:
    error = errors.MethodNotAllowed(method="PUT", allowed=["GET", "POST"])
    assert error.headers == {"Allow": "GET, POST"}
