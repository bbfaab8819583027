"""From the engine's complaint about a query to a sentence and a place that help.

The engine reports the furthest position that its parser read, which lies behind the fault, and all
that it could have read. So the usual mistakes are found in the tokens first; only when there is none
is the engine's own complaint made readable, and its place found by trying parts of the query.
"""

import difflib
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from stadsgraaf.errors import MalformedQuery, Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store.lexer import Token, position, tokens
from stadsgraaf.store.mistakes import Mistake, of_select, of_terms

__all__ = ["Complain", "diagnose"]

_PAIRS: Mapping[str, str] = {"{": "}", "(": ")", "[": "]", "<<": ">>", "<<(": ")>>"}
_KEYWORDS = frozenset(
    (
        "A",
        "ABS",
        "ADD",
        "ADJUST",
        "ALL",
        "AS",
        "ASC",
        "ASK",
        "AVG",
        "BASE",
        "BIND",
        "BNODE",
        "BOUND",
        "BY",
        "CEIL",
        "CLEAR",
        "COALESCE",
        "CONCAT",
        "CONSTRUCT",
        "CONTAINS",
        "COPY",
        "COUNT",
        "CREATE",
        "DATA",
        "DATATYPE",
        "DAY",
        "DEFAULT",
        "DELETE",
        "DESC",
        "DESCRIBE",
        "DISTINCT",
        "DROP",
        "ENCODE_FOR_URI",
        "EXISTS",
        "FALSE",
        "FILTER",
        "FLOOR",
        "FROM",
        "GRAPH",
        "GROUP",
        "GROUP_CONCAT",
        "HASLANG",
        "HASLANGDIR",
        "HAVING",
        "HOURS",
        "IF",
        "IN",
        "INSERT",
        "INTO",
        "IRI",
        "ISBLANK",
        "ISIRI",
        "ISLITERAL",
        "ISNUMERIC",
        "ISTRIPLE",
        "ISURI",
        "LANG",
        "LANGDIR",
        "LANGMATCHES",
        "LATERAL",
        "LCASE",
        "LIMIT",
        "LOAD",
        "MAX",
        "MD5",
        "MIN",
        "MINUS",
        "MINUTES",
        "MONTH",
        "MOVE",
        "NAMED",
        "NOT",
        "NOW",
        "OBJECT",
        "OFFSET",
        "OPTIONAL",
        "ORDER",
        "PREDICATE",
        "PREFIX",
        "RAND",
        "REDUCED",
        "REGEX",
        "REPLACE",
        "ROUND",
        "SAMETERM",
        "SAMPLE",
        "SECONDS",
        "SELECT",
        "SEPARATOR",
        "SERVICE",
        "SHA1",
        "SHA256",
        "SHA384",
        "SHA512",
        "SILENT",
        "STR",
        "STRAFTER",
        "STRBEFORE",
        "STRDT",
        "STRENDS",
        "STRLANG",
        "STRLANGDIR",
        "STRLEN",
        "STRSTARTS",
        "STRUUID",
        "SUBJECT",
        "SUBSTR",
        "SUM",
        "TIMEZONE",
        "TO",
        "TRIPLE",
        "TRUE",
        "TZ",
        "UCASE",
        "UNDEF",
        "UNION",
        "URI",
        "USING",
        "UUID",
        "VALUES",
        "VERSION",
        "WHERE",
        "WITH",
        "YEAR",
    )
)
_POSITION = re.compile(
    r"error at (?P<line>\d+):(?P<column>\d+): expected (?:one of )?(.*)\Z", re.DOTALL
)
_SENTENCE = re.compile(r"(?:^|, )((?:The|IRI|Prefix|Duplicated|SELECT \*|Invalid|No|Not) [^,\[]+)")
_EXPECTED_SIGN = re.compile(r'"([^"\w]{1,3})"')
#: Longer than any keyword.
_PADDING = " " * 64
_MAX_SHOWN = 40
_NO_COLON = Text(
    "a prefix ends with a colon: PREFIX ex: <http://example.org/>",
    "een prefix eindigt met een dubbele punt: PREFIX ex: <http://example.org/>",
)
_TWO_GROUPS = Text(
    "a blank node cannot stand in two groups: use a variable",
    "een blanco node kan niet in twee groepen staan: neem een variabele",
)
#: The engine's own sentences, in our words.
_SAID: Mapping[str, Text] = {
    "SELECT * is not authorized with GROUP BY": Text(
        "SELECT * cannot go with GROUP BY: name the columns",
        "SELECT * kan niet bij GROUP BY: noem de kolommen",
    ),
    "The SELECT contains a variable that is unbound": Text(
        "SELECT has a variable that is neither grouped nor counted",
        "SELECT heeft een variabele die niet gegroepeerd en niet geteld is",
    ),
    "The SELECT contains an expression with a variable that is unbound": Text(
        "SELECT has an expression with a variable that is neither grouped nor counted",
        "SELECT heeft een expressie met een variabele die niet gegroepeerd en niet geteld is",
    ),
    "The SELECT overrides an existing variable using an expression": Text(
        "a name after AS stands in the group already", "een naam na AS staat al in de groep"
    ),
    "Duplicated variable name in SELECT": Text(
        "a variable stands in SELECT twice", "een variabele staat dubbel in SELECT"
    ),
}

