"""The endpoint, described by itself.

SPARQL 1.1 Service Description, https://www.w3.org/TR/sparql11-service-description/
"""

import io
from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from stadsgraaf.media import RDF, RESULTS, Format
from stadsgraaf.namespaces import PREFIXES, expand
from stadsgraaf.release import Manifest, Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.allowed import Allowed
from stadsgraaf.store.functions import extension_functions
from stadsgraaf.store.output import well_formed
from stadsgraaf.web.columns import COLUMNS

__all__ = ["describe"]

#: What W3C calls the formats, https://www.w3.org/ns/formats/
_FORMATS = {
    "JSON": "http://www.w3.org/ns/formats/SPARQL_Results_JSON",
    "XML": "http://www.w3.org/ns/formats/SPARQL_Results_XML",
    "CSV": "http://www.w3.org/ns/formats/SPARQL_Results_CSV",
    "TSV": "http://www.w3.org/ns/formats/SPARQL_Results_TSV",
    "Turtle": "http://www.w3.org/ns/formats/Turtle",
    "N-Triples": "http://www.w3.org/ns/formats/N-Triples",
    "JSON-LD": "http://www.w3.org/ns/formats/JSON-LD",
    "RDF/XML": "http://www.w3.org/ns/formats/RDF_XML",
    "TriG": "http://www.w3.org/ns/formats/TriG",
    "N-Quads": "http://www.w3.org/ns/formats/N-Quads",
}
#: Where the others have an IRI.
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
#: Limits are said in Stadsgraaf's own terms: there is no standard for them.
_LIMITS = {
    "queryTimeout": "query_timeout",
    "queryMemory": "query_memory",
    "queryLength": "query_length",
    "queryDepth": "query_depth",
    "resultRows": "result_rows",
    "resultLength": "result_length",
    "heldLength": "held_length",
    "bodyLength": "body_length",
    "bodyTimeout": "body_timeout",
    "workers": "workers",
    "slowWorkers": "slow_workers",
    "queueLength": "queue_length",
    "clientTime": "client_time",
}
#: Those that only count where SERVICE is allowed.
_SERVICE_LIMITS = {"serviceTimeout": "service_timeout", "serviceLength": "service_length"}
_USED = ("sd", "void", "dct", "xsd", "sg")

_Node = NamedNode | BlankNode


def describe(release: Release, settings: Settings, endpoint: str, chosen: Format) -> bytes:
    """The description in an RDF format; ``endpoint`` is the URL that the client used."""
    body = io.BytesIO()
    serialize(
        _triples(release.manifest, settings, endpoint),
        body,
        RdfFormat.from_media_type(chosen.media_type),
        prefixes={prefix: PREFIXES[prefix] for prefix in _USED},
    )
    return well_formed(body.getvalue(), chosen)


def _iri(curie: str) -> NamedNode:
    return NamedNode(expand(curie, PREFIXES))


def _triples(manifest: Manifest, settings: Settings, endpoint: str) -> Iterator[Triple]:
    service = NamedNode(f"{endpoint}#service")
    yield Triple(service, _iri("rdf:type"), _iri("sd:Service"))
    yield Triple(service, _iri("sd:endpoint"), NamedNode(endpoint))
    yield Triple(service, _iri("sd:supportedLanguage"), _iri("sd:SPARQL11Query"))
    yield Triple(service, _iri("sd:feature"), _iri("sd:UnionDefaultGraph"))
    for each in (*RESULTS, *COLUMNS, *RDF):
        known = _FORMATS.get(each.name, f"{_MEDIA_TYPES}{each.media_type}")
        yield Triple(service, _iri("sd:resultFormat"), NamedNode(known))
    for language, title in manifest.title.items():
        yield Triple(service, _iri("dct:title"), Literal(title, language=language))
    if manifest.licence:
        yield Triple(service, _iri("dct:license"), NamedNode(manifest.licence))
    for function in extension_functions():
        yield Triple(service, _iri("sd:extensionFunction"), NamedNode(function))
        yield Triple(NamedNode(function), _iri("rdf:type"), _iri("sd:Function"))
    services = Allowed.read(settings.services).available
    if services:
        yield Triple(service, _iri("sd:feature"), _iri("sd:BasicFederatedQuery"))
    for name in services:
        yield Triple(service, _iri("sg:allowedService"), Literal(name))
    for term, setting in (_LIMITS | (_SERVICE_LIMITS if services else {})).items():
        limit = Literal(getattr(settings, setting))
        yield Triple(service, _iri(f"sg:{term}"), limit)
    yield from _dataset(service, manifest, endpoint)


def _dataset(service: _Node, manifest: Manifest, endpoint: str) -> Iterator[Triple]:
    dataset = NamedNode(manifest.dataset or f"{endpoint}#dataset")
    default = NamedNode(f"{endpoint}#default-graph")
    yield Triple(service, _iri("sd:defaultDataset"), dataset)
    yield Triple(dataset, _iri("rdf:type"), _iri("sd:Dataset"))
    yield Triple(dataset, _iri("sd:defaultGraph"), default)
    yield Triple(dataset, _iri("dct:identifier"), Literal(manifest.identifier))
    yield Triple(default, _iri("rdf:type"), _iri("sd:Graph"))
    yield Triple(default, _iri("void:triples"), Literal(manifest.triples))
    for number, graph in enumerate(manifest.graphs, 1):
        named, content = (NamedNode(f"{endpoint}#{kind}-{number}") for kind in ("named", "graph"))
        yield Triple(dataset, _iri("sd:namedGraph"), named)
        yield Triple(named, _iri("rdf:type"), _iri("sd:NamedGraph"))
        yield Triple(named, _iri("sd:name"), NamedNode(graph.iri))
        yield Triple(named, _iri("sd:graph"), content)
        yield Triple(content, _iri("rdf:type"), _iri("sd:Graph"))
        yield Triple(content, _iri("void:triples"), Literal(graph.triples))
        for language, title in graph.title.items():
            yield Triple(content, _iri("dct:title"), Literal(title, language=language))
