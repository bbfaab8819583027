"""SERVICE: what it means, what a service is told, and what becomes of services that misbehave."""

import json
import random
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from asking import Loop
from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse_query_results,
)
from remote import Remote, distrusted, serving_data
from serving import in_graph, serving, write_release

from stadsgraaf.errors import (
    MalformedQuery,
    NotSupported,
    QueryTimeout,
    ResultTooLarge,
    ServiceFailed,
    ServiceNotAllowed,
    ServiceTimeout,
    StadsgraafError,
    UsageError,
)
from stadsgraaf.media import RDF, RESULTS
from stadsgraaf.store import Limits, Question
from stadsgraaf.store.allowed import Allowed
from stadsgraaf.store.base import Store as StoreProtocol
from stadsgraaf.store.door import GuardedDoor
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.store.pool import PoolStore
from stadsgraaf.store.service import Federation

LOCAL = """
@prefix e: <http://e/> . @prefix l: <http://l/> .
e:a l:name "A" ; l:knows e:b ; l:size 3 .
e:b l:name "B" ; l:knows e:c ; l:size 1 .
e:x l:name "X" ; l:size 2 .
[] l:name "nobody" .
"""
REMOTE = """
@prefix e: <http://e/> . @prefix r: <http://r/> . @prefix l: <http://l/> .
e:a r:label "Remote A"@en , "Op afstand A"@nl ; r:in e:north ; l:size 3 .
e:b r:label "Remote B"@en ; r:in e:south ; l:size 9 .
e:c r:label "Remote C"@en ; r:in e:south ; r:made [ r:by e:a ] .
"""
PREFIXES = "PREFIX e: <http://e/> PREFIX l: <http://l/> PREFIX r: <http://r/> "
HERE = "http://here.test/sparql"


class Federated:
    """A store with a door, and the endpoint behind it."""

    def __init__(self, loop: Loop, folder: Path, remote: Remote, kind: str, **door: Any) -> None:
        self.loop = loop
        self.remote = remote
        listed = door.pop("listed", f"{remote.root}, there={remote.url}")
        settings = {"seconds": 2, "length": 1_000_000} | door
        self.path = folder / "local.nq"
        data = Store()
        data.load(LOCAL.encode(), RdfFormat.TURTLE, to_graph=NamedNode("http://g/local"))
        data.dump(self.path, RdfFormat.N_QUADS)

        async def make() -> StoreProtocol:
            guarded = GuardedDoor(Allowed.read(listed), **settings)
            if kind == "pool":
                return await PoolStore.start(self.path, door=guarded)
            return EmbeddedStore(self.path, door=guarded)

        self.store = loop.run(make())

    def text(self, query: str) -> str:
        """A query with prefixes, its service in the place of THERE."""
        return PREFIXES + query.replace("THERE", f"<{self.remote.url}>")

    def ask(self, query: str, **limits: Any) -> Any:
        async def ask() -> Any:
            question = Question(self.text(query), results=RESULTS[0], base_iri=HERE)
            answer = await self.store.answer(question, Limits(**({"seconds": 20} | limits)))
            return await answer.read()

        self.remote.queries.clear()
        return self.loop.run(ask())

    def rows(self, query: str, **limits: Any) -> list[str]:
        return solutions(parse_query_results(self.ask(query, **limits), QueryResultsFormat.JSON))

    def failure(self, query: str, **limits: Any) -> StadsgraafError:
        with pytest.raises(StadsgraafError) as raised:
            self.ask(query, **limits)
        return raised.value

    def sent(self) -> list[str]:
        """The queries that the service got, without prologue and more space than needed."""
        prologue = self.text("").strip()
        return [" ".join(query.removeprefix(prologue).split()) for query in self.remote.queries]

    def close(self) -> None:
        self.loop.run(self.store.close())


def solutions(result: Any) -> list[str]:
    if isinstance(result, QueryBoolean):
        return [str(bool(result))]
    assert isinstance(result, QuerySolutions)
    names = [(variable, variable.value) for variable in result.variables]
    rows = ({name: str(row[v]) for v, name in names if row[v] is not None} for row in result)
    return sorted(re.sub(r"_:\w+", "_:", json.dumps(row, sort_keys=True)) for row in rows)


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    with serving_data(REMOTE) as running:
        yield running


