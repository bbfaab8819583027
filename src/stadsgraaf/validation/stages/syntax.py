"""Syntax errors, and files that hold nothing, https://www.w3.org/TR/turtle/."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from stadsgraaf.contexts import lost_keys, lost_values
from stadsgraaf.dataset import Document
from stadsgraaf.errors import SyntaxFault, Text
from stadsgraaf.validation.catalogue import rule, rules
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.stages.subject import Subject

__all__ = ["syntax"]

#: What git leaves of a merge that somebody has to decide, https://git-scm.com/docs/git-merge
_CONFLICT = re.compile(r"^<{7} .*$(?s:.)*?^={7}\r?$(?s:.)*?^>{7} ", re.MULTILINE)


def syntax(subject: Subject) -> Iterator[Finding]:
    """Syntax errors, and files that hold nothing."""
    told: set[int] = set()
    for document in subject.dataset.documents:
        told |= set(map(id, document.turtle.faults))
        conflict = _CONFLICT.search(document.turtle.text) if document.turtle.faults else None
        if conflict is not None:
            yield _conflict(document, conflict.start())
        else:
            for fault in document.turtle.faults:
                yield _syntax_fault(subject, fault, document)
        lost = [*_lost(document), *_lost_values(document)]
        yield from lost
        if not lost:
            yield from _odd_file(document)
    for fault in subject.dataset.faults:
        if id(fault) not in told:
            yield _syntax_fault(subject, fault, None)


def _syntax_fault(subject: Subject, fault: SyntaxFault, document: Document | None) -> Finding:
    members = fault.members
    name = str(members.get("rule", "syntax" if document else "query/syntax"))
    found = rules().get(f"syntax/{name}") or rules().get(name) or rule("syntax/syntax")
    line, column = _number(members, "line"), _number(members, "column")
    span = Span(
        document.path.as_posix() if document else subject.path_of(Path(str(members["file"]))),
        line,
        column,
        _number(members, "end_line", line),
        _number(members, "end_column", column),
    )
    reason = members["reason"]
    return found.finding(
        span=span,
        message=reason if isinstance(reason, Text) else Text(str(reason), str(reason)),
        engine=str(members.get("engine", "")),
        excerpt=document.turtle.line(line) if document else "",
    )


def _conflict(document: Document, offset: int) -> Finding:
    """The first conflict of a file; the other errors are what it brings about."""
    found, at = rule("syntax/merge-conflict"), document.turtle.position(offset)
    return found.finding(
        span=Span(document.path.as_posix(), at.line, 1, at.line, 8),
        message=_with(found.title, found.mend),
        excerpt=document.turtle.line(at.line),
    )


def _number(members: Mapping[str, object], name: str, default: int = 1) -> int:
    value = members.get(name)
    return value if isinstance(value, int) else default


def _odd_file(document: Document) -> Iterator[Finding]:
    turtle = document.turtle
    name = (
        "syntax/byte-order-mark"
        if turtle.marked
        else "syntax/empty-file"
        if not turtle.triples and not turtle.faults and not _is_context(document)
        else ""
    )
    if name:
        found = rule(name)
        span = Span(document.path.as_posix())
        yield Finding(
            found.iri, name, found.severity, span, _with(found.title, found.mend), found.why, found.mend,
            excerpt=turtle.line(1),
        )  # fmt: skip


def _lost(document: Document) -> Iterator[Finding]:
    """Keys of JSON-LD that no context names."""
    turtle = document.turtle
    if document.path.suffix.lower() != ".jsonld" or turtle.faults:
        return
    found = rule("syntax/lost-key")
    # a container names its members by keys of its own
    keys = set() if '"@container"' in turtle.text else lost_keys(turtle.text, turtle.path)
    wrong = sorted(key for key in keys if key.startswith("@"))
    if '"@context"' not in turtle.text and keys:
        # without a context no key means anything: told once, at the word that was to be it
        wrong = wrong[:1] or [min(keys, key=lambda key: turtle.text.find(f'"{key}"'))]
        keys = set(wrong)
    for key in sorted(keys):
        place = re.search(rf'"{re.escape(key)}"\s*:', turtle.text)
        if place is None:
            continue
        begin, end = turtle.position(place.start()), turtle.position(place.start() + len(key) + 2)
        yield found.finding(
            span=Span.between(document.path.as_posix(), begin, end),
            message=Text(
                f"No context names “{key}”, so what stands there is left out.",
                f"Geen context noemt “{key}”; wat daar staat vervalt dus.",
            ),
            value=key,
            excerpt=turtle.line(begin.line),
        )


def _lost_values(document: Document) -> Iterator[Finding]:
    """IRIs and language tags of JSON-LD that are none, with which their statements are lost."""
    turtle = document.turtle
    if document.path.suffix.lower() != ".jsonld" or turtle.faults:
        return
    for kind, word in lost_values(turtle.text):
        written = json.dumps(word, ensure_ascii=False)
        start = max(turtle.text.find(written), 0)
        begin, end = turtle.position(start), turtle.position(start + len(written))
        name, message = (
            ("bad-iri", _NO_IRI) if kind == "iri" else ("bad-language-tag", _NO_LANGUAGE)
        )
        yield rule(f"syntax/{name}").finding(
            span=Span.between(document.path.as_posix(), begin, end),
            message=Text(message.en.format(word), message.nl.format(word)),
            value=word,
            excerpt=turtle.line(begin.line),
        )


_NO_IRI = Text(
    "“{0}” is no IRI, so what is said with it is left out: percent-encode what it cannot hold (a space is %20).",
    "“{0}” is geen IRI; wat ermee gezegd wordt vervalt dus: geef wat er niet in mag een procentcode (een"
    " spatie is %20).",
)
_NO_LANGUAGE = Text(
    "“{0}” is not a language tag of BCP 47, so its text is left out: write one such as nl or en-GB.",
    "“{0}” is geen taalcode volgens BCP 47; de tekst vervalt dus: schrijf er een als nl of en-GB.",
)


def _is_context(document: Document) -> bool:
    """Whether a file is a context that other files of JSON-LD name."""
    text = document.turtle.text
    if document.path.suffix.lower() != ".jsonld" or '"@context"' not in text:
        return False
    held = json.loads(text)
    return isinstance(held, dict) and set(held) == {"@context"}


def _with(title: Text, mend: Text) -> Text:
    return Text(f"{title.en}. {mend.en}", f"{title.nl}. {mend.nl}")
