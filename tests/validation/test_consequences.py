"""What follows from another finding is not told; what follows from each other is."""

import pytest

from stadsgraaf.errors import Text
from stadsgraaf.validation import Finding, Severity, Span
from stadsgraaf.validation.consequences import without_consequences


def found(focus: str, path: str, value: str, component: str = "SPARQL") -> Finding:
    """What a shape finds of a value."""
    return Finding(
        rule=f"http://e/{component}",
        name=component,
        severity=Severity.VIOLATION,
        span=Span(f"{focus}.ttl"),
        message=Text("wrong", "fout"),
        focus=f"<{focus}>",
        path=f"<{path}>",
        value=f"<{value}>",
        component=component,
    )


PROPERTY = found("property", "range", "p", "Class")
USE, OTHER_USE = found("thing", "p", "value"), found("another", "p", "value")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        # a property that is wrong itself: each use of it by a query's shape is what follows
        ([PROPERTY, USE, OTHER_USE], [PROPERTY]),
        # a query alone, a use of another property, a constraint that compares nothing
        ([USE, OTHER_USE], [USE, OTHER_USE]),
        ([PROPERTY, found("thing", "q", "value")], [PROPERTY, found("thing", "q", "value")]),
        (
            [PROPERTY, found("thing", "p", "value", "In")],
            [PROPERTY, found("thing", "p", "value", "In")],
        ),
        # each of two would be what follows from the other: then both are told
        (
            [found("a", "p", "q"), found("b", "q", "p")],
            [found("a", "p", "q"), found("b", "q", "p")],
        ),
        # a chain: what would follow from something that is not told itself is told
        (
            [found("a", "p", "q", "Class"), found("b", "q", "r"), found("c", "r", "s")],
            [found("a", "p", "q", "Class"), found("c", "r", "s")],
        ),
    ],
)
def test_a_use_of_a_property_follows_from_what_is_wrong_with_the_property(
    given: list[Finding], told: list[Finding]
) -> None:
    for order in (given, given[::-1]):
        assert set(without_consequences(order)) == set(told)
