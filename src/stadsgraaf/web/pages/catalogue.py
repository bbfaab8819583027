"""Canned queries: a page each, with its parameters as a form, its result, and its result as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.canned import CannedQuery
from stadsgraaf.errors import NotFound, StadsgraafError
from stadsgraaf.media import HTML, RDF, RESULTS, SHEET, Form, Format
from stadsgraaf.parameters import given_in
from stadsgraaf.store.base import Answer, Limits, Question
from stadsgraaf.store.binding import bind
from stadsgraaf.store.identity import is_volatile
from stadsgraaf.web.clients import client_of
from stadsgraaf.web.columns import in_sheet, sheet_limits
from stadsgraaf.web.excerpt import read_beginning
from stadsgraaf.web.figures import Figures, figures
from stadsgraaf.web.headers import (
    CORS,
    MINUTE,
    SECURITY,
    Link,
    attachment,
    keep_nothing,
    link_header,
    ways_in,
)
from stadsgraaf.web.negotiation import chosen_format, prefers_page
from stadsgraaf.web.parameters import fields
from stadsgraaf.web.results import Grid, read_grid
from stadsgraaf.web.services import services_of
from stadsgraaf.web.signposts import of_part
from stadsgraaf.web.site import View
from stadsgraaf.web.snippets import fetching
from stadsgraaf.web.urls import split_suffix

__all__ = ["SUFFIXES", "catalogue", "formats_of", "query"]

#: Suffixes of a result; ``json`` is what people expect a JSON file to be called.
SUFFIXES: Final[Mapping[str, Format]] = {
    "json": RESULTS[0],
    **{each.suffix: each for each in (*RESULTS, *RDF, SHEET)},
    "xml": RESULTS[1],
}
_SHOWN_ROWS: Final = 200
_JSON, _CSV, _N_TRIPLES = RESULTS[0], RESULTS[2], RDF[1]


@dataclass(frozen=True)
class Asked:
    """A canned query as a request asks it: with what is given for its parameters."""

    view: View
    query: CannedQuery
    given: Mapping[str, str]
    client: str

    def href(self, chosen: Format | None = None) -> str:
        """Where it is answered: on its page, or in a format."""
        suffix = _suffix_of(chosen) if chosen else None
        return self.view.urls.query(self.query.name, suffix, **self.given)

    def bindings(self) -> dict[str, str]:
        """Terms by variable name. Raises InvalidParameter when what is given is no such term."""
        return self.query.bindings(self.given, self.view.site.prefixes)

    async def answer(self, chosen: Format, limits: Limits) -> Answer:
        """The answer in a format; a page and a workbook are made of one that is easily read."""
        results, rdf = (_JSON, _N_TRIPLES) if chosen in (HTML, SHEET) else (chosen, chosen)
        question = Question(
            self.query.sparql,
            results=results,
            rdf=rdf,
            bindings=self.bindings(),
            client=self.client,
        )
        return await self.view.site.store.answer(question, limits)


@dataclass(frozen=True)
class Outcome:
    """What came of a query: a table with its pictures, or an error."""

    grid: Grid | None = None
    figures: Figures | None = None
    fault: StadsgraafError | None = None


def formats_of(form: Form) -> tuple[Format, ...]:
    """What the result of a query comes in, the server's preference first; a yes or no is no map."""
    results = [each for each in RESULTS if form == "select" or each.suffix != "geojson"]
    return (*(RDF if form == "graph" else results), SHEET)


async def catalogue(request: Request) -> Response:
    """``/queries``: the list."""
    view = View.of(request.scope)
    return view.page("queries.html", queries=view.site.release.queries.values())


async def query(request: Request) -> Response:
    """``/queries/{name}``: the page, or the result by suffix or ``Accept``."""
    view = View.of(request.scope)
    whole, known = request.path_params["name"], view.site.release.queries
    name, suffix = (whole, None) if whole in known else split_suffix(whole, tuple(SUFFIXES))
    found = known.get(name)
    if found is None:
        raise NotFound(what=view.path)
    chosen = _choose(view, request, found, suffix)
    # which release is asked is none of the query's business
    given = given_in(each for each in request.query_params.multi_items() if each[0] != "release")
    asked = Asked(view, found, given, client_of(request.scope))
    if chosen is HTML:
        return await _page(asked, bears_faults=prefers_page(request.scope))
    return await _data(asked, chosen, suffix)


def _choose(view: View, request: Request, found: CannedQuery, suffix: str | None) -> Format:
    formats = formats_of(found.form)
    if suffix:
        if SUFFIXES[suffix] not in formats:
            raise NotFound(what=view.path)
        return SUFFIXES[suffix]
    return chosen_format(request.scope, None, (HTML, *formats))


