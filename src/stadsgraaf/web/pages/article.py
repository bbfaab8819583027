"""The reader of a source document: its claims, each at its passage.

With the document's text in the setting ``article`` the page shows it, every claim highlighted;
without it the page lists the paraphrases in the order of the text, and says why.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import InvalidParameter, NotFound, Text
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.cards import cards
from stadsgraaf.web.claims import Claim, read_claims
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.urls import is_iri

__all__ = ["Piece", "article", "pieces"]

_CLAIMS = (
    f"PREFIX oa: <{PREFIXES['oa']}>\nPREFIX sg: <{SG}>\n"
    "SELECT DISTINCT ?claim WHERE {{ ?claim a sg:Claim ; oa:hasTarget/oa:hasSource {document} }}"
)
_DOCUMENTS = (
    f"PREFIX oa: <{PREFIXES['oa']}>\nPREFIX sg: <{SG}>\n"
    "SELECT ?document (COUNT(?claim) AS ?n) WHERE {"
    " ?claim a sg:Claim ; oa:hasTarget/oa:hasSource ?document } GROUP BY ?document"
    " ORDER BY DESC(?n) ?document LIMIT 20"
)
_LANGUAGE = "SELECT ?language WHERE {{ {document} <" + PREFIXES["dct"] + "language> ?language }}"
_DIGEST = "SELECT ?digest WHERE {{ {document} <" + SG + "sha256> ?digest }} LIMIT 1"


@dataclass(frozen=True)
class Piece:
    """A stretch of the text that the same claims stand on; ``starts`` are those that begin here."""

    text: str
    start: int
    claims: tuple[int, ...]
    starts: tuple[int, ...]


def pieces(text: str, passages: Sequence[tuple[int, int]]) -> list[Piece]:
    """The text cut at every begin and end of a passage; claims by their number in the list.

    >>> [(piece.text, piece.claims) for piece in pieces("abcdef", [(1, 4), (2, 3)])]
    [('a', ()), ('b', (0,)), ('c', (0, 1)), ('d', (0,)), ('ef', ())]
    """
    cuts = {0, len(text)}
    for start, end in passages:
        cuts |= {min(start, len(text)), min(end, len(text))}
    edges = sorted(cuts)
    return [
        Piece(
            text[start:end],
            start,
            tuple(n for n, (a, b) in enumerate(passages) if a < end and b > start),
            tuple(n for n, (a, _) in enumerate(passages) if a == start),
        )
        for start, end in pairwise(edges)
    ]


async def article(request: Request) -> Response:
    """``/article?document=``."""
    view = View.of(request.scope)
    document = request.query_params.get("document")
    if document is None:
        rows = await view.site.asker.rows(_DOCUMENTS)
        documents = [row["document"].value for row in rows]
        if len(documents) != 1:
            return view.page(
                "articles.html",
                documents=[(view.label(iri), view.urls.article(iri)) for iri in documents],
            )
        document = documents[0]
    if not is_iri(document):
        reason = Text("it is not an IRI", "het is geen IRI")
        raise InvalidParameter(name="document", reason=reason)
    return await _reader(view, document)


async def _reader(view: View, document: str) -> Response:
    rows = await view.site.asker.rows(_CLAIMS.format(document=NamedNode(document)))
    iris = [iri for row in rows if (iri := term_iri(row["claim"]))]
    if not iris:
        raise NotFound(what=document)
    found = await read_claims(view.site.asker, iris)
    ordered = sorted(found.values(), key=lambda claim: (_place(claim, document), claim.iri))
    shown = cards(view, ordered)
    listed = [shown[claim.iri] for claim in ordered]
    text = await _text(view.site, document)
    return view.page(
        "article.html",
        document=document,
        name=view.label(document),
        href=view.urls.of(document),
        cards=listed,
        pieces=_paragraphs(pieces(text, [_place(claim, document) for claim in ordered]))
        if text is not None
        else None,
        text_language=await _language(view.site, document),
        places=[_place(claim, document) for claim in ordered],
    )


def _place(claim: Claim, document: str) -> tuple[int, int]:
    for item in claim.evidence:
        if item.source == document and item.start is not None and item.end is not None:
            return item.start, item.end
    return 0, 0


def _paragraphs(found: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces by line of the text."""
    lines: list[list[Piece]] = [[]]
    for piece in found:
        parts = piece.text.split("\n")
        offset = piece.start
        for number, part in enumerate(parts):
            if number:
                lines.append([])
            starts = piece.starts if number == 0 else ()
            if part or starts:
                lines[-1].append(Piece(part, offset, piece.claims, starts))
            offset += len(part) + 1
    return [line for line in lines if line]


async def _language(site: Site, document: str) -> str | None:
    """The language that the graph says the document is in."""
    for row in await site.asker.rows(_LANGUAGE.format(document=NamedNode(document))):
        found = re.search(r"([a-z]{2})[a-z]?\Z", row["language"].value.lower())
        return found[1] if found else None
    return None


async def _text(site: Site, document: str) -> str | None:
    """The text of the document, when the setting names the very file that the graph describes."""
    path = site.settings.article_path
    if path is None or not path.is_file():
        return None
    rows = await site.asker.rows(_DIGEST.format(document=NamedNode(document)))
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if not any(row["digest"].value.lower() == digest for row in rows):
        return None
    return content.decode("utf-8")
