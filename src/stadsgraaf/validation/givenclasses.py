"""The classes that things are given, and where."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pyoxigraph import NamedNode, Triple

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.finding import Finding
from stadsgraaf.validation.stages.subject import Subject

__all__ = ["GivenClasses"]

_TYPE = PREFIXES["rdf"] + "type"
_NARROWER = PREFIXES["rdfs"] + "subClassOf"


class GivenClasses:
    """The classes of some things; terms are in N-Triples notation."""

    def __init__(self, subject: Subject, things: Sequence[str]) -> None:
        self._subject = subject
        self._things = [NamedNode(thing[1:-1]) for thing in things]
        self._given: dict[str, list[str]] = defaultdict(list)
        self._above: dict[str, set[str]] = defaultdict(set)
        wanted = frozenset(things)
        for triple in subject.triples:
            if triple.predicate.value == _TYPE and str(triple.subject) in wanted:
                self._given[str(triple.subject)].append(str(triple.object))
            elif triple.predicate.value == _NARROWER and not isinstance(triple.object, Triple):
                self._above[str(triple.subject)].add(str(triple.object))

    def asking(self, thing: str, targets: Iterable[str]) -> list[str]:
        """The classes of a thing by which shapes with these targets judge it."""
        asked = frozenset(targets)
        return [name for name in self._given[thing] if asked & self._all_above(name)]

    def others(self, thing: str, name: str) -> bool:
        """Whether a thing has a class that is neither wider nor narrower than this one."""
        return any(
            name not in self._all_above(other) and other not in self._all_above(name)
            for other in self._given[thing]
        )

    def told_at(self, finding: Finding, name: str, count: int) -> Finding:
        """A finding, told where the class is given of which a thing does not meet ``count`` demands."""
        places, named = self._subject.places, NamedNode(name[1:-1])
        thing = NamedNode(finding.focus[1:-1])
        places.learn(self._things)
        span = places.locate(thing, f"<{_TYPE}>", named) or finding.span
        curie = places.curie(named)
        return replace(
            finding,
            span=span,
            excerpt=places.excerpt(span),
            message=Text(
                f"Take another class than {curie}, of which this does not meet {count}"
                f" demand{'s' * (count != 1)}, or meet them. {finding.message.en}",
                f"Neem een andere klasse dan {curie}, waarvan dit aan {count}"
                f" eis{'en' * (count != 1)} niet voldoet, of voldoe eraan. {finding.message.nl}",
            ),
        )

    def _all_above(self, name: str) -> set[str]:
        found, todo = {name}, [name]
        while todo:
            new = self._above.get(todo.pop(), set()) - found
            found |= new
            todo += new
        return found
