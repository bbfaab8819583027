"""What cannot be read is told once, where it is to be mended, and hides nothing that can be read."""

from pathlib import Path

import pytest

from stadsgraaf.validation import gather, validate

PREFIX = "@prefix e: <http://e/> .\n"
KOS = """@base <http://e/kos/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<> a skos:ConceptScheme ; skos:prefLabel "S"@en ; skos:hasTopConcept <a> .
<a> a skos:Concept ; skos:prefLabel "A"@en ; skos:topConceptOf <> ; skos:inScheme <> .
"""
XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">
<e:T rdf:about="http://e/a"><e:p>x</e:p></e:T>
</rdf:RDF>"""
FAULTS: dict[str, tuple[str, str | bytes, str, tuple[int, int], str]] = {
    "a lost semicolon": ("a.ttl", PREFIX + "e:a e:p 1 ;\n  e:q 2\n  e:r 3 ;\n  e:s 4 .", "syntax/missing-separator", (3, 7), "put “;” here"),
    "a lost comma": ("a.ttl", PREFIX + 'e:a e:p "b"@nl\n  "c"@nl .', "syntax/missing-separator", (2, 14), "put “,” here"),
    "a lost semicolon in a graph": ("a.trig", PREFIX + "e:g { e:a e:p 1\n  e:q 2 . }", "syntax/missing-separator", (2, 15), "“;”"),
    "a semicolon before the next statement": ("a.ttl", PREFIX + "e:a e:p 1 ;\n\ne:b a e:C .", "syntax/missing-dot", (2, 11), "in place of “;”"),
    "a prefix without its colon": ("a.ttl", "@prefix e <http://e/> .\ne:a e:p 1 .", "syntax/bad-prefix", (1, 9), "colon"),
    "a SPARQL prefix with a dot": ("a.ttl", "PREFIX e: <http://e/> .\ne:a e:p 1 .", "syntax/bad-prefix", (1, 23), "delete the dot"),
    "another prefix for a namespace": ("a.ttl", "@prefix dct: <http://purl.org/dc/terms/> .\n<http://e/a> dcterms:title 'a' .", "syntax/undeclared-prefix", (2, 14), "Did you mean “dct:”?"),
    "quotation marks of a word processor": ("a.ttl", PREFIX + "e:a e:p “b” .", "syntax/curly-quotes", (2, 9), "word processor"),
    "two of three quotation marks": ("a.ttl", PREFIX + 'e:a e:p """b\n c""@nl .\ne:d e:p """e"""@nl .', "syntax/unclosed-string", (2, 9), "not closed with three"),
    "an escape that is cut off": ("a.ttl", PREFIX + 'e:a e:p "b \\u00e " .', "syntax/bad-escape", (2, 12), "“\\u00e”"),
    "a binary file": ("a.ttl", bytes(range(256)) * 40, "syntax/not-utf8", (1, 1), "binary"),
    "a character U+0000": ("a.ttl", PREFIX + "e:a e:p 1 .\0", "syntax/nul-character", (2, 12), "delete it"),
    "lines of an old Mac": ("a.ttl", (PREFIX + "e:a e:p 1 ;\n  f:q 2 .").replace("\n", "\r"), "syntax/undeclared-prefix", (3, 3), "f:"),
    "a concept that is not read": ("k.ttl", KOS + '<b> a skos:Concept ; skos:broader <x y> .\n<c> a skos:Concept ; skos:prefLabel "C"@en ; skos:broader <b> ; skos:inScheme <> .', "syntax/bad-iri", (5, 35), "%20"),
    "a shape that is not read": ("s.ttl", "@prefix sh: <http://www.w3.org/ns/shacl#> .\n" + PREFIX + "e:S a sh:NodeShape ; sh:property e:P .\ne:P sh:path ( e:a [ sh:zeroOrMorePath ] ) .", "syntax/no-object", (4, 39), "no object"),
    "a slash in a name": ("a.ttl", PREFIX + "e:a e:p e:b/c .\ne:d e:p 1 .", "syntax/bad-name", (2, 12), "between < and >"),
    "a hash in a name": ("a.ttl", PREFIX + "e:a e:p e:b#c .\ne:d e:p 1 .", "syntax/bad-name", (2, 12), "“#”"),
    "an address without brackets": ("a.ttl", PREFIX + "e:a e:p http://x.org/a .\ne:d e:p 1 .", "syntax/bare-address", (2, 9), "<http://x.org/a>"),
    "a date without quotation marks": ("a.ttl", PREFIX + "e:a e:p 2020-01-31 .\ne:d e:p 1 .", "syntax/bare-date", (2, 9), "xsd:date"),
    "no datatype": ("a.ttl", PREFIX + 'e:a e:p "x"^^ .\ne:d e:p 1 .', "syntax/no-datatype", (2, 12), "xsd:date"),
    "one sign before a datatype": ("a.ttl", PREFIX + 'e:a e:p "x"^e:d .\ne:d e:p 1 .', "syntax/no-datatype", (2, 12), "“^^”"),
    "a language that ends with a hyphen": ("a.ttl", PREFIX + 'e:a e:p "x"@en- .\ne:d e:p 1 .', "syntax/bad-language-tag", (2, 15), "delete the hyphen"),
    "a sign without a number": ("a.ttl", PREFIX + "e:a e:p - .\ne:d e:p 1 .", "syntax/no-object", (2, 9), "no digits"),
    "a space in a namespace": ("a.ttl", "@prefix f: <http://f/ x> .\n" + PREFIX + "f:a e:p 1 .\nf:b e:p f:a .", "syntax/bad-iri", (1, 12), "%20"),
    "no language": ("a.ttl", PREFIX + 'e:a e:p "x"@ .\ne:d e:p 1 .', "syntax/bad-language-tag", (2, 12), "@nl"),
    "a list that is not closed": ("a.ttl", PREFIX + "e:a e:p ( 1 2 .\ne:d e:p 1 .", "syntax/unclosed-bracket", (2, 15), "“)”"),
    "a line of N-Quads without its dot": ("a.nq", "<http://e/a> <http://e/p> 'b' <http://e/g>\n".replace("'", '"'), "syntax/missing-dot", (1, 42), "ends with a dot"),
    "a graph in N-Triples": ("a.nt", '<http://e/a> <http://e/p> "b" <http://e/g> .', "syntax/serialisation", (1, 31), "name the file .nq"),
    "a graph that is not closed": ("a.trig", PREFIX + "e:g { e:a e:p 1\nGRAPH e:h { e:b e:p 2 . }", "syntax/serialisation", (3, 1), "put “}”"),
    "XML that is cut off": ("a.rdf", XML.removesuffix("</rdf:RDF>"), "syntax/serialisation", (2, 46), "cut off"),
    "an element closed by another": ("a.rdf", XML.replace("</e:p>", "</e:q>"), "syntax/serialisation", (2, 37), "“</e:p>” is expected"),
    "an identifier with a space": ("a.rdf", XML.replace('rdf:about="http://e/a"', 'rdf:ID="a b"'), "syntax/serialisation", (2, 1), "rdf:about"),
    "an entity that nobody declares": ("a.rdf", XML.replace(">x<", ">&eacute;<"), "syntax/serialisation", (2, 34), "“&eacute;”"),
    "a language that is none": ("a.rdf", XML.replace("<e:p>", '<e:p xml:lang="nl_NL">'), "syntax/serialisation", (2, 1), "BCP 47"),
    "JSON without a comma": ("a.jsonld", '{"@id": "http://e/a"\n "http://e/p": 1}', "syntax/serialisation", (1, 20), "comma is missing"),
    "JSON with a list that is not closed": ("a.jsonld", '{"http://e/p": [1, {"@id": "http://e/b"},\n "@id": "http://e/a"}', "syntax/serialisation", (2, 2), "close the list"),
    "JSON with a comma too many": ("a.jsonld", '{"@id": "http://e/a", "http://e/p": [1,\n]}', "syntax/serialisation", (1, 39), "delete the comma"),
    "JSON with a key twice": ("a.jsonld", '{"@id": "http://e/a", "http://e/p": 1,\n "http://e/p": 2}', "syntax/serialisation", (2, 2), "twice"),
    "JSON that is cut off": ("a.jsonld", '{"@id": "http://e/a",\n "http://e/p": [1', "syntax/serialisation", (2, 17), "cut off"),
    "a prefix without its namespace": ("a.ttl", "@prefix e: .\n@prefix f: <http://f/> .\ne:a f:p 1 .\nf:b f:p e:c .", "syntax/bad-prefix", (1, 12), "IRI missing"),
    "a well-known prefix in shapes": ("s.ttl", PREFIX + "e:S a sh:NodeShape ; sh:targetClass e:T ; sh:property [ sh:path e:p ; sh:minCount 1 ] .", "syntax/undeclared-prefix", (2, 7), "shacl#"),
    "a prefix of a path in a shape": ("s.ttl", PREFIX + "@prefix sh: <http://www.w3.org/ns/shacl#> .\ne:S a sh:NodeShape ; sh:targetClass e:T ; sh:property [ sh:path f:p ; sh:minCount 1 ] .", "syntax/undeclared-prefix", (3, 65), "f:"),
    "a word for the context that is none": ("a.jsonld", '{"@cotext": {"e": "http://e/"},\n "@id": "http://e/a", "name": "x", "size": 2}', "syntax/lost-key", (1, 2), "“@cotext”"),
    "a key that no context names": ("a.jsonld", '{"@context": {"name": "http://e/name"}, "@id": "http://e/a", "name": "x",\n "naam": "y"}', "syntax/lost-key", (2, 2), "“naam”"),
    "a context that is not there": ("a.jsonld", '{"@id": "http://e/a",\n "@context": "c.jsonld", "p": 1}', "syntax/serialisation", (2, 2), "“c.jsonld”"),
    "a namespace in XML that is nearly one": ("a.rdf", XML.replace("<e:p>x</e:p>", '<d:title xmlns:d="http://purl.org/dc/term/">x</d:title>'), "term/namespace", (2, 46), "<http://purl.org/dc/terms/>"),
}  # fmt: skip


