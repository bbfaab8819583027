"""What breaks those who use a vocabulary, shapes or published IRIs; and what does not."""

import pytest
from pyoxigraph import Quad, RdfFormat, parse

from stadsgraaf.comparison import Comparison, compare
from stadsgraaf.comparison.breaking import RULES
from stadsgraaf.comparison.versions import Bump

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CLASSES = "ex:A a owl:Class . ex:B a owl:Class ; rdfs:subClassOf ex:A . ex:p a owl:ObjectProperty "
SHAPE = "ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:property ex:S-p . ex:S-p sh:path ex:p "
INLINE = "ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:property [ sh:path ex:p "


def quads(text: str) -> list[Quad]:
    return list(parse((PREFIXES + text).encode(), RdfFormat.TURTLE))


def compared(old: str, new: str, base_iri: str | None = None) -> Comparison:
    return compare(quads(old), quads(new), base_iri=base_iri)


def rules(old: str, new: str) -> list[str]:
    return sorted({change.rule for change in compared(old, new).breaking})


BREAKS = {
    "term-removed": ("ex:A a owl:Class .", "ex:B a owl:Class ."),
    "term-removed as declaration": ("ex:A a owl:Class .", 'ex:A rdfs:label "a"@en .'),
    "concept-removed": ("ex:c a skos:Concept .", ""),
    "iri-removed": ("ex:x a ex:Thing .", ""),
    "term-kind": ("ex:p a owl:DatatypeProperty .", "ex:p a owl:ObjectProperty ."),
    "term-restricted": (CLASSES + ".", CLASSES + ", owl:FunctionalProperty ."),
    "term-restricted by disjointness": (CLASSES + ".", CLASSES + ". ex:A owl:disjointWith ex:B ."),
    "term-hierarchy": (CLASSES + ".", CLASSES.replace("; rdfs:subClassOf ex:A", "") + "."),
    "domain-narrowed": (CLASSES + "; rdfs:domain ex:A .", CLASSES + "; rdfs:domain ex:B ."),
    "domain-narrowed from open": (CLASSES + ".", CLASSES + "; rdfs:domain ex:A ."),
    "domain-narrowed to two": (
        CLASSES + "; rdfs:domain ex:B .",
        CLASSES + "; rdfs:domain ex:B , ex:C .",
    ),
    "range-narrowed": (
        "ex:q a owl:DatatypeProperty ; rdfs:range xsd:string .",
        "ex:q a owl:DatatypeProperty ; rdfs:range xsd:date .",
    ),
    "domain-narrowed in schema": (
        CLASSES + "; schema:domainIncludes ex:A , ex:C .",
        CLASSES + "; schema:domainIncludes ex:A .",
    ),
    "concept-code": ('ex:c a skos:Concept ; skos:notation "1" .', "ex:c a skos:Concept ."),
    "concept-scheme": ("ex:c a skos:Concept ; skos:inScheme ex:s .", "ex:c a skos:Concept ."),
    "shape-tightened by a count": (SHAPE + "; sh:minCount 1 .", SHAPE + "; sh:minCount 2 ."),
    "shape-tightened from none": (SHAPE + ".", SHAPE + "; sh:maxCount 1 ."),
    "shape-tightened inside": (INLINE + "] .", INLINE + "; sh:datatype xsd:date ] ."),
    "shape-tightened by a new path": (
        INLINE + "] .",
        INLINE + "] , [ sh:path ex:q ; sh:minCount 1 ] .",
    ),
    "shape-tightened in a list": (SHAPE + "; sh:in ( 1 2 ) .", SHAPE + "; sh:in ( 1 ) ."),
    "shape-tightened by severity": (
        SHAPE + "; sh:minCount 1 ; sh:severity sh:Warning .",
        SHAPE + "; sh:minCount 1 .",
    ),
    "shape-tightened by waking": (
        SHAPE + "; sh:minCount 1 ; sh:deactivated true .",
        SHAPE + "; sh:minCount 1 .",
    ),
    "shape-tightened by closing": (INLINE + "] .", INLINE + "] ; sh:closed true ."),
    "shape-tightened by a target": (
        INLINE + "] .",
        INLINE + "] ; sh:targetSubjectsOf ex:q .",
    ),
    "shape-tightened by being new": (
        "ex:A a owl:Class .",
        "ex:A a owl:Class . ex:T a sh:NodeShape ; sh:targetClass ex:A ; sh:nodeKind sh:IRI .",
    ),
    "shape-tightened by a new part": (
        SHAPE + ".",
        SHAPE + ". ex:S sh:property ex:S-q . ex:S-q sh:path ex:q ; sh:minCount 1 .",
    ),
    "shape-tightened by a narrower class": (
        CLASSES + "." + SHAPE + "; sh:class ex:A .",
        CLASSES + "." + SHAPE + "; sh:class ex:B .",
    ),
    "shape-tightened by a pattern": (
        SHAPE + '; sh:pattern "a" .',
        SHAPE + '; sh:pattern "b" .',
    ),
    "shape-tightened by SPARQL": (
        SHAPE + ".",
        SHAPE + '. ex:S sh:sparql [ sh:select "SELECT $this { $this ex:p ex:x }" ] .',
    ),
    "shape-tightened by severity inside": (
        INLINE + "; sh:minCount 1 ; sh:severity sh:Warning ] .",
        INLINE + "; sh:minCount 1 ] .",
    ),
    "shape-tightened by another path": (
        SHAPE + "; sh:minCount 1 .",
        SHAPE.replace("sh:path ex:p", "sh:path ex:q") + "; sh:minCount 1 .",
    ),
    "shape-tightened by what it no longer lets pass": (
        INLINE + "] , [ sh:path ex:q ] ; sh:closed true .",
        INLINE + "] ; sh:closed true .",
    ),
    "shape-tightened by what it no longer ignores": (
        INLINE + "] ; sh:closed true ; sh:ignoredProperties ( rdf:type ex:q ) .",
        INLINE + "] ; sh:closed true ; sh:ignoredProperties ( rdf:type ) .",
    ),
    "shape-tightened by fewer alternatives": (
        SHAPE + "; sh:or ( [ sh:class ex:A ] [ sh:class ex:B ] ) .",
        SHAPE + "; sh:or ( [ sh:class ex:A ] ) .",
    ),
}  # fmt: skip

