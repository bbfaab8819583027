"""Stores that a release can be published to: where each takes queries, updates and graphs.

SPARQL 1.1 Protocol and Graph Store HTTP Protocol say what is sent, and not where:
https://www.w3.org/TR/sparql11-http-rdf-update/

>>> ENGINES["oxigraph"].addresses("http://localhost:7878/query").graphs
'http://localhost:7878/store'
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["ENGINES", "Addresses", "Engine", "recognise"]


@dataclass(frozen=True)
class Addresses:
    """Where a store takes queries, updates and graphs; ``bulk`` is where it takes N-Quads, if at all."""

    query: str
    update: str
    graphs: str
    bulk: str | None = None


@dataclass(frozen=True)
class Engine:
    """A kind of store.

    ``update``, ``graphs`` and ``bulk`` are written after what ``ending`` leaves of the address of
    queries. ``is_atomic`` says that readers see an update with many operations all at once.
    ``is_tested`` says that the tests of this software run against it.
    """

    name: str
    ending: str
    update: str
    graphs: str
    bulk: str | None = None
    #: HTTP Digest instead of Basic.
    has_digest: bool = False
    is_atomic: bool = True
    is_tested: bool = False

    def addresses(self, query: str) -> Addresses:
        """The addresses of the store that takes queries at an address."""
        root = re.sub(self.ending + r"/?\Z", "", query)
        return Addresses(
            query, root + self.update, root + self.graphs, self.bulk and root + self.bulk
        )


#: By name. Those that are not tested follow the documentation of their makers.
ENGINES: Final[Mapping[str, Engine]] = {
    engine.name: engine
    for engine in (
        Engine("oxigraph", "/query", "/update", "/store", "/store", is_tested=True),
        Engine(
            *("virtuoso", "/sparql", "/sparql-auth", "/sparql-graph-crud-auth"),
            has_digest=True,
            is_atomic=False,
            is_tested=True,
        ),
        Engine("fuseki", "/(?:sparql|query)", "/update", "/data", "/data"),
        Engine("graphdb", "", "/statements", "/rdf-graphs/service", "/statements"),
        Engine("stardog", "/query", "/update", ""),
        Engine("neptune", "/sparql", "/sparql", "/sparql/gsp/"),
        Engine("qlever", "", "", ""),
    )
}

#: What stores say of themselves in the headers of an answer.
_SAID: Final = {
    "oxigraph": ("server", "oxigraph"),
    "virtuoso": ("server", "virtuoso"),
    "fuseki": ("fuseki-request-id", ""),
    "graphdb": ("server", "graphdb"),
    "qlever": ("server", "qlever"),
}


def recognise(headers: Mapping[str, str]) -> Engine | None:
    """The engine that answered with these headers; None when they do not tell.

    >>> recognise({"server": "Virtuoso/07.20.3239"}).name
    'virtuoso'
    """
    for name, (header, word) in _SAID.items():
        if header in headers and word in headers[header].lower():
            return ENGINES[name]
    return None
