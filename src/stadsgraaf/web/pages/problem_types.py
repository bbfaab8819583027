"""What a problem type of RFC 9457 means, as a page or as data.

https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
"""

import io
import json
from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import NotFound, StadsgraafError, Text
from stadsgraaf.media import HTML, RDF, Format
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.headers import Link
from stadsgraaf.web.negotiation import chosen_format
from stadsgraaf.web.site import View
from stadsgraaf.web.urls import LANGUAGES, split_suffix

__all__ = ["problem_type"]

_JSON: Final = Format("JSON", ("application/json", "application/problem+json"), "json", "problem")
_OFFERED: Final = (HTML, _JSON, *RDF)
_SUFFIXES: Final = tuple(each.suffix for each in _OFFERED)
_RDF, _SKOS = PREFIXES["rdf"], PREFIXES["skos"]


def _types(error: type[StadsgraafError]) -> dict[str, type[StadsgraafError]]:
    """Every problem type by its slug."""
    found = {error.slug: error}
    for below in error.__subclasses__():
        found = _types(below) | found
    return found


async def problem_type(request: Request) -> Response:
    """``/def/problem/…``: its title, its sentence and its status, by ``Accept`` or by suffix."""
    view = View.of(request.scope)
    slug, suffix = split_suffix(request.path_params["slug"], _SUFFIXES)
    found = _types(StadsgraafError).get(slug)
    if found is None:
        raise NotFound(what=view.path)
    chosen = chosen_format(request.scope, suffix, _OFFERED)
    links = [
        Link(view.urls.problem(slug, each.suffix), "alternate", each.media_type)
        for each in (_JSON, *RDF)
    ]
    if chosen is HTML:
        return view.page(
            "problem_type.html",
            links=links,
            error=found,
            title=found.title.say(view.language),
            sentence=found().detail(view.language),
        )
    answer = view.data(_body(found(), view, chosen), chosen.content_type, links=links)
    answer.headers["Content-Location"] = view.urls.problem(slug, chosen.suffix)
    view.vary(answer)
    return answer


def _body(error: StadsgraafError, view: View, chosen: Format) -> bytes:
    """As it comes with an error, each member an ellipsis, or as a concept in both languages."""
    if chosen is _JSON:
        return json.dumps(error.problem(view.language), ensure_ascii=False).encode()
    body = io.BytesIO()
    form = RdfFormat.from_media_type(chosen.media_type)
    serialize(_triples(error), body, form, prefixes={"skos": _SKOS})
    return body.getvalue()


def _triples(error: StadsgraafError) -> Iterator[Triple]:
    subject = NamedNode(error.type)
    yield Triple(subject, NamedNode(_RDF + "type"), NamedNode(_SKOS + "Concept"))
    yield Triple(subject, NamedNode(_SKOS + "notation"), Literal(error.slug))
    yield Triple(subject, NamedNode(_SKOS + "note"), Literal(f"HTTP {error.status}"))
    for name, texts in (("prefLabel", error.title), ("definition", _sentence(error))):
        for language in LANGUAGES:
            text = Literal(texts.say(language), language=language)
            yield Triple(subject, NamedNode(_SKOS + name), text)


def _sentence(error: StadsgraafError) -> Text:
    return Text(error.detail("en"), error.detail("nl"))
