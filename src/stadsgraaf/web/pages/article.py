"""The reader of a source document: its claims, each at its passage.

With the document's text in the setting ``article`` the page shows it, every claim highlighted;
without it the page lists the paraphrases in the order of the text, and says why. A file that is not
the document, by the digest that the graph has of it, is never shown.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import EvidenceMismatch, NoSuchPath, NotFound
from stadsgraaf.evidence import SourceText
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.standing import DOCUMENTS
from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.cards import Cards
from stadsgraaf.web.claims import Claim, read_claims
from stadsgraaf.web.passages import paragraphs, pieces
from stadsgraaf.web.querystring import iri_given
from stadsgraaf.web.site import Site, View

__all__ = ["article", "count_claims", "has_documents"]

#: Why the text is not there, when it is not.
Reason = Literal["shown", "not_set", "missing", "not_utf8", "no_digest", "differs"]

_CLAIMS = (
    f"PREFIX oa: <{PREFIXES['oa']}>\nPREFIX sg: <{SG}>\n"
    "SELECT DISTINCT ?claim WHERE {{ ?claim a sg:Claim ; oa:hasTarget/oa:hasSource {document} }}"
)
_ANY = (
    f"PREFIX oa: <{PREFIXES['oa']}>\nPREFIX sg: <{SG}>\n"
    "ASK { ?claim a sg:Claim ; oa:hasTarget/oa:hasSource ?document }"
)
_COUNT = (
    f"PREFIX oa: <{PREFIXES['oa']}>\nPREFIX sg: <{SG}>\n"
    "SELECT (COUNT(?claim) AS ?n) WHERE {{"
    " ?target oa:hasSource {document} . ?claim oa:hasTarget ?target ; a sg:Claim }}"
)
_LANGUAGE = "SELECT ?language WHERE {{ {document} <" + PREFIXES["dct"] + "language> ?language }}"
_DIGEST = "SELECT ?digest WHERE {{ {document} <" + SG + "sha256> ?digest }} LIMIT 1"


async def article(request: Request) -> Response:
    """``/article?document=``."""
    view = View.of(request.scope)
    document = iri_given(request, "document")
    if document is None:
        documents = await _read_documents(view.site)
        if len(documents) != 1:
            return view.page(
                "articles.html",
                documents=[
                    (view.label(iri), view.urls.article(iri), n) for iri, n in documents.items()
                ],
            )
        document = next(iter(documents))
    elif not await count_claims(view.site, document):
        raise NotFound(what=document)
    return await _reader(view, document)


async def has_documents(site: Site) -> bool:
    """Whether claims point into documents at all."""
    return await site.once(_has_documents)


async def _has_documents(site: Site) -> bool:
    if site.release.manifest.on_disk:
        return bool(await _read_documents(site))
    return await site.asker.ask(_ANY)


async def count_claims(site: Site, document: str) -> int:
    """How many claims point into a document."""
    (row,) = await site.asker.rows(_COUNT.format(document=NamedNode(document)))
    return int(row["n"].value)


async def _read_documents(site: Site) -> Mapping[str, int]:
    """The documents that most claims point into, and how many do: every claim is counted."""
    rows = await site.rows(DOCUMENTS)
    return {row["document"].value: int(row["n"].value) for row in rows}


async def _reader(view: View, document: str) -> Response:
    site = view.site
    found = await site.once(_claims, document)
    shown = Cards(view, {claim.iri: claim for claim in found}).ahead(claim.iri for claim in found)
    places = [_place(claim, document) for claim in found]
    text, reason = await _text(site, document)
    cut = paragraphs(pieces(text, places)) if text is not None else None
    return view.page(
        "article.html",
        name=view.label(document),
        href=view.urls.of(document),
        cards=[shown[claim.iri] for claim in found],
        lines=cut,
        reached={piece.leads_to for line in cut or () for piece in line if piece.text.strip()},
        reason=reason,
        file=Path(site.settings.article).name,  # never where it lies: the page is public
        text_language=await _language(site, document),
        places=places,
        firsts=_firsts(places),
    )


async def _claims(site: Site, document: str) -> list[Claim]:
    """The claims that stand in a document, in its order."""
    rows = await site.asker.rows(_CLAIMS.format(document=NamedNode(document)))
    iris = [iri for row in rows if (iri := term_iri(row["claim"]))]
    found = await read_claims(site.asker, iris)
    return sorted(found.values(), key=lambda claim: (_place(claim, document), claim.iri))


def _place(claim: Claim, document: str) -> tuple[int, int]:
    for item in claim.evidence:
        if item.source == document and item.start is not None and item.end is not None:
            return item.start, item.end
    return 0, 0


def _firsts(places: Sequence[tuple[int, int]]) -> set[int]:
    """Of the claims that begin at one character the first: it bears the place's name."""
    seen: dict[int, int] = {}
    for number, (start, _) in enumerate(places):
        seen.setdefault(start, number)
    return set(seen.values())


async def _language(site: Site, document: str) -> str | None:
    """The language that the graph says the document is in."""
    for row in await site.asker.rows(_LANGUAGE.format(document=NamedNode(document))):
        found = re.search(r"([a-z]{2})[a-z]?\Z", row["language"].value.lower())
        return found[1] if found else None
    return None


async def _text(site: Site, document: str) -> tuple[str | None, Reason]:
    """The text of the document, when the setting names the very file that the graph describes."""
    path = site.settings.article_path
    if path is None:
        return None, "not_set"
    try:
        source = SourceText.read(path)
    except NoSuchPath:
        return None, "missing"
    except EvidenceMismatch:
        return None, "not_utf8"
    rows = await site.asker.rows(_DIGEST.format(document=NamedNode(document)))
    if all(row["digest"].value.lower() != source.digest for row in rows):
        return None, "differs" if rows else "no_digest"
    return source.text, "shown"
