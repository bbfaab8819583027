"""The vocabulary: NL-SBB, OWL, no term undeclared or unused, a header that registers accept.

NL-SBB is the Dutch profile of SKOS, https://docs.geostandaarden.nl/nl-sbb/nl-sbb/; the fields of
the header are those that FOOPS! and Linked Open Vocabularies look for.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import owlrl
import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple
from pyshacl import validate
from rdflib import Graph, Namespace, URIRef
from rdflib.term import Node
from reading import SG, Described

from stadsgraaf.dataset import Dataset
from stadsgraaf.web.kinds import Taxonomy

BASE = "https://w3id.org/stadsgraaf/"
ONTOLOGY = BASE + "def/ont"
DCT = "http://purl.org/dc/terms/"
OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SERVICE = "http://www.w3.org/ns/sparql-service-description#Service"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TOOI = "https://identifier.overheid.nl/tooi/def/ont/"
VANN = "http://purl.org/vocab/vann/"
SH = Namespace("http://www.w3.org/ns/shacl#")
#: owlrl reports a contradiction as a resource with this property.
CLASH = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
NOTHING = URIRef(OWL + "Nothing")
RDF_TYPE = URIRef(RDF + "type")
KINDS = {
    *(OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")),
    OWL + "NamedIndividual",
    RDFS + "Datatype",
}
#: No axiom speaks of texts.
TEXTS = {RDF + "langString", "http://www.w3.org/2001/XMLSchema#string"}
#: The bulk of the registers adds time, not kinds of statement.
BULK = {"reference/municipalities", "reference/homonyms", "dataset", "sources"}


def as_rdflib(triples: Iterable[Triple | Quad]) -> Graph:
    lines = (f"{triple.subject} {triple.predicate} {triple.object} ." for triple in triples)
    return Graph().parse(data="\n".join(lines), format="nt")


def languages(terms: Iterable[object]) -> set[str | None]:
    return {term.language for term in terms if isinstance(term, Literal)}


def nl_sbb(schemes: Graph, shared: Path) -> set[tuple[str, str]]:
    """Focus node and message of every Violation and Warning.

    The constraints in SPARQL are asked once for all focus nodes: pySHACL parses each of them anew
    for every concept, which takes a hundred times as long.
    """
    shapes = Graph().parse(shared / "standards" / "nl-sbb" / "skos-ap-nl.ttl")
    found = in_sparql(schemes, shapes)
    shapes.remove((None, SH.sparql, None))
    _, report, _ = validate(schemes, shacl_graph=shapes, inference="none", advanced=True)
    for severity in (SH.Violation, SH.Warning):
        for result in report.subjects(SH.resultSeverity, severity):
            message = report.value(result, SH.resultMessage)
            found.add((str(report.value(result, SH.focusNode)), str(message)))
    return found


def in_sparql(schemes: Graph, shapes: Graph) -> set[tuple[str, str]]:
    """What the SPARQL constraints find; also those that the standard marks as mere information."""
    store = Store()
    store.load(schemes.serialize(format="nt", encoding="utf-8"), format=RdfFormat.N_TRIPLES)
    found = set[tuple[str, str]]()
    for shape, constraint in shapes.subject_objects(SH.sparql):
        focus = " ".join(target.n3() for target in targets(shape, schemes, shapes))
        select = str(shapes.value(constraint, SH.select))
        asked = select.replace("{", f"{{ VALUES ?this {{ {focus} }}", 1)
        message = str(shapes.value(constraint, SH.message))
        solutions = store.query(asked, prefixes={"skos": SKOS})
        found |= {(solution["this"].value, message) for solution in solutions}
    return found


def targets(shape: Node, schemes: Graph, shapes: Graph) -> set[Node]:
    """The focus nodes of a shape, by the three kinds of target that NL-SBB uses."""
    found = set[Node]()
    for kind in shapes.objects(shape, SH.targetClass):
        found |= set(schemes.subjects(RDF_TYPE, kind))
    for predicate in shapes.objects(shape, SH.targetSubjectsOf):
        found |= set(schemes.subjects(predicate, None))
    for predicate in shapes.objects(shape, SH.targetObjectsOf):
        found |= set(schemes.objects(None, predicate))
    return found


def schemes_of(root: Path) -> Graph:
    """The concept schemes, with the documents that they name as their source."""
    graph = Graph()
    for path in (root / "ontology").glob("*.ttl"):
        if "skos:ConceptScheme" in path.read_text(encoding="utf-8") and path.stem != "reused":
            graph.parse(path)
    graph.parse(root / "ontology" / "theme-mappings.ttl")
    graph.parse(root / "data" / "sources" / "registers.ttl")
    return graph


def test_the_concept_schemes_have_no_violation_and_no_warning_of_nl_sbb(
    root: Path, shared: Path
) -> None:
    schemes = schemes_of(root)
    named = {str(scheme) for scheme in schemes.subjects(RDF_TYPE, URIRef(SKOS + "ConceptScheme"))}
    assert {
        BASE + "def/" + name
        for name in ("theme", "role", "modality", "force", "polarity", "quotation", "notion")
    } <= named
    assert nl_sbb(schemes, shared) == set()


@pytest.mark.parametrize(
    ("gone", "added"),
    [
        ("definition", ""),
        ("", "skos:inScheme <urn:nothing>"),
        ("prefLabel", ""),
        ("", "skos:prefLabel 'bevestigend'@nl, 'positive'@en"),
        ("", "skos:broader polarity:positive"),
        ("", "skos:exactMatch polarity:positive"),
        ("", "skos:related <urn:nothing>"),
        ("topConceptOf", "skos:altLabel 'los'"),
    ],
)
def test_nl_sbb_refuses_a_concept_that_is_spoilt(
    root: Path, shared: Path, gone: str, added: str
) -> None:
    graph = Graph().parse(root / "ontology" / "polarity.ttl")
    assert nl_sbb(graph, shared) == set()
    concept = URIRef(BASE + "def/polarity/negative")
    if gone:
        graph.remove((concept, URIRef(SKOS + gone), None))
    if added:
        prefixes = f"@prefix skos: <{SKOS}> . @prefix polarity: <{BASE}def/polarity/> . "
        graph.parse(data=f"{prefixes} polarity:negative {added} .", format="turtle")
    assert nl_sbb(graph, shared)


def reasoned(triples: Iterable[Triple | Quad], extra: str = "") -> Graph:
    """The closure under OWL 2 RL of what has a meaning in logic: no texts, no places in a text."""
    told = (
        triple
        for triple in triples
        if not (isinstance(triple.object, Literal) and triple.object.datatype.value in TEXTS)
        and not triple.predicate.value.startswith("http://www.w3.org/ns/oa#")
    )
    graph = as_rdflib(told)
    graph.parse(data=extra, format="turtle")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return graph


def contradictions(graph: Graph) -> set[str]:
    clashes = {str(message) for message in graph.objects(None, CLASH)}
    return clashes | {f"nothing: {thing}" for thing in graph.subjects(RDF_TYPE, NOTHING)}


def test_a_reasoner_finds_no_contradiction_and_no_accidental_identity(our_dataset: Dataset) -> None:
    left_out = {BASE + "graph/" + name for name in (*BULK, "shapes", "queries")}
    graph = reasoned(quad for quad in our_dataset.quads if quad.graph_name.value not in left_out)
    assert contradictions(graph) == set()
    same = {
        frozenset((str(one), str(other)))
        for one, other in graph.subject_objects(URIRef(OWL + "sameAs"))
        if one != other and str(one).startswith(BASE) and str(other).startswith(BASE)
    }
    assert same == {frozenset((BASE + "id/cabinet/next", BASE + "id/cabinet/rutte-iii"))}


@pytest.mark.parametrize(
    "clash",
    [
        "<urn:x> a sg:Claim, sg:Platform .",
        "<urn:x> a sg:ActorGroup, org:Organization .",
        "<urn:x> sg:claimPredicate <urn:p> . <urn:x> a prov:Agent .",
        "<urn:x> a sg:City . <urn:y> a sg:Municipality . <urn:x> owl:sameAs <urn:y> .",
    ],
)
def test_a_reasoner_finds_a_contradiction_that_is_put_in(our_dataset: Dataset, clash: str) -> None:
    own = [
        triple
        for document in our_dataset.documents
        if document.path.name == "stadsgraaf.ttl"
        for triple in document.turtle.triples
    ]
    prefixes = (
        f"@prefix sg: <{SG}> . @prefix owl: <{OWL}> . "
        "@prefix org: <http://www.w3.org/ns/org#> . @prefix prov: <http://www.w3.org/ns/prov#> . "
    )
    assert contradictions(reasoned(own, prefixes + clash))


@pytest.fixture(scope="module")
def own_terms(described: Described) -> set[str]:
    kinds = {NamedNode(kind) for kind in KINDS}
    return {
        subject.value
        for subject, said in described.items()
        if isinstance(subject, NamedNode)
        and subject.value.startswith(SG)
        and kinds & said.get(RDF + "type", set())
    }


def terms_of(quads: Iterable[Quad]) -> Iterable[str]:
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, NamedNode):
                yield term.value
            elif isinstance(term, Literal):
                yield term.datatype.value


def spoken_of(our_dataset: Dataset) -> set[str]:
    """The own terms that queries, rules and the constraints of shapes speak of."""
    queries = [*our_dataset.queries, *our_dataset.rules]
    texts = [re.sub(r"(?m)^\s*#.*$", "", query.sparql) for query in queries]
    texts += [
        quad.object.value for quad in our_dataset.quads if quad.predicate.value == str(SH.select)
    ]
    return {SG + name for text in texts for name in re.findall(r"\bsg:([A-Za-z][\w-]*)", text)}


def test_every_own_term_that_is_used_is_declared(our_dataset: Dataset, own_terms: set[str]) -> None:
    used = {term for term in terms_of(our_dataset.quads) if term.startswith(SG)}
    versions = {term for term in used if re.fullmatch(re.escape(SG) + r"\d+\.\d+\.\d+", term)}
    own_prefix = {SG}
    assert (used | spoken_of(our_dataset)) - versions - own_prefix == own_terms


def told_by_an_endpoint(described: Described) -> set[str]:
    """The limits; ``test_published_terms.py`` proves that an endpoint tells each of them."""
    return {
        subject.value
        for subject, said in described.items()
        if isinstance(subject, NamedNode) and NamedNode(SERVICE) in said.get(RDFS + "domain", ())
    }


def test_every_own_term_is_used_in_data_shapes_queries_or_by_an_endpoint(
    our_dataset: Dataset, own_terms: set[str], described: Described
) -> None:
    vocabulary = BASE + "graph/vocabulary"
    elsewhere = (quad for quad in our_dataset.quads if quad.graph_name.value != vocabulary)
    unused = own_terms - set(terms_of(elsewhere)) - spoken_of(our_dataset)
    assert unused - told_by_an_endpoint(described) == set()


def test_every_own_term_has_label_definition_and_home(
    described: Described, own_terms: set[str]
) -> None:
    home = {NamedNode(ONTOLOGY)}
    for term in own_terms:
        said = described[NamedNode(term)]
        assert languages(said.get(RDFS + "label", ())) == {"nl", "en"}, term
        assert languages(said.get(SKOS + "definition", ())) == {"nl", "en"}, term
        assert said.get(RDFS + "isDefinedBy") == home, term


def test_every_alignment_leads_from_an_own_term_to_another_vocabulary(
    our_dataset: Dataset, own_terms: set[str]
) -> None:
    (alignments,) = [
        document.turtle.triples
        for document in our_dataset.documents
        if document.path.name == "alignments.ttl"
    ]
    assert {str(triple.predicate) for triple in alignments} <= {
        f"<{RDFS}seeAlso>",
        f"<{OWL}inverseOf>",
    }
    assert {triple.subject.value for triple in alignments} <= own_terms
    assert not [triple for triple in alignments if triple.object.value.startswith(BASE)]
    structure = {"Claim", "claimSubject", "claimPredicate", "claimObject", "contradicts", "refines"}
    assert {SG + name for name in structure} <= {triple.subject.value for triple in alignments}


def test_every_reused_term_that_is_used_is_declared_with_a_label(
    our_dataset: Dataset, described: Described
) -> None:
    used = {quad.predicate.value for quad in our_dataset.asserted} | {
        quad.object.value
        for quad in our_dataset.asserted
        if quad.predicate.value == RDF + "type" and isinstance(quad.object, NamedNode)
    }
    for term in used - {term for term in used if term.startswith((BASE, OWL, RDF, RDFS))}:
        said = described.get(NamedNode(term), {})
        assert {"nl", "en"} <= languages(said.get(RDFS + "label", ())), term
        assert RDF + "type" in said, term


def test_readers_find_every_class_of_things_under_a_heading_but_a_few(our_dataset: Dataset) -> None:
    """What may never come to be, what once was, and what is never listed are of no sort."""
    taxonomy = Taxonomy.of(
        (quad.subject.value, quad.object.value)
        for quad in our_dataset.quads
        if quad.predicate.value == RDFS + "subClassOf" and isinstance(quad.object, NamedNode)
    )
    classes = {
        quad.object.value
        for quad in our_dataset.asserted
        if quad.predicate.value == RDF + "type" and isinstance(quad.object, NamedNode)
    }
    assert {term for term in classes if taxonomy.group([term]) == "other"} == {
        SG + "Platform",
        SG + "PlannedDocument",
        TOOI + "HistorischeVersie",
        TOOI + "Gemeente",
        "http://www.w3.org/ns/oa#TextPositionSelector",
        OWL + "NamedIndividual",
    }
    assert taxonomy.group([TOOI + "Provincie"]) == "place"
    assert taxonomy.group([TOOI + "Ministerie"]) == "actor"


@pytest.mark.parametrize(
    "field",
    [
        *(
            DCT + name
            for name in (
                "title",
                "description",
                "abstract",
                "license",
                "creator",
                "contributor",
                "publisher",
                "created",
                "issued",
                "modified",
                "bibliographicCitation",
                "source",
            )
        ),
        OWL + "versionIRI",
        OWL + "versionInfo",
        VANN + "preferredNamespacePrefix",
        VANN + "preferredNamespaceUri",
        "http://purl.org/ontology/bibo/status",
    ],
)
def test_the_header_of_the_ontology_has_what_registers_of_vocabularies_ask(
    field: str, described: Described
) -> None:
    said = described[NamedNode(ONTOLOGY)]
    assert {
        NamedNode(OWL + "Ontology"),
        NamedNode("http://purl.org/vocommons/voaf#Vocabulary"),
    } <= (said[RDF + "type"])
    assert said.get(field)
    if field in {DCT + "title", DCT + "description"}:
        assert languages(said[field]) == {"nl", "en"}


def test_the_version_of_the_ontology_is_the_one_in_its_iri(described: Described) -> None:
    said = described[NamedNode(ONTOLOGY)]
    (version,) = said[OWL + "versionInfo"]
    assert said[OWL + "versionIRI"] == {NamedNode(SG + version.value)}


@pytest.mark.parametrize("relation", ["broader", "related", "exactMatch", "closeMatch"])
def test_the_relations_between_concepts_have_no_cycle_and_no_dangling_end(
    relation: str, described: Described
) -> None:
    concept = NamedNode(SKOS + "Concept")
    for subject, said in described.items():
        for other in said.get(SKOS + relation, ()) if concept in said.get(RDF + "type", ()) else ():
            assert other != subject
            assert concept in described.get(other, {}).get(RDF + "type", ()), (subject, other)
            if relation == "broader":
                assert subject not in ancestors(other, described)


def ancestors(concept: object, described: Described) -> set[object]:
    above: set[object] = set()
    waiting = [concept]
    while waiting:
        for wider in described.get(waiting.pop(), {}).get(SKOS + "broader", ()):
            if wider not in above:
                above.add(wider)
                waiting.append(wider)
    return above
