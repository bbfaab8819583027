"""The landing page, the pages about the site, and whether it lives."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

import stadsgraaf
from stadsgraaf.canned import CannedQuery
from stadsgraaf.errors import NotFound, NotReady, StoreBusy, StoreError, Text
from stadsgraaf.media import HTML, RDF, RESULTS
from stadsgraaf.namespaces import SG, well_known
from stadsgraaf.standing import CONTESTED
from stadsgraaf.store.base import Elsewhere, Question
from stadsgraaf.web.cards import Cards
from stadsgraaf.web.claims import Claim, read_claims
from stadsgraaf.web.contests import Contest, contests
from stadsgraaf.web.dataset_description import describe, schema
from stadsgraaf.web.headers import SECURITY
from stadsgraaf.web.kinds import Taxonomy, taxonomy_of
from stadsgraaf.web.negotiation import chosen_format
from stadsgraaf.web.pages.article import has_documents
from stadsgraaf.web.pages.atlas import read_chart
from stadsgraaf.web.pages.citing import contact
from stadsgraaf.web.pages.doc import data_of
from stadsgraaf.web.pages.times import read_dated
from stadsgraaf.web.signposts import of_dataset
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.teaser import Teaser, read_teaser
from stadsgraaf.web.tree import SCHEME

__all__ = ["about", "home", "live", "ready"]

_QUESTIONS = 3
_KINDS = 9
_TECHNICAL = ("term", "data")
_START = "start"
_CLASSES = well_known("owl:Class rdfs:Class")
_ABOUT = ("accessibility", "privacy")


async def home(request: Request) -> Response:
    """``/``: what this is, three questions that it answers, and the ways in; or data.

    The address is an IRI of the dataset too, its namespace: the data are those of that thing, else
    the description of the dataset.
    """
    view = View.of(request.scope)
    site = view.site
    chosen = chosen_format(request.scope, None, (HTML, *RDF))
    if chosen is not HTML:
        base = site.release.manifest.base_iri
        if base and view.knows(base):
            return await data_of(view, base, chosen)
        return await describe(view, chosen, negotiated=True)
    kinds = site.release.labels.kinds
    taxonomy = await taxonomy_of(site)
    shown = _main_kinds(kinds, taxonomy)
    names = view.terms(iri for iri, _ in shown)
    return view.page(
        "home.html",
        links=await of_dataset(view),
        questions=await _questions(view),
        example=await _example(view),
        ways=await _ways(view, kinds),
        query_count=len(view.site.release.queries),
        kinds=[(names[iri], view.urls.browse(iri), count) for iri, count in shown],
        things=site.release.labels.count(),
        claims=kinds.get(SG + "Claim", 0),
        schema=await schema(view),
    )


async def _questions(view: View) -> list[tuple[CannedQuery, Teaser | None]]:
    """Questions to begin with, each with the beginning of its answer."""
    listed = list(view.site.release.queries.values())
    chosen = [each for each in listed if _START in each.tags] or listed
    return [(each, await read_teaser(view, each)) for each in chosen[:_QUESTIONS]]


async def _example(view: View) -> Contest | None:
    """The claim that is contradicted most, beside what contradicts it."""
    site = view.site
    rows = await site.rows(CONTESTED)
    if not rows:
        return None
    claim = rows[0]["claim"].value
    found = await site.once(_contested, claim)
    shown = contests(Cards(view, found), [claim])
    return Contest(shown[0].card, shown[0].against[:1]) if shown else None


async def _contested(site: Site, claim: str) -> dict[str, Claim]:
    """A claim and those that contradict it."""
    found = await read_claims(site.asker, [claim])
    against = found[claim].against if claim in found else ()
    return found | await read_claims(site.asker, against)


async def _ways(view: View, kinds: Mapping[str, int]) -> list[tuple[str, str]]:
    """Ways in beside search: a word and where it leads. What the dataset lacks is left out."""
    schemes = view.urls.browse(SCHEME)
    offered = (
        ("claims", view.urls.claims(), SG + "Claim" in kinds),
        ("reader", view.urls.article_index(), await has_documents(view.site)),
        ("map", view.urls.map(), await read_chart(view.site) is not None),
        ("timeline", view.urls.timeline(), bool(await read_dated(view.site))),
        ("schemes", schemes, SCHEME in kinds),
        ("vocabulary", view.urls.vocabulary(), any(iri in kinds for iri in _CLASSES)),
    )
    return [(word, href) for word, href, present in offered if present]


def _main_kinds(kinds: Mapping[str, int], taxonomy: Taxonomy) -> list[tuple[str, int]]:
    """The kinds with most things, apart from details and what only describes the dataset."""
    shown = [
        (iri, count)
        for iri, count in kinds.items()
        if not taxonomy.is_detail([iri]) and taxonomy.sort([iri]) not in _TECHNICAL
    ]
    return shown[:_KINDS]


async def about(request: Request) -> Response:
    """``/accessibility`` and ``/privacy``: statements about the site itself."""
    name = request.url.path.rsplit("/", 1)[-1]
    if name not in _ABOUT:
        raise NotFound(what=request.url.path)
    view = View.of(request.scope)
    return view.page(
        f"{name}.html",
        software=stadsgraaf.__version__,
        contact=await contact(view.site),
    )


async def live(_: Request) -> Response:
    """``/live``: the process answers."""
    return PlainTextResponse("live\n", headers={**SECURITY, "Cache-Control": "no-store"})


#: Seconds after which a server that stops may be there again.
_STOPPING = 10
#: Seconds that the store gets to show that it answers.
_PATIENCE = 5.0


async def ready(request: Request) -> Response:
    """``/ready``: the store answers too, and the server is not about to stop.

    Raises StoreBusy when it is, NotReady when the store is away: both are 503.
    """
    if getattr(getattr(request.app.state, "editions", None), "is_draining", False):
        raise StoreBusy(retry_after=_STOPPING)
    site = View.of(request.scope).site
    store = site.asker.store
    if isinstance(store, Elsewhere) and (trouble := store.trouble):
        raise NotReady(reason=trouble, retry_after=_STOPPING)
    limits = replace(site.asker.limits, seconds=min(site.asker.limits.seconds, _PATIENCE))
    try:
        await site.asker.table(Question("ASK { ?s ?p ?o }", results=RESULTS[0]), limits)
    except StoreError as error:
        reason = Text(error.detail("en"), error.detail("nl"))
        raise NotReady(reason=reason, retry_after=_STOPPING) from None
    return PlainTextResponse("ready\n", headers={**SECURITY, "Cache-Control": "no-store"})