def found(folder: Path) -> list[tuple[str, tuple[int, int], str, str]]:
    report = validate(gather([folder]).dataset)
    assert not report.failures
    return [
        (f.name, (f.span.line, f.span.column), f.message.en, f.message.nl)
        for f in report.findings
        if f.severity != "info"
    ]


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_of_reading_is_told_once_at_its_place_in_both_languages(
    name: str, tmp_path: Path
) -> None:
    file, content, rule, place, words = FAULTS[name]
    (tmp_path / file).write_bytes(content.encode() if isinstance(content, str) else content)
    told = found(tmp_path)
    assert [(fault[0], fault[1]) for fault in told] == [(rule, place)], told
    assert words in told[0][2]
    assert told[0][3] != told[0][2]


def test_a_context_of_json_ld_may_be_a_file_of_the_repository(tmp_path: Path) -> None:
    context = '{"@context": {"e": "http://e/", "day": {"@id": "e:day", "@type": "http://www.w3.org/2001/XMLSchema#date"}}}'
    (tmp_path / "context.jsonld").write_text(context)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.jsonld").write_text(
        '{"@context": ["../context.jsonld", {"f": "http://f/"}],\n "@id": "e:a", "day": "2024-02-30"}'
    )
    assert [(name, place) for name, place, _, _ in found(tmp_path)] == [
        ("lexical/literal", (2, 24))
    ]
    assert not [f for f in validate(gather([tmp_path]).dataset).findings if f.severity == "info"]


