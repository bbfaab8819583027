"""How a query gets to what it finds something of: what is different elsewhere changes no solution."""

import random
from collections import defaultdict
from collections.abc import Iterable

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple, parse

from stadsgraaf.validation.catalogue import rules
from stadsgraaf.validation.stages.verify import only_of
from stadsgraaf.validation.trails import Around, TooMany, Trail, trails_of

E = "http://e/"
PREFIXES = f"PREFIX e: <{E}>\n"
NODES = [NamedNode(f"{E}n{number}") for number in range(7)]
PREDICATES = [NamedNode(E + name) for name in "pqrs"]
#: Queries of which one can be too careful, or not careful enough.
QUERIES = [
    "SELECT ?this ?o { ?this e:p ?o }",
    "SELECT ?this { ?this e:p/e:q ?o FILTER NOT EXISTS { ?o e:r ?x . ?x e:s e:n1 } }",
    "SELECT ?this ?x { ?this e:p ?o . OPTIONAL { ?o e:q ?x } }",
    "SELECT ?this ?x { OPTIONAL { ?o e:q ?x } ?this e:p ?o }",
    "SELECT ?this ?x { ?this e:p ?o . OPTIONAL { ?o e:q ?x . OPTIONAL { ?x e:r ?y } } }",
    "SELECT ?this ?x { { ?this e:p ?x } UNION { ?x e:q ?this } FILTER NOT EXISTS { ?this e:r ?y } }",
    "SELECT ?this ?x { ?this e:p+ ?x . ?x ^e:q ?y . FILTER EXISTS { ?y e:r|e:s ?this } }",
    "SELECT ?this ?x { ?this e:p*/^e:q ?x }",
    "SELECT ?this ?x { ?this (e:p/e:q)* ?x . ?x e:r [] }",
    "SELECT ?this ?x { ?this e:p? ?x . ?x !(e:q|^e:r) ?y }",
    "SELECT ?this ?x { ?this ?p ?x . FILTER NOT EXISTS { ?p e:q ?y } FILTER (!(?x = ?this)) }",
    "SELECT ?this { ?a ?this ?b . FILTER NOT EXISTS { ?b e:p ?c FILTER NOT EXISTS { ?c e:q ?a } } }",
    "SELECT ?this ?x { ?this e:p ?x . { ?x e:q ?y FILTER NOT EXISTS { ?this e:r ?y } } }",
    "SELECT ?this ?x { ?this e:p ?x BIND (EXISTS { ?x e:q ?z } AS ?y) ?x e:r ?z }",
    "SELECT ?this ?x { ?this e:p ?x ; e:q ?y . ?other e:r ?y FILTER (?other != ?x) }",
    "SELECT ?this ?x { VALUES ?p { e:p e:q } ?this ?p ?x . ?x ?p ?y }",
    "SELECT ?this ?x { VALUES ?p { e:p } ?this ?p ?x FILTER EXISTS { ?x ?p ?y } }",
    "SELECT ?this ?x { ?this e:p ?x . ?y e:r e:n1 . ?y e:q ?z FILTER (?z != ?x) }",
    "SELECT ?this ?x { ?this e:p ?x . e:n2 e:s? ?y . ?y e:q ?x }",
    "SELECT ?this ?x { ?this e:p ?x . ?p e:r* ?p . ?y ?p ?x }",
    "SELECT ?this ?x { ?this e:p e:n1 , [ e:q ?x ] }",
]
#: Queries of which nobody can tell: a triple anywhere may matter.
FAR = [
    "SELECT ?this { ?this e:p ?o . ?other e:q 1 }",
    "SELECT ?this { ?this e:p ?o . ?other e:q ?x FILTER (?x = ?o) }",
    "SELECT ?this { ?this e:p ?o MINUS { ?o e:q ?x } }",
    "SELECT ?this { ?this e:p ?o . { SELECT (COUNT(?x) AS ?n) { ?x e:q ?y } } }",
    "SELECT ?this (COUNT(?o) AS ?n) { ?this e:p ?o } GROUP BY ?this",
    "SELECT ?this { ?this e:p ?o } LIMIT 1",
    "SELECT ?this { ?this e:p ?o . BIND (STR(?o) AS ?x) FILTER NOT EXISTS { ?y e:q ?x } }",
    "SELECT ?this { ?this e:p ?o FILTER EXISTS { e:n1 e:q e:n2 } }",
    "SELECT ?this { OPTIONAL { ?this e:p ?x } ?y e:q ?x }",
    "SELECT ?this { ?this e:p ?o FILTER EXISTS { { ?x e:q ?y FILTER NOT EXISTS { ?o e:r ?y } } } }",
    "BASE <http://e/> SELECT ?this { ?this <p> ?o }",
    "SELECT ?this { ?this e:\\u0070 ?o }",
    "ASK { ?this e:p ?o }",
    "SELECT ?this { GRAPH ?g { ?this e:p ?o } }",
    "SELECT ?this { ?this e:p ( 1 2 ) }",
    "SELECT (?o AS ?this) { ?o e:p ?x }",
]


