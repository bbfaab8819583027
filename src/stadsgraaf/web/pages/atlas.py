"""The map: every place of the dataset, and those that have to do with one thing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import InvalidParameter, NotFound, Text
from stadsgraaf.web.kinds import DETAILS, Taxonomy
from stadsgraaf.web.places import Chart, Place, read_places
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.urls import is_iri

__all__ = ["atlas"]

_WIDTH = 640
_MOST_THINGS = 40
_FEWEST_PLACES = 3
_MOST_OF = 0.9
_MOST_LABELS = 60
_SORTS = ("actor", "event", "place", "other")
_LETTER: Final = 7.4
_LINE: Final = 15.0
_GEO = "<http://www.opengis.net/ont/geosparql#hasGeometry>"

#: What places have to do with: directly, either way, or by a detail such as a membership.
_LINKS: Final = (
    f"SELECT DISTINCT ?place ?thing WHERE {{{{ ?place {_GEO} ?g ; ?p ?thing . FILTER(isIRI(?thing)) }}}}",
    f"SELECT DISTINCT ?place ?thing WHERE {{{{ ?place {_GEO} ?g . ?thing ?p ?place . FILTER(isIRI(?thing)) }}}}",
    (
        f"SELECT DISTINCT ?place ?thing WHERE {{{{ VALUES ?class {{{{ {{details}} }}}} ?detail a ?class ; ?p ?place ;"
        f" ?q ?thing . ?place {_GEO} ?g . FILTER(isIRI(?thing) && ?thing != ?place) }}}}"
    ),
)
_PLACES = (
    "SELECT DISTINCT ?place WHERE {{\n"
    f"  ?place {_GEO} ?geometry .\n"
    "  {{ ?place ?p {thing} }} UNION {{ {thing} ?p ?place }}\n"
    "  UNION {{ VALUES ?class {{ {details} }} ?detail a ?class ; ?p ?place ; ?q {thing} }}\n"
    "}}"
)


@dataclass(frozen=True)
class Pin:
    """A place on the map: its name, where it leads, and where its name fits, if anywhere."""

    name: str
    href: str
    x: float
    y: float
    label_x: float | None = None
    anchor: str = "start"


async def atlas(request: Request) -> Response:
    """``/map``, and ``/map?thing=`` with its places marked."""
    view = View.of(request.scope)
    site = view.site
    places = await site.once("places", lambda: read_places(site.asker))
    if not places:
        raise NotFound(what=view.path)
    thing = request.query_params.get("thing")
    if thing is not None and not is_iri(thing):
        reason = Text("it is not an IRI", "het is geen IRI")
        raise InvalidParameter(name="thing", reason=reason)
    chart = Chart.of(places, _WIDTH)
    query = _PLACES.format(thing=_node(thing), details=_details()) if thing else None
    marked = {row["place"].value for row in await site.asker.rows(query)} if query else set()
    return view.page(
        "map.html",
        chart=chart,
        pins=_pins(view, chart, [p for p in places if p.iri in marked or not thing]),
        marked=bool(thing),
        thing=thing,
        thing_name=view.label(thing) if thing else None,
        thing_href=view.link(thing) if thing else None,
        choices=await _choices(view, thing),
        sparql=query,
    )


def _node(iri: str) -> str:
    try:
        return str(NamedNode(iri))
    except ValueError:
        reason = Text("it is not an IRI", "het is geen IRI")
        raise InvalidParameter(name="thing", reason=reason) from None


def _details() -> str:
    return " ".join(f"<{iri}>" for iri in sorted(DETAILS))


async def _choices(view: View, thing: str | None) -> list[tuple[str, str, int, bool]]:
    """Things to mark on the map: their name, the link, how many places, whether it is the one."""
    site = view.site
    found = await site.once("map things", lambda: _things(site))
    return [
        (view.label(iri), view.urls.map(iri), count, iri == thing)
        for iri, count in found[:_MOST_THINGS]
    ]


async def _things(site: Site) -> list[tuple[str, int]]:
    """Things that some places have to do with, but not nearly all of them."""
    taxonomy = await site.once("taxonomy", lambda: Taxonomy.read(site.asker))
    places: defaultdict[str, set[str]] = defaultdict(set)
    for query in _LINKS:
        for row in await site.asker.rows(query.format(details=_details())):
            places[row["thing"].value].add(row["place"].value)
    most = _MOST_OF * len(set().union(*places.values())) if places else 0
    found = []
    for iri, near in places.items():
        kind = site.kind(iri)
        if not _FEWEST_PLACES <= len(near) <= most or kind is None:
            continue
        if taxonomy.sort([kind]) in _SORTS and not taxonomy.is_detail([kind]):
            found.append((iri, len(near)))
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _pins(view: View, chart: Chart, places: Sequence[Place]) -> list[Pin]:
    """Pins by name; a name is written where it covers no other pin's name."""
    labels = view.labels(place.iri for place in places)
    dots = {dot.iri: dot for dot in chart.dots}
    pins = [
        Pin(labels[place.iri], view.urls.of(place.iri), dots[place.iri].x, dots[place.iri].y)
        for place in places
    ]
    if len(pins) <= _MOST_LABELS:
        pins = _labelled(pins)
    return sorted(pins, key=lambda pin: pin.name.casefold())


def _labelled(pins: Sequence[Pin]) -> list[Pin]:
    taken = [(pin.x - 6, pin.y - 6, pin.x + 6, pin.y + 6) for pin in pins]
    placed = []
    for number, pin in enumerate(pins):
        width = len(pin.name) * _LETTER
        label_x, anchor = None, "start"
        for x, side in ((pin.x + 9, "start"), (pin.x - 9, "end")):
            left = x if side == "start" else x - width
            box = (left, pin.y - _LINE / 2, left + width, pin.y + _LINE / 2)
            others = [each for at, each in enumerate(taken) if at != number]
            if left > 0 and left + width < _WIDTH and not any(_overlap(box, o) for o in others):
                taken.append(box)
                label_x, anchor = x, side
                break
        placed.append(Pin(pin.name, pin.href, pin.x, pin.y, label_x, anchor))
    return placed


_Box = tuple[float, float, float, float]


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
