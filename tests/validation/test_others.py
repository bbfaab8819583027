"""Repositories of other people: their habits are no faults, and their faults are told plainly."""

from pathlib import Path

import pytest

from stadsgraaf.validation import Options, Report, gather, validate

OWL = """<?xml version="1.0"?>
<rdf:RDF xmlns:owl="http://www.w3.org/2002/07/owl#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xml:base="http://e/o">
<owl:Ontology rdf:about="http://e/o"><owl:imports rdf:resource="http://other/x"/></owl:Ontology>
<owl:Class rdf:about="http://e/o#A"><rdfs:subClassOf rdf:resource="http://e/o#B"/></owl:Class>
<owl:Class rdf:about="http://e/o#B"><rdfs:subClassOf rdf:resource="http://e/o#A"/></owl:Class>
<owl:ObjectProperty rdf:about="http://e/o#p"><rdfs:domain rdf:resource="http://e/o#Missing"/></owl:ObjectProperty>
</rdf:RDF>"""
SKOS = """@prefix : <http://e/kos/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:s a skos:ConceptScheme ; skos:prefLabel "S"@en ; skos:hasTopConcept :a .
:a a skos:Concept ; skos:prefLabel "A"@en ; skos:topConceptOf :s ; skos:inScheme :s .
"""
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
e:P a sh:NodeShape ; sh:targetClass e:Person ;
  sh:property [ sh:path e:address ; sh:node [ sh:property [ sh:path e:zip ; sh:minCount 1 ] ] ] ;
  sh:or ( [ sh:property [ sh:path e:mail ; sh:minCount 1 ] ] [ sh:property [ sh:path e:phone ; sh:minCount 1 ] ] ) .
