"""Turtle is read as pyoxigraph reads it, and every triple knows where it stands."""

import random
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from stadsgraaf.turtle import Position, TurtleDocument, read
from stadsgraaf.turtle.reading import MAX_FAULTS
from stadsgraaf.turtle.scan import scan, token_end

PREFIX = "@prefix : <http://e/> .\n"
BASE = "http://base/"


def document(text: str, *, base: str | None = None, blank: str = "") -> TurtleDocument:
    return read(Path("a.ttl"), text=text, base_iri=base, blank_prefix=blank)


def faults(text: str) -> list[tuple[str, int, int]]:
    """Rule, line and column of each fault."""
    return [
        (str(f.members["rule"]), int(str(f.members["line"])), int(str(f.members["column"])))
        for f in document(text).faults
    ]


def words(doc: TurtleDocument, index: int) -> list[str]:
    """What stands at the three positions of a triple."""
    return [
        doc.text[offset : token_end(doc.text, offset)] for offset in doc.positions.offsets(index)
    ]


def same_but_for_labels(found: list[Triple], expected: list[Triple]) -> bool:
    """Whether one renaming of blank nodes makes the one list the other."""
    there: dict[str, str] = {}
    back: dict[str, str] = {}

    def same(one: object, other: object) -> bool:
        if isinstance(one, Triple) and isinstance(other, Triple):
            return all(map(same, parts(one), parts(other)))
        if isinstance(one, BlankNode) and isinstance(other, BlankNode):
            known = there.setdefault(one.value, other.value) == other.value
            return known and back.setdefault(other.value, one.value) == one.value
        return one == other

    return len(found) == len(expected) and all(map(same, found, expected))


def parts(triple: Triple) -> tuple[object, object, object]:
    return triple.subject, triple.predicate, triple.object


# --- triples ------------------------------------------------------------------------------------


def turtle_files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.ttl"))


def test_every_file_at_hand_gives_the_triples_of_pyoxigraph(root: Path, shared: Path) -> None:
    compared = 0
    for path in turtle_files(shared, root / "ontology", root / "data", root / "shapes"):
        if path.name.startswith("deep-"):
            continue
        try:
            expected = [
                quad.triple for quad in parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=BASE)
            ]
        except SyntaxError:
            assert read(path, base_iri=BASE).faults or path.name == "bom.ttl", path
            continue
        found = read(path, base_iri=BASE)
        assert len(found.triples) == len(found.positions), path
        assert same_but_for_labels(found.triples, expected), path
        compared += 1
    assert compared > 100


def test_literals_stay_as_they_are_written() -> None:
    doc = document(PREFIX + ':a :p 01 , "1"^^<http://e/t> , 1.50 , "x"@nl-NL , "é\\n" .')
    assert [str(t.object) for t in doc.triples] == [
        '"01"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"1"^^<http://e/t>',
        '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        '"x"@nl-nl',
        '"é\\n"',
    ]


def test_relative_iris_are_resolved_against_the_base() -> None:
    assert document("<a> <#b> <> .", base="http://e/f").triples == [
        Triple(NamedNode("http://e/a"), NamedNode("http://e/f#b"), NamedNode("http://e/f"))
    ]
    changed = document("@base <http://x/> . <a> <b> <c> .", base="http://e/")
    assert changed.triples[0].subject == NamedNode("http://x/a")
    assert changed.base == "http://x/"


def test_blank_nodes_are_numbered_the_same_each_time_and_told_apart_by_prefix() -> None:
    text = PREFIX + "_:x :p [ :q _:x ] , ( 1 ) ."
    one, again, other = (document(text, blank=prefix) for prefix in ("a", "a", "b"))
    assert one.triples == again.triples
    labels = {str(t.subject) for t in one.triples if isinstance(t.subject, BlankNode)}
    assert labels == {"_:an0", "_:an1", "_:an2"}
    assert not labels & {str(t.subject) for t in other.triples}


def test_blank_nodes_inside_triple_terms_are_numbered_too() -> None:
    doc = document(PREFIX + ":a :b _:x . :c :d <<( _:x :e _:y )>> .")
    inner = doc.triples[1].object
    assert isinstance(inner, Triple)
    assert inner.subject == doc.triples[0].object


def test_prefixes_are_those_that_the_file_declares() -> None:
    doc = document("@prefix a: <http://a/> . PREFIX b: <http://b/> a:x a b:y .")
    assert doc.prefixes == {"a": "http://a/", "b": "http://b/"}


