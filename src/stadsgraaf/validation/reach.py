"""How far a shape reads from its focus node: from where a changed triple can alter its results.

https://www.w3.org/TR/shacl/#property-paths

A constraint of SHACL Core reads triples at the ends of a path from its focus node, and nothing
else. Going the same steps back from what is different gives every focus node that can be affected.
Where that cannot be told (a path of any length, a shape that refers to itself), any can. Queries of
the shape itself are another matter (``trails``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.patterns import OBJECT, SUBJECT
from stadsgraaf.validation.trails import Step, Trail

__all__ = ["Reach", "reach_of"]

_SH, _RDF = PREFIXES["sh"], PREFIXES["rdf"]
_FIRST, _REST, _NIL = _RDF + "first", _RDF + "rest", NamedNode(_RDF + "nil")
_NESTED = frozenset(_SH + name for name in ("property", "node", "not", "qualifiedValueShape"))
_LISTS = frozenset(_SH + name for name in ("and", "or", "xone"))
#: Constraints that read what is said of a value, or may read anything.
_OF_VALUES, _QUERY = frozenset({_SH + "class", _SH + "closed"}), _SH + "sparql"
_OBJECTS, _PATH, _PROPERTY = (_SH + name for name in ("targetObjectsOf", "path", "property"))
#: What pySHACL refuses a shape for when one of its focus nodes has a blank node there.
_REFUSING = frozenset({_SH + "lessThan", _SH + "lessThanOrEquals"})
_ANY_LENGTH = frozenset(_SH + name for name in ("zeroOrMorePath", "oneOrMorePath"))

About = Mapping[Term, Sequence[tuple[str, Term]]]


@dataclass(frozen=True)
class Reach:
    """So many ``steps`` from the focus node, along predicates and against them (``inverse``)."""

    steps: int
    forward: frozenset[str] = frozenset()
    inverse: frozenset[str] = frozenset()

    @property
    def trails(self) -> Iterator[Trail]:
        """The same as ways back from what is read to the focus node."""
        back = Step(((OBJECT, SUBJECT, self.forward), (SUBJECT, OBJECT, self.inverse)))
        for steps in range(self.steps + 1):
            yield Trail(None, SUBJECT, (back,) * steps)
            if self.inverse:
                yield Trail(self.inverse, OBJECT, (back,) * steps)


class _Boundless(Exception):  # noqa: N818 – it is no error: any focus node can be affected
    """Nobody can tell how far."""


def reach_of(shape: Term, about: About) -> Reach | None:
    """The reach of a shape, by what is said of it and its parts; None when it may be any."""
    forward, inverse = set[str](), set[str]()
    try:
        steps = _Walk(about, forward, inverse).shape(shape, ())
    except _Boundless:
        return None
    return Reach(steps, frozenset(forward), frozenset(inverse))


class _Walk:
    def __init__(self, about: About, forward: set[str], inverse: set[str]) -> None:
        self._about, self._forward, self._inverse = about, forward, inverse

    def shape(self, node: Term, above: tuple[Term, ...]) -> int:
        """The number of steps to the last node of which something is read."""
        if node in above or len(above) > _DEPTH or self._has_no_bounds(node):
            raise _Boundless
        length, deepest, reads_values = 0, 0, False
        for predicate, thing in self._about.get(node, ()):
            if predicate == _QUERY:
                # from the focus node itself the query tells how far (``trails``)
                if above:
                    raise _Boundless
                continue
            if predicate == _PATH:
                length = max(length, self._path(thing, backward=False, depth=0))
            elif predicate == _OBJECTS and isinstance(thing, NamedNode):
                self._inverse.add(thing.value)
            elif predicate in _NESTED or predicate in _LISTS:
                reads_values = True
                for part in self._members(thing) if predicate in _LISTS else [thing]:
                    deepest = max(deepest, self.shape(part, (*above, node)))
            reads_values = reads_values or predicate in _OF_VALUES
        return length + deepest if reads_values or not length else length - 1

    def _has_no_bounds(self, shape: Term) -> bool:
        names = {predicate for predicate, _ in self._about.get(shape, ())}
        # what shapes of values find is of these, so that they are focus nodes too
        return not names.isdisjoint(_REFUSING) or names >= {_PATH, _PROPERTY}

    def _path(self, path: Term, *, backward: bool, depth: int) -> int:
        if isinstance(path, NamedNode):
            (self._inverse if backward else self._forward).add(path.value)
            return 1
        if depth > _DEPTH:
            raise _Boundless
        about = self._about.get(path, ())
        if any(predicate == _FIRST for predicate, _ in about):
            return sum(
                self._path(step, backward=backward, depth=depth + 1) for step in self._members(path)
            )
        (predicate, thing), *more = about or [("", path)]
        if more or predicate in _ANY_LENGTH:
            raise _Boundless
        if predicate == _SH + "alternativePath":
            return max(
                self._path(one, backward=backward, depth=depth + 1) for one in self._members(thing)
            )
        if predicate not in {_SH + "inversePath", _SH + "zeroOrOnePath"}:
            raise _Boundless
        turned = backward != (predicate == _SH + "inversePath")
        return self._path(thing, backward=turned, depth=depth + 1)

    def _members(self, head: Term) -> list[Term]:
        members: list[Term] = []
        seen = set[Term]()
        while head != _NIL:
            cell = dict(self._about.get(head, ()))
            if head in seen or _FIRST not in cell or _REST not in cell:
                raise _Boundless
            seen.add(head)
            members.append(cell[_FIRST])
            head = cell[_REST]
        if not members:
            raise _Boundless
        return members


#: Levels to which shapes and paths nest; of deeper ones nobody can tell.
_DEPTH = 20
