"""The other endpoints that a canned query asks: SPARQL 1.1 Federated Query.

https://www.w3.org/TR/sparql11-federated-query/
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from stadsgraaf.store.allowed import Allowed
from stadsgraaf.store.structure import UnreadableError, read_structure, walk
from stadsgraaf.web.site import View

__all__ = ["Service", "is_refused", "services_in", "services_of"]

#: Queries of which it is remembered whom else they ask.
_REMEMBERED: Final = 1024


@dataclass(frozen=True)
class Service:
    """An endpoint that a query asks too, and whether the settings allow it."""

    address: str
    is_allowed: bool


@lru_cache(_REMEMBERED)
def services_in(sparql: str) -> tuple[str, ...]:
    """The other endpoints that a query asks, by their IRIs as they stand in it.

    >>> services_in("SELECT * { SERVICE <https://sparql.example/> { ?s ?p ?o } }")
    ('https://sparql.example/',)
    """
    try:
        elements = list(walk(read_structure(sparql).where))
    except UnreadableError:
        return ()
    named = [each.name.text for each in elements if each.kind == "service" and each.name]
    return tuple(dict.fromkeys(name[1:-1] for name in named if name.startswith("<")))


def services_of(view: View, sparql: str) -> list[Service]:
    """The same, each with what the settings say of it."""
    allowed = Allowed.read(view.site.settings.services)
    return [Service(each, allowed.address(each) is not None) for each in services_in(sparql)]


def is_refused(view: View, sparql: str) -> bool:
    """Whether it asks an endpoint that the settings do not allow."""
    return not all(each.is_allowed for each in services_of(view, sparql))
