"""What cannot be read of RDF/XML and JSON-LD, in plain words, at the place where it can be mended.

https://www.w3.org/TR/xml/ https://www.rfc-editor.org/rfc/rfc8259

The parsers of RDF name a rule of their grammar, and often no place.
"""

import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from xml.parsers import expat

from stadsgraaf.errors import Text
from stadsgraaf.turtle.scan import Lines

__all__ = ["Unreadable", "in_words", "json_fault", "xml_fault"]


class Unreadable(NamedTuple):
    """A fault at a line and column, both from 1, or 0 when nobody knows."""

    line: int
    column: int
    reason: Text


def in_words(said: str) -> Text:
    """What a parser says, as people would.

    >>> in_words("Unknown prefix x:").en
    'The prefix “x:” is not declared: add xmlns:x="…" to the first element.'
    """
    for pattern, english, dutch in _SAYINGS:
        if found := re.search(pattern, said, re.DOTALL):
            shown = [(group or "").strip() for group in found.groups()]
            return Text(english.format(*shown), dutch.format(*shown))
    return Text(f"This cannot be read: {said}.", f"Dit is niet te lezen: {said}.")


def xml_fault(content: bytes) -> Unreadable | None:
    """Why this is not well-formed XML; a parser of RDF does not miss the end of a file cut off."""
    try:
        expat.ParserCreate().Parse(content, True)
    except expat.ExpatError as fault:
        if fault.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
            lines = content.rstrip().split(b"\n")
            return Unreadable(len(lines), len(lines[-1].decode("utf-8", "replace")) or 1, _UNCLOSED)
        return Unreadable(fault.lineno, fault.offset + 1, in_words(expat.ErrorString(fault.code)))
    return None


