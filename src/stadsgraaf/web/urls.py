"""Every link of the site comes from here; templates and handlers never glue paths.

The Dutch URI strategy maps an IRI to its page: ``id`` names the thing, ``doc`` its document. IRIs
to URLs and back: RFC 3987, section 3, https://www.rfc-editor.org/rfc/rfc3987#section-3.1

>>> urls = Urls("https://example.org/", language="nl")
>>> urls.of("https://example.org/id/city/breda")
'/nl/doc/city/breda'
>>> urls.doc("https://example.org/id/city/breda", "ttl")
'/doc/city/breda.ttl'
>>> urls.of("http://elsewhere.example/x?y#z")
'/nl/resource?iri=http%3A%2F%2Felsewhere.example%2Fx%3Fy%23z'
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final
from urllib.parse import quote, quote_plus, unquote_to_bytes

from pyoxigraph import NamedNode

from stadsgraaf.errors import Language
from stadsgraaf.remembering import remembering

__all__ = ["LANGUAGES", "Urls", "is_iri", "outward", "split_suffix"]

LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")

#: What may stand unescaped in a path, as RFC 3986, section 3.3 lists it; ``%`` as it came.
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"
#: Where a local name lives on this host, by how it begins in the dataset's namespace.
_PLACES: Final[Mapping[str, str]] = {"id/": "/doc/", "def/": "/doc/def/", "graph/": "/graph/"}
#: A local name that is the same in a path, whatever comes between: as most are.
_PLAIN: Final = re.compile(r"(?!id/def/)[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*")
_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
#: Segments and escapes that browsers and proxies rewrite on the way.
_FRAGILE = re.compile(r"(?:^|/)\.{1,2}(?:/|\Z)|//|%(?:2[eEfF]|5[cC]|[01][0-9A-Fa-f]|7[fF])")
_ESCAPES = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_LONGEST_IRI = 4096
_REMEMBERED = 65_536
#: The characters of ASCII as a parameter of a link has them.
_QUOTED: Final = {code: quote_plus(chr(code)) for code in range(128)}
_OUTWARD = ("http://", "https://", "mailto:")

#: The value of a parameter of a link: left out when None, repeated when several.
Parameter = str | int | Sequence[str] | None


def is_iri(text: str) -> bool:
    """Whether a text can be an absolute IRI: it has a scheme and nothing that may not be in one.

    >>> is_iri("urn:x:1"), is_iri("/id/x"), is_iri("http://x/ y")
    (True, False, False)
    """
    return (
        len(text) <= _LONGEST_IRI
        and _SCHEME.match(text) is not None
        and _NOT_IN_IRI.search(text) is None
        and _is_well_formed(text)
    )


def _is_well_formed(text: str) -> bool:
    """Whether each character may stand where it does, RFC 3987, section 2.2."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def outward(iri: str) -> str | None:
    """The IRI as a link to another site, or None when a browser should not follow it.

    >>> outward("javascript:alert(1)") is None
    True
    """
    return iri if iri.lower().startswith(_OUTWARD) and is_iri(iri) else None


def split_suffix(path: str, suffixes: Sequence[str]) -> tuple[str, str | None]:
    """A path without its suffix, and the suffix when it is one of those.

    >>> split_suffix("/doc/x.ttl", ("ttl", "nt"))
    ('/doc/x', 'ttl')
    >>> split_suffix("/doc/version-1.2", ("ttl", "nt"))
    ('/doc/version-1.2', None)
    """
    stem, dot, suffix = path.rpartition(".")
    if dot and suffix in suffixes and not stem.endswith("/"):
        return stem, suffix
    return path, None


def _decode(path: str) -> str:
    """Escaped UTF-8 beyond ASCII as characters; whatever else is escaped stays so."""

    def characters(escapes: re.Match[str]) -> str:
        try:
            decoded = unquote_to_bytes(escapes[0]).decode("utf-8")
        except UnicodeDecodeError:
            return escapes[0]
        return escapes[0] if any(map(_is_control, decoded)) else decoded

    return _ESCAPES.sub(characters, path)


def _is_control(character: str) -> bool:
    return character < "\xa0"


_is_base: Final = remembering(16)(_is_well_formed)


@remembering(_REMEMBERED)
def _path_of(iri: str, base_iri: str) -> str | None:
    if not iri.startswith(base_iri):
        return None
    local = iri[len(base_iri) :]
    for start, place in _PLACES.items():
        if local.startswith(start):
            if _PLAIN.fullmatch(local) and len(iri) <= _LONGEST_IRI and _is_base(base_iri):
                return place + local[len(start) :]
            path = place + quote(local[len(start) :], safe=_PATH_SAFE)
            safe = not path.endswith("/") and not _FRAGILE.search(path)
            return path if safe and _iri_of_path(base_iri, path) == iri else None
    return None


