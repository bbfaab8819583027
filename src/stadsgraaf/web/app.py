"""The application: the list of its routes, nothing else."""

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

import stadsgraaf
from stadsgraaf.archive import Archive
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Store
from stadsgraaf.web import admin, dataset_description, discovery, dumps, metrics, openapi, static
from stadsgraaf.web.delivery import Delivery
from stadsgraaf.web.failures import HANDLERS
from stadsgraaf.web.language import localised
from stadsgraaf.web.pages import (
    article,
    atlas,
    browse,
    catalogue,
    claims,
    conformance,
    data,
    doc,
    home,
    lookup,
    problem_types,
    releases,
    rules,
    search,
    shacl,
    statistics,
    terms,
    times,
    vocabulary,
)
from stadsgraaf.web.pieces import PIECES
from stadsgraaf.web.site import Site
from stadsgraaf.web.sparql import SparqlEndpoint
from stadsgraaf.web.templating import environment
from stadsgraaf.web.urls import LANGUAGES
from stadsgraaf.web.workbench import workbench

__all__ = ["ADMINISTRATION", "ROUTES", "Application", "create_app"]

#: Every address of readers but the endpoint's, which stands ahead of them.
ROUTES = [
    Route("/", home.home),
    Route("/id/{rest:path}", doc.see_other),
    Route("/def/problem/{slug}", problem_types.problem_type),
    Route("/def/rule", rules.rules),
    Route("/def/rule/{name:path}", rules.rule),
    Route("/def/{rest:path}", doc.see_other),
    Route("/doc/{rest:path}", doc.document),
    Route("/graph/{rest:path}", doc.document),
    Route("/resource", doc.resource),
    Route("/resource.{suffix}", doc.resource),
    Route("/browse", browse.browse),
    Route("/claims", claims.claims),
    Route("/map", atlas.atlas),
    Route("/map/land.svg", atlas.land),
    Route("/timeline", times.times),
    Route("/vocabulary", vocabulary.vocabulary),
    Route("/article", article.article),
    Route("/sparql/terms", terms.terms),
    Route("/statistics", statistics.statistics),
    Route("/conformance", conformance.conformance),
    Route("/queries", catalogue.catalogue),
    Route("/queries/{name}", catalogue.query),
    Route("/data", data.data),
    Route("/data.{suffix}", data.data),
    Route("/.well-known/void", dataset_description.void),
    Route("/.well-known/api-catalog", discovery.api_catalog),
    Route("/.well-known/security.txt", discovery.security),
    Route("/openapi.json", openapi.openapi),
    Route("/robots.txt", discovery.robots),
    Route("/sitemap.xml", discovery.sitemap),
    Route("/sitemap-{number}.xml", discovery.sitemap_part),
    Route("/llms.txt", discovery.llms),
    Route("/void", dataset_description.void),
    Route("/void.{suffix}", dataset_description.void),
    Route("/dumps/{name}", dumps.dump),
    Route("/shacl", shacl.shacl, methods=["GET", "POST", "OPTIONS"]),
    Route("/releases", releases.releases),
    Route("/changes", releases.changes),
    Route("/changes.rdfp", releases.changes),
    Route("/accessibility", home.about),
    Route("/privacy", home.about),
    Route("/live", home.live),
    Route("/ready", home.ready),
    Route("/static/{name}", static.static),
]

_READING = ["GET", "HEAD"]

#: What administrators ask: at these addresses too, unless they have a socket of their own.
ADMINISTRATION = [
    Route("/admin/queries", admin.queries),
    Route("/admin/queries/{id}", admin.stop_query, methods=["DELETE"]),
    Route("/admin/reload", admin.reload, methods=["POST"]),
    Route("/metrics", metrics.metrics),
]


class Application(FastAPI):
    """The pages, with the endpoint ahead of the framework: a query pays for neither."""

    endpoint: SparqlEndpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the language off the path; hand queries to the endpoint and the rest to the pages."""
        if scope["type"] == "http":
            scope = localised(scope)
            if scope["path"].removeprefix(scope.get("root_path", "")) in SparqlEndpoint.paths:
                await self.endpoint({**scope, "app": self}, receive, send)
                return
        await super().__call__(scope, receive, send)


def create_app(
    store: Store, release: Release, settings: Settings, archive: Archive | None = None
) -> Application:
    """The application that serves a release from a store; its archive has the other releases."""
    manifest = release.manifest
    app = Application(
        title=manifest.name("en"),
        description=manifest.description.get("en", ""),
        version=manifest.version or stadsgraaf.__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        exception_handlers=HANDLERS,
        routes=[
            *ROUTES,
            *(() if settings.admin_socket else ADMINISTRATION),
            APIRoute("/lookup", lookup.lookup, tags=["look-up"], methods=_READING),
            APIRoute("/lookup.json", lookup.lookup, include_in_schema=False, methods=_READING),
            APIRoute("/search", search.search, tags=["search"], methods=_READING),
            APIRoute("/search.json", search.search, include_in_schema=False, methods=_READING),
        ],
        redirect_slashes=False,
    )
    for language in LANGUAGES:
        environment(language).globals.update(PIECES)
    app.state.site = Site(store, release, settings, archive)
    app.endpoint = SparqlEndpoint(store, release, settings, Delivery(workbench))
    app.add_middleware(Delivery)
    return app
