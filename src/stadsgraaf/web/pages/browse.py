"""Browsing: the classes with how many things each has, and the things of one class."""

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import NotFound
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.kinds import Group, taxonomy_of
from stadsgraaf.web.pager import Pager
from stadsgraaf.web.pages.facets import Facets
from stadsgraaf.web.querystring import given, iri_given, page_number
from stadsgraaf.web.site import View

__all__ = ["browse"]

_ORDER: tuple[Group, ...] = (
    *("actor", "claim", "place", "event", "plan", "document"),
    *("concept", "other", "detail", "data", "term"),
)


async def browse(request: Request) -> Response:
    """``/browse``, and ``/browse?class=`` with facets; an empty class is that of what has none."""
    view = View.of(request.scope)
    if given(request, "class") == "":
        return _untyped(request, view)
    target = iri_given(request, "class")
    return await (_classes(view) if target is None else _things(request, view, target))


async def _classes(view: View) -> Response:
    site = view.site
    taxonomy = await taxonomy_of(site)
    kinds = site.release.labels.kinds
    names = view.terms(kinds)
    by_sort: dict[Group, list[tuple[str, str, int]]] = {}
    for iri, count in kinds.items():
        entry = (names[iri], view.urls.browse(iri), count)
        by_sort.setdefault(taxonomy.group([iri]), []).append(entry)
    if without := site.release.labels.count_without_kind():
        entry = (str(view.t("kind_unknown")), view.urls.browse(""), without)
        by_sort.setdefault("other", []).append(entry)
    groups = [(sort, by_sort[sort]) for sort in _ORDER if sort in by_sort]
    ways = [
        ("menu_timeline", view.urls.timeline()),
        ("vocabulary", view.urls.vocabulary()),
    ]
    if PREFIXES["geo"] + "Geometry" in kinds:
        ways.insert(0, ("menu_map", view.urls.map()))
    return view.page("browse.html", groups=groups, ways=ways)


def _untyped(request: Request, view: View) -> Response:
    """Things that have a name, of which nobody says what they are."""
    labels, number, size = (
        view.site.release.labels,
        page_number(request),
        view.site.settings.page_size,
    )
    total = labels.count_without_kind()
    if not total:
        raise NotFound(what=view.path)
    found = labels.of_kind(None, view.language, limit=size, offset=(number - 1) * size)
    return view.page(
        "things.html",
        target=None,
        name=str(view.t("kind_unknown")),
        facets=None,
        things=[(hit.label, view.urls.of(hit.iri)) for hit in found],
        total=total,
        pager=Pager.of(
            number, lambda page: view.urls.browse("", page=page), more=number * size < total
        ),
    )


async def _things(request: Request, view: View, target: str) -> Response:
    site, number = view.site, page_number(request)
    facets = await Facets.read(view, target, request.query_params)
    size = site.settings.page_size
    things, total = await facets.things(limit=size, offset=(number - 1) * size)
    if not total and not facets.chosen and not site.counted("classes", target):
        raise NotFound(what=target)
    labels = view.labels(things)
    return view.page(
        "things.html",
        target=target,
        name=view.term(target),
        facets=facets,
        things=[(labels[iri], view.urls.of(iri)) for iri in things],
        total=total,
        pager=Pager.of(
            number,
            lambda page: facets.link(page=page),
            more=number * size < facets.reached(total),
        ),
    )
