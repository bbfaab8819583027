"""The vocabulary, documented from itself: classes and properties with what is done with them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.namespaces import prologue, well_known
from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.classtree import class_tree
from stadsgraaf.web.pages.signatures import SIGNATURES, signatures
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.tree import Node, grow, size

__all__ = ["vocabulary"]

_KINDS: Final = {
    "class": "rdfs:Class owl:Class",
    "property": "rdf:Property owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty",
    "scheme": "skos:ConceptScheme",
}
_PREFIXES = prologue("rdf", "rdfs", "owl", "skos", "dct")
_OF_KIND = f"VALUES ?kind {{ {' '.join(_KINDS.values())} }}"
_TERMS = (
    _PREFIXES
    + f"SELECT DISTINCT ?term ?kind WHERE {{ {_OF_KIND}"
    + """
  ?term a ?kind . FILTER(isIRI(?term))
}"""
)
_TEXTS = (
    _PREFIXES
    + f"SELECT ?term ?text WHERE {{ {_OF_KIND}"
    + """
  ?term a ?kind ; skos:definition|rdfs:comment|dct:description ?text .
}"""
)


_ABOVE = (
    _PREFIXES
    + "SELECT ?class ?super WHERE { ?class rdfs:subClassOf ?super ."
    + " FILTER(isIRI(?class) && isIRI(?super) && ?class != ?super) }"
)
_TREE_QUERY = (
    prologue("rdfs")
    + """SELECT ?class ?super (COUNT(?thing) AS ?things) WHERE {
  { ?class rdfs:subClassOf ?super } UNION { ?thing a ?class }
} GROUP BY ?class ?super ORDER BY DESC(?things)"""
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
    """``/vocabulary``: the own terms with their definitions, and those reused from elsewhere."""
    view = View.of(request.scope)
    site = view.site
    kinds, texts = await site.once(_read)
    counts = site.release.counts
    uses = {**counts["classes"], **counts["properties"]}
    own = site.release.manifest.base_iri or ""
    sections, reused = _terms(view, kinds, texts, uses)
    listed = {
        iri
        for iri, kind in kinds.items()
        if kind == "property" and (iri.startswith(own or "\0") or uses.get(iri))
    }
    tree = class_tree(await _classes(site, kinds, uses, own), uses)
    return view.page(
        "vocabulary.html",
        sections=[(kind, sections[kind]) for kind in _KINDS if kind in sections],
        reused=sorted(reused.items(), key=lambda item: (-len(item[1]), item[0])),
        tree=tree,
        names=view.terms(row.iri for row in tree.rows),
        query=_TREE_QUERY,
        signatures=await signatures(view, listed),
        signatures_query=SIGNATURES,
    )


def _terms(
    view: View,
    kinds: Mapping[str, str],
    texts: Mapping[str, Mapping[str, str]],
    uses: Mapping[str, int],
) -> tuple[Mapping[str, Sequence[Term]], Mapping[str, Sequence[Term]]]:
    """The own terms by their kind, and those of others by their namespace, each by name."""
    own = view.site.release.manifest.base_iri or ""
    sections: defaultdict[str, list[Term]] = defaultdict(list)
    reused: defaultdict[str, list[Term]] = defaultdict(list)
    for iri, kind in kinds.items():
        found = texts.get(iri, {})
        text = found.get(view.language) or next(iter(found.values()), "")
        short = view.short(iri).strip("<>")
        term = Term(view.term(iri), short, view.urls.of(iri), text, uses.get(iri, 0))
        if iri.startswith(own):
            sections[kind].append(term)
        else:
            reused[_namespace(iri)].append(term)
    for terms in (*sections.values(), *reused.values()):
        terms.sort(key=lambda term: (term.name.casefold(), term.short))
    return sections, reused


async def _classes(
    site: Site, kinds: Mapping[str, str], uses: Mapping[str, int], own: str
) -> list[Node]:
    """The classes that are used or the dataset's own, and what lies above them."""
    above: defaultdict[str, list[str]] = defaultdict(list)
    for row in await site.rows(_ABOVE):
        above[row["class"].value].append(row["super"].value)
    wanted = {
        iri
        for iri, kind in kinds.items()
        if kind == "class" and (iri.startswith(own or "\0") or uses.get(iri))
    }
    waiting = list(wanted)
    while waiting:
        upper = [iri for iri in above.get(waiting.pop(), ()) if iri not in wanted]
        wanted.update(upper)
        waiting += upper
    roots = grow({iri: above.get(iri, ()) for iri in sorted(wanted)})
    return sorted(roots, key=lambda node: (-size([node]), -uses.get(node.iri, 0), node.iri))


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]


async def _read(site: Site) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Kinds of the terms, and their definitions by language."""
    names = {name: kind for kind, listed in _KINDS.items() for name in well_known(listed)}
    kinds: dict[str, str] = {}
    for row in await site.asker.rows(_TERMS):
        if iri := term_iri(row["term"]):
            kinds.setdefault(iri, names[row["kind"].value])
    texts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in await site.asker.rows(_TEXTS):
        language = getattr(row["text"], "language", None) or ""
        texts[row["term"].value].setdefault(language, row["text"].value)
    return kinds, texts
