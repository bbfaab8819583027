"""What every page shares, and one request as a page sees it.

A handler makes a ``View`` of its request and answers with ``view.page("name.html", …)``:

>>> number(12345.5, "nl"), number(12345, "en")
('12.345,5', '12,345')
"""

import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, TypeVarTuple
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

import stadsgraaf
from stadsgraaf.archive import Archive
from stadsgraaf.errors import Language
from stadsgraaf.labels import Entry
from stadsgraaf.media import HTML
from stadsgraaf.namespaces import PREFIXES, SG, shorten
from stadsgraaf.naming import local_name
from stadsgraaf.records import FindingRecord
from stadsgraaf.release import Release
from stadsgraaf.remembering import LONGEST, remembering
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Store
from stadsgraaf.web.asking import Asker, Row
from stadsgraaf.web.changed import Comparisons
from stadsgraaf.web.headers import CORS, MINUTE, SECURITY, Link, link_header, tag_of, ways_in
from stadsgraaf.web.markup import safe
from stadsgraaf.web.protocol import root_url
from stadsgraaf.web.templating import TEMPLATES, render
from stadsgraaf.web.turns import Turns
from stadsgraaf.web.urls import LANGUAGES, Urls, outward
from stadsgraaf.web.words import WORDS

__all__ = ["STATIC", "Site", "View", "number"]

_HERE = Path(str(files("stadsgraaf.web")))
STATIC: Final = _HERE / "static"
_PIECES: Final = _HERE / "pieces"

#: Longest label of a thing; the data formats carry it whole.
_LONGEST_LABEL = 200
#: So many things are remembered by name and kind.
_REMEMBERED = 65_536
#: Where a server listens on all addresses of its machine: none that a client can ask.
_EVERYWHERE: Final = frozenset(("0.0.0.0", "::"))  # noqa: S104 – told apart, not listened on
#: So many results may wait to be made into pages; each is 2 MB at most, or a little more.
_MOST_TURNS: Final = 64
#: So many parts of pages are kept.
_MOST_PARTS: Final = 256
_MAPPED = (PREFIXES["geo"] + "Geometry",)

_T = TypeVar("_T")
_Given = TypeVarTuple("_Given")


_ESCAPED: Final[Mapping[Language, Mapping[str, Markup]]] = {
    language: {key: escape(word.say(language)) for key, word in WORDS.items()}
    for language in LANGUAGES
}


