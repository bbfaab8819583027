"""Canned queries: a page each, with its parameters as a form, its result, and its result as data."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import NotFound, StadsgraafError
from stadsgraaf.media import HTML, RDF, RESULTS, SHEET, Format
from stadsgraaf.parameters import bound, given_in
from stadsgraaf.store.allowed import Allowed
from stadsgraaf.store.base import Answer, Question
from stadsgraaf.store.binding import bind
from stadsgraaf.store.structure import UnreadableError, read_structure, walk
from stadsgraaf.web.asking import read_results
from stadsgraaf.web.clients import client_of
from stadsgraaf.web.excerpt import read_triples
from stadsgraaf.web.figures import Figures, figures
from stadsgraaf.web.headers import CORS, MINUTE, SECURITY, Link, attachment, link_header, ways_in
from stadsgraaf.web.identity import is_volatile
from stadsgraaf.web.negotiation import chosen_format, prefers_page
from stadsgraaf.web.parameters import fields, heads_of, parameters_of
from stadsgraaf.web.results import Grid, as_grid
from stadsgraaf.web.sheet import workbook
from stadsgraaf.web.signposts import of_part
from stadsgraaf.web.site import View
from stadsgraaf.web.snippets import fetching
from stadsgraaf.web.urls import split_suffix

__all__ = [
    "SUFFIXES",
    "Summary",
    "catalogue",
    "formats_of",
    "is_refused",
    "query",
    "services_in",
    "summaries",
]

#: Suffixes of a result; ``json`` is what people expect a JSON file to be called.
SUFFIXES: Final[Mapping[str, Format]] = {
    "json": RESULTS[0],
    **{each.suffix: each for each in (*RESULTS, *RDF, SHEET)},
    "xml": RESULTS[1],
}
_SHOWN_ROWS: Final = 200
#: Queries of which it is remembered whom else they ask.
_REMEMBERED: Final = 1024
_JSON, _CSV, _N_TRIPLES = RESULTS[0], RESULTS[2], RDF[1]


@dataclass(frozen=True)
class Summary:
    """A canned query in a list."""

    name: str
    summary: str
    href: str
    competency: str | None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """An endpoint that a query asks too, and whether the settings allow it."""

    address: str
    is_allowed: bool


@dataclass(frozen=True)
class Outcome:
    """What came of a query: a table with its pictures, or an error."""

    grid: Grid | None = None
    figures: Figures | None = None
    fault: StadsgraafError | None = None


def summaries(view: View) -> list[Summary]:
    """Every canned query of the release."""
    return [
        Summary(
            name=each["name"],
            summary=view.text(each["summary"]),
            href=view.urls.query(each["name"]),
            competency=each["competency"],
            tags=tuple(each.get("tags", ())),
        )
        for each in view.site.release.queries
    ]


def formats_of(form: str) -> tuple[Format, ...]:
    """What the result of a query comes in, the server's preference first; a yes or no is no map."""
    results = [each for each in RESULTS if form == "select" or each.suffix != "geojson"]
    return (*(RDF if form == "graph" else results), SHEET)


async def catalogue(request: Request) -> Response:
    """``/queries``: the list."""
    view = View.of(request.scope)
    return view.page("queries.html", queries=summaries(view))


async def query(request: Request) -> Response:
    """``/queries/{name}``: the page, or the result by suffix or ``Accept``."""
    view = View.of(request.scope)
    whole = request.path_params["name"]
    known = {each["name"]: each for each in view.site.release.queries}
    name, suffix = (whole, None) if whole in known else split_suffix(whole, tuple(SUFFIXES))
    found = known.get(name)
    if found is None:
        raise NotFound(what=view.path)
    chosen = _choose(view, request, found, suffix)
    # which release is asked is none of the query's business
    given = given_in(each for each in request.query_params.multi_items() if each[0] != "release")
    if chosen is HTML:
        return await _page(view, request, found, given)
    return await _data(view, request, found, given, chosen, suffix)


