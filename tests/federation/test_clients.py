"""What clients of others get from a running server: each row of ``clients.csv`` is a real outcome.

The clients are Comunica (npm), rdflib, SPARQLWrapper and Oxigraph (PyPI), Jena ARQ and Virtuoso
(Debian). A client that is not installed is skipped, and says so.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import SPARQLWrapper
from foreign import CLIENTS, ClientError, ForeignClient, Row, endpoint_of, from_json, read_table
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store
from serving import Server

HERE = Path(__file__).parent
TABLE = read_table(HERE / "clients.csv")

GEMEENTE = "<https://identifier.overheid.nl/tooi/def/ont/Gemeente>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
SAME = "<http://www.w3.org/2002/07/owl#sameAs>"
MADE = "<http://www.w3.org/ns/prov#startedAtTime>"
THINGS = ("id/municipality/gm0080", "id/dataset/stadsgraaf", "id/activity/extraction-btg-article")
TERMS = (
    "SELECT ?s ?p ?o WHERE { ?s ?p ?o . FILTER(!ISBLANK(?o)) FILTER("
    + " || ".join(f"?s = <https://w3id.org/stadsgraaf/{each}>" for each in THINGS)
    + ") }"
)
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?d && ?c != ?i) }"
LONG = "SELECT ?a ?b ?c ?d WHERE { ?a ?b ?c . ?d ?e ?f }"
MANY = "SELECT ?a ?b WHERE { ?a ?p ?b . ?c ?q ?d } LIMIT 60000"
FAILED = "says that it failed"
WORKS = "works"


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[str, ForeignClient]]:
    made = {each.name: each() for each in CLIENTS}
    yield made
    for each in made.values():
        each.close()


@pytest.fixture(scope="module")
def truth(server: Server, store: Store) -> Callable[[str], list[Row]]:
    """What a query really answers, worked out without any network."""

    def rows(query: str) -> list[Row]:
        answer = store.query(query, use_default_graph_as_union=True)
        assert isinstance(answer, QuerySolutions)
        return from_json(answer.serialize(format=QueryResultsFormat.JSON) or b"")

    return rows


@pytest.fixture(scope="module")
def other(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An endpoint of somebody else, who knows a number for each municipality's Wikidata item."""
    lines = [
        f"<{row['o'].value}> <urn:number> {number} ."
        for number, row in enumerate(
            sorted(
                store.query(
                    f"SELECT ?o {{ ?s a {GEMEENTE} ; {SAME} ?o FILTER(CONTAINS(STR(?o), '/entity/')) }}",
                    use_default_graph_as_union=True,
                ),
                key=str,
            )
        )
    ]
    assert len(lines) > 300
    path = tmp_path_factory.mktemp("other") / "numbers.ttl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with endpoint_of(path) as address:
        yield address


def ordered(rows: list[Row]) -> list[list[tuple[str, tuple[str, str]]]]:
    return sorted(sorted(row.items()) for row in rows)