@pytest.fixture(scope="module", params=["embedded", "pool"])
def federated(
    request: pytest.FixtureRequest,
    loop: Loop,
    remote: Remote,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Federated]:
    found = Federated(loop, tmp_path_factory.mktemp("federated"), remote, request.param)
    yield found
    found.close()


Make = Callable[..., Federated]


@pytest.fixture
def make(loop: Loop, remote: Remote, tmp_path: Path) -> Iterator[Make]:
    made: list[Federated] = []

    def start(**door: Any) -> Federated:
        kind = door.pop("kind", "pool")
        made.append(Federated(loop, tmp_path, door.pop("remote", remote), kind, **door))
        return made[-1]

    yield start
    for each in made:
        each.close()


# What it means


@pytest.fixture(scope="module")
def together() -> Store:
    """Both datasets in one store: there GRAPH means what SERVICE means here."""
    store = Store()
    store.load(LOCAL.encode(), RdfFormat.TURTLE)
    store.load(REMOTE.encode(), RdfFormat.TURTLE, to_graph=NamedNode("http://there"))
    return store


SHAPES = [
    "{ ?s l:name ?n SERVICE THERE { ?s r:label ?l } }",
    "{ SERVICE THERE { ?s r:label ?l } ?s l:name ?n }",
    "{ SERVICE THERE { ?s r:label ?l } }",
    "{ ?s l:name ?n OPTIONAL { SERVICE THERE { ?s r:label ?l } } }",
    "{ ?s l:name ?n OPTIONAL { SERVICE THERE { ?s r:label ?l } ?s l:size ?z FILTER(?z > 1) } }",
    "{ OPTIONAL { SERVICE THERE { ?s r:label ?l } } ?s l:name ?n }",
    "{ { OPTIONAL { SERVICE THERE { ?s r:label ?l } } } ?s l:size 2 }",
    "{ { ?s l:name ?n } UNION { SERVICE THERE { ?s r:label ?l } } }",
    "{ ?s l:size ?z { ?s l:name ?n } UNION { SERVICE THERE { ?s r:label ?l } } }",
    "{ ?s l:name ?n FILTER EXISTS { SERVICE THERE { ?s r:in e:north } } }",
    "{ ?s l:name ?n FILTER NOT EXISTS { SERVICE THERE { ?s r:in e:north } } }",
    "{ FILTER NOT EXISTS { SERVICE THERE { ?s r:in e:north } } ?s l:name ?n }",
    "{ ?s l:name ?n FILTER(?n != 'B' && EXISTS { SERVICE THERE { ?s r:label ?l } }) }",
    "{ ?s l:name ?n BIND(EXISTS { SERVICE THERE { ?s r:label ?l } } AS ?has) }",
    "{ ?s l:name ?n MINUS { SERVICE THERE { ?s r:in e:south } } }",
    "{ ?s l:name ?n { SELECT ?s (COUNT(*) AS ?c) { SERVICE THERE { ?s r:label ?l } } GROUP BY ?s } }",
    "{ ?s l:name ?n { SELECT ?s { SERVICE THERE { ?s r:label ?l } } ORDER BY DESC(?l) LIMIT 1 } }",
    "{ SERVICE THERE { SELECT ?s { ?s r:label ?l } ORDER BY DESC(?l) LIMIT 1 } ?s l:knows ?k }",
    "{ ?s l:size ?z FILTER(?z > 1) SERVICE THERE { ?s l:size ?z } }",
    "{ ?s l:name ?n OPTIONAL { ?s l:knows ?k } SERVICE THERE { ?k r:in ?place } }",
    "{ ?s l:name ?n OPTIONAL { ?s l:knows ?k } FILTER(BOUND(?k)) SERVICE THERE { ?k r:in ?place } }",
    "{ VALUES ?s { e:a e:c UNDEF } SERVICE THERE { ?s r:in ?place } }",
    "{ ?s l:name ?n SERVICE THERE { ?s r:in ?place OPTIONAL { ?s r:made ?m } } }",
    "{ ?s l:name ?n SERVICE THERE { OPTIONAL { ?s r:in e:north } } }",
    "{ SERVICE THERE { ?c r:made ?m . ?m r:by ?who } FILTER(ISBLANK(?m)) ?who l:name ?n }",
    "{ SERVICE THERE { ?c r:made ?m } SERVICE THERE { ?who r:in ?place } ?who l:name ?n }",
    "{ ?a l:knows ?b SERVICE THERE { ?a r:in ?p } SERVICE THERE { ?b r:in ?q } }",
    "{ SERVICE THERE { e:a r:in e:north } ?s l:name ?n }",
    "{ SERVICE THERE { e:a r:in e:south } ?s l:name ?n }",
    "{ SERVICE THERE { ?s r:label ?l FILTER(LANG(?l) = 'nl') # and so on\n } }",
    "{ ?s (l:knows/l:name)|l:name ?n . SERVICE THERE { ?s r:in/^r:in ?t } }",
    "{ ?s l:name ?n . { { SERVICE THERE { ?s r:in ?p } } } }",
    "{ ?s l:nothing ?n SERVICE THERE { ?s r:label ?l } }",
    "{ $s l:name ?n service there { ?s r:label ?l } }",
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("form", ["SELECT *", "SELECT DISTINCT *", "ASK"])
def test_a_service_means_what_its_graph_would(
    federated: Federated, together: Store, shape: str, form: str
) -> None:
    shape = shape.replace("service there", "service THERE")
    meant = re.sub("(?i)SERVICE THERE", "GRAPH <http://there>", shape)
    assert federated.rows(f"{form} {shape}") == solutions(
        together.query(f"{PREFIXES}{form} {meant}")
    )


def untold(query: str, local: Store, remote: Store) -> list[str]:
    """The solutions when services are told nothing and so send all they have."""

    def call(_: str, text: str) -> bytes:
        result = remote.query(text)
        assert isinstance(result, QuerySolutions)
        return result.serialize(format=QueryResultsFormat.JSON) or b""

    resolved = Federation(query, HERE, 1000, lambda _, most: [{}] * most, call).resolve()
    return solutions(local.query(resolved))


def test_what_a_service_is_told_changes_nothing_wherever_it_stands(federated: Federated) -> None:
    local, remote = Store(), Store()
    local.load(LOCAL.encode(), RdfFormat.TURTLE)
    remote.load(REMOTE.encode(), RdfFormat.TURTLE)
    chance = random.Random(11)
    atoms = [
        "?s l:name ?n .",
        "?s l:size ?z .",
        "?s l:knows ?k .",
        "FILTER(?z > 1)",
        "VALUES ?s { e:a e:b }",
    ]
    patterns = [
        "?s r:label ?l",
        "?k r:in ?p",
        "?s l:size ?z",
        "?s r:in ?p OPTIONAL { ?s l:size ?z }",
    ]
    wraps = [
        "{%s}",
        "OPTIONAL {%s}",
        "MINUS {%s}",
        "{%s} UNION {?s l:name ?u}",
        "FILTER NOT EXISTS {%s}",
        "{ SELECT * {%s} }",
    ]

    def group(depth: int) -> str:
        parts = [chance.choice(atoms) for _ in range(chance.randint(0, 2))]
        parts.append(f"SERVICE THERE {{ {chance.choice(patterns)} }}")
        if depth:
            parts.append(chance.choice(wraps) % f" {group(depth - 1)} ")
        chance.shuffle(parts)
        return " ".join(parts)

    for _ in range(150):
        query = f"SELECT * {{ {group(chance.randint(0, 2))} }}"
        try:
            expected = untold(federated.text(query), local, remote)
        except SyntaxError:  # a variable of VALUES where it may not be
            continue
        assert federated.rows(query) == expected, query


def test_blank_nodes_of_a_service_are_none_of_ours(federated: Federated) -> None:
    assert federated.rows("SELECT * { ?m l:name ?n SERVICE THERE { ?c r:made ?m } }") == []
    assert (
        len(
            federated.rows(
                "SELECT * { SERVICE THERE { ?c r:made ?m } SERVICE THERE { ?c r:made ?o } FILTER(?m != ?o) }"
            )
        )
        == 1
    )


def test_triples_can_be_made_of_what_a_service_says(federated: Federated) -> None:
    async def ask() -> bytes:
        query = federated.text(
            "CONSTRUCT { ?s r:is ?l ; r:blank ?m } { SERVICE THERE { ?s r:label ?l OPTIONAL { ?s r:made ?m } } }"
        )
        rdf = next(each for each in RDF if each.name == "N-Triples")
        return await (await federated.store.answer(Question(query, rdf=rdf), Limits())).read()

    assert federated.loop.run(ask()).count(b" .\n") == 5


def test_terms_of_a_service_are_what_it_says(federated: Federated) -> None:
    literals = ('"a"@ar--rtl', '"a"@nl', "1.5", '"1"^^<http://e/t>', '"\\u0000"')
    inside = " ".join(f"(BIND({each} AS ?x))" for each in literals)[1:-1].replace(
        ") (", " } UNION { "
    )
    service = f"SERVICE THERE {{ {{ {inside} }} }}"
    same = f"VALUES ?x {{ {' '.join(literals)} }}"
    assert len(federated.rows(f"SELECT * {{ {service} {same} }}")) == len(literals)


# What a service is told


def test_a_service_is_told_what_its_variables_can_be(federated: Federated) -> None:
    federated.rows("SELECT * { ?s l:size ?z FILTER(?z < 3) SERVICE THERE { ?s r:label ?l } }")
    (sent,) = federated.sent()
    values = re.match(r"SELECT \* WHERE { VALUES \(\?s\) { (.*) } \?s r:label \?l }$", sent)
    assert values
    assert set(values[1].split()) == {"(<http://e/b>)", "(<http://e/x>)"}


def test_a_service_is_asked_many_times_when_there_is_much_to_tell(federated: Federated) -> None:
    numbers = " ".join(f"e:n{number}" for number in range(450))
    federated.rows(f"SELECT * {{ VALUES ?s {{ {numbers} }} SERVICE THERE {{ ?s r:label ?l }} }}")
    assert len(federated.sent()) == 3


def test_a_service_that_would_have_to_be_told_too_much_is_told_nothing(
    federated: Federated,
) -> None:
    numbers = " ".join(f"e:n{number}" for number in range(4001))
    query = f"SELECT * {{ VALUES ?s {{ {numbers} e:a }} SERVICE THERE {{ ?s r:in ?p }} }}"
    assert len(federated.rows(query)) == 1
    assert federated.sent() == ["SELECT * WHERE { ?s r:in ?p }"]


def test_a_service_is_not_asked_when_nothing_could_fit(federated: Federated) -> None:
    assert federated.rows("SELECT * { ?s l:nothing ?x SERVICE THERE { ?s r:label ?l } }") == []
    assert federated.sent() == []


def test_relative_iris_and_prefixes_mean_there_what_they_mean_here(federated: Federated) -> None:
    federated.rows("SELECT * { SERVICE THERE { ?s <#p> <other> } }")
    assert federated.remote.queries[0].startswith(f"BASE <{HERE}>\n")
    federated.rows("SELECT * { SERVICE THERE { ?s r:p ?o } }")
    assert not federated.remote.queries[0].startswith("BASE")


def test_a_service_knows_who_asks(make: Make) -> None:
    federated = make(agent="Stadsgraaf/test")
    federated.rows("SELECT * { SERVICE THERE { ?s r:in ?p } }")
    assert federated.remote.agents[-1] == "Stadsgraaf/test"


# Which service


def test_a_service_can_have_a_name(federated: Federated) -> None:
    assert len(federated.rows("SELECT * { SERVICE <service:there> { ?s r:in ?p } }")) == 3
    prefixed = "PREFIX service: <service:> SELECT * { SERVICE service:there { ?s r:in ?p } }"
    assert len(federated.rows(prefixed)) == 3


def test_a_variable_can_say_which_service(federated: Federated) -> None:
    query = "SELECT * { VALUES ?x { THERE <service:there> } SERVICE ?x { ?s r:in e:north } }"
    rows = federated.rows(query)
    assert len(rows) == 2
    assert all("http://e/a" in row for row in rows)
    assert len(federated.sent()) == 2


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE ?x { ?s r:in ?p } }",
        "SELECT * { ?s l:name ?x SERVICE ?x { ?s r:in ?p } }",
        "SELECT * { OPTIONAL { ?a l:nothing ?x } SERVICE ?x { ?s r:in ?p } }",
        "SELECT * { VALUES ?x { <a> <b> <c> <d> <e> <f> <g> <h> <i> <j> <k> } SERVICE ?x { ?s r:in ?p } }",
    ],
)
def test_a_variable_that_does_not_say_which_service_is_refused(
    federated: Federated, query: str
) -> None:
    error = federated.failure(query)
    assert isinstance(error, NotSupported)
    assert error.members["line"] == 1
    assert federated.sent() == []


