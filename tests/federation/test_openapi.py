"""The description of the interface keeps to OpenAPI and to the rules for APIs of the government."""

import copy
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from serving import Server

HERE = Path(__file__).parent
SPECTRAL = HERE / "node_modules" / "@stoplight" / "spectral-cli" / "dist" / "index.js"


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{server.base}/openapi.json").json()
    return found


def faults(document: dict[str, Any], folder: Path) -> set[str]:
    """Rules of ``api-rules.yaml`` that a document breaks."""
    if not (SPECTRAL.is_file() and shutil.which("node")):
        pytest.skip("Spectral is not installed: make clients")
    path = folder / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    command = ["node", str(SPECTRAL), "lint", str(path), "-r", str(HERE / "api-rules.yaml")]
    command += ["-f", "json", "--quiet", "-F", "hint"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return {
        f"{fault['code']} {'/'.join(fault['path'])}" for fault in json.loads(done.stdout or "[]")
    }


def test_no_rule_is_broken(document: dict[str, Any], tmp_path: Path) -> None:
    assert faults(document, tmp_path) == set()


def spoil_path(document: dict[str, Any]) -> None:
    document["paths"]["/Data_Set/"] = document["paths"].pop("/data")


def spoil_version(document: dict[str, Any]) -> None:
    document["info"]["version"] = "one"


def spoil_headers(document: dict[str, Any]) -> None:
    del document["paths"]["/data"]["get"]["responses"]["200"]["headers"]["API-Version"]


@pytest.mark.parametrize(
    ("spoil", "rules"),
    [
        (spoil_path, {"core-no-trailing-slash", "core-path-segments-kebab-case"}),
        (spoil_version, {"core-semver"}),
        (spoil_headers, {"core-version-header"}),
    ],
)
def test_a_rule_that_is_broken_is_seen(
    spoil: Callable[[dict[str, Any]], None],
    rules: set[str],
    document: dict[str, Any],
    tmp_path: Path,
) -> None:
    spoiled = copy.deepcopy(document)
    spoil(spoiled)
    assert rules <= {fault.split(" ")[0] for fault in faults(spoiled, tmp_path)}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/search.json?q=breda", "Found"),
        ("/search.json?q=zzzzqqq", "Found"),
        ("/lookup.json?iri=gm0344", "LookedUp"),
        ("/lookup.json?iri=http://www.wikidata.org/entity/Q803", "LookedUp"),
        ("/lookup.json?iri=nothing-has-this", "Problem"),
        ("/sparql?query=SELECT%20*%20%7B%20?s%20?p%20?o%20%7D%20LIMIT%2020", "Results"),
        ("/sparql?query=ASK%7B%7D", "Results"),
        ("/sparql?query=nonsense", "Problem"),
    ],
)
def test_answers_are_as_their_schemas_say(
    path: str, name: str, document: dict[str, Any], server: Server
) -> None:
    reply = httpx.get(server.base + path, headers={"Accept": "application/sparql-results+json"})
    assert reply.headers["api-version"] == document["info"]["version"]
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(reply.json())
