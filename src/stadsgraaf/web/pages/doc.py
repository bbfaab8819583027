"""The document of a thing, as a page or as data.

``/id/x`` and ``/def/x`` name things; ``303 See Other`` leads to ``/doc/x`` and ``/doc/def/x``, as
in https://www.w3.org/TR/cooluris/#r303gendocument
"""

import json
from collections.abc import Sequence
from typing import Final

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from stadsgraaf.errors import MissingParameter, NotFound
from stadsgraaf.media import HTML, RDF, Format
from stadsgraaf.namespaces import prologue
from stadsgraaf.release import GraphEntry
from stadsgraaf.store.base import Answer, Question, Whole
from stadsgraaf.web import departed
from stadsgraaf.web.account import account
from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.dataset_description import describe, schema
from stadsgraaf.web.dates import in_sparql
from stadsgraaf.web.headers import CORS, MINUTE, SECURITY, Link, attachment, link_header, ways_in
from stadsgraaf.web.kinds import taxonomy_of
from stadsgraaf.web.negotiation import chosen_format
from stadsgraaf.web.pager import Pager
from stadsgraaf.web.pages import citing
from stadsgraaf.web.pages.article import read_documents
from stadsgraaf.web.pages.atlas import origins, read_chart
from stadsgraaf.web.pages.defining import concepts_of, definitions_of, examples_of, usage_of
from stadsgraaf.web.places import Chart, Dot
from stadsgraaf.web.portrait import Portrait, graph_infos, portray
from stadsgraaf.web.querystring import given, iri_given, page_number
from stadsgraaf.web.shapes import Shapes
from stadsgraaf.web.signposts import of_dataset, of_part
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.thing import Thing, read_thing, read_values
from stadsgraaf.web.tree import SCHEME, read_tree
from stadsgraaf.web.urls import split_suffix
from stadsgraaf.web.values import show
from stadsgraaf.web.weights import weigh

__all__ = ["data_of", "document", "is_there", "resource", "see_other"]


_OFFERED: Final = (HTML, *RDF)
_SUFFIXES: Final = tuple(each.suffix for each in _OFFERED) + citing.SUFFIXES
_SHOWN_SUBJECTS = 60
_SUBJECTS = (
    "SELECT DISTINCT ?s WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} FILTER(isIRI(?s)) }} LIMIT {most}"
)
_WITHIN = "SELECT ?s ?p ?o\nWHERE {{\n  GRAPH {graph} {{ ?s ?p ?o }}\n}}\nLIMIT 100"
_DATED = (
    "SELECT DISTINCT ?thing ?property ?date\nWHERE {{\n"
    "  {{ BIND({thing} AS ?thing) }} UNION {{ {thing} ?to ?thing }} UNION {{ ?thing ?from {thing} }}\n"
    "  ?thing ?property ?date .\n"
    f"  FILTER({in_sparql('?date')})\n}}}}\nORDER BY ?date"
)
_LIES = (
    prologue("geo") + "SELECT DISTINCT ?place ?wkt\nWHERE {{\n"
    "  {{ BIND({thing} AS ?place) }} UNION {{ ?place ?to {thing} }}\n"
    "  UNION {{ ?detail ?of {thing} ; ?with ?place }}\n"
    "  ?place geo:hasGeometry/geo:asWKT ?wkt .\n}}"
)
_AROUND = (
    "SELECT ?property ?thing ?pointsHere\nWHERE {{\n"
    "  {{ {thing} ?property ?thing . BIND(false AS ?pointsHere) }}\n"
    "  UNION {{ ?thing ?property {thing} . BIND(true AS ?pointsHere) }}\n"
    "  FILTER(isIRI(?thing))\n}}"
)
_GRAPH = (
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ GRAPH {thing} {{ ?s ?p ?o }} }}"
    " UNION {{ BIND({thing} AS ?s) {thing} ?p ?o }} }}"
)
_FEWEST_PLACES = 12

_ASK = "ASK {{ {{ {thing} ?p ?o }} UNION {{ ?s ?p {thing} }} }}"


