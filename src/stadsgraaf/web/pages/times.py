"""The timeline: what happened or is dated, in order, doubt drawn as such."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.datatypes import dated_in_sparql
from stadsgraaf.errors import NotFound
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.standing import ALL_PERIODS, MOST_DATED, PERIODS, latest
from stadsgraaf.web import dates
from stadsgraaf.web.asking import Row, term_iri
from stadsgraaf.web.cards import Named
from stadsgraaf.web.kinds import Group, taxonomy_of
from stadsgraaf.web.pager import Pager
from stadsgraaf.web.pages.thing import DATED
from stadsgraaf.web.portrait.moments import Moments
from stadsgraaf.web.portrait.subject import Subject
from stadsgraaf.web.querystring import iri_given, one_of, page_number
from stadsgraaf.web.shapes import shapes_of
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.thing import read_thing
from stadsgraaf.web.timeline import Moment, gather, timeline

__all__ = ["read_dated", "times"]

_PAGE: Final = 40
_SORTS: Final[tuple[Group, ...]] = (
    *("event", "plan", "document", "actor", "place", "claim", "other", "detail"),
)
_QUERY = f"SELECT ?n ?p ?d WHERE {{ ?n ?p ?d . FILTER({dated_in_sparql('?d')}) }}"
#: The same for the workbench: what is drawn is sorted from this by kind.
_SHOWN = (
    "SELECT ?thing ?property ?date\nWHERE {\n  ?thing ?property ?date .\n"
    f"  FILTER({dated_in_sparql('?date')})\n}}\nORDER BY ?date"
)
#: When something was written down or changed in the data is not when it happened.
_ABOUT_DATA = frozenset(
    PREFIXES["dct"] + name for name in ("modified", "created", "issued", "available")
)
_BOUNDS = (SG + "earliest", SG + "latest")


async def times(request: Request) -> Response:
    """``/timeline?sort=``, and ``/timeline?thing=`` with what is dated near it; paged."""
    view, number = View.of(request.scope), page_number(request)
    site = view.site
    if thing := iri_given(request, "thing"):
        return await _near(view, thing, number)
    dated = await read_dated(site)
    present = [sort for sort in _SORTS if dated.get(sort)]
    asked = one_of(request, "sort", _SORTS)
    sort = next((each for each in _SORTS if each == asked), next(iter(present), _SORTS[0]))
    moments = _moments(view, sort, dated.get(sort, []))
    return view.page(
        "timeline.html",
        **_paged(view, moments, number, lambda page: view.urls.timeline(sort, page)),
        thing=None,
        line_query=_SHOWN,
        latest=MOST_DATED if site.release.manifest.on_disk else None,
        sort=sort,
        sorts=[(each, view.urls.timeline(each), len(dated[each])) for each in present],
    )


async def _near(view: View, iri: str, number: int) -> Response:
    """Every moment of a thing, in order. Raises NotFound when there is no such thing."""
    site = view.site
    thing = await read_thing(site, iri)
    if not thing.exists:
        raise NotFound(what=iri)
    subject = Subject(view, thing, await taxonomy_of(site), await shapes_of(site), {})
    line = timeline(Moments(subject).all())
    return view.page(
        "timeline.html",
        **_paged(
            view,
            line.moments if line else (),
            number,
            lambda page: view.urls.timeline(page=page, thing=iri),
        ),
        thing=Named(subject.own_name, view.urls.of(iri)),
        line_query=DATED.format(thing=NamedNode(iri)),
        latest=None,
    )


def _paged(
    view: View, moments: Sequence[Moment], number: int, link: Callable[[int], str]
) -> dict[str, Any]:
    """One page of moments. Raises NotFound when there are not so many pages."""
    start = (number - 1) * _PAGE
    shown = moments[start : start + _PAGE]
    if not shown and number > 1:
        raise NotFound(what=view.path)
    return {
        "line": timeline(shown, rows=_PAGE),
        "total": len(moments),
        "pager": Pager.of(number, link, more=start + _PAGE < len(moments)),
    }


def _moments(view: View, sort: Group, found: Sequence[tuple[str, str]]) -> Sequence[Moment]:
    """Things with their dates as moments, those of one day together."""
    labels = view.labels(iri for iri, _ in found)
    return gather(
        Moment(
            labels[iri],
            date,
            view.urls.of(iri),
            sort,
            kind=view.term(view.site.kind(iri) or ""),
        )
        for iri, date in found
    )


async def read_dated(site: Site) -> dict[Group, list[tuple[str, str]]]:
    """Dated things by their sort, the earliest first."""
    return await site.once(_read)


async def _read(site: Site) -> dict[Group, list[tuple[str, str]]]:
    """Dated things by their sort, the earliest first; of several dates of one thing the first."""
    taxonomy = await taxonomy_of(site)
    first: dict[str, tuple[int, str]] = {}
    for row in await _dated(site):
        iri, predicate = term_iri(row["n"]), row["p"].value
        if iri and predicate not in _ABOUT_DATA and predicate not in _BOUNDS:
            _note(first, iri, row["d"].value)
    for row in await _periods(site):
        if iri := term_iri(row["n"]):
            begin = row["begin"].value.split("/")[0] if "begin" in row else ".."
            end = row["end"].value.split("/")[-1] if "end" in row else ".."
            _note(first, iri, f"{begin}/{end}")
    by_sort: dict[Group, list[tuple[int, str, str]]] = {}
    for iri, (order, date) in first.items():
        kind = site.kind(iri)
        if kind is None or taxonomy.sort([kind]) in ("term", "data", "concept"):
            continue
        if kind.startswith(PREFIXES["time"]):
            continue
        by_sort.setdefault(taxonomy.group([kind]), []).append((order, iri, date))
    return {
        sort: [(iri, date) for _, iri, date in sorted(found)] for sort, found in by_sort.items()
    }


async def _dated(site: Site) -> list[Row]:
    """What has a date: all of it, or of a large release the latest of every kind."""
    if not site.release.manifest.on_disk:
        return list(await site.asker.rows(_QUERY))
    kinds = site.release.labels.kinds
    return [row for kind in kinds for row in await site.rows(latest(kind))]


async def _periods(site: Site) -> Sequence[Row]:
    """What has a period, in the same way."""
    if site.release.manifest.on_disk:
        return await site.rows(PERIODS)
    return await site.asker.rows(ALL_PERIODS)


def _note(first: dict[str, tuple[int, str]], iri: str, text: str) -> None:
    ends = dates.bounds(text)
    if ends is None:
        return
    known = ends[0] or ends[1]
    order = dates.day_number(known) if known else 0
    if iri not in first or order < first[iri][0]:
        first[iri] = (order, text)