@pytest.mark.parametrize(
    "text",
    [
        '{"@context": {"@vocab": "http://e/"}, "@id": "http://e/a", "b": 1}',
        '{"@context": {"b": {"@id": "http://e/b", "@context": {"c": "http://e/c"}}}, "b": {"c": 1}}',
        '{"@context": {"id": "@id", "e": "http://e/"}, "id": "e:a", "e:b": 1}',
        '{"@context": {"b": {"@id": "http://e/b", "@container": "@language"}}, "b": {"nl": "x"}}',
        '{"@context": {"b": {"@id": "http://e/b", "@type": "@json"}}, "b": {"any": 1}}',
    ],
)
def test_a_key_that_a_context_names_in_any_way_is_not_lost(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonld").write_text(text)
    assert found(tmp_path) == []


def test_contexts_that_name_each_other_come_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "a.jsonld").write_text('{"@context": "a.jsonld", "@id": "http://e/a"}')
    ((name, place, message, _),) = found(tmp_path)
    assert (name, place) == ("syntax/serialisation", (1, 2))
    assert "name each other" in message


def test_what_is_read_includes_the_contexts_of_others(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"@context": {"p": "http://e/p"}}')
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.jsonld").write_text(
        '{"@context": ["../c.json", {"q": "http://e/q"}], "@id": "http://e/a", "p": 1}'
    )
    assert gather([tmp_path]).files == {Path("c.json"), Path("d/a.jsonld")}


