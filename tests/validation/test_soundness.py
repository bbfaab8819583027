"""What a change brings about is what two full runs differ in, whatever shapes and edits there are."""

import random
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from test_shacl import PREFIXES

from stadsgraaf.validation import Options, gather, validate
from stadsgraaf.validation.cache import Cache
from stadsgraaf.validation.finding import Finding
from stadsgraaf.validation.profile import Profile
from stadsgraaf.validation.trails import trails_of

SKOS = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
DECLARED = 'ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://e/"^^xsd:anyURI ] .\n'
STAGES = ("syntax", "lexical", "terms", "shacl", "verify")
Files = Mapping[str, str]


def written(place: Path, files: Files) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (place / name).write_text(f"{PREFIXES}{SKOS}{text}\n")
    return place


def told(findings: tuple[Finding, ...]) -> set[str]:
    """What is told, what is told beneath it included."""
    return {each.fingerprint for one in findings for each in (one, *one.also)}


def brought_about(
    tmp_path: Path, old: Files, new: Files, profile: Profile | None = None, engine: str = "pyshacl"
) -> set[str]:
    """What a change brings about by two full runs, which is also what is told without them."""
    before, after = written(tmp_path / "old", old), written(tmp_path / "new", new)
    options = {"stages": STAGES, "profile": profile or Profile(), "engine": engine}
    cache = Cache(tmp_path / "cache")
    sides = [validate(gather([place]).dataset, Options(**options)) for place in (before, after)]  # type: ignore[arg-type]
    validate(gather([before]).dataset, Options(**options, cache=cache))  # type: ignore[arg-type]
    assert not any(side.failures for side in sides)
    wanted = told(sides[1].findings) - told(sides[0].findings)
    for remembered in (None, cache):
        dataset = gather([after]).dataset
        same = {d.path: d for d in dataset.documents if old.get(str(d.path)) == new[str(d.path)]}
        earlier = gather([before], known=same)
        found = validate(dataset, Options(**options, earlier=earlier, cache=remembered))  # type: ignore[arg-type]
        assert told(found.findings) == wanted
    # what was kept by the way is all that there is
    whole = validate(gather([after]).dataset, Options(**options, cache=cache))  # type: ignore[arg-type]
    assert {replace(one, engine="") for one in whole.findings} == {
        replace(one, engine="") for one in sides[1].findings
    }
    return wanted


MISSING = "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:r ; sh:minCount 1 ] ."
INNER = """ex:S a sh:NodeShape ; sh:targetClass ex:A ;
    sh:property [ sh:path ex:q ; sh:property [ sh:path ex:p ; sh:datatype xsd:integer ] ] ."""
LISTED = "ex:L rdf:first 1 ; rdf:rest () . ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:in ex:L ] ."
ALTERNATIVES = "ex:L rdf:first [ sh:class ex:B ] ; rdf:rest () . ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:or ex:L ."
META = """ex:Meta rdfs:subClassOf rdfs:Class .
ex:A a ex:Meta , sh:NodeShape ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."""
EXPLAINED = """ex:S1 a sh:NodeShape ; sh:targetClass ex:A ; sh:property [ sh:path ex:p ; sh:pattern "^[0-9]" ] .
ex:S2 a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; sh:datatype xsd:integer ] ."""
SIBLINGS = """ex:P a sh:PropertyShape ; sh:path ex:q ; sh:qualifiedValueShape [ sh:class ex:B ] ;
    sh:qualifiedMinCount 1 ; sh:qualifiedValueShapesDisjoint true .
ex:S a sh:NodeShape ; sh:targetClass ex:A ; sh:property ex:P .
ex:M a sh:NodeShape ; sh:property ex:P , [ sh:path ex:q ; sh:qualifiedMaxCount 9 ;
    sh:qualifiedValueShape [ sh:property [ sh:path ex:s ; sh:minCount 1 ] ] ] ."""
REFUSED = "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; sh:maxCount 1 ; sh:lessThan ex:r ] ."
TWICE = """ex:S a sh:NodeShape ; sh:targetClass ex:A ;
    sh:sparql [ sh:message "one" ; sh:select "SELECT $this ?value { $this <http://e/p> ?value }" ] ,
        [ sh:message "two" ; sh:select "SELECT $this ?value { $this <http://e/p>|<http://e/q> ?value }" ] ."""
