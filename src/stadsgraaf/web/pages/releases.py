"""The releases that can be asked for, and what changed from one to another.

RDF Patch: https://afs.github.io/rdf-patch/
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from pyoxigraph import BlankNode, Literal, NamedNode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from stadsgraaf.archive import Switch
from stadsgraaf.changes import LARGE
from stadsgraaf.difference import Difference, patch
from stadsgraaf.errors import NoSuchRelease, ResultTooLarge, Text
from stadsgraaf.media import HTML, Format
from stadsgraaf.release import Release
from stadsgraaf.web.headers import (
    CORS,
    MINUTE,
    SECURITY,
    attachment,
    keep_nothing,
    link_header,
    ways_in,
)
from stadsgraaf.web.negotiation import chosen_format, preferred
from stadsgraaf.web.pager import Pager
from stadsgraaf.web.querystring import given, page_number
from stadsgraaf.web.site import Site, View

__all__ = ["PATCH", "changes", "releases"]

PATCH: Final = Format("RDF Patch", ("application/rdf-patch",), "rdfp", "rdf", charset=True)
_JSON: Final = Format("JSON", ("application/json",), "json", "results")


@dataclass(frozen=True)
class _Kept:
    """A row of the list; ``before`` is the release that was current before it."""

    identifier: str
    at: str
    version: str | None
    triples: int
    digest: str
    href: str
    changes: str | None
    before: str | None


def _kept(site: Site) -> Sequence[Switch]:
    if site.archive is None:
        return [Switch(site.release.identifier, "")]
    return site.archive.switches()


def _release(site: Site, identifier: str) -> Release:
    """A release that is kept. Raises NoSuchRelease."""
    if identifier == site.release.identifier:
        return site.release
    if site.archive is None:
        raise NoSuchRelease(release=identifier, known=[site.release.identifier])
    return site.archive.open(identifier)


async def releases(request: Request) -> Response:
    """``/releases``: those that ``?release=`` takes, the last one first."""
    view = View.of(request.scope)
    site, kept = view.site, _kept(view.site)
    rows = []
    for number, each in enumerate(kept):
        manifest = _release(site, each.identifier).manifest
        before = kept[number + 1].identifier if number + 1 < len(kept) else None
        changed = before and view.urls.changes(before, each.identifier)
        rows.append(
            _Kept(
                each.identifier,
                each.at,
                manifest.version,
                manifest.triples,
                manifest.digest,
                view.urls.in_release(each.identifier),
                changed or None,
                before,
            )
        )
    if preferred(request.scope, (HTML, _JSON)) is _JSON:
        return _as_json(view, rows)
    answer = view.page("releases.html", rows=rows, current=kept[0].identifier if kept else None)
    keep_nothing(answer)  # the list changes without the release
    return answer


def _as_json(view: View, rows: Sequence[_Kept]) -> Response:
    content = [
        {
            "release": row.identifier,
            "switched": row.at or None,
            "version": row.version,
            "triples": row.triples,
            "digest": row.digest,
            "page": row.href,
            "changes": row.changes,
        }
        for row in rows
    ]
    body = bytes(JSONResponse({"releases": content}).body)
    answer = view.data(body, "application/json", "no-cache")
    answer.headers["Vary"] = "Accept"
    return answer


# --- changes ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A quad as a reader sees it; ``is_new`` or else removed."""

    is_new: bool
    subject: str
    predicate: str
    value: str
    language: str
    graph: str


@dataclass(frozen=True)
class About:
    """What changed about one thing. Blank nodes are together, without a name."""

    iri: str | None
    name: str
    href: str | None
    changes: Sequence[Change]


async def changes(request: Request) -> Response:
    """``/changes?from=&to=``: what was removed and added, as a page or as an RDF Patch.

    Without ``to`` it is the current release, without ``from`` the one that was current before.
    """
    view = View.of(request.scope)
    site = view.site
    kept = [each.identifier for each in _kept(site)]
    from_, to = _compared(request, kept, site.release.identifier)
    before, after = _release(site, from_), _release(site, to)
    found = await _found(site, before, after)
    suffix = PATCH.suffix if request.url.path.endswith(f".{PATCH.suffix}") else None
    chosen = chosen_format(request.scope, suffix, (HTML, PATCH))
    etag = view.etag(f"{from_} {to} {chosen.name}")
    if chosen is PATCH:
        return _as_patch(view, found, from_, to, etag)
    number, size = page_number(request), site.settings.page_size
    graphs = found.by_graph()
    shown = await asyncio.to_thread(found.about, size, (number - 1) * size)
    return view.page(
        "changes.html",
        headers={"ETag": etag, "Cache-Control": MINUTE},
        before=from_,
        after=to,
        kept=kept,
        removed=sum(removed for removed, _ in graphs.values()),
        added=sum(added for _, added in graphs.values()),
        graphs=[
            (view.graph_title(graph) if graph else "", graph, *counts)
            for graph, counts in graphs.items()
        ],
        things=found.things,
        subjects=_by_subject(view, shown),
        patch=view.urls.changes(from_, to, suffix=PATCH.suffix),
        pager=Pager.of(
            number,
            lambda page: view.urls.changes(from_, to, page=page),
            more=number * size < found.things,
        ),
    )


