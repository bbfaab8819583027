"""Putting RDF terms in the place of variables, the way a caller means it.

>>> bind("SELECT ?s ?type { ?s a ?type }", {"type": "<http://example.org/T>"})
'SELECT ?s ?type { VALUES ?type { <http://example.org/T> } ?s a <http://example.org/T> }'

Inside a group the variable becomes the term, so that it holds in every branch, filter and nested
query, and the engine can look it up. Where only a variable may stand (after SELECT and GROUP BY,
say) it stays, and a VALUES at the start of WHERE gives it its value. A ``VALUES ?type { … }`` in
the query is the default of a variable, and makes room for the term that is bound:

>>> bind("SELECT * { VALUES ?type { <x:Old> } ?s a ?type }", {"type": "<x:New>"})
'SELECT * { VALUES ?type { <x:New> }  ?s a <x:New> }'

Terms are read and written
again by the engine's own parser: no text of a caller ends up in a query.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, RdfFormat, parse

from stadsgraaf.errors import InvalidParameter, Text
from stadsgraaf.store.lexer import Token, tokens

__all__ = ["bind", "read_term"]

_FORMS = frozenset(("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))


def read_term(name: str, term: str) -> str:
    """The term in N-Triples, written anew.

    Raises InvalidParameter when it is not exactly one IRI or literal.

    >>> read_term("city", '"Breda"@nl')
    '"Breda"@nl'
    """
    try:
        quads = list(parse(f"<x:s> <x:p> {term} .", RdfFormat.N_TRIPLES))
    except (SyntaxError, ValueError):
        quads = []
    if len(quads) != 1 or isinstance(quads[0].object, BlankNode):
        reason = Text(f"“{term}” is not an IRI or literal", f"“{term}” is geen IRI of literal")
        raise InvalidParameter(name=name, reason=reason)
    return str(quads[0].object)


def bind(query: str, bindings: Mapping[str, str]) -> str:
    """The query with terms, in N-Triples notation, for variables, named without ``?``.

    Raises InvalidParameter when a term is not an IRI or literal.
    """
    if not bindings:
        return query
    found = list(tokens(query))
    used = {token.text[1:] for token in found if token.kind == "variable"} & set(bindings)
    if not used:
        return query
    terms = {name: read_term(name, bindings[name]) for name in bindings if name in used}
    return "".join(_Binder(query, found, terms).pieces())


@dataclass
class _Level:
    """What lies between two braces: a group, a template or the block of a VALUES.

    ``form`` is set once a query begins here, so when this is the outermost level or a group with a
    nested query; then only what stands in parentheses here is an expression.
    """

    form: str = ""
    parentheses: int = 0
    in_values: bool = False


@dataclass
class _Binder:
    query: str
    tokens: Sequence[Token]
    terms: Mapping[str, str]
    levels: list[_Level] = field(default_factory=lambda: [_Level()])
    last: str = ""

    def pieces(self) -> Iterator[str]:
        """The text again, variables replaced and VALUES inserted."""
        end = index = 0
        while index < len(self.tokens):
            token = self.tokens[index]
            yield self.query[end : token.start]
            taken, piece = self._special(index) or (1, self._piece(token))
            yield piece
            index += taken
            last = self.tokens[index - 1]
            end = last.start + len(last.text)
            self.last = last.text.upper()
        yield self.query[end:]

    def _special(self, index: int) -> tuple[int, str] | None:
        """What takes a variable only: how many tokens it has, and what stands there instead.

        ``BOUND(?x)`` of a bound one is true; ``VALUES ?x { … }`` was its default, and goes.
        """
        match [token.text for token in self.tokens[index : index + 4]]:
            case [word, "(", variable, ")"] if word.upper() == "BOUND":
                return (4, "true") if variable[1:] in self.terms else None
            case [word, variable, "{", *_] if word.upper() == "VALUES":
                return (self._block(index), "") if variable[1:] in self.terms else None
        return None

    def _block(self, index: int) -> int:
        """The number of tokens up to the next closing brace, with it."""
        rest = (token.text for token in self.tokens[index:])
        return next((number for number, text in enumerate(rest, 1) if text == "}"), 1)

    def _piece(self, token: Token) -> str:
        if token.kind == "word":
            self._word(token.text.upper())
        elif token.kind == "punctuation":
            return token.text + self._punctuation(token.text)
        elif token.kind == "variable" and token.text[1:] in self.terms and self._takes_term(token):
            term = self.terms[token.text[1:]]
            return f" {term}" if self.last == "<" else term  # “<<” would open a triple term
        return token.text

    def _word(self, word: str) -> None:
        level = self.levels[-1]
        if word in _FORMS:
            level.form = word
        elif word == "VALUES":
            level.in_values = True

    def _punctuation(self, text: str) -> str:
        """Follow the brackets; what is returned comes after this one."""
        level = self.levels[-1]
        if text == "{":
            return self._open(level)
        if text == "}" and len(self.levels) > 1:
            self.levels.pop()
        elif text == "(":
            level.parentheses += 1
        elif text == ")":
            level.parentheses -= 1
        return ""

    def _open(self, level: _Level) -> str:
        self.levels.append(_Level())
        if level.in_values:
            level.in_values = False
        elif level.form == "CONSTRUCT":
            # After the template comes WHERE, as in a SELECT; the short form has no template.
            level.form = "done" if self.last == "WHERE" else "SELECT"
        elif level.form in _FORMS:
            level.form = "done"
            return "".join(f" VALUES ?{name} {{ {term} }}" for name, term in self.terms.items())
        return ""

    def _takes_term(self, token: Token) -> bool:
        level = self.levels[-1]
        if level.in_values or self.last == "AS":
            return False
        if level.form == "DESCRIBE":
            return self.terms[token.text[1:]].startswith("<")
        return not level.form or level.parentheses > 0