# --- positions ----------------------------------------------------------------------------------


def test_positions_are_lines_and_columns_of_code_points() -> None:
    doc = document(PREFIX + ':a :p "é😀" ,\n    "x" ;\n  a :C .')
    assert doc.positions[0] == (Position(2, 1), Position(2, 4), Position(2, 7))
    assert doc.positions[1][2] == Position(3, 5)
    assert doc.positions[2] == (Position(2, 1), Position(4, 3), Position(4, 5))
    assert doc.end(doc.positions.offsets(0)[2]) == Position(2, 11)
    assert doc.line(4) == "  a :C ."


def test_windows_line_ends_and_comments_count() -> None:
    doc = document('PREFIX : <http://e/>\r\n# "not a string\r\n:a # <b>\r\n  :p 1 . # end')
    assert doc.positions[0] == (Position(3, 1), Position(4, 3), Position(4, 6))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":a :p [ :q 1 ] , 2 .", [["[", ":q", "1"], [":a", ":p", "["], [":a", ":p", "2"]]),
        ("[ :q 1 ] :p 2 .", [["[", ":q", "1"], ["[", ":p", "2"]]),
        ("[] :p () .", [["[", ":p", "("]]),
        (':a :p [ :q "x" ] .', [[":a", ":p", "["], ["[", ":q", '"x"']]),
        ('( "x"@en ) :p 1 .', [["(", "(", '"x"@en'], ["(", ")", ")"], ["(", ":p", "1"]]),
        (':a :p "x" # c\n ^^ :t .', [[":a", ":p", '"x" # c\n ^^ :t']]),
        (":a :p 1.5 , 1. ", [[":a", ":p", "1.5"], [":a", ":p", "1"]]),
        (":a :p :b.c.", [[":a", ":p", ":b.c"]]),
    ],
)
def test_a_position_is_that_of_the_word(text: str, expected: list[list[str]]) -> None:
    doc = document(PREFIX + text)
    assert not doc.faults
    assert [words(doc, number) for number in range(len(doc.triples))] == expected


