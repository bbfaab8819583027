"""Why a text is no SPARQL, in plain words, and what a query asks for in vain.

https://www.w3.org/TR/sparql11-query/#sparqlGrammar

The parser says at which character it gave up, and which of some thirty things could follow there.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store.lexer import Token
from stadsgraaf.turtle.scan import Lines
from stadsgraaf.validation.sparql import tokens

__all__ = ["Fault", "explain", "gives", "unbound"]


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
#: Words that are right as they stand, however near they are to another.
_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """A AS BY ASC DESC IN NOT NAMED FROM TO INTO SILENT COPY MOVE ADD CREATE DROP ALL DEFAULT UNDEF TRUE FALSE SEPARATOR
    SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND
    CONCAT STRLEN UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES
    SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT SAMETERM ISIRI ISURI
    ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE TRIPLE SUBJECT PREDICATE OBJECT ISTRIPLE LATERAL""",
    )
)
_QUERY_FORMS: Final = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_PROLOGUE: Final = frozenset(("PREFIX", "BASE", "VERSION"))
_UPDATES: Final = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "WITH")
)
_IS_UPDATE: Final = Text(
    "This is an update, not a query: name the file .ru.",
    "Dit is een update, geen query: noem het bestand .ru.",
)
_CLOSES: Final = {"}": "{", ")": "(", "]": "["}
#: What closes each of them.
_CLOSING: Final = {opening: closing for closing, opening in _CLOSES.items()}
#: Expected words that are shown, of the many that a parser lists.
_SHOWN: Final = 5


def explain(
    text: str, said: str, at: int, declared: Mapping[str, str], *, update: bool = False
) -> Fault:
    """Why a query, or an update, cannot be read: ``at`` is where the parser gave up, ``said`` what it says.

    >>> explain("ASK { ?a a e:B }", "", 13, {}).reason.en
    'The prefix “e:” is not declared: write “PREFIX e: <…>” above the query.'
    >>> explain("ASK { ?a a ?b ", "", 14, {}).reason.en
    'This “{” is not closed: put “}” where it should end.'
    """
    words = tokens(text)
    if "variable that is unbound" in said:
        return _ungrouped(words, at)
    if not update and (word := _first(words)) is not None and word.upper in _UPDATES:
        return _at(word, _IS_UPDATE)
    for find in (_undeclared, _beginning, _slip, _unclosed_text, _brackets, _habit, _bound_again):
        found = find(words, text, at, declared)
        if found is not None:
            return found
    return _unexpected(words, text, at, said)


def _at(word: Token, reason: Text) -> Fault:
    return Fault(word.start, word.start + len(word.text), reason)


def _ungrouped(words: Sequence[Token], at: int) -> Fault:
    """The first variable of the SELECT that is neither grouped by nor in an aggregate."""
    grouped = _after_group_by(words)
    for word in _selected(words):
        if word.text[1:] not in grouped:
            return _at(
                word,
                Text(
                    f"{word.text} is selected and neither grouped by nor within an aggregate: add it to"
                    " GROUP BY, or take it out.",
                    f"Om {word.text} wordt gevraagd, maar er is niet op gegroepeerd en zij staat in geen"
                    " aggregatie: voeg haar toe aan GROUP BY, of haal haar weg.",
                ),
            )
    return Fault(at, at + 1, _UNGROUPED)


_UNGROUPED: Final = Text(
    "A variable is selected that is neither grouped by nor within an aggregate: add it to GROUP BY.",
    "Er wordt een variabele gevraagd waarop niet gegroepeerd is en die in geen aggregatie staat: voeg"
    " haar toe aan GROUP BY.",
)


def _after_group_by(words: Sequence[Token]) -> set[str]:
    """The names of the variables of GROUP BY."""
    found: set[str] = set()
    grouping = False
    for before, word in pairwise(words):
        if word.upper == "BY":
            grouping = before.upper == "GROUP"
        elif word.upper in {"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"} or word.text == "}":
            grouping = False
        elif grouping and word.kind == "variable":
            found.add(word.text[1:])
    return found


def _beginning(
    words: Sequence[Token], _text: str, _at_offset: int, _declared: Mapping[str, str]
) -> Fault | None:
    """A first word that is no form of query, but nearly."""
    word = _first(words)
    if word is None or word.upper in {*_QUERY_FORMS, *_UPDATES}:
        return None
    near = difflib.get_close_matches(word.upper, (*_QUERY_FORMS, "INSERT", "DELETE"), 1, 0.6)
    return _did_you_mean(word, near[0]) if near else None


def _first(words: Sequence[Token]) -> Token | None:
    """The word that says what is asked."""
    return next((w for w in words if w.upper and w.upper not in _PROLOGUE), None)


def _bound_again(
    words: Sequence[Token], text: str, at: int, _declared: Mapping[str, str]
) -> Fault | None:
    """A variable that gets a value by AS and has one already."""
    for number, word in enumerate(words[1:], 1):
        if words[number - 1].upper != "AS" or word.kind != "variable" or word.start > at:
            continue
        selecting = any(one.start < word.start for one in _selecting(words, word))
        others = (one for one in words if one is not word and one.text[1:] == word.text[1:])
        used = any(
            one.kind == "variable" and (selecting or one.start < word.start) for one in others
        )
        ended = set(text[word.start + len(word.text) : at]) <= set(" \t\r\n)}.")
        if used and (selecting or ended):
            return _at(
                word,
                Text(
                    f"{word.text} has a value already here: give what AS names another name.",
                    f"{word.text} heeft hier al een waarde: geef wat AS benoemt een andere naam.",
                ),
            )
    return None


def _selecting(words: Sequence[Token], until: Token) -> list[Token]:
    """The SELECT whose list a word stands in, if any."""
    found: list[Token] = []
    for word in words:
        if word is until:
            return found
        if word.upper == "SELECT":
            found = [word]
        elif word.text == "{":
            found = []
    return []


#: What people write who know another language: a word, and what SPARQL has for it.
_OTHERS_WORDS: Final = {"AND": "&&", "OR": "||", "==": "=", "<>": "!=", "LIKE": "REGEX(…)"}


def _habit(
    words: Sequence[Token], _text: str, _at_offset: int, _declared: Mapping[str, str]
) -> Fault | None:
    """A habit of another language, or what is easily left out."""
    listed = {word.start for word in _listed(words)}
    for number, word in enumerate(words):
        after = words[number + 1] if number + 1 < len(words) else Token("punctuation", "", 0)
        said = _omitted(word, after) or (_in_list(word) if word.start in listed else None)
        pair = word.text + after.text if after.start == word.start + 1 else ""
        other = _OTHERS_WORDS.get(pair) or _OTHERS_WORDS.get(word.upper)
        if said is not None:
            return _at(word, said)
        if other:
            name = pair if pair in _OTHERS_WORDS else word.text
            reason = Text(
                f"SPARQL has no “{name}”: write {other}.",
                f"SPARQL kent geen “{name}”: schrijf {other}.",
            )
            return Fault(word.start, word.start + len(name), reason)
    return None


def _omitted(word: Token, after: Token) -> Text | None:
    """What is missing between two words."""
    if word.upper in {"ORDER", "GROUP"} and after.upper != "BY":
        return Text(f"Write {word.upper} BY here.", f"Schrijf hier {word.upper} BY.")
    if word.upper == "FILTER" and after.kind in {"variable", "number", "string"}:
        return Text(
            "The condition of a FILTER stands in parentheses: FILTER ( … ).",
            "De voorwaarde van een FILTER staat tussen haakjes: FILTER ( … ).",
        )
    if word.upper == "OPTIONAL" and after.text != "{":
        return Text(
            "What is optional stands in braces: OPTIONAL { … }.",
            "Wat optioneel is staat tussen accolades: OPTIONAL { … }.",
        )
    return None


def _listed(words: Sequence[Token]) -> Iterator[Token]:
    """The words in the list of a SELECT that stand in no parentheses of it."""
    selecting, depth = False, 0
    for word in words:
        if word.upper == "SELECT":
            selecting, depth = True, 0
        elif word.upper in {"WHERE", "FROM"} or word.text == "{":
            selecting = False
        elif word.text in "()":
            depth += 1 if word.text == "(" else -1
        elif selecting and not depth:
            yield word


def _in_list(word: Token) -> Text | None:
    if word.text == ",":
        return Text(
            "Spaces stand between what a SELECT lists: delete the comma.",
            "Tussen wat een SELECT opsomt staan spaties: haal de komma weg.",
        )
    if word.upper == "AS":
        return Text(
            "What AS names stands in parentheses: ( … AS ?name ).",
            "Wat AS benoemt staat tussen haakjes: ( … AS ?naam ).",
        )
    return None


def _undeclared(
    words: Sequence[Token], _text: str, _at_offset: int, declared: Mapping[str, str]
) -> Fault | None:
    for number, word in enumerate(words):
        if word.kind != "prefixed" or (number and words[number - 1].upper == "PREFIX"):
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
    before = [word for word in words if word.kind == "word" and word.start <= at]
    for word in reversed(before[-2:]):
        near = difflib.get_close_matches(word.upper, _KEYWORDS, 1, 0.7)
        if near and near[0] != word.upper and word.upper not in _WORDS:
            return _did_you_mean(word, near[0])
    return None


def _did_you_mean(word: Token, near: str) -> Fault:
    return _at(
        word,
        Text(
            f"This is not SPARQL: did you mean {near} in place of {word.text}?",
            f"Dit is geen SPARQL: bedoelde u {near} in plaats van {word.text}?",
        ),
    )


def _unclosed_text(
    words: Sequence[Token], text: str, _at_offset: int, _declared: Mapping[str, str]
) -> Fault | None:
    for word in words:
        if word.kind == "unclosed":
            end = text.find("\n", word.start)
            reason = Text(
                "This text is opened with a quotation mark and not closed: close it on the same line.",
                "Deze tekst begint met een aanhalingsteken en wordt niet gesloten: sluit hem op dezelfde"
                " regel.",
            )
            return Fault(word.start, end if end >= 0 else len(text), reason)
    return None


def _brackets(
    words: Sequence[Token], text: str, _at_offset: int, _declared: Mapping[str, str]
) -> Fault | None:
    """A bracket that is not closed, or closes nothing, or another one."""
    opened: list[Token] = []
    for word in words:
        if word.text in _CLOSING:
            opened.append(word)
        elif word.text in _CLOSES:
            if not opened:
                return _at(word, _closes_nothing(word.text))
            last = opened.pop()
            if last.text != _CLOSES[word.text]:
                line = Lines(text).at(last.start)[0]
                return _at(word, _closes_another(word.text, last.text, line))
    return _at(opened[-1], _never_closed(opened[-1].text)) if opened else None


def _closes_nothing(mark: str) -> Text:
    return Text(
        f"This “{mark}” closes nothing: delete it, or open it before.",
        f"Deze “{mark}” sluit niets: haal hem weg, of open hem eerder.",
    )


def _closes_another(mark: str, last: str, line: int) -> Text:
    return Text(
        f"Before this “{mark}” the “{last}” of line {line} must be closed: put “{_CLOSING[last]}”.",
        f"Vóór deze “{mark}” moet de “{last}” van regel {line} gesloten worden: zet"
        f" “{_CLOSING[last]}”.",
    )


def _never_closed(mark: str) -> Text:
    return Text(
        f"This “{mark}” is not closed: put “{_CLOSING[mark]}” where it should end.",
        f"Deze “{mark}” wordt niet gesloten: zet “{_CLOSING[mark]}” waar hij hoort te eindigen.",
    )


def _unexpected(words: Sequence[Token], text: str, at: int, said: str) -> Fault:
    """A word that cannot stand where it does."""
    word = next((word for word in words if word.start + len(word.text) > at), None)
    if word is None and words and words[-1].text == "}":
        word = words[_last_read(text, words)]
        said = ""
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


def _last_read(text: str, words: Sequence[Token]) -> int:
    """The number of the word at which another parser gives up; this one went on to the end."""
    from pyparsing import ParseException  # noqa: PLC0415 – its import takes long
    from rdflib.plugins.sparql.parser import parseQuery  # noqa: PLC0415 – as said

    try:
        parseQuery(text)
    except ParseException as error:
        return next((n for n, word in enumerate(words) if word.start >= error.loc), len(words) - 1)
    except Exception:  # noqa: BLE001 – whatever it says, it names no place
        return len(words) - 1
    return len(words) - 1


def unbound(text: str) -> Iterator[Token]:
    """Variables that a query selects, or is sorted by, and that stand nowhere else in it.

    >>> [word.text for word in unbound("SELECT ?a (COUNT(?c) AS ?n) ?b { ?a ?p ?c }")]
    ['?b']
    """
    words = tokens(text)
    counted = Counter(word.text[1:] for word in words if word.kind == "variable")
    for word in (*_selected(words), *_sorted_by(words)):
        if counted[word.text[1:]] == 1:
            yield word


def gives(text: str, name: str) -> Token | None:
    """The SELECT of a query that does not give this variable; None when it does.

    >>> gives("SELECT $this { $this ?p 1 }", "this"), gives("SELECT ?a { ?a ?p ?this }", "this").text
    (None, 'SELECT')
    """
    words = tokens(text)
    start = next((number for number, word in enumerate(words) if word.upper == "SELECT"), None)
    if start is None:
        return None
    end = next((n for n, word in enumerate(words) if word.text == "{" and n > start), len(words))
    names = {word.text[1:] if word.kind == "variable" else word.text for word in words[start:end]}
    return None if names & {name, "*"} else words[start]


def _selected(words: Sequence[Token]) -> Iterator[Token]:
    """The variables that a query selects as they are."""
    return (word for word in _listed(words) if word.kind == "variable")


def _sorted_by(words: Sequence[Token]) -> Iterator[Token]:
    """The variables that a query is sorted or grouped by."""
    sorting = False
    for word in words:
        if word.upper == "BY":
            sorting = True
        elif word.upper in {"LIMIT", "OFFSET", "VALUES"} or word.text == "}":
            sorting = False
        elif sorting and word.kind == "variable":
            yield word
