"""Syntax errors in plain words: what is wrong, where it really is, where reading can go on.

pyoxigraph says at which token it gave up. That is often the one after the mistake: a missing dot
shows at the next statement, an unclosed string at the end of the line.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.turtle.scan import last_end, stray_quote

__all__ = ["Trouble", "explain"]


@dataclass(frozen=True)
class Trouble:
    """One syntax error: offsets of the words to point at, and where to go on.

    ``closing`` is what would end the statement well; ``prefix`` is one that is not declared.
    """

    rule: str
    start: int
    end: int
    resume: int
    reason: Text
    engine: str
    closing: str = ""
    prefix: str | None = None


#: Characters of the file that a sentence quotes.
_READABLE = 40
#: What begins a statement, at the very beginning of a line.
_FRESH = re.compile(r"""^(?=[<\[(_@:A-Za-z\x80-\U0010FFFF])""", re.MULTILINE)
#: A dot at the end of a line ends a statement.
_DOT = re.compile(r"\.[ \t]*(?:\#[^\n]*)?(?:\n|\Z)")
_DOT_BEFORE = re.compile(r"\.[ \t]*(?:\#[^\n]*)?\n\s*\Z")
_ENGINE = re.compile(
    r"^Parser error.*?(?:column(?:s)? \d+(?: and \d+)?|line \d+ column \d+): ", re.DOTALL
)
_UNDECLARED = re.compile(r"The prefix (.*): has not been declared")


def explain(
    message: str, text: str, place: tuple[int, int, int], prefixes: Iterable[str] = ()
) -> Trouble:
    """A syntax error of pyoxigraph in plain words.

    ``place`` is where the statement begins, where pyoxigraph gave up, and where that word ends;
    ``prefixes`` are those that are declared.
    """
    began, at, end = place
    engine = _ENGINE.sub("", message.split(" (line ", maxsplit=1)[0])
    case = _Case(engine, text, began, at, max(end, at), tuple(prefixes))
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
    prefixes: tuple[str, ...]

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


def _undeclared(case: _Case, found: re.Match[str]) -> Trouble:
    prefix = found[1]
    near = difflib.get_close_matches(prefix, case.prefixes, 1, 0.5)
    namespace = PREFIXES.get(prefix)
    if near:
        mend = Text(f"Did you mean “{near[0]}:”?", f"Bedoelde je “{near[0]}:”?")
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
    return case.trouble(
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
    return case.trouble(
        "early-dot",
        Text(
            "This dot ends the statement, but the next line goes on with it: put “;” here.",
            "Deze punt beëindigt de uitspraak, maar de volgende regel gaat ermee door: zet hier “;”.",
        ),
        dot,
        dot + 1,
    )


def _unclosed(case: _Case, _: re.Match[str]) -> Trouble | None:
    """A string without its end: point at its beginning."""
    start = stray_quote(case.text, case.began, case.end)
    if start is None:
        return None
    line_end = case.text.find("\n", start)
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


def _object(case: _Case, _: re.Match[str]) -> Trouble:
    word = case.word
    if word in {".", ";", ",", "]", ")"}:
        return case.trouble(
            "no-object",
            Text(
                f"There is no object before this “{word}”. Does the line before end with “.” where it"
                " should end with “;”?",
                f"Er staat geen object vóór deze “{word}”. Eindigt de vorige regel op “.” in plaats"
                " van op “;”?",
            ),
        )
    if word.lower() in {"true", "false"}:
        return case.trouble(
            "no-object",
            Text(
                f"“{word}” is not a boolean: write “{word.lower()}”.",
                f"“{word}” is geen booleaan: schrijf “{word.lower()}”.",
            ),
        )
    return case.trouble(
        "no-object",
        Text(
            f"“{word}” cannot be an object: put a text in quotation marks, an IRI in <…>, or use a"
            " prefix.",
            f"“{word}” kan geen object zijn: zet tekst tussen aanhalingstekens, een IRI tussen <…>,"
            " of gebruik een voorvoegsel.",
        ),
    )


def _subject(case: _Case, _: re.Match[str]) -> Trouble:
    return case.trouble(
        "no-subject",
        Text(
            f"“{case.word}” cannot begin a statement: a subject is an IRI or a blank node. Is there a"
            " dot too many before it, or a quotation mark inside a text?",
            f"“{case.word}” kan geen uitspraak beginnen: een onderwerp is een IRI of een lege knoop."
            " Staat er een punt te veel voor, of een aanhalingsteken in een tekst?",
        ),
    )


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


def _iri(case: _Case, found: re.Match[str]) -> Trouble:
    shown = found[1] if found.re.groups else ""
    return case.trouble(
        "bad-iri",
        Text(
            f"An IRI cannot hold the character “{shown}”: write it percent-encoded"
            " (a space is %20).",
            f"Een IRI kan het teken “{shown}” niet bevatten: schrijf het met een procentcode"
            " (een spatie is %20).",
        ),
    )


def _escape(case: _Case, _: re.Match[str]) -> Trouble:
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
    return case.trouble(
        "bad-prefix",
        Text(
            "A prefix declaration is “@prefix name: <namespace> .”: is the colon or the IRI missing?",
            "Een voorvoegsel declareer je met “@prefix naam: <naamruimte> .”: ontbreekt de dubbele"
            " punt of de IRI?",
        ),
    )


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
    (r"Invalid IRI code point '(.*?)'", _iri),
    (r"Unexpected escape", _escape),
    (r"subtag|language tag", _language),
    (r"Unexpected character '(.)'", _tag_character),
    (r"PREFIX keyword|prefix", _prefix),
)
