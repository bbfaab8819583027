"""Names that nobody declares: a slip of the pen in an IRI is valid RDF, and means nothing.

A dataset answers for the names in its own namespaces; the world's vocabularies answer for theirs,
of which rdflib knows the terms.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import rdflib.namespace
from pyoxigraph import Literal, NamedNode, Quad, Triple
from rdflib.namespace import DefinedNamespace

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.turtle import TurtleDocument

__all__ = ["Kind", "Unknown", "Vocabulary", "is_slip", "namespace_of", "nearest", "uses"]

_TYPE = NamedNode(PREFIXES["rdf"] + "type")
#: Classes whose instances are terms of a vocabulary.
_TERM_CLASSES = frozenset(
    PREFIXES[prefix] + name
    for prefix, names in {
        "owl": "Class ObjectProperty DatatypeProperty AnnotationProperty Ontology",
        "rdfs": "Class Datatype",
        "rdf": "Property",
        "skos": "Concept ConceptScheme Collection",
    }.items()
    for name in names.split()
)
#: Predicates whose values are terms: a slip there is one in the vocabulary.
_TERM_VALUED = frozenset(
    PREFIXES[prefix] + name
    for prefix, names in {
        "rdf": "type",
        "rdfs": "domain range subClassOf subPropertyOf",
        "owl": "inverseOf equivalentClass equivalentProperty disjointWith onProperty",
        "sh": "class targetClass path targetSubjectsOf targetObjectsOf inversePath datatype",
    }.items()
    for name in names.split()
)
#: Predicates whose values need not be described: versions, and documents elsewhere.
_ELSEWHERE = frozenset(
    PREFIXES[prefix] + name
    for prefix, names in {
        "owl": "versionIRI priorVersion backwardCompatibleWith incompatibleWith imports",
        "rdfs": "seeAlso",
        "foaf": "homepage page",
        "schema": "url",
        "dcat": "accessURL downloadURL endpointURL landingPage endpointDescription",
        "dct": "source",
        "void": "dataDump sparqlEndpoint uriLookupEndpoint exampleResource",
        "vann": "preferredNamespaceUri",
    }.items()
    for name in names.split()
)
#: Terms newer than rdflib's lists, https://www.w3.org/TR/rdf12-concepts/
_NEWER = {
    PREFIXES["rdf"] + name
    for name in ("reifies", "dirLangString", "JSON", "HTML", "XMLLiteral", "PlainLiteral")
}
_MEMBER = re.compile(re.escape(PREFIXES["rdf"]) + r"_[1-9][0-9]*")
#: Namespaces in general use; schema.org has two.
_KNOWN_SPACES = frozenset({*PREFIXES.values(), "http://schema.org/", "https://schema.org/"})
#: How alike a namespace must be to one that is well known.
_NEARLY = 0.93
#: How alike two names must be to say “did you mean”.
_ALIKE = 0.8
#: schema.org is written with http and with https.
#: Words of RDF/XML, which are no terms; one that is written wrong is read as a property.
_OF_XML = frozenset(
    PREFIXES["rdf"] + name
    for name in ("RDF", "Description", "ID", "about", "parseType", "resource", "nodeID", "datatype")
)
_OTHER_SCHEMA, _SCHEMA = "http://schema.org/", "https://schema.org/"
_LETTERS = "abcdefghijklmnopqrstuvwxyz-"
#: Names of a namespace beyond which one that is not described is no exception; and too short ones.
_MANY, _SHORT = 100, 4


class Kind(StrEnum):
    """What a name is used as."""

    PREDICATE = "predicate"
    CLASS = "class"
    DATATYPE = "datatype"
    THING = "thing"


@dataclass(frozen=True)
class Unknown:
    """A name that nobody declares. ``foreign`` when another vocabulary should; ``near`` or empty.

    ``slip`` when nobody has to declare it, but one is that differs in a letter.
    """

    iri: str
    near: str
    foreign: bool
    slip: bool = False


def namespace_of(iri: str) -> str:
    """An IRI up to its last slash or hash.

    >>> namespace_of("http://e/def/ont/date")
    'http://e/def/ont/'
    """
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]


def _near_spellings(word: str) -> Iterator[str]:
    """A word with two letters changed round, one too few, one too many, or one that is another."""
    for at in range(len(word)):
        left, right = word[:at], word[at + 1 :]
        if right and word[at].isalpha() and right[0].isalpha():
            yield left + right[0] + word[at] + right[1:]
        if word[at].isalpha():
            yield left + right
            yield from (left + letter + right for letter in _LETTERS)
    for at in range(len(word) + 1):
        yield from (word[:at] + letter + word[at:] for letter in _LETTERS)


def nearest(iri: str, names: Iterable[str]) -> str:
    """The name in the same namespace that is nearly the same, in more than a number.

    >>> nearest("http://e/befoer", ["http://e/before"]), nearest("http://e/p2", ["http://e/p1"])
    ('http://e/before', '')
    """
    others = [name for name in names if _DIGITS.sub("", name) != _DIGITS.sub("", iri)]
    return Vocabulary.closest(iri, others)


def is_slip(namespace: str, other: str) -> bool:
    """Whether two namespaces differ as a slip of the pen makes them: in case, http or one letter.

    >>> is_slip("http://e/unit#", "http://e/units#"), is_slip("http://e/v1/", "http://e/v2/")
    (True, False)
    """
    one, two = (re.sub("^https?", "", space).lower() for space in (namespace, other))
    if one == two or one.rstrip("#/") == two.rstrip("#/"):
        return True
    short, long = sorted((one, two), key=len)
    if len(long) - len(short) != 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return long[at].isalpha() and short[at:] == long[at + 1 :]


_DIGITS = re.compile(r"\d+")


def _closed_vocabularies() -> dict[str, tuple[frozenset[str], bool]]:
    """Terms by namespace, and whether the list is known to be whole."""
    found: dict[str, tuple[frozenset[str], bool]] = {}
    for thing in vars(rdflib.namespace).values():
        if isinstance(thing, type(DefinedNamespace)) and thing is not DefinedNamespace:
            space = str(thing._NS)  # noqa: SLF001 – rdflib has no public name for it
            names = [*thing.__annotations__, *thing._extras]  # noqa: SLF001 – rdflib has no public name for it
            whole = bool(thing._fail)  # noqa: SLF001 – nor for this
            found[space] = frozenset(space + name for name in names), whole
    return found


def _declared_terms(said: Iterable[Triple | Quad]) -> Iterator[str]:
    for one in said:
        subject, thing = one.subject, one.object
        if one.predicate != _TYPE or not isinstance(thing, NamedNode):
            continue
        if isinstance(subject, NamedNode) and thing.value in _TERM_CLASSES:
            yield subject.value


class Vocabulary:
    """What a dataset and the world's vocabularies declare, given what the dataset says.

    ``declared`` are all subjects of what is ``said``, and what else counts as there; ``own`` are the
    namespaces that the dataset answers for: all below ``base_iri`` in which it describes something,
    or without one, those of the classes, properties and concepts that it declares.
    """

    def __init__(
        self, said: Iterable[Triple | Quad], base_iri: str | None, declared: Iterable[str]
    ) -> None:
        self.declared = set(declared)
        if base_iri:
            answered = {iri for iri in self.declared if iri.startswith(base_iri)}
        else:
            answered = set(_declared_terms(said))
        self.own = {namespace_of(iri) for iri in answered}
        self._promised = base_iri is not None
        self._near: dict[str, str] = {}
        self._asked: Counter[str] = Counter()
        self._meant: dict[tuple[str, str], str] = {}

    @cached_property
    def _described(self) -> set[str]:
        return {namespace_of(iri) for iri in self.declared}

    @cached_property
    def _world(self) -> dict[str, tuple[frozenset[str], bool]]:
        return _closed_vocabularies()

    def is_declared(self, iri: str) -> bool:
        """Whether the dataset says something of it."""
        return iri in self.declared

    def unknown(self, iri: str, kind: Kind) -> Unknown | None:
        """Why a name should be declared and is not, or None when all is well."""
        if iri in self.declared:
            return None
        space = namespace_of(iri)
        if space in self.own and iri != space:
            if kind == Kind.THING and not self._promised:
                return None
            return Unknown(iri, self._nearest(iri, space), foreign=False)
        if space == _OTHER_SCHEMA:
            told = self._foreign(_SCHEMA + iri[len(space) :], _SCHEMA)
            return told and replace(told, iri=iri, near=told.near.replace(_SCHEMA, space, 1))
        if space in self._world and iri != space:
            return self._foreign(iri, space)
        return None

    def all_is_well(self, document: TurtleDocument) -> bool:
        """Whether no name in a document can be one that should be declared and is not, or a slip.

        That looks at each name once, and so takes less than to look at each use of it.
        """
        return not any(self.unknown(iri, Kind.PREDICATE) for iri in document.terms) and all(
            map(self._is_well, document.things)
        )

    def _is_well(self, iri: str) -> bool:
        if iri in self.declared:
            return True
        # of what is described nearby it may be a slip
        known = namespace_of(iri) not in self._described
        return known and self.unknown(iri, Kind.CLASS) is None

    def slip(self, iri: str) -> str:
        """What is described and is nearly called so, in one letter; or an empty text.

        Of a namespace of which much is not described nothing can be told.
        """
        space = namespace_of(iri)
        if iri in self.declared or iri == space or space not in self._described:
            return ""
        self._asked[space] += 1
        local = iri[len(space) :]
        if self._asked[space] > _MANY or len(local) < _SHORT:
            return ""
        return next(
            (space + one for one in _near_spellings(local) if space + one in self.declared), ""
        )

    def meant_namespace(self, prefix: str, namespace: str) -> str:
        """The well-known namespace that a prefix was probably meant for, or an empty text.

        Only for a namespace in which nothing is described and that nobody knows.
        """
        if (prefix, namespace) not in self._meant:
            self._meant[prefix, namespace] = self._likely(prefix, namespace)
        return self._meant[prefix, namespace]

    def _likely(self, prefix: str, namespace: str) -> str:
        known = _KNOWN_SPACES
        if namespace in self.own or namespace in known or namespace in self._world:
            return ""
        if namespace in self._described:
            return ""
        usual = PREFIXES.get(prefix, "")
        if usual and difflib.SequenceMatcher(None, usual, namespace).ratio() > _ALIKE:
            return usual
        near = difflib.get_close_matches(namespace, known, 1, _NEARLY)
        if near:
            return near[0]
        return next((space for space in sorted(self.own) if is_slip(namespace, space)), "")

    def _foreign(self, iri: str, space: str) -> Unknown | None:
        names, whole = self._world[space]
        if iri in names or iri in _NEWER or _MEMBER.fullmatch(iri):
            return None
        near = self.closest(iri, names)
        if not near and space == PREFIXES["rdf"]:
            near = self.closest(iri, _OF_XML)
        # a list that may lack new terms proves a slip only when a known term is close
        return Unknown(iri, near, foreign=True) if whole or near else None

    def _nearest(self, iri: str, space: str) -> str:
        if iri not in self._near:
            same = {name for name in self.declared if namespace_of(name) == space}
            self._near[iri] = self.closest(iri, same)
        return self._near[iri]

    @staticmethod
    def closest(iri: str, names: Iterable[str]) -> str:
        """The name in the namespace of an IRI that is nearly the same, or an empty text."""
        space = len(namespace_of(iri))
        local = {name[space:]: name for name in names if len(name) > space}
        lowered = {name.lower(): name for name in local}
        swapped = {"".join(sorted(name)): name for name in local}
        same = lowered.get(iri[space:].lower()) or swapped.get("".join(sorted(iri[space:])))
        found = [same] if same else difflib.get_close_matches(iri[space:], local, 1, _ALIKE)
        return local[found[0]] if found else ""


def uses(triples: Sequence[Triple]) -> Iterator[tuple[str, Kind, int, int]]:
    """Every name in use: IRI, kind, number of the triple, and part of it (1 predicate, 2 object)."""
    for number, triple in enumerate(triples):
        yield triple.predicate.value, Kind.PREDICATE, number, 1
        thing = triple.object
        if triple.predicate.value in _ELSEWHERE:
            continue
        if isinstance(thing, NamedNode):
            kind = Kind.CLASS if triple.predicate.value in _TERM_VALUED else Kind.THING
            yield thing.value, kind, number, 2
        elif isinstance(thing, Literal) and not thing.language:
            yield thing.datatype.value, Kind.DATATYPE, number, 2