IGNORED = "# stadsgraaf:ignore ex:S-r-MinCount -- so"


@pytest.mark.parametrize(
    ("shapes", "old", "new", "count"),
    [
        pytest.param(
            INNER, 'ex:m ex:p "x" . ex:n a ex:A .', 'ex:m ex:p "x" . ex:n a ex:A ; ex:q ex:m .', 1,
            id="values-are-focus-nodes-too",
        ),
        pytest.param(
            INNER, 'ex:m ex:p "x" . ex:n a ex:A ; ex:q ex:m .', 'ex:m ex:p "x" . ex:n a ex:A .', 0,
            id="values-are-focus-nodes-no-longer",
        ),
        pytest.param(
            ALTERNATIVES, "ex:n a ex:A , ex:B .", "ex:n a ex:A .", 1, id="a-list-with-a-name"
        ),
        pytest.param(
            META, "ex:n a ex:A ; ex:p 1 .", "ex:n a ex:A .", 1, id="a-class-of-a-class-of-classes"
        ),
        pytest.param(
            EXPLAINED, 'ex:n ex:p "a" .', 'ex:n ex:p "a" ; a ex:A .', 0,
            id="what-another-shape-explains",
        ),
        pytest.param(
            MISSING, f"ex:n ex:p 1 . {IGNORED}", f"ex:n ex:other 1 .\nex:n ex:p 1 . {IGNORED}", 1,
            id="a-comment-for-another-line",
        ),
        pytest.param(
            MISSING, "ex:n ex:q [ ex:p 1 ] .", "ex:m ex:q [ ex:p 1 ] .", 1, id="another-owner"
        ),
        pytest.param(
            SIBLINGS, "ex:n a ex:A ; ex:q ex:m . ex:m a ex:B .",
            "ex:n a ex:A ; ex:q ex:m . ex:m a ex:B ; ex:s 1 .", 1, id="siblings-in-another-shape",
        ),
        pytest.param(
            MISSING.replace("targetSubjectsOf ex:p", "targetClass ex:A"),
            "ex:n a ex:A , skos:Concept .", "ex:n a ex:A , skos:Concept ; ex:r 1 .", 2,
            id="what-a-shape-hid-of-a-rule",
        ),
        pytest.param(
            REFUSED, "ex:m ex:p 1 ; ex:r [ ex:s 1 ] .", "ex:m ex:p 1 ; ex:r [ ex:s 1 ] . ex:n ex:p 1 , 2 .", 0,
            id="a-shape-refused-for-another-thing",
        ),
        pytest.param(
            TWICE, "ex:n a ex:A .", "ex:n a ex:A ; ex:p 1 .", 2, id="two-queries-of-a-shape"
        ),
    ],
)  # fmt: skip
def test_what_is_far_from_a_change_is_told_all_the_same(
    shapes: str, old: str, new: str, count: int, tmp_path: Path
) -> None:
    before, after = ({"data.ttl": text, "shapes.ttl": DECLARED + shapes} for text in (old, new))
    assert len(brought_about(tmp_path, before, after)) == count


def test_a_shape_whose_list_has_a_name_is_another_with_other_members(tmp_path: Path) -> None:
    old = {"data.ttl": "ex:n a ex:A ; ex:p 1 .", "shapes.ttl": LISTED}
    new = old | {"shapes.ttl": LISTED.replace("first 1", "first 2")}
    assert len(brought_about(tmp_path, old, new)) == 1


def test_things_without_a_name_that_are_told_alike_are_counted_in_all_files(tmp_path: Path) -> None:
    old = {"a.ttl": "ex:z ex:q 1 .", "b.ttl": "ex:n ex:q [ ex:p 1 ] .", "shapes.ttl": MISSING}
    assert brought_about(tmp_path, old, old | {"a.ttl": "ex:n ex:q [ ex:p 1 ] ."})