@pytest.mark.parametrize("silent", ["", "SILENT "])
@pytest.mark.parametrize(
    "service",
    [
        "<http://elsewhere.example/sparql>",
        "<http://127.0.0.1:9/sparql>",
        "<https://127.0.0.1:PORT/sparql>",
        "<http://localhost:PORT/sparql>",
        "<http://[::ffff:127.0.0.1]:PORT/sparql>",
        "<http://u:p@127.0.0.1:PORT/sparql>",
        "<http://127.0.0.1:PORT/sparql#x>",
        "<http://2130706433:PORT/sparql>",
        "<http://0177.0.0.1:PORT/sparql>",
        "<file:///etc/passwd>",
        "<ftp://127.0.0.1/>",
        "<service:nobody>",
        "<service:>",
        "<relative>",
        "<>",
        "e:x",
        "nobody:x",
        "<http://[>",
        "<http://１２７.0.0.1:PORT/sparql>",
        "<http://127.0.0.1:PORT/sparql\\u000d\\u000aX:y>",
    ],
)
def test_a_service_that_is_not_on_the_list_is_refused_silent_or_not(
    federated: Federated, service: str, silent: str
) -> None:
    service = service.replace("PORT", str(federated.remote.server_port))
    error = federated.failure(f"SELECT * {{ SERVICE {silent}{service} {{ ?s r:in ?p }} }}")
    assert isinstance(error, ServiceNotAllowed)
    assert error.members["line"] == 1
    assert "service:there" in error.members["available"]  # type: ignore[operator]
    assert federated.remote.queries == []


