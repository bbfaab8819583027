"""Canned queries: typed parameters, results by suffix and Accept, errors that say what is wrong."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from samples import publish
from visiting import BROWSER, Client, links_of, open_site

HARBOURS = "/queries/list-harbours"
TYPES = """#+ summary: Which values are these?
#+ parameters:
#+   - {name: d, type: "xsd:date", default: "2017-09-13"}
#+   - {name: i, type: "xsd:integer", default: "3"}
#+   - {name: n, type: "xsd:decimal", default: "1.5"}
#+   - {name: b, type: "xsd:boolean", default: "true"}
#+   - {name: y, type: "xsd:gYear", default: "2017"}
#+   - {name: m, type: "xsd:dateTime", default: "2017-09-13T09:00:00Z"}
#+   - {name: s, type: "xsd:string", default: "text"}
#+   - {name: t, type: iri, default: "<http://e.example/one>"}
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?d ?i ?n ?b ?y ?m ?s ?t { }
"""
ELSEWHERE = """#+ summary: What is known elsewhere?
SELECT * { SERVICE <https://sparql.example/query> { ?s ?p ?o } }
"""
MADE = "#+ summary: What follows?\nCONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("typed")
    (folder / "a.ttl").write_text("<http://e.example/one> <http://e.example/p> 1 .\n")
    (folder / "queries").mkdir()
    for name, text in (("typed", TYPES), ("elsewhere", ELSEWHERE), ("made", MADE)):
        (folder / "queries" / f"{name}.rq").write_text(text)
    client = open_site(publish(folder, tmp_path_factory.mktemp("typed-out")))
    yield client
    client.close()


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


def test_a_parameter_changes_the_answer(client: Client) -> None:
    deep = rows(client.get(f"{HARBOURS}.csv?least=10").text)
    all_ = rows(client.get(f"{HARBOURS}.csv?least=0").text)
    assert len(deep) < len(all_)
    assert deep[0] == all_[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("d=2017-02-30", "a date such as"),
        ("d=13-09-2017", "a date such as"),
        ("d=2017-9-1", "a date such as"),
        ("i=1.5", "a whole number"),
        ("i=one", "a whole number"),
        ("n=1,5", "a number such as"),
        ("n=NaN", "a number such as"),
        ("b=yes", "true or false"),
        ("y=17", "a year such as"),
        ("m=2017-09-13", "a moment such as"),
        ("m=2017-09-13T25:00:00Z", "a moment such as"),
        ("t=not an iri", "not an IRI"),
        ("t=%3Curn:x", "not an IRI"),
        ("unknown=1", "has the parameters: d, i"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(site: Client, given: str, words: str) -> None:
    for path in ("/en/queries/typed.json?", "/en/queries/typed?"):
        reply = site.get(path + given.replace(" ", "%20"), accept="application/json")
        assert reply.status == 400
        problem = reply.json()
        assert problem["type"].endswith("/invalid-parameter")
        assert problem["name"] == given.partition("=")[0]
        assert words in problem["detail"]


def test_the_page_of_a_wrong_value_keeps_the_form_and_says_what_is_wrong(site: Client) -> None:
    reply = site.get("/nl/queries/typed?d=2017-02-30&i=7", accept=BROWSER)
    assert reply.status == 400
    assert "“2017-02-30” is geen datum zoals 2017-09-13" in reply.page.text
    fields = {each.get("name"): each for each in reply.page.all("input")}
    assert fields["d"]["value"] == "2017-02-30"
    assert fields["d"]["aria-invalid"] == "true"
    assert fields["i"]["value"] == "7"
    assert "aria-invalid" not in fields["i"]


@pytest.mark.parametrize("name", ["name", "suffix", "self", "path", "release_", "query"])
def test_a_parameter_that_there_is_not_is_refused_whatever_its_name(
    site: Client, name: str
) -> None:
    for target in (f"/en/queries/typed?{name}=x", f"/queries/typed.json?{name}=x"):
        reply = site.get(target, accept=BROWSER)
        assert reply.status == 400
        assert "parameters" in reply.text


def test_a_parameter_is_given_once(site: Client) -> None:
    problem = site.get("/queries/typed.json?i=1&i=2").json()
    assert problem["type"].endswith("/repeated-parameter")


def test_right_values_reach_the_query_as_terms_of_their_type(site: Client) -> None:
    given = "d=2018-01-02&i=-7&n=.5&b=0&y=1999&m=2018-01-02T03:04:05%2B01:00&s=%22%7D%20%5C&t=urn:x"
    binding = site.get(f"/queries/typed.json?{given}").json()["results"]["bindings"][0]
    values = {name: each["value"] for name, each in binding.items()}
    assert values["d"] == "2018-01-02"
    assert values["i"] == "-7"
    assert values["s"] == '"} \\'
    assert values["t"] == "urn:x"
    assert binding["t"]["type"] == "uri"
    assert binding["d"]["datatype"].endswith("#date")


def test_fields_have_the_type_of_their_parameter(site: Client) -> None:
    page = site.browse("/en/queries/typed").page
    kinds = {each.get("name"): each.get("type") for each in page.all("input")}
    assert (kinds["d"], kinds["i"], kinds["n"]) == ("date", "number", "number")
    assert {each.get("name") for each in page.all("select")} == {"b"}


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("json", "application/sparql-results+json"),
        ("srj", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_result_is_there_by_suffix_and_by_accept(
    client: Client, suffix: str, media_type: str
) -> None:
    by_suffix = client.get(f"{HARBOURS}.{suffix}?least=1", accept=BROWSER)
    by_accept = client.get(f"{HARBOURS}?least=1", accept=media_type)
    for reply in (by_suffix, by_accept):
        assert reply.status == 200
        assert reply.headers["content-type"].split(";")[0] == media_type
        assert reply.headers["access-control-allow-origin"] == "*"
    assert by_suffix.body == by_accept.body
    assert "Accept" in by_accept.headers["vary"]
    assert client.get(by_accept.headers["content-location"]).body == by_accept.body
    assert "attachment" in by_suffix.headers["content-disposition"]


def test_a_constructed_graph_is_a_table_on_the_page_and_rdf_as_data(site: Client) -> None:
    assert "1 solution" in site.browse("/en/queries/made").page.text
    assert "e.example/p" in site.get("/queries/made.ttl").text
    assert site.get("/queries/made", accept="application/ld+json").json()
    assert site.get("/queries/made.csv").status == 404


def test_every_download_of_a_page_answers_with_the_same_parameters(client: Client) -> None:
    page = client.browse("/en/queries/list-harbours?least=0").page
    links = [href for href in links_of(page) if "list-harbours." in href]
    assert len(set(links)) >= 5
    for href in links:
        assert "least=0" in href
        assert client.get(href).status == 200, href


def test_the_query_in_the_workbench_has_the_values_that_were_given(client: Client) -> None:
    page = client.browse("/en/queries/list-harbours?least=7.25").page
    link = next(href for href in links_of(page) if "/sparql?query=" in href)
    assert "7.25" in link
    assert "solution" in client.browse(link).page.text


def test_a_query_that_asks_elsewhere_says_so_and_is_not_asked(site: Client) -> None:
    reply = site.get("/en/queries/elsewhere", accept=BROWSER)
    assert reply.status == 200
    assert "https://sparql.example/query" in reply.page.text
    assert "does not allow" in reply.page.text
    assert "etag" not in reply.headers
    assert '"distribution": []' in reply.text
    assert "curl" not in reply.text
    problem = site.get("/queries/elsewhere.json")
    assert problem.status == 403
    assert problem.json()["type"].endswith("/service-not-allowed")


def test_no_page_leads_to_a_query_that_would_be_refused(site: Client) -> None:
    for path in ("/en/queries/elsewhere", "/en/sparql"):
        links = links_of(site.browse(path).page)
        assert not any("SERVICE" in href for href in links)
    assert "/en/queries/elsewhere" in links_of(site.browse("/en/sparql").page)


def test_the_page_signposts_its_result(client: Client) -> None:
    header = client.get(HARBOURS, accept=BROWSER).headers["link"]
    assert f'<{HARBOURS}.csv>; rel="item"; type="text/csv"' in header
    assert f'<{HARBOURS}.json>; rel="alternate"; type="application/sparql-results+json"' in header


# --- OpenAPI ----------------------------------------------------------------------------------------


def test_the_openapi_document_is_one(client: Client, site: Client) -> None:
    for each in (client, site):
        OpenAPIV31SpecValidator(each.get("/openapi.json").json()).validate()


def test_every_query_is_a_typed_operation(site: Client) -> None:
    document = site.get("/openapi.json").json()
    operation = document["paths"]["/queries/typed"]["get"]
    assert operation["summary"] == "Which values are these?"
    schemas = {each["name"]: each["schema"] for each in operation["parameters"]}
    assert schemas["d"] == {"type": "string", "format": "date", "default": "2017-09-13"}
    assert schemas["i"] == {"type": "integer", "default": 3}
    assert schemas["b"] == {"type": "boolean", "default": True}
    assert schemas["t"]["format"] == "iri"
    assert {"200", "400", "406", "504"} <= set(operation["responses"])
    json_ = operation["responses"]["200"]["content"]["application/sparql-results+json"]
    row = json_["schema"]["allOf"][1]["properties"]["results"]["properties"]["bindings"]["items"]
    assert set(row["properties"]) == {"d", "i", "n", "b", "y", "m", "s", "t"}
    made = document["paths"]["/queries/made"]["get"]["responses"]["200"]["content"]
    assert "text/turtle" in made
    assert "403" in document["paths"]["/queries/elsewhere"]["get"]["responses"]


def test_things_that_a_parameter_takes_are_examples(client: Client) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/queries/find-operator"]["get"]
    (parameter,) = operation["parameters"]
    assert "https://example.org/id/harbour/north" in parameter["schema"]["examples"]
    for example in parameter["schema"]["examples"]:
        assert client.get(f"/queries/find-operator.json?harbour={example}").status == 200


def test_results_are_as_their_schema_says(client: Client) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = client.get("/openapi.json").json()
    for path, item in document["paths"].items():
        if path.startswith("/queries/"):
            content = item["get"]["responses"]["200"]["content"]
            schema = content["application/sparql-results+json"]["schema"]
            found = client.get(path + ".json").json()
            whole = {**schema, "components": document["components"]}
            jsonschema.Draft202012Validator(json.loads(json.dumps(whole))).validate(found)


def test_the_file_of_a_query_may_end_like_a_suffix(tmp_path: Path) -> None:
    (tmp_path / "in" / "queries").mkdir(parents=True)
    (tmp_path / "in" / "a.ttl").write_text("<urn:a> <urn:b> 1 .")
    (tmp_path / "in" / "queries" / "list.csv.rq").write_text("#+ summary: x\nASK {}\n")
    client = open_site(publish(tmp_path / "in", tmp_path / "out"))
    try:
        assert "Yes." in client.browse("/en/queries/list.csv").page.text
        assert client.get("/queries/list.csv.json").json()["boolean"] is True
    finally:
        client.close()