class Case:
    """One client and one server; each method is an ability, and says how it went."""

    def __init__(
        self,
        client: ForeignClient,
        endpoint: str,
        other: str,
        truth: Callable[[str], list[Row]],
    ) -> None:
        self.client, self.endpoint, self.other, self.truth = client, endpoint, other, truth

    def selects(self) -> str:
        """Every kind of term comes through: IRIs, languages, datatypes."""
        expected = self.truth(TERMS)
        assert len({kind for row in expected for kind, _ in row.values()}) > 4
        return self._same(self.client.ask(self.endpoint, TERMS), expected)

    def asks(self) -> str:
        """ASK, true and false."""
        yes = self.client.ask(self.endpoint, f"ASK WHERE {{ ?s a {GEMEENTE} }}")
        no = self.client.ask(self.endpoint, "ASK WHERE { ?s a <urn:nothing> }")
        truth = [next(iter(row[0].values()))[1] for row in (yes, no)] if yes and no else []
        return WORKS if truth in (["true", "false"], ["1", "0"]) else f"says {truth}"

    def values(self) -> str:
        """A question of about 50 kB."""
        query = (
            f"SELECT ?s WHERE {{ ?s a {GEMEENTE} . VALUES ?s {{ "
            + " ".join(
                f"<https://w3id.org/stadsgraaf/id/municipality/gm{n:04}>" for n in range(800)
            )
            + " } }"
        )
        return self._same(self.client.ask(self.endpoint, query), self.truth(query))

    def joins(self) -> str:
        """The client's own data with the endpoint's: 300 rows to be looked up."""
        items = self.truth(f"SELECT ?s WHERE {{ ?s a {GEMEENTE} }} ORDER BY ?s LIMIT 300")
        local = "\n".join(f"<{row['s'][1]}> <urn:mine> {n} ." for n, row in enumerate(items))
        inner = f'?s {LABEL} ?l . FILTER(LANG(?l) = "nl")'
        query = f"SELECT ?s ?n ?l WHERE {{ ?s <urn:mine> ?n . {self._there(inner)} }}"
        rows = self.client.federate(query, local=local, sources=[self.endpoint])
        expected = self.truth(
            f"SELECT ?s ?l WHERE {{ {{ SELECT ?s WHERE {{ ?s a {GEMEENTE} }} ORDER BY ?s LIMIT 300 }} "
            f"{inner} }}"
        )
        return self._same([{"s": row["s"], "l": row["l"]} for row in rows], expected)

    def joins_two(self) -> str:
        """This endpoint with another one."""
        inner = f"?s a {GEMEENTE} ; {SAME} ?item"
        if self.client.way.startswith("sources"):
            query = f"SELECT ?s ?n WHERE {{ {inner} . ?item <urn:number> ?n . FILTER(?n < 20) }}"
            rows = self.client.federate(query, sources=[self.endpoint, self.other])
        else:
            query = (
                f"SELECT ?s ?n WHERE {{ SERVICE <{self.other}> "
                f"{{ ?item <urn:number> ?n . FILTER(?n < 20) }} SERVICE <{self.endpoint}> {{ {inner} }} }}"
            )
            rows = self.client.federate(query)
        numbers = sorted(int(row["n"][1]) for row in rows)
        return WORKS if numbers == list(range(20)) else f"{len(rows)} rows of 20"

    def _there(self, pattern: str) -> str:
        own_way = self.client.way.startswith("sources")
        return pattern if own_way else f"SERVICE <{self.endpoint}> {{ {pattern} }}"

    def refused(self) -> str:
        """A question that the endpoint refuses: more rows than it gives."""
        return self._fails(LONG)

    def late(self) -> str:
        """A question that takes too long."""
        return self._fails(SLOW)

    def broken(self) -> str:
        """An answer that breaks off half way, because it grows too large."""
        return self._fails(MANY)

    def _fails(self, query: str) -> str:
        try:
            rows = self.client.ask(self.endpoint, query)
        except ClientError:
            return FAILED
        return f"takes {len(rows)} rows for the answer"

    @staticmethod
    def _same(found: list[Row], expected: list[Row]) -> str:
        assert expected
        if ordered(found) == ordered(expected):
            return WORKS
        if len(found) != len(expected):
            return f"{len(found)} rows of {len(expected)}"
        differences = {
            (row[name][0], other[name][0])
            for row, other in zip(
                sorted(found, key=lambda row: sorted((k, v[1]) for k, v in row.items())),
                sorted(expected, key=lambda row: sorted((k, v[1]) for k, v in row.items())),
                strict=True,
            )
            for name in other
            if row[name] != other[name]
        }
        if all(now == was for now, was in differences):
            return "works, and writes anew: " + ", ".join(sorted({now for now, _ in differences}))
        return "differs: " + ", ".join(f"{was} as {now}" for now, was in sorted(differences))


ABILITIES: Mapping[str, Callable[[Case], str]] = {
    name.replace("_", " "): getattr(Case, name)
    for name in (*("selects", "asks", "values", "joins", "joins_two", "refused", "late", "broken"),)
}


@pytest.mark.parametrize(
    "row", TABLE, ids=[f"{row['client']}-{row['ability']}".replace(" ", "-") for row in TABLE]
)
def test_a_client_gets_what_the_table_says(
    row: Mapping[str, str],
    clients: Mapping[str, ForeignClient],
    server: Server,
    other: str,
    truth: Callable[[str], list[Row]],
) -> None:
    client = clients[row["client"]]
    if client.reason:
        pytest.skip(client.reason)
    case = Case(client, f"{server.base}/sparql", other, truth)
    assert ABILITIES[row["ability"]](case) == row["outcome"]


