"""Search by name, as a page and as JSON."""

from collections import Counter
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.media import HTML, Format
from stadsgraaf.ranking import Hit, SearchResult
from stadsgraaf.web.negotiation import preferred
from stadsgraaf.web.pager import Pager
from stadsgraaf.web.pages.lookup import find
from stadsgraaf.web.querystring import page_number, refuse_repeated
from stadsgraaf.web.site import View
from stadsgraaf.web.urls import is_iri

__all__ = ["search"]

_JSON = Format("JSON", ("application/json",), "json", "results")
_LONGEST_TEXT = 200
_KINDS_SHOWN = 12


async def search(
    request: Request,
    q: Annotated[
        str, Query(description="What to look for: words, a code, the start of a name")
    ] = "",
    kind: Annotated[
        str | None, Query(description="IRI of a class: only things of that kind")
    ] = None,
    page: Annotated[int, Query(description="Which page of the results, from 1")] = 1,  # noqa: ARG001 – read below, documented here
) -> Response:
    """Things by their labels, other names and codes, in Dutch and English.

    The beginnings of words are enough, diacritics do not count, and the nearest spelling is taken
    when nothing fits. An IRI finds what it is looked up as.
    """
    refuse_repeated(request, "q", "kind")
    view = View.of(request.scope)
    number, size = page_number(request), view.site.settings.page_size
    text = " ".join(q[:_LONGEST_TEXT].split())
    begin = (number - 1) * size
    found = await _of_iri(view, q.strip(), kind, slice(begin, begin + size))
    if found is None:
        found = view.site.release.labels.search(
            text, view.language, limit=size, offset=begin, kind=kind or None
        )
    if request.url.path.endswith(".json") or preferred(request.scope, (HTML, _JSON)) is _JSON:
        return _as_json(view, text, found)
    return _as_page(view, text, kind or None, found, number)


async def _of_iri(view: View, text: str, kind: str | None, shown: slice) -> SearchResult | None:
    """What an IRI means here; None for other words, and for what may be words with a colon."""
    if not is_iri(text):
        return None
    things = dict.fromkeys(each.iri for each in await find(view, text))
    if not things and "://" not in text:
        return None
    labels = view.labels(things)
    hits = [Hit(iri, labels[iri], view.site.kind(iri), text) for iri in things]
    chosen = [hit for hit in hits if not kind or hit.kind == kind]
    return SearchResult(chosen[shown], len(chosen), Counter(hit.kind for hit in hits))


def _as_json(view: View, text: str, found: SearchResult) -> Response:
    content: dict[str, Any] = {
        "query": text,
        "language": view.language,
        "total": found.total,
        "more": found.more,
        "corrected": found.corrected,
        "kinds": [
            {"iri": iri, "label": view.label(iri) if iri else None, "count": count}
            for iri, count in found.by_kind.items()
        ],
        "results": [
            {
                "iri": hit.iri,
                "label": hit.label,
                "kind": view.label(hit.kind) if hit.kind else None,
                "kindIri": hit.kind,
                "matched": hit.matched,
                "page": view.urls.of(hit.iri),
            }
            for hit in found.hits
        ],
    }
    return view.json(content)


def _as_page(view: View, text: str, kind: str | None, found: SearchResult, number: int) -> Response:
    labels = view.site.release.labels
    kinds = [
        (view.term(iri) if iri else str(view.t("kind_unknown")), iri, count)
        for iri, count in found.by_kind.items()
    ]
    return view.page(
        "search.html",
        text=text,
        kind=kind,
        kind_label=view.label(kind) if kind else None,
        kinds=kinds[:_KINDS_SHOWN],
        found=found,
        hits=[
            (hit, view.urls.of(hit.iri), view.term(hit.kind) if hit.kind else None)
            for hit in found.hits
        ],
        others={hit.iri: labels.other_label(hit.iri, view.language) for hit in found.hits},
        pager=Pager.of(
            number,
            lambda page: view.urls.search(text, kind=kind, page=page),
            more=number * view.site.settings.page_size < found.total,
        ),
        all_kinds=view.urls.search(text),
    )