#: What the engine says of a text, or None when that is a query.
Complain = Callable[[str], str | None]


def diagnose(query: str, complaint: str, complain: Complain) -> MalformedQuery:
    """The error to raise for a query that the engine refused with this message."""
    found = list(tokens(query))
    fault = next(_faults(query, found, complaint), None) or _complaint(
        query, found, complaint, complain
    )
    line, column = position(query, fault.start)
    return MalformedQuery(
        line=line, column=column, near=fault.near[:_MAX_SHOWN], reason=fault.reason
    )


def _faults(query: str, found: Sequence[Token], complaint: str) -> Iterator[Mistake]:
    """The usual mistakes, the one that hides others first."""
    if not found:
        yield Mistake(0, "", Text("the query is empty", "de query is leeg"))
    yield from _unclosed_strings(found)
    yield from _brackets(found)
    yield from of_terms(query, found)
    yield from _words(found)
    yield from _prefixes(found)
    yield from of_select(found, complaint)


def _unclosed_strings(found: Sequence[Token]) -> Iterator[Mistake]:
    for token in found:
        if token.kind == "unclosed":
            reason = Text("this string is never closed", "deze tekst wordt nergens afgesloten")
            yield Mistake(token.start, token.text, reason)


def _brackets(found: Sequence[Token]) -> Iterator[Mistake]:
    opened: list[Token] = []
    for token in found:
        if token.kind != "punctuation":
            continue
        if token.text in _PAIRS:
            opened.append(token)
        elif token.text in _PAIRS.values():
            if not opened:
                reason = Text("this bracket closes nothing", "dit haakje sluit niets")
                yield Mistake(token.start, token.text, reason)
                return
            wanted = _PAIRS[opened.pop().text]
            if token.text != wanted:
                reason = Text(
                    f"expected “{wanted}” instead of “{token.text}”",
                    f"verwachtte “{wanted}” in plaats van “{token.text}”",
                )
                yield Mistake(token.start, token.text, reason)
                return
    if opened:
        reason = Text("this bracket is never closed", "dit haakje wordt nergens gesloten")
        yield Mistake(opened[-1].start, opened[-1].text, reason)


def _words(found: Sequence[Token]) -> Iterator[Mistake]:
    last = ""
    for token in found:
        if token.kind == "word" and last == "PREFIX":
            yield Mistake(token.start, token.text, _NO_COLON)
        if token.kind == "word" and token.text.upper() not in _KEYWORDS:
            yield Mistake(token.start, token.text, _unknown_word(token.text))
        last = token.text.upper()


def _unknown_word(word: str) -> Text:
    close = difflib.get_close_matches(word.upper()[:_MAX_SHOWN], _KEYWORDS, n=1, cutoff=0.7)
    shown = word[:_MAX_SHOWN]
    if close:
        return Text(
            f"unknown word “{shown}”; did you mean {close[0]}?",
            f"onbekend woord “{shown}”; bedoelde u {close[0]}?",
        )
    return Text(
        f"unknown word “{shown}”; a name needs a prefix, as in ex:{shown}",
        f"onbekend woord “{shown}”; een naam heeft een prefix nodig, zoals ex:{shown}",
    )


