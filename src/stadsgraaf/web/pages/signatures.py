"""What the properties of the vocabulary connect: from things of which class to what.

``rdfs:domain`` and ``rdfs:range``, of a union each of its classes, https://www.w3.org/TR/rdf-schema/;
``schema:domainIncludes`` and ``schema:rangeIncludes``, https://schema.org/docs/datamodel.html
"""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from stadsgraaf.namespaces import prologue
from stadsgraaf.web.asking import Row, term_iri
from stadsgraaf.web.cards import Named
from stadsgraaf.web.site import View

__all__ = ["SIGNATURES", "Signature", "signatures"]

SIGNATURES: Final = (
    prologue("owl", "rdf", "rdfs", "schema")
    + """SELECT DISTINCT ?from ?property ?to WHERE {
  ?property rdfs:domain|rdfs:range|schema:domainIncludes|schema:rangeIncludes ?class .
  OPTIONAL {
    ?property (rdfs:domain|schema:domainIncludes)/(owl:unionOf/rdf:rest*/rdf:first)? ?from .
    FILTER(isIRI(?from))
  }
  OPTIONAL {
    ?property (rdfs:range|schema:rangeIncludes)/(owl:unionOf/rdf:rest*/rdf:first)? ?to .
    FILTER(isIRI(?to))
  }
  FILTER(isIRI(?property))
} ORDER BY ?from ?property ?to"""
)


@dataclass(frozen=True)
class Signature:
    """A property with the classes or datatypes that its values have; none when it does not say."""

    property: Named
    short: str
    to: tuple[Named, ...]


async def signatures(
    view: View, listed: Container[str]
) -> list[tuple[Named | None, tuple[Signature, ...]]]:
    """The listed properties by the class that they start from; None is any thing, and comes last."""
    rows = await view.site.rows(SIGNATURES)
    found: defaultdict[str | None, dict[str, list[str]]] = defaultdict(dict)
    for row in rows:
        iri = row["property"].value
        if iri in listed:
            to = found[_iri(row, "from")].setdefault(iri, [])
            if leads := _iri(row, "to"):
                to.append(leads)

    def named(iri: str) -> Named:
        return Named(view.term(iri), view.link(iri), iri)

    groups = [
        (
            named(start) if start else None,
            tuple(
                sorted(
                    (
                        Signature(named(iri), view.short(iri).strip("<>"), tuple(map(named, to)))
                        for iri, to in properties.items()
                    ),
                    key=lambda each: (each.property.text.casefold(), each.short),
                )
            ),
        )
        for start, properties in found.items()
    ]
    return sorted(groups, key=_place)


def _iri(row: Row, name: str) -> str | None:
    return term_iri(row.get(name))


def _place(group: tuple[Named | None, object]) -> tuple[bool, str, str]:
    start = group[0]
    return start is None, start.text.casefold() if start else "", (start and start.iri) or ""