def _iri_of_path(base_iri: str, path: str) -> str | None:
    if path.startswith("/doc/") and not path.startswith("/doc/def/"):
        path = "/id/" + path.removeprefix("/doc/")
    iri = base_iri + _decode(path.removeprefix("/doc").removeprefix("/"))
    return iri if is_iri(iri) else None


@dataclass(frozen=True)
class Urls:
    """Links of one response.

    ``base_iri`` is the dataset's namespace; ``prefix`` the path that a proxy puts in front;
    ``language`` is that of the address, when it fixes one; ``origin`` the scheme and host that
    clients see; ``assets`` gives the built name of a static file; ``release`` is that of the
    address, when it names one: links then stay in that release.

    >>> Urls("https://example.org/", release="0f3cfc1a5d1a9cb2").of("https://example.org/id/x")
    '/doc/x?release=0f3cfc1a5d1a9cb2'
    """

    base_iri: str | None
    prefix: str = ""
    language: Language | None = None
    origin: str = ""
    assets: Mapping[str, str] = field(default_factory=dict)
    release: str | None = None

    # --- things ---------------------------------------------------------------------------------

    def of(self, iri: str) -> str:
        """The page about a thing."""
        path = self.path_of(iri)
        if path is not None and self.release is None:
            return self._start + path
        return self.page("/resource", iri=iri) if path is None else self.page(path)

    def doc(self, iri: str, suffix: str) -> str:
        """One representation of what is known of a thing, in a format by its suffix."""
        path = self.path_of(iri)
        start = "" if suffix != "html" else self._language
        if path is None:
            return self._in_release(f"{self.prefix}{start}/resource.{suffix}", iri=iri)
        return self._in_release(f"{self.prefix}{start}{path}.{suffix}")

    def path_of(self, iri: str) -> str | None:
        """The path that stands for an IRI of the dataset, or None when no path does safely."""
        return _path_of(iri, self.base_iri) if self.base_iri else None

    def iri_of_path(self, path: str) -> str | None:
        """The IRI that a path stands for, as it came over the wire: escaped.

        >>> Urls("https://example.org/").iri_of_path("/doc/def/theme/caf%C3%A9%20x")
        'https://example.org/def/theme/café%20x'
        """
        return _iri_of_path(self.base_iri, path) if self.base_iri else None

    def after_see_other(self, path: str) -> str:
        """Where ``/id/…`` and ``/def/…`` lead: the document, its suffix kept."""
        local = path.removeprefix("/id") if path.startswith("/id/") else path
        return self.page("/doc" + quote(local, safe=_PATH_SAFE))

    def values(self, iri: str, predicate: str, direction: str, page: int | None = None) -> str:
        """All values of a property of a thing, or (``in``) all things that point at it by one."""
        more = {"property": predicate, "direction": direction, "page": page}
        path = self.path_of(iri)
        if path is None:
            return self.page("/resource", iri=iri, **more)
        return self.page(path, **more)

    # --- pages ----------------------------------------------------------------------------------

    def page(self, path: str, /, **query: Parameter) -> str:
        """A page by its path, with the parameters that are not None."""
        return self._in_release(f"{self.prefix}{self._language}{path}", **query)

    def home(self) -> str:
        """The landing page."""
        return self.page("/")

    def search(self, q: str | None = None, **query: Parameter) -> str:
        """Search, for a text and a kind."""
        return self.page("/search", q=q, **query)

    def browse(self, kind: str | None = None, **query: Parameter) -> str:
        """All things, or those of a class; of an empty one those that have none."""
        return self.page("/browse", **{"class": kind}, **query)

    def sparql(self, query: str | None = None, **more: Parameter) -> str:
        """The endpoint and its workbench."""
        return self.page("/sparql", query=query, **more)

    def sparql_check(self) -> str:
        """Where a query is read and not evaluated."""
        return self.page("/sparql/check")

    def terms(self) -> str:
        """The terms that a query can use, for who writes one."""
        return self.page("/sparql/terms")

    def map(self, thing: str | None = None) -> str:
        """The map, with the places of a thing marked."""
        return self.page("/map", thing=thing)

    def timeline(
        self, sort: str | None = None, page: int | None = None, thing: str | None = None
    ) -> str:
        """What is dated, in order; of one sort of things, or near one thing."""
        return self.page("/timeline", sort=sort, thing=thing, page=page)

    def vocabulary(self) -> str:
        """The classes and properties, documented from themselves."""
        return self.page("/vocabulary")

    def land(self, version: str) -> str:
        """The outlines of all places as a picture; its address changes when the picture may."""
        return f"{self.prefix}/map/land.svg?{_query(v=version)}"

    def claims(self, **query: Parameter) -> str:
        """The claims explorer, for what its parameters choose."""
        return self.page("/claims", **query)

    def article_index(self) -> str:
        """The source documents that can be read with their claims."""
        return self.page("/article")

    def article(self, document: str, start: int | None = None) -> str:
        """The reader of a source document, at a passage."""
        link = self.page("/article", document=document)
        return link if start is None else f"{link}#at-{start}"

    def data(self) -> str:
        """Dumps, named graphs and the endpoint."""
        return self.page("/data")

    def data_in(self, suffix: str) -> str:
        """The description of the dataset in an RDF format."""
        return self._in_release(f"{self.prefix}/data.{suffix}")

    def shacl(self) -> str:
        """Where RDF is validated against the published shapes."""
        return self.page("/shacl")

    def lookup(self, iri: str | None = None) -> str:
        """Our thing for an IRI of somebody else."""
        return self.page("/lookup", iri=iri)

    def statistics(self) -> str:
        """What is counted and measured of the dataset."""
        return self.page("/statistics")

    def conformance(self) -> str:
        """What W3C's tests say of the endpoint."""
        return self.page("/conformance")

    def accessibility(self) -> str:
        """What is known of the accessibility of the site."""
        return self.page("/accessibility")

    def privacy(self) -> str:
        """What is kept of visitors."""
        return self.page("/privacy")

    def releases(self) -> str:
        """The releases that can be asked for."""
        return self.page("/releases")

    def in_release(self, release: str) -> str:
        """The landing page as it is in a release."""
        return self.page("/", release=release)

    def changes(
        self,
        from_: str | None = None,
        to: str | None = None,
        page: int | None = None,
        suffix: str | None = None,
    ) -> str:
        """What changed from one release to another, as a page or in a format."""
        path = "/changes" if suffix is None else f"/changes.{suffix}"
        return replace(self, release=None).page(path, **{"from": from_, "to": to, "page": page})

    def queries(self) -> str:
        """The list of canned queries."""
        return self.page("/queries")

    def query(self, name: str, suffix: str | None = None, /, **parameters: Parameter) -> str:
        """The page of a canned query, or its result in a format."""
        path = "/queries/" + quote(name, safe="")
        if suffix is None:
            return self.page(path, **parameters)
        return replace(self, language=None).page(f"{path}.{suffix}", **parameters)

    def dump(self, name: str) -> str:
        """A dump of the dataset."""
        return self._in_release(f"{self.prefix}/dumps/{quote(name, safe='')}")

    def problem(self, slug: str, suffix: str | None = None) -> str:
        """The page that explains a problem type, or the same in a format."""
        path = f"/def/problem/{quote(slug, safe='')}"
        return self.page(path if suffix is None else f"{path}.{suffix}")

    def rule(self, name: str | None = None) -> str:
        """The page of a rule of validation, or the list of them."""
        return self.page("/def/rule" if name is None else f"/def/rule/{quote(name)}")

    def static(self, name: str) -> str:
        """A file of the front end, by the name it had before it was built."""
        return f"{self.prefix}/static/{quote(self.assets.get(name, name), safe='/')}"

    def switch(self, language: Language, path: str, query: str = "") -> str:
        """The same page, its path and query string as they came, in a language."""
        there = replace(self, language=language, release=None).page(quote(path, safe=_PATH_SAFE))
        return f"{there}?{query}" if query else there

    def now(self, path: str, query: str = "") -> str:
        """The same page, its path and query string as they came, in the current release."""
        kept = "&".join(each for each in query.split("&") if not each.startswith("release="))
        there = replace(self, release=None).page(quote(path, safe=_PATH_SAFE))
        return f"{there}?{kept}" if kept else there

    def absolute(self, link: str) -> str:
        """A link of this class with the scheme and host in front that clients see."""
        return self.origin + link

    def _in_release(self, path: str, /, **query: Parameter) -> str:
        if not query and self.release is None:
            return path
        text = _query(**{"release": self.release, **query})
        return f"{path}?{text}" if text else path

    @property
    def _language(self) -> str:
        return f"/{self.language}" if self.language else ""

    @cached_property
    def _start(self) -> str:
        return self.prefix + self._language


def _query(**parameters: Parameter) -> str:
    return "&".join(
        f"{_quoted(name)}={_quoted(each)}"
        for name, value in parameters.items()
        if value is not None
        for each in ((value,) if isinstance(value, str | int) else value)
    )


def _quoted(value: str | int) -> str:
    """A value of a parameter. The lines of a query are the same on many pages, but for a few."""
    return "%0A".join(map(_quoted_line, str(value).split("\n")))


@remembering(1024)
def _quoted_line(line: str) -> str:
    if not line.isascii():
        return quote_plus(line)
    return line.translate(_QUOTED)
