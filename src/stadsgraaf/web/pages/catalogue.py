"""Canned queries: a page each, with its parameters as a form and its result on the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import InvalidParameter, NotAcceptable, NotFound, Text
from stadsgraaf.media import HTML, RDF, RESULTS, Format, negotiate
from stadsgraaf.namespaces import expand
from stadsgraaf.store.base import Question
from stadsgraaf.web.headers import CORS, SECURITY, Link, attachment, link_header, ways_in
from stadsgraaf.web.results import Grid, read_grid
from stadsgraaf.web.site import View
from stadsgraaf.web.urls import split_suffix

__all__ = ["Summary", "catalogue", "query", "summaries"]

#: Suffixes of a result; ``json`` is what people expect a JSON file to be called.
_SUFFIXES: Final[Mapping[str, Format]] = {
    "json": RESULTS[0],
    "csv": RESULTS[2],
    "tsv": RESULTS[3],
    "xml": RESULTS[1],
    "ttl": RDF[0],
    "jsonld": RDF[2],
}
_SHOWN_ROWS = 200
_MOST_CHOICES = 400


@dataclass(frozen=True)
class Summary:
    """A canned query in a list."""

    name: str
    summary: str
    href: str
    competency: str | None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One value that a parameter can take."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """A parameter as a field of the form."""

    name: str
    label: str
    kind: str
    value: str
    choices: tuple[Choice, ...] = ()


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


async def catalogue(request: Request) -> Response:
    """``/queries``: the list."""
    view = View.of(request.scope)
    return view.page("queries.html", queries=summaries(view))


async def query(request: Request) -> Response:
    """``/queries/{name}``: the page, or the result by suffix or ``Accept``."""
    view = View.of(request.scope)
    name, suffix = split_suffix(request.path_params["name"], tuple(_SUFFIXES))
    found = next((each for each in view.site.release.queries if each["name"] == name), None)
    if found is None:
        raise NotFound(what=view.path)
    given = {key: value for key, value in request.query_params.items() if value.strip()}
    bindings = read_bindings(view, found, given)
    chosen = _choose(request, found, suffix)
    if chosen is HTML:
        return await _page(view, found, given, bindings)
    question = Question(found["sparql"], results=chosen, rdf=chosen, bindings=bindings)
    answer = await view.site.store.answer(question, view.site.asker.limits)
    headers = {
        **SECURITY,
        **CORS,
        "ETag": view.etag(chosen.name),
        "Cache-Control": "public, max-age=60",
        "Link": link_header(
            [
                Link(view.urls.query(name), "describedby", HTML.media_type),
                *ways_in(view.urls.prefix),
            ]
        ),
    }
    if suffix:
        headers["Content-Disposition"] = attachment(f"{name}.{suffix}")
    else:
        headers["Vary"] = "Accept"
    return Response(await answer.read(), headers=headers, media_type=chosen.content_type)


def _choose(request: Request, found: Mapping[str, Any], suffix: str | None) -> Format:
    formats = RDF if found["form"] == "graph" else RESULTS
    if suffix:
        chosen = _SUFFIXES[suffix]
        if chosen not in formats:
            raise NotFound(what=request.url.path)
        return chosen
    offered = (HTML, *formats)
    negotiated = negotiate(request.headers.get("accept"), offered)
    if negotiated is None:
        raise NotAcceptable(available=[each.media_type for each in offered])
    return negotiated


# --- parameters -------------------------------------------------------------------------------------


def read_bindings(view: View, found: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Terms by variable: what was given, else the default.

    Raises InvalidParameter for an unknown parameter or a value of another type.
    """
    parameters = {each["name"]: each for each in found["parameters"]}
    for name in given:
        if name not in parameters:
            known = ", ".join(parameters) or "–"
            reason = Text(f"this query has the parameters: {known}", f"deze vraag heeft: {known}")
            raise InvalidParameter(name=name, reason=reason)
    bindings = {
        name: _term(view, parameter, given[name]) if name in given else parameter["default"]
        for name, parameter in parameters.items()
    }
    return {name: term for name, term in bindings.items() if term is not None}