def test_a_mistake_is_found_before_anybody_is_asked(federated: Federated) -> None:
    error = federated.failure("SELECT * { SERVICE THERE { ?s r:in ?p } FILTR(?p) }")
    assert isinstance(error, MalformedQuery)
    place = federated.text("SELECT * { SERVICE THERE { ?s r:in ?p } FILTR(?p) }").index("FILTR")
    assert error.members["column"] == place + 1
    assert federated.remote.queries == []


@pytest.mark.parametrize("query", ["SERVICE { ?s ?p ?o }", "SERVICE THERE", "SERVICE SILENT 1 { }"])
def test_half_a_service_is_no_sparql(federated: Federated, query: str) -> None:
    assert isinstance(federated.failure(f"SELECT * {{ {query} }}"), MalformedQuery)


def test_a_query_with_a_service_can_be_checked_without_asking(federated: Federated) -> None:
    async def check() -> bytes:
        query = federated.text("SELECT * { SERVICE THERE { ?s r:in ?p } }")
        answer = await federated.store.answer(Question(query, task="check"), Limits())
        return await answer.read()

    federated.remote.queries.clear()
    assert json.loads(federated.loop.run(check()))["form"] == "select"
    assert federated.remote.queries == []


# Services that misbehave

BROKEN = (
    "error busy login octets part partial-content cut reset bad-json interrupted ask array deep "
    "bad-utf8 bad-iri bad-term surrogate flood bomb damaged-gzip brotli xml loop see-other"
)