async def see_other(request: Request) -> Response:
    """``/id/…`` and ``/def/…``: what they name is not a document, but there is one about it."""
    view = View.of(request.scope)
    # a namespace ends in a slash that its ontology or concept scheme has not
    named = view.urls.iri_of_path(view.path.rstrip("/"))
    path = view.path.rstrip("/") if named and view.knows(named) else view.path
    await _check_named(view, path)
    answer = RedirectResponse(view.urls.after_see_other(path), 303)
    answer.headers.update({**SECURITY, **CORS})
    return answer


async def _check_named(view: View, path: str) -> None:
    """Raises NotFound when there never was anything of this name, with or without a suffix."""
    names = dict.fromkeys((path, split_suffix(path, _SUFFIXES)[0]))
    iris = [iri for name in names if (iri := view.urls.iri_of_path(name))]
    if not any(view.knows(iri) or departed.as_the_data_say(view, iri) for iri in iris):
        if not iris:
            raise NotFound(what=view.path)
        try:
            await _check_exists(view, iris[-1])
        except NotFound:
            if departed.as_remembered(view, iris[-1]) is None:
                raise


async def document(request: Request) -> Response:
    """``/doc/…`` and ``/graph/…``, negotiated or by suffix."""
    view = View.of(request.scope)
    stem, suffix = split_suffix(view.path, _SUFFIXES)
    whole = view.urls.iri_of_path(view.path)
    if suffix and whole and view.knows(whole):
        stem, suffix = view.path, None  # the name of the thing itself ends like a suffix
    iri = view.urls.iri_of_path(stem)
    if iri is None:
        raise NotFound(what=view.path)
    return await _answer(request, view, iri, suffix)


async def resource(request: Request) -> Response:
    """``/resource?iri=``: the same for things with IRIs of others."""
    view = View.of(request.scope)
    iri = iri_given(request, "iri")
    if iri is None:
        raise MissingParameter(name="iri")
    return await _answer(request, view, iri, split_suffix(view.path, _SUFFIXES)[1])


async def _answer(request: Request, view: View, iri: str, suffix: str | None) -> Response:
    target = departed.as_the_data_say(view, iri)
    if target is None:
        try:
            return await _present(request, view, iri, suffix)
        except NotFound:
            target = departed.as_remembered(view, iri)
            if target is None:
                raise
    there = view.urls.doc(target, suffix) if suffix else view.urls.of(target)
    return RedirectResponse(there, 301, headers={**SECURITY, **CORS, "Cache-Control": MINUTE})


async def _present(request: Request, view: View, iri: str, suffix: str | None) -> Response:
    if suffix in citing.SUFFIXES:
        await _check_exists(view, iri)
        return citing.answer(view, iri, suffix)
    chosen = chosen_format(request.scope, suffix, _OFFERED)
    if chosen is HTML:
        predicate = iri_given(request, "property")
        if predicate is not None:
            return await _values(request, view, iri, predicate)
        return await _page(view, iri)
    if iri == view.site.release.manifest.dataset:
        return await describe(view, chosen, negotiated=suffix is None)
    return await data_of(view, iri, chosen, by_address=suffix is not None)


async def _check_exists(view: View, iri: str) -> None:
    if not await is_there(view, iri):
        raise NotFound(what=iri)


async def is_there(view: View, iri: str) -> bool:
    """Whether an IRI is in the data: as a graph, a subject, an object or a property."""
    if view.knows(iri) or _graph(view, iri) or view.site.counted("properties", iri):
        return True
    return await view.site.asker.ask(_ASK.format(thing=NamedNode(iri)))


# --- as data ----------------------------------------------------------------------------------------


