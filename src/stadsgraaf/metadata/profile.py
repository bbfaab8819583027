"""What is known of a release, wherever it is served; and the names of what describes it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.metadata.linksets import Linkset
from stadsgraaf.namespaces import PREFIXES, expand
from stadsgraaf.records import StatisticsRecord

__all__ = ["Names", "Profile", "Statements", "Term", "bilingual", "iri", "text", "texts"]

Term = NamedNode | BlankNode | Literal
_XSD: Final = PREFIXES["xsd"]


def iri(curie: str) -> NamedNode:
    """A term by its CURIE.

    >>> iri("dct:title").value
    'http://purl.org/dc/terms/title'
    """
    return NamedNode(expand(curie, PREFIXES))


def text(value: str | int, datatype: str = "string") -> Literal:
    """A literal of a datatype of XML Schema."""
    return Literal(str(value), datatype=NamedNode(_XSD + datatype))


def bilingual(dutch: str, english: str) -> list[Literal]:
    """The same words in both languages."""
    return texts({"nl": dutch, "en": english})


def texts(said: Mapping[str, str]) -> list[Literal]:
    """Literals of a text by language tag; the empty tag is no language."""
    return [Literal(words, language=tag or None) for tag, words in said.items()]


class Statements:
    """Triples that grow, each once.

    >>> said = Statements()
    >>> said.add(NamedNode("urn:x"), "dct:title", text("X"), text("X"))
    >>> len(said.triples)
    1
    """

    def __init__(self) -> None:
        self._found: dict[Triple, None] = {}

    def add(self, subject: NamedNode | BlankNode, predicate: str, *values: Term) -> None:
        """Say something of a subject; ``predicate`` is a CURIE or an IRI."""
        for value in values:
            self._found[Triple(subject, iri(predicate), value)] = None

    @property
    def triples(self) -> list[Triple]:
        """What was said, in that order."""
        return list(self._found)


def _nothing_counted() -> StatisticsRecord:
    return {"triples": 0, "graphs": {}, "classes": [], "properties": []}


@dataclass(frozen=True)
class Profile:
    """What is known of a release.

    ``written`` is what people wrote of the dataset and of the things that this names. Texts map a
    language tag to the text, ``graphs`` the IRI of a named graph to its title, ``dumps`` the name
    of a file to its ``bytes`` and ``sha256`` (neither while it is still to be written).
    ``findings`` counts those of validation by severity. The data ``is_elsewhere`` when they are in a
    store of others: then there are no dumps.
    """

    written: Sequence[Triple] = ()
    dataset: str | None = None
    base_iri: str | None = None
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    statistics: StatisticsRecord = field(default_factory=_nothing_counted)
    graphs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    graph_dumps: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dumps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    linksets: Sequence[Linkset] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    is_elsewhere: bool = False

    @cached_property
    def _said(self) -> Mapping[tuple[str, str], list[Term]]:
        found: dict[tuple[str, str], list[Term]] = {}
        for triple in self.written:
            if isinstance(triple.subject, NamedNode) and not isinstance(triple.object, Triple):
                key = (triple.subject.value, triple.predicate.value)
                found.setdefault(key, []).append(triple.object)
        return found

    def said(self, subject: str | None, predicate: str) -> list[Term]:
        """What people wrote of something by a property, given as a CURIE."""
        return self._said.get((subject or "", expand(predicate, PREFIXES)), [])

    def of_dataset(self, predicate: str) -> list[Term]:
        """What people wrote of the dataset by a property."""
        return self.said(self.dataset, predicate)

    def written_one(self, kind: str) -> str | None:
        """The IRI of the thing of a class that people described themselves, if they did."""
        wanted, is_a = iri(kind), PREFIXES["rdf"] + "type"
        return next(
            (
                subject
                for (subject, predicate), values in self._said.items()
                if predicate == is_a and wanted in values
            ),
            None,
        )


@dataclass(frozen=True)
class Names:
    """IRIs of what describes a dataset, and addresses of what is served at ``root``.

    With a namespace of its own a dataset keeps its names wherever it is served; without one they
    are fragments of the page that describes it. Addresses are always those of ``root``, which
    ends without a slash.
    """

    profile: Profile
    root: str

    @property
    def document(self) -> NamedNode:
        """The description itself."""
        return NamedNode(f"{self.root}/data")

    @property
    def dataset(self) -> NamedNode:
        """The dataset."""
        return NamedNode(self.profile.dataset or f"{self.document.value}#dataset")

    @property
    def catalogue(self) -> NamedNode:
        """The catalogue that the dataset is in."""
        written = self.profile.written_one("dcat:Catalog")
        return NamedNode(written) if written else self.thing("catalogue")

    @property
    def endpoint(self) -> NamedNode:
        """The address of the SPARQL endpoint."""
        return self.at("/sparql")

    def thing(self, kind: str, name: str = "") -> NamedNode:
        """A thing that the description tells of, such as a distribution."""
        if self.profile.base_iri and self.profile.dataset:
            own = re.split("[/#]", self.profile.dataset.rstrip("/#"))[-1]
            return NamedNode(f"{self.profile.base_iri}id/{kind}/{name or own}")
        return NamedNode(f"{self.document.value}#{kind}{f'-{name}' if name else ''}")

    def distribution(self, dump: str) -> NamedNode:
        """The distribution that a dump is; its name holds no dot, for that would be a suffix."""
        return self.thing("distribution", dump.replace(".", "-"))

    def at(self, path: str) -> NamedNode:
        """What answers at a path."""
        return NamedNode(self.root + path)

    def dump(self, name: str) -> NamedNode:
        """The address of a dump."""
        return self.at(f"/dumps/{name}")
