"""Our thing for anybody's IRI: one is redirected to, several are listed."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stadsgraaf.errors import MissingParameter, NotFound
from stadsgraaf.media import HTML, Format
from stadsgraaf.namespaces import expand
from stadsgraaf.web.headers import CORS, MINUTE, SECURITY
from stadsgraaf.web.negotiation import preferred, prefers_page
from stadsgraaf.web.pages import doc
from stadsgraaf.web.querystring import refuse_repeated
from stadsgraaf.web.site import View
from stadsgraaf.web.urls import is_iri

__all__ = ["Found", "find", "lookup"]

_JSON: Final = Format("JSON", ("application/json",), "json", "results")
_LONGEST: Final = 4096


@dataclass(frozen=True)
class Found:
    """A thing of ours for what was asked. ``property`` is None when it is the thing's own name."""

    iri: str
    property: str | None
    target: str


async def lookup(
    request: Request,
    iri: Annotated[
        str, Query(description="Any IRI, the address of its page, or its code in a register")
    ] = "",
) -> Response:
    """The thing of this dataset that an IRI of another register, a page about it or a code means.

    303 to it when there is one, a list when there are several, 404 when there is none. The address
    that ends in `.json` always lists.
    """
    view = View.of(request.scope)
    refuse_repeated(request, "iri")
    asked = iri.strip().removeprefix("<").removesuffix(">")[:_LONGEST]
    listed = view.path.endswith(".json")
    as_json = listed or preferred(request.scope, (HTML, _JSON)) is _JSON
    if not asked:
        if as_json:
            raise MissingParameter(name="iri")
        return _page(view, "", [])
    found = await find(view, asked)
    things = {each.iri for each in found}
    if len(things) == 1 and not listed:
        answer = RedirectResponse(view.urls.of(things.pop()), 303)
        answer.headers.update({**SECURITY, **CORS, "Cache-Control": MINUTE})
        return answer
    if not found and (as_json or not prefers_page(request.scope)):
        raise NotFound(what=asked)
    return _as_json(view, asked, found) if as_json else _page(view, asked, found)


async def find(view: View, asked: str) -> list[Found]:
    """The thing itself by its name or its address here, else by links, else by its code.

    What the data only point at is looked for last: another name may be what is known of it.
    """
    iri = _expanded(view, asked)
    own = [each for each in (iri, _own(view, iri)) if each and view.knows(each)]
    if own:
        return [Found(own[0], None, iri)]
    linked = view.site.release.lookup.find(iri) if is_iri(iri) else []
    if linked:
        return [Found(each.thing, each.property, each.target) for each in linked]
    if coded := view.site.release.labels.coded(asked):
        return [Found(each, None, asked) for each in coded]
    is_there = is_iri(iri) and await doc.is_there(view, iri)
    return [Found(iri, None, iri)] if is_there else []


def _expanded(view: View, asked: str) -> str:
    """The IRI of a CURIE with a prefix of the dataset, else what was asked."""
    try:
        return expand(asked, view.site.prefixes)
    except KeyError:
        return asked


def _own(view: View, iri: str) -> str | None:
    """The thing whose document stands at an address of this site."""
    for root in {view.root, "".join(view.site.public)}:
        if iri.startswith(f"{root}/"):
            return view.urls.iri_of_path(iri.removeprefix(root))
    return None


def _as_json(view: View, asked: str, found: list[Found]) -> Response:
    content: dict[str, Any] = {
        "iri": asked,
        "results": [
            {
                "iri": each.iri,
                "label": view.label(each.iri),
                "property": each.property,
                "target": each.target,
                "page": view.urls.of(each.iri),
            }
            for each in found
        ],
    }
    return view.json(content)


def _page(view: View, asked: str, found: list[Found]) -> Response:
    return view.page(
        "lookup.html",
        status=404 if asked and not found else 200,
        asked=asked,
        things=len({each.iri for each in found}),
        found=[
            (
                view.label(each.iri),
                view.urls.of(each.iri),
                view.label(each.property) if each.property else None,
                each.target,
            )
            for each in found
        ],
        sites=[
            (each.host, each.space, view.label(each.property), each.triples)
            for each in view.site.release.linksets
        ],
        search=view.urls.search(asked or None),
    )
