"""What the metadata say of the named graphs that a page's values stand in."""

from collections.abc import Mapping
from dataclasses import replace

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.cards import GraphInfo
from stadsgraaf.web.site import Site

__all__ = ["graph_infos"]


async def graph_infos(site: Site) -> Mapping[str, GraphInfo]:
    """What the metadata say of the named graphs, read once."""
    return await site.once(_read)


async def _read(site: Site) -> Mapping[str, GraphInfo]:
    dct = PREFIXES["dct"]
    graphs = " ".join(f"<{graph.iri}>" for graph in site.release.manifest.graphs)
    query = (
        f"SELECT ?g ?p ?o WHERE {{ VALUES ?g {{ {graphs} }}"
        f" VALUES ?p {{ <{dct}source> <{dct}license> }} ?g ?p ?o }}"
    )
    found: dict[str, GraphInfo] = {}
    for row in await site.asker.rows(query):
        info, iri = found.get(row["g"].value, GraphInfo()), term_iri(row["o"])
        if iri and row["p"].value.endswith("source"):
            info = replace(info, sources=(*info.sources, iri))
        elif iri:
            info = replace(info, licence=iri)
        found[row["g"].value] = info
    return found
