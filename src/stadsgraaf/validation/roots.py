"""The shapes with targets: what each consists of, what it reads, and how far it gets."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.reach import Reach, reach_of
from stadsgraaf.validation.reads import Reads, reads_of_query
from stadsgraaf.validation.shapes import Shapes
from stadsgraaf.validation.trails import Trail, trails_of

__all__ = ["Root", "are_plain", "roots_of"]

_SH: Final = PREFIXES["sh"]
_RDFS: Final = PREFIXES["rdfs"]
_OWL_CLASS: Final = NamedNode(PREFIXES["owl"] + "Class")
_TYPE: Final = PREFIXES["rdf"] + "type"
_FIRST: Final = PREFIXES["rdf"] + "first"
_TARGETS: Final = frozenset(
    _SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)
#: What leads from a shape to what it consists of.
_PARTS: Final = frozenset(
    {_SH + name for name in ("property", "node", "not", "qualifiedValueShape", "sparql")} | {_FIRST}
)
#: What SHACL Core and SHACL-SPARQL say of shapes; whatever else there is may read anything.
_KNOWN: Final = _TARGETS | {
    _SH + name
    for name in [
        "property",
        "node",
        "not",
        "and",
        "or",
        "xone",
        "qualifiedValueShape",
        "qualifiedMinCount",
        "qualifiedMaxCount",
        "qualifiedValueShapesDisjoint",
        "sparql",
        "select",
        "ask",
        "prefixes",
        "path",
        "inversePath",
        "alternativePath",
        "zeroOrMorePath",
        "oneOrMorePath",
        "zeroOrOnePath",
        "class",
        "datatype",
        "nodeKind",
        "minCount",
        "maxCount",
        "minExclusive",
        "minInclusive",
        "maxExclusive",
        "maxInclusive",
        "minLength",
        "maxLength",
        "pattern",
        "flags",
        "languageIn",
        "uniqueLang",
        "equals",
        "disjoint",
        "lessThan",
        "lessThanOrEquals",
        "closed",
        "ignoredProperties",
        "hasValue",
        "in",
        "deactivated",
        "severity",
        "message",
        "name",
        "description",
        "order",
        "group",
        "defaultValue",
    ]
}
_DECLARING: Final = frozenset(_SH + name for name in ("declare", "prefix", "namespace"))


@dataclass(frozen=True)
class Root:
    """A shape: what it and its parts are, whatever their blank nodes are called.

    ``reach`` is how far it reads but for its ``queries``, or None when nobody can tell; these are
    texts with their prefixes.
    """

    node: Term
    describe: Callable[[], str]
    reads: Reads
    parts: frozenset[Term]
    reach: Reach | None
    queries: tuple[tuple[str, Mapping[str, str]], ...] = ()

    @cached_property
    def trails(self) -> Sequence[Trail] | None:
        """The ways from what it reads to its focus nodes; None when nobody can tell."""
        found = [trails_of(query, prefixes) for query, prefixes in self.queries]
        known = [trails for trails in found if trails is not None]
        if self.reach is None or len(known) < len(found):
            return None
        return list(dict.fromkeys(chain(self.reach.trails, *known)))

    @cached_property
    def key(self) -> tuple[str, str]:
        """The same for the same shape on both sides."""
        return str(self.node) if isinstance(self.node, NamedNode) else "", self.describe()


@lru_cache(maxsize=2)
def roots_of(shapes: Shapes) -> Sequence[Root]:
    """The shapes with targets."""
    return list(_Roots(shapes))


@lru_cache(maxsize=2)
def are_plain(shapes: Shapes) -> bool:
    """Whether there is nothing by which shapes could mean more than SHACL has."""
    predicates = {triple.predicate.value for triple in shapes.whole}
    known = _KNOWN | _DECLARING
    return not (
        any(name.startswith(_SH) and name not in known for name in predicates)
        or any(map(_is_metaclass, shapes.whole))
        or _have_siblings_elsewhere(shapes.whole)
    )


def _is_metaclass(triple: Triple) -> bool:
    """Whether what is of a class is a class itself, and so perhaps a target."""
    return (
        triple.predicate.value == _RDFS + "subClassOf"
        and triple.object in {NamedNode(_RDFS + "Class"), _OWL_CLASS}
        and triple.subject != _OWL_CLASS
    )


def _have_siblings_elsewhere(shapes: Sequence[Triple]) -> bool:
    """Whether shapes that several others share are disjoint with those beside them in each."""
    disjoint = {
        triple.subject
        for triple in shapes
        if triple.predicate.value == _SH + "qualifiedValueShapesDisjoint"
    }
    shared = Counter(
        triple.object
        for triple in shapes
        if triple.object in disjoint and triple.predicate.value == _SH + "property"
    )
    return any(count > 1 for count in shared.values())


class _Roots:
    """The shapes with targets, and what each consists of."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._about: dict[Term, list[tuple[str, Term]]] = defaultdict(list)
        for triple in shapes.whole:
            if not isinstance(triple.subject, Triple) and not isinstance(triple.object, Triple):
                self._about[triple.subject].append((triple.predicate.value, triple.object))

    def __iter__(self) -> Iterator[Root]:
        for node, about in list(self._about.items()):
            predicates = {predicate for predicate, _ in about}
            kinds = {getattr(thing, "value", "") for name, thing in about if name == _TYPE}
            if predicates & _TARGETS or any(kind.endswith("Class") for kind in kinds):
                yield self._root(node)

    def _root(self, node: Term) -> Root:
        seen: dict[Term, None] = {}
        reads: list[Reads] = []
        self._walk(node, seen, reads)
        whole = Reads(
            frozenset({_iri(node)}).union(*(one.iris for one in reads)),
            any(one.everything for one in reads),
            any(one.types for one in reads),
        )
        return Root(
            node,
            partial(self._text, node, {}),
            whole,
            frozenset(seen),
            reach_of(node, self._about),
            tuple(self._queries(node)),
        )

    def _queries(self, node: Term) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The queries of a shape itself; nothing for one that is no SELECT, of which nobody can tell."""
        for predicate, constraint in self._about[node]:
            if predicate == _SH + "sparql":
                said = dict(self._about.get(constraint, ()))
                select = said.get(_SH + "select")
                query = select.value if isinstance(select, Literal) else ""
                yield query, self._shapes.declared_prefixes(constraint)

    def _walk(self, node: Term, seen: dict[Term, None], reads: list[Reads]) -> None:
        if node in seen:
            return
        seen[node] = None
        for predicate, thing in self._about.get(node, ()):
            reads.append(self._reads(node, predicate, thing))
            if self._is_part(predicate, thing):
                self._walk(thing, seen, reads)

    def _is_part(self, predicate: str, thing: Term) -> bool:
        if isinstance(thing, BlankNode):
            return True
        about = self._about.get(thing, ())
        return bool(about) and (predicate in _PARTS or any(name == _FIRST for name, _ in about))

    def _text(self, node: Term, seen: dict[Term, None]) -> str:
        """What is said of a shape and of its parts, whatever its blank nodes are called."""
        if node in seen:
            return str(node) if isinstance(node, NamedNode) else "[again]"
        seen[node] = None
        said: list[str] = []
        for predicate, thing in self._about.get(node, ()):
            if self._is_part(predicate, thing):
                said.append(f"{predicate} {self._text(thing, seen)}")
            elif predicate == _SH + "prefixes":
                said.append(f"{predicate} {sorted(self._shapes.declared_prefixes(node).items())}")
            else:
                said.append(f"{predicate} {thing}")
        name = str(node) if isinstance(node, NamedNode) else ""
        return f"{name}[{' ; '.join(sorted(said))}]"

    def _reads(self, node: Term, predicate: str, thing: Term) -> Reads:
        if isinstance(thing, NamedNode):
            return Reads(
                frozenset({thing.value}), types=thing.value == _TYPE and predicate != _TYPE
            )
        if isinstance(thing, Literal):
            if predicate in {_SH + "select", _SH + "ask"}:
                return reads_of_query(thing.value, self._shapes.declared_prefixes(node))
            return Reads(everything=predicate == _SH + "closed" and thing.value in {"true", "1"})
        return Reads()


def _iri(term: Term) -> str:
    return term.value if isinstance(term, NamedNode) else ""