# --- as data ----------------------------------------------------------------------------------------


async def _data(asked: Asked, chosen: Format, suffix: str | None) -> Response:
    view, query = asked.view, asked.query
    limits = sheet_limits(view.site.asker.widest) if chosen is SHEET else view.site.asker.widest
    answer = await asked.answer(chosen, limits)
    body = await (in_sheet(answer, limits) if chosen is SHEET else answer.read())
    links = [
        Link(asked.href(), "describedby", HTML.media_type),
        *await of_part(view, None, ()),
        *ways_in(view.urls.prefix),
    ]
    headers = {**SECURITY, **CORS, "Cache-Control": "no-cache", "Link": link_header(links)}
    if not is_volatile(query.sparql):
        headers |= {"ETag": view.etag(chosen.name), "Cache-Control": MINUTE}
    if suffix is None:
        headers["Vary"] = "Accept"
        headers["Content-Location"] = asked.href(chosen)
    else:
        headers["Content-Disposition"] = attachment(f"{query.name}.{suffix}")
    return Response(body, headers=headers, media_type=chosen.content_type)


def _suffix_of(chosen: Format) -> str:
    """The suffix that people know a format by: of JSON ``json`` and not ``srj``."""
    return next(suffix for suffix, each in SUFFIXES.items() if each is chosen)


# --- as a page --------------------------------------------------------------------------------------


async def _page(asked: Asked, *, bears_faults: bool) -> Response:
    """The page; where it ``bears_faults`` one stands beside the form, which keeps what was typed."""
    view, query = asked.view, asked.query
    services = services_of(view, query.sparql)
    runs = all(each.is_allowed for each in services)
    outcome = await _outcome(asked, runs=runs)
    fault = outcome.fault
    if fault and not bears_faults:
        raise fault
    sparql = query.sparql if fault or not asked.given else bind(query.sparql, asked.bindings())
    # what is refused is not offered
    links = {each: asked.href(each) for each in formats_of(query.form) if runs}
    first = _CSV if _CSV in links else next(iter(links), None)
    answer = view.page(
        "query.html",
        status=fault.status if fault else 200,
        headers=fault.headers if fault else None,
        links=await _links(asked, links),
        query=query,
        summary=query.summary.say(view.language),
        text=query.description.say(view.language),
        sparql=sparql,
        fields=await fields(view, query.parameters, asked.given),
        services=services,
        fault=fault,
        grid=outcome.grid,
        figures=outcome.figures,
        downloads=[(each.name, href) for each, href in links.items()],
        numbers=links.get(_CSV),
        permalink=view.urls.sparql(sparql) if runs else None,
        snippets=fetching(view.urls.absolute(links[first]), first.media_type) if first else (),
        schema=_schema(view, query, links),
    )
    if is_volatile(query.sparql) and "ETag" in answer.headers:
        keep_nothing(answer)
    return answer


async def _outcome(asked: Asked, *, runs: bool) -> Outcome:
    """What comes of it; where it does not run, whether it could with what is given."""
    view = asked.view
    try:
        if not runs:
            asked.bindings()
            return Outcome()
        answer = await asked.answer(HTML, view.site.asker.widest)
        heads = asked.query.heads(view.language)
        grid = await read_grid(view, await read_beginning(answer), _SHOWN_ROWS, asked.client, heads)
    except StadsgraafError as error:
        return Outcome(fault=error)
    return Outcome(grid, await figures(view, grid) if answer.form == "select" else None)


async def _links(asked: Asked, data: Mapping[Format, str]) -> list[Link]:
    return [
        Link(asked.href(), "canonical"),
        *await of_part(asked.view, _iri(asked), data.items(), holds=True),
        *(Link(href, "alternate", each.media_type) for each, href in data.items()),
    ]


def _iri(asked: Asked) -> str | None:
    """The IRI of the query, under which the graph lists it; None where it has none."""
    base = asked.view.site.release.manifest.base_iri
    iri = f"{base}id/query/{asked.query.name}" if base else None
    return iri if iri and asked.view.knows(iri) else None


def _schema(view: View, query: CannedQuery, links: Mapping[Format, str]) -> dict[str, Any]:
    """The result in the words of schema.org: a dataset made by a query."""
    manifest, summary = view.site.release.manifest, query.summary.say(view.language)
    schema: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": summary,
        "description": query.description.say(view.language) or summary,
        "inLanguage": view.language,
        "url": view.urls.absolute(view.urls.query(query.name)),
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
