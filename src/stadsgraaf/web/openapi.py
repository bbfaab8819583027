"""The interface, described for programs: OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.0.

Written from what the handlers offer (formats, methods, the catalogue of queries), so that it says
what is served. It follows the rules for APIs of the Dutch government where they fit linked data,
https://gitdocumentatie.logius.nl/publicatie/api/adr/
"""

import json
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf import __version__
from stadsgraaf.errors import QueryTimeout, RequestError, StadsgraafError, StoreBusy
from stadsgraaf.media import HTML, PROBLEM, RDF, RESULTS, Format
from stadsgraaf.web.protocol import BODY_TYPES
from stadsgraaf.web.query_operations import operations
from stadsgraaf.web.site import View

__all__ = ["document", "openapi"]

_Schema = Mapping[str, Any]

_STRING: Final = {"type": "string"}
_IRI: Final = {"type": "string", "format": "iri"}
_TEXTS: Final = {"type": ["string", "null"]}
_TERM: Final = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"enum": ["uri", "literal", "bnode", "triple"]},
        "value": {"description": "The IRI, the lexical form, the label, or the parts of a triple"},
        "xml:lang": _STRING,
        "datatype": _IRI,
    },
}
_SCHEMAS: Final[Mapping[str, _Schema]] = {
    "Problem": {
        "type": "object",
        "description": "What went wrong: problem details of RFC 9457",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": _IRI,
            "title": _STRING,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _STRING,
        },
    },
    "Results": {
        "type": "object",
        "description": "SPARQL 1.1 Query Results JSON",
        "required": ["head"],
        "properties": {
            "head": {
                "type": "object",
                "properties": {"vars": {"type": "array", "items": _STRING}},
            },
            "boolean": {"type": "boolean"},
            "results": {
                "type": "object",
                "required": ["bindings"],
                "properties": {
                    "bindings": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": {"$ref": "#/components/schemas/Term"},
                        },
                    }
                },
            },
        },
    },
    "Term": _TERM,
    "Found": {
        "type": "object",
        "required": ["query", "language", "total", "corrected", "kinds", "results"],
        "properties": {
            "query": _STRING,
            "language": {"enum": ["nl", "en"]},
            "total": {"type": "integer", "minimum": 0},
            "corrected": {"type": "boolean"},
            "kinds": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["iri", "label", "count"],
                    "properties": {"iri": _TEXTS, "label": _TEXTS, "count": {"type": "integer"}},
                },
            },
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["iri", "label", "page"],
                    "properties": {
                        "iri": _IRI,
                        "label": _STRING,
                        "kind": _TEXTS,
                        "kindIri": _TEXTS,
                        "matched": _TEXTS,
                        "page": _STRING,
                    },
                },
            },
        },
    },
    "LookedUp": {
        "type": "object",
        "required": ["iri", "results"],
        "properties": {
            "iri": _STRING,
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["iri", "label", "property", "target", "page"],
                    "properties": {
                        "iri": _IRI,
                        "label": _STRING,
                        "property": _TEXTS,
                        "target": _STRING,
                        "page": _STRING,
                    },
                },
            },
        },
    },
}
#: What the JSON of a documented handler looks like, by its path.
_ANSWERS: Final = {"/search": "Found", "/lookup": "LookedUp"}
_HEADERS: Final = {
    "API-Version": {"description": "The version of the software", "schema": _STRING},
    "Link": {"description": "Where the service and the data are described", "schema": _STRING},
}
_REDIRECT: Final = {
    "description": "The document about the thing",
    "headers": {**_HEADERS, "Location": {"schema": _STRING}},
}
#: By the task of a path below the endpoint: the operation, what it tells, and as what.
_TOLD: Final[Mapping[str, tuple[str, str, Mapping[str, Any]]]] = {
    "/check": (
        "checkQuery",
        "Whether a query can be read, and if not, where it goes wrong",
        {
            "type": "object",
            "required": ["valid"],
            "properties": {
                "valid": {"type": "boolean"},
                "form": {"enum": ["select", "ask", "graph"]},
                "variables": {"type": "array", "items": _STRING},
                "line": {"type": "integer"},
                "column": {"type": "integer"},
                "detail": _STRING,
            },
        },
    ),
    "/explain": (
        "explainQuery",
        "The parts of a query, and how much each matches",
        {"type": "object"},
    ),
    "/why-empty": (
        "whyEmpty",
        "Why a query has no solutions, and what may be meant",
        {"type": "object"},
    ),
}
_SPARQL: Final = "Asks with SPARQL 1.1; without a query, the description of the service"