async def data_of(view: View, iri: str, chosen: Format, *, by_address: bool = False) -> Response:
    """What is known of a thing, in an RDF format: negotiated, or that of the address."""
    await _check_exists(view, iri)
    if _graph(view, iri):
        answer = await _graph_as_data(view, iri, chosen)
    else:
        body = await account(view.site, iri, _about(view, iri), chosen)
        answer = Answer("graph", chosen, Whole(body), len(body))
    headers = {
        **SECURITY,
        **CORS,
        "ETag": view.etag(chosen.name),
        "Cache-Control": MINUTE,
        "Link": link_header(
            [*await _links(view, iri), _describes(view, iri), *ways_in(view.urls.prefix)]
        ),
        "Content-Location": view.urls.doc(iri, chosen.suffix),
    }
    if by_address:
        name = iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1][:80] or "thing"
        headers["Content-Disposition"] = attachment(f"{name}.{chosen.suffix}").replace(
            "attachment", "inline", 1
        )
    else:
        headers["Vary"] = "Accept"
    if answer.size is None:
        return StreamingResponse(answer.chunks, headers=headers, media_type=chosen.content_type)
    return Response(await answer.read(), headers=headers, media_type=chosen.content_type)


async def _graph_as_data(view: View, iri: str, chosen: Format) -> Answer:
    """A named graph, and what is said of it."""
    question = Question(_GRAPH.format(thing=NamedNode(iri)), rdf=chosen)
    return await view.site.store.answer(question, view.site.asker.widest)


def _graph(view: View, iri: str) -> GraphEntry | None:
    """The named graph with this IRI."""
    graphs = view.site.release.manifest.graphs
    return next((each for each in graphs if each.iri == iri), None)


def _about(view: View, iri: str) -> str:
    """What the document says of itself; nothing when its address is not a lasting one."""
    manifest, path = view.site.release.manifest, view.urls.path_of(iri)
    if not manifest.base_iri or path is None:
        return ""
    doc = str(NamedNode(manifest.base_iri.rstrip("/") + path))
    lines = [f"{doc} a foaf:Document ; foaf:primaryTopic {NamedNode(iri)} ."]
    if manifest.licence:
        lines.append(f"{doc} dct:license {NamedNode(manifest.licence)} .")
    if manifest.dataset:
        lines.append(f"{doc} void:inDataset {NamedNode(manifest.dataset)} .")
    return " ".join(lines)


def _describes(view: View, iri: str) -> Link:
    """From the data back to the page that they are the data of."""
    return Link(view.urls.of(iri), "describes", HTML.media_type)


async def _links(view: View, iri: str, classes: Sequence[str] = ()) -> list[Link]:
    """Typed links: the formats, and the signposts of what the document is about."""
    formats = [
        Link(view.urls.doc(iri, each.suffix), "alternate", each.media_type, title=each.name)
        for each in _OFFERED
    ]
    data = [(each, view.urls.doc(iri, each.suffix)) for each in RDF]
    holds = _graph(view, iri) is not None
    signposts = await of_part(view, iri, data, classes, holds=holds)
    if iri == view.site.release.manifest.dataset:
        signposts = await of_dataset(view)
    return [Link(view.urls.of(iri), "canonical"), *signposts, *formats]


# --- as a page --------------------------------------------------------------------------------------


async def _page(view: View, iri: str) -> Response:
    site, manifest = view.site, view.site.release.manifest
    thing = await read_thing(site, iri)
    graph = _graph(view, iri)
    if not thing.exists and graph is None:
        raise NotFound(what=iri)
    taxonomy = await taxonomy_of(site)
    shapes = await site.once(_shapes)
    graphs = await graph_infos(site)
    tree = await read_tree(site.asker, iri) if SCHEME in thing.classes else []
    portrait = portray(view, thing, taxonomy, shapes, graphs)
    chart = await read_chart(site)
    dots = _dots(chart, portrait) if chart and len(chart.dots) >= _FEWEST_PLACES else []
    return view.page(
        "thing.html",
        links=await _links(view, iri, thing.classes),
        headers={"Content-Location": view.urls.doc(iri, "html")},
        portrait=portrait,
        chart=chart,
        dots=dots,
        origins=origins(view, chart, graphs) if chart and dots else (),
        sparql=_LIES.format(thing=NamedNode(iri)) if dots else None,
        downloads=_downloads(view, thing, is_graph=graph is not None),
        citation=citing.citation(view, iri),
        contact=await citing.contact(site),
        tree=tree,
        read_claims=(await read_documents(site)).get(iri, 0),
        names=view.labels(concepts_of(tree)),
        definitions=await definitions_of(view, tree),
        usage=usage_of(view, iri, shapes),
        findings=site.findings.get(iri, ()),
        examples=await examples_of(view, iri) if portrait.sort == "term" or thing.uses else (),
        around_query=_AROUND.format(thing=NamedNode(iri)),
        line_query=_DATED.format(thing=NamedNode(iri)),
        graph=graph,
        subjects=await _subjects(view, graph) if graph else (),
        within=_WITHIN.format(graph=NamedNode(iri)),
        explore=f"SELECT ?property ?value\nWHERE {{\n  {NamedNode(iri)} ?property ?value .\n}}",
        schema=await schema(view) if iri == manifest.dataset else _schema(view, portrait),
    )


