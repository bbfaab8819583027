"""The vocabulary, documented from itself: classes and properties with what is done with them."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.site import Site, View

__all__ = ["vocabulary"]

_KINDS: Final = {
    "class": ("rdfs:Class", "owl:Class"),
    "property": (
        *("rdf:Property", "owl:ObjectProperty", "owl:DatatypeProperty"),
        "owl:AnnotationProperty",
    ),
    "scheme": ("skos:ConceptScheme",),
}
_PREFIXES = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("rdf", "rdfs", "owl", "skos", "dct")
)
_TERMS = (
    _PREFIXES
    + """SELECT DISTINCT ?term ?kind WHERE {
  VALUES ?kind { rdfs:Class owl:Class rdf:Property owl:ObjectProperty owl:DatatypeProperty
    owl:AnnotationProperty skos:ConceptScheme }
  ?term a ?kind . FILTER(isIRI(?term))
}"""
)
_TEXTS = (
    _PREFIXES
    + """SELECT ?term ?text WHERE {
  VALUES ?kind { rdfs:Class owl:Class rdf:Property owl:ObjectProperty owl:DatatypeProperty
    owl:AnnotationProperty skos:ConceptScheme }
  ?term a ?kind ; skos:definition|rdfs:comment|dct:description ?text .
}"""
)


@dataclass(frozen=True)
class Term:
    """A term of the vocabulary in a list."""

    name: str
    short: str
    href: str
    text: str
    uses: int


async def vocabulary(request: Request) -> Response:
    """``/vocabulary``: every class, property and concept scheme, by namespace."""
    view = View.of(request.scope)
    site = view.site
    kinds, texts = await site.once("vocabulary", lambda: _read(site))
    uses = _uses(site)
    groups: defaultdict[str, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    labels = view.labels(kinds)
    for iri, kind in kinds.items():
        found = texts.get(iri, {})
        text = found.get(view.language) or next(iter(found.values()), "")
        term = Term(
            labels[iri], view.short(iri).strip("<>"), view.urls.of(iri), text, uses.get(iri, 0)
        )
        groups[kind][_namespace(iri)].append(term)
    own = site.release.manifest.base_iri or "\0"
    sections = [
        (
            kind,
            sorted(groups[kind].items(), key=lambda item: (not item[0].startswith(own), item[0])),
        )
        for kind in _KINDS
        if kind in groups
    ]
    for _, namespaces in sections:
        for _, terms in namespaces:
            terms.sort(key=lambda term: term.name.casefold())
    return view.page("vocabulary.html", sections=sections)


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]


def _uses(site: Site) -> dict[str, int]:
    statistics = site.release.statistics
    return {
        entry["iri"]: entry["count"]
        for kind in ("classes", "properties")
        for entry in statistics[kind]
    }


async def _read(site: Site) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Kinds of the terms, and their definitions by language."""
    names = {
        PREFIXES[prefix] + name: kind
        for kind, listed in _KINDS.items()
        for prefix, _, name in (each.partition(":") for each in listed)
    }
    kinds: dict[str, str] = {}
    for row in await site.asker.rows(_TERMS):
        if iri := term_iri(row["term"]):
            kinds.setdefault(iri, names[row["kind"].value])
    texts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in await site.asker.rows(_TEXTS):
        language = getattr(row["text"], "language", None) or ""
        texts[row["term"].value].setdefault(language, row["text"].value)
    return kinds, texts
