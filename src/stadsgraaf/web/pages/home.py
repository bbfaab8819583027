"""The landing page, the data page, the pages about the site, and whether it lives."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from stadsgraaf.errors import NotFound, StadsgraafError, StoreBusy
from stadsgraaf.media import HTML, RDF, by_suffix
from stadsgraaf.namespaces import SG
from stadsgraaf.web.describing import chosen_format, describe, schema
from stadsgraaf.web.dumps import dump_type
from stadsgraaf.web.headers import SECURITY
from stadsgraaf.web.kinds import Taxonomy
from stadsgraaf.web.pages.catalogue import summaries
from stadsgraaf.web.signposts import of_dataset
from stadsgraaf.web.site import View

__all__ = ["about", "data", "home", "live", "problem_type", "ready"]

_QUESTIONS = 3
_KINDS = 9
_TECHNICAL = ("term", "data")
_ABOUT = ("accessibility", "privacy")


async def home(request: Request) -> Response:
    """``/``: what this is, three questions that it answers, and the ways in."""
    view = View.of(request.scope)
    site = view.site
    kinds = site.release.labels.kinds()
    taxonomy = await site.once("taxonomy", lambda: Taxonomy.read(site.asker))
    return view.page(
        "home.html",
        links=await of_dataset(view),
        questions=summaries(view)[:_QUESTIONS],
        query_count=len(view.site.release.queries),
        kinds=[
            (view.term(iri), view.urls.browse(iri), count)
            for iri, count in _main_kinds(kinds, taxonomy)
        ],
        things=sum(kinds.values()),
        claims=kinds.get(SG + "Claim", 0),
        schema=await schema(view),
    )


def _main_kinds(kinds: Mapping[str, int], taxonomy: Taxonomy) -> list[tuple[str, int]]:
    """The kinds with most things, apart from details and what only describes the dataset."""
    shown = [
        (iri, count)
        for iri, count in kinds.items()
        if not taxonomy.is_detail([iri]) and taxonomy.sort([iri]) not in _TECHNICAL
    ]
    return shown[:_KINDS]


async def data(request: Request) -> Response:
    """``/data``: the description of the dataset, as a page or as data.

    The page lists dumps, named graphs, numbers, and how to ask by machine.
    """
    view = View.of(request.scope)
    suffix = request.path_params.get("suffix")
    if suffix is not None and by_suffix(suffix, RDF) is None:
        raise NotFound(what=view.path)
    chosen = chosen_format(request.scope, suffix, (HTML, *RDF))
    if chosen is not HTML:
        return await describe(view, chosen, negotiated=suffix is None)
    release = view.site.release
    dumps = [
        (
            name.removeprefix("dumps/"),
            view.urls.dump(name.removeprefix("dumps/")),
            dump_type(name),
            view.size(entry["bytes"]),
        )
        for name, entry in release.manifest.files.items()
        if name.startswith("dumps/")
    ]
    graphs = [
        (view.graph_title(graph.iri), view.urls.of(graph.iri), graph.iri, graph.triples)
        for graph in release.manifest.graphs
    ]
    return view.page(
        "data.html",
        links=await of_dataset(view),
        schema=await schema(view),
        dumps=dumps,
        graphs=graphs,
        formats=RDF,
        endpoint=view.urls.absolute(f"{view.urls.prefix}/sparql"),
        classes=len(release.statistics["classes"]),
        properties=len(release.statistics["properties"]),
    )


async def about(request: Request) -> Response:
    """``/accessibility`` and ``/privacy``: statements about the site itself."""
    name = request.url.path.rsplit("/", 1)[-1]
    if name not in _ABOUT:
        raise NotFound(what=request.url.path)
    return View.of(request.scope).page(f"{name}.html")


def _all_errors(error: type[StadsgraafError]) -> list[type[StadsgraafError]]:
    below = [found for each in error.__subclasses__() for found in _all_errors(each)]
    return [error, *below]


async def problem_type(request: Request) -> Response:
    """``/def/problem/…``: what a problem type of RFC 9457 means."""
    view = View.of(request.scope)
    slug = request.path_params["slug"]
    found = next((each for each in _all_errors(StadsgraafError) if each.slug == slug), None)
    if found is None:
        raise NotFound(what=view.path)
    return view.page(
        "problem_type.html",
        error=found,
        title=found.title.say(view.language),
        sentence=found().detail(view.language),
    )


async def live(_: Request) -> Response:
    """``/live``: the process answers."""
    return PlainTextResponse("live\n", headers={**SECURITY, "Cache-Control": "no-store"})


#: Seconds after which a server that stops may be there again.
_STOPPING = 10


async def ready(request: Request) -> Response:
    """``/ready``: the store answers too, and the server is not about to stop."""
    if getattr(getattr(request.app.state, "editions", None), "is_draining", False):
        raise StoreBusy(retry_after=_STOPPING)
    site = View.of(request.scope).site
    await site.asker.ask("ASK { ?s ?p ?o }")
    return PlainTextResponse("ready\n", headers={**SECURITY, "Cache-Control": "no-store"})
