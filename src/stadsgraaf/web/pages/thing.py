"""The page of a thing, and the pages of all values that a property has there."""

from collections.abc import Mapping
from typing import Any, Final

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.datatypes import dated_in_sparql
from stadsgraaf.errors import NotFound
from stadsgraaf.media import RDF
from stadsgraaf.namespaces import prologue
from stadsgraaf.release import GraphEntry
from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.cards import GraphInfo
from stadsgraaf.web.dataset_description import schema
from stadsgraaf.web.kinds import taxonomy_of
from stadsgraaf.web.pager import Pager
from stadsgraaf.web.pages import citing
from stadsgraaf.web.pages.article import count_claims
from stadsgraaf.web.pages.atlas import origins, read_chart
from stadsgraaf.web.pages.defining import concepts_of, definitions_of, examples_of, usage_of
from stadsgraaf.web.places import Chart, Dot
from stadsgraaf.web.portrait import Portrait, graph_infos, portray
from stadsgraaf.web.querystring import one_of, page_number
from stadsgraaf.web.shapes import Shapes, shapes_of
from stadsgraaf.web.signposts import of_thing
from stadsgraaf.web.site import View
from stadsgraaf.web.thing import Thing, read_thing, read_values
from stadsgraaf.web.tree import SCHEME, read_tree
from stadsgraaf.web.values import show
from stadsgraaf.web.weights import weigh

__all__ = ["DATED", "page", "values"]

_SHOWN_SUBJECTS = 60
_SUBJECTS = (
    "SELECT DISTINCT ?s WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} FILTER(isIRI(?s)) }} LIMIT {most}"
)
_WITHIN = "SELECT ?s ?p ?o\nWHERE {{\n  GRAPH {graph} {{ ?s ?p ?o }}\n}}\nLIMIT 100"
#: The dates of a thing and of what is near it.
DATED: Final = (
    "SELECT DISTINCT ?thing ?property ?date\nWHERE {{\n"
    "  {{ BIND({thing} AS ?thing) }} UNION {{ {thing} ?to ?thing }} UNION {{ ?thing ?from {thing} }}\n"
    "  ?thing ?property ?date .\n"
    f"  FILTER({dated_in_sparql('?date')})\n}}}}\nORDER BY ?date"
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
_EXPLORE = "SELECT ?property ?value\nWHERE {{\n  {thing} ?property ?value .\n}}"
_FEWEST_PLACES: Final = 12


async def page(view: View, iri: str) -> Response:
    """Everything that is known of a thing. Raises NotFound when nothing is."""
    site, named = view.site, NamedNode(iri)
    thing, graph = await read_thing(site, iri), site.release.manifest.graph(iri)
    if not thing.exists and graph is None:
        raise NotFound(what=iri)
    shapes, graphs = await shapes_of(site), await graph_infos(site)
    portrait = portray(view, thing, await taxonomy_of(site), shapes, graphs)
    is_dataset = iri == site.release.manifest.dataset
    return view.page(
        "thing.html",
        links=await of_thing(view, iri, thing.classes),
        headers={"Content-Location": view.urls.doc(iri, "html")},
        portrait=portrait,
        downloads=_downloads(view, thing, is_graph=graph is not None),
        citation=citing.citation(view, iri),
        contact=await citing.contact(site),
        read_claims=await count_claims(site, iri) if thing.is_source else 0,
        findings=site.findings.get(iri, ()),
        around_query=_AROUND.format(thing=named),
        line_query=DATED.format(thing=named),
        explore=_EXPLORE.format(thing=named),
        schema=await schema(view) if is_dataset else _schema(view, portrait),
        **await _on_the_map(view, portrait, graphs),
        **await _as_term(view, portrait, shapes),
        **await _as_graph(view, iri, graph),
    )


async def _on_the_map(
    view: View, portrait: Portrait, graphs: Mapping[str, GraphInfo]
) -> dict[str, Any]:
    """What the page needs to draw where the thing is."""
    chart = await read_chart(view.site)
    dots = _dots(chart, portrait) if chart and len(chart.dots) >= _FEWEST_PLACES else []
    return {
        "chart": chart,
        "dots": dots,
        "origins": origins(view, chart, graphs) if chart and dots else (),
        "sparql": _LIES.format(thing=NamedNode(portrait.iri)) if dots else None,
    }


async def _as_term(view: View, portrait: Portrait, shapes: Shapes) -> dict[str, Any]:
    """What the page needs of a class, a property or a concept scheme."""
    thing, iri = portrait.thing, portrait.iri
    tree = await read_tree(view.site.asker, iri) if SCHEME in thing.classes else []
    is_term = portrait.sort == "term" or thing.uses
    return {
        "tree": tree,
        "names": view.labels(concepts_of(tree)),
        "definitions": await definitions_of(view, tree),
        "usage": usage_of(view, iri, shapes),
        "examples": await examples_of(view, iri) if is_term else (),
    }


async def _as_graph(view: View, iri: str, graph: GraphEntry | None) -> dict[str, Any]:
    """What the page needs of a named graph."""
    return {
        "graph": graph,
        "subjects": await _subjects(view, graph) if graph else (),
        "within": _WITHIN.format(graph=NamedNode(iri)),
    }


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
    return page


async def values(request: Request, view: View, iri: str, predicate: str) -> Response:
    """One page of all values of a property, or of all things that point here by it."""
    inverse = one_of(request, "direction", ("in", "out")) == "in"
    number, size = page_number(request), view.site.settings.page_size
    found = await read_values(
        view.site,
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
