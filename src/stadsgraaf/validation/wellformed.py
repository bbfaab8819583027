"""Shapes that SHACL's own shapes certainly accept, told in one walk over their triples.

https://www.w3.org/TR/shacl/#shacl-shacl

The shapes of SHACL ask the same of every shape, mostly whether a value is an IRI or a list; pySHACL
takes seconds for it. What is said here is one-sided: ``True`` when every shape is plainly
well-formed, ``False`` when it is not *or when in doubt*, and then pySHACL is asked.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.lexical import DATATYPES

__all__ = ["plainly_well_formed"]

_SH, _XSD, _RDF = PREFIXES["sh"], PREFIXES["xsd"], PREFIXES["rdf"]
_TYPE, _FIRST, _REST, _NIL = (_RDF + name for name in ("type", "first", "rest", "nil"))
_SUBCLASS = PREFIXES["rdfs"] + "subClassOf"
_SHAPE_CLASSES = frozenset({_SH + "NodeShape", _SH + "PropertyShape"})


def _is_iri(value: Term) -> bool:
    return isinstance(value, NamedNode)


def _is_literal(value: Term) -> bool:
    return isinstance(value, Literal)


def _is_string(value: Term) -> bool:
    return isinstance(value, Literal) and value.datatype.value == _XSD + "string"


def _is_text(value: Term) -> bool:
    return _is_string(value) or (isinstance(value, Literal) and bool(value.language))


def _is(name: str) -> Callable[[Term], bool]:
    datatype = _XSD + name
    valid = DATATYPES[datatype]

    def check(value: Term) -> bool:
        return (
            isinstance(value, Literal) and value.datatype.value == datatype and valid(value.value)
        )

    return check


def _one_of(*names: str) -> Callable[[Term], bool]:
    values = {_SH + name for name in names}
    return lambda value: isinstance(value, NamedNode) and value.value in values


def _is_plain_boolean(value: Term) -> bool:
    return _is("boolean")(value) and isinstance(value, Literal) and len(value.value) > 1


_KINDS = _one_of(
    "BlankNode", "IRI", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"
)
_INTEGER, _BOOLEAN = _is("integer"), _is("boolean")
#: What each value of a property must be, and whether there may be several.
_VALUES: dict[str, tuple[Callable[[Term], bool], bool]] = {
    **dict.fromkeys(
        (
            "targetClass",
            "targetSubjectsOf",
            "targetObjectsOf",
            "class",
            "disjoint",
            "equals",
            "lessThan",
            "lessThanOrEquals",
        ),
        (_is_iri, True),
    ),
    **dict.fromkeys(("severity", "datatype"), (_is_iri, False)),
    **dict.fromkeys(
        (
            "maxCount",
            "maxLength",
            "minCount",
            "minLength",
            "qualifiedMaxCount",
            "qualifiedMinCount",
        ),
        (_INTEGER, False),
    ),
    **dict.fromkeys(
        ("maxExclusive", "maxInclusive", "minExclusive", "minInclusive"), (_is_literal, False)
    ),
    **dict.fromkeys(("pattern", "flags"), (_is_string, False)),
    **dict.fromkeys(("closed", "qualifiedValueShapesDisjoint", "uniqueLang"), (_BOOLEAN, False)),
    "targetNode": (lambda value: not isinstance(value, BlankNode), True),
    "message": (_is_text, True),
    "deactivated": (_is_plain_boolean, False),
    "nodeKind": (_KINDS, False),
    "hasValue": (lambda _: True, True),
    "sparql": (lambda _: True, True),
}
#: Lists: what each member must be, and whether there may be several.
_LISTS: dict[str, tuple[Callable[[Term], bool], bool]] = {
    "ignoredProperties": (_is_iri, False),
    "in": (lambda _: True, False),
    "languageIn": (_is_string, False),
}
_SHAPE_LISTS = ("and", "or", "xone")
#: Properties that lead to a shape, and whether it must be a property shape, or must be none.
_SHAPES: dict[str, bool | None] = {
    "property": True,
    "node": False,
    "not": None,
    "qualifiedValueShape": None,
}
_OF_PROPERTIES = (
    "lessThan",
    "lessThanOrEquals",
    "maxCount",
    "minCount",
    "qualifiedValueShape",
    "uniqueLang",
)
_ONE_PATH = frozenset(
    _SH + name for name in ("inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
)
_PATH_WORDS = _ONE_PATH | {_FIRST, _REST, _SH + "alternativePath"}
_MARKS = frozenset(_SH + name for name in (*_VALUES, *_LISTS, *_SHAPE_LISTS, *_SHAPES)) - {
    _SH + "message",
    _SH + "severity",
    _SH + "deactivated",
}


def plainly_well_formed(shapes: Iterable[Triple]) -> bool:
    """Whether SHACL's own shapes certainly accept these."""
    try:
        return _Graph(shapes).is_plain()
    except _DoubtError:
        return False


