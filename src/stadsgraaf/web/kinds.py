"""What sort of thing an instance of a class is, by the best-known classes above it.

Only well-known vocabularies are named here; a class of a dataset gets its sort through
``rdfs:subClassOf`` in the dataset's own vocabulary.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from stadsgraaf.namespaces import prologue, well_known
from stadsgraaf.standing import DETAILS
from stadsgraaf.web.asking import Asker, term_iri
from stadsgraaf.web.site import Site

__all__ = ["Group", "Sort", "Taxonomy", "taxonomy_of"]

Sort = Literal[
    "claim", "actor", "document", "event", "plan", "concept", "place", "term", "data", "other"
]
#: Details, which say something of other things, stand apart where things are listed.
Group = Sort | Literal["detail"]


#: Sorts by the classes that stand for them; the first that fits counts.
_SORTS: Final[Mapping[Sort, tuple[str, ...]]] = {
    "claim": well_known("sg:Claim"),
    "concept": well_known("skos:Concept skos:ConceptScheme skos:Collection skos:OrderedCollection"),
    "term": well_known(
        "rdfs:Class owl:Class rdf:Property owl:ObjectProperty owl:DatatypeProperty"
        " owl:AnnotationProperty owl:SymmetricProperty owl:TransitiveProperty owl:Ontology"
        " rdfs:Datatype schema:Property voaf:Vocabulary sh:NodeShape sh:PropertyShape"
        " sh:PropertyGroup sh:PrefixDeclaration sh:SPARQLConstraint sh:SPARQLSelectExecutable"
        " sh:SPARQLAskExecutable sh:SPARQLConstructExecutable"
    ),
    "actor": well_known(
        "foaf:Agent prov:Agent org:Organization foaf:Person foaf:Group foaf:Organization"
        " schema:Person schema:Organization cpov:PublicOrganisation org:Post"
        " vcard:Kind vcard:Individual vcard:Organization vcard:Group"
    ),
    "document": well_known(
        "foaf:Document dct:BibliographicResource schema:CreativeWork schema:Report schema:Article"
        " schema:NewsArticle schema:WebPage schema:Message schema:Periodical schema:PublicationIssue"
        " schema:VideoObject dct:Standard dct:RightsStatement dct:LicenseDocument"
    ),
    "event": well_known("schema:Event prov:Activity org:ChangeEvent"),
    "plan": well_known("prov:Plan foaf:Project schema:Project"),
    "place": well_known(
        "schema:Place schema:City schema:AdministrativeArea schema:Country"
        " geo:Feature geo:SpatialObject dct:Location"
    ),
    "data": well_known(
        "dcat:Dataset schema:Dataset dcat:Distribution dcat:DataService dcat:Catalog"
        " dcat:CatalogRecord dcat:Resource void:Dataset void:Linkset sd:Graph sh:ValidationReport"
        " dct:MediaType dct:MediaTypeOrExtent dct:FileFormat dct:Frequency dct:LinguisticSystem"
        " dct:PeriodOfTime"
    ),
}

_ORDER: Final[Sequence[Sort]] = (*_SORTS, "other")

#: Classes of which it is remembered.
_REMEMBERED: Final = 4096

_ABOVE = (
    prologue("rdfs")
    + "SELECT ?class ?super WHERE { ?class rdfs:subClassOf ?super . FILTER(isIRI(?super)) }"
)


class _Place(NamedTuple):
    """What a class is by itself, with all that is above it."""

    sort: Sort
    is_detail: bool


@dataclass(frozen=True)
class Taxonomy:
    """The classes above each class."""

    above: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _known: dict[str, _Place] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    async def read(cls, asker: Asker) -> "Taxonomy":
        """The taxonomy of a dataset."""
        pairs: list[tuple[str, str]] = []
        for row in await asker.rows(_ABOVE):
            lower, upper = term_iri(row.get("class")), term_iri(row.get("super"))
            if lower and upper:
                pairs.append((lower, upper))
        return cls.of(pairs)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Taxonomy":
        """The taxonomy of pairs of a class and one above it; cycles do no harm."""
        direct: defaultdict[str, set[str]] = defaultdict(set)
        for lower, upper in pairs:
            direct[lower].add(upper)
        return cls({iri: frozenset(_closure(iri, direct)) for iri in list(direct)})

    def all_of(self, classes: Iterable[str]) -> set[str]:
        """The classes and everything above them."""
        found = set(classes)
        for iri in list(found):
            found |= self.above.get(iri, frozenset())
        return found

    def sort(self, classes: Iterable[str]) -> Sort:
        """The sort of a thing with these classes.

        >>> Taxonomy.of([("urn:Town", "https://schema.org/Place")]).sort(["urn:Town"])
        'place'
        """
        return min((self._place(iri).sort for iri in classes), key=_ORDER.index, default="other")

    def group(self, classes: Iterable[str]) -> Group:
        """The sort of a thing with these classes, details apart.

        >>> Taxonomy().group(["http://www.w3.org/ns/org#Membership"])
        'detail'
        """
        listed = list(classes)
        return "detail" if self.is_detail(listed) else self.sort(listed)

    def is_detail(self, classes: Iterable[str]) -> bool:
        """Whether a thing with these classes is shown in place."""
        return any(self._place(iri).is_detail for iri in classes)

    def _place(self, iri: str) -> _Place:
        if iri not in self._known:
            found = self.all_of([iri])
            fitting = (sort for sort, roots in _SORTS.items() if found.intersection(roots))
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[iri] = _Place(next(fitting, "other"), not DETAILS.isdisjoint(found))
        return self._known[iri]


async def taxonomy_of(site: Site) -> Taxonomy:
    """The taxonomy of what is served, read once."""
    return await site.once(_read)


async def _read(site: Site) -> Taxonomy:
    return await Taxonomy.read(site.asker)


def _closure(iri: str, direct: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [iri]
    while waiting:
        for upper in direct.get(waiting.pop(), ()):
            if upper not in found:
                found.add(upper)
                waiting.append(upper)
    return found