def _bound(view: View, found: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    return bound(parameters_of(found), given, view.site.prefixes)


def _choose(view: View, request: Request, found: Mapping[str, Any], suffix: str | None) -> Format:
    formats = formats_of(found["form"])
    if suffix:
        if SUFFIXES[suffix] not in formats:
            raise NotFound(what=view.path)
        return SUFFIXES[suffix]
    return chosen_format(request.scope, None, (HTML, *formats))


async def _ask(
    view: View, request: Request, found: Mapping[str, Any], bindings: Mapping[str, str], as_: Format
) -> Answer:
    results, rdf = (_JSON, _N_TRIPLES) if as_ in (HTML, SHEET) else (as_, as_)
    question = Question(
        found["sparql"],
        results=results,
        rdf=rdf,
        bindings=bindings,
        client=client_of(request.scope),
    )
    return await view.site.store.answer(question, view.site.asker.widest)


# --- as data ----------------------------------------------------------------------------------------


async def _data(
    view: View,
    request: Request,
    found: Mapping[str, Any],
    given: Mapping[str, str],
    chosen: Format,
    suffix: str | None,
) -> Response:
    name = found["name"]
    bindings = _bound(view, found, given)
    answer = await _ask(view, request, found, bindings, chosen)
    body = await answer.read()
    if chosen is SHEET:
        table = read_triples(body) if answer.form == "graph" else read_results(body)
        body = await asyncio.to_thread(workbook, table)
    links = [
        Link(view.urls.query(name, **given), "describedby", HTML.media_type),
        *await of_part(view, None, ()),
        *ways_in(view.urls.prefix),
    ]
    headers = {**SECURITY, **CORS, "Cache-Control": "no-cache", "Link": link_header(links)}
    if not is_volatile(found["sparql"]):
        headers |= {"ETag": view.etag(chosen.name), "Cache-Control": MINUTE}
    if suffix is None:
        headers["Vary"] = "Accept"
        headers["Content-Location"] = view.urls.query(name, _suffix_of(chosen), **given)
    else:
        headers["Content-Disposition"] = attachment(f"{name}.{suffix}")
    return Response(body, headers=headers, media_type=chosen.content_type)


def _suffix_of(chosen: Format) -> str:
    """The suffix that people know a format by: of JSON ``json`` and not ``srj``."""
    return next(suffix for suffix, each in SUFFIXES.items() if each is chosen)


# --- as a page --------------------------------------------------------------------------------------


@lru_cache(_REMEMBERED)
def services_in(sparql: str) -> tuple[str, ...]:
    """The other endpoints that a query asks, by their IRIs as they stand in it.

    >>> services_in("SELECT * { SERVICE <https://sparql.example/> { ?s ?p ?o } }")
    ('https://sparql.example/',)
    """
    try:
        elements = list(walk(read_structure(sparql).where))
    except UnreadableError:
        return ()
    named = [each.name.text for each in elements if each.kind == "service" and each.name]
    return tuple(dict.fromkeys(name[1:-1] for name in named if name.startswith("<")))


def is_refused(view: View, sparql: str) -> bool:
    """Whether it asks an endpoint that the settings do not allow."""
    return not all(each.is_allowed for each in _services(view, sparql))


def _services(view: View, sparql: str) -> list[Service]:
    allowed = Allowed.read(view.site.settings.services)
    return [Service(each, allowed.address(each) is not None) for each in services_in(sparql)]


async def _run(
    view: View, request: Request, found: Mapping[str, Any], bindings: Mapping[str, str]
) -> Outcome:
    try:
        answer = await _ask(view, request, found, bindings, HTML)
        body = await answer.read()
    except StadsgraafError as error:
        return Outcome(fault=error)
    table = read_triples(body) if answer.form == "graph" else read_results(body)
    grid = as_grid(view, table, _SHOWN_ROWS, heads=heads_of(view, found))
    return Outcome(grid, await figures(view, grid) if answer.form == "select" else None)


async def _page(
    view: View, request: Request, found: Mapping[str, Any], given: Mapping[str, str]
) -> Response:
    name, sparql = found["name"], found["sparql"]
    services = _services(view, sparql)
    runs = all(each.is_allowed for each in services)
    try:
        bindings = _bound(view, found, given)
    except StadsgraafError as error:
        if not prefers_page(request.scope):
            raise
        # the form stays, with what was typed
        bindings, outcome = _bound(view, found, {}), Outcome(fault=error)
    else:
        outcome = await _run(view, request, found, bindings) if runs else Outcome()
        if outcome.fault and not prefers_page(request.scope):
            raise outcome.fault
    asked = bind(sparql, bindings) if given and not outcome.fault else sparql
    formats = formats_of(found["form"])
    # what is refused is not offered
    links = {each: view.urls.query(name, _suffix_of(each), **given) for each in formats if runs}
    first = _CSV if _CSV in links else next(iter(links), None)
    fault = outcome.fault
    answer = view.page(
        "query.html",
        status=fault.status if fault else 200,
        headers=fault.headers if fault else None,
        links=[
            Link(view.urls.query(name, **given), "canonical"),
            *await of_part(view, _iri(view, name), links.items(), holds=True),
            *(Link(href, "alternate", each.media_type) for each, href in links.items()),
        ],
        name=name,
        summary=view.text(found["summary"]),
        text=view.text(found["description"]),
        competency=found["competency"],
        sparql=asked,
        action=view.urls.query(name),
        fields=await fields(view, found, given),
        services=services,
        fault=fault,
        grid=outcome.grid,
        figures=outcome.figures,
        downloads=[(each.name, href) for each, href in links.items()],
        numbers=links.get(_CSV),
        permalink=view.urls.sparql(asked) if runs else None,
        snippets=fetching(view.urls.absolute(links[first]), first.media_type) if first else (),
        schema=_schema(view, found, links),
    )
    if is_volatile(sparql) and "ETag" in answer.headers:
        del answer.headers["ETag"]
        answer.headers["Cache-Control"] = "no-cache"
    return answer


def _iri(view: View, name: str) -> str | None:
    """The IRI of the query, under which the graph lists it; None where it has none."""
    base = view.site.release.manifest.base_iri
    iri = f"{base}id/query/{name}" if base else None
    return iri if iri and view.knows(iri) else None


def _schema(view: View, found: Mapping[str, Any], links: Mapping[Format, str]) -> dict[str, Any]:
    """The result in the words of schema.org: a dataset made by a query."""
    manifest = view.site.release.manifest
    schema: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": view.text(found["summary"]),
        "description": view.text(found["description"]) or view.text(found["summary"]),
        "inLanguage": view.language,
        "url": view.urls.absolute(view.urls.query(found["name"])),
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": each.media_type,
                "contentUrl": view.urls.absolute(href),
            }
            for each, href in links.items()
        ],
    }
    if manifest.licence:
        schema["license"] = manifest.licence
    if manifest.dataset:
        schema["isPartOf"] = {"@type": "Dataset", "@id": manifest.dataset}
    return schema
