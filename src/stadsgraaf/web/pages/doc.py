"""The document of a thing: how its address leads there, and the document as data.

``/id/x`` and ``/def/x`` name things; ``303 See Other`` leads to ``/doc/x`` and ``/doc/def/x``, as
in https://www.w3.org/TR/cooluris/#r303gendocument
"""

from typing import Final

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from stadsgraaf.errors import MissingParameter, NotFound
from stadsgraaf.media import HTML, RDF, Format
from stadsgraaf.store.base import Answer, Question
from stadsgraaf.web import departed
from stadsgraaf.web.account import account
from stadsgraaf.web.dataset_description import describe
from stadsgraaf.web.headers import CORS, MINUTE, SECURITY, Link, attachment, link_header, ways_in
from stadsgraaf.web.negotiation import chosen_format
from stadsgraaf.web.pages import citing, thing
from stadsgraaf.web.querystring import iri_given
from stadsgraaf.web.signposts import of_thing
from stadsgraaf.web.site import View
from stadsgraaf.web.urls import split_suffix

__all__ = ["data_of", "document", "is_there", "resource", "see_other"]


_OFFERED: Final = (HTML, *RDF)
_SUFFIXES: Final = tuple(each.suffix for each in _OFFERED) + citing.SUFFIXES
_GRAPH = (
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ GRAPH {thing} {{ ?s ?p ?o }} }}"
    " UNION {{ BIND({thing} AS ?s) {thing} ?p ?o }} }}"
)
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
    """``/doc/…`` and ``/graph/…``, negotiated or by suffix. Raises NotFound."""
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
    """``/resource?iri=``: the same for any other IRI. Raises MissingParameter or NotFound."""
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
            return await thing.values(request, view, iri, predicate)
        return await thing.page(view, iri)
    if iri == view.site.release.manifest.dataset:
        return await describe(view, chosen, negotiated=suffix is None)
    return await data_of(view, iri, chosen, by_address=suffix is not None)


async def _check_exists(view: View, iri: str) -> None:
    if not await is_there(view, iri):
        raise NotFound(what=iri)


async def is_there(view: View, iri: str) -> bool:
    """Whether an IRI is in the data: as a graph, a subject, an object or a property."""
    site = view.site
    if view.knows(iri) or site.release.manifest.graph(iri) or site.counted("properties", iri):
        return True
    return await site.asker.ask(_ASK.format(thing=NamedNode(iri)))


# --- as data ----------------------------------------------------------------------------------------


async def data_of(view: View, iri: str, chosen: Format, *, by_address: bool = False) -> Response:
    """What is known of a thing, in an RDF format: negotiated, or that of the address."""
    await _check_exists(view, iri)
    if view.site.release.manifest.graph(iri):
        answer = await _graph_as_data(view, iri, chosen)
    else:
        document = NamedNode(_lasting(view, iri) or view.here(view.urls.doc(iri, chosen.suffix)))
        answer = await account(view.site, iri, _about(view, iri), chosen, document)
    headers = {
        **SECURITY,
        **CORS,
        "ETag": view.etag(chosen.name),
        "Cache-Control": MINUTE,
        "Link": link_header(
            [*await of_thing(view, iri), _describes(view, iri), *ways_in(view.urls.prefix)]
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


def _lasting(view: View, iri: str) -> str | None:
    """The lasting address of the document of a thing, if it has one."""
    base, path = view.site.release.manifest.base_iri, view.urls.path_of(iri)
    return base.rstrip("/") + path if base and path is not None else None


def _about(view: View, iri: str) -> str:
    """What the document says of itself, as `account` takes it; nothing when its address is no lasting one."""
    manifest, address = view.site.release.manifest, _lasting(view, iri)
    if address is None:
        return ""
    doc = str(NamedNode(address))
    rows = [f"({doc} rdf:type foaf:Document)", f"({doc} foaf:primaryTopic {NamedNode(iri)})"]
    if manifest.licence:
        rows.append(f"({doc} dct:license {NamedNode(manifest.licence)})")
    if manifest.dataset:
        rows.append(f"({doc} void:inDataset {NamedNode(manifest.dataset)})")
    return " ".join(rows)


def _describes(view: View, iri: str) -> Link:
    """From the data back to the page that they are the data of."""
    return Link(view.urls.of(iri), "describes", HTML.media_type)