def test_what_passes_in_one_file_only_is_told_when_it_moves_to_another(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text("severity:\n  http://e/S-r-MinCount:\n    a.ttl: off\n")
    old = {"a.ttl": "ex:n ex:p 1 .", "b.ttl": "ex:m ex:r 1 .", "shapes.ttl": MISSING}
    new = old | {"a.ttl": "ex:x ex:r 1 .", "b.ttl": "ex:m ex:r 1 . ex:n ex:p 1 ."}
    assert len(brought_about(tmp_path, old, new, Profile.read(path))) == 1


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?this { ?this e:p ?x . OPTIONAL { ?this ?p ?y } VALUES ?p { e:q } }",
        "SELECT ?this { ?this e:p ?x . BIND (EXISTS { ?this ?p ?y } AS ?z) VALUES ?p { e:q } }",
        "SELECT ?this { { ?this e:p ?x FILTER NOT EXISTS { ?this ?p 1 } } VALUES ?p { e:q } }",
        "SELECT ?this { ?this e:p ?x VALUES ?p { e:q } OPTIONAL { ?x e:p ?y OPTIONAL { ?y ?p 1 } } }",
    ],
)
def test_what_comes_after_a_group_does_not_narrow_it(query: str) -> None:
    trails = trails_of(f"PREFIX e: <http://e/> {query}", {})
    assert trails is not None
    assert any(trail.predicates is None for trail in trails)


def test_an_engine_that_refuses_all_shapes_for_one_is_asked_all_of_them(tmp_path: Path) -> None:
    """A shape that reads nothing of the change makes the engine refuse those that do."""
    refused = """ex:T a sh:NodeShape ; sh:targetNode ex:n ;
        sh:sparql [ sh:select "SELECT $this { VALUES ?x { 1 } FILTER (?x = 2) }" ] ."""
    old = {"data.ttl": "ex:n ex:q 1 .", "shapes.ttl": f"{DECLARED}{MISSING}{refused}"}
    new = old | {"data.ttl": "ex:n ex:q 1 ; ex:p 1 ."}
    assert not brought_about(tmp_path, old, new, engine="turbo")


