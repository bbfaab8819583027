r"""Slips of the pen that are good RDF: addresses nobody can follow, characters that were two.

>>> [slip.meant for slip in addresses('<http://e/a> <http://e/p> <htp://e/b> , <www.e.nl> .')]
['http://e/b', 'https://www.e.nl']
>>> [slip.meant for slip in misread('<http://e/a> <http://e/p> "Zo\u00c3\u00ab" .')]
['Zoë']
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["Slip", "addresses", "decimal_commas", "misread"]


class Slip(NamedTuple):
    """What stands in a text from ``start`` to ``end``, and what was meant."""

    start: int
    end: int
    written: str
    meant: str


_SCHEME: Final = (
    r"""[<"'](h{0,2}t{1,3}p{0,2}s{0,2})(:?)([/\\]{0,3})([^\s<>"'/\\:][^\s<>"']*)(?=[>"'])"""
)
_BARE: Final = r"""<((?:www\.|(?:[\w-]+\.)+(?:nl|com|org|net|edu|eu|gov|info)(?=[/>]))[^\s<>:]*)>"""
_MAIL: Final = r"""<([\w.+-]+@[\w-]+(?:\.[\w-]+)+)>"""
_ADDRESS: Final = re.compile(f"{_SCHEME}|{_BARE}|{_MAIL}", re.IGNORECASE)
_SCHEMES: Final = frozenset({"http", "https"})


def addresses(text: str) -> Iterator[Slip]:
    """Addresses of the web and of mail that are written wrong."""
    for found in _ADDRESS.finditer(text):
        scheme, colon, slashes, rest, bare, mail = found.groups()
        if bare or mail:
            written = bare or mail
            yield Slip(found.start() + 1, found.end() - 1, written, _whole(written, bool(mail)))
        elif scheme.lower() in _SCHEMES and (colon, slashes) == (":", "//"):
            continue
        elif len(scheme) > 2 and slashes and (colon or slashes == "//"):  # noqa: PLR2004 – no relative path t/…
            end = found.end()
            secure = "s" if scheme.lower().endswith("s") else ""
            yield Slip(
                found.start() + 1, end, text[found.start() + 1 : end], f"http{secure}://{rest}"
            )


def _whole(written: str, mail: bool) -> str:  # noqa: FBT001 – private
    return f"mailto:{written}" if mail else f"https://{written}"


#: What all of them have, and few files: sooner looked for.
_COMMA: Final = re.compile(r",(?=\d)")
_DECIMAL: Final = re.compile(r"(?<=[\s(])([+-]?\d+),(\d+)(?=\s*[;.)\]]|\s+[;.])")


def decimal_commas(text: str) -> Iterator[Slip]:
    """Two whole numbers with a comma and nothing else between them.

    >>> [slip.meant for slip in decimal_commas("<http://e/a> <http://e/p> 453,5 ; <http://e/q> 1,2,3 .")]
    ['453.5']
    """
    if not _COMMA.search(text):
        return
    for found in _DECIMAL.finditer(text):
        yield Slip(found.start(), found.end(), found[0], f"{found[1]}.{found[2]}")


#: A character of UTF-8 read as two or three of Windows-1252; and the word around it.
_MISREAD: Final = re.compile(
    r"[\u00c2-\u00c5][\u0080-\u00bf\u0152-\u2122]|\u00e2\u20ac[\u0080-\u2122]"
)
_FIRST: Final = "\u00c2\u00c3\u00c4\u00c5\u00e2"
_BEFORE, _AFTER = re.compile(r"[^\s\"'<>]{0,40}\Z"), re.compile(r"[^\s\"'<>]{0,40}")


def misread(text: str) -> Iterator[Slip]:
    """Words with UTF-8 that was taken for Windows-1252."""
    if not any(first in text for first in _FIRST):
        return
    done = 0
    for found in _MISREAD.finditer(text):
        before = _BEFORE.search(text, max(found.start() - 40, done), found.start())
        after = _AFTER.match(text, found.end())
        start = before.start() if before else found.start()
        end = after.end() if after else found.end()
        if start < done:
            continue
        try:
            meant = text[start:end].encode("cp1252").decode("utf-8")
        except UnicodeError:
            continue
        done = end
        yield Slip(start, end, text[start:end], meant)
