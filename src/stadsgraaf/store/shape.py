"""Whether the answer to a query may be far larger than the data.

Such an answer is held back until it is complete, so that a limit that hits is an error and not a
transfer broken off. The tokens tell enough: patterns that share no variable multiply, and so may a
path of any length, and a template of many triples.

>>> multiplies("SELECT * { ?a ?b ?c . ?d ?e ?f }")
True
>>> multiplies("SELECT * { ?a ?b ?c . ?c ?e ?f OPTIONAL { ?f ?g ?h } }")
False
"""

from dataclasses import dataclass, field

from stadsgraaf.store.lexer import Token, tokens

__all__ = ["multiplies"]

#: Triples of a template from which it counts as a multiplier.
_LARGE_TEMPLATE = 20
_FORMS = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
#: Words that begin something else than the triple before.
_BREAKS = frozenset(("OPTIONAL", "GRAPH", "VALUES", "BIND", "FILTER", "MINUS", "LATERAL"))
_CLOSURES = frozenset(("*", "+"))


@dataclass
class _Group:
    """What lies between two braces.

    ``parts`` are the variables of its triples and groups, those that share one taken together;
    ``part`` is the one that is being read.
    """

    counts: bool = True
    is_template: bool = False
    form: str = ""
    parts: list[set[str]] = field(default_factory=list)
    part: set[str] = field(default_factory=set)
    has_closure: bool = False
    triples: int = 0
    parentheses: int = 0
    filtered_from: int | None = None
    after_group: bool = False

    def end_part(self) -> bool:
        """Take the part in; whether it is a path between two unknown ends."""
        part, self.part = self.part, set()
        closure, self.has_closure = self.has_closure and len(part) > 1, False
        self.after_group = False
        if part:
            apart = [other for other in self.parts if not other & part]
            joined = part.union(*(other for other in self.parts if other & part))
            self.parts = [*apart, joined]
        return closure

    @property
    def variables(self) -> set[str]:
        """All variables."""
        return self.part.union(*self.parts)


def multiplies(query: str) -> bool:
    """Whether patterns share no variable, a path has no known end, or a template is large."""
    return _Reader().read(query)


class _Reader:
    def __init__(self) -> None:
        self._groups = [_Group()]
        self._last = ""

    def read(self, query: str) -> bool:
        for token in tokens(query):
            if self._multiplies(token):
                return True
            self._last = token.text.upper()
        return False

    def _multiplies(self, token: Token) -> bool:
        group = self._groups[-1]
        if token.kind == "word":
            return self._word(group, token.text.upper())
        if token.kind == "punctuation":
            return self._punctuation(group, token.text)
        broken = group.after_group and not group.parentheses and group.end_part()
        if token.kind == "variable" and group.filtered_from is None and not group.form:
            group.part.add(token.text[1:])
        return broken

    def _word(self, group: _Group, word: str) -> bool:
        if word in _FORMS:
            group.form = word
        if word in _BREAKS and not group.parentheses:
            closure = group.end_part()
            if word == "FILTER":
                group.filtered_from = group.parentheses
            return closure
        return False

    def _punctuation(self, group: _Group, text: str) -> bool:
        if text == "{":
            return self._open(group)
        if text == "}" and len(self._groups) > 1:
            return self._close(self._groups.pop())
        if text == "(":
            group.parentheses += 1
        elif text == ")":
            group.parentheses -= 1
            if group.filtered_from == group.parentheses:
                group.filtered_from = None
        elif text in _CLOSURES and group.filtered_from is None and not group.form:
            group.has_closure = True
        elif text in ".;," and not group.parentheses:
            group.triples += 1
            return text == "." and group.end_part()
        return False

    def _open(self, group: _Group) -> bool:
        """A group begins: part of what was read when a GRAPH names it or a UNION goes before."""
        closure = group.after_group and self._last != "UNION" and group.end_part()
        inner = _Group(counts=self._last not in ("EXISTS", "MINUS"))
        inner.is_template = group.form == "CONSTRUCT" and self._last != "WHERE"
        if group.form:
            group.form = "" if inner.is_template else "done"
        self._groups.append(inner)
        return closure

    def _close(self, inner: _Group) -> bool:
        group = self._groups[-1]
        inner.triples += bool(inner.part)
        closure = inner.end_part()
        if inner.is_template:
            return inner.triples > _LARGE_TEMPLATE
        if group.filtered_from is not None:
            group.filtered_from = None
        if inner.counts:
            group.part |= inner.variables
        group.after_group = True
        return closure or (inner.counts and len(inner.parts) > 1)