def test_the_table_has_a_row_for_each_client_and_ability() -> None:
    federating = {each.name for each in CLIENTS if each.way != "–"}
    expected = {
        (client.name, ability)
        for client in CLIENTS
        for ability in ABILITIES
        if client.name in federating or not ability.startswith("joins")
    }
    assert [(row["client"], row["ability"]) for row in TABLE] == sorted(
        expected,
        key=lambda pair: (
            [each.name for each in CLIENTS].index(pair[0]),
            list(ABILITIES).index(pair[1]),
        ),
    )


def test_comunica_knows_the_endpoint_for_one_without_being_told(
    clients: Mapping[str, ForeignClient], server: Server
) -> None:
    """It reads the description first; had it taken the address for a file, it would find that only."""
    comunica = clients["Comunica"]
    if comunica.reason:
        pytest.skip(comunica.reason)
    count = f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s a {GEMEENTE} }}"
    (row,) = comunica.federate(count, sources=[f"{server.base}/sparql"])
    assert int(row["n"][1]) == 388
    (row,) = comunica.federate(
        f"SELECT (COUNT(*) AS ?n) WHERE {{ SERVICE <{server.base}/sparql> {{ ?s a {GEMEENTE} }} }}",
        sources=[f"{server.base}/dumps/graph-facts.ttl"],
    )
    assert int(row["n"][1]) == 388


def test_a_burst_of_ask_as_source_selection_sends_is_answered_whole(server: Server) -> None:
    """Federators ask each pattern of each endpoint first, many at a time."""
    kinds = [GEMEENTE, "<urn:nothing>"]
    queries = [f"ASK {{ ?s a {kinds[n % 2]} . FILTER({n} = {n}) }}" for n in range(400)]
    with httpx.Client(base_url=server.base) as http, ThreadPoolExecutor(16) as pool:
        headers = {"Accept": "application/sparql-results+json"}
        replies = pool.map(
            lambda query: http.post("/sparql", data={"query": query}, headers=headers, timeout=60),
            queries,
        )
        truths = [reply.raise_for_status().json()["boolean"] for reply in replies]
    assert truths == [True, False] * 200


def test_the_other_endpoint_answers_as_the_tests_expect(other: str) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s <urn:number> ?n }"
    reply = httpx.get(other, params={"query": query})
    assert int(reply.json()["results"]["bindings"][0]["n"]["value"]) > 300


def test_every_dump_of_a_graph_is_what_a_client_of_rdf_reads(server: Server) -> None:
    """As Comunica, Jena and rdflib do: by the media type that the server says."""
    reply = httpx.get(f"{server.base}/dumps/graph-facts.ttl")
    form = RdfFormat.from_media_type(reply.headers["content-type"])
    assert form == RdfFormat.TURTLE


@pytest.mark.parametrize(
    ("format_", "query", "content_type"),
    [
        ("json", "ASK {}", "application/sparql-results+json"),
        ("xml", "ASK {}", "application/sparql-results+xml"),
        ("csv", "ASK {}", "text/csv"),
        ("tsv", "ASK {}", "text/tab-separated-values"),
        ("turtle", f"DESCRIBE {GEMEENTE}", "text/turtle"),
        ("n3", f"DESCRIBE {GEMEENTE}", "text/turtle"),
        ("rdf+xml", f"DESCRIBE {GEMEENTE}", "application/rdf+xml"),
        ("json-ld", f"DESCRIBE {GEMEENTE}", "application/ld+json"),
    ],
)
def test_sparqlwrapper_gets_every_format_that_it_has_a_name_for(
    server: Server, format_: str, query: str, content_type: str
) -> None:
    wrapper = SPARQLWrapper.SPARQLWrapper(f"{server.base}/sparql", returnFormat=format_)
    wrapper.setQuery(query)
    assert wrapper.query().info()["content-type"].partition(";")[0] == content_type