def a_graph(chance: random.Random) -> set[Triple]:
    return {
        Triple(
            chance.choice(NODES), chance.choice(PREDICATES), chance.choice([*NODES, *PREDICATES])
        )
        for _ in range(chance.randrange(6, 24))
    }


def solutions(query: str, graph: Iterable[Triple]) -> dict[object, set[tuple[str, ...]]]:
    """What a query finds of each thing."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in graph)
    answer = store.query(query)
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    found: dict[object, set[tuple[str, ...]]] = defaultdict(set)
    for row in answer:
        found[row["this"]].add(tuple(str(row[name]) for name in names))
    return found


def reached_only(query: str, trails: Iterable[Trail], chance: random.Random) -> int:
    """That a random change alters only what trails lead to; how much it alters."""
    before = a_graph(chance)
    gone = set(chance.sample(sorted(before, key=str), chance.randrange(3)))
    after = before - gone | set(chance.sample(sorted(a_graph(chance), key=str), 2))
    delta = before ^ after
    try:
        nodes = Around(after, delta).nodes(trails, delta, 1_000)
    except TooMany:
        return 0
    one, other = solutions(query, before), solutions(query, after)
    altered = {this for this in one.keys() | other.keys() if one[this] != other[this]}
    assert altered <= nodes, (query, [str(triple) for triple in delta])
    return len(altered)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("bound", [True, False])
def test_a_change_alters_the_solutions_of_what_trails_lead_to(query: str, *, bound: bool) -> None:
    trails = trails_of(PREFIXES + query, {}, bound=bound)
    assert trails is not None
    if any(trail.anywhere and not trail.tests for trail in trails):
        # without a thing to begin with, or by what only an inner group binds, there is no way
        assert "OPTIONAL { ?o" in query or "UNION" in query or "EXISTS { ?this" in query
        return
    asked = PREFIXES + query
    if bound:
        things = " ".join(map(str, [*NODES, *PREDICATES]))
        asked = asked.replace("{", f"{{ VALUES ?this {{ {things} }} ", 1)
    chance = random.Random(query)
    assert sum(reached_only(asked, trails, chance) for _ in range(60)) > 2


@pytest.mark.parametrize("query", FAR)
def test_where_any_triple_may_matter_a_trail_leads_anywhere(query: str) -> None:
    trails = trails_of(PREFIXES + query, {})
    assert trails is None or any(trail.anywhere for trail in trails)


class Queries:
    """Queries at random, of all that is read as patterns."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def __str__(self) -> str:
        return f"SELECT ?this ?a ?b {{ ?this {self._path()} ?a . {self._group(2)} }}"

    def _group(self, depth: int) -> str:
        parts = [self._part(depth) for _ in range(self._chance.randrange(1, 4))]
        if self._chance.random() < 0.15:
            parts.append(self._chance.choice(["VALUES ?d { e:p e:q }", "VALUES ?b { e:r UNDEF }"]))
        return " ".join(parts)

    def _part(self, depth: int) -> str:
        kind = self._chance.choice(
            ["triple"] * 4 + ["optional", "union", "exists", "bind", "group", "minus", "select"]
        )
        if kind == "triple" or not depth:
            return f"{self._term()} {self._verb()} {self._term()} ."
        inner = self._group(depth - 1)
        if kind == "union":
            return f"{{ {inner} }} UNION {{ {self._group(depth - 1)} }}"
        if kind == "bind":
            self._fresh = f"?v{self._chance.random():.9f}".replace(".", "")
            return f"BIND (EXISTS {{ {inner} }} AS {self._fresh})"
        if kind == "select":
            return f"{{ SELECT {self._chance.choice(['?a', '(COUNT(?c) AS ?n)'])} {{ {inner} }} }}"
        before = {"optional": "OPTIONAL", "group": "", "minus": "MINUS"}.get(kind)
        if before is None:
            before = self._chance.choice(["FILTER EXISTS", "FILTER NOT EXISTS"])
        return f"{before} {{ {inner} }}"

    def _term(self) -> str:
        return self._chance.choice(["?this", "?a", "?a", "?b", "?b", "?c", "?d", "e:n1"])

    def _verb(self) -> str:
        return self._chance.choice(["?b", "?d"]) if self._chance.random() < 0.1 else self._path()

    def _path(self) -> str:
        one, other = (f"e:{self._chance.choice('pqrs')}" for _ in range(2))
        return self._chance.choice(
            [one] * 6
            + [f"^{one}", f"{one}/{other}", f"{one}|^{other}", f"{one}*", f"({one}/{other})+"]
            + [f"!({one}|{other})", f"^({one}/{other})", f"{one}?"]
        )


