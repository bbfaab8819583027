"""Which format an address answers in: by its suffix, else by ``Accept``.

RFC 9110, section 12.5.1, https://www.rfc-editor.org/rfc/rfc9110#name-accept

>>> from stadsgraaf.media import RDF
>>> lines = [(b"accept", b"text/html;q=0.5"), (b"accept", b"text/turtle")]
>>> chosen_format({"headers": lines}, None, (HTML, *RDF)).name
'Turtle'
"""

from collections.abc import Sequence

from starlette.types import Scope

from stadsgraaf.errors import NotAcceptable
from stadsgraaf.media import HTML, PROBLEM, Format, by_suffix, negotiate
from stadsgraaf.web.protocol import header

__all__ = ["chosen_format", "preferred", "prefers_page"]


def preferred(scope: Scope, offered: Sequence[Format]) -> Format | None:
    """The format that ``Accept`` prefers, however many lines it has; None when none will do."""
    return negotiate(header(scope, b"accept"), offered)


def chosen_format(scope: Scope, suffix: str | None, offered: Sequence[Format]) -> Format:
    """The format by suffix, else by ``Accept``. Raises NotAcceptable when none is."""
    if suffix is not None and (found := by_suffix(suffix, offered)):
        return found
    chosen = preferred(scope, offered)
    if chosen is None:
        raise NotAcceptable(available=[each.media_type for each in offered])
    return chosen


def prefers_page(scope: Scope) -> bool:
    """Whether who asks would rather have a page than problem details."""
    return preferred(scope, (PROBLEM, HTML)) is HTML
