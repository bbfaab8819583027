"""The description in the words of schema.org, for search engines and dataset registers.

Requirements for Datasets of the Dutch network for digital heritage,
https://docs.nde.nl/requirements-datasets/
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.metadata.codes import PROTOCOL
from stadsgraaf.metadata.profile import Names, Profile, Term
from stadsgraaf.namespaces import PREFIXES, expand

__all__ = ["schema_org"]

_LISTS: Final = "http://publications.europa.eu/resource/authority/language/"
_LANGUAGES: Final = {"NLD": "nl", "ENG": "en"}
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_AGENT: Final = ("skos:prefLabel", "foaf:name", "rdfs:label", "dct:title")
_PUBLIC: Final = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"


def schema_org(
    profile: Profile, described: Sequence[Triple], root: str, language: str
) -> dict[str, Any]:
    """The dataset as a ``schema:Dataset`` in JSON-LD; texts are in one language where they can be.

    ``described`` is the whole description, as served at ``root``.
    """
    return _Reader(described, language).dataset(Names(profile, root), root)


class _Reader:
    """Reads a description for one language."""

    def __init__(self, described: Sequence[Triple], language: str) -> None:
        self._language = language
        self._said: dict[tuple[Term, str], list[Term]] = {}
        for triple in described:
            if isinstance(triple.object, NamedNode | BlankNode | Literal) and isinstance(
                triple.subject, NamedNode | BlankNode
            ):
                key = (triple.subject, triple.predicate.value)
                self._said.setdefault(key, []).append(triple.object)

    def dataset(self, names: Names, root: str) -> dict[str, Any]:
        node = names.dataset
        return _present(
            {
                "@context": "https://schema.org/",
                "@type": "Dataset",
                "@id": node.value,
                "name": self._text(node, "dct:title"),
                "description": self._text(node, "dct:description"),
                "url": self._iri(node, "dcat:landingPage") or f"{root}/",
                "identifier": self._text(node, "dct:identifier"),
                "license": self._iri(node, "dct:license"),
                "version": self._text(node, "dcat:version"),
                "datePublished": self._text(node, "dct:issued"),
                "dateModified": self._text(node, "dct:modified"),
                "inLanguage": [_tag(each) for each in self._iris(node, "dct:language")],
                "keywords": self._texts(node, "dcat:keyword"),
                "isAccessibleForFree": _PUBLIC in self._iris(node, "dct:accessRights") or None,
                "isBasedOn": self._iris(node, "prov:wasDerivedFrom"),
                "creator": [self._agent(each) for each in self._all(node, "dct:creator")],
                "publisher": self._one_agent(node),
                "spatialCoverage": [self._place(each) for each in self._all(node, "dct:spatial")],
                "temporalCoverage": self._period(node),
                "distribution": [
                    self._download(each) for each in self._all(node, "dcat:distribution")
                ],
                "includedInDataCatalog": self._catalogue(names.catalogue),
            }
        )

    def _catalogue(self, node: Term) -> dict[str, Any]:
        return _present(
            {
                "@type": "DataCatalog",
                "@id": node.value,
                "name": self._text(node, "dct:title"),
                "description": self._text(node, "dct:description"),
                "publisher": self._one_agent(node),
            }
        )

    def _download(self, node: Term) -> dict[str, Any]:
        media = self._iri(node, "dcat:mediaType") or ""
        queried = PROTOCOL in self._iris(node, "dct:conformsTo")
        size = self._text(node, "dcat:byteSize")
        checksum = next(iter(self._all(node, "spdx:checksum")), None)
        return _present(
            {
                "@type": "DataDownload",
                "@id": node.value,
                "name": self._text(node, "dct:title"),
                "contentUrl": self._iri(node, "dcat:downloadURL")
                or self._iri(node, "dcat:accessURL"),
                "encodingFormat": media.removeprefix(_MEDIA),
                "contentSize": f"{size} B" if size else None,
                "sha256": self._text(checksum, "spdx:checksumValue") if checksum else None,
                "usageInfo": PROTOCOL if queried else None,
                "license": self._iri(node, "dct:license"),
                "dateModified": self._text(node, "dct:modified"),
            }
        )

    def _place(self, node: Term) -> dict[str, Any]:
        return {"@type": "Place", "@id": node.value, "name": self._name(node)}

    def _one_agent(self, node: Term) -> dict[str, Any] | None:
        found = self._all(node, "dct:publisher")
        return self._agent(found[0]) if found else None

    def _agent(self, node: Term) -> dict[str, Any]:
        return {"@type": "Organization", "@id": node.value, "name": self._name(node)}

    def _name(self, node: Term) -> str:
        found = (self._text(node, each) for each in _AGENT)
        return next((each for each in found if each), node.value)

    def _period(self, node: Term) -> str | None:
        for each in self._all(node, "dct:temporal"):
            start, end = (self._text(each, f"dcat:{name}Date") for name in ("start", "end"))
            if start or end:
                return f"{start or '..'}/{end or '..'}"
        return None

    def _all(self, node: Term, predicate: str) -> Sequence[Term]:
        return self._said.get((node, expand(predicate, PREFIXES)), ())

    def _iris(self, node: Term, predicate: str) -> list[str]:
        return [each.value for each in self._all(node, predicate) if isinstance(each, NamedNode)]

    def _iri(self, node: Term, predicate: str) -> str | None:
        return next(iter(self._iris(node, predicate)), None)

    def _texts(self, node: Term, predicate: str) -> list[str]:
        found = [each for each in self._all(node, predicate) if isinstance(each, Literal)]
        own = [each.value for each in found if each.language == self._language]
        return own or [each.value for each in found]

    def _text(self, node: Term, predicate: str) -> str | None:
        return next(iter(self._texts(node, predicate)), None)


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _tag(language: str) -> str:
    """The tag of a language that the authority table of the EU names."""
    return _LANGUAGES.get(language.removeprefix(_LISTS), language)
