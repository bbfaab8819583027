r"""What makes two questions the same: white space and comments do not.

Entity tags: RFC 9110, section 8.8.3, https://www.rfc-editor.org/rfc/rfc9110#name-etag

>>> normalized("SELECT *\n# all\n{?s ?p 'a  # b' } ")
"SELECT * { ?s ?p 'a  # b' }"
>>> is_volatile("SELECT (now # when?\n () AS ?t) {}"), is_volatile("ASK { ?s ?p 'NOW()' }")
(True, False)
"""

import hashlib
import re
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from stadsgraaf import __version__
from stadsgraaf.media import Form, Format
from stadsgraaf.store.base import Question
from stadsgraaf.store.lexer import prologue

__all__ = ["entity_tag", "form_of", "is_volatile", "normalized"]

_VERSION: Final = __version__.encode()

#: What is kept as it stands: strings and IRIs.
_KEPT: Final = r"""
    \"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
    | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+' | <?<[^<>"\x00-\x20]*+>
"""
#: Those, marks that need no white space around them, words, comments, and what is left.
_PARTS: Final = re.compile(
    rf"""(?:{_KEPT}) | [{{}};,] | (?:[^ \t\r\n"'<\\#{{}};,]|\\.)++ | \#[^\r\n]*+ | <[<=]?+ | ["'\\]""",
    re.VERBOSE | re.DOTALL,
)
#: Functions whose value changes from one evaluation to the next, and what others may change.
_VOLATILE: Final = re.compile(r"(?:NOW|RAND|UUID|BNODE) ?\(|\bSERVICE\b", re.IGNORECASE)
_SUSPECT: Final = ("now", "rand", "uuid", "bnode", "service")
#: Comments, strings and IRIs say nothing of functions; a lone sign does not either.
_SKIPPED: Final = frozenset("#\"'<")
#: A template makes its blank nodes anew each time: also those of lists, reifiers and annotations.
_BLANKS: Final = ("_:", "[", "(", ">>", "~", "{|")
_CONSTRUCT: Final = re.compile(r"\bCONSTRUCT\b\s*+", re.IGNORECASE)
_BLANK_TEMPLATE: Final = re.compile(
    r"\{[^{}]*?(?:_:|[\[(~{]|>>)|(?!\{).*(?:_:|[\[(~]|>>|\{ \|)", re.DOTALL
)
#: An escape may be any character, also one that white space or a name is made of. A comment with a
#: character that no query may have is not to be left out of one that has the answer of another.
_ESCAPE: Final = re.compile(r"\\[uU]|\x00")


