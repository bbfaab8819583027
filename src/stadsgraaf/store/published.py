"""How a store tells which release was published to it: a small named graph of its own.

::

    <urn:x-stadsgraaf:published> {
      <urn:x-stadsgraaf:published> dct:identifier "c18d732689024c7a" ; dct:issued "…"^^xsd:dateTime ;
          dct:hasPart <…/graph/claims> , … , <urn:x-stadsgraaf:merge> .
      <urn:x-stadsgraaf:published/queries.json> rdf:value "…" .
    }

`MERGE` is the merge of all named graphs, where some overlap: then it is the default graph of a query
that names none. Documents are what a release says beside its data, so that a site needs nothing else.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stadsgraaf.namespaces import PREFIXES

__all__ = [
    "DOCUMENTS",
    "MERGE",
    "NOTHING",
    "PUBLISHED",
    "QUERY",
    "Published",
    "document",
    "read_published",
]

PUBLISHED: Final = "urn:x-stadsgraaf:published"
MERGE: Final = "urn:x-stadsgraaf:merge"
#: A graph that is not there. Who names it has no other: some stores give all they have to who names none.
NOTHING: Final = "urn:x-stadsgraaf:nothing"
#: What a release says beside its data.
DOCUMENTS: Final = (
    "manifest.json",
    "queries.json",
    "statistics.json",
    "report.json",
    "rules.json",
    "moved.json",
    "description.nt",
)
_DCT: Final = PREFIXES["dct"]
#: Asks for all of it but the documents.
QUERY: Final = f"SELECT ?p ?o {{ GRAPH <{PUBLISHED}> {{ <{PUBLISHED}> ?p ?o }} }}"

_IDENTIFIER: Final = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True)
class Published:
    """A release in a store: its identifier, its named graphs, and whether their merge is there."""

    identifier: str
    graphs: Sequence[str]
    is_merged: bool

    @property
    def default_graphs(self) -> Sequence[str]:
        """The graphs that make the default graph of a query that names none."""
        return (MERGE,) if self.is_merged else self.graphs or (NOTHING,)


def document(name: str) -> str:
    """The IRI of a document.

    >>> document("queries.json")
    'urn:x-stadsgraaf:published/queries.json'
    """
    return f"{PUBLISHED}/{name}"


def read_published(bindings: Iterable[Mapping[str, Any]]) -> Published | None:
    """What the answer to `QUERY` says, in SPARQL 1.1 Query Results JSON; None when it says nothing.

    Raises KeyError or TypeError when it is no such answer.
    """
    pairs = [(row["p"]["value"], row["o"]["value"]) for row in bindings]
    found = [value for name, value in pairs if name == f"{_DCT}identifier"]
    if len(found) != 1 or not _IDENTIFIER.fullmatch(found[0]):
        return None
    parts = sorted(value for name, value in pairs if name == f"{_DCT}hasPart")
    return Published(found[0], [each for each in parts if each != MERGE], MERGE in parts)
