"""Typed links that tell machines what a page is about, who made it, and where the data are.

FAIR Signposting, https://signposting.org/FAIR/: the page of the dataset is a landing page with its
dumps as items; the page of a thing, of a named graph or of a query is part of the dataset.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from stadsgraaf.media import HTML, RDF, Format
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.dumps import FOLDER, dump_type
from stadsgraaf.web.headers import Link
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.urls import is_iri

__all__ = ["of_dataset", "of_part", "of_thing", "provenance"]

_SCHEMA: Final = "https://schema.org/"
_MOST_AUTHORS: Final = 8
_MOST_CLASSES: Final = 4
_MOST_ITEMS: Final = 24
_OF_PARTS: Final = (f"{FOLDER}graph-", f"{FOLDER}links-")


async def _authors(site: Site) -> tuple[str, ...]:
    """Who made the dataset, else who publishes it, as its description says."""
    dataset = site.release.manifest.dataset
    if dataset is None:
        return ()
    dct = PREFIXES["dct"]
    for relation in ("creator", "publisher"):
        query = (
            f"SELECT DISTINCT ?who WHERE {{ <{dataset}> <{dct}{relation}> ?who . FILTER(isIRI(?who)) }}"
            f" ORDER BY ?who LIMIT {_MOST_AUTHORS}"
        )
        if rows := await site.asker.rows(query):
            return tuple(row["who"].value for row in rows)
    return ()


async def provenance(view: View) -> list[Link]:
    """Who made it and under which licence: the same for everything here."""
    site = view.site
    links = [Link(who, "author") for who in await site.once(_authors)]
    if site.release.manifest.licence:
        links.append(Link(site.release.manifest.licence, "license"))
    return links


async def of_dataset(view: View) -> list[Link]:
    """The links of a page about the dataset as a whole; its dumps are the items."""
    manifest = view.site.release.manifest
    described = [
        Link(view.urls.data_in(each.suffix), "describedby", each.media_type) for each in RDF
    ]
    names = [
        name.removeprefix(FOLDER)
        for name in manifest.files
        if name.startswith(FOLDER) and not name.startswith(_OF_PARTS)
    ]
    items = [
        Link(view.urls.dump(name), "item", dump_type(name).partition(";")[0])
        for name in names[:_MOST_ITEMS]
    ]
    cited = [Link(manifest.dataset, "cite-as")] if manifest.dataset else []
    types = [Link(_SCHEMA + name, "type") for name in ("AboutPage", "Dataset")]
    return [*cited, *types, *await provenance(view), *described, *items]


async def of_part(
    view: View,
    iri: str | None,
    data: Iterable[tuple[Format, str]],
    classes: Sequence[str] = (),
    *,
    holds: bool = False,
) -> list[Link]:
    """The links of a page about a part of the dataset.

    ``data`` are its addresses by format: descriptions of the thing, or, when the page ``holds``
    data itself such as a named graph or a result, its items. ``classes`` are IRIs.
    """
    manifest = view.site.release.manifest
    types = [_SCHEMA + "AboutPage", *[each for each in classes if is_iri(each)][:_MOST_CLASSES]]
    relation = "item" if holds else "describedby"
    links = [
        *([Link(iri, "cite-as")] if iri else ()),
        *(Link(each, "type") for each in types),
        *await provenance(view),
        *(Link(href, relation, format_.media_type) for format_, href in data),
    ]
    if manifest.dataset and manifest.dataset != iri:
        links.append(Link(manifest.dataset, "collection"))
    return links


async def of_thing(view: View, iri: str, classes: Sequence[str] = ()) -> list[Link]:
    """The links of the document of a thing: its formats, and what it is about."""
    manifest = view.site.release.manifest
    formats = [
        Link(view.urls.doc(iri, each.suffix), "alternate", each.media_type, title=each.name)
        for each in (HTML, *RDF)
    ]
    if iri == manifest.dataset:
        signposts = await of_dataset(view)
    else:
        data = [(each, view.urls.doc(iri, each.suffix)) for each in RDF]
        holds = manifest.graph(iri) is not None
        signposts = await of_part(view, iri, data, classes, holds=holds)
    return [Link(view.urls.of(iri), "canonical"), *signposts, *formats]
