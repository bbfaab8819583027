"""Values of code lists that the description uses, with the types that validators look for.

Lists of the European Union, https://op.europa.eu/en/web/eu-vocabularies; media types of IANA,
https://www.iana.org/assignments/media-types/
"""

from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from stadsgraaf.metadata.profile import Statements, bilingual, iri

__all__ = [
    "EU",
    "FORMATS",
    "PACKINGS",
    "PROTOCOL",
    "Syntax",
    "code",
    "media_type",
    "split_dump",
    "standard",
]

EU: Final = "http://publications.europa.eu/resource/authority/"
_IANA: Final = "https://www.iana.org/assignments/media-types/"

#: The IRI by which registers know a SPARQL endpoint.
PROTOCOL: Final = "https://www.w3.org/TR/sparql11-protocol/"


@dataclass(frozen=True)
class Syntax:
    """A syntax of RDF: its media type, its code in the list of file types, its specification."""

    name: str
    media_type: str
    file_type: str
    standard: str


#: Syntaxes of dumps by suffix.
FORMATS: Final = {
    "nq": Syntax("N-Quads", "application/n-quads", "RDF_N_QUADS", "https://www.w3.org/TR/n-quads/"),
    "trig": Syntax("TriG", "application/trig", "RDF_TRIG", "https://www.w3.org/TR/trig/"),
    "ttl": Syntax("Turtle", "text/turtle", "RDF_TURTLE", "https://www.w3.org/TR/turtle/"),
    "nt": Syntax(
        "N-Triples", "application/n-triples", "RDF_N_TRIPLES", "https://www.w3.org/TR/n-triples/"
    ),
    "jsonld": Syntax(
        "JSON-LD", "application/ld+json", "JSON_LD", "https://www.w3.org/TR/json-ld11/"
    ),
}
#: Media types of packed dumps by suffix, https://www.rfc-editor.org/rfc/rfc8878#section-7.1
PACKINGS: Final = {"gz": "application/gzip", "zst": "application/zstd"}

_LABELS: Final = {
    "distribution-status": ("statussen van distributies", "distribution statuses"),
    "distribution-status/COMPLETED": ("voltooid", "completed"),
    "file-type": ("bestandstypen", "file types"),
    "file-type/JSON_LD": ("JSON-LD", "JSON-LD"),
    "file-type/RDF_N_QUADS": ("RDF N-Quads", "RDF N-Quads"),
    "file-type/RDF_N_TRIPLES": ("RDF N-Triples", "RDF N-Triples"),
    "file-type/RDF_TRIG": ("RDF TriG", "RDF TriG"),
    "file-type/RDF_TURTLE": ("RDF Turtle", "RDF Turtle"),
    "file-type/SPARQLQRES": ("SPARQL-queryresultaten", "SPARQL query results"),
}


def code(said: Statements, listed: str, kind: str = "skos:Concept") -> NamedNode:
    """A value of a list of the European Union, such as ``file-type/JSON_LD``, and what it is."""
    value, scheme = NamedNode(EU + listed), NamedNode(EU + listed.partition("/")[0])
    said.add(value, "rdf:type", iri("skos:Concept"), iri(kind))
    said.add(value, "skos:prefLabel", *bilingual(*_LABELS[listed]))
    said.add(value, "skos:inScheme", scheme)
    said.add(scheme, "rdf:type", iri("skos:ConceptScheme"))
    said.add(scheme, "dct:title", *bilingual(*_LABELS[listed.partition("/")[0]]))
    return value


def media_type(said: Statements, name: str) -> NamedNode:
    """A media type as IANA names it."""
    value = NamedNode(_IANA + name)
    said.add(value, "rdf:type", iri("dct:MediaType"))
    said.add(value, "rdfs:label", Literal(name))
    return value


def standard(said: Statements, address: str, name: str) -> NamedNode:
    """A specification that something conforms to."""
    value = NamedNode(address)
    said.add(value, "rdf:type", iri("dct:Standard"))
    said.add(value, "rdfs:label", Literal(name))
    return value


def split_dump(name: str) -> tuple[Syntax, str | None]:
    """The syntax of a dump by its name, and the suffix of its packing.

    >>> syntax, packing = split_dump("dataset.nq.gz")
    >>> syntax.name, packing
    ('N-Quads', 'gz')
    """
    parts = name.split(".")
    packing = parts.pop() if parts[-1] in PACKINGS else None
    return FORMATS[parts[-1]], packing
