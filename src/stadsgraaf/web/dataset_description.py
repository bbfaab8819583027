"""The description of the dataset, as this host serves it: RDF in every format, and JSON-LD.

It is made from the release for the address that the client uses, and remembered for a few of them.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from pyoxigraph import BlankNode, RdfFormat, Triple, serialize
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stadsgraaf.errors import NotFound
from stadsgraaf.media import HTML, RDF, Format
from stadsgraaf.metadata import description, schema_org
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store.output import well_formed
from stadsgraaf.web.headers import CORS, SECURITY, Link
from stadsgraaf.web.negotiation import chosen_format
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.urls import split_suffix

__all__ = ["Describer", "describe", "schema", "void"]

_SUFFIXES: Final = tuple(each.suffix for each in RDF)
_OFFERED: Final = (*RDF, HTML)
#: Addresses that one process is known by; the rest is worked out again.
_ROOTS: Final = 8
_PREFIXES: Final = ("adms", "dcat", "dct", "dqv", "foaf", "owl", "prov", "rdfs", "sd", "skos")
_MORE: Final = ("spdx", "vcard", "void", "xsd")


class Describer:
    """Descriptions of one release by the address of the site."""

    def __init__(self, site: Site) -> None:
        self._profile = site.release.profile
        kept = site.archive.switches() if site.archive else ()
        self._versions = [(each.identifier, each.at) for each in kept]
        self.triples = lru_cache(_ROOTS)(self._triples)
        self.body = lru_cache(_ROOTS * len(RDF))(self._body)
        self.schema = lru_cache(_ROOTS * 2)(self._schema)

    @classmethod
    async def of(cls, view: View) -> "Describer":
        """The one of the release that is served."""
        return await view.site.once(_describer)

    def _triples(self, root: str) -> Sequence[Triple]:
        return description(self._profile, root, self._versions)

    def _body(self, root: str, chosen: Format) -> bytes:
        triples: Sequence[Triple] = self.triples(root)
        nodes = [each for each in triples if not isinstance(each.subject, BlankNode)]
        inner = [each for each in triples if isinstance(each.subject, BlankNode)]
        prefixes = {name: PREFIXES[name] for name in (*_PREFIXES, *_MORE)}
        form = RdfFormat.from_media_type(chosen.media_type)
        body = serialize([*nodes, *inner], format=form, prefixes=prefixes) or b""
        return well_formed(body, chosen)

    def _schema(self, root: str, language: str) -> Mapping[str, Any]:
        return schema_org(self._profile, self.triples(root), root, language)


async def _describer(site: Site) -> Describer:
    return Describer(site)


async def schema(view: View) -> Mapping[str, Any]:
    """The dataset in the words of schema.org, in the language of a page."""
    describer = await Describer.of(view)
    found: Mapping[str, Any] = describer.schema(view.urls.origin + view.urls.prefix, view.language)
    return found


async def describe(view: View, chosen: Format, *, negotiated: bool) -> Response:
    """The whole description in an RDF format."""
    body: bytes = (await Describer.of(view)).body(view.root, chosen)
    links = [
        *(Link(view.urls.data_in(each.suffix), "alternate", each.media_type) for each in RDF),
        Link(view.urls.data(), "alternate", HTML.media_type),
    ]
    answer = view.data(body, chosen.content_type, links=links)
    answer.headers["Content-Location"] = view.urls.data_in(chosen.suffix)
    if negotiated:
        answer.headers["Vary"] = "Accept"
    return answer


async def void(request: Request) -> Response:
    """``/.well-known/void``, ``/void``, ``/void.ttl``: where machines look for a description.

    VoID, section 7.2, https://www.w3.org/TR/void/#well-known. Who asks for a page gets one.
    """
    view = View.of(request.scope)
    _, suffix = split_suffix(view.path, _SUFFIXES)
    if suffix is None and "suffix" in request.path_params:
        raise NotFound(what=view.path)
    chosen = chosen_format(request.scope, suffix, _OFFERED)
    if chosen is HTML:
        answer = RedirectResponse(view.urls.data(), 303)
        answer.headers.update({**SECURITY, **CORS, "Vary": "Accept"})
        return answer
    return await describe(view, chosen, negotiated=suffix is None)
