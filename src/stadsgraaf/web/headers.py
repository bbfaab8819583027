"""Response headers that many answers share.

Content Security Policy: https://www.w3.org/TR/CSP3/ · Link: RFC 8288,
https://www.rfc-editor.org/rfc/rfc8288 · Signposting: https://signposting.org/FAIR/
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from urllib.parse import quote

from starlette.responses import Response

from stadsgraaf import __version__

__all__ = [
    "CORS",
    "CSP",
    "MINUTE",
    "SECURITY",
    "Link",
    "attachment",
    "keep_nothing",
    "link_header",
    "tag_of",
    "ways_in",
]

#: Nothing inline, nothing from elsewhere, nobody's frame.
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

#: On every answer.
SECURITY: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # the version of what answers, as https://gitdocumentatie.logius.nl/publicatie/api/adr/ asks for
    "API-Version": __version__,
}

#: On data, which anybody's page may read.
CORS: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, ETag, Content-Location, Content-Language, Stadsgraaf-Release",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

#: ``Cache-Control`` of what another release may change.
MINUTE: Final = "public, max-age=60"

_LONGEST_HEADER = 6000
#: A link that a header has as it is.
_PLAIN: Final = re.compile(r"[\w/:@!$&'()*+,;=\-.~%?#\[\]]*", re.ASCII)


class Link(NamedTuple):
    """One typed link from a page: in the ``Link`` header and in the head of the HTML."""

    href: str
    rel: str
    media_type: str | None = None
    language: str | None = None
    title: str | None = None

    def __str__(self) -> str:
        """The link as the header writes it; characters beyond ASCII are escaped."""
        href = self.href
        if not _PLAIN.fullmatch(href):
            href = quote(href, safe="/:@!$&'()*+,;=-._~%?#[]")
        parts = [f"<{href}>", f'rel="{self.rel}"']
        if self.media_type:
            parts.append(f'type="{self.media_type}"')
        if self.language:
            parts.append(f'hreflang="{self.language}"')
        return "; ".join(parts)


def link_header(links: Iterable[Link]) -> str:
    """The value of ``Link``; links that no longer fit in a sane header are left out.

    >>> link_header([Link("/doc/x.ttl", "alternate", "text/turtle")])
    '</doc/x.ttl>; rel="alternate"; type="text/turtle"'
    """
    value = ""
    for link in links:
        longer = f"{value}, {link}" if value else str(link)
        if len(longer) <= _LONGEST_HEADER:
            value = longer
    return value


def ways_in(prefix: str) -> list[Link]:
    """Links from every answer to what describes the site; ``prefix`` is its path behind a proxy.

    The relations are those of RFC 8631, https://www.rfc-editor.org/rfc/rfc8631, and RFC 9727.
    """
    return [
        Link(f"{prefix}/.well-known/api-catalog", "api-catalog"),
        Link(f"{prefix}/openapi.json", "service-desc", "application/json"),
        Link(f"{prefix}/sparql", "service-desc", "text/turtle"),
        Link(f"{prefix}/data.ttl", "service-meta", "text/turtle"),
    ]


def keep_nothing(answer: Response) -> None:
    """Let an answer that may differ the next time be kept by nobody: it has no entity tag."""
    del answer.headers["ETag"]
    answer.headers["Cache-Control"] = "no-cache"


def tag_of(body: bytes) -> str:
    """A strong entity tag, by the bytes themselves."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def attachment(name: str) -> str:
    """``Content-Disposition`` to save under a name, RFC 6266.

    >>> attachment("g5.ttl")
    'attachment; filename="g5.ttl"'
    """
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "_" for c in name)
    fallback = f'attachment; filename="{plain}"'
    return fallback if plain == name else f"{fallback}; filename*=UTF-8''{quote(name, safe='')}"
