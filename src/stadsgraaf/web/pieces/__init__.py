"""Parts that a page has many of, written as text: a template takes several times as long for each.

Each piece is text as it stands in a page. Templates call them by their names:
``{{ named(item) }} {{ inline(view, value) }}``.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Final, ParamSpec

from markupsafe import Markup

from stadsgraaf.web.markup import safe
from stadsgraaf.web.pieces.around import neighbours
from stadsgraaf.web.pieces.claims import badges, claim, contest, evidence, voices
from stadsgraaf.web.pieces.links import link_elements, list_items, named
from stadsgraaf.web.pieces.times import events, marks
from stadsgraaf.web.pieces.values import inline, refs

__all__ = ["PIECES"]

_Given = ParamSpec("_Given")


def _markup(piece: Callable[_Given, str]) -> Callable[_Given, Markup]:
    @wraps(piece)
    def given(*args: _Given.args, **named: _Given.kwargs) -> Markup:
        return safe(piece(*args, **named))

    return given


#: The pieces by the names that templates have for them.
PIECES: Final[Mapping[str, Callable[..., Markup]]] = {
    piece.__name__: _markup(piece)
    for piece in (
        *(badges, claim, contest, evidence, voices),
        *(events, marks, neighbours),
        *(inline, refs, link_elements, list_items, named),
    )
}
