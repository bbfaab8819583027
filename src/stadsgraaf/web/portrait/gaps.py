"""What we do not know: what the shapes expect of a thing and the graph lacks."""

from stadsgraaf.web.choices import Choice
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
    names += [
        _either(subject, choice)
        for choice in subject.shapes.choices_of(subject.classes)
        if choice.is_open(known)
    ]
    return tuple(dict.fromkeys(names))


def _either(subject: Subject, choice: Choice) -> str:
    """The alternatives by name, with "or" between, each of all its properties."""
    view = subject.view
    said = [
        f" {view.t('and')} ".join(
            names.get(view.language) or subject.property_name(path)
            for path, names in branch.items()
        )
        for branch in choice.branches
    ]
    return f" {view.t('or')} ".join(sorted(said, key=str.casefold))