async def openapi(request: Request) -> Response:
    """``/openapi.json``: every address that a program would use, with what it takes and gives."""
    view = View.of(request.scope)
    routes = [each for each in request.app.routes if isinstance(each, APIRoute)]
    queries = await operations(view)
    text = json.dumps(document(view, routes, queries), ensure_ascii=False, indent=1) + "\n"
    return view.data(text.encode(), "application/json")


def document(view: View, routes: Sequence[APIRoute], queries: Mapping[str, Any]) -> dict[str, Any]:
    """The OpenAPI document of a site; ``queries`` are the operations of its canned queries."""
    manifest = view.site.release.manifest
    info: dict[str, Any] = {
        "title": f"{manifest.name('en')} web API",
        "version": __version__,
        "summary": "Linked data, by SPARQL and by address",
        "description": manifest.description.get("en") or f"{manifest.triples} triples.",
        "contact": _contact(view),
    }
    if manifest.licence:
        info["license"] = {"name": "Licence of the data", "url": manifest.licence}
    paths = {**_fixed(), **_documented(routes), **queries}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": view.root or "/"}],
        "tags": [{"name": name, "description": words} for name, words in sorted(_TAGS)],
        "paths": paths,
        "components": {"schemas": _SCHEMAS, "responses": _problems(json.dumps(paths))},
    }


_TAGS: Final = (
    ("sparql", "Questions in SPARQL"),
    ("queries", "Questions that are answered already"),
    ("things", "What is known of a thing"),
    ("search", "Things by name"),
    ("look-up", "Things by an IRI of another register"),
    ("dataset", "The dataset as a whole"),
    ("operation", "Whether it answers"),
)


def _contact(view: View) -> dict[str, str]:
    profile = view.site.release.profile
    contact = {"name": view.site.release.manifest.name("en"), "url": f"{view.root}/"}
    for point in profile.of_dataset("dcat:contactPoint"):
        for name, predicate in (("name", "vcard:fn"), ("email", "vcard:hasEmail")):
            for value in profile.said(point.value, predicate):
                contact[name] = value.value.removeprefix("mailto:")
    return contact


def _problems(paths: str) -> dict[str, Any]:
    """The responses that addresses refer to, by the names of their errors."""
    errors: list[type[StadsgraafError]] = [StadsgraafError, *RequestError.__subclasses__()]
    errors += [StoreBusy, QueryTimeout]
    return {
        error.__name__: {
            "description": error.title.en,
            "headers": _HEADERS,
            "content": {
                PROBLEM.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}},
            },
        }
        for error in errors
        if f'/{error.__name__}"' in paths
    }


def _refused(*names: str) -> dict[str, Any]:
    status = {each.__name__: each.status for each in RequestError.__subclasses__()}
    refused = {
        str(status[name]): {"$ref": f"#/components/responses/{name}"} for name in sorted(set(names))
    }
    return {**refused, "500": {"$ref": "#/components/responses/StadsgraafError"}}


def _content(formats: Sequence[Format]) -> dict[str, Any]:
    return {each.media_type: {"schema": _schema_of(each)} for each in formats}


def _schema_of(given: Format) -> _Schema:
    if given.name == "JSON":
        return {"$ref": "#/components/schemas/Results"}
    is_object = given.media_type.endswith("json")
    return {"type": ["object", "array"], "items": {"type": "object"}} if is_object else _STRING


def _given(
    name: str, words: str, where: str = "query", schema: _Schema = _STRING, **more: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "description": words,
        "required": where == "path",
        "schema": schema,
        **more,
    }


def _operation(
    name: str, tag: str, summary: str, answers: Mapping[str, Any], *parameters: Mapping[str, Any]
) -> dict[str, Any]:
    operation = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "description": f"{summary}.",
        "responses": answers,
    }
    return {**operation, "parameters": list(parameters)} if parameters else operation


def _ok(words: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"200": {"description": words, "headers": _HEADERS, "content": dict(content)}}


@cache
def _fixed() -> dict[str, Any]:
    """The addresses that are plain routes."""
    described = _ok("The description", _content((HTML, *RDF)))
    text = {"text/plain": {"schema": _STRING}}
    alive = _ok("It does", text)
    return {
        "/sparql": _sparql(),
        **_about_queries(),
        **_about_things(),
        "/data": {
            "get": _operation(
                "describe",
                "dataset",
                "The description of the dataset in DCAT, VoID and DQV",
                {**described, **_refused("NotAcceptable")},
            )
        },
        "/dumps/{name}": {"get": _dump()},
        "/live": {"get": _operation("isLive", "operation", "Whether the process lives", alive)},
        "/ready": {
            "get": _operation("isReady", "operation", "Whether questions are answered", alive),
        },
    }