HARMLESS = {
    "deprecated before": ("ex:A a owl:Class ; owl:deprecated true .", ""),
    "replaced before": ("ex:x a ex:Thing ; dct:isReplacedBy ex:y .", ""),
    "a word where it went": ("ex:A a owl:Class .", "ex:A dct:isReplacedBy ex:B ."),
    "deprecation": ("ex:A a owl:Class .", "ex:A a owl:Class ; owl:deprecated true ."),
    "a new class": ("ex:A a owl:Class .", "ex:A a owl:Class . ex:N a owl:Class ."),
    "a wider domain": (CLASSES + "; rdfs:domain ex:B .", CLASSES + "; rdfs:domain ex:A ."),
    "an open range": (CLASSES + "; rdfs:range ex:B .", CLASSES + "."),
    "disjoint from what is new": (
        "ex:A a owl:Class .",
        "ex:A a owl:Class ; owl:disjointWith ex:N . ex:N a owl:Class .",
    ),
    "a class between": (
        CLASSES + ".",
        CLASSES.replace("subClassOf ex:A", "subClassOf ex:M")
        + ". ex:M a owl:Class ; rdfs:subClassOf ex:A .",
    ),
    "a label": ('ex:A a owl:Class ; rdfs:label "a"@en .', 'ex:A a owl:Class ; rdfs:label "b"@en .'),
    "what an open shape no longer names": (INLINE + "] , [ sh:path ex:q ] .", INLINE + "] ."),
    "what a closed shape names in another place": (
        INLINE + "] , [ sh:path ex:q ] ; sh:closed true .",
        INLINE + "] ; sh:closed true ; sh:ignoredProperties ( ex:q ) .",
    ),
    "a severity inside that goes down": (
        INLINE + "; sh:minCount 1 ] .",
        INLINE + "; sh:minCount 1 ; sh:severity sh:Warning ] .",
    ),
    "a lower count": (SHAPE + "; sh:minCount 2 .", SHAPE + "; sh:minCount 1 ."),
    "a higher maximum": (SHAPE + "; sh:maxLength 5 .", SHAPE + "; sh:maxLength 50 ."),
    "a longer list": (SHAPE + "; sh:in ( 1 ) .", SHAPE + "; sh:in ( 2 1 ) ."),
    "a wider class": (
        CLASSES + "." + SHAPE + "; sh:class ex:B .",
        CLASSES + "." + SHAPE + "; sh:class ex:A .",
    ),
    "a wider node kind": (
        SHAPE + "; sh:nodeKind sh:IRI .",
        SHAPE + "; sh:nodeKind sh:BlankNodeOrIRI .",
    ),
    "a warning": (SHAPE + ".", SHAPE + "; sh:minCount 1 ; sh:severity sh:Warning ."),
    "a lower severity": (
        SHAPE + "; sh:minCount 1 .",
        SHAPE + "; sh:minCount 2 ; sh:severity sh:Info .",
    ),
    "a count of nothing": (SHAPE + ".", SHAPE + "; sh:minCount 0 ."),
    "another message": (
        SHAPE + '; sh:minCount 1 ; sh:message "a" .',
        SHAPE + '; sh:minCount 1 ; sh:message "b" .',
    ),
    "other blank nodes": (INLINE + "; sh:minCount 1 ] .", INLINE + "; sh:minCount 1 ] ."),
}  # fmt: skip


