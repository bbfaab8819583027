"""DCAT-AP and DCAT-AP-NL: catalogue, dataset, linksets, distributions, data services.

DCAT-AP 3.0.1, https://semiceu.github.io/DCAT-AP/releases/3.0.1/; DCAT-AP-NL 3.0,
https://docs.geostandaarden.nl/dcat/dcat-ap-nl30/

What people wrote goes before what is worked out here; nothing is made up that nobody wrote: a
dataset without a publisher gets none.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from stadsgraaf.metadata.codes import PACKINGS, PROTOCOL, code, media_type, split_dump, standard
from stadsgraaf.metadata.profile import (
    Names,
    Profile,
    Statements,
    Term,
    bilingual,
    iri,
    text,
    texts,
)

__all__ = ["catalogue"]

#: What a part takes over from the dataset, by the kind of part.
_COMMON: Final = ("dct:license", "dct:accessRights", "dct:publisher", "dcat:contactPoint")
_INHERITED: Final[Mapping[str, tuple[str, ...]]] = {
    "dcat:Catalog": ("dct:publisher", "dcat:contactPoint", "dct:license", "dct:language"),
    "dcat:CatalogRecord": ("dct:language",),
    "dcat:DataService": (*_COMMON, "dct:creator", "dcat:theme", "dcat:keyword", "dct:language"),
    "dcat:Dataset": (*_COMMON, "dct:creator", "dcat:theme", "dcat:keyword", "dct:language"),
    "dcat:Distribution": ("dct:license", "dct:language"),
}
_DATED: Final = ("dct:issued", "dct:modified")
_HASH: Final = "SHA-256"
#: The shapes of DCAT-AP want the algorithm's IRI with https, where SPDX's own has http.
_SHA256: Final = "https://spdx.org/rdf/terms#checksumAlgorithm_sha256"
_DUMP: Final = {"en": "All triples", "nl": "Alle triples"}
_ELSEWHERE: Final = bilingual(
    "De data staan in een andere opslag, die hier wordt bevraagd; dumps zijn er niet.",
    "The data are in another store, which is asked here; there are no dumps.",
)
#: A record conforms to one profile; this one includes DCAT-AP.
_PROFILE: Final = ("https://docs.geostandaarden.nl/dcat/dcat-ap-nl30/", "DCAT-AP-NL 3.0")


def catalogue(said: Statements, names: Names, profile: Profile) -> None:
    """The catalogue with the dataset, its linksets and the services that give them out."""
    _dataset(said, names, profile)
    services = [_endpoint(said, names, profile), _pages(said, names, profile)]
    parts = [_linkset(said, names, profile, number) for number in range(len(profile.linksets))]
    whole = names.catalogue
    _part(said, whole, "dcat:Catalog", profile, _named(profile, "Catalogus van", "Catalogue of"))
    said.add(
        whole, "dct:description", *bilingual("Wat hier te vinden is.", "What is to be had here.")
    )
    said.add(whole, "dcat:dataset", names.dataset, *parts)
    said.add(whole, "dcat:service", *services)
    _inherit(said, whole, profile, _DATED)
    _record(said, names, profile)


def _dataset(said: Statements, names: Names, profile: Profile) -> None:
    dataset = names.dataset
    said.add(dataset, "rdf:type", iri("dcat:Dataset"))
    if not profile.of_dataset("dct:title"):
        said.add(dataset, "dct:title", *texts(profile.title))
    if not profile.of_dataset("dct:description"):
        said.add(dataset, "dct:description", *_sizes(profile))
    if not profile.of_dataset("dct:identifier"):
        said.add(dataset, "dct:identifier", text(dataset.value))
    for name in profile.dumps:
        if name.startswith("dataset."):
            said.add(dataset, "dcat:distribution", _dump(said, names, profile, name, _DUMP))
    said.add(dataset, "dcat:distribution", _queried(said, names, profile))
    if profile.is_elsewhere:
        said.add(dataset, "rdfs:comment", *_ELSEWHERE)
    if profile.digest:
        said.add(dataset, "owl:versionInfo", text(profile.digest))


def _sizes(profile: Profile) -> Iterable[Term]:
    triples, graphs = profile.statistics["triples"], len(profile.graphs)
    return bilingual(
        f"{triples} triples in {graphs} benoemde grafen.",
        f"{triples} triples in {graphs} named graphs.",
    )


def _record(said: Statements, names: Names, profile: Profile) -> None:
    record = names.thing("record")
    said.add(names.catalogue, "dcat:record", record)
    said.add(record, "rdf:type", iri("dcat:CatalogRecord"))
    said.add(record, "foaf:primaryTopic", names.dataset)
    said.add(record, "dct:conformsTo", standard(said, *_PROFILE))
    _inherit(said, record, profile, (*_INHERITED["dcat:CatalogRecord"], *_DATED))


# --- distributions ------------------------------------------------------------------------------------


def _dump(
    said: Statements, names: Names, profile: Profile, name: str, of: Mapping[str, str]
) -> NamedNode:
    """A file to take: its formats, address, size and checksum.

    Of a packed file the media type is that of the packing, as the server says it; the format is
    that of what is inside.
    """
    syntax, packing = split_dump(name)
    node, entry = names.distribution(name), profile.dumps[name]
    kind = PACKINGS[packing] if packing else syntax.media_type
    title = syntax.name + (f", {packing}" if packing else "")
    _part(said, node, "dcat:Distribution", profile, {tag: f"{of[tag]}: {title}" for tag in of})
    said.add(node, "dcat:accessURL", names.dump(name))
    said.add(node, "dcat:downloadURL", names.dump(name))
    said.add(node, "dcat:mediaType", media_type(said, kind))
    said.add(
        node, "dct:format", code(said, f"file-type/{syntax.file_type}", "dct:MediaTypeOrExtent")
    )
    said.add(node, "dct:conformsTo", standard(said, syntax.standard, syntax.name))
    said.add(node, "adms:status", code(said, "distribution-status/COMPLETED"))
    if packing:
        said.add(node, "dcat:compressFormat", media_type(said, kind))
    if "bytes" in entry:
        said.add(node, "dcat:byteSize", text(entry["bytes"], "nonNegativeInteger"))
        _checksum(said, node, entry["sha256"])
    _inherit(said, node, profile, _DATED)
    return node


def _checksum(said: Statements, node: NamedNode, sha256: str) -> None:
    checksum, algorithm = NamedNode(f"{node.value}-checksum"), NamedNode(_SHA256)
    said.add(node, "spdx:checksum", checksum)
    said.add(checksum, "rdf:type", iri("spdx:Checksum"))
    said.add(checksum, "spdx:algorithm", algorithm)
    said.add(checksum, "spdx:checksumValue", text(sha256, "hexBinary"))
    said.add(algorithm, "rdf:type", iri("spdx:ChecksumAlgorithm"))
    said.add(algorithm, "rdfs:label", Literal(_HASH))
    said.add(algorithm, "owl:sameAs", iri("spdx:checksumAlgorithm_sha256"))


def _queried(said: Statements, names: Names, profile: Profile) -> NamedNode:
    """The distribution that is asked for by SPARQL.

    Registers know it by the protocol; its media types are those of answers, not its own.
    """
    node = names.thing("distribution", "sparql")
    title = {"en": "Asked for by SPARQL", "nl": "Bevraagd met SPARQL"}
    _part(said, node, "dcat:Distribution", profile, title)
    said.add(node, "dcat:accessURL", names.endpoint)
    said.add(node, "dcat:accessService", names.thing("service", "sparql"))
    said.add(node, "dct:conformsTo", standard(said, PROTOCOL, "SPARQL 1.1 Protocol"))
    said.add(node, "dct:format", code(said, "file-type/SPARQLQRES", "dct:MediaTypeOrExtent"))
    said.add(node, "adms:status", code(said, "distribution-status/COMPLETED"))
    _inherit(said, node, profile, _DATED)
    return node


def _linkset(said: Statements, names: Names, profile: Profile, number: int) -> NamedNode:
    """Links to things of others, as a dataset of their own."""
    each = profile.linksets[number]
    node, kind = names.thing("linkset", each.name), re.split("[#/]", each.property)[-1]
    title = {
        "nl": f"Verwijzingen naar {each.host} ({kind})",
        "en": f"Links to {each.host} ({kind})",
    }
    _part(said, node, "dcat:Dataset", profile, title)
    said.add(
        node,
        "dct:description",
        *bilingual(
            f"{each.triples} verwijzingen naar {each.space} met {each.property}.",
            f"{each.triples} links to {each.space} by {each.property}.",
        ),
    )
    said.add(node, "dct:identifier", text(node.value))
    said.add(node, "dct:isPartOf", names.dataset)
    for name in profile.dumps:
        if name.startswith(f"{each.name}.nt"):
            said.add(node, "dcat:distribution", _dump(said, names, profile, name, title))
    _inherit(said, node, profile, _DATED)
    return node


# --- services -----------------------------------------------------------------------------------------


def _endpoint(said: Statements, names: Names, profile: Profile) -> NamedNode:
    node = names.thing("service", "sparql")
    title = _named(profile, "SPARQL-endpoint van", "SPARQL endpoint of")
    _part(said, node, "dcat:DataService", profile, title)
    said.add(
        node,
        "dct:description",
        *bilingual(
            "Vragen in SPARQL 1.1; het endpoint beschrijft zichzelf.",
            "Questions in SPARQL 1.1; the endpoint describes itself.",
        ),
    )
    said.add(node, "dct:identifier", text(node.value))
    said.add(node, "dcat:endpointURL", names.endpoint)
    said.add(node, "dcat:endpointDescription", names.endpoint)
    said.add(node, "dcat:servesDataset", names.dataset)
    said.add(node, "dct:conformsTo", standard(said, PROTOCOL, "SPARQL 1.1 Protocol"))
    said.add(node, "dct:format", code(said, "file-type/SPARQLQRES", "dct:MediaTypeOrExtent"))
    return node


def _pages(said: Statements, names: Names, profile: Profile) -> NamedNode:
    node = names.thing("service", "pages")
    title = _named(profile, "Web-API van", "Web API of")
    _part(said, node, "dcat:DataService", profile, title)
    said.add(
        node,
        "dct:description",
        *bilingual(
            "Dingen als pagina en als gegevens, zoeken, en opzoeken op IRI.",
            "Things as pages and as data, search, and look-up by IRI.",
        ),
    )
    said.add(node, "dct:identifier", text(node.value))
    said.add(node, "dcat:endpointURL", names.at("/"))
    said.add(node, "dcat:endpointDescription", names.at("/openapi.json"))
    said.add(node, "dcat:servesDataset", names.dataset)
    said.add(node, "dct:format", code(said, "file-type/JSON_LD", "dct:MediaTypeOrExtent"))
    openapi = standard(said, "https://spec.openapis.org/oas/v3.1.0", "OpenAPI 3.1")
    said.add(node, "dct:conformsTo", openapi)
    return node


# --- what they share ----------------------------------------------------------------------------------


def _part(
    said: Statements, node: NamedNode, kind: str, profile: Profile, title: Mapping[str, str]
) -> None:
    said.add(node, "rdf:type", iri(kind))
    said.add(node, "dct:title", *texts(title))
    said.add(node, "rdfs:label", *texts(title))
    _inherit(said, node, profile, _INHERITED[kind])


def _inherit(
    said: Statements, node: NamedNode, profile: Profile, predicates: Iterable[str]
) -> None:
    for predicate in predicates:
        if not profile.said(node.value, predicate):
            said.add(node, predicate, *profile.of_dataset(predicate))


def _named(profile: Profile, dutch: str, english: str) -> dict[str, str]:
    """The same words in front of the dataset's title, in both languages."""
    title = profile.title
    any_title = next(iter(title.values()), "")
    return {
        "nl": f"{dutch} {title.get('nl', any_title)}",
        "en": f"{english} {title.get('en', any_title)}",
    }
