"""Every canned query as a typed operation of the interface: OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.0.

Parameters have the types of their terms; the JSON of a result has the variables of its query.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stadsgraaf.canned import CannedQuery
from stadsgraaf.errors import (
    InvalidParameter,
    NotAcceptable,
    QueryTimeout,
    ServiceNotAllowed,
    StadsgraafError,
    StoreBusy,
    TooManyRequests,
)
from stadsgraaf.media import HTML, RESULTS, Format
from stadsgraaf.parameters import Parameter
from stadsgraaf.store.base import Question
from stadsgraaf.web.pages.catalogue import formats_of
from stadsgraaf.web.parameters import schema_of
from stadsgraaf.web.services import services_in
from stadsgraaf.web.site import Site, View

__all__ = ["operations"]

#: What can go wrong with any question.
_ERRORS: Final[Sequence[type[StadsgraafError]]] = (
    InvalidParameter,
    NotAcceptable,
    TooManyRequests,
    StoreBusy,
    QueryTimeout,
    StadsgraafError,
)
_JSON: Final = RESULTS[0]
_TEXT: Final = {"type": "string"}
_BINARY: Final = {"type": "string", "format": "binary"}


async def operations(view: View) -> dict[str, dict[str, Any]]:
    """The operations by path."""
    return {
        f"/queries/{name}": {"get": await _operation(view, query)}
        for name, query in view.site.release.queries.items()
    }


def _refusals(query: CannedQuery) -> dict[str, Any]:
    errors: list[type[StadsgraafError]] = [
        *_ERRORS,
        *([ServiceNotAllowed] if services_in(query.sparql) else []),
    ]
    return {
        str(error.status): {"$ref": f"#/components/responses/{error.__name__}"} for error in errors
    }


async def _operation(view: View, query: CannedQuery) -> dict[str, Any]:
    formats = formats_of(query.form)
    variables = await _variables(view.site, query.sparql)
    suffixes = ", ".join(f"`.{each.suffix}`" for each in formats)
    words = query.description.en or query.summary.en
    return {
        "operationId": _name(query.name),
        "tags": ["queries"],
        "summary": query.summary.en,
        "description": f"{words}\n\nThe format goes by `Accept`, or by suffix: {suffixes}.",
        "parameters": [await _parameter(view, each) for each in query.parameters],
        "responses": {
            "200": {
                "description": "The result",
                "content": {
                    HTML.media_type: {"schema": _TEXT},
                    **{
                        each.media_type: {"schema": _schema(each, query.form, variables)}
                        for each in formats
                    },
                },
            },
            **_refusals(query),
        },
        "x-sparql": query.sparql,
    }


def _name(name: str) -> str:
    """The name of an operation, as programs write names.

    >>> _name("list-network-members")
    'listNetworkMembers'
    """
    first, *rest = re.split(r"[^A-Za-z0-9]+", name)
    return first + "".join(word.capitalize() for word in rest)


async def _parameter(view: View, parameter: Parameter) -> dict[str, Any]:
    schema = await schema_of(view, parameter)
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.label.en,
        "required": False,
        "schema": schema,
    }
    if "default" in schema:
        described["example"] = schema["default"]
    return described


async def _variables(site: Site, sparql: str) -> Sequence[str]:
    """The variables of the result; none as long as the store cannot tell."""
    try:
        return await site.once(_read_variables, sparql)
    except StadsgraafError:
        return ()


async def _read_variables(site: Site, sparql: str) -> Sequence[str]:
    question = Question(sparql, results=_JSON, task="check")
    answer = await site.store.answer(question, site.asker.limits)
    told: dict[str, Any] = json.loads(await answer.read())
    return tuple(told.get("variables", ()))


def _schema(given: Format, form: str, variables: Sequence[str]) -> Mapping[str, Any]:
    if given is _JSON:
        return _result(form, variables)
    if given.media_type.endswith("json"):
        return {"type": ["object", "array"], "items": {"type": "object"}}
    return _BINARY if given.kind == "page" else _TEXT


def _result(form: str, variables: Sequence[str]) -> Mapping[str, Any]:
    """SPARQL 1.1 Query Results JSON, with the variables or the truth of this query."""
    general = {"$ref": "#/components/schemas/Results"}
    if form == "ask":
        own: dict[str, Any] = {"required": ["boolean"]}
    else:
        term = {"$ref": "#/components/schemas/Term"}
        row: dict[str, Any] = {"type": "object"}
        if variables:
            row |= {"properties": dict.fromkeys(variables, term), "additionalProperties": False}
        own = {
            "required": ["results"],
            "properties": {
                "results": {"properties": {"bindings": {"type": "array", "items": row}}}
            },
        }
    return {"allOf": [general, own]}