class _DoubtError(Exception):
    """pySHACL should be asked."""


class _Graph:
    """Shapes by subject and property."""

    def __init__(self, shapes: Iterable[Triple]) -> None:
        self._about: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in dict.fromkeys(shapes):
            if isinstance(triple.subject, Triple) or isinstance(triple.object, Triple):
                raise _DoubtError
            self._about[triple.subject][triple.predicate.value].append(triple.object)

    def is_plain(self) -> bool:
        return all(self._is_plain(node) for node in list(self._about)) and all(
            self._is_shape(node, asked) for node, asked in self._shapes()
        )

    def _values(self, node: Term, name: str) -> list[Term]:
        return self._about[node].get(_SH + name, []) if node in self._about else []

    def _shapes(self) -> Iterator[tuple[Term, bool | None]]:
        """Every shape, and whether it must be a property shape, or must be none."""
        for node, about in list(self._about.items()):
            types = {t.value for t in about.get(_TYPE, []) if isinstance(t, NamedNode)}
            if _MARKS.intersection(about) or types & _SHAPE_CLASSES:
                yield node, None
            for name, asked in _SHAPES.items():
                for value in about.get(_SH + name, ()):
                    yield value, asked
            for name in _SHAPE_LISTS:
                for head in about.get(_SH + name, ()):
                    for member in self._members(head):
                        yield member, None

    def _is_plain(self, node: Term) -> bool:
        """Whether what a node says is well-formed, whatever the node is."""
        about = self._about[node]
        if isinstance(node, NamedNode) and _PATH_WORDS.intersection(about):
            return False
        # a subclass of a class of SHACL's makes shapes of its instances
        if any(
            isinstance(t, NamedNode) and t.value.startswith(_SH) for t in about.get(_SUBCLASS, ())
        ):
            return False
        if not all(
            map(_is_iri, [*self._values(node, "shapesGraph"), *self._values(node, "entailment")])
        ):
            return False
        return all(
            (several or len(values) < 2) and all(map(valid, values))  # noqa: PLR2004 – two are several
            for name, (valid, several) in _VALUES.items()
            if (values := about.get(_SH + name))
        ) and all(
            (several or len(heads) < 2)  # noqa: PLR2004 – two are several
            and all(valid(member) for head in heads for member in self._members(head))
            for name, (valid, several) in _LISTS.items()
            if (heads := about.get(_SH + name))
        )

    def _is_shape(self, node: Term, asked: bool | None) -> bool:  # noqa: FBT001 – may be None
        types = self._about[node].get(_TYPE, []) if node in self._about else []
        if isinstance(node, Literal) or (
            isinstance(node, BlankNode)
            and any(not isinstance(t, NamedNode) or t.value not in _SHAPE_CLASSES for t in types)
        ):
            return False
        if len(self._values(node, "qualifiedValueShape")) > 1:
            return False
        paths = self._values(node, "path")
        if not paths:
            return asked is not True and not any(self._values(node, n) for n in _OF_PROPERTIES)
        return asked is not False and len(paths) == 1 and self._is_path(paths[0], 0)

    def _is_path(self, path: Term, depth: int) -> bool:
        if isinstance(path, NamedNode):
            return path.value != _NIL
        if isinstance(path, Literal) or path not in self._about or depth > _DEPTH:
            return False
        about = self._about[path]
        if _FIRST in about:
            return len(about) == 2 and self._is_path_list(path, depth)  # noqa: PLR2004 – first and rest
        (predicate, values), *more = about.items()
        if more or len(values) != 1:
            return False
        if predicate == _SH + "alternativePath":
            return self._is_path_list(values[0], depth)
        return predicate in _ONE_PATH and self._is_path(values[0], depth + 1)

    def _is_path_list(self, head: Term, depth: int) -> bool:
        members = self._members(head)
        return len(members) > 1 and all(self._is_path(one, depth + 1) for one in members)

    def _members(self, head: Term) -> list[Term]:
        """The members of a well-formed list. Raises _DoubtError for any other."""
        found: list[Term] = []
        seen: set[Term] = set()
        while not (isinstance(head, NamedNode) and head.value == _NIL):
            if not isinstance(head, BlankNode) or head in seen or head not in self._about:
                raise _DoubtError
            seen.add(head)
            first, rest = self._about[head].get(_FIRST, []), self._about[head].get(_REST, [])
            if len(first) != 1 or len(rest) != 1:
                raise _DoubtError
            found.append(first[0])
            head = rest[0]
        if head in self._about:
            raise _DoubtError
        return found


#: Levels to which paths nest; pySHACL judges deeper ones.
_DEPTH = 20
