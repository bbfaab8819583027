"""The data page: dumps of the whole, of each named graph and of the links, and how to ask."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import NotFound
from stadsgraaf.media import HTML, RDF, by_suffix
from stadsgraaf.release import GraphEntry
from stadsgraaf.web.dataset_description import describe, schema
from stadsgraaf.web.dumps import FOLDER, dump_type
from stadsgraaf.web.negotiation import chosen_format
from stadsgraaf.web.signposts import of_dataset
from stadsgraaf.web.site import View

__all__ = ["data"]


@dataclass(frozen=True)
class Dump:
    """A dump and its packed forms: the name, the link and the size of each."""

    name: str
    href: str
    media_type: str
    size: str
    packed: tuple[tuple[str, str, str], ...]

    @property
    def syntax(self) -> str:
        """The suffix of the dump, which says its format."""
        return self.name.rpartition(".")[2]


async def data(request: Request) -> Response:
    """``/data``: the description of the dataset, as a page or as data."""
    view = View.of(request.scope)
    suffix = request.path_params.get("suffix")
    if suffix is not None and by_suffix(suffix, RDF) is None:
        raise NotFound(what=view.path)
    chosen = chosen_format(request.scope, suffix, (HTML, *RDF))
    if chosen is not HTML:
        return await describe(view, chosen, negotiated=suffix is None)
    release = view.site.release
    files = release.manifest.files
    return view.page(
        "data.html",
        links=await of_dataset(view),
        schema=await schema(view),
        dumps=[
            _dump(view, name)
            for name in sorted(name.removeprefix(FOLDER) for name in files)
            if name.startswith("dataset.") and name.count(".") == 1
        ],
        graphs=[_graph(view, graph) for graph in release.manifest.graphs],
        linksets=[
            (each.host, view.label(each.property), each.triples, _dump(view, f"{each.name}.nt"))
            for each in release.linksets
            if f"{FOLDER}{each.name}.nt" in files
        ],
        formats=RDF,
        endpoint=view.urls.absolute(f"{view.urls.prefix}/sparql"),
        classes=len(release.counts["classes"]),
        properties=len(release.counts["properties"]),
    )


def _graph(view: View, graph: GraphEntry) -> tuple[str, str, GraphEntry, list[Dump]]:
    """Title, address, the graph itself and its dumps as they are before they are packed."""
    dumps = [_dump(view, name) for name in graph.dumps if name.count(".") == 1]
    return view.graph_title(graph.iri), view.urls.of(graph.iri), graph, dumps


def _dump(view: View, name: str) -> Dump:
    files = view.site.release.manifest.files
    packed = tuple(
        (suffix, view.urls.dump(f"{name}.{suffix}"), view.size(entry["bytes"]))
        for suffix in ("gz", "zst")
        if (entry := files.get(f"{FOLDER}{name}.{suffix}"))
    )
    size = view.size(files[FOLDER + name]["bytes"])
    return Dump(name, view.urls.dump(name), dump_type(name), size, packed)
