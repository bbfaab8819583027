"""One of the two datasets, ready to be asked what it says of a thing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from stadsgraaf.namespaces import PREFIXES, shorten
from stadsgraaf.naming import LABELS

__all__ = ["Side", "Term", "iri_of"]

Term = NamedNode | BlankNode | Literal | Triple

_RDF: Final = PREFIXES["rdf"]
_TYPE: Final = _RDF + "type"
_FIRST: Final = _RDF + "first"
_REST: Final = _RDF + "rest"
_NIL: Final = _RDF + "nil"
_TRUE: Final = frozenset(("true", "1"))
#: Blank nodes inside blank nodes deeper than this are not written out.
_DEPTH: Final = 12


def iri_of(term: Term | None) -> str:
    """The IRI of a term, empty for any other term."""
    return term.value if isinstance(term, NamedNode) else ""


class Side:
    """What one dataset says, all its named graphs together."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        about: defaultdict[Term, dict[str, dict[Term, None]]] = defaultdict(dict)
        for quad in quads:
            about[quad.subject].setdefault(quad.predicate.value, {})[quad.object] = None
        self._about: Mapping[Term, Mapping[str, Mapping[Term, None]]] = dict(about)

    def __contains__(self, iri: str) -> bool:
        return NamedNode(iri) in self._about

    @cached_property
    def iris(self) -> frozenset[str]:
        """IRIs of which something is said."""
        return frozenset(term.value for term in self._about if isinstance(term, NamedNode))

    @cached_property
    def roots(self) -> list[BlankNode]:
        """Blank nodes that nothing leads to."""
        reached = {
            value
            for properties in self._about.values()
            for values in properties.values()
            for value in values
        }
        return [t for t in self._about if isinstance(t, BlankNode) and t not in reached]

    def subjects(self, predicate: str, value: str) -> Iterator[Term]:
        """The things that have an IRI as value of a property."""
        wanted = NamedNode(value)
        for subject, properties in self._about.items():
            if wanted in properties.get(predicate, ()):
                yield subject

    def properties(self, thing: Term | str) -> Mapping[str, Mapping[Term, None]]:
        """The properties of a thing, each with its values in order."""
        return self._about.get(NamedNode(thing) if isinstance(thing, str) else thing, {})

    def values(self, thing: Term | str, predicate: str) -> tuple[Term, ...]:
        """The values of a property."""
        return tuple(self.properties(thing).get(predicate, ()))

    def value(self, thing: Term | str, predicate: str) -> Term | None:
        """One of the values of a property, or None."""
        return next(iter(self.values(thing, predicate)), None)

    def iri_values(self, thing: Term | str, predicate: str) -> frozenset[str]:
        """The values of a property that are IRIs."""
        return frozenset(filter(None, map(iri_of, self.values(thing, predicate))))

    def types(self, thing: Term | str) -> frozenset[str]:
        """IRIs of the classes of a thing."""
        return self.iri_values(thing, _TYPE)

    def holds(self, thing: Term | str, predicate: str) -> bool:
        """Whether a boolean property is true."""
        return any(
            isinstance(value, Literal) and value.value in _TRUE
            for value in self.values(thing, predicate)
        )

    def above(self, iri: str, predicate: str) -> frozenset[str]:
        """What is reached from a term by one property, itself included."""
        found, ahead = {iri}, [iri]
        while ahead:
            fresh = self.iri_values(ahead.pop(), predicate) - found
            found |= fresh
            ahead += fresh
        return frozenset(found)

    def members(self, head: Term) -> list[Term] | None:
        """The members of an RDF list; None when it is none."""
        found: list[Term] = []
        seen: set[Term] = set()
        while iri_of(head) != _NIL:
            first, rest = self.value(head, _FIRST), self.value(head, _REST)
            if first is None or rest is None or head in seen:
                return None
            seen.add(head)
            found.append(first)
            head = rest
        return found

    def label(self, iri: str, language: str) -> str:
        """What a thing is called, preferably in a language; empty when nothing is said."""
        for predicate in LABELS:
            named = [v for v in self.values(iri, predicate) if isinstance(v, Literal)]
            if named:
                spoken = {(value.language or "").split("-")[0]: value.value for value in named}
                return spoken.get(language) or spoken.get("") or named[0].value
        return ""

    def text(self, term: Term, prefixes: Mapping[str, str], depth: int = 0) -> str:
        """A term as Turtle has it; a blank node is written out, in an order of its own."""
        if isinstance(term, NamedNode):
            return shorten(term.value, prefixes)
        if isinstance(term, Literal):
            return _literal(term, prefixes)
        if isinstance(term, Triple):
            parts = (term.subject, term.predicate, term.object)
            return f"<<( {' '.join(self.text(part, prefixes, depth) for part in parts)} )>>"
        if depth > _DEPTH:
            return "[ … ]"
        return self._blank(term, prefixes, depth + 1)

    def _blank(self, node: BlankNode, prefixes: Mapping[str, str], depth: int) -> str:
        members = self.members(node)
        if members is not None:
            return f"( {' '.join(self.text(member, prefixes, depth) for member in members)} )"
        said = sorted(
            f"{_verb(predicate, prefixes)} {self.text(value, prefixes, depth)}"
            for predicate, values in self.properties(node).items()
            for value in values
        )
        return f"[ {' ; '.join(said)} ]" if said else "[]"


def _verb(predicate: str, prefixes: Mapping[str, str]) -> str:
    return "a" if predicate == _TYPE else shorten(predicate, prefixes)


def _literal(term: Literal, prefixes: Mapping[str, str]) -> str:
    text = str(Literal(term.value))
    if term.language:
        return f"{text}@{term.language}"
    datatype = term.datatype.value
    return (
        text if datatype == PREFIXES["xsd"] + "string" else f"{text}^^{shorten(datatype, prefixes)}"
    )
