"""What a shape or a query reads: the predicates and classes that it names.

Whoever reads everything (a closed shape, a predicate that is a variable), or may do so, says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store.lexer import Token
from stadsgraaf.validation import sparql
from stadsgraaf.validation.patterns import NotRead, are_escaped, patterns_of

__all__ = ["Reads", "reads_of_query"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_OPEN_BEFORE: Final = frozenset({";", "]", ")", "["})
_OPEN_AFTER: Final = frozenset({"[", "("})
_TERMS: Final = frozenset({"variable", "iri", "prefixed", "blank", "string", "number"})


@dataclass(frozen=True)
class Reads:
    """What a shape or query reads: the IRIs that it names, or everything; perhaps all types."""

    iris: frozenset[str] = frozenset()
    everything: bool = False
    types: bool = False

    def __or__(self, other: "Reads") -> "Reads":
        return Reads(
            self.iris | other.iris, self.everything or other.everything, self.types or other.types
        )


def reads_of_query(query: str, prefixes: Mapping[str, str]) -> Reads:
    """What a query reads.

    >>> reads_of_query("SELECT * { ?s <http://e/p> ?o ; a ?c }", {}).types
    True
    >>> reads_of_query("SELECT * { ?s ?p ?o }", {}).everything
    True
    """
    return _reads(query, tuple(sorted(prefixes.items())))


@lru_cache(maxsize=512)
def _reads(query: str, prefixes: tuple[tuple[str, str], ...]) -> Reads:
    words = sparql.tokens(query)
    known = {**dict(prefixes), **sparql.prefixes_of(words)}
    named = frozenset(iri for iri, _ in sparql.mentioned(words, known))
    try:
        read = list(patterns_of(words, known).all())
    except NotRead:
        return _reads_of_words(list(_patterns(words)), named)
    return Reads(
        named,
        everything=any(None in (pattern.forward, pattern.backward) for pattern in read),
        types=_TYPE in named or any(pattern.reads_types for pattern in read),
    )


def _reads_of_words(words: Sequence[Token], named: frozenset[str]) -> Reads:
    """What a query reads whose patterns nobody knows: rather too much than too little."""
    everything = are_escaped(words) or any(
        word.text == "!" or word.upper in {"BASE", "DESCRIBE", "SERVICE"} for word in words
    )
    types = _TYPE in named
    for before, word, after in zip(
        words, words[1:], [*words[2:], Token("punctuation", "", 0)], strict=False
    ):
        if word.text == "a" and word.kind == "word":
            types = types or after.kind not in {"iri", "prefixed"}
        elif word.kind == "variable":
            # where a predicate can stand; in doubt it is one
            opened = before.kind in _TERMS or before.text in _OPEN_BEFORE
            everything |= opened and (after.kind in _TERMS or after.text in _OPEN_AFTER)
    return Reads(named, everything, types)


def _patterns(words: Sequence[Token]) -> Iterator[Token]:
    """The words of a query without those that only say what it gives: SELECT and CONSTRUCT."""
    giving = ""
    for number, word in enumerate(words):
        if word.upper in {"SELECT", "CONSTRUCT"}:
            giving = word.upper
        elif (giving == "SELECT" and word.text == "{") or (
            giving == "CONSTRUCT" and (word.upper == "WHERE" or words[number - 1].text == "}")
        ):
            giving = ""
        if not giving:
            yield word
