"""The tokens of a SPARQL query, in time linear in its length.

Follows the terminals of SPARQL 1.1, https://www.w3.org/TR/sparql11-query/#sparqlGrammar

>>> [token.text for token in tokens("ASK { ?s a ex:T } # end")]
['ASK', '{', '?s', 'a', 'ex:T', '}']

The engine has its own parser, which may cut some text elsewhere; so what is read here serves clear
messages and the binding of variables, never safety. That is the sandbox's.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

__all__ = ["Kind", "Token", "after_literal", "position", "prologue", "tokens"]

#: Characters of a prologue that is cut off: who remembers some is to remember little.
_LONGEST_PROLOGUE: Final = 4096

Kind = Literal[
    "iri",
    "string",
    "variable",
    "language",
    "blank",
    "number",
    "prefixed",
    "word",
    "punctuation",
    "unclosed",
    "stray",
]


class Token(NamedTuple):
    """A piece of a query, and where it starts."""

    kind: Kind
    text: str
    start: int

    @property
    def upper(self) -> str:
        """A keyword or function name as SPARQL compares it; empty for other kinds."""
        return self.text.upper() if self.kind == "word" else ""


# Every repetition is possessive, and no alternative fails after having read far: a string that is
# never closed is a token of its own, up to where it had to end.
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]++ | \#[^\r\n]*+)
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)
    | (?P<string>
        \"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3}
      | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
      | "(?!"")(?:[^"\\\r\n]|\\[^\r\n])*+"
      | '(?!'')(?:[^'\\\r\n]|\\[^\r\n])*+'
      )
    | (?P<unclosed>(?:\"{3}|'{3}).*+ | ["'][^\r\n]*+)
    | (?P<variable>[?$]\w++)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
    | (?P<blank>_:\w(?:[\w\-]|\.(?=[\w\-.]))*+)
    | (?P<number>(?:[0-9]++(?:\.(?:[0-9]++|(?=[eE][+-]?[0-9])))?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)
    | (?P<word>[^\W\d][\w.\-]*+(?!:))
    | (?P<prefixed>(?:[^\W\d][\w.\-]*+)?:(?:[\w:\-]|\.(?=[\w:\-.%\\])|%[0-9A-Fa-f]{2}|\\.)*+)
    | (?P<punctuation><<\(?|\)?>>|\|\||&&|!=|<=|>=|\^\^|[{}()\[\].,;*/|^?+\-!=<>~$&])
    | (?P<stray>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"\w++|[.\-]")


def tokens(query: str) -> Iterator[Token]:
    """The tokens, without white space and comments. Never raises.

    >>> [token.text for token in tokens("?s ex:p 1. ?s ex:q 1.5")]
    ['?s', 'ex:p', '1', '.', '?s', 'ex:q', '1.5']
    """
    for found in _TOKEN.finditer(query):
        if found.lastgroup == "space":
            continue
        kind: Kind = found.lastgroup  # type: ignore[assignment]  # the groups are named as Kind
        if kind == "word" and not found[0].isalnum():
            yield from _words(found[0], found.start())
        else:
            yield Token(kind, found[0], found.start())


def _words(run: str, start: int) -> Iterator[Token]:
    """``true.SERVICE`` is two words and a dot: keywords carry neither dots nor hyphens."""
    for part in _WORD.finditer(run):
        kind: Kind = "punctuation" if part[0] in ".-" else "word"
        yield Token(kind, part[0], start + part.start())


def after_literal(found: Sequence[Token], at: int) -> int:
    """Where what follows a literal is: its text at ``at`` may have a language tag or a datatype.

    >>> words = list(tokens("'a' 'b'@nl 'c'^^ex:T"))
    >>> [after_literal(words, at) for at in (0, 1, 3)]
    [1, 3, 6]
    """
    following = found[at + 1] if at + 1 < len(found) else None
    if following is None:
        return at + 1
    return at + (2 if following.kind == "language" else 3 if following.text == "^^" else 1)


def prologue(query: str) -> tuple[str, str]:
    r"""The lines to the last that begins with PREFIX, and the rest: many queries have the same first part.

    No token goes beyond the end of a line, but a string that three quotes begin.

    >>> prologue('PREFIX a: <http://a/>\nASK {}')
    ('PREFIX a: <http://a/>\n', 'ASK {}')
    """
    start = query.rfind("\nPREFIX ") + 1
    if not start and not query.startswith("PREFIX "):
        return "", query
    end = query.find("\n", start) + 1
    return (query[:end], query[end:]) if end <= _LONGEST_PROLOGUE else ("", query)


def position(query: str, offset: int) -> tuple[int, int]:
    r"""Line and column, both from 1, of a character.

    >>> position("ASK {\n  ?s }", 8)
    (2, 3)
    """
    before = query[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")
