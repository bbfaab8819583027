"""The claims explorer: who holds what, how firmly, and what is contested."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.namespaces import SG
from stadsgraaf.web.cards import cards
from stadsgraaf.web.claims import CLAIM, read_claims
from stadsgraaf.web.contests import contests
from stadsgraaf.web.pages.doc import page_number
from stadsgraaf.web.pages.facets import Facets
from stadsgraaf.web.site import View

__all__ = ["claims"]

_PAGE: Final = 20
_FACETS: Final = tuple(
    SG + name
    for name in ("modality", "force", "polarity", "holder", "speaker", "theme", "quotation")
)
_CONTESTED: Final = (
    f"FILTER EXISTS {{ {{ ?s <{SG}contradicts>|<{SG}inTensionWith> ?other }}"
    f" UNION {{ ?other <{SG}contradicts>|<{SG}inTensionWith> ?s }} }}"
)


async def claims(request: Request) -> Response:
    """``/claims``, chosen by facets; ``contested=1`` shows each beside what contradicts it."""
    view, number = View.of(request.scope), page_number(request)
    contested = request.query_params.get("contested") == "1"
    facets = await Facets.read(
        view,
        CLAIM,
        request.query_params,
        path="/claims",
        properties=_FACETS,
        extra=_CONTESTED if contested else "",
        keep={"contested": "1"} if contested else {},
    )
    chosen, total = await facets.things(limit=_PAGE, offset=(number - 1) * _PAGE, by_label=False)
    found = await read_claims(view.site.asker, chosen)
    against = [iri for claim in found.values() for iri in claim.against]
    found |= await read_claims(view.site.asker, [iri for iri in against if iri not in found])
    shown = cards(view, found.values())
    return view.page(
        "claims.html",
        facets=facets,
        contested=contested,
        contested_href=view.urls.page(
            "/claims",
            where=[str(choice) for choice in facets.chosen] or None,
            contested=None if contested else 1,
        ),
        cards=[shown[iri] for iri in chosen if iri in shown],
        contests=contests(shown, chosen) if contested else (),
        total=total,
        page=number,
        before=facets.link(page=number - 1) if number > 1 else None,
        after=facets.link(page=number + 1) if number * _PAGE < total else None,
    )
