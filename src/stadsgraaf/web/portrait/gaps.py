"""What we do not know: what the shapes expect of a thing and the graph lacks."""

from stadsgraaf.web.portrait.subject import Subject

__all__ = ["gaps"]


def gaps(subject: Subject) -> tuple[str, ...]:
    """Names of the properties that are missing, in the order of the page."""
    known = set(subject.thing.counts)
    missing = [
        expectation
        for predicate, expectation in subject.expected.items()
        if predicate not in known
        and expectation.is_for_reading
        and expectation.needed
        and not expectation.forbidden
    ]
    missing.sort(key=lambda expectation: expectation.position)
    names = [subject.property_name(item.path) for item in missing]
    return tuple(dict.fromkeys(names))
