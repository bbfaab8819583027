"""The map: the places of the dataset with what they have to do with, and those of one thing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import NotFound
from stadsgraaf.namespaces import well_known
from stadsgraaf.standing import DETAILS, MOST_NEAR, NEAR
from stadsgraaf.web.asking import iris
from stadsgraaf.web.cards import GraphInfo, Named
from stadsgraaf.web.headers import SECURITY
from stadsgraaf.web.kinds import Sort, taxonomy_of
from stadsgraaf.web.placenames import LARGE, NORMAL, Label, Spot, write_names
from stadsgraaf.web.places import Chart, read_ground
from stadsgraaf.web.portrait import graph_infos
from stadsgraaf.web.querystring import iri_given
from stadsgraaf.web.site import Site, View

__all__ = ["Pin", "atlas", "land", "origins", "pins_of", "read_chart"]

_MOST_THINGS = 60
_FEWEST_PLACES = 3
_MOST_OF = 0.9
_MOST_LABELS = 60
#: Links of one thing that are followed to its places.
_MOST_LINKS = 20_000
_STRONGEST = 4
#: What is marked, those that tell most first; places lie within other places.
_SORTS: tuple[Sort, ...] = ("actor", "event", "plan", "other", "place")
_GEO = iris(well_known("geo:hasGeometry"))
_FOREVER = "public, max-age=31536000, immutable"

#: What places have to do with: directly, either way, or by a detail such as a membership.
_LINKS: Final = (
    f"SELECT DISTINCT ?place ?thing WHERE {{{{ ?place {_GEO} ?g ; ?p ?thing . FILTER(isIRI(?thing)) }}}}",
    f"SELECT DISTINCT ?place ?thing WHERE {{{{ ?place {_GEO} ?g . ?thing ?p ?place . FILTER(isIRI(?thing)) }}}}",
    (
        f"SELECT DISTINCT ?place ?thing WHERE {{{{ VALUES ?class {{{{ {{details}} }}}} ?detail a ?class ; ?p ?place ;"
        f" ?q ?thing . ?place {_GEO} ?g . FILTER(isIRI(?thing) && ?thing != ?place) }}}}"
    ),
)
_NEAR = (
    "  {{ ?place ?p ?thing }} UNION {{ ?thing ?p ?place }}\n"
    "  UNION {{ VALUES ?class {{ {details} }} ?detail a ?class ; ?p ?place ; ?q ?thing }}\n"
)
#: From the thing to its places, so that it takes as long as the thing has links.
_OF_ONE = (
    "SELECT DISTINCT ?place WHERE {{\n"
    "  {{ SELECT DISTINCT ?place WHERE {{\n"
    "    {{ ?place ?p {thing} }} UNION {{ {thing} ?p ?place }}\n"
    "    UNION {{ ?detail ?q {thing} ; ?p ?place ; a ?class FILTER(?class IN ({details})) }}\n"
    f"    FILTER(isIRI(?place))\n  }}}} LIMIT {_MOST_LINKS} }}}}\n  ?place {_GEO} ?geometry .\n}}}}"
)
_OF_ALL = (
    f"SELECT DISTINCT ?place ?thing WHERE {{{{\n  ?place {_GEO} ?geometry .\n{_NEAR}"
    "  VALUES ?kind {{ {kinds} }}\n  ?thing a ?kind .\n}} ORDER BY ?place ?thing"
)


@dataclass(frozen=True)
class Near:
    """The places that a thing of some kind has to do with."""

    thing: str
    kind: str
    places: frozenset[str]


@dataclass(frozen=True)
class Pin:
    """A place on the map, with what it has to do with, and where its name fits, if anywhere.

    ``large_label`` is for who sees the map small.
    """

    name: str
    href: str | None
    x: float
    y: float
    outline: str
    things: tuple[Named, ...] = ()
    short: str = ""
    label: Label | None = None
    large_label: Label | None = None

    @property
    def strength(self) -> int:
        """From 1 to 4, by how much it has to do with."""
        return max(1, min(len(self.things), _STRONGEST))


@dataclass
class Legend:
    """Things of one kind, each with its link, how many places, and whether it is marked."""

    kind: str
    things: list[tuple[str, str, int, bool]] = field(default_factory=list)


async def atlas(request: Request) -> Response:
    """``/map``, and ``/map?thing=`` with its places marked."""
    view = View.of(request.scope)
    site = view.site
    chart = await read_chart(site)
    if chart is None:
        raise NotFound(what=view.path)
    thing = iri_given(request, "thing")
    near = await site.once(_near)
    if thing:
        query = _OF_ONE.format(thing=iris([thing]), details=_details().replace(" ", ", "))
        rows = await site.asker.rows(query)
        marked: dict[str, tuple[Named, ...]] = {row["place"].value: () for row in rows}
    else:
        shown = _telling(near, len(chart.dots))
        kinds = sorted({each.kind for each in shown})
        query = _OF_ALL.format(details=_details(), kinds=iris(kinds))
        marked = _by_place(view, shown)
    return view.page(
        "map.html",
        chart=chart,
        pins=pins_of(view, chart, marked or dict.fromkeys(chart.by_iri, ())),
        marked=bool(marked) or bool(thing),
        thing=thing,
        thing_name=view.label(thing) if thing else None,
        thing_href=view.link(thing) if thing else None,
        legends=_legends(view, near, thing),
        origins=origins(view, chart, await graph_infos(site)),
        sparql=query if marked or thing else None,
        most=MOST_NEAR if site.release.manifest.on_disk and not thing else None,
    )


async def land(request: Request) -> Response:
    """``/map/land.svg``: every outline as one picture, which pages lay under their places."""
    view = View.of(request.scope)
    chart = await read_chart(view.site)
    if chart is None or not chart.land:
        raise NotFound(what=view.path)
    # one grey that fits light and dark pages: a picture does not know which it is on
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {chart.width} {chart.height}">'
        f'<path d="{chart.land}" fill="#7d9a95" fill-opacity=".22" stroke="#7d908d" stroke-opacity=".5"'
        ' stroke-width=".6" stroke-linejoin="round"/></svg>'
    )
    headers = {**SECURITY, "ETag": view.etag("svg"), "Cache-Control": _FOREVER}
    return Response(picture, headers=headers, media_type="image/svg+xml")


async def read_chart(site: Site) -> Chart | None:
    """The drawing of all places; None when the dataset has none."""
    return await site.once(_chart)


async def _chart(site: Site) -> Chart | None:
    ground = await read_ground(site.asker)
    return Chart.of(ground.places, ground.outlines, ground.graphs) if ground.places else None


def origins(
    view: View, chart: Chart, infos: Mapping[str, GraphInfo]
) -> list[tuple[Named, Named | None]]:
    """The named graphs that the drawing is made of, each with its licence."""
    found = []
    for iri in chart.graphs:
        info = infos.get(iri)
        licence = info.licence if info else None
        named = Named(view.label(licence), view.link(licence), licence) if licence else None
        found.append((Named(view.graph_title(iri), view.urls.of(iri), iri), named))
    return found


def _details() -> str:
    return iris(sorted(DETAILS))


async def _near(site: Site) -> list[Near]:
    """Things that places have to do with, those that tell most first."""
    taxonomy = await taxonomy_of(site)
    places: defaultdict[str, set[str]] = defaultdict(set)
    for thing, place in await _linked(site):
        places[thing].add(place)
    found = []
    for iri, near in places.items():
        kind = site.kind(iri)
        if kind and taxonomy.sort([kind]) in _SORTS and not taxonomy.is_detail([kind]):
            found.append(Near(iri, kind, frozenset(near - {iri})))
    marked = Counter[str]()
    for each in found:
        marked[each.kind] += len(each.places)
    return sorted(
        (each for each in found if each.places),
        key=lambda each: (
            _SORTS.index(taxonomy.sort([each.kind])),
            marked[each.kind],  # a kind that marks every place, as provinces do, tells least
            each.kind,
            -len(each.places),
            each.thing,
        ),
    )


async def _linked(site: Site) -> list[tuple[str, str]]:
    """Each thing with each place that it has to do with; in a large release those with most places."""
    if site.release.manifest.on_disk:
        return [
            (row["thing"].value, place)
            for query in NEAR
            for row in await site.rows(query)
            for place in row["places"].value.split(" ")
        ]
    return [
        (row["thing"].value, row["place"].value)
        for query in _LINKS
        for row in await site.asker.rows(query.format(details=_details()))
    ]


def _covers(kind: str, near: Iterable[Near], total: int) -> bool:
    """Whether nearly every place has to do with something of the kind, as with a province."""
    return (
        len(frozenset[str]().union(*(n.places for n in near if n.kind == kind))) > _MOST_OF * total
    )


def _telling(near: Sequence[Near], total: int) -> list[Near]:
    """Of the things those of kinds that set some places apart."""
    kinds = {each.kind for each in near}
    plain = {kind for kind in kinds if _covers(kind, near, total)} | {
        kind
        for kind in kinds
        if all(len(n.places) < _FEWEST_PLACES for n in near if n.kind == kind)
    }
    return [each for each in near if each.kind not in plain]


def _by_place(view: View, near: Iterable[Near]) -> dict[str, tuple[Named, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each in near:
        for place in each.places:
            found[place].append(each.thing)
    labels = view.labels({thing for things in found.values() for thing in things})
    return {
        place: tuple(Named(labels[iri], view.urls.of(iri), iri) for iri in things)
        for place, things in found.items()
    }


def _legends(view: View, near: Sequence[Near], chosen: str | None) -> list[Legend]:
    """What can be marked, by kind."""
    shown = [each for each in near if len(each.places) >= _FEWEST_PLACES][:_MOST_THINGS]
    labels = view.labels(each.thing for each in shown)
    found: dict[str, Legend] = {}
    for each in shown:
        legend = found.setdefault(each.kind, Legend(view.term(each.kind)))
        name, href = labels[each.thing], view.urls.map(each.thing)
        legend.things.append((name, href, len(each.places), each.thing == chosen))
    return list(found.values())


def pins_of(view: View, chart: Chart, marked: Mapping[str, tuple[Named, ...]]) -> list[Pin]:
    """Pins by name; a name is written where it covers no other pin's name."""
    labels = view.labels(marked)
    pins = [
        Pin(labels[iri], view.link(iri), dot.x, dot.y, dot.outline, marked[iri])
        for iri, dot in chart.by_iri.items()
        if iri in marked
    ]
    start = _common_start([pin.name for pin in pins])
    pins = [replace(pin, short=pin.name[start:]) for pin in pins]
    if len(pins) <= _MOST_LABELS:
        pins = _named(sorted(pins, key=lambda pin: (-len(pin.things), pin.name)))
    return sorted(pins, key=lambda pin: pin.short.casefold())


def _common_start(names: Sequence[str]) -> int:
    """How many characters all names begin with, up to a blank: what the map need not repeat."""
    if len(names) < 2:  # noqa: PLR2004 – one name has nothing in common
        return 0
    common = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in common).rfind(" ") + 1


def _named(pins: Sequence[Pin]) -> list[Pin]:
    spots = [Spot(pin.short, pin.x, pin.y, bool(pin.outline)) for pin in pins]
    return [
        replace(pin, label=label, large_label=large)
        for pin, label, large in zip(
            pins, write_names(spots, NORMAL), write_names(spots, LARGE), strict=True
        )
    ]
