"""What the words of a SPARQL query name.

https://www.w3.org/TR/sparql11-query/#sparqlGrammar
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from stadsgraaf.errors import QueryTooComplex, QueryTooDeep, StadsgraafError, Text
from stadsgraaf.store import lexer
from stadsgraaf.store.lexer import Token
from stadsgraaf.store.precheck import check

__all__ = ["mentioned", "prefixes_of", "tokens", "too_complex"]

_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def tokens(query: str) -> list[Token]:
    """The words of a query, without space and comments.

    >>> [token.text for token in tokens("SELECT * { ?s sg:date 1 } # all")]
    ['SELECT', '*', '{', '?s', 'sg:date', '1', '}']
    """
    return list(_tokens(query))


@lru_cache(maxsize=512)
def _tokens(query: str) -> Sequence[Token]:
    """The same: stage after stage looks at the queries of shapes."""
    return list(lexer.tokens(query))


def prefixes_of(words: list[Token]) -> dict[str, str]:
    """The prefixes that a query declares.

    >>> prefixes_of(tokens("PREFIX e: <http://e/> ASK {}"))
    {'e': 'http://e/'}
    """
    return {
        words[i + 1].text[:-1]: words[i + 2].text[1:-1]
        for i, word in enumerate(words[:-2])
        if word.upper == "PREFIX" and words[i + 1].kind == "prefixed" and words[i + 2].kind == "iri"
    }


def mentioned(words: list[Token], prefixes: Mapping[str, str]) -> Iterator[tuple[str, Token]]:
    """Every IRI that a query names, with the word that names it; declarations are left out."""
    declared = _declarations(words)
    for number, word in enumerate(words):
        if number in declared:
            continue
        if word.kind == "iri":
            yield _ESCAPED.sub(_character, word.text[1:-1]), word
        elif word.kind == "prefixed":
            prefix, _, local = word.text.partition(":")
            if prefix in prefixes:
                yield prefixes[prefix] + re.sub(r"\\(.)", r"\1", local), word


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1] or escape[2], 16))


def _declarations(words: list[Token]) -> set[int]:
    found: set[int] = set()
    for number, word in enumerate(words):
        if word.upper == "PREFIX":
            found |= {number + 1, number + 2}
        elif word.upper == "BASE":
            found.add(number + 1)
    return found


def too_complex(query: str) -> Text | None:
    """Why a query is not asked: it nests so deep, or is so long, that an engine may break on it.

    >>> too_complex("ASK { FILTER" + "(" * 100 + "1" + ")" * 100 + " }") is None
    False
    """
    try:
        check(query, services=True)
    except (QueryTooComplex, QueryTooDeep) as error:
        return Text(error.detail("en"), error.detail("nl"))
    except StadsgraafError:
        pass  # what else is wrong is for others to tell
    return None


def paired(query: str) -> str:
    """Whether a query finds two things that have the same: "by value" when that alone is its value.

    >>> paired("SELECT $this ?value { $this e:p ?value . ?b e:p ?value FILTER (?b != $this) }")
    'by value'
    >>> paired("SELECT $this { $this a e:C ; e:p ?v . ?b e:p ?v ; e:q ?w FILTER ($this != ?b) }")
    'by another'
    >>> paired("SELECT $this { $this e:p ?v . ?b e:q ?v FILTER ($this != ?b) }")
    ''
    """
    found = _OTHER.search(query)
    if found is None or "NOT EXISTS" in query[: found.start()].upper():
        return ""
    same = _said_of("this", query) & _said_of(found[1] or found[2], query)
    shared = {name for _, name in same if name.startswith(("?", "$"))}
    if not shared:
        return ""
    chosen = {"value", *_CHOSEN.findall(query)}
    return "by value" if {name[1:] for name in shared} <= chosen else "by another"


_OTHER = re.compile(r"[?$](\w+)\s*!=\s*[?$]this\b|[?$]this\s*!=\s*[?$](\w+)")
_CHOSEN = re.compile(r"(?i)\([?$](\w+)\s+AS\s+[?$]value\)")


def _said_of(name: str, query: str) -> set[tuple[str, str]]:
    """Predicates and objects of a variable."""
    body = query[query.find("{") :]
    blocks = re.findall(rf"[?$]{name}\s+([^{{}}]*?)(?=\.\s|\bFILTER\b|[{{}}])", body)
    words = [part.split() for block in blocks for part in block.split(";")]
    return {(pair[0], pair[1]) for pair in words if len(pair) == 2}  # noqa: PLR2004 – no list of objects