def number(value: float | Decimal, language: Language) -> str:
    """A number as it is written in a language."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text


class Site:
    """One release, served: its store, its templates, and what is worked out once."""

    def __init__(
        self,
        store: Store,
        release: Release,
        settings: Settings,
        archive: Archive | None = None,
    ) -> None:
        self.store = store
        self.release = release
        self.archive = archive
        self.settings = settings
        self.asker = Asker(store, settings, release.answers)
        self.comparisons = Comparisons(settings)
        self.turns = Turns(_MOST_TURNS)
        self._known: dict[tuple[object, ...], Any] = {}
        self._entries: dict[str, Entry | None] = {}
        self.parts: dict[tuple[object, ...], Markup] = {}
        self.short = remembering(_REMEMBERED)(partial(shorten, prefixes=self.prefixes))

    async def once(self, ask: Callable[["Site", *_Given], Awaitable[_T]], *given: *_Given) -> _T:
        """What ``ask(site, *given)`` gives, asked once: a release never changes.

        It is kept as long as the release is served, so what is ``given`` has to be of the release,
        and not of a request.
        """
        key = (ask, given)
        if key not in self._known:
            self._known[key] = await ask(self, *given)
        known: _T = self._known[key]
        return known

    async def rows(self, query: str) -> Sequence[Row]:
        """The solutions of a SELECT that the release alone decides, asked once."""
        return await self.once(_rows, query)

    def counted(self, what: Literal["classes", "properties"], iri: str) -> int:
        """How often an IRI is a class, or a property."""
        return self.release.counts[what].get(iri, 0)

    def read_names(self, iris: Iterable[str]) -> None:
        """Look up what things are called and of what kind they are, before each is asked for.

        What was looked up is remembered, for a release never changes; but for long IRIs.
        """
        known = self._entries
        missing = [iri for iri in iris if iri not in known and len(iri) <= LONGEST]
        if missing:
            if len(self._entries) + len(missing) > _REMEMBERED:
                self._entries.clear()
            self._entries.update(dict.fromkeys(missing) | self.release.labels.entries(missing))

    def _entry(self, iri: str) -> Entry | None:
        known = self._entries
        if iri in known:
            return known[iri]
        if len(iri) > LONGEST:
            return self.release.labels.entries([iri]).get(iri)
        self.read_names([iri])
        return known[iri]

    def kind(self, iri: str) -> str | None:
        """The class that says most of what a thing is."""
        entry = self._entries.get(iri) or self._entry(iri)
        return entry.kind if entry else None

    def knows(self, iri: str) -> bool:
        """Whether something is said of a thing."""
        return (self._entries.get(iri) or self._entry(iri)) is not None

    def label(self, iri: str, language: Language) -> str | None:
        """The label of a thing; None when it has none."""
        entry = self._entries.get(iri) or self._entry(iri)
        return entry.label(language) if entry else None

    def other_label(self, iri: str, language: Language) -> str | None:
        """The label in the language that is not this one, when it has one."""
        entry = self._entry(iri)
        return entry.other_label(language) if entry else None

    def labels(self, iris: Iterable[str], language: Language) -> dict[str, str]:
        """Labels of things; the unknown are left out."""
        wanted = list(iris)
        self.read_names(wanted)
        return {iri: label for iri in wanted if (label := self.label(iri, language)) is not None}

    @cached_property
    def assets(self) -> Mapping[str, str]:
        """Built names of the static files by their own names."""
        manifest = STATIC / "manifest.json"
        if not manifest.is_file():
            return {}
        built: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
        return built

    @cached_property
    def digest(self) -> str:
        """Changes when any page may: with the data, the templates, the words, the front end."""
        digest = hashlib.sha256(f"{self.release.identifier} {stadsgraaf.__version__}".encode())
        for path in sorted((*TEMPLATES.glob("*.html"), *_PIECES.glob("*.py"))):
            digest.update(path.read_bytes())
        digest.update(repr((sorted(WORDS.items()), sorted(self.assets.items()))).encode())
        return digest.hexdigest()

    @cached_property
    def findings(self) -> Mapping[str, Sequence[FindingRecord]]:
        """What validation found of the release, by the IRI of the focus node."""
        found: dict[str, list[FindingRecord]] = {}
        told = self.release.report.get("findings", ())
        for finding in (one for each in told for one in (each, *each.get("also", ()))):
            focus = finding.get("focus", "")
            if focus.startswith("<"):
                found.setdefault(focus[1:-1], []).append(finding)
        return found

    @cached_property
    def public(self) -> tuple[str, str]:
        """Origin and path prefix that clients see. Never from a request: Host can be anything."""
        parts = urlsplit(self.settings.public_url)
        if parts.scheme and parts.netloc:
            return f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
        host = self.settings.host
        if host in _EVERYWHERE:
            host = "localhost"
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.settings.port}", ""

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """The dataset's prefixes, and those that everybody knows."""
        return dict(PREFIXES) | dict(self.release.manifest.prefixes)


async def _rows(site: Site, query: str) -> Sequence[Row]:
    return await site.asker.rows(query)


