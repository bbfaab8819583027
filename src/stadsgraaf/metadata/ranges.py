"""What the values of a description are, where who wrote it does not say so.

Validators look for the class of a value in the description itself; a code of the European Union is
a concept of the list that its IRI names. DCAT-AP, https://semiceu.github.io/DCAT-AP/releases/3.0.1/
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pyoxigraph import NamedNode, Triple

from stadsgraaf.metadata.codes import EU
from stadsgraaf.metadata.profile import Statements, iri, text
from stadsgraaf.namespaces import PREFIXES, expand

__all__ = ["say_what_values_are"]

_CLASSES: Final[Mapping[str, str]] = {
    expand(predicate, PREFIXES): kind
    for predicate, kind in (
        ("dct:accessRights", "dct:RightsStatement"),
        ("dct:accrualPeriodicity", "dct:Frequency"),
        ("dct:conformsTo", "dct:Standard"),
        ("dct:creator", "foaf:Agent"),
        ("dct:language", "dct:LinguisticSystem"),
        ("dct:license", "dct:LicenseDocument"),
        ("dct:publisher", "foaf:Agent"),
        ("dct:spatial", "dct:Location"),
        ("dcat:contactPoint", "vcard:Kind"),
        ("dcat:landingPage", "foaf:Document"),
        ("dcat:theme", "skos:Concept"),
        ("foaf:page", "foaf:Document"),
        ("adms:status", "skos:Concept"),
    )
}
_LABEL: Final = iri("skos:prefLabel")
_TYPE: Final = iri("rdf:type")
_PARTS: Final = frozenset(
    iri(f"dcat:{name}")
    for name in ("Catalog", "CatalogRecord", "DataService", "Dataset", "Distribution")
)


def say_what_values_are(said: Statements, written: Iterable[Triple]) -> None:
    """Give what datasets, distributions and services have its class; codes a list and a name too."""
    triples = [*written, *said.triples]
    named = {triple.subject for triple in triples if triple.predicate == _LABEL}
    parts = {each.subject for each in triples if each.predicate == _TYPE and each.object in _PARTS}
    for triple in triples:
        value, kind = triple.object, _CLASSES.get(triple.predicate.value)
        if kind is None or triple.subject not in parts or not isinstance(value, NamedNode):
            continue
        said.add(value, "rdf:type", iri(kind))
        listed, _, name = value.value.rpartition("/")
        is_code = listed.startswith(EU)
        if is_code:
            said.add(value, "rdf:type", iri("skos:Concept"))
            said.add(value, "skos:inScheme", NamedNode(listed))
        if value not in named and (is_code or kind == "skos:Concept"):
            said.add(value, "skos:prefLabel", text(name))