"""
DATA = "@prefix e: <http://e/> .\n"


def checked(path: Path, files: dict[str, str | bytes]) -> Report:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        (path / name).write_bytes(data)
    sources = gather([path])
    return validate(sources.dataset)


def bad(report: Report) -> list[tuple[str, int, str]]:
    return [(f.name, f.span.line, f.message.en) for f in report.findings if f.severity != "info"]


CLEAN: dict[str, dict[str, str | bytes]] = {
    "concepts only": {"kos.ttl": SKOS},
    "Windows line ends": {"kos.ttl": SKOS.replace("\n", "\r\n")},
    "tabs": {"kos.ttl": SKOS.replace(" ", "\t").replace("@prefix\t", "@prefix ")},
    "an ontology that imports": {
        "o.ttl": "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix : <http://e/o#> .\n"
        "@prefix dct: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<http://e/o> a owl:Ontology ; owl:imports <http://other/x> ; dct:license <http://l/> .\n"
        ':A a owl:Class ; rdfs:label "A"@en ; rdfs:subClassOf <http://other/x#B> .'
    },
    "a prefix declared anew": {
        "a.ttl": "@prefix e: <http://e/1/> . e:a e:p 1 . @prefix e: <http://e/2/> . e:a e:p 2 ."
    },
    "a base": {"a.ttl": "@base <http://e/> . <a> <p> <#b> ."},
    "dc and schema": {
        "a.ttl": "@prefix dc: <http://purl.org/dc/terms/> . @prefix schema: <http://schema.org/> .\n"
        '<http://e/a> dc:title "a" ; schema:name "a" .'
    },
    "a huge text": {"a.ttl": f'<http://e/a> <http://e/p> "{"x" * 1_000_000}" .'},
}


@pytest.mark.parametrize("name", sorted(CLEAN))
def test_a_habit_is_no_fault(name: str, tmp_path: Path) -> None:
    assert bad(checked(tmp_path, CLEAN[name])) == []


FAULTS: dict[str, tuple[dict[str, str | bytes], str, int, str]] = {
    "a broader concept that is nowhere": (
        {"k.ttl": SKOS + ':b a skos:Concept ; skos:prefLabel "B"@en ; skos:broader :zz ; skos:inScheme :s .'},
        "skos/dangling", 5, ":zz",
    ),
    "a class with a small letter": (
        {"k.ttl": SKOS + ':b a skos:concept ; skos:prefLabel "B"@en ; skos:broader :a ; skos:inScheme :s .'},
        "term/unknown", 5, "Did you mean skos:Concept?",
    ),
    "another namespace": (
        {"k.ttl": SKOS.replace("2004/02/skos/core", "2004/02/skos/Core")}, "term/namespace", 2, "2004/02/skos/core#",
    ),
    "Latin-1": ({"a.ttl": '<http://e/a> <http://e/p> "é" .'.encode("latin-1")}, "syntax/not-utf8", 1, "0xE9"),
    "UTF-16": ({"a.ttl": "<http://e/a> <http://e/p> 1 .".encode("utf-16")}, "syntax/not-utf8", 1, "UTF-16"),
    "a byte order mark": ({"a.ttl": "\ufeff<http://e/a> <http://e/p> 1 ."}, "syntax/byte-order-mark", 1, ""),
    "OWL/XML": (
        {"o.owl": '<?xml version="1.0"?><Ontology xmlns="http://www.w3.org/2002/07/owl#"/>'},
        "syntax/serialisation", 1, "OWL/XML",
    ),
    "OWL functional syntax": ({"o.owl": "Prefix(:=<http://e/>)\nOntology(<http://e/>)"}, "syntax/serialisation", 1, "functional"),
    "JSON-LD with a context elsewhere": (
        {"a.jsonld": '{"@id": "http://e/a",\n "@context": ["https://schema.org", {}], "name": "x"}'},
        "syntax/serialisation", 2, "The context “https://schema.org” is elsewhere",
    ),
    "JSON-LD with a context elsewhere within a context": (
        {"a.jsonld": '{"@context": {"e": {"@id": "http://e/e",\n "@context": "http://e/c"}}, "@id": "http://e/a", "e": "x"}'},
        "syntax/serialisation", 2, "The context “http://e/c” is elsewhere",
    ),
    "JSON-LD with a space in an IRI": (
        {"a.jsonld": '{"http://e/p": "x",\n "@id": "http://e/a b"}'}, "syntax/bad-iri", 2, "“http://e/a b” is no IRI",
    ),
    "JSON-LD with a space in a value that is an IRI": (
        {"a.jsonld": '{"@context": {"l": {"@id": "http://e/l", "@type": "@id"}}, "@id": "http://e/a",\n "l": ["http://e/b", "http://e/c d"]}'},
        "syntax/bad-iri", 2, "“http://e/c d” is no IRI",
    ),
    "JSON-LD with a language that is none": (
        {"a.jsonld": '{"@context": {"t": {"@id": "http://e/t",\n "@language": "n_l"}}, "@id": "http://e/a", "t": "x"}'},
        "syntax/bad-language-tag", 2, "“n_l” is not a language tag",
    ),
    "a page in place of Turtle": ({"a.ttl": "<!DOCTYPE html>\n<html><body>404</body></html>"}, "syntax/other-format", 1, "HTML"),
    "JSON-LD in place of Turtle": ({"a.ttl": '[\n{"@id": "http://e/a"}]'}, "syntax/other-format", 1, ".jsonld"),
    "a directive in capitals": (
        {"a.ttl": "@Prefix e: <http://e/> .\ne:a e:p 1 ."}, "syntax/bad-prefix", 1, "“@prefix”, in small letters",
    ),
    "a percent sign": ({"a.ttl": DATA + "e:a e:p <http://e/100%zz> ."}, "syntax/bad-iri", 2, "%25"),
    "a port that is none": ({"a.ttl": DATA + "e:a e:p <http://e:80x/> ."}, "syntax/bad-iri", 2, "port"),
    "a graph of TriG that is not closed": (
        {"a.trig": DATA + "<http://e/g> {\n e:a e:p 1 .\n\nGRAPH <http://e/h> {\n e:b e:p 2 .\n}\n"},
        "syntax/serialisation", 5, "The graph that begins on line 2 is not closed",
    ),
    "XML in Latin-1": (
        {"a.rdf": OWL.replace('"1.0"', '"1.0" encoding="ISO-8859-1"', 1)}, "syntax/serialisation", 1, "as UTF-8 only",
    ),
    "none of the alternatives": (
        {"s.ttl": SHAPES, "d.ttl": DATA + "e:a a e:Person ."}, "e:P", 2, "e:mail (minCount 1) | e:phone (minCount 1)",
    ),
    "a blank node": (
        {"s.ttl": SHAPES, "d.ttl": DATA + '[] a e:Person ; e:mail "x" ; e:address [ e:street "S" ] .'},
        "e:P-address-Node", 2, "[ e:address ]",
    ),
    "a reference to no shape": (
        {"s.ttl": SHAPES + "e:Q a sh:NodeShape ; sh:targetClass e:C ; sh:property e:none ."},
        "shacl/dangling", 5, "e:none",
    ),
    "a pattern that is none": (
        {"s.ttl": SHAPES + 'e:Q a sh:NodeShape ; sh:targetClass e:C ;\n sh:property [ sh:path e:p ; sh:pattern "[a-" ] .'},
        "shacl/engine", 6, "“[a-” is no regular expression",
    ),
    "alternatives of which there are none": (
        {"s.ttl": SHAPES + "e:Q a sh:NodeShape ; sh:targetClass e:C ; sh:or () ."}, "shacl/engine", 5, "well-formed RDF list",
    ),
    "a constraint that asks": (
        {"s.ttl": SHAPES + 'e:Q a sh:NodeShape ; sh:targetClass e:C ;\n sh:sparql [ sh:select "ASK { $this a ?c }" ] .'},
        "shacl/engine", 6, "write SELECT there",
    ),
    "a target of SHACL-AF": (
        {"s.ttl": SHAPES + 'e:Q a sh:NodeShape ;\n sh:target [ sh:select "SELECT ?this { ?this ?p ?o }" ] .'},
        "shacl/advanced", 6, "sh:target is not evaluated",
    ),
    "a property shape without a path": (
        {"s.ttl": SHAPES + "e:Q a sh:NodeShape ; sh:targetClass e:C ;\n sh:property [ sh:minCount 1 ] ."},
        "shacl/shapes", 6, "has no sh:path",
    ),
    "a path that is none": (
        {"s.ttl": SHAPES + "e:Q a sh:NodeShape ; sh:targetClass e:C ;\n sh:property [ sh:path ( e:p ) ] ."},
        "shacl/shapes", 6, "This is no path",
    ),
    "one value where a list belongs": (
        {"s.ttl": SHAPES + "e:Q a sh:NodeShape ; sh:targetClass e:C ;\n sh:in e:p ."}, "shacl/shapes", 6, "This is no list",
    ),
    "an attribute of RDF/XML written wrong": (
        {"a.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">\n<e:C rdf:about="http://e/a">\n<e:p rdf:resoruce="http://e/b"/></e:C></rdf:RDF>'},
        "term/unknown", 3, "Did you mean rdf:resource?",
    ),
    "a query that is not closed": ({"a.ttl": DATA + "e:a e:b 1 .", "q/x.sparql": "ASK { ?x a ?y"}, "query/syntax", 1, "put “}”"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_is_told_once_in_plain_words(name: str, tmp_path: Path) -> None:
    files, rule, line, words = FAULTS[name]
    for file, content in files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(content.encode() if isinstance(content, str) else content)
    sources = gather([tmp_path])

    found = bad(validate(sources.dataset, Options(queries=sources.queries)))
    assert [(rule_name, row) for rule_name, row, _ in found] == [(rule, line)], found
    assert words in found[0][2]


@pytest.mark.parametrize(
    "unusable",
    ['sh:property [ sh:path e:p ; sh:pattern "[a-" ]', "sh:or ()", "sh:xone ()"],
)
def test_a_shape_that_cannot_be_used_stops_no_other(unusable: str, tmp_path: Path) -> None:
    shapes = SHAPES + f"e:Q a sh:NodeShape ; sh:targetClass e:Person ; {unusable} ."
    found = bad(checked(tmp_path, {"s.ttl": shapes, "d.ttl": DATA + "e:a a e:Person ."}))
    assert [name for name, _, _ in found] == ["e:P", "shacl/engine"]


ONE_MISTAKE = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:Number a sh:NodeShape ; sh:targetClass e:Range ; sh:property e:start , e:end .
e:start sh:path e:start ; sh:datatype xsd:integer ; sh:minInclusive 0 ; sh:message "A number from 0."@en .
e:end sh:path e:end ; sh:datatype xsd:integer ; sh:message "A number."@en .
e:Order a sh:NodeShape ; sh:targetClass e:Range ; sh:message "Eerst het begin."@nl , "Start first."@en ;
  sh:sparql [ sh:select "SELECT $this (<http://e/start> AS ?path) (?s AS ?value) { $this <http://e/start> ?s ; <http://e/end> ?e FILTER (?s >= ?e) }" ] .
e:Property a sh:NodeShape ; sh:targetNode e:start ; sh:message "Of its range."@en ;
  sh:sparql [ sh:select "SELECT $this ?value { ?any $this ?value FILTER isLiteral(?value) FILTER (DATATYPE(?value) != <http://www.w3.org/2001/XMLSchema#integer>) }" ] .
"""


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ("e:start 1 ; e:end 2", []),
        ('e:start "x" ; e:end 2', ["e:start"]),
        ("e:start -1 ; e:end 2", ["e:start"]),
        ("e:start 3 ; e:end 2", ["e:Order"]),
        ('e:start "x" ; e:end "y"', ["e:end", "e:start"]),
    ],
)
def test_one_mistake_is_told_once_by_whatever_shapes_it_breaks(
    values: str, rules: list[str], tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {
        "s.ttl": ONE_MISTAKE,
        "d.ttl": DATA + f"e:a a e:Range ; {values} .",
    }
    assert sorted(name for name, _, _ in bad(checked(tmp_path, files))) == rules


def test_a_message_without_blanks_is_told_in_each_of_its_languages(tmp_path: Path) -> None:
    # two kinds of values: pySHACL asks this query, and gives one of the messages
    data = DATA + "e:a a e:Range ; e:start 3 ; e:end 2 . e:b e:end <http://e/c> , 'x' ."
    files: dict[str, str | bytes] = {"s.ttl": ONE_MISTAKE, "d.ttl": data}
    found = next(f for f in checked(tmp_path, files).findings if f.name == "e:Order")
    assert found.message == ("Start first.", "Eerst het begin.")


@pytest.mark.parametrize("engine", ["pyshacl", "turbo"])
def test_a_message_names_things_as_people_write_them(engine: str, tmp_path: Path) -> None:
    shape = (
        'e:M a sh:NodeShape ; sh:targetClass e:C ; sh:sparql [ sh:message "{$this} has {?value} at {$PATH}"@en ,'
        ' "{$this} heeft {?value}"@nl ; sh:select "SELECT $this (<http://e/p> AS ?path) ?value'
        ' { $this <http://e/p> ?value }" ] .\n'
        'e:N a sh:NodeShape ; sh:targetClass e:C ; sh:sparql [ sh:message "{$this} of {?other}"@en ;'
        ' sh:select "SELECT $this ?other { $this <http://e/q> ?other }" ] .\n'
    )
    data = "e:a a e:C ; e:p e:b ; e:q 7 ."
    files: dict[str, str | bytes] = {"s.ttl": SHAPES + shape, "d.ttl": DATA + data}
    for file, content in files.items():
        (tmp_path / file).write_bytes(content.encode() if isinstance(content, str) else content)
    found = validate(gather([tmp_path]).dataset, Options(engine=engine)).findings
    said = {finding.name: finding.message for finding in found}
    assert said["e:M"] == ("e:a has e:b at e:p", "e:a heeft e:b")
    assert said["e:N"].en == "e:a of 7"


def test_an_ontology_in_rdf_xml_is_checked_as_one_in_turtle(tmp_path: Path) -> None:
    report = checked(tmp_path, {"o.owl": OWL})
    found = {(name, line) for name, line, _ in bad(report)}
    assert {("owl/class-cycle", 5), ("term/undeclared", 7), ("owl/no-licence", 4)} <= found


def test_what_is_found_in_json_ld_and_xml_has_its_line(tmp_path: Path) -> None:
    context = '{"@context": {"e": "http://e/"}, "@graph": [\n'
    members = [
        '{"@id": "e:a", "@type": "e:Person", "e:knows": {"@id": "e:b"},\n "e:mail": "m"},',
        '{"@id": "e:b",\n "@type": "e:Person"}]}',
    ]
    xml = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">
    <e:Person rdf:about="http://e/c"><e:mail>m</e:mail>
      <e:address><e:Address rdf:about="http://e/d"/></e:address>
      <e:when rdf:datatype="http://www.w3.org/2001/XMLSchema#date">never</e:when></e:Person></rdf:RDF>"""
    files: dict[str, str | bytes] = {"s.ttl": SHAPES, "j.jsonld": context + "\n".join(members)}
    found = {(f.name, str(f.span)) for f in checked(tmp_path, files | {"x.rdf": xml}).findings}
    assert {
        ("e:P", "j.jsonld:4:10"),
        ("lexical/literal", "x.rdf:4:68"),
        ("e:P-address-Node", "x.rdf:3:40"),
    } <= found


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.jsonld", '{"@id": "http://e/a",\n "http://e/p": }', (2, 16)),
        ("a.rdf", "<a>\n <b>\n</a>", (3, 3)),
    ],
)
def test_what_cannot_be_read_has_its_place_in_any_serialisation(
    name: str, content: str, place: tuple[int, int], tmp_path: Path
) -> None:
    (found,) = checked(tmp_path, {name: content}).findings
    assert (found.name, found.span.line, found.span.column) == ("syntax/serialisation", *place)


def test_details_of_a_nested_shape_are_unfolded(tmp_path: Path) -> None:
    report = checked(
        tmp_path,
        {
            "s.ttl": SHAPES,
            "d.ttl": DATA + '[] a e:Person ; e:mail "x" ; e:address [ e:street "S" ] .',
        },
    )
    (finding,) = [f for f in report.findings if f.name == "e:P-address-Node"]
    assert [detail.message.en for detail in finding.details] == [
        "[ e:address ] has no e:zip. Add e:zip."
    ]
