"""The terms of the dataset, for who writes a query: what an editor completes.

Counts come from the statistics of the release, made when it was built.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.records import Count
from stadsgraaf.web.site import View

__all__ = ["terms"]

#: Terms of each kind; nobody looks further in a list.
_MOST: Final = 2000
_MOST_OF_A_CLASS: Final = 200


async def terms(request: Request) -> Response:
    """``/sparql/terms``: prefixes, and classes and properties from the most used down.

    ::

        {"prefixes": {"foaf": "http://xmlns.com/foaf/0.1/"},
         "classes": [{"iri": …, "label": …, "count": 3, "properties": [IRIs, most used first]}],
         "properties": [{"iri": …, "label": …, "count": 9}]}
    """
    view = View.of(request.scope)
    statistics = view.site.release.statistics
    classes, properties = statistics["classes"][:_MOST], statistics["properties"][:_MOST]
    labels = view.site.labels((each["iri"] for each in (*classes, *properties)), view.language)
    content = {
        "prefixes": dict(sorted(view.site.prefixes.items())),
        "classes": [
            _term(each, labels) | {"properties": list(_first(each["properties"]))}
            for each in classes
        ],
        "properties": [_term(each, labels) for each in properties],
    }
    return view.json(content)


def _term(each: Count, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"iri": each["iri"], "label": labels.get(each["iri"]), "count": each["count"]}


def _first(properties: Iterable[Count]) -> Iterable[str]:
    ordered = sorted(properties, key=lambda each: -each["count"])
    return (each["iri"] for each in ordered[:_MOST_OF_A_CLASS])