@pytest.mark.parametrize("behaviour", BROKEN.split())
def test_a_service_that_fails_is_named_unless_it_may_be_silent(make: Make, behaviour: str) -> None:
    federated = make()
    service = f"<{federated.remote.root}/{behaviour}>"
    error = federated.failure(f"SELECT * {{ SERVICE {service} {{ ?s r:in ?p }} }}")
    assert isinstance(error, ServiceFailed), error
    assert (error.status, error.members["service"]) == (502, service[1:-1])
    said = error.detail("en").replace(service[1:-1], "")
    assert not re.search(r"Traceback|password|127\.0\.0\.1", said)
    assert error.members.get("retry_after") == (7 if behaviour == "busy" else None)
    silent = f"SELECT * {{ ?s l:size 3 SERVICE SILENT {service} {{ ?s r:in ?p }} }}"
    assert federated.rows(silent) == ['{"s": "<http://e/a>"}']


@pytest.mark.parametrize("behaviour", ["silence", "drip"])
def test_a_service_that_is_slow_is_named(make: Make, behaviour: str) -> None:
    federated = make(seconds=0.6)
    service = f"{federated.remote.root}/{behaviour}"
    error = federated.failure(f"SELECT * {{ SERVICE <{service}> {{ ?s r:in ?p }} }}")
    assert isinstance(error, ServiceTimeout)
    assert (error.status, error.members["limit"]) == (504, 0.6)


