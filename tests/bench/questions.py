"""What the benchmark asks: the kinds of query, and streams of cheap ones.

Every query can be made as often as one likes without any two being alike, so that no cache answers:
``{u}`` in a template is the end of a variable's name, and ``{pick}``-like words are things.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from synthetic import PREFIXES, Sizes

__all__ = ["CHEAP", "DUMP", "KINDS", "MODES", "RUNAWAY", "Asked", "Kind", "fresh", "repeated"]

JSON: Final = "application/sparql-results+json"
CSV: Final = "text/csv"
N_TRIPLES: Final = "application/n-triples"

_HEADER: Final = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n"
    for name in (
        [
            "dct",
            "foaf",
            "id",
            "oa",
            "org",
            "prov",
            "rdfs",
            "role",
            "schema",
            "sg",
            "skos",
            "xsd",
        ]  # what queries use
    )
)


#: Whether cheap queries are asked again and again, or each once.
MODES: Final = ("repeated", "fresh")


@dataclass(frozen=True)
class Asked:
    """A query as it goes over the wire."""

    query: str
    accept: str


@dataclass(frozen=True)
class Kind:
    """A kind of query. Words in braces are the number of a thing of that kind."""

    name: str
    template: str
    accept: str = JSON

    def ask(self, sizes: Sizes, chance: random.Random, unique: int) -> Asked:
        """One of its queries, unlike any with another ``unique``."""
        things: Mapping[str, int] = {
            "municipality": chance.randrange(sizes.municipalities),
            "organisation": chance.randrange(sizes.organisations),
            "theme": chance.randrange(8, sizes.themes),
            "wide": chance.randrange(8),
            "claim": chance.randrange(sizes.claims),
            "document": chance.randrange(sizes.documents),
            "year": chance.randrange(2008, 2025),
        }
        query = self.template
        for word, number in things.items():
            query = query.replace(f"{{{word}}}", str(number))
        return Asked(_HEADER + query.replace("{u}", f"_{unique}"), self.accept)


KINDS: Final = (
    Kind(
        "label lookup",
        'SELECT ?s{u} ?type { ?s{u} dct:identifier "c{claim}" ; a ?type }',
    ),
    Kind(
        "star",
        "SELECT ?o{u} ?l ?d ?h ?t { ?o{u} schema:location id:municipality-{municipality} ;"
        " a org:FormalOrganization ; rdfs:label ?l ; schema:foundingDate ?d ; foaf:homepage ?h ;"
        ' sg:addresses ?t FILTER(lang(?l) = "nl") }',
    ),
    Kind(
        "three hops",
        "SELECT DISTINCT ?n{u} ?l ?r { ?o schema:location id:municipality-{municipality} ;"
        " rdfs:label ?l . ?m org:organization ?o ; org:member ?p ; org:role ?r ."
        " ?p foaf:name ?n{u} }",
    ),
    Kind(
        "optional, language",
        'SELECT ?d{u} ?nl ?en { ?d{u} dct:subject id:theme-{wide} ; dct:title ?nl FILTER(lang(?nl)="nl")'
        ' OPTIONAL { ?d{u} dct:title ?en FILTER(lang(?en) = "en") } } ORDER BY ?nl LIMIT 200',
    ),
    Kind(
        "group",
        "SELECT ?t{u} (COUNT(?d) AS ?n) { ?d a foaf:Document ; dct:subject ?t{u} }"
        " GROUP BY ?t{u} ORDER BY DESC(?n) ?t{u} LIMIT 20",
    ),
    Kind(
        "path down",
        "SELECT (COUNT(DISTINCT ?d) AS ?n{u})"
        " { ?t skos:broader* id:theme-{wide} . ?d dct:subject ?t }",
    ),
    Kind(
        "path up",
        "SELECT ?b{u} ?l { id:theme-{theme} skos:broader* ?b{u} ."
        ' ?b{u} skos:prefLabel ?l FILTER(lang(?l) = "nl") }',
    ),
    Kind(
        "contains",
        "SELECT ?d{u} ?t { ?d{u} a foaf:Document ; dct:title ?t"
        ' FILTER(CONTAINS(LCASE(STR(?t)), "warmtenet s")) } LIMIT 50',
    ),
    Kind(
        "regex",
        "SELECT ?d{u} ?t { ?d{u} a foaf:Document ; dct:title ?t"
        ' FILTER(REGEX(STR(?t), "^klimaat.*(monitor|rapport|sensor)", "i")) } LIMIT 50',
    ),
    Kind(
        "construct",
        "CONSTRUCT { id:organisation-{organisation} ?p ?v{u} . ?v{u} rdfs:label ?l . ?m ?mp ?mv }"
        " WHERE { { id:organisation-{organisation} ?p ?v{u} OPTIONAL { ?v{u} rdfs:label ?l } }"
        " UNION { ?m org:organization id:organisation-{organisation} ; ?mp ?mv } }",
        N_TRIPLES,
    ),
    Kind(
        "describe",
        "DESCRIBE ?x{u} { VALUES ?x{u} { id:organisation-{organisation} } }",
        N_TRIPLES,
    ),
    Kind(
        "distinct",
        "SELECT (COUNT(*) AS ?n{u})"
        " { SELECT DISTINCT ?t ?g { ?d dct:subject ?t ; dct:spatial ?g } }",
    ),
    Kind(
        "page",
        "SELECT ?d{u} ?t ?i { ?d{u} a foaf:Document ; dct:title ?t ; dct:issued ?i"
        ' FILTER(lang(?t) = "nl") } ORDER BY DESC(?i) ?d{u} LIMIT 25 OFFSET 200',
    ),
    Kind(
        "having",
        "SELECT ?o{u} (COUNT(?m) AS ?n) (MIN(?from) AS ?first) { ?m org:organization ?o{u} ;"
        " schema:startDate ?from ; org:role role:director } GROUP BY ?o{u}"
        " HAVING(COUNT(?m) > 1) ORDER BY DESC(?n) ?o{u} LIMIT 100",
    ),
    Kind(
        "member then",
        "SELECT (COUNT(*) AS ?n{u}) { ?o schema:location id:municipality-{municipality} ."
        " ?m org:organization ?o ; schema:startDate ?from"
        ' FILTER(?from <= "{year}-01-01"^^xsd:date) FILTER NOT EXISTS'
        ' { ?m schema:endDate ?to FILTER(?to < "{year}-01-01"^^xsd:date) } }',
    ),
    Kind(
        "claim chain",
        "SELECT ?text{u} ?title ?name { ?c sg:claimSubject id:organisation-{organisation} ;"
        " rdfs:label ?text{u} ; oa:hasTarget/oa:hasSource ?d ; sg:speaker ?p ."
        " ?d dct:title ?title . ?p foaf:name ?name } ORDER BY ?text{u} LIMIT 20",
    ),
)

#: 200,000 rows, or as many as there are.
DUMP: Final = Kind("dump", "SELECT ?s{u} ?p ?o { ?s{u} ?p ?o } LIMIT 200000", CSV)
#: The kinds that a page or a program asks all the time.
CHEAP: Final = tuple(
    kind
    for kind in KINDS
    if kind.name in ("label lookup", "path up", "describe", "construct", "claim chain")
)
#: Ends neither by itself nor by what it keeps: a product of all with all soon needs too much memory.
RUNAWAY: Final = Kind(
    "runaway",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . "
    'FILTER NOT EXISTS { ?d ?e ?f . FILTER (STR(?f) = CONCAT(STR(?a), "{u}")) } }',
)


def fresh(sizes: Sizes, seed: int, kinds: tuple[Kind, ...] = CHEAP) -> Iterator[Asked]:
    """Queries without end, no two alike."""
    chance = random.Random(seed)
    for unique in count(seed * 10_000_000):
        yield chance.choice(kinds).ask(sizes, chance, unique)


def repeated(sizes: Sizes, number: int = 20, seed: int = 1) -> list[Asked]:
    """So many queries, to be asked again and again."""
    chance = random.Random(seed)
    return [CHEAP[n % len(CHEAP)].ask(sizes, chance, n) for n in range(number)]
