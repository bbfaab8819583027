"""Faults seeded in the real dataset are caught by the shapes.

Each operator makes one kind of mistake that people make, at places drawn with a fixed seed. A fault
counts as caught when the shapes say something new of the nodes that it touches. What no shape could
know (a fact that is merely left out, or a wrong value that could as well be right) is not seeded.
"""

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise

import pytest
from _pytest.capture import CaptureManager
from pyshacl.graph_abstraction import DataGraph
from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, ORG, PROV, SKOS, TIME
from rdflib.term import IdentifiedNode, Node
from shacl_harness import SHAPE, Judge, literals_as_written, load, turtle

from stadsgraaf.dataset import Dataset

SG = Namespace("https://w3id.org/stadsgraaf/def/ont/")
TOOI = Namespace("https://identifier.overheid.nl/tooi/def/ont/")
OA = Namespace("http://www.w3.org/ns/oa#")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
SCHEMA = Namespace("https://schema.org/")
ADMS = Namespace("http://www.w3.org/ns/adms#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
MODALITY = Namespace("https://w3id.org/stadsgraaf/def/modality/")
OWN = "https://w3id.org/stadsgraaf/"
EDTF = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")
WIKIDATA = "http://www.wikidata.org/entity/"

SEED = 20170913
EACH = 6
#: Nodes that refer to a changed node and are judged with it: a cap, for a source has hundreds.
REFERRERS = 4

Triple = tuple[Node, Node, Node]

#: What a source may simply not say: leaving it out is a gap, not a mistake.
OPTIONAL = {
    SKOS.altLabel,
    SKOS.hiddenLabel,
    SKOS.closeMatch,
    SKOS.exactMatch,
    SKOS.broadMatch,
    SKOS.relatedMatch,
    SKOS.narrowMatch,
    SKOS.related,
    SKOS.scopeNote,
    SCHEMA.sameAs,
    SCHEMA.about,
    SCHEMA.location,
    SCHEMA.numberOfPages,
    ORG.identifier,
    ORG.changedBy,
    ORG.resultedFrom,
    ORG.resultingOrganization,
    FOAF.homepage,
    FOAF.name,
    FOAF.member,
    OWL.sameAs,
    PROV.wasDerivedFrom,
    PROV.wasRevisionOf,
    PROV.specializationOf,
    PROV.generatedAtTime,
    PROV.invalidated,
    PROV.used,
    TIME.hasEnd,
    TOOI.begindatum,
    DCTERMS.subject,
    DCTERMS.creator,
    DCTERMS.source,
    DCTERMS.replaces,
    DCTERMS.language,
    DCTERMS.identifier,
    DCTERMS.issued,
    DCTERMS.title,
    DCTERMS.publisher,
    SCHEMA.url,
    ADMS.status,
    SG.interpretationNote,
    SG.force,
    SG.statedSize,
    SG.vagueSize,
    SG.refines,
    SG.corroborates,
    SG.outcomeOf,
    SG.fulfils,
    SG.fulfilsLate,
    SG.abandons,
    SG.probablyTakenFrom,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
    RDFS.domain,
    RDFS.range,
    OWL.disjointWith,
    OWL.inverseOf,
    OWL.differentFrom,
    DCTERMS.type,
    SKOS.definition,
}
#: Of these a thing has one value.
SINGLE = [
    SG.claimSubject,
    SG.claimPredicate,
    SG.claimObject,
    SG.modality,
    SG.polarity,
    SG.holder,
    SG.speaker,
    SG.reporter,
    SG.quotation,
    SG.date,
    SG.sha256,
    SG.governedBy,
    SG.participant,
    OA.start,
    OA.end,
    OA.hasSource,
    GEO.asWKT,
    GEO.hasGeometry,
    TOOI.gemeentecode,
    TOOI.ligtInProvincie,
    TOOI.officieleNaamInclSoort,
    SCHEMA.value,
    SCHEMA.observationAbout,
    ORG.member,
    ORG.organization,
    ORG.memberDuring,
    TIME.hasBeginning,
    SKOS.inScheme,
    DCTERMS.identifier,
]
#: Of these another thing's value is wrong for sure, because the value tells whose it is.
TELLING = [
    DCTERMS.identifier,
    TOOI.gemeentecode,
    TOOI.officieleNaamInclSoort,
    GEO.hasGeometry,
    SCHEMA.observationAbout,
    ORG.member,
    TIME.hasBeginning,
    TIME.inXSDDate,
    PROV.invalidated,
    SG.participant,
    SG.earliest,
]


@dataclass(frozen=True)
class Fault:
    """One seeded mistake."""

    kind: str
    removed: tuple[Triple, ...]
    added: tuple[Triple, ...]

    def __str__(self) -> str:
        """What was done, on one line."""
        changes = [f"- {_line(t)}" for t in self.removed] + [f"+ {_line(t)}" for t in self.added]
        return f"{self.kind}: " + "; ".join(changes)


def _line(triple: Triple) -> str:
    return " ".join(str(node).removeprefix(OWN) for node in triple)


class World:
    """The vocabulary, the data and what rules make of it as one graph, and where faults may be seeded."""

    def __init__(self) -> None:
        """Load all of it as `stadsgraaf validate` sees it."""
        self.vocabulary = load(*turtle("ontology"))
        self.data = load(*turtle("data"))
        self.graph = self.vocabulary + self.data + _derived()
        self.judge = Judge(load(*turtle("shapes")), self.graph)
        self.triples = sorted(self.data, key=str)
        self.random = random.Random(SEED)

    def some(self, triples: list[Triple]) -> Iterator[Triple]:
        """These triples in an order of chance, the same every time."""
        shuffled = sorted(triples, key=str)
        self.random.shuffle(shuffled)
        yield from shuffled

    def where(self, *predicates: Node) -> Iterator[Triple]:
        """Triples with one of these predicates, each predicate in turn."""
        each = [self.some(list(self.data.triples((None, p, None)))) for p in predicates]
        while each:
            for triples in list(each):
                found = next(triples, None)
                if found is None:
                    each.remove(triples)
                else:
                    yield found

    @contextmanager
    def with_fault(self, fault: Fault) -> Iterator[DataGraph]:
        """The graph with the fault in it, for as long as the block lasts."""
        for triple in fault.removed:
            self.graph.remove(triple)
        added = [triple for triple in fault.added if triple not in self.graph]
        for triple in added:
            self.graph.add(triple)
        try:
            yield DataGraph.from_rdflib_graph(self.graph)
        finally:
            for triple in added:
                self.graph.remove(triple)
            for triple in fault.removed:
                self.graph.add(triple)

    def touched(self, fault: Fault) -> set[Node]:
        """The nodes in the fault, their first referrers, and the owners of blank nodes."""
        nodes = {
            node
            for triple in (*fault.removed, *fault.added)
            for node in triple
            if isinstance(node, IdentifiedNode) and str(node).startswith(OWN)
        }
        nodes |= {subject for subject, _, _ in (*fault.removed, *fault.added)}
        for node in list(nodes):
            referrers = sorted(set(self.graph.subjects(None, node)), key=str)
            nodes.update(referrers[:REFERRERS])
        for node in [node for node in nodes if isinstance(node, BNode)]:
            nodes.update(self.graph.subjects(None, node))
        return nodes

    def caught(self, fault: Fault) -> bool:
        """Whether a shape says something with the fault that it does not say without it."""
        first = {subject for subject, _, _ in (*fault.removed, *fault.added)}
        for nodes in (first, self.touched(fault) - first):
            with self.with_fault(fault) as data:
                said = list(self.judge.judge(data, nodes))
            if any(result.severe for result in said):
                return True
            if said:
                data = DataGraph.from_rdflib_graph(self.graph)
                before = {(r.shape, r.focus) for r in self.judge.judge(data, nodes)}
                if {(r.shape, r.focus) for r in said} - before:
                    return True
        return False


def _derived() -> Graph:
    graph = Graph(bind_namespaces="none")
    dataset = Dataset.load(turtle("data")[0].parents[1])
    lines = [f"{quad.triple} ." for quad in dataset.derived]
    with literals_as_written():
        graph.parse(data="\n".join(lines), format="nt")
    return graph


@pytest.fixture(scope="module")
def world() -> World:
    return World()


Operator = Callable[[World], Iterator[Fault]]
OPERATORS: dict[str, Operator] = {}


def operator(function: Operator) -> Operator:
    """Register a kind of mistake, named by its function."""
    OPERATORS[function.__name__.replace("_", " ")] = function
    return function


def changed(kind: str, triple: Triple, value: Node) -> Fault:
    """The triple with another object."""
    return Fault(kind, (triple,), ((triple[0], triple[1], value),))


@operator
def drop_a_statement(world: World) -> Iterator[Fault]:
    for triple in world.some(world.triples):
        if triple[1] not in OPTIONAL:
            yield Fault("drop", (triple,), ())


@operator
def drop_a_statement_of_a_claim(world: World) -> Iterator[Fault]:
    for triple in world.some(
        [t for t in world.triples if (t[0], RDF.type, SG.Claim) in world.data]
    ):
        if triple[1] not in OPTIONAL:
            yield Fault("drop", (triple,), ())


@operator
def drop_a_type(world: World) -> Iterator[Fault]:
    for triple in world.where(RDF.type):
        if len(list(world.data.objects(triple[0], RDF.type))) == 1:
            yield Fault("drop type", (triple,), ())


@operator
def give_a_second_value(world: World) -> Iterator[Fault]:
    for triple in world.where(*SINGLE):
        others = {o for o in world.data.objects(None, triple[1]) if o != triple[2]}
        yield Fault("second value", (), ((*triple[:2], min(others, key=str)),))


@operator
def take_the_value_of_another(world: World) -> Iterator[Fault]:
    for triple in world.where(*TELLING):
        kinds = set(world.data.objects(triple[0], RDF.type))
        others = [
            o
            for s, _, o in world.where(triple[1])
            if o != triple[2] and kinds & set(world.data.objects(s, RDF.type))
        ]
        if others:
            yield changed("value of another", triple, others[0])


@operator
def point_to_nothing(world: World) -> Iterator[Fault]:
    for triple in world.some(world.triples):
        if str(triple[2]).startswith(OWN) and triple[1] != RDF.type:
            yield changed("dangling", triple, URIRef(str(triple[2]) + "x"))


@operator
def point_to_the_wrong_kind(world: World) -> Iterator[Fault]:
    event = URIRef(f"{OWN}id/event/handover")
    free = {SG.claimSubject, SG.claimObject, SCHEMA.about, DCTERMS.hasPart}
    for triple in world.some(world.triples):
        if str(triple[2]).startswith(OWN) and triple[1] not in free | {RDF.type}:
            kinds = set(world.graph.objects(triple[2], RDF.type))
            if kinds and SCHEMA.Event not in kinds:
                yield changed("wrong kind", triple, event)


@operator
def misspell_a_property(world: World) -> Iterator[Fault]:
    for subject, predicate, value in world.some(world.triples):
        wrong = URIRef(str(predicate)[:-1])
        yield Fault("property", ((subject, predicate, value),), ((subject, wrong, value),))


@operator
def misspell_a_class(world: World) -> Iterator[Fault]:
    for triple in world.where(RDF.type):
        yield changed("class", triple, URIRef(str(triple[2]) + "s"))


@operator
def lose_a_language(world: World) -> Iterator[Fault]:
    for triple in world.some(world.triples):
        value = triple[2]
        if isinstance(value, Literal) and value.language and triple[1] != DCTERMS.title:
            wrong = world.random.choice([None, "de", "nl" if value.language == "en" else "en"])
            yield changed("language", triple, Literal(str(value), lang=wrong))


@operator
def lose_a_datatype(world: World) -> Iterator[Fault]:
    for triple in world.some(world.triples):
        value = triple[2]
        if isinstance(value, Literal) and value.datatype not in {None, XSD.string, RDF.langString}:
            yield changed("datatype", triple, Literal(str(value)))


def _redated(world: World, text: str) -> str:
    year, month, day = int(text[:4]), text[5:7], text[8:]
    return world.random.choice(
        [f"{year + 1}-{month}-{day}", f"{year}-13-{day}", f"{year}-{month}-32", f"{year}-{month}"]
    )


@operator
def break_a_day(world: World) -> Iterator[Fault]:
    dated = (SG.earliest, SG.latest, TIME.inXSDDate, TOOI.einddatum, SCHEMA.observationDate)
    for triple in world.where(*dated):
        wrong = _redated(world, str(triple[2]))
        yield changed("day", triple, Literal(wrong, datatype=XSD.date, normalize=False))


@operator
def break_a_dating(world: World) -> Iterator[Fault]:
    for triple in world.where(SG.date):
        text = str(triple[2])
        wrong = world.random.choice(
            [text.replace("20", "19", 1), text + "-13", f"{text}/", text.replace("-", ".") + " "]
        )
        yield changed("dating", triple, Literal(wrong, datatype=triple[2].datatype))


@operator
def misplace_an_offset(world: World) -> Iterator[Fault]:
    for subject, predicate, value in world.where(OA.start, OA.end):
        start, end = (int(world.graph.value(subject, p) or 0) for p in (OA.start, OA.end))
        wrong = (end, end + 5, -1) if predicate == OA.start else (start, 99999, start - 1)
        triple = (subject, predicate, value)
        yield changed("offset", triple, Literal(world.random.choice(wrong)))


@operator
def damage_a_digest(world: World) -> Iterator[Fault]:
    for triple in world.where(SG.sha256):
        text = str(triple[2])
        wrong = world.random.choice([text[:-1], text.upper() + "", text.replace(text[3], "g")])
        if wrong != text:
            yield changed("digest", triple, Literal(wrong, datatype=XSD.hexBinary, normalize=False))


@operator
def share_a_wikidata_item(world: World) -> Iterator[Fault]:
    items = [t for t in world.where(OWL.sameAs) if str(t[2]).startswith(WIKIDATA)]
    for first, second in zip(items[::2], items[1::2], strict=False):
        yield changed("shared item", first, second[2])


@operator
def equate_a_city_with_its_municipality(world: World) -> Iterator[Fault]:
    for city, _, municipality in world.where(SG.governedBy):
        for item in world.data.objects(municipality, OWL.sameAs):
            yield Fault("city is municipality", (), ((city, OWL.sameAs, item),))


@operator
def choose_a_wrong_modality(world: World) -> Iterator[Fault]:
    """An own word of the author as an opinion, an opinion as a word of the author, another scheme."""
    for triple in world.where(SG.modality):
        if triple[2] == MODALITY.asserted:
            yield changed("modality", triple, MODALITY["quoted-opinion"])
        else:
            yield changed("modality", triple, URIRef(f"{OWN}def/force/necessity"))


@operator
def choose_a_wrong_voice(world: World) -> Iterator[Fault]:
    """Not of what the holder says of itself: anyone may tell it."""
    for triple in world.where(SG.speaker, SG.reporter):
        if world.data.value(triple[0], SG.holder) == world.data.value(triple[0], SG.claimSubject):
            continue
        yield changed("voice", triple, URIRef(f"{OWN}id/organisation/un"))


def _claims(world: World, *values: tuple[URIRef, Node]) -> list[Node]:
    """The claims of the article that have all these values, in an order of chance."""
    found = [
        claim
        for claim, _ in world.data.subject_objects(OA.hasTarget)
        if all((claim, predicate, value) in world.data for predicate, value in values)
    ]
    world.random.shuffle(found := sorted(found, key=str))
    return list(found)


@operator
def take_a_quoted_word_for_the_authors_own(world: World) -> Iterator[Fault]:
    for modality in ("quoted-opinion", "hope", "plan", "challenge", "consideration"):
        for claim in _claims(world, (SG.modality, MODALITY[modality]))[:2]:
            yield changed("own word", (claim, SG.modality, MODALITY[modality]), MODALITY.asserted)


@operator
def take_the_authors_own_word_for_a_wish(world: World) -> Iterator[Fault]:
    for claim in _claims(world, (SG.modality, MODALITY.asserted)):
        for modality in ("hope", "challenge", "consideration"):
            yield changed("wish", (claim, SG.modality, MODALITY.asserted), MODALITY[modality])


@operator
def give_a_quotation_to_another_holder(world: World) -> Iterator[Fault]:
    for claim in _claims(world, (SG.modality, MODALITY["quoted-opinion"])):
        holder = world.data.value(claim, SG.holder)
        other = URIRef(f"{OWN}id/person/vladimir-putin")
        if holder not in {None, other}:
            yield changed("holder", (claim, SG.holder, holder), other)


@operator
def quote_otherwise(world: World) -> Iterator[Fault]:
    direct, indirect = (URIRef(f"{OWN}def/quotation/{how}") for how in ("direct", "indirect"))
    for claim in _claims(world, (SG.quotation, direct)):
        yield changed("quotation", (claim, SG.quotation, direct), indirect)


@operator
def drop_the_force_of_a_predicate(world: World) -> Iterator[Fault]:
    for predicate, force in sorted(world.vocabulary.subject_objects(SG.carriesForce), key=str):
        for claim in _claims(world, (SG.claimPredicate, predicate), (SG.force, force))[:1]:
            yield Fault("force", ((claim, SG.force, force),), ())


@operator
def claim_of_a_city_what_a_municipality_did(world: World) -> Iterator[Fault]:
    for city, _, municipality in world.where(SG.governedBy):
        for claim in _claims(world, (SG.claimSubject, municipality))[:1]:
            yield changed("city acts", (claim, SG.claimSubject, municipality), city)


@operator
def equate_two_own_things(world: World) -> Iterator[Fault]:
    for city, _, municipality in world.where(SG.governedBy):
        yield Fault("equated", (), ((city, OWL.sameAs, municipality),))


@operator
def state_what_only_a_source_says(world: World) -> Iterator[Fault]:
    """As a plain triple; what the article asserts is one rightly."""
    for claim, predicate in sorted(world.data.subject_objects(SG.claimPredicate), key=str):
        triple = (
            world.data.value(claim, SG.claimSubject),
            predicate,
            world.data.value(claim, SG.claimObject),
        )
        own = str(predicate).startswith(str(SG))
        if own and (claim, OA.hasTarget, None) not in world.data and triple not in world.graph:
            yield Fault("stated", (), (triple,))


@operator
def corroborate_a_source_with_itself(world: World) -> Iterator[Fault]:
    first, *rest = _claims(world)
    for claim in rest:
        yield Fault("own support", (), ((claim, SG.corroborates, first),))


@operator
def name_whom_the_source_does_not(world: World) -> Iterator[Fault]:
    for agent in sorted(world.data.subjects(RDF.type, SG.UnnamedAgent), key=str):
        yield Fault("named", (), ((agent, FOAF.name, Literal("Dorothy")),))


@operator
def call_a_disputed_party_undisputed(world: World) -> Iterator[Fault]:
    status = Namespace(f"{OWN}def/status/")
    for party in sorted(world.data.subjects(SG.participationIn, None), key=str):
        was = world.data.value(party, ADMS.status)
        wrong = status.concluded if was == status.disputed else status.disputed
        yield changed("dispute", (party, ADMS.status, was), wrong)


@operator
def make_a_fact_of_a_claim_that_is_none(world: World) -> Iterator[Fault]:
    """Claims whose triple another claim asserts are left out: theirs is a fact."""
    for claim, _, modality in world.where(SG.modality):
        value = world.graph.value
        triple = (
            value(claim, SG.claimSubject),
            value(claim, SG.claimPredicate),
            value(claim, SG.claimObject),
        )
        if modality != MODALITY.asserted and None not in triple and triple not in world.graph:
            yield Fault("fact", (), (triple, (claim, RDF.type, SG.Claim)))


@operator
def make_a_city_a_member(world: World) -> Iterator[Fault]:
    for triple in world.where(ORG.member):
        if (triple[2], RDF.type, SG.Municipality) in world.data:
            yield changed("member", triple, URIRef(f"{OWN}id/city/breda"))


@operator
def repeat_a_membership(world: World) -> Iterator[Fault]:
    for membership, _, _ in world.where(ORG.member):
        again = URIRef(f"{membership}-again")
        copied = tuple((again, p, o) for p, o in world.data.predicate_objects(membership))
        yield Fault("overlap", (), copied)


@operator
def swap_coordinates(world: World) -> Iterator[Fault]:
    for triple in world.where(GEO.asWKT):
        head, _, point = str(triple[2]).rpartition("(")
        if "," in point:
            continue  # an outline; its shape does not know what lies where
        longitude, latitude = point.rstrip(")").split()
        wrong = Literal(f"{head}({latitude} {longitude})", datatype=triple[2].datatype)
        yield changed("coordinates", triple, wrong)


@operator
def miscount_a_population(world: World) -> Iterator[Fault]:
    for triple in world.where(SCHEMA.value):
        yield changed("population", triple, Literal(int(str(triple[2])) // 1000))


@operator
def issue_a_planned_document(world: World) -> Iterator[Fault]:
    for subject, _, _ in world.some(list(world.data.triples((None, RDF.type, SG.PlannedDocument)))):
        date = Literal("2017-12-01", datatype=XSD.date)
        yield Fault("issued", (), ((subject, DCTERMS.issued, date),))


def _in_vocabulary(world: World, *predicates: Node) -> Iterator[Triple]:
    for predicate in predicates:
        found = [
            triple
            for triple in world.vocabulary.triples((None, predicate, None))
            if str(triple[0]).startswith(OWN)
        ]
        yield from list(world.some(found))[:EACH]


@operator
def drop_a_statement_of_a_concept(world: World) -> Iterator[Fault]:
    dropped = (SKOS.prefLabel, SKOS.definition, SKOS.broader, SKOS.topConceptOf, SKOS.inScheme)
    triples = list(_in_vocabulary(world, *dropped))
    world.random.shuffle(triples)
    for triple in triples:
        yield Fault("concept", (triple,), ())


@operator
def turn_concepts_in_a_circle(world: World) -> Iterator[Fault]:
    for narrow, _, broad in _in_vocabulary(world, SKOS.broader):
        yield Fault("cycle", (), ((broad, SKOS.broader, narrow),))


@operator
def give_two_concepts_one_label(world: World) -> Iterator[Fault]:
    for concept, _, scheme in _in_vocabulary(world, SKOS.inScheme):
        for other in sorted(set(world.graph.subjects(SKOS.inScheme, scheme)) - {concept}, key=str):
            labels = {
                label.language: label
                for label in world.graph.objects(other, SKOS.prefLabel)
                if isinstance(label, Literal)
            }
            for label in world.graph.objects(concept, SKOS.prefLabel):
                if isinstance(label, Literal) and label.language == "nl":
                    yield changed("clash", (concept, SKOS.prefLabel, label), labels["nl"])
            break


@operator
def drop_a_statement_of_a_term(world: World) -> Iterator[Fault]:
    triples = list(_in_vocabulary(world, RDFS.label, SKOS.definition, RDFS.isDefinedBy))
    for triple in world.some([t for t in triples if str(t[0]).startswith(str(SG))]):
        yield Fault("term", (triple,), ())


@operator
def forget_a_member_of_a_counted_group(world: World) -> Iterator[Fault]:
    for group, _, size in world.where(SG.statedSize):
        members = sorted(world.data.objects(group, FOAF.member), key=str)
        if members and (group, SG.vagueSize, None) not in world.data and size:
            yield Fault("member", ((group, FOAF.member, members[0]),), ())


@operator
def call_a_founder_a_supporter(world: World) -> Iterator[Fault]:
    founder, supporter = (
        URIRef(f"{OWN}def/role/{name}-party") for name in ("founding", "supporting")
    )
    for triple in world.where(SG.participantRole):
        claims = set(world.data.objects(triple[0], PROV.wasDerivedFrom))
        if triple[2] == founder and any(
            (c, SG.claimPredicate, SG.coFounded) in world.data for c in claims
        ):
            yield changed("role", triple, supporter)


@operator
def call_a_party_planned_that_is_not(world: World) -> Iterator[Fault]:
    status = Namespace(f"{OWN}def/status/")
    for party in world.some(list(world.data.triples((None, SG.participationIn, None)))):
        was = world.data.value(party[0], ADMS.status)
        wrong = status.concluded if was == status.planned else status.planned
        yield changed("planned", (party[0], ADMS.status, was), wrong)


@operator
def govern_a_city_by_another_municipality(world: World) -> Iterator[Fault]:
    found = list(world.where(SG.governedBy))
    for triple, other in pairwise(found):
        yield changed("governed", triple, other[2])


@operator
def take_the_place_of_another_in_geonames(world: World) -> Iterator[Fault]:
    places = [t[2] for t in world.where(SKOS.closeMatch) if "sws.geonames.org" in str(t[2])]
    for triple, other in zip(world.where(SG.governedBy), places, strict=False):
        for place in world.data.objects(triple[0], OWL.sameAs):
            if other != place:
                yield changed("geonames", (triple[0], OWL.sameAs, place), other)


@operator
def shift_the_coordinates_of_a_city(world: World) -> Iterator[Fault]:
    for city, _, _ in world.where(SG.governedBy):
        geometry = world.data.value(city, GEO.hasGeometry)
        wkt = world.data.value(geometry, GEO.asWKT)
        if geometry and isinstance(wkt, Literal):
            head, _, point = str(wkt).rpartition("(")
            longitude, latitude = point.rstrip(")").split()
            wrong = Literal(f"{head}({longitude} {float(latitude) + 0.3})", datatype=wkt.datatype)
            yield changed("shifted", (geometry, GEO.asWKT, wkt), wrong)


@operator
def take_the_ministry_that_ended_in_2010(world: World) -> Iterator[Fault]:
    ministry = URIRef(f"{OWN}id/organisation/ministry-ez")
    register = "https://identifier.overheid.nl/tooi/id/ministerie/mnre10"
    right, wrong = URIRef(f"{register}45"), URIRef(f"{register}40")
    number = (ministry, DCTERMS.identifier, Literal("mnre1045"))
    same = (ministry, OWL.sameAs, right)
    yield changed("ministry", same, wrong)
    yield changed("ministry", number, Literal("mnre1040"))
    yield Fault(
        "ministry",
        (same, number),
        ((ministry, OWL.sameAs, wrong), (*number[:2], Literal("mnre1040"))),
    )


@operator
def hang_a_role_under_another(world: World) -> Iterator[Fault]:
    """Roles that a party has, and roles named after the one above them."""
    used = set(world.data.objects(None, SG.participantRole))
    role = Namespace(f"{OWN}def/role/")
    for narrow, wide in sorted(world.vocabulary.subject_objects(SKOS.broader), key=str):
        if narrow in used or narrow == role["later-party"]:
            yield changed("broader", (narrow, SKOS.broader, wide), role.representation)


@operator
def forget_the_force_that_a_relation_carries(world: World) -> Iterator[Fault]:
    """Of those whose name tells it."""
    for relation, force in sorted(world.vocabulary.subject_objects(SG.carriesForce), key=str):
        if re.search(r"/(must|can|should|will)[A-Z][A-Za-z]*$", str(relation)):
            yield Fault("carried", ((relation, SG.carriesForce, force),), ())


@operator
def widen_an_approximate_dating(world: World) -> Iterator[Fault]:
    for thing, _, date in world.where(SG.date):
        if str(date).endswith("~"):
            for bound, wrong in ((SG.earliest, "2013-01-01"), (SG.latest, "2019-12-31")):
                was = world.data.value(thing, bound)
                yield changed("widened", (thing, bound, was), Literal(wrong, datatype=XSD.date))


@operator
def modify_a_part_after_the_whole(world: World) -> Iterator[Fault]:
    for scheme, modified in sorted(world.vocabulary.subject_objects(DCTERMS.modified), key=str):
        later = Literal("2099-01-01", datatype=XSD.date)
        yield changed("modified", (scheme, DCTERMS.modified, modified), later)


@operator
def leave_out_the_theme_that_a_claim_speaks_of(world: World) -> Iterator[Fault]:
    scheme, other = URIRef(f"{OWN}def/theme"), URIRef(f"{OWN}def/theme/safety")
    for claim, theme in sorted(world.data.subject_objects(DCTERMS.subject), key=str):
        spoken = {world.data.value(claim, part) for part in (SG.claimSubject, SG.claimObject)}
        if theme in spoken - {other} and (theme, SKOS.inScheme, scheme) in world.graph:
            yield changed("theme", (claim, DCTERMS.subject, theme), other)


@operator
def take_the_spokesman_for_the_holder(world: World) -> Iterator[Fault]:
    """Of plans, tasks and expectations of the organisation; an opinion could be either's."""
    for claim, holder in sorted(world.data.subject_objects(SG.holder), key=str):
        speaker = world.data.value(claim, SG.speaker)
        if speaker and (speaker, PROV.actedOnBehalfOf, holder) in world.graph:
            yield changed("spokesman", (claim, SG.holder, holder), speaker)


@operator
def state_a_date_or_number_of_another_relation(world: World) -> Iterator[Fault]:
    for triple in world.where(SG.claimObject):
        if isinstance(triple[2], Literal) and triple[2].datatype in {XSD.integer, EDTF}:
            predicate = (
                triple[0],
                SG.claimPredicate,
                world.data.value(triple[0], SG.claimPredicate),
            )
            yield changed("predicate", predicate, SG.concerns)


@operator
def leave_out_the_theme_of_what_a_municipality_does(world: World) -> Iterator[Fault]:
    deeds = {SG.contributes, SG.coFounded, SG.leadsTheme, SG.implements}
    for claim, _, theme in world.where(DCTERMS.subject):
        known = set(world.data.objects(claim, DCTERMS.subject)) == {theme}
        if known and world.data.value(claim, SG.claimPredicate) in deeds:
            yield Fault("theme", ((claim, DCTERMS.subject, theme),), ())


@operator
def forget_that_members_are_municipalities(world: World) -> Iterator[Fault]:
    municipality = URIRef(f"{OWN}def/organisation-type/municipality")
    for group, _, member in world.where(FOAF.member):
        if "/municipality/" in str(member):
            yield Fault("kind", ((group, DCTERMS.type, municipality),), ())


@operator
def take_a_place_off_the_map(world: World) -> Iterator[Fault]:
    for place, _, _ in world.where(GEO.hasGeometry):
        if (place, RDF.type, GEO.Feature) in world.data:
            yield Fault("feature", ((place, RDF.type, GEO.Feature),), ())


@operator
def describe_in_one_language(world: World) -> Iterator[Fault]:
    for triple in world.where(SKOS.definition):
        if any(f"/id/{kind}/" in str(triple[0]) for kind in ("organisation", "event", "document")):
            yield Fault("description", (triple,), ())


def seeded(world: World, name: str) -> list[Fault]:
    """The faults of one operator, as many as are asked for or as there are places.

    They are the same whichever operators came before, so that the work may be split.
    """
    world.random.seed(f"{SEED} {name}")
    return list(islice(OPERATORS[name](world), EACH))


@pytest.fixture(scope="module")
def tally(telling: CaptureManager) -> Iterator[Counter[bool]]:
    """How many faults were caught and how many were not, told at the end."""
    counts = Counter[bool]()
    yield counts
    with telling.global_and_fixture_disabled():
        share = 100 * counts[True] / counts.total()
        caught = f"{counts[True]} of {counts.total()} caught, {share:.1f}%"
        sys.stdout.write(f"\nseeded faults: {caught}\n")


@pytest.fixture(scope="module")
def telling(request: pytest.FixtureRequest) -> CaptureManager:
    manager = request.config.pluginmanager.getplugin("capturemanager")
    assert isinstance(manager, CaptureManager)
    return manager


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_seeded_faults_are_caught(name: str, world: World, tally: Counter[bool]) -> None:
    faults = seeded(world, name)
    missed = [str(fault) for fault in faults if not world.caught(fault)]
    tally.update({True: len(faults) - len(missed), False: len(missed)})
    assert faults
    assert missed == []


def test_the_unchanged_data_break_no_rule_where_faults_are_seeded(world: World) -> None:
    """Otherwise a fault would seem caught by something that was wrong before."""
    faults = [fault for name in OPERATORS for fault in seeded(world, name)]
    nodes = {node for fault in faults for node in world.touched(fault)}
    chosen = set(sorted(nodes, key=str)[:: len(nodes) // 30 + 1])
    data = DataGraph.from_rdflib_graph(world.graph)
    broken = {
        (str(result.shape).removeprefix(SHAPE), str(result.focus))
        for result in world.judge.judge(data, chosen)
        if result.severe
    }
    assert broken == set()
