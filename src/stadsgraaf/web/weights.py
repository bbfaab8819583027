"""About how much a thing weighs in each format, before anybody asks for it.

To know it to the byte, the thing would have to be written in every format for every page; from what
the page has read anyway it is known to within a quarter or so, and the page says "about".
"""

from collections.abc import Mapping
from typing import Final

from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.claims import Claim
from stadsgraaf.web.site import Site
from stadsgraaf.web.thing import Thing

__all__ = ["weigh"]

#: Bytes in N-Triples: of what stands around the terms of a triple, of a passage with its selector,
#: of the names of something pointed at, and of what every document says of itself.
_AROUND: Final = 8
_PASSAGE: Final = 900
_NAMES: Final = 220
_DOCUMENT: Final = 800
#: Each format beside N-Triples: its share of these, and the prefixes that it declares.
_FORMATS: Final[Mapping[str, tuple[float, int]]] = {
    "nt": (1.0, 0),
    "nq": (1.0, 0),
    "ttl": (0.3, 800),
    "trig": (0.3, 800),
    "jsonld": (0.82, 0),
    "rdf": (0.72, 950),
}
_DIGITS: Final = 2


def weigh(site: Site, thing: Thing) -> dict[str, int]:
    """Bytes by suffix, to two digits."""
    triples = _own(site, thing)
    for claim in thing.claims.values():
        subjects = (*claim.things("claimSubject"), *claim.things("claimObject"))
        if claim.iri == thing.iri:
            triples += _PASSAGE * len(claim.evidence)
        elif thing.iri in subjects:
            triples += _claim(claim)
    return {
        suffix: _rounded(share * triples + extra) for suffix, (share, extra) in _FORMATS.items()
    }


def _own(site: Site, thing: Thing) -> int:
    own = sum(
        len(thing.iri) + len(each.predicate) + len(str(each.value)) + _AROUND
        for each in thing.statements
    )
    named = sum(1 for each in thing.statements if (iri := term_iri(each.value)) and site.knows(iri))
    pointing = sum(
        each.count * (2 * len(thing.iri) + len(each.predicate) + _AROUND) for each in thing.inverse
    )
    return own + pointing + _NAMES * named + _DOCUMENT


def _claim(claim: Claim) -> int:
    said = sum(
        len(claim.iri) + len(predicate) + len(str(value)) + _AROUND
        for predicate, values in claim.properties.items()
        for value in values
    )
    return said + _PASSAGE * len(claim.evidence)


def _rounded(size: float) -> int:
    return int(round(size, _DIGITS - len(str(int(size)))))
