"""How a query gets from what it reads to what it finds something of.

https://www.w3.org/TR/sparql11-query/#sparqlAlgebra

A solution of a query matches every pattern of its group, and those of the groups around it. So a
triple can only matter to a solution whose ``?this`` is found by going from pattern to pattern, each
time by a variable that both name. Within EXISTS, OPTIONAL and UNION such a variable must be bound
by a pattern of the group around it. Where there is no such way (two patterns that only a FILTER
compares, a sub-select, MINUS) a triple can matter to any solution: if it matches at all.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from pyoxigraph import NamedNode, Triple

from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.patterns import (
    ALTERNATIVE,
    FAR,
    IN_ORDER,
    OBJECT,
    PREDICATE,
    SUBJECT,
    TEST,
    TURNED,
    Group,
    Names,
    NotRead,
    Pattern,
    either,
    patterns_of,
)
from stadsgraaf.validation.sparql import tokens

__all__ = ["Around", "Step", "TooMany", "Trail", "trails_of"]

#: What reads more than the patterns say, or gives another thing each time.
_FORBIDDEN = frozenset(
    [
        "GRAPH",
        "SERVICE",
        "FROM",
        "CONSTRUCT",
        "ASK",
        "DESCRIBE",
        "BNODE",
        "RAND",
        "NOW",
        "UUID",
        "STRUUID",
    ]
)
#: What makes one solution of many.
_GROUPING = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
#: Variables that SHACL gives another meaning than that of a node of the data.
_SPECIAL = frozenset({"PATH", "shapesGraph", "currentShape"})
_THIS = "?this"


@dataclass(frozen=True)
class Step:
    """From a node to others, by triples with one of these predicates (any, when None).

    ``ways`` are pairs of places in a triple, 0 for its subject to 2 for its object: where the node
    stands, and where the others do. ``many`` steps like this, or none, may follow one another.
    """

    ways: tuple[tuple[int, int, Names], ...]
    many: bool = False

    @property
    def turned(self) -> "Step":
        """The same the other way round."""
        return Step(tuple((end, start, names) for start, end, names in self.ways), self.many)


@dataclass(frozen=True)
class Trail:
    """From triples with one of these predicates to ``?this``: the place to begin at, and the steps.

    ``tests`` are predicates and what they have to lead to from there. With ``anywhere`` each node may
    be ``?this``.
    """

    predicates: Names
    start: int
    steps: tuple[Step, ...] = ()
    tests: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()
    anywhere: bool = False


def trails_of(
    query: str, prefixes: Mapping[str, str], *, bound: bool = True
) -> tuple[Trail, ...] | None:
    """How one SELECT gets to ``?this`` from each triple that it may read; None when by no way.

    ``bound`` tells that ``?this`` is bound before anything else, as SHACL does.

    >>> trails_of("SELECT $this { $this <http://e/p> ?o }", {})
    (Trail(predicates=frozenset({'http://e/p'}), start=0, steps=(), tests=(), anywhere=False),)
    >>> trails_of("SELECT $this { $this <http://e/p> ?o } LIMIT 1", {}) is None
    True
    """
    words = tokens(query)
    variables = {word.text[1:] for word in words if word.kind == "variable"}
    uppers = [word.upper for word in words]
    head = uppers[: next((i for i, word in enumerate(words) if word.text == "{"), 0)]
    if "SELECT" not in head or _GROUPING.intersection(head):
        return None
    if _FORBIDDEN.intersection(uppers) or variables & _SPECIAL:
        return None
    if any(word.upper == "AS" and after.text[1:] == "this" for word, after in pairwise(words)):
        return None
    try:
        whole = patterns_of(words, prefixes)
        return tuple(dict.fromkeys(_trails(whole, (), bound=bound)))
    except NotRead:
        return None


@dataclass(frozen=True)
class _Level:
    """A group around another one: which of its variables the inner one can count on."""

    group: Group
    kind: str = ""
    before: int = 0

    def binds(self, name: str) -> bool:
        """Whether a variable of the inner group is bound here."""
        count = self.before if self.kind == IN_ORDER else None
        return any(
            name in (variable for variable, _ in pattern.variables)
            for pattern in self.group.patterns[:count]
        )


def _trails(group: Group, around: tuple[_Level, ...], *, bound: bool) -> Iterator[Trail]:
    for pattern in group.patterns:
        yield from _trails_from(pattern, (_Level(group), *around), bound=bound)
    for kind, before, inner in group.within:
        if kind == FAR:
            yield from _far(inner)
        else:
            yield from _trails(inner, (_Level(group, kind, before), *around), bound=bound)


def _far(group: Group) -> Iterator[Trail]:
    """The trails from a group that leads nowhere, so that it may matter to all."""
    for pattern in group.patterns:
        yield from _everywhere(pattern, group)
    for _, _, inner in group.within:
        yield from _far(inner)


def _everywhere(pattern: Pattern, group: Group) -> Iterator[Trail]:
    place = SUBJECT if pattern.subject else OBJECT
    for trail in _begun(pattern, place, (), group):
        yield replace(trail, steps=(), anywhere=True)


def _tests(
    pattern: Pattern, place: int, group: Group
) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """What has to be said of what stands at a place of a pattern, by the patterns beside it."""
    name = next((name for name, at in pattern.variables if at == place), "")
    for other in group.patterns if name and not pattern.many else ():
        plain = not (other.many or other.backward or other.predicate)
        if other.subject == name and plain and other.forward and other.things is not None:
            yield other.forward, other.things


def _trails_from(pattern: Pattern, levels: tuple[_Level, ...], *, bound: bool) -> Iterator[Trail]:
    """The shortest way from a pattern to ``?this``."""
    queue: deque[tuple[str, int, int, tuple[Step, ...]]] = deque(
        (name, 0, place, ()) for name, place in pattern.variables
    )
    seen = {(name, 0) for name, *_ in queue}
    while queue:
        name, level, place, steps = queue.popleft()
        if name == _THIS and level == len(levels) - 1:
            yield from _begun(pattern, place, steps, levels[0].group)
            return
        for other, at, more in _next(name, level, levels, bound=bound):
            if (other, at) not in seen:
                seen.add((other, at))
                queue.append((other, at, place, (*steps, *more)))
    yield from _everywhere(pattern, levels[0].group)


def _next(
    name: str, level: int, levels: tuple[_Level, ...], *, bound: bool
) -> Iterator[tuple[str, int, tuple[Step, ...]]]:
    """The variables that one leads to: by a pattern of its group, or the same in the group around."""
    if level + 1 < len(levels):
        outer, *others = levels[level + 1 :]
        # a test sees all that is bound around it, an alternative is joined with it
        given = outer.kind == ALTERNATIVE or (bound and all(one.kind == TEST for one in others))
        if outer.binds(name) or (name == _THIS and given):
            yield name, level + 1, ()
    for pattern in levels[level].group.patterns:
        places = list(pattern.variables)
        for start in (place for variable, place in places if variable == name):
            for other, end in places:
                if other != name:
                    yield other, level, (_step(pattern, start, end),)


def _begun(pattern: Pattern, place: int, steps: tuple[Step, ...], group: Group) -> Iterator[Trail]:
    """The trails that begin with triples that a pattern matches, at one of its places."""
    if pattern.many:
        # from either end of a triple on the path to the end of the path, then on
        to_end = (_step(pattern, TURNED[place], place), *steps)
        names = either(pattern.forward, pattern.backward)
        yield from (Trail(names, start, to_end) for start in (SUBJECT, OBJECT))
        return
    tests = tuple(_tests(pattern, place, group))
    if pattern.forward is None or pattern.forward:
        yield Trail(pattern.forward, place, steps, tests)
    if pattern.backward is None or pattern.backward:
        yield Trail(pattern.backward, TURNED[place], steps, tests)


def _step(pattern: Pattern, start: int, end: int) -> Step:
    """From one place of a pattern to another."""
    ways = []
    if pattern.forward is None or pattern.forward:
        ways.append((start, end, pattern.forward))
    if pattern.backward is None or pattern.backward:
        ways.append((TURNED[start], TURNED[end], pattern.backward))
    return Step(tuple(ways), pattern.many)


class TooMany(Exception):  # noqa: N818 – it is no error: then all are looked at
    """More nodes than are worth naming."""


class Around:
    """The triples of some graphs, by what stands in them, to follow trails through."""

    def __init__(self, *sides: Iterable[Triple]) -> None:
        self._triples = dict.fromkeys(chain.from_iterable(sides))
        self._made: dict[int, dict[Term | Triple, list[Triple]]] = {}

    def nodes(
        self, trails: Iterable[Trail], delta: Collection[Triple], most: int
    ) -> frozenset[Term]:
        """Where trails lead to from the triples of ``delta``. Raises TooMany when to more than that."""
        found = set[Term]()
        for trail in trails:
            nodes = {
                _at(triple, trail.start)
                for triple in delta
                if trail.predicates is None or triple.predicate.value in trail.predicates
            }
            nodes = {node for node in nodes if self._passes(node, trail)}
            if nodes and trail.anywhere:
                raise TooMany
            for step in trail.steps:
                nodes = self._after(nodes, step, most)
            found |= {node for node in nodes if not isinstance(node, Triple)}
            if len(found) > most:
                raise TooMany
        return frozenset(found)

    def triples(self, trails: Iterable[Trail], nodes: Collection[Term], most: int) -> set[Triple]:
        """What a trail leads from to one of the ``nodes``. Raises TooMany when it is more than that."""
        found = set[Triple]()
        for trail in trails:
            if trail.anywhere:
                if trail.predicates is None:
                    raise TooMany
                found.update(self.of(trail.predicates))
                continue
            starts: set[Term | Triple] = set(nodes)
            for step in reversed(trail.steps):
                starts = self._after(starts, step.turned, most)
            for start in starts:
                found.update(
                    triple
                    for triple in self._by(trail.start).get(start, ())
                    if trail.predicates is None or triple.predicate.value in trail.predicates
                )
                if len(found) > most:
                    raise TooMany
        return found

    def _passes(self, node: Term | Triple, trail: Trail) -> bool:
        """Whether all is said of a node that has to be said."""
        return all(
            any(
                triple.predicate.value in names and getattr(triple.object, "value", None) in things
                for triple in self._by(SUBJECT).get(node, ())
            )
            for names, things in trail.tests
        )

    def of(self, predicates: Collection[str]) -> Iterator[Triple]:
        """The triples with one of these predicates."""
        for predicate in predicates:
            yield from self._by(PREDICATE).get(NamedNode(predicate), ())

    def _after(self, nodes: set[Term | Triple], step: Step, most: int) -> set[Term | Triple]:
        if not step.many:
            return self._next(nodes, step, most)
        seen, frontier = set(nodes), nodes
        while frontier:
            frontier = self._next(frontier, step, most) - seen
            seen |= frontier
            if len(seen) > most:
                raise TooMany
        return seen

    def _next(self, nodes: set[Term | Triple], step: Step, most: int) -> set[Term | Triple]:
        found = set[Term | Triple]()
        for start, end, names in step.ways:
            index = self._by(start)
            for node in nodes:
                for triple in index.get(node, ()):
                    if names is None or triple.predicate.value in names:
                        found.add(_at(triple, end))
                if len(found) > most:
                    raise TooMany
        return found

    def _by(self, place: int) -> Mapping[Term | Triple, list[Triple]]:
        """The triples by what stands at a place."""
        if place not in self._made:
            made = self._made[place] = defaultdict(list)
            if place == SUBJECT:
                for triple in self._triples:
                    made[triple.subject].append(triple)
            elif place == OBJECT:
                for triple in self._triples:
                    made[triple.object].append(triple)
            else:
                for triple in self._triples:
                    made[triple.predicate].append(triple)
        return self._made[place]


def _at(triple: Triple, place: int) -> Term | Triple:
    if place == SUBJECT:
        return triple.subject
    return triple.object if place == OBJECT else triple.predicate
