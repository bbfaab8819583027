"""Standing questions: what pages tell of a whole release, and it alone decides.

A release with a store on the disk has had their answers since it was built, so that no page counts or
scans the whole graph when somebody asks for it; of a smaller one they are asked once. Every answer is
short, however large the graph.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

from pyoxigraph import NamedNode

from stadsgraaf.datatypes import dated_in_sparql
from stadsgraaf.namespaces import PREFIXES, SG, well_known

__all__ = [
    "ALL_PERIODS",
    "CLAIM_FACETS",
    "COLUMNS",
    "CONTESTED",
    "DETAILS",
    "DOCUMENTS",
    "HOLDERS",
    "MATRIX",
    "MOST_DATED",
    "MOST_HOLDERS",
    "MOST_NEAR",
    "MOST_VALUES",
    "NEAR",
    "PERIODS",
    "facet_values",
    "latest",
    "standing_questions",
]

_CLAIM: Final = SG + "Claim"
#: Classes whose instances say something of other things and mean little alone: shown in place.
DETAILS: Final = frozenset(
    well_known(
        "sf:Geometry org:Membership time:TemporalEntity time:Instant time:Interval time:ProperInterval"
        " geo:Geometry schema:Observation schema:PropertyValue schema:QuantitativeValue"
        " schema:GeoCoordinates oa:SpecificResource prov:Influence sg:Participation sg:RoleAssertion"
    )
)

#: The claim that is contradicted most.
CONTESTED: Final = (
    f"SELECT ?claim (COUNT(?other) AS ?n) WHERE {{ ?claim <{SG}contradicts> ?other }}"
    " GROUP BY ?claim ORDER BY DESC(?n) ?claim LIMIT 1"
)
#: The documents that most claims point into, and how many do.
DOCUMENTS: Final = (
    f"PREFIX oa: <{PREFIXES['oa']}>\nPREFIX sg: <{SG}>\n"
    "SELECT ?document (COUNT(?claim) AS ?n) WHERE {"
    " ?claim a sg:Claim ; oa:hasTarget/oa:hasSource ?document } GROUP BY ?document"
    " ORDER BY DESC(?n) ?document LIMIT 20"
)

#: Who holds most claims, and how firmly; how firmly all are held; how many hold any.
MOST_HOLDERS: Final = 12
_HELD: Final = f"?claim <{SG}holder> ?holder ; <{SG}modality> ?modality"
MATRIX: Final = (
    "SELECT ?holder ?modality (COUNT(DISTINCT ?claim) AS ?n) WHERE {"
    f" {{ SELECT ?holder (COUNT(*) AS ?all) WHERE {{ {_HELD} }} GROUP BY ?holder"
    f" ORDER BY DESC(?all) ?holder LIMIT {MOST_HOLDERS} }} {_HELD} }} GROUP BY ?holder ?modality"
)
COLUMNS: Final = (
    f"SELECT ?modality (COUNT(*) AS ?n) WHERE {{ {_HELD} }} GROUP BY ?modality"
    " ORDER BY DESC(?n) ?modality"
)
HOLDERS: Final = f"SELECT (COUNT(DISTINCT ?holder) AS ?n) WHERE {{ {_HELD} }}"

#: What claims are chosen by.
CLAIM_FACETS: Final = (
    *(SG + name for name in ("modality", "force", "polarity", "holder")),
    PREFIXES["dct"] + "subject",
    *(SG + name for name in ("speaker", "quotation")),
)
#: Values that a property is chosen by.
MOST_VALUES: Final = 60
_VALUES: Final = (
    "SELECT ?v (COUNT(DISTINCT ?s) AS ?n)\nWHERE {{\n  {pattern}\n"
    "  ?s {property} ?v . FILTER(isIRI(?v))\n}}\n"
    f"GROUP BY ?v ORDER BY DESC(?n) ?v LIMIT {MOST_VALUES}"
)

#: Kinds that have a timeline, and the dates of each that are in it: the latest.
_MOST_KINDS: Final = 60
MOST_DATED: Final = 500
#: When something was written down or changed in the data is not when it happened.
_NO_DATES: Final = ", ".join(
    f"<{iri}>"
    for iri in (
        *(PREFIXES["dct"] + name for name in ("modified", "created", "issued", "available")),
        *(SG + name for name in ("earliest", "latest")),
    )
)
_LATEST: Final = (
    f"SELECT ?n ?p ?d WHERE {{{{ ?n a {{kind}} ; ?p ?d . FILTER({dated_in_sparql('?d')}"
    f" && ?p NOT IN ({_NO_DATES})) }}}} ORDER BY DESC(STR(?d)) ?n LIMIT {MOST_DATED}"
)
ALL_PERIODS: Final = f"""
PREFIX time: <{PREFIXES["time"]}>
PREFIX sg: <{SG}>
SELECT DISTINCT ?n ?begin ?end WHERE {{
  ?n ?any ?period . ?period time:hasBeginning|time:hasEnd ?moment .
  OPTIONAL {{ ?period time:hasBeginning/(sg:date|time:inXSDDate) ?begin }}
  OPTIONAL {{ ?period time:hasEnd/(sg:date|time:inXSDDate) ?end }}
}}
"""
PERIODS: Final = f"{ALL_PERIODS}ORDER BY DESC(STR(?begin)) DESC(STR(?end)) ?n LIMIT {MOST_DATED}"

#: The things that have to do with most places, and these: directly, either way, or by a detail.
MOST_NEAR: Final = 40
_GEO: Final = f"?place <{PREFIXES['geo']}hasGeometry> ?geometry"
_CLASSES: Final = ", ".join(f"<{iri}>" for iri in sorted(DETAILS))
_LINKED: Final = (
    f"{_GEO} ; ?to ?thing .",
    f"{_GEO} . ?thing ?to ?place .",
    f"{_GEO} . ?detail ?to ?place ; a ?class ; ?with ?thing . FILTER(?class IN ({_CLASSES}))",
)
NEAR: Final = tuple(
    'SELECT ?thing (GROUP_CONCAT(DISTINCT STR(?place); separator=" ") AS ?places)'
    f" WHERE {{ {pattern} FILTER(isIRI(?thing) && ?thing != ?place) }} GROUP BY ?thing"
    f" HAVING(COUNT(DISTINCT ?place) > 2) ORDER BY DESC(COUNT(DISTINCT ?place)) ?thing"
    f" LIMIT {MOST_NEAR}"
    for pattern in _LINKED
)


def facet_values(pattern: str, predicate: str) -> str:
    """The question which values a property has most, of the things ``?s`` of a pattern."""
    return _VALUES.format(pattern=pattern, property=NamedNode(predicate))


@cache
def latest(kind: str) -> str:
    """The question for the latest dates of the things of a class."""
    return _LATEST.format(kind=NamedNode(kind))


def standing_questions(kinds: Iterable[str]) -> list[str]:
    """All of them, for a release that has things of these kinds, most first."""
    present = list(kinds)
    dated = [latest(kind) for kind in present[:_MOST_KINDS]]
    if _CLAIM not in present:
        return [*NEAR, PERIODS, *dated]
    facets = [facet_values(f"?s a {NamedNode(_CLAIM)} .", each) for each in CLAIM_FACETS]
    return [*NEAR, PERIODS, *dated, CONTESTED, DOCUMENTS, MATRIX, COLUMNS, HOLDERS, *facets]
