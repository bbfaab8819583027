"""The whole of it, as a person meets it: one command, then questions over HTTP."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

LIVING_LAB = """
PREFIX sg: <https://w3id.org/stadsgraaf/def/ont/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX time: <http://www.w3.org/2006/time#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX network: <https://w3id.org/stadsgraaf/id/network/>
PREFIX agreement: <https://w3id.org/stadsgraaf/id/agreement/>
SELECT DISTINCT ?name ?member WHERE {
  ?city sg:coFounded agreement:living-lab ; rdfs:label ?name .
  FILTER(lang(?name) = "nl")
  BIND(EXISTS {
    ?membership org:member ?city ; org:organization network:g32 ; org:memberDuring ?period .
    ?period time:hasBeginning/sg:latest ?begin .
    FILTER(?begin <= "2017-06-08"^^<http://www.w3.org/2001/XMLSchema#date>)
    FILTER NOT EXISTS { ?period time:hasEnd/sg:earliest ?end .
      FILTER(?end <= "2017-06-08"^^<http://www.w3.org/2001/XMLSchema#date>) }
  } AS ?member)
} ORDER BY ?name
"""
CONSIDERED = """
ASK {
  { GRAPH <https://w3id.org/stadsgraaf/graph/facts> { ?s ?p <https://w3id.org/stadsgraaf/id/platform/amersfoort> } }
  UNION
  { <https://w3id.org/stadsgraaf/id/municipality/gm0307> ?p <https://w3id.org/stadsgraaf/id/platform/amersfoort> }
}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(arguments: list[str], port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "stadsgraaf", "serve", *arguments, "--port", str(port)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def wait(process: subprocess.Popen[str], port: int) -> None:
    """Until the service is ready; the build of the dataset may come first."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stdout and process.stdout.read()
        try:
            if httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the service was not ready within 300 s")


def stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return process.returncode


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    port = free_port()
    output = tmp_path_factory.mktemp("releases")
    process = start([str(root), "--output", str(output)], port)
    try:
        wait(process, port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        stop(process)


def test_the_question_of_the_readme_is_answered(site: httpx.Client) -> None:
    answer = site.get("/sparql", params={"query": LIVING_LAB}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    rows = dict(line.rsplit(",", 1) for line in answer.text.strip().splitlines()[1:])
    assert len(rows) == 7
    members = {name.removeprefix("gemeente ") for name, member in rows.items() if member == "true"}
    assert members == {"Breda", "Dordrecht", "Helmond", "Nijmegen", "Zoetermeer"}


def test_a_considered_platform_is_no_fact_but_the_claims_tell_why(site: httpx.Client) -> None:
    json = {"Accept": "application/sparql-results+json"}
    assert site.post("/sparql", data={"query": CONSIDERED}, headers=json).json()["boolean"] is False
    why = """
    PREFIX sg: <https://w3id.org/stadsgraaf/def/ont/>
    SELECT DISTINCT ?modality WHERE {
      ?claim sg:claimSubject|sg:claimObject <https://w3id.org/stadsgraaf/id/platform/amersfoort> ;
             sg:modality ?modality . }
    """
    rows = site.post("/sparql", data={"query": why}, headers=json).json()["results"]["bindings"]
    assert [row["modality"]["value"].rsplit("/", 1)[1] for row in rows] == ["consideration"]


def test_an_identifier_leads_to_its_document_in_the_format_asked(site: httpx.Client) -> None:
    answer = site.get("/id/municipality/gm0307", headers={"Accept": "text/turtle"})
    assert answer.status_code == 303
    document = site.get(answer.headers["Location"], headers={"Accept": "text/turtle"})
    assert document.headers["Content-Type"].startswith("text/turtle")
    assert "Amersfoort" in document.text


@pytest.mark.parametrize(
    "path",
    [
        "/def/ont/Claim",
        "/def/ont",
        "/def/theme",
        "/def/theme/mobility",
        "/def/modality/hope",
        "/id/claim/f146",
        "/id/person/mark-rutte",
        "/graph/facts",
    ],
)
@pytest.mark.parametrize("media_type", ["text/html", "text/turtle", "application/ld+json"])
def test_every_kind_of_iri_dereferences(site: httpx.Client, path: str, media_type: str) -> None:
    answer = site.get(path, headers={"Accept": media_type}, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].split(";")[0] == media_type


@pytest.mark.parametrize("path", ["/", "/sparql", "/queries", "/search?q=amersf", "/browse"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_come_in_both_languages(site: httpx.Client, path: str, language: str) -> None:
    headers = {"Accept": "text/html", "Accept-Language": language}
    answer = site.get(path, headers=headers)
    assert answer.status_code == 200
    assert re.search(rf'<html[^>]* lang="{language}"', answer.text)


def test_errors_are_problems_for_machines_and_pages_for_people(site: httpx.Client) -> None:
    problem = site.get(
        "/id/none/such", headers={"Accept": "application/json"}, follow_redirects=True
    )
    assert problem.status_code == 404
    assert problem.headers["Content-Type"] == "application/problem+json"
    page = site.get("/id/none/such", headers={"Accept": "text/html"}, follow_redirects=True)
    assert (page.status_code, page.headers["Content-Type"].split(";")[0]) == (404, "text/html")


def test_any_other_folder_is_served_too_and_what_is_wrong_with_it_told(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "shape.ttl").write_text(
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "<http://people.example/shape> a sh:NodeShape ; sh:targetClass foaf:Person ;\n"
        "    sh:property [ sh:path foaf:mbox ; sh:minCount 1 ] .\n"
    )
    (tmp_path / "people" / "ada.ttl").write_text(
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
        '<http://people.example/ada> a foaf:Person ; foaf:name "Ada" .\n'
    )
    port = free_port()
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [
        sys.executable,
        "-m",
        "stadsgraaf",
        "serve",
        str(tmp_path / "people"),
        "--port",
        str(port),
    ]
    process = subprocess.Popen(
        command, text=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        wait(process, port)
        base = f"http://127.0.0.1:{port}"
        query = {"query": "SELECT ?name { ?s <http://xmlns.com/foaf/0.1/name> ?name }"}
        assert httpx.get(
            base + "/sparql", params=query, headers={"Accept": "text/csv"}
        ).text.split() == ["name", "Ada"]
        page = httpx.get(
            base + "/resource",
            params={"iri": "http://people.example/ada"},
            headers={"Accept": "text/html"},
        )
        assert page.status_code == 200
        assert "<h1>Ada</h1>" in re.sub(r"<h1[^>]*>\s*", "<h1>", page.text).replace(
            "\n</h1>", "</h1>"
        )
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "ada.ttl\n  2:1  violation" in output
        assert "\n  1 violation: " in output
    finally:
        process.kill()


def test_a_taken_port_is_said_before_anything_is_built(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/b> 1 .")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = start([str(tmp_path), "--output", str(tmp_path / "out")], other.getsockname()[1])
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "--port" in output
    assert not (tmp_path / "out").exists()