def _term(view: View, parameter: Mapping[str, Any], text: str) -> str:
    if parameter["type"] is not None:
        return str(Literal(text, datatype=NamedNode(parameter["type"])))
    try:
        return str(NamedNode(expand(text.strip(), view.site.prefixes)))
    except (ValueError, KeyError):
        reason = Text(f"“{text}” is not an IRI", f"“{text}” is geen IRI")
        raise InvalidParameter(name=parameter["name"], reason=reason) from None


def _plain(term: str | None) -> str:
    """The text of a term in N-Triples notation, as a form holds it."""
    if term is None:
        return ""
    value = next(iter(parse(f"<x:s> <x:p> {term} .", RdfFormat.N_TRIPLES))).object
    return value.value if isinstance(value, NamedNode | Literal) else ""


async def _fields(
    view: View, found: Mapping[str, Any], given: Mapping[str, str]
) -> tuple[Field, ...]:
    return tuple([await _field(view, each, given) for each in found["parameters"]])


async def _field(view: View, parameter: Mapping[str, Any], given: Mapping[str, str]) -> Field:
    name, value = parameter["name"], given.get(parameter["name"], _plain(parameter["default"]))
    label = view.text(parameter["label"])
    datatype = (parameter["type"] or "").rsplit("#", 1)[-1]
    if parameter["type"] is not None:
        kind = {"date": "date", "integer": "number"}.get(datatype, "text")
        return Field(name, label, kind, value)
    choices = await _choices(view, parameter["class"]) if parameter["class"] else ()
    if not any(choice.value == value for choice in choices):
        return Field(name, label, "text", value)
    return Field(name, label, "choice", value, choices)


async def _choices(view: View, target: str) -> tuple[Choice, ...]:
    """The things that a parameter takes, when they are few enough for a list."""
    query_ = f"SELECT DISTINCT ?s WHERE {{ ?s a {NamedNode(target)} }} LIMIT {_MOST_CHOICES + 1}"
    rows = await view.site.once(f"choices {target}", lambda: view.site.asker.rows(query_))
    if len(rows) > _MOST_CHOICES:
        return ()
    labels = view.labels(row["s"].value for row in rows)
    ordered = sorted(labels.items(), key=lambda item: item[1].casefold())
    return tuple(Choice(iri, label) for iri, label in ordered)


# --- the page ---------------------------------------------------------------------------------------


async def _page(
    view: View, found: Mapping[str, Any], given: Mapping[str, str], bindings: Mapping[str, str]
) -> Response:
    name, form = found["name"], found["form"]
    question = Question(found["sparql"], results=RESULTS[0], rdf=RDF[0], bindings=bindings)
    answer = await view.site.store.answer(question, view.site.asker.limits)
    grid: Grid | None = None
    text = ""
    if form == "graph":
        text = (await answer.read()).decode("utf-8", "replace")
    else:
        grid = read_grid(view, await answer.read(), _SHOWN_ROWS)
    suffixes = ("ttl", "jsonld") if form == "graph" else ("csv", "json", "tsv", "xml")
    return view.page(
        "query.html",
        links=[
            Link(view.urls.query(name, each, **given), "alternate", _SUFFIXES[each].media_type)
            for each in suffixes
        ],
        name=name,
        summary=view.text(found["summary"]),
        text=view.text(found["description"]),
        competency=found["competency"],
        sparql=found["sparql"],
        action=view.urls.query(name),
        fields=await _fields(view, found, given),
        grid=grid,
        graph_text=text,
        downloads=[(each.upper(), view.urls.query(name, each, **given)) for each in suffixes],
        edit=view.urls.sparql(found["sparql"]),
        address=view.urls.absolute(view.urls.query(name, suffixes[1], **given)),
    )