def _compared(request: Request, kept: Sequence[str], current: str) -> tuple[str, str]:
    """Identifiers of the releases to compare, the earlier one first."""
    to = given(request, "to") or current
    later = kept.index(to) if to in kept else len(kept)
    return given(request, "from") or next(iter(kept[later + 1 :]), to), to


class _Found(Protocol):
    """What changed, however it was found."""

    @property
    def things(self) -> int:
        """Of how many things anything changed; the nameless are one."""

    def by_graph(self) -> Mapping[str, tuple[int, int]]:
        """How many quads were removed from and added to each named graph."""

    def about(self, limit: int, offset: int) -> Difference:
        """What changed of some of the things."""

    def lines(self, sign: str) -> Iterable[str]:
        """All that was removed (``-``) or added (``+``), as N-Quads."""


class _Nothing:
    """Between two releases that say the same."""

    things = 0

    def by_graph(self) -> Mapping[str, tuple[int, int]]:
        return {}

    def about(self, limit: int, offset: int) -> Difference:  # noqa: ARG002 – of any
        return Difference((), ())

    def lines(self, sign: str) -> Iterable[str]:  # noqa: ARG002 – of either
        return ()


async def _found(site: Site, before: Release, after: Release) -> _Found:
    """What changed: known since the build, or found now.

    Raises ResultTooLarge for releases that are too large to compare while somebody waits, and what
    `Comparisons.between` raises.
    """
    if before.manifest.digest == after.manifest.digest:
        return _Nothing()
    if after.changes and after.changes.before == before.identifier:
        return after.changes
    for each in (before, after):
        if each.manifest.triples > LARGE:
            raise ResultTooLarge(limit=LARGE, unit=Text("triples", "triples (data)"))
    return await site.comparisons.between(before, after)


def _as_patch(view: View, found: _Found, from_: str, to: str, etag: str) -> Response:
    names = (f"urn:stadsgraaf:release:{each}" for each in (to, from_))
    lines = patch(found.lines("-"), found.lines("+"), *names)
    headers = {
        **SECURITY,
        **CORS,
        "ETag": etag,
        "Cache-Control": MINUTE,
        "Link": link_header(ways_in(view.urls.prefix)),
        "Vary": "Accept",
        "Content-Disposition": attachment(f"{from_}-{to}.{PATCH.suffix}"),
    }
    return StreamingResponse(_pieces(lines), headers=headers, media_type=PATCH.content_type)


async def _pieces(lines: Iterator[str], size: int = 1000) -> AsyncIterator[str]:
    while piece := list(islice(lines, size)):
        yield "".join(piece)


def _subjects(difference: Difference) -> dict[str, list[Change]]:
    """What changed about each thing; "" is what has no name."""
    found: defaultdict[str, list[Change]] = defaultdict(list)
    for sign, quad in difference.quads():
        subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
        found[subject].append(
            Change(
                is_new=sign == "+",
                subject=subject,
                predicate=quad.predicate.value,
                value=_value(quad.object),
                language=getattr(quad.object, "language", None) or "",
                graph=getattr(quad.graph_name, "value", ""),
            )
        )
    return found


def _by_subject(view: View, difference: Difference) -> list[About]:
    """What changed about each thing, those with names first."""
    found = _subjects(difference)
    labels = view.labels([*filter(None, found)])
    return [
        About(
            iri or None,
            labels.get(iri, iri),
            view.link(iri) if iri else None,
            sorted(found[iri], key=lambda each: (each.predicate, each.is_new, each.value)),
        )
        for iri in sorted(
            found, key=lambda iri: (not iri, str(labels.get(iri, iri)).casefold(), iri)
        )
    ]


def _value(term: object) -> str:
    if isinstance(term, BlankNode):
        return "[…]"
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
