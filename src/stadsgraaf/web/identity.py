r"""What makes two questions the same: white space and comments do not.

Entity tags: RFC 9110, section 8.8.3, https://www.rfc-editor.org/rfc/rfc9110#name-etag

>>> normalized("SELECT *\n# all\n{?s ?p 'a  # b' } ")
"SELECT * { ?s ?p 'a  # b' }"
>>> is_volatile("SELECT (now # when?\n () AS ?t) {}"), is_volatile("ASK { ?s ?p 'NOW()' }")
(True, False)
"""

import hashlib
import re
from typing import Final

from stadsgraaf import __version__
from stadsgraaf.store.base import Question

__all__ = ["entity_tag", "is_volatile", "normalized"]

#: What is kept as it stands: strings and IRIs.
_KEPT: Final = r"""
    \"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
    | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+' | <[^<>"\s]*+>
"""
#: Those, marks that need no white space around them, words, comments, and what is left.
_PARTS: Final = re.compile(
    rf"""(?:{_KEPT}) | [{{}};,] | (?:[^ \t\r\n"'<\\#{{}};,]|\\.)++ | \#[^\r\n]*+ | ["'<\\]""",
    re.VERBOSE | re.DOTALL,
)
#: Functions whose value changes from one evaluation to the next, and what others may change.
_VOLATILE: Final = re.compile(r"(?:NOW|RAND|UUID|BNODE) ?\(|\bSERVICE\b", re.IGNORECASE)
_SUSPECT: Final = ("now", "rand", "uuid", "bnode", "service", "construct")
#: Comments, strings and IRIs say nothing of functions; a lone sign does not either.
_SKIPPED: Final = frozenset("#\"'<")
#: A template makes its blank nodes anew each time.
_BLANK_TEMPLATE: Final = re.compile(r"\bCONSTRUCT\b.*(?:_:|\[)", re.IGNORECASE | re.DOTALL)
#: An escape may be any character, also one that white space or a name is made of.
_ESCAPE: Final = re.compile(r"\\[uU]")


def normalized(query: str) -> str:
    """The query with one space between its parts, and no comments.

    One with a quote that nothing closes stays as it is: a space could make a string of it.
    """
    if _ESCAPE.search(query):
        return query
    parts = _PARTS.findall(query)
    if '"' in parts or "'" in parts:
        return query
    return " ".join([part for part in parts if part[0] != "#"])


def is_volatile(query: str) -> bool:
    """Whether the answer may differ from one evaluation to the next."""
    if _ESCAPE.search(query):
        return True
    text = query.lower()
    if not any(word in text for word in _SUSPECT):
        return False
    bare = " ".join([part for part in _PARTS.findall(query) if part[0] not in _SKIPPED])
    return bool(_VOLATILE.search(bare) or _BLANK_TEMPLATE.search(bare))


def entity_tag(release: str, question: Question) -> str | None:
    """The strong tag of an answer; None when it may differ from one evaluation to the next.

    The release and the question make the answer, however it is asked.
    """
    if is_volatile(question.query):
        return None
    parts = (
        __version__,
        release,
        normalized(question.query),
        question.base_iri,
        question.default_graphs,
        question.named_graphs,
        question.results and question.results.name,
        question.rdf and question.rdf.name,
        question.labels,
    )
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'
