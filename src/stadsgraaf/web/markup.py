"""Text as it stands in a page: escaped once, quickly, for a page has a thousand pieces of it.

>>> link("a < b", "/x?a=1&b=2")
'<a href="/x?a=1&amp;b=2">a &lt; b</a>'
>>> escaped('x onload="y"')
'x onload&#61;&#34;y&#34;'
"""

import re
from typing import Final

from markupsafe import Markup, escape

__all__ = ["attributes", "encode", "escaped", "link", "safe"]

#: What reads as an event handler. Escaped text cannot become one; scanners see it all the same.
_HANDLER: Final = re.compile(r"(\bon\w++\s*+)=", re.IGNORECASE)
#: Text without any of these stands in a page as it is.
_special: Final = re.compile("[&<>\"'=]").search
#: Characters that HTML cannot carry; shown as U+FFFD.
_NEVER_RENDERED: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
#: The same in UTF-8: those of ASCII, and what the others begin with.
_CONTROLS: Final = bytes((*range(9), 11, *range(14, 32), 127))
_BEYOND: Final = (
    re.compile(rb"\xc2[\x80-\x9f]"),
    re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])"),
)


def escaped(text: str) -> str:
    """A text as it stands in a page; markup as it is."""
    if not _special(text) or text.__class__ is Markup:
        return text
    return _HANDLER.sub(r"\1&#61;", str(escape(text)))


def safe(markup: str) -> Markup:
    """Text that was put together from what is escaped, as markup."""
    return Markup(markup)  # noqa: S704 – its parts are escaped, or constants


def attributes(href: str) -> str:
    """The attributes of a link: one that leaves the site vouches for nothing and tells nothing."""
    rel = "" if href.startswith(("/", "#")) else ' rel="nofollow ugc noopener noreferrer"'
    return f'href="{escape(href) if _special(href) else href}"{rel}'


def link(text: str, href: str | None) -> str:
    """A text that leads somewhere, or does not."""
    return f"<a {attributes(href)}>{escaped(text)}</a>" if href else escaped(text)


def encode(page: str) -> bytes:
    """The page as it goes out, without what HTML cannot carry."""
    encoded = page.encode()
    is_clean = len(encoded.translate(None, _CONTROLS)) == len(encoded)
    if is_clean and not any(pattern.search(encoded) for pattern in _BEYOND):
        return encoded
    return _NEVER_RENDERED.sub("\ufffd", page).encode()
