"""Questions that are the same, and those that only look like it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stadsgraaf.media import RDF, RESULTS
from stadsgraaf.store.base import Question
from stadsgraaf.store.identity import _plainly, entity_tag, is_volatile, normalized

SAME = [
    ("ASK { ?s ?p ?o }", "ASK{?s ?p ?o}"),
    ("ASK { ?s ?p ?o }", "ASK\r\n{\t?s ?p\n?o # }\n}"),
    ("ASK { ?s ?p ?o }", "# first\nASK { ?s ?p ?o }\n# last"),
    ("ASK { ?s ?p 1 , 2 ; ?q 3 }", "ASK { ?s ?p 1,2;?q 3 }"),
    ("ASK { <http://e/#x> ?p ?o }", "ASK { <http://e/#x>  ?p  ?o # <>\n}"),
]
DIFFERENT = [
    ("ASK { ?s ?p 'a b' }", "ASK { ?s ?p 'a  b' }"),
    ("ASK { ?s ?p 'a#b' }", "ASK { ?s ?p 'a' }"),
    ('ASK { ?s ?p "a\' # b" }', 'ASK { ?s ?p "a\'" }'),
    ("ASK { ?s ?p '''a\n# b''' }", "ASK { ?s ?p '''a''' }"),
    ("ASK { ?s ?p 'it\\'s  ' }", "ASK { ?s ?p 'it\\'s ' }"),
    ("ASK { ?s ?p <a#b> }", "ASK { ?s ?p <a> }"),
    ("ASK { ?s ?p e:a\\, , e:b }", "ASK { ?s ?p e:a , e:b }"),
    ("ASK { ?s ?p e:a\\,b }", "ASK { ?s ?p e:a\\, b }"),
    ("ASK { ?s ?p ?o }", "ASK { ?s ?P ?o }"),
    ("ASK { ?s ?p 1. 2 ?p 3 }", "ASK { ?s ?p 1.2 ?p 3 }"),
    ("ASK { ?s e:a :b }", "ASK { ?s e:a:b }"),
    ("ASK { ?s ?p ?o }", "ASK { ?s\u00a0?p ?o }"),
    ("ASK { ?s ?p ?o }", "ASK { ?s ?p ?o } \\u0023"),
    ("ASK { ?s ?p ' ' }", "ASK { ?s ?p '\n' }"),
    ("ASK { FILTER(1 <= 2) }", "ASK { FILTER(1 < = 2) }"),
    ("ASK { << ?s ?p ?o >> ?q ?r }", "ASK { < < ?s ?p ?o >> ?q ?r }"),
    ("ASK { <a#\u00a0> ?p 1 }", "ASK { <a#\u00a0> ?p 2 }"),
    ("ASK { <a#b\u2028> ?p ?o }", "ASK { <a#c\u2028> ?p ?o }"),
    ("ASK {} # end", "ASK {} # \x00"),
    ("SELECT (1<<e:#a> AS ?x) ('b' AS ?y) {}", "SELECT (1<<e:#a> AS ?x) ('c' AS ?y) {}"),
    (
        'ASK { FILTER(?a<=e:x#c>"""\n && ?b="""a b""") } # """',
        'ASK { FILTER(?a<=e:x#c>"""\n && ?b="""a  b""") } # """',
    ),
    ("ASK { ?s ?p ?o {| ?q ?r |} }", "ASK { ?s ?p ?o { | ?q ?r | } }"),
]