class Writer:
    """Writes random Turtle in which every name and literal has a number of its own."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def number(self) -> int:
        self.count += 1
        return self.count

    def name(self) -> str:
        return f":n{self.number()}"

    def literal(self) -> str:
        n = self.number()
        forms = [f"{n}", f"-{n}e3", f'"{n}"', f"'''{n}'''", f'"{n}"@en', f'"{n}" @nl', f"<n{n}>"]
        forms += [f'"{n}"^^:t', f'"{n}" # c "\n ^^ :t', f":n{n}", f"_:b{n}", f"{n}.5", "true"]
        return self.random.choice(forms)

    def thing(self, depth: int) -> str:
        chance = self.random.random() if depth else 1
        if chance < 0.25:
            return "[" + self.random.choice(["", self.about(depth)]) + "]"
        if chance < 0.5:
            members = (self.thing(depth - 1) for _ in range(self.random.randint(0, 3)))
            return "(" + " ".join(members) + ")"
        return self.literal()

    def about(self, depth: int) -> str:
        pairs = [
            f"{self.name()} "
            + " , ".join(self.thing(depth - 1) for _ in range(self.random.randint(1, 3)))
            for _ in range(self.random.randint(1, 3))
        ]
        return " ; ".join(pairs) + self.random.choice(["", " ;", " ; ;"])

    def statement(self) -> str:
        chance = self.random.random()
        if chance < 0.2:
            return f"[{self.about(3)}] {self.random.choice(['', self.about(2)])}"
        if chance < 0.4:
            return f"({self.thing(2)} {self.thing(2)}) {self.about(2)}"
        return f"{self.name()} {self.about(3)}"

    def turtle(self) -> str:
        return PREFIX + "\n".join(f"{self.statement()} ." for _ in range(self.random.randint(1, 4)))


@pytest.mark.parametrize("seed", range(300))
def test_in_random_turtle_every_position_holds_the_word_of_its_term(seed: int) -> None:
    doc = document(Writer(seed).turtle(), base="http://e/")
    assert not doc.faults
    assert len(scan(doc.text).subjects) == len(doc.triples), "the scan saw each triple itself"
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    for number, triple in enumerate(doc.triples):
        terms = (triple.subject, triple.predicate, triple.object)
        for term, word in zip(terms, words(doc, number), strict=True):
            if isinstance(term, BlankNode):
                assert word[0] in "[(_"
            elif isinstance(term, NamedNode | Literal) and not term.value.startswith(rdf):
                bare = word.strip(":<>\"'").split('"')[0].split("'")[0]
                assert bare == term.value.removeprefix("http://e/")


def test_our_own_predicates_stand_where_they_are_said_to(root: Path) -> None:
    for path in turtle_files(root / "data" / "claims"):
        doc = read(path)
        for number, triple in enumerate(doc.triples):
            word = words(doc, number)[1]
            if ":" in word and not word.startswith("<"):
                prefix, _, local = word.partition(":")
                assert triple.predicate.value == doc.prefixes[prefix] + local


def test_what_rdf_12_added_falls_back_on_the_statement_and_shifts_nothing_after_it() -> None:
    doc = document(
        PREFIX
        + ":s :p :o ~ :r {| :q 1 |} .\n:t :u << :s :p :o >> , 2 .\n:v :w 3 .\n"
        + "@prefix : <http://f/> .\n:x :y 4 .\n"
    )
    assert not doc.faults
    lines = [position[0].line for position in doc.positions]
    assert lines == [2, 2, 2, 3, 3, 3, 4, 6]
    assert words(doc, 6) == [":v", ":w", "3"]
    assert words(doc, 7) == [":x", ":y", "4"]


def test_a_prefix_declared_anew_keeps_positions_exact() -> None:
    text = PREFIX + ":a :p 1 .\n@prefix : <http://f/> .\n:a :p 2 ."
    assert words(document(text), 1) == [":a", ":p", "2"]


# --- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":a :p :b\n:c :p :d .", [("missing-dot", 2, 8)]),
        (":a :p :b # why\n# no\n:c :p :d .", [("missing-dot", 2, 8)]),
        (":a :p :b ;\n:c :p :d .", [("missing-dot", 2, 10)]),
        (":a :p\n:c :p :d .", [("missing-dot", 2, 5)]),
        (":a :p :b", [("unfinished", 2, 8)]),
        (':a :p "x"@en', [("unfinished", 2, 12)]),
        (":a :p x:b .\n:a x:q x:c .", [("undeclared-prefix", 2, 7)]),
        (":a :p x:b .\n:a y:q 1 .", [("undeclared-prefix", 2, 7), ("undeclared-prefix", 3, 4)]),
        (':a :p "x ;\n  :q 1 .\n:b :p 2 .', [("unclosed-string", 2, 7)]),
        (':a :p "x .\n:b :p 2 .', [("unclosed-string", 2, 7)]),
        (":a :p 'x . y .\n:b :p 'x' .", [("unclosed-string", 2, 7)]),
        (':a :p """x ;\n  :q 1 .\n:b :p 2 .', [("unclosed-string", 2, 7)]),
        (":a :p [ :q 1 .\n:b :p 2 .", [("unclosed-bracket", 2, 14)]),
        (":a :p 1 . # so\n   :q 2 .\n:b :p 3 .", [("early-dot", 2, 9)]),
        (":a :p 1 .\n   a :C ; :q 2 .\n:b :p 3 .", [("early-dot", 2, 9)]),
        (":a .", [("incomplete-statement", 2, 4)]),
        (":a :p ; :q 2 .", [("no-object", 2, 7)]),
        (":a :p TRUE .", [("no-object", 2, 7)]),
        (':a "p" 1 .', [("no-predicate", 2, 4)]),
        (':a :p 1 "x" .', [("missing-separator", 2, 7)]),
        (":a :p <rel> .", [("relative-iri", 2, 7)]),
        (":a :p <http://e/x y> .", [("bad-iri", 2, 7)]),
        (':a :p "\\d" .', [("bad-escape", 2, 8)]),
        (':a :p "x"@nl_NL .', [("bad-language-tag", 2, 10)]),
        ("@prefix x <http://x/> .", [("bad-prefix", 2, 9)]),
        (':a :p "x\0y" .', [("nul-character", 2, 9)]),
    ],
)
def test_a_fault_is_told_at_the_mistake(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert faults(PREFIX + text) == expected


def test_one_file_tells_several_faults_and_keeps_what_is_good() -> None:
    doc = document(
        PREFIX
        + ':a :p 1 .\n:b :p "x .\n:c :p 2 .\n:d :p TRUE .\n:e :p 3\n:f :p 4 .\n:g x:p 5 .\n:h :p 6 .\n'
    )
    assert [f.members["rule"] for f in doc.faults] == [
        "unclosed-string",
        "no-object",
        "missing-dot",
        "undeclared-prefix",
    ]
    subjects = [str(t.subject) for t in doc.triples]
    assert subjects == [f"<http://e/{name}>" for name in "acefh"]
    assert {f"http://e/{name}" for name in "bdg"} <= doc.unread
    assert [position[0].line for position in doc.positions] == [2, 4, 6, 7, 9]


def test_faults_speak_both_languages_and_name_the_mend() -> None:
    (fault,) = document("ex:a a foaf:Person .").faults[1:]
    assert "@prefix foaf: <http://xmlns.com/foaf/0.1/> ." in fault.detail("en")
    assert "niet gedeclareerd" in fault.detail("nl")
    assert fault.members["engine"] == "The prefix foaf: has not been declared"


def test_a_hopeless_file_ends_after_so_many_faults() -> None:
    assert len(document('"x" .\n' * 500).faults) == MAX_FAULTS


@pytest.mark.parametrize("seed", range(150))
def test_no_damage_makes_the_reader_fail_or_lose_its_place(seed: int) -> None:
    writer = Writer(seed)
    text = writer.turtle()
    for _ in range(3):
        at = writer.random.randrange(len(text))
        damage = writer.random.choice(["", '"', ".", ";", "[", "]", "(", "<", "@", "\\", "\n", "~"])
        text = text[:at] + damage + text[at + writer.random.randint(0, 2) :]
    doc = document(text, base="http://e/")
    assert len(doc.triples) == len(doc.positions)
    for fault in doc.faults:
        line, column = int(str(fault.members["line"])), int(str(fault.members["column"]))
        assert 1 <= line <= text.count("\n") + 1
        assert 1 <= column <= len(text.split("\n")[line - 1]) + 1
    try:
        list(parse(text.encode(), RdfFormat.TURTLE, base_iri="http://e/"))
    except SyntaxError:
        assert doc.faults
    else:
        assert not doc.faults


# --- bytes --------------------------------------------------------------------------------------


def written(path: Path, content: bytes) -> TurtleDocument:
    path.write_bytes(content)
    return read(path)


def test_an_empty_file_says_nothing_and_is_no_fault(tmp_path: Path) -> None:
    doc = written(tmp_path / "a.ttl", b"")
    assert (doc.triples, doc.faults, len(doc.positions)) == ([], [], 0)
    assert doc.line(1) == ""


def test_a_byte_order_mark_is_no_part_of_the_first_word(tmp_path: Path) -> None:
    doc = written(tmp_path / "a.ttl", b"\xef\xbb\xbf<http://e/a> <http://e/p> 1 .")
    assert doc.marked
    assert not doc.faults
    assert doc.positions[0][0] == Position(1, 1)


def test_latin_1_is_told_at_its_first_byte_and_the_rest_is_read(tmp_path: Path) -> None:
    doc = written(tmp_path / "a.ttl", b'<http://e/a> <http://e/p>\n  "\xe9\xe9n" .')
    (fault,) = doc.faults
    assert (fault.members["rule"], fault.members["line"], fault.members["column"]) == (
        "not-utf8",
        2,
        4,
    )
    assert "0xE9 (“é” in Windows-1252)" in fault.detail("en")
    assert len(doc.triples) == 1


@pytest.mark.parametrize(
    ("content", "name", "known"),
    # what UTF-16 says is known all the same, so that nothing else seems to be missing
    [("<http://e/a> a 1 .".encode("utf-16"), "UTF-16", 1), (b"\x1f\x8b\x08\x00", "gzip", 0)],
)
def test_another_kind_of_file_is_named(
    tmp_path: Path, content: bytes, name: str, known: int
) -> None:
    doc = written(tmp_path / "a.ttl", content)
    assert [name in fault.detail("en") for fault in doc.faults] == [True]
    assert len(doc.triples) == known


@pytest.mark.parametrize(
    "name", ["deep-tripleterm", "gzip-named-ttl", "latin1", "nul-literal", "truncated"]
)
def test_hostile_files_are_refused_and_named(shared: Path, name: str) -> None:
    path = shared / "attacks" / "rdf" / f"{name}.ttl"
    doc = read(path)
    assert doc.faults
    assert all(fault.members["file"] == str(path) for fault in doc.faults)


def test_brackets_may_nest_as_deep_as_anybody_likes() -> None:
    depth = 20_000
    doc = document(PREFIX + ":a :p " + "[ :p " * depth + "1" + " ]" * depth + " .")
    assert len(doc.triples) == depth + 1
    assert doc.positions[0][2] == Position(2, 7 + 5 * depth)