def json_fault(text: str) -> Unreadable | None:
    """Why this is not JSON, or loses something when it is read."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        at, reason = _explained(text, error)
        return Unreadable(*Lines(text).at(at), reason)
    except RecursionError:
        return None
    for at, name in _repeated(text):
        reason = Text(
            f"“{name}” stands twice in this object, so that one of the two is lost: write a list, […].",
            f"“{name}” staat twee keer in dit object, dus één van beide gaat verloren: schrijf een"
            " lijst, […].",
        )
        return Unreadable(*Lines(text).at(at), reason)
    return None


def _explained(text: str, error: json.JSONDecodeError) -> tuple[int, Text]:
    """Where a fault in JSON is to be mended, and how."""
    before = len(text[: error.pos].rstrip())
    if text[before - 1 : before] == "," and text[error.pos : error.pos + 1] in ("}", "]"):
        return before - 1, Text(
            f"Nothing comes after this comma but “{text[error.pos]}”: delete the comma.",
            f"Na deze komma komt niets dan “{text[error.pos]}”: haal de komma weg.",
        )
    if error.msg.startswith("Expecting ',' delimiter"):
        if error.pos >= len(text.rstrip()):
            return max(before - 1, 0), _CUT_OFF
        if text[error.pos] == ":" and (key := _key_in_list(text[: error.pos])) is not None:
            return key, Text(
                "A key stands in a list here: close the list with “]” before it.",
                "Hier staat een sleutel in een lijst: sluit de lijst ervoor met “]”.",
            )
        word = text[error.pos :].split(maxsplit=1)[0][:40]
        return max(before - 1, 0), Text(
            f"A comma is missing after this, before “{word}”.",
            f"Hierna ontbreekt een komma, vóór “{word}”.",
        )
    if error.pos >= len(text.rstrip()) and text.strip():
        return max(before - 1, 0), _CUT_OFF
    return error.pos, in_words(error.msg)


def _key_in_list(text: str) -> int | None:
    """Where the text begins with which this ends, when a list is open there."""
    opened: list[str] = []
    start = None
    for word in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', text, re.DOTALL):
        if word[0] in "{[":
            opened.append(word[0])
        elif word[0] in "}]":
            opened.pop()
        else:
            start = word.start()
    return start if opened[-1:] == ["["] else None


_UNCLOSED: Final = Text(
    "The file ends before its elements are closed: close them; perhaps the file was cut off.",
    "Het bestand eindigt voordat zijn elementen gesloten zijn: sluit ze; misschien is het bestand"
    " afgekapt.",
)
_CUT_OFF: Final = Text(
    "The file ends inside an object or a list: close it; perhaps the file was cut off.",
    "Het bestand eindigt midden in een object of lijst: sluit die; misschien is het bestand afgekapt.",
)
_JSON_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[{}]', re.DOTALL)


def _repeated(text: str) -> Iterator[tuple[int, str]]:
    """Keys that an object of well-formed JSON has already, and where."""
    open_objects: list[set[str]] = []
    for token in _JSON_TOKEN.finditer(text):
        if token[0] == "{":
            open_objects.append(set())
        elif token[0] == "}":
            open_objects.pop()
        elif token[2]:
            if token[1] in open_objects[-1]:
                yield token.start(), token[1]
            open_objects[-1].add(token[1])


#: What parsers say, by a pattern; the groups of it fill the sentences.
_SAYINGS: Final = (
    (
        r"expected `(.*?)`, but `(.*?)` was found",
        "“{1}” closes an element that is not open: here “{0}” is expected.",
        "“{1}” sluit een element dat niet open is: hier hoort “{0}”.",
    ),
    (
        r"Cannot find ';' after '&'",
        "“&” begins an entity: write “&amp;” for the character itself.",
        "“&” begint een entiteit: schrijf “&amp;” voor het teken zelf.",
    ),
    (
        r"unrecognized entity `(.*?)`|undefined entity()",
        "The entity “&{0};” is not declared: declare it in the DOCTYPE, or write the character itself.",
        (
            "De entiteit “&{0};” is niet gedeclareerd: declareer hem in de DOCTYPE, of schrijf het teken"
            " zelf."
        ),
    ),
    (
        r"Unknown prefix (.*?):",
        'The prefix “{0}:” is not declared: add xmlns:{0}="…" to the first element.',
        'Het voorvoegsel “{0}:” is niet gedeclareerd: voeg xmlns:{0}="…" toe aan het eerste element.',
    ),
    (
        r"^(.*) is not a valid (rdf:\w+) value",
        (
            "“{0}” cannot be the value of {1}: it begins with a letter, and has no space, colon or slash;"
            " use rdf:about for an IRI."
        ),
        (
            "“{0}” kan de waarde van {1} niet zijn: die begint met een letter en heeft geen spatie, dubbele"
            " punt of schuine streep; gebruik rdf:about voor een IRI."
        ),
    ),
    (
        r"(<.*>) has already been used as rdf:ID",
        "rdf:ID gave {0} its name already: use rdf:about the second time.",
        "rdf:ID gaf {0} al zijn naam: gebruik de tweede keer rdf:about.",
    ),
    (
        r"Not both (\S+) and (\S+) could be set",
        "An element has one of rdf:about, rdf:ID, rdf:nodeID and rdf:resource, not two of them.",
        "Een element heeft er één van rdf:about, rdf:ID, rdf:nodeID en rdf:resource, geen twee.",
    ),
    (
        r"error while parsing IRI '(.*?)': (.*)",
        "“{0}” is no IRI ({1}): percent-encode what it cannot hold (a space is %20).",
        "“{0}” is geen IRI ({1}): geef wat er niet in mag een procentcode (een spatie is %20).",
    ),
    (
        r"error while parsing language tag '(.*?)'",
        "“{0}” is not a language tag of BCP 47: write one such as nl or en-GB.",
        "“{0}” is geen taalcode volgens BCP 47: schrijf er een als nl of en-GB.",
    ),
    (
        r"text value is already present|Unexpected text event: '(.{0,40}).*?'",
        "Text stands beside an element here, “{0}”: a property has either a text or an element.",
        "Hier staat tekst naast een element, “{0}”: een eigenschap heeft of tekst, of een element.",
    ),
    (
        r"duplicated attribute|duplicate attribute",
        "An attribute stands twice in this element: write one of them as an element of its own.",
        "Een attribuut staat twee keer in dit element: schrijf een ervan als eigen element.",
    ),
    (
        r"must be enclosed in",
        "The value of an attribute stands in quotation marks: put them.",
        "De waarde van een attribuut staat tussen aanhalingstekens: zet die.",
    ),
    (
        r"namespaces are required in RDF/XML",
        "An element or attribute has no prefix, and so no namespace: write one, such as rdf:about.",
        (
            "Een element of attribuut heeft geen voorvoegsel, dus geen naamruimte: schrijf het, zoals"
            " rdf:about."
        ),
    ),
    (
        r"Invalid property element tag name|Invalid node element tag name",
        "This name of RDF cannot be used as an element here.",
        "Deze naam van RDF kan hier geen element zijn.",
    ),
    (
        r"Only UTF-8 is supported",
        "RDF/XML is read as UTF-8 only: save the file so, and let its first line say UTF-8.",
        "RDF/XML wordt alleen als UTF-8 gelezen: bewaar het bestand zo, en laat de eerste regel UTF-8 zeggen.",
    ),
    (
        r"not well-formed|attribute key must be",
        "This is not well-formed XML: is a quotation mark, “=” or “>” missing, or “<” or “&” too much?",
        (
            "Dit is geen welgevormde XML: ontbreekt er een aanhalingsteken, “=” of “>”, of staat er een"
            " “<” of “&” te veel?"
        ),
    ),
    (
        r"'\}' or a '\.' is expected",
        "A graph is not closed before this: put “}}” after its last statement.",
        "Hiervoor is een graaf niet gesloten: zet “}}” na zijn laatste uitspraak.",
    ),
    (
        r"mismatched tag",
        "An element is closed here that is not the one that is open.",
        "Hier wordt een element gesloten dat niet het element is dat open staat.",
    ),
    (
        r"junk after document element",
        "The document has ended here, and something follows: keep all within one element.",
        "Hier is het document afgelopen en er volgt nog iets: houd alles binnen één element.",
    ),
    (
        r"Expecting property name",
        "A key in quotation marks belongs here.",
        "Hier hoort een sleutel tussen aanhalingstekens.",
    ),
    (
        r"Expecting ':' delimiter",
        "A colon is missing between a key and its value.",
        "Tussen een sleutel en zijn waarde ontbreekt een dubbele punt.",
    ),
    (
        r"Expecting value",
        "A value is missing: a text in quotation marks, a number, true, false, null, {{…}} or […].",
        (
            "Hier ontbreekt een waarde: tekst tussen aanhalingstekens, een getal, true, false, null, {{…}}"
            " of […]."
        ),
    ),
    (
        r"Unterminated string|Invalid control character",
        "A text is not closed, or has a line break: close it on its line, and write a break as “\\n”.",
        (
            "Een tekst is niet gesloten of heeft een regeleinde: sluit hem op zijn regel, en schrijf een"
            " regeleinde als “\\n”."
        ),
    ),
    (
        r"Invalid \\",
        "A backslash in a text is written “\\\\”.",
        "Schrijf een backslash in een tekst als “\\\\”.",
    ),
    (
        r"Extra data",
        "The JSON has ended here, and something follows: keep all within one object or list.",
        "Hier is de JSON afgelopen en er volgt nog iets: houd alles binnen één object of lijst.",
    ),
    (
        r"Unexpected key in term definition '(.*)'",
        "“{0}” is no key that a term of a context has, such as @id, @type, @language and @container.",
        (
            "“{0}” is geen sleutel die een term van een context heeft, zoals @id, @type, @language en"
            " @container."
        ),
    ),
    (
        r"^(@\w+) value must be (.*)",
        "The value of {0} must be {1}.",
        "De waarde van {0} moet zijn: {1}.",
    ),
    (
        r"@type and @language cannot be used together",
        "A value has either @type or @language: delete one of them.",
        "Een waarde heeft of @type, of @language: haal een van beide weg.",
    ),
)