@dataclass(frozen=True)
class View:
    """One request: its language, its links, and the words that its page uses.

    ``root`` is the address of the site as the client knows it, for data that have to name it whole;
    pages never repeat it.
    """

    site: Site
    urls: Urls
    language: Language
    path: str
    query: str
    root: str
    _links: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, scope: Scope) -> "View":
        """The view of an HTTP request."""
        site: Site = scope["app"].state.site
        root: str = scope.get("root_path", "")
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        path = raw.decode("latin-1")
        origin, prefix = site.public
        origin = scope.get("stadsgraaf.origin", origin)
        urls = Urls(
            base_iri=site.release.manifest.base_iri,
            prefix=prefix or root,
            language=scope["stadsgraaf.language"] if scope.get("stadsgraaf.fixed") else None,
            origin=origin,
            assets=site.assets,
            release=scope.get("stadsgraaf.release"),
        )
        return cls(
            site=site,
            urls=urls,
            language=scope.get("stadsgraaf.language", LANGUAGES[0]),
            path=path[len(root) :] if root and path.startswith(root) else path,
            query=scope.get("query_string", b"").decode("latin-1"),
            root=root_url(scope, site.settings),
        )

    # --- words ----------------------------------------------------------------------------------

    def t(self, key: str, **values: object) -> Markup:
        """An interface word in the page's language; values are escaped."""
        word = _ESCAPED[self.language][key]
        if not values:
            return word
        text = str(word)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(escape(value)))
        return Markup(text)  # noqa: S704 – all that it is made of is escaped

    def count(self, key: str, n: int) -> Markup:
        """A number of things: ``count("n_claims", 1)`` reads ``n_claims_one``."""
        return self.t(f"{key}_{'one' if n == 1 else 'many'}", n=self.number(n))

    def number(self, value: float | Decimal) -> str:
        """A number as the page's language writes it."""
        return number(value, self.language)

    def size(self, size: int) -> str:
        """A number of bytes, rounded."""
        units = ((1_000_000, "MB"), (1000, "kB"))
        for unit, name in units:
            if size >= unit:
                return f"{self.number(round(size / unit, 1 if size < 10 * unit else None))} {name}"
        return f"{size} B"

    # --- names ----------------------------------------------------------------------------------

    def label(self, iri: str) -> str:
        """What a thing is called, else its IRI in short."""
        known = self.site.label(iri, self.language)
        return self.short(iri).strip("<>") if known is None else _cut(known)

    def term(self, iri: str) -> str:
        """What a property or class is called, else the last part of its IRI, readable."""
        return _cut(self.site.label(iri, self.language) or local_name(iri))

    def terms(self, iris: Iterable[str]) -> dict[str, str]:
        """What terms are called; those of two vocabularies that are called the same told apart."""
        names = {iri: self.term(iri) for iri in iris}
        shared = Counter(names.values())
        return {
            iri: name if shared[name] == 1 else f"{name} ({self.short(iri).strip('<>')})"
            for iri, name in names.items()
        }

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """What things are called, else their IRIs in short."""
        wanted = list(iris)
        self.site.read_names(wanted)
        return {iri: self.label(iri) for iri in wanted}

    def graph_title(self, iri: str) -> str:
        """What a named graph is called."""
        graph = self.site.release.manifest.graph(iri)
        return (self.text(graph.title) if graph else "") or self.term(iri)

    def text(self, texts: Mapping[str, str]) -> str:
        """Of texts by language tag, the one to read: that of the page, else any."""
        return texts.get(self.language) or next(iter(texts.values()), "")

    def short(self, iri: str) -> str:
        """The IRI with a prefix of the dataset, where one fits."""
        return self.site.short(iri)

    def knows(self, iri: str) -> bool:
        """Whether the dataset says anything of a thing: then it has a page."""
        return self.site.knows(iri)

    def link(self, iri: str) -> str | None:
        """Where a reader goes for a thing: its page here, else its own address, else nowhere."""
        if iri not in self._links:
            self._links[iri] = self.urls.of(iri) if self.knows(iri) else outward(iri)
        return self._links[iri]

    # --- ways in --------------------------------------------------------------------------------

    @cached_property
    def menu(self) -> list[tuple[str, str]]:
        """The main menu: a word and where it leads. What the dataset lacks is left out."""
        kinds = self.site.release.labels.kinds
        entries = [("menu_browse", self.urls.browse())]
        if SG + "Claim" in kinds:
            entries.append(("menu_claims", self.urls.claims()))
        if any(iri.startswith(_MAPPED) for iri in kinds):
            entries.append(("menu_map", self.urls.map()))
        if self.site.release.queries:
            entries.append(("menu_queries", self.urls.queries()))
        return [*entries, ("menu_sparql", self.urls.sparql()), ("menu_data", self.urls.data())]

    def here(self, link: str) -> str:
        """A link of ``urls`` in full, at the address that the client knows the site by."""
        return self.root + link.removeprefix(self.urls.prefix)

    def part(self, template: str, **context: object) -> Markup:
        """A part that pages have alike which stand at the same place of the menu: it is made once."""
        urls, parts = self.urls, self.site.parts
        place = next((href for _, href in self.menu if self.is_at(href)), "")
        told = (self.language, urls.prefix, urls.language, urls.release, place)
        key = (template, *told, *context.values())
        if key not in parts:
            if len(parts) >= _MOST_PARTS:
                parts.clear()
            parts[key] = safe(
                render(
                    template,
                    self.language,
                    view=self,
                    t=self.t,
                    urls=urls,
                    manifest=self.site.release.manifest,
                    **context,
                ).decode()
            )
        return parts[key]

    def is_at(self, href: str) -> bool:
        """Whether a link leads to this page."""
        return href == self.urls.page(self.path)

    # --- answers --------------------------------------------------------------------------------

    @property
    def other(self) -> Language:
        """The language that the page is not in."""
        return "en" if self.language == "nl" else "nl"

    def switch(self, language: Language) -> str:
        """The same page in a language."""
        return self.urls.switch(language, self.path, self.query)

    def etag(self, representation: str) -> str:
        """A strong entity tag: the same only when every byte is."""
        parts = (
            self.site.digest,
            representation,
            self.language,
            self.urls.prefix,
            self.urls.origin,
            self.urls.language or "",
            self.path,
            self.query,
        )
        return f'"{hashlib.sha256(" ".join(parts).encode()).hexdigest()[:32]}"'

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        links: Sequence[Link] = (),
        headers: Mapping[str, str] | None = None,
        **context: object,
    ) -> Response:
        """The page that a template makes."""
        said = [self._whole(link) for link in (*links, *self._alternates())]
        content = render(
            template,
            self.language,
            view=self,
            t=self.t,
            count=self.count,
            urls=self.urls,
            manifest=self.site.release.manifest,
            links=said,
            **context,
        )
        answer = Response(content, status, media_type=HTML.media_type)
        answer.headers.update(SECURITY)
        answer.headers["Content-Language"] = self.language
        if status == 200:  # noqa: PLR2004 – only what was found may be kept
            answer.headers["ETag"] = self.etag("html")
            answer.headers["Cache-Control"] = MINUTE
            answer.headers["Link"] = link_header([*said, *ways_in(self.urls.prefix)])
        self.vary(answer)
        answer.headers.update(headers or {})
        return answer

    def _alternates(self) -> Iterator[Link]:
        """The page in the other languages, and in other releases."""
        for language in LANGUAGES:
            yield Link(self.switch(language), "alternate", language=language)
        if self.site.archive:
            yield Link(self.urls.releases(), "version-history")
        if self.urls.release:
            yield Link(self.urls.now(self.path, self.query), "latest-version")

    def data(
        self, body: bytes, media_type: str, lasts: str = MINUTE, links: Sequence[Link] = ()
    ) -> Response:
        """What programs take and anybody's page may read, with the ways in to the rest."""
        headers = {
            **SECURITY,
            **CORS,
            "ETag": tag_of(body),
            "Cache-Control": lasts,
            "Link": link_header([*links, *ways_in(self.urls.prefix)]),
        }
        return Response(body, headers=headers, media_type=media_type)

    def json(self, content: object) -> Response:
        """The same as JSON, in the language of the page."""
        answer = self.data(bytes(JSONResponse(content).body), "application/json")
        answer.headers["Content-Language"] = self.language
        self.vary(answer)
        return answer

    def _whole(self, link: Link) -> Link:
        """Search engines want whole addresses of what is the same page."""
        if link.href.startswith("/") and (link.language or link.rel == "canonical"):
            return link._replace(href=self.urls.absolute(link.href))
        return link

    def vary(self, answer: Response) -> None:
        """Say what the answer depends on beside its address."""
        answer.headers["Vary"] = "Accept" if self.urls.language else "Accept, Accept-Language"


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[:_LONGEST_LABEL] + "…"
