"""Links to things of others, as linksets.

VoID, section 5, https://www.w3.org/TR/void/#linkset
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, Quad, Triple

from stadsgraaf.namespaces import PREFIXES, shorten, well_known
from stadsgraaf.records import LinksetRecord

__all__ = ["LINKING", "Linkset", "linksets"]

#: Properties that say: this thing of ours is, or is like, that thing of somebody else.
LINKING: Final = well_known(
    "owl:sameAs skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch"
    " skos:relatedMatch schema:sameAs"
)


@dataclass(frozen=True)
class Linkset:
    """Links by one property to things of one host. ``space`` is what the IRIs there begin with.

    ``name`` is the stem of its dump; ``triples`` counts the links.
    """

    name: str
    property: str
    host: str
    space: str
    triples: int

    def as_json(self) -> LinksetRecord:
        """As it stands in the statistics of a release."""
        return {
            "name": self.name,
            "property": self.property,
            "host": self.host,
            "space": self.space,
            "triples": self.triples,
        }


def linksets(quads: Iterable[Quad], own: str | None) -> dict[Linkset, list[Triple]]:
    """The linksets of a dataset, the largest first, each with its links in order.

    ``own`` is the namespace of the dataset: what begins with it is nobody else's. Without one,
    whatever leads to another host than that of the subject is a link.
    """
    found: dict[tuple[str, str], set[Triple]] = {}
    for quad in quads:
        subject, value, linking = quad.subject, quad.object, quad.predicate.value
        if linking not in LINKING:
            continue
        if not (isinstance(subject, NamedNode) and isinstance(value, NamedNode)):
            continue
        host = _host(value.value)
        inside = value.value.startswith(own) if own else host == _host(subject.value)
        if host and not inside:
            triple = Triple(subject, quad.predicate, value)
            found.setdefault((linking, host), set()).add(triple)
    sets = {
        _linkset(linking, host, links): sorted(links, key=str)
        for (linking, host), links in found.items()
    }
    return dict(sorted(sets.items(), key=lambda item: (-item[0].triples, item[0].name)))


def _linkset(linking: str, host: str, links: set[Triple]) -> Linkset:
    name = re.sub("[^a-z0-9.]+", "-", f"{host} {shorten(linking, PREFIXES)}".lower()).strip("-")
    targets = sorted(link.object.value for link in links)  # type: ignore[union-attr]  # all are IRIs
    shared = _shared(targets[0], targets[-1])
    space = shared[: max(shared.rfind("/"), shared.rfind("#")) + 1]
    return Linkset(f"links-{name}", linking, host, space, len(links))


def _shared(one: str, other: str) -> str:
    """What two texts begin with alike; of sorted texts the first and the last tell for all."""
    pairs = enumerate(zip(one, other, strict=False))
    length = next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
    return one[:length]


def _host(iri: str) -> str:
    """The host of an HTTP IRI, else an empty text.

    >>> _host("http://www.wikidata.org/entity/Q1")
    'www.wikidata.org'
    """
    try:
        parts = urlsplit(iri)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""