@pytest.mark.parametrize("case", BREAKS)
def test_it_breaks(case: str) -> None:
    rule = case.split(maxsplit=1)[0].replace("concept-removed", "term-removed")
    assert rules(*BREAKS[case]) == [rule]


@pytest.mark.parametrize("case", HARMLESS)
def test_it_breaks_nobody(case: str) -> None:
    assert rules(*HARMLESS[case]) == []


def test_every_rule_has_a_case() -> None:
    assert {case.split()[0] for case in BREAKS} - {"concept-removed"} == set(RULES)


def test_only_own_iris_count_as_published() -> None:
    old = "ex:x a ex:Thing . <http://elsewhere.org/y> a ex:Thing ."
    found = compared(old, "ex:z a ex:Thing .", "http://example.org/").breaking
    assert [change.thing for change in found] == ["http://example.org/x"]


# --- versions ------------------------------------------------------------------------------------

ONTOLOGY = 'ex:ont a owl:Ontology ; owl:versionInfo "{version}" . ex:A a owl:Class ; rdfs:isDefinedBy ex:ont .'


@pytest.mark.parametrize(
    ("before", "after", "declared"),
    [
        ("1.2.0", "1.2.0", False),
        ("1.2.0", "1.3.0", False),
        ("1.2.0", "2.0.0", True),
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
        ("v1.2", "v2.0", True),
        ("2026-01-01", "2026-01-01", False),
        ("2026-01-01", "2026-02-01", True),
    ],
)
def test_a_breaking_change_is_declared_by_a_version(
    before: str, after: str, *, declared: bool
) -> None:
    old = ONTOLOGY.format(version=before) + "ex:B a owl:Class ; rdfs:isDefinedBy ex:ont ."
    found = compared(old, ONTOLOGY.format(version=after))
    assert [change.thing for change in found.breaking] == ["http://example.org/B"]
    assert (found.undeclared == []) is declared


def test_another_headers_version_does_not_declare() -> None:
    other = 'ex:data a dcat:Dataset ; dcat:version "{}" .'
    term = "ex:B a owl:Class ; rdfs:isDefinedBy ex:ont ."
    old = ONTOLOGY.format(version="1.0.0") + other.format("1.0.0") + term
    new = ONTOLOGY.format(version="1.0.0") + other.format("2.0.0")
    assert compared(old, new).undeclared


def test_what_is_allowed_is_declared() -> None:
    old = quads("ex:A a owl:Class .")
    found = compare(old, [], allowed=["http://example.org/A"])
    assert (len(found.breaking), found.undeclared) == (1, [])


@pytest.mark.parametrize(
    ("new", "bump"),
    [
        ("", Bump.MAJOR),
        ("ex:A a owl:Class . ex:N a owl:Class .", Bump.MINOR),
        ('ex:A a owl:Class ; rdfs:label "a"@en .', Bump.PATCH),
        ("ex:A a owl:Class .", Bump.NONE),
    ],
)
def test_the_bump_is_what_the_change_is_worth(new: str, bump: Bump) -> None:
    assert compared("ex:A a owl:Class .", new).bump == bump