class Chance:
    """Data, shapes and edits at random, of all that SHACL has."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.pick = self._chance.choice

    def __call__(self, text: str) -> str:
        """A text in which each ``{name}`` is one of those by that name, chosen anew each time."""
        while "{" in (again := re.sub(r"\{(\w+)\}", lambda m: self.pick(CHOICES[m[1]]), text)):
            text = again
        return again.replace("<<", "{").replace(">>", "}")

    def lines(self, name: str, least: int, most: int) -> list[str]:
        return [self(f"{{{name}}}") for _ in range(self._chance.randrange(least, most))]

    def edited(self, files: dict[str, list[str]]) -> dict[str, list[str]]:
        found = {name: list(lines) for name, lines in files.items()}
        for _ in range(self.pick([1, 1, 2, 3])):
            name = self.pick(["a.ttl", "a.ttl", "b.ttl", "shapes.ttl"])
            lines, kind = found[name], "shape" if name == "shapes.ttl" else "line"
            at, edit = (
                self._chance.randrange(len(lines)),
                self.pick(["add", "drop", "alter", "move"]),
            )
            if edit in {"alter", "drop", "move"} and len(lines) > 1:
                gone = lines.pop(at)
                if edit == "move":
                    found.setdefault(self.pick(["b.ttl", "new.ttl"]), []).insert(0, gone)
            if edit in {"add", "alter"}:
                lines.insert(at, self(f"{{{kind}}}"))
        return found


CHOICES = {
    "n": [f"ex:n{number}" for number in range(6)],
    "p": ["ex:p", "ex:q", "ex:r", "ex:s"],
    "c": ["ex:A", "ex:B", "ex:C"],
    "v": ["{n}", "{n}", "{n}", "1", "5", '"x"', '"a"@nl', '"07"^^xsd:integer', "[ {p} {v} ; a {c} ]"],
    "line": [
        *["{n} {p} {v} ."] * 6, *["{n} a {c} ."] * 3, "[] {p} {v} .", "_:x {p} {v} ; a {c} .",
        "{c} rdfs:subClassOf {c} .", "{n} a skos:Concept ; skos:broader {n} .",
        "{n} a {c} . # stadsgraaf:ignore ex:S -- so", "{n} ex:tpye {v} .",
    ],
    "path": [
        *["{p}"] * 5, "( {p} {p} )", "[ sh:inversePath {p} ]", "rdf:type",
        "[ sh:alternativePath ( {p} [ sh:inversePath {p} ] ) ]", "[ sh:zeroOrMorePath {p} ]",
        "[ sh:zeroOrOnePath {p} ]", "( {p} [ sh:oneOrMorePath {p} ] )",
    ],
    "one": [
        "sh:class {c}", "sh:nodeKind sh:IRI", "sh:datatype xsd:integer", "sh:in ( {n} 1 5 )",
        'sh:pattern "^[a-z]"', "sh:equals {p}", "sh:disjoint {p}", "sh:hasValue {n}",
    ],
    "some": [
        "{one}", "sh:minCount 1", "sh:maxCount 1", "sh:minCount 2", "sh:uniqueLang true",
        "sh:qualifiedValueShape {inner} ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShapesDisjoint true",
        "sh:node {inner}", "sh:node ex:N", "sh:property {property}",
    ],
    "property": ["[ sh:path {path} ; {some} ]", "[ sh:path {path} ; {some} ; {one} ]", "ex:P"],
    "inner": ["[ {one} ]", "[ sh:property [ sh:path {path} ; {one} ; sh:minCount 1 ] ]"],
    "all": [
        *["sh:property {property}"] * 4, "{one}", "sh:not {inner}", "sh:or ( {inner} {inner} )",
        "sh:xone ( {inner} {inner} )", "sh:node ex:N", "sh:closed true ; sh:ignoredProperties ( {p} )",
        *["sh:sparql [ sh:prefixes ex: ; sh:select '''SELECT $this ?a << {group} >>''' ]"] * 3,
    ],
    "target": [
        *["sh:targetClass {c}"] * 3, "sh:targetSubjectsOf {p}", "sh:targetObjectsOf {p}",
        "sh:targetNode {n}",
    ],
    "shape": [
        *["{name} a sh:NodeShape ; {target} ; {all} ."] * 4, "ex:N a sh:NodeShape ; {all} .",
        "ex:S a sh:NodeShape ; {target} ; {all} ; {all} .", "ex:P sh:path {path} ; {some} .",
        "ex:T a sh:NodeShape ; sh:deactivated true ; {target} ; {all} .",
        "{c} a rdfs:Class , sh:NodeShape ; {all} .",
    ],
    "name": ["ex:S", "ex:T", "ex:U"],
    "group": [
        "$this {step} ?a . {more}", "{more} $this {step} ?a .", "$this {step} ?a . {more} {more}",
        "<< $this {step} ?a >> UNION << ?a {step} $this . {more} >>",
    ],
    "more": [
        "", "?a {step} ?b .", "OPTIONAL << ?a {step} ?b >>", "FILTER NOT EXISTS << ?a {step} ?c >>",
        "FILTER EXISTS << $this ?d ?c . ?c {step} ?a >>", "BIND (EXISTS << ?a {p} {n} >> AS ?e)",
        "OPTIONAL << $this {p} ?b FILTER (?b != ?a) >> FILTER (!BOUND(?b))",
        "<< SELECT $this << $this {step} ?f >> >>", "?x {p} ?y FILTER (?y = ?a)",
    ],
    "step": [*["{p}"] * 4, "^{p}", "{p}/{p}", "{p}*", "({p}|^{p})", "!({p}|{p})", "a", "a/rdfs:subClassOf*"],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_any_change_brings_about_what_two_full_runs_differ_in(seed: int, tmp_path: Path) -> None:
    chance = Chance(seed)
    files = {
        "a.ttl": chance.lines("line", 8, 16),
        "b.ttl": chance.lines("line", 4, 8),
        "shapes.ttl": [DECLARED, *chance.lines("shape", 3, 6)],
    }
    before, after = (
        {name: "\n".join(lines) for name, lines in side.items()}
        for side in (files, chance.edited(files))
    )
    brought_about(tmp_path, before, after)
