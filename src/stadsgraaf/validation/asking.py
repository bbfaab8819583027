"""Why a text is no SPARQL, in plain words, and what a query asks for in vain.

https://www.w3.org/TR/sparql11-query/#sparqlGrammar

The parser says at which character it gave up, and which of some thirty things could follow there.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.turtle.scan import Lines
from stadsgraaf.validation.sparql import Token, tokens

__all__ = ["Fault", "explain", "unbound"]


class Fault(NamedTuple):
    """What is wrong, and the words to point at."""

    start: int
    end: int
    reason: Text


_KEYWORDS: Final = [
    *("SELECT", "CONSTRUCT", "ASK", "DESCRIBE", "WHERE", "PREFIX", "BASE", "FILTER", "OPTIONAL", "UNION"),
    *("MINUS", "GRAPH", "SERVICE", "BIND", "VALUES", "DISTINCT", "REDUCED", "ORDER", "GROUP", "HAVING"),
    *("LIMIT", "OFFSET", "EXISTS", "COUNT", "INSERT", "DELETE", "DATA", "LOAD", "CLEAR", "USING", "WITH"),
]  # fmt: skip
_CLOSES: Final = {"}": "{", ")": "(", "]": "["}
#: Expected words that are shown, of the many that a parser lists.
_SHOWN: Final = 5


def explain(text: str, said: str, at: int, declared: Mapping[str, str]) -> Fault:
    """Why a query cannot be read: ``at`` is where the parser gave up, ``said`` what it says.

    >>> explain("ASK { ?a a e:B }", "", 13, {}).reason.en
    'The prefix “e:” is not declared: write “PREFIX e: <…>” above the query.'
    >>> explain("ASK { ?a a ?b ", "", 14, {}).reason.en
    'This “{” is not closed: put “}” where it should end.'
    """
    words = tokens(text)
    for find in (_undeclared, _slip, _unclosed_text, _brackets):
        found = find(words, text, at, declared)
        if found is not None:
            return found
    if "variable that is unbound" in said:
        return Fault(at, at + 1, _UNGROUPED)
    return _unexpected(words, text, at, said)


_UNGROUPED: Final = Text(
    "A variable is selected that is neither grouped by nor within an aggregate: add it to GROUP BY.",
    "Er wordt een variabele gevraagd waarop niet gegroepeerd is en die in geen aggregatie staat: voeg"
    " haar toe aan GROUP BY.",
)


def _at(word: Token, reason: Text) -> Fault:
    return Fault(word.at, word.at + len(word.text), reason)


def _undeclared(
    words: Sequence[Token], _text: str, _at_offset: int, declared: Mapping[str, str]
) -> Fault | None:
    for number, word in enumerate(words):
        if word.kind != "name" or (number and words[number - 1].upper == "PREFIX"):
            continue
        prefix = word.text.partition(":")[0]
        if prefix not in declared:
            namespace = PREFIXES.get(prefix, "…")
            return _at(
                word,
                Text(
                    f"The prefix “{prefix}:” is not declared: write “PREFIX {prefix}: <{namespace}>”"
                    " above the query.",
                    f"Het voorvoegsel “{prefix}:” is niet gedeclareerd: schrijf “PREFIX {prefix}:"
                    f" <{namespace}>” boven de query.",
                ),
            )
    return None


def _slip(
    words: Sequence[Token], _text: str, at: int, _declared: Mapping[str, str]
) -> Fault | None:
    """A word at or shortly before the place of an error that is nearly a keyword."""
    before = [word for word in words if word.kind == "word" and word.at <= at]
    for word in reversed(before[-2:]):
        near = difflib.get_close_matches(word.upper, _KEYWORDS, 1, 0.7)
        if near and near[0] != word.upper and word.upper != "A":
            return _at(
                word,
                Text(
                    f"This is not SPARQL: did you mean {near[0]} in place of {word.text}?",
                    f"Dit is geen SPARQL: bedoelde je {near[0]} in plaats van {word.text}?",
                ),
            )
    return None


def _unclosed_text(
    words: Sequence[Token], text: str, _at_offset: int, _declared: Mapping[str, str]
) -> Fault | None:
    for word in words:
        if word.kind == "mark" and word.text in "\"'":
            end = text.find("\n", word.at)
            reason = Text(
                "This text is opened with a quotation mark and not closed: close it on the same line.",
                "Deze tekst begint met een aanhalingsteken en wordt niet gesloten: sluit hem op dezelfde"
                " regel.",
            )
            return Fault(word.at, end if end >= 0 else len(text), reason)
    return None


def _brackets(
    words: Sequence[Token], text: str, _at_offset: int, _declared: Mapping[str, str]
) -> Fault | None:
    """A bracket that is not closed, or closes nothing, or another one."""
    opened: list[Token] = []
    closing = {mark: other for other, mark in _CLOSES.items()}
    for word in words:
        if word.kind != "mark":
            continue
        if word.text in closing:
            opened.append(word)
        elif word.text in _CLOSES:
            if not opened:
                return _at(
                    word,
                    Text(
                        f"This “{word.text}” closes nothing: delete it, or open it before.",
                        f"Deze “{word.text}” sluit niets: haal hem weg, of open hem eerder.",
                    ),
                )
            last = opened.pop()
            if last.text != _CLOSES[word.text]:
                line = Lines(text).at(last.at)[0]
                return _at(
                    word,
                    Text(
                        f"Before this “{word.text}” the “{last.text}” of line {line} must be closed: put"
                        f" “{closing[last.text]}”.",
                        f"Vóór deze “{word.text}” moet de “{last.text}” van regel {line} gesloten worden:"
                        f" zet “{closing[last.text]}”.",
                    ),
                )
    if opened:
        mark = opened[-1].text
        return _at(
            opened[-1],
            Text(
                f"This “{mark}” is not closed: put “{closing[mark]}” where it should end.",
                f"Deze “{mark}” wordt niet gesloten: zet “{closing[mark]}” waar hij hoort te eindigen.",
            ),
        )
    return None


def _unexpected(words: Sequence[Token], text: str, at: int, said: str) -> Fault:
    """A word that cannot stand where it does."""
    word = next((word for word in words if word.at + len(word.text) > at), None)
    if word is None:
        return Fault(
            max(len(text.rstrip()) - 1, 0),
            len(text.rstrip()),
            Text(
                "The query ends here and is not finished: add what is missing.",
                "Hier eindigt de query en zij is niet af: vul aan wat ontbreekt.",
            ),
        )
    marks = re.findall(r'"([^\w\s"]{1,2})"', said)
    names = re.findall(r"(?<![\w'])([A-Z]{3,})(?![\w'])", said)
    wanted = ", ".join(dict.fromkeys([*(f"“{mark}”" for mark in marks), *names][:_SHOWN]))
    more = Text(f" Here can stand: {wanted}.", f" Hier kan staan: {wanted}.")
    return _at(
        word,
        Text(
            f"This is not SPARQL: “{word.text}” cannot stand here.{more.en if wanted else ''}",
            f"Dit is geen SPARQL: “{word.text}” kan hier niet staan.{more.nl if wanted else ''}",
        ),
    )


def unbound(text: str) -> Iterator[Token]:
    """Variables that a query selects and that stand nowhere else in it.

    >>> [word.text for word in unbound("SELECT ?a (COUNT(?c) AS ?n) ?b { ?a ?p ?c }")]
    ['?b']
    """
    words = tokens(text)
    counted = Counter(word.text[1:] for word in words if word.kind == "variable")
    selecting, depth = False, 0
    for word in words:
        if word.upper == "SELECT":
            selecting, depth = True, 0
        elif word.upper in {"WHERE", "FROM"} or word.text == "{":
            selecting = False
        elif word.text in "()":
            depth += 1 if word.text == "(" else -1
        elif selecting and not depth and word.kind == "variable" and counted[word.text[1:]] == 1:
            yield word