async def _shapes(site: Site) -> Shapes:
    return await Shapes.read(site.asker)


def _downloads(
    view: View, thing: Thing, *, is_graph: bool
) -> list[tuple[str, str, str, str | None]]:
    """Each format with its link, media type, and about how large it is; a graph is streamed."""
    sizes = {} if is_graph else weigh(view.site, thing)
    return [
        (
            each.name,
            view.urls.doc(thing.iri, each.suffix),
            each.media_type,
            view.size(sizes[each.suffix]) if each.suffix in sizes else None,
        )
        for each in RDF
    ]


def _dots(chart: Chart, portrait: Portrait) -> list[Dot]:
    """Where the thing is; else, when it is not within one of them, where what is near it is."""
    if own := chart.by_iri.get(portrait.iri):
        return [own]
    near = {iri for each in portrait.thing.inverse for iri in each.subjects}
    for pairs in portrait.thing.parts.values():
        near.update(iri for _, value in pairs if (iri := term_iri(value)))
    return [chart.by_iri[iri] for iri in sorted(near & chart.by_iri.keys())]


async def _subjects(view: View, graph: GraphEntry) -> list[tuple[str, str]]:
    """Some of the things that a named graph says something of: their names and links."""
    query = _SUBJECTS.format(graph=NamedNode(graph.iri), most=_SHOWN_SUBJECTS)
    rows = await view.site.asker.rows(query)
    labels = view.labels(row["s"].value for row in rows)
    return [(labels[iri], view.urls.of(iri)) for iri in labels]


def _schema(view: View, portrait: Portrait) -> object:
    """The page in schema.org's words, for search engines."""
    manifest = view.site.release.manifest
    about: dict[str, object] = {"@id": portrait.iri, "name": portrait.name}
    if portrait.summary:
        about["description"] = portrait.summary.text
    same = [item.iri for _, item in portrait.same if item.iri]
    if same:
        about["sameAs"] = same
    page: dict[str, object] = {
        "@context": "https://schema.org/",
        "@type": "WebPage",
        "inLanguage": view.language,
        "name": portrait.name,
        "mainEntity": about,
    }
    if manifest.licence:
        page["license"] = manifest.licence
    if manifest.dataset:
        page["isPartOf"] = {"@type": "Dataset", "@id": manifest.dataset}
    return json.loads(json.dumps(page))


async def _values(request: Request, view: View, iri: str, predicate: str) -> Response:
    """One page of all values of a property, or of all things that point here by it."""
    inverse = given(request, "direction") == "in"
    number, size = page_number(request), view.site.settings.page_size
    found = await read_values(
        view.site.asker,
        iri,
        predicate,
        inverse=inverse,
        limit=size + 1,
        offset=(number - 1) * size,
    )
    if not found:
        raise NotFound(what=view.path)
    labels = view.labels(each for term in found if (each := term_iri(term)))
    direction = "in" if inverse else "out"
    return view.page(
        "values.html",
        iri=iri,
        name=view.label(iri),
        relation=view.term(predicate),
        inverse=inverse,
        values=[show(view, term, labels.get(term.value)) for term in found[:size]],
        pager=Pager.of(
            number,
            lambda page: view.urls.values(iri, predicate, direction, page),
            more=len(found) > size,
        ),
    )
