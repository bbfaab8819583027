"""Prefixes that everybody knows, and the few terms that the engine itself reads.

>>> shorten("http://www.w3.org/2004/02/skos/core#prefLabel", PREFIXES)
'skos:prefLabel'
"""

import re
from collections.abc import Mapping

__all__ = ["PREFIXES", "SG", "expand", "prologue", "shorten", "well_known"]

#: Namespace of Stadsgraaf's own ontology: claims, evidence, time. Nothing in it is about cities.
SG = "https://w3id.org/stadsgraaf/def/ont/"

#: Prefixes for reading and writing when a dataset declares none of its own.
PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "cpov": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sf": "http://www.opengis.net/ont/sf#",
    "sg": SG,
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "voaf": "http://purl.org/vocommons/voaf#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_LOCAL_NAME = re.compile(r"[A-Za-z_0-9](?:[\w.-]*[\w-])?\Z")


def shorten(iri: str, prefixes: Mapping[str, str]) -> str:
    """The IRI as a CURIE by its longest namespace, or in angle brackets when there is none."""
    best = ""
    for namespace in prefixes.values():
        if len(namespace) > len(best) and iri.startswith(namespace):
            best = namespace
    local = iri[len(best) :]
    if not best or not _LOCAL_NAME.match(local):
        return f"<{iri}>"
    name = next(prefix for prefix, namespace in prefixes.items() if namespace == best)
    return f"{name}:{local}"


def expand(curie: str, prefixes: Mapping[str, str]) -> str:
    """The IRI of a CURIE; an absolute IRI, also in angle brackets, stays what it is.

    Raises KeyError when the prefix is not declared.

    >>> expand("xsd:date", PREFIXES)
    'http://www.w3.org/2001/XMLSchema#date'
    """
    if curie.startswith("<") and curie.endswith(">"):
        return curie[1:-1]
    prefix, colon, local = curie.partition(":")
    if not colon or local.startswith("//"):
        return curie
    return prefixes[prefix] + local


def well_known(names: str) -> tuple[str, ...]:
    """The IRIs of CURIEs with blanks between, by the prefixes that everybody knows.

    >>> well_known("owl:sameAs rdf:type")
    ('http://www.w3.org/2002/07/owl#sameAs', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type')
    """
    return tuple(expand(name, PREFIXES) for name in names.split())


def prologue(*prefixes: str) -> str:
    r"""How a query begins that uses these prefixes.

    >>> prologue("xsd")
    'PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n'
    """
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in prefixes)
