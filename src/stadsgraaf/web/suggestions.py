"""What somebody may have meant by an address at which there is nothing."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import unquote

from stadsgraaf.media import HTML, RDF, RESULTS
from stadsgraaf.web.site import View
from stadsgraaf.web.urls import split_suffix

__all__ = ["Suggestion", "suggest"]

_MOST: Final = 5
#: Neighbours whose names are compared.
_COMPARED: Final = 1000
_ALIKE: Final = 0.75
_SUFFIXES: Final = ("json", *(each.suffix for each in (HTML, *RDF, *RESULTS)))
_QUERIES: Final = "/queries/"
#: Pages of the site by their path, with the word that names them.
_PAGES: Final = {
    "/search": "search",
    "/browse": "menu_browse",
    "/claims": "menu_claims",
    "/map": "menu_map",
    "/timeline": "timeline",
    "/vocabulary": "vocabulary",
    "/article": "reader",
    "/queries": "menu_queries",
    "/sparql": "menu_sparql",
    "/data": "menu_data",
    "/statistics": "statistics",
    "/accessibility": "accessibility",
    "/privacy": "privacy",
}


@dataclass(frozen=True)
class Suggestion:
    """A page that is there: its name and its link."""

    name: str
    href: str


def suggest(view: View, path: str) -> list[Suggestion]:
    """Pages near a path, the likeliest first: of the same name elsewhere, or nearly of that name.

    A code is not taken for another code: of what has digits only the very name is looked for. When
    nothing is near, the things that stand beside the path are.
    """
    stem, _ = split_suffix(path.rstrip("/"), _SUFFIXES)
    found: dict[str, Suggestion] = {}
    for each in islice(_near(view, stem), _MOST):
        found.setdefault(each.name, each)
    return list(found.values()) or list(_beside(view, stem))


def _near(view: View, stem: str) -> Iterator[Suggestion]:
    last = unquote(stem.rpartition("/")[2], errors="replace")
    is_code = any(map(str.isdigit, last))
    for path in difflib.get_close_matches(stem, _PAGES, 1, _ALIKE):
        yield Suggestion(str(view.t(_PAGES[path])), view.urls.page(path))
    if stem.startswith(_QUERIES):
        known = view.site.release.queries
        for name in difflib.get_close_matches(last, known, _MOST, _ALIKE):
            yield Suggestion(known[name].summary.say(view.language), view.urls.query(name))
    if not is_code:
        for iri in _spelled_like(view, stem):
            yield Suggestion(view.label(iri), view.urls.of(iri))
    words = " ".join(re.findall(r"\w+", last.replace("_", " ")))
    hits = view.site.release.labels.search(words, view.language, _MOST)
    if not (hits.corrected and is_code):
        for hit in hits.hits:
            yield Suggestion(view.label(hit.iri), view.urls.of(hit.iri))


def _spelled_like(view: View, stem: str) -> list[str]:
    """Things beside the path whose IRI ends nearly as it does."""
    within, name = _split(view, stem)
    if not within:
        return []
    beside = view.site.release.labels.iris(_COMPARED, within=within)
    known = {each.removeprefix(within): each for each in beside}
    return [known[near] for near in difflib.get_close_matches(name, known, _MOST, _ALIKE)]


def _beside(view: View, stem: str) -> Iterator[Suggestion]:
    """All things of the kind that stands beside the path."""
    within, _ = _split(view, stem)
    first = view.site.release.labels.iris(1, within=within) if within else []
    kind = view.site.kind(first[0]) if first else None
    if kind:
        yield Suggestion(view.term(kind), view.urls.browse(kind))


def _split(view: View, stem: str) -> tuple[str, str]:
    """What the IRI of the path begins and ends with; empty where a path stands for no thing."""
    iri = view.urls.iri_of_path(stem)
    if iri is None or view.urls.path_of(iri) is None:
        return "", ""
    within, slash, name = iri.rpartition("/")
    return within + slash, name
