"""Faults that are good RDF: each is told once, at its line; what looks like one is none."""

from pathlib import Path

import pytest

from stadsgraaf.validation import Options, gather, validate

E = "@prefix e: <http://e/> .\n"
SH = E + "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
SHAPE = SH + "e:S a sh:NodeShape ; sh:targetClass e:T ;\n"
SKOS = (
    E
    + """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
e:s a skos:ConceptScheme ; skos:prefLabel "S"@en ; skos:hasTopConcept e:top .
e:top a skos:Concept ; skos:prefLabel "Top"@en ; skos:topConceptOf e:s ; skos:inScheme e:s ; skos:notation "1" .
"""
)
NESTED = "sh:property [ sh:path e:p ; sh:node e:N ] .\ne:N a sh:NodeShape ; "
CONCEPT = 'e:low a skos:Concept ; skos:prefLabel "Low"@en ; skos:inScheme e:s ; '
OWL = (
    E
    + """@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://e/> a owl:Ontology ; <http://purl.org/dc/terms/license> <http://l/> .
e:size a owl:DatatypeProperty ; rdfs:range xsd:decimal ; rdfs:label "size"@en ; rdfs:comment "Its size."@en .
"""
)
QUERY = "PREFIX e: <http://e/>\n"
FAULTS: dict[str, tuple[dict[str, str], str, tuple[str, int], str]] = {
    "a scheme of addresses that is none": ({"a.ttl": E + "e:a e:p <htp://x.org/a> ."}, "lexical/address", ("a.ttl", 2), "“http://x.org/a”"),
    "one slash": ({"a.ttl": E + "e:a e:p <https:/x.org/a> ."}, "lexical/address", ("a.ttl", 2), "“https://x.org/a”"),
    "a host without a scheme": ({"a.ttl": E + "e:a e:p <www.x.org/a> ."}, "lexical/address", ("a.ttl", 2), "“https://www.x.org/a”"),
    "mail without a scheme": ({"a.ttl": E + "e:a e:p <a@x.org> ."}, "lexical/address", ("a.ttl", 2), "“mailto:a@x.org”"),
    "an address in JSON": ({"a.jsonld": '{"@id": "http://e/a",\n "http://e/p": {"@id": "http//x.org"}}'}, "lexical/address", ("a.jsonld", 2), "“http://x.org”"),
    "accents that became two characters": ({"a.ttl": E + 'e:a e:p "Zo\u00c3\u00ab" .'}, "lexical/encoding", ("a.ttl", 2), "“Zo\u00eb”"),
    "a text for a thing": ({"a.ttl": SKOS + CONCEPT + 'skos:broader "top" , e:top .'}, "data/wrong-kind-of-value", ("a.ttl", 5), "skos:broader"),
    "a thing for a text": ({"a.ttl": SKOS + CONCEPT + "skos:broader e:top ; skos:altLabel e:top ."}, "data/wrong-kind-of-value", ("a.ttl", 5), "skos:altLabel"),
    "a notation twice": ({"a.ttl": SKOS + CONCEPT + 'skos:broader e:top ; skos:notation "1" .'}, "skos/same-notation", ("a.ttl", 4), '"1"'),
    "a relation the wrong way round": ({"a.ttl": SKOS + CONCEPT + "skos:narrower e:top ."}, "skos/top-with-broader", ("a.ttl", 4), "e:low"),
    "a hierarchy beside the top concepts": ({"a.ttl": SKOS + CONCEPT + "skos:narrower e:deep .\n" + CONCEPT.replace("ow", "eep").replace("e:leep", "e:deep") + "skos:broader e:low ."}, "skos/unnamed-top", ("a.ttl", 5), "e:low"),
    "a concept broader than itself": ({"a.ttl": SKOS + CONCEPT + "skos:broader e:top , e:low ."}, "skos/broader-cycle", ("a.ttl", 5), "e:low"),
    "a text where the range is a number": ({"a.ttl": OWL + 'e:a rdfs:label "a"@en ; e:size "12" .'}, "owl/wrong-datatype", ("a.ttl", 6), '"12"'),
    "a namespace that is nearly one's own": ({"a.ttl": OWL, "b.ttl": "@prefix e: <https://e/> .\n<http://x/a> e:size 1 ."}, "term/namespace", ("b.ttl", 1), "<http://e/>"),
    "a name that is nearly one": ({"a.ttl": E + "e:utrecht e:p 1 .\ne:a e:near e:utrect ."}, "term/slip", ("a.ttl", 3), "e:utrecht"),
    "a name of schema.org": ({"a.ttl": E + "@prefix s: <http://schema.org/> .\ne:a s:nmae 1 ."}, "term/unknown", ("a.ttl", 3), "s:name"),
    "limits that exclude each other": ({"s.ttl": SHAPE + "sh:property [ sh:path e:p ;\n sh:minCount 2 ; sh:maxCount 1 ] .", "a.ttl": E + "e:a a e:T ; e:p 1 ."}, "shacl/contradiction", ("s.ttl", 5), "sh:minCount is 2"),
    "a qualified shape that counts nothing": ({"s.ttl": SHAPE + "sh:property [ sh:path e:p ;\n sh:qualifiedValueShape [ sh:class e:C ] ] ."}, "shacl/shapes", ("s.ttl", 5), "sh:qualifiedMinCount"),
    "a node shape with a path": ({"s.ttl": SHAPE + "sh:property e:P .\ne:P a sh:NodeShape ; sh:path e:p ; sh:minCount 1 ."}, "shacl/shapes", ("s.ttl", 5), "sh:PropertyShape"),
    "closed with a text": ({"s.ttl": SHAPE + 'sh:closed "true" ;\n sh:ignoredProperties ( e:p ) .'}, "shacl/shapes", ("s.ttl", 4), "xsd:boolean"),
    "a shape that refers to itself": ({"s.ttl": SHAPE + "sh:node e:N .\ne:N a sh:NodeShape ; sh:node e:N .", "a.ttl": E + "e:a a e:T ."}, "shacl/recursion", ("s.ttl", 5), "e:N"),
    "a query in a shape that is not closed": ({"s.ttl": SHAPE + 'sh:sparql [\n sh:select "SELECT $this { $this a ?c " ] .'}, "query/syntax", ("s.ttl", 5), "“{” is not closed"),
    "a prefix that a query in a shape lacks": ({"s.ttl": SHAPE + 'sh:sparql [\n sh:select "SELECT $this { $this e:p ?c }" ] .'}, "query/syntax", ("s.ttl", 5), "sh:prefixes"),
    "a value that is never bound": ({"s.ttl": SHAPE + 'sh:sparql [\n sh:select "SELECT $this ?valeu { $this <http://e/p> ?value }" ] .'}, "query/unbound", ("s.ttl", 5), "?valeu"),
    "a prefix that a query lacks": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": "SELECT * {\n ?a f:p ?b }"}, "query/syntax", ("q.rq", 2), "PREFIX f:"),
    "brackets of two kinds": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT * {\n ?a e:p ?b FILTER (?b > 1 }"}, "query/syntax", ("q.rq", 3), "the “(” of line 3"),
    "a text without its end": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT * {\n ?a e:p 'b }"}, "query/syntax", ("q.rq", 3), "not closed"),
    "a column that stays empty": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT ?a ?c\n{ ?a e:p ?b }"}, "query/unbound", ("q.rq", 2), "?c"),
    "a name that data spell otherwise": ({"a.ttl": E + "e:a e:before 1 .", "q.rq": QUERY + "SELECT *\n{ ?a e:befoer ?b }"}, "query/unused-name", ("q.rq", 3), "e:before"),
    "a variable that is not grouped by": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT ?a (COUNT(?b) AS ?n)\n{ ?a e:p ?b }"}, "query/syntax", ("q.rq", 2), "?a is selected and neither grouped by"),
    "a column that AS names anew": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT *\n{ ?a e:p ?b BIND (1 AS ?a) }"}, "query/syntax", ("q.rq", 3), "?a has a value already"),
    "a column that AS names beside brackets": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT ?a AS ?c\n{ ?a e:p ?b }"}, "query/syntax", ("q.rq", 2), "( … AS ?name )"),
    "a comma between columns": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT ?a, ?b\n{ ?a e:p ?b }"}, "query/syntax", ("q.rq", 2), "delete the comma"),
    "two letters that changed places": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "AKS\n{ VALUES ?a { e:a } ?a e:p ?b }"}, "query/syntax", ("q.rq", 2), "ASK in place of AKS"),
    "a filter without brackets": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT *\n{ ?a e:p ?b FILTER ?b > 3 }"}, "query/syntax", ("q.rq", 3), "FILTER ( … )"),
    "two signs for equal": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT *\n{ ?a e:p ?b FILTER (?b == 3) }"}, "query/syntax", ("q.rq", 3), "write ="),
    "a word for and": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT *\n{ ?a e:p ?b FILTER (?b > 3 and ?b < 4) }"}, "query/syntax", ("q.rq", 3), "write &&"),
    "an order without by": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT * { ?a e:p ?b }\nORDER ?a"}, "query/syntax", ("q.rq", 3), "ORDER BY"),
    "an order by what is not there": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "SELECT * { ?a e:p ?b }\nORDER BY ?c"}, "query/unbound", ("q.rq", 3), "?c"),
    "an update among queries": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": QUERY + "DELETE WHERE { ?a e:p ?b }"}, "query/syntax", ("q.rq", 2), ".ru"),
    "a query with a byte order mark": ({"a.ttl": E + "e:a e:p 1 .", "q.rq": "\ufeff" + QUERY + "SELECT * { ?a e:p ?b }"}, "syntax/byte-order-mark", ("q.rq", 1), "without BOM"),
    "a query in a shape without its focus": ({"s.ttl": SHAPE + 'sh:sparql [\n sh:select "SELECT ?value { $this <http://e/p> ?value }" ] .'}, "shacl/no-this", ("s.ttl", 5), "SELECT $this"),
    "fewer than none": ({"s.ttl": SHAPE + "sh:property [ sh:path e:p ;\n sh:minCount -1 ] ."}, "shacl/shapes", ("s.ttl", 5), "from 0 on"),
    "a text without the language that is asked for": ({"s.ttl": SHAPE + "sh:property [ sh:path e:p ; sh:datatype <http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> ] .", "a.ttl": E + 'e:a a e:T ;\n e:p "x" .'}, "e:S-p-Datatype", ("a.ttl", 3), "@nl"),
    "one thing that lacks something and is named twice": ({"s.ttl": SHAPE + NESTED + "sh:property [ sh:path e:q ; sh:minCount 1 ] .", "a.ttl": E + "e:a a e:T ; e:p e:x .\ne:b a e:T ; e:p e:x .\ne:x e:r 1 ."}, "e:S-p-Node", ("a.ttl", 4), "has no e:q"),
    "a number that is none in a thing within": ({"s.ttl": SHAPE + NESTED + "sh:property [ sh:path e:q ; sh:datatype <http://www.w3.org/2001/XMLSchema#integer> ] .", "a.ttl": E + 'e:a a e:T ; e:p e:x .\ne:x e:q "1o"^^<http://www.w3.org/2001/XMLSchema#integer> .'}, "lexical/literal", ("a.ttl", 3), "1o"),
    "a name that is misspelt in a closed thing": ({"s.ttl": SHAPE + NESTED + "sh:closed true ; sh:property [ sh:path e:name ] , [ sh:path e:age ; sh:minCount 1 ] .", "a.ttl": E + "@prefix dct: <http://purl.org/dc/terms/> .\ne:a a e:T ; e:p e:x .\ne:x e:age 3 ;\n dct:titel 1 ."}, "term/unknown", ("a.ttl", 5), "dct:title"),
    "a thing of a class that is nowhere": ({"s.ttl": SHAPE + "sh:property [ sh:path e:p ; sh:class e:C ; sh:node e:N ] .\ne:N a sh:NodeShape ; sh:property [ sh:path e:q ; sh:minCount 1 ] .", "a.ttl": E + "e:a a e:T ;\n e:p e:nowhere ."}, "e:S-p-Class", ("a.ttl", 3), "is not a e:C"),
    "a list of what a closed shape lets pass that is none": ({"s.ttl": SHAPE + "sh:closed true ;\n sh:ignoredProperties <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ; sh:property [ sh:path e:p ] .", "a.ttl": E + "e:a a e:T ; e:p 1 ."}, "shacl/shapes", ("s.ttl", 5), "no list"),
    "an address that a pattern refuses as well": ({"s.ttl": SHAPE + 'sh:property [ sh:path e:p ; sh:pattern "^https://" ] .', "a.ttl": E + "e:a a e:T ;\n e:p <htps://e.org/x> ."}, "lexical/address", ("a.ttl", 3), "https://e.org/x"),
    "a circle with what is related": ({"a.ttl": SKOS + CONCEPT + "skos:broader e:top , e:low ; skos:related e:top ."}, "skos/broader-cycle", ("a.ttl", 5), "e:low"),
    "a licence that is a text": ({"a.ttl": E + '@prefix dct: <http://purl.org/dc/terms/> .\ne:a dct:license "CC BY" .'}, "data/wrong-kind-of-value", ("a.ttl", 3), "dct:license"),
    "two paths": ({"s.ttl": SHAPE + "sh:property e:P .\ne:P sh:path e:p ;\n sh:path e:q ; sh:minCount 1 .", "a.ttl": E + "e:a a e:T ."}, "shacl/shapes", ("s.ttl", 5), "more than one sh:path"),
    "a geometry that is none": ({"a.ttl": E + '@prefix geo: <http://www.opengis.net/ont/geosparql#> .\ne:a geo:asWKT "POINT(5.39, 52.16)"^^geo:wktLiteral .'}, "lexical/literal", ("a.ttl", 3), "POINT(5.39 52.16)"),
    "a decimal comma": ({"a.ttl": E + "e:a e:width 453,5 ;\n e:height 2 ."}, "lexical/decimal-comma", ("a.ttl", 2), "“453.5”"),
    "an update that is none": ({"a.ttl": E + "e:a e:p 1 .", "u.ru": QUERY + "DELET WHERE { ?a e:p ?b }"}, "query/syntax", ("u.ru", 2), "DELETE"),
    "a prefix that an update lacks": ({"a.ttl": E + "e:a e:p 1 .", "u.ru": "INSERT DATA { <http://e/a> f:p 1 }"}, "query/syntax", ("u.ru", 1), "PREFIX f:"),
    "a value within what a shape asks": ({"s.ttl": SHAPE + "sh:property [ sh:path e:p ; sh:node e:N ] .\ne:N a sh:NodeShape ; sh:property [ sh:path e:q ; sh:minInclusive 3 ] .", "a.ttl": E + "e:a a e:T ; e:p e:b .\ne:b\n e:q 1 ."}, "e:S-p-Node", ("a.ttl", 4), "Take"),
    "a thing that has not the class that a shape asks": ({"s.ttl": SHAPE + "sh:property [ sh:path e:p ; sh:node e:N ] .\ne:N a sh:NodeShape ; sh:class e:C .", "a.ttl": E + "e:a a e:T ;\n e:p e:b .\ne:b e:q 1 ."}, "e:S-p-Node", ("a.ttl", 3), "e:C"),
    "one value of another kind": ({"s.ttl": SHAPE + "sh:property [ sh:path e:p ; sh:datatype <http://www.w3.org/2001/XMLSchema#integer> ; sh:maxInclusive 9 ; sh:nodeKind sh:Literal ] .", "a.ttl": E + 'e:a a e:T ; e:p "x" .'}, "e:S-p-Datatype", ("a.ttl", 2), "xsd:integer"),
}  # fmt: skip