#: What few queries have, and what makes it hard to see where strings end.
_UNUSUAL: Final = ("'", "\\", '"""', "{|", "|}", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f")
_IRI: Final = re.compile(r'<[^<>"\x00-\x20]*+>')
_MARKS: Final = "{};,"


def normalized(query: str) -> str:
    """The query with one space between its parts, and no comments.

    One with a quote that nothing closes stays as it is: a space could make a string of it.
    """
    first, rest = prologue(query)
    if (
        query.isascii()
        and (begin := _plain_prologue(first)) is not None
        and (plain := _plainly(rest)) is not None
    ):
        return f"{begin} {plain}" if begin and plain else begin + plain
    if _ESCAPE.search(query) or "{|" in query or "|}" in query:  # marks that no space may part
        return query
    parts = _PARTS.findall(query)
    if '"' in parts or "'" in parts or _is_ambiguous(query, parts):
        return query
    return " ".join([part for part in parts if part[0] != "#"])


def _is_ambiguous(query: str, parts: Sequence[str]) -> bool:
    """Whether an IRI may be an operator and a comment, in which three quotes may begin a string or not."""
    has_long = '"""' in query or "'''" in query
    return has_long and any(part[0] == "<" and "#" in part for part in parts)


def _plainly(query: str) -> str | None:
    """The same, faster, of a query without comments and with simple strings only; else None."""
    if any(sign in query for sign in _UNUSUAL):
        return None
    iris = _IRI.findall(query)
    within = "".join(iris)
    if (
        query.count("#") != within.count("#")
        or query.count("<") != len(iris)
        or query.count(">") != len(iris)
        or any(mark in within for mark in _MARKS)
    ):
        return None
    parts = query.split('"')
    if len(parts) % 2 == 0:
        return None
    parts[::2] = [" ".join(_spaced(part).split()) for part in parts[::2]]
    strings = parts[1::2]
    if any("\n" in string or "\r" in string for string in strings):
        return None
    parts[1::2] = [f'"{string}"' for string in strings]
    return " ".join(filter(None, parts))


#: Most queries begin with the same prefixes.
_plain_prologue = lru_cache(maxsize=256)(_plainly)


def _spaced(text: str) -> str:
    """Text between strings with white space around marks and IRIs."""
    text = text.replace("<", " <").replace(">", "> ").replace("{", " { ").replace("}", " } ")
    return text.replace(";", " ; ").replace(",", " , ")


#: In a prologue with none of these nothing makes a query volatile, and no string goes on behind it.
_HARMFUL: Final = ("\\", '"', "'", "construct", *_BLANKS, *_SUSPECT)


@lru_cache(maxsize=256)
def _is_harmless(text: str) -> bool:
    """Whether a prologue says nothing about that. Most queries begin with the same one."""
    text = text.lower()
    return not any(sign in text for sign in _HARMFUL)


def is_volatile(query: str) -> bool:
    """Whether the answer may differ from one evaluation to the next."""
    first, rest = prologue(query)
    if _is_harmless(first):
        query = rest
    if "\\" in query and _ESCAPE.search(query):
        return True
    text = query.lower()
    has_template = "construct" in text and any(sign in text for sign in _BLANKS)
    if not has_template and not any(word in text for word in _SUSPECT):
        return False
    parts = _PARTS.findall(query)
    bare = " ".join([part for part in parts if part[0] not in _SKIPPED])
    if _VOLATILE.search(bare) or _is_ambiguous(query, parts):
        return True
    form = _CONSTRUCT.search(bare)  # the first only: there is one, and many take long
    return bool(form and _BLANK_TEMPLATE.match(bare, form.end()))


#: What stands before the form of a query, without comments. Each repetition is possessive.
_FORM: Final = re.compile(
    r"(?:\s++|PREFIX\s++[^\s<>#]*+\s*+<[^<>\s]*+>|BASE\s*+<[^<>\s]*+>|VERSION\s*+[\"'][^\"'\s]*+[\"'])*+"
    r"(SELECT|ASK|CONSTRUCT|DESCRIBE)\b",
    re.IGNORECASE,
)


_FORMS: Final[Mapping[str, Form]] = {"SELECT": "select", "ASK": "ask"}


def form_of(query: str) -> Form | None:
    r"""The form of a query; None when that takes more to find out.

    >>> form_of("PREFIX a: <http://a/> # of\nask {}"), form_of("DESCRIBE <a>")
    ('ask', 'graph')
    """
    return _form_of(normalized(query))


def _form_of(query: str) -> Form | None:
    """The form of one without comments."""
    found = _FORM.match(query)
    return _FORMS.get(found[1].upper(), "graph") if found else None


def entity_tag(release: str, question: Question, results: Format | None = None) -> str | None:
    """The strong tag of an answer; None when it may differ from one evaluation to the next.

    The release and the question make the answer, however it is asked, and whatever else its client would
    take: the format of the other kind of answers has no say. ``results`` is what becomes of it when that
    is another format than the question has.
    """
    if is_volatile(question.query):
        return None
    chosen = results or question.results
    query = normalized(question.query)
    form = _form_of(query)
    parts = (
        release,
        question.base_iri,
        question.default_graphs,
        question.named_graphs,
        chosen.name if chosen and form != "graph" else None,
        question.rdf.name if question.rdf and form in ("graph", None) else None,
        question.labels,
    )
    digest = _begun(parts).copy()
    digest.update(query.encode("utf-8", "surrogatepass"))
    return f'"{digest.hexdigest()[:32]}"'


@lru_cache(maxsize=64)
def _begun(parts: Hashable) -> "hashlib._Hash":
    """The digest of what many questions have in common."""
    return hashlib.sha256(_VERSION + repr(parts).encode("utf-8", "surrogatepass"))