def tag(query: str) -> str | None:
    return entity_tag("release", Question(query, results=RESULTS[0]))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_white_space_and_comments_make_no_difference(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)
    assert tag(one) == tag(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_may_mean_something_else_makes_a_difference(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


@example("'\n''")
@given(st.text(alphabet="AS K{}?x<>:#'\"\\\\,;.\n\t1_é", max_size=60))
def test_what_is_normalized_stays_as_it_is(text: str) -> None:
    once = normalized(text)
    assert normalized(once) == once


@given(st.text(alphabet="AS {}?x<>:#'\"\\,;.\n\t\x1c\x0c1é", max_size=60))
def test_the_short_way_to_the_normal_form_leads_where_the_long_one_does(text: str) -> None:
    plain = _plainly(text)
    # a comment at the end takes the long way, and leaves nothing behind
    assert plain is None or plain == normalized(f"{text}\n# '")


_PIECES = (
    "\nPREFIX ",
    "a: <http://a/#>",
    '"',
    "'",
    "\\",
    "#",
    "\n",
    "NOW()",
    "{",
    "_:a",
    "(",
    " x ",
)


@example(
    ["\nPREFIX ", '"', '"', '"', "\nPREFIX ", "\n", '"', '"', '"', "NOW()", '"', '"', '"', " x "]
)
@given(st.lists(st.sampled_from(_PIECES), max_size=14))
def test_query_is_the_same_without_its_prologue_read_apart(pieces: list[str]) -> None:
    query = "CONSTRUCT"[: len(pieces) % 2 * 9] + "".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        apart = normalized(query), is_volatile(query)
        patch.setattr("stadsgraaf.store.identity.prologue", lambda text: ("", text))
        assert apart == (normalized(query), is_volatile(query))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?x) {}",
        "SELECT (now\t() AS ?x) {}",
        "SELECT (Now # at last\n # really\n () AS ?x) {}",
        "SELECT (RAND() AS ?x) {}",
        "SELECT (STRUUID() AS ?x) {}",
        "SELECT (BNODE('a') AS ?x) {}",
        "SELECT (\\u004eOW() AS ?x) {}",
        "SELECT (N\\U0000004FW() AS ?x) {}",
        "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
        "SELECT * { service\nsilent <http://e/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o.SERVICE <http://e/> { ?s ?p ?o } }",
        "CONSTRUCT { ?s ?p [] } { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p _:b } { ?s ?p ?o }",
    ],
)
def test_answer_that_may_differ_each_time_has_no_tag(query: str) -> None:
    assert is_volatile(query)
    assert tag(query) is None


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s ?p 'NOW()' }",
        'ASK { ?s ?p "it is now (or never)" } # NOW()',
        "ASK { <http://e/service/x> ?p ?now }",
        "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
        "SELECT (IF(?known, 1, 2) AS ?x) {}",
    ],
)
def test_answer_that_stays_the_same_has_a_tag(query: str) -> None:
    assert tag(query)


def tag_in(query: str, results: str | None, rdf: str | None) -> str | None:
    formats = {each.name: each for each in (*RESULTS, *RDF)}
    return entity_tag("r", Question(query, formats.get(results or ""), formats.get(rdf or "")))


@pytest.mark.parametrize(
    "head",
    ["", "PREFIX a: <http://a/>\nprefix : <b>\n ", "\n", "# CONSTRUCT\nBASE<http://a/#SELECT>"],
)
def test_only_the_format_of_the_answer_is_part_of_its_tag(head: str) -> None:
    for query in (f"{head}SELECT * {{ ?s ?p 'PREFIX' }}", f"{head}ask {{}}"):
        known = tag_in(query, "JSON", "Turtle")
        assert known == tag_in(query, "JSON", None) != tag_in(query, "CSV", None)
    query = f"{head}describe <http://a/>"
    known = tag_in(query, "JSON", "Turtle")
    assert known == tag_in(query, None, "Turtle") != tag_in(query, None, "N-Triples")


@pytest.mark.parametrize(
    "query",
    [
        "# SELECT\nCONSTRUCT WHERE { ?s ?p ?o }",
        "BASE <http://a/>\nPREFIX a: <SELECT>\nCONSTRUCT WHERE { ?s ?p ?o }",
        'CONSTRUCT WHERE { ?s ?p """\nPREFIX a: <b>\nSELECT""" }',
        "PREFIX SELECT: <b>\nCONSTRUCT WHERE { ?s ?p ?o }",
        "PREFIX a: <b> # SELECT\nCONSTRUCT WHERE { ?s ?p ?o }",
        "PREFIX a:#<b> SELECT\n<c> CONSTRUCT { ?s a ?o } { ?s ?p ?o {| ?a ?b |} }",
    ],
)
def test_answers_in_two_formats_never_have_one_tag(query: str) -> None:
    assert tag_in(query, "JSON", "Turtle") != tag_in(query, "JSON", "N-Triples")