def _prefixes(found: Sequence[Token]) -> Iterator[Mistake]:
    declared = {
        token.text for before, token in itertools.pairwise(found) if before.text.upper() == "PREFIX"
    }
    for token in found:
        prefix = token.text.partition(":")[0] + ":"
        if token.kind == "prefixed" and prefix not in declared:
            yield Mistake(token.start, token.text, _undeclared(prefix))


def _undeclared(prefix: str) -> Text:
    usual = PREFIXES.get(prefix.removesuffix(":"))
    mend = f"PREFIX {prefix} <{usual}>"
    return Text(
        f"the prefix “{prefix}” is not declared" + (f"; begin with {mend}" if usual else ""),
        f"de prefix “{prefix}” is niet bekend" + (f"; begin met {mend}" if usual else ""),
    )


def _complaint(query: str, found: Sequence[Token], complaint: str, complain: Complain) -> Mistake:
    """The engine's own words, at the first token that it could not go on with."""
    bad = _first_bad(query, found, complain)
    start, near = (bad.start, bad.text) if bad else (len(query), "")
    match = _POSITION.match(complaint)
    sentence = _SENTENCE.search(match[3]) if match else None
    if match is None or sentence:
        said = sentence[1].strip() if sentence else complaint
        return Mistake(start, near, _SAID.get(said, Text(said, said)))
    if near.startswith("_:") and near in (token.text for token in found if token.start < start):
        return Mistake(start, near, _TWO_GROUPS)
    return Mistake(start, near, _expected(near, complain(query[:start] + _PADDING) or ""))


def _first_bad(query: str, found: Sequence[Token], complain: Complain) -> Token | None:
    """The first token after which nothing can make it a query; None when it only stops too early.

    The engine tells how far it read, which is behind the fault by the length of some keyword. Cut
    off after a token and padded with more than that, a text is good so far exactly when the engine
    reads it to its end.
    """
    good, bad = 0, len(found) + 1
    while bad - good > 1:
        middle = (good + bad) // 2
        token = found[middle - 1]
        text = query[: token.start + len(token.text)] + _PADDING
        if _reads_all(text, complain(text)):
            good = middle
        else:
            bad = middle
    return found[bad - 1] if bad <= len(found) else None


def _reads_all(text: str, complaint: str | None) -> bool:
    match = _POSITION.match(complaint) if complaint else None
    if match is None:
        return True
    lines = text.splitlines(keepends=True) or [""]
    return int(match["line"]) >= len(lines) and int(match["column"]) > len(lines[-1])


#: What begins with each of some signs, where all of them can stand.
_BEGINNINGS: Final[Mapping[frozenset[str], Text]] = {
    frozenset("?$"): Text("a variable", "een variabele"),
    frozenset(("<", ":")): Text(
        "an IRI or a name with a prefix", "een IRI of een naam met een prefix"
    ),
    frozenset("'+-."): Text("a number", "een getal"),
    frozenset(("'", "'''")): Text("a text", "een tekst"),
}
_MOST_SIGNS: Final = 6


def _possible(complaint: str) -> list[Text]:
    """What the engine would have taken, in words where it lists the signs that a term begins with."""
    signs = [sign for sign in _EXPECTED_SIGN.findall(complaint) if sign not in ("\\", ", ")]
    known = [(begin, words) for begin, words in _BEGINNINGS.items() if begin <= set(signs)]
    said = {sign for begin, _ in known for sign in begin}
    rest = [Text(f"“{sign}”", f"“{sign}”") for sign in signs if sign not in said]
    return [*(words for _, words in known), *rest][:_MOST_SIGNS]


def _expected(near: str, complaint: str) -> Text:
    possible = _possible(complaint)
    en, nl = f"unexpected “{near[:_MAX_SHOWN]}”", f"onverwacht: “{near[:_MAX_SHOWN]}”"
    if not near:  # the brackets match, so it is not simply cut off
        en = "something before the end is missing, or is not allowed"
        nl = "vóór het einde ontbreekt iets, of staat iets dat niet mag"
    if not possible:
        return Text(en, nl)
    return Text(
        f"{en}; possible here: {', '.join(each.en for each in possible)}",
        f"{nl}; hier kan: {', '.join(each.nl for each in possible)}",
    )
