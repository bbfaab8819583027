"""Where machines look before they know anything: at well-known addresses.

Robots Exclusion Protocol, RFC 9309, https://www.rfc-editor.org/rfc/rfc9309; sitemaps,
https://www.sitemaps.org/protocol.html; api-catalog, RFC 9727,
https://www.rfc-editor.org/rfc/rfc9727, as a linkset, RFC 9264; security.txt, RFC 9116,
https://www.rfc-editor.org/rfc/rfc9116; llms.txt, https://llmstxt.org/
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from xml.sax.saxutils import escape

from pyoxigraph import Literal, NamedNode
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import NotFound
from stadsgraaf.media import RDF
from stadsgraaf.release import Manifest
from stadsgraaf.web.site import View
from stadsgraaf.web.urls import LANGUAGES

__all__ = ["api_catalog", "llms", "robots", "security", "sitemap", "sitemap_part"]

#: What a crawler would never finish: answers to questions that it makes up.
_ENDLESS: Final = ("/sparql?", "/search?", "/lookup?", "/browse?", "/claims?", "/admin/")
#: Addresses in one sitemap, by the protocol.
ADDRESSES: Final = 50_000
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: What a sitemap takes for a date, https://www.w3.org/TR/NOTE-datetime
_DATE: Final = re.compile(
    r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?)?)?"
)
_LINKSET: Final = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
_DAY: Final = "public, max-age=86400"
#: A contact that nobody looked at for longer is not worth much; RFC 9116 advises under a year.
_TRUSTED: Final = timedelta(days=180)


async def robots(request: Request) -> Response:
    """``/robots.txt``: everything may be read, but for answers to questions without end."""
    view = View.of(request.scope)
    prefix = view.urls.prefix
    starts = (prefix, *(f"{prefix}/{language}" for language in LANGUAGES))
    lines = [
        "User-agent: *",
        *(f"Disallow: {start}{path}" for path in _ENDLESS for start in starts),
        "",
        f"Sitemap: {view.root}/sitemap.xml",
        "",
    ]
    return view.data("\n".join(lines).encode(), "text/plain; charset=utf-8")


# --- sitemaps -----------------------------------------------------------------------------------------


async def sitemap(request: Request) -> Response:
    """``/sitemap.xml``: the pages of all things; of very many an index of sitemaps."""
    view = View.of(request.scope)
    things = view.site.release.labels.count(_own(view))
    pages = _pages(view)
    if things + len(pages) <= ADDRESSES:
        return view.data(_urlset(view, [*pages, *_things(view, 0)]), "application/xml")
    parts = -(-things // ADDRESSES)
    entries = "".join(
        f"<sitemap><loc>{escape(f'{view.root}/sitemap-{number}.xml')}</loc>{_dated(view)}</sitemap>\n"
        for number in range(parts + 1)
    )
    text = f'{_XML}<sitemapindex xmlns="{_SITEMAP}">\n{entries}</sitemapindex>\n'
    return view.data(text.encode(), "application/xml")


async def sitemap_part(request: Request) -> Response:
    """``/sitemap-0.xml`` has the pages of the site, those that follow have the things."""
    view = View.of(request.scope)
    text = request.path_params["number"]
    number = int(text) if text.isdecimal() and len(text) < len(str(ADDRESSES)) else -1
    found = _pages(view) if number == 0 else _things(view, number - 1) if number > 0 else []
    if not found:
        raise NotFound(what=view.path)
    return view.data(_urlset(view, found), "application/xml")


_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def _urlset(view: View, addresses: Iterable[str]) -> bytes:
    date = _dated(view)
    entries = "".join(f"<url><loc>{escape(each)}</loc>{date}</url>\n" for each in addresses)
    return f'{_XML}<urlset xmlns="{_SITEMAP}">\n{entries}</urlset>\n'.encode()


def _pages(view: View) -> list[str]:
    ways = [view.urls.home(), view.urls.vocabulary(), *(href for _, href in view.menu)]
    return [view.here(href) for href in ways]


def _things(view: View, part: int) -> list[str]:
    found = view.site.release.labels.iris(ADDRESSES, part * ADDRESSES, _own(view))
    return [view.here(view.urls.of(iri)) for iri in found]


def _own(view: View) -> str:
    return view.site.release.manifest.base_iri or ""


def _dated(view: View) -> str:
    """When the dataset last changed, as it says itself, else when the release was written."""
    release = view.site.release
    written = (release.path / "manifest.json").stat().st_mtime
    date = release.manifest.modified or ""
    if not _DATE.fullmatch(date):
        date = f"{datetime.fromtimestamp(written, UTC):%Y-%m-%d}"
    return f"<lastmod>{date}</lastmod>"


# --- for programs -------------------------------------------------------------------------------------


async def api_catalog(request: Request) -> Response:
    """``/.well-known/api-catalog``: what can be asked here by program, and where it is described."""
    view = View.of(request.scope)
    root, title = view.root, view.text(view.site.release.manifest.title)
    licence = view.site.release.manifest.licence
    common: dict[str, Any] = {
        "status": [{"href": f"{root}/ready", "type": "text/plain"}],
        "service-meta": [
            {"href": f"{root}/data.{each.suffix}", "type": each.media_type} for each in RDF
        ],
        **({"license": [{"href": licence}]} if licence else {}),
    }
    linkset: list[Mapping[str, Any]] = [
        {
            "anchor": f"{root}/.well-known/api-catalog",
            "item": [
                {"href": f"{root}/sparql", "title": f"{title}: SPARQL"},
                {"href": f"{root}/", "title": f"{title}: web API"},
            ],
        },
        _service(root, "/sparql", ("/sparql", "text/turtle"), "/sparql") | common,
        _service(root, "/", ("/openapi.json", "application/json"), "/data") | common,
    ]
    text = json.dumps({"linkset": linkset}, ensure_ascii=False, indent=1) + "\n"
    return view.data(text.encode(), _LINKSET)


def _service(root: str, path: str, described: tuple[str, str], page: str) -> dict[str, Any]:
    """A service at a path, what describes it to programs with its media type, and its page."""
    description, media_type = described
    return {
        "anchor": root + path,
        "service-desc": [{"href": root + description, "type": media_type}],
        "service-doc": [{"href": root + page, "type": "text/html"}],
    }


async def security(request: Request) -> Response:
    """``/.well-known/security.txt``: whom to tell of a weakness.

    The contact is that of the settings, else that of the dataset; without one there is no file.
    """
    view = View.of(request.scope)
    contacts = _contacts(view)
    if not contacts:
        raise NotFound(what=view.path)
    expires = (datetime.now(UTC) + _TRUSTED).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        *(f"Contact: {each}" for each in contacts),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
    ]
    if view.root.startswith("https:"):  # no other address may stand there
        lines.append(f"Canonical: {view.root}/.well-known/security.txt")
    return view.data("\n".join((*lines, "")).encode(), "text/plain; charset=utf-8", _DAY)


def _contacts(view: View) -> list[str]:
    given = view.site.settings.security_contact
    if given:
        mail = "@" in given and ":" not in given
        return [f"mailto:{given}" if mail else given]
    profile = view.site.release.profile
    points = [each for each in profile.of_dataset("dcat:contactPoint") if _is_iri(each)]
    found = [
        value.value
        for point in points
        for predicate in ("vcard:hasEmail", "vcard:hasURL")
        for value in profile.said(point.value, predicate)
        if isinstance(value, NamedNode | Literal)
    ]
    return [each for each in found if each.startswith(("mailto:", "https:", "tel:"))]


def _is_iri(term: object) -> bool:
    return isinstance(term, NamedNode)


_HOW: Final = (
    "Ask with SPARQL 1.1, or take any page's data by its `Accept` header or its suffix. Every "
    "answer is complete or an error (RFC 9457)."
)


async def llms(request: Request) -> Response:
    """``/llms.txt``: what this is and where its data are, for language models."""
    view = View.of(request.scope)
    manifest, root = view.site.release.manifest, view.root
    summary = manifest.description.get("en") or f"{manifest.triples} triples as linked data."
    lines = [f"# {manifest.name('en')}", "", f"> {' '.join(summary.split())}", "", _HOW, ""]
    lines += ["## Data", "", *_ways_in(root, manifest), ""]
    if queries := view.site.release.queries:
        lines += [
            "## Questions that are answered",
            "",
            *(f"- [{each.summary.en}]({root}/en/queries/{name})" for name, each in queries.items()),
            "",
        ]
    if manifest.licence:
        lines += ["## Licence", "", f"- <{manifest.licence}>", ""]
    return view.data("\n".join(lines).encode(), "text/markdown; charset=utf-8")


def _ways_in(root: str, manifest: Manifest) -> list[str]:
    return [
        f"- [SPARQL endpoint]({root}/sparql): GET or POST `query=`; describes itself in Turtle",
        f"- [Description]({root}/data.ttl): DCAT, VoID, DQV; also as `.jsonld`",
        f"- [Vocabulary]({root}/en/vocabulary): classes and properties in use",
        f"- [Look-up]({root}/lookup.json?iri=): the thing for an IRI of another register",
        f"- [Search]({root}/en/search.json?q=): things by name, as JSON",
        *(
            f"- [{name}]({root}/dumps/{name}): everything, {kind}"
            for name, kind in (("dataset.ttl", "Turtle"), ("dataset.nq.gz", "N-Quads, gzip"))
            if f"dumps/{name}" in manifest.files
        ),
        f"- [OpenAPI]({root}/openapi.json): every address",
    ]
