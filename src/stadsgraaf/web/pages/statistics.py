"""``/statistics``: what a release counts of itself, and what its own queries measure.

Classes, graphs and links are counted when the release is built, in the terms of VoID,
https://www.w3.org/TR/void/#statistics; the query beside a table gives the same numbers. What else
there is to measure a dataset says itself, by a query with ``#+ figure: true`` in its header.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.canned import CannedQuery
from stadsgraaf.metadata.linksets import LINKING
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.asking import iris
from stadsgraaf.web.default_answer import default_answer
from stadsgraaf.web.dumps import FOLDER
from stadsgraaf.web.results import Grid, as_grid
from stadsgraaf.web.site import View

__all__ = ["statistics"]

_SHOWN_ROWS: Final = 200
_NOTES: Final = PREFIXES["adms"] + "versionNotes"

#: Each gives what the release counted when it was built.
WHOLE: Final = """\
SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?subject) AS ?subjects)
WHERE { ?subject ?predicate ?object }
"""
CLASSES: Final = """\
SELECT ?class (COUNT(DISTINCT ?thing) AS ?things)
WHERE { ?thing a ?class FILTER (isIRI(?class)) }
GROUP BY ?class ORDER BY DESC(?things) ?class
"""
GRAPHS: Final = """\
SELECT ?graph (COUNT(*) AS ?triples)
WHERE { GRAPH ?graph { ?subject ?predicate ?object } }
GROUP BY ?graph ORDER BY ?graph
"""
_LINKS: Final = """\
SELECT ?property ?host (COUNT(*) AS ?links)
WHERE {{
  VALUES ?property {{ {properties} }}
  ?thing ?property ?other .
  FILTER (isIRI(?thing) && REGEX(STR(?other), "^https?://"){outside})
  BIND (REPLACE(STR(?other), "^https?://([^/?#:]+).*$", "$1") AS ?host)
}}
GROUP BY ?property ?host ORDER BY DESC(?links) ?host
"""
_OUTSIDE: Final = ' && !STRSTARTS(STR(?other), "{own}")'


def links_query(own: str | None) -> str:
    """The query that counts links to others; ``own`` is the namespace of the dataset.

    Without one it counts all, also those that stay on the host.
    """
    outside = _OUTSIDE.format(own=own) if own else ""
    return _LINKS.format(properties=iris(LINKING), outside=outside)


@dataclass(frozen=True)
class Row:
    """One counted thing; ``note`` tells it from others of the same name."""

    name: str
    href: str | None
    count: int
    note: str = ""


@dataclass(frozen=True)
class Count:
    """A table of counts, with the query that gives the same; ``noted`` says what the notes are."""

    key: str
    rows: Sequence[Row]
    query: str
    edit: str
    noted: str = ""


@dataclass(frozen=True)
class Figure:
    """What a query of the dataset measures; ``grid`` is None when it cannot be answered now."""

    name: str
    title: str
    text: str
    grid: Grid | None
    query: str
    href: str
    edit: str


async def statistics(request: Request) -> Response:
    """``/statistics``: the page."""
    view = View.of(request.scope)
    release = view.site.release
    return view.page(
        "statistics.html",
        counts=[each for each in _counts(view) if each.rows],
        figures=[await _figure(view, each) for each in release.queries.values() if each.figure],
        notes=await _notes(view),
    )


def _counts(view: View) -> Iterable[Count]:
    yield _count(view, "triples_counted", _sizes(view), WHOLE)
    yield _count(view, "things_per_class", _classes(view), CLASSES, noted="IRI")
    yield _count(view, "triples_per_graph", _graphs(view), GRAPHS, noted="IRI")
    query = links_query(view.site.release.manifest.base_iri)
    yield _count(view, "links_out", _links(view), query, noted=view.t("link"))


def _sizes(view: View) -> list[Row]:
    counted = view.site.release.statistics
    rows = [Row("Triples", None, counted["triples"])]
    if "subjects" in counted:  # a store of others may not have had the time
        rows.append(Row(view.t("subjects").capitalize(), None, counted["subjects"]))
    return rows


def _classes(view: View) -> list[Row]:
    release = view.site.release
    found = dict(islice(release.counts["classes"].items(), _SHOWN_ROWS))
    names, kinds = view.labels(found), release.labels.kinds
    return [
        Row(names[iri], view.urls.browse(iri) if iri in kinds else None, count, view.short(iri))
        for iri, count in found.items()
    ]


def _graphs(view: View) -> list[Row]:
    return [
        Row(
            view.graph_title(graph.iri),
            view.urls.of(graph.iri),
            graph.triples,
            view.short(graph.iri),
        )
        for graph in view.site.release.manifest.graphs
    ]


def _links(view: View) -> list[Row]:
    return [
        Row(each.host, _dump(view, each.name), each.triples, view.term(each.property))
        for each in view.site.release.linksets
    ]


def _count(view: View, key: str, rows: Sequence[Row], query: str, *, noted: str = "") -> Count:
    return Count(key, rows, query, view.urls.sparql(query), noted)


def _dump(view: View, stem: str) -> str | None:
    """Where the dump of a linkset is."""
    start = f"{FOLDER}{stem}."
    found = next(
        (name for name in view.site.release.manifest.files if name.startswith(start)), None
    )
    return view.urls.dump(found.removeprefix(FOLDER)) if found else None


async def _figure(view: View, query: CannedQuery) -> Figure:
    """A query of the dataset with its answer."""
    table = await default_answer(view.site, query)
    heads = query.heads(view.language)
    return Figure(
        name=query.name,
        title=query.summary.say(view.language),
        text=query.description.say(view.language),
        grid=as_grid(view, table, _SHOWN_ROWS, heads=heads) if table else None,
        query=query.sparql,
        href=view.urls.query(query.name),
        edit=view.urls.sparql(query.sparql),
    )


async def _notes(view: View) -> Sequence[str]:
    """What the dataset says of its version, in the language of the page."""
    dataset = view.site.release.manifest.dataset
    if dataset is None:
        return []
    query = f"SELECT ?note {{ {iris([dataset])} {iris([_NOTES])} ?note }} ORDER BY ?note"
    rows = await view.site.rows(query)
    return [
        row["note"].value
        for row in rows
        if getattr(row["note"], "language", None) in (None, view.language)
    ]