def test_a_file_that_rests_on_a_context_is_read_again_when_that_changed(tmp_path: Path) -> None:
    (tmp_path / "c.jsonld").write_text('{"@context": {"p": "http://e/p"}}')
    (tmp_path / "a.jsonld").write_text('{"@context": "c.jsonld", "@id": "http://e/a", "p": 1}')
    before = {one.path: one for one in gather([tmp_path]).dataset.documents}
    (tmp_path / "c.jsonld").write_text('{"@context": {"p": "http://e/q"}}')
    after = gather([tmp_path], known={Path("a.jsonld"): before[Path("a.jsonld")]}).dataset
    said = [triple.predicate.value for one in after.documents for triple in one.turtle.triples]
    assert said == ["http://e/q"]


@pytest.mark.parametrize(
    ("declaration", "rule"),
    [
        ("@prefix k: <http://e/ kos/> .", "syntax/bad-iri"),
        ("@prefix kos: <http://e/kos/> .", "syntax/undeclared-prefix"),
        ("@prefix k <http://e/kos/> .", "syntax/bad-prefix"),
    ],
)
def test_what_a_broken_declaration_hides_is_not_missed_elsewhere(
    declaration: str, rule: str, tmp_path: Path
) -> None:
    skos = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    (tmp_path / "a.ttl").write_text(
        declaration
        + "\n"
        + skos
        + 'k:b a skos:Concept ; skos:prefLabel "B"@en ; skos:inScheme k: ; skos:broader k:a .'
    )
    (tmp_path / "k.ttl").write_text(
        KOS + '<c> a skos:Concept ; skos:prefLabel "C"@en ; skos:broader <b> ; skos:inScheme <> .\n'
        "@prefix k: <http://e/kos/> ."
    )
    found = validate(gather([tmp_path]).dataset).findings
    assert [one.name for one in found if one.severity != "info"] == [rule], found


def test_a_property_whose_declaration_is_not_read_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "o.ttl").write_text(PREFIX + 'e:p a e:Property ; e:label "a"@nl" .\n')
    query = (
        "SELECT $this (<http://e/p> AS ?path) ?value { $this <http://e/p> ?value"
        " FILTER NOT EXISTS { <http://e/p> a <http://e/Property> } }"
    )
    (tmp_path / "d.ttl").write_text(
        PREFIX + "@prefix sh: <http://www.w3.org/ns/shacl#> .\ne:a e:p 1 .\n"
        f'e:S a sh:NodeShape ; sh:targetSubjectsOf e:p ; sh:sparql [ sh:select "{query}" ] .'
    )
    found = validate(gather([tmp_path]).dataset).findings
    assert [one.name for one in found if one.severity != "info"] == ["syntax/unclosed-string"], (
        found
    )
