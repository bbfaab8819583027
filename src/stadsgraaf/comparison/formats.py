"""A comparison as text, Markdown, JSON or RDF Patch (https://afs.github.io/rdf-patch/)."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Final

from stadsgraaf.comparison.breaking import RULES, Breaking
from stadsgraaf.comparison.compare import Comparison
from stadsgraaf.comparison.things import PropertyChange, Status, ThingChange
from stadsgraaf.comparison.versions import Bump, Header
from stadsgraaf.errors import Language, Text
from stadsgraaf.namespaces import shorten

__all__ = ["FORMATS"]

_MARKS: Final[dict[Status, str]] = {"added": "+", "removed": "-", "changed": "~"}
_COLOURS: Final[dict[Status, str]] = {"added": "32", "removed": "31", "changed": "33"}
_WORDS: Final[dict[Status, Text]] = {
    "added": Text("added", "nieuw"),
    "removed": Text("removed", "weg"),
    "changed": Text("changed", "gewijzigd"),
}
_BUMPS: Final = {
    Bump.NONE: Text("no new version is needed", "er is geen nieuwe versie nodig"),
    Bump.PATCH: Text("a patch version", "een patchversie"),
    Bump.MINOR: Text("a minor version", "een kleine versie"),
    Bump.MAJOR: Text("a major version", "een grote versie"),
}
_IRI: Final = re.compile(r"<([^<>\s]+)>")
_NOBODY: Final = Text("(blank nodes of nothing)", "(blanco knopen van niets)")
_BREAKING: Final = Text("Breaking changes", "Brekende wijzigingen")
_DECLARED: Final = Text("declared", "aangekondigd")
_UNDECLARED: Final = Text("NOT declared", "NIET aangekondigd")
_EQUAL: Final = Text("no difference", "geen verschil")


def text(comparison: Comparison, language: Language = "en", *, colour: bool = False) -> str:
    """For a terminal."""

    def paint(words: str, code: str) -> str:
        return f"\033[{code}m{words}\033[0m" if colour else words

    lines: list[str] = []
    for thing in comparison.things:
        name, label = _named(comparison, thing.iri, language)
        head = f"{_MARKS[thing.status]} {name}" + (f"  “{label}”" if label else "")
        lines.append(paint(head, _COLOURS[thing.status]))
        lines += [f"    {line}" for line in _changes(comparison, thing)]
    if comparison.breaking:
        lines += ["", paint(_BREAKING.say(language), "1;31")]
        for change in comparison.breaking:
            lines.append(f"  {_told(comparison, change, language)}")
    lines += ["", _summary(comparison, language)] if lines else [_summary(comparison, language)]
    return "\n".join(lines) + "\n"


def markdown(comparison: Comparison, language: Language = "en") -> str:
    """For a pull request or a changelog."""
    lines = [_escaped(_summary(comparison, language)), ""]
    if comparison.breaking:
        lines += [f"### {_BREAKING.say(language)}", ""]
        lines += [
            f"- {_escaped(_told(comparison, change, language))}" for change in comparison.breaking
        ]
        lines.append("")
    for status, words in _WORDS.items():
        chosen = [thing for thing in comparison.things if thing.status == status]
        if not chosen:
            continue
        lines += [f"### {words.say(language).capitalize()} ({len(chosen)})", ""]
        for thing in chosen:
            name, label = _named(comparison, thing.iri, language)
            lines.append(f"- `{name}` {_escaped(label)}".rstrip())
            lines += [f"  - {_code(line)}" for line in _changes(comparison, thing)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def as_json(comparison: Comparison, language: Language = "en") -> str:
    """For programs: what changed by thing, what breaks, which version it is worth."""
    undeclared = comparison.undeclared
    content = {
        "removed": len(comparison.difference.removed),
        "added": len(comparison.difference.added),
        "moved": comparison.moved,
        "bump": comparison.bump.name.lower(),
        "versions": [_version(comparison, header) for header in comparison.headers],
        "breaking": [
            {
                "rule": change.rule,
                "iri": change.thing,
                "message": change.message.say(language),
                "declared": change not in undeclared,
            }
            for change in comparison.breaking
        ],
        "things": [_thing(comparison, thing, language) for thing in comparison.things],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _version(comparison: Comparison, header: Header) -> dict[str, object]:
    return {
        "iri": header.iri,
        "before": header.before,
        "after": header.after,
        "suggested": comparison.bump.of(header.before or ""),
        "declares": header.declares(comparison.bump),
    }


def _thing(comparison: Comparison, thing: ThingChange, language: Language) -> dict[str, object]:
    return {
        "iri": thing.iri or None,
        "label": _named(comparison, thing.iri, language)[1] or None,
        "status": thing.status,
        "changes": [
            {"predicate": each.predicate, "before": each.before, "after": each.after}
            for each in thing.changes
        ],
    }


def patch(comparison: Comparison, language: Language = "en") -> str:  # noqa: ARG001 – it has no words
    """What makes the new dataset of the old one."""
    difference = comparison.difference
    digest = hashlib.sha256("\n".join([*difference.removed, "", *difference.added]).encode())
    identifier = f"urn:sha256:{digest.hexdigest()}"
    return "".join(difference.as_patch(identifier))


#: Formats by name.
FORMATS: Final[dict[str, Callable[..., str]]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
    "patch": patch,
}


def _named(comparison: Comparison, iri: str, language: Language) -> tuple[str, str]:
    """A thing as CURIE, and what it is called: as it is now, else as it was."""
    if not iri:
        return _NOBODY.say(language), ""
    label = comparison.new.label(iri, language) or comparison.old.label(iri, language)
    return shorten(iri, comparison.prefixes), label


def _changes(comparison: Comparison, thing: ThingChange) -> Iterator[str]:
    for change in thing.changes:
        predicate = shorten(change.predicate, comparison.prefixes) if change.predicate else ""
        yield f"{predicate} {_value(change)}".strip()


def _value(change: PropertyChange) -> str:
    if change.before is not None and change.after is not None:
        return f"{change.before} → {change.after}"
    return f"+ {change.after}" if change.before is None else f"- {change.before}"


def _told(comparison: Comparison, change: Breaking, language: Language) -> str:
    name, label = _named(comparison, change.thing, language)
    declared = _DECLARED if change not in comparison.undeclared else _UNDECLARED
    rule = RULES[change.rule].say(language)
    called = f" “{label}”" if label else ""
    message = _IRI.sub(
        lambda found: shorten(found[1], comparison.prefixes), change.message.say(language)
    )
    return f"{change.rule}: {name}{called} {message} – {rule} ({declared.say(language)})"


def _summary(comparison: Comparison, language: Language) -> str:
    difference = comparison.difference
    if not difference:
        return _EQUAL.say(language)
    counted = [
        f"{number} {words.say(language)}"
        for status, words in _WORDS.items()
        if (number := sum(thing.status == status for thing in comparison.things))
    ]
    came, went = len(difference.added), len(difference.removed)
    statements = Text(
        f"{came} statement{'s' * (came != 1)} came, {went} went",
        f"{came} uitspra{'ak' if came == 1 else 'ken'} erbij, {went} eraf",
    ).say(language)
    moved = Text(
        f" ({comparison.moved} moved to another graph)",
        f" ({comparison.moved} naar een andere graaf)",
    )
    versions = "; ".join(
        f"{shorten(header.iri, comparison.prefixes)} {header.before} → {header.after}"
        for header in comparison.headers
        if header.before != header.after
    )
    suggested = _suggestion(comparison, language)
    things = Text("things: ", "dingen: ").say(language) + (", ".join(counted) or "0")
    moves = moved.say(language) if comparison.moved else ""
    return f"{things}; {statements}{moves}; {suggested}" + (f" [{versions}]" if versions else "")


def _suggestion(comparison: Comparison, language: Language) -> str:
    word = _BUMPS[comparison.bump].say(language)
    nexts = {
        f"{header.before} → {suggested}"
        for header in comparison.headers
        if header.before
        and (suggested := comparison.bump.of(header.before))
        and not header.declares(comparison.bump)
    }
    worth = Text("worth ", "waard: ").say(language)
    return f"{worth}{word}" + (f" ({', '.join(sorted(nexts))})" if nexts else "")


def _escaped(words: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in words)


def _code(line: str) -> str:
    fence = "``" if "`" in line else "`"
    pad = " " if "`" in line else ""
    return f"{fence}{pad}{line}{pad}{fence}".replace("\n", "\\n")