def _about_things() -> dict[str, Any]:
    thing = _given("path", "What follows the namespace in the IRI", "path")
    iri = _given("iri", "The IRI of the thing", schema=_IRI, required=True)
    known = _ok("What is known of the thing", _content((HTML, *RDF)))
    found = {**known, **_refused("NotFound", "NotAcceptable", "InvalidParameter")}
    moved = {"303": _REDIRECT, **_refused("NotFound")}
    return {
        "/id/{path}": {
            "get": _operation("seeThing", "things", "Leads to a document", moved, thing)
        },
        "/doc/{path}": {"get": _operation("readThing", "things", "The document", found, thing)},
        "/resource": {"get": _operation("readAny", "things", "Any IRI's document", found, iri)},
        "/graph/{path}": {
            "get": _operation("readGraph", "things", "A named graph", found, thing),
        },
    }


def _dump() -> dict[str, Any]:
    file = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    answers = {
        **_ok("The file", file),
        "206": {"description": "The parts that were asked for", "headers": _HEADERS},
        "304": {"description": "The client has it"},
        **_refused("NotFound", "PreconditionFailed", "RangeNotSatisfiable"),
    }
    name = _given("name", "A name from the description", "path")
    part = _given("Range", "Parts, in bytes", "header", example="bytes=0-499")
    return _operation("takeDump", "dataset", "A dump, whole or in parts", answers, name, part)


def _sparql() -> dict[str, Any]:
    answers = {
        **_ok("The answer, complete", _content((*RESULTS, *RDF))),
        **_refused("MalformedQuery", "NotAcceptable", "ServiceNotAllowed", "TooManyRequests"),
    }
    query = _given("query", "SPARQL 1.1", example="SELECT * { ?s ?p ?o } LIMIT 10")
    graphs = [
        _given(name, words, schema={"type": "array", "items": _IRI})
        for name, words in (
            ("default-graph-uri", "Named graphs whose union is the default graph"),
            ("named-graph-uri", "Named graphs that GRAPH can name"),
        )
    ]
    timeout = _given("timeout", "Seconds, below the limit", schema={"type": "number"})
    labels = _given(
        "labels", "Languages: a column of labels after each column of IRIs", example="nl,en"
    )
    given = [query, *graphs, timeout, labels, _given("format", "Goes before Accept")]
    form = {"type": "object", "properties": {each["name"]: each["schema"] for each in given}}
    bodies = {each: {"schema": form if "form" in each else _STRING} for each in BODY_TYPES}
    posted = {**answers, **_refused("BodyTooLarge", "UnsupportedMediaType")}
    return {
        "get": _operation("ask", "sparql", _SPARQL, answers, *given),
        "post": {
            **_operation("askByPost", "sparql", "The same, for long questions", posted),
            "requestBody": {"required": True, "content": bodies},
        },
    }


def _about_queries() -> dict[str, Any]:
    """What is told of a query instead of its answer, by GET and POST."""
    query = _given("query", "SPARQL 1.1", example="SELECT * { ?s ?p ?o } LIMIT 10", required=True)
    form = {"type": "object", "required": ["query"], "properties": {"query": _STRING}}
    bodies = {each: {"schema": form if "form" in each else _STRING} for each in BODY_TYPES}
    refused = _refused("MissingParameter", "MalformedQuery", "TooManyRequests")
    paths = {}
    for path, (name, words, schema) in _TOLD.items():
        answers = {**_ok(words, {"application/json": {"schema": schema}}), **refused}
        paths[f"/sparql{path}"] = {
            "get": _operation(name, "sparql", words, answers, query),
            "post": {
                **_operation(f"{name}ByPost", "sparql", words, answers),
                "requestBody": {"required": True, "content": bodies},
            },
        }
    return paths


def _documented(routes: Sequence[APIRoute]) -> dict[str, Any]:
    """The handlers that the framework documents, with our errors instead of its own."""
    reading = [copy(route) for route in routes]
    for route in reading:
        route.methods = {"GET"}  # HEAD, which every address has, is not written out
    written = get_openapi(title="", version="", routes=reading, openapi_version="3.1.0")
    paths: dict[str, Any] = written.get("paths", {})
    for path, item in paths.items():
        for operation in item.values():
            json_ = {"schema": {"$ref": f"#/components/schemas/{_ANSWERS[path]}"}}
            content = {**_content((HTML,)), "application/json": json_}
            refused = _refused("InvalidParameter", "NotFound")
            operation["responses"] = {**_ok("What was found", content), **refused}
            operation["operationId"] = path.removeprefix("/")
            if path == "/lookup":
                operation["responses"]["303"] = _REDIRECT
    return paths
