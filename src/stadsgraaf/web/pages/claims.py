"""The claims explorer: who holds what, how firmly, and what is contested."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.namespaces import SG
from stadsgraaf.standing import CLAIM_FACETS, COLUMNS, HOLDERS, MATRIX
from stadsgraaf.web.cards import Cards
from stadsgraaf.web.claims import CLAIM, read_claims
from stadsgraaf.web.contests import contests
from stadsgraaf.web.pager import Pager
from stadsgraaf.web.pages.facets import Facets
from stadsgraaf.web.querystring import one_of, page_number
from stadsgraaf.web.site import View

__all__ = ["claims"]

_PAGE: Final = 20
#: Claims that are read because they do not go together with those of the page.
_MOST_AGAINST: Final = 100
#: The same for the workbench, of all holders.
_MATRIX: Final = f"""SELECT ?holder ?modality (COUNT(DISTINCT ?claim) AS ?n)
WHERE {{
  ?claim <{SG}holder> ?holder ; <{SG}modality> ?modality .
}}
GROUP BY ?holder ?modality ORDER BY DESC(?n)"""
_CONTESTED: Final = (
    f"{{ SELECT DISTINCT ?s WHERE {{ {{ ?s <{SG}contradicts>|<{SG}inTensionWith> ?other }}"
    f" UNION {{ ?other <{SG}contradicts>|<{SG}inTensionWith> ?s }} }} }}"
)


@dataclass(frozen=True)
class Cell:
    """How many claims one holder makes so firmly, and where they are."""

    count: int
    href: str


@dataclass(frozen=True)
class Matrix:
    """Who holds how many claims, and how firmly: a row for each holder, a column for each modality."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Cell | None, ...]], ...]
    more: int
    sparql: str = _MATRIX


async def read_matrix(view: View) -> Matrix | None:
    """The matrix of the dataset; None when claims have no holders."""
    counts: dict[str, dict[str, int]] = {}
    for row in await view.site.rows(MATRIX):
        n = int(row["n"].value)
        counts.setdefault(row["holder"].value, {})[row["modality"].value] = n
    if not counts:
        return None
    modalities = [row["modality"].value for row in await view.site.rows(COLUMNS)]
    (total,) = await view.site.rows(HOLDERS)
    holders = sorted(counts, key=lambda iri: (-sum(counts[iri].values()), iri))
    labels = view.labels([*holders, *modalities])

    def link(holder: str, modality: str | None = None) -> str:
        chosen = [f"<{SG}holder> <{holder}>"]
        return view.urls.claims(
            where=chosen + ([f"<{SG}modality> <{modality}>"] if modality else [])
        )

    rows = tuple(
        (
            labels[holder],
            link(holder),
            tuple(
                Cell(counts[holder][modality], link(holder, modality))
                if modality in counts[holder]
                else None
                for modality in modalities
            ),
        )
        for holder in holders
    )
    columns = tuple(labels[modality] for modality in modalities)
    return Matrix(columns, rows, int(total["n"].value) - len(holders))


async def claims(request: Request) -> Response:
    """``/claims``, chosen by facets; ``contested=1`` shows each beside what contradicts it."""
    view, number = View.of(request.scope), page_number(request)
    contested = one_of(request, "contested", ("0", "1")) == "1"
    facets = await Facets.read(
        view,
        CLAIM,
        request.query_params,
        path="/claims",
        properties=CLAIM_FACETS,
        extra=_CONTESTED if contested else "",
        keep={"contested": "1"} if contested else {},
    )
    chosen, total = await facets.things(limit=_PAGE, offset=(number - 1) * _PAGE, by_label=False)
    found = await read_claims(view.site.asker, chosen)
    against = [iri for claim in found.values() for iri in claim.against]
    others = [iri for iri in dict.fromkeys(against) if iri not in found][:_MOST_AGAINST]
    found |= await read_claims(view.site.asker, others)
    shown = Cards(view, found).ahead(found)
    return view.page(
        "claims.html",
        facets=facets,
        matrix=await read_matrix(view)
        if number == 1 and not facets.chosen and not contested
        else None,
        contested=contested,
        contested_href=view.urls.page(
            "/claims",
            where=[str(choice) for choice in facets.chosen] or None,
            contested=None if contested else 1,
        ),
        cards=[shown[iri] for iri in chosen if iri in shown],
        contests=contests(shown, chosen) if contested else (),
        total=total,
        pager=Pager.of(
            number, lambda page: facets.link(page=page), more=number * _PAGE < facets.reached(total)
        ),
    )
