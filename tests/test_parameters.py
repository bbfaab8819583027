"""Parameters: terms of texts, what was given twice or not at all, and the way into a release and back."""

import pytest

from stadsgraaf.errors import InvalidParameter, RepeatedParameter, Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.parameters import Parameter, bound, given_in

WORD = Parameter("word", PREFIXES["xsd"] + "string", None, Text("Word", "Woord"))
THING = Parameter("thing", None, "<urn:default>", Text("Thing", "Ding"), "urn:Class")


def test_a_quote_in_a_value_stays_inside_the_literal() -> None:
    assert WORD.term('" } DROP ALL #').startswith('"\\" } DROP ALL #"')


def test_a_text_keeps_the_space_around_it_and_a_date_does_not() -> None:
    day = Parameter("day", PREFIXES["xsd"] + "date", None, Text("Day", "Dag"))
    assert WORD.term(" a ").startswith('" a "')
    assert day.term(" 2017-09-13 ").startswith('"2017-09-13"')


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="at most 4096"):
        WORD.term("x" * 4097)


def test_a_prefixed_name_is_an_iri_and_an_iri_stays_one() -> None:
    assert THING.term("x:a", {"x": "http://x.example/"}) == "<http://x.example/a>"
    assert THING.term("urn:a") == "<urn:a>"
    assert THING.term(" http://x.example/a ") == "<http://x.example/a>"


def test_what_is_given_wins_over_the_default_and_what_is_empty_is_not_given() -> None:
    assert bound([THING, WORD], {}, PREFIXES) == {"thing": "<urn:default>"}
    assert bound([THING], given_in([("thing", "urn:a")]), PREFIXES) == {"thing": "<urn:a>"}
    assert given_in([("thing", " "), ("thing", "urn:a")]) == {"thing": "urn:a"}


def test_what_is_given_twice_is_refused() -> None:
    with pytest.raises(RepeatedParameter):
        given_in([("thing", "urn:a"), ("thing", "urn:b")])


def test_a_parameter_of_another_query_is_refused_with_the_names_of_this_one() -> None:
    with pytest.raises(InvalidParameter, match="thing, word"):
        bound([THING, WORD], {"colour": "red"}, PREFIXES)


def test_a_parameter_comes_back_from_the_catalogue_as_it_was() -> None:
    for parameter in (WORD, THING):
        assert Parameter.from_json(parameter.as_json()) == parameter
