"""Syntax errors in plain words: what is wrong, where it really is, where reading can go on.

pyoxigraph says at which token it gave up. That is often the one after the mistake: a missing dot
shows at the next statement, an unclosed string at the end of the line.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.turtle.scan import last_end, last_token, stray_quote, tokens

__all__ = ["Repair", "Trouble", "explain"]


@dataclass(frozen=True)
class Repair:
    """One character that, if it is what was meant, lets reading go on; then it is what is told."""

    at: int
    mark: str
    rule: str
    reason: Text
    start: int

    @property
    def separates(self) -> bool:
        """Whether it goes between two parts of one statement."""
        return self.rule == "missing-separator"


@dataclass(frozen=True)
class Trouble:
    """One syntax error: offsets of the words to point at, and where to go on.

    ``closing`` is what would end the statement well; ``prefix`` is one that is not declared,
    ``declares`` one that is declared badly, with its namespace; ``repairs`` are to be tried in turn.
    """

    rule: str
    start: int
    end: int
    resume: int
    reason: Text
    engine: str
    closing: str = ""
    prefix: str | None = None
    declares: tuple[str, str] | None = None
    repairs: tuple[Repair, ...] = ()


#: Characters of the file that a sentence quotes.
_READABLE = 40
#: What begins a statement, at the very beginning of a line: “<[(_@:”, a letter, all beyond ASCII.
_FRESH = re.compile(r"""^(?=[^\x00-')-9;=>?\\\]^`{-\x7f])""", re.MULTILINE)
#: A dot at the end of a line ends a statement.
_DOT = re.compile(r"\.[ \t]*(?:\#[^\n]*)?(?:\n|\Z)")
_DOT_BEFORE = re.compile(r"\.[ \t]*(?:\#[^\n]*)?\n\s*\Z")
_ENGINE = re.compile(
    r"^Parser error.*?(?:column(?:s)? \d+(?: and \d+)?|line \d+ column \d+): ", re.DOTALL
)
_UNDECLARED = re.compile(r"The prefix (.*): has not been declared")
#: Prefixes that others write for a namespace that has another one here.
_SCHEMES = frozenset({"http", "https", "urn", "mailto", "file", "ftp", "doi"})
_ALIASES = {"dcterms": "dct", "sdo": "schema", "geosparql": "geo", "shacl": "sh"}
_CURLY = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a"
_DECLARATION = re.compile(
    r"@?prefix\s+([\w.-]*)\s*:?\s*<?([A-Za-z][\w+.-]*:[^\s<>]+)", re.IGNORECASE
)
_DECLARED_NAME = re.compile(r"@?prefix\s+([\w.-]+)", re.IGNORECASE)
_DECLARED_BEFORE = re.compile(r"@?prefix\s+([\w.-]*)\s*:\s*\Z", re.IGNORECASE)
_SPARQL_STYLE = re.compile(r"^[ \t]*(prefix|base)\b[^\n]*\Z", re.IGNORECASE | re.MULTILINE)


def explain(
    message: str,
    text: str,
    place: tuple[int, int, int],
    prefixes: Mapping[str, str] | None = None,
) -> Trouble:
    """A syntax error of pyoxigraph in plain words.

    ``place`` is where the statement begins, where pyoxigraph gave up, and where that word ends;
    ``prefixes`` are those that are declared, with their namespaces.
    """
    began, at, end = place
    engine = _ENGINE.sub("", message.split(" (line ", maxsplit=1)[0])
    case = _Case(engine, text, began, at, max(end, at), prefixes or {})
    if text[at : at + 1] in _CURLY and at < len(text):
        return _curly(case)
    if (special := _glued(case) or _bare_date(case)) is not None:
        return special
    if (long := case.long_text) is not None:
        return _unclosed_long(case, *long)
    if case.early_dot is not None and re.search(_MISPLACED, engine):
        return _early(case)
    for pattern, handle in _HANDLERS:
        if found := re.search(pattern, engine):
            trouble = handle(case, found)
            if trouble is not None:
                return trouble
    return case.trouble(
        "syntax", Text(f"This is not Turtle: {engine}.", f"Dit is geen Turtle: {engine}.")
    )


@dataclass(frozen=True)
class _Case:
    engine: str
    text: str
    began: int
    at: int
    end: int
    prefixes: Mapping[str, str]

    @property
    def long_text(self) -> tuple[int, int] | None:
        """A text in three quotation marks that ends right before a word: there another begins."""
        start, end = last_token(self.text, self.began, self.at)
        long = self.text[start : start + 3] in {'"""', "'''"} and end == self.at
        return (start, end) if long and re.match(r"[^\W\d_]", self.text[self.at :]) else None

    @property
    def in_list(self) -> bool:
        """Whether the bracket that was opened last is that of a list."""
        opened: list[str] = []
        for start, end in tokens(self.text, self.began, self.at):
            mark = self.text[start:end]
            if mark in ("(", "["):
                opened.append(mark)
            elif mark in (")", "]") and opened:
                opened.pop()
        return opened[-1:] == ["("]

    @property
    def word(self) -> str:
        """The words at which the parser gave up, cut to a readable length."""
        word = self.text[self.at : self.end].strip().split("\n")[0]
        return word if len(word) <= _READABLE else word[: _READABLE - 1] + "…"

    @property
    def line_start(self) -> int:
        """Where the line begins on which the parser gave up."""
        return self.text.rfind("\n", 0, self.at) + 1

    @property
    def before(self) -> int:
        """Where the token before the one at which the parser gave up ends."""
        return last_end(self.text, self.began, self.at)

    @property
    def before_line(self) -> int:
        """Where the last token ends of the lines before this one."""
        return last_end(self.text, self.began, self.line_start)

    @property
    def early_dot(self) -> int | None:
        """A dot before this statement, when the statement is indented like more about the same."""
        line = self.text.rfind("\n", 0, self.began) + 1
        indented = line < self.began and self.text[line : self.began].isspace()
        if not indented:
            return None
        dot = _DOT_BEFORE.search(self.text, 0, line)
        return dot.start() if dot else None

    def is_fresh(self, offset: int) -> bool:
        """Whether a line begins here with something that could be a subject."""
        return _FRESH.match(self.text, offset) is not None

    @property
    def starts_a_line(self) -> bool:
        """Whether a new line, without indent, begins with the token at which the parser gave up."""
        return self.began < self.at and (self.at == 0 or self.text[self.at - 1] == "\n")

    @property
    def resume(self) -> int:
        """Where the next statement begins, as well as can be told."""
        if self.starts_a_line:
            return self.at
        start = max(self.at, self.began + 1)
        fresh = _FRESH.search(self.text, start)
        dot = _DOT.search(self.text, self.at)
        ends = [fresh.start() if fresh else None, dot.end() if dot else None]
        return min((end for end in ends if end is not None), default=len(self.text))

    def trouble(
        self,
        rule: str,
        reason: Text,
        start: int | None = None,
        end: int | None = None,
        *,
        closing: str = "",
        prefix: str | None = None,
        resume: int | None = None,
    ) -> Trouble:
        first = self.at if start is None else start
        last = (self.end if start is None else first + 1) if end is None else end
        if resume is None:
            resume = self.at if closing else max(self.resume, self.began + 1)
        return Trouble(rule, first, last, resume, reason, self.engine, closing, prefix)


def _glued(case: _Case) -> Trouble | None:
    """A name with a prefix that goes on with a character which such a name does not hold."""
    start, end = last_token(case.text, case.began, case.at)
    name, mark = case.text[start:end], case.text[end : end + 1]
    comment = mark == "#" and case.text[end + 1 : end + 2].strip() != ""
    if not (comment or (end == case.at and mark in _IN_NO_NAME)) or not _NAME.fullmatch(name):
        return None
    return case.trouble(
        "bad-name",
        Text(
            f"A name with a prefix ends before “{mark}”: write the IRI in full, between < and >, or “\\{mark}”.",
            f"Een naam met voorvoegsel eindigt vóór “{mark}”: schrijf de IRI voluit, tussen < en >, of"
            f" “\\{mark}”.",
        ),
        end,
        end + 1,
        resume=max(case.resume, end + 1),
    )


def _bare_date(case: _Case) -> Trouble | None:
    """A date without quotation marks, which is read as numbers."""
    line = case.text[case.line_start :].split("\n", 1)[0]
    for found in _DATE.finditer(line):
        start = case.line_start + found.start()
        if start <= case.at < start + len(found[0]):
            datatype = "dateTime" if "T" in found[0] else "date"
            return case.trouble(
                "bare-date",
                Text(
                    f'A date is a text with a datatype: write “"{found[0]}"^^xsd:{datatype}”.',
                    f'Een datum is een tekst met een datatype: schrijf “"{found[0]}"^^xsd:{datatype}”.',
                ),
                start,
                start + len(found[0]),
            )
    return None


_IN_NO_NAME = frozenset("/&+%=!$*?~")
_NAME = re.compile(r"[^\W\d_][\w.-]*:\S*|:\S*|a")
_DATE = re.compile(r"(?<![\w\"'-])\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?")


def _address(case: _Case) -> Trouble:
    """An address that does not stand in angle brackets."""
    found = re.compile(r"[^\s<>\"]*[^\s<>\";,.\])]").match(case.text, case.at)
    word = found[0] if found else case.word
    return case.trouble(
        "bare-address",
        Text(
            f"An address stands in angle brackets: write <{word}>.",
            f"Een adres staat tussen punthaken: schrijf <{word}>.",
        ),
        case.at,
        case.at + len(word),
        resume=max(case.resume, case.at + len(word)),
    )


def _datatype(case: _Case, _: re.Match[str]) -> Trouble:
    return case.trouble(
        "no-datatype",
        Text(
            "After ^^ comes a datatype, such as xsd:date: write it, or delete the ^^.",
            "Na ^^ komt een datatype, zoals xsd:date: schrijf het, of haal de ^^ weg.",
        ),
        max(case.before - 2, case.began),
        case.before,
    )


def _undeclared(case: _Case, found: re.Match[str]) -> Trouble:
    prefix = found[1]
    if prefix in _SCHEMES:
        return _address(case)
    near = difflib.get_close_matches(prefix, list(case.prefixes), 1, 0.5)
    namespace = PREFIXES.get(_ALIASES.get(prefix, prefix))
    same = [name for name, iri in case.prefixes.items() if namespace and iri == namespace]
    if same or near:
        near = same or near
        mend = Text(f"Did you mean “{near[0]}:”?", f"Bedoelde u “{near[0]}:”?")
    elif namespace:
        mend = Text(
            f"Write “@prefix {prefix}: <{namespace}> .” at the top of the file.",
            f"Schrijf “@prefix {prefix}: <{namespace}> .” bovenaan het bestand.",
        )
    else:
        mend = Text(
            "Declare it with “@prefix” at the top of the file.",
            "Declareer het met “@prefix” bovenaan het bestand.",
        )
    return case.trouble(
        "undeclared-prefix",
        Text(
            f"The prefix “{prefix}:” is not declared. {mend.en}",
            f"Het voorvoegsel “{prefix}:” is niet gedeclareerd. {mend.nl}",
        ),
        prefix=prefix,
    )


def _dot(case: _Case, found: re.Match[str]) -> Trouble:
    if case.line_start > case.began and not case.starts_a_line and case.is_fresh(case.line_start):
        return _run_on(case, found)
    trouble = case.trouble(
        "missing-dot",
        Text(
            f"A statement ends with a dot: put “.” here, or “;” or “,” when it goes on"
            f" (next comes “{case.word}”).",
            f"Een uitspraak eindigt met een punt: zet hier “.”, of “;” of “,” als hij doorgaat"
            f" (hierna komt “{case.word}”).",
        ),
        max(case.before - 1, case.began),
        case.before,
        closing=" .",
    )
    return replace(trouble, repairs=_separators(case))


def _separators(case: _Case) -> tuple[Repair, ...]:
    """A semicolon or comma that may be missing before the word at which the parser gave up."""
    gap = case.at - 1
    if gap < case.before or case.text[gap] not in " \t":
        return ()
    names = {";": ("semicolon", "puntkomma"), ",": ("comma", "komma")}
    marks = "," if re.match(r"[\"'\d+\[(]|-?\d", case.word) else ";,"
    return tuple(
        Repair(
            gap,
            mark,
            "missing-separator",
            Text(
                f"A {names[mark][0]} is missing: put “{mark}” here (next comes “{case.word}”).",
                f"Er ontbreekt een {names[mark][1]}: zet hier “{mark}” (hierna komt “{case.word}”).",
            ),
            max(case.before - 1, case.began),
        )
        for mark in marks
    )


def _run_on(case: _Case, _: re.Match[str]) -> Trouble:
    """A new line begins like a statement, but the one before it was not finished."""
    end = case.before_line
    mark = case.text[end - 1]
    if mark in ";,":
        reason = Text(
            f"A new statement seems to begin on the next line: put “.” here in place of “{mark}”.",
            f"Op de volgende regel lijkt een nieuwe uitspraak te beginnen: zet hier “.” in plaats"
            f" van “{mark}”.",
        )
    else:
        reason = Text(
            "This statement is not finished and the next line begins a new one: add what is missing,"
            " and a dot.",
            "Deze uitspraak is niet af en de volgende regel begint een nieuwe: vul aan wat ontbreekt,"
            " met een punt.",
        )
    return case.trouble("missing-dot", reason, end - 1, end, closing=" .", resume=case.line_start)


def _early(case: _Case) -> Trouble:
    """A dot where a semicolon is meant: the next line is indented, and begins with a predicate."""
    dot = case.early_dot or case.began
    reason = Text(
        "This dot ends the statement, but the next line goes on with it: put “;” here.",
        "Deze punt beëindigt de uitspraak, maar de volgende regel gaat ermee door: zet hier “;”.",
    )
    repair = Repair(dot, ";", "early-dot", reason, dot)
    return replace(case.trouble("early-dot", reason, dot, dot + 1), repairs=(repair,))


def _curly(case: _Case) -> Trouble:
    """A text in the quotation marks of a word processor."""
    mark = case.text[case.at]
    return case.trouble(
        "curly-quotes",
        Text(
            f'{mark} is a quotation mark of a word processor: write " there.',
            f'“{mark}” is een aanhalingsteken van een tekstverwerker: schrijf daar ".',
        ),
        case.at,
        case.at + 1,
    )


def _unclosed_long(case: _Case, start: int, end: int) -> Trouble:
    """A text in three quotation marks that went on to the beginning of the next one."""
    quote = case.text[start]
    short = re.compile(rf"{quote}{{1,2}}(?=@|\^\^|\s*[;.,])").search(case.text, start + 3, end - 3)
    fresh = _FRESH.search(case.text, short.end() if short else end)
    return case.trouble(
        "unclosed-string",
        Text(
            "This text is opened with three quotation marks and not closed with three: close it so.",
            "Deze tekst begint met drie aanhalingstekens en eindigt niet met drie: sluit hem zo.",
        ),
        start,
        start + 3,
        resume=fresh.start() if fresh else len(case.text),
    )


def _unclosed(case: _Case, _: re.Match[str]) -> Trouble | None:
    """A string without its end: point at its beginning."""
    start = stray_quote(case.text, case.began, case.end)
    if start is None:
        return None
    line_end = case.text.find("\n", start)
    if case.text[start : start + 3] in {'"""', "'''"}:
        return _unclosed_long(case, start, len(case.text))
    return case.trouble(
        "unclosed-string",
        Text(
            "This text is opened with a quotation mark and not closed: close it on the same line,"
            " or use three quotation marks when it has more lines.",
            "Deze tekst begint met een aanhalingsteken en wordt niet gesloten: sluit hem op dezelfde"
            " regel, of gebruik drie aanhalingstekens als hij meer regels heeft.",
        ),
        start,
        len(case.text) if line_end < 0 else line_end,
    )


def _end(case: _Case, _: re.Match[str]) -> Trouble:
    """``at`` may be anywhere in the last token: the parser does not say where the file ends."""
    at = last_end(case.text, case.began, len(case.text))
    return case.trouble(
        "unfinished",
        Text(
            "The file ends inside a statement: finish it, and end it with a dot.",
            "Het bestand eindigt midden in een uitspraak: maak hem af en eindig met een punt.",
        ),
        max(at - 1, case.began),
        at,
        closing=" .",
        resume=len(case.text),
    )


def _bracket(case: _Case, _: re.Match[str]) -> Trouble:
    return case.trouble(
        "unclosed-bracket",
        Text(
            f"A “[” is open here: close it with “]” before “{case.word}”.",
            f"Hier staat nog een “[” open: sluit hem met “]” vóór “{case.word}”.",
        ),
    )


def _predicate(case: _Case, _: re.Match[str]) -> Trouble:
    word = case.word
    if word == ".":
        return case.trouble(
            "incomplete-statement",
            Text(
                "A statement needs a subject, a predicate and an object before its dot. Does the line"
                " before end with “.” where it should end with “;”?",
                "Een uitspraak heeft een onderwerp, een predicaat en een object nodig vóór de punt."
                " Eindigt de vorige regel op “.” in plaats van op “;”?",
            ),
        )
    return case.trouble(
        "no-predicate",
        Text(
            f"“{word}” cannot be a predicate: a predicate is an IRI. Is there a “,” missing before it,"
            " or a quotation mark inside a text?",
            f"“{word}” kan geen predicaat zijn: dat is een IRI. Ontbreekt er een “,” voor, of staat er"
            " een aanhalingsteken in een tekst?",
        ),
    )


def _object(case: _Case, found: re.Match[str]) -> Trouble:
    word = case.word
    if word == "a" and case.line_start > case.began and case.is_fresh(case.line_start):
        return _run_on(case, found)
    if word in {".", ";", ",", "]"} and case.in_list:
        return case.trouble(
            "unclosed-bracket",
            Text(
                f"A “(” is open here: close it with “)” before “{word}”.",
                f"Hier staat nog een “(” open: sluit hem met “)” vóór “{word}”.",
            ),
        )
    return case.trouble("no-object", _why_no_object(word))


def _why_no_object(word: str) -> Text:
    """Why what stands where an object should is none."""
    if word in {".", ";", ",", "]", ")"}:
        return Text(
            f"There is no object before this “{word}”. Does the line before end with “.” where it"
            " should end with “;”?",
            f"Er staat geen object vóór deze “{word}”. Eindigt de vorige regel op “.” in plaats"
            " van op “;”?",
        )
    if word.lower() in {"true", "false"}:
        return Text(
            f"“{word}” is not a boolean: write “{word.lower()}”.",
            f"“{word}” is geen booleaan: schrijf “{word.lower()}”.",
        )
    return Text(
        f"“{word}” cannot be an object: put a text in quotation marks, an IRI in <…>, or use a"
        " prefix.",
        f"“{word}” kan geen object zijn: zet tekst tussen aanhalingstekens, een IRI tussen <…>,"
        " of gebruik een voorvoegsel.",
    )


def _subject(case: _Case, _: re.Match[str]) -> Trouble:
    for slip in (
        _graph_without_brace,
        _declaration_with_dot,
        _signs_apart,
        _declaration_in_capitals,
    ):
        if (trouble := slip(case)) is not None:
            return trouble
    trouble = case.trouble(
        "no-subject",
        Text(
            f"“{case.word}” cannot begin a statement: a subject is an IRI or a blank node. Is there a"
            " dot too many before it, or a quotation mark inside a text?",
            f"“{case.word}” kan geen uitspraak beginnen: een onderwerp is een IRI of een lege knoop."
            " Staat er een punt te veel voor, of een aanhalingsteken in een tekst?",
        ),
    )
    return replace(trouble, repairs=_separators(case)) if case.began < case.at else trouble


def _graph_without_brace(case: _Case) -> Trouble | None:
    if case.word.upper() != "GRAPH":
        return None
    return case.trouble(
        "no-subject",
        Text(
            "After GRAPH and its name comes “{”, in a file that is named .trig.",
            "Na GRAPH en zijn naam komt “{”, in een bestand dat op .trig eindigt.",
        ),
    )


def _declaration_with_dot(case: _Case) -> Trouble | None:
    style = _SPARQL_STYLE.search(case.text[: case.at])
    if case.word != "." or not style:
        return None
    name = style[1]
    return case.trouble(
        "bad-prefix",
        Text(
            f"“{name}” without “@” has no dot at its end: delete the dot, or write “@{name.lower()}”.",
            f"“{name}” zonder “@” heeft geen punt aan het eind: haal de punt weg, of schrijf"
            f" “@{name.lower()}”.",
        ),
    )


def _signs_apart(case: _Case) -> Trouble | None:
    before = case.text[case.began : case.at].rstrip()
    if not case.text.startswith("^", case.at) or before[-1:] not in ('"', "'"):
        return None
    return case.trouble(
        "no-datatype",
        Text(
            "Two signs stand before a datatype: write “^^”.",
            "Vóór een datatype staan twee tekens: schrijf “^^”.",
        ),
    )


def _declaration_in_capitals(case: _Case) -> Trouble | None:
    if (word := case.word.lower()) not in {"@prefix", "@base"}:
        return None
    declared = _DECLARATION.match(case.text, case.at)
    trouble = case.trouble(
        "bad-prefix",
        Text(f"Write “{word}”, in small letters.", f"Schrijf “{word}”, met kleine letters."),
    )
    return replace(trouble, declares=(declared[1], declared[2]) if declared else None)


def _relative(case: _Case, _: re.Match[str]) -> Trouble:
    return case.trouble(
        "relative-iri",
        Text(
            f"{case.word} is a relative IRI and nothing says what it is relative to: write the whole"
            " IRI, or declare @base.",
            f"{case.word} is een relatieve IRI en er staat niet waartegenover: schrijf de hele IRI,"
            " of declareer @base.",
        ),
    )


def _no_number(case: _Case, _found: re.Match[str]) -> Trouble:
    language = re.search(r"@[A-Za-z]+(?:-\w+)*\Z", case.text[case.began : case.at])
    if language is not None and case.text.startswith("-", case.at):
        return case.trouble(
            "bad-language-tag",
            Text(
                f"“{language[0]}-” ends with a hyphen: finish the language tag, or delete the hyphen.",
                f"“{language[0]}-” eindigt op een streepje: maak de taalcode af, of haal het streepje weg.",
            ),
        )
    return case.trouble(
        "no-object",
        Text(
            "A sign begins a number here that has no digits: finish the number, or delete the sign.",
            "Een teken begint hier een getal zonder cijfers: maak het getal af, of haal het teken weg.",
        ),
    )


def _percent(case: _Case, found: re.Match[str]) -> Trouble:
    return case.trouble(
        "bad-iri",
        Text(
            f"“{found[1]}” is no percent-encoding: two of 0-9 and A-F come after “%”; a “%” itself is %25.",
            f"“{found[1]}” is geen procentcode: na “%” komen er twee van 0-9 en A-F; een “%” zelf is %25.",
        ),
    )


def _host(case: _Case, _found: re.Match[str]) -> Trouble | None:
    if not case.text.startswith("<", case.at):
        return None
    return case.trouble(
        "bad-iri",
        Text(
            "The host or the port of this IRI is none: mend what stands between “//” and the next “/”.",
            "De host of poort van deze IRI is er geen: verbeter wat tussen “//” en de volgende “/” staat.",
        ),
    )


def _iri(case: _Case, found: re.Match[str]) -> Trouble:
    shown = found[1] if found.re.groups else ""
    trouble = case.trouble(
        "bad-iri",
        Text(
            f"An IRI cannot hold the character “{shown}”: write it percent-encoded"
            " (a space is %20).",
            f"Een IRI kan het teken “{shown}” niet bevatten: schrijf het met een procentcode"
            " (een spatie is %20).",
        ),
    )
    declared = _DECLARED_BEFORE.search(case.text[case.began : case.at])
    return replace(trouble, declares=(declared[1], "")) if declared else trouble


def _escape(case: _Case, found: re.Match[str]) -> Trouble:
    if found[0].startswith("escape sequence"):
        start = max(case.text.rfind("\\", case.began, case.end), case.began)
        word = re.match(r"\\?\w*", case.text[start:])
        shown = word[0] if word else case.word
        return case.trouble(
            "bad-escape",
            Text(
                f"“{shown}” stands for no character: after “\\u” come four digits of 0-9 and A-F,"
                " after “\\U” eight; or write the character itself.",
                f"“{shown}” staat voor geen teken: na “\\u” komen vier cijfers uit 0-9 en A-F, na"
                " “\\U” acht; of schrijf het teken zelf.",
            ),
            start,
            start + len(shown),
        )
    return case.trouble(
        "bad-escape",
        Text(
            f"“{case.word}” is no escape that Turtle knows: write a backslash in a text as “\\\\”.",
            f"“{case.word}” is geen escape die Turtle kent: schrijf een backslash in een tekst als"
            " “\\\\”.",
        ),
    )


def _language(case: _Case, _: re.Match[str]) -> Trouble:
    start = max(case.text.rfind("@", case.began, case.at + 1), case.began)
    tag = re.compile(r"@[^\s.,;\])]*").match(case.text, start)
    word = tag[0] if tag else case.word
    return case.trouble(
        "bad-language-tag",
        Text(
            f"“{word}” is not a language tag of BCP 47: write one such as @nl or @en-GB.",
            f"“{word}” is geen taalcode volgens BCP 47: schrijf er een als @nl of @en-GB.",
        ),
        start,
        start + len(word),
    )


def _prefix(case: _Case, _: re.Match[str]) -> Trouble:
    declared = _DECLARATION.match(case.text, case.began)
    trouble = case.trouble(
        "bad-prefix",
        Text(
            "A prefix declaration is “@prefix name: <namespace> .”: is the colon or the IRI missing?",
            "Een voorvoegsel wordt gedeclareerd met “@prefix naam: <naamruimte> .”: ontbreekt de dubbele"
            " punt of de IRI?",
        ),
    )
    if declared is not None:
        return replace(trouble, declares=(declared[1], declared[2].rstrip(".")))
    named = _DECLARED_NAME.match(case.text, case.began)
    # what it stands for is not known; that it is used is no further fault
    return replace(trouble, declares=(named[1], "")) if named else trouble


def _tag_character(case: _Case, found: re.Match[str]) -> Trouble | None:
    if found[1] == "_" or re.search(r"@[A-Za-z-]+_?$", case.text[case.began : case.at]):
        return _language(case, found)
    return None


_MISPLACED = r"is not a valid (?:predicate|RDF object|subject)"
_HANDLERS = (
    (_UNDECLARED, _undeclared),
    (r"Line jumps are not allowed", _unclosed),
    (r"Unexpected end of file", _unclosed),
    (r"dot is expected", _dot),
    (r"Unexpected end", _end),
    (r"should end with a '\]'", _bracket),
    (r"is not a valid predicate", _predicate),
    (r"is not a valid RDF object", _object),
    (r"is not a valid subject", _subject),
    (r"No scheme found", _relative),
    (r"An integer should not be empty", _no_number),
    (r"Invalid IRI percent encoding '(.*?)'", _percent),
    (r"^Invalid (?:port )?character '(.*?)'|Invalid port|Invalid host", _host),
    (r"Invalid IRI code point '(.*?)'", _iri),
    (r"Unexpected escape|escape sequence", _escape),
    (r"subtag|language tag|language code", _language),
    (r"datatype IRI", _datatype),
    (r"Unexpected character '(.)'", _tag_character),
    (r"PREFIX keyword|prefix", _prefix),
)