@pytest.mark.parametrize("seed", range(6))
def test_no_query_at_random_finds_anything_else_elsewhere(seed: int) -> None:
    chance = random.Random(seed)
    altered = known = 0
    things = " ".join(map(str, [*NODES, *PREDICATES]))
    for _ in range(60):
        query, bound = PREFIXES + str(Queries(chance)), chance.random() < 0.5
        trails = trails_of(query, {}, bound=bound)
        if trails is None:
            continue
        known += 1
        if bound:
            query = query.replace("{", f"{{ VALUES ?this {{ {things} }} ", 1)
        altered += sum(reached_only(query, trails, chance) for _ in range(6))
    assert known > 5
    assert altered > 5


@pytest.mark.parametrize("name", [name for name, rule in rules().items() if rule.query])
def test_a_rule_asked_of_some_nodes_finds_of_them_what_it_finds_of_all(name: str) -> None:
    rule = rules()[name]
    graph = {quad.triple for quad in parse(rule.bad.encode(), RdfFormat.TURTLE)}
    whole = solutions(rule.query, graph)
    assert whole
    for thing in {term for triple in graph for term in (triple.subject, triple.object)}:
        if isinstance(thing, NamedNode):
            found = {thing: whole[thing]} if thing in whole else {}
            assert solutions(only_of(rule.query, [thing]), graph) == found


def test_more_nodes_than_are_worth_naming_are_not_named() -> None:
    trails = trails_of(PREFIXES + "SELECT ?this { ?this e:p ?o . ?o e:q ?x }", {})
    assert trails is not None
    hub, (p, q) = NODES[0], PREDICATES[:2]
    graph = [Triple(NamedNode(f"{E}m{number}"), p, hub) for number in range(9)]
    delta = [Triple(hub, q, hub)]
    with pytest.raises(TooMany):
        Around(graph, delta).nodes(trails, delta, 8)
    assert len(Around(graph, delta).nodes(trails, delta, 9)) == 9
