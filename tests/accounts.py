"""What two sites say, in a form in which they can be compared."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, Quad, RdfFormat, parse
from serving import Server, serving

from stadsgraaf.media import RDF, Format
from stadsgraaf.publishing import Target, publish
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings

#: Of our own graph: with claims, a network, a claim, classes, shapes with lists of blank nodes, a
#: concept in lists, and what blank nodes point at.
THINGS = (
    *("/doc/municipality/gm0307", "/doc/network/g40", "/doc/claim/f183"),
    *("/doc/def/ont/Claim", "/doc/def/ont/Municipality", "/doc/def/shape/Claim"),
    *("/doc/def/shape/Claim-force-in", "/doc/def/modality/hope", "/doc/document/btg-article-copy"),
    *("/doc/document/nl-smart-city-strategy", "/doc/document/spatialrisk-nl-gemeente"),
)
N_TRIPLES = next(each for each in RDF if each.suffix == "nt")
ANYBODY = Settings()
T = TypeVar("T")
_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"


@contextmanager
def side_by_side(
    release: Release, store: str, login: Settings = ANYBODY, **settings: object
) -> Iterator[tuple[Server, Server]]:
    """A release from its own data, and in front of another store, to which it is published."""
    load(release, store, login)
    with (
        serving(release.path) as own,
        serving(release.path, {"store": store, **settings}) as in_front,
    ):
        yield own, in_front


def load(release: Release, store: str, login: Settings = ANYBODY) -> None:
    """Publish a release to a store."""
    with Target.open(store, login) as target:
        publish(release, target)


def alike(servers: tuple[Server, Server], read: Callable[[Server], T]) -> T:
    """What both say, and is not nothing."""
    own, in_front = map(read, servers)
    assert own == in_front
    assert own
    return own


def body(server: Server, path: str) -> str:
    """What stands at an address, without the server's own."""
    reply = httpx.get(server.base + path, headers={"Accept": "text/html, text/csv"}, timeout=60)
    assert reply.status_code == 200, reply.text
    return reply.text.replace(server.base, "")


def account(server: Server, thing: str, chosen: Format = N_TRIPLES) -> set[str]:
    """The statements, with canonical names of blank nodes, and with coordinates left out."""
    reply = httpx.get(
        f"{server.base}{thing}.{chosen.suffix}",
        headers={"Accept": chosen.media_type},
        follow_redirects=True,
        timeout=60,
    )
    assert reply.status_code == 200, reply.text
    form = RdfFormat.from_media_type(chosen.media_type)
    assert form
    dataset = Dataset(map(_without_coordinates, parse(reply.content, form)))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def _without_coordinates(quad: Quad) -> Quad:
    value = quad.object
    if not isinstance(value, Literal) or value.datatype.value != _WKT:
        return quad
    shape = Literal(value.value.partition("(")[0].strip(), datatype=value.datatype)
    return Quad(quad.subject, quad.predicate, shape, quad.graph_name)
