r"""What makes two questions the same: white space and comments do not.

Entity tags: RFC 9110, section 8.8.3, https://www.rfc-editor.org/rfc/rfc9110#name-etag

>>> normalized("SELECT *\n# all\n{ ?s ?p 'a  # b' } ")
"SELECT *{?s ?p 'a  # b'}"
>>> is_volatile("SELECT (now # when?\n () AS ?t) {}"), is_volatile("ASK { ?s ?p 'NOW()' }")
(True, False)
"""

import hashlib
import re
from typing import Final

from stadsgraaf import __version__
from stadsgraaf.store.base import Question

__all__ = ["entity_tag", "is_volatile", "normalized"]

#: What is kept as it stands: strings, IRIs and escaped characters of names.
_KEPT: Final = r"""
    \"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
    | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+' | <[^<>"\s]*+> | \\.
"""
_GAP: Final = r"(?:[ \t\r\n]|\#[^\r\n]*+)"
_PARTS: Final = re.compile(
    rf"(?P<kept>{_KEPT}) | {_GAP}*+ (?P<mark>[{{}};,]) {_GAP}*+ | (?P<gap>{_GAP}++)",
    re.VERBOSE | re.DOTALL,
)
#: Functions whose value changes from one evaluation to the next, and what others may change.
_VOLATILE: Final = re.compile(r"(?:NOW|RAND|UUID|BNODE) ?\(|\bSERVICE\b", re.IGNORECASE)
_SUSPECT: Final = ("now", "rand", "uuid", "bnode", "service", "construct")
#: A template makes its blank nodes anew each time.
_BLANK_TEMPLATE: Final = re.compile(r"\bCONSTRUCT\b.*(?:_:|\[)", re.IGNORECASE | re.DOTALL)
#: An escape may be any character, also one that white space or a name is made of.
_ESCAPE: Final = re.compile(r"\\[uU]")


def normalized(query: str) -> str:
    """The query with as little white space as says the same, and no comments."""
    if _ESCAPE.search(query):
        return query
    return _PARTS.sub(_part, query).strip(" ")


def _part(found: re.Match[str]) -> str:
    return found["kept"] or found["mark"] or " "


def is_volatile(query: str) -> bool:
    """Whether the answer may differ from one evaluation to the next."""
    if _ESCAPE.search(query):
        return True
    text = query.lower()
    if not any(word in text for word in _SUSPECT):
        return False
    bare = _PARTS.sub(lambda found: "" if found["kept"] else _part(found), query)
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
