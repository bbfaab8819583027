"""Texts of others as they may be written on a terminal, in the log of a CI server, and in a page."""

import re

__all__ = ["printable"]

#: What moves the cursor of a terminal, or does worse.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    r"""A text without control characters; tabs and line breaks stay.

    >>> printable("a\x1b[31mb\n")
    'a\ufffd[31mb\n'
    """
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))