def told(folder: Path, files: dict[str, str]) -> list[tuple[str, tuple[str, int], str, str]]:
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    sources = gather([folder])
    report = validate(sources.dataset, Options(queries=sources.queries))
    assert not report.failures
    return [
        (f.name, (f.span.file, f.span.line), f.message.en, f.message.nl)
        for f in report.findings
        if f.severity != "info"
    ]


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_slip_is_told_once_at_its_line_in_both_languages(name: str, tmp_path: Path) -> None:
    files, rule, place, words = FAULTS[name]
    found = told(tmp_path, files)
    assert [(one[0], one[1]) for one in found] == [(rule, place)], found
    assert words in found[0][2]
    assert found[0][3] != found[0][2]


@pytest.mark.parametrize(
    "files",
    [
        {"a.ttl": E + "# see <htp://x> and <www.x.org>\ne:a e:p 'as <htp://x.org> and a@x.org' ."},
        {"a.ttl": E + "@base <http://e/f/> .\n<a> e:p <b.ttl> , <../http> , <mailto:a@x.org> , <t//a> ."},
        {"a.ttl": E + 'e:a e:p "\u00c3\u00a7a va \u00e9t\u00e9 \u00c9cole \u00a9" .'.replace("\u00c3\u00a7", "\u00e7")},
        {"a.ttl": OWL + 'e:a rdfs:label "a"@en ; e:size 12 , 1.5 , 1.5e0 .'},
        {"a.ttl": E + "e:site-1 e:p 1 .\ne:a e:near e:site-2 , e:utrecht , <http://x.org/sit> ."},
        {"a.ttl": E + "e:p1 e:q1 1 .", "q.rq": QUERY + "SELECT ?a (COUNT(?b) AS ?n) { ?a e:q2 ?b } GROUP BY ?a"},
        {"a.ttl": E + "e:a e:p 1, 2 ; e:q 1,2,3 ; e:r '4,5' . # 6,7 ."},
        {"a.ttl": E + "e:a e:p 1 .", "u.ru": QUERY + "DELETE { ?a e:p ?b } INSERT { ?a e:p 2 } WHERE { ?a e:p ?b }"},
        {"a.ttl": E + '@prefix geo: <http://www.opengis.net/ont/geosparql#> .\ne:a geo:asWKT "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> MULTIPOLYGON Z (((0 0 1, 1 1 1, 1e0 -0.5 1, 0 0 1)))"^^geo:wktLiteral , "POINT EMPTY"^^geo:wktLiteral , ""^^geo:wktLiteral , "GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(1 2, 3 4))"^^geo:wktLiteral .'},
        {"s.ttl": SHAPE + "sh:ignoredProperties ( e:p ) ; sh:property [ sh:path e:q ; sh:minCount 1 ; sh:maxCount 1 ] ."},
        {"s.ttl": SHAPE + 'sh:sparql [ sh:select "SELECT $this ?value { $this <http://e/p> ?value }" ] .'},
    ],
)  # fmt: skip
def test_what_only_looks_like_a_slip_is_none(files: dict[str, str], tmp_path: Path) -> None:
    assert told(tmp_path, files) == []