def test_the_query_has_its_own_deadline_beside_that_of_its_services(make: Make) -> None:
    federated = make(seconds=15)
    service = f"{federated.remote.root}/silence"
    error = federated.failure(f"SELECT * {{ SERVICE <{service}> {{ ?s r:in ?p }} }}", seconds=0.5)
    assert isinstance(error, QueryTimeout)


def test_a_service_that_nobody_answers_for_is_named(make: Make) -> None:
    federated = make(listed="http://127.0.0.1:9, http://nowhere.invalid")
    for service in ("http://127.0.0.1:9/", "http://nowhere.invalid/"):
        error = federated.failure(f"SELECT * {{ SERVICE <{service}> {{ ?s r:in ?p }} }}")
        assert isinstance(error, ServiceFailed)
        assert error.members["service"] == service


def test_a_service_that_keeps_failing_is_left_alone_for_a_while(make: Make) -> None:
    with serving_data(REMOTE) as remote:
        federated = make(remote=remote)
        remote.broken = True
        query = "SELECT * { SERVICE THERE { ?s r:in ?p } }"
        for _ in range(5):
            federated.failure(query)
            assert len(remote.queries) == 1
        assert isinstance(federated.failure(query), ServiceFailed)
        assert remote.queries == []


@pytest.mark.parametrize("behaviour", ["error", "login", "bad-json", "loop"])
def test_what_may_be_the_fault_of_a_question_keeps_nobody_from_a_service(
    make: Make, behaviour: str
) -> None:
    federated = make()
    bad = f"SELECT * {{ SERVICE <{federated.remote.root}/{behaviour}> {{ ?s r:in ?p }} }}"
    for _ in range(6):
        assert isinstance(federated.failure(bad), ServiceFailed)
    assert federated.rows("SELECT * { SERVICE THERE { ?s r:in ?p } }")


def test_more_solutions_than_an_answer_may_have_are_too_many(federated: Federated) -> None:
    error = federated.failure("SELECT * { SERVICE THERE { ?s r:in ?p } }", rows=2)
    assert isinstance(error, ResultTooLarge)


@pytest.mark.parametrize("behaviour", ["quoting", "injection", "foreign-variable"])
def test_nothing_that_a_service_says_becomes_part_of_the_query(
    federated: Federated, behaviour: str
) -> None:
    service = f"<{federated.remote.root}/{behaviour}>"
    rows = federated.rows(f"SELECT * {{ VALUES ?mine {{ 1 }} SERVICE {service} {{ ?s r:in ?p }} }}")
    expected = {
        "quoting": ["mine", "s"],
        "injection": ["mine"],
        "foreign-variable": ["mine", "s"],
    }
    (row,) = map(json.loads, rows)
    assert sorted(row) == expected[behaviour]
    assert row["mine"].startswith('"1"')


# Where a service may be


def test_a_redirect_is_followed_to_who_is_on_the_list(make: Make) -> None:
    federated = make()
    federated.remote.redirect = federated.remote.url
    service = f"<{federated.remote.root}/redirect>"
    assert len(federated.rows(f"SELECT * {{ SERVICE {service} {{ ?s r:in ?p }} }}")) == 3


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/", "file:///etc/passwd", "http://127.0.0.1:1/", "//evil.example/", ""],
)
def test_a_redirect_off_the_list_is_not_followed(make: Make, target: str) -> None:
    federated = make()
    federated.remote.redirect = target
    error = federated.failure(
        f"SELECT * {{ SERVICE <{federated.remote.root}/redirect> {{ ?s r:in ?p }} }}"
    )
    assert isinstance(error, ServiceFailed)


def test_a_name_that_leads_to_a_private_address_is_refused(make: Make) -> None:
    federated = make(listed=f"http://localhost:{9}, service=http://localhost/sparql")
    error = federated.failure("SELECT * { SERVICE SILENT <service:service> { ?s r:in ?p } }")
    assert isinstance(error, ServiceNotAllowed)


def test_a_private_address_on_the_list_may_be_asked(make: Make, remote: Remote) -> None:
    federated = make(listed=f"http://localhost:{remote.server_port}, 127.0.0.0/8, ::1")
    service = f"<http://localhost:{remote.server_port}/sparql>"
    assert len(federated.rows(f"SELECT * {{ SERVICE {service} {{ ?s r:in ?p }} }}")) == 3


