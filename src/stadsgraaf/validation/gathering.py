"""One mistake, one finding: what several shapes say of it is told once, the rest beneath.

Shapes judge one triple from several sides; a query that compares two things finds both; one that
reads a value that is wrong finds another place; a class that is given by mistake asks for all that
the class asks for. Nothing is lost: what is told beneath stands ``also`` in the finding that leads,
and leads itself as soon as that one is mended, known or suppressed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.finding import Finding
from stadsgraaf.validation.givenclasses import GivenClasses

__all__ = ["gathered"]

_RDF, _RDFS = PREFIXES["rdf"], PREFIXES["rdfs"]
_TYPE = f"<{_RDF}type>"
#: What a query reads that asks of what class its value is.
_OF_CLASS = frozenset(
    {_RDF + "type", *(_RDFS + name for name in ("domain", "range", "subClassOf"))}
)
_KINDS = frozenset({"Closed", "Class", "NodeKind", "Datatype"})
#: As many demands of a second class that are not met show that it was given by mistake.
_MANY = 3
#: As many places where a thing is not of the class asked for, when its own class does not fit it.
_PLACES = 2


def gathered(
    findings: Sequence[Finding], classes: Callable[[Sequence[str]], GivenClasses]
) -> list[Finding]:
    """The findings, each mistake once; ``classes`` says of what classes things are."""
    if sum(bool(finding.component) for finding in findings) < 2:  # noqa: PLR2004 – one leads none
        return list(findings)
    gathering = _Gathering(sorted(findings, key=lambda finding: finding.key))
    gathering.by_class(classes)
    gathering.by_place()
    gathering.by_use()
    gathering.by_reading()
    gathering.by_pair()
    return gathering.told()


class _Gathering:
    """Which finding leads each other one."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._all = findings
        self._leaders: dict[int, int] = {}
        self._shown: dict[int, Finding] = {}
        self._results = [number for number, one in enumerate(findings) if one.component]
        self._of: dict[str, list[int]] = defaultdict(list)
        for number, one in enumerate(findings):
            if one.component or one.name.startswith("term/"):
                self._of[one.focus].append(number)

    def told(self) -> list[Finding]:
        """The findings that lead, each with those that it leads."""
        beneath: dict[int, list[Finding]] = defaultdict(list)
        for number in self._leaders:
            beneath[self._leader(number)].append(self._all[number])
        return [
            replace(self._shown.get(number, one), also=tuple(sorted(beneath[number], key=_key)))
            if number in beneath
            else one
            for number, one in enumerate(self._all)
            if number not in self._leaders
        ]

    def _leader(self, number: int) -> int:
        while number in self._leaders:
            number = self._leaders[number]
        return number

    def _follow(self, number: int, other: int) -> None:
        """Let a finding be told beneath another, unless that is less severe, or led by it."""
        leader = self._leader(other)
        worse = self._all[number].severity.rank < self._all[leader].severity.rank
        if number not in self._leaders and leader != number and not worse:
            self._leaders[number] = leader

    def by_class(self, classes: Callable[[Sequence[str]], GivenClasses]) -> None:
        """What follows from a class that a thing has by mistake leads to where that is given."""
        things = [
            focus
            for focus, numbers in self._of.items()
            if focus.startswith("<") and any(self._is_of_class(self._all[n]) for n in numbers)
        ]
        if not things:
            return
        rejected: dict[str, list[int]] = defaultdict(list)
        for number in self._results:
            one = self._all[number]
            if one.value != one.focus and (
                one.component == "Class" or (_OF_CLASS & one.mentions and one.component == "SPARQL")
            ):
                rejected[one.value].append(number)
        given = classes(things)
        for thing in things:
            self._by_class_of(thing, given, rejected[thing])

    @staticmethod
    def _is_of_class(one: Finding) -> bool:
        return bool(one.targets) or (one.path == _TYPE and bool(one.component))

    def _by_class_of(self, thing: str, given: GivenClasses, rejected: Sequence[int]) -> None:
        own: dict[str, list[int]] = defaultdict(list)
        said: list[int] = []
        for number in self._of[thing]:
            one = self._all[number]
            asking = given.asking(thing, one.targets)
            if one.path == _TYPE and one.component:
                said.append(number)
            elif len(asking) == 1:
                own[asking[0]].append(number)
        if said:
            self._wrong_class(said, own, rejected)
        elif len(own) == 1:
            ((name, numbers),) = own.items()
            second = given.others(thing, name) and len(numbers) >= _MANY
            only = not given.others(thing, name) and len(rejected) >= _PLACES
            if second or only:
                first = min(numbers, key=lambda number: self._all[number].severity.rank)
                count = len(numbers)
                self._shown[first] = given.told_at(self._all[first], name, count)
                for number in (*numbers, *(rejected if only else ())):
                    self._follow(number, first)

    def _wrong_class(
        self, said: Sequence[int], own: dict[str, list[int]], rejected: Sequence[int]
    ) -> None:
        """What is told of the classes of a thing, once, at the one of which more is not met."""
        first = max(said, key=lambda number: (len(own[self._all[number].value]), number))
        for number in (*said, *own[self._all[first].value], *rejected):
            self._follow(number, first)

    def by_place(self) -> None:
        """What is said of one triple, or of one that is missing, is told once."""
        places: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for number in self._results:
            one = self._all[number]
            value = "" if one.value == one.focus else one.value
            if one.path and (value or one.component in {"MinCount", "SPARQL"}):
                places[one.focus, one.path, value].append(number)
        for (_, _, value), numbers in places.items():
            first, *others = sorted(numbers, key=self._telling)
            # of something that is missing two queries may each miss another thing
            if value or self._all[first].component == "MinCount":
                for number in others:
                    self._follow(number, first)

    def _telling(self, number: int) -> tuple[int, int, int, str]:
        """What tells most comes first: of what kind a value is, then its form, then queries."""
        one = self._all[number]
        rank = (
            0 if one.component in _KINDS | {"MinCount"} else 2 if one.component == "SPARQL" else 1
        )
        return one.severity.rank, rank, -len(one.mentions), one.name

    def by_pair(self) -> None:
        """What a query finds that compares two things is told at one of them."""
        foci: dict[str, set[str]] = defaultdict(set)
        for number in self._results:
            foci[self._all[number].rule].add(self._all[number].focus)
        found: dict[object, int] = {}
        for number in self._results:
            one = self._all[number]
            if not one.paired:
                continue
            keys: list[object] = [(one.rule, one.path, frozenset({one.focus, one.value}))]
            if one.paired == "by value":
                keys.append((one.rule, one.path, one.value))
            elif len(foci[one.rule]) == 2:  # noqa: PLR2004 – then each is the other of the other
                keys.append((one.rule, one.path))
            for key in keys:
                other = found.setdefault(key, number)
                self._follow(number, other)
                # the other of a pair goes where this one went already
                self._follow(other, number)

    def by_use(self) -> None:
        """What is said of a property by way of a value is told where it has that value."""
        used: dict[tuple[str, str], int] = {}
        for number in self._results:
            used.setdefault((self._all[number].path, self._all[number].value), number)
        for number in self._results:
            one = self._all[number]
            if one.component == "SPARQL" and (use := used.get((one.focus, one.value))) is not None:
                self._follow(number, use)

    def by_reading(self) -> None:
        """What a query finds that reads a value which is wrong is told where that stands."""
        for number in self._results:
            one = self._all[number]
            if one.component == "SPARQL" and one.path:
                causes = [cause for cause in self._read_by(one) if cause != number]
                if causes:
                    self._follow(number, min(causes, key=self._telling))

    def _read_by(self, one: Finding) -> Iterator[int]:
        for node in dict.fromkeys((one.focus, one.value)):
            for number in self._of.get(node, ()):
                other = self._all[number]
                read = other.path[1:-1] in one.mentions and other.path != _TYPE
                told = not other.component or one.path[1:-1] not in other.mentions
                elsewhere = other.path != one.path or not other.component or node != one.focus
                if read and told and elsewhere and other.value not in {"", other.focus}:
                    yield number


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.key
