"""Changes that break those who use a vocabulary, shapes or published IRIs.

A term that goes without having been deprecated; a domain or range that becomes narrower; a shape
that refuses what it let pass; an IRI that nothing is said of any more. Each is worth a major
version. What SHACL's constraints compare to is in `constraints`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from stadsgraaf.comparison.constraints import tightened
from stadsgraaf.comparison.side import Side
from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES

__all__ = ["RULES", "Breaking", "breaking"]

_OWL: Final = PREFIXES["owl"]
_RDF: Final = PREFIXES["rdf"]
_RDFS: Final = PREFIXES["rdfs"]
_SKOS: Final = PREFIXES["skos"]
_DEPRECATED: Final = _OWL + "deprecated"
_REPLACED: Final = PREFIXES["dct"] + "isReplacedBy"

_CLASSES: Final = frozenset((_OWL + "Class", _RDFS + "Class"))
_PROPERTIES: Final = frozenset(
    (
        _OWL + "ObjectProperty",
        _OWL + "DatatypeProperty",
        _OWL + "AnnotationProperty",
        _RDF + "Property",
    )
)
_TERMS: Final = _CLASSES | _PROPERTIES | {_SKOS + "Concept", _SKOS + "ConceptScheme"}
#: Characteristics of a property that make some data contradictory.
_CHARACTERISTICS: Final = frozenset(
    _OWL + name
    for name in (
        "FunctionalProperty",
        "InverseFunctionalProperty",
        "AsymmetricProperty",
        "IrreflexiveProperty",
    )
)
_DISJOINT: Final = (_OWL + "disjointWith", _OWL + "propertyDisjointWith")

#: What each rule is about.
RULES: Final = {
    "term-removed": Text(
        "A term went without having been deprecated first",
        "Een term verdween zonder eerst te zijn afgeraden",
    ),
    "iri-removed": Text(
        "A published IRI went without a word where it moved",
        "Een gepubliceerde IRI verdween zonder verwijzing",
    ),
    "term-kind": Text("A term became another kind of term", "Een term werd een ander soort term"),
    "term-restricted": Text(
        "A term got a restriction that data may contradict",
        "Een term kreeg een beperking waarmee data in strijd kunnen zijn",
    ),
    "term-hierarchy": Text(
        "A class or property lost what it was a kind of",
        "Een klasse of eigenschap verloor waar zij een soort van was",
    ),
    "domain-narrowed": Text("A domain became narrower", "Een domein werd nauwer"),
    "range-narrowed": Text("A range became narrower", "Een bereik werd nauwer"),
    "concept-code": Text("A concept's notation changed", "De notatie van een begrip veranderde"),
    "concept-scheme": Text(
        "A concept left its concept scheme", "Een begrip verliet zijn begrippenschema"
    ),
    "shape-tightened": Text(
        "A shape refuses what it let pass", "Een shape weigert wat zij doorliet"
    ),
}


@dataclass(frozen=True)
class Breaking:
    """One breaking change: its rule, the thing, and what happened."""

    rule: str
    thing: str
    message: Text


def breaking(old: Side, new: Side, base_iri: str | None = None) -> list[Breaking]:
    """Every breaking change, by thing.

    ``base_iri`` is the namespace of the dataset's own IRIs: with it, only these count as published.
    """
    found = chain(_gone(old, new, base_iri), _terms(old, new), tightened_shapes(old, new))
    return sorted(found, key=lambda change: (change.thing, change.rule, change.message.en))


def tightened_shapes(old: Side, new: Side) -> Iterator[Breaking]:
    """Shapes that refuse what they let pass."""
    for shape, message in tightened(old, new):
        yield Breaking("shape-tightened", shape, message)


def _gone(old: Side, new: Side, base_iri: str | None) -> Iterator[Breaking]:
    for iri in sorted(old.iris - new.iris):
        types = old.types(iri)
        if not types or _was_announced(old, iri):
            continue
        if not types.isdisjoint(_TERMS):
            yield Breaking(
                "term-removed",
                iri,
                Text(
                    "is gone and was not deprecated: keep it with owl:deprecated true for a while",
                    "is weg en was niet afgeraden: houd hem een tijd met owl:deprecated true",
                ),
            )
        elif base_iri is None or iri.startswith(base_iri):
            yield Breaking(
                "iri-removed",
                iri,
                Text(
                    "is gone: say dct:isReplacedBy or owl:deprecated true of it",
                    "is weg: zeg er dct:isReplacedBy of owl:deprecated true van",
                ),
            )


def _was_announced(old: Side, iri: str) -> bool:
    return old.holds(iri, _DEPRECATED) or bool(old.values(iri, _REPLACED))


def _terms(old: Side, new: Side) -> Iterator[Breaking]:
    for iri in sorted(old.iris & new.iris):
        if old.types(iri).isdisjoint(_TERMS):
            continue
        if new.types(iri).isdisjoint(_TERMS):
            # what is left may be the word that it is deprecated, or where it went
            if not (new.holds(iri, _DEPRECATED) or new.values(iri, _REPLACED)):
                yield Breaking(
                    "term-removed",
                    iri,
                    Text(
                        "is not declared any more and was not deprecated",
                        "is niet meer gedeclareerd en was niet afgeraden",
                    ),
                )
            continue
        for look in _LOOKS:
            yield from look(old, new, iri)


def _kind(old: Side, new: Side, iri: str) -> Iterator[Breaking]:
    before = old.types(iri) & (_CLASSES | _PROPERTIES)
    after = new.types(iri) & (_CLASSES | _PROPERTIES)
    # rdf:Property may become a more specific kind without harm to RDF; not so a kind of OWL
    lost = before - after - {_RDF + "Property", _RDFS + "Class"}
    if lost and after:
        one, other = _curies(lost), _curies(after)
        yield Breaking("term-kind", iri, Text(f"was {one}, is {other}", f"was {one}, is {other}"))


def _restricted(old: Side, new: Side, iri: str) -> Iterator[Breaking]:
    for name in sorted((new.types(iri) - old.types(iri)) & _CHARACTERISTICS):
        word = _curie(name)
        yield Breaking("term-restricted", iri, Text(f"became {word}", f"werd {word}"))
    for predicate in _DISJOINT:
        for other in sorted(new.iri_values(iri, predicate) - old.iri_values(iri, predicate)):
            if other in old and iri not in old.iri_values(other, predicate):
                said = f"{_curie(predicate)} <{other}>"
                yield Breaking("term-restricted", iri, Text(f"got {said}", f"kreeg {said}"))


def _hierarchy(old: Side, new: Side, iri: str) -> Iterator[Breaking]:
    for predicate in (_RDFS + "subClassOf", _RDFS + "subPropertyOf"):
        lost = old.iri_values(iri, predicate) - new.above(iri, predicate)
        for other in sorted(lost):
            said = f"{_curie(predicate)} <{other}>"
            yield Breaking("term-hierarchy", iri, Text(f"lost {said}", f"verloor {said}"))


def _domain(old: Side, new: Side, iri: str) -> Iterator[Breaking]:
    for rule, predicate, including in (
        ("domain-narrowed", _RDFS + "domain", "domainIncludes"),
        ("range-narrowed", _RDFS + "range", "rangeIncludes"),
    ):
        before, after = old.iri_values(iri, predicate), new.iri_values(iri, predicate)
        for name in sorted(after):
            if not any(_is_at_least(old, new, one, name) for one in before):
                was = ", ".join(f"<{one}>" for one in sorted(before))
                yield Breaking(
                    rule,
                    iri,
                    Text(
                        f"{_curie(predicate)} is <{name}>, was {was or 'open'}",
                        f"{_curie(predicate)} is <{name}>, was {was or 'open'}",
                    ),
                )
        for namespace in (PREFIXES["schema"], "http://schema.org/"):
            one, other = (side.iri_values(iri, namespace + including) for side in (old, new))
            for name in sorted(one - other) if other or not one else ():
                yield Breaking(
                    rule,
                    iri,
                    Text(
                        f"schema:{including} lost <{name}>", f"schema:{including} verloor <{name}>"
                    ),
                )


def _is_at_least(old: Side, new: Side, narrow: str, wide: str) -> bool:
    """Whether a class is another or, on either side, a kind of it."""
    return any(wide in side.above(narrow, _RDFS + "subClassOf") for side in (old, new)) or wide in {
        _OWL + "Thing",
        _RDFS + "Resource",
        _RDFS + "Literal",
    }


def _code(old: Side, new: Side, iri: str) -> Iterator[Breaking]:
    predicate = _SKOS + "notation"
    for value in old.values(iri, predicate):
        if value not in new.values(iri, predicate):
            text = old.text(value, PREFIXES)
            yield Breaking("concept-code", iri, Text(f"lost {text}", f"verloor {text}"))


def _scheme(old: Side, new: Side, iri: str) -> Iterator[Breaking]:
    predicate = _SKOS + "inScheme"
    for scheme in sorted(old.iri_values(iri, predicate) - new.iri_values(iri, predicate)):
        yield Breaking("concept-scheme", iri, Text(f"left <{scheme}>", f"verliet <{scheme}>"))


_LOOKS: Final[tuple[Callable[[Side, Side, str], Iterator[Breaking]], ...]] = (
    _kind,
    _restricted,
    _hierarchy,
    _domain,
    _code,
    _scheme,
)


def _curie(iri: str) -> str:
    for prefix in ("owl", "rdfs", "rdf", "skos"):
        if iri.startswith(PREFIXES[prefix]):
            return f"{prefix}:{iri.removeprefix(PREFIXES[prefix])}"
    return f"<{iri}>"


def _curies(iris: frozenset[str]) -> str:
    return ", ".join(map(_curie, sorted(iris)))