def test_a_certificate_that_is_not_trusted_is_refused(make: Make, tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    with serving_data(REMOTE) as remote, distrusted(remote, certificate, key) as url:
        federated = make(remote=remote, listed=url)
        error = federated.failure(f"SELECT * {{ SERVICE <{url}> {{ ?s r:in ?p }} }}")
    assert isinstance(error, ServiceFailed)
    assert "certificate" in error.detail("en")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
        "::127.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b:1::7f00:1", "fec0::1", "5f00::1",
        "2002:7f00:1::", "192.0.2.1", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_not_connected_to(address: str) -> None:
    assert not Allowed.read("https://e.example").permits(address)


@pytest.mark.parametrize(
    "address",
    ["145.7.1.1", "8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2a00:d78:0:712:94:198:159:35"],
)
def test_public_addresses_are_connected_to(address: str) -> None:
    assert Allowed.read("https://e.example").permits(address)


@pytest.mark.parametrize(
    ("listed", "service", "is_allowed"),
    [
        ("query.example", "https://query.example/sparql", True),
        ("query.example", "http://query.example/sparql", False),
        ("query.example", "https://query.example:8443/sparql", False),
        ("query.example", "https://QUERY.example./sparql", True),
        ("query.example", "https://query.example.evil.test/", False),
        ("query.example", "https://evilquery.example/", False),
        ("*.example", "https://query.example/", True),
        ("*.example", "https://example/", False),
        ("*.example", "https://evilexample/", False),
        ("https://q.example/sparql", "https://q.example/sparql", True),
        ("https://q.example/sparql", "https://q.example/sparql?x=1", False),
        ("https://q.example/sparql", "https://q.example/sparql/../admin", False),
        ("https://q.example/sparql", "https://q.example/", False),
        ("https://q.example/", "https://q.example", True),
        ("http://q.example:3030", "http://q.example:3030/ds?x=1", True),
        ("q.example", "https://q.example\\@evil.test/", False),
        ("q.example", "https://q.example@evil.test/", False),
        ("q.example", "https://q.example /", False),
        ("q.example", "https://q.exämple/", False),
        ("q.example", "https://q.example:99999/", False),
        ("q.example", "//q.example/", False),
    ],
)
def test_the_list_says_which_services_may_be_asked(
    listed: str, service: str, *, is_allowed: bool
) -> None:
    assert (Allowed.read(listed).address(service) is not None) == is_allowed


@pytest.mark.parametrize(
    "entry", ["ftp://x", "a b://c", "name=*.example", "http://", "x=y z=", "https://u@h/"]
)
def test_an_entry_that_is_no_address_is_refused(entry: str) -> None:
    with pytest.raises(UsageError, match="services"):
        Allowed.read(entry)


# Over HTTP


def test_a_server_asks_the_services_of_its_settings(remote: Remote, tmp_path: Path) -> None:
    data = Store()
    data.load(LOCAL.encode(), RdfFormat.TURTLE)
    release = write_release(
        tmp_path / "release", list(in_graph(data.quads_for_pattern(None, None, None, None)))
    )
    query = f"{PREFIXES}SELECT ?s ?l {{ ?s l:name ?n SERVICE <service:there> {{ ?s r:label ?l }} }}"
    with serving(release.path, {"services": f"there={remote.url}, 127.0.0.1"}) as server:
        for target in (query, query.replace("there", "nowhere")):
            url = f"{server.base}/sparql?{urlencode({'query': target})}"
            request = urllib.request.Request(url, headers={"Accept": "text/csv"})
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    rows = response.read().decode().splitlines()
                    headers = response.headers
                    status = response.status
            except urllib.error.HTTPError as error:
                status, problem = error.code, json.loads(error.read())
                error.close()
        description = urllib.request.urlopen(f"{server.base}/sparql", timeout=60).read().decode()
    assert sorted(rows[1:]) == [
        "http://e/a,Op afstand A",
        "http://e/a,Remote A",
        "http://e/b,Remote B",
    ]
    assert (headers["Cache-Control"], headers["ETag"]) == ("no-cache", None)
    assert (status, problem["service"]) == (403, "service:nowhere")
    assert "service:there" in problem["available"]
    assert "BasicFederatedQuery" in description
